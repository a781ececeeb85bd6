"""Deadlines of one request and of many."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.book.definition import Level
from governance.clocks.calendar import CHINA_TIME, published_calendar
from governance.clocks.deadlines import due, due_many
from governance.errors import CalendarRangeError, LevelError, NaiveTimeError

CALENDAR = published_calendar(range(2025, 2029))
TWO_HOURS = Level(key="2h", name="2小时", name_en="2 hours", limit=timedelta(hours=2))
WEEK = Level(key="7d", name="7日", name_en="7 days", limit=timedelta(days=7))

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, CHINA_TIME]),
).map(lambda at: at.replace(microsecond=0))


def working(days: int, ends_at: str = "24:00") -> Level:
    return Level(
        key=f"{days}wd",
        name=f"{days}个工作日",
        name_en=f"{days} working days",
        limit=timedelta(days=days),
        clock="working",
        ends_at=ends_at,
    )


levels = st.one_of(
    st.integers(1, 40 * 86_400).map(lambda s: replace(WEEK, limit=timedelta(seconds=s))),
    st.builds(working, st.integers(1, 40), st.sampled_from(["24:00", "17:30", "00:01"])),
)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA_TIME)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("received", "days", "last_day"),
    [
        # National Day 2026: off 1-7 October, worked on Sunday 20 September and Saturday 10 October.
        ((9, 18, 16), 1, (9, 20)),
        ((9, 28, 10), 2, (9, 30)),
        ((9, 28, 10), 3, (10, 8)),
        ((9, 28, 10), 5, (10, 10)),
        ((9, 28, 10), 6, (10, 12)),
        ((10, 3, 10), 1, (10, 8)),
        ((10, 9, 23), 1, (10, 10)),
        # Spring Festival 2026: off 15-23 February, worked on Saturdays 14 and 28 February.
        ((2, 13, 10), 1, (2, 14)),
        ((2, 13, 10), 2, (2, 24)),
        ((2, 14, 10), 1, (2, 24)),
        ((2, 13, 10), 6, (2, 28)),
        ((2, 13, 10), 7, (3, 2)),
        # Mid-Autumn: Friday 25 September is off.
        ((9, 24, 9), 1, (9, 28)),
    ],
)
def test_working_days_skip_days_off_and_count_make_up_days(
    received: tuple[int, int, int], days: int, last_day: tuple[int, int]
) -> None:
    deadline = due(working(days), china(2026, *received), CALENDAR)
    assert deadline.due_at == china(2026, *last_day) + timedelta(days=1)
    assert not deadline.is_provisional
    assert deadline.calendar == CALENDAR.version


def test_natural_time_runs_through_holidays_to_the_second() -> None:
    deadline = due(WEEK, china(2026, 9, 30, 23, 59, 59), CALENDAR)
    assert deadline.due_at == china(2026, 10, 7, 23, 59, 59)
    assert (deadline.limit_s, deadline.clock) == (7 * 86_400, "natural")
    assert due(TWO_HOURS, china(2026, 12, 31, 23, 0), CALENDAR).due_at == china(2027, 1, 1, 1)


def test_an_office_with_hours_ends_the_last_day_when_it_closes() -> None:
    deadline = due(working(3, "17:30"), china(2026, 9, 28, 10), CALENDAR)
    assert deadline.due_at == china(2026, 10, 8, 17, 30)


def test_deadlines_are_given_in_china_time() -> None:
    received = datetime(2026, 11, 23, 20, tzinfo=UTC)  # 24 November, 4:00 in China
    for level in (TWO_HOURS, working(1)):
        assert due(level, received, CALENDAR).due_at.utcoffset() == timedelta(hours=8)
    assert due(working(1), received, CALENDAR).due_at == china(2026, 11, 26)


def test_a_deadline_that_reaches_into_a_year_to_come_is_provisional_until_it_is_published(
    tmp_path: Path,
) -> None:
    # Everything that is said of 2040 here is made up: the year is far from being published.
    received = china(2039, 12, 20, 9)
    guessed = published_calendar(range(2039, 2042))
    before = due(working(15), received, guessed)
    assert before.is_provisional
    assert not due(WEEK, received, guessed).is_provisional
    days = ["2040-01-02", "2040-01-03", "2040-02-13", "2040-02-14", "2040-04-04", "2040-05-01"]
    days += ["2040-05-02", "2040-06-14", "2040-09-20", "2040-10-01", "2040-10-02", "2040-10-03"]
    path = tmp_path / "2040.toml"
    holidays = "".join(f"[[holiday]]\nfrom = {day}\n" for day in days)
    path.write_text(f"complete = [2039, 2040]\n{holidays}" + holidays_of_2039(), encoding="utf-8")
    published = published_calendar(range(2039, 2042), path)
    after = due(working(15), received, published)
    assert not after.is_provisional
    # 2 January is a day off in both; 3 January only in the one published.
    assert after.due_at == before.due_at + timedelta(days=1)
    assert after.calendar != before.calendar


def holidays_of_2039() -> str:
    from holidays import country_holidays  # noqa: PLC0415 - for this year alone

    days = country_holidays("CN", years=2039)
    return "".join(f"[[holiday]]\nfrom = {day}\n" for day in sorted(days))


def test_a_deadline_in_the_year_after_the_last_published_is_provisional() -> None:
    last = max(year for year in CALENDAR.years if CALENDAR.is_published(year))
    deadline = due(working(15), china(last, 12, 18, 9), CALENDAR)
    assert deadline.due_at.year == last + 1
    assert deadline.is_provisional
    assert not due(working(3), china(last, 12, 14, 9), CALENDAR).is_provisional


@given(level=levels, first=moments, second=moments)
def test_who_asks_later_is_not_answered_sooner(
    level: Level, first: datetime, second: datetime
) -> None:
    first, second = sorted([first, second])
    assert due(level, first, CALENDAR).due_at <= due(level, second, CALENDAR).due_at


@given(received=moments, days=st.integers(1, 60), ends=st.sampled_from(["24:00", "09:00"]))
def test_a_longer_limit_ends_later(received: datetime, days: int, ends: str) -> None:
    short = due(working(days, ends), received, CALENDAR)
    assert received < short.due_at < due(working(days + 1, ends), received, CALENDAR).due_at


@given(rows=st.lists(st.tuples(levels, moments), max_size=30), hole=st.integers(0, 29))
def test_many_deadlines_equal_single_ones(rows: list[tuple[Level, datetime]], hole: int) -> None:
    index = np.arange(len(rows))
    stamps = [int(received.timestamp()) for _, received in rows]
    received_at = np.array(stamps, dtype=np.int64).astype("datetime64[s]")
    if hole < len(rows):
        index[hole] = -1
    columns = due_many([level for level, _ in rows], index, received_at, CALENDAR)
    for place, (level, received) in enumerate(rows):
        if index[place] < 0:
            assert np.isnat(columns.due_at[place])
            assert not columns.is_provisional[place]
            continue
        single = due(level, received, CALENDAR)
        assert columns.due_at[place].astype(np.int64) == int(single.due_at.timestamp())
        assert columns.is_provisional[place] == single.is_provisional


def test_many_deadlines_leave_out_rows_without_receipt() -> None:
    received_at = np.array(["2026-11-23T01:00:00", "NaT"], dtype="datetime64[ns]")
    columns = due_many([working(1), WEEK], np.array([0, 1]), received_at, CALENDAR)
    assert columns.due_at[0] == np.datetime64("2026-11-24T16:00:00")
    assert np.isnat(columns.due_at[1])


def test_a_hundred_thousand_deadlines_take_less_than_a_fifth_of_a_second() -> None:
    rng = np.random.default_rng(1)
    received_at = np.datetime64("2025-06-01T00:00:00") + rng.integers(0, 5 * 10**7, 100_000)
    index = rng.integers(-1, 3, len(received_at))
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        due_many([TWO_HOURS, WEEK, working(15)], index, received_at, CALENDAR)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.2


def test_times_without_zone_are_refused() -> None:
    with pytest.raises(NaiveTimeError, match="received_at 2026-11-23T09:00:00 has no time zone"):
        due(WEEK, datetime(2026, 11, 23, 9), CALENDAR)  # noqa: DTZ001 - the point
    with pytest.raises(NaiveTimeError, match="int64"):
        due_many([WEEK], np.array([0]), np.array([0]), CALENDAR)  # type: ignore[arg-type]


def test_days_that_the_calendar_does_not_cover_are_refused_alike() -> None:
    for received, days in ((china(2024, 12, 31), 1), (china(2028, 12, 28), 5)):
        with pytest.raises(CalendarRangeError) as single:
            due(working(days), received, CALENDAR)
        stamp = np.array([int(received.timestamp())]).astype("datetime64[s]")
        with pytest.raises(CalendarRangeError) as many:
            due_many([working(days)], np.array([0]), stamp, CALENDAR)
        assert str(single.value) == str(many.value)
    assert due(WEEK, china(2024, 12, 31), CALENDAR).due_at.date() == date(2025, 1, 7)


def test_places_outside_of_the_levels_are_refused() -> None:
    stamp = np.array(["2026-11-23"], dtype="datetime64[s]")
    for index in ([1], [-2], [0, 0]):
        with pytest.raises(IndexError, match="one place"):
            due_many([WEEK], np.array(index), stamp, CALENDAR)


@pytest.mark.parametrize(
    ("level", "field"),
    [
        (replace(WEEK, clock="lunar"), "clock"),
        (replace(WEEK, limit=timedelta(0)), "limit"),
        (replace(WEEK, limit=timedelta(days=5000)), "limit"),
        (replace(WEEK, limit=timedelta(microseconds=1)), "limit"),
        (replace(WEEK, clock="working", limit=timedelta(hours=30)), "limit"),
        (working(3, "17.30"), "ends_at"),
        (working(3, "24:01"), "ends_at"),
        (working(3, "00:00"), "ends_at"),
        (working(3, "16:60"), "ends_at"),
        (working(3, "9:00"), "ends_at"),
    ],
)
def test_levels_whose_clock_cannot_run_are_refused(level: Level, field: str) -> None:
    for _ in range(2):
        with pytest.raises(LevelError) as caught:
            due(level, china(2026, 11, 23), CALENDAR)
        assert (caught.value.level, caught.value.field) == (level.key, field)
