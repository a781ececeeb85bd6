"""Answers for the rows of a table, whose cells are texts: each row has an answer or a problem."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.errors import DateOutsideValidityError
from geo.arrays import IntArray, LonLatArray
from governance.book.terms import Caller
from governance.clocks.calendar import CHINA_TIME
from governance.errors import (
    CalendarRangeError,
    DateOutsideBookError,
    QuestionError,
    UnknownCategoryError,
)
from governance.owner.answer import STATUSES, OwnerQuestion
from governance.owner.resolver import OwnerResolver
from governance.owner.table import STEPS, OwnerTable

__all__ = ["CELLS", "COLUMNS", "RowAnswers", "RowDefaults", "answer_rows"]

CELLS = ("category", "at", "caller", "received_at")
"""What a row may say beside its place; the defaults hold where it says nothing."""

COLUMNS = ("body", "name", "step", "rule", "status", "flags", "confidence", "due_at")
"""What each row gets."""

_CALLERS = {
    "personal": Caller.PERSONAL,
    "个人": Caller.PERSONAL,
    "enterprise": Caller.ENTERPRISE,
    "企业": Caller.ENTERPRISE,
}
_NOT_KNOWN = np.datetime64("NaT", "s")
_AHEAD = np.timedelta64(8 * 3600, "s")
_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDefaults:
    """What holds for rows that do not say it themselves.

    Attributes
    ----------
    at
        Date asked about.
    category
        Code or path; empty where every row must name its own.
    caller
        Kind of caller.
    received_at
        When requests came in, with time zone; None gives no deadline.
    accuracy_m
        Accuracy of all places in metres.
    """

    at: date
    category: str = ""
    caller: Caller = Caller.PERSONAL
    received_at: datetime | None = None
    accuracy_m: float = 20.0


@dataclass(slots=True)
class RowAnswers:
    """Answers for n rows.

    Attributes
    ----------
    columns
        Lists of length n by the names of :data:`COLUMNS`; None where the row has a problem.
        ``flags`` is text with semicolons, ``due_at`` ISO text in China time.
    problems
        By row: why it has no answer.
    lonlat
        Shape (n, 2), the places asked, CGCS2000.
    asked
        Lists of length n by the names of :data:`CELLS`: what was read of the cells.
    accuracy_m
        Of all places.
    """

    columns: dict[str, list[Any]]
    problems: dict[int, str]
    lonlat: LonLatArray
    asked: dict[str, list[Any]]
    accuracy_m: float

    def question(self, row: int, given: dict[str, Any] | None = None) -> OwnerQuestion | None:
        """Give the question of a row, for an answer with evidence; None with a problem."""
        if row in self.problems:
            return None
        lon, lat = self.lonlat[row].tolist()
        return OwnerQuestion(
            lon=lon,
            lat=lat,
            category=self.asked["category"][row],
            at=self.asked["at"][row],
            received_at=self.asked["received_at"][row],
            accuracy_m=self.accuracy_m,
            caller=self.asked["caller"][row],
            given=given,
        )


def answer_rows(
    resolver: OwnerResolver,
    lonlat: LonLatArray,
    cells: Mapping[str, Sequence[object]],
    defaults: RowDefaults,
    problems: Mapping[int, str] | None = None,
) -> RowAnswers:
    """Answer for the rows of a table.

    Parameters
    ----------
    resolver
        Answers.
    lonlat
        Shape (n, 2), CGCS2000 lon, lat; NaN rows get nothing.
    cells
        By the names of :data:`CELLS`: one value for each row, text, date or None. A category is
        a code or a path ``level 1->level 2->level 3``; a caller is personal, enterprise, 个人 or
        企业; a time without zone is China's.
    defaults
        For what the rows do not say.
    problems
        Rows that are to be left out, with the reason.

    Returns
    -------
    RowAnswers
        Each row as :meth:`OwnerResolver.answer` would.

    Notes
    -----
    Rows are asked together for each date; one date for all is fastest.
    """
    n = len(lonlat)
    found = dict(problems or {})
    asked = {name: _read(name, cells.get(name), defaults, n, found) for name in CELLS}
    answers = RowAnswers(
        {name: [None] * n for name in COLUMNS}, found, lonlat, asked, defaults.accuracy_m
    )
    is_place = ~np.isnan(lonlat).any(axis=1)
    usable = [row for row in np.flatnonzero(is_place).tolist() if row not in found]
    by_day: dict[date, list[int]] = {}
    for row in usable:
        by_day.setdefault(asked["at"][row], []).append(row)
    for day, rows in by_day.items():
        _answer_day(resolver, answers, day, rows)
    return answers


def _answer_day(resolver: OwnerResolver, answers: RowAnswers, day: date, rows: list[int]) -> None:
    problems, asked = answers.problems, answers.asked
    try:
        resolver.require_valid_at(day)
        for snapshot in resolver.grounds.locator.layers:
            snapshot.edition.require_valid_at(day)
    except (DateOutsideBookError, DateOutsideValidityError) as error:
        problems.update(dict.fromkeys(rows, f"at: {error}"))
        return
    ordinals: dict[str, int] = {}
    refused: dict[str, str] = {}
    for code in {asked["category"][row] for row in rows}:
        try:
            ordinals[code] = resolver.category(code, day)
        except (UnknownCategoryError, QuestionError) as error:
            refused[code] = f"category: {error}"
    problems.update({row: refused[c] for row in rows if (c := asked["category"][row]) in refused})
    kept = [row for row in rows if row not in problems]
    if kept:
        category = np.array([ordinals[asked["category"][row]] for row in kept], dtype=np.int32)
        for row, ordinal in zip(kept, category.tolist(), strict=True):
            asked["category"][row] = resolver.categories[ordinal].code
        _write(answers, kept, _assign(resolver, answers, day, kept, category))


def _assign(
    resolver: OwnerResolver, answers: RowAnswers, day: date, rows: list[int], category: IntArray
) -> OwnerTable:
    """Assign rows; those whose deadline the calendar does not reach become problems."""
    asked = answers.asked
    received = np.array([_to_utc(asked["received_at"][row]) for row in rows], "datetime64[s]")

    def assign(places: NDArray[np.int64] | slice, times: NDArray[np.datetime64]) -> OwnerTable:
        chosen = np.array(rows)[places]
        return resolver.assign(
            answers.lonlat[chosen],
            category[places],
            at=day,
            callers=[asked["caller"][row] for row in chosen.tolist()],
            accuracy_m=answers.accuracy_m,
            received_at=times,
        )

    try:
        return assign(slice(None), received)
    except CalendarRangeError:
        for place, row in enumerate(rows):
            one = np.array([place])
            try:
                assign(one, received[one])
            except CalendarRangeError as error:
                answers.problems[row] = f"received_at: {error}"
                received[place] = _NOT_KNOWN
        return assign(slice(None), received)


def _write(answers: RowAnswers, rows: list[int], table: OwnerTable) -> None:
    rules = [*(rule.code for rule in table.compiled.rules), None]
    due: list[str | None] = [None] * len(table)
    if table.due_at is not None:
        texts = np.datetime_as_string(table.due_at + _AHEAD, unit="s").tolist()
        due = [None if text == "NaT" else f"{text}+08:00" for text in texts]
    made: dict[str, Iterable[Any]] = {
        "body": [code or None for code in table.body_codes()],
        "name": [name or None for name in table.body_names()],
        "step": [STEPS[step].value if step >= 0 else None for step in table.step.tolist()],
        "rule": [rules[rule] for rule in table.rule.tolist()],
        "status": [STATUSES[status] for status in table.status.tolist()],
        "flags": table.flag_texts(),
        "confidence": np.round(table.confidence, _DIGITS).tolist(),
        "due_at": due,
    }
    for name, values in made.items():
        column = answers.columns[name]
        for row, value in zip(rows, values, strict=True):
            column[row] = None if row in answers.problems else value


def _read(
    name: str,
    given: Sequence[object] | None,
    defaults: RowDefaults,
    n: int,
    problems: dict[int, str],
) -> list[Any]:
    """Read one column of cells; what cannot be read is a problem of its row."""
    default = getattr(defaults, name)
    if name == "category" and default == "" and given is None:
        problems.update({row: "category: is missing" for row in range(n) if row not in problems})
    if given is None:
        return [default] * n
    known: dict[object, Any] = {}
    wrong: dict[object, str] = {}
    for value in set(given):
        text = "" if value is None else str(value).strip()
        try:
            known[value] = _READERS[name](text) if text else default
        except ValueError:
            wrong[value] = f"{name}: {text[:80]!r} {_WANTED[name]}"
        if name == "category" and known.get(value) == "":
            wrong[value] = "category: is missing"
    for row, value in enumerate(given):
        if value in wrong:
            problems.setdefault(row, wrong[value])
    return [known.get(value, default) for value in given]


def _read_caller(text: str) -> Caller:
    found = _CALLERS.get(text.lower())
    if found is None:
        raise ValueError
    return found


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=CHINA_TIME)


_READERS: dict[str, Callable[[str], object]] = {
    "category": str,
    "at": lambda text: datetime.fromisoformat(text).date(),
    "caller": _read_caller,
    "received_at": _read_moment,
}
_WANTED = {
    "at": "is no date; write it as 2026-11-23",
    "caller": "is no kind of caller; write personal, enterprise, 个人 or 企业",
    "received_at": "is no time; write it as 2026-11-23T09:00:00+08:00",
}


def _to_utc(moment: datetime | None) -> np.datetime64:
    if moment is None:
        return _NOT_KNOWN
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
