"""SQL that reads what is derived from the log, and what is kept apart from it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    and_,
    case,
    func,
    or_,
    select,
    text,
    union,
)

from boundaries.models import Base
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
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.records import (
    IncidentPage,
    Link,
    NearTicket,
    ReturnCase,
    ReviewItem,
    ReviewPage,
    TicketContent,
)
from governance.tickets.returns import RuleCounts
from governance.tickets.rows import BEFORE_ADDRESS
from governance.tickets.search import area_condition, read_cursor, write_cursor
from governance.tickets.ticket import Incident, Ticket

__all__ = [
    "read_caller",
    "read_content",
    "read_incidents",
    "read_incidents_by_id",
    "read_links",
    "read_near",
    "read_of_callers",
    "read_return_cases",
    "read_review_counts",
    "read_review_items",
    "read_rule_counts",
    "read_tickets",
]

_TABLES = Base.metadata.tables
_TICKET = _TABLES[TicketRow.__tablename__]
_CALLER = _TABLES[CallerRow.__tablename__]
_CONTENT = _TABLES[ContentRow.__tablename__]
_ITEM = _TABLES[ReviewItemRow.__tablename__]
_REASON = _TABLES[ReviewReasonRow.__tablename__]
_LINK = _TABLES[LinkRow.__tablename__]
_CASE = _TABLES[ReturnCaseRow.__tablename__]
_INCIDENT = _TABLES[IncidentRow.__tablename__]
_AT_ONCE = 500
"""Most values in one IN: above, statements grow longer than planning them is worth."""


def read_tickets(connection: Connection, ids: Collection[str]) -> dict[str, Ticket]:
    """Read those of the tickets that are there, by their ids."""
    found: dict[str, Ticket] = {}
    for some in _parts(list(ids)):
        query = select(_TICKET.c.document).where(_TICKET.c.id.in_(some))
        tickets = (Ticket.from_dict(document) for document in connection.scalars(query))
        found.update((ticket.id, ticket) for ticket in tickets)
    return found


def read_content(connection: Connection, ticket: str) -> TicketContent | None:
    """Read what was given for a ticket; None where there is no such ticket."""
    query = select(_CONTENT.c.document).where(_CONTENT.c.id == ticket)
    document = connection.scalar(query)
    return None if document is None else TicketContent(**document)


def read_caller(connection: Connection, ticket: str) -> CallerRecord | None:
    """Read the caller of a ticket; None where nothing is known."""
    columns = [_CALLER.c[one.name] for one in fields(CallerRecord)]
    row = connection.execute(select(*columns).where(_CALLER.c.id == ticket)).one_or_none()
    return None if row is None else CallerRecord(**row._mapping)  # noqa: SLF001 - public by its documentation


# -- likeness and counts ----------------------------------------------------------------------


def read_near(
    connection: Connection, keys: Iterable[tuple[str, int]], since: datetime
) -> list[NearTicket]:
    """Read tickets of category groups and squares; see ``TicketStore.near``."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    if connection.dialect.name == "postgresql":
        given = {"groups": [group for group, _ in wanted], "cells": [cell for _, cell in wanted]}
        condition = _IN_ARRAYS.bindparams(**given)
    else:
        condition = _IN_JSON.bindparams(keys=orjson.dumps(wanted).decode())
    return list(_near(connection, condition, since))


_IN_ARRAYS = text(
    "(ticket.category_group, ticket.cell) IN "
    "(SELECT * FROM unnest(CAST(:groups AS text[]), CAST(:cells AS bigint[])))"
)
_IN_JSON = text(
    "(ticket.category_group, ticket.cell) IN "
    "(SELECT value ->> 0, value ->> 1 FROM json_each(:keys))"
)
"""Any number of pairs in one statement, whose text is always the same and is planned once."""


def read_of_callers(
    connection: Connection, hashes: Collection[str], since: datetime
) -> list[NearTicket]:
    """Read the tickets of callers; see ``TicketStore.of_callers``."""
    found: list[NearTicket] = []
    for some in _parts([one for one in dict.fromkeys(hashes) if one]):
        found += _near(connection, _CALLER.c.caller_hash.in_(some), since)
    return found


