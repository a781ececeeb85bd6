"""Fixed-point records of the segments of a border cell."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray

UNITS_PER_CELL = 8192.0
MAX_SEGMENTS = 248
LANES = 4
WORDS_PER_GROUP = 5 * LANES

_X_LIMIT = 3.0
_FAR = 24576  # _X_LIMIT in fixed-point units
_NOWHERE = 32767  # above every point of the cell: never crossed, never near


@njit(cache=True, nogil=True)
def _add_end(ends_y: FloatArray, ends_mask: IntArray, n: int, y: float, mask: int) -> int:
    for j in range(n):
        if ends_y[j] == y:
            ends_mask[j] ^= mask
            return n
    ends_y[n] = y
    ends_mask[n] = mask
    return n + 1


@njit(cache=True, nogil=True)
def _fixed(value: float) -> int:
    return int(np.floor(value * UNITS_PER_CELL + 0.5))


@njit(cache=True, nogil=True)
def _clip(xa: float, ya: float, xb: float, yb: float, out: FloatArray) -> int:
    """Clip a segment to the surroundings of the cell.

    ``out`` receives xa, ya, xb, yb of the part that is kept, then the heights of the part left
    of the surroundings. Returns bit 0 where a part is kept, bit 1 where a part lies left.
    """
    if yb < -1.0 or ya > 2.0:
        return 0
    dx, dy = xb - xa, yb - ya
    x0, y0, x1, y1 = xa, ya, xb, yb
    if y0 < -1.0:
        x0, y0 = xa + dx * ((-1.0 - ya) / dy), -1.0
    if y1 > 2.0:
        x1, y1 = xa + dx * ((2.0 - ya) / dy), 2.0
    if x0 >= _X_LIMIT and x1 >= _X_LIMIT:
        return 0
    if x0 <= -_X_LIMIT and x1 <= -_X_LIMIT:
        out[4], out[5] = y0, y1
        return 2
    result = 1
    if x0 < -_X_LIMIT or x1 < -_X_LIMIT:
        cut = min(max(ya + dy * ((-_X_LIMIT - xa) / dx), y0), y1)
        result = 3
        if x0 < x1:
            out[4], out[5] = y0, cut
            x0, y0 = -_X_LIMIT, cut
        else:
            out[4], out[5] = cut, y1
            x1, y1 = -_X_LIMIT, cut
    if x0 > _X_LIMIT or x1 > _X_LIMIT:
        cut = min(max(ya + dy * ((_X_LIMIT - xa) / dx), y0), y1)
        if x0 < x1:
            x1, y1 = _X_LIMIT, cut
        else:
            x0, y0 = _X_LIMIT, cut
    out[0], out[1], out[2], out[3] = x0, y0, x1, y1
    return result


@njit(cache=True, nogil=True)
def _put(records: NDArray[np.int16], n: int, ay: int, by: int, ax: int, bx: int, mask: int) -> None:
    at = (n // LANES) * WORDS_PER_GROUP + n % LANES
    records[at] = ay
    records[at + LANES] = by
    records[at + 2 * LANES] = ax
    records[at + 3 * LANES] = bx
    records[at + 4 * LANES] = np.int16(np.uint16(mask))


@njit(cache=True, nogil=True)
def hot_records(
    listed: IntArray,
    flags: IntArray,
    masks: IntArray,
    g: FloatArray,
    column: int,
    row: int,
    size: int,
    records: NDArray[np.int16],
) -> tuple[int, int]:
    """Write the fixed-point records of one narrow cell.

    Returns the number of groups of records and the mask of what lies below the whole cell;
    -1 groups when they do not fit.
    """
    ends_y = np.empty(6 * listed.size + 1, np.float64)
    ends_mask = np.empty(6 * listed.size + 1, np.int32)
    out = np.empty(6, np.float64)
    n_ends = 0
    n = 0
    inverse = 1.0 / size
    for i in range(listed.size):
        s = listed[i]
        xa, ya = (g[s, 0] - column) * inverse, (g[s, 1] - row) * inverse
        xb, yb = (g[s, 2] - column) * inverse, (g[s, 3] - row) * inverse
        if flags[i] & 1:
            n_ends = _add_end(ends_y, ends_mask, n_ends, ya, masks[i])
        if flags[i] & 2:
            n_ends = _add_end(ends_y, ends_mask, n_ends, yb, masks[i])
        kept = _clip(xa, ya, xb, yb, out)
        if kept & 2:
            n_ends = _add_end(ends_y, ends_mask, n_ends, out[4], masks[i])
            n_ends = _add_end(ends_y, ends_mask, n_ends, out[5], masks[i])
        if kept & 1:
            if n >= MAX_SEGMENTS:
                return -1, 0
            _put(
                records, n, _fixed(out[1]), _fixed(out[3]), _fixed(out[0]), _fixed(out[2]), masks[i]
            )
            n += 1
    below = 0
    for j in range(n_ends):
        if ends_mask[j] == 0 or ends_y[j] > 1.001:
            continue
        if ends_y[j] < -0.001:
            below ^= ends_mask[j]
            continue
        if n >= MAX_SEGMENTS:
            return -1, 0
        _put(records, n, _fixed(ends_y[j]), _FAR, -_FAR, -_FAR, ends_mask[j])
        n += 1
    groups = (n + LANES - 1) // LANES
    for lane in range(n, groups * LANES):
        _put(records, lane, _NOWHERE, _NOWHERE, _NOWHERE, _NOWHERE, 0)
    return groups, below
