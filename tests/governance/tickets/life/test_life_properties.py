"""No order of acts or events breaks a ticket: everything is refused or leaves it whole."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.clocks.calendar import CHINA_TIME
from governance.errors import GovernanceError
from governance.tickets.errors import TicketError, TransitionError
from governance.tickets.life import acts
from governance.tickets.life.actions import decide
from governance.tickets.life.acts import Act
from governance.tickets.life.clock import clock_of
from governance.tickets.life.fold import apply, fold
from governance.tickets.life.machine import LIFE_KINDS, TICKET_MACHINE
from governance.tickets.life.profile import default_life_profile
from governance.tickets.terms import EventKind, LinkKind, ReturnReason, TicketState
from governance.tickets.ticket import NewEvent, Ticket, TicketEvent

START = datetime(2026, 11, 2, 9, tzinfo=CHINA_TIME)
UNITS = ("", "T1", "T2", "GREEN1", "D1")
BODIES = ("T1", "T2", "C11", "T4", "ROAD1", "GHOST")
DISPATCHES = {EventKind.DISPATCHED, EventKind.REDISPATCHED}

RULINGS = ("", "", "RUL1", "REVOKED", "NONE")
WAITS = (0, 0.1, 5, 20, 48)
# What ends a life, or is taken in every state, would leave little room for the rest.
RARE = {
    EventKind.CLOSED, EventKind.MERGED, EventKind.LINKED, EventKind.NOTED, EventKind.ATTACHED,
    EventKind.RECALENDARED,
}  # fmt: skip

RETURNING = {EventKind.RETURNED, EventKind.RETURN_DECIDED}

Choice = random.Random
KINDS: dict[EventKind, Callable[[Choice], Act]] = {
    EventKind.DISPATCHED: lambda c: acts.Dispatch(actor="z", body=c.choice(("", *BODIES))),
    EventKind.REDISPATCHED: lambda c: acts.Redispatch(
        actor="z", body=c.choice(BODIES), because="改派", ruling=c.choice(RULINGS)
    ),
    EventKind.SIGNED: lambda _: acts.Sign(actor="z"),
    EventKind.STARTED: lambda _: acts.Start(actor="z"),
    EventKind.REPLIED: lambda c: acts.Reply(actor="z", text=c.choice(("已修复", "已修复", ""))),
    EventKind.CALLED_BACK: lambda c: acts.CallBack(actor="z", is_reached=c.random() < 0.5),
    EventKind.RETURNED: lambda c: acts.Return(actor="z", reason=c.choice(list(ReturnReason))),
    EventKind.RETURN_DECIDED: lambda c: acts.DecideReturn(
        actor="z",
        is_upheld=c.random() < 0.5,
        because="图证",
        ruling=c.choice(RULINGS),
        body=c.choice(("", "", *BODIES)),
    ),
    EventKind.CLOSED: lambda _: acts.Close(actor="z"),
    EventKind.REOPENED: lambda c: acts.Reopen(
        actor="z", because="未解决", body=c.choice(("", *BODIES))
    ),
    EventKind.PAUSED: lambda c: acts.Pause(
        actor="z", state=c.choice(("awaiting_caller", "awaiting_caller", "on_account", "signed"))
    ),
    EventKind.RESUMED: lambda _: acts.Resume(actor="z"),
    EventKind.EXTENDED: lambda c: acts.Extend(
        actor="z", by=timedelta(hours=c.choice((24, 5, 2_160))), reason="配合部门"
    ),
    EventKind.RECALENDARED: lambda _: acts.Recalendar(actor="z", calendar="late", reason="通知"),
    EventKind.MERGED: lambda c: acts.Merge(actor="z", into=c.choice(("TOTHER", "TTOWN"))),
    EventKind.LINKED: lambda c: acts.Link(actor="z", kind=c.choice(list(LinkKind)), other="TOTHER"),
    EventKind.ATTACHED: lambda c: acts.Attach(actor="z", incident=c.choice(("IA", "IA", "IB"))),
    EventKind.DETACHED: lambda _: acts.Detach(actor="z"),
    EventKind.NOTED: lambda _: acts.Note(actor="z", text="备注"),
}

# A seed and a length: long lives, of which Hypothesis finds the shortest that fails.
histories = st.tuples(st.integers(0, 2**32), st.integers(0, 60))
levels = st.sampled_from(["general", "complex", "urgent", ""])


def _next(ticket: Ticket, choice: Choice) -> Act:
    """Choose an act that the state takes, mostly of the unit that has the ticket, or any one."""
    allowed = [kind for kind in KINDS if kind in TICKET_MACHINE.allowed(ticket.state)]
    often = [kind for kind in allowed if kind not in RARE]
    returning = [kind for kind in allowed if kind in RETURNING]
    kinds = list(KINDS) if choice.random() < 0.2 else [*often * 4, *returning * 12, *allowed]
    unit = choice.choice((ticket.handler, ticket.handler, *UNITS))
    return replace(KINDS[choice.choice(kinds)](choice), unit=unit)


def live(town: Any, level: str, history: tuple[int, int]) -> tuple[list[TicketEvent], Ticket]:
    """Do what is taken of a history; check the ticket after every act."""
    events = _recorded(0, town.first_events(level))
    ticket = fold(None, events)
    now = START
    seed, length = history
    choice = random.Random(seed)  # noqa: S311 - a choice, not a secret
    for _ in range(length):
        now += timedelta(hours=choice.choice(WAITS))
        back = timedelta(hours=30 if choice.random() < 0.1 else 0)
        act = replace(_next(ticket, choice), at=now - back)
        try:
            new = decide(ticket, act, town.context(now))
        except GovernanceError:
            continue
        recorded = _recorded(ticket.seq, new)
        after = fold(ticket, recorded)
        _check_step(ticket, after, recorded)
        events += recorded
        _check(town, events, after)
        ticket = after
    return events, ticket


def _recorded(seq: int, events: Sequence[NewEvent]) -> list[TicketEvent]:
    return [
        TicketEvent(
            stream="TTOWN",
            seq=seq + place,
            kind=event.kind,
            at=event.at,
            recorded_at=event.at,
            actor=event.actor,
            unit=event.unit,
            decision=event.decision,
            data=event.data,
        )
        for place, event in enumerate(events, start=1)
    ]


def _check_step(before: Ticket, after: Ticket, events: Sequence[TicketEvent]) -> None:
    kinds = {event.kind for event in events}
    assert events
    assert after.state_since >= before.state_since
    assert before.last_at is None or (after.last_at is not None and after.last_at >= before.last_at)
    if before.state == TicketState.CLOSED:
        # Handling goes on only after it is reopened.
        first = events[0].kind
        assert first in TICKET_MACHINE.allowed(TicketState.CLOSED)
        assert not kinds & {
            EventKind.SIGNED,
            EventKind.STARTED,
            EventKind.REPLIED,
            EventKind.RETURNED,
        }
        assert EventKind.REOPENED in kinds or after.state == TicketState.CLOSED
    if before.lead and after.lead != before.lead:
        assert any(event.data.get("ruling") for event in events if event.kind in DISPATCHES)


def _check(town: Any, events: Sequence[TicketEvent], ticket: Ticket) -> None:
    kinds = [event.kind for event in events]
    assert ticket.state in set(TicketState)
    assert ticket.seq == len(events)
    assert ticket.n_dispatches == sum(kind in DISPATCHES for kind in kinds)
    assert ticket.n_returns == kinds.count(EventKind.RETURNED)
    assert ticket.n_returns <= default_life_profile().returns_allowed
    holder = ""
    for event in events:
        if event.kind in DISPATCHES:
            holder = event.data["body"]
        elif event.kind == EventKind.RETURN_DECIDED and event.data["is_upheld"]:
            holder = ""
    assert ticket.handler == holder
    assert bool(ticket.lead) == bool(ticket.n_dispatches)
    if holder in {"T1", "T2", "C11"}:
        assert "D1" in ticket.copied
    if holder == "T4":
        assert "D2" in ticket.copied
        assert "D1" not in ticket.copied
    if ticket.state in {"dispatched", "signed", "handling", "returned"}:
        assert ticket.handler
    _check_clock(town, ticket)


def _check_clock(town: Any, ticket: Ticket) -> None:
    if not ticket.clock:
        assert ticket.due_at is None
        assert not ticket.is_paused
        return
    clock = clock_of(ticket, town.calendars.__getitem__)
    assert ticket.due_at == clock.due_at
    assert ticket.is_paused == clock.is_paused
    assert ticket.due_is_provisional == clock.steps[-1].is_provisional
    if ticket.due_at is None:
        assert ticket.is_paused
    if ticket.state in clock.level.pauses:
        assert ticket.is_paused


@given(history=histories, level=levels)
def test_every_act_is_refused_or_leaves_a_whole_ticket(
    town: Any, history: tuple[int, int], level: str
) -> None:
    events, ticket = live(town, level, history)
    assert fold(None, events) == ticket
    one_by_one: Ticket | None = None
    for event in events:
        one_by_one = apply(one_by_one, event)
    assert one_by_one == ticket
    assert Ticket.from_dict(ticket.to_dict()) == ticket


@given(history=histories, level=levels, seed=st.integers(0, 10_000))
def test_events_in_another_order_are_refused(
    town: Any, history: tuple[int, int], level: str, seed: int
) -> None:
    events, ticket = live(town, level, history)
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    if shuffled == events:
        assert fold(None, shuffled) == ticket
    else:
        with pytest.raises(TicketError):
            fold(None, shuffled)


@given(history=histories, level=levels, seed=st.integers(0, 10_000))
def test_events_renumbered_in_another_order_are_refused_or_lead_to_the_same_life(
    town: Any, history: tuple[int, int], level: str, seed: int
) -> None:
    events, ticket = live(town, level, history)
    # Times that differ: at one and the same moment two events may have either order.
    timed = [
        replace(event, at=event.at + timedelta(microseconds=place))
        for place, event in enumerate(events)
    ]
    shuffled = list(timed)
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    renumbered = [replace(event, seq=seq) for seq, event in enumerate(shuffled, start=1)]
    try:
        other = fold(None, renumbered)
    except TicketError:
        return
    life = ("state", "handler", "lead", "n_dispatches", "n_returns", "merged_into", "incident")
    order = [event.kind for event in renumbered if event.kind in LIFE_KINDS]
    assert order == [event.kind for event in timed if event.kind in LIFE_KINDS]
    for name in life[:-1]:
        assert getattr(other, name) == getattr(ticket, name), name


DATA: list[dict[str, Any]] = [
    {},
    {"body": "T1"},
    {"body": "T2", "ruling": "R", "lead": "T2"},
    {"is_upheld": True},
    {"is_upheld": False},
    {"is_direct": True, "text": ""},
    {"is_reached": False},
    {"into": "TOTHER"},
    {"incident": "IA"},
    {"reasons": []},
    {"clock_events": [{"what": "start", "at": START.isoformat()}], "due_at": START.isoformat()},
    {"clock_events": [{"what": "pause", "at": START.isoformat(), "state": "x"}]},
    {"clock_events": [{}]},
    {"source": "a", "external_id": "1"},
]


@given(
    happened=st.lists(
        st.tuples(st.sampled_from(EventKind), st.sampled_from(DATA), st.integers(-3, 3)),
        max_size=40,
    ),
    is_owned=st.booleans(),
)
def test_any_events_at_all_are_refused_or_leave_a_ticket_in_a_known_state(
    town: Any, happened: list[tuple[EventKind, dict[str, Any], int]], *, is_owned: bool
) -> None:
    ticket = town.ticket("general") if is_owned else None
    at = START
    for kind, data, hours in happened:
        at += timedelta(hours=hours)
        seq = ticket.seq + 1 if ticket else 1
        event = TicketEvent(
            stream="TTOWN", seq=seq, kind=kind, at=at, recorded_at=at, data=dict(data)
        )
        try:
            after = apply(ticket, event)
        except TicketError as error:
            refused = error
            after = None
        if after is None:
            _check_refusal(refused, ticket, event)
            continue
        assert after.state in set(TicketState)
        assert after.seq == seq
        assert Ticket.from_dict(after.to_dict()) == after
        if ticket is not None:
            assert after.state_since >= ticket.state_since
        ticket = after


def _check_refusal(error: TicketError, ticket: Ticket | None, event: TicketEvent) -> None:
    if not isinstance(error, TransitionError):
        return
    state = ticket.state if ticket else ""
    assert (error.stream, error.event, error.state) == (event.stream, event.kind, state)
    assert error.allowed == TICKET_MACHINE.allowed(state)
    # What the state takes is refused only with a reason of its own.
    assert event.kind not in error.allowed or "does not take it (" in str(error)
