"""A Western address taken apart: number, street or crossing, unit, city, state, postcode."""

import re
from dataclasses import dataclass, field
from typing import Final

from geo.address.western.words import DIRECTIONS, MARKS, TYPES, words_of

__all__ = ["Reading", "Token", "read_address"]

_TOKEN: Final = re.compile(r"[A-Za-z0-9'.]+(?:-[A-Za-z0-9'.]+)*|[&@/,;#]")
_NUMBER: Final = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?([A-Z]?)")
_POSTCODE: Final = re.compile(r"\d{5}(?:-\d{4})?")
_STOPS: Final = frozenset({",", ";"})
_JOINS: Final = MARKS["joins"]
_UNITS: Final = MARKS["units"]
_BLOCK: Final = MARKS["block"]
_INTRODUCTIONS: Final = MARKS["introductions"]
_STATES: Final = MARKS["states"]


@dataclass(slots=True, eq=False)
class Token:
    """A word or sign of the text: where it stands, and its form in capitals.

    Two tokens are never equal, even of the same word: each is its own place in the text.
    """

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Reading:
    """What the words of an address are taken for.

    Attributes
    ----------
    number, number_to
        House number, and the last one of 100-104; -1 for none.
    suffix
        Letter or fraction after the number.
    is_block
        The number stands for a whole block.
    streets
        Words of the street; two or more at a crossing.
    places
        Words of the parts after the street that are no state or postcode: cities.
    postcode
        Five digits; empty for none.
    skipped
        Words before the point at which reading was told to begin.
    restarts
        Where else in the text reading could begin: after each stop.
    role
        For each token what it was taken for: number, street, join, unit, place, state, postcode,
        stop or chatter.
    """

    tokens: list[Token]
    number: int = -1
    number_to: int = -1
    suffix: str = ""
    is_block: bool = False
    streets: list[list[Token]] = field(default_factory=list)
    places: list[list[Token]] = field(default_factory=list)
    postcode: str = ""
    skipped: list[Token] = field(default_factory=list)
    restarts: list[int] = field(default_factory=list)
    role: dict[Token, str] = field(default_factory=dict)


def read_address(text: str, cities: frozenset[tuple[str, ...]], *, start: int = 0) -> Reading:
    """Take an address apart.

    Parameters
    ----------
    text
        As given.
    cities
        Known city names as words, to tell a city from the street where no comma does.
    start
        Character at which to begin; what comes before is skipped.

    Returns
    -------
    reading
        Without streets where the text has no word for one.
    """
    tokens = [Token(m.start(), m.end(), m.group().upper()) for m in _TOKEN.finditer(text)]
    reading = Reading(tokens)
    segments: list[list[Token]] = [[]]
    for token in tokens:
        if token.start < start:
            reading.role[token] = "chatter"
            reading.skipped.append(token)
        elif token.text in _STOPS:
            reading.role[token] = "stop"
            reading.restarts.append(token.end)
            segments.append([])
        else:
            segments[-1].append(token)
    segments = [segment for segment in segments if segment]
    for i, segment in enumerate(segments):
        rest = _peel(reading, segment, cities, is_first=not reading.streets)
        if not rest:
            continue
        if i == 0 or not reading.streets:
            _read_street(reading, rest)
        elif rest[0].text in _UNITS:
            _mark(reading, rest, "unit")
        else:
            _mark(reading, rest, "place")
            reading.places.append(rest)
    return reading


def _mark(reading: Reading, tokens: list[Token], role: str) -> None:
    for token in tokens:
        reading.role[token] = role


def _peel(
    reading: Reading, segment: list[Token], cities: frozenset[tuple[str, ...]], *, is_first: bool
) -> list[Token]:
    """Take postcode, state and city off the end of a part of the text; give what is left."""
    rest = list(segment)
    least = 1 if is_first else 0
    while len(rest) > least:
        last = rest[-1]
        if _POSTCODE.fullmatch(last.text) and not (is_first and len(rest) <= 1):
            reading.postcode = reading.postcode or last.text[:5]
            reading.role[last] = "postcode"
            rest.pop()
        elif _is_state(rest, is_first=is_first):
            reading.role[last] = "state"
            rest.pop()
        elif n := _city_at_end(rest, cities, is_first=is_first):
            reading.places.append(rest[-n:])
            _mark(reading, rest[-n:], "place")
            del rest[-n:]
        else:
            break
    return rest


