"""SQL that writes tickets: taking new ones, and adding events to those that are there.

Locks are taken in one order by everybody: tickets by id, incidents by id, decisions by id, the end
of the log. So no two writers wait for each other.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, select

from boundaries.bulk import insert_many, insert_new, update_many
from boundaries.models import Base
from governance.owner.answer import OwnerAnswer
from governance.owner.decisions import PreparedDecision, insert_decisions, prepare_decision
from governance.tickets.errors import (
    StaleTicketError,
    TicketError,
    UnknownIncidentError,
    UnknownTicketError,
)
from governance.tickets.life.fold import fold, fold_incident
from governance.tickets.log import add_events, read_stream
from governance.tickets.models import (
    CallerRow,
    ContentRow,
    IncidentRow,
    LinkRow,
    ReturnCaseRow,
    ReviewItemRow,
    ReviewReasonRow,
    TicketRow,
)
from governance.tickets.records import Intake
from governance.tickets.rows import (
    CALLER_COLUMNS,
    CONTENT_COLUMNS,
    DERIVING,
    INCIDENT_COLUMNS,
    LINK_COLUMNS,
    RETURN_COLUMNS,
    REVIEW_COLUMNS,
    REVIEW_REASON_COLUMNS,
    TICKET_COLUMNS,
    Derived,
    Row,
    caller_row,
    content_row,
    derive,
    derived_rows,
    incident_row,
    plain_events,
    ticket_row,
)
from governance.tickets.ticket import Incident, NewEvent, Ticket, TicketEvent

__all__ = [
    "DERIVED",
    "INCIDENT",
    "TICKET",
    "Change",
    "PreparedIntake",
    "prepare",
    "record_changes",
    "take",
]

Change = tuple[str, int, Sequence[NewEvent]]
"""A stream, the number of its events that the change was decided on, and what is to be added."""

_TABLES = Base.metadata.tables
TICKET = _TABLES[TicketRow.__tablename__]
INCIDENT = _TABLES[IncidentRow.__tablename__]
_CONTENT = _TABLES[ContentRow.__tablename__]
_CALLER = _TABLES[CallerRow.__tablename__]
DERIVED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (_TABLES[ReviewItemRow.__tablename__], REVIEW_COLUMNS),
    (_TABLES[ReviewReasonRow.__tablename__], REVIEW_REASON_COLUMNS),
    (_TABLES[LinkRow.__tablename__], LINK_COLUMNS),
    (_TABLES[ReturnCaseRow.__tablename__], RETURN_COLUMNS),
)
"""Tables derived from the events of a ticket beside its own, each keyed by ``ticket``."""


class PreparedIntake(NamedTuple):
    """An intake as rows, worked out before the transaction begins."""

    id: str
    row: Row
    content: Row
    caller: Row | None
    derived: Derived
    decisions: tuple[PreparedDecision, ...]
    events: Sequence[TicketEvent]


def prepare(intake: Intake) -> PreparedIntake:
    """Turn an intake into rows.

    Raises
    ------
    TicketError
        Its events are not those of the ticket, from the first on.
    """
    ticket, events = intake.ticket, intake.events
    if ticket.seq != len(events) or any(
        event.stream != ticket.id or event.seq != seq for seq, event in enumerate(events, start=1)
    ):
        found = [(event.stream, event.seq) for event in events]
        problem = f"must be those of {ticket.id}, numbered from 1 to {ticket.seq}"
        raise TicketError("events", found, problem)
    return PreparedIntake(
        id=ticket.id,
        row=ticket_row(ticket),
        content=content_row(ticket.id, intake.content),
        caller=None if intake.caller is None else caller_row(ticket.id, intake.caller),
        derived=derive(events),
        decisions=_prepared(intake.answers),
        events=events,
    )


def take(connection: Connection, prepared: Sequence[PreparedIntake]) -> set[str]:
    """Insert tickets that are not there yet, with all that belongs to them; tell which.

    Parameters
    ----------
    connection
        In a transaction that writes.
    prepared
        Their ids differ.
    """
    ordered = sorted(prepared, key=lambda one: one.id)
    new = insert_new(connection, TICKET, TICKET_COLUMNS, [one.row for one in ordered])
    taken = [one for one in prepared if one.id in new]
    if not taken:
        return new
    insert_many(connection, _CONTENT, CONTENT_COLUMNS, [one.content for one in taken])
    callers = [one.caller for one in taken if one.caller is not None]
    insert_many(connection, _CALLER, CALLER_COLUMNS, callers)
    decisions = [decision for one in taken for decision in one.decisions]
    insert_decisions(connection, decisions, datetime.now(UTC))
    _insert_derived(connection, {one.id: one.derived for one in taken})
    add_events(connection, [event for one in taken for event in one.events])
    return new


def record_changes(
    connection: Connection,
    changes: Sequence[Change],
    decisions: Sequence[OwnerAnswer | PreparedDecision],
) -> list[Ticket | Incident]:
    """Add events to streams; give each ticket or incident as its change leaves it.

    Parameters
    ----------
    connection
        In a transaction that writes.
    changes
        A stream may occur more than once.
    decisions
        Recorded with them.

    Raises
    ------
    StaleTicketError
        A stream has another number of events than its change was decided on.
    UnknownTicketError, UnknownIncidentError
        There is no such ticket; or no such incident, and events are said to be there.
    TransitionError, TicketError
        A state does not take an event.
    """
    now = datetime.now(UTC)
    streams = {stream for stream, _seq, _events in changes}
    states = _locked(connection, TICKET, Ticket, [one for one in streams if one[:1] != "I"])
    states |= _locked(connection, INCIDENT, Incident, [one for one in streams if one[:1] == "I"])
    before = set(states)
    added: list[TicketEvent] = []
    results: list[Ticket | Incident] = []
    for stream, seq, new_events in changes:
        state = states.get(stream)
        _check_seq(stream, seq, state)
        events = plain_events(stream, seq, new_events, now)
        result = _folded(state, stream, events)
        results.append(result)
        if events:
            states[stream] = result
            added += events
    _write_states(connection, {event.stream: states[event.stream] for event in added}, before)
    insert_decisions(connection, _prepared(decisions), now)
    _derive_again(connection, added)
    if added:
        add_events(connection, added)
    return results


def _insert_derived(connection: Connection, derived: dict[str, Derived]) -> None:
    """Insert what is derived from the events of tickets beside them."""
    rows: list[list[Row]] = [[] for _ in DERIVED]
    for ticket, one in derived.items():
        for kept, some in zip(rows, derived_rows(ticket, one), strict=True):
            kept.extend(some)
    for (table, columns), found in zip(DERIVED, rows, strict=True):
        insert_many(connection, table, columns, found)


def _delete_derived(connection: Connection, tickets: Sequence[str]) -> None:
    """Delete what is derived from the events of tickets beside them."""
    for table, _columns in DERIVED:
        connection.execute(delete(table).where(table.c.ticket.in_(tickets)))


def _prepared(
    answers: Iterable[OwnerAnswer | PreparedDecision],
) -> tuple[PreparedDecision, ...]:
    return tuple(
        answer if isinstance(answer, PreparedDecision) else prepare_decision(answer)
        for answer in answers
    )


def _locked(
    connection: Connection, table: Table, cls: type[Ticket | Incident], ids: Sequence[str]
) -> dict[str, Ticket | Incident]:
    """Read rows in the order of their ids, so that nobody changes them before the end."""
    if not ids:
        return {}
    query = select(table.c.document).where(table.c.id.in_(ids)).order_by(table.c.id)
    documents = connection.scalars(query.with_for_update())
    found = (cls.from_dict(document) for document in documents)
    return {one.id: one for one in found}


def _check_seq(stream: str, seq: int, state: Ticket | Incident | None) -> None:
    found = 0 if state is None else state.seq
    if found == seq and (state is not None or stream[:1] == "I"):
        return
    if state is not None:
        raise StaleTicketError(stream, seq, found)
    if stream[:1] == "I":
        raise UnknownIncidentError(stream)
    raise UnknownTicketError(stream)


def _folded(
    state: Ticket | Incident | None, stream: str, events: Sequence[TicketEvent]
) -> Ticket | Incident:
    if not events and state is not None:
        return state
    if isinstance(state, Ticket):
        return fold(state, events)
    if stream[:1] == "I":
        return fold_incident(state, events)
    raise UnknownTicketError(stream)


def _write_states(
    connection: Connection, states: dict[str, Ticket | Incident], before: set[str]
) -> None:
    tickets = [ticket_row(one) for one in states.values() if isinstance(one, Ticket)]
    update_many(connection, TICKET, TICKET_COLUMNS, tickets)
    incidents = [one for one in states.values() if isinstance(one, Incident)]
    known = [incident_row(one) for one in incidents if one.id in before]
    update_many(connection, INCIDENT, INCIDENT_COLUMNS, known)
    new = sorted((one for one in incidents if one.id not in before), key=lambda one: one.id)
    inserted = insert_new(connection, INCIDENT, INCIDENT_COLUMNS, [incident_row(o) for o in new])
    for incident in new:
        if incident.id not in inserted:
            # Another writer proposed it in the same moment.
            query = select(INCIDENT.c.seq).where(INCIDENT.c.id == incident.id)
            raise StaleTicketError(incident.id, 0, connection.scalar(query) or 0)


def _derive_again(connection: Connection, added: Sequence[TicketEvent]) -> None:
    """Replace what is derived from the events of tickets whose new events may change it."""
    touched = sorted({event.stream for event in added if event.kind in DERIVING})
    if not touched:
        return
    _delete_derived(connection, touched)
    derived = {
        stream: derive(
            read_stream(connection, stream) + [event for event in added if event.stream == stream]
        )
        for stream in touched
    }
    _insert_derived(connection, derived)
