"""Errors that only the HTTP layer can meet.

::

    ApiError
    ├── UnknownParameterError (ValueError)     a query parameter that the route does not have
    ├── RepeatedParameterError (ValueError)    a query parameter given more than once
    ├── BodyFormatError (ValueError)           a body that is not what its type promises
    ├── BodyTooLargeError (ValueError)         a body over the configured size
    ├── RowLimitError (ValueError)             more rows than one request may carry
    ├── ColumnError (ValueError)               columns that cannot be used as they are
    ├── MediaTypeError (ValueError)            a Content-Type that is not understood
    ├── NotAcceptableError (ValueError)        an Accept that cannot be met
    ├── LayerRoleError (ValueError)            a layer of a role that cannot answer the question
    ├── ProblemNameError (LookupError)         a problem type that does not exist
    ├── WritesOffError (PermissionError)       a service that does not take changes
    ├── CallersOffError (PermissionError)      a service that shows no callers
    ├── ChangedMeanwhileError (RuntimeError)   a ticket that is not as the request saw it
    └── NotReadyError (RuntimeError)           nothing is loaded, or the store is not there
        ├── GazetteerNotReadyError             no gazetteer is loaded
        ├── RulesNotReadyError                 no rule book is active
        └── DecisionNotStoredError             an answer whose decision cannot be stored now
"""

from collections.abc import Iterable


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "none"


class ApiError(Exception):
    """Base of all errors raised by ``api``.

    Attributes
    ----------
    details
        Members that the problem document carries beside its text.
    """

    details: dict[str, object]


class UnknownParameterError(ApiError, ValueError):
    """A query parameter does not exist on this route."""

    def __init__(self, names: Iterable[str], accepted: Iterable[str]) -> None:
        self.names = sorted(names)
        self.accepted = sorted(accepted)
        self.details = {"parameters": self.names, "accepted": self.accepted}
        super().__init__(
            f"unknown query parameter {_listed(self.names)}; accepted: {_listed(self.accepted)}"
        )


class RepeatedParameterError(ApiError, ValueError):
    """A query parameter was given more than once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self.details = {"parameters": self.names}
        super().__init__(
            f"query parameter {_listed(self.names)} given more than once; give it once"
        )


class BodyFormatError(ApiError, ValueError):
    """A body is not what its Content-Type promises, or not what the route needs."""

    def __init__(self, problem: str, *, value: object = None, field: str | None = None) -> None:
        self.problem = problem
        self.details = {}
        if field is not None:
            self.details["field"] = field
        if value is not None:
            self.details["value"] = value
        super().__init__(problem)


class BodyTooLargeError(ApiError, ValueError):
    """A body is larger than this service accepts."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.details = {"limit_bytes": limit_bytes}
        super().__init__(f"the body is larger than {limit_bytes} bytes; send it in parts")


class RowLimitError(ApiError, ValueError):
    """A JSON body has more rows than one request may carry."""

    def __init__(self, rows: int, limit_rows: int) -> None:
        self.rows = rows
        self.limit_rows = limit_rows
        self.details = {"rows": rows, "limit_rows": limit_rows}
        super().__init__(
            f"{rows} rows, but a JSON body may carry {limit_rows}; send parts, CSV or Arrow"
        )


class ColumnError(ApiError, ValueError):
    """Columns of a table cannot be used as they are."""

    def __init__(self, problem: str, found: Iterable[str]) -> None:
        self.found = list(found)
        self.details = {"columns": self.found}
        super().__init__(f"{problem}; columns found: {_listed(self.found)}")


class MediaTypeError(ApiError, ValueError):
    """A Content-Type is not understood by this route."""

    def __init__(self, media_type: str, accepted: Iterable[str]) -> None:
        self.media_type = media_type
        self.accepted = list(accepted)
        self.details = {"value": media_type, "accepted": self.accepted}
        super().__init__(
            f"Content-Type {media_type!r} is not understood; send {_listed(self.accepted)}"
        )


class NotAcceptableError(ApiError, ValueError):
    """No representation on offer meets the Accept header."""

    def __init__(self, accept: str, offered: Iterable[str]) -> None:
        self.accept = accept
        self.offered = list(offered)
        self.details = {"value": accept, "offered": self.offered}
        super().__init__(f"Accept {accept!r} cannot be met; offered: {_listed(self.offered)}")


class LayerRoleError(ApiError, ValueError):
    """A layer cannot answer this question because of its role."""

    def __init__(self, layer: str, role: str, problem: str) -> None:
        self.layer = layer
        self.role = role
        self.details = {"field": "layers", "value": layer, "role": role}
        super().__init__(f"layer {layer!r} is {role}: {problem}")


class ProblemNameError(ApiError, LookupError):
    """A problem type does not exist."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.details = {"field": "slug", "value": slug}
        super().__init__(f"problem type {slug!r} does not exist; /problems lists all")


class NotReadyError(ApiError, RuntimeError):
    """Nothing is loaded yet, or what the answer needs is not there now."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        self.details = {}
        super().__init__(problem)


class GazetteerNotReadyError(NotReadyError):
    """No gazetteer is loaded, so that no text can be answered."""

    def __init__(self) -> None:
        super().__init__(
            "no gazetteer is active: import one with 'xiaqu gazetteer import' and build it with"
            " 'xiaqu gazetteer build'; coordinates are answered all the same"
        )


class RulesNotReadyError(NotReadyError):
    """No rule book is active, so that nobody's duty is known."""

    def __init__(self) -> None:
        super().__init__(
            "no rule book is active: import one with 'xiaqu rules import FOLDER --activate';"
            " who holds a place is answered all the same, at /v1/locate"
        )


class DecisionNotStoredError(NotReadyError):
    """An answer was found, but its decision cannot be stored now."""

    def __init__(self) -> None:
        super().__init__(
            "the decision cannot be stored now, so that no answer is given on record; try again,"
            " or ask with record=false for an answer without a decision"
        )


class WritesOffError(ApiError, PermissionError):
    """Changes over HTTP are off."""

    def __init__(self) -> None:
        self.details = {"setting": "XIAQU_ALLOW_WRITES"}
        super().__init__(
            "this service does not take changes over HTTP; they are allowed by"
            " XIAQU_ALLOW_WRITES=true, behind a gateway that knows who asks"
        )


class CallersOffError(ApiError, PermissionError):
    """Looking at callers over HTTP is off."""

    def __init__(self) -> None:
        self.details = {"setting": "XIAQU_SHOW_CALLERS"}
        super().__init__(
            "this service shows no callers; it may by XIAQU_SHOW_CALLERS=true, behind a gateway"
            " that knows who asks"
        )


class ChangedMeanwhileError(ApiError, RuntimeError):
    """A ticket is not as the request saw it."""

    def __init__(self, ticket: str, seen: int, found: int) -> None:
        self.ticket = ticket
        self.seen = seen
        self.found = found
        self.details = {"ticket": ticket, "seen": seen, "found": found}
        super().__init__(
            f"{ticket} has {found} events, but If-Match says {seen}: someone changed it meanwhile;"
            " read it again and decide anew"
        )
