"""Errors of ownership.

::

    GovernanceError
    ├── BookError (ValueError)               a rule book cannot be used
    │   ├── BookFileError                    values of a rule book that cannot be right
    │   ├── BookStateError                   a rule book cannot change to the wanted state
    │   └── DateOutsideBookError             a date outside the validity of the rule book
    ├── UnknownBookError (LookupError)       no rule book with this id
    ├── NoActiveBookError (LookupError)      no rule book is active
    ├── UnknownCategoryError (LookupError)   no category with this code
    ├── QuestionError (ValueError)           a question about ownership that cannot be answered
    ├── RulingError (ValueError)             a ruling that cannot be recorded or revoked
    ├── UnknownRulingError (LookupError)     no ruling with this id
    ├── UnknownDecisionError (LookupError)   no decision with this id
    ├── CalendarError (ValueError)           a working calendar that cannot be read or used
    │   ├── CalendarFileError                a city's file of holidays that cannot be right
    │   └── CalendarRangeError (LookupError) a day that the working calendar does not cover
    ├── UnknownCalendarError (LookupError)   no working calendar of this version
    ├── ClockError (ValueError)              events of a clock that contradict each other
    ├── LevelError (ValueError)              a response level whose clock cannot run
    └── NaiveTimeError (ValueError)          a time without time zone
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

__all__ = [
    "BookError",
    "BookFileError",
    "BookProblem",
    "BookStateError",
    "CalendarError",
    "CalendarFileError",
    "CalendarRangeError",
    "ClockError",
    "DateOutsideBookError",
    "GovernanceError",
    "LevelError",
    "NaiveTimeError",
    "NoActiveBookError",
    "QuestionError",
    "RulingError",
    "UnknownBookError",
    "UnknownCalendarError",
    "UnknownCategoryError",
    "UnknownDecisionError",
    "UnknownRulingError",
]

_LONGEST_VALUE = 80
_MOST_NAMED = 8


class GovernanceError(Exception):
    """Base of the errors of this package."""


class BookError(GovernanceError, ValueError):
    """Base of what is wrong with a rule book."""


@dataclass(frozen=True, slots=True)
class BookProblem:
    """One value of a rule book that cannot be right.

    Attributes
    ----------
    file
        Name of the file, such as ``rules.csv``.
    row
        Row in a spreadsheet, the heading being row 1; None for TOML, for a whole file, and for a
        book that does not come from files.
    field
        Column or dotted key; empty for a whole row or file.
    value
        The offending text.
    problem
        What is wrong, and what would be right.
    code
        Code of the row, empty where it has none.
    """

    file: str
    row: int | None
    field: str
    value: str
    problem: str
    code: str = ""

    def __str__(self) -> str:
        """Write one line: file, row, code, field, value, problem."""
        row = "" if self.row is None else f" row {self.row}"
        code = f" [{self.code}]" if self.code else ""
        field = f" {self.field}" if self.field else ""
        text = self.value
        shown = text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
        value = f" {shown!r}" if self.field else ""
        return f"{self.file}{row}{code}{field}{value}: {self.problem}"


class BookFileError(BookError):
    """Values of a rule book cannot be right; nothing of the book was taken.

    Parameters
    ----------
    problems
        All problems, in the order of files and rows; at least one.
    """

    def __init__(self, problems: Sequence[BookProblem]) -> None:
        self.problems = tuple(problems)
        first, n_more = self.problems[0], len(self.problems) - 1
        self.file, self.row, self.field = first.file, first.row, first.field
        self.value, self.problem = first.value, first.problem
        more = f" (and {n_more:,} more)" if n_more else ""
        super().__init__(f"{first}{more}")


class BookStateError(BookError):
    """A rule book cannot change to the wanted state.

    Parameters
    ----------
    book_id
        The rule book.
    state
        Its state now, or what it is.
    wanted
        The state that was asked for.
    """

    def __init__(self, book_id: str, state: str, wanted: str) -> None:
        self.book_id = book_id
        self.state = state
        self.wanted = wanted
        super().__init__(f"rule book {book_id!r} is {state}; it cannot become {wanted}")


class DateOutsideBookError(BookError):
    """A date lies outside the validity of the active rule book.

    Parameters
    ----------
    label
        Label of the book.
    at
        The date that was asked for.
    valid_from
        First day of validity.
    valid_to
        First day after the validity; None while open.
    """

    def __init__(self, label: str, at: date, valid_from: date, valid_to: date | None) -> None:
        self.label = label
        self.at = at
        self.valid_from = valid_from
        self.valid_to = valid_to
        until = "open" if valid_to is None else f"before {valid_to.isoformat()}"
        super().__init__(
            f"{at.isoformat()} is outside the validity of rule book {label!r}: "
            f"from {valid_from.isoformat()}, {until}"
        )


class UnknownBookError(GovernanceError, LookupError):
    """No rule book has this id.

    Parameters
    ----------
    book_id
        The id as asked for.
    """

    def __init__(self, book_id: str) -> None:
        self.book_id = book_id
        super().__init__(f"no rule book {book_id!r}; list them with: xiaqu rules list")


class NoActiveBookError(GovernanceError, LookupError):
    """No rule book is active."""

    def __init__(self) -> None:
        super().__init__(
            "no rule book is active; import one with: xiaqu rules import FOLDER --activate"
        )


class UnknownCategoryError(GovernanceError, LookupError):
    """The catalogue has no category with this code.

    Parameters
    ----------
    code
        The code as asked for.
    near
        Codes or paths that may have been meant.
    """

    def __init__(self, code: str, near: Sequence[str] = ()) -> None:
        self.code = code
        self.near = tuple(near)
        shown = ", ".join(self.near[:_MOST_NAMED])
        hint = f"; near it: {shown}" if shown else ""
        super().__init__(f"the catalogue has no category {code!r}{hint}")


class QuestionError(GovernanceError, ValueError):
    """A question about ownership cannot be answered as it stands.

    Parameters
    ----------
    field
        Name of the offending value.
    value
        The value.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, field: str, value: object, problem: str) -> None:
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"{field} {value!r}: {problem}")


