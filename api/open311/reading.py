"""Tickets as service requests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from api.open311.formats import Open311Error
from governance.owner.resolver import OwnerResolver
from governance.tickets.terms import STATE_NAMES, TicketState
from governance.tickets.ticket import Ticket

__all__ = ["CLOSED", "MOST", "OPEN", "Asked", "read_asked", "request_of"]

OPEN, CLOSED = "open", "closed"
MOST = 1000
"""Most requests of one answer, as the standard has it."""

_SPAN = timedelta(days=90)


class Asked:
    """What a list of requests is asked for.

    Attributes
    ----------
    ids
        These and no others; the rest does not count then. Empty: all.
    codes
        Service codes; empty: all.
    start, end
        Half-open range of the time of receipt.
    statuses
        ``open``, ``closed`` or both.
    page, page_size
        Which part of the answer, from 1.
    """

    def __init__(self, given: Mapping[str, str], now: datetime) -> None:
        self.ids = _listed(given.get("service_request_id", ""))
        self.codes = _listed(given.get("service_code", ""))
        self.statuses = _listed(given.get("status", "")) or [OPEN, CLOSED]
        wrong = [one for one in self.statuses if one not in {OPEN, CLOSED}]
        if wrong:
            raise Open311Error(400, f"status: {wrong[0]!r} is neither open nor closed")
        self.start, self.end = _range(given, now)
        self.page = _count(given, "page", 1, 1_000_000)
        self.page_size = _count(given, "page_size", MOST, MOST)


def read_asked(given: Mapping[str, str], now: datetime) -> Asked:
    """Read the parameters of a list of requests; Open311Error 400 where one cannot be read."""
    return Asked(given, now)


def request_of(ticket: Ticket, resolver: OwnerResolver, *, is_extended: bool) -> dict[str, Any]:
    """Write a ticket as the standard has it; words are masked.

    ``is_extended`` adds ``extended_attributes`` with what the standard has no field for.
    """
    row = resolver.compiled.category_at.get(ticket.category)
    name = resolver.categories[row].level_3 if row is not None else ticket.category_given
    zh, en = STATE_NAMES[TicketState(ticket.state)]
    written = {
        "service_request_id": ticket.id,
        "status": status_of(ticket),
        "status_notes": f"{zh} {en}" + ("；待人工审核 in review" if ticket.review else ""),
        "service_name": name,
        "service_code": ticket.category,
        "description": ticket.text or None,
        "agency_responsible": ticket.body_name or None,
        "service_notice": None,
        "requested_datetime": ticket.received_at.isoformat(timespec="seconds"),
        "updated_datetime": ticket.state_since.isoformat(timespec="seconds"),
        "expected_datetime": _moment(ticket.due_at),
        "address": ticket.place_label or ticket.address or None,
        "address_id": ticket.place_uid or None,
        "zipcode": None,
        "lat": ticket.lat,
        "long": ticket.lon,
        "media_url": None,
    }
    return written | {"extended_attributes": _extended(ticket)} if is_extended else written


def status_of(ticket: Ticket) -> str:
    """Give ``closed`` once a ticket is closed; an answer alone does not close it."""
    return CLOSED if ticket.state == TicketState.CLOSED else OPEN


def _extended(ticket: Ticket) -> dict[str, Any]:
    return {
        "datum": "CGCS2000",
        "accuracy_m": ticket.accuracy_m,
        "place_method": ticket.place_method or None,
        "district": ticket.district or None,
        "township": ticket.township or None,
        "community": ticket.community or None,
        "grid": ticket.grid or None,
        "body": ticket.body or None,
        "step": ticket.step or None,
        "rule": ticket.rule or None,
        "owner_status": ticket.owner_status or None,
        "owner_confidence": ticket.owner_confidence if ticket.body else None,
        "flags": list(ticket.flags),
        "decision": ticket.decision or None,
        "state": ticket.state,
        "level": ticket.level or None,
        "incident": ticket.incident or None,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _range(given: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    start, end = _time(given, "start_date"), _time(given, "end_date")
    if start is None and end is None:
        return now - _SPAN, now + timedelta(days=1)
    if start is None:
        start = (end or now) - _SPAN
    if end is None:
        end = min(start + _SPAN, now + timedelta(days=1))
    if end <= start:
        raise Open311Error(400, f"end_date {end.isoformat()} is not after start_date")
    if end - start > _SPAN:
        raise Open311Error(
            400, f"start_date to end_date spans {(end - start).days} days; at most 90"
        )
    return start, end


def _time(given: Mapping[str, str], name: str) -> datetime | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        # A plus sign of a query that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Open311Error(400, f"{name}: {text!r} is no time with zone, as 2026-01-01T00:00:00Z")
    return moment.astimezone(UTC)


def _count(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Open311Error(400, f"{name}: {text!r} is no whole number from 1 to {most}")
    return int(text)
