"""Lookup kernels: which areas of a cell cover a point."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.index.clipping import UNITS_PER_CELL, WORDS_PER_GROUP
from geo.index.leaves import WIDE, find_slot, get32, toggles
from geo.index.machine import filter_four, item, lowest_bit

_NEAR = np.float32(0.56)  # half a unit of rounding at each end, and the point's own rounding


@njit(cache=True, nogil=True)
def filter_mask(
    hot: NDArray[np.int16], at: int, groups: int, px: np.float32, py: np.float32
) -> int:
    """Mask of the covering candidates by the fixed-point filter; -1 where it cannot tell.

    A segment from (ax, ay) up to (bx, by) is crossed by the ray that runs from the point to the
    west where d1 = py - ay and d2 = by - py are positive and the determinant of the differences
    is negative. With both ends off by at most half a unit, the determinant is off by at most
    half the sum of the four differences; 0.56 also covers the rounding of single precision.
    """
    mask = np.int64(np.uint16(item(hot, at + 1)))
    doubt = np.int64(0)
    for group in range(groups):
        found = filter_four(hot, at + 4 + WORDS_PER_GROUP * group, px, py, _NEAR)
        mask ^= found & 0xFFFF
        doubt |= found >> 32
    return np.int64(-1) if doubt else mask


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
def slow_owner(
    hot: NDArray[np.int16],
    at: int,
    exact: IntArray,
    segments: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    x: float,
    y: float,
) -> int:
    """Lowest ordinal among the areas that cover a point, by exact arithmetic; -1 for none."""
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
    return get32(hot, at + 4 + WORDS_PER_GROUP * n + 2 * lowest_bit(mask))


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
        return slow_owner(hot, at, exact, segments, owner_start, owners, x, y)
    if mask == 0:
        return -1
    return get32(hot, at + 4 + WORDS_PER_GROUP * n + 2 * lowest_bit(mask))


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
                    out[count] = get32(hot, at + 4 + WORDS_PER_GROUP * n + 2 * slot)
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
