"""Errors of tickets.

::

    GovernanceError
    ├── TicketError (ValueError)             a value of a ticket or an act that cannot be right
    │   ├── TransitionError                  an event that a ticket in this state does not take
    │   ├── TimeOrderError                   an act that lies before the last event of the ticket
    │   ├── ReturnLimitError                 a return too late, or once too often
    │   ├── CatalogueError                   a catalogue of channels and types that cannot be used
    │   ├── MappingError                     a mapping file that cannot be used
    │   └── TicketFileError                  a file of tickets that cannot be read or written
    ├── UnknownTicketError (LookupError)     no ticket with this id
    ├── UnknownIncidentError (LookupError)   no incident with this id
    ├── StaleTicketError (RuntimeError)      someone else changed the ticket meanwhile
    ├── CallerHiddenError (PermissionError)  a caller who must not be shown to the reader
    ├── VaultKeyError (RuntimeError)         the secret key of the callers cannot be used
    ├── TicketsBusyError (RuntimeError)      more requests wait than can be taken in soon
    └── IntakeClosedError (RuntimeError)     the service is stopping and takes nothing more
"""

from collections.abc import Sequence
from datetime import datetime

from governance.errors import GovernanceError

__all__ = [
    "CallerHiddenError",
    "CatalogueError",
    "IntakeClosedError",
    "MappingError",
    "ReturnLimitError",
    "StaleTicketError",
    "TicketError",
    "TicketFileError",
    "TicketsBusyError",
    "TimeOrderError",
    "TransitionError",
    "UnknownIncidentError",
    "UnknownTicketError",
    "VaultKeyError",
]


