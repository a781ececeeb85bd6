"""Where the name of an area stands, and from which zoom it fits there."""

from typing import NamedTuple

import numpy as np
import shapely

from boundaries.tiles.grid import PIXELS
from boundaries.tiles.noding import Whole
from geo.arrays import FloatArray, GeometryArray

_EM_PIXELS = 12.0
_LINE_PIXELS = 14.0
_LONGEST_LINE = 6
_CLOSE_ENOUGH = 0.05
_LARGEST = 30


class Labels(NamedTuple):
    """Places of names: ``points`` (n, 2) in the unit square, ``zooms`` from which each fits."""

    points: FloatArray
    zooms: Whole


def place_labels(shapes: GeometryArray, names: tuple[str, ...]) -> Labels:
    """Find the middle of the largest circle inside each area's largest part.

    Parameters
    ----------
    shapes
        Polygons and multi-polygons in the unit square.
    names
        One for each.

    Returns
    -------
    Labels
        The point is inside the area, no farther from the best one than a twentieth of the part's
        side. The zoom is the first whole one at which the name, 12 pixels to a character and six
        characters to a line, fits the circle.
    """
    parts, row = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((shapely.area(parts), row))
    largest = order[np.append(np.diff(row[order]) != 0, True)]
    chosen = parts[largest]
    tolerance = np.sqrt(shapely.area(chosen)) * _CLOSE_ENOUGH
    radii = shapely.maximum_inscribed_circle(chosen, tolerance=tolerance)
    lengths = np.array([len(name) for name in names], np.float64)
    lines = np.maximum(np.ceil(lengths / _LONGEST_LINE), 1.0)
    half = np.hypot(
        np.minimum(lengths, _LONGEST_LINE) * _EM_PIXELS, lines * _LINE_PIXELS
    ) / 2.0
    needed = np.log2(half / np.maximum(shapely.length(radii) * PIXELS, 2.0**-_LARGEST))
    zooms = np.clip(np.ceil(needed), 0, _LARGEST).astype(np.int64)
    return Labels(shapely.get_coordinates(shapely.get_point(radii, 0)), zooms)
