"""SQL of the event log: reading it, and adding to its end."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from boundaries.bulk import insert_many
from boundaries.models import Base
from governance.tickets.models import EventRow
from governance.tickets.rows import EVENT_COLUMNS, event_row
from governance.tickets.terms import EventKind
from governance.tickets.ticket import TicketEvent

__all__ = [
    "CHANNEL",
    "EVENT",
    "add_events",
    "last_position",
    "read_events_after",
    "read_stream",
    "read_streams",
]

CHANNEL = "xiaqu_event"
"""Channel on which PostgreSQL tells that events were added; the payload is the last position."""

EVENT = Base.metadata.tables[EventRow.__tablename__]

_END_OF_LOG = 0x78_71_65_76
"""Key of the lock that a writer holds from numbering its events to the end of its transaction."""

_KINDS = {kind.value: kind for kind in EventKind}
_READ = select(EVENT)
_LAST = select(func.max(EVENT.c.position))


def add_events(connection: Connection, events: Sequence[TicketEvent]) -> int:
    """Add events to the end of the log and give the last position.

    Call it last in a transaction: on PostgreSQL it takes a lock that other writers wait for, so
    that positions become visible in their order. On SQLite the transaction has one already.

    Raises
    ------
    IntegrityError
        An event of the same stream and ``seq`` is there already.
    """
    written = [event_row(event) for event in events]
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_END_OF_LOG,))
    last = last_position(connection)
    rows = [(position, *row) for position, row in enumerate(written, start=last + 1)]
    insert_many(connection, EVENT, EVENT_COLUMNS, rows)
    last += len(rows)
    if is_postgresql:
        connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, str(last)))
    return last


def last_position(connection: Connection) -> int:
    """Give the position of the last event; 0 where there is none."""
    return int(connection.scalar(_LAST) or 0)


def read_stream(connection: Connection, stream: str) -> list[TicketEvent]:
    """Read the events of a ticket or incident in the order of ``seq``."""
    query = _READ.where(EVENT.c.stream == stream).order_by(EVENT.c.seq)
    return [_event(row) for row in connection.execute(query)]


def read_events_after(
    connection: Connection, position: int, limit: int, kinds: Collection[EventKind] | None
) -> list[TicketEvent]:
    """Read events after a position in the order of recording; of some kinds, or of all."""
    query = _READ.where(EVENT.c.position > position).order_by(EVENT.c.position).limit(limit)
    if kinds is not None:
        query = query.where(EVENT.c.kind.in_([kind.value for kind in kinds]))
    return [_event(row) for row in connection.execute(query)]


def read_streams(
    connection: Connection, after: str, n_streams: int
) -> Iterator[tuple[str, list[TicketEvent]]]:
    """Read the events of the streams whose ids follow one, stream by stream."""
    ids = (
        select(EVENT.c.stream)
        .where(EVENT.c.stream > after)
        .distinct()
        .order_by(EVENT.c.stream)
        .limit(n_streams)
    )
    streams = list(connection.scalars(ids))
    if not streams:
        return
    query = _READ.where(EVENT.c.stream > after, EVENT.c.stream <= streams[-1])
    events: dict[str, list[TicketEvent]] = {stream: [] for stream in streams}
    for row in connection.execute(query.order_by(EVENT.c.stream, EVENT.c.seq)):
        events[row.stream].append(_event(row))
    yield from events.items()


def _event(row: Row[Any]) -> TicketEvent:
    return TicketEvent(
        position=row.position,
        stream=row.stream,
        seq=row.seq,
        kind=_KINDS[row.kind],
        at=row.at,
        recorded_at=row.recorded_at,
        actor=row.actor,
        unit=row.unit,
        decision=row.decision,
        data=row.data,
    )
