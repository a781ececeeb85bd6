"""Who may see a caller: the hotline, the unit at work; never who is reported."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from governance.tickets.errors import CallerHiddenError
from governance.tickets.privacy.mask import mask
from governance.tickets.privacy.vault import CallerRecord, plain_phone
from governance.tickets.terms import TicketState
from governance.tickets.ticket import Ticket

__all__ = ["PURPOSE_NAMES", "Purpose", "SightProfile", "may_see", "shown"]

_WHOLE_NUMBER = 10
_HANDLER_FIELDS = ("name", "phone", "address", "enterprise")
_ALL_FIELDS = ("name", "phone", "account", "id_number", "email", "address", "enterprise")


class Purpose(StrEnum):
    """What a caller is looked at for; stands in the event of every sight."""

    CONTACT = "contact"
    CALL_BACK = "call_back"
    VERIFY = "verify"
    CORRECT = "correct"
    LAW = "law"


PURPOSE_NAMES: dict[Purpose, tuple[str, str]] = {
    Purpose.CONTACT: ("联系诉求人", "to contact the caller"),
    Purpose.CALL_BACK: ("回访", "to call back"),
    Purpose.VERIFY: ("核实身份", "to verify who called"),
    Purpose.CORRECT: ("更正登记", "to correct what was taken down"),
    Purpose.LAW: ("依法调取", "as the law demands"),
}
"""Name of each purpose in Chinese and English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SightProfile:
    """Who may see callers; the defaults show as little as the work allows.

    Attributes
    ----------
    hotline
        Codes of the units that take requests and call back. They may see every caller, but
        never the reporter of something reported about themselves.
    shows_protected_to_handler
        Whether the unit that handles a report 举报 may see who reported.
    shows_to_co_organisers
        Whether co-organisers 协办 of an ordinary ticket may see its caller.
    shows_when_closed
        Whether the handling units still may once the ticket is closed.
    """

    hotline: frozenset[str] = frozenset()
    shows_protected_to_handler: bool = False
    shows_to_co_organisers: bool = True
    shows_when_closed: bool = False


def may_see(
    ticket: Ticket,
    reader_unit: str,
    purpose: Purpose,
    *,
    profile: SightProfile,
    reported: Collection[str] = (),
) -> tuple[str, ...]:
    """Say which fields of the caller a unit may see, or refuse.

    Parameters
    ----------
    ticket
        The ticket.
    reader_unit
        Code of the body that asks; whoever calls this must know that it is true.
    purpose
        What for.
    profile
        What the city allows.
    reported
        More codes and names that count as the reported body: its own other names, the bodies
        that it directs and those that direct it, as far as the caller of this knows.

    Returns
    -------
    fields
        Names of fields of :class:`CallerRecord`; record them in a ``caller_shown`` event before
        anything is shown. The hotline sees all, a handling unit name, phone, address and
        enterprise.

    Raises
    ------
    CallerHiddenError
        It may see nothing; says why, and who may.
    """
    if not reader_unit:
        raise CallerHiddenError(ticket.id, "", "name the unit that asks")
    if ticket.is_protected and _is_reported(ticket, reader_unit, reported):
        raise CallerHiddenError(ticket.id, reader_unit, "a reporter is never shown to the reported")
    if reader_unit in profile.hotline:
        return _ALL_FIELDS
    units = {ticket.handler, ticket.lead or ticket.handler}
    if profile.shows_to_co_organisers and not ticket.is_protected:
        units.update(ticket.co_organisers)
    if reader_unit not in units:
        problem = "only the hotline and the units that handle the ticket may see it"
        raise CallerHiddenError(ticket.id, reader_unit, problem)
    if ticket.is_protected and not profile.shows_protected_to_handler:
        problem = "a reporter is hidden from the handling unit; ask the hotline"
        raise CallerHiddenError(ticket.id, reader_unit, problem)
    if ticket.state == TicketState.CLOSED and not profile.shows_when_closed:
        raise CallerHiddenError(ticket.id, reader_unit, "the ticket is closed; ask the hotline")
    if purpose not in {Purpose.CONTACT, Purpose.CALL_BACK}:
        problem = f"purpose {purpose.value!r} is for the hotline; a handling unit may contact"
        raise CallerHiddenError(ticket.id, reader_unit, problem)
    return _HANDLER_FIELDS


def _is_reported(ticket: Ticket, reader_unit: str, reported: Collection[str]) -> bool:
    names = {_folded(name) for name in (ticket.reported, *reported) if name.strip()}
    own = {_folded(reader_unit)}
    if reader_unit == ticket.body:
        own.add(_folded(ticket.body_name))
    return bool(own & names)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def shown(
    caller: CallerRecord, fields: Collection[str] = (), *, is_protected: bool = False
) -> dict[str, str]:
    """Give a caller as it may stand on a screen: fields that are not named are masked.

    Parameters
    ----------
    caller
        The record.
    fields
        Those to show in full, as :func:`may_see` gave them; none masks them all.
    is_protected
        Of the ticket: what is not named is left out, because ``138****5678`` tells the reported
        body enough to find the reporter among the people it knows.

    Returns
    -------
    values
        All fields that are not empty, such as ``{"name": "张**", "phone": "138****5678"}``. The
        name of an enterprise is public and masked only where the ticket is protected.
    """
    values = {}
    for name in _ALL_FIELDS:
        value = getattr(caller, name)
        if not value:
            continue
        if name in fields:
            values[name] = value
        elif not is_protected:
            values[name] = _masked(name, value)
    return values


def _masked(name: str, value: str) -> str:
    if name == "name":
        return _masked_name(value)
    if name == "phone":
        return _masked_phone(value)
    if name == "email":
        box, _, host = value.partition("@")
        return f"{box[:1]}***@{host}" if host else "***"
    if name == "address":
        return mask(value).text
    return value if name == "enterprise" else "*" * len(value)


def _masked_name(value: str) -> str:
    """张** of a Chinese name, J*** S**** of others."""
    value = value.strip()
    if not value.isascii() and " " not in value:
        return value[:1] + "**"
    return " ".join(word[:1] + "***" for word in value.split())


def _masked_phone(value: str) -> str:
    digits = plain_phone(value)
    if len(digits) < _WHOLE_NUMBER:
        return "*" * len(value)
    return f"{digits[:3]}****{digits[-4:]}"
