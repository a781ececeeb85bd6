"""Measuring the pieces of ground that a check finds, and telling slivers from ground."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from geo.arrays import BoolArray, FloatArray, GeometryArray, LonLatArray
from geo.datum import Datum, to_cgcs2000
from geo.measure import area_m2, length_m

_POLYGON = shapely.GeometryType.POLYGON.value


@dataclass(frozen=True, slots=True)
class SliverRule:
    """When an overlap or a gap is a drawing error rather than ground.

    A piece is a sliver if it is smaller than ``negligible_m2``, or if it is smaller than
    ``largest_m2`` and thinner than ``thinness``.

    Parameters
    ----------
    negligible_m2
        Any shape below this is a sliver: a square of 1 m by default.
    largest_m2
        No shape above this is a sliver: 5,000 m2 by default, for example 2.5 km by 2 m.
    thinness
        Thinness is 4 pi area / perimeter squared: 1 for a circle, 0.79 for a square, 0.2 for a
        strip 14 times as long as wide, near 0 for a thread.
    """

    negligible_m2: float = 1.0
    largest_m2: float = 5_000.0
    thinness: float = 0.2


class Measured(NamedTuple):
    """Pieces of ground, measured.

    Parameters
    ----------
    area_m2
        Shape (n,), all of each piece.
    lonlat
        Shape (n, 2), a point inside the largest part of each; degrees CGCS2000, lon, lat.
    is_sliver
        Shape (n,), whether the largest part of each is a sliver.
    """

    area_m2: FloatArray
    lonlat: LonLatArray
    is_sliver: BoolArray


def measure_pieces(pieces: GeometryArray, rule: SliverRule, datum: Datum | str) -> Measured:
    """Measure pieces of ground that were cut out in file coordinates.

    Parameters
    ----------
    pieces
        Shape (n,), each with at least one polygon of positive area in it; file coordinates.
    rule
        When a piece is a sliver.
    datum
        Datum of the file. Only here, after all comparing is done, are the pieces converted.

    Returns
    -------
    measured
        One entry for each piece.
    """
    parts, owner = shapely.get_parts(pieces, return_index=True)
    is_polygon = shapely.get_type_id(parts) == _POLYGON
    sizes = np.where(is_polygon, shapely.area(parts), -1.0)
    order = np.lexsort((-sizes, owner))
    largest = parts[order[np.diff(owner[order], prepend=-1) > 0]]
    places = shapely.get_coordinates(shapely.point_on_surface(largest))
    return Measured(
        area_m2(convert_shapes(pieces, datum)),
        to_cgcs2000(places, datum),
        _are_slivers(convert_shapes(largest, datum), rule),
    )


def convert_shapes(shapes: GeometryArray, datum: Datum | str) -> GeometryArray:
    """Convert shapes to CGCS2000 for measuring; broken coordinates give NaN, not an error."""
    converted: GeometryArray = shapely.transform(shapes, lambda pairs: to_cgcs2000(pairs, datum))
    return converted


def _are_slivers(polygons: GeometryArray, rule: SliverRule) -> BoolArray:
    area, perimeter = area_m2(polygons), length_m(polygons)
    with np.errstate(invalid="ignore", divide="ignore"):  # a piece may shrink to a point
        thinness = 4.0 * np.pi * area / perimeter**2
    is_thin = (area < rule.largest_m2) & ~(thinness >= rule.thinness)
    is_sliver: BoolArray = (area < rule.negligible_m2) | is_thin
    return is_sliver
