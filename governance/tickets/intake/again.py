"""Requests that are sent again: what differs, and reading what was given back from the store."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from geo.address.answers import AddressHints
from governance.book.terms import Caller
from governance.tickets.errors import StaleTicketError
from governance.tickets.given import CallerGiven, GivenProblem, NewTicket
from governance.tickets.intake.request import CHINA_TIME, HINTS, Place, Request
from governance.tickets.privacy.vault import CallerRecord, known_words
from governance.tickets.records import TicketContent
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, PlaceMethod, ReviewCode
from governance.tickets.ticket import Incident, NewEvent, Ticket

__all__ = [
    "as_ticket",
    "kept_extra",
    "listed_candidates",
    "received_again",
    "request_again",
    "reread",
]

GIVEN = "@given"
"""Key in the extra values under which is kept what else a request is read again from."""

_KEPT = ("channel", "request_type", "reported", "lon", "lat", "datum", "accuracy_m")
_CALLER = ("name", "phone", "account", "id_number", "email", "address", "enterprise")
_TRIES = 5


def kept_extra(new: NewTicket) -> dict[str, Any]:
    """Give the extra values of a request with what else it is read again from."""
    given: dict[str, Any] = {name: getattr(new, name) for name in _KEPT}
    given["caller_kind"] = new.caller_kind.value
    given["received_at"] = None if new.received_at is None else new.received_at.isoformat()
    given["problems"] = [asdict(one) for one in new.problems]
    return {**new.extra, GIVEN: given}


def reread(
    ticket: Ticket, content: TicketContent, caller: CallerRecord | None = None
) -> NewTicket:  # fmt: skip
    """Read a request again from what is kept of it; its past has become events.

    Parameters
    ----------
    ticket
        As it stands.
    content
        What was given.
    caller
        Who called; None where not known.
    """
    extra = dict(content.extra)
    given = extra.pop(GIVEN, {})
    received_at = given.get("received_at")
    return NewTicket(
        source=ticket.source,
        external_id=ticket.external_id,
        channel=given.get("channel", ticket.channel),
        request_type=given.get("request_type", ticket.request_type),
        caller_kind=Caller(given.get("caller_kind", ticket.caller_kind)),
        category=ticket.category_given,
        title=content.title,
        text=content.text,
        address=content.address,
        hints=AddressHints(**{name: ticket.hints.get(name, "") for name in HINTS}),
        lon=given.get("lon"),
        lat=given.get("lat"),
        datum=given.get("datum", "WGS-84"),
        accuracy_m=given.get("accuracy_m"),
        received_at=None if received_at is None else datetime.fromisoformat(received_at),
        caller=None
        if caller is None
        else CallerGiven(**{name: getattr(caller, name) for name in _CALLER}),
        reported=given.get("reported", ticket.reported),
        tags=ticket.tags,
        problems=tuple(GivenProblem(**one) for one in given.get("problems", ())),
        extra=extra,
    )


def received_again(
    store: TicketStore, ticket: Ticket, request: Request, now: datetime
) -> tuple[Ticket, tuple[str, ...]]:
    """Note that a request was sent again with other values, once for the same values.

    Parameters
    ----------
    store
        Keeps the ticket.
    ticket
        As it is known.
    request
        As it was sent now; what is known stays as it is.
    now
        Moment of intake.

    Returns
    -------
    ticket
        With the event.
    differs
        Names of the fields that differ.
    """
    for tried in range(_TRIES):
        for event in store.events(ticket.id):
            is_same = event.data.get("digest") == request.digest
            if event.kind is EventKind.RECEIVED_AGAIN and is_same:
                return ticket, tuple(event.data["differs"])
        differs = _differing(store, ticket, request)
        data = {
            "digest": request.digest,
            "differs": list(differs),
            "channel": request.channel,
        }
        told = NewEvent(kind=EventKind.RECEIVED_AGAIN, at=now, data=data)
        try:
            found = store.append(ticket.id, ticket.seq, [told])
        except StaleTicketError:
            if tried == _TRIES - 1:
                raise
            ticket = store.ticket(ticket.id)
            continue
        return as_ticket(found), differs
    raise AssertionError  # the last try returns or raises


def _differing(store: TicketStore, ticket: Ticket, request: Request) -> tuple[str, ...]:
    """Name the fields that are not what is kept."""
    before = reread(ticket, store.content(ticket.id), store.caller(ticket.id))
    names = [
        name
        for name in NewTicket.__dataclass_fields__
        if name not in {"past", "received_at"}
        and _comparable(getattr(before, name)) != _comparable(getattr(request.new, name))
    ]
    if request.new.received_at is not None and request.received_at != ticket.received_at.astimezone(
        UTC
    ):
        names.append("received_at")
    return tuple(names)


def as_ticket(found: Ticket | Incident) -> Ticket:
    """Give what a ticket's stream leaves, which is a ticket."""
    if isinstance(found, Ticket):
        return found
    raise TypeError(type(found))


def _comparable(value: object) -> object:
    """Bring a field to one form: a caller of whom nothing is known is none, tuples are lists."""
    if isinstance(value, CallerGiven):
        return value or None
    return orjson.loads(orjson.dumps(value)) if isinstance(value, dict) else value


def request_again(store: TicketStore, ticket: Ticket) -> Request:
    """Make a request of a ticket, to be examined again; what a person has set stays set.

    Parameters
    ----------
    store
        Keeps what was given.
    ticket
        As it stands.

    Returns
    -------
    Request
        Masked; with the doubts about its values, and without those that are to be found out anew.
    """
    caller = store.caller(ticket.id)
    new = reread(ticket, store.content(ticket.id), caller)
    request = Request(
        new=replace(new, category=ticket.category or ticket.category_given),
        id=ticket.id,
        digest=ticket.digest,
        received_at=ticket.received_at,
        at=ticket.received_at.astimezone(CHINA_TIME).date(),
        channel=ticket.channel,
        request_type=ticket.request_type,
        catalogue=ticket.catalogue,
        caller=Caller(ticket.caller_kind),
        is_protected=ticket.is_protected,
        known=known_words(caller),
        title=ticket.title,
        text=ticket.text,
        address=ticket.address,
        reasons=[one for one in ticket.review if one["code"] == ReviewCode.BAD_VALUE],
        told={"hints": dict(ticket.hints)},
    )
    if ticket.place_method == PlaceMethod.PERSON:
        request.place = Place(
            method=PlaceMethod.PERSON,
            lon=ticket.lon,
            lat=ticket.lat,
            accuracy_m=ticket.accuracy_m,
            trust=1.0,
            is_kept=True,
        )
    return request


def listed_candidates(store: TicketStore, ticket: str) -> list[dict[str, Any]]:
    """Give the places that the last review of a ticket listed, the best first."""
    found: list[dict[str, Any]] = []
    for event in store.events(ticket):
        if event.kind is EventKind.REVIEW_OPENED:
            found = event.data.get("candidates") or found
    return found
