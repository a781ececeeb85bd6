"""The service on PostGIS: its processes and its database, which can be killed and come back."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any, Self

import psycopg

from bench.cluster import PostgisCluster
from bench.console import progress
from bench.procfs import process_tree, tree_cpu_s
from bench.servers import free_port, program, wait_for
from bench.tickets.city import SOURCE

__all__ = ["Service", "counts", "url_of"]

START_TIMEOUT_S = 300.0


def url_of(cluster: PostgisCluster) -> str:
    """Give the URL of the database of a cluster."""
    return f"postgresql://{cluster.user}@/postgres?host={cluster.folder}&port={cluster.port}"


class Service:
    """``xiaqu serve`` over a cluster; use as a context manager.

    Parameters
    ----------
    cluster
        Runs; holds the city.
    folder
        Data folder.
    workers
        Server processes.
    """

    def __init__(self, cluster: PostgisCluster, folder: Path, workers: int) -> None:
        self.cluster = cluster
        self.port = free_port()
        self._workers = workers
        self._log = folder / "service.log"
        self._environment = {
            **os.environ,
            "XIAQU_DATABASE_URL": url_of(cluster),
            "XIAQU_DATA_DIR": str(folder),
            "XIAQU_ALLOW_WRITES": "true",
            "XIAQU_LOG_LEVEL": "error",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it is ready."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def start(self) -> float:
        """Start it and wait until it is ready; seconds waited."""
        command = [program("xiaqu"), "serve", "--port", str(self.port)]
        command += ["--workers", str(self._workers)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        return wait_for(self._process, self.port, "/readyz", START_TIMEOUT_S)

    def kill(self) -> None:
        """Kill all its processes with SIGKILL, so that none can finish anything."""
        if self._process is None:
            return
        for pid in process_tree(self._process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        self._process = None

    def cpu_s(self) -> tuple[float, float]:
        """Give the processor time so far of the service and of the database, in seconds."""
        if self._process is None:
            return 0.0, 0.0
        return tree_cpu_s(self._process.pid), tree_cpu_s(self.cluster.postmaster)

    def kill_and_start(self) -> None:
        """Kill it and start it again."""
        self.kill()
        progress.print("  killed the service")
        progress.print(f"  it was ready again after {self.start():.1f} s")

    def kill_database(self) -> None:
        """Kill every process of the database and start it again; it recovers from its log."""
        started = time.perf_counter()
        self.cluster.kill()
        progress.print("  killed the database")
        self.cluster.start()
        progress.print(f"  it was back after {time.perf_counter() - started:.1f} s")


def counts(cluster: PostgisCluster, wanted: dict[str, int]) -> dict[str, Any]:
    """Hold what is in the database against what was acknowledged.

    Parameters
    ----------
    cluster
        Holds the tickets.
    wanted
        Number in the source of each acknowledged request.

    Returns
    -------
    dict
        ``lost``: acknowledged and not there. ``doubled``: tickets more than one for a number, and
        events of receipt, contents or callers more than one for a ticket. ``torn``: tickets
        without their first event, and events without their ticket or their decision.
    """
    with psycopg.connect(cluster.dsn) as connection:
        rows = connection.execute(
            "SELECT external_id, count(*) FROM ticket WHERE source = %s GROUP BY 1", (SOURCE,)
        ).fetchall()
        received = connection.execute(
            "SELECT stream, count(*) FROM event WHERE kind = 'received' GROUP BY 1"
        ).fetchall()
        torn = connection.execute(_TORN).fetchone()
    there = Counter(dict(rows))
    lost = [number for number in wanted if not there[number]]
    doubled = sum(n - 1 for n in there.values()) + sum(n - 1 for _, n in received)
    return {
        "acknowledged": len(wanted),
        "tickets": len(there),
        "lost": len(lost),
        "doubled": int(doubled),
        "torn": int(torn[0]) if torn is not None else 0,
    }


_TORN = """
SELECT (SELECT count(*) FROM ticket t
        WHERE t.seq <> (SELECT count(*) FROM event e WHERE e.stream = t.id))
     + (SELECT count(*) FROM event e WHERE e.stream LIKE 'T%%'
        AND NOT EXISTS (SELECT FROM ticket t WHERE t.id = e.stream))
     + (SELECT count(*) FROM event e WHERE e.decision <> ''
        AND NOT EXISTS (SELECT FROM decision d WHERE d.id = e.decision))
     + (SELECT count(*) FROM ticket t
        WHERE NOT EXISTS (SELECT FROM ticket_content c WHERE c.id = t.id))
""".replace("%%", "%")
