"""The table of states and events, and how a package adds to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.errors import TicketError, TransitionError
from governance.tickets.life import acts
from governance.tickets.life.actions import decide
from governance.tickets.life.explain import SENTENCES, EventExplainer
from governance.tickets.life.fold import EFFECTS, apply, apply_incident, fold, fold_incident
from governance.tickets.life.machine import (
    INCIDENT_MACHINE,
    LIFE_KINDS,
    TICKET_MACHINE,
    Guard,
    Machine,
    Transition,
)
from governance.tickets.terms import EventKind, IncidentState, TicketState
from governance.tickets.ticket import Incident, Ticket, TicketEvent

AT = datetime(2026, 11, 3, 9, tzinfo=CHINA_TIME)
FACTS = {
    "received_again", "placed", "owned", "review_opened", "review_closed", "corrected", "linked",
    "unlinked", "caller_shown", "noted", "attached", "detached", "paused", "resumed",
}  # fmt: skip


def event(ticket: Ticket | Incident, kind: Any, at: datetime = AT, **data: Any) -> TicketEvent:
    seq = ticket.seq + 1
    return TicketEvent(stream=ticket.id, seq=seq, kind=kind, at=at, recorded_at=at, data=data)


def test_every_kind_of_event_has_a_row_and_every_state_is_reached() -> None:
    machines = (TICKET_MACHINE, INCIDENT_MACHINE)
    assert {row.kind for machine in machines for row in machine.rows} == set(EventKind)
    assert TICKET_MACHINE.states == set(TicketState)
    assert INCIDENT_MACHINE.states == set(IncidentState)
    reached = {"received"} | {row.target for row in TICKET_MACHINE.rows if row.target}
    assert reached == set(TicketState)


def test_each_state_takes_these_events_beside_facts_and_no_other() -> None:
    takes = {state: set(TICKET_MACHINE.allowed(state)) - FACTS for state in TicketState}
    clock, end = {"extended", "recalendared"}, {"closed", "merged"}
    unit = {"redispatched", "started", "replied", "called_back", "returned"} | clock | end
    assert takes == {
        TicketState.RECEIVED: {"dispatched", "redispatched", "replied"} | clock | end,
        TicketState.DISPATCHED: unit | {"signed"},
        TicketState.SIGNED: unit,
        TicketState.HANDLING: unit - {"started"},
        TicketState.REPLIED: {"replied", "called_back", "reopened"} | clock | end,
        TicketState.CALLED_BACK: {"replied", "called_back", "reopened"} | clock | end,
        TicketState.RETURNED: {"return_decided"} | clock | end,
        TicketState.CLOSED: {"called_back", "reopened"},
    }
    assert all(set(TICKET_MACHINE.allowed(state)) >= FACTS for state in TicketState)
    assert TICKET_MACHINE.allowed("") == ("received",)


def test_a_refusal_names_the_state_the_event_and_what_would_be_taken(town: Any) -> None:
    ticket = town.ticket()
    with pytest.raises(TransitionError) as caught:
        apply(ticket, event(ticket, EventKind.SIGNED))
    error = caught.value
    assert (error.stream, error.state, error.event) == ("TTOWN", "received", "signed")
    assert "dispatched" in error.allowed
    assert str(error).startswith(
        "event 'signed': TTOWN in state 'received' does not take it; it ta"
    )
    with pytest.raises(TransitionError, match="only the hotline's direct reply"):
        apply(ticket, event(ticket, EventKind.REPLIED, text="x", is_direct=False))
    with pytest.raises(TransitionError, match=r"a new stream in state '' .* it takes received"):
        apply(None, TicketEvent(stream="", seq=1, kind=EventKind.SIGNED, at=AT, recorded_at=AT))


def test_a_ticket_is_dispatched_once_and_then_redispatched(town: Any) -> None:
    ticket = town.ticket()
    with pytest.raises(TransitionError, match="must have been dispatched before"):
        apply(ticket, event(ticket, EventKind.REDISPATCHED, body="T2"))
    with pytest.raises(TransitionError, match="names a body"):
        apply(ticket, event(ticket, EventKind.DISPATCHED))
    ticket = apply(ticket, event(ticket, EventKind.DISPATCHED, body="T1"))
    with pytest.raises(TransitionError):
        apply(ticket, event(ticket, EventKind.DISPATCHED, body="T2"))
    assert apply(ticket, event(ticket, EventKind.REDISPATCHED, body="T2")).handler == "T2"


def test_the_log_keeps_the_first_receiver_as_lead_without_a_ruling(town: Any) -> None:
    ticket = town.ticket()
    ticket = apply(ticket, event(ticket, EventKind.DISPATCHED, body="T1"))
    ticket = apply(ticket, event(ticket, EventKind.REDISPATCHED, body="T2", lead="T2"))
    assert (ticket.handler, ticket.lead) == ("T2", "T1")
    ruled = event(ticket, EventKind.REDISPATCHED, body="T3", lead="T2", ruling="RUL1")
    assert apply(ticket, ruled).lead == "T2"


def test_an_event_of_another_ticket_or_out_of_turn_is_refused(town: Any) -> None:
    ticket = town.ticket()
    other = TicketEvent(stream="TX", seq=4, kind=EventKind.NOTED, at=AT, recorded_at=AT)
    with pytest.raises(TicketError, match="events of TTOWN"):
        apply(ticket, other)
    twice = TicketEvent(stream="TTOWN", seq=3, kind=EventKind.NOTED, at=AT, recorded_at=AT)
    with pytest.raises(TicketError, match="is number 4"):
        apply(ticket, twice)
    with pytest.raises(TicketError, match="at least the event received"):
        fold(None, [])
    with pytest.raises(TicketError, match="missing in the event review_opened"):
        apply(ticket, event(ticket, EventKind.REVIEW_OPENED))


def test_tickets_share_no_values_with_each_other(town: Any) -> None:
    first, second = town.ticket(""), town.ticket("")
    assert first.clock is not second.clock
    assert first.call_back is not second.call_back


class Whistled:
    """What a later package would add: a whistle that stops handling until somebody reports in."""

    rows = (
        Transition("whistled", frozenset({"handling"}), "whistled"),
        Transition(
            "reported_in",
            frozenset({"whistled"}),
            "handling",
            Guard(lambda _fields, data: bool(data.get("body")), "it names who came"),
        ),
        Transition("closed", frozenset({"whistled"}), "closed"),
    )


def _came(values: dict[str, Any], event: TicketEvent, _at: datetime) -> None:
    values["co_organisers"] = (*values["co_organisers"], event.data["body"])


def test_a_package_adds_states_events_and_sentences_as_rows(town: Any) -> None:
    machine = TICKET_MACHINE.with_rows(Whistled.rows, life={"whistled", "reported_in"})
    effects = {**EFFECTS, "reported_in": _came}
    ticket = town.do(
        town.ticket(),
        acts.Dispatch(actor="z", at=AT),
        acts.Start(actor="z", at=AT),
    )
    whistle = event(ticket, "whistled", because="请供电到场")
    ticket = apply(ticket, whistle, machine, effects)
    assert ticket.state == "whistled"
    # What was there stays as it is: a whistled ticket takes no reply.
    with pytest.raises(TransitionError, match="it takes closed, reported_in"):
        apply(ticket, event(ticket, EventKind.REPLIED, text="x"), machine, effects)
    with pytest.raises(TransitionError, match="names who came"):
        apply(ticket, event(ticket, "reported_in"), machine, effects)
    early = event(ticket, "reported_in", AT - timedelta(hours=1), body="POWER")
    with pytest.raises(TicketError, match="before the last event"):
        apply(ticket, early, machine, effects)
    ticket = apply(ticket, event(ticket, "reported_in", body="POWER"), machine, effects)
    assert (ticket.state, ticket.co_organisers[-1]) == ("handling", "POWER")
    said = {**SENTENCES, "whistled": lambda _x, e: (f"吹哨：{e.data['because']}", "whistled")}
    assert EventExplainer(town.bodies, {}, said).explain(whistle) == (
        "吹哨：请供电到场。",
        "Whistled.",
    )


def test_the_acts_of_a_package_are_decided_with_its_machine_and_its_plans(town: Any) -> None:
    class Whistle(acts.Act):
        pass

    def plan(_ticket: Ticket, _act: Any, _context: Any, draft: Any) -> None:
        draft.add("whistled", {"because": "请供电到场"})

    machine = TICKET_MACHINE.with_rows(Whistled.rows, life={"whistled"})
    ticket = town.do(town.ticket(), acts.Dispatch(actor="z", at=AT), acts.Start(actor="z", at=AT))
    context = town.context(AT, machine=machine)
    events = decide(ticket, Whistle(actor="z", at=AT), context, plans={Whistle: plan})
    assert [one.kind for one in events] == ["whistled"]
    with pytest.raises(TransitionError):
        decide(ticket, Whistle(actor="z", at=AT), town.context(AT), plans={Whistle: plan})
    with pytest.raises(TicketError, match="no plan says"):
        decide(ticket, Whistle(actor="z", at=AT), context)


def test_the_first_row_whose_guard_holds_counts() -> None:
    held = Guard(lambda fields, _data: fields["handler"] != "", "nobody has it")
    machine = Machine(
        (
            Transition("go", frozenset({"a"}), "b", held),
            Transition("go", frozenset({"a"}), "c"),
        )
    )
    assert machine.target("T", "a", "go", {"handler": "T1"}, {}) == "b"
    assert machine.target("T", "a", "go", {"handler": ""}, {}) == "c"
    assert machine.states == {"a", "b", "c"}
    assert not machine.life
    assert "noted" not in LIFE_KINDS


PROPOSED = {
    "category_group": "0402", "title_zh": "爆管", "title_en": "burst main", "layer": "township",
    "area": "990101001", "lon": 116.4, "lat": 39.9, "radius_m": 300.0,
    "first_at": "2026-11-03T08:00:00+08:00", "last_at": "2026-11-03T08:40:00+08:00",
    "n_tickets": 9, "expected": 0.4, "p_value": 1e-8, "body": "T1", "body_name": "柳林街道办",
    "why_zh": "九件", "why_en": "nine",
}  # fmt: skip


def incident(*kinds: EventKind) -> Incident:
    events = [
        TicketEvent(stream="I1", seq=seq, kind=kind, at=AT, recorded_at=AT, data={})
        for seq, kind in enumerate(kinds, start=2)
    ]
    first = TicketEvent(
        stream="I1", seq=1, kind=EventKind.PROPOSED, at=AT, recorded_at=AT, data=PROPOSED
    )
    return fold_incident(None, [first, *events])


def test_an_incident_grows_and_is_decided() -> None:
    proposed = incident()
    assert (proposed.id, proposed.state, proposed.seq, proposed.n_tickets) == (
        "I1",
        "proposed",
        1,
        9,
    )
    assert proposed.first_at.utcoffset() == timedelta(0)
    assert Incident.from_dict(proposed.to_dict()) == proposed
    more = event(proposed, EventKind.GREW, **{**PROPOSED, "n_tickets": 14, "state": "ended"})
    grown = apply_incident(proposed, more)
    assert (grown.n_tickets, grown.state) == (14, "proposed")
    assert incident(EventKind.DISMISSED, EventKind.CONFIRMED, EventKind.ENDED).state == "ended"


def test_an_incident_that_ended_takes_nothing_more() -> None:
    with pytest.raises(TransitionError, match="it takes nothing"):
        incident(EventKind.ENDED, EventKind.GREW)
    with pytest.raises(TransitionError):
        incident(EventKind.CONFIRMED, EventKind.CONFIRMED)
    with pytest.raises(TicketError, match="at least the event proposed"):
        fold_incident(None, [])
    bare = TicketEvent(stream="I1", seq=1, kind=EventKind.PROPOSED, at=AT, recorded_at=AT)
    with pytest.raises(TicketError, match="an incident has more"):
        apply_incident(None, bare)
