"""Which areas hold the centre of each cell: one exact sweep per row of cells."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.index.predicates import orientation


@njit(cache=True, nogil=True)
def centre_x(p: FloatArray, column: int) -> float:
    """X of the centre of a fine column; the one formula that build and test share."""
    return p[0] + (column + 0.5) * p[4]


@njit(cache=True, nogil=True)
def centre_y(p: FloatArray, row: int) -> float:
    """Y of the centre of a fine row."""
    return p[1] + (row + 0.5) * p[5]


@njit(cache=True, nogil=True)
def _first_row_at_or_above(y: float, p: FloatArray, n: int) -> int:
    r = int(np.floor((y - p[1]) * p[3] - 0.5))
    r = min(max(r, 0), n)
    while r > 0 and centre_y(p, r - 1) >= y:
        r -= 1
    while r < n and centre_y(p, r) < y:
        r += 1
    return r


@njit(cache=True, nogil=True)
def _first_column_right_of(
    ax: float, ay: float, bx: float, by: float, y: float, p: FloatArray, n: int
) -> int:
    x = ax + (bx - ax) * ((y - ay) / (by - ay))
    c = int(np.floor((x - p[0]) * p[2] - 0.5))
    c = min(max(c, 0), n)
    while c > 0 and orientation(ax, ay, bx, by, centre_x(p, c - 1), y) < 0:
        c -= 1
    while c < n and orientation(ax, ay, bx, by, centre_x(p, c), y) >= 0:
        c += 1
    return c


@njit(cache=True, nogil=True)
def crossings(
    segments: FloatArray, p: FloatArray, n: int, every: IntArray
) -> tuple[NDArray[np.int64], IntArray]:
    """Find where segments pass the centre lines of the rows.

    Parameters
    ----------
    segments
        Shape (m, 4), lower end first.
    p
        Parameters of the grid.
    n
        Fine cells per axis.
    every
        Shape (n,): 1 for the rows whose centre line is asked.

    Returns
    -------
    keys
        row * (n + 1) + first column whose centre lies strictly right of the segment.
    items
        The segment of each key.
    """
    total = 0
    for i in range(segments.shape[0]):
        r0 = _first_row_at_or_above(segments[i, 1], p, n)
        r1 = _first_row_at_or_above(segments[i, 3], p, n)
        total += max(r1 - r0, 0)
    keys = np.empty(total, np.int64)
    items = np.empty(total, np.int32)
    k = 0
    for i in range(segments.shape[0]):
        ax, ay, bx, by = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
        r0 = _first_row_at_or_above(ay, p, n)
        r1 = _first_row_at_or_above(by, p, n)
        for r in range(r0, r1):
            if every[r] == 0:
                continue
            c = _first_column_right_of(ax, ay, bx, by, centre_y(p, r), p, n)
            if c < n:
                keys[k] = np.int64(r) * (n + 1) + c
                items[k] = i
                k += 1
    return keys[:k], items[:k]


@njit(cache=True, nogil=True)
def _toggle(members: IntArray, size: int, ordinal: int) -> int:
    lo, hi = 0, size
    while lo < hi:
        mid = (lo + hi) // 2
        if members[mid] < ordinal:
            lo = mid + 1
        else:
            hi = mid
    if lo < size and members[lo] == ordinal:
        for j in range(lo, size - 1):
            members[j] = members[j + 1]
        return size - 1
    for j in range(size, lo, -1):
        members[j] = members[j - 1]
    members[lo] = ordinal
    return size + 1


@njit(cache=True, nogil=True)
def _mix(ordinal: int) -> int:
    h = np.uint64(ordinal + 1) * np.uint64(0x9E3779B97F4A7C15)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    return np.int64(h)


@njit(cache=True, nogil=True)
def _grown64(values: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty(values.size * 2, np.int64)
    for j in range(values.size):
        out[j] = values[j]
    return out


@njit(cache=True, nogil=True)
def _grown32(values: IntArray) -> IntArray:
    out = np.empty(values.size * 2, np.int32)
    for j in range(values.size):
        out[j] = values[j]
    return out


@njit(cache=True, nogil=True)
def _rehash(digests: NDArray[np.int64], n_sets: int, size: int) -> NDArray[np.int64]:
    slots = np.empty(size, np.int64)
    for j in range(size):
        slots[j] = -1
    for j in range(n_sets):
        at = digests[j] & (size - 1)
        while slots[at] >= 0:
            at = (at + 1) & (size - 1)
        slots[at] = j
    return slots


@njit(cache=True, nogil=True)
def _find_or_add(
    digest: int,
    members: IntArray,
    size: int,
    slots: NDArray[np.int64],
    digests: NDArray[np.int64],
    set_start: NDArray[np.int64],
    set_items: IntArray,
    n_sets: int,
) -> int:
    """Find a set of areas by its members, or write it behind the known ones."""
    at = digest & (slots.size - 1)
    while slots[at] >= 0:
        j = slots[at]
        if digests[j] == digest and set_start[j + 1] - set_start[j] == size:
            same = True
            for q in range(size):
                same = same and set_items[set_start[j] + q] == members[q]
            if same:
                return j
        at = (at + 1) & (slots.size - 1)
    slots[at] = n_sets
    digests[n_sets] = digest
    first = set_start[n_sets]
    for q in range(size):
        set_items[first + q] = members[q]
    set_start[n_sets + 1] = first + size
    return n_sets


@njit(cache=True, nogil=True)
def sweep(
    keys: NDArray[np.int64],
    items: IntArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    n_areas: int,
    n_top: int,
    n_split: int,
    role: IntArray,
    top_unit: IntArray,
    fine_unit: IntArray,
    n_units: int,
) -> tuple[IntArray, IntArray, IntArray, NDArray[np.int64], IntArray]:
    """Sweep each row from west to east and note which areas hold each cell's centre.

    A state is 0 for nobody, ordinal + 1 for one area, and n_areas + 1 + j for the j-th set of
    several areas.

    Returns
    -------
    top_state, fine_state
        State of each top cell and of each cell of the split blocks (cells without segments).
    unit_state
        State at the reference centre of each border cell.
    set_start, set_items
        Members of the sets of several areas, ascending.
    """
    n = n_top * n_split
    per_block = n_split * n_split
    half = n_split // 2
    top_state = np.zeros(role.size, np.int32)
    fine_state = np.zeros(fine_unit.size, np.int32)
    unit_state = np.zeros(n_units, np.int32)
    slots = np.empty(128, np.int64)
    for q in range(128):
        slots[q] = -1
    digests = np.empty(64, np.int64)
    set_start = np.zeros(64, np.int64)
    set_items = np.empty(256, np.int32)
    n_sets = 0
    members = np.empty(n_areas + 1, np.int32)
    row_end = 0
    for row in range(n):
        at = row_end
        while row_end < keys.size and keys[row_end] < np.int64(row + 1) * (n + 1):
            row_end += 1
        size = 0
        digest = np.int64(0)
        state = 0
        dirty = False
        for column_top in range(n_top):
            t = (row // n_split) * n_top + column_top
            block = role[t] - 1
            if block < 0 and row % n_split != half:
                continue
            steps = n_split if block >= 0 else 1
            for k in range(steps):
                column = column_top * n_split + (k if block >= 0 else half)
                limit = np.int64(row) * (n + 1) + column
                while at < row_end and keys[at] <= limit:
                    s = items[at]
                    for j in range(owner_start[s], owner_start[s + 1]):
                        size = _toggle(members, size, owners[j])
                        digest ^= _mix(owners[j])
                    dirty = True
                    at += 1
                if dirty:
                    dirty = False
                    if size == 0:
                        state = 0
                    elif size == 1:
                        state = members[0] + 1
                    else:
                        if n_sets + 2 > set_start.size:
                            set_start = _grown64(set_start)
                            digests = _grown64(digests)
                        if 2 * n_sets + 2 > slots.size:
                            slots = _rehash(digests, n_sets, slots.size * 2)
                        while set_start[n_sets] + size > set_items.size:
                            set_items = _grown32(set_items)
                        j = _find_or_add(
                            digest, members, size, slots, digests, set_start, set_items, n_sets
                        )
                        n_sets = max(n_sets, j + 1)
                        state = n_areas + 1 + j
                if block >= 0:
                    f = block * per_block + (row % n_split) * n_split + k
                    u = fine_unit[f]
                    if u >= 0:
                        unit_state[u] = state
                    else:
                        fine_state[f] = state
                else:
                    u = top_unit[t]
                    if u >= 0:
                        unit_state[u] = state
                    else:
                        top_state[t] = state
    return (
        top_state,
        fine_state,
        unit_state,
        set_start[: n_sets + 1],
        set_items[: set_start[n_sets]],
    )
