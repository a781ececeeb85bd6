"""Xiaqu's own location index: one layer, or all four levels in one pass."""

import time
from typing import Any

import numpy as np

from bench.layers import BenchLayer
from bench.task import Prepared, Task
from geo.arrays import IntArray
from geo.index import LocationIndex


def prepare(task: Task) -> Prepared:
    """Build the index before the clock starts.

    Parameters
    ----------
    task
        What to measure; option ``chain_file`` names the .npy table of all levels by grid, and
        makes the answer all levels.

    Returns
    -------
    Prepared
        Its run returns the ordinal of the owner of each point, shape (n,), or (n, levels).
    """
    layer = BenchLayer.open(task.layer_file)
    started = time.perf_counter()
    index = LocationIndex.build(layer.shapes, layer.codes)
    first_build_s = time.perf_counter() - started
    started = time.perf_counter()
    index = LocationIndex.build(layer.shapes, layer.codes)
    facts: dict[str, Any] = {
        "build_s": round(time.perf_counter() - started, 3),
        "first_build_s": round(first_build_s, 3),
        "index_mb": round(index.nbytes / 1e6, 1),
        "top_cells": index.top_cells,
    }
    lonlat = np.load(task.points_file)[: task.n_points]
    if "chain_file" in task.options:
        chain = np.load(str(task.options["chain_file"]))

        def locate_chain() -> IntArray:
            return index.locate_rows(lonlat, chain, threads=task.threads)

        return Prepared(locate_chain, locate_chain, facts=facts)

    def locate() -> IntArray:
        return index.locate_many(lonlat, threads=task.threads)

    return Prepared(locate, locate, facts=facts)
