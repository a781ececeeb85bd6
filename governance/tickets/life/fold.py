"""What an event makes of a ticket or an incident: pure, and the same on every replay.

Every time that a ticket keeps is in UTC, so that it does not depend on who read the event back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from governance.tickets.errors import TicketError, TimeOrderError
from governance.tickets.life.machine import INCIDENT_MACHINE, TICKET_MACHINE, Machine
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Incident, Ticket, TicketEvent

__all__ = ["EFFECTS", "Effect", "apply", "apply_incident", "fold", "fold_incident", "in_utc"]

Fields = dict[str, Any]
Effect = Callable[[Fields, TicketEvent, datetime], None]
"""Changes the fields of a ticket as an event says; the third value is its time in UTC."""

_E = EventKind
_NAMES = tuple(one.name for one in fields(Ticket))
_ALL_OF = attrgetter(*_NAMES)
_INCIDENT_NAMES = tuple(one.name for one in fields(Incident))

_GIVEN = (
    "digest", "channel", "request_type", "catalogue", "caller_kind",
    "category", "category_given", "title", "text", "address", "masker", "hints", "tags",
    "reported", "is_protected", "datum_given",
)  # fmt: skip
_PLACE = (
    "lon", "lat", "accuracy_m", "place_method", "place_uid", "place_label", "place_precision",
    "place_confidence", "gazetteer", "areas", "district", "township", "community", "grid",
)  # fmt: skip
_OWNER = (
    "body", "body_name", "step", "rule", "owner_status", "owner_confidence", "flags", "book",
    "co_organisers", "copied", "supervising", "level",
)  # fmt: skip
_TUPLES = frozenset({"tags", "flags", "co_organisers", "copied", "supervising"})
_DEFAULTS: Fields = {one.name: one.default for one in fields(Ticket) if one.default is not MISSING}
_DOCUMENTS = tuple(one.name for one in fields(Ticket) if one.default_factory is not MISSING)
_INCIDENT_TIMES = frozenset({"first_at", "last_at"})


def fold(
    ticket: Ticket | None,
    events: Iterable[TicketEvent],
    machine: Machine = TICKET_MACHINE,
    effects: Mapping[str, Effect] | None = None,
) -> Ticket:
    """Give the ticket as events leave it.

    Parameters
    ----------
    ticket
        As it stands; None where the first event makes it.
    events
        Those that follow, in the order of ``seq``; at least one for a new ticket.
    machine
        What may happen.
    effects
        What the kinds of events make of the fields; None for :data:`EFFECTS`.

    Returns
    -------
    Ticket
        The same for the same events, always.

    Raises
    ------
    TransitionError
        The state does not take an event.
    TimeOrderError
        An event of its life lies before the last one.
    TicketError
        An event belongs to another ticket, is not the next in ``seq``, or lacks what its kind
        must have; or there is none.

    Notes
    -----
    Cost about 10 us, and 3 us for each event.
    """
    does = EFFECTS if effects is None else effects
    values: Fields = {} if ticket is None else dict(zip(_NAMES, _ALL_OF(ticket), strict=True))
    for event in events:
        _take(values, event, machine, does)
    if not values:
        raise TicketError("events", 0, "a ticket has at least the event received")
    return Ticket(**values)


def apply(
    ticket: Ticket | None,
    event: TicketEvent,
    machine: Machine = TICKET_MACHINE,
    effects: Mapping[str, Effect] | None = None,
) -> Ticket:
    """Give the ticket as one event leaves it; see :func:`fold`."""
    return fold(ticket, (event,), machine, effects)


def _take(
    values: Fields, event: TicketEvent, machine: Machine, effects: Mapping[str, Effect]
) -> None:
    kind = event.kind
    seq, state, stream = values.get("seq", 0), values.get("state", ""), values.get("id", "")
    _check_next(event, stream, seq)
    target = machine.target(event.stream, state, kind, values, event.data)
    at = event.at.astimezone(UTC)
    last_at = values.get("last_at")
    is_life = kind in machine.life
    if is_life and last_at is not None and at < last_at:
        raise TimeOrderError(event.stream, kind, at, last_at)
    effect = effects.get(kind)
    if effect is not None:
        try:
            effect(values, event, at)
        except KeyError as error:
            key = error.args[0]
            raise TicketError(
                "data", key, f"missing in the event {kind} of {event.stream}"
            ) from None
    if target != state:
        values["state"] = target
        # The time of a new ticket is that of its receipt, set by the effect.
        if state:
            # The clock of a source may be ahead of that of who dispatches first.
            values["state_since"] = max(at, values["state_since"])
    if is_life:
        values["last_at"] = at
    values["seq"] = event.seq


def _check_next(event: TicketEvent, stream: str, seq: int) -> None:
    if event.seq != seq + 1:
        raise TicketError("seq", event.seq, f"the next event of {event.stream} is number {seq + 1}")
    if stream and event.stream != stream:
        raise TicketError("stream", event.stream, f"these are the events of {stream}")


def in_utc(value: str | datetime) -> datetime:
    """Read a time, with offset, from JSON values; in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)


