"""Borders on the whole-number grid of a zoom, glued: see :mod:`boundaries.tiles.kernel`."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.tiles.kernel import count_cuts, fill_cuts, find_nodes
from geo.arrays import FloatArray

Whole = NDArray[np.int64]
"""Whole-number coordinates, places and counts."""

_SHIFT = 1 << 24
_MOST_CELLS = 4_000_000
_MULTIPLIER, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)


class Paths(NamedTuple):
    """Paths one behind the other: ``points`` (n, 2), of path i from ``starts[i]`` on."""

    points: Whole
    starts: Whole

    @property
    def lengths(self) -> Whole:
        """Number of points of each path."""
        return np.diff(self.starts)


class _Segments(NamedTuple):
    vertices: FloatArray
    vertex_of: Whole
    is_last: NDArray[np.bool_]
    ends: FloatArray
    segment_of: Whole
    is_forward: NDArray[np.bool_]


def node_paths(points: FloatArray, starts: Whole) -> Paths:
    """Round paths to whole numbers so that those that shared a segment still do.

    Parameters
    ----------
    points
        Shape (n, 2), in units of the zoom.
    starts
        Shape (m + 1,): where each path begins in ``points``. Rings repeat their first point.

    Returns
    -------
    Paths
        As many paths, each with a node wherever it meets a cut line of the tiles and wherever a
        vertex of any path lies in a pixel that it passes. Equal neighbours are merged, so that a
        path smaller than a unit may be a single point. No segment is farther than a unit's
        half diagonal from where it was.

    Notes
    -----
    Cost O(n log n). A segment used by several paths is worked out once, so it is the same for
    all of them, whichever way they run.
    """
    segments = _find_segments(points, starts)
    rounded = np.floor(segments.vertices + 0.5).astype(np.int64)
    counts = count_cuts(segments.ends)
    cuts = np.zeros((int(counts.sum()), 2), np.int64)
    fill_cuts(segments.ends, np.cumsum(counts) - counts, cuts)
    pixels = _unique_rows(np.concatenate([rounded, cuts]))
    rows, nodes = _find_nodes(segments.ends, pixels)
    n_nodes = np.bincount(rows, minlength=len(segments.ends))
    first_node = np.cumsum(n_nodes) - n_nodes
    here = np.flatnonzero(~segments.is_last & (segments.segment_of >= 0))
    sizes = np.ones(len(points), np.int64)
    sizes[here] += n_nodes[segments.segment_of[here]]
    places = np.cumsum(sizes) - sizes
    out = np.empty((int(sizes.sum()), 2), np.int64)
    out[places] = rounded[segments.vertex_of]
    noded = here[n_nodes[segments.segment_of[here]] > 0]
    segment = segments.segment_of[noded]
    within = _ranges(n_nodes[segment])
    forward = np.repeat(segments.is_forward[noded], n_nodes[segment])
    last = np.repeat(n_nodes[segment] - 1, n_nodes[segment])
    source = np.repeat(first_node[segment], n_nodes[segment]) + np.where(
        forward, within, last - within
    )
    out[np.repeat(places[noded] + 1, n_nodes[segment]) + within] = pixels[nodes[source]]
    return merge_equal(Paths(out, np.append(places, len(out))[starts]))


def merge_equal(paths: Paths) -> Paths:
    """Drop each point that equals the one before it on its path."""
    points, starts = paths
    keep = np.ones(len(points), np.bool_)
    keep[1:] = (points[1:] != points[:-1]).any(axis=1)
    keep[starts[:-1][paths.lengths > 0]] = True
    return take_points(paths, keep)


def take_points(paths: Paths, keep: NDArray[np.bool_]) -> Paths:
    """Keep some points of each path."""
    before = np.concatenate([[0], np.cumsum(keep)])
    return Paths(paths.points[keep], before[paths.starts])


def take_paths(paths: Paths, which: Whole) -> Paths:
    """Take paths by number, in this order, each as often as it is named."""
    lengths = paths.lengths[which]
    rows = np.repeat(paths.starts[:-1][which], lengths) + _ranges(lengths)
    return Paths(paths.points[rows], np.concatenate([[0], np.cumsum(lengths)]))


def _ranges(counts: Whole) -> Whole:
    """Count from zero anew for each count: (2, 3) gives 0 1 0 1 2."""
    total = int(counts.sum())
    return np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)


def _find_segments(points: FloatArray, starts: Whole) -> _Segments:
    vertex_of, vertices = _unique_points(points)
    n = len(vertices)
    is_last = np.zeros(len(points), np.bool_)
    is_last[starts[1:][np.diff(starts) > 0] - 1] = True
    following = np.append(vertex_of[1:], -1)
    is_segment = ~is_last & (following != vertex_of)
    low, high = np.minimum(vertex_of, following), np.maximum(vertex_of, following)
    number, keys = pd.factorize(low[is_segment] * n + high[is_segment])
    segment_of = np.full(len(points), -1, np.int64)
    segment_of[is_segment] = number
    ends = np.hstack([vertices[keys // n], vertices[keys % n]])
    return _Segments(vertices, vertex_of, is_last, ends, segment_of, vertex_of == low)


def _unique_points(points: FloatArray) -> tuple[Whole, FloatArray]:
    """Number the points that differ, and give them; the hash is checked, not trusted."""
    bits = np.ascontiguousarray(points + 0.0).view(np.uint64)
    number, _ = pd.factorize((bits[:, 0] * _MULTIPLIER) ^ (bits[:, 1] >> _HALF) ^ bits[:, 1])
    first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
    if not (points[first][number] == points).all():
        joined = np.ascontiguousarray(points).view(np.complex128).ravel()
        _, first, number = np.unique(joined, return_index=True, return_inverse=True)
    return number, points[first]


def _unique_rows(rows: Whole) -> Whole:
    keys = np.sort(((rows[:, 0] + _SHIFT) << 32) | (rows[:, 1] + _SHIFT))
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    return np.column_stack([(keys >> 32) - _SHIFT, (keys & 0xFFFFFFFF) - _SHIFT])


def _find_nodes(ends: FloatArray, pixels: Whole) -> tuple[Whole, Whole]:
    """List segment and pixel of each hit, by segment and then along it."""
    if not len(ends):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low, high = pixels.min(axis=0) - 1, pixels.max(axis=0) + 1
    reach = np.abs(ends[:, :2] - ends[:, 2:]).max(axis=1)
    spread = np.sqrt(np.prod((high - low).astype(np.float64)) / min(len(pixels), _MOST_CELLS))
    cell = float(max(1.0, np.median(reach), spread))
    shape = ((high - low) // cell + 1).astype(np.int64)
    number = ((pixels - low) // cell).astype(np.int64) @ np.array([1, shape[0]])
    order = np.argsort(number, kind="stable")
    counts = np.bincount(number, minlength=int(np.prod(shape)))
    cell_starts = np.concatenate([[0], np.cumsum(counts)])
    room = len(ends) // 2 + 64
    while True:
        rows, nodes = np.empty(room, np.int64), np.empty(room, np.int64)
        places = np.empty(room)
        found = find_nodes(
            ends, pixels, order, cell_starts, low, shape, cell, rows, places, nodes
        )
        if found <= room:
            break
        room = found
    ordered = np.lexsort((places[:found], rows[:found]))
    return rows[ordered], nodes[ordered]
