"""Kinds of cells in the tables of a rule book: from text to value and back, exactly."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from governance.book.terms import Step

__all__ = [
    "CODE",
    "DAY",
    "ENTRANCES",
    "FLAG",
    "LISTED",
    "NUMBER",
    "OPTIONAL_NUMBER",
    "PAIRS",
    "STEPS",
    "TEXT",
    "WHOLE",
    "Cell",
    "read_day",
    "read_text",
    "terms",
]

SEPARATOR = ";"
"""Between the entries of a list inside a cell."""

_LONGEST_CODE = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_NOT_IN_CODE = re.compile(r"[\s;\"',@]")
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_TRUE = frozenset({"true", "1", "是"})
_FALSE = frozenset({"false", "0", "否"})
_BROKEN = frozenset({"#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!"})
_LON_LAT = 2

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Cell:
    """How one kind of value stands in a cell.

    ``read`` takes text without surrounding blanks and raises ValueError with what would be right.
    ``has_empty`` tells that a blank cell is read too; otherwise it gives the default of the field.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    has_empty: bool = False


def read_text(text: str) -> str:
    """Read free text; ValueError for control characters and for errors of a spreadsheet."""
    if _CONTROL.search(text):
        message = "holds a control character; retype it"
        raise ValueError(message)
    if text in _BROKEN:
        message = "is an error of the spreadsheet; load the column as text and enter it again"
        raise ValueError(message)
    return text


def _read_code(text: str) -> str:
    read_text(text)
    if found := _NOT_IN_CODE.search(text):
        message = f"holds {found[0]!r}; a code has no blanks, commas, semicolons, quotes or @"
        raise ValueError(message)
    if len(text) > _LONGEST_CODE:
        message = f"has {len(text)} characters; a code has at most {_LONGEST_CODE}"
        raise ValueError(message)
    return text


def read_day(text: str) -> date | None:
    """Read a date written as 2026-01-31 or 2026/1/31; None where blank."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    message = "is not a date; write it as 2026-01-31"
    if found is None:
        raise ValueError(message)
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError as error:
        raise ValueError(message) from error


def _write_day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _read_flag(text: str) -> bool:
    folded = text.casefold()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    message = "is neither yes nor no; write true or false (是 or 否)"
    raise ValueError(message)


def _write_flag(value: bool) -> str:  # noqa: FBT001 - called with the value of a cell
    return "true" if value else "false"


def _read_whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        message = "is not a whole number"
        raise ValueError(message) from error


def _read_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        message = "is not a number; write it with digits, such as 50 or 12.5"
        raise ValueError(message) from error
    if not math.isfinite(value):
        message = "is not finite; write a number such as 50"
        raise ValueError(message)
    return value


def _write_number(value: float | None) -> str:
    return "" if value is None else repr(float(value)).removesuffix(".0")


def _read_list(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    entries = tuple(entry.strip() for entry in read_text(text).split(SEPARATOR))
    if "" in entries:
        message = f"has an empty entry; separate entries by one {SEPARATOR!r}"
        raise ValueError(message)
    if len(set(entries)) < len(entries):
        twice = next(entry for entry in entries if entries.count(entry) > 1)
        message = f"names {twice!r} twice"
        raise ValueError(message)
    return entries


def _read_pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for entry in _read_list(text):
        name, equals, value = (part.strip() for part in entry.partition("="))
        if not (name and equals and value):
            message = f"{entry!r} is no condition; write attribute=value;attribute=value"
            raise ValueError(message)
        pairs.append((name, value))
    return tuple(pairs)


def _write_pairs(value: Iterable[tuple[str, str]]) -> str:
    return SEPARATOR.join(f"{name}={wanted}" for name, wanted in value)


def _read_steps(text: str) -> frozenset[Step]:
    if not text:
        message = f"names no step; use some of {_join(Step)}"
        raise ValueError(message)
    return frozenset(_read_term(Step, entry) for entry in _read_list(text))


def _write_steps(value: frozenset[Step]) -> str:
    return SEPARATOR.join(step.value for step in Step if step in value)


def _read_entrances(text: str) -> tuple[tuple[float, float], ...]:
    points = []
    for entry in _read_list(text):
        numbers = entry.split()
        if len(numbers) != _LON_LAT:
            message = f"{entry!r} is no point; write lon lat;lon lat in CGCS2000 degrees"
            raise ValueError(message)
        lon, lat = (_read_number(number) for number in numbers)
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees
            message = f"{entry!r} is out of range; write the longitude first, then the latitude"
            raise ValueError(message)
        points.append((lon, lat))
    return tuple(points)


def _write_entrances(value: Iterable[tuple[float, float]]) -> str:
    return SEPARATOR.join(f"{_write_number(lon)} {_write_number(lat)}" for lon, lat in value)


def _join(kind: type[StrEnum]) -> str:
    return ", ".join(member.value for member in kind if member.value)


def _read_term(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        message = f"{text!r} is unknown; use one of {_join(kind)}"
        raise ValueError(message) from error


def terms(kind: type[StrEnum]) -> Cell:
    """Make the cell of a fixed set of words."""
    has_empty = any(not member.value for member in kind)
    return Cell(lambda text: _read_term(kind, text), lambda value: str(value.value), has_empty)


TEXT = Cell(read_text, str, has_empty=True)
CODE = Cell(_read_code, str, has_empty=True)
DAY = Cell(read_day, _write_day, has_empty=True)
FLAG = Cell(_read_flag, _write_flag)
WHOLE = Cell(_read_whole, str)
NUMBER = Cell(_read_number, _write_number)
OPTIONAL_NUMBER = Cell(
    lambda text: _read_number(text) if text else None, _write_number, has_empty=True
)
LISTED = Cell(_read_list, SEPARATOR.join, has_empty=True)
PAIRS = Cell(_read_pairs, _write_pairs, has_empty=True)
STEPS = Cell(_read_steps, _write_steps)
ENTRANCES = Cell(_read_entrances, _write_entrances, has_empty=True)
