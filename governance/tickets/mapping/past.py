"""What happened to a ticket before the import, from the columns about its handling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.tickets.given import GivenProblem, PastStep
from governance.tickets.terms import EventKind

__all__ = ["PastGiven", "past_steps"]

_ORDER = {
    EventKind.SIGNED: 0,
    EventKind.STARTED: 1,
    EventKind.REPLIED: 2,
    EventKind.CALLED_BACK: 3,
    EventKind.CLOSED: 4,
}
_STAND_INS: dict[EventKind, tuple[str, ...]] = {
    EventKind.SIGNED: ("signed_at", "started_at"),
    EventKind.STARTED: ("started_at", "signed_at"),
    EventKind.REPLIED: ("replied_at", "closed_at", "called_back_at"),
    EventKind.CALLED_BACK: ("called_back_at", "closed_at", "replied_at"),
    EventKind.CLOSED: ("closed_at",),
}
_NEEDED = frozenset({EventKind.REPLIED, EventKind.CALLED_BACK, EventKind.CLOSED})


@dataclass(slots=True)
class PastGiven:
    """What the columns say, coded.

    ``codes`` holds status, outcome, unit, reply, reached, solved and satisfaction; ``given`` what
    the source wrote for the last three; ``times`` the times that could be read, and ``unreadable``
    the fields whose times could not.
    """

    codes: Mapping[str, str]
    given: Mapping[str, str]
    times: Mapping[str, datetime] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()


def past_steps(
    past: PastGiven, received_at: datetime | None, refuse: Callable[[GivenProblem], None]
) -> tuple[PastStep, ...]:
    """Give the steps in order of time.

    Parameters
    ----------
    past
        What the columns say.
    received_at
        When the ticket came in; no step lies before it. None where it is not known.
    refuse
        Takes contradictions: a state without its time, a step before the receipt, a time of
        closing for a ticket that is open. The step is kept at the nearest time that is possible,
        so that a ticket that is done is not dispatched as if it were not.
    """
    floor = received_at or min(past.times.values(), default=None)
    steps = []
    kinds = _kinds(past, refuse)
    if kinds and kinds[-1] in _NEEDED:
        _refuse_timeless(kinds[-1], past, refuse)
    for kind in kinds:
        given = (past.times[name] for name in _STAND_INS[kind] if name in past.times)
        at = next(given, floor)
        if at is None:
            continue
        if floor is not None and at < floor:
            name = _STAND_INS[kind][0]
            expected = f"a time at or after the receipt, {floor.isoformat()}"
            refuse(GivenProblem(field=name, value=at.isoformat(), expected=expected))
            at = floor
        unit = past.codes.get("unit", "")
        steps.append(PastStep(kind=kind.value, at=at, unit=unit, data=_data(kind, past)))
    steps.sort(key=lambda step: (step.at, _ORDER[EventKind(step.kind)]))
    return tuple(steps)


def _kinds(past: PastGiven, refuse: Callable[[GivenProblem], None]) -> list[EventKind]:
    codes, times = past.codes, past.times
    status = codes.get("status", "")
    found = []
    if "signed_at" in times or status in {"signed", "handling"}:
        found.append(EventKind.SIGNED)
    if "started_at" in times or status == "handling":
        found.append(EventKind.STARTED)
    judged = ("reached", "solved", "satisfaction")
    is_called_back = "called_back_at" in times or any(codes.get(name) for name in judged)
    # Who is called back was answered before, whether or not the file has the answer.
    if is_called_back or codes.get("reply") or "replied_at" in times or status == "replied":
        found.append(EventKind.REPLIED)
    if is_called_back:
        found.append(EventKind.CALLED_BACK)
    if status == "closed" or ("closed_at" in times and not status):
        found.append(EventKind.CLOSED)
    elif "closed_at" in times and status in {"open", "signed", "handling"}:
        expected = f"none, as the state is {status}; or another state"
        value = times["closed_at"].isoformat()
        refuse(GivenProblem(field="closed_at", value=value, expected=expected))
    return found


def _refuse_timeless(
    kind: EventKind, past: PastGiven, refuse: Callable[[GivenProblem], None]
) -> None:
    """Say that the last step has no time, unless it has one that cannot be read."""
    names = _STAND_INS[kind]
    if past.unreadable.union(past.times).isdisjoint(names):
        state = past.codes.get("status", "") or kind.value
        expected = f"a time, as the ticket is {state}"
        refuse(GivenProblem(field=names[0], value="", expected=expected))


def _data(kind: EventKind, past: PastGiven) -> dict[str, Any]:
    codes = past.codes
    if kind is EventKind.REPLIED:
        return {"text": codes.get("reply", "")}
    if kind is EventKind.CLOSED:
        return {"outcome": codes.get("outcome", ""), "because": ""}
    if kind is EventKind.STARTED:
        return {"note": ""}
    if kind is EventKind.CALLED_BACK:
        reached = codes.get("reached", "")
        told = codes.get("solved", "") or codes.get("satisfaction", "")
        return {
            # Who said whether it was solved was reached, whatever the column says.
            "is_reached": bool(told) or reached == "yes",
            "is_solved": codes.get("solved") or None,
            "satisfaction": codes.get("satisfaction", ""),
            "effect": "",
            "attitude": "",
            "raw": dict(past.given),
        }
    return {}
