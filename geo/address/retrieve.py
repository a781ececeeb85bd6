"""Candidates by similar names, for names that the gazetteer does not have as they are written."""

from dataclasses import replace

from geo.address.candidates import Found, place_anchor
from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.reading import Anchor, Reading, anchor_at
from geo.address.tables import Role
from geo.address.tokens import Token

__all__ = ["similar_places"]

# A member of an enumeration costs more to look up than to compare.
_NAME, _PUNCT, _STRONG_CUE, _UNKNOWN = Kind.NAME, Kind.PUNCT, Kind.STRONG_CUE, Kind.UNKNOWN
_AREA = Role.AREA
_SHORTEST, _LONGEST = 3, 14
_LEAST_SIMILARITY = 0.6
_MOST_NAMES = 6
_MOST_FRAGMENTS = 2
_SOUGHT = frozenset((Kind.UNKNOWN, Kind.GAP))


def _fragments(reading: Reading) -> list[tuple[int, Token]]:
    """List the stretches that may be a name written wrongly, the likeliest first."""
    found = []
    for i, token in enumerate(reading.tokens):
        if token.kind in _SOUGHT and token.end - token.start >= _SHORTEST - 1:
            is_unknown = token.kind is _UNKNOWN
            if is_unknown and token.value == _AREA.name:
                continue
            if is_unknown or _is_placed(reading, i):
                found.append((not is_unknown, i, token))
    found.sort(key=lambda item: item[:2])
    return [(i, token) for _, i, token in found[:_MOST_FRAGMENTS]]


def _is_placed(reading: Reading, i: int) -> bool:
    """Tell whether unexplained characters stand where a name may."""
    before = reading.tokens[i - 1].kind if i else _PUNCT
    return before in (_STRONG_CUE, _NAME)


def similar_places(reading: Reading, memory: Memory) -> list[Found]:
    """Find places whose name is similar to an unknown one of the text.

    Parameters
    ----------
    reading
        The text.
    memory
        Of the gazetteer.

    Returns
    -------
    found
        Each with its similarity below 1. Areas are not sought.
    """
    found: list[Found] = []
    for i, token in _fragments(reading):
        end = token.end
        start = max(token.start, end - _LONGEST)
        text = reading.text[start:end]
        if len(text) < _SHORTEST:
            continue
        for name, score in memory.gazetteer.similar(text, _MOST_NAMES, _LEAST_SIMILARITY):
            info = memory.info((name,))
            if not info.places:
                continue
            anchor = anchor_at(reading, i, info)
            similarity = min(score, 0.95)
            found += [
                replace(item, similarity=similarity, anchor=_own(anchor, item))
                for item in place_anchor(anchor, memory)
            ]
    return found


def _own(anchor: Anchor, item: Found) -> Anchor:
    """Keep the anchor that the candidate was made from."""
    return item.anchor or anchor
