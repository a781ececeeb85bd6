"""Bulk location against every peer in one run: ``python -m bench.locate --json``."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rich.table import Table

from bench.city import load_city
from bench.cluster import MissingPeerError, PostgisCluster
from bench.console import create_parser, create_table, emit, progress
from bench.layers import (
    LEVELS,
    REAL_SETS,
    BenchLayer,
    chain_table,
    open_real_set,
    shared_data,
)
from bench.machine import describe_machine, load_average
from bench.peers import EMBEDDED, PEERS
from bench.points import ticket_points, uniform_points
from bench.reference import owners_by_shapely
from bench.summary import OURS, Row, summarise
from bench.task import Task
from geo.arrays import IntArray, LonLatArray

TIMEOUT_S = 900


@dataclass(frozen=True)
class Question:
    """One layer with its points and expected owners, as files."""

    layer: BenchLayer
    lonlat: LonLatArray
    reference: IntArray
    folder: Path

    def save(self) -> None:
        """Write the three files that the measuring processes read."""
        self.layer.save(self.folder / "layer.parquet")
        np.save(self.folder / "points.npy", self.lonlat)
        np.save(self.folder / "reference.npy", self.reference)

    def task(self, peer: str, threads: int, n_points: int, arguments: argparse.Namespace) -> Task:
        """Describe one measurement on this question."""
        return Task(
            peer=peer,
            layer=self.layer.name,
            layer_file=str(self.folder / "layer.parquet"),
            points_file=str(self.folder / "points.npy"),
            reference_file=str(self.folder / "reference.npy"),
            n_points=min(n_points, len(self.lonlat)),
            threads=threads,
            runs=arguments.runs,
            budget_s=arguments.budget_s,
        )


class Bench:
    """Runs measurements one after another and keeps their rows.

    Parameters
    ----------
    arguments
        Of the command line.
    folder
        Working folder; its files live as long as the run.
    """

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self.arguments = arguments
        self.folder = folder
        self.rows: list[Row] = []
        self.missing: dict[str, str] = {}
        self.cluster: PostgisCluster | None = None
        self._cpus = sorted(os.sched_getaffinity(0))

    def question(self, layer: BenchLayer, lonlat: LonLatArray) -> Question:
        """Work out the expected owners with shapely and save everything to files."""
        n_reference = min(len(lonlat), self.arguments.reference_points)
        progress.print(f"{layer.name}: shapely answers {n_reference:,} points for comparison")
        reference = owners_by_shapely(layer.shapes, lonlat[:n_reference])
        folder = self.folder / layer.name.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        question = Question(layer, lonlat, reference, folder)
        question.save()
        return question

    def measure(self, task: Task, **options: object) -> Row | None:
        """Measure a task in a process pinned to as many processors as it has threads.

        Returns
        -------
        Row or None
            None when the peer is missing; the reason is kept under its name.
        """
        if task.threads > len(self._cpus):
            self.missing[f"{task.peer}, {task.threads} threads"] = (
                f"only {len(self._cpus)} processor(s) usable"
            )
            return None
        task = Task(**{**vars(task), "options": options})
        path = self.folder / "task.json"
        task.save(path)
        progress.print(f"{task.layer} {task.threads}t: {task.peer} on {task.n_points:,} points")
        with self._pinned(task.threads):
            found = _run_process(path)
        if "missing" in found:
            self.missing[task.peer] = str(found["missing"])
            progress.print(f"  missing: {found['missing']}")
            return None
        row: Row = {"peer": task.peer, "layer": task.layer, "threads": task.threads, **found}
        row["load_average"] = load_average()
        progress.print(f"  {found['pts_per_s']:,} points/s, agreement {found['agreement']}")
        self.rows.append(row)
        return row

    @contextlib.contextmanager
    def _pinned(self, threads: int) -> Iterator[None]:
        # A child inherits the mask before its libraries count the processors.
        os.sched_setaffinity(0, self._cpus[:threads])
        try:
            yield
        finally:
            os.sched_setaffinity(0, self._cpus)

    def measure_layer(self, question: Question, threads: int) -> None:
        """Measure ours, the memory yardstick, every peer, and ours again on one layer."""
        n_all = len(question.lonlat)
        ours = self.measure(question.task(OURS, threads, n_all, self.arguments))
        if ours is not None:
            gather = question.task("gather", threads, n_all, self.arguments)
            self.measure(gather, cells=ours["top_cells"])
        for peer in PEERS.values():
            if self.arguments.peers and peer.name not in self.arguments.peers:
                self.missing.setdefault(peer.name, "left out on the command line")
                continue
            n_points = peer.n_points.get(question.layer.name, peer.n_points["grid"])
            n_points = max(1, int(n_points * self.arguments.share))
            task = question.task(peer.name, threads, n_points, self.arguments)
            if peer.module != "with_postgis":
                self.measure(task)
            elif self.cluster is not None:
                dsn, postmaster = self.cluster.dsn, self.cluster.postmaster
                self.measure(task, dsn=dsn, postmaster=postmaster)
        if ours is not None:
            self.measure(question.task(OURS, threads, n_all, self.arguments))

    def measure_chain(
        self, layers: dict[str, BenchLayer], lonlat: LonLatArray, threads: int
    ) -> None:
        """Measure all four levels in one pass; the reference asks each level by itself."""
        folder = self.folder / "chain"
        if not folder.exists():
            folder.mkdir()
            n_reference = min(len(lonlat), self.arguments.reference_points)
            progress.print(f"chain: shapely answers {n_reference:,} points at four levels")
            columns = [
                owners_by_shapely(layers[level].shapes, lonlat[:n_reference]) for level in LEVELS
            ]
            np.save(folder / "chain.npy", chain_table(layers))
            Question(layers["grid"], lonlat, np.column_stack(columns), folder).save()
        grid = BenchLayer("chain", layers["grid"].shapes, layers["grid"].codes)
        question = Question(grid, lonlat, np.empty(0, np.int32), folder)
        task = question.task(OURS, threads, len(lonlat), self.arguments)
        self.measure(task, chain_file=str(folder / "chain.npy"))

    def measure_overlaps(self) -> None:
        """Measure ours and every shapely and geopandas way on the real overlapping sets."""
        data = shared_data()
        if data is None:
            self.missing["overlap"] = "no real data: XIAQU_SHARED_DATA names no folder"
            return
        n_points = max(1000, int(self.arguments.overlap_points))
        for real in REAL_SETS:
            if not real.overlaps:
                continue
            layer = open_real_set(real, data)
            question = self.question(layer, uniform_points(layer, n_points, self.arguments.seed))
            for peer in (OURS, *EMBEDDED, OURS):
                self.measure(question.task(peer, 1, n_points, self.arguments))


def _run_process(task_file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.measure", str(task_file)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return {"missing": f"no answer within {TIMEOUT_S} s"}
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return {"missing": f"exit code {done.returncode}: {last[0]}"}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the whole benchmark.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        Machine, sizes, rows, missing peers and the summary of ``bench.summary``.
    """
    machine = describe_machine()
    layers = load_city(arguments.scale, arguments.seed)
    lonlat = ticket_points(layers["grid"], arguments.points, arguments.seed)
    with (
        tempfile.TemporaryDirectory(prefix="xiaqu-bench-") as name,
        contextlib.ExitStack() as stack,
    ):
        bench = Bench(arguments, Path(name))
        try:
            bench.cluster = stack.enter_context(PostgisCluster())
        except MissingPeerError as missing:
            for peer in PEERS.values():
                if peer.module == "with_postgis":
                    bench.missing[peer.name] = str(missing)
        for level in arguments.layers:
            question = bench.question(layers[level], lonlat)
            for threads in (1, 2):
                bench.measure_layer(question, threads)
        for threads in (1, 2):
            bench.measure_chain(layers, lonlat, threads)
        bench.measure_overlaps()
    sizes = {level: _size(layers[level]) for level in LEVELS} | {"points": len(lonlat)}
    return {
        "machine": machine | {"load_average_at_end": load_average()},
        "scale": arguments.scale,
        "seed": arguments.seed,
        "sizes": sizes,
        **summarise(bench.rows),
        "missing": bench.missing,
        "rows": bench.rows,
    }


