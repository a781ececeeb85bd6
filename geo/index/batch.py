"""Lookup kernels for many points.

A batch goes through in blocks and in stages (cell, split cell, record), so that the memory
waits of many points overlap.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.index.clipping import UNITS_PER_CELL, WORDS_PER_GROUP
from geo.index.leaves import WIDE, get32
from geo.index.lookup import cover_leaf, filter_mask, locate_cell, slow_owner
from geo.index.machine import item, lowest_bit, prefetch

_BLOCK = 512
_ROWS_BLOCK = 4096  # points whose owners stay in the nearest cache until their rows are taken
_LINE = 32  # 16-bit words in a cache line


@njit(cache=True, nogil=True)
def owners_of(
    lonlat: FloatArray,
    first: int,
    last: int,
    out: IntArray,
    limits: FloatArray,
    p: FloatArray,
    n_top: int,
    n_split: int,
    top: IntArray,
    sub: IntArray,
    hot: NDArray[np.int16],
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
) -> None:
    """Write the owner of the points first .. last - 1; -1 for nobody, NaN and infinities."""
    west, south, east, north = limits[0], limits[1], limits[2], limits[3]
    x0, y0, sx, sy = p[0], p[1], p[2], p[3]
    edge = n_top * n_split - 1e-9
    shift = 0
    while (1 << shift) < n_split:
        shift += 1
    low = n_split - 1
    unit_top = UNITS_PER_CELL / n_split
    index = np.empty(_BLOCK + 1, np.int64)
    code = np.empty(_BLOCK + 1, np.int64)
    column = np.empty(_BLOCK + 1, np.float64)
    row = np.empty(_BLOCK + 1, np.float64)
    leaf = np.empty(_BLOCK + 1, np.int64)
    leaf_at = np.empty(_BLOCK + 1, np.int64)
    fx = np.empty(_BLOCK + 1, np.float32)
    fy = np.empty(_BLOCK + 1, np.float32)
    # No branches below: which way a point goes cannot be predicted, so every stage writes and
    # only moves on where the point belongs to the next one.
    for start in range(first, last, _BLOCK):
        stop = min(start + _BLOCK, last)
        m = 0  # points of cells that are not plain
        for i in range(start, stop):
            x = lonlat[i, 0]
            y = lonlat[i, 1]
            inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            ux = (x - x0) * sx if inside else 0.0
            uy = (y - y0) * sy if inside else 0.0
            ux = edge if ux > edge else ux
            uy = edge if uy > edge else uy
            value = np.int64(item(top, (np.int64(uy) >> shift) * n_top + (np.int64(ux) >> shift)))
            value = value if inside else np.int64(0)
            out[i] = value - 1
            index[m] = i
            code[m] = -value - 1
            column[m] = ux
            row[m] = uy
            m += value < 0
        for j in range(m):
            at = ((code[j] >> 1) << shift) + (np.int64(row[j]) & low)
            at = (at << shift) + (np.int64(column[j]) & low)
            is_split = code[j] & 1
            leaf_at[j] = at if is_split else np.int64(0)
            prefetch(sub, leaf_at[j])
        w = 0  # points of border cells
        for j in range(m):
            is_split = code[j] & 1
            v = np.int64(item(sub, leaf_at[j])) if is_split else -code[j] - 1
            keep = np.int64(-1) if is_split else ~low
            unit = UNITS_PER_CELL if is_split else unit_top
            at = (-v - 1) >> 1 if v < 0 else np.int64(0)
            i = index[j]
            out[i] = v - 1
            leaf[w] = i
            fx[w] = np.float32((column[j] - (np.int64(column[j]) & keep)) * unit)
            fy[w] = np.float32((row[j] - (np.int64(row[j]) & keep)) * unit)
            leaf_at[w] = at
            prefetch(hot, at)
            prefetch(hot, at + _LINE)
            w += v < 0
        slow = 0
        for j in range(w):
            at = leaf_at[j]
            head = np.int64(item(hot, at))
            n = head & 255
            wide = head == WIDE
            mask = filter_mask(hot, at, 0 if wide else n, fx[j], fy[j])
            index[slow] = j
            slow += (mask < 0) | wide
            mask |= 1 << 40  # nobody: read some word, then drop it
            slot = lowest_bit(mask)
            none = slot == 40
            at += 4 + WORDS_PER_GROUP * n + 2 * slot
            out[leaf[j]] = -1 if none else get32(hot, 0 if none else at)
        for s in range(slow):
            j = index[s]
            i = leaf[j]
            out[i] = slow_owner(
                hot, leaf_at[j], exact, segments, owner_start, owners, lonlat[i, 0], lonlat[i, 1]
            )


@njit(cache=True, nogil=True)
def cover_counts(
    lonlat: FloatArray,
    first: int,
    last: int,
    counts: IntArray,
    owner: IntArray,
    on_border: BoolArray,
    overlap: BoolArray,
    limits: FloatArray,
    p: FloatArray,
    n_top: int,
    n_split: int,
    top: IntArray,
    sub: IntArray,
    hot: NDArray[np.int16],
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
) -> None:
    """Count the covering areas of each point; note the lowest ordinal and the flags."""
    one = np.empty(1, np.int32)
    for i in range(first, last):
        x, y = lonlat[i, 0], lonlat[i, 1]
        code, fx, fy = locate_cell(x, y, limits, p, n_top, n_split, top, sub)
        on_border[i] = False
        overlap[i] = False
        if code >= 0:
            counts[i] = 1 if code > 0 else 0
            owner[i] = code - 1
            continue
        one[0] = -1
        count, flags = cover_leaf(
            hot, (-code - 1) >> 1, fx, fy, exact, segments, owner_start, owners, x, y, one
        )
        counts[i] = count
        owner[i] = one[0]
        on_border[i] = flags & 1 != 0
        overlap[i] = flags & 2 != 0


@njit(cache=True, nogil=True)
def cover_fill(
    lonlat: FloatArray,
    first: int,
    last: int,
    start: NDArray[np.int64],
    owner: IntArray,
    out: IntArray,
    limits: FloatArray,
    p: FloatArray,
    n_top: int,
    n_split: int,
    top: IntArray,
    sub: IntArray,
    hot: NDArray[np.int16],
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
) -> None:
    """List the covering areas of each point, after their number is known."""
    for i in range(first, last):
        count = start[i + 1] - start[i]
        if count == 1:
            out[start[i]] = owner[i]
        elif count > 1:
            x, y = lonlat[i, 0], lonlat[i, 1]
            code, fx, fy = locate_cell(x, y, limits, p, n_top, n_split, top, sub)
            cover_leaf(
                hot,
                (-code - 1) >> 1,
                fx,
                fy,
                exact,
                segments,
                owner_start,
                owners,
                x,
                y,
                out[start[i] : start[i + 1]],
            )


@njit(cache=True, nogil=True)
def rows_of(
    lonlat: FloatArray,
    first: int,
    last: int,
    rows: IntArray,
    table: IntArray,
    limits: FloatArray,
    p: FloatArray,
    n_top: int,
    n_split: int,
    top: IntArray,
    sub: IntArray,
    hot: NDArray[np.int16],
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
) -> None:
    """Write for the points first .. last - 1 the row of a table that belongs to their owner.

    The last row of the table stands for nobody.
    """
    nobody = table.shape[0] - 1
    owner = np.empty(_ROWS_BLOCK, np.int32)
    for start in range(first, last, _ROWS_BLOCK):
        n = min(_ROWS_BLOCK, last - start)
        owners_of(
            lonlat[start : start + n], 0, n, owner, limits, p, n_top, n_split, top, sub, hot,
            exact, segments, owner_start, owners,
        )  # fmt: skip
        if table.shape[1] == 4:
            for i in range(n):
                at = np.int64(owner[i])
                at = nobody if at < 0 else at
                # Four levels are the usual chain; written out, a row is one load and store.
                rows[start + i, 0] = table[at, 0]
                rows[start + i, 1] = table[at, 1]
                rows[start + i, 2] = table[at, 2]
                rows[start + i, 3] = table[at, 3]
        else:
            for i in range(n):
                at = np.int64(owner[i])
                at = nobody if at < 0 else at
                for j in range(table.shape[1]):
                    rows[start + i, j] = table[at, j]
