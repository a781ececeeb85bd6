"""What a person can correct in a ticket, as plain values."""

from dataclasses import dataclass

from governance.tickets.terms import ReviewCode
from governance.tickets.ticket import Ticket

__all__ = [
    "ChooseCandidate",
    "Corrected",
    "Correction",
    "Dismiss",
    "MovePin",
    "SetCategory",
    "SetOwner",
]

_EXACT_M = 10.0
"""Accuracy of a pin that a person sets, 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Base of all corrections.

    Attributes
    ----------
    actor
        Account of the person.
    because
        Why; masked before it is kept.
    unit
        Code of the body on whose behalf; empty for the hotline.
    """

    actor: str
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCandidate(Correction):
    """One of the places that the review lists is meant.

    Attributes
    ----------
    candidate
        Its place in the list, from 0.
    name
        Words that mean this place, to be proposed to the gazetteer; empty proposes nothing.
    """

    candidate: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePin(Correction):
    """The place is here.

    Attributes
    ----------
    lon, lat, datum
        The place and what its numbers are.
    accuracy_m
        95 %, metres.
    name, role, kind
        Name, role and kind of a place here, to be proposed to the gazetteer; an empty name
        proposes nothing. Roles are those of :class:`geo.address.tables.Role`.
    """

    lon: float
    lat: float
    datum: str = "CGCS2000"
    accuracy_m: float = _EXACT_M
    name: str = ""
    role: str = "poi"
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCategory(Correction):
    """The category is this one, by code or path."""

    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwner(Correction):
    """Another body answers here: a ruling 现场责任划分 is recorded and holds from now on.

    Attributes
    ----------
    body
        Code of the body.
    co_organisers
        Codes of bodies that help.
    document
        What the ruling is written down in; empty: the reason, or the ticket itself.
    reach_m
        How far around the place it holds.
    categories
        Codes or their beginnings that it holds for; empty for the category of the ticket.
    """

    body: str
    co_organisers: tuple[str, ...] = ()
    document: str = ""
    reach_m: float = 30.0
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss(Correction):
    """There is nothing to correct: reasons of review that do not hold; empty for all of them."""

    codes: tuple[ReviewCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of a correction.

    Attributes
    ----------
    ticket
        As it stands then.
    ruling, gazetteer
        Ids of the ruling that was recorded, and of the proposal to the gazetteer; empty for none.
    """

    ticket: Ticket
    ruling: str = ""
    gazetteer: str = ""
