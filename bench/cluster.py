"""A private PostgreSQL cluster with PostGIS, started and stopped by the benchmark."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.procfs import is_alive, process_tree

_POLL_S = 0.01


class MissingPeerError(RuntimeError):
    """A peer cannot run here; the message says why."""


SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "jit": "off",
    "listen_addresses": "''",
    "max_connections": "64",
    "max_wal_size": "4GB",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
}


DURABLE = {"fsync": "on", "synchronous_commit": "on", "autovacuum": "on"}
"""Settings of a cluster whose commits are measured or whose crashes are survived."""


@dataclass
class PostgisCluster:
    """A running private cluster; use as a context manager.

    Parameters
    ----------
    is_durable
        Whether what is committed is on disk, as in production.

    Raises
    ------
    MissingPeerError
        On entering, when PostgreSQL or PostGIS is not installed or does not start.
    """

    folder: Path = Path()
    port: int = 0
    postmaster: int = 0
    is_durable: bool = False

    @property
    def dsn(self) -> str:
        """Connection string over the cluster's own socket."""
        return f"host={self.folder} port={self.port} dbname=postgres user={self.user}"

    @property
    def user(self) -> str:
        """Database user, who owns the cluster."""
        return _owner()

    def __enter__(self) -> Self:
        """Create and start the cluster, then create the postgis extension in it."""
        self._bin = _find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="xiaqu-bench-pg-"))
        try:
            if os.geteuid() == 0:
                shutil.chown(self.folder, _owner())
            self.port = _free_port()
            data = self.folder / "data"
            self._run("initdb", "-D", str(data), "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8")
            self.start()
            self._run(
                "psql",
                f"--dbname={self.dsn}",
                "--set=ON_ERROR_STOP=1",
                "--quiet",
                "--command=CREATE EXTENSION postgis",
            )
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the cluster and remove its folder."""
        self._stop()

    def start(self) -> None:
        """Start the cluster that was created; it recovers from its log where it was killed."""
        data = self.folder / "data"
        settings = SETTINGS | (DURABLE if self.is_durable else {})
        options = [f"-p {self.port}", f"-k {self.folder}"]
        options += [f"-c {name}={value}" for name, value in settings.items()]
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(data), "-l", log, "-o", " ".join(options), "-w", "start")
        pid_file = (data / "postmaster.pid").read_text(encoding="utf-8")
        self.postmaster = int(pid_file.splitlines()[0])

    def kill(self) -> None:
        """Kill every process of the cluster with SIGKILL, and wait until they are gone."""
        running = process_tree(self.postmaster)
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(map(is_alive, running)):
            time.sleep(_POLL_S)
        # Until its parent has fetched its end, a process looks to PostgreSQL as if it ran.
        (self.folder / "data" / "postmaster.pid").unlink()
        for lock in self.folder.glob(".s.PGSQL.*"):
            lock.unlink()

    def _stop(self) -> None:
        data = self.folder / "data"
        if (data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", _owner(), "--", *command]
        done = subprocess.run(
            command,
            check=False,
            text=True,
            cwd="/",
            # pg_ctl leaves its output open in the server: pipes would never end
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
        )
        if done.returncode != 0:
            raise MissingPeerError(f"{program} failed: {(done.stderr or '').strip()}")


def _owner() -> str:
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _find_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path is not None and not found:
        found.append(Path(on_path).resolve())
    if not found:
        raise MissingPeerError("PostgreSQL is not installed: no initdb found")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
