"""Load on a server over loopback: wrk where it is installed, an own client otherwise."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

CONNECTIONS = 16

_SCRIPT = """
local requests = {}
local at = 0

function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, ignored)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format(
    '\\nRESULT {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "failed": %d}\\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
"""


@dataclass(frozen=True)
class Load:
    """What one burst of load found.

    Parameters
    ----------
    requests
        Answered requests.
    seconds
        Duration.
    p50_ms, p99_ms
        Latency as the client saw it.
    failed
        Requests without an answer, or with a status other than 2xx and 3xx.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int


@contextmanager
def pinned(cpus: set[int]) -> Iterator[None]:
    """Pin this process, and what it starts meanwhile, to some processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def client_name() -> str:
    """Name the client that ``run_load`` uses here."""
    return "wrk" if shutil.which("wrk") else "asyncio client"


def run_load(port: int, paths: list[str], seconds: float, folder: Path, cpus: set[int]) -> Load:
    """Send requests over 16 kept-alive connections for some seconds.

    Parameters
    ----------
    port
        On the loopback address.
    paths
        Request targets, sent in turn.
    seconds
        Duration.
    folder
        For the client's script and list of requests.
    cpus
        Processors that the client may use.

    Returns
    -------
    Load
        Counts and latencies.

    Raises
    ------
    RuntimeError
        The client failed; repeats what it said.
    """
    with pinned(cpus):
        if shutil.which("wrk") is None:
            return asyncio.run(_run_asyncio(port, paths, seconds))
        script, listing = folder / "load.lua", folder / "paths.txt"
        script.write_text(_SCRIPT, encoding="utf-8")
        listing.write_text("\n".join(paths) + "\n", encoding="utf-8")
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
        command = ["wrk", *options, "-s", str(script), f"http://127.0.0.1:{port}", str(listing)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(line.removeprefix("RESULT ")))


async def _run_asyncio(port: int, paths: list[str], seconds: float) -> Load:
    end = time.perf_counter() + seconds
    latencies: list[float] = []
    failures = 0

    async def connection(first: int) -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        targets = cycle(paths[first:] + paths[:first])
        while time.perf_counter() < end:
            started = time.perf_counter()
            writer.write(f"GET {next(targets)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
            latencies.append(time.perf_counter() - started)
            failures += head.split(b" ", 2)[1][:1] not in (b"2", b"3")
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    step = max(1, len(paths) // CONNECTIONS)
    await asyncio.gather(*(connection(at * step % len(paths)) for at in range(CONNECTIONS)))
    p50, p99 = np.percentile(latencies, [50, 99]) * 1000.0
    elapsed = time.perf_counter() - started
    return Load(len(latencies), elapsed, float(p50), float(p99), failures)
