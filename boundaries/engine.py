"""Engines for the two stores, and the one place where driver errors are translated."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)

from boundaries.errors import (
    PostgisMissingError,
    StoreConflictError,
    StoreError,
    StoreNotMigratedError,
    StoreUnavailableError,
)

WRITES = "xiaqu_writes"
"""Execution option of a connection that is going to write."""

_BUSY_TIMEOUT_MS = 30_000


def _write_json(value: object) -> str:
    return orjson.dumps(value).decode()


_JSON: dict[str, Any] = {
    "json_serializer": _write_json,
    "json_deserializer": orjson.loads,
    # The values of a failed statement can be words and numbers of a person.
    "hide_parameters": True,
}


def create_store_engine(url: str) -> Engine:
    """Make the engine of a store.

    Parameters
    ----------
    url
        ``sqlite:///file`` or ``postgresql://user@host/database`` (psycopg 3 is the driver).

    Returns
    -------
    Engine
        No connection is opened yet; the folder of an SQLite file is created.

    Raises
    ------
    StoreError
        The URL names another database or cannot be read.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is not a database URL; {_EXAMPLES}") from error
    if parsed.get_backend_name() == "sqlite":
        return _create_sqlite_engine(parsed)
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **_JSON
        )
    raise StoreError(f"{parsed.drivername!r} is not a supported database; {_EXAMPLES}")


_EXAMPLES = "use sqlite:///path/to/file.sqlite or postgresql://user@host/database"


def _create_sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailableError(f"cannot make the folder of {url.database}: {error}") from (
                error
            )
    try:
        engine = create_engine(url, **_JSON)
    except NoSuchModuleError as error:
        raise StoreError(f"{url.drivername!r} is not a supported database; {_EXAMPLES}") from error

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the interface of SQLAlchemy
        # The driver must not open transactions by itself: see _begin.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once, so that what it reads first cannot change under it.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn errors of the database drivers into errors of this package.

    Raises
    ------
    StoreUnavailableError
        No connection, or the connection broke, or the database stayed locked.
    StoreNotMigratedError
        A table or column is missing.
    StoreConflictError
        A constraint was broken.
    PostgisMissingError
        PostGIS is not installed on the server.
    StoreError
        Anything else that the driver reports.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translate(error) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection to read by; drivers' errors come out as those of this package.

    Parameters
    ----------
    engine
        From :func:`create_store_engine`.

    Raises
    ------
    StoreError
        As for :func:`translated_errors`.
    """
    with translated_errors(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, *, is_durable: bool = False) -> Iterator[Connection]:
    """Open a connection in a transaction that writes; it is undone when the block raises.

    Parameters
    ----------
    engine
        From :func:`create_store_engine`. On SQLite the transaction takes its lock at once.
    is_durable
        Whether what was written must outlive a loss of power from the moment that the block ends.
        PostgreSQL always sees to it. SQLite outlives the end of the process anyway, but waits for
        the disk only when asked.

    Raises
    ------
    StoreError
        As for :func:`translated_errors`.
    """
    is_waiting = is_durable and engine.dialect.name == "sqlite"
    options = {WRITES: True}
    with translated_errors(), engine.execution_options(**options).connect() as connection:
        if is_waiting:
            _set_synchronous(connection, "FULL")
        try:
            with connection.begin():
                yield connection
        finally:
            if is_waiting and not connection.invalidated:
                _set_synchronous(connection, "NORMAL")


def _set_synchronous(connection: Connection, level: str) -> None:
    # On the driver's connection: SQLite refuses this inside of a transaction.
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has one
    driver.execute(f"PRAGMA synchronous = {level}")


def _translate(error: DBAPIError) -> StoreError:
    # PostgreSQL would repeat the whole row behind this: its values stay in the store.
    text = " ".join(str(error.orig).split()).partition(" DETAIL: Failing row contains")[0]
    state = str(getattr(error.orig, "sqlstate", None) or "")
    missing = "no such table" in text or "no such column" in text or state in {"42P01", "42703"}
    if missing:
        return StoreNotMigratedError(f"the store is not up to date ({text}); run: xiaqu db upgrade")
    if isinstance(error, IntegrityError):
        return StoreConflictError(f"the store refused the data: {text}")
    if 'type "geometry" does not exist' in text:
        return PostgisMissingError(f"the server has no PostGIS ({text})")
    is_lost = error.connection_invalidated or state.startswith(("08", "57P"))
    if isinstance(error, OperationalError) or is_lost:
        return StoreUnavailableError(f"the store cannot be used now: {text}")
    if isinstance(error, ProgrammingError) and state == "42501":
        return StoreError(f"the store does not allow this: {text}")
    return StoreError(f"the store failed: {text}")


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a PostgreSQL server says of itself; ``postgis`` is None where it is missing."""

    postgis: str | None
    ctype: str


def server_facts(engine: Engine) -> ServerFacts:
    """Ask a PostgreSQL server for its PostGIS version and character type.

    Parameters
    ----------
    engine
        Engine of a PostgreSQL store.

    Raises
    ------
    StoreError
        The server does not answer.
    """
    with reading(engine) as connection:
        ctype = connection.execute(
            text("SELECT datctype FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
        version = connection.execute(
            text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
        ).scalar_one_or_none()
    return ServerFacts(None if version is None else str(version), str(ctype))
