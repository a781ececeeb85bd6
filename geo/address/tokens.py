"""Cutting a text into names, numbers and words: the cut that explains most of it."""

from collections.abc import Callable
from dataclasses import dataclass

from geo.address.lexicon import Ending, Kind, Lexicon
from geo.address.patterns import Value, find_patterns
from geo.address.tables import Level, NameStatus, Role

__all__ = ["NameInfo", "Token", "cut"]

_PUNCTUATION = frozenset(" ,.;:!?()[]<>\"'，。；：！？、…|\\*_=+·“”‘’")
_NUMERAL = frozenset("0123456789十百千")
_PATTERN_WEIGHT = 7.0
_PERSONAL_WEIGHT = 6.0
_TOKEN_COST = 0.5


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
    begins: list[list[tuple[int, float, Token]] | None] = [None] * n
    for start, end, name in occurrences:
        if start and text[start] in _NUMERAL and text[start - 1] in _NUMERAL:
            continue
        if end < n and text[end - 1] in _NUMERAL and text[end] in _NUMERAL:
            continue
        info = name_info(name)
        item = (end, info.weight, Token(start, end, Kind.NAME, info))
        if (there := begins[start]) is None:
            begins[start] = [item]
        else:
            there.append(item)
    for start, end, kind, value in find_patterns(text):
        per = _PERSONAL_WEIGHT if kind is Kind.PERSONAL else _PATTERN_WEIGHT
        item = (end, per * (end - start), Token(start, end, kind, value=value))
        if (there := begins[start]) is None:
            begins[start] = [item]
        else:
            there.append(item)
    return _choose(text, begins, lexicon)


def _choose(
    text: str, begins: list[list[tuple[int, float, Token]] | None], lexicon: Lexicon
) -> list[Token]:
    """Find the heaviest cut from the right, then walk it from the left."""
    n = len(text)
    words, lengths = lexicon.words, lexicon.lengths
    best = [0.0] * (n + 1)
    step = [0] * n  # 0: unexplained; else length of a word
    taken: list[Token | None] = [None] * n
    word_of, lengths_of = words.get, lengths.get
    for i in range(n - 1, -1, -1):
        most, length, token = best[i + 1], 0, None
        word = word_of(text[i])
        if word is not None and word[1] > _TOKEN_COST:
            most, length = most + word[1] - _TOKEN_COST, 1
        sizes = lengths_of(text[i : i + 2])
        if sizes is not None:
            for size in sizes:
                word = word_of(text[i : i + size])
                if word is not None and i + size <= n:
                    worth = best[i + size] + word[1] - _TOKEN_COST
                    if worth > most:
                        most, length = worth, size
        here = begins[i]
        if here is not None:
            for end, weight, item in here:
                worth = best[end] + weight - _TOKEN_COST
                if worth > most:
                    most, length, token = worth, end - i, item
        best[i], step[i], taken[i] = most, length, token
    return _walk(text, step, taken, lexicon)


def _walk(text: str, step: list[int], taken: list[Token | None], lexicon: Lexicon) -> list[Token]:
    tokens: list[Token] = []
    words = lexicon.words
    i, n = 0, len(text)
    while i < n:
        length, token = step[i], taken[i]
        if token is not None:
            tokens.append(token)
        elif length:
            kind, _, ending = words[text[i : i + length]]
            tokens.append(Token(i, i + length, kind, ending=ending))
        else:
            length = 1
            kind = Kind.PUNCT if text[i] in _PUNCTUATION else Kind.GAP
            last = tokens[-1] if tokens else None
            if last is not None and last.kind is kind and last.end == i:
                last.end = i + 1
            else:
                tokens.append(Token(i, i + 1, kind))
        i += length
    return tokens