def _copy(values: Fields, data: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if name in data:
            value = data[name]
            values[name] = tuple(value) if name in _TUPLES else value


def _received(values: Fields, event: TicketEvent, at: datetime) -> None:
    values.update(_DEFAULTS)
    for name in _DOCUMENTS:
        values[name] = {}
    values["source"], values["external_id"] = event.data["source"], event.data["external_id"]
    _copy(values, event.data, _GIVEN)
    given = event.data.get("received_at")
    received = at if given is None else in_utc(given)
    values["id"] = event.stream
    values["received_at"] = values["state_since"] = received
    values["recorded_at"] = event.recorded_at.astimezone(UTC)


def _placed(values: Fields, event: TicketEvent, _at: datetime) -> None:
    _copy(values, event.data, _PLACE)


def _owned(values: Fields, event: TicketEvent, _at: datetime) -> None:
    data = event.data
    _copy(values, data, _OWNER)
    if data.get("category"):
        values["category"] = data["category"]
    values["decision"] = event.decision
    _set_clock(values, data)


def _set_clock(values: Fields, data: Mapping[str, Any]) -> None:
    """Take another clock, or none."""
    clock = values["clock"] = data.get("clock") or {}
    due_at = data.get("due_at")
    values["due_at"] = None if due_at is None else in_utc(due_at)
    values["due_is_provisional"] = bool(data.get("due_is_provisional"))
    values["is_paused"] = _stands(clock.get("events", ()))


def _stands(events: Iterable[Mapping[str, Any]]) -> bool:
    stands = False
    for event in events:
        if event["what"] == "pause":
            stands = True
        elif event["what"] == "resume":
            stands = False
    return stands


def _timed(values: Fields, event: TicketEvent, _at: datetime) -> None:
    """Take what happened to the clock that runs."""
    data = event.data
    clock = {**values["clock"], "events": list(data["clock_events"])}
    _set_clock(values, {**data, "clock": clock})


def _review_opened(values: Fields, event: TicketEvent, _at: datetime) -> None:
    values["review"] = tuple(event.data["reasons"])


def _dispatched(values: Fields, event: TicketEvent, at: datetime) -> None:
    data = event.data
    values["handler"] = data["body"]
    _copy(values, data, ("co_organisers", "copied"))
    if not values["lead"] or data.get("ruling"):
        values["lead"] = data.get("lead") or data["body"]
    values["dispatched_at"] = at
    values["n_dispatches"] += 1


def _replied(values: Fields, _event: TicketEvent, at: datetime) -> None:
    if values["replied_at"] is None:
        values["replied_at"] = at


def _called_back(values: Fields, event: TicketEvent, at: datetime) -> None:
    values["call_back"] = {**event.data, "at": at.isoformat()}


def _returned(values: Fields, event: TicketEvent, at: datetime) -> None:
    data = event.data
    values["n_returns"] += 1
    values["last_return"] = {
        "at": at.isoformat(),
        "body": data.get("body") or values["handler"],
        "reason": data.get("reason", ""),
        "rule": data.get("rule", ""),
        "decided_at": None,
        "is_upheld": None,
        "is_final": None,
        "ruling": "",
    }


def _return_decided(values: Fields, event: TicketEvent, at: datetime) -> None:
    data = event.data
    values["last_return"] = {
        **values["last_return"],
        "decided_at": at.isoformat(),
        "is_upheld": data["is_upheld"],
        "is_final": bool(data.get("is_final")),
        "ruling": data.get("ruling", ""),
    }
    if data["is_upheld"]:
        values["handler"] = ""


def _closed(values: Fields, _event: TicketEvent, at: datetime) -> None:
    values["closed_at"] = at


def _merged(values: Fields, event: TicketEvent, at: datetime) -> None:
    values["closed_at"] = at
    values["merged_into"] = event.data["into"]


def _reopened(values: Fields, event: TicketEvent, _at: datetime) -> None:
    values["merged_into"] = ""
    # A new deadline where the profile gives one; else the old clock goes on.
    if event.data.get("clock"):
        _set_clock(values, event.data)


def _attached(values: Fields, event: TicketEvent, _at: datetime) -> None:
    values["incident"] = event.data["incident"]


def _detached(values: Fields, _event: TicketEvent, _at: datetime) -> None:
    values["incident"] = ""


EFFECTS: dict[str, Effect] = {
    _E.RECEIVED: _received,
    _E.PLACED: _placed,
    _E.OWNED: _owned,
    _E.REVIEW_OPENED: _review_opened,
    _E.REVIEW_CLOSED: _review_opened,
    _E.DISPATCHED: _dispatched,
    _E.REDISPATCHED: _dispatched,
    _E.REPLIED: _replied,
    _E.CALLED_BACK: _called_back,
    _E.RETURNED: _returned,
    _E.RETURN_DECIDED: _return_decided,
    _E.CLOSED: _closed,
    _E.MERGED: _merged,
    _E.REOPENED: _reopened,
    _E.PAUSED: _timed,
    _E.RESUMED: _timed,
    _E.EXTENDED: _timed,
    _E.RECALENDARED: _timed,
    _E.ATTACHED: _attached,
    _E.DETACHED: _detached,
}
"""What each kind of event makes of the fields; kinds that are not here change none."""


def apply_incident(
    incident: Incident | None, event: TicketEvent, machine: Machine = INCIDENT_MACHINE
) -> Incident:
    """Give the incident as one event leaves it.

    Parameters
    ----------
    incident
        As it stands; None where the event proposes it.
    event
        ``proposed`` and ``grew`` hold fields of :class:`Incident`, of which ``id``, ``state`` and
        ``seq`` are not read.
    machine
        What may happen.

    Raises
    ------
    TransitionError
        The state does not take the event.
    TicketError
        It belongs to another incident, is not the next in ``seq``, or lacks a field.
    """
    values: Fields = {}
    if incident is not None:
        values = {name: getattr(incident, name) for name in _INCIDENT_NAMES}
    state = values.get("state", "")
    _check_next(event, values.get("id", ""), values.get("seq", 0))
    target = machine.target(event.stream, state, event.kind, values, event.data)
    for name, value in event.data.items():
        if name in _INCIDENT_NAMES:
            values[name] = in_utc(value) if name in _INCIDENT_TIMES else value
    values |= {"id": event.stream, "state": target, "seq": event.seq}
    try:
        return Incident(**values)
    except TypeError as error:
        raise TicketError("data", sorted(event.data), f"an incident has more: {error}") from None


def fold_incident(incident: Incident | None, events: Iterable[TicketEvent]) -> Incident:
    """Give the incident as events leave it, in the order of ``seq``; see apply_incident."""
    for event in events:
        incident = apply_incident(incident, event)
    if incident is None:
        raise TicketError("events", 0, "an incident has at least the event proposed")
    return incident