class TicketError(GovernanceError, ValueError):
    """A value of a ticket, an act or a query cannot be right.

    Parameters
    ----------
    field
        Name of the offending value.
    value
        The value; never personal data.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, field: str, value: object, problem: str) -> None:
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"{field} {value!r}: {problem}")


class TransitionError(TicketError):
    """A ticket in this state does not take this event.

    Parameters
    ----------
    stream
        Id of the ticket or incident; empty where it does not exist yet.
    state
        Its state; empty where it does not exist yet.
    event
        The event that was refused.
    allowed
        Events that it would take.
    because
        Why, where it is not the state alone.
    """

    def __init__(
        self, stream: str, state: str, event: str, allowed: Sequence[str], because: str = ""
    ) -> None:
        self.stream = stream
        self.state = state
        self.event = event
        self.allowed = tuple(allowed)
        reason = f" ({because})" if because else ""
        takes = ", ".join(self.allowed) or "nothing"
        super().__init__(
            "event",
            event,
            f"{stream or 'a new stream'} in state {state!r} does not take it{reason}",
        )
        self.args = (f"{self.args[0]}; it takes {takes}",)


class TimeOrderError(TicketError):
    """An act lies before the last event of the ticket.

    Parameters
    ----------
    stream
        Id of the ticket.
    event
        What was to be recorded.
    at
        When it is said to have happened.
    last_at
        When the last event happened.
    """

    def __init__(self, stream: str, event: str, at: datetime, last_at: datetime) -> None:
        self.stream = stream
        self.event = event
        self.last_at = last_at
        problem = (
            f"{event} lies before the last event of {stream}; "
            f"give a time at or after {last_at.isoformat()}"
        )
        super().__init__("at", at.isoformat(), problem)


class ReturnLimitError(TicketError):
    """A unit returns a ticket too late, or once too often.

    Parameters
    ----------
    stream
        Id of the ticket.
    what
        ``hours`` since it was dispatched, or ``returns``.
    value
        How many there are.
    limit
        How many the profile allows.
    """

    def __init__(self, stream: str, what: str, value: float, limit: float) -> None:
        self.stream = stream
        self.limit = limit
        allowed = {
            "hours": f"{stream} may be returned within {limit:g} hours of its dispatch",
            "returns": f"{stream} may be returned {limit:g} times",
        }
        super().__init__(what, value, f"{allowed[what]}; handle it, or ask for a ruling")


class CatalogueError(TicketError):
    """A catalogue of channels, request types and kinds of callers cannot be used."""

    def __init__(self, field: str, value: object, problem: str) -> None:
        super().__init__(field, value, problem)
        self.args = (f"catalogue of channels: {self.args[0]}",)


class MappingError(TicketError):
    """A mapping from the columns of a file to the fields of a ticket cannot be used.

    ``file`` is the mapping file, or the built-in mapping by name; ``field`` the key in it.
    """

    def __init__(self, file: object, field: str, value: object, problem: str) -> None:
        super().__init__(field, value, problem)
        self.file = str(file)
        self.args = (f"mapping {self.file}: {self.args[0]}",)


class TicketFileError(TicketError):
    """A file of tickets cannot be read or written.

    ``row`` counts as in a spreadsheet, the heading being row 1; None for the whole file. ``field``
    is empty for a whole row or file.
    """

    def __init__(
        self, file: object, row: int | None, field: str, value: object, problem: str
    ) -> None:
        super().__init__(field, value, problem)
        self.file = str(file)
        self.row = row
        where = self.file if row is None else f"{self.file} row {row}"
        named = f" {field} {value!r}:" if field else ""
        self.args = (f"{where}:{named} {problem}",)


class UnknownTicketError(GovernanceError, LookupError):
    """No ticket has this id; ``ticket`` is the id as asked for."""

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        super().__init__(f"no ticket {ticket!r}; an id is T and 16 letters and digits")


class UnknownIncidentError(GovernanceError, LookupError):
    """No incident has this id; ``incident`` is the id as asked for."""

    def __init__(self, incident: str) -> None:
        self.incident = incident
        super().__init__(f"no incident {incident!r}; an id is I and letters and digits")


class StaleTicketError(GovernanceError, RuntimeError):
    """Someone else changed the ticket or incident meanwhile; read it again and decide anew.

    Parameters
    ----------
    stream
        Id of the ticket or incident.
    expected
        Number of events that the change was decided on.
    found
        Number of events that it has.
    """

    def __init__(self, stream: str, expected: int, found: int) -> None:
        self.stream = stream
        self.expected = expected
        self.found = found
        super().__init__(
            f"{stream} has {found} events, and the change was decided on {expected}; "
            "read it again and decide anew"
        )


class CallerHiddenError(GovernanceError, PermissionError):
    """The caller of a ticket must not be shown to the reader.

    Parameters
    ----------
    ticket
        Id of the ticket.
    reader
        Who asks, as unit or role.
    problem
        Why not, and who may.
    """

    def __init__(self, ticket: str, reader: str, problem: str) -> None:
        self.ticket = ticket
        self.reader = reader
        self.problem = problem
        super().__init__(f"caller of {ticket} for {reader!r}: {problem}")


class VaultKeyError(GovernanceError, RuntimeError):
    """The secret key of the callers cannot be used.

    Parameters
    ----------
    where
        The setting or the file; never the key.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"key of the callers: {where}: {problem}")


class TicketsBusyError(GovernanceError, RuntimeError):
    """More requests wait than can be taken in soon.

    Parameters
    ----------
    n_waiting
        How many wait.
    retry_after_s
        When to try again; to send the same request again is safe.
    """

    def __init__(self, n_waiting: int, retry_after_s: float) -> None:
        self.n_waiting = n_waiting
        self.retry_after_s = retry_after_s
        super().__init__(
            f"{n_waiting} requests wait to be taken in; send it again in {retry_after_s:g} s"
        )


class IntakeClosedError(GovernanceError, RuntimeError):
    """The service is stopping and takes no more requests."""

    def __init__(self) -> None:
        super().__init__("the service is stopping; send the request again in a moment")
