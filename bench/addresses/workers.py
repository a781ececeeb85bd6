"""Processes that answer, pinned to one processor, and the texts they are asked."""

import contextlib
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.addresses.environments import ROOT
from bench.addresses.peers.serving import Text
from bench.cluster import MissingPeerError

SINGLE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


class Worker:
    """One process of ``bench.addresses.peers``; use as a context manager.

    Parameters
    ----------
    name
        As in reports.
    module
        Below ``bench.addresses.peers``.
    python
        Interpreter that has the library.
    options
        Handed to the module's ``load``.
    processor
        Number of the processor that it may use.

    Raises
    ------
    MissingPeerError
        On entering or asking, when the process ends; holds the last line it printed.
    """

    def __init__(
        self, name: str, module: str, python: Path, options: dict[str, Any], processor: int
    ) -> None:
        self.name = name
        self.load_s = 0.0
        self._command = [str(python), "-m", f"bench.addresses.peers.{module}", json.dumps(options)]
        self._processor = processor
        self._process: subprocess.Popen[str] | None = None
        self._log = Path(options["folder"]) / f"{name}.log"

    def __enter__(self) -> Self:
        """Start the process and wait until it has loaded."""
        # A child inherits the mask before its libraries count the processors.
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self._processor})
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    self._command,
                    cwd=ROOT,
                    env={**os.environ, **SINGLE},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                )
        finally:
            os.sched_setaffinity(0, before)
        try:
            self.load_s = float(self._read()["load_s"])
        except MissingPeerError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.__exit__(None, None, None)

    def ask(self, texts: Path, n: int, answers: Path | None = None, *, start: int = 0) -> float:
        """Answer texts of a file.

        Parameters
        ----------
        texts
            JSON lines, see `save_texts`.
        n
            How many.
        answers
            Where the rows are written, as JSON lines; None to drop them.
        start
            Row of the first.

        Returns
        -------
        float
            Seconds of the answering alone.
        """
        request = {"texts": str(texts), "start": start, "n": n, "answers": str(answers or "")}
        if self._process is None or self._process.stdin is None:
            message = f"{self.name} is not running"
            raise MissingPeerError(message)
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        return float(self._read()["seconds"])

    def _read(self) -> dict[str, Any]:
        line = ""
        if self._process is not None and self._process.stdout is not None:
            line = self._process.stdout.readline()
        if not line:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            message = f"{self.name} ended: {(said or ['no message'])[-1]}"
            raise MissingPeerError(message)
        reply: dict[str, Any] = json.loads(line)
        return reply


def save_texts(path: Path, texts: Sequence[Text]) -> Path:
    """Write texts as JSON lines and return the path."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the answers that a worker wrote."""
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]