class RulingError(GovernanceError, ValueError):
    """A ruling cannot be recorded or revoked.

    Parameters
    ----------
    field
        Name of the offending value.
    value
        The value.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, field: str, value: object, problem: str) -> None:
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"ruling: {field} {value!r}: {problem}")


class UnknownRulingError(GovernanceError, LookupError):
    """No ruling has this id.

    Parameters
    ----------
    ruling_id
        The id as asked for.
    """

    def __init__(self, ruling_id: str) -> None:
        self.ruling_id = ruling_id
        super().__init__(f"no ruling {ruling_id!r}; list them with: xiaqu rules rulings list")


class UnknownDecisionError(GovernanceError, LookupError):
    """No decision has this id.

    Parameters
    ----------
    decision_id
        The id as asked for.
    """

    def __init__(self, decision_id: str) -> None:
        self.decision_id = decision_id
        super().__init__(f"no decision {decision_id!r}")


class CalendarError(GovernanceError, ValueError):
    """A working calendar cannot be read or used.

    Parameters
    ----------
    field
        Name of the offending value, or the file.
    value
        The value.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, field: str, value: object, problem: str) -> None:
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"working calendar: {field} {value!r}: {problem}")


class CalendarFileError(CalendarError):
    """A city's file of holidays and working days cannot be right; nothing of it was taken.

    ``row`` counts as in a spreadsheet, the heading being row 1; None for TOML. ``field`` is empty
    for the whole file.
    """

    def __init__(
        self, file: object, row: int | None, field: str, value: object, problem: str
    ) -> None:
        super().__init__(field, str(value), problem)
        self.file = str(file)
        self.row = row
        where = self.file if row is None else f"{self.file} row {row}"
        named = f" {field} {self.value!r}:" if field else ""
        self.args = (f"{where}:{named} {problem}",)


class CalendarRangeError(CalendarError, LookupError):
    """A day, or the end of a count of ``days`` from it, lies outside the working calendar.

    ``first`` and ``last`` are the days of the calendar; ``days`` is 0 for the day itself.
    """

    def __init__(self, day: date, first: date, last: date, days: int = 0) -> None:
        self.first = first
        self.last = last
        self.days = days
        count = (
            f"{days} working days from it end after the calendar, which" if days else "the calendar"
        )
        problem = f"{count} covers {first} to {last}; make it with more years"
        super().__init__("day", day.isoformat(), problem)


class UnknownCalendarError(GovernanceError, LookupError):
    """No working calendar of this version is kept.

    Parameters
    ----------
    version
        The version as asked for.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"no working calendar of version {version!r} is kept")


class ClockError(GovernanceError, ValueError):
    """Events of a clock contradict each other.

    Parameters
    ----------
    event
        What the event does, such as ``resume``.
    at
        When, as written.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, event: str, at: object, problem: str) -> None:
        self.event = event
        self.at = at
        self.problem = problem
        super().__init__(f"clock: {event} at {at}: {problem}")


class LevelError(GovernanceError, ValueError):
    """The clock of a response level cannot run; ``level`` is its key."""

    def __init__(self, level: str, field: str, value: object, problem: str) -> None:
        self.level = level
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"response level {level!r}: {field} {str(value)!r}: {problem}")


class NaiveTimeError(GovernanceError, ValueError):
    """A time has no time zone; ``field`` says what it is the time of."""

    def __init__(self, field: str, value: object) -> None:
        self.field = field
        self.value = value
        super().__init__(
            f"{field} {value} has no time zone; write one, such as 2026-11-23T09:00:00+08:00"
        )
