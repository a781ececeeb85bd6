"""Finding every name in a text in one pass: an Aho-Corasick automaton in flat arrays.

Nodes are numbered breadth first and children by symbol, so the children of a node are consecutive
and those of the next node follow them: a node needs the number of its first child, the symbol that
leads to it, and its failure link. The arrays lie in the mapped file of the gazetteer, where all
workers share them.

Source: Aho and Corasick, "Efficient string matching", Communications of the ACM 18, 1975.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.address.kernel import kernel
from geo.arrays import IntArray

__all__ = ["Automaton", "build_automaton", "child_of", "symbols_of", "text_codes"]

_CODE = np.dtype("<u4")
_FIRST_ROOM = 64  # room for hits at first; it grows


@dataclass(frozen=True)
class Automaton:
    """The arrays of an automaton over m forms with n nodes.

    Attributes
    ----------
    symbol_of
        uint16 by code point: its symbol from 1; 0 for characters that no form has.
    root_next
        int32 by symbol: the child of the root; 0 for none.
    first_child
        int32, shape (n + 1,).
    label
        uint16, shape (n,): symbol that leads to the node.
    fail
        int32, shape (n,): node of the longest proper suffix.
    hit
        int32, shape (n,): the node itself where a form ends there, else the nearest such node
        along the failure links; 0 for none.
    form_at
        int32, shape (n,): the form that ends at the node; -1 for none.
    """

    symbol_of: NDArray[np.uint16]
    root_next: IntArray
    first_child: IntArray
    label: NDArray[np.uint16]
    fail: IntArray
    hit: IntArray
    form_at: IntArray


def text_codes(text: str) -> NDArray[np.uint32]:
    """View the code points of a text; unpaired surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), _CODE)


