"""One measurement: what a peer is asked, and what it hands back."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geo.arrays import IntArray


@dataclass(frozen=True)
class Task:
    """What one process measures.

    Parameters
    ----------
    peer
        Name of the peer in the registry.
    layer
        Name of the layer in the report.
    layer_file
        Parquet file of the layer, from ``BenchLayer.save``.
    points_file
        .npy file, shape (n, 2), lon, lat degrees.
    reference_file
        .npy file of the expected owners of the same points; "" to skip the comparison.
    n_points
        How many of the points, from the first.
    threads
        Threads and processors to use.
    runs
        Upper bound of timed runs.
    budget_s
        No further run starts once this many seconds are spent.
    options
        What only this peer needs, such as a connection string.
    """

    peer: str
    layer: str
    layer_file: str
    points_file: str
    reference_file: str
    n_points: int
    threads: int
    runs: int
    budget_s: float
    options: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the task as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> "Task":
        """Read a task that ``save`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Prepared:
    """A peer with its data loaded and its own index built, ready to be timed.

    Parameters
    ----------
    run
        Answers all points once; this alone is timed.
    owners
        Answers once more and reduces to the smallest ordinal per point, not timed; shape (n,)
        or, for a chain, (n, levels). None where the peer answers nothing comparable.
    cpu_s
        CPU seconds used so far by whoever does the work.
    facts
        Figures worth reporting, such as build time and memory.
    """

    run: Callable[[], object]
    owners: Callable[[], IntArray] | None
    cpu_s: Callable[[], float] = time.process_time
    facts: dict[str, Any] = field(default_factory=dict)
