"""One lookup over HTTP against an empty endpoint and PostGIS: ``python -m bench.http --json``."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from rich.table import Table

from bench.city import load_city
from bench.cluster import MissingPeerError, PostgisCluster
from bench.console import create_parser, create_table, emit, progress
from bench.layers import LEVELS, BenchLayer
from bench.load import CONNECTIONS, client_name, pinned, run_load
from bench.machine import describe_machine, load_average
from bench.peers.with_postgis import load_areas, subdivide
from bench.points import ticket_points
from bench.procfs import tree_cpu_s
from bench.reference import owners_by_shapely
from bench.servers import free_port, get, program, running, wait_for
from bench.stack import StackSpec
from geo.arrays import LonLatArray

START_TIMEOUT_S = 300.0
OURS, EMPTY = "xiaqu", "empty endpoint"
CONSTANT = "constant behind our own reading of the query"
POSTGIS = {"PostGIS ST_Covers": "", "PostGIS ST_Subdivide(64)": "_pieces"}


@dataclass(frozen=True)
class Stack:
    """A running server, and the database behind it if it has one."""

    name: str
    port: int
    server: int
    postmaster: int | None = None


def sample_points(grid: BenchLayer, n_points: int, seed: int) -> LonLatArray:
    """Draw ticket-like points inside the city, shape (n_points, 2)."""
    drawn = ticket_points(grid, 2 * n_points, seed)
    inside: LonLatArray = drawn[owners_by_shapely(grid.shapes, drawn) >= 0][:n_points]
    return inside


def typical_answer(port: int, paths: list[str]) -> tuple[dict[str, str], str, list[int]]:
    """Ask the service and take the answer of median length as the constant one.

    Parameters
    ----------
    port
        Of the service.
    paths
        Request targets.

    Returns
    -------
    headers, body, lengths
        Headers without length and date; lengths of all bodies.

    Raises
    ------
    ValueError
        A path is not answered with 200.
    """
    answers = []
    for path in paths:
        status, headers, body = get(port, path)
        if status != 200:  # noqa: PLR2004 - OK
            raise ValueError(f"{path} is answered with {status}: {body[:200]!r}")
        answers.append((len(body), body.decode(), headers))
    answers.sort(key=lambda answer: answer[0])
    _, body_text, headers = answers[len(answers) // 2]
    kept = {name: value for name, value in headers.items() if name not in _VARYING}
    return kept, body_text, [length for length, _, _ in answers]


_VARYING = {"content-length", "date", "server", "connection"}


class HttpBench:
    """Starts the stacks and measures them in turn.

    Parameters
    ----------
    arguments
        Of the command line.
    folder
        Working folder.
    stack
        Closes the servers in the end.
    """

    def __init__(
        self, arguments: argparse.Namespace, folder: Path, stack: contextlib.ExitStack
    ) -> None:
        self.arguments = arguments
        self.folder = folder
        self.missing: dict[str, str] = {}
        self.stacks: list[Stack] = []
        self._closing = stack
        cpus = sorted(os.sched_getaffinity(0))
        self.server_cpus, self.client_cpus = {cpus[0]}, {cpus[-1]}

    def start_ours(self, path: str) -> Stack:
        """Load the demo city with the command that users use, and serve it with one worker."""
        data = {
            "XIAQU_DATA_DIR": str(self.folder / "data"),
            "XIAQU_DATABASE_URL": "",
            "XIAQU_LOG_LEVEL": "warning",
        }
        size = ["--scale", self.arguments.scale, "--seed", str(self.arguments.seed)]
        subprocess.run(
            [program("xiaqu"), "demo", *size, "--no-serve"],
            env={**os.environ, **data},
            check=True,
            stdout=sys.stderr,
        )
        port = free_port()
        command = [program("xiaqu"), "serve", "--port", str(port), "--workers", "1"]
        return self._start(OURS, command, port, path, data)

    def start_other(self, name: str, spec: StackSpec, path: str, postmaster: int | None) -> None:
        """Serve a stack to compare with."""
        file = self.folder / f"{spec.port}.json"
        spec.save(file)
        command = [sys.executable, "-m", f"bench.{spec.module}", str(file)]
        self._start(name, command, spec.port, path, {}, postmaster)

    def _start(
        self,
        name: str,
        command: list[str],
        port: int,
        path: str,
        environment: dict[str, str],
        postmaster: int | None = None,
    ) -> Stack:
        with pinned(self.server_cpus):
            process = self._closing.enter_context(running(command, environment))
        wait_for(process, port, path, START_TIMEOUT_S)
        started = Stack(name, port, process.pid, postmaster)
        self.stacks.append(started)
        progress.print(f"{name} answers on port {port}")
        return started

    def start_postgis(
        self, layers: dict[str, BenchLayer], headers: dict[str, str], path: str
    ) -> None:
        """Load the four layers, plain and cut up, and serve both; or say what is missing."""
        if find_spec("asyncpg") is None:
            self.missing |= dict.fromkeys(POSTGIS, "asyncpg is not installed")
            return
        try:
            cluster = self._closing.enter_context(PostgisCluster())
        except MissingPeerError as missing:
            self.missing |= dict.fromkeys(POSTGIS, str(missing))
            return
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            for level in LEVELS:
                load_areas(connection, layers[level], level)
                subdivide(connection, level, f"{level}_pieces")
        dsn = (
            f"postgresql:///postgres?host={cluster.folder}&port={cluster.port}&user={cluster.user}"
        )
        for name, suffix in POSTGIS.items():
            tables = tuple(level + suffix for level in LEVELS)
            spec = StackSpec("stack_postgis", free_port(), headers, dsn=dsn, tables=tables)
            self.start_other(name, spec, path, cluster.postmaster)

    def measure(self, stack: Stack, paths: list[str], seconds: float) -> dict[str, Any]:
        """Put load on one stack and divide the CPU time it took by the requests answered."""
        server = tree_cpu_s(stack.server)
        database = 0.0 if stack.postmaster is None else tree_cpu_s(stack.postmaster)
        load = run_load(stack.port, paths, seconds, self.folder, self.client_cpus)
        server = tree_cpu_s(stack.server) - server
        if stack.postmaster is not None:
            database = tree_cpu_s(stack.postmaster) - database
        if load.failed or not load.requests:
            raise ValueError(f"{stack.name}: {load.failed} of {load.requests} requests failed")
        per_request = 1e6 / load.requests
        return {
            "stack": stack.name,
            "req_per_s": round(load.requests / load.seconds),
            "p50_ms": round(load.p50_ms, 3),
            "p99_ms": round(load.p99_ms, 3),
            "server_us_per_req": round(server * per_request, 2),
            "database_us_per_req": round(database * per_request, 2),
            "cpu_us_per_req": round((server + database) * per_request, 2),
        }

    def measure_rounds(self, paths: list[str]) -> list[dict[str, Any]]:
        """Measure every stack once a round, in turn forwards and backwards against drift."""
        for stack in self.stacks:
            self.measure(stack, paths, min(2.0, self.arguments.seconds))
        rows = []
        for number in range(self.arguments.rounds):
            for stack in self.stacks[:: 1 if number % 2 == 0 else -1]:
                row = {"round": number} | self.measure(stack, paths, self.arguments.seconds)
                progress.print(
                    f"round {number + 1}, {stack.name}: {row['req_per_s']} req/s, "
                    f"{row['cpu_us_per_req']} us CPU per request"
                )
                rows.append(row)
        return rows


def summarise(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Work out the ratios round by round and take their medians.

    Parameters
    ----------
    rows
        Of ``HttpBench.measure_rounds``.

    Returns
    -------
    dict
        ``cost_to_empty_endpoint`` (server CPU), the same against a constant answer behind our
        own reading of the query, ``cost_to_postgis`` (server CPU of ours against
        server and database CPU of the better PostGIS), None where that is missing, the ratios
        of each round, and the medians of each stack.
    """
    rounds: dict[int, dict[str, float]] = {}
    for row in rows:
        rounds.setdefault(row["round"], {})[row["stack"]] = row["cpu_us_per_req"]
    to_empty = [costs[OURS] / costs[EMPTY] for costs in rounds.values()]
    to_constant = [costs[OURS] / costs[CONSTANT] for costs in rounds.values()]
    to_postgis = [
        costs[OURS] / min(costs[name] for name in POSTGIS)
        for costs in rounds.values()
        if POSTGIS.keys() <= costs.keys()
    ]
    names = list(dict.fromkeys(row["stack"] for row in rows))
    figures = [name for name in rows[0] if name not in {"round", "stack"}]
    return {
        "cost_to_empty_endpoint": round(median(to_empty), 3),
        "cost_to_constant_behind_our_reading": round(median(to_constant), 3),
        "cost_to_postgis": round(median(to_postgis), 3) if to_postgis else None,
        "cost_to_empty_endpoint_by_round": [round(ratio, 3) for ratio in to_empty],
        "cost_to_postgis_by_round": [round(ratio, 3) for ratio in to_postgis],
        "stacks": {
            name: {
                figure: round(median(row[figure] for row in rows if row["stack"] == name), 3)
                for figure in figures
            }
            for name in names
        },
    }


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the whole benchmark.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        Machine, ratios, medians by stack, rounds, missing peers.
    """
    machine = describe_machine()
    layers = load_city(arguments.scale, arguments.seed)
    lonlat = sample_points(layers["grid"], arguments.points, arguments.seed)
    paths = [f"/v1/locate?lon={lon:.7f}&lat={lat:.7f}" for lon, lat in lonlat.tolist()]
    with (
        tempfile.TemporaryDirectory(prefix="xiaqu-http-") as name,
        contextlib.ExitStack() as stack,
    ):
        bench = HttpBench(arguments, Path(name), stack)
        ours = bench.start_ours(paths[0])
        headers, body, lengths = typical_answer(ours.port, paths[:200])
        empty = StackSpec("stack_empty", free_port(), headers, body=body)
        bench.start_other(EMPTY, empty, paths[0], None)
        constant = replace(empty, port=free_port(), reads_plainly=True)
        bench.start_other(CONSTANT, constant, paths[0], None)
        if not arguments.no_postgis:
            bench.start_postgis(layers, headers, paths[0])
        rows = bench.measure_rounds(paths)
    return {
        "machine": machine | {"load_average_at_end": load_average()},
        "client": f"{client_name()}, {CONNECTIONS} connections, on its own processor where it can",
        "scale": arguments.scale,
        "seed": arguments.seed,
        "points": len(paths),
        "seconds": arguments.seconds,
        "body_bytes": {"constant": len(body.encode()), "least": lengths[0], "most": lengths[-1]},
        **summarise(rows),
        "missing": bench.missing,
        "rounds": rows,
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
    parser.add_argument("--points", type=int, default=20_000, help="different requests")
    parser.add_argument("--seconds", type=float, default=8.0, help="per stack and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-postgis", action="store_true")
    return parser.parse_args(argv)


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    stacks = result["stacks"]
    columns = list(next(iter(stacks.values())))
    table = create_table("one lookup over HTTP, medians of rounds", ("stack", *columns))
    for name, figures in stacks.items():
        table.add_row(name, *(str(figures[column]) for column in columns))
    yield table
    table = create_table("cost", ("to", "ratio of CPU per request"))
    for name in ("cost_to_empty_endpoint", "cost_to_postgis"):
        table.add_row(name, str(result[name]))
    yield table


if __name__ == "__main__":
    chosen = parse()
    outcome = run(chosen)
    emit(outcome, chosen, _tables(outcome))
