"""Records of the border cells: compact for the filter, complete for exact arithmetic.

Hot record, 16-bit words::

    [g | k << 8] [base mask] [exact offset, 2 words]
    g x [4 ay, 4 by, 4 ax, 4 bx, 4 masks]  k x [ordinal, 2 words]

g groups of four segments in cell units of 2**-13, k candidate areas in ascending order, one bit
each. A record begins on a cache line, and four segments with four candidates fill just one. A
cell with more than 16 candidates or more than 248 segments is *wide*: its first word is 255 and
only the exact record counts.

Exact record, 32-bit words::

    narrow  [n] [k] [base mask]  n x [segment << 2 | ends, mask]
    wide    [n] [k]              n x [segment << 2 | ends]  k x [ordinal]  k x [base]

``ends`` marks the ends of a segment that lie left of the cell at a height inside it: the next
segment of the ring may not be listed here, so the ray count must change at that height (bit 0
lower end, bit 1 upper end). It is stored so that build and lookup cannot disagree.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.index.clipping import LANES, MAX_SEGMENTS, WORDS_PER_GROUP, hot_records
from geo.index.grid import INSIDE_MARGIN
from geo.index.machine import item
from geo.index.predicates import side_of_segment
from geo.index.sweep import centre_x, centre_y

MAX_CANDIDATES = 16
WIDE = 255
WORDS_PER_LINE = 32
"""16-bit words in a cache line. Hot records begin on one, and most of them fit into one."""

_MOST_HOT_WORDS = 4 + WORDS_PER_GROUP * MAX_SEGMENTS // LANES + 2 * MAX_CANDIDATES + WORDS_PER_LINE


@njit(cache=True, nogil=True)
def _candidates(
    listed: IntArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    members: IntArray,
    scratch: IntArray,
) -> tuple[IntArray, int]:
    """Merge owners of the listed segments with the areas that hold the centre, ascending."""
    k = 0
    need = members.size
    for i in range(listed.size):
        need += owner_start[listed[i] + 1] - owner_start[listed[i]]
    if need > scratch.size:
        scratch = np.empty(need * 2, np.int32)
    for source in range(listed.size + 1):
        if source < listed.size:
            s = listed[source]
            values = owners[owner_start[s] : owner_start[s + 1]]
        else:
            values = members
        for v in range(values.size):
            value = values[v]
            lo, hi = 0, k
            while lo < hi:
                mid = (lo + hi) // 2
                if scratch[mid] < value:
                    lo = mid + 1
                else:
                    hi = mid
            if lo < k and scratch[lo] == value:
                continue
            for j in range(k, lo, -1):
                scratch[j] = scratch[j - 1]
            scratch[lo] = value
            k += 1
    return scratch, k


@njit(cache=True, nogil=True)
def find_slot(ordinals: IntArray, first: int, k: int, value: int) -> int:
    """Position of an ordinal in the ascending list of a cell's candidates."""
    lo, hi = 0, k
    while lo < hi:
        mid = (lo + hi) // 2
        if ordinals[first + mid] < value:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def _end_flags(g: FloatArray, s: int, column: int, row: int, size: int) -> int:
    flags = 0
    left = column - INSIDE_MARGIN
    low = row - INSIDE_MARGIN
    high = row + size + INSIDE_MARGIN
    if g[s, 0] < left and low <= g[s, 1] <= high:
        flags |= 1
    if g[s, 2] < left and low <= g[s, 3] <= high:
        flags |= 2
    return flags


@njit(cache=True, nogil=True)
def toggles(segments: FloatArray, s: int, ends: int, x: float, y: float) -> int:
    """Tell how a listed segment changes the areas at a point.

    Returns
    -------
    effect
        Bit 0: the owners' bits flip. Bit 1: the point lies on the segment.
    """
    effect = 0
    ay, by = segments[s, 1], segments[s, 3]
    side = side_of_segment(segments[s, 0], ay, segments[s, 2], by, x, y)
    if side == -1:
        effect = 1
    elif side == 0:
        effect = 2
    if ends & 1 and y >= ay:
        effect ^= 1
    if ends & 2 and y >= by:
        effect ^= 1
    return effect


@njit(cache=True, nogil=True)
def _room16(words: NDArray[np.int16], used: int, need: int) -> NDArray[np.int16]:
    if used + need <= words.size:
        return words
    grown = np.empty((used + need) * 2, np.int16)
    for j in range(used):
        grown[j] = words[j]
    return grown


@njit(cache=True, nogil=True)
def _room32(words: IntArray, used: int, need: int) -> IntArray:
    if used + need <= words.size:
        return words
    grown = np.empty((used + need) * 2, np.int32)
    for j in range(used):
        grown[j] = words[j]
    return grown


@njit(cache=True, nogil=True)
def _put32(words: NDArray[np.int16], at: int, value: int) -> None:
    words[at] = np.int16(np.uint16(value & 0xFFFF))
    words[at + 1] = np.int16(np.uint16((value >> 16) & 0xFFFF))


@njit(cache=True, nogil=True)
def get32(words: NDArray[np.int16], at: int) -> int:
    """Read a 32-bit number from two 16-bit words."""
    return np.int64(np.uint16(item(words, at))) | (np.int64(item(words, at + 1)) << 16)


