"""One run over tickets: gazetteers, workers, answers."""

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from bench.addresses.environments import find_interpreter, installed_version
from bench.addresses.gaps import without
from bench.addresses.peers.serving import Text
from bench.addresses.workers import Worker, read_rows, save_texts
from bench.cluster import MissingPeerError
from bench.console import progress
from bench.summary import OURS
from geo.address.gazetteer import Gazetteer
from geo.address.tables import GazetteerTables

PEERS = {"cpca": "with_cpca", "jionlp": "with_jionlp"}


class Session:
    """Builds gazetteers and keeps the processes that answer; use as a context manager.

    Parameters
    ----------
    folder
        Working folder.
    peers
        Which peers to start.
    areas
        File of the areas that the peers are taught.

    Attributes
    ----------
    peers
        Running, by name.
    missing
        Reason by name of the peers that are not.
    versions
        Of the peers.
    """

    def __init__(self, folder: Path, peers: list[str], areas: Path) -> None:
        self.folder = folder
        self.peers: dict[str, Worker] = {}
        self.missing: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self._wanted = peers
        self._options = {"folder": str(folder), "areas": str(areas)}
        self._stack = contextlib.ExitStack()
        self._asking = contextlib.ExitStack()
        self._asked: Path | None = None
        self._ours: Worker | None = None
        self._processor = max(os.sched_getaffinity(0))

    def __enter__(self) -> Self:
        """Start the peers."""
        for name, module in PEERS.items():
            if name not in self._wanted:
                self.missing[name] = "left out on the command line"
                continue
            try:
                python = find_interpreter(name)
                worker = Worker(name, module, python, self._options, self._processor)
                self.peers[name] = self._stack.enter_context(worker)
                self.versions[name] = installed_version(python, name)
            except MissingPeerError as missing:
                self.missing[name] = str(missing)
                progress.print(f"MISSING: {missing}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes."""
        self._asking.close()
        self._stack.close()

    def build(self, tables: GazetteerTables, name: str, removed: set[str] | None = None) -> Path:
        """Build a gazetteer file, without some entities where they are given."""
        path = self.folder / f"{name}.gaz"
        progress.print(f"building the gazetteer {name}")
        kept = without(tables, removed) if removed else tables
        Gazetteer.build(kept, path, edition=name)
        return path

    def start_ours(self, gazetteer: Path) -> Worker:
        """Start a process of ours on a gazetteer; use as a context manager."""
        options: dict[str, Any] = self._options | {"gazetteer": str(gazetteer)}
        return Worker(OURS, "ours", Path(sys.executable), options, self._processor)

    def answers(self, worker: Worker, texts: list[Text], name: str) -> pd.DataFrame:
        """Answer texts and give the rows.

        Parameters
        ----------
        worker
            Running.
        texts
            What is asked.
        name
            Of the files.

        Returns
        -------
        DataFrame
            One row per text, see the worker's module.

        Raises
        ------
        MissingPeerError
            The process ended.
        """
        asked = save_texts(self.folder / f"{name}.jsonl", texts)
        found = self.folder / f"{name}-{worker.name}.jsonl"
        worker.ask(asked, len(texts), found)
        return pd.DataFrame(read_rows(found))

    def ours(self, gazetteer: Path, texts: list[Text], name: str) -> pd.DataFrame:
        """Answer texts with ours on a gazetteer and give the rows; not for timing.

        The process stays for the next question on the same gazetteer.
        """
        if gazetteer != self._asked:
            self._asking.close()
            self._ours = self._asking.enter_context(self.start_ours(gazetteer))
            self._asked = gazetteer
        if self._ours is None:
            message = f"no process on {gazetteer}"
            raise MissingPeerError(message)
        return self.answers(self._ours, texts, name)
