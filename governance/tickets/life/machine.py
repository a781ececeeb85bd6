"""Which event a ticket or an incident takes in which state: a table, not code.

A row says: in these states this kind of event is taken, and leads to that state. Where the same
kind leads to different states, the rows stand in the order in which they are tried, and guards say
which holds. A package that adds kinds and states, such as whistles, adds rows
(:meth:`Machine.with_rows`); the fold and the acts take the machine as an argument.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.tickets.errors import TransitionError
from governance.tickets.terms import EventKind, IncidentState, TicketState

__all__ = [
    "INCIDENT_MACHINE",
    "LIFE_KINDS",
    "TICKET_MACHINE",
    "Guard",
    "Machine",
    "Transition",
]

_E, _S, _I = EventKind, TicketState, IncidentState


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition beyond the state.

    Attributes
    ----------
    holds
        Tells from the fields of the ticket and the data of the event.
    otherwise
        Why the event is refused where it does not hold; ends the sentence "refused, because".
    """

    holds: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A row of the table.

    Attributes
    ----------
    kind
        Kind of the event.
    sources
        States in which it is taken; the empty state is that of a stream that does not exist yet.
    target
        State that it leads to; None where the state stays.
    guard
        What else must hold; None for nothing.
    """

    kind: str
    sources: frozenset[str]
    target: str | None = None
    guard: Guard | None = None


@dataclass(frozen=True)
class Machine:
    """A table of transitions, ready to be asked.

    Parameters
    ----------
    rows
        Rows of one state and kind are tried in their order.
    life
        Kinds whose times must not run backwards.

    Attributes
    ----------
    states
        Every state that a row names, the empty one left out.
    """

    rows: tuple[Transition, ...]
    life: frozenset[str] = frozenset()
    states: frozenset[str] = field(init=False)
    _found: dict[tuple[str, str], tuple[Transition, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the rows by state and kind."""
        found: dict[tuple[str, str], tuple[Transition, ...]] = {}
        for row in self.rows:
            for source in row.sources:
                key = (str(source), str(row.kind))
                found[key] = (*found.get(key, ()), row)
        named = {str(s) for row in self.rows for s in (*row.sources, row.target or "")}
        object.__setattr__(self, "_found", found)
        object.__setattr__(self, "states", frozenset(named - {""}))

    def with_rows(self, rows: Iterable[Transition], life: Collection[str] = ()) -> "Machine":
        """Give a machine with more rows, tried after those that are there.

        Parameters
        ----------
        rows
            May name new kinds and new states.
        life
            Those of the new kinds whose times must not run backwards.
        """
        return Machine((*self.rows, *rows), self.life | {str(kind) for kind in life})

    def allowed(self, state: str) -> tuple[str, ...]:
        """List the kinds of events that a state takes, sorted; guards may refuse some of them."""
        return tuple(sorted(kind for source, kind in self._found if source == state))

    def target(
        self, stream: str, state: str, kind: str, fields: Mapping[str, Any], data: Mapping[str, Any]
    ) -> str:
        """Find the state that an event leads to.

        Parameters
        ----------
        stream
            Id of the ticket or incident, for the message.
        state
            Its state; empty where it does not exist yet.
        kind
            Kind of the event.
        fields
            Fields of the ticket by name.
        data
            Data of the event.

        Raises
        ------
        TransitionError
            The state does not take the event, or a guard refuses it.
        """
        because = ""
        for row in self._found.get((state, kind), ()):
            if row.guard is None or row.guard.holds(fields, data):
                return state if row.target is None else row.target
            because = row.guard.otherwise
        raise TransitionError(stream, state, str(kind), self.allowed(state), because)