def _is_state(rest: list[Token], *, is_first: bool) -> bool:
    """Tell whether the last word is a state; beside a street CT and LA are types of street."""
    last = rest[-1].text
    if last not in _STATES:
        return False
    return not is_first or (last not in TYPES and len(rest) > 1)


def _city_at_end(rest: list[Token], cities: frozenset[tuple[str, ...]], *, is_first: bool) -> int:
    """Count the words of a known city at the end; a street must be left in the first part."""
    for n in (3, 2, 1):
        words = tuple(token.text for token in rest[-n:])
        if len(words) == n and words in cities and (not is_first or len(rest) - n > 1):
            return n
    return 0


def _read_street(reading: Reading, rest: list[Token]) -> None:
    """Read number, unit and street or streets."""
    rest = _drop_introduction(reading, rest)
    rest = _read_number(reading, rest)
    for i, token in enumerate(rest):
        if i > 0 and token.text in _UNITS:
            _mark(reading, rest[i:], "unit")
            rest = rest[:i]
            break
    streets: list[list[Token]] = [[]]
    for i, token in enumerate(rest):
        if token.text in _JOINS and 0 < i < len(rest) - 1 and not _is_fraction(rest, i):
            reading.role[token] = "join"
            streets.append([])
        elif words_of(token.text) or (0 < i < len(rest) - 1 and _is_fraction(rest, i)):
            reading.role[token] = "street"
            streets[-1].append(token)
    reading.streets = [street for street in streets if street]


def _is_fraction(rest: list[Token], i: int) -> bool:
    """Tell whether the sign at i stands between digits, as in 25 1/2 ST."""
    return rest[i].text == "/" and rest[i - 1].text.isdigit() and rest[i + 1].text.isdigit()


def _drop_introduction(reading: Reading, rest: list[Token]) -> list[Token]:
    """Leave out INTERSECTION OF and the like before a crossing."""
    n = 0
    while n < len(rest) and rest[n].text in _INTRODUCTIONS:
        n += 1
    if n > 1 or (n == 1 and rest[0].text != "THE"):
        _mark(reading, rest[:n], "chatter")
        return rest[n:]
    return rest


def _read_number(reading: Reading, rest: list[Token]) -> list[Token]:
    """Read the house number at the start, with what hangs on it; give what follows."""
    if len(rest) < 2:  # noqa: PLR2004 - a street must be left
        return rest
    match = _NUMBER.fullmatch(rest[0].text)
    if match is None:
        return rest
    reading.number = int(match[1])
    reading.number_to = int(match[2]) if match[2] else -1
    used = 1
    letter = match[3]
    if len(rest) > 4 and rest[1].text == "1" and rest[2].text == "/":  # noqa: PLR2004 - 12 1/2
        reading.suffix, used = f"{rest[1].text}/{rest[3].text}", 4
    while used < len(rest) - 1 and (
        rest[used].text in _BLOCK or (reading.is_block and rest[used].text == "OF")
    ):
        reading.is_block = True
        used += 1
    _mark(reading, rest[:used], "number")
    left = rest[used:]
    if letter in DIRECTIONS and left[0].text not in DIRECTIONS:
        # 3917W COLD SPRING: the direction was written onto the number.
        head = rest[0]
        direction = Token(head.end - 1, head.end, letter)
        number = Token(head.start, head.end - 1, head.text[:-1])
        at = reading.tokens.index(head)
        reading.tokens[at : at + 1] = [number, direction]
        reading.role[number] = "number"
        del reading.role[head]
        return [direction, *left]
    reading.suffix = reading.suffix or letter
    return left
