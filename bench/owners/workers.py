"""Runs our measuring process, pinned to one processor."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class OursProcess:
    """A process that carries out orders; use as a context manager.

    Parameters
    ----------
    folder
        Of the store that it loads.
    processor
        Number of the processor that it may use.

    Attributes
    ----------
    facts
        What it loaded, once it has started.
    """

    facts: dict[str, Any]

    def __init__(self, folder: Path, processor: int) -> None:
        self._folder = folder
        self._processor = processor

    def __enter__(self) -> Self:
        """Start it and wait until it has loaded."""
        allowed = os.sched_getaffinity(0)
        # A child inherits the mask before its libraries count the processors.
        os.sched_setaffinity(0, {self._processor})
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.owners.ours", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
            )
        finally:
            os.sched_setaffinity(0, allowed)
        self.facts = self._read()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if error is not None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def order(self, **order: object) -> dict[str, Any]:
        """Give an order and wait for what came of it.

        Raises
        ------
        RuntimeError
            The process ended; its message is on stderr.
        """
        if self._process.stdin is None:
            message = "the process has no stdin"
            raise RuntimeError(message)
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = "" if self._process.stdout is None else self._process.stdout.readline()
        if not line:
            message = f"the measuring process ended with code {self._process.wait()}"
            raise RuntimeError(message)
        found: dict[str, Any] = json.loads(line)
        return found
