"""Looks for surges of tickets again and again, in one process of several."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from boundaries.errors import BoundaryError
from governance.errors import GovernanceError
from governance.tickets.surge.watch import SurgeWatch
from governance.tickets.turn import Turn

__all__ = ["WatchThread"]

_LOG = logging.getLogger(__name__)


class WatchThread:
    """A thread that looks for surges while this process has the turn.

    Parameters
    ----------
    watch
        Looks.
    turn
        Of all processes of the store.
    now
        Tells the time.
    every_s
        Seconds between looks; also before the first, so that a start is not slowed.
    """

    def __init__(
        self,
        watch: SurgeWatch,
        turn: Turn,
        now: Callable[[], datetime],
        *,
        every_s: float = 60.0,
    ) -> None:
        self._watch = watch
        self._turn = turn
        self._now = now
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at: datetime | None = None
        self._trouble: Exception | None = None

    @property
    def looked_at(self) -> datetime | None:
        """When this process looked last; None where it never had the turn."""
        return self._looked_at

    @property
    def trouble(self) -> Exception | None:
        """Why the last look failed; None when all is well."""
        return self._trouble

    def start(self) -> None:
        """Begin."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="surge-watch", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Make the thread end after what it is doing."""
        self._stopping.set()

    def stop(self) -> None:
        """End the thread and wait for it; blocks for the rest of a look."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._every_s):
                self._look()
        finally:
            self._turn.close()

    def _look(self) -> None:
        try:
            if self._turn.is_mine():
                found = self._watch.look(self._now())
                self._looked_at = self._now()
                for incident in found.proposed:
                    _LOG.info("incident %s proposed: %s", incident.id, incident.title_en)
            self._trouble = None
        except (BoundaryError, GovernanceError) as error:
            self._trouble = error
            _LOG.warning("looking for surges failed; trying again in %s s", self._every_s)
        except Exception as error:  # noqa: BLE001 - a watch that dies finds nothing any more
            self._trouble = error
            _LOG.exception("looking for surges failed; trying again in %s s", self._every_s)
