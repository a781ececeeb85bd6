"""The heaviest cut of a text into words, given stretches and the unexplained, as a kernel."""

from typing import Any

import numpy as np

from geo.address.automaton import child_of
from geo.address.kernel import kernel

__all__ = ["FIRST_GIVEN", "MARK", "OTHER", "heaviest_cut"]

OTHER = -1  # a run of unexplained characters
MARK = -2  # a run of punctuation
FIRST_GIVEN = -3  # the first of the given stretches; the next one is -4
_STEP_COST = 0.5  # of every word and stretch: fewer and longer ones win


@kernel
def heaviest_cut(
    codes: Any,
    given: Any,
    is_mark: Any,
    word_weight: Any,
    symbol_of: Any,
    root_next: Any,
    first_child: Any,
    label: Any,
    form_at: Any,
) -> Any:
    """Cut a text so that the weight of its pieces is greatest.

    Parameters
    ----------
    codes
        uint32, shape (n,): code points of the text.
    given
        float64, shape (3 k,): start, end and weight of stretches found otherwise.
    is_mark
        bool by code point: punctuation; code points beyond its end are none.
    word_weight
        float64 by word.
    symbol_of, root_next, first_child, label, form_at
        Of the automaton of the words, as in ``Automaton``.

    Returns
    -------
    pieces
        int32, shape (m, 3): start, end and what it is, in order and without gaps: the number of
        a word; ``OTHER`` or ``MARK``; -3 - i for the stretch i. Of pieces that weigh the same at
        one place the unexplained goes first, then words, short ones first, then the stretches in
        their order. Cost O(n x longest word + k).
    """
    n = codes.size
    first, following = _file_by_start(given, n)
    best = np.zeros(n + 1)
    step = np.ones(n, np.int32)
    what = np.full(n, OTHER, np.int32)
    for i in range(n - 1, -1, -1):
        most = best[i + 1]
        node = 0
        at = i
        while at < n:
            node = _next_node(codes[at], node, symbol_of, root_next, first_child, label)
            if node == 0:
                break
            at += 1
            word = form_at[node]
            if word >= 0:
                worth = best[at] + word_weight[word] - _STEP_COST
                if worth > most:
                    most = worth
                    step[i] = at - i
                    what[i] = word
        piece = first[i]
        while piece >= 0:
            end = int(given[3 * piece + 1])
            worth = best[end] + given[3 * piece + 2] - _STEP_COST
            if worth > most:
                most = worth
                step[i] = end - i
                what[i] = FIRST_GIVEN - piece
            piece = following[piece]
        best[i] = most
    return _walk(codes, is_mark, step, what)


@kernel
def _walk(codes: Any, is_mark: Any, step: Any, what: Any) -> Any:
    """List the pieces from the left; unexplained characters of one kind are joined."""
    n = codes.size
    pieces = np.empty((n, 3), np.int32)
    m = 0
    i = 0
    while i < n:
        kind = what[i]
        if kind == OTHER and codes[i] < is_mark.size and is_mark[codes[i]]:
            kind = MARK
        end = i + step[i]
        if MARK <= kind <= OTHER and m > 0 and pieces[m - 1, 2] == kind:
            pieces[m - 1, 1] = end
        else:
            pieces[m, 0] = i
            pieces[m, 1] = end
            pieces[m, 2] = kind
            m += 1
        i = end
    return pieces[:m].copy()


@kernel
def _file_by_start(given: Any, n: int) -> Any:
    """Chain the stretches that begin at one place: the first by place, the next by stretch."""
    k = given.size // 3
    first = np.full(n, -1, np.int32)
    following = np.empty(k, np.int32)
    for i in range(k - 1, -1, -1):
        start = int(given[3 * i])
        following[i] = first[start]
        first[start] = i
    return first, following


@kernel
def _next_node(
    code: int, node: int, symbol_of: Any, root_next: Any, first_child: Any, label: Any
) -> Any:
    """Follow one character from a node, of which 0 is the root; 0 for none."""
    symbol = symbol_of[code] if code < symbol_of.size else 0
    if symbol == 0:
        return 0
    return root_next[symbol] if node == 0 else child_of(first_child, label, node, symbol)
