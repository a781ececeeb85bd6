"""A server of its own in a process of its own, and its stream of events."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, Self

_START_S = 240.0


@dataclass(frozen=True)
class Event:
    """One event of a stream as it came."""

    id: int
    kind: str
    data: dict[str, Any]


class Stream:
    """An open stream of events."""

    def __init__(self, port: int, query: str = "", headers: dict[str, str] | None = None) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.request("GET", f"/v1/tickets/stream{query}", headers=headers or {})
        self.response: HTTPResponse = self._connection.getresponse()
        self.comments: list[str] = []
        self.last_id = -1

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Hang up."""
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def events(self) -> Iterator[Event]:
        """Yield events until the server ends the stream."""
        fields: dict[str, str] = {}
        for raw in self.response:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                if "id" in fields:
                    self.last_id = int(fields["id"])
                if "data" in fields:
                    yield Event(self.last_id, fields["event"], json.loads(fields["data"]))
                fields = {}

    def take(self, n: int) -> list[Event]:
        """Wait for so many events."""
        events = self.events()
        return [next(events) for _ in range(n)]


@dataclass
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    url: str
    folder: Path

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask, and give status and JSON of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        content = None if body is None else json.dumps(body).encode()
        given = {"content-type": "application/json", **(headers or {})}
        connection.request(method, path, content, given)
        response = connection.getresponse()
        status, text = response.status, response.read()
        connection.close()
        return status, json.loads(text)

    def stop(self) -> float:
        """Ask it to stop; give the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begun


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(url: str, folder: Path, *, workers: int = 1, **settings: str) -> Iterator[Server]:
    """Serve a store with the program's own composition, from settings alone."""
    port, log = _free_port(), folder / f"server-{os.getpid()}.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XIAQU_")},
        "XIAQU_DATABASE_URL": url,
        "XIAQU_DATA_DIR": str(folder),
        "XIAQU_ALLOW_WRITES": "true",
        **settings,
    }
    command = [sys.executable, "-m", "xiaqu", "serve", "--port", str(port)]
    command += ["--workers", str(workers)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        server = Server(port, process, log, url, folder)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


def _wait_until_ready(server: Server) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if server.request("GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(server.log.read_text())
