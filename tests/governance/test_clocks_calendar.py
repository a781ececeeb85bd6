"""The working calendar: published years, years to come, counting days."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.clocks.calendar import CHINA_TIME, CalendarRow, WorkCalendar, published_calendar
from governance.errors import CalendarError, CalendarRangeError, NaiveTimeError

CALENDAR = published_calendar(range(2025, 2029))

# 国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04: days off, first and last, and days worked.
OFF_2026 = [
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
]
WORKED_2026 = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, CHINA_TIME]),
)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_every_day_of_2026_is_as_the_state_council_announced() -> None:
    for day in days_of(2026):
        key = (day.month, day.day)
        is_off = any(first <= key <= last for first, last in OFF_2026)
        expected = key in WORKED_2026 or (day.weekday() < 5 and not is_off)
        assert CALENDAR.is_working_day(day) == expected, day


def test_the_calendar_knows_which_years_are_published() -> None:
    assert CALENDAR.is_published(2025)
    assert CALENDAR.is_published(2026)
    assert not CALENDAR.is_published(2028)
    assert not CALENDAR.is_published(2040)


def test_a_year_not_published_has_weekends_the_fixed_holidays_and_days_in_their_place() -> None:
    calendar = published_calendar([2040])
    off = [day for day in days_of(2040) if not calendar.is_working_day(day) and day.weekday() < 5]
    # 2040: New Year is a Sunday; 除夕 is Saturday 11 February; 清明 4 April; 端午 14 June;
    # 中秋 20 September; 1 October is a Monday.
    expected = [(1, 2), (2, 13), (2, 14), (2, 15), (2, 16), (4, 4), (5, 1), (5, 2), (6, 14)]
    expected += [(9, 20), (10, 1), (10, 2), (10, 3)]
    assert [(day.month, day.day) for day in off] == expected
    assert all(not calendar.is_working_day(day) for day in days_of(2040) if day.weekday() > 4)


def test_the_last_week_of_a_year_is_settled_only_when_the_next_year_is_published() -> None:
    calendar = published_calendar([2025, 2026])
    assert calendar.is_settled(date(2025, 12, 31))
    assert calendar.is_settled(date(2026, 12, 24))
    assert not calendar.is_settled(date(2026, 12, 25))


def test_new_year_can_move_days_of_the_december_before_it() -> None:
    calendar = published_calendar([2011, 2012])
    assert calendar.is_working_day(date(2011, 12, 31))
    assert date(2011, 12, 31).weekday() == 5


def test_days_off_and_make_up_days_have_names() -> None:
    assert CALENDAR.name_of(date(2026, 10, 1)) == "国庆节"
    assert CALENDAR.name_of(date(2026, 10, 10)) == "调休上班"
    assert CALENDAR.name_of(date(2026, 11, 23)) == ""


def test_rows_make_the_same_calendar_after_a_trip_through_json() -> None:
    rows = json.loads(json.dumps(CALENDAR.to_rows()))
    again = WorkCalendar.from_rows(rows)
    assert again == CALENDAR
    assert again.to_rows() == CALENDAR.to_rows()
    assert all(again.is_settled(day) == CALENDAR.is_settled(day) for day in days_of(2026))


def test_the_version_changes_with_a_day_and_with_a_publication_but_not_with_a_name() -> None:
    rows = CALENDAR.to_rows()
    renamed = [row._replace(name="别名") for row in rows]
    moved = [*rows, CalendarRow("2026-11-23", "holiday", "")]
    announced = [row._replace(kind="published") for row in rows if row.kind == "estimated"]
    announced += [row for row in rows if row.kind != "estimated"]
    assert WorkCalendar.from_rows(renamed).version == CALENDAR.version
    versions = {WorkCalendar.from_rows(other).version for other in (rows, moved, announced)}
    assert len(versions) == 3


def test_its_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        CALENDAR.arrays().ranks[0] = 7


@given(start=moments, days=st.integers(1, 200))
def test_adding_counts_day_by_day(start: datetime, days: int) -> None:
    day, left = start.astimezone(CHINA_TIME).date(), days
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_working_day(day)
    end = CALENDAR.add_working_days(start, days)
    assert end == datetime(day.year, day.month, day.day, tzinfo=CHINA_TIME) + timedelta(days=1)
    assert CALENDAR.working_days_between(start, end) == days


@given(start=moments, days=st.integers(1, 100), ends=st.integers(0, 60))
def test_a_count_is_in_doubt_when_a_day_in_it_is_not_settled(
    start: datetime, days: int, ends: int
) -> None:
    start += timedelta(days=ends)
    end, is_provisional = CALENDAR.count(start.astimezone(CHINA_TIME), days)
    first = start.astimezone(CHINA_TIME).date()
    counted = (end.date() - first).days
    expected = [CALENDAR.is_settled(first + timedelta(days=n)) for n in range(1, counted)]
    assert is_provisional == (not all(expected)) == CALENDAR.has_doubt(start, end)


def test_a_day_belongs_to_china_time() -> None:
    # 2026-10-08 17:00 UTC is 9 October, 1:00 in China; the next working day is Saturday the 10th.
    end = CALENDAR.add_working_days(datetime(2026, 10, 8, 17, tzinfo=UTC), 1)
    assert end == datetime(2026, 10, 11, tzinfo=CHINA_TIME)


def test_times_without_zone_are_refused() -> None:
    with pytest.raises(NaiveTimeError, match=r"2026-11-23T09:00:00 has no time zone"):
        CALENDAR.add_working_days(datetime(2026, 11, 23, 9), 1)  # noqa: DTZ001 - the point


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2029, 1, 1)])
def test_days_outside_are_refused_with_the_days_covered(day: date) -> None:
    with pytest.raises(CalendarRangeError, match="covers 2025-01-01 to 2028-12-31"):
        CALENDAR.is_working_day(day)


def test_a_count_past_the_end_is_refused() -> None:
    start = datetime(2028, 12, 20, tzinfo=CHINA_TIME)
    with pytest.raises(CalendarRangeError, match="30 working days") as caught:
        CALENDAR.add_working_days(start, 30)
    assert caught.value.days == 30
    with pytest.raises(CalendarRangeError, match="30 working days"):
        CALENDAR.count(start, 30)


def test_counts_below_one_are_refused() -> None:
    with pytest.raises(CalendarError, match="at least one"):
        CALENDAR.add_working_days(datetime(2026, 1, 5, tzinfo=UTC), 0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "successive years"),
        ([("2025-01-01", "published", ""), ("2027-01-01", "published", "")], "successive years"),
        ([("2025-01-01", "published", ""), ("2025-01-01", "estimated", "")], "each year once"),
        ([("2025-02-01", "published", "")], "first day"),
        ([("2025-01-01", "published", ""), ("2026-05-01", "holiday", "")], "no row"),
        ([("2025-01-01", "weekday", "")], "one of published"),
        ([("20250101", "published", "")], "ISO date"),
        ([("2025-01-01", "published")], "three texts"),
        (
            [
                ("2025-01-01", "published", ""),
                ("2025-05-01", "holiday", ""),
                ("2025-05-01", "workday", ""),
            ],
            "given twice",
        ),
    ],
)
def test_rows_that_make_no_calendar_are_refused(rows: list[tuple[str, ...]], message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        WorkCalendar.from_rows(rows)


def test_no_years_are_refused() -> None:
    with pytest.raises(CalendarError, match="at least one year"):
        published_calendar([])
