"""The working calendar: which days are worked, and where it is not settled yet."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from governance.clocks.overrides import CityDays, read_city_days
from governance.errors import (
    CalendarError,
    CalendarFileError,
    CalendarRangeError,
    NaiveTimeError,
)

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["CHINA_TIME", "CalendarArrays", "CalendarRow", "WorkCalendar", "published_calendar"]

CHINA_TIME = timezone(timedelta(hours=8), "UTC+08:00")
"""Time of Asia/Shanghai, which has no summer time: always eight hours ahead of UTC."""

_PUBLISHED, _ESTIMATED, _HOLIDAY, _WORKDAY = "published", "estimated", "holiday", "workday"
_WEEKDAYS = 5
_DECEMBER, _LAST_WEEK = 12, 25
_ONE_DAY = timedelta(days=1)
_EPOCH = date(1970, 1, 1).toordinal()
_VERSION_DIGITS = 16


class CalendarRow(NamedTuple):
    """One row of a calendar as it is kept.

    ``kind`` is ``published`` or ``estimated`` for a year, with its first day in ``day``;
    ``holiday`` or ``workday`` for a day that differs from its weekday, and ``holiday`` also for a
    holiday that falls on a weekend. ``day`` is an ISO date.
    """

    day: str
    kind: str
    name: str


class CalendarArrays(NamedTuple):
    """What :meth:`WorkCalendar.arrays` gives: int64, one for each day, day and working day."""

    ranks: npt.NDArray[np.int64]
    doubts: npt.NDArray[np.int64]
    working_days: npt.NDArray[np.int64]


class WorkCalendar:
    """Working days of whole, successive years; immutable.

    Parameters
    ----------
    rows
        One row for each year, and those of its days that differ from Monday to Friday.

    Attributes
    ----------
    version
        Hash of what the calendar says; names do not count.
    first, last
        First and last day covered.
    ranks, ends, doubts
        For each day: working days from ``first`` up to it, itself included, and days up to it that
        are not settled; for each working day: the instant at which it ends, 24:00 in China.

    Raises
    ------
    CalendarError
        A row cannot be right, a day or a year is given twice, or a year misses.

    Notes
    -----
    A day is settled when its year is published, and from 25 December on also the next year: New
    Year has moved working days as far as 29 December. Cover one year more than is needed.

    Cost O(days) to make, a few ms a year; every question is O(1).
    """

    def __init__(self, rows: Iterable[CalendarRow]) -> None:
        self._rows = tuple(sorted(rows))
        self._years, exceptions = _read_rows(self._rows)
        self._names = {date.fromisoformat(row.day): row.name for row in exceptions}
        self.first = date(min(self._years), 1, 1)
        self.last = date(max(self._years), 12, 31)
        changes = {row.day: row.kind == _WORKDAY for row in exceptions}
        days = tuple(_each_day(self.first, self.last))
        works = [changes.get(day.isoformat(), day.weekday() < _WEEKDAYS) for day in days]
        self._days = tuple(itertools.compress(days, works))
        self.ranks = tuple(itertools.accumulate(works, initial=0))[1:]
        self.doubts = tuple(itertools.accumulate(not self.is_settled(day) for day in days))
        self.ends = tuple(
            datetime(day.year, day.month, day.day, tzinfo=CHINA_TIME) + _ONE_DAY
            for day in self._days
        )
        self._first_ordinal = self.first.toordinal()
        self._places = tuple(day.toordinal() - self._first_ordinal for day in self._days)
        numbers = [day.toordinal() - _EPOCH for day in self._days]
        self._arrays = CalendarArrays(*map(_frozen, (self.ranks, self.doubts, numbers)))
        self.version = _hash(self._years, self._days)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of every day; names do not count."""
        return isinstance(other, WorkCalendar) and self.version == other.version

    def __hash__(self) -> int:
        """Hash of the version."""
        return hash(self.version)

    def __repr__(self) -> str:
        """Version and years."""
        return f"<WorkCalendar {self.version} {self.first.year}-{self.last.year}>"

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[str]]) -> "WorkCalendar":
        """Make the calendar that :meth:`to_rows` wrote; rows may be lists, as from JSON."""
        try:
            return cls(CalendarRow(*row) for row in rows)
        except TypeError as error:
            raise CalendarError(
                "rows", "", f"three texts each: day, kind, name ({error})"
            ) from None

    def to_rows(self) -> list[CalendarRow]:
        """Give the rows that make the same calendar again, sorted by day."""
        return list(self._rows)

    @property
    def years(self) -> range:
        """Years covered."""
        return range(self.first.year, self.last.year + 1)

    def is_published(self, year: int) -> bool:
        """Whether the schedule of a year is published; False for years not covered."""
        return self._years.get(year, False)

    def is_settled(self, day: date) -> bool:
        """Whether nothing that is still to be published can change this day."""
        in_last_week = day.month == _DECEMBER and day.day >= _LAST_WEEK
        return self.is_published(day.year) and (not in_last_week or self.is_published(day.year + 1))

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked; raises CalendarRangeError outside of the calendar."""
        place = self._place(day)
        return self.ranks[place] > (self.ranks[place - 1] if place else 0)

    def name_of(self, day: date) -> str:
        """Name of a holiday or of a moved working day; empty for any other day."""
        return self._names.get(day, "")

    def rank(self, at: datetime) -> int:
        """Count the working days from :attr:`first` to the day, in China, of ``at``, included."""
        return self.ranks[self._place(_day_of(at, "time"))]

    def end_of(self, rank: int, start: datetime) -> datetime:
        """Give the instant, 24:00 in China, at which the working day of this rank ends.

        Parameters
        ----------
        rank
            1 for the first working day of the calendar.
        start
            From when was counted, for the message.
        """
        if not 1 <= rank <= len(self.ends):
            day = _day_of(start, "time")
            raise CalendarRangeError(day, self.first, self.last, max(1, rank - self.rank(start)))
        return self.ends[rank - 1]

    def count(self, start: datetime, days: int) -> tuple[datetime, bool]:
        """Count working days from the day after ``start``, as :meth:`add_working_days` does.

        Parameters
        ----------
        start
            In China time; this is the fast path and does not look.
        days
            At least 1.

        Returns
        -------
        end, is_provisional
            24:00 of the last of them, and whether a day that was counted is not settled.
        """
        place = start.toordinal() - self._first_ordinal
        if 0 <= place < len(self.ranks):
            number = self.ranks[place] + days - 1
            if number < len(self.ends):
                last = self._places[number]
                return self.ends[number], self.doubts[last] > self.doubts[place]
        n_days = days if self.first <= start.date() <= self.last else 0
        raise CalendarRangeError(start.date(), self.first, self.last, n_days)

    def has_doubt(self, start: datetime, end: datetime) -> bool:
        """Whether a day after that of ``start`` which begins before ``end`` is not settled."""
        last = self._place(_day_of(end - timedelta.resolution, "time"))
        return self.doubts[last] > self.doubts[self._place(_day_of(start, "time"))]

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Count working days from the day after ``start``.

        Parameters
        ----------
        start
            With time zone. Its day, in China, does not count.
        days
            How many, at least 1.

        Returns
        -------
        end
            24:00 of the last of them, which is 0:00 of the next day; in China time.

        Raises
        ------
        NaiveTimeError
            ``start`` has no time zone.
        CalendarRangeError
            A day lies outside of the calendar.
        CalendarError
            ``days`` is below 1.
        """
        if days < 1:
            raise CalendarError("days", days, "count at least one working day")
        return self.end_of(self.rank(start) + days, start)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Count the working days after that of ``start`` which begin before ``end``.

        Both have a time zone. The inverse of :meth:`add_working_days`; negative where ``end`` lies
        on an earlier day than ``start``.
        """
        return self.rank(end - timedelta.resolution) - self.rank(start)

    def arrays(self) -> CalendarArrays:
        """Give :attr:`ranks`, :attr:`doubts` and the working days as arrays, not to be written.

        Working days are in days since 1970-01-01.
        """
        return self._arrays

    def _place(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise CalendarRangeError(day, self.first, self.last)
        return day.toordinal() - self.first.toordinal()


def published_calendar(years: Iterable[int], overrides: Path | None = None) -> WorkCalendar:
    """Make the calendar of China's published schedules, with a city's own days.

    Parameters
    ----------
    years
        The calendar covers them and every year between them.
    overrides
        A city's file, see :func:`governance.clocks.overrides.read_city_days`. Its days win over
        the published ones. A year that it calls complete counts as published and comes from the
        file alone. Days in other years than ``years`` are left out.

    Returns
    -------
    calendar
        Years that the library ``holidays`` has no notice of the State Council for, and that the
        file does not call complete, have their weekends, the holidays fixed by law, and the days
        off in place of those that fall on a weekend; they are not published.

    Raises
    ------
    CalendarError
        No years.
    CalendarFileError
        The file cannot be used, or a year that it calls complete leaves out a holiday fixed by law.

    Notes
    -----
    Cost about 5 ms a year, and once the loading of the library's data.
    """
    wanted = sorted(set(years))
    if not wanted:
        raise CalendarError("years", wanted, "give at least one year")
    span = range(wanted[0], wanted[-1] + 1)
    city = CityDays() if overrides is None else read_city_days(overrides)
    known = _library_days(span)
    announced = frozenset(known.special_public_holidays)
    for year in sorted(city.complete.difference(announced).intersection(span)):
        _check_complete(year, city)
    rows = [
        CalendarRow(
            date(year, 1, 1).isoformat(),
            _PUBLISHED if year in announced or year in city.complete else _ESTIMATED,
            "",
        )
        for year in span
    ]
    return WorkCalendar([*rows, *_day_rows(span, city, known)])


def _library_days(years: Iterable[int], *, observed: bool = True) -> "HolidayBase":
    from holidays import country_holidays  # noqa: PLC0415 - loads a module for every country

    return country_holidays("CN", years=years, language="zh_CN", observed=observed)


def _day_rows(span: range, city: CityDays, known: "HolidayBase") -> Iterator[CalendarRow]:
    days = {day: (_HOLIDAY, name) for day, name in known.items()}
    days |= dict.fromkeys(known.weekend_workdays, (_WORKDAY, "调休上班"))
    days = {day: what for day, what in days.items() if day.year not in city.complete}
    days |= {day: (_HOLIDAY, name) for day, name in city.holidays.items()}
    days |= {day: (_WORKDAY, name) for day, name in city.workdays.items()}
    for day, (kind, name) in days.items():
        is_plain = kind == _WORKDAY and day.weekday() < _WEEKDAYS
        if day.year in span and not is_plain:
            yield CalendarRow(day.isoformat(), kind, name)


def _check_complete(year: int, city: CityDays) -> None:
    fixed = _library_days([year], observed=False)
    for day, name in sorted(fixed.items()):
        is_named = day in city.holidays or day in city.workdays
        if day.weekday() < _WEEKDAYS and not is_named:
            problem = f"{day} ({name}) is a holiday by law; list it as holiday, or as workday"
            raise CalendarFileError(city.file, None, "complete", year, problem)


def _read_rows(rows: Sequence[CalendarRow]) -> tuple[dict[int, bool], list[CalendarRow]]:
    years: dict[int, bool] = {}
    days: dict[str, CalendarRow] = {}
    for row in rows:
        day = _parse(row.day)
        if row.kind in {_PUBLISHED, _ESTIMATED}:
            if day.year in years or (day.month, day.day) != (1, 1):
                raise CalendarError("year", row.day, "each year once, with its first day")
            years[day.year] = row.kind == _PUBLISHED
        elif row.kind in {_HOLIDAY, _WORKDAY}:
            if row.day in days:
                raise CalendarError("day", row.day, "the day is given twice")
            days[row.day] = row
        else:
            problem = "one of published, estimated, holiday, workday"
            raise CalendarError("kind", row.kind, problem)
    if not years or len(years) <= max(years) - min(years):
        raise CalendarError("years", sorted(years), "give a row for each of successive years")
    for row in days.values():
        if _parse(row.day).year not in years:
            raise CalendarError("day", row.day, "its year has no row")
    return years, list(days.values())


def _parse(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text:
        raise CalendarError("day", text, "an ISO date such as 2027-02-05")
    return day


def _day_of(at: datetime, field: str) -> date:
    if at.utcoffset() is None:
        raise NaiveTimeError(field, at.isoformat())
    return at.astimezone(CHINA_TIME).date()


def _frozen(values: Sequence[int]) -> npt.NDArray[np.int64]:
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array


def _each_day(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _hash(years: dict[int, bool], days: Iterable[date]) -> str:
    digest = hashlib.sha256()
    for year, is_published in sorted(years.items()):
        digest.update(f"{year} {is_published}\n".encode())
    for day in days:
        digest.update(f"{day}\n".encode())
    return digest.hexdigest()[: 2 * _VERSION_DIGITS]