def _first(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return not fields["n_dispatches"]


def _again(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return bool(fields["n_dispatches"])


def _held(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return bool(fields["handler"])


def _runs(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return bool(fields["clock"]) and not fields["is_paused"]


def _has_clock(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return bool(fields["clock"])


def _stands(fields: Mapping[str, Any], _data: Mapping[str, Any]) -> bool:
    return bool(fields["is_paused"])


def _names_body(_fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return bool(data.get("body"))


def _is_direct(_fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return bool(data.get("is_direct"))


def _not_reached(_fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return data.get("is_reached") is False


def _upheld(_fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return data.get("is_upheld") is True


def _rejected(_fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return data.get("is_upheld") is False


def _unattached(fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return bool(data.get("incident")) and fields["incident"] in {"", data["incident"]}


def _attached(fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return bool(fields["incident"]) and data.get("incident") == fields["incident"]


def _other(fields: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return bool(data.get("into")) and data["into"] != fields["id"]


_FIRST = Guard(
    lambda f, d: _first(f, d) and _names_body(f, d),
    "it names a body, and a ticket is dispatched once; after that it is redispatched",
)
_AGAIN = Guard(
    lambda f, d: _again(f, d) and _names_body(f, d),
    "it names a body, and a ticket must have been dispatched before",
)
_ALL = frozenset(_S)
_NEW = frozenset({""})
_OPEN = _ALL - {_S.CLOSED}
_WITH_UNIT = frozenset({_S.DISPATCHED, _S.SIGNED, _S.HANDLING})
_ANSWERED = frozenset({_S.REPLIED, _S.CALLED_BACK})


def _keeping(kinds: Iterable[EventKind], sources: frozenset[TicketState]) -> list[Transition]:
    return [Transition(kind, frozenset(map(str, sources))) for kind in kinds]


def _row(
    kind: EventKind,
    sources: Collection[str],
    target: TicketState | IncidentState | None = None,
    guard: Guard | None = None,
) -> Transition:
    return Transition(kind, frozenset(map(str, sources)), target and target.value, guard)


_FACTS = (
    _E.RECEIVED_AGAIN, _E.PLACED, _E.OWNED, _E.REVIEW_OPENED, _E.REVIEW_CLOSED, _E.CORRECTED,
    _E.LINKED, _E.UNLINKED, _E.CALLER_SHOWN, _E.NOTED,
)  # fmt: skip
"""What is known of a ticket may be put right in every state."""

_DISPATCHING = (
    _row(_E.DISPATCHED, [_S.RECEIVED], _S.DISPATCHED, _FIRST),
    _row(_E.REDISPATCHED, [_S.RECEIVED, *_WITH_UNIT], _S.DISPATCHED, _AGAIN),
)
_HANDLING = (
    _row(_E.SIGNED, [_S.DISPATCHED], _S.SIGNED),
    _row(_E.STARTED, [_S.DISPATCHED, _S.SIGNED], _S.HANDLING),
    _row(_E.REPLIED, [*_WITH_UNIT, *_ANSWERED], _S.REPLIED),
    _row(
        _E.REPLIED,
        [_S.RECEIVED],
        _S.REPLIED,
        Guard(_is_direct, "a ticket that is with no unit takes only the hotline's direct reply"),
    ),
    _row(
        _E.CALLED_BACK,
        _WITH_UNIT | _ANSWERED,
        None,
        Guard(_not_reached, "the caller was reached"),
    ),
    _row(_E.CALLED_BACK, _WITH_UNIT | _ANSWERED, _S.CALLED_BACK),
    _row(_E.CALLED_BACK, [_S.CLOSED]),
)
_RETURNING = (
    _row(_E.RETURNED, _WITH_UNIT, _S.RETURNED),
    _row(_E.RETURN_DECIDED, [_S.RETURNED], _S.RECEIVED, Guard(_upheld, "the return is not upheld")),
    _row(
        _E.RETURN_DECIDED,
        [_S.RETURNED],
        _S.DISPATCHED,
        Guard(_rejected, "is_upheld must be true or false"),
    ),
)
_ENDING = (
    _row(_E.CLOSED, _OPEN, _S.CLOSED),
    _row(
        _E.MERGED,
        _OPEN,
        _S.CLOSED,
        Guard(_other, "a ticket merges into another one, named by into"),
    ),
    _row(
        _E.REOPENED,
        [*_ANSWERED, _S.CLOSED],
        _S.DISPATCHED,
        Guard(_held, "no unit holds the ticket"),
    ),
    _row(_E.REOPENED, [*_ANSWERED, _S.CLOSED], _S.RECEIVED),
)
_CLOCK = (
    _row(_E.PAUSED, _ALL, None, Guard(_runs, "no clock runs")),
    _row(_E.RESUMED, _ALL, None, Guard(_stands, "its clock does not stand")),
    _row(_E.EXTENDED, _OPEN, None, Guard(_has_clock, "it has no clock")),
    _row(_E.RECALENDARED, _OPEN, None, Guard(_has_clock, "it has no clock")),
)
_INCIDENTS = (
    _row(_E.ATTACHED, _ALL, None, Guard(_unattached, "it belongs to another incident, or to none")),
    _row(_E.DETACHED, _ALL, None, Guard(_attached, "it does not belong to that incident")),
)

LIFE_KINDS = frozenset(
    row.kind.value if isinstance(row.kind, EventKind) else row.kind
    for row in (*_DISPATCHING, *_HANDLING, *_RETURNING, *_ENDING, *_CLOCK)
)
"""Kinds whose times must not run backwards within a ticket."""

TICKET_MACHINE = Machine(
    (
        _row(_E.RECEIVED, _NEW, _S.RECEIVED),
        *_keeping(_FACTS, _ALL),
        *_DISPATCHING,
        *_HANDLING,
        *_RETURNING,
        *_ENDING,
        *_CLOCK,
        *_INCIDENTS,
    ),
    LIFE_KINDS,
)
"""What may happen to a ticket."""

_RUNNING = (_I.PROPOSED, _I.CONFIRMED)

INCIDENT_MACHINE = Machine(
    (
        _row(_E.PROPOSED, _NEW, _I.PROPOSED),
        _row(_E.GREW, _RUNNING),
        _row(_E.CONFIRMED, [_I.PROPOSED, _I.DISMISSED], _I.CONFIRMED),
        _row(_E.DISMISSED, _RUNNING, _I.DISMISSED),
        _row(_E.ENDED, _RUNNING, _I.ENDED),
    )
)
"""What may happen to an incident."""
