"""A ticket 诉求工单, its events, and incidents: plain values without personal data."""

import base64
import hashlib
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from governance.tickets.terms import EventKind, IncidentState, PlaceMethod, TicketState

__all__ = ["Incident", "NewEvent", "Ticket", "TicketEvent", "ticket_id"]

_ID_BYTES = 10


def ticket_id(source: str, external_id: str) -> str:
    """Give the id of the ticket with a number in a source: ``T`` and 16 letters and digits.

    The same number of the same source is the same ticket, on every server and after every crash.
    """
    digest = hashlib.sha256(f"{source}\x1f{external_id}".encode()).digest()
    return "T" + base64.b32encode(digest[:_ID_BYTES]).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that happened, before it is recorded.

    Attributes
    ----------
    kind
        What.
    at
        When it happened, with time zone.
    actor
        Who did it: an account or a program; ``xiaqu`` for what the service did by itself.
    unit
        Code of the body on whose behalf; empty where none.
    decision
        Id of the decision 权属认定记录 that it rests on; empty where none.
    data
        What belongs to the kind, JSON values; never personal data.
    """

    kind: EventKind
    at: datetime
    actor: str = "xiaqu"
    unit: str = ""
    decision: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """A recorded event.

    ``stream`` is the id of a ticket (``T…``) or an incident (``I…``), ``seq`` counts from 1 within
    it, ``position`` grows over all streams in the order of recording. The others as of
    :class:`NewEvent`.
    """

    stream: str
    seq: int
    kind: EventKind
    at: datetime
    recorded_at: datetime
    actor: str = "xiaqu"
    unit: str = ""
    decision: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    position: int = 0


class _Document:
    """Turns a dataclass into JSON values and back, exactly."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Give all fields as JSON values; times as ISO 8601 with offset."""
        return {name: _plain(getattr(self, name)) for name, _moment, _tuple in _layout(type(self))}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Self:
        """Read what :meth:`to_dict` wrote."""
        values: dict[str, Any] = {}
        for name, is_moment, is_tuple in _layout(cls):
            value = document[name]
            if is_moment and value is not None:
                value = datetime.fromisoformat(value)
            elif is_tuple:
                value = tuple(value)
            values[name] = value
        return cls(**values)


_layouts: dict[str, tuple[tuple[str, bool, bool], ...]] = {}


