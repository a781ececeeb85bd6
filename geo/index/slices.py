"""Work on many points, cut into slices for several threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.arrays import LonLatArray
from geo.errors import CoordinateError

_SLICE = 1 << 16  # points per unit of work of one thread


def as_points(lonlat: LonLatArray) -> LonLatArray:
    """Give points as a contiguous array of shape (n, 2); CoordinateError for another shape."""
    points = np.ascontiguousarray(lonlat, np.float64)
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - two columns
        raise CoordinateError(points.shape, "an array of shape (n, 2), lon and lat, is needed")
    return points


def run_in_slices(work: Callable[[int, int], None], n: int, threads: int | None) -> None:
    """Run work on slices of n points, on several threads where it pays."""
    n_threads = threads or os.cpu_count() or 1
    if n_threads == 1 or n <= _SLICE:
        work(0, n)
        return
    starts = range(0, n, _SLICE)
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(lambda first: work(first, min(first + _SLICE, n)), starts))
