"""How large a demo city is at each scale, and the plane that it is drawn in."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from geo.arrays import FloatArray, GeometryArray, LonLatArray

CENTRE_LON = 114.0
CENTRE_LAT = 36.0
KM_PER_DEGREE_LON = 111.32 * float(np.cos(np.radians(CENTRE_LAT)))
KM_PER_DEGREE_LAT = 110.95
SNAP = float(2**26)
"""Coordinates are whole multiples of 2**-26 degrees, so that midpoints are exact doubles."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts and extent of one size of demo city.

    ``half_width_km`` and ``half_height_km`` are measured from the centre to the rim; the counts
    of districts, townships and communities are met exactly, ``n_grids`` within a few per cent.
    """

    name: str
    n_districts: int
    n_townships: int
    n_communities: int
    n_grids: int
    population: int
    n_estates: int
    n_doors: int
    half_width_km: float
    half_height_km: float


SCALES: dict[str, Scale] = {
    "tiny": Scale("tiny", 2, 8, 40, 250, 130_000, 60, 700, 6.0, 5.0),
    "district": Scale("district", 2, 25, 450, 2_600, 1_360_000, 520, 7_500, 18.0, 15.5),
    "city": Scale("city", 16, 340, 7_000, 40_000, 21_000_000, 8_000, 110_000, 70.0, 60.0),
}


def to_lonlat(plane_km: FloatArray) -> LonLatArray:
    """Turn plane kilometres into degrees on the binary grid.

    Parameters
    ----------
    plane_km
        Shape (..., 2), kilometres east and north of the centre of the city.

    Returns
    -------
    lonlat
        Same shape, lon and lat in degrees, CGCS2000, multiples of 2**-26.
    """
    lonlat = np.empty_like(plane_km)
    lonlat[..., 0] = CENTRE_LON + plane_km[..., 0] / KM_PER_DEGREE_LON
    lonlat[..., 1] = CENTRE_LAT + plane_km[..., 1] / KM_PER_DEGREE_LAT
    snapped: LonLatArray = np.round(lonlat * SNAP) / SNAP
    return snapped


def to_plane_km(lonlat: LonLatArray) -> FloatArray:
    """Turn degrees into plane kilometres, the inverse of `to_lonlat` up to the snapping."""
    plane = np.empty_like(lonlat)
    plane[..., 0] = (lonlat[..., 0] - CENTRE_LON) * KM_PER_DEGREE_LON
    plane[..., 1] = (lonlat[..., 1] - CENTRE_LAT) * KM_PER_DEGREE_LAT
    return plane


def point_array(lonlat: LonLatArray) -> GeometryArray:
    """Make one point per row of ``lonlat``, shape (n, 2)."""
    return cast("GeometryArray", shapely.points(lonlat))
