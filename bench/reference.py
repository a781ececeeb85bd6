"""The reference answer: brute-force shapely, and exact fractions where even that is doubted."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import GeometryArray, IntArray, LonLatArray

CHUNK = 500_000


@dataclass(frozen=True)
class CoveringPairs:
    """Which areas cover which points, one row per pair, by point then ordinal.

    Parameters
    ----------
    point
        Shape (n,), int64, row of the point.
    ordinal
        Shape (n,), int32, row of the area.
    """

    point: NDArray[np.int64]
    ordinal: IntArray

    def owners(self, n_points: int) -> IntArray:
        """Return the smallest covering ordinal of each point, -1 where there is none."""
        return smallest(self.point, self.ordinal, n_points)


def smallest(point: NDArray[np.int64], ordinal: NDArray[np.integer], n_points: int) -> IntArray:
    """Reduce pairs of point and area to the smallest ordinal per point.

    Parameters
    ----------
    point, ordinal
        Shape (n,), in any order.
    n_points
        Number of points.

    Returns
    -------
    owners
        Shape (n_points,), int32; -1 for a point in no pair.
    """
    none = np.iinfo(np.int32).max
    owners = np.full(n_points, none, dtype=np.int32)
    np.minimum.at(owners, point, np.asarray(ordinal, dtype=np.int32))
    owners[owners == none] = -1
    return owners


def pairs_by_tree(tree: shapely.STRtree, lonlat: LonLatArray) -> CoveringPairs:
    """Ask the tree point by point: the plain shapely way.

    Parameters
    ----------
    tree
        Tree of the areas.
    lonlat
        Shape (n, 2), finite.

    Returns
    -------
    CoveringPairs
        For a point, intersects is the same predicate as covered_by.
    """
    point, ordinal = tree.query(shapely.points(lonlat), predicate="intersects")
    return _in_order(point, ordinal)


def pairs_by_area(
    shapes: GeometryArray, tree: shapely.STRtree, lonlat: LonLatArray
) -> CoveringPairs:
    """Ask the tree for boxes, then each area, prepared, for its points: the fast shapely way.

    Parameters
    ----------
    shapes
        Shape (n,), the areas in the tree; they are prepared in place.
    tree
        Tree of the same areas.
    lonlat
        Shape (n, 2), finite.

    Returns
    -------
    CoveringPairs
        The same as ``pairs_by_tree``.
    """
    point, ordinal = tree.query(shapely.points(lonlat))
    by_area = np.argsort(ordinal, kind="stable")
    point, ordinal = point[by_area], ordinal[by_area]
    x, y = lonlat[point, 0], lonlat[point, 1]
    starts = np.flatnonzero(np.diff(ordinal, prepend=-1))
    ends = np.append(starts[1:], ordinal.size)[: starts.size]
    is_covered = np.zeros(ordinal.size, dtype=bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        shape = shapes[ordinal[start]]
        shapely.prepare(shape)
        is_covered[start:end] = shapely.intersects_xy(shape, x[start:end], y[start:end])
    return _in_order(point[is_covered], ordinal[is_covered])


def owners_by_shapely(shapes: GeometryArray, lonlat: LonLatArray) -> IntArray:
    """Find the smallest covering ordinal of each point with shapely alone.

    Parameters
    ----------
    shapes
        Shape (n,), areas by ascending code.
    lonlat
        Shape (m, 2), finite.

    Returns
    -------
    owners
        Shape (m,), int32, -1 for none.
    """
    tree = shapely.STRtree(shapes)
    owners = np.empty(len(lonlat), dtype=np.int32)
    for start in range(0, len(lonlat), CHUNK):
        part = lonlat[start : start + CHUNK]
        owners[start : start + CHUNK] = pairs_by_area(shapes, tree, part).owners(len(part))
    return owners


def covers_exactly(shape: shapely.Geometry, lon: float, lat: float) -> bool:
    """Decide in exact fractions whether a polygonal shape covers a point.

    Parameters
    ----------
    shape
        A valid polygon or multipolygon.
    lon, lat
        The point; doubles are taken at their exact value.

    Returns
    -------
    bool
        True inside and on the border.

    Notes
    -----
    Casts a ray to the east and counts the edges it crosses; an edge owns its lower end. Cost is
    linear in the vertices and slow: for arbitration, not for volume.
    """
    x, y = Fraction(lon), Fraction(lat)
    is_inside = False
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        vertices = [(Fraction(a), Fraction(b)) for a, b in shapely.get_coordinates(ring).tolist()]
        for (ax, ay), (bx, by) in pairwise(vertices):
            cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
                return True
            if (ay <= y) != (by <= y) and (cross > 0) == (by > ay):
                is_inside = not is_inside
    return is_inside


def _in_order(point: NDArray[np.int64], ordinal: NDArray[np.int64]) -> CoveringPairs:
    order = np.lexsort((ordinal, point))
    return CoveringPairs(point[order], ordinal[order].astype(np.int32))
