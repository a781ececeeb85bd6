"""The ground of tiles: Web Mercator as a unit square, and zooms chosen from a layer's size."""

from dataclasses import dataclass
from math import floor, log2

import numpy as np
import shapely

from boundaries.tiles.kernel import EXTENT
from geo.arrays import FloatArray, GeometryArray, LonLatArray

PIXELS = 512
"""Screen pixels of a tile's side, as MapLibre draws it."""

LARGEST_ZOOM = 14
"""A unit is then about half a metre at 40 degrees; maps draw these tiles larger above it."""

MOST_TILES = 60_000
"""A layer that needs more tiles than this at a zoom ends one zoom earlier."""

_NORTHERNMOST = 85.0511287798066
_FEW, _SOME, _MANY = 2_000, 10_000, 20_000
_MOST_POINTS = 4_000


@dataclass(frozen=True, slots=True)
class ZoomRange:
    """Zooms of a pyramid, both ends included; maps enlarge the last one above it."""

    first: int
    last: int

    def downwards(self) -> range:
        """Give the zooms, the last one first."""
        return range(self.last, self.first - 1, -1)


def to_square(lonlat: LonLatArray) -> FloatArray:
    """Project degrees to Web Mercator as a unit square.

    Parameters
    ----------
    lonlat
        Shape (n, 2); beyond 85.05 degrees north or south the edge of the square is given.

    Returns
    -------
    FloatArray
        Shape (n, 2): x from 0 in the west to 1, y from 0 in the north to 1.
    """
    sine = np.sin(np.radians(np.clip(lonlat[:, 1], -_NORTHERNMOST, _NORTHERNMOST)))
    return np.column_stack([lonlat[:, 0] / 360.0 + 0.5, 0.5 - np.arctanh(sine) / (2.0 * np.pi)])


def project(shapes: GeometryArray) -> GeometryArray:
    """Project shapes in degrees to Web Mercator as a unit square."""
    projected: GeometryArray = shapely.transform(shapes, to_square)
    return projected


def units(zoom: int) -> float:
    """Units of the whole square at a zoom."""
    return float(EXTENT << zoom)


def zooms_for(shapes: GeometryArray) -> ZoomRange:
    """Choose the zooms of areas and lines from their number and extent.

    Parameters
    ----------
    shapes
        In the unit square; at least one.

    Returns
    -------
    ZoomRange
        The first is that at which the layer fits one tile, less four for up to 2,000 shapes, less
        two for up to 10,000, plus one for more than 20,000, which no screen of that size can
        tell apart. The last is 14, or less where the layer needs more than 60,000 tiles.
    """
    n = len(shapes)
    fits = _fitting_zoom(shapes)
    lead = -4 if n <= _FEW else -2 if n <= _SOME else 0 if n <= _MANY else 1
    last = _last_zoom(shapes)
    return ZoomRange(min(max(0, fits + lead), last), last)


def zooms_for_points(shapes: GeometryArray) -> ZoomRange:
    """Choose the zooms of points: the first is that at which no tile holds more than 4,000."""
    last = _last_zoom(shapes)
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    for zoom in range(max(0, _fitting_zoom(shapes) - 2), last):
        side = 1 << zoom
        cells = np.floor(x * side) * side + np.floor(y * side)
        if np.unique(cells, return_counts=True)[1].max() <= _MOST_POINTS:
            return ZoomRange(zoom, last)
    return ZoomRange(last, last)


def _fitting_zoom(shapes: GeometryArray) -> int:
    west, north, east, south = shapely.total_bounds(shapes)
    side = max(east - west, south - north, 2.0**-LARGEST_ZOOM)
    return min(LARGEST_ZOOM, max(0, floor(-log2(side))))


def _last_zoom(shapes: GeometryArray) -> int:
    west, north, east, south = shapely.total_bounds(shapes)
    for zoom in range(LARGEST_ZOOM, 0, -1):
        side = 1 << zoom
        if (np.ceil((east - west) * side) + 1) * (np.ceil((south - north) * side) + 1) <= MOST_TILES:
            return zoom
    return 0
