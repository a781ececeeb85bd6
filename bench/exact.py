"""Exhaustive agreement with brute-force shapely: ``python -m bench.exact --json``."""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rich.table import Table

from bench.city import load_city
from bench.console import create_parser, create_table, emit, progress
from bench.layers import LEVELS, REAL_SETS, BenchLayer, open_real_set, shared_data
from bench.machine import describe_machine
from bench.points import midpoint_points, near_miss_points, ticket_points, vertex_points
from bench.reference import covers_exactly, pairs_by_area
from geo.arrays import LonLatArray
from geo.index import LocationIndex

CHUNK = 1_000_000
MAX_ARBITRATED = 100
BEYOND = 0.02  # random points reach this share of the extent beyond the layer


@dataclass(frozen=True)
class Job:
    """A chunk of points of one kind on one layer.

    Parameters
    ----------
    folder
        Holds ``layer.parquet``, ``index.xqi`` and ``<kind>.npy`` for listed points.
    layer, kind
        Names for the report.
    first, last
        Rows of the listed points, or the range that random points are counted by.
    seed
        Of random points; each chunk draws its own.
    """

    folder: str
    layer: str
    kind: str
    first: int
    last: int
    seed: int

    def points(self) -> LonLatArray:
        """Return the points of this chunk, shape (last - first, 2)."""
        listed = Path(self.folder) / f"{self.kind}.npy"
        if listed.exists():
            part: LonLatArray = np.load(listed, mmap_mode="r")[self.first : self.last]
            return np.ascontiguousarray(part)
        layer, _, _ = _open(self.folder)
        n_points = self.last - self.first
        chunk_seed = self.seed + self.first // CHUNK
        if self.kind == "tickets":
            return ticket_points(layer, n_points, chunk_seed)
        west, south, east, north = layer.bounds
        x, y = BEYOND * (east - west), BEYOND * (north - south)
        drawn: LonLatArray = np.random.default_rng(chunk_seed).uniform(
            (west - x, south - y), (east + x, north + y), (n_points, 2)
        )
        return drawn


@dataclass(frozen=True)
class Difference:
    """A point that the index and shapely answer differently."""

    layer: str
    kind: str
    lon: float
    lat: float
    ours: tuple[int, ...]
    shapely: tuple[int, ...]
    owner: int


@dataclass(frozen=True)
class Outcome:
    """Counts of one job, and the differing points as far as they can be arbitrated."""

    job: Job
    on_several: int
    sets_differing: int
    owners_differing: int
    differences: tuple[Difference, ...]


@lru_cache(maxsize=4)
def _open(folder: str) -> tuple[BenchLayer, shapely.STRtree, LocationIndex]:
    layer = BenchLayer.open(Path(folder) / "layer.parquet")
    return layer, shapely.STRtree(layer.shapes), LocationIndex.open(Path(folder) / "index.xqi")