@njit(cache=True, nogil=True)
def build_leaves(
    first: int,
    last: int,
    cells: IntArray,
    list_start: NDArray[np.int64],
    items: IntArray,
    unit_state: IntArray,
    n_areas: int,
    set_start: NDArray[np.int64],
    set_items: IntArray,
    segments: FloatArray,
    g: FloatArray,
    owner_start: NDArray[np.int64],
    owners: IntArray,
    p: FloatArray,
) -> tuple[NDArray[np.int16], IntArray, NDArray[np.int64]]:
    """Build the records of the units first .. last - 1.

    Units from ``cells.shape[0]`` on are the interiors of sets of several areas: unit
    ``cells.shape[0] + j`` has no segments and the members of set j.

    Returns
    -------
    hot, exact
        Records one after another; offsets inside ``hot`` to ``exact`` are local.
    start
        Shape (last - first,): where each unit's hot record begins.
    """
    n_units = cells.shape[0]
    hot = np.empty(64 * (last - first) + 64, np.int16)
    exact = np.empty(16 * (last - first) + 64, np.int32)
    start = np.empty(last - first, np.int64)
    n_hot = 0
    n_exact = 0
    ordinals = np.empty(256, np.int32)
    parity = np.empty(256, np.uint8)
    records = np.empty(WORDS_PER_GROUP * MAX_SEGMENTS // LANES, np.int16)
    single = np.empty(1, np.int32)
    nothing = np.empty(0, np.int32)
    for u in range(first, last):
        start[u - first] = n_hot
        if u < n_units:
            listed = items[list_start[u] : list_start[u + 1]]
            column, row, size = cells[u, 0], cells[u, 1], cells[u, 2]
            state = unit_state[u]
        else:
            listed = nothing
            column, row, size = 0, 0, 1
            state = n_areas + 1 + (u - n_units)
        if state == 0:
            members = nothing
        elif state <= n_areas:
            single[0] = state - 1
            members = single
        else:
            members = set_items[set_start[state - n_areas - 1] : set_start[state - n_areas]]
        ordinals, k = _candidates(listed, owner_start, owners, members, ordinals)
        n = listed.size
        flags = np.empty(n, np.int32)
        masks = np.empty(n, np.int32)
        if k > parity.size:
            parity = np.empty(2 * k, np.uint8)
        for j in range(k):
            parity[j] = 0
        for j in range(members.size):
            parity[find_slot(ordinals, 0, k, members[j])] ^= 1
        x = centre_x(p, column + size // 2)
        y = centre_y(p, row + size // 2)
        for i in range(n):
            s = listed[i]
            masks[i] = 0
            flags[i] = _end_flags(g, s, column, row, size)
            flip = toggles(segments, s, flags[i], x, y) & 1
            for j in range(owner_start[s], owner_start[s + 1]):
                slot = find_slot(ordinals, 0, k, owners[j])
                if k <= MAX_CANDIDATES:
                    masks[i] |= 1 << slot
                if flip:
                    parity[slot] ^= 1
        n_groups = -1
        base = 0
        below = 0
        if k <= MAX_CANDIDATES:
            for slot in range(k):
                base |= np.int64(parity[slot]) << slot
            n_groups, below = hot_records(listed, flags, masks, g, column, row, size, records)
        narrow = n_groups >= 0
        hot = _room16(hot, n_hot, _MOST_HOT_WORDS)
        hot[n_hot] = (n_groups | (k << 8)) if narrow else WIDE
        hot[n_hot + 1] = np.int16(np.uint16(base ^ below))
        _put32(hot, n_hot + 2, n_exact)
        n_hot += 4
        if narrow:
            for j in range(WORDS_PER_GROUP * n_groups):
                hot[n_hot + j] = records[j]
            n_hot += WORDS_PER_GROUP * n_groups
            for j in range(k):
                _put32(hot, n_hot + 2 * j, ordinals[j])
            n_hot += 2 * k
        while n_hot % WORDS_PER_LINE:
            hot[n_hot] = 0
            n_hot += 1
        exact = _room32(exact, n_exact, 3 + 2 * n + 2 * k)
        exact[n_exact] = n
        exact[n_exact + 1] = k
        n_exact += 2
        if narrow:
            exact[n_exact] = base
            n_exact += 1
            for i in range(n):
                exact[n_exact] = (listed[i] << 2) | flags[i]
                exact[n_exact + 1] = masks[i]
                n_exact += 2
        else:
            for i in range(n):
                exact[n_exact + i] = (listed[i] << 2) | flags[i]
            for slot in range(k):
                exact[n_exact + n + slot] = ordinals[slot]
                exact[n_exact + n + k + slot] = parity[slot]
            n_exact += n + 2 * k
    return hot[:n_hot], exact[:n_exact], start


@njit(cache=True, nogil=True)
def shift_exact(hot: NDArray[np.int16], start: NDArray[np.int64], shift: int) -> None:
    """Move the offsets to the exact records when chunks are joined."""
    for i in range(start.size):
        _put32(hot, start[i] + 2, get32(hot, start[i] + 2) + shift)


@njit(cache=True, nogil=True)
def encode_cells(
    states: IntArray,
    units: IntArray,
    role: IntArray,
    n_areas: int,
    n_units: int,
    leaf_start: NDArray[np.int64],
) -> IntArray:
    """Turn states, units and split blocks into the codes of the tables.

    A code v >= 0 is ordinal + 1 of the only area, or 0 for nobody. A negative code stands for
    -v - 1: even, twice the offset of a hot record in words; odd, twice the split block plus 1.
    """
    codes = np.empty(states.size, np.int32)
    for i in range(states.size):
        if role.size > 0 and role[i] > 0:
            codes[i] = -((role[i] - 1) * 2 + 1) - 1
        elif units[i] >= 0:
            codes[i] = -(leaf_start[units[i]] * 2) - 1
        elif states[i] <= n_areas:
            codes[i] = states[i]
        else:
            codes[i] = -(leaf_start[n_units + states[i] - n_areas - 1] * 2) - 1
    return codes
