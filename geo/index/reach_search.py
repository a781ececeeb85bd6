"""Which lines or points lie within reach of a place: kernels over a grid of cells.

A point is a segment without length. Distances are those of the plane that touches the ellipsoid
at the place (see ``geo.index.nearest``). The segments of the cells of one row follow each other,
so a place reads one run of them in each row that its reach touches.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.index.nearest import scale_at

ON_LINE_M = 1e-3
"""A place that is nearer than this to a line lies on it, metres."""

_MARGIN = 1e-9  # cells; more than the rounding of any position in the grid
_STRAIGHT = 1e-9  # sine of an angle that counts as none
_SMALL = 24  # rows up to this size are sorted by insertion


@njit(cache=True, nogil=True)
def _rows(segments: FloatArray, s: int, grid: FloatArray, n_rows: int) -> tuple[int, int]:
    low = (min(segments[s, 1], segments[s, 3]) - grid[1]) * grid[3]
    high = (max(segments[s, 1], segments[s, 3]) - grid[1]) * grid[3]
    last = n_rows - 1.0
    return int(min(max(low - _MARGIN, 0.0), last)), int(min(max(high + _MARGIN, 0.0), last))


@njit(cache=True, nogil=True)
def _columns(
    segments: FloatArray, s: int, row: int, grid: FloatArray, n_columns: int
) -> tuple[int, int]:
    """First and last column that a segment touches in a row."""
    ax, ay = (segments[s, 0] - grid[0]) * grid[2], (segments[s, 1] - grid[1]) * grid[3]
    bx, by = (segments[s, 2] - grid[0]) * grid[2], (segments[s, 3] - grid[1]) * grid[3]
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    left, right = ax, bx
    if by - ay > _MARGIN:
        low = min(max((row - _MARGIN - ay) / (by - ay), 0.0), 1.0)
        high = min(max((row + 1 + _MARGIN - ay) / (by - ay), 0.0), 1.0)
        left, right = ax + low * (bx - ax), ax + high * (bx - ax)
    if left > right:
        left, right = right, left
    last = n_columns - 1.0
    return int(min(max(left - _MARGIN, 0.0), last)), int(min(max(right + _MARGIN, 0.0), last))


@njit(cache=True, nogil=True)
def fill_cells(
    segments: FloatArray, grid: FloatArray, n_columns: int, n_rows: int
) -> tuple[NDArray[np.int64], IntArray]:
    """List for each cell, row after row, the segments that touch it.

    ``grid`` holds western and southern limit, and cells per unit of x and of y. Cost
    O(segments + cells + pairs of both that touch).
    """
    start = np.zeros(n_columns * n_rows + 1, np.int64)
    for s in range(segments.shape[0]):
        bottom, top = _rows(segments, s, grid, n_rows)
        for row in range(bottom, top + 1):
            left, right = _columns(segments, s, row, grid, n_columns)
            for column in range(left, right + 1):
                start[row * n_columns + column + 1] += 1
    for cell in range(n_columns * n_rows):
        start[cell + 1] += start[cell]
    items = np.empty(start[n_columns * n_rows], np.int32)
    fill = start[:-1].copy()
    for s in range(segments.shape[0]):
        bottom, top = _rows(segments, s, grid, n_rows)
        for row in range(bottom, top + 1):
            left, right = _columns(segments, s, row, grid, n_columns)
            for column in range(left, right + 1):
                cell = row * n_columns + column
                items[fill[cell]] = s
                fill[cell] += 1
    return start, items


@njit(cache=True, nogil=True)
def _more_room(
    found: IntArray, squares: FloatArray, nearest: IntArray
) -> tuple[IntArray, FloatArray, IntArray]:
    n = found.size
    more = np.empty(2 * n, np.int32)
    far = np.empty(2 * n, np.float64)
    at = np.empty(2 * n, np.int32)
    more[:n], far[:n], at[:n] = found, squares, nearest
    return more, far, at


@njit(cache=True, nogil=True)
def _sort_row(found: IntArray, squares: FloatArray, nearest: IntArray, a: int, b: int) -> None:
    """Sort the hits a .. b - 1 by distance, then ordinal."""
    if b - a > _SMALL:
        order = np.argsort(found[a:b], kind="mergesort")
        order = order[np.argsort(squares[a:b][order], kind="mergesort")]
        found[a:b], squares[a:b] = found[a:b][order], squares[a:b][order]
        nearest[a:b] = nearest[a:b][order]
        return
    for i in range(a + 1, b):
        f, d, s = found[i], squares[i], nearest[i]
        at = i
        while at > a and (squares[at - 1] > d or (squares[at - 1] == d and found[at - 1] > f)):
            found[at], squares[at] = found[at - 1], squares[at - 1]
            nearest[at] = nearest[at - 1]
            at -= 1
        found[at], squares[at], nearest[at] = f, d, s


@njit(cache=True, nogil=True)
def features_within(
    lonlat: FloatArray,
    first: int,
    last: int,
    reach_m: float,
    limit2: FloatArray,
    step: int,
    at_most: int,
    row_set: IntArray,
    class_sets: BoolArray,
    counts: NDArray[np.int64],
    n_features: int,
    classes: IntArray,
    segments: FloatArray,
    owner: IntArray,
    grid: FloatArray,
    n_columns: int,
    n_rows: int,
    cell_start: NDArray[np.int64],
    items: IntArray,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Find what lies within reach of the places first .. last - 1, and count it in ``counts``.

    Feature f is found within the root of ``limit2[f * step]``, which ``reach_m`` bounds. Where
    ``class_sets`` has rows, place i takes only the classes of ``class_sets[row_set[i]]``.

    Returns
    -------
    found, squares, nearest
        Place after place, by distance then ordinal: the feature, the square of its distance,
        and its nearest segment, the first of equal ones.
    """
    found = np.empty(max(16, 2 * (last - first)), np.int32)
    squares = np.empty(found.size, np.float64)
    nearest = np.empty(found.size, np.int32)
    # Where the hit of a feature stands. Never cleared: an entry counts only if it points to a hit
    # of this place that is of this feature.
    place = np.empty(n_features, np.int64)
    is_choosy = class_sets.shape[0] > 0
    n = 0
    for i in range(first, last):
        counts[i] = 0
        x, y = lonlat[i, 0], lonlat[i, 1]
        chosen = row_set[i] if is_choosy else 0
        mx, my = scale_at(y, True)
        u, v = (x - grid[0]) * grid[2], (y - grid[1]) * grid[3]
        du, dv = reach_m / mx * grid[2] + _MARGIN, reach_m / my * grid[3] + _MARGIN
        # False for NaN and infinities too.
        if not (
            u + du >= 0.0 and u - du <= n_columns and v + dv >= 0.0 and v - dv <= n_rows
            and chosen >= 0
        ):  # fmt: skip
            continue
        left = min(int(max(u - du, 0.0)), n_columns - 1)
        bottom = min(int(max(v - dv, 0.0)), n_rows - 1)
        right, top = int(min(u + du, n_columns - 1.0)), int(min(v + dv, n_rows - 1.0))
        base = n
        for row in range(bottom, top + 1):
            cell = row * n_columns
            for j in range(cell_start[cell + left], cell_start[cell + right + 1]):
                s = items[j]
                ax = (segments[s, 0] - x) * mx
                ay = (segments[s, 1] - y) * my
                dx = (segments[s, 2] - segments[s, 0]) * mx
                dy = (segments[s, 3] - segments[s, 1]) * my
                square = dx * dx + dy * dy
                t = -(ax * dx + ay * dy) / (square if square > 0.0 else 1.0)
                t = min(max(t, 0.0), 1.0)
                ax += t * dx
                ay += t * dy
                d = ax * ax + ay * ay
                f = owner[s]
                if not d <= limit2[f * step]:
                    continue
                if is_choosy and not class_sets[chosen, classes[f]]:
                    continue
                at = place[f]
                if at < base or at >= n or found[at] != f:
                    if n == found.size:
                        found, squares, nearest = _more_room(found, squares, nearest)
                    place[f] = n
                    found[n], squares[n], nearest[n] = f, d, s
                    n += 1
                elif d < squares[at] or (d == squares[at] and s < nearest[at]):
                    squares[at], nearest[at] = d, s
        if n - base > 1:
            _sort_row(found, squares, nearest, base, n)
        if n - base > at_most:
            n = base + at_most
        counts[i] = n - base
    return found[:n], squares[:n], nearest[:n]


