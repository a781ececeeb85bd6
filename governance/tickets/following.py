"""Wait for events instead of asking again and again."""

import sqlite3
import time
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import Connection, Engine, text

from boundaries.engine import create_store_engine, reading, translated_errors
from boundaries.errors import StoreUnavailableError
from governance.tickets.log import CHANNEL, last_position

__all__ = ["Follower"]

_POLL_S = 0.05


class Follower:
    """Waits for events of a store, on a connection of its own.

    PostgreSQL tells at once; an SQLite file is looked at every 50 ms, which costs a few
    microseconds each time. One thread at a time may wait; close it at the end.

    Parameters
    ----------
    engine
        Of the store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own: Engine | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; waiting again opens another one."""
        if self._connection is not None:
            # Not to the pool: it listens.
            self._connection.invalidate()
            self._connection.close()
        if self._own is not None:
            self._own.dispose()
        self._connection = self._own = None

    def wait(self, position: int, timeout_s: float) -> int:
        """Wait until there are events after a position.

        Parameters
        ----------
        position
            Of the last event that is known; 0 for none.
        timeout_s
            Longest wait, in seconds.

        Returns
        -------
        int
            Position of the last event: above ``position`` as soon as there are others, not above
            it when the time is over.

        Raises
        ------
        StoreUnavailableError
            The database cannot be reached, or the connection broke; waiting again opens another.
        StoreNotMigratedError
            The tables are missing.
        """
        end = time.monotonic() + timeout_s
        try:
            with translated_errors():
                connection = self._opened()
                # Listening began before the look: nothing falls between the two.
                last = self._last()
                while last <= position and (left := end - time.monotonic()) > 0:
                    if connection.dialect.name == "postgresql":
                        _wait_for_notice(connection, left)
                    else:
                        _wait_for_change(connection, left)
                    last = self._last()
                return last
        except BaseException:
            self.close()
            raise

    def _opened(self) -> Connection:
        if self._connection is None:
            self._own = create_store_engine(self._engine.url.render_as_string(hide_password=False))
            connection = self._own.connect()
            self._connection = connection
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.execute(text(f"LISTEN {CHANNEL}"))
        return self._connection

    def _last(self) -> int:
        with reading(self._engine) as connection:
            return last_position(connection)


def _wait_for_notice(connection: Connection, timeout_s: float) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver for it
    try:
        for _notice in driver.notifies(timeout=timeout_s, stop_after=1):
            pass
    except psycopg.Error as error:
        message = f"the store cannot be used now: {' '.join(str(error).split())}"
        raise StoreUnavailableError(message) from error


def _wait_for_change(connection: Connection, timeout_s: float) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the only driver for it
    end = time.monotonic() + timeout_s
    before = _data_version(driver)
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(_POLL_S, left))
        if _data_version(driver) != before:
            return


def _data_version(driver: sqlite3.Connection) -> int:
    return int(driver.execute("PRAGMA data_version").fetchone()[0])
