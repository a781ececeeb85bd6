"""Where a shape lies and how far it reaches."""

import numpy as np
import shapely

from geo.arrays import FloatArray, GeometryArray, LonLatArray
from geo.measure import metres_per_degree

_LINE = 1


def inner_points(shapes: GeometryArray, points: LonLatArray) -> LonLatArray:
    """Choose the point that stands for each shape: on lines their middle, else the given one.

    Parameters
    ----------
    shapes
        Shape (n,); CGCS2000 degrees.
    points
        Shape (n, 2), lon, lat of a point inside each.

    Returns
    -------
    points
        Shape (n, 2). The middle of several lines is that of the longest.
    """
    chosen = np.array(points, dtype=np.float64, copy=True).reshape(-1, 2)
    rows = np.flatnonzero(shapely.get_dimensions(shapes) == _LINE)
    if len(rows) == 0:
        return chosen
    parts, owner = shapely.get_parts(shapes[rows], return_index=True)
    order = np.lexsort((-shapely.length(parts), owner))
    longest = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    middle = shapely.line_interpolate_point(parts[longest], 0.5, normalized=True)
    chosen[rows[owner[longest]]] = shapely.get_coordinates(middle)
    return chosen


def reach_m(shapes: GeometryArray, points: LonLatArray) -> FloatArray:
    """Measure how far each shape reaches from a point.

    Parameters
    ----------
    shapes
        Shape (n,); CGCS2000 degrees. None counts as a point.
    points
        Shape (n, 2), lon, lat.

    Returns
    -------
    radius_m
        Shape (n,): distance to the farthest vertex in metres on the plane that touches the
        ellipsoid there (exact to 0.1 % within 50 km); 0 for points.
    """
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    reach = np.zeros(len(shapes))
    if len(coordinates) == 0:
        return reach
    per_lon, per_lat = metres_per_degree(points[:, 1])
    offset = coordinates - points[owner]
    distance = np.hypot(offset[:, 0] * per_lon[owner], offset[:, 1] * per_lat[owner])
    np.maximum.at(reach, owner, distance)
    reach[reach < 1e-6] = 0.0  # noqa: PLR2004 - a thousandth of a millimetre is a point
    return reach
