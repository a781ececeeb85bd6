"""Work on many points, cut into slices for several threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.arrays import LonLatArray
from geo.errors import CoordinateError

_SLICE = 1 << 16  # points per unit of work of one thread

ROWS_SLICE = 1 << 13
"""Smaller slices, whose owners stay in the nearest cache until their rows are taken."""


def as_points(lonlat: LonLatArray) -> LonLatArray:
    """Give points as a contiguous array of shape (n, 2); CoordinateError for another shape."""
    points = np.ascontiguousarray(lonlat, np.float64)
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - two columns
        raise CoordinateError(points.shape, "an array of shape (n, 2), lon and lat, is needed")
    return points


def run_in_slices(
    work: Callable[[int, int], None], n: int, threads: int | None, size: int = _SLICE
) -> None:
    """Run work on slices of n points, on several threads where it pays."""
    n_threads = threads or os.cpu_count() or 1
    starts = range(0, n, size)
    if n_threads == 1 or n <= _SLICE:
        for first in starts:
            work(first, min(first + size, n))
        return
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(lambda first: work(first, min(first + size, n)), starts))
