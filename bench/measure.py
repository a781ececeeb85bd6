"""Measure one task in a process of its own: ``python -m bench.measure TASK.json``."""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.cluster import MissingPeerError
from bench.peers import PEERS
from bench.task import Prepared, Task

MODULES = {name: peer.module for name, peer in PEERS.items()} | {
    "xiaqu": "ours",
    "gather": "memory",
}


def measure(task: Task) -> dict[str, Any]:
    """Time a peer on a task, after one untimed answer that is compared with the reference.

    Parameters
    ----------
    task
        What to measure; the process should be pinned already.

    Returns
    -------
    dict
        ``pts_per_s`` and ``pts_per_cpu_s`` of the best run, ``runs`` (points per second of
        each), ``agreement`` (None where there is nothing to compare), ``matched`` and what the
        peer adds about itself; or ``missing`` with the reason.
    """
    try:
        module = importlib.import_module(f"bench.peers.{MODULES[task.peer]}")
        prepared: Prepared = module.prepare(task)
    except (ImportError, MissingPeerError) as missing:
        return {"missing": f"{type(missing).__name__}: {missing}"}
    row: dict[str, Any] = {"n_points": task.n_points}
    row |= _compare(task, prepared)
    if prepared.owners is None:
        prepared.run()
    rates: list[tuple[float, float]] = []
    began = time.perf_counter()
    while len(rates) < task.runs and (not rates or time.perf_counter() - began < task.budget_s):
        cpu = prepared.cpu_s()
        started = time.perf_counter()
        prepared.run()
        wall = time.perf_counter() - started
        spent = prepared.cpu_s() - cpu
        rates.append((task.n_points / wall, task.n_points / spent if spent > 0 else 0.0))
    row["pts_per_s"] = round(max(wall for wall, _ in rates))
    row["pts_per_cpu_s"] = round(max(cpu for _, cpu in rates))
    row["runs"] = [round(wall) for wall, _ in rates]
    row |= prepared.facts
    return row


def _compare(task: Task, prepared: Prepared) -> dict[str, Any]:
    if prepared.owners is None or not task.reference_file:
        return {"agreement": None}
    reference = np.load(task.reference_file, mmap_mode="r")
    owners = prepared.owners()
    n_compared = min(len(reference), len(owners))
    differs = np.asarray(owners[:n_compared] != reference[:n_compared])
    n_differing = int(differs.reshape(n_compared, -1).any(axis=1).sum())
    return {
        "agreement": 1.0 - n_differing / n_compared,
        "compared": n_compared,
        "differing": n_differing,
        "matched": int((owners >= 0).sum()),
    }


if __name__ == "__main__":
    json.dump(measure(Task.open(Path(sys.argv[1]))), sys.stdout)
