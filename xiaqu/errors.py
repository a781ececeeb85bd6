"""Errors of the command line, the settings and the composition root.

::

    XiaquError
    ├── SettingsError (ValueError)     a setting that cannot be used
    ├── AssignmentError (ValueError)   a file that cannot be read, or must not be written
    │   ├── ColumnError                coordinate or label columns missing or ambiguous
    │   └── FileFormatError            a file of an unknown or unreadable kind
    ├── OutputExistsError (FileExistsError)    a file to be written exists already
    ├── ImportRefusedError (ValueError)    a layer file with errors; nothing was stored
    ├── BookRefusedError (ValueError)  a rule book with errors; it was not activated
    ├── DemoConflictError (RuntimeError)   the store holds a real city
    ├── DemoDayError (RuntimeError)    the store holds the tickets of a demo that ended another day
    ├── PortInUseError (OSError)       the port cannot be listened on
    └── ProviderError (RuntimeError)   an online provider did not answer as documented
        ├── ProviderRefusedError       it refused: key, permission or quota
        └── ProviderUnavailableError (ConnectionError)    no connection, or no answer in time
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path


class XiaquError(Exception):
    """Base of all errors raised by ``xiaqu``."""


class SettingsError(XiaquError, ValueError):
    """A setting cannot be used.

    Parameters
    ----------
    name
        The setting as written in the environment, such as ``XIAQU_PORT``.
    value
        The offending value as given.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, name: str, value: object, problem: str) -> None:
        self.name = name
        self.value = value
        self.problem = problem
        super().__init__(f"{name}={value!r}: {problem}")


class AssignmentError(XiaquError, ValueError):
    """A file of places cannot be read, or its result must not be written.

    Parameters
    ----------
    path
        The file.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class ColumnError(AssignmentError):
    """A column is missing, ambiguous, or in the way of one to be added.

    Parameters
    ----------
    path
        The file.
    column
        The column or columns in question.
    problem
        What is wrong, and what would be right.
    found
        The headings of the file, for the message.
    """

    def __init__(self, path: Path, column: str, problem: str, *, found: Sequence[str] = ()) -> None:
        self.column = column
        self.found = tuple(found)
        listing = f" (columns: {', '.join(self.found[:30])})" if self.found else ""
        super().__init__(path, f"column {column!r}: {problem}{listing}")


class FileFormatError(AssignmentError):
    """A file is of a kind that cannot be read or written, or is damaged."""


class OutputExistsError(XiaquError, FileExistsError):
    """A file to be written exists already.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: exists already; give --force to replace it")


class ImportRefusedError(XiaquError, ValueError):
    """A layer file has errors, so that nothing of it was stored.

    Parameters
    ----------
    layer
        Key of the layer.
    source
        The file.
    n_errors
        How many errors were found.
    first
        The first of them.
    """

    def __init__(self, layer: str, source: str, n_errors: int, first: str) -> None:
        self.layer = layer
        self.source = source
        self.n_errors = n_errors
        self.first = first
        super().__init__(
            f"{source}: layer {layer!r} refused, nothing stored: {n_errors} errors, first: {first}"
        )


class BookRefusedError(XiaquError, ValueError):
    """A rule book has errors and was not activated.

    Parameters
    ----------
    book_id
        The book; it stays in the store as it is.
    first
        The first error.
    n_errors
        How many there are.
    """

    def __init__(self, book_id: str, first: str, n_errors: int) -> None:
        self.book_id = book_id
        self.first = first
        self.n_errors = n_errors
        more = f" (and {n_errors - 1:,} more)" if n_errors > 1 else ""
        super().__init__(
            f"rule book {book_id!r} was not activated: {first}{more}; see them with: xiaqu rules "
            f"check {book_id}; take it all the same with: xiaqu rules activate {book_id} --force "
            "--reason TEXT"
        )


class DemoConflictError(XiaquError, RuntimeError):
    """The store holds layers that were not generated; a demo would replace them.

    Parameters
    ----------
    layers
        Keys of the layers in question.
    """

    def __init__(self, layers: Sequence[str]) -> None:
        self.layers = tuple(layers)
        super().__init__(
            f"the store holds real layers ({', '.join(self.layers)}) that the demo would replace: "
            "name another store in XIAQU_DATABASE_URL and XIAQU_DATA_DIR"
        )


class DemoDayError(XiaquError, RuntimeError):
    """The store holds tickets of a demo that ended on another day; tickets are never removed.

    Parameters
    ----------
    held
        Last day of the tickets that are there.
    wanted
        Last day that was asked for.
    """

    def __init__(self, held: date, wanted: date) -> None:
        self.held = held
        self.wanted = wanted
        super().__init__(
            f"the store holds the demo's tickets up to {held}, and {wanted} was asked for: leave "
            "--today out, or name another store in XIAQU_DATABASE_URL and XIAQU_DATA_DIR"
        )


class PortInUseError(XiaquError, OSError):
    """The port cannot be listened on.

    Parameters
    ----------
    host
        Address asked for.
    port
        Port asked for.
    reason
        What the system said.
    """

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(f"port {port} on {host}: {reason}; choose another with --port")


class ProviderError(XiaquError, RuntimeError):
    """An online address provider did not answer as documented.

    Parameters
    ----------
    provider
        Key of the provider, such as ``amap``.
    problem
        What it said, or what went wrong; never holds the key.
    """

    def __init__(self, provider: str, problem: str) -> None:
        self.provider = provider
        self.problem = problem
        super().__init__(f"provider {provider}: {problem}")


class ProviderRefusedError(ProviderError):
    """A provider refused: the key is wrong, lacks a permission, or its quota is used up."""


class ProviderUnavailableError(ProviderError, ConnectionError):
    """A provider could not be reached, or did not answer in time."""
