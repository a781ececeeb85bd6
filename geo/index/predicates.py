"""Exact sign of the orientation of three points: the arithmetic that borders rest on.

A double filter answers nearly always; what it leaves open goes to floating-point expansions.
Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
Predicates, 1997, sections 2 and 3. Relies on IEEE doubles without contraction to fused
multiply-add, which is how numba compiles unless told otherwise.
"""

import numpy as np
from numba import njit

_FILTER = 3.3306690738754716e-16  # (3 + 16 eps) eps of Shewchuk's ccwerrboundA
_TINY = 1e-250  # below this a product may have lost bits to underflow
_SCALE = 2.0**400  # lifts every product of coordinates clear of underflow
_SPLIT = 134217729.0  # 2**27 + 1

MAX_ABS_COORDINATE = 1e15
"""Largest absolute coordinate for which the exact stage cannot overflow."""


@njit(cache=True)
def _two_sum(a: float, b: float) -> tuple[float, float]:
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


@njit(cache=True)
def _two_product(a: float, b: float) -> tuple[float, float]:
    product = a * b
    c = _SPLIT * a
    a_high = c - (c - a)
    a_low = a - a_high
    c = _SPLIT * b
    b_high = c - (c - b)
    b_low = b - b_high
    error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return product, error


@njit(cache=True)
def _exact_sign(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Sum the six products of the expanded determinant without any rounding."""
    ax, ay, bx, by, px, py = (
        ax * _SCALE,
        ay * _SCALE,
        bx * _SCALE,
        by * _SCALE,
        px * _SCALE,
        py * _SCALE,
    )
    terms = np.empty(12, np.float64)
    terms[0], terms[1] = _two_product(ax, by)
    terms[2], terms[3] = _two_product(-ax, py)
    terms[4], terms[5] = _two_product(-px, by)
    terms[6], terms[7] = _two_product(-ay, bx)
    terms[8], terms[9] = _two_product(ay, px)
    terms[10], terms[11] = _two_product(py, bx)
    expansion = np.empty(12, np.float64)
    for m in range(12):
        q = terms[m]
        for i in range(m):
            q, expansion[i] = _two_sum(q, expansion[i])
        expansion[m] = q
    for m in range(11, -1, -1):
        if expansion[m] > 0.0:
            return 1
        if expansion[m] < 0.0:
            return -1
    return 0


@njit(cache=True)
def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Tell on which side of the line from a to b the point p lies, exactly.

    Parameters
    ----------
    ax, ay, bx, by, px, py
        Finite coordinates of at most ``MAX_ABS_COORDINATE``, all in one plane system.

    Returns
    -------
    sign
        1 where p lies to the left, -1 to the right, 0 on the line.
    """
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    det = left - right
    size = abs(left) + abs(right)
    bound = _FILTER * size
    if size > _TINY:
        if det > bound:
            return 1
        if det < -bound:
            return -1
    if (px == ax and py == ay) or (px == bx and py == by):
        return 0
    return _exact_sign(ax, ay, bx, by, px, py)


@njit(cache=True)
def side_of_segment(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Classify a point against a segment whose lower end comes first (ay <= by).

    Returns
    -------
    side
        2 where the point's height misses the segment; 1 left of it; 0 on it (ends included);
        -1 right of it; -2 right of it at the height of its upper end, which a half-open ray
        count must not cross.
    """
    if py < ay or py > by:
        return 2
    low = min(ax, bx)
    high = max(ax, bx)
    if ay == by:
        if px < low:
            return 1
        return 0 if px <= high else -2
    if px < low:
        return 1
    sign = -1 if px > high else orientation(ax, ay, bx, by, px, py)
    if sign < 0 and py == by:
        return -2
    return sign
