"""A queue in front of intake: requests that come one by one are taken in batches."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self

from boundaries.errors import StoreUnavailableError
from governance.tickets.errors import IntakeClosedError, TicketsBusyError
from governance.tickets.given import NewTicket
from governance.tickets.intake.take import Taken, TicketIntake

__all__ = ["IntakeQueue"]

_LOG = logging.getLogger(__name__)
_MOST_WAITING = 2_000
_MOST_TOGETHER = 64
_QUIET_S = 0.002
_GATHER_S = 0.02
_THREADS = 1
_RETRY_AFTER_S = 1.0


class _Waiting(NamedTuple):
    """A request and who waits for it."""

    new: NewTicket
    future: Future[Taken]


class IntakeQueue:
    """Takes requests in batches; a context manager that ends its threads.

    An answer is given when the request is on disk, never before. What comes while a batch is at
    work is the next batch: under load batches grow, and a request costs less.

    Parameters
    ----------
    intake
        Takes the batches.
    most_waiting
        Requests that may wait; beyond, new ones are refused.
    most_together
        Requests of a batch.
    quiet_s, gather_s
        A batch waits for more requests until none has come for the first, and at most the second.
    threads
        Batches at work at once. More than one only pays where the database is slow: the work
        itself needs the interpreter, which threads share. Run more processes instead.
    now
        Tells the time.
    """

    def __init__(
        self,
        intake: TicketIntake,
        *,
        most_waiting: int = _MOST_WAITING,
        most_together: int = _MOST_TOGETHER,
        quiet_s: float = _QUIET_S,
        gather_s: float = _GATHER_S,
        threads: int = _THREADS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake = intake
        self._most_waiting = most_waiting
        self._most_together = most_together
        self._quiet_s = quiet_s
        self._gather_s = gather_s
        self._now = now
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._is_open = True
        self._threads = [
            threading.Thread(target=self._run, name=f"intake-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        """Take requests until the end of the context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take what waits, then end."""
        self.close()

    def __len__(self) -> int:
        """Count the requests that wait, those of batches at work left out."""
        return len(self._waiting)

    def submit(self, new: NewTicket) -> Future[Taken]:
        """Hand in a request.

        Parameters
        ----------
        new
            The request.

        Returns
        -------
        Future
            Gives what became of it once it is on disk; raises what :meth:`TicketIntake.take`
            raises. Then it may be handed in again: the same request is never taken twice.

        Raises
        ------
        TicketsBusyError
            Too many wait; says when to try again.
        IntakeClosedError
            The queue is closed.
        """
        future: Future[Taken] = Future()
        with self._changed:
            if not self._is_open:
                raise IntakeClosedError
            if len(self._waiting) >= self._most_waiting:
                raise TicketsBusyError(len(self._waiting), _RETRY_AFTER_S)
            self._waiting.append(_Waiting(new, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Take what waits, then end the threads; more is refused from now on."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    # -- threads -----------------------------------------------------------------------

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._take(batch)

    def _next(self) -> list[_Waiting] | None:
        """Wait for requests and give some of them; None once the queue is closed and empty."""
        with self._changed:
            while self._is_open and not self._waiting:
                self._changed.wait()
            end = time.monotonic() + self._gather_s
            while self._is_open and 0 < len(self._waiting) < self._most_together:
                left = min(self._quiet_s, end - time.monotonic())
                if left <= 0.0 or not self._changed.wait(left):
                    break
            if not self._waiting and not self._is_open:
                return None
            # Another thread may have been faster; then there is nothing for now.
            n = min(len(self._waiting), self._most_together)
            return [self._waiting.popleft() for _ in range(n)]

    def _take(self, batch: list[_Waiting]) -> None:
        asked = [one for one in batch if one.future.set_running_or_notify_cancel()]
        if not asked:
            return
        try:
            found = self._intake.take([one.new for one in asked], now=self._now())
        except Exception as error:  # noqa: BLE001 - the thread lives on, whatever happens
            self._take_apart(asked, error)
            return
        for one, taken in zip(asked, found, strict=True):
            one.future.set_result(taken)

    def _take_apart(self, asked: list[_Waiting], error: Exception) -> None:
        """Take the requests of a batch that failed one by one: one of them may be the reason."""
        is_gone = isinstance(error, StoreUnavailableError)
        _LOG.warning("a batch of %d requests was not taken: %s", len(asked), type(error).__name__)
        for one in asked:
            if is_gone:
                one.future.set_exception(error)
                continue
            try:
                one.future.set_result(self._intake.take([one.new], now=self._now())[0])
            except Exception as its_error:  # noqa: BLE001 - told to who waits for it
                one.future.set_exception(its_error)