def _near(
    connection: Connection, wanted: ColumnElement[bool] | TextClause, since: datetime
) -> Iterator[NearTicket]:
    table = _TICKET.c
    query = (
        select(
            table.id,
            table.category,
            table.lon,
            table.lat,
            table.place_uid,
            table.received_at,
            func.coalesce(_CALLER.c.caller_hash, ""),
            table.search_text,
            table.channel,
            table.place_label,
            table.accuracy_m,
        )
        .select_from(_TICKET.outerjoin(_CALLER, _CALLER.c.id == table.id))
        .where(wanted, table.received_at >= since)
        .order_by(table.received_at, table.id)
    )
    for row in connection.execute(query):
        yield NearTicket(
            id=row[0],
            category=row[1],
            lon=row[2],
            lat=row[3],
            place_uid=row[4],
            received_at=row[5],
            caller_hash=row[6],
            text=row[7].partition(BEFORE_ADDRESS)[0],
            channel=row[8],
            place_label=row[9],
            accuracy_m=row[10],
        )


def read_rule_counts(connection: Connection, since: datetime, until: datetime) -> list[RuleCounts]:
    """Count tickets and their returns by rule; see ``TicketStore.rule_counts``."""
    table = _TICKET.c
    in_span = and_(table.received_at >= since, table.received_at < until)
    # A ticket that came back and went elsewhere counts for the rule that it went by first, too.
    by_ticket = select(table.rule, table.id).where(in_span, table.rule != "", table.handler != "")
    of_case = _CASE.join(_TICKET, table.id == _CASE.c.ticket)
    by_case = select(_CASE.c.rule, table.id).select_from(of_case).where(in_span, _CASE.c.rule != "")
    pairs = union(by_ticket, by_case).subquery()
    dispatched = select(pairs.c.rule, func.count()).group_by(pairs.c.rule)
    upheld = func.max(case((_CASE.c.is_upheld, 1), else_=0)).label("upheld")
    is_open = func.max(case((_CASE.c.decided_at.is_(None), 1), else_=0)).label("open")
    each = (
        select(_CASE.c.rule, _CASE.c.ticket, upheld, is_open)
        .select_from(of_case)
        .where(in_span, _CASE.c.rule != "")
        .group_by(_CASE.c.rule, _CASE.c.ticket)
        .subquery()
    )
    waits = case((and_(each.c.open == 1, each.c.upheld == 0), 1), else_=0)
    sums = (func.count(), func.sum(each.c.upheld), func.sum(waits))
    returned = {
        row[0]: row[1:]
        for row in connection.execute(select(each.c.rule, *sums).group_by(each.c.rule))
    }
    return [
        _rule_counts(rule, n_tickets, returned.get(rule, (0, 0, 0)))
        for rule, n_tickets in sorted(tuple(row) for row in connection.execute(dispatched))
    ]


def _rule_counts(rule: str, n_tickets: int, returned: Sequence[int]) -> RuleCounts:
    n_returned, upheld, undecided = map(int, returned)
    return RuleCounts(
        rule=rule,
        dispatched=n_tickets,
        returned=n_returned,
        upheld=upheld,
        undecided=undecided,
    )


# -- review -----------------------------------------------------------------------------------


def read_review_items(
    connection: Connection,
    *,
    code: str | None,
    area: tuple[str, str] | None,
    limit: int,
    cursor: str,
) -> ReviewPage:
    """Read tickets that wait for a person, the longest waiting first."""
    query = select(_ITEM.c.opened_at, _ITEM.c.document.label("item"), _TICKET.c.document).join(
        _TICKET, _TICKET.c.id == _ITEM.c.ticket
    )
    if code is not None:
        has_code = and_(_REASON.c.ticket == _ITEM.c.ticket, _REASON.c.code == code)
        query = query.join(_REASON, has_code)
    if area is not None:
        query = query.where(area_condition(*area))
    if cursor:
        query = query.where(_after(_ITEM.c.opened_at, _ITEM.c.ticket, cursor))
    query = query.order_by(_ITEM.c.opened_at, _ITEM.c.ticket).limit(limit + 1)
    rows = connection.execute(query).all()
    items = tuple(
        ReviewItem(
            ticket=Ticket.from_dict(row.document),
            reasons=tuple(row.item["reasons"]),
            candidates=tuple(row.item["candidates"]),
            opened_at=row.opened_at,
        )
        for row in rows[:limit]
    )
    is_last = len(rows) <= limit
    return ReviewPage(
        items=items,
        cursor="" if is_last else write_cursor(items[-1].opened_at, items[-1].ticket.id),
    )


