"""Events are added to what is there, or nothing is; two writers never both win."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from governance.tickets.errors import (
    StaleTicketError,
    TransitionError,
    UnknownIncidentError,
    UnknownTicketError,
)
from governance.tickets.records import Intake
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, IncidentState, TicketState
from governance.tickets.ticket import Incident, NewEvent, Ticket

MakeIntake = Callable[..., Intake]
LATER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def event(kind: EventKind, hours: float = 0, **data: Any) -> NewEvent:
    return NewEvent(kind=kind, at=LATER + timedelta(hours=hours), actor="clerk", data=data)


def proposed(n_tickets: int = 12) -> NewEvent:
    return event(
        EventKind.PROPOSED,
        category_group="0402",
        title_zh="停电",
        title_en="Blackout",
        layer="cell",
        area="c1",
        lon=116.4,
        lat=39.9,
        radius_m=250.0,
        first_at=LATER.isoformat(),
        last_at=LATER.isoformat(),
        n_tickets=n_tickets,
        expected=0.4,
        p_value=1e-9,
    )


@pytest.fixture
def ticket(tickets: TicketStore, make_intake: MakeIntake) -> Ticket:
    """Give a dispatched ticket that is in the store."""
    intake = make_intake("1")
    tickets.take([intake])
    return intake.ticket


def test_an_event_changes_the_ticket_and_is_read_back(tickets: TicketStore, ticket: Ticket) -> None:
    signed = tickets.append(ticket.id, ticket.seq, [event(EventKind.SIGNED)])
    assert isinstance(signed, Ticket)
    assert signed.state == TicketState.SIGNED
    assert signed.seq == ticket.seq + 1
    assert tickets.ticket(ticket.id) == signed
    last = tickets.events(ticket.id)[-1]
    assert (last.kind, last.actor, last.at) == (EventKind.SIGNED, "clerk", LATER)
    assert last.recorded_at.utcoffset() == timedelta(0)


def test_data_are_read_back_as_json_gives_them(tickets: TicketStore, ticket: Ticket) -> None:
    data = {"raw": {"答": ("a", 1.5, None, True), "0": 10**15}, "is_reached": False}
    done = tickets.append(ticket.id, ticket.seq, [event(EventKind.CALLED_BACK, **data)])
    kept = {"raw": {"答": ["a", 1.5, None, True], "0": 10**15}, "is_reached": False}
    assert tickets.events(ticket.id)[-1].data == kept
    assert isinstance(done, Ticket)
    assert done.call_back["raw"] == kept["raw"]
    assert tickets.ticket(ticket.id) == done


def test_a_change_decided_on_an_older_ticket_is_refused(
    tickets: TicketStore, ticket: Ticket
) -> None:
    tickets.append(ticket.id, ticket.seq, [event(EventKind.SIGNED)])
    with pytest.raises(StaleTicketError) as caught:
        tickets.append(ticket.id, ticket.seq, [event(EventKind.SIGNED)])
    assert (caught.value.expected, caught.value.found) == (ticket.seq, ticket.seq + 1)
    assert len(tickets.events(ticket.id)) == ticket.seq + 1


def test_what_a_state_does_not_take_leaves_nothing_behind(
    tickets: TicketStore, ticket: Ticket
) -> None:
    position = tickets.last_position()
    with pytest.raises(TransitionError):
        tickets.append(ticket.id, ticket.seq, [event(EventKind.SIGNED), event(EventKind.SIGNED)])
    assert tickets.ticket(ticket.id) == ticket
    assert tickets.last_position() == position


def test_changes_of_many_streams_are_recorded_together_or_not_at_all(
    tickets: TicketStore, ticket: Ticket, make_intake: MakeIntake
) -> None:
    tickets.take([other := make_intake("2")])
    attached = event(EventKind.ATTACHED, incident="IX")
    changes = [
        ("IX", 0, [proposed()]),
        (ticket.id, ticket.seq, [attached]),
        (other.ticket.id, 99, [attached]),
    ]
    with pytest.raises(StaleTicketError, match=other.ticket.id):
        tickets.append_many(changes)
    with pytest.raises(UnknownIncidentError):
        tickets.incident("IX")
    changes[2] = (other.ticket.id, other.ticket.seq, [attached])
    incident, *attached_tickets = tickets.append_many(changes)
    assert isinstance(incident, Incident)
    assert tickets.incident("IX") == incident
    assert [one.incident for one in attached_tickets if isinstance(one, Ticket)] == ["IX", "IX"]
    positions = [found.position for found in tickets.events_after(tickets.last_position() - 3)]
    assert positions == sorted(positions)


def test_a_stream_may_change_twice_in_one_transaction(tickets: TicketStore, ticket: Ticket) -> None:
    signed, started = tickets.append_many(
        [
            (ticket.id, ticket.seq, [event(EventKind.SIGNED)]),
            (ticket.id, ticket.seq + 1, [event(EventKind.STARTED, 1, note="")]),
        ]
    )
    assert (signed.state, started.state) == (TicketState.SIGNED, TicketState.HANDLING)
    assert tickets.ticket(ticket.id) == started
    assert tickets.rebuild(is_written=False).is_same


def test_a_stream_that_is_only_looked_at_must_not_have_changed(
    tickets: TicketStore, ticket: Ticket, make_intake: MakeIntake
) -> None:
    tickets.take([other := make_intake("2")])
    noted = event(EventKind.NOTED, text="")
    done = tickets.append_many(
        [(ticket.id, ticket.seq, [noted]), (other.ticket.id, other.ticket.seq, [])]
    )
    assert done[1] == other.ticket
    with pytest.raises(StaleTicketError, match=other.ticket.id):
        tickets.append_many(
            [(ticket.id, ticket.seq + 1, [noted]), (other.ticket.id, other.ticket.seq - 1, [])]
        )
    assert len(tickets.events(ticket.id)) == ticket.seq + 1


def test_streams_that_are_not_there_are_named(tickets: TicketStore) -> None:
    for seq in (0, 3):
        with pytest.raises(UnknownTicketError, match="TNONE"):
            tickets.append("TNONE", seq, [event(EventKind.SIGNED)])
    with pytest.raises(UnknownIncidentError, match="INONE"):
        tickets.append("INONE", 3, [event(EventKind.ENDED)])
    with pytest.raises(UnknownIncidentError, match="INONE"):
        tickets.events("INONE")


def test_an_incident_lives_by_its_events(tickets: TicketStore) -> None:
    tickets.append("IX", 0, [proposed()])
    with pytest.raises(StaleTicketError):
        tickets.append("IX", 0, [proposed()])
    grown = tickets.append("IX", 1, [event(EventKind.GREW, n_tickets=20)])
    ended = tickets.append(
        "IX", 2, [event(EventKind.CONFIRMED, because=""), event(EventKind.ENDED, because="")]
    )
    assert isinstance(grown, Incident)
    assert grown.n_tickets == 20
    assert isinstance(ended, Incident)
    assert ended.state == IncidentState.ENDED
    assert tickets.existing_incidents(["IX", "IY"]) == {"IX": ended}
    assert [one.seq for one in tickets.events("IX")] == [1, 2, 3, 4]


def _race(*acts: Callable[[], object]) -> list[object]:
    """Run all at once; give what each returned or raised."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        try:
            return act()
        except StaleTicketError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_writers_to_one_ticket_one_is_told_to_look_again(
    tickets: TicketStore, ticket: Ticket
) -> None:
    seq = ticket.seq
    for round_ in range(10):
        noted = event(EventKind.NOTED, round_, text="")
        found = _race(*[lambda: tickets.append(ticket.id, seq, [noted])] * 2)  # noqa: B023 - run at once
        assert sorted(type(one).__name__ for one in found) == ["StaleTicketError", "Ticket"]
        seq += 1
    assert len(tickets.events(ticket.id)) == seq