def compare(job: Job) -> Outcome:
    """Compare covering sets and owners of one chunk.

    Parameters
    ----------
    job
        Which points on which layer.

    Returns
    -------
    Outcome
        Counts of points whose set, or whose owner, differs.
    """
    layer, tree, index = _open(job.folder)
    lonlat = job.points()
    n_points = len(lonlat)
    reference = pairs_by_area(layer.shapes, tree, lonlat)
    covering = index.covering_many(lonlat)
    point = np.repeat(np.arange(n_points), np.diff(covering.indptr))
    n_areas = len(layer.codes)
    ours_keys = point * n_areas + covering.ordinals
    shapely_keys = reference.point * n_areas + reference.ordinal
    owners = index.locate_many(lonlat, threads=1)
    owner_differs = owners != reference.owners(n_points)
    differing = np.unique(np.setxor1d(ours_keys, shapely_keys) // n_areas)
    either = np.union1d(differing, np.flatnonzero(owner_differs))
    return Outcome(
        job,
        on_several=int((np.bincount(reference.point, minlength=n_points) > 1).sum()),
        sets_differing=len(differing),
        owners_differing=int(owner_differs.sum()),
        differences=tuple(
            Difference(
                layer.name,
                job.kind,
                float(lonlat[row, 0]),
                float(lonlat[row, 1]),
                tuple(covering.ordinals[point == row].tolist()),
                tuple(reference.ordinal[reference.point == row].tolist()),
                int(owners[row]),
            )
            for row in either[:MAX_ARBITRATED].tolist()
        ),
    )


def prepare(layer: BenchLayer, folder: Path, n_random: int, seed: int) -> list[Job]:
    """Build and save the index of a layer and list its jobs.

    Parameters
    ----------
    layer
        Areas by ascending code.
    folder
        Made for the layer; holds its files.
    n_random
        Even points, and as many ticket-like ones; 0 for borders alone.
    seed
        Of random points and near misses.

    Returns
    -------
    list of Job
        Covering every point of every kind.
    """
    folder.mkdir()
    layer.save(folder / "layer.parquet")
    LocationIndex.build(layer.shapes, layer.codes).save(folder / "index.xqi")
    vertices, midpoints = vertex_points(layer.shapes), midpoint_points(layer.shapes)
    listed = {
        "vertices": vertices,
        "midpoints": midpoints,
        "one ulp from vertices": near_miss_points(vertices, seed),
        "one ulp from midpoints": near_miss_points(midpoints, seed + 1),
    }
    for kind, lonlat in listed.items():
        np.save(folder / f"{kind}.npy", lonlat)
    counts = {kind: len(lonlat) for kind, lonlat in listed.items()}
    counts |= {"random": n_random // 2, "tickets": n_random - n_random // 2} if n_random else {}
    return [
        Job(str(folder), layer.name, kind, first, min(first + CHUNK, n_points), seed)
        for kind, n_points in counts.items()
        for first in range(0, n_points, CHUNK)
    ]


def hostile_points(layer: BenchLayer) -> LonLatArray:
    """Return points that no area can cover, shape (n, 2): not finite, huge, the antipode."""
    west, south, _, _ = layer.bounds
    bad = (np.nan, np.inf, -np.inf, 1e308, -1e308, np.finfo(float).max)
    pairs = [(x, y) for x in (*bad, west) for y in (*bad, south)][:-1]
    return np.array([*pairs, (west - 180.0, -south), (west + 360.0, south)])


def arbitrate(difference: Difference, layer: BenchLayer) -> dict[str, Any]:
    """Decide a differing point in exact fractions.

    Parameters
    ----------
    difference
        What both sides answered.
    layer
        The same areas.

    Returns
    -------
    dict
        The point, the three sets of ordinals, and who is right. Only areas that either side
        named are asked.
    """
    named = sorted({*difference.ours, *difference.shapely, difference.owner} - {-1})
    exact = tuple(
        ordinal
        for ordinal in named
        if covers_exactly(layer.shapes[ordinal], difference.lon, difference.lat)
    )
    owner = exact[0] if exact else -1
    return {
        **vars(difference),
        "lon": difference.lon.hex(),
        "lat": difference.lat.hex(),
        "exact": exact,
        "ours_right": difference.ours == exact and difference.owner == owner,
        "shapely_right": difference.shapely == exact,
    }


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Compare all layers.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        Counts by layer and kind of point, arbitrated differences, totals, machine.
    """
    started = time.perf_counter()
    machine = describe_machine()
    city = load_city(arguments.scale, arguments.seed)
    layers = {level: city[level] for level in arguments.layers}
    data = None if arguments.no_real else shared_data()
    real = {} if data is None else {r.name: open_real_set(r, data) for r in REAL_SETS}
    hostile_covered = 0
    with tempfile.TemporaryDirectory(prefix="xiaqu-exact-") as name:
        jobs: list[Job] = []
        for layer in (*layers.values(), *real.values()):
            progress.print(f"{layer.name}: building the index of {len(layer.codes):,} areas")
            folder = Path(name) / layer.name.replace(" ", "-")
            n_random = arguments.points if layer.name in layers else 0
            jobs += prepare(layer, folder, n_random, arguments.seed)
            index = LocationIndex.open(folder / "index.xqi")
            hostile = hostile_points(layer)
            hostile_covered += int((index.locate_many(hostile) >= 0).sum())
            hostile_covered += len(index.covering_many(hostile).ordinals)
        outcomes = list(_compare_all(jobs, arguments.processes))
    found = [difference for outcome in outcomes for difference in outcome.differences]
    verdicts = [
        arbitrate(difference, (layers | real)[difference.layer])
        for difference in found[:MAX_ARBITRATED]
    ]
    return {
        "machine": machine,
        "scale": arguments.scale,
        "seed": arguments.seed,
        "seconds": round(time.perf_counter() - started, 1),
        "real_sets": list(real),
        "missing": _missing(arguments, data),
        "points": sum(outcome.job.last - outcome.job.first for outcome in outcomes),
        "sets_differing": sum(outcome.sets_differing for outcome in outcomes),
        "owners_differing": sum(outcome.owners_differing for outcome in outcomes),
        "hostile_covered": hostile_covered,
        "ours_wrong_when_arbitrated": sum(not verdict["ours_right"] for verdict in verdicts),
        "arbitrated": verdicts,
        "rows": _rows(outcomes),
    }


def _missing(arguments: argparse.Namespace, data: Path | None) -> dict[str, str]:
    if data is not None:
        return {}
    left_out = "left out on the command line"
    absent = "no real data: XIAQU_SHARED_DATA names no folder"
    return {"real sets": left_out if arguments.no_real else absent}


def _compare_all(jobs: list[Job], processes: int) -> Iterator[Outcome]:
    # A forked child would inherit the locks of numba's and Arrow's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for done, outcome in enumerate(pool.map(compare, jobs), start=1):
            job = outcome.job
            progress.print(
                f"{done}/{len(jobs)} {job.layer}, {job.kind}, {job.first:,} to {job.last:,}: "
                f"{outcome.sets_differing} sets and {outcome.owners_differing} owners differ"
            )
            yield outcome


def _rows(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    by_kind: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        by_kind.setdefault((outcome.job.layer, outcome.job.kind), []).append(outcome)
    return [
        {
            "layer": layer,
            "kind": kind,
            "points": sum(part.job.last - part.job.first for part in parts),
            "on_several_areas": sum(part.on_several for part in parts),
            "sets_differing": sum(part.sets_differing for part in parts),
            "owners_differing": sum(part.owners_differing for part in parts),
        }
        for (layer, kind), parts in by_kind.items()
    ]


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
    parser.add_argument("--points", type=int, default=10_000_000, help="random points per layer")
    parser.add_argument("--layers", nargs="+", default=list(LEVELS), choices=LEVELS)
    parser.add_argument("--no-real", action="store_true", help="leave the real sets out")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args(argv)


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    rows = result["rows"]
    columns = ("layer", "kind", "points", "on_several_areas", "sets_differing", "owners_differing")
    table = create_table("agreement with shapely", columns)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    yield table


if __name__ == "__main__":
    chosen = parse()
    outcome_of_run = run(chosen)
    emit(outcome_of_run, chosen, _tables(outcome_of_run))