def read_review_counts(connection: Connection) -> dict[str, int]:
    """Count the tickets that wait, by reason."""
    query = select(_REASON.c.code, func.count()).group_by(_REASON.c.code).order_by(_REASON.c.code)
    return {row[0]: row[1] for row in connection.execute(query)}


# -- links, returns, incidents ----------------------------------------------------------------


def read_links(connection: Connection, tickets: Collection[str]) -> list[Link]:
    """Read the links of tickets in both directions, oldest first."""
    found: dict[tuple[str, str, str], Link] = {}
    for some in _parts(list(tickets)):
        query = select(_LINK).where(or_(_LINK.c.ticket.in_(some), _LINK.c.other.in_(some)))
        for row in connection.execute(query).mappings():
            link = Link(**row)
            found[link.ticket, link.other, link.kind] = link
    return sorted(found.values(), key=lambda one: (one.linked_at, one.ticket, one.other, one.kind))


def read_return_cases(
    connection: Connection,
    *,
    ticket: str | None,
    rule: str | None,
    body: str | None,
    is_open: bool | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> list[ReturnCase]:
    """Read returns, oldest first."""
    query = select(*(_CASE.c[one.name] for one in fields(ReturnCase)))
    for column, value in ((_CASE.c.ticket, ticket), (_CASE.c.rule, rule), (_CASE.c.body, body)):
        if value is not None:
            query = query.where(column == value)
    if is_open is not None:
        query = query.where((_CASE.c.decided_at.is_(None)) == is_open)
    query = _between(query, _CASE.c.returned_at, since, until)
    query = query.order_by(_CASE.c.returned_at, _CASE.c.ticket, _CASE.c.seq).limit(limit)
    return [ReturnCase(**row) for row in connection.execute(query).mappings()]


def read_incidents_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Incident]:
    """Read those of the incidents that are there, by their ids."""
    found: dict[str, Incident] = {}
    for some in _parts(list(ids)):
        query = select(_INCIDENT.c.document).where(_INCIDENT.c.id.in_(some))
        incidents = (Incident.from_dict(document) for document in connection.scalars(query))
        found.update((incident.id, incident) for incident in incidents)
    return found


def read_incidents(
    connection: Connection,
    *,
    states: Sequence[str],
    category_group: str | None,
    body: str | None,
    since: datetime | None,
    limit: int,
    cursor: str,
) -> IncidentPage:
    """Read incidents, the one with the latest ticket first."""
    query = select(_INCIDENT.c.document)
    if states:
        query = query.where(_INCIDENT.c.state.in_(states))
    if category_group is not None:
        query = query.where(_INCIDENT.c.category_group == category_group)
    if body is not None:
        query = query.where(_INCIDENT.c.body == body)
    if since is not None:
        query = query.where(_INCIDENT.c.last_at >= since)
    if cursor:
        moment, key = read_cursor(cursor)
        last_at, id_ = _INCIDENT.c.last_at, _INCIDENT.c.id
        query = query.where(last_at <= moment, or_(last_at < moment, id_ > key))
    query = query.order_by(_INCIDENT.c.last_at.desc(), _INCIDENT.c.id).limit(limit + 1)
    found = [Incident.from_dict(document) for document in connection.scalars(query)]
    page = tuple(found[:limit])
    is_last = len(found) <= limit
    return IncidentPage(
        incidents=page, cursor="" if is_last else write_cursor(page[-1].last_at, page[-1].id)
    )


def _after(moment: ColumnElement[Any], key: ColumnElement[str], cursor: str) -> ColumnElement[bool]:
    """Say in SQL what follows a cursor in a list that ascends by time and key."""
    last, last_key = read_cursor(cursor)
    return and_(moment >= last, or_(moment > last, key > last_key))


def _between(
    query: Select[Any],
    column: ColumnElement[Any],
    since: datetime | None,
    until: datetime | None,
) -> Select[Any]:
    if since is not None:
        query = query.where(column >= since)
    return query if until is None else query.where(column < until)


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
