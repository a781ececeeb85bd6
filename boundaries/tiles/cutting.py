"""Cutting noded paths and polygons into tiles, exactly.

Every path has a node wherever it meets a cut line, so that cutting is bookkeeping: a coordinate
beyond a tile's region is moved onto its edge, and no new coordinate is ever worked out. Whatever
two tiles or two neighbours share is therefore the same number in both.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.tiles.kernel import BUFFER, EXTENT
from boundaries.tiles.noding import Paths, Whole, merge_equal, take_paths, take_points
from geo.arrays import GeometryArray

_MOST_AT_ONCE = 6_000_000
_CLOSED = 4


class Pieces(NamedTuple):
    """Geometries in the units of their tiles: tile column and row, owner, and shape."""

    x: Whole
    y: Whole
    owner: Whole
    shapes: GeometryArray


class _Rings(NamedTuple):
    paths: Paths
    polygon: Whole
    owner: Whole
    x: Whole
    y: Whole


def polygons_of(paths: Paths, ring_of: Whole) -> tuple[GeometryArray, Whole]:
    """Build valid polygons of noded rings.

    Parameters
    ----------
    paths
        Rings that repeat their first point, the shell of each polygon first.
    ring_of
        Ascending number of the polygon of each ring.

    Returns
    -------
    shapes, polygon_of
        Valid polygons with whole-number coordinates, and the number of the polygon each is (a
        part) of. What has no area is left out; where rounding pinched a polygon it falls into
        parts.
    """
    sound = (paths.lengths >= _CLOSED) & (_doubled_areas(paths) != 0)
    first = np.ones(len(ring_of), np.bool_)
    first[1:] = ring_of[1:] != ring_of[:-1]
    # A polygon without its shell has no holes either.
    keep = np.flatnonzero(sound & sound[first][np.cumsum(first) - 1])
    kept, number = take_paths(paths, keep), ring_of[keep]
    if not len(keep):
        return np.empty(0, dtype=object), np.empty(0, np.int64)
    starts = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        kept.points.astype(np.float64),
        (kept.starts, np.append(starts, len(number))),
    )
    return _mended(shapes, number[starts])


def cut_polygons(shapes: GeometryArray, owner: Whole) -> Iterator[Pieces]:
    """Cut noded polygons into tiles.

    Parameters
    ----------
    shapes
        Valid polygons in whole units of the zoom, noded at the cut lines.
    owner
        Number of the area of each.

    Yields
    ------
    Pieces
        Valid polygons that fill the region of a tile (4,096 units and 64 more on each side) as
        far as the shape covers it; in portions, so that memory stays small.
    """
    bounds = shapely.bounds(shapes)
    width, height = _span(bounds[:, 0], bounds[:, 2]), _span(bounds[:, 1], bounds[:, 3])
    load = shapely.get_num_coordinates(shapes) * (width + height)
    portions = np.cumsum(load) // _MOST_AT_ONCE
    for portion in np.unique(portions):
        chosen = portions == portion
        yield _cut(shapes[chosen], owner[chosen])


def cut_lines(paths: Paths, owner: Whole) -> Pieces:
    """Cut noded lines into tiles; pieces of a line in one tile are a multi-line."""
    is_last = np.zeros(len(paths.points), np.bool_)
    is_last[paths.starts[1:][paths.lengths > 0] - 1] = True
    segment = np.flatnonzero(~is_last)
    ends = np.stack([paths.points[segment], paths.points[segment + 1]])
    low, high = ends.min(axis=0), ends.max(axis=0)
    # Noded, a segment lies in a region as a whole; along its very edge it belongs to both tiles.
    first, last = -((BUFFER - high) // EXTENT) - 1, (low + BUFFER) // EXTENT
    first, last = np.minimum(first, last), np.maximum(first, last)
    number, x = _spread(np.arange(len(segment)), first[:, 0], last[:, 0])
    again, y = _spread(np.arange(len(number)), first[number, 1], last[number, 1])
    number, x = number[again], x[again]
    of_path = np.searchsorted(paths.starts, segment, side="right") - 1
    line = of_path[number]
    order = np.lexsort((segment[number], line, y, x))
    return _join_runs(paths, owner, segment[number][order], line[order], x[order], y[order])


def _join_runs(
    paths: Paths, owner: Whole, segment: Whole, line: Whole, x: Whole, y: Whole
) -> Pieces:
    """Join segments that follow each other on a line within a tile."""
    is_new = np.ones(len(segment), np.bool_)
    is_new[1:] = (
        (segment[1:] != segment[:-1] + 1)
        | (line[1:] != line[:-1])
        | (x[1:] != x[:-1])
        | (y[1:] != y[:-1])
    )
    begins = np.flatnonzero(is_new)
    lengths = np.diff(np.append(begins, len(segment)))
    which, rows = _spread(np.arange(len(begins)), segment[begins], segment[begins] + lengths)
    points = paths.points[rows].astype(np.float64)
    points -= np.column_stack([x[begins], y[begins]])[which] * float(EXTENT)
    shapes = shapely.linestrings(points, indices=which)
    return Pieces(x[begins], y[begins], owner[line[begins]], np.asarray(shapes))


def _cut(shapes: GeometryArray, owner: Whole) -> Pieces:
    _, points, (ring_starts, polygon_starts) = shapely.to_ragged_array(shapes)
    paths = Paths(points.astype(np.int64), np.asarray(ring_starts, np.int64))
    number = np.repeat(np.arange(len(shapes)), np.diff(polygon_starts))
    nothing = np.zeros(len(shapes), np.int64)
    rings = _Rings(paths, number, owner, nothing, nothing)
    rings = _clamp(_clamp(rings, 0), 1)
    shift = np.column_stack([rings.x, rings.y])[rings.polygon] * EXTENT
    local = rings.paths.points - np.repeat(shift, rings.paths.lengths, axis=0)
    pieces, polygon = polygons_of(Paths(local, rings.paths.starts), rings.polygon)
    return Pieces(rings.x[polygon], rings.y[polygon], rings.owner[polygon], pieces)


def _clamp(rings: _Rings, axis: int) -> _Rings:
    """Cut polygons into columns (axis 0) or rows (axis 1) of tiles."""
    paths = rings.paths
    value = paths.points[:, axis]
    n = len(rings.owner)
    # A polygon whose rings are all gone covers nothing here: no tile at all.
    first, last = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    present, begins = np.unique(rings.polygon, return_index=True)
    begins = paths.starts[begins]
    first[present] = (np.minimum.reduceat(value, begins) - BUFFER) // EXTENT
    last[present] = -((-np.maximum.reduceat(value, begins) - BUFFER) // EXTENT) - 1
    source, tile = _spread(np.arange(n), first, last)
    begin = np.cumsum(last - first + 1) - (last - first + 1)
    ring, step = _spread(
        np.arange(len(rings.polygon)), first[rings.polygon], last[rings.polygon]
    )
    polygon = begin[rings.polygon[ring]] + step - first[rings.polygon[ring]]
    order = np.argsort(polygon, kind="stable")
    taken, polygon = take_paths(paths, ring[order]), polygon[order]
    side = np.repeat(tile[polygon] * EXTENT, taken.lengths)
    moved = taken.points.copy()
    moved[:, axis] = np.clip(moved[:, axis], side - BUFFER, side + EXTENT + BUFFER)
    cut = _straighten(Paths(moved, taken.starts), axis, side)
    keep = np.flatnonzero(cut.lengths >= _CLOSED)
    x, y = (tile, rings.y[source]) if axis == 0 else (rings.x[source], tile)
    return _Rings(take_paths(cut, keep), polygon[keep], rings.owner[source], x, y)


def _straighten(paths: Paths, axis: int, side: Whole) -> Paths:
    """Drop what a ring does along the cut itself: points between two others on the same edge."""
    value = paths.points[:, axis]
    before, after = _ring_neighbours(paths)
    on_edge = (value == side - BUFFER) | (value == side + EXTENT + BUFFER)
    idle = on_edge & (value[before] == value) & (value[after] == value)
    # The ring's first point stands twice; it is closed anew.
    closing = paths.starts[1:][paths.lengths > 0] - 1
    idle[closing] = True
    opened = merge_equal(take_points(paths, ~idle))
    return _close(opened)


def _ring_neighbours(paths: Paths) -> tuple[Whole, Whole]:
    rows = np.arange(len(paths.points))
    before, after = rows - 1, rows + 1
    has = paths.lengths > 0
    first, last = paths.starts[:-1][has], paths.starts[1:][has] - 1
    before[first], after[last] = last - 1, first + 1
    return before, after


def _close(paths: Paths) -> Paths:
    lengths = paths.lengths
    has = lengths > 0
    grown = lengths + has
    starts = np.concatenate([[0], np.cumsum(grown)])
    points = np.empty((int(starts[-1]), 2), np.int64)
    is_closing = np.zeros(len(points), np.bool_)
    is_closing[starts[1:][has] - 1] = True
    points[~is_closing] = paths.points
    points[is_closing] = paths.points[paths.starts[:-1][has]]
    return Paths(points, starts)


def _spread(rows: Whole, first: Whole, last: Whole) -> tuple[Whole, Whole]:
    """Repeat each row for every whole number from first to last, and give both."""
    counts = np.maximum(last - first + 1, 0)
    total = int(counts.sum())
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(rows, counts), np.repeat(first, counts) + within


def _span(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.floor((high + BUFFER) / EXTENT) - np.floor((low - BUFFER) / EXTENT) + 1.0


def _doubled_areas(paths: Paths) -> Whole:
    """Twice the signed area of each ring, exactly."""
    has = paths.lengths > 0
    origin = np.repeat(paths.points[paths.starts[:-1][has]], paths.lengths[has], axis=0)
    x, y = (paths.points - origin).T
    products = np.zeros(len(x), np.int64)
    products[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    products[paths.starts[1:][has] - 1] = 0
    sums = np.concatenate([[0], np.cumsum(products)])
    areas: Whole = sums[paths.starts[1:]] - sums[paths.starts[:-1]]
    return areas


def _mended(shapes: GeometryArray, number: Whole) -> tuple[GeometryArray, Whole]:
    """Make pinched or retraced polygons valid; every node is there already, so none is new."""
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(broken):
        return shapes, number
    flat, of_fixed = shapely.get_parts(shapely.make_valid(shapes[broken]), return_index=True)
    parts, of_flat = shapely.get_parts(flat, return_index=True)
    which = broken[of_fixed[of_flat]]
    has_area = shapely.area(parts) > 0
    sound = np.delete(np.arange(len(shapes)), broken)
    return (
        np.concatenate([shapes[sound], parts[has_area]]),
        np.concatenate([number[sound], number[which[has_area]]]),
    )
