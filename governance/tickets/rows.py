"""What the tables hold of a ticket, its events and an incident, as plain rows; pure.

Taking a ticket, changing it and replaying the log all go through here, so that they write the same.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from governance.tickets.cells import category_group, cell_of
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.records import Link, ReturnCase, TicketContent
from governance.tickets.returns import return_cases_of
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Incident, NewEvent, Ticket, TicketEvent

__all__ = [
    "BEFORE_ADDRESS",
    "CALLER_COLUMNS",
    "CONTENT_COLUMNS",
    "DERIVING",
    "EVENT_COLUMNS",
    "INCIDENT_COLUMNS",
    "LINK_COLUMNS",
    "RETURN_COLUMNS",
    "REVIEW_COLUMNS",
    "REVIEW_REASON_COLUMNS",
    "TICKET_COLUMNS",
    "Derived",
    "Review",
    "Row",
    "caller_row",
    "content_row",
    "derive",
    "derived_rows",
    "event_row",
    "incident_row",
    "plain_events",
    "searchable",
    "ticket_row",
    "written",
]

Row = tuple[Any, ...]
"""Values of a row in the order of its columns; JSON as text, times with a time zone."""

TICKET_COLUMNS = (
    "id", "source", "external_id", "received_at", "channel", "request_type", "category",
    "category_group", "lon", "lat", "cell", "accuracy_m", "place_uid", "place_label", "district",
    "township", "community", "grid", "body", "rule", "handler", "state", "due_at", "incident",
    "merged_into", "seq", "search_text", "document",
)  # fmt: skip
EVENT_COLUMNS = (
    "position", "stream", "seq", "kind", "at", "recorded_at", "actor", "unit", "decision", "data",
)  # fmt: skip
INCIDENT_COLUMNS = (
    "id", "category_group", "layer", "area", "body", "state", "first_at", "last_at", "seq",
    "document",
)  # fmt: skip
CALLER_COLUMNS = ("id", *(one.name for one in fields(CallerRecord)), "caller_hash")
CONTENT_COLUMNS = ("id", "document")
REVIEW_COLUMNS = ("ticket", "opened_at", "document")
REVIEW_REASON_COLUMNS = ("ticket", "code", "opened_at")
LINK_COLUMNS = tuple(one.name for one in fields(Link))
RETURN_COLUMNS = tuple(one.name for one in fields(ReturnCase))

BEFORE_ADDRESS = "\x1f"
"""Parts the text of a ticket from its address in ``search_text``."""

DERIVING = frozenset(
    {
        EventKind.REVIEW_OPENED,
        EventKind.REVIEW_CLOSED,
        EventKind.LINKED,
        EventKind.UNLINKED,
        EventKind.RETURNED,
        EventKind.RETURN_DECIDED,
    }
)
"""Kinds of events from which tables beside ``ticket`` and ``incident`` are derived."""


class Review(NamedTuple):
    """What a ticket waits for, and since when."""

    opened_at: datetime
    reasons: Sequence[dict[str, Any]]
    candidates: Sequence[dict[str, Any]]


class Derived(NamedTuple):
    """What the events of one ticket leave in the tables beside it."""

    review: Review | None
    links: tuple[Link, ...]
    returns: tuple[ReturnCase, ...]


_NOTHING = Derived(None, (), ())


def written(value: Any) -> str:  # noqa: ANN401 - JSON values
    """Write JSON values, a ticket or an incident; the same values are always the same text."""
    return orjson.dumps(value).decode()


def searchable(*texts: str) -> str:
    """Bring texts to the form that searches compare: width, case and line breaks do not count."""
    folded = unicodedata.normalize("NFKC", "\n".join(texts)).casefold()
    return folded.replace("\0", "").replace(BEFORE_ADDRESS, "")


def plain_events(
    stream: str, seq: int, events: Iterable[NewEvent], recorded_at: datetime
) -> list[TicketEvent]:
    """Give new events as they are read back: numbered, times in UTC, data as JSON gives them."""
    return [
        TicketEvent(
            stream=stream,
            seq=seq + step,
            kind=event.kind,
            at=event.at.astimezone(UTC),
            recorded_at=recorded_at,
            actor=event.actor,
            unit=event.unit,
            decision=event.decision,
            data=orjson.loads(orjson.dumps(event.data)),
        )
        for step, event in enumerate(events, start=1)
    ]


def event_row(event: TicketEvent) -> Row:
    """Give the row of an event without its position, which comes first."""
    return (
        event.stream,
        event.seq,
        event.kind.value,
        event.at,
        event.recorded_at,
        event.actor,
        event.unit,
        event.decision,
        written(event.data),
    )


def ticket_row(ticket: Ticket) -> Row:
    """Give the row of a ticket."""
    placed = ticket.lon is not None and ticket.lat is not None
    return (
        ticket.id,
        ticket.source,
        ticket.external_id,
        ticket.received_at,
        ticket.channel,
        ticket.request_type,
        ticket.category,
        category_group(ticket.category),
        ticket.lon,
        ticket.lat,
        cell_of(ticket.lon, ticket.lat) if placed else None,  # type: ignore[arg-type]
        ticket.accuracy_m,
        ticket.place_uid,
        ticket.place_label,
        ticket.district,
        ticket.township,
        ticket.community,
        ticket.grid,
        ticket.body,
        ticket.rule,
        ticket.handler,
        ticket.state,
        ticket.due_at,
        ticket.incident,
        ticket.merged_into,
        ticket.seq,
        searchable(ticket.title, ticket.text) + BEFORE_ADDRESS + searchable(ticket.address),
        written(ticket),
    )


def content_row(ticket: str, content: TicketContent) -> Row:
    """Give the row of what was given."""
    document = {
        "title": content.title,
        "text": content.text,
        "address": content.address,
        "extra": content.extra,
    }
    return ticket, written(document)


def caller_row(ticket: str, caller: CallerRecord) -> Row:
    """Give the row of a caller."""
    values = (getattr(caller, name) for name in CALLER_COLUMNS[1:-1])
    return ticket, *values, caller.caller_hash


def incident_row(incident: Incident) -> Row:
    """Give the row of an incident."""
    return (
        incident.id,
        incident.category_group,
        incident.layer,
        incident.area,
        incident.body,
        incident.state,
        incident.first_at,
        incident.last_at,
        incident.seq,
        written(incident),
    )


def derive(events: Sequence[TicketEvent]) -> Derived:
    """Work out what the events of one ticket, in the order of ``seq``, leave beside it."""
    events = [event for event in events if event.kind in DERIVING]
    if not events:
        return _NOTHING
    review: Review | None = None
    links: dict[tuple[str, str], Link] = {}
    for event in events:
        match event.kind:
            case EventKind.REVIEW_OPENED | EventKind.REVIEW_CLOSED:
                review = _reviewed(review, event)
            case EventKind.LINKED:
                link = _link(event)
                links[link.other, link.kind] = link
            case EventKind.UNLINKED:
                links.pop((event.data["other"], event.data["kind"]), None)
            case _:
                pass
    return Derived(review, tuple(links.values()), tuple(return_cases_of(events)))


def _reviewed(before: Review | None, event: TicketEvent) -> Review | None:
    reasons = event.data["reasons"]
    if not reasons:
        return None
    opened_at = event.at if before is None else before.opened_at
    if event.kind is EventKind.REVIEW_OPENED:
        return Review(opened_at, reasons, event.data.get("candidates", []))
    return Review(opened_at, reasons, [] if before is None else before.candidates)


def _link(event: TicketEvent) -> Link:
    data = event.data
    return Link(
        ticket=event.stream,
        other=data["other"],
        kind=data["kind"],
        score=float(data.get("score", 1.0)),
        why_zh=data.get("why_zh", ""),
        why_en=data.get("why_en", ""),
        linked_at=event.at,
    )


def derived_rows(ticket: str, derived: Derived) -> tuple[list[Row], ...]:
    """Give the rows of review item, reasons of review, links and returns."""
    review = derived.review
    items: list[Row] = []
    reasons: list[Row] = []
    if review is not None:
        document = {"reasons": list(review.reasons), "candidates": list(review.candidates)}
        items = [(ticket, review.opened_at, written(document))]
        codes = dict.fromkeys(str(reason["code"]) for reason in review.reasons)
        reasons = [(ticket, code, review.opened_at) for code in codes]
    links = [tuple(getattr(link, name) for name in LINK_COLUMNS) for link in derived.links]
    returns = [
        tuple(
            written(case.proof) if name == "proof" else getattr(case, name)
            for name in RETURN_COLUMNS
        )
        for case in derived.returns
    ]
    return items, reasons, links, returns
