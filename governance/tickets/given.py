"""A ticket as it comes in, before anything is made of it. This is where personal data may be."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from geo.address.answers import AddressHints
from governance.book.terms import Caller

__all__ = ["CallerGiven", "GivenProblem", "NewTicket", "PastStep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerGiven:
    """The caller 诉求人; kept apart from the ticket, masked everywhere else."""

    name: str = ""
    phone: str = ""
    account: str = ""
    id_number: str = ""
    email: str = ""
    address: str = ""
    enterprise: str = ""

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return any(
            (self.name, self.phone, self.account, self.id_number, self.email, self.address,
             self.enterprise)
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenProblem:
    """A field that cannot be read: its value, and what would be right, in English."""

    field: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStep:
    """Something that happened to an imported ticket before it was imported.

    ``kind`` is the value of an :class:`EventKind`: signed, started, replied, called_back,
    closed. ``data`` as of that kind of event; texts in it are masked at intake.
    """

    kind: str
    at: datetime
    unit: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A request as a channel sends it.

    Attributes
    ----------
    source
        System that sends it; with ``external_id`` it names the ticket for good.
    external_id
        Number of the ticket in that system (工单编号). Empty: one is drawn, and sending it again
        makes another ticket.
    channel, request_type
        Key or alias of the catalogue of channels; empty where unknown.
    caller_kind
        Personal or enterprise.
    category
        Code or path of the dispatch catalogue, or what the source calls it.
    title, text
        What the caller says; raw.
    address
        Words of the place where the source has them apart; empty: ``text`` and ``title`` are read.
    hints
        Area fields of the source.
    lon, lat, datum
        Coordinates as given, with their datum; None where there are none.
    accuracy_m
        Stated accuracy of the coordinates, 95 %; None takes the profile's.
    received_at
        With time zone; None takes the moment of intake.
    caller
        None where nothing is known.
    reported
        Who is reported (被举报单位): code or name of a body; empty where nobody.
    tags
        Labels of the source.
    past
        What happened before the import, in order of time.
    problems
        Fields that could not be read; they go to review with the ticket.
    extra
        Other columns, JSON values; kept with the raw content, never shown unmasked.
    """

    source: str
    external_id: str = ""
    channel: str = ""
    request_type: str = ""
    caller_kind: Caller = Caller.PERSONAL
    category: str = ""
    title: str = ""
    text: str = ""
    address: str = ""
    hints: AddressHints = field(default_factory=AddressHints)
    lon: float | None = None
    lat: float | None = None
    datum: str = "WGS-84"
    accuracy_m: float | None = None
    received_at: datetime | None = None
    caller: CallerGiven | None = None
    reported: str = ""
    tags: tuple[str, ...] = ()
    past: tuple[PastStep, ...] = ()
    problems: tuple[GivenProblem, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