def test_of_two_who_propose_one_incident_one_is_told_to_look_again(tickets: TicketStore) -> None:
    for round_ in range(5):
        found = _race(*[lambda: tickets.append(f"I{round_}", 0, [proposed()])] * 2)  # noqa: B023 - run at once
        assert sorted(type(one).__name__ for one in found) == ["Incident", "StaleTicketError"]
    assert tickets.last_position() == 5


def test_writers_that_change_the_same_streams_in_other_orders_do_not_block_each_other(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    """Two statements that lock rows in two orders would end in a deadlock."""
    many = [make_intake(str(number)) for number in range(40)]
    tickets.take(many)
    ids = [intake.ticket.id for intake in many]

    def note_all(order: list[str]) -> Callable[[], object]:
        def act() -> int:
            done = 0
            while done < 3:
                seqs = {name: one.seq for name, one in tickets.tickets(order).items()}
                noted = event(EventKind.NOTED, text="")
                try:
                    tickets.append_many([(name, seqs[name], [noted]) for name in order])
                except StaleTicketError:
                    continue
                done += 1
            return done

        return act

    assert _race(note_all(ids), note_all(ids[::-1]), note_all(ids[20:] + ids[:20])) == [3, 3, 3]
    assert {one.seq for one in tickets.tickets(ids).values()} == {many[0].ticket.seq + 9}
    assert tickets.rebuild(is_written=False).is_same