def _size(layer: BenchLayer) -> dict[str, int]:
    return {
        "areas": len(layer.codes),
        "vertices": int(shapely.get_num_coordinates(layer.shapes).sum()),
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line.

    Parameters
    ----------
    argv
        Without the program's name; None for that of this process.

    Returns
    -------
    argparse.Namespace
        The options, with defaults for a full run.
    """
    parser = create_parser(str(__doc__))
    parser.add_argument("--scale", default="city", help="scale of the demo city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=10_000_000, help="points for ours")
    parser.add_argument("--share", type=float, default=1.0, help="multiplies the peers' samples")
    parser.add_argument("--reference-points", type=int, default=2_000_000)
    parser.add_argument("--overlap-points", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5, help="timed runs, the best is reported")
    parser.add_argument("--budget-s", type=float, default=20.0, help="no further run after this")
    parser.add_argument("--layers", nargs="+", default=["township", "grid"], choices=LEVELS)
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), help="only these peers")
    return parser.parse_args(argv)


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    rows = result["rows"]
    table = create_table(
        "points per second", ("peer", "layer", "threads", "M/s", "M per CPU-s", "agreement")
    )
    for row in rows:
        table.add_row(
            row["peer"],
            row["layer"],
            str(row["threads"]),
            f"{row['pts_per_s'] / 1e6:.3f}",
            f"{row['pts_per_cpu_s'] / 1e6:.3f}",
            "" if row["agreement"] is None else f"{row['agreement']:.7f}",
        )
    yield table
    for name in ("ratio_to_best_peer", "best_peer", "gather_share", "missing"):
        entries = result[name]
        table = create_table(name, ("what", "value"))
        for what, value in entries.items():
            table.add_row(what, str(value))
        yield table


if __name__ == "__main__":
    chosen = parse()
    outcome = run(chosen)
    emit(outcome, chosen, _tables(outcome))
