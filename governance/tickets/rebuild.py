"""Make the derived tables again from the event log, and name what had been different."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import JSON, Connection, Table, delete, exists, func, select, text

from boundaries.bulk import insert_many
from geo.arrays import Progress
from governance.owner.decisions import differences
from governance.tickets.errors import TicketError
from governance.tickets.life.fold import fold, fold_incident
from governance.tickets.log import EVENT, last_position, read_streams
from governance.tickets.recording import DERIVED, INCIDENT, TICKET
from governance.tickets.records import Difference, Rebuilt
from governance.tickets.rows import (
    INCIDENT_COLUMNS,
    TICKET_COLUMNS,
    Row,
    derive,
    derived_rows,
    incident_row,
    ticket_row,
)
from governance.tickets.ticket import TicketEvent

__all__ = ["rebuild"]

_STREAMS_AT_ONCE = 1000
_MOST_NAMED = 100

Key = tuple[Any, ...]
Values = dict[str, Any]


class _Part(NamedTuple):
    """A derived table: its columns in the order of rows, and the column that names the stream."""

    table: Table
    columns: tuple[str, ...]
    stream: str


_PARTS = (
    _Part(TICKET, TICKET_COLUMNS, "id"),
    _Part(INCIDENT, INCIDENT_COLUMNS, "id"),
    *(_Part(table, columns, "ticket") for table, columns in DERIVED),
)


class _Findings:
    """Counts differences and keeps the first of them."""

    def __init__(self) -> None:
        self.n_differences = 0
        self.kept: list[Difference] = []

    def add(self, table: str, stream: str, what: str, stored: Any, replayed: Any) -> None:  # noqa: ANN401 - JSON values
        self.n_differences += 1
        if len(self.kept) < _MOST_NAMED:
            found = Difference(
                table=table, stream=stream, what=what, stored=stored, replayed=replayed
            )
            self.kept.append(found)


def rebuild(connection: Connection, progress: Progress | None, *, is_written: bool) -> Rebuilt:
    """Replay the log; see ``TicketStore.rebuild``.

    Parameters
    ----------
    connection
        In a transaction that writes.
    progress, is_written
        As of ``TicketStore.rebuild``.
    """
    if connection.dialect.name == "postgresql":
        # Writers lock tickets, then incidents: they wait here and hold nothing.
        connection.execute(text("LOCK TABLE ticket, incident IN EXCLUSIVE MODE"))
    findings = _Findings()
    n_all = connection.scalar(select(func.count()).select_from(EVENT)) or 0
    n_events = n_tickets = n_incidents = 0
    after = ""
    while streams := dict(read_streams(connection, after, _STREAMS_AT_ONCE)):
        after = list(streams)[-1]
        _replay(connection, streams, findings, is_written=is_written)
        n_events += sum(map(len, streams.values()))
        n_of_incidents = sum(stream[:1] == "I" for stream in streams)
        n_incidents += n_of_incidents
        n_tickets += len(streams) - n_of_incidents
        if progress is not None:
            progress("replay", n_events, n_all)
    if (last := last_position(connection)) != n_all:
        findings.add("event", "", "events are missing from the log", n_all, last)
    for part in _PARTS:
        _find_strays(connection, part, findings, is_written=is_written)
    return Rebuilt(
        n_events=n_events,
        n_tickets=n_tickets,
        n_incidents=n_incidents,
        n_differences=findings.n_differences,
        differences=tuple(findings.kept),
        is_written=is_written,
    )


def _replay(
    connection: Connection,
    streams: dict[str, list[TicketEvent]],
    findings: _Findings,
    *,
    is_written: bool,
) -> None:
    rows: list[list[Row]] = [[] for _ in _PARTS]
    followed: list[str] = []
    for stream, events in streams.items():
        try:
            made = _rows_of(stream, events)
        except (TicketError, LookupError, TypeError, ValueError) as error:
            # Nobody can say what this stream should be: its rows stay as they are.
            findings.add("event", stream, f"cannot be followed: {error}", None, None)
            continue
        followed.append(stream)
        for kept, some in zip(rows, made, strict=True):
            kept.extend(some)
    for part, replayed in zip(_PARTS, rows, strict=True):
        wrong = _compare(connection, part, followed, replayed, findings)
        if wrong and is_written:
            table, at = part.table, part.columns.index(part.stream)
            connection.execute(delete(table).where(table.c[part.stream].in_(sorted(wrong))))
            right = [row for row in replayed if row[at] in wrong]
            insert_many(connection, table, part.columns, right)


def _rows_of(stream: str, events: Sequence[TicketEvent]) -> tuple[list[Row], ...]:
    """Give the rows of one stream in each of the tables."""
    if stream[:1] == "I":
        incident = [incident_row(fold_incident(None, events))]
        return ([], incident, *([] for _ in DERIVED))
    return ([ticket_row(fold(None, events))], [], *derived_rows(stream, derive(events)))


def _compare(
    connection: Connection,
    part: _Part,
    streams: Sequence[str],
    replayed: Iterable[Row],
    findings: _Findings,
) -> set[str]:
    """Name where a table differs from what was replayed; give the streams with differences."""
    table = part.table
    key = [column.name for column in table.primary_key]
    documents = [name for name in part.columns if isinstance(table.c[name].type, JSON)]
    wanted: dict[Key, Values] = {}
    for row in replayed:
        values = dict(zip(part.columns, row, strict=True))
        values |= {name: orjson.loads(values[name]) for name in documents}
        wanted[tuple(values[name] for name in key)] = values
    query = select(table).where(table.c[part.stream].in_(streams))
    stored = {
        tuple(row[name] for name in key): dict(row) for row in connection.execute(query).mappings()
    }
    wrong: set[str] = set()
    for at in sorted(wanted.keys() | stored.keys()):
        before, after = stored.get(at), wanted.get(at)
        if before == after:
            continue
        stream = (after or before or {})[part.stream]
        wrong.add(stream)
        for what, one, other in _differences(before, after):
            findings.add(table.name, stream, what, one, other)
    return wrong


def _differences(before: Values | None, after: Values | None) -> Iterable[tuple[str, Any, Any]]:
    if before is None:
        return [("missing", None, _plain(after))]
    if after is None:
        return [("surplus", _plain(before), None)]
    return differences(_plain(before), _plain(after))


def _plain(values: Values | None) -> Values:
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in (values or {}).items()
    }


def _find_strays(
    connection: Connection, part: _Part, findings: _Findings, *, is_written: bool
) -> None:
    """Name rows of streams of which the log knows nothing."""
    column = part.table.c[part.stream]
    is_stray = ~exists(select(EVENT.c.position).where(EVENT.c.stream == column))
    for stream in connection.scalars(select(column).where(is_stray).order_by(column)):
        findings.add(part.table.name, stream, "surplus", stream, None)
    if is_written:
        connection.execute(delete(part.table).where(is_stray))
