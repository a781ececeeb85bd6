"""Distance to borders: a packed tree of boxes over the segments in Hilbert order.

Distances are measured in the plane that touches the ellipsoid at the query point: metres per
degree of longitude and latitude there, straight edges between vertices. Within 10 km the
difference to the geodesic stays below 1e-3 of the distance.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray

FANOUT = 8
"""Children of a node."""

_STACK = 128  # seven children wait on each of at most sixteen levels
_A = 6378137.0  # CGCS2000, semi-major axis
_F = 1.0 / 298.257222101
_E2 = _F * (2.0 - _F)
_DEGREE = math.pi / 180.0


@njit(cache=True, nogil=True)
def build_boxes(segments: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Build the boxes of all levels above the segments.

    Returns
    -------
    boxes
        Shape (b, 4): west, south, east, north; level after level, the finest first.
    level_start
        Where each level begins, then the total.
    """
    sizes = np.empty(24, np.int64)
    n_levels = 0
    n = segments.shape[0]
    while True:
        n = (n + FANOUT - 1) // FANOUT
        sizes[n_levels] = n
        n_levels += 1
        if n <= 1:
            break
    level_start = np.zeros(n_levels + 1, np.int64)
    for level in range(n_levels):
        level_start[level + 1] = level_start[level] + sizes[level]
    boxes = np.empty((level_start[n_levels], 4), np.float64)
    for level in range(n_levels):
        below = segments.shape[0] if level == 0 else sizes[level - 1]
        for node in range(sizes[level]):
            west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
            for child in range(node * FANOUT, min((node + 1) * FANOUT, below)):
                if level == 0:
                    x0 = min(segments[child, 0], segments[child, 2])
                    x1 = max(segments[child, 0], segments[child, 2])
                    y0, y1 = segments[child, 1], segments[child, 3]
                else:
                    q = level_start[level - 1] + child
                    x0, y0, x1, y1 = boxes[q, 0], boxes[q, 1], boxes[q, 2], boxes[q, 3]
                west, south = min(west, x0), min(south, y0)
                east, north = max(east, x1), max(north, y1)
            at = level_start[level] + node
            boxes[at, 0], boxes[at, 1], boxes[at, 2], boxes[at, 3] = west, south, east, north
    return boxes, level_start


@njit(cache=True, nogil=True)
def scale_at(lat: float, geographic: bool) -> tuple[float, float]:
    """Metres per unit of x and y at a latitude; 1 and 1 in a projected system."""
    if not geographic:
        return 1.0, 1.0
    lat = min(max(lat, -90.0), 90.0)  # far-away input must not turn metres around
    s = math.sin(lat * _DEGREE)
    w2 = 1.0 - _E2 * s * s
    w = math.sqrt(w2)
    prime_vertical = _A / w
    meridian = _A * (1.0 - _E2) / (w2 * w)
    return prime_vertical * math.cos(lat * _DEGREE) * _DEGREE, meridian * _DEGREE


@njit(cache=True, nogil=True)
def _segment_distance2(
    segments: FloatArray, s: int, x: float, y: float, mx: float, my: float
) -> float:
    ax = (segments[s, 0] - x) * mx
    ay = (segments[s, 1] - y) * my
    dx = (segments[s, 2] - segments[s, 0]) * mx
    dy = (segments[s, 3] - segments[s, 1]) * my
    t = -(ax * dx + ay * dy) / (dx * dx + dy * dy)
    t = min(max(t, 0.0), 1.0)
    ax += t * dx
    ay += t * dy
    return ax * ax + ay * ay


@njit(cache=True, nogil=True)
def _box_distance2(boxes: FloatArray, b: int, x: float, y: float, mx: float, my: float) -> float:
    dx = max(max(boxes[b, 0] - x, x - boxes[b, 2]), 0.0) * mx
    dy = max(max(boxes[b, 1] - y, y - boxes[b, 3]), 0.0) * my
    return dx * dx + dy * dy