@njit(cache=True, nogil=True)
def _side(
    segments: FloatArray, s: int, other: int, x: float, y: float, mx: float, my: float
) -> int:
    """Side of a place whose nearest point of s is its end that ``other`` shares (-1: none)."""
    dx, dy = (segments[s, 2] - segments[s, 0]) * mx, (segments[s, 3] - segments[s, 1]) * my
    length = math.sqrt(dx * dx + dy * dy)
    nx, ny = -dy / length, dx / length
    px, py = (x - segments[s, 0]) * mx, (y - segments[s, 1]) * my
    if px * dx + py * dy > 0.0:
        px, py = (x - segments[s, 2]) * mx, (y - segments[s, 3]) * my
    if other >= 0:
        # The sum of both normals points to the left of every place between them.
        dx = (segments[other, 2] - segments[other, 0]) * mx
        dy = (segments[other, 3] - segments[other, 1]) * my
        length = math.sqrt(dx * dx + dy * dy)
        nx, ny = nx - dy / length, ny + dx / length
    across = px * nx + py * ny
    if abs(across) <= _STRAIGHT * math.sqrt(px * px + py * py):
        return 0
    return 1 if across > 0.0 else -1


@njit(cache=True, nogil=True)
def sides_of(
    lonlat: FloatArray,
    first: int,
    last: int,
    indptr: NDArray[np.int64],
    nearest: IntArray,
    sides: NDArray[np.int8],
    chainage_m: FloatArray,
    segments: FloatArray,
    joints: IntArray,
    chain: FloatArray,
) -> None:
    """Write side (1 left, -1 right, 0 on) and chainage of the hits of places first .. last - 1.

    ``joints`` names the segments before and after each, -1 for none; ``chain`` its chainage and
    length. ``chainage_m`` may be empty, then it is left out.
    """
    for i in range(first, last):
        x, y = lonlat[i, 0], lonlat[i, 1]
        mx, my = scale_at(y, True)
        for j in range(indptr[i], indptr[i + 1]):
            s = nearest[j]
            ax, ay = (x - segments[s, 0]) * mx, (y - segments[s, 1]) * my
            dx = (segments[s, 2] - segments[s, 0]) * mx
            dy = (segments[s, 3] - segments[s, 1]) * my
            along = (ax * dx + ay * dy) / (dx * dx + dy * dy)
            t = min(max(along, 0.0), 1.0)
            if chainage_m.size > 0:
                chainage_m[j] = chain[s, 0] + t * chain[s, 1]
            px, py = ax - t * dx, ay - t * dy
            if px * px + py * py <= ON_LINE_M * ON_LINE_M:
                sides[j] = 0
            elif 0.0 < along < 1.0:
                sides[j] = 1 if dx * ay - dy * ax > 0.0 else -1
            else:
                other = joints[s, 1] if along >= 1.0 else joints[s, 0]
                sides[j] = _side(segments, s, other, x, y, mx, my)
