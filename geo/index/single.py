"""Lookups of one point: compiled once, told where the index lies by its address.

Handing an index over as arrays would cost more than the lookup itself, so these kernels take
one number, the address of the flat buffer, and find the sections through its header.
"""

import math
from typing import Any

import numpy as np
from numba import carray, njit

from geo.index.leaves import WIDE, get32
from geo.index.lookup import cover_leaf, leaf_owner, locate_cell
from geo.index.machine import pointer
from geo.index.nearest import areas_within, nearest_border, scale_at


@njit
def _header(base: int) -> Any:
    return carray(pointer(base), (64,), np.int64)


@njit
def _tables(base: int, h: Any) -> Any:
    return (
        carray(pointer(base + h[10]), (4,), np.float64),
        carray(pointer(base + h[12]), (6,), np.float64),
        carray(pointer(base + h[14]), (h[15],), np.int32),
        carray(pointer(base + h[16]), (h[17],), np.int32),
        carray(pointer(base + h[18]), (h[19],), np.int16),
        carray(pointer(base + h[20]), (h[21],), np.int32),
        carray(pointer(base + h[22]), (h[23], 4), np.float64),
        carray(pointer(base + h[24]), (h[25],), np.int64),
        carray(pointer(base + h[26]), (h[27],), np.int32),
        carray(pointer(base + h[28]), (h[29], 4), np.float64),
        carray(pointer(base + h[30]), (h[31],), np.int64),
    )


@njit(cache=True, nogil=True)
def owner_at(base: int, x: float, y: float) -> int:
    """Lowest ordinal among the areas that cover a point; -1 for none."""
    h = _header(base)
    limits, p, top, sub, hot, exact, segments, owner_start, owners, _, _ = _tables(base, h)
    code, fx, fy = locate_cell(x, y, limits, p, h[4], h[5], top, sub)
    if code >= 0:
        return code - 1
    return leaf_owner(hot, (-code - 1) >> 1, fx, fy, exact, segments, owner_start, owners, x, y)


@njit(cache=True, nogil=True)
def cover_at(base: int, x: float, y: float, out: Any) -> tuple[int, int]:
    """List the areas that cover a point; number and flags as ``cover_leaf``."""
    h = _header(base)
    limits, p, top, sub, hot, exact, segments, owner_start, owners, _, _ = _tables(base, h)
    code, fx, fy = locate_cell(x, y, limits, p, h[4], h[5], top, sub)
    if code >= 0:
        if code > 0:
            out[0] = code - 1
        return min(code, 1), 0
    return cover_leaf(
        hot, (-code - 1) >> 1, fx, fy, exact, segments, owner_start, owners, x, y, out
    )


@njit(cache=True, nogil=True)
def probe_at(base: int, x: float, y: float, needs_owner: int) -> tuple[int, int, float]:
    """Owner, flags and metres to the nearest border of the layer.

    Flags as ``cover_leaf``. With ``needs_owner`` the border is only measured where an area
    covers the point; NaN otherwise.
    """
    h = _header(base)
    limits, p, top, sub, hot, exact, segments, owner_start, owners, boxes, level_start = _tables(
        base, h
    )
    code, fx, fy = locate_cell(x, y, limits, p, h[4], h[5], top, sub)
    flags = 0
    guess = -1
    if code >= 0:
        owner = code - 1
    else:
        at = (-code - 1) >> 1
        e = get32(hot, at + 2)
        if exact[e] > 0:
            guess = exact[e + (2 if hot[at] == WIDE else 3)] >> 2
        first = np.empty(1, np.int32)
        first[0] = -1
        _, flags = cover_leaf(hot, at, fx, fy, exact, segments, owner_start, owners, x, y, first)
        owner = np.int64(first[0])
    if segments.shape[0] == 0 or (needs_owner and owner < 0):
        return owner, flags, math.nan
    mx, my = scale_at(y, h[6] != 0)
    d, _ = nearest_border(x, y, mx, my, segments, boxes, level_start, guess, np.inf)
    return owner, flags, math.sqrt(d)


@njit(cache=True, nogil=True)
def within_at(base: int, x: float, y: float, radius_m: float) -> Any:
    """Ordinals and squared metres of the areas with a border within a radius, unordered."""
    h = _header(base)
    tables = _tables(base, h)
    mx, my = scale_at(y, h[6] != 0)
    return areas_within(
        x, y, mx, my, radius_m, tables[6], tables[7], tables[8], tables[9], tables[10]
    )


@njit(cache=True, nogil=True)
def probe_layers(
    bases: Any, needs_owner: Any, x: float, y: float, radius_m: float, out: Any
) -> int:
    """Probe several layers at one point.

    ``out`` receives for each layer owner, flags, border_m, the number n of areas other than
    the owner within the radius, then n times (squared metres, ordinal) in ascending order.
    Returns the number of values written; -1 where ``out`` is too short.
    """
    used = 0
    for j in range(bases.size):
        owner, flags, border_m = probe_at(bases[j], x, y, needs_owner[j])
        if used + 4 > out.size:
            return -1
        out[used] = owner
        out[used + 1] = flags
        out[used + 2] = border_m
        count = 0
        if border_m <= radius_m:
            ordinals, squares = within_at(bases[j], x, y, radius_m)
            if used + 4 + 2 * ordinals.size > out.size:
                return -1
            first = used + 4
            for i in range(ordinals.size):
                if ordinals[i] == owner:
                    continue
                at = first + 2 * count
                while at > first and (
                    out[at - 2] > squares[i]
                    or (out[at - 2] == squares[i] and out[at - 1] > ordinals[i])
                ):
                    out[at] = out[at - 2]
                    out[at + 1] = out[at - 1]
                    at -= 2
                out[at] = squares[i]
                out[at + 1] = ordinals[i]
                count += 1
        out[used + 3] = count
        used += 4 + 2 * count
    return used
