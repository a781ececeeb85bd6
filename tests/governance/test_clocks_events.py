"""The clock of one request: pauses, extensions, new calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.book.definition import Level
from governance.clocks.calendar import CHINA_TIME, CalendarRow, WorkCalendar, published_calendar
from governance.clocks.deadlines import due
from governance.clocks.events import Clock, Paused, Recalendared, Resumed, Started
from governance.errors import ClockError, LevelError, NaiveTimeError

CALENDAR = published_calendar(range(2025, 2029))
NATURAL = Level(
    key="7d",
    name="7日",
    name_en="7 days",
    limit=timedelta(days=7),
    pauses=("waiting_for_citizen", "on_the_books"),
)
WORKING = replace(NATURAL, key="5wd", limit=timedelta(days=5), clock="working")
CLOSING = replace(WORKING, ends_at="17:30")
STATE = "waiting_for_citizen"

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 6, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, CHINA_TIME]),
)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))
shares = st.floats(0, 0.999)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA_TIME)  # type: ignore[misc, arg-type]


def due_at(clock: Clock) -> datetime:
    assert clock.due_at is not None
    return clock.due_at


def with_days_off(step: int) -> WorkCalendar:
    rows = CALENDAR.to_rows()
    known = {row.day for row in rows}
    for number in range(0, 365 * 3, step):
        day = (date(2025, 1, 2) + timedelta(days=number)).isoformat()
        if day not in known:
            rows.append(CalendarRow(day, "holiday", ""))
    return WorkCalendar(rows)


OTHERS = [with_days_off(step) for step in (3, 5, 11, 29)]


def test_a_clock_starts_with_the_deadline_of_its_level() -> None:
    for level in (NATURAL, WORKING, CLOSING):
        received = china(2026, 9, 28, 10)
        assert Clock.start(level, received, CALENDAR).deadline == due(level, received, CALENDAR)


@given(start=moments, share=shares, pause=spans)
def test_a_pause_moves_a_natural_deadline_by_its_length(
    start: datetime, share: float, pause: timedelta
) -> None:
    running = Clock.start(NATURAL, start, CALENDAR)
    at = start + share * (due_at(running) - start)
    stopped = running.pause(at, STATE)
    assert stopped.due_at is None
    assert stopped.deadline is None
    assert stopped.is_paused
    assert due_at(stopped.resume(at + pause)) == due_at(running) + pause


@given(start=moments, share=shares, pause=spans, level=st.sampled_from([WORKING, CLOSING]))
def test_a_pause_leaves_the_working_days_that_were_left(
    start: datetime, share: float, pause: timedelta, level: Level
) -> None:
    running = Clock.start(level, start, CALENDAR)
    at = start + share * (due_at(running) - start)
    resumed_at = at + pause
    resumed = due_at(running.pause(at, STATE).resume(resumed_at))
    left = CALENDAR.rank(due_at(running) - timedelta.resolution) - CALENDAR.rank(at)
    counted = CALENDAR.rank(resumed - timedelta.resolution) - CALENDAR.rank(resumed_at)
    assert counted >= left
    assert counted <= max(left, 1)
    assert resumed > resumed_at
    assert resumed >= due_at(running)


@given(start=moments, share=shares, first=spans, second=spans)
def test_who_resumes_later_has_until_later(
    start: datetime, share: float, first: timedelta, second: timedelta
) -> None:
    first, second = sorted([first, second])
    for level in (NATURAL, WORKING, CLOSING):
        running = Clock.start(level, start, CALENDAR)
        at = start + share * (due_at(running) - start)
        stopped = running.pause(at, STATE)
        assert due_at(stopped.resume(at + first)) <= due_at(stopped.resume(at + second))


def test_a_pause_within_one_day_changes_no_working_deadline() -> None:
    running = Clock.start(WORKING, china(2026, 11, 23, 9), CALENDAR)
    again = running.pause(china(2026, 11, 25, 9), STATE).resume(china(2026, 11, 25, 18))
    assert again.due_at == running.due_at == china(2026, 12, 1)


def test_a_pause_over_national_day_costs_only_working_days() -> None:
    # Due after 29 and 30 September, 8, 9 and 10 October.
    running = Clock.start(WORKING, china(2026, 9, 28, 9), CALENDAR)
    assert running.due_at == china(2026, 10, 11)
    holiday = running.pause(china(2026, 9, 30, 18), STATE).resume(china(2026, 10, 7, 9))
    assert holiday.due_at == running.due_at
    longer = running.pause(china(2026, 9, 30, 18), STATE).resume(china(2026, 10, 9, 9))
    assert longer.due_at == china(2026, 10, 14)


def test_a_pause_on_the_last_day_leaves_until_the_end_of_the_next_working_day() -> None:
    running = Clock.start(WORKING, china(2026, 11, 13, 9), CALENDAR)
    assert running.due_at == china(2026, 11, 21)
    stopped = running.pause(china(2026, 11, 20, 10), STATE)
    assert stopped.resume(china(2026, 11, 22, 10)).due_at == china(2026, 11, 24)
    assert stopped.resume(china(2026, 11, 23, 10)).due_at == china(2026, 11, 24)


def test_who_resumes_after_the_office_closed_has_the_next_working_day() -> None:
    running = Clock.start(CLOSING, china(2026, 11, 13, 9), CALENDAR)
    stopped = running.pause(china(2026, 11, 20, 10), STATE)
    assert stopped.resume(china(2026, 11, 20, 17)).due_at == china(2026, 11, 20, 17, 30)
    assert stopped.resume(china(2026, 11, 20, 18)).due_at == china(2026, 11, 23, 17, 30)


def test_a_clock_that_has_run_out_does_not_stop() -> None:
    for level in (NATURAL, WORKING):
        running = Clock.start(level, china(2026, 11, 2, 9), CALENDAR)
        at = due_at(running)
        late = running.pause(at, STATE)
        assert late.is_paused
        assert late.steps[-1].had_run_out
        assert late.due_at == late.resume(at + timedelta(days=9)).due_at == running.due_at


def test_pauses_do_not_nest() -> None:
    stopped = Clock.start(NATURAL, china(2026, 11, 2, 9), CALENDAR).pause(china(2026, 11, 3), STATE)
    with pytest.raises(ClockError, match="stands already, since 2026-11-03") as caught:
        stopped.pause(china(2026, 11, 4), "on_the_books")
    assert caught.value.event == "pause"
    again = stopped.resume(china(2026, 11, 4)).pause(china(2026, 11, 5), "on_the_books")
    assert again.resume(china(2026, 11, 7)).due_at == china(2026, 11, 12, 9)


def test_an_extension_adds_to_what_is_left() -> None:
    natural = Clock.start(NATURAL, china(2026, 11, 2, 9), CALENDAR)
    more = natural.extend(china(2026, 11, 5), timedelta(days=3), "材料待补")
    assert more.due_at == china(2026, 11, 12, 9)
    assert (more.steps[-1].what, more.steps[-1].why) == ("extend", "材料待补")
    working = Clock.start(WORKING, china(2026, 9, 28, 9), CALENDAR)
    assert working.extend(china(2026, 9, 30), timedelta(days=2), "").due_at == china(2026, 10, 14)
    stopped = working.pause(china(2026, 9, 29, 9), STATE)
    extended = stopped.extend(china(2026, 9, 30), timedelta(days=2), "")
    assert extended.due_at is None
    assert extended.resume(china(2026, 9, 29 + 1, 18)).due_at == china(2026, 10, 15)


def test_a_holiday_declared_late_moves_running_deadlines(tmp_path: Path) -> None:
    running = Clock.start(WORKING, china(2026, 11, 23, 9), CALENDAR)
    path = tmp_path / "city.csv"
    path.write_text("kind,from,to,name\n放假,2026-11-26,2026-11-27,市运动会\n", encoding="utf-8")
    calendar = published_calendar(CALENDAR.years, path)
    moved = running.recalendar(china(2026, 11, 25, 8), calendar, "市运动会放假")
    step = moved.steps[-1]
    assert (step.due_at_before, step.due_at_after) == (china(2026, 12, 1), china(2026, 12, 3))
    assert (step.what, step.why) == ("recalendar", "市运动会放假")
    assert step.calendar == calendar.version != CALENDAR.version
    untouched = Clock.start(NATURAL, china(2026, 11, 23, 9), CALENDAR)
    again = untouched.recalendar(china(2026, 11, 25, 8), calendar, "市运动会放假")
    assert again.due_at == untouched.due_at


def test_a_deadline_in_2027_is_provisional_until_2027_is_published(tmp_path: Path) -> None:
    # The calendar as it stood before 2027 was published, and a schedule made up for this test.
    known = [row for row in CALENDAR.to_rows() if row.day < "2027"]
    new_year = [("2027-01-01", "estimated"), ("2028-01-01", "estimated")]
    before = WorkCalendar(
        [
            *known,
            *(CalendarRow(*row, "") for row in new_year),
            CalendarRow("2027-01-01", "holiday", "元旦"),
        ]
    )
    running = Clock.start(
        replace(WORKING, limit=timedelta(days=15)), china(2026, 12, 21, 9), before
    )
    assert running.due_at == china(2027, 1, 13)
    assert running.steps[-1].is_provisional
    fixed = ["02-05", "02-08", "04-05", "06-09", "09-15", "10-01"]
    days = "".join(f'[[holiday]]\nfrom = "2027-{day}"\n' for day in fixed)
    days += "[[holiday]]\nfrom = 2027-01-01\nto = 2027-01-05\n[[workday]]\nfrom = 2027-01-09\n"
    path = tmp_path / "2027.toml"
    path.write_text(f"complete = [2027]\n{days}", encoding="utf-8")
    published = published_calendar(range(2025, 2029), path)
    settled = running.recalendar(china(2026, 12, 24, 9), published, "国务院办公厅通知")
    assert settled.due_at == china(2027, 1, 14)
    assert settled.deadline is not None
    assert not settled.deadline.is_provisional
    assert settled.deadline.calendar == published.version
    assert settled.calendar is published


@given(
    start=moments,
    gaps=st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), min_size=3, max_size=3),
    other=st.sampled_from(OTHERS),
)
def test_a_new_calendar_counts_all_events_as_if_it_had_always_been(
    start: datetime, gaps: list[timedelta], other: WorkCalendar
) -> None:
    paused, resumed = start + gaps[0], start + gaps[0] + gaps[1]
    events = (Started(start), Paused(paused, STATE), Resumed(resumed))
    late = Recalendared(resumed + gaps[2], other, "")
    for level in (NATURAL, WORKING, CLOSING):
        moved = Clock(level, CALENDAR, (*events, late))
        assert moved.due_at == Clock(level, other, events).due_at


@given(start=moments, gap=spans, pause=spans)
def test_the_same_events_give_the_same_clock(
    start: datetime, gap: timedelta, pause: timedelta
) -> None:
    for level in (NATURAL, WORKING):
        clock = Clock.start(level, start, CALENDAR).pause(start + gap, STATE)
        clock = clock.resume(start + gap + pause)
        assert Clock(level, CALENDAR, clock.events) == clock
        chain = [(step.due_at_before, step.due_at_after) for step in clock.steps]
        assert chain[0][0] is None
        assert [after for _, after in chain[:-1]] == [before for before, _ in chain[1:]]


def test_events_that_contradict_each_other_are_refused() -> None:
    start, later = china(2026, 11, 2, 9), china(2026, 11, 3, 9)
    clock = Clock.start(NATURAL, start, CALENDAR)
    day = timedelta(days=1)
    with pytest.raises(ClockError, match="at least its start"):
        Clock(NATURAL, CALENDAR, ())
    with pytest.raises(ClockError, match="first event is its start"):
        Clock(NATURAL, CALENDAR, (Resumed(start),))
    with pytest.raises(ClockError, match="it starts once"):
        Clock(NATURAL, CALENDAR, (Started(start), Started(later)))
    with pytest.raises(ClockError, match="only a clock that stands"):
        clock.resume(later)
    with pytest.raises(ClockError, match="lies before the event ahead"):
        clock.pause(start - day, STATE)
    with pytest.raises(ClockError, match=r"does not stop in state 'lost'.*waiting_for_citizen"):
        clock.pause(later, "lost")
    with pytest.raises(ClockError, match="an extension is asked for before"):
        clock.extend(china(2026, 11, 9, 9), day, "late")
    with pytest.raises(ClockError, match="give seconds, more than none"):
        clock.extend(later, timedelta(0), "")
    with pytest.raises(ClockError, match="give whole days"):
        Clock.start(WORKING, start, CALENDAR).extend(later, timedelta(hours=30), "")


def test_times_without_zone_and_levels_that_cannot_run_are_refused() -> None:
    naive = datetime.combine(date(2026, 11, 2), datetime.min.time())
    with pytest.raises(NaiveTimeError, match="start at 2026-11-02T00:00:00 has no time zone"):
        Clock.start(NATURAL, naive, CALENDAR)
    with pytest.raises(NaiveTimeError, match="pause at"):
        Clock.start(NATURAL, china(2026, 11, 1), CALENDAR).pause(naive, STATE)
    with pytest.raises(LevelError):
        Clock.start(replace(NATURAL, clock="lunar"), china(2026, 11, 2), CALENDAR)
