"""Being told that the server is asked to stop, while answers are still open.

A server first waits for its open answers to end and only then stops the application. An answer
that never ends, such as a stream of events, has to be told earlier.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["told_of_stop"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_of_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call back in the running loop when the process is asked to stop.

    Parameters
    ----------
    stop
        Called for each such signal, before the loop does anything else; the server's own handling
        follows as ever.

    Notes
    -----
    Signals are taken in the main thread only: a loop elsewhere, as of a test client, is not told,
    and has no need to be.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {one: signal.getsignal(one) for one in _SIGNALS}

    def tell(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        following = before[signal.Signals(number)]
        if callable(following):
            following(number, frame)

    taken = [one for one, handler in before.items() if callable(handler)]
    for one in taken:
        signal.signal(one, tell)
    try:
        yield
    finally:
        for one in taken:
            if signal.getsignal(one) is tell:
                signal.signal(one, before[one])