@njit(cache=True, nogil=True)
def nearest_border(
    x: float,
    y: float,
    mx: float,
    my: float,
    segments: FloatArray,
    boxes: FloatArray,
    level_start: NDArray[np.int64],
    guess: int,
    limit: float,
) -> tuple[float, int]:
    """Squared distance to the nearest segment, and that segment.

    ``guess`` is a segment that is probably near (-1: none), which only saves time. Segments whose
    squared distance is not below ``limit`` are not looked for: -1 and infinity where all are.
    """
    stack = np.empty(_STACK, np.int64)
    reach = np.empty(_STACK, np.float64)
    best = limit
    found = -1
    if guess >= 0:
        d = _segment_distance2(segments, guess, x, y, mx, my)
        if d < best:
            best = d
            found = guess
    n_levels = level_start.size - 1
    size = 1
    stack[0] = ((n_levels - 1) << 40) | 0
    reach[0] = 0.0
    while size > 0:
        size -= 1
        if reach[size] >= best:
            continue
        level = stack[size] >> 40
        node = stack[size] & ((1 << 40) - 1)
        low = node * FANOUT
        if level == 0:
            for s in range(low, min(low + FANOUT, segments.shape[0])):
                d = _segment_distance2(segments, s, x, y, mx, my)
                if d < best:
                    best = d
                    found = s
            continue
        base = level_start[level - 1]
        below = level_start[level] - base
        bottom = size
        for child in range(low, min(low + FANOUT, below)):
            d = _box_distance2(boxes, base + child, x, y, mx, my)
            if d >= best:
                continue
            at = size
            while at > bottom and reach[at - 1] < d:
                reach[at] = reach[at - 1]
                stack[at] = stack[at - 1]
                at -= 1
            reach[at] = d
            stack[at] = ((level - 1) << 40) | child
            size += 1
    return best if found >= 0 else np.inf, found


@njit(cache=True, nogil=True)
def border_distances(
    lonlat: FloatArray,
    first: int,
    last: int,
    out: FloatArray,
    limit: float,
    geographic: bool,
    segments: FloatArray,
    boxes: FloatArray,
    level_start: NDArray[np.int64],
) -> None:
    """Write the metres to the nearest border of the points first .. last - 1.

    ``limit`` is squared metres: farther borders are not looked for, and written as infinite.
    """
    guess = -1
    for i in range(first, last):
        x, y = lonlat[i, 0], lonlat[i, 1]
        if not (np.isfinite(x) and np.isfinite(y)) or segments.shape[0] == 0:
            out[i] = np.nan
            continue
        mx, my = scale_at(y, geographic)
        d, guess = nearest_border(x, y, mx, my, segments, boxes, level_start, guess, limit)
        out[i] = math.sqrt(d)


@njit(cache=True, nogil=True)
def areas_within(
    x: float,
    y: float,
    mx: float,
    my: float,
    radius_m: float,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    boxes: FloatArray,
    level_start: NDArray[np.int64],
) -> tuple[IntArray, FloatArray]:
    """Find the areas with a border within a radius, with squared distances, unordered."""
    limit = radius_m * radius_m
    ordinals = np.empty(8, np.int32)
    best = np.empty(8, np.float64)
    n = 0
    if segments.shape[0] == 0:
        return ordinals[:0], best[:0]
    stack = np.empty(_STACK, np.int64)
    size = 1
    stack[0] = (level_start.size - 2) << 40
    while size > 0:
        size -= 1
        level = stack[size] >> 40
        low = (stack[size] & ((1 << 40) - 1)) * FANOUT
        if level > 0:
            base = level_start[level - 1]
            below = level_start[level] - base
            for child in range(low, min(low + FANOUT, below)):
                if _box_distance2(boxes, base + child, x, y, mx, my) <= limit:
                    stack[size] = ((level - 1) << 40) | child
                    size += 1
            continue
        for s in range(low, min(low + FANOUT, segments.shape[0])):
            d = _segment_distance2(segments, s, x, y, mx, my)
            if not d <= limit:  # NaN of far-away input included
                continue
            for j in range(owner_start[s], owner_start[s + 1]):
                at = 0
                while at < n and ordinals[at] != owners[j]:
                    at += 1
                if at == n:
                    if n == ordinals.size:
                        more = np.empty(2 * n, np.int32)
                        far = np.empty(2 * n, np.float64)
                        for q in range(n):
                            more[q] = ordinals[q]
                            far[q] = best[q]
                        ordinals, best = more, far
                    ordinals[n] = owners[j]
                    best[n] = np.inf
                    n += 1
                best[at] = min(best[at], d)
    return ordinals[:n], best[:n]
