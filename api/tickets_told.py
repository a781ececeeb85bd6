"""Tickets, events and incidents as JSON values: what the routes answer.

Nothing here is personal: tickets and events hold masked texts only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.intake.take import Taken
from governance.tickets.life.explain import EventExplainer
from governance.tickets.search import RUNNING_STATES
from governance.tickets.terms import (
    EVENT_NAMES,
    REVIEW_NAMES,
    STATE_NAMES,
    EventKind,
    IncidentState,
    ReviewCode,
    TicketState,
)
from governance.tickets.ticket import Incident, Ticket, TicketEvent

__all__ = [
    "INCIDENT_STATES",
    "brief_incident",
    "brief_ticket",
    "event_told",
    "events_told",
    "in_city",
    "incident_told",
    "reasons_told",
    "taken_told",
    "ticket_told",
    "whole_ticket",
]

INCIDENT_STATES: dict[IncidentState, tuple[str, str]] = {
    IncidentState.PROPOSED: ("待确认", "proposed"),
    IncidentState.CONFIRMED: ("已确认", "confirmed"),
    IncidentState.DISMISSED: ("已排除", "dismissed"),
    IncidentState.ENDED: ("已结束", "ended"),
}
"""Name of each state of an incident in Chinese and English."""

# The digest compares sendings, and the clock is long: it stands in the single ticket.
_LEFT_OUT = frozenset({"digest", "clock", "review"})
_SHOWN = tuple(one.name for one in fields(Ticket) if one.name not in _LEFT_OUT)
_BRIEF = (
    "id",
    "external_id",
    "state",
    "request_type",
    "category",
    "title",
    "lon",
    "lat",
    "place_label",
    "district",
    "township",
    "community",
    "grid",
    "body",
    "handler",
    "received_at",
    "due_at",
    "incident",
    "merged_into",
    "seq",
)
_TAKEN = (
    "id",
    "source",
    "external_id",
    "state",
    "seq",
    "lon",
    "lat",
    "place_label",
    "district",
    "township",
    "category",
    "body",
    "body_name",
    "handler",
    "decision",
    "due_at",
)


def in_city(value: Any) -> Any:  # noqa: ANN401 - any field
    """Write a time in the city's zone; everything else stays."""
    return value.astimezone(CHINA_TIME) if isinstance(value, datetime) else value


def _is_overdue(ticket: Ticket, now: datetime) -> bool:
    return ticket.state in RUNNING_STATES and ticket.due_at is not None and ticket.due_at < now


def reasons_told(reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Write reasons of review with their names."""
    told = []
    for reason in reasons:
        name, name_en = REVIEW_NAMES[ReviewCode(reason["code"])]
        values = reason.get("values") or {}
        told.append({"code": reason["code"], "name": name, "name_en": name_en, "values": values})
    return told


def ticket_told(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Write a ticket as it stands, without what its deadline rests on.

    Parameters
    ----------
    ticket
        The ticket.
    now
        Moment that tells whether it is overdue.
    """
    told = {name: in_city(getattr(ticket, name)) for name in _SHOWN}
    told["state_name"], told["state_name_en"] = STATE_NAMES[TicketState(ticket.state)]
    told["is_overdue"] = _is_overdue(ticket, now)
    told["review"] = reasons_told(ticket.review)
    return told


def whole_ticket(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Write a ticket with the clock of its deadline, and where the rest is found."""
    path = f"/v1/tickets/{ticket.id}"
    links = {"self": path, "events": f"{path}/events", "links": f"{path}/links"}
    if ticket.decision:
        links["decision"] = f"/v1/decisions/{ticket.decision}"
    if ticket.incident:
        links["incident"] = f"/v1/incidents/{ticket.incident}"
    return {**ticket_told(ticket, now), "clock": ticket.clock, "links": links}


def brief_ticket(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Write what a map or a list needs of a ticket."""
    told = {name: in_city(getattr(ticket, name)) for name in _BRIEF}
    told["is_overdue"] = _is_overdue(ticket, now)
    told["review"] = [reason["code"] for reason in ticket.review]
    return told


def taken_told(taken: Taken) -> dict[str, Any]:
    """Write what became of a request."""
    ticket = taken.ticket
    told = {name: in_city(getattr(ticket, name)) for name in _TAKEN}
    return {
        "url": f"/v1/tickets/{ticket.id}",
        "is_new": taken.is_new,
        "differs": list(taken.differs),
        **told,
        "review": [reason["code"] for reason in ticket.review],
    }


def incident_told(incident: Incident) -> dict[str, Any]:
    """Write an incident as it stands."""
    told = {one.name: in_city(getattr(incident, one.name)) for one in fields(Incident)}
    told["state_name"], told["state_name_en"] = INCIDENT_STATES[IncidentState(incident.state)]
    return told


def brief_incident(incident: Incident) -> dict[str, Any]:
    """Write what a map or a list needs of an incident."""
    return incident_told(incident)


def event_told(event: TicketEvent, explainer: EventExplainer) -> dict[str, Any]:
    """Write an event without its data, with a sentence in both languages."""
    kind = EventKind(event.kind)
    name, name_en = EVENT_NAMES[kind]
    sentence, sentence_en = explainer.explain(event)
    return {
        "position": event.position,
        "stream": event.stream,
        "seq": event.seq,
        "kind": kind,
        "name": name,
        "name_en": name_en,
        "at": in_city(event.at),
        "recorded_at": in_city(event.recorded_at),
        "actor": event.actor,
        "unit": event.unit,
        "decision": event.decision,
        "sentence": sentence,
        "sentence_en": sentence_en,
    }


def events_told(events: Sequence[TicketEvent], explainer: EventExplainer) -> list[dict[str, Any]]:
    """Write events with their data."""
    return [{**event_told(event, explainer), "data": event.data} for event in events]
