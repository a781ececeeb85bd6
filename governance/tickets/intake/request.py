"""A request on its way through intake: what was given, and what is known of it so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4

import orjson

from geo.address.answers import Candidate
from governance.book.terms import Caller
from governance.owner.answer import OwnerAnswer
from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.given import NewTicket
from governance.tickets.privacy.vault import VaultKey, known_words
from governance.tickets.terms import PlaceMethod, ReviewCode
from governance.tickets.ticket import ticket_id

__all__ = [
    "CHINA_TIME",
    "HINTS",
    "Masker",
    "Place",
    "Reason",
    "Request",
    "clean",
    "read_request",
    "reason",
]

HINTS = ("district", "township", "community", "estate")
CHINA_TIME = timezone(timedelta(hours=8))
Reason = dict[str, Any]
"""Why a person has to look: ``code`` and ``values``, JSON values without personal data."""


class MaskedText(Protocol):
    """What a masker gives."""

    @property
    def text(self) -> str:
        """The text without personal data."""


Masker = Callable[..., MaskedText]
"""Masks a text; takes the words of the caller as ``known``."""


@dataclass(slots=True)
class Place:
    """Where a request is, or may be.

    Attributes
    ----------
    method
        How it was found; ``NONE`` where it was not.
    lon, lat
        CGCS2000 degrees; None where not found.
    accuracy_m
        95 %, metres; None where not found.
    trust
        How sure it is that the place is meant, 0 to 1.
    best
        What the words mean, for a place by words.
    open
        What the words may mean, best first, where a person has to choose.
    gazetteer
        Edition that read the words; empty where nothing was read.
    words
        The words that were read, as given.
    refused
        What is wrong with the coordinates; None where nothing is.
    is_kept
        Whether the ticket says so already, and it is not in question.
    """

    method: PlaceMethod = PlaceMethod.NONE
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    trust: float = 0.0
    best: Candidate | None = None
    open: Sequence[Candidate] = ()
    gazetteer: str = ""
    words: str = ""
    refused: dict[str, Any] | None = None
    is_kept: bool = False


@dataclass(slots=True)
class Request:
    """A request and what is known of it; filled step by step.

    ``at`` is the day in China on which it was received, ``known`` the words of the caller.
    ``category`` is empty while unknown. ``reasons`` say why a person has to look. ``told`` holds
    the masked forms of what a source writes into fields: a wrong column may put anything there.
    """

    new: NewTicket
    id: str
    digest: str
    received_at: datetime
    at: date
    channel: str
    request_type: str
    catalogue: str
    caller: Caller
    is_protected: bool
    known: tuple[str, ...]
    title: str = ""
    text: str = ""
    address: str = ""
    category: str = ""
    place: Place = field(default_factory=Place)
    answer: OwnerAnswer | None = None
    areas: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def hints(self) -> dict[str, str]:
        """Give the hints that are not empty, masked; none before they are."""
        hints: dict[str, str] = self.told.get("hints", {})
        return hints

    def mask_fields(self, mask: Callable[[str], str]) -> None:
        """Write the masked forms of category, tags, hints, reported body and datum."""
        new = self.new
        given = {name: value for name in HINTS if (value := getattr(new.hints, name))}
        has_coordinates = new.lon is not None or new.lat is not None
        self.told = {
            "category_given": mask(new.category),
            "hints": {name: mask(value) for name, value in given.items()},
            "tags": [mask(tag) for tag in new.tags],
            "reported": mask(new.reported),
            "datum_given": mask(new.datum) if has_coordinates else "",
        }
        self.mask_reasons(mask)

    def mask_reasons(self, mask: Callable[[str], str]) -> None:
        """Mask what reasons repeat of the values given."""
        self.reasons = [one | {"values": _masked(one["values"], mask)} for one in self.reasons]
        if self.place.refused is not None:
            self.place.refused = _masked(self.place.refused, mask)


def _masked(values: dict[str, Any], mask: Callable[[str], str]) -> dict[str, Any]:
    return {key: mask(one) if isinstance(one, str) else one for key, one in values.items()}


def reason(code: ReviewCode, **values: Any) -> Reason:  # noqa: ANN401 - JSON values
    """Make a reason of review."""
    return {"code": code.value, "values": values}


_AS_GIVEN = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
_NUL = "\0"


def clean(new: NewTicket) -> tuple[NewTicket, str]:
    """Take out of a request what no database keeps, and write it in one form.

    Parameters
    ----------
    new
        As a channel sends it.

    Returns
    -------
    new
        The same object unless a text of it holds the character NUL or half of a surrogate pair.
    written
        JSON, the same for the same request.
    """
    try:
        written = orjson.dumps(new, option=_AS_GIVEN, default=str)
    except TypeError:
        written = b""  # a text that is no Unicode
    if not written or b"\\u0000" in written:
        new = replace(new, **{one.name: _clean(getattr(new, one.name)) for one in fields(new)})
        written = orjson.dumps(new, option=_AS_GIVEN, default=str)
    return new, written.decode()


def _clean(value: Any) -> Any:  # noqa: ANN401 - any field
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return value.replace(_NUL, "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_clean(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        cleaned = {one.name: _clean(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **cleaned)
    return value


def read_request(
    new: NewTicket, *, catalogue: ChannelCatalogue, key: VaultKey, now: datetime
) -> Request:
    """Read what was given, but for its place and category.

    Parameters
    ----------
    new
        As a channel sends it.
    catalogue
        Knows the words of channels.
    key
        Of the digests.
    now
        Moment of intake.
    """
    new, written = clean(new)
    external_id = new.external_id or uuid4().hex
    channel = catalogue.channel(new.channel)
    request_type = catalogue.request_type(new.request_type)
    reasons = [
        reason(ReviewCode.BAD_VALUE, field=one.field, value="", expected=one.expected)
        for one in new.problems
    ]
    for name, given, found in (
        ("channel", new.channel, channel),
        ("request_type", new.request_type, request_type),
    ):
        if given.strip() and not found:
            expected = "a word of the catalogue of channels"
            reasons.append(reason(ReviewCode.BAD_VALUE, field=name, value=given, expected=expected))
    received_at = new.received_at
    if received_at is not None and received_at.utcoffset() is None:
        value = received_at.isoformat()
        expected = "a time with its zone, such as 2026-11-02T08:30:00+08:00"
        reasons.append(
            reason(ReviewCode.BAD_VALUE, field="received_at", value=value, expected=expected)
        )
        received_at = None
    received_at = (received_at or now).astimezone(UTC)
    entry = catalogue.channels.get(channel)
    is_enterprise = entry is not None and entry.caller_kind == Caller.ENTERPRISE
    return Request(
        new=new if new.external_id else replace(new, external_id=external_id),
        id=ticket_id(new.source, external_id),
        # Keyed: what is masked could be found out from a plain digest by trying.
        digest=key.digest("ticket", written),
        received_at=received_at,
        at=received_at.astimezone(CHINA_TIME).date(),
        channel=channel,
        request_type=request_type,
        catalogue=catalogue.version,
        caller=Caller.ENTERPRISE if is_enterprise else new.caller_kind,
        is_protected=catalogue.hides_reporter(request_type),
        known=known_words(new.caller),
        reasons=reasons,
    )
