"""Reads a city's own holidays and working days from a file, TOML or CSV."""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from governance.errors import CalendarFileError

__all__ = ["CityDays", "read_city_days"]

_HOLIDAY, _WORKDAY, _COMPLETE = "holiday", "workday", "complete"
_KINDS = {_HOLIDAY: _HOLIDAY, _WORKDAY: _WORKDAY, _COMPLETE: _COMPLETE}
_KINDS |= {"放假": _HOLIDAY, "上班": _WORKDAY, "全年": _COMPLETE}
_COLUMNS = ("kind", "from", "to", "name")
_TOML_KEYS = (_COMPLETE, _HOLIDAY, _WORKDAY)
_LONGEST_RUN = 31
_FIRST_YEAR, _LAST_YEAR = 1950, 2099


@dataclass(frozen=True, slots=True)
class CityDays:
    """What a city's file says.

    Attributes
    ----------
    file
        The file, for messages; empty where there is none.
    complete
        Years whose whole schedule stands in the file: only the file counts for them.
    holidays
        Days off and their names.
    workdays
        Days on which is worked and their names.
    """

    file: str = ""
    complete: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    workdays: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int | None
    kind: str
    start: Any
    end: Any
    name: str


def read_city_days(path: Path) -> CityDays:
    """Read a file of holidays and working days.

    Parameters
    ----------
    path
        ``.toml``: tables ``[[holiday]]`` and ``[[workday]]`` with ``from``, ``to`` (the last day,
        included; ``from`` when missing) and ``name``, and ``complete``, a list of years. ``.csv``,
        UTF-8, a byte order mark is allowed: columns ``kind`` (``holiday``, ``workday``,
        ``complete``, or 放假, 上班, 全年), ``from``, ``to``, ``name``; with ``complete``, ``from``
        is a year. Dates are ISO.

    Returns
    -------
    days
        What the file says; no check against any other calendar.

    Raises
    ------
    CalendarFileError
        The file cannot be read, a value cannot be right, or a day is named twice; names the first
        in the order of the file.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CalendarFileError(path, None, "", "", "there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarFileError(path, None, "", "", f"cannot be read as UTF-8: {error}") from error
    readers = {".toml": _toml_entries, ".csv": _csv_entries}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise CalendarFileError(path, None, "", "", "give a file that ends in .toml or .csv")
    complete: set[int] = set()
    days: dict[str, dict[date, str]] = {_HOLIDAY: {}, _WORKDAY: {}}
    for entry in reader(path, text):
        if entry.kind == _COMPLETE:
            complete.add(_year(path, entry))
            continue
        for day in _run(path, entry):
            if day in days[_HOLIDAY] or day in days[_WORKDAY]:
                raise CalendarFileError(path, entry.row, "from", day, "the day is named twice")
            days[entry.kind][day] = entry.name
    return CityDays(str(path), frozenset(complete), days[_HOLIDAY], days[_WORKDAY])


def _toml_entries(path: Path, text: str) -> Iterator[_Entry]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarFileError(path, None, "", "", f"is not TOML: {error}") from error
    for key in content:
        if key not in _TOML_KEYS:
            problem = f"unknown key; there are {', '.join(_TOML_KEYS)}"
            raise CalendarFileError(path, None, key, content[key], problem)
    years = content.get(_COMPLETE, [])
    if not isinstance(years, list):
        raise CalendarFileError(path, None, _COMPLETE, years, "give a list of years: [2027]")
    for year in years:
        yield _Entry(None, _COMPLETE, year, None, "")
    for kind in (_HOLIDAY, _WORKDAY):
        yield from _tables(path, kind, content.get(kind, []))


def _tables(path: Path, kind: str, tables: object) -> Iterator[_Entry]:
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        raise CalendarFileError(path, None, kind, tables, f"write each as a table [[{kind}]]")
    for table in tables:
        for key in table:
            if key not in _COLUMNS[1:]:
                problem = f"unknown key of {kind}; there are from, to, name"
                raise CalendarFileError(path, None, key, table[key], problem)
        name = str(table.get("name", ""))
        yield _Entry(None, kind, table.get("from", ""), table.get("to"), name)


def _csv_entries(path: Path, text: str) -> Iterator[_Entry]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = [name.strip() for name in rows.fieldnames or ()]
    if not {"kind", "from"} <= set(columns) <= set(_COLUMNS):
        heading = ",".join(columns)
        problem = f"the first row names the columns {', '.join(_COLUMNS)}; to and name may miss"
        raise CalendarFileError(path, 1, "heading", heading, problem)
    rows.fieldnames = columns
    for row in rows:
        number = rows.line_num  # the reader leaves out empty lines
        if None in row:
            raise CalendarFileError(path, number, "", "", "more cells than columns")
        cells = {key: (value or "").strip() for key, value in row.items()}
        if not any(cells.values()):
            continue
        kind = _KINDS.get(cells["kind"])
        if kind is None:
            problem = f"one of {', '.join(_KINDS)}"
            raise CalendarFileError(path, number, "kind", cells["kind"], problem)
        end = cells.get("to") or None
        yield _Entry(number, kind, cells["from"], end, cells.get("name", ""))


def _year(path: Path, entry: _Entry) -> int:
    text = str(entry.start)
    if not (text.isdecimal() and _FIRST_YEAR <= int(text) <= _LAST_YEAR):
        problem = f"a year from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise CalendarFileError(path, entry.row, _COMPLETE, text, problem)
    return int(text)


def _run(path: Path, entry: _Entry) -> Iterator[date]:
    first = _date(path, entry, "from", entry.start)
    last = first if entry.end is None else _date(path, entry, "to", entry.end)
    if not 0 <= (last - first).days < _LONGEST_RUN:
        problem = f"the last day, on or after {first} and within {_LONGEST_RUN} days"
        raise CalendarFileError(path, entry.row, "to", last, problem)
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _date(path: Path, entry: _Entry, column: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        problem = "a date such as 2027-02-05"
        raise CalendarFileError(path, entry.row, column, value, problem) from None
    return day
