"""Deadlines of tickets, counted by hand.

Received on Monday 2 November 2026 at 9:00. The level ``general`` has seven days of natural time and
stops while the caller is awaited and while a return waits for its decision; ``complex`` has five
working days, and stops while the caller is awaited and on account; ``urgent`` has two hours.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from governance.clocks.calendar import CHINA_TIME
from governance.errors import CalendarRangeError, ClockError, NaiveTimeError
from governance.tickets.errors import TicketError, TimeOrderError, TransitionError
from governance.tickets.life import acts
from governance.tickets.life.actions import decide
from governance.tickets.life.clock import clock_of, level_document, level_of, owned_clock
from governance.tickets.life.fold import fold
from governance.tickets.life.profile import default_life_profile
from governance.tickets.terms import EventKind, ReturnReason
from governance.tickets.ticket import NewEvent, Ticket, TicketEvent

WAITING = default_life_profile().waiting


def nov(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA_TIME)


def dispatched(town: Any, level: str) -> Ticket:
    return town.do(town.ticket(level), acts.Dispatch(actor="z", at=nov(2, 9, 30)))


def paused(state: str, at: datetime) -> acts.Pause:
    return acts.Pause(actor="z", state=state, at=at)


def owned(town: Any, ticket: Ticket, level: str, at: datetime, calendar: str = "") -> Ticket:
    """Let another level count, as a correction of the category does."""
    by = town.calendars[calendar] if calendar else town.calendar
    data = owned_clock(ticket, town.levels[level], by, at, WAITING)
    event = TicketEvent(
        stream=ticket.id, seq=ticket.seq + 1, kind=EventKind.OWNED, at=at, recorded_at=at,
        decision="D2", data={"body": "T1"} | data,
    )  # fmt: skip
    return fold(ticket, [event])


def test_the_first_deadline_is_that_of_the_level(town: Any) -> None:
    assert town.ticket("general").due_at == nov(9, 9)
    assert town.ticket("complex").due_at == nov(10)  # 24:00 of Monday 9 November
    assert town.ticket("urgent").due_at == nov(2, 11)
    without = town.ticket("")
    assert (without.level, without.due_at, without.clock) == ("", None, {})


def test_times_are_kept_in_utc_whoever_wrote_them(town: Any) -> None:
    ticket = dispatched(town, "general")
    for name in ("received_at", "state_since", "due_at", "dispatched_at", "last_at"):
        assert getattr(ticket, name).tzinfo is UTC, name
    assert ticket.to_dict()["due_at"] == "2026-11-09T01:00:00+00:00"


def test_two_days_of_waiting_move_a_natural_deadline_by_two_days(town: Any) -> None:
    stands = town.do(dispatched(town, "general"), paused("awaiting_caller", nov(4, 9)))
    assert stands.due_at is None
    assert stands.is_paused
    ticket = town.do(stands, acts.Resume(actor="z", at=nov(6, 9)))
    assert ticket.due_at == nov(11, 9)
    assert not ticket.is_paused


def test_three_working_days_left_are_counted_from_the_day_after_the_account_ends(town: Any) -> None:
    # 3 and 4 November are used; 12, 13 and 16 are left.
    stands = town.do(dispatched(town, "complex"), paused("on_account", nov(4, 10)))
    assert town.do(stands, acts.Resume(actor="z", at=nov(11, 10))).due_at == nov(17)


def test_a_level_that_does_not_stop_in_a_state_refuses_the_pause(town: Any) -> None:
    with pytest.raises(ClockError, match="does not stop in state 'on_account'"):
        town.do(dispatched(town, "general"), paused("on_account", nov(3)))
    with pytest.raises(ClockError, match="states in which it stops: none"):
        town.do(dispatched(town, "urgent"), paused("awaiting_caller", nov(2, 10)))
    with pytest.raises(TicketError, match="its owner has no level"):
        town.do(dispatched(town, ""), paused("awaiting_caller", nov(3)))
    with pytest.raises(TicketError, match="its clock follows by itself"):
        town.do(dispatched(town, "general"), paused("returned", nov(3)))


def test_a_pause_after_the_time_was_up_is_kept_and_moves_nothing(town: Any) -> None:
    late = town.do(dispatched(town, "general"), paused("awaiting_caller", nov(12, 9)))
    assert late.is_paused
    assert late.due_at == nov(9, 9)
    assert town.do(late, acts.Resume(actor="z", at=nov(20, 9))).due_at == nov(9, 9)


def test_a_state_that_the_level_names_stops_the_clock_and_lets_it_go_on(town: Any) -> None:
    ticket = dispatched(town, "general")
    returned = acts.Return(actor="z", reason=ReturnReason.WRONG_PLACE, at=nov(2, 15))
    kinds = [event.kind for event in town.events(ticket, returned)]
    assert kinds == [EventKind.RETURNED, EventKind.PAUSED]
    ticket = town.do(ticket, returned)
    assert ticket.due_at is None
    with pytest.raises(TicketError, match="as long as the ticket is in this state"):
        town.do(ticket, acts.Resume(actor="z", at=nov(3)))
    reject = acts.DecideReturn(actor="z", is_upheld=False, because="属地无误", at=nov(3, 15))
    kinds = [event.kind for event in town.events(ticket, reject)]
    assert kinds == [EventKind.RESUMED, EventKind.RETURN_DECIDED]
    assert town.do(ticket, reject).due_at == nov(10, 9)


def test_what_changes_the_state_ends_the_waiting(town: Any) -> None:
    ticket = town.do(dispatched(town, "general"), paused("awaiting_caller", nov(4, 9)))
    reply = acts.Reply(actor="z", text="已修复", at=nov(5, 9))
    events = town.events(ticket, reply)
    assert [event.kind for event in events] == [EventKind.RESUMED, EventKind.REPLIED]
    assert town.do(ticket, reply).due_at == nov(10, 9)
    note = acts.Note(actor="z", text="电话未接", at=nov(5, 9))
    assert town.do(ticket, note).is_paused


def test_an_extension_adds_whole_working_days_once(town: Any) -> None:
    ticket = dispatched(town, "complex")
    more = acts.Extend(actor="z", by=timedelta(days=3), reason="等待配件", at=nov(5))
    ticket = town.do(ticket, more)
    assert ticket.due_at == nov(13)  # 10, 11 and 12 November
    with pytest.raises(TicketError, match="the profile allows 1"):
        town.do(ticket, more)


def test_an_extension_is_at_most_as_long_as_the_limit(town: Any) -> None:
    more = acts.Extend(actor="z", by=timedelta(days=8), reason="等待配件", at=nov(5))
    with pytest.raises(TicketError, match="at most 604,800 s"):
        town.do(dispatched(town, "general"), more)
    late = acts.Extend(actor="z", by=timedelta(days=1), reason="等待配件", at=nov(9, 9))
    with pytest.raises(ClockError, match="asked for before"):
        town.do(dispatched(town, "general"), late)


def test_a_holiday_declared_late_moves_working_days_only(town: Any) -> None:
    # Thursday 5 November off: 3, 4, 6, 9 and 10 November.
    act = acts.Recalendar(actor="z", calendar="late", reason="临时放假通知", at=nov(4))
    assert town.do(dispatched(town, "complex"), act).due_at == nov(11)
    assert town.do(dispatched(town, "general"), act).due_at == nov(9, 9)


def test_a_ticket_counts_by_its_calendars_after_it_is_read_back(town: Any) -> None:
    ticket = town.do(
        dispatched(town, "complex"),
        acts.Recalendar(actor="z", calendar="late", reason="临时放假通知", at=nov(4)),
        paused("on_account", nov(4, 10)),
    )
    again = clock_of(Ticket.from_dict(ticket.to_dict()), town.calendars.__getitem__)
    assert again.calendar == town.calendars["late"]
    # 3 and 4 November are used; 6, 9 and 10 are left, for the fifth is off.
    assert again.resume(nov(5, 10)).due_at == nov(11)


def test_another_level_counts_from_the_receipt_and_keeps_what_it_stops_for_too(town: Any) -> None:
    ticket = town.do(
        dispatched(town, "general"),
        paused("awaiting_caller", nov(3, 12)),
        acts.Resume(actor="z", at=nov(5, 12)),
    )
    assert ticket.due_at == nov(11, 9)
    # Working days: 3 is used, four are left from 6 on: 6, 9, 10 and 11 November.
    assert owned(town, ticket, "complex", nov(6)).due_at == nov(12)
    # Two hours, which do not stop for the caller.
    urgent = owned(town, ticket, "urgent", nov(6))
    assert (urgent.level, urgent.due_at) == ("urgent", nov(2, 11))


def test_another_level_may_stop_or_go_on_at_once(town: Any) -> None:
    ticket = town.do(dispatched(town, "general"), paused("awaiting_caller", nov(3, 12)))
    still = owned(town, ticket, "complex", nov(4))
    assert (still.is_paused, still.due_at) == (True, None)
    runs = owned(town, ticket, "urgent", nov(4))
    assert (runs.is_paused, runs.due_at) == (False, nov(2, 11))
    returned = acts.Return(actor="z", reason=ReturnReason.OTHER, at=nov(2, 12))
    unlevelled = town.do(dispatched(town, ""), returned)
    assert owned(town, unlevelled, "general", nov(3)).is_paused
    assert owned(town, ticket, "general", nov(4)).clock == ticket.clock


def test_an_extension_falls_away_with_its_level(town: Any) -> None:
    more = acts.Extend(actor="z", by=timedelta(days=3), reason="等待配件", at=nov(5))
    ticket = town.do(dispatched(town, "general"), more)
    assert ticket.due_at == nov(12, 9)
    assert owned(town, ticket, "complex", nov(5)).due_at == nov(10)


def test_a_reopened_ticket_has_the_time_of_its_level_again(town: Any) -> None:
    closed = town.do(dispatched(town, "general"), acts.Close(actor="z", at=nov(5)))
    assert closed.due_at == nov(9, 9)
    again = town.do(closed, acts.Reopen(actor="z", because="未解决", at=nov(20, 10)))
    assert again.due_at == nov(27, 10)
    assert (again.state, again.n_dispatches) == ("dispatched", 2)


def test_a_city_may_let_the_old_deadline_stand(town: Any) -> None:
    profile = replace(default_life_profile(), reopening="continue")
    closed = town.do(dispatched(town, "general"), acts.Close(actor="z", at=nov(5)))
    reopen = acts.Reopen(actor="z", because="未解决", at=nov(20, 10))
    assert town.do(closed, reopen, profile=profile).due_at == nov(9, 9)


def test_a_new_start_needs_no_end_of_the_waiting(town: Any) -> None:
    ticket = town.do(
        dispatched(town, "general"),
        acts.Reply(actor="z", text="已修复", at=nov(3)),
        paused("awaiting_caller", nov(4)),
    )
    reopen = acts.Reopen(actor="z", because="未解决", at=nov(5, 10))
    kinds = [event.kind for event in town.events(ticket, reopen)]
    assert kinds == [EventKind.REOPENED, EventKind.REDISPATCHED]
    again = town.do(ticket, reopen)
    assert (again.is_paused, again.due_at) == (False, nov(12, 10))
    old = replace(default_life_profile(), reopening="continue")
    kinds = [event.kind for event in town.events(ticket, reopen, profile=old)]
    assert kinds == [EventKind.RESUMED, EventKind.REOPENED, EventKind.REDISPATCHED]


def test_another_level_counts_from_the_reopening_where_there_was_one(town: Any) -> None:
    closed = town.do(dispatched(town, "general"), acts.Close(actor="z", at=nov(5)))
    again = town.do(closed, acts.Reopen(actor="z", because="未解决", at=nov(20, 10)))
    assert owned(town, again, "urgent", nov(20, 11)).due_at == nov(20, 12)


def test_all_extensions_together_are_at_most_as_long_as_the_profile_says(town: Any) -> None:
    profile = replace(default_life_profile(), extensions_allowed=3)
    more = acts.Extend(actor="z", by=timedelta(days=4), reason="等待配件", at=nov(5))
    ticket = town.do(dispatched(town, "general"), more, profile=profile)
    with pytest.raises(TicketError, match="all extensions together"):
        town.do(ticket, more, profile=profile)
    rest = replace(more, by=timedelta(days=3))
    assert town.do(ticket, rest, profile=profile).due_at == nov(16, 9)


def test_every_change_of_a_deadline_says_why_in_two_languages(town: Any) -> None:
    ticket = dispatched(town, "complex")
    pause = town.events(ticket, paused("on_account", nov(4, 10)))[0].data
    assert (
        pause["why_zh"] == "进入“挂账”状态，时限暂停；原到期时间2026年11月9日24时，停表期间不计时。"
    )
    assert pause["why_en"] == (
        "Entered the state held on account: the clock stands; it was due 2026-11-09 24:00."
    )
    assert (pause["due_at_before"], pause["due_at_after"]) == ("2026-11-10T00:00:00+08:00", None)
    stands = town.do(ticket, paused("on_account", nov(4, 10)))
    resume = town.events(stands, acts.Resume(actor="z", at=nov(11, 10, 30)))[0].data
    assert (
        resume["why_zh"] == "离开“挂账”状态，时限恢复，停表7天30分钟；到期时间2026年11月16日24时。"
    )
    assert resume["why_en"] == (
        "Left the state held on account; the clock runs on after standing for 7 d 30 min; "
        "due 2026-11-16 24:00."
    )
    more = acts.Extend(actor="z", by=timedelta(days=3), reason="等待配件", at=nov(5))
    extended = town.events(ticket, more)[0].data
    assert extended["why_zh"] == (
        "因等待配件，延期3个工作日；原到期时间2026年11月9日24时，到期时间2026年11月12日24时。"
    )
    late = acts.Recalendar(actor="z", calendar="late", reason="通知", at=nov(4))
    counted = town.events(ticket, late)[0].data
    assert "原到期时间2026年11月9日24时，到期时间2026年11月10日24时" in counted["why_zh"]
    assert counted["why_en"].startswith("Counted again by working calendar ")
    same = town.events(dispatched(town, "general"), late)[0].data
    assert "nothing changes: due 2026-11-09 09:00" in same["why_en"]
    again = town.do(ticket, acts.Close(actor="z", at=nov(5)))
    reopened = town.events(again, acts.Reopen(actor="z", because="未解决", at=nov(20, 10)))[0].data
    assert reopened["why_zh"] == (
        "按“疑难”(5个工作日)自2026年11月20日10时00分起计，到期时间2026年11月27日24时。"
    )
    recount = owned_clock(ticket, town.levels["general"], town.calendar, nov(4), WAITING)
    assert recount["why_en"] == (
        'The level changed from "complex" (5 working days) to "general" (7 d), counted again from '
        "the start; it was due 2026-11-09 24:00; due 2026-11-09 09:00."
    )


def test_a_deadline_with_days_that_are_not_published_is_provisional_and_says_so(town: Any) -> None:
    ticket = town.ticket("complex")
    at = datetime(2026, 12, 28, 9, tzinfo=CHINA_TIME)
    closed = town.do(ticket, acts.Close(actor="z", at=nov(5)))
    reopened = town.events(closed, acts.Reopen(actor="z", because="未解决", at=at))[0].data
    assert reopened["due_is_provisional"]
    assert "暂定" in reopened["why_zh"]
    assert "provisional" in reopened["why_en"]


def test_a_clock_beyond_its_calendar_is_refused_and_names_the_days(town: Any) -> None:
    closed = town.do(town.ticket("complex"), acts.Close(actor="z", at=nov(5)))
    at = datetime(2028, 12, 30, 9, tzinfo=CHINA_TIME)
    with pytest.raises(CalendarRangeError, match="2028-12-30"):
        town.do(closed, acts.Reopen(actor="z", because="未解决", at=at))


def test_levels_are_read_back_as_they_were_written(town: Any) -> None:
    for level in town.levels.values():
        assert level_of(level_document(level)) == level
        assert level_of(level_document(level)) is level_of(level_document(level))


def test_times_do_not_run_backwards(town: Any) -> None:
    ticket = town.do(dispatched(town, "general"), acts.Sign(actor="z", at=nov(3)))
    with pytest.raises(TimeOrderError, match="at or after 2026-11-02T16:00:00") as caught:
        town.do(ticket, acts.Start(actor="z", at=nov(2, 23)))
    assert (caught.value.stream, caught.value.last_at) == ("TTOWN", nov(3))
    with pytest.raises(TimeOrderError):
        town.do(town.ticket("general"), acts.Dispatch(actor="z", at=nov(1)))
    with pytest.raises(TicketError, match="lies ahead"):
        decide(ticket, acts.Start(actor="z", at=nov(5)), town.context(nov(4)))
    naive = acts.Start(actor="z", at=nov(4).replace(tzinfo=None))
    with pytest.raises(NaiveTimeError):
        decide(ticket, naive, town.context(nov(4)))
    # A note may be about yesterday.
    assert town.do(ticket, acts.Note(actor="z", text="昨日电话", at=nov(2, 12))).last_at == nov(3)


def test_the_log_itself_does_not_run_backwards(town: Any) -> None:
    ticket = dispatched(town, "general")
    signed = NewEvent(kind=EventKind.SIGNED, at=nov(2, 9))
    event = TicketEvent(
        stream=ticket.id, seq=ticket.seq + 1, kind=signed.kind, at=signed.at, recorded_at=nov(3)
    )
    with pytest.raises(TimeOrderError):
        fold(ticket, [event])


def test_an_act_without_a_time_happens_now_and_not_before_the_last(town: Any) -> None:
    ticket = town.do(dispatched(town, "general"), acts.Sign(actor="z", at=nov(3)))
    events = decide(ticket, acts.Start(actor="z"), town.context(nov(4)))
    assert events[0].at == nov(4)
    # The clock of another server was a little ahead.
    events = decide(ticket, acts.Start(actor="z"), town.context(nov(2, 23, 59)))
    assert events[0].at == nov(3)


def test_only_a_clock_that_stands_is_resumed(town: Any) -> None:
    with pytest.raises(ClockError, match="it runs"):
        town.do(dispatched(town, "general"), acts.Resume(actor="z", at=nov(3)))
    closed = town.do(dispatched(town, "general"), acts.Close(actor="z", at=nov(3)))
    more = acts.Extend(actor="z", by=timedelta(days=1), reason="等待", at=nov(4))
    with pytest.raises(TransitionError):
        town.do(closed, more)
    with pytest.raises(TicketError, match="reopen it first"):
        town.do(closed, paused("awaiting_caller", nov(4)))
