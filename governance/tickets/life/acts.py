"""What a person or a unit can do to a ticket, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from governance.tickets.errors import TicketError
from governance.tickets.terms import LinkKind, ReturnReason

__all__ = [
    "ACTS",
    "Act",
    "Attach",
    "CallBack",
    "Close",
    "DecideReturn",
    "Detach",
    "Dispatch",
    "Extend",
    "Link",
    "Merge",
    "Note",
    "Pause",
    "Recalendar",
    "Redispatch",
    "Reopen",
    "Reply",
    "Resume",
    "Return",
    "ShowCaller",
    "Sign",
    "Start",
    "Unlink",
    "read_act",
]

_Strict = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Base of all acts.

    Attributes
    ----------
    actor
        Account that does it.
    unit
        Code of the body on whose behalf; empty for the hotline.
    at
        When it happened, with time zone; None for now.
    is_life
        Whether it belongs to the life of the ticket, so that its time must not run backwards.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _Strict
    is_life: ClassVar[bool] = True

    actor: str
    unit: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(Act):
    """Dispatch (派单) for the first time; ``body`` empty for the one that the rules name."""

    body: str = ""
    co_organisers: tuple[str, ...] | None = None
    copied: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redispatch(Act):
    """Dispatch again to another body; who leads changes only by a recorded ``ruling``."""

    body: str
    because: str
    ruling: str = ""
    co_organisers: tuple[str, ...] | None = None
    copied: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Act):
    """Sign for it (签收)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Act):
    """Begin to handle it."""

    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Act):
    """Reply to the caller; from a ticket that is with no unit, the hotline's own reply."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack(Act):
    """Call the caller back (回访).

    ``satisfaction``, ``effect`` and ``attitude`` are codes of the call-back form; ``raw`` holds
    its answers as given, and texts in it are masked.
    """

    is_reached: bool
    is_solved: Literal["yes", "partly", "no"] | None = None
    satisfaction: str = ""
    effect: str = ""
    attitude: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Act):
    """Return it (退单) with a reason; the map proof is added from the decision."""

    reason: ReturnReason
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReturn(Act):
    """Decide a return: uphold it, with the body that is to handle the ticket, or reject it.

    Without ``body`` an upheld return goes to the review queue. ``is_final`` None leaves it to the
    profile. ``ruling`` is the id of a recorded ruling, ``document`` what it is written down in.
    """

    is_upheld: bool
    because: str
    is_final: bool | None = None
    ruling: str = ""
    document: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Act):
    """Close it (办结); ``outcome`` is a code of the source or the city."""

    outcome: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Act):
    """Open it again and dispatch it again (二次派单), to ``body`` or to who had it."""

    because: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Act):
    """Enter a waiting state that stops the clock, such as ``awaiting_caller``."""

    state: str
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Act):
    """Leave the waiting state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Act):
    """Grant more time (延期): whole seconds, or whole days for working days."""

    by: timedelta
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalendar(Act):
    """Count by another working calendar; ``calendar`` is its version."""

    calendar: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Act):
    """Merge it into another ticket (并单); this one closes."""

    into: str
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Act):
    """Say that it belongs together with another ticket."""

    is_life: ClassVar[bool] = False

    kind: LinkKind
    other: str
    score: float = 1.0
    why_zh: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Act):
    """Say that it does not."""

    is_life: ClassVar[bool] = False

    kind: LinkKind
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach(Act):
    """Attach it to an incident."""

    is_life: ClassVar[bool] = False

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detach(Act):
    """Take it out of its incident."""

    is_life: ClassVar[bool] = False

    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Act):
    """Write a note."""

    is_life: ClassVar[bool] = False

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCaller(Act):
    """Record that a reader was shown fields of the caller, and what for."""

    is_life: ClassVar[bool] = False

    reader: str
    purpose: str
    fields: tuple[str, ...]


ACTS: dict[str, type[Act]] = {
    "dispatch": Dispatch,
    "redispatch": Redispatch,
    "sign": Sign,
    "start": Start,
    "reply": Reply,
    "call_back": CallBack,
    "return": Return,
    "decide_return": DecideReturn,
    "close": Close,
    "reopen": Reopen,
    "pause": Pause,
    "resume": Resume,
    "extend": Extend,
    "recalendar": Recalendar,
    "merge": Merge,
    "link": Link,
    "unlink": Unlink,
    "attach": Attach,
    "detach": Detach,
    "note": Note,
    "caller_shown": ShowCaller,
}
"""Every act by its name in interfaces."""


@cache
def _adapter(name: str) -> TypeAdapter[Act]:
    return TypeAdapter(ACTS[name])


def read_act(name: str, values: Mapping[str, Any]) -> Act:
    """Read an act from JSON values.

    Parameters
    ----------
    name
        One of :data:`ACTS`.
    values
        Its fields; times as ISO 8601 with offset, ``by`` as seconds or as ISO 8601 duration.

    Raises
    ------
    TicketError
        There is no such act, or a field is missing, unknown or cannot be right; names the first.
    """
    if name not in ACTS:
        raise TicketError("act", name, f"one of {', '.join(ACTS)}")
    try:
        return _adapter(name).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        # A missing field has the whole act as its value, with texts that are nobody's business.
        value = "" if first["type"] == "missing" else first["input"]
        raise TicketError(f"{name}.{place}", value, first["msg"]) from None
