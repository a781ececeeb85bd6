"""Give each thread of a peer its own share of the points."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


def run_parts(
    answer: Callable[[Part], Result], parts: Sequence[Part], pool: ThreadPoolExecutor | None
) -> list[Result]:
    """Answer each part, in threads where there are several.

    Parameters
    ----------
    answer
        Called once per part.
    parts
        One per thread.
    pool
        None to answer in this thread.

    Returns
    -------
    list
        One result per part, in order.
    """
    if pool is None:
        return [answer(part) for part in parts]
    return list(pool.map(answer, parts))


def open_pool(threads: int) -> ThreadPoolExecutor | None:
    """Return a pool of threads, or None for one thread."""
    return ThreadPoolExecutor(threads) if threads > 1 else None
