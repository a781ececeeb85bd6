"""Lookup kernels: which areas cover a point.

A batch goes through in blocks and in stages (cell, split cell, record), so that the memory
waits of many points overlap.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.index.leaves import UNITS_PER_CELL, WIDE, find_slot, get32, toggles
from geo.index.machine import lowest_bit, prefetch

_NEAR = np.float32(0.56)  # half a unit of rounding at each end, and the point's own rounding
_BLOCK = 1024
_LINE = 32  # 16-bit words in a cache line


@njit(cache=True, nogil=True)
def filter_mask(hot: NDArray[np.int16], at: int, n: int, px: np.float32, py: np.float32) -> int:
    """Mask of the covering candidates by the fixed-point filter; -1 where it cannot tell.

    With both ends off by at most half a unit, the determinant is off by at most half the sum
    of the four differences; 0.56 also covers the rounding of single precision. Written without
    branches: which way a segment falls cannot be predicted.
    """
    mask = np.int64(np.uint16(hot[at + 1]))
    unsure = False
    q = at + 4
    for _ in range(n):
        d1 = py - np.float32(hot[q])
        d2 = np.float32(hot[q + 1]) - py
        u1 = np.float32(hot[q + 2]) - px
        u2 = np.float32(hot[q + 3]) - px
        det = u1 * d2 + d1 * u2
        slack = _NEAR * (abs(u1) + abs(u2) + abs(d1) + abs(d2)) + np.float32(1.0)
        low = min(d1, d2)
        unsure |= (low > -_NEAR) & ((low < _NEAR) | (abs(det) <= slack))
        owners = np.int64(np.uint16(hot[q + 4]))
        mask ^= owners if (low > np.float32(0.0)) & (det < np.float32(0.0)) else np.int64(0)
        q += 5
    return np.int64(-1) if unsure else mask


@njit(cache=True, nogil=True)
def exact_mask(
    exact: IntArray, e: int, segments: FloatArray, x: float, y: float
) -> tuple[int, int]:
    """Masks of the candidates that hold the point and of those on whose border it lies."""
    n = exact[e]
    mask = np.int64(exact[e + 2])
    border = np.int64(0)
    for i in range(n):
        item = exact[e + 3 + 2 * i]
        effect = toggles(segments, item >> 2, item & 3, x, y)
        if effect & 1:
            mask ^= np.int64(exact[e + 4 + 2 * i])
        if effect & 2:
            border |= np.int64(exact[e + 4 + 2 * i])
    return mask, border


@njit(cache=True, nogil=True)
def exact_wide(
    exact: IntArray,
    e: int,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    x: float,
    y: float,
) -> NDArray[np.uint8]:
    """State of every candidate of a wide cell: bit 0 holds the point, bit 1 on its border."""
    n, k = exact[e], exact[e + 1]
    first = e + 2 + n
    state = np.empty(k, np.uint8)
    for slot in range(k):
        state[slot] = exact[first + k + slot]
    for i in range(n):
        item = exact[e + 2 + i]
        s = item >> 2
        effect = toggles(segments, s, item & 3, x, y)
        if effect:
            for j in range(owner_start[s], owner_start[s + 1]):
                slot = find_slot(exact, first, k, owners[j])
                if effect & 1:
                    state[slot] ^= 1
                if effect & 2:
                    state[slot] |= 2
    return state


@njit(cache=True, nogil=True)
def _slow_owner(
    hot: NDArray[np.int16],
    at: int,
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    x: float,
    y: float,
) -> int:
    e = get32(hot, at + 2)
    if hot[at] == WIDE:
        state = exact_wide(exact, e, segments, owner_start, owners, x, y)
        for slot in range(state.size):
            if state[slot]:
                return exact[e + 2 + exact[e] + slot]
        return -1
    mask, border = exact_mask(exact, e, segments, x, y)
    mask |= border
    if mask == 0:
        return -1
    n = np.int64(hot[at]) & 255
    return get32(hot, at + 4 + 5 * n + 2 * lowest_bit(mask))


@njit(cache=True, nogil=True)
def leaf_owner(
    hot: NDArray[np.int16],
    at: int,
    fx: np.float32,
    fy: np.float32,
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    x: float,
    y: float,
) -> int:
    """Lowest ordinal among the areas that cover a point of a border cell; -1 for none."""
    head = np.int64(hot[at])
    mask = np.int64(-1)
    n = head & 255
    if head != WIDE:
        mask = filter_mask(hot, at, n, fx, fy)
    if mask < 0:
        return _slow_owner(hot, at, exact, segments, owner_start, owners, x, y)
    if mask == 0:
        return -1
    return get32(hot, at + 4 + 5 * n + 2 * lowest_bit(mask))


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
    index = np.empty(_BLOCK, np.int64)
    cell = np.empty(_BLOCK, np.int64)
    column = np.empty(_BLOCK, np.float64)
    row = np.empty(_BLOCK, np.float64)
    leaf = np.empty(_BLOCK, np.int64)
    leaf_at = np.empty(_BLOCK, np.int64)
    fx = np.empty(_BLOCK, np.float32)
    fy = np.empty(_BLOCK, np.float32)
    for start in range(first, last, _BLOCK):
        stop = min(start + _BLOCK, last)
        m = 0  # points of split cells
        w = 0  # points of border cells
        for i in range(start, stop):
            x = lonlat[i, 0]
            y = lonlat[i, 1]
            inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            ux = (x - x0) * sx if inside else 0.0
            uy = (y - y0) * sy if inside else 0.0
            ux = edge if ux > edge else ux
            uy = edge if uy > edge else uy
            cx = np.int64(ux)
            cy = np.int64(uy)
            value = np.int64(top[(cy >> shift) * n_top + (cx >> shift)])
            value = value if inside else np.int64(0)
            out[i] = value - 1
            code = -value - 1
            if value < 0:
                if code & 1:
                    at = ((((code >> 1) << shift) + (cy & low)) << shift) + (cx & low)
                    prefetch(sub, at)
                    index[m] = i
                    cell[m] = at
                    column[m] = ux
                    row[m] = uy
                    m += 1
                else:
                    at = code >> 1
                    prefetch(hot, at)
                    prefetch(hot, at + _LINE)
                    leaf[w] = i
                    leaf_at[w] = at
                    fx[w] = np.float32((ux - (cx & ~low)) * unit_top)
                    fy[w] = np.float32((uy - (cy & ~low)) * unit_top)
                    w += 1
        for j in range(m):
            v = np.int64(sub[cell[j]])
            i = index[j]
            out[i] = v - 1
            at = (-v - 1) >> 1
            if v < 0:
                prefetch(hot, at)
                prefetch(hot, at + _LINE)
            else:
                at = np.int64(0)
            leaf[w] = i
            leaf_at[w] = at
            fx[w] = np.float32((column[j] - np.int64(column[j])) * UNITS_PER_CELL)
            fy[w] = np.float32((row[j] - np.int64(row[j])) * UNITS_PER_CELL)
            w += v < 0
        slow = 0
        for j in range(w):
            at = leaf_at[j]
            head = np.int64(hot[at])
            n = head & 255
            wide = head == WIDE
            mask = filter_mask(hot, at, 0 if wide else n, fx[j], fy[j])
            index[slow] = j
            slow += (mask < 0) | wide
            mask |= 1 << 40  # nobody: read some word, then drop it
            slot = lowest_bit(mask)
            none = slot == 40
            at += 4 + 5 * n + 2 * slot
            out[leaf[j]] = -1 if none else get32(hot, 0 if none else at)
        for s in range(slow):
            j = index[s]
            i = leaf[j]
            out[i] = _slow_owner(
                hot, leaf_at[j], exact, segments, owner_start, owners, lonlat[i, 0], lonlat[i, 1]
            )


@njit(cache=True, nogil=True)
def locate_cell(
    x: float,
    y: float,
    limits: FloatArray,
    p: FloatArray,
    n_top: int,
    n_split: int,
    top: IntArray,
    sub: IntArray,
) -> tuple[int, np.float32, np.float32]:
    """Find the code of the cell that holds a point, and the point in the cell's units."""
    if not (limits[0] <= x <= limits[2] and limits[1] <= y <= limits[3]):
        return 0, np.float32(0.0), np.float32(0.0)
    edge = n_top * n_split - 1e-9
    gx = min((x - p[0]) * p[2], edge)
    gy = min((y - p[1]) * p[3], edge)
    cx, cy = np.int64(gx), np.int64(gy)
    code = np.int64(top[(cy // n_split) * n_top + cx // n_split])
    if code >= 0:
        return code, np.float32(0.0), np.float32(0.0)
    value = -code - 1
    if value & 1:
        code = np.int64(sub[((value >> 1) * n_split + cy % n_split) * n_split + cx % n_split])
        unit = UNITS_PER_CELL
    else:
        cx -= cx % n_split
        cy -= cy % n_split
        unit = UNITS_PER_CELL / n_split
    return code, np.float32((gx - cx) * unit), np.float32((gy - cy) * unit)


@njit(cache=True, nogil=True)
def cover_leaf(
    hot: NDArray[np.int16],
    at: int,
    fx: np.float32,
    fy: np.float32,
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    x: float,
    y: float,
    out: IntArray,
) -> tuple[int, int]:
    """List the areas that cover a point of a border cell.

    ``out`` receives as many ordinals as it has room for, ascending. Returns the number of
    covering areas and flags: bit 0 on a border of one of them, bit 1 overlap (the point lies
    inside one area while another covers it too).
    """
    head = np.int64(hot[at])
    n = head & 255
    mask = np.int64(-1)
    border = np.int64(0)
    count = 0
    if head != WIDE:
        mask = filter_mask(hot, at, n, fx, fy)
        if mask < 0:
            mask, border = exact_mask(exact, get32(hot, at + 2), segments, x, y)
        inside = mask & ~border
        both = mask | border
        slot = 0
        while both:
            if both & 1:
                if count < out.size:
                    out[count] = get32(hot, at + 4 + 5 * n + 2 * slot)
                count += 1
            both >>= 1
            slot += 1
        flags = 1 if border else 0
        if count > 1 and inside:
            flags |= 2
        return count, flags
    e = get32(hot, at + 2)
    state = exact_wide(exact, e, segments, owner_start, owners, x, y)
    flags = 0
    any_inside = False
    for slot in range(state.size):
        if state[slot]:
            if count < out.size:
                out[count] = exact[e + 2 + exact[e] + slot]
            count += 1
            if state[slot] & 2:
                flags = 1
            else:
                any_inside = True
    if count > 1 and any_inside:
        flags |= 2
    return count, flags


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
