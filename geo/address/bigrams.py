"""Names that a piece of text nearly is: retrieval by pairs of characters, then edit distance.

Every form is filed under each pair of neighbouring symbols, its ends included (symbol 0). A query
collects the forms that share its rarer pairs, keeps those that share the most weight, adds the
forms that sound alike, and orders them by a weighted edit distance.

The weights say what people do: a character that sounds alike costs half of another one, a swap of
two neighbours less than two changes, and a digit never stands for another digit.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.address.kernel import kernel
from geo.address.sounds import sound_key, sound_of

__all__ = ["PAIR_SECTIONS", "near_forms", "prepare_pairs", "same_sound_forms"]

PAIR_SECTIONS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("pair_keys", "u4", ()),  # first symbol times 65536 plus second, ascending
    ("pair_start", "i8", ()),
    ("pair_forms", "i4", ()),  # forms that hold the pair, ascending
    ("form_weight", "f4", ()),  # by form: sum of the weights of its pairs
    ("sound_key", "u8", ()),  # ascending; one entry for each way a form may be read
    ("sound_form", "i4", ()),
)

_SHORTLIST = 64  # forms whose edit distance is computed
_FEW = 20_000  # entries that a query may open new candidates from, beyond its rarest pair
_MANY = 200_000  # a pair held by more forms tells nothing
_LONGEST_QUERY = 64
_SAME_SOUND = 0.5
_NEAR_SOUND = 0.65
_SWAP = 0.7
_DOUBLED = 0.6
_OTHER_DIGIT = 1.5
_ROUNDING = 1e-9
_ZERO = 48
_NINE = 57


def prepare_pairs(
    codes: NDArray[np.uint32],
    form_start: NDArray[np.int64],
    symbol_of: NDArray[np.uint16],
    keys_of_sounds: tuple[NDArray[np.uint64], NDArray[np.int32]],
) -> dict[str, NDArray[Any]]:
    """Make the arrays of ``PAIR_SECTIONS``.

    Parameters
    ----------
    codes, form_start, symbol_of
        As in ``geo.address.automaton``.
    keys_of_sounds
        Of ``sound_keys``.

    Returns
    -------
    arrays
        By name. Cost O(n log n) in the number of characters.
    """
    packed = _pairs(codes, form_start, symbol_of)
    packed.sort()
    packed = packed[np.flatnonzero(np.diff(packed, prepend=np.uint64(2**64 - 1)))]
    pair = (packed >> np.uint64(32)).astype(np.uint32)
    forms = (packed & np.uint64(0xFFFFFFFF)).astype(np.int32)
    first = np.flatnonzero(np.diff(pair.astype(np.int64), prepend=-1))
    start = np.append(first, pair.size).astype(np.int64)
    n_forms = form_start.size - 1
    weight = np.log1p(n_forms / np.diff(start))
    total = np.bincount(forms, weights=np.repeat(weight, np.diff(start)), minlength=n_forms)
    keys, of_form = keys_of_sounds
    order = np.lexsort((of_form, keys))
    return {
        "pair_keys": pair[first],
        "pair_start": start,
        "pair_forms": forms,
        "form_weight": total.astype(np.float32),
        "sound_key": keys[order],
        "sound_form": of_form[order],
    }


@kernel
def _pairs(codes: Any, form_start: Any, symbol_of: Any) -> Any:
    n_forms = form_start.size - 1
    packed = np.empty(codes.size + n_forms, np.uint64)
    n = 0
    for form in range(n_forms):
        before = np.uint64(0)
        for i in range(form_start[form], form_start[form + 1]):
            symbol = np.uint64(symbol_of[codes[i]])
            packed[n] = (before << np.uint64(48)) | (symbol << np.uint64(32)) | np.uint64(form)
            before = symbol
            n += 1
        packed[n] = (before << np.uint64(48)) | np.uint64(form)
        n += 1
    return packed


@kernel
def _change(a: int, b: int, readings: Any, fold: Any) -> float:
    """Cost of writing character ``b`` for ``a``."""
    if a == b:
        return 0.0
    if _ZERO <= a <= _NINE and _ZERO <= b <= _NINE:
        return _OTHER_DIGIT
    cost = 1.0
    for i in range(2):
        one = sound_of(a, readings, i)
        if one == 0:
            break
        for j in range(2):
            other = sound_of(b, readings, j)
            if other == 0:
                break
            if one == other:
                return _SAME_SOUND
            if fold[one] == fold[other]:
                cost = _NEAR_SOUND
    return cost


@kernel
def _distance(
    query: Any, codes: Any, start: int, end: int, readings: Any, fold: Any, most: float
) -> Any:
    """Weighted edit distance between a query and a form, swaps of neighbours included.

    Once it is certain to exceed ``most`` some number above that is returned.
    """
    n = query.size
    rows = np.zeros((3, n + 1))
    for j in range(n + 1):
        rows[0, j] = j
    least_above = 0.0
    for i in range(end - start):
        now = rows[(i + 1) % 3]
        above = rows[i % 3]
        before = rows[(i + 2) % 3]
        a = codes[start + i]
        now[0] = i + 1
        least = now[0]
        missing = _DOUBLED if i > 0 and codes[start + i - 1] == a else 1.0
        for j in range(n):
            b = query[j]
            added = _DOUBLED if j > 0 and query[j - 1] == b else 1.0
            best = min(above[j + 1] + missing, now[j] + added)
            if above[j] < best:
                best = min(best, above[j] + _change(a, b, readings, fold))
            if i > 0 and j > 0 and a != b and a == query[j - 1] and codes[start + i - 1] == b:
                best = min(best, before[j - 1] + _SWAP)
            now[j + 1] = best
            least = min(least, best)
        if least > most and least_above > most:
            return least
        least_above = least
    return rows[(end - start) % 3, n]


@kernel
def same_sound_forms(query: Any, all_sounds: Any, sound_form: Any, readings: Any) -> Any:
    """Find the forms that are read like a query; int32, ascending."""
    sounding = sound_key(query, 0, query.size, readings, -1)
    first = np.searchsorted(all_sounds, sounding)
    last = first
    while sounding != 0 and last < all_sounds.size and all_sounds[last] == sounding:
        last += 1
    return sound_form[first:last].copy()


@kernel
def _pairs_of(query: Any, symbol_of: Any, pair_keys: Any, pair_start: Any, n_forms: int) -> Any:
    """Look up the pairs of a query: those that are filed, rarest first, and the weight of all."""
    k = query.size
    found = np.empty(k + 1, np.int64)
    sizes = np.empty(k + 1, np.int64)
    n = 0
    total = 0.0
    before = 0
    for i in range(k + 1):
        symbol = 0
        if i < k and query[i] < symbol_of.size:
            symbol = symbol_of[query[i]]
        is_known = (symbol != 0 or i == k) and (before != 0 or i == 0)
        key = before * 65536 + symbol
        before = symbol
        at = np.searchsorted(pair_keys, key) if is_known else pair_keys.size
        if at == pair_keys.size or pair_keys[at] != key:
            total += math.log1p(n_forms)
            continue
        size = pair_start[at + 1] - pair_start[at]
        is_repeated = False
        for j in range(n):
            is_repeated = is_repeated or found[j] == at
        if is_repeated:
            continue
        total += math.log1p(n_forms / size)
        if size > _MANY:
            continue
        to = n
        while to > 0 and sizes[to - 1] > size:
            sizes[to] = sizes[to - 1]
            found[to] = found[to - 1]
            to -= 1
        sizes[to] = size
        found[to] = at
        n += 1
    return found[:n], sizes[:n], total


@kernel
def _collect(found: Any, sizes: Any, pair_start: Any, pair_forms: Any, shared: Any) -> Any:
    """Add up in ``shared`` the weight that forms share with the pairs; gives the forms."""
    room = 0
    for j in range(found.size):
        if j == 0 or room + sizes[j] <= _FEW:
            room += sizes[j]
    touched = np.empty(room, np.int32)
    n = 0
    opened = 0
    for j in range(found.size):
        at = found[j]
        weight = np.float32(math.log1p(shared.size / sizes[j]))
        is_open = j == 0 or opened + sizes[j] <= _FEW
        if is_open:
            opened += sizes[j]
        for p in range(pair_start[at], pair_start[at + 1]):
            form = pair_forms[p]
            if shared[form] > 0:
                shared[form] += weight
            elif is_open:
                shared[form] = weight
                touched[n] = form
                n += 1
    return touched[:n]


@kernel
def _shortlist(touched: Any, shared: Any, total: float, form_weight: Any) -> Any:
    """Keep the forms that share most of the weight, most first; clears ``shared``."""
    best = np.empty(_SHORTLIST, np.int32)
    rank = np.empty(_SHORTLIST, np.float64)
    n = 0
    worst = 0
    for j in range(touched.size):
        form = touched[j]
        value = shared[form] / (total + form_weight[form])
        shared[form] = 0
        if n < _SHORTLIST:
            best[n] = form
            rank[n] = value
            if value < rank[worst]:
                worst = n
            n += 1
        elif value > rank[worst]:
            best[worst] = form
            rank[worst] = value
            worst = np.argmin(rank)
    return best[:n][np.argsort(-rank[:n])]


@kernel
def _insert(forms: Any, scores: Any, n: int, form: int, score: float) -> int:
    """Insert a form into a list ordered by score, then form; gives the new length."""
    to = n if n < forms.size else n - 1
    is_full = n == forms.size
    if is_full and (score < scores[to] or (score == scores[to] and form > forms[to])):
        return n
    while to > 0 and (score > scores[to - 1] or (score == scores[to - 1] and form < forms[to - 1])):
        scores[to] = scores[to - 1]
        forms[to] = forms[to - 1]
        to -= 1
    scores[to] = score
    forms[to] = form
    return n if is_full else n + 1


@kernel
def near_forms(
    query: Any,
    limit: int,
    least: float,
    shared: Any,
    symbol_of: Any,
    pair_keys: Any,
    pair_start: Any,
    pair_forms: Any,
    form_weight: Any,
    all_sounds: Any,
    sound_form: Any,
    codes: Any,
    form_start: Any,
    readings: Any,
    fold: Any,
) -> Any:
    """Find the forms that are nearest to a query.

    Parameters
    ----------
    query
        uint32, shape (k,): code points; at most the first 64 count.
    limit
        How many forms at most.
    least
        Smallest score.
    shared
        float32, shape (forms,): zeros; used and given back as zeros.
    symbol_of, codes, form_start
        As in ``geo.address.automaton``.
    pair_keys, pair_start, pair_forms, form_weight, all_sounds, sound_form
        As in ``PAIR_SECTIONS``.
    readings, fold
        As in ``SOUND_SECTIONS``.

    Returns
    -------
    forms, scores
        int32 and float64, best first; equal scores by form.
    """
    query = query[:_LONGEST_QUERY]
    k = query.size
    found, sizes, total = _pairs_of(query, symbol_of, pair_keys, pair_start, shared.size)
    touched = _collect(found, sizes, pair_start, pair_forms, shared)
    best = _shortlist(touched, shared, total, form_weight)
    alike = same_sound_forms(query, all_sounds, sound_form, readings)
    n_alike = min(alike.size, _SHORTLIST)
    forms = np.empty(limit, np.int32)
    scores = np.empty(limit, np.float64)
    n = 0
    for j in range(best.size + n_alike):
        form = best[j] if j < best.size else alike[j - best.size]
        is_repeated = False
        for m in range(n):
            is_repeated = is_repeated or forms[m] == form
        start = form_start[form]
        length = form_start[form + 1] - start
        longest = max(k, length)
        bound = 1.0 - abs(k - length) * _DOUBLED / longest
        floor = least if n < limit else max(least, scores[n - 1])
        if is_repeated or bound < floor:
            continue
        most = (1.0 - floor) * longest + _ROUNDING
        distance = _distance(query, codes, start, start + length, readings, fold, most)
        score = 1.0 - distance / longest
        if score >= least:
            n = _insert(forms, scores, n, form, score)
    return forms[:n].copy(), scores[:n].copy()
