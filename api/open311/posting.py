"""A posted form becomes a ticket."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import uuid4

from api.open311.formats import Open311Error
from api.open311.services import category_of
from governance.book.terms import Caller
from governance.clocks.calendar import CHINA_TIME
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels import ChannelCatalogue
from governance.tickets.given import CallerGiven, NewTicket
from governance.tickets.terms import REVIEW_NAMES, ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["SOURCE", "FormLike", "notice_of", "read_form"]

SOURCE = "open311"
"""Beginning of the source of tickets; the name of the client follows."""

_LONGEST = 4000
_KNOWN = frozenset({
    "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email",
    "device_id", "account_id", "first_name", "last_name", "phone", "description", "media_url",
    "api_key",
})  # fmt: skip
_ATTRIBUTES = ("request_type", "caller_kind", "accuracy_m", "external_id", "reported", "channel")


class FormLike(Protocol):
    """A form: names with one or more values."""

    def multi_items(self) -> list[tuple[str, Any]]:
        """All pairs in their order."""


def read_form(
    form: FormLike, client: str, resolver: OwnerResolver, channels: ChannelCatalogue
) -> NewTicket:
    """Read a service request.

    Parameters
    ----------
    form
        As posted.
    client
        Name of the client that has the key.
    resolver
        Knows the catalogue.
    channels
        Knows request types, channels and kinds of callers.

    Returns
    -------
    NewTicket
        In WGS-84, as the standard has it.

    Raises
    ------
    Open311Error
        400: a field is unknown, missing or cannot be read; 404: there is no such service.
    """
    fields, attributes = _split(form)
    code = fields.get("service_code", "")
    if not code:
        raise Open311Error(400, "service_code was not provided: give one of /services")
    entry = category_of(resolver, code)
    lat, lon = _number(fields, "lat"), _number(fields, "long")
    if (lat is None) != (lon is None):
        raise Open311Error(400, "lat and long belong together: give both or none")
    if lat is None and not fields.get("address_string"):
        got = "address_id alone is not understood here: " if fields.get("address_id") else ""
        raise Open311Error(400, f"no location: {got}give lat and long, or address_string")
    description = fields.get("description", "")
    if len(description) > _LONGEST:
        problem = f"description has {len(description)} characters; at most {_LONGEST} are taken"
        raise Open311Error(400, problem)
    kind = _key(attributes, "caller_kind", channels.caller_kind) or Caller.PERSONAL.value
    return NewTicket(
        source=f"{SOURCE}.{client}",
        external_id=attributes.get("external_id") or str(uuid4()),
        channel=_key(attributes, "channel", channels.channel) or "app",
        request_type=_key(attributes, "request_type", channels.request_type),
        caller_kind=Caller(kind),
        category=entry.code,
        title=entry.level_3,
        text=description,
        address=fields.get("address_string", ""),
        lon=lon,
        lat=lat,
        accuracy_m=_number(attributes, "accuracy_m", "attribute[accuracy_m]"),
        caller=_caller(fields),
        reported=attributes.get("reported", ""),
        extra={key: fields[key] for key in ("address_id", "media_url") if fields.get(key)},
    )


def notice_of(ticket: Ticket) -> str:
    """Say what happens to a request: who answers until when, or why a person looks at it."""
    if ticket.review:
        reasons = dict.fromkeys(REVIEW_NAMES[ReviewCode(row["code"])][0] for row in ticket.review)
        return f"已受理，转人工审核（{'、'.join(reasons)}） / Taken in; a person looks at it first"
    if not ticket.body_name:
        return "已受理 / Taken in"
    if ticket.due_at is None:
        return f"已派{ticket.body_name} / Sent to {ticket.body_name}"
    due = f"{ticket.due_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"
    return f"已派{ticket.body_name}，时限{due} / Sent to {ticket.body_name}, due {due}"


def _split(form: FormLike) -> tuple[dict[str, str], dict[str, str]]:
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            raise Open311Error(400, f"{name}: files are not taken; give media_url")
        if name in _KNOWN:
            target, key = fields, name
        elif (key := _attribute(name)) in _ATTRIBUTES:
            target = attributes
        else:
            known = ", ".join([*sorted(_KNOWN), *(f"attribute[{one}]" for one in _ATTRIBUTES)])
            raise Open311Error(400, f"{name!r} is not a field of a request; known: {known}")
        if key in target and value and target[key] != value:
            raise Open311Error(400, f"{name} is given twice: {target[key]!r} and {value!r}")
        target[key] = value.strip()
    return fields, attributes


def _attribute(name: str) -> str:
    begin, end = "attribute[", "]"
    is_one = name.startswith(begin) and name.endswith(end)
    return name.removeprefix(begin).removesuffix("[]").removesuffix(end) if is_one else ""


def _number(fields: Mapping[str, str], key: str, name: str = "") -> float | None:
    text = fields.get(key, "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Open311Error(400, f"{name or key}: {text!r} is no number") from None


def _key(attributes: Mapping[str, str], name: str, find: Any) -> str:  # noqa: ANN401 - a method of the catalogue
    text = attributes.get(name, "")
    if not text:
        return ""
    key: str = find(text)
    if not key:
        raise Open311Error(400, f"attribute[{name}]: {text!r} is not in the catalogue of channels")
    return key


def _caller(fields: Mapping[str, str]) -> CallerGiven | None:
    first, last = fields.get("first_name", ""), fields.get("last_name", "")
    # 张 伟 is one word in Chinese, family name first; John Smith is two, family name last.
    is_chinese = all("\u4e00" <= letter <= "\u9fff" for letter in first + last)
    caller = CallerGiven(
        name=last + first if is_chinese else f"{first} {last}".strip(),
        phone=fields.get("phone", ""),
        email=fields.get("email", ""),
        account=fields.get("account_id", "") or fields.get("device_id", ""),
    )
    return caller or None