def _layout(cls: type) -> tuple[tuple[str, bool, bool], ...]:
    """Name, whether it is a time, whether it is a tuple; for each field."""
    found = _layouts.get(cls.__qualname__)
    if found is None:
        kinds = [(one.name, str(one.type)) for one in fields(cls)]
        found = tuple((name, "datetime" in kind, kind.startswith("tuple")) for name, kind in kinds)
        _layouts[cls.__qualname__] = found
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - values of any field
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(_Document):
    """A ticket as its events leave it; free of personal data.

    Attributes
    ----------
    id, source, external_id
        See :func:`ticket_id`.
    digest
        SHA-256 of what was given, to tell whether it is sent again unchanged.
    channel, request_type, catalogue
        Keys of the catalogue of channels, and its version; empty keys where unknown.
    caller_kind
        ``personal`` or ``enterprise``.
    category, category_given
        Code in the dispatch catalogue, empty where unknown; and what the source said.
    title, text, address
        Masked.
    masker
        Version of the masking.
    hints
        Area fields of the source that are not empty.
    tags
        Labels of the source.
    reported
        Who is reported; empty where nobody.
    is_protected
        Whether the reporter is hidden from the handling unit and the reported body.
    received_at, recorded_at
        When the request came in, and when this system took it.
    lon, lat
        CGCS2000 degrees; None where not placed.
    accuracy_m
        95 % accuracy of the place in metres.
    datum_given
        Datum of the coordinates given; empty where none were.
    place_method
        See :class:`PlaceMethod`.
    place_uid, place_label, place_precision, place_confidence, gazetteer
        As of the geocoder; empty and 0 for coordinates.
    areas
        Layer key to code of the area that holds it.
    district, township, community, grid
        Codes; empty where none.
    body, body_name, step, rule, owner_status, owner_confidence, flags, decision, book
        The answer about the owner; empty where there is none.
    lead
        First receiver 首接负责: stays until a ruling says otherwise.
    handler
        Body that holds it now (承办单位).
    co_organisers, copied, supervising
        Codes of bodies.
    state, state_since
        Where it stands, and since when.
    dispatched_at
        Last dispatch; None before the first.
    last_at
        When the last event of its life happened; the next lies at or after it.
    level, due_at, due_is_provisional, is_paused
        Deadline; ``due_at`` None while the clock stands, and where there is none.
    clock
        What the clock rests on: ``level`` (the level's fields), ``calendar`` (version at the
        start) and ``events``; empty where no clock runs.
    review
        Why it waits for a person: ``{"code": …, "values": {…}}`` each; empty where it does not.
    n_dispatches, n_returns
        How often.
    replied_at, closed_at
        First reply, last closing.
    last_return
        Last return and what was decided: ``at``, ``body``, ``reason``, ``rule``, ``decided_at``,
        ``is_upheld`` and ``is_final`` (None while open), ``ruling``; empty where there was none.
    call_back
        Answers of the last call-back, and ``at``; empty where there was none.
    incident
        Id of the incident that it is attached to.
    merged_into
        Id of the ticket that it was merged into.
    seq
        Number of its events.
    """

    id: str
    source: str
    external_id: str
    digest: str = ""
    channel: str = ""
    request_type: str = ""
    catalogue: str = ""
    caller_kind: str = "personal"
    category: str = ""
    category_given: str = ""
    title: str = ""
    text: str = ""
    address: str = ""
    masker: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    reported: str = ""
    is_protected: bool = False
    received_at: datetime
    recorded_at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    datum_given: str = ""
    place_method: str = PlaceMethod.NONE.value
    place_uid: str = ""
    place_label: str = ""
    place_precision: str = ""
    place_confidence: float = 0.0
    gazetteer: str = ""
    areas: dict[str, str] = field(default_factory=dict)
    district: str = ""
    township: str = ""
    community: str = ""
    grid: str = ""
    body: str = ""
    body_name: str = ""
    step: str = ""
    rule: str = ""
    owner_status: str = ""
    owner_confidence: float = 0.0
    flags: tuple[str, ...] = ()
    decision: str = ""
    book: str = ""
    lead: str = ""
    handler: str = ""
    co_organisers: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    supervising: tuple[str, ...] = ()
    state: str = TicketState.RECEIVED.value
    state_since: datetime
    dispatched_at: datetime | None = None
    last_at: datetime | None = None
    level: str = ""
    due_at: datetime | None = None
    due_is_provisional: bool = False
    is_paused: bool = False
    clock: dict[str, Any] = field(default_factory=dict)
    review: tuple[dict[str, Any], ...] = ()
    n_dispatches: int = 0
    n_returns: int = 0
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    last_return: dict[str, Any] = field(default_factory=dict)
    call_back: dict[str, Any] = field(default_factory=dict)
    incident: str = ""
    merged_into: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(_Document):
    """A surge of tickets of one kind in one place: proposed by the service, decided by a person.

    Attributes
    ----------
    id
        ``I`` and letters and digits, worked out from category group, place and first hour.
    category_group
        Beginning of the category codes that it gathers, such as ``0402``.
    title_zh, title_en
        One line each.
    layer, area
        The area that it was found in; ``layer`` ``cell`` for a square of the detector.
    lon, lat, radius_m
        Circle around its tickets; CGCS2000 degrees, metres.
    first_at, last_at
        First and last ticket.
    n_tickets, expected, p_value
        How many there were in the window, how many the baseline of place and hour expects, and
        how unlikely that is, corrected for everything that was looked at.
    body, body_name
        Who is alerted.
    state
        See :class:`IncidentState`.
    why_zh, why_en
        The sentence to read out.
    seq
        Number of its events.
    """

    id: str
    category_group: str
    title_zh: str
    title_en: str
    layer: str
    area: str
    lon: float
    lat: float
    radius_m: float
    first_at: datetime
    last_at: datetime
    n_tickets: int
    expected: float
    p_value: float
    body: str = ""
    body_name: str = ""
    state: str = IncidentState.PROPOSED.value
    why_zh: str = ""
    why_en: str = ""
    seq: int = 0
