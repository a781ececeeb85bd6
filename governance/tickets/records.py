"""What the store of tickets takes and gives beside tickets and events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.owner.answer import OwnerAnswer
from governance.owner.decisions import PreparedDecision
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.ticket import Incident, Ticket, TicketEvent

__all__ = [
    "Difference",
    "IncidentPage",
    "Intake",
    "Link",
    "NearTicket",
    "Rebuilt",
    "ReturnCase",
    "ReviewItem",
    "ReviewPage",
    "TicketContent",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketContent:
    """What was given, unmasked; it never leaves over the interfaces.

    ``extra`` holds JSON values.
    """

    title: str = ""
    text: str = ""
    address: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A ticket on its way into the store, with everything that belongs to it.

    Attributes
    ----------
    ticket
        As its events leave it.
    events
        Its first events: ``seq`` from 1 on, ``position`` 0.
    answers
        Answers about the owner that are recorded as decisions with it; prepared ones spare working
        out the id twice.
    content
        What was given.
    caller
        None where nothing is known.
    """

    ticket: Ticket
    events: tuple[TicketEvent, ...]
    answers: tuple[OwnerAnswer | PreparedDecision, ...] = ()
    content: TicketContent = field(default_factory=TicketContent)
    caller: CallerRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two tickets that belong together; recorded on ``ticket``, about ``other``.

    ``kind`` is a value of :class:`LinkKind`; ``score`` from 0 to 1.
    """

    ticket: str
    other: str
    kind: str
    score: float
    why_zh: str
    why_en: str
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTicket:
    """A ticket as far as links need it.

    ``text`` is masked, title first; ``caller_hash`` is empty where the caller is not known;
    ``lon``, ``lat`` and ``accuracy_m`` None where it is not placed. The store gives tickets of the
    same category group in a square.
    """

    id: str
    category: str
    lon: float | None
    lat: float | None
    place_uid: str
    received_at: datetime
    caller_hash: str
    text: str
    channel: str = ""
    place_label: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A ticket that waits for a person.

    ``reasons`` and ``candidates`` as of the event that opened the review.
    """

    ticket: Ticket
    reasons: tuple[dict[str, Any], ...]
    candidates: tuple[dict[str, Any], ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Some of the tickets that wait, the longest waiting first.

    ``cursor`` asks for the next page; empty where there is none.
    """

    items: tuple[ReviewItem, ...]
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """Some incidents, that with the latest ticket first.

    ``cursor`` asks for the next page; empty where there is none.
    """

    incidents: tuple[Incident, ...]
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCase:
    """A return 退单 and, once there is one, its decision.

    Attributes
    ----------
    ticket, seq
        The ticket, and the number of the returning event within it.
    returned_at, unit
        When, and who returned it.
    body
        Who it had been dispatched to.
    reason, text, rule, proof
        A value of :class:`ReturnReason`, masked words, the rule that had decided, JSON values.
    is_upheld
        Whether the return was right; None while it is open.
    because, is_final, ruling, document
        As decided; empty while it is open.
    decided_at, decided_by, decided_body
        When, by which account, and who handles the ticket then.
    """

    ticket: str
    seq: int
    returned_at: datetime
    unit: str
    body: str
    reason: str
    text: str
    rule: str
    proof: dict[str, Any]
    is_upheld: bool | None = None
    because: str = ""
    is_final: bool = False
    ruling: str = ""
    document: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a table and the replayed log disagree.

    Attributes
    ----------
    table
        Name of the table; ``event`` where the log itself has a gap or cannot be followed.
    stream
        Id of the ticket or incident.
    what
        Path of the value, ``missing`` or ``surplus`` for a whole row, or what is wrong.
    stored, replayed
        Both values as JSON values.
    """

    table: str
    stream: str
    what: str
    stored: Any
    replayed: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of replaying the log.

    ``differences`` names the first hundred; ``n_differences`` counts all of them. ``is_written``
    tells whether the tables were put right.
    """

    n_events: int
    n_tickets: int
    n_incidents: int
    n_differences: int
    differences: tuple[Difference, ...]
    is_written: bool

    @property
    def is_same(self) -> bool:
        """Whether every table was as the log says."""
        return self.n_differences == 0