def symbols_of(codes: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Assign numbers from 1 to the code points that occur, ascending; a table by code point."""
    found = np.unique(codes)
    table = np.zeros(int(found[-1]) + 1 if found.size else 1, np.uint16)
    if found.size > np.iinfo(np.uint16).max:
        problem = f"{found.size} different characters; at most 65535 can be told apart"
        raise ValueError(problem)
    table[found] = np.arange(1, found.size + 1, dtype=np.uint16)
    return table


def build_automaton(codes: NDArray[np.uint32], form_start: NDArray[np.int64]) -> Automaton:
    """Build the automaton.

    Parameters
    ----------
    codes
        Code points of all forms, one after the other.
    form_start
        Shape (m + 1,): form f is ``codes[form_start[f]:form_start[f + 1]]``. Forms are not empty,
        different, and in ascending order of their code points.

    Returns
    -------
    automaton
        Cost O(characters).
    """
    symbol_of = symbols_of(codes)
    symbols = symbol_of[codes]
    first_child, label, form_at, parent = _grow(symbols, form_start)
    root_next = np.zeros(int(symbol_of.max(initial=0)) + 1, np.int32)
    children = np.arange(first_child[0], first_child[1], dtype=np.int32)
    root_next[label[children]] = children
    fail, hit = _link(root_next, first_child, label, form_at, parent)
    return Automaton(symbol_of, root_next, first_child, label, fail, hit, form_at)


@kernel
def _grow(symbols: Any, form_start: Any) -> Any:
    """Lay out the trie of sorted forms, level by level."""
    room = symbols.size + 1
    first_child = np.empty(room + 1, np.int32)
    label = np.zeros(room, np.uint16)
    form_at = np.full(room, -1, np.int32)
    parent = np.zeros(room, np.int32)
    low = np.zeros(room, np.int32)
    high = np.zeros(room, np.int32)
    high[0] = form_start.size - 1
    n, node, depth, level_end = 1, 0, 0, 1
    while node < n:
        if node == level_end:
            depth += 1
            level_end = n
        first_child[node] = n
        at = low[node]
        end = high[node]
        if at < end and form_start[at + 1] - form_start[at] == depth:
            form_at[node] = at
            at += 1
        last = -1
        while at < end:
            symbol = symbols[form_start[at] + depth]
            if symbol != last:
                if last != -1:
                    high[n - 1] = at
                last = symbol
                label[n] = symbol
                parent[n] = node
                low[n] = at
                n += 1
            at += 1
        if last != -1:
            high[n - 1] = end
        node += 1
    first_child[n] = n
    return first_child[: n + 1].copy(), label[:n].copy(), form_at[:n].copy(), parent[:n].copy()


@kernel
def child_of(first_child: Any, label: Any, node: int, symbol: int) -> Any:
    """Find the child of a node by symbol; 0 for none."""
    low = first_child[node]
    high = first_child[node + 1]
    while low < high:
        middle = (low + high) >> 1
        if label[middle] < symbol:
            low = middle + 1
        else:
            high = middle
    if low < first_child[node + 1] and label[low] == symbol:
        return low
    return 0


@kernel
def _link(root_next: Any, first_child: Any, label: Any, form_at: Any, parent: Any) -> Any:
    """Set the failure links and the nearest hits, in the order of the nodes."""
    n = label.size
    fail = np.zeros(n, np.int32)
    hit = np.zeros(n, np.int32)
    for node in range(1, n):
        symbol = label[node]
        above = parent[node]
        if above != 0:
            state = fail[above]
            found = 0
            while True:
                if state == 0:
                    found = root_next[symbol]
                    break
                found = child_of(first_child, label, state, symbol)
                if found != 0:
                    break
                state = fail[state]
            fail[node] = found
        hit[node] = node if form_at[node] >= 0 else hit[fail[node]]
    return fail, hit


@kernel
def find_all(
    codes: Any,
    symbol_of: Any,
    root_next: Any,
    first_child: Any,
    label: Any,
    fail: Any,
    hit: Any,
    form_at: Any,
    form_start: Any,
    name_start: Any,
    names: Any,
) -> Any:
    """Find every occurrence of every name.

    Parameters
    ----------
    codes
        uint32, shape (k,): code points of the text.
    symbol_of, root_next, first_child, label, fail, hit, form_at
        As in ``Automaton``.
    form_start
        As in ``build_automaton``.
    name_start, names
        The names of form f are ``names[name_start[f]:name_start[f + 1]]``.

    Returns
    -------
    found
        int32, shape (3, h): start, end, name; ordered by start, longest first. Cost
        O(k + h) steps.
    """
    k = codes.size
    room = _FIRST_ROOM
    raw = np.empty((3, room), np.int32)
    per_start = np.zeros(k + 1, np.int32)
    n = 0
    state = 0
    for i in range(k):
        code = codes[i]
        symbol = symbol_of[code] if code < symbol_of.size else 0
        if symbol == 0:
            state = 0
            continue
        following = 0
        while state != 0:
            following = child_of(first_child, label, state, symbol)
            if following != 0:
                break
            state = fail[state]
        state = following if state != 0 else root_next[symbol]
        node = hit[state]
        while node != 0:
            form = form_at[node]
            start = i + 1 - (form_start[form + 1] - form_start[form])
            for j in range(name_start[form + 1] - 1, name_start[form] - 1, -1):
                if n == room:
                    room *= 2
                    larger = np.empty((3, room), np.int32)
                    larger[:, :n] = raw[:, :n]
                    raw = larger
                raw[0, n] = start
                raw[1, n] = i + 1
                raw[2, n] = names[j]
                per_start[start + 1] += 1
                n += 1
            node = hit[fail[node]]
    # Hits come by ascending end. Counting them by start and taking the last first leaves, within
    # one start, the longest first and its names in their own order.
    for i in range(k):
        per_start[i + 1] += per_start[i]
    found = np.empty((3, n), np.int32)
    for h in range(n - 1, -1, -1):
        start = raw[0, h]
        to = per_start[start]
        per_start[start] = to + 1
        found[0, to] = start
        found[1, to] = raw[1, h]
        found[2, to] = raw[2, h]
    return found
