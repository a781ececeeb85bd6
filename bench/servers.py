"""Servers that a benchmark starts, waits for and stops."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.05


class ServerStartError(RuntimeError):
    """A server ended or stayed silent before its first answer."""


def free_port() -> int:
    """Return a port on the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask once on the loopback address.

    Returns
    -------
    status, headers, body
        Header names in lower case.

    Raises
    ------
    OSError
        Nothing answers.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read()
    finally:
        connection.close()


def wait_for(process: subprocess.Popen[bytes], port: int, path: str, timeout_s: float) -> float:
    """Wait until a path is answered with 200.

    Parameters
    ----------
    process
        The server; its end is an error.
    port, path
        What to ask.
    timeout_s
        Longest wait.

    Returns
    -------
    float
        Seconds waited.

    Raises
    ------
    ServerStartError
        The server ended, or did not answer in time.
    """
    started = time.perf_counter()
    seen = "nothing listens"
    while (waited := time.perf_counter() - started) < timeout_s:
        if process.poll() is not None:
            raise ServerStartError(f"server ended with exit code {process.returncode}")
        try:
            status, _, body = get(port, path)
        except OSError as error:
            seen = str(error)
        else:
            if status == http.HTTPStatus.OK:
                return time.perf_counter() - started
            seen = f"status {status}: {body[:200]!r}"
        time.sleep(POLL_S)
    raise ServerStartError(f"no answer from port {port} within {waited:.0f} s: {seen}")


@contextmanager
def running(
    command: list[str], environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the context lasts.

    Parameters
    ----------
    command
        Program and arguments.
    environment
        Added to that of this process.

    Yields
    ------
    subprocess.Popen
        The server; its output goes to the standard error of this process.
    """
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=sys.stderr
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def program(name: str) -> str:
    """Return the path of a program beside this interpreter."""
    return str(Path(sys.executable).parent / name)
