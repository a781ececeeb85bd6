"""One process of several does a job: whoever has the turn keeps it until it ends."""

from sqlalchemy import Connection, text

from boundaries.engine import translated_errors
from boundaries.errors import StoreError
from boundaries.store import BoundaryStore

__all__ = ["SURGE_TURN", "Turn"]

SURGE_TURN = 0x78_71_73_77
"""Key of the turn of watching for surges."""


class Turn:
    """The turn of one job among all processes of a store; used by one thread.

    On PostgreSQL it is a lock of a session, which ends with the process however that ends. A store
    in a file has no such lock: there every process has the turn, so that a job must bear being
    done twice.

    Parameters
    ----------
    store
        What the processes share.
    key
        Number of the job.
    """

    def __init__(self, store: BoundaryStore, key: int) -> None:
        self._engine = store.engine
        self._key = key
        self._held: Connection | None = None

    def is_mine(self) -> bool:
        """Say whether this process has the turn, taking it where it is free.

        Raises
        ------
        StoreUnavailableError
            The store cannot be reached; whoever had the turn may have lost it.
        """
        if self._engine.dialect.name != "postgresql":
            return True
        try:
            with translated_errors():
                if self._held is not None:
                    # Also tells whether the connection, and with it the lock, is still there.
                    self._held.execute(text("SELECT 1"))
                    return True
                return self._take()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Give the turn away."""
        held, self._held = self._held, None
        if held is not None:
            # Not to the pool: the lock belongs to the session.
            held.invalidate()
            held.close()

    def _take(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        ask = text("SELECT pg_try_advisory_lock(:key)")
        if connection.execute(ask, {"key": self._key}).scalar_one():
            self._held = connection
            return True
        connection.close()
        return False
