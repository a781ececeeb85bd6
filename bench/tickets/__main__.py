"""Requests per second and through crashes: ``python -m bench.tickets --json``."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from bench.cluster import MissingPeerError, PostgisCluster
from bench.console import create_parser, create_table, emit, progress
from bench.machine import describe_machine, load_average
from bench.tickets.city import bodies_of, draw_requests, open_city, save_requests
from bench.tickets.client import Sent, encode, send_all
from bench.tickets.serving import Service, counts, url_of

ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
POLL_S = 0.02


class Numbers:
    """Gives every request of the run a number of its own."""

    def __init__(self, bodies: list[dict[str, Any]]) -> None:
        self._bodies = bodies
        self._used = 0

    def take(self, n: int, what: str) -> list[dict[str, Any]]:
        """Give ``n`` bodies with numbers that were not used yet."""
        found = []
        for at in range(self._used, self._used + n):
            body = self._bodies[at % len(self._bodies)]
            found.append({**body, "external_id": f"{what}-{at:07}"})
        self._used += n
        return found


def measure_bulk(
    url: str, folder: Path, listing: Path, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Measure words to bodies in a process pinned to one processor."""
    command = [sys.executable, "-m", "bench.tickets.bulk", url, str(folder), str(listing)]
    processor = max(os.sched_getaffinity(0))
    done = subprocess.run(
        [*command, str(arguments.slots)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
        preexec_fn=lambda: os.sched_setaffinity(0, {processor}),
    )
    found: dict[str, Any] = json.loads(done.stdout)
    progress.print(f"{found['text_to_body_per_s']:,} words to bodies a second on one processor")
    return found


def measure_http(
    service: Service, numbers: Numbers, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Send requests as fast as they are acknowledged, and count processor time."""
    bodies = numbers.take(arguments.n_warm, "warm")
    send_all(service.port, [encode(service.port, one) for one in bodies], arguments.connections)
    slots = []
    for slot in range(arguments.http_slots):
        bodies = numbers.take(arguments.n_http, f"http{slot}")
        requests = [encode(service.port, one) for one in bodies]
        server, database = service.cpu_s()
        sent = send_all(service.port, requests, arguments.connections)
        server, database = (
            after - before
            for after, before in zip(service.cpu_s(), (server, database), strict=True)
        )
        if sent.failures or len(sent.acknowledged) < len(bodies):
            raise ValueError(f"{dict(sent.failures)} {list(sent.refused.items())[:3]}")
        p50, p99 = np.percentile(sent.waits_s, [50, 99]) * 1000.0
        slots.append(
            {
                "intake_per_s": round(len(bodies) / sent.seconds, 1),
                "p50_ms": round(float(p50), 1),
                "p99_ms": round(float(p99), 1),
                "server_cpu_us": round(1e6 * server / len(bodies)),
                "database_cpu_us": round(1e6 * database / len(bodies)),
            }
        )
        progress.print(f"{slots[-1]}")
    best = max(slots, key=lambda row: row["intake_per_s"])
    return {**best, "slots": [row["intake_per_s"] for row in slots]}


def _killing(kill: Callable[[], None], n: int, times: int) -> Callable[[Sent], None]:
    """Kill when so many shares of all requests were acknowledged."""

    def meanwhile(sent: Sent) -> None:
        for number in range(1, times + 1):
            while len(sent.acknowledged) < n * number // (times + 1):
                if sent.refused:
                    return
                time.sleep(POLL_S)
            kill()

    return meanwhile


def measure_crash(
    service: Service,
    numbers: Numbers,
    arguments: argparse.Namespace,
    what: str,
    kill: Callable[[], None],
) -> dict[str, Any]:
    """Kill something while requests come in, and see that each acknowledged one is there once."""
    bodies = numbers.take(arguments.n_crash, what)
    requests = [encode(service.port, one) for one in bodies]
    progress.print(f"{len(bodies):,} requests while the {what} is killed {arguments.kills} times")
    meanwhile = _killing(kill, len(bodies), arguments.kills)
    sent = send_all(service.port, requests, arguments.connections, meanwhile=meanwhile)
    acknowledged = {bodies[row]["external_id"]: status for row, status in sent.acknowledged.items()}
    found = counts(service.cluster, acknowledged)
    # Of those that were sent again some had been taken in before their answer was lost.
    known = sum(status == 200 for status in acknowledged.values())  # noqa: PLR2004 - known already
    found |= {
        "sent": len(bodies),
        "never_acknowledged": len(bodies) - len(acknowledged),
        "taken_before_the_answer_was_lost": known,
        "failed_tries": dict(sent.failures),
        "kills": arguments.kills,
        "refused": list(sent.refused.values())[:3],
        "seconds": round(sent.seconds, 1),
    }
    progress.print(f"{found}")
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
        Machine, ``text_to_body_per_s``, ``intake_per_s``, ``lost``, ``doubled``, the stages and
        the crashes.
    """
    machine = describe_machine()
    result: dict[str, Any] = {"missing": {}}
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="xiaqu-tickets-"))
        folder = Path(name)
        listing, data = folder / "requests.jsonl", folder / "data"
        save_requests(draw_requests(arguments.scale, arguments.seed, arguments.n), listing)
        numbers = Numbers(bodies_of(listing))
        try:
            cluster = stack.enter_context(PostgisCluster(is_durable=True))
        except MissingPeerError as missing:
            result["missing"]["PostGIS"] = str(missing)
            progress.print(f"MISSING: {missing}; only words to bodies, on SQLite")
            url = f"sqlite:///{folder / 'city.sqlite'}"
            open_city(url, data, arguments.scale, arguments.seed).close()
            result |= measure_bulk(url, data, listing, arguments)
        else:
            open_city(url_of(cluster), data, arguments.scale, arguments.seed).close()
            result |= measure_bulk(url_of(cluster), data, listing, arguments)
            service = stack.enter_context(Service(cluster, data, arguments.workers))
            result["http"] = measure_http(service, numbers, arguments)
            result["crashes"] = {
                what: measure_crash(service, numbers, arguments, what, kill)
                for what, kill in (
                    ("service", service.kill_and_start),
                    ("database", service.kill_database),
                )
            }
    crashes = result.get("crashes", {}).values()
    return {
        "machine": machine | {"load_average_at_end": load_average()},
        "scale": arguments.scale,
        "seed": arguments.seed,
        "workers": arguments.workers,
        "connections": arguments.connections,
        "text_to_body_per_s": result["text_to_body_per_s"],
        "intake_per_s": result.get("http", {}).get("intake_per_s"),
        "lost": sum(one["lost"] for one in crashes) if crashes else None,
        "doubled": sum(one["doubled"] for one in crashes) if crashes else None,
        **result,
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
    parser.add_argument("--scale", default="district", help="scale of the demo city")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--n", type=int, default=12_000, help="different requests")
    parser.add_argument("--slots", type=int, default=5, help="times around for words to bodies")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    parser.add_argument("--connections", type=int, default=64, help="of the client")
    parser.add_argument("--n-warm", type=int, default=1_000, help="requests before the clock")
    parser.add_argument("--n-http", type=int, default=6_000, help="requests of a slot over HTTP")
    parser.add_argument("--http-slots", type=int, default=3, help="times over HTTP")
    parser.add_argument("--n-crash", type=int, default=10_000, help="requests around crashes")
    parser.add_argument("--kills", type=int, default=2, help="how often each is killed")
    return parser.parse_args(argv)


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    table = create_table("tickets", ("what", "figure"))
    for name in ("text_to_body_per_s", "intake_per_s", "lost", "doubled"):
        table.add_row(name, str(result[name]))
    yield table
    stages = create_table("a request, microseconds", ("stage", "processor time"))
    for name, value in result["intake"]["stages_us"].items():
        stages.add_row(name, str(value))
    stages.add_row("all, with the store", str(result["intake"]["with_store_cpu_us"]))
    for name in ("server_cpu_us", "database_cpu_us"):
        stages.add_row(f"over HTTP: {name}", str(result.get("http", {}).get(name)))
    yield stages
    crashes = create_table("crashes", ("killed", "acknowledged", "lost", "doubled", "torn"))
    for what, row in result.get("crashes", {}).items():
        crashes.add_row(
            what, *(str(row[name]) for name in ("acknowledged", "lost", "doubled", "torn"))
        )
    yield crashes


if __name__ == "__main__":
    options = parse()
    outcome = run(options)
    emit(outcome, options, _tables(outcome))
