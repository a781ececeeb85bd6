"""Cutting a text into names, numbers and words: the cut that explains most of it."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.address.automaton import text_codes
from geo.address.heaviest import FIRST_GIVEN, MARK, heaviest_cut
from geo.address.lexicon import Ending, Kind, Lexicon
from geo.address.patterns import Value, find_patterns
from geo.address.tables import Level, NameStatus, Role

__all__ = ["NameInfo", "Token", "cut"]

_PUNCTUATION = frozenset(" ,.;:!?()[]<>\"'，。；：！？、…|\\*_=+·“”‘’")
_NUMERAL = frozenset("0123456789十百千")
_PATTERN_WEIGHT = 7.0
_PERSONAL_WEIGHT = 6.0
_IS_MARK = np.zeros(1 << 16, np.bool_)
_IS_MARK[list(map(ord, _PUNCTUATION))] = True
# A member of an enumeration costs more to look up than to compare.
_NAME, _PERSONAL, _PUNCT, _GAP = Kind.NAME, Kind.PERSONAL, Kind.PUNCT, Kind.GAP


@dataclass(frozen=True, slots=True, eq=False)
class NameInfo:
    """What one name of the gazetteer can stand for.

    Attributes
    ----------
    text
        Normalised.
    entities
        Ordinals of everything so called, ours first.
    statuses
        Standing of the name for each.
    places, areas
        The entities that are places, and our own and foreign areas.
    is_weak
        Short forms, pinyin and names of two characters: need more around them to be believed.
    is_foreign
        Known only as areas of other cities.
    is_official
        Main, alternative or former name of something.
    weight
        Worth of the name in the choice of a cut.
    """

    text: str
    entities: tuple[int, ...]
    statuses: tuple[NameStatus, ...]
    places: tuple[int, ...]
    areas: tuple[int, ...]
    roles: frozenset[Role]
    level: Level
    is_weak: bool
    is_foreign: bool
    is_official: bool
    weight: float


@dataclass(slots=True)
class Token:
    """A stretch of the normalised text."""

    start: int
    end: int
    kind: Kind
    name: NameInfo | None = None
    value: Value = None
    ending: Ending | None = None
    core_end: int = -1  # end of the name itself, where a same ending was added to it


def cut(
    text: str,
    occurrences: list[tuple[int, int, tuple[int, ...]]],
    name_info: Callable[[tuple[int, ...]], NameInfo],
    lexicon: Lexicon,
) -> list[Token]:
    """Cut a text into tokens.

    Parameters
    ----------
    text
        Normalised.
    occurrences
        Start, end and names of every stretch that is a name found in it.
    name_info
        What a name stands for.
    lexicon
        Words besides names.

    Returns
    -------
    tokens
        In order, without gaps; of all cuts the one of the greatest weight. Cost
        O(length x words that begin at a character).
    """
    n = len(text)
    given: list[float] = []  # start, end and weight of each
    stretches: list[tuple[NameInfo | None, Kind, Value]] = []
    for start, end, names in occurrences:
        if start and text[start] in _NUMERAL and text[start - 1] in _NUMERAL:
            continue
        if end < n and text[end - 1] in _NUMERAL and text[end] in _NUMERAL:
            continue
        info = name_info(names)
        given += (start, end, info.weight)
        stretches.append((info, _NAME, None))
    for start, end, kind, value in find_patterns(text):
        per = _PERSONAL_WEIGHT if kind is _PERSONAL else _PATTERN_WEIGHT
        given += (start, end, per * (end - start))
        stretches.append((None, kind, value))
    words = lexicon.table
    pieces = heaviest_cut(
        text_codes(text), np.frombuffer(array("d", given)), _IS_MARK, *words.automaton
    )
    kinds, endings = words.kinds, words.endings
    tokens = []
    for start, end, what in pieces.tolist():
        if what >= 0:
            tokens.append(Token(start, end, kinds[what], None, None, endings[what]))
        elif what >= MARK:
            tokens.append(Token(start, end, _PUNCT if what == MARK else _GAP))
        else:
            name, kind, value = stretches[FIRST_GIVEN - what]
            tokens.append(Token(start, end, kind, name, value))
    return tokens
