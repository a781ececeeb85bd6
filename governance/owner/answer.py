"""What is asked and what is answered, as plain values.

Everything here is immutable and turns into JSON the same way each time, because decisions are
hashed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from governance.book.terms import BodyKind, Caller, Role, Step

__all__ = [
    "OWNER_FLAGS",
    "STATUSES",
    "Considered",
    "Deadline",
    "NamedBody",
    "NamedPost",
    "OwnerAnswer",
    "OwnerQuestion",
    "Reason",
]

STATUSES = ("decided", "provisional", "disputed", "nobody")
"""``provisional``: 权属待定, a body leads until an agreement or a ruling exists. ``disputed``:
equal candidates that do not share the duty; the primary leads (首接负责). ``nobody``: to review."""

OWNER_FLAGS = (
    "on_border",
    "near_border",
    "overlap",
    "gap",
    "outside",
    "nesting_conflict",
    "datum_suspect",
    "disputed",
    "asset_missing",
    "spans",
)
"""Flags of an answer in the order in which they are listed; the first six as in boundaries.
``spans``: a line or polygon lies in areas of several owners."""

Reason = tuple[str | float, ...]
"""A code from :mod:`governance.owner.explain` and the values that its sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerQuestion:
    """A place, a category and a date for which the owner is asked.

    Attributes
    ----------
    lon, lat
        Place, CGCS2000 degrees.
    category
        Code of a catalogue entry.
    at
        Date for which is asked.
    received_at
        When the request came in, with time zone; starts the deadline. None gives no deadline.
    accuracy_m
        Accuracy of the place in metres.
    place_confidence
        How sure it is that the place is meant; 1 for coordinates, that of the geocoder for text.
    caller
        Kind of caller.
    given
        The place as it was given, JSON values: coordinates with their datum, text, or a shape.
    """

    lon: float
    lat: float
    category: str
    at: date
    received_at: datetime | None = None
    accuracy_m: float = 20.0
    place_confidence: float = 1.0
    caller: Caller = Caller.PERSONAL
    given: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBody:
    """A body in an answer, its role, and the rule or catalogue entry that brought it in."""

    code: str
    name: str
    kind: BodyKind
    role: Role
    phone: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPost:
    """A post that answers for the place; ``holder`` empty where it is not filled.

    ``phone`` is empty where the asker may not see it.
    """

    code: str
    kind: str
    layer: str
    area: str
    area_name: str
    holder: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A candidate and why it was taken or left.

    ``rule`` is the code of a rule, ruling or agreement; ``feature`` names the area, line or asset
    (layer, code, name); ``distance_m`` is how far the place is from an asset or line, or from the
    border of the area. ``reason`` is the code with its values.
    """

    step: Step
    rule: str
    body: str
    body_name: str
    layer: str
    feature: str
    feature_name: str
    distance_m: float | None
    is_taken: bool
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Until when an answer is due.

    ``calendar`` is the version of the working calendar; ``is_provisional`` where a year that
    matters is not published yet.
    """

    level: str
    level_name: str
    limit_s: float
    clock: str
    due_at: datetime
    calendar: str
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerAnswer:
    """Who answers for a place, with the evidence.

    Attributes
    ----------
    status
        One of :data:`STATUSES`.
    primary
        The body that handles it, or leads; None only with ``nobody``.
    step, rule
        What decided; None and empty with ``nobody``.
    considered
        Every candidate in the order of rules.
    would_change
        What would change the answer, as reasons.
    chain, overlays
        Entries as of :class:`boundaries.located.Located`.
    confidence
        From 0 to 1; see :mod:`governance.owner.confidence`.
    context
        Versions that the answer rests on: ``editions`` (layer key to edition id), ``book``,
        ``rulings``, ``calendar``, ``engine``.
    """

    question: OwnerQuestion
    status: str
    primary: NamedBody | None
    others: tuple[NamedBody, ...]
    step: Step | None
    rule: str
    considered: tuple[Considered, ...]
    would_change: tuple[Reason, ...]
    posts: tuple[NamedPost, ...]
    deadline: Deadline | None
    chain: tuple[dict[str, Any], ...]
    overlays: tuple[dict[str, Any], ...]
    confidence: float
    flags: tuple[str, ...]
    context: dict[str, Any]
