"""Load the demo city into a store, through the same path as a city's own files."""

import datetime as dt
import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from boundaries.definition import load_definition
from boundaries.errors import NoGazetteerError
from boundaries.gazetteer.build import build_gazetteer, load_gazetteer
from boundaries.gazetteer.definition import load_gazetteer_definition
from boundaries.gazetteer.importer import import_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from boundaries.importer import import_layer
from boundaries.locator import INDEXED_ROLES
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from geo.errors import GazetteerFileError
from xiaqu.demo import CITY_SOURCE, DemoCity, generate_city, write_city
from xiaqu.demo.tickets import (
    TicketFile,
    TicketSource,
    missing_spans,
    ticket_files,
    write_tickets,
)
from xiaqu.errors import DemoConflictError, DemoDayError, ImportRefusedError
from xiaqu.loading_record import read_record, write_record
from xiaqu.loading_rules import RULES, has_rules, load_rules
from xiaqu.loading_tickets import (
    demo_source,
    find_incidents,
    has_tickets,
    take_tickets,
    untaken_files,
)
from xiaqu.refusing import require_stored
from xiaqu.tickets.importing import ImportSummary

_LOCK = "loading.lock"
TICKETS = "tickets"
"""Folder of the tickets beside the layers, and what they are called among what waits."""
TAKEN = "taken"
"""What tickets that are written and not taken in are called among what waits."""
GAZETTEER = "gazetteer"
"""What the gazetteer is called among what waits."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """A demo city in a store.

    Attributes
    ----------
    folder
        Where its files are, one source and one definition for each layer.
    editions
        Edition of each layer that is loaded.
    is_new
        False where all that was asked was there already and was taken as it is.
    waiting
        Keys of the layers that are not loaded yet; ``rules`` where the rule book is not active;
        ``gazetteer`` where it is older than what it is made of; ``tickets`` where some months are
        missing, ``taken`` where some are not in the store.
    """

    folder: Path
    editions: dict[str, str]
    is_new: bool
    waiting: tuple[str, ...]


def demo_folder(store: BoundaryStore, scale: str, seed: int) -> Path:
    """Folder of the files of a demo city in the data folder of a store."""
    return store.data_dir / "demo" / f"{scale}-{seed}"


def load_demo(  # noqa: PLR0913 - one parameter for each thing that can be asked for
    store: BoundaryStore,
    scale: str,
    seed: int,
    *,
    last_day: dt.date | None = None,
    answering_only: bool = False,
    national: Path | None = None,
    caller_key: str = "",
    progress: Progress | None = None,
    report: Report | None = None,
) -> LoadedDemo:
    """Generate a city, load layers and rules, build the gazetteer, write and take the tickets in.

    Takes up where an earlier call stopped: what is written, active, built or taken in stays as it
    is. The order is layers, rule book, gazetteer, the tickets of the last thirty days, older ones.

    Parameters
    ----------
    store
        With its tables up to date.
    scale
        ``tiny``, ``district`` or ``city``.
    seed
        Which city; the same seed gives the same city and the same tickets.
    last_day
        Last day of the tickets. None stops behind the layers, city name and rule book: no tickets
        are written, no gazetteer is built, and those that are there stay.
    answering_only
        Load only the layers that answer lookups, and write the tickets of the last thirty days;
        all else waits for another call.
    national
        File of the national tree of areas; None for the installed package.
    caller_key
        Key of the digests of callers; empty: that of the data folder.
    progress
        Called while work runs.
    report
        Called with one line on each thing that is done.

    Returns
    -------
    loaded
        What is in the store now.

    Raises
    ------
    DemoConflictError
        The store holds layers that were not generated.
    DemoDayError
        The store holds the tickets of this city up to another day.
    ImportRefusedError
        A generated file has errors, which is a defect of the generator.
    BoundaryError
        A layer could not be imported, or the gazetteer not be built.
    """
    real = [edition.layer for edition in store.active_editions() if not edition.generated]
    if real:
        raise DemoConflictError(real)
    folder = demo_folder(store, scale, seed)
    folder.mkdir(parents=True, exist_ok=True)
    _require_day(store, folder, last_day)
    with nullcontext() if answering_only else _only_one(folder, report):
        run = _Run(store, folder, scale, seed, last_day, national, progress, report)
        run.caller_key = caller_key
        is_first = read_record(folder) is None
        with _warming_up() if is_first else nullcontext():
            run.write_files()
            run.load_layers(answering_only=answering_only)
        if answering_only:
            run.see_what_waits()
        else:
            run.name_city()
            run.load_rules()
            if last_day is not None:
                run.build_gazetteer()
                run.take_tickets()
                run.write_older_tickets()
                run.take_tickets()
                run.find_incidents()
        return LoadedDemo(folder, run.editions, run.is_new, tuple(run.waiting))


def _require_day(store: BoundaryStore, folder: Path, last_day: dt.date | None) -> None:
    """Refuse another last day once tickets of this history are in the store."""
    files = ticket_files(folder / TICKETS)
    if last_day is None or not files or files[0].last == last_day:
        return
    if has_tickets(store, files, demo_source(folder, files)):
        raise DemoDayError(files[0].last, last_day)


@contextmanager
def _only_one(folder: Path, report: Report | None) -> Iterator[None]:
    """Wait until no other process loads this city: a service that was killed leaves one behind."""
    with (folder / _LOCK).open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if report is not None:
                report("等待另一进程导入完毕 · Waiting for another process that loads the city")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back, and so does the end of the process


class _Run:
    """One call of `load_demo`: each step does what is missing and says so."""

    def __init__(
        self,
        store: BoundaryStore,
        folder: Path,
        scale: str,
        seed: int,
        last_day: dt.date | None,
        national: Path | None,
        progress: Progress | None,
        report: Report | None,
    ) -> None:
        self.store, self.folder, self.scale, self.seed = store, folder, scale, seed
        self.last_day, self.national, self.progress = last_day, national, progress
        self.report: Report = report or (lambda _line: None)
        self.caller_key = ""
        self.is_new = False
        self.waiting: list[str] = []
        self.active = {edition.layer: edition for edition in store.active_editions()}
        self.record: dict[str, Any] = {}
        self._city: DemoCity | None = None

    @property
    def editions(self) -> dict[str, str]:
        """Edition of each layer that this city was loaded as."""
        editions: dict[str, str] = self.record["editions"]
        return editions

    @property
    def tickets(self) -> Path:
        """Folder of the tickets."""
        return self.folder / TICKETS

    def write_files(self) -> None:
        """Write the layers, and the tickets of the last thirty days."""
        identity = {"scale": self.scale, "seed": self.seed, "version": version("xiaqu")}
        record = read_record(self.folder)
        if record is None or record["identity"] != identity:
            city = generate_city(self.scale, self.seed, progress=self.progress)
            self._city = city
            layers = [file.key for file in write_city(city, self.folder)]
            self._write_recent_tickets()
            record = {"identity": identity, "layers": layers, "editions": {}, "sources": {}}
            write_record(self.folder, record)
        else:
            # Written already, unless the tickets end on another day now.
            self._write_recent_tickets()
        self.record = record

    def _write_recent_tickets(self) -> None:
        if self.last_day is None:
            return
        missing = missing_spans(self.tickets, self.seed, self.last_day)
        spans = [span for span in missing if span[1] == self.last_day]
        if spans:
            source = TicketSource(self.city(), seed=self.seed, last_day=self.last_day)
            write_tickets(source, self.tickets, spans=spans, progress=self.progress)

    def load_layers(self, *, answering_only: bool) -> None:
        """Import the layers that are not active, parents first."""
        for key in self.record["layers"]:
            if key in self.active and self.active[key].id == self.editions.get(key):
                continue
            definition = load_definition(self.folder / f"{key}.toml")
            if answering_only and definition.layer.role not in INDEXED_ROLES:
                self.waiting.append(key)
                continue
            path = self.folder / f"{key}.gpkg"
            outcome = import_layer(self.store, path, definition, progress=self.progress)
            for line in outcome.summary:
                self.report(line)
            require_stored(outcome)
            self.editions[key] = self.store.active_edition(key).id
            self._keep_record()

    def name_city(self) -> None:
        """Import the source with the city itself, which no layer holds."""
        if self._has_city():
            return
        definition = load_gazetteer_definition(self.folder / f"{CITY_SOURCE}.toml")
        path = self.folder / f"{CITY_SOURCE}.csv"
        outcome = import_gazetteer(self.store, path, definition, progress=self.progress)
        if not outcome.ok:
            first = str(outcome.refused[0]) if outcome.refused else "the file has no rows"
            raise ImportRefusedError(outcome.key, outcome.source, len(outcome.refused), first)
        self.record["sources"][CITY_SOURCE] = outcome.source_id
        self._keep_record()

    def _has_city(self) -> bool:
        wanted = self.record["sources"].get(CITY_SOURCE)
        found = GazetteerStore(self.store).sources(key=CITY_SOURCE, state="active")
        return [source.id for source in found] == [wanted]

    def load_rules(self) -> None:
        """Put the rule book of the city into force, unless it is."""
        if not has_rules(self.store, self.record):
            self.report(load_rules(self.store, self.city, self.folder, self.record, self.progress))
            self._keep_record()

    def city(self) -> DemoCity:
        """Give the city, which is generated once."""
        if self._city is None:
            self._city = generate_city(self.scale, self.seed)
        return self._city

    def build_gazetteer(self) -> None:
        """Build the gazetteer unless it is made of what is active."""
        if _is_gazetteer_current(self.store):
            return
        built = build_gazetteer(self.store, national=self.national, progress=self.progress)
        n = built.contents["counts"]["entities"]
        self.report(f"地名库 (gazetteer): 已启用 / active; {n:,} 个地名 / entities")
        for warning in built.warnings:
            self.report(f"注意 / note: {warning}")
        self.is_new = True

    def take_tickets(self) -> None:
        """Take in the tickets that are written, newest first."""

        def tell(file: TicketFile, summary: ImportSummary) -> None:
            n = sum(summary.placed.values()) - summary.placed[""]
            self.report(
                f"工单 (tickets) {file.first} – {file.last}: {summary.n_new:,} 件 / tickets, "
                f"{n:,} 件已定位 / placed, {summary.n_review:,} 件待审核 / to review"
            )

        files = ticket_files(self.tickets)
        source = demo_source(self.folder, files)
        taken = take_tickets(
            self.store,
            files,
            source,
            caller_key=self.caller_key,
            progress=self.progress,
            report=tell,
        )
        self.is_new |= bool(taken)

    def find_incidents(self) -> None:
        """Look for surges in the last thirty days as the service would have done day by day."""
        files = ticket_files(self.tickets)
        source = demo_source(self.folder, files)
        if self.record.get("incidents") != source:
            self.report(find_incidents(self.store, files[0], self.progress))
            self.record["incidents"] = source
            self._keep_record()

    def write_older_tickets(self) -> None:
        """Write the months before the last thirty days that are missing."""
        if self.last_day is None or not missing_spans(self.tickets, self.seed, self.last_day):
            return
        source = TicketSource(self.city(), seed=self.seed, last_day=self.last_day)
        write_tickets(source, self.tickets, progress=self.progress)
        self.is_new = True

    def see_what_waits(self) -> None:
        """Name what another call has to do."""
        if self.last_day is None:
            return
        if self.waiting or not has_rules(self.store, self.record):
            self.waiting.append(RULES)
        if self.waiting or not self._has_city() or not _is_gazetteer_current(self.store):
            self.waiting.append(GAZETTEER)
        if missing_spans(self.tickets, self.seed, self.last_day):
            self.waiting.append(TICKETS)
        # Months that are not written are not taken in either.
        files = ticket_files(self.tickets)
        source = demo_source(self.folder, files)
        is_looked = self.record.get("incidents") == source
        if self.waiting or not is_looked or untaken_files(self.store, files, source):
            self.waiting.append(TAKEN)

    def _keep_record(self) -> None:
        self.is_new = True
        write_record(self.folder, self.record)


def _is_gazetteer_current(store: BoundaryStore) -> bool:
    """Tell whether the active gazetteer can be read and is made of what is active."""
    try:
        load_gazetteer(store)
    except (NoGazetteerError, GazetteerFileError):
        return False  # never built, removed, or written by another version
    kept = GazetteerStore(store)
    return kept.active_build().inputs == kept.inputs_token()


@contextmanager
def _warming_up() -> Iterator[None]:
    """Compile the kernels of lookups on another core while the city is made on this one.

    Those of names, lines and points are compiled by what first uses them, behind the service.
    """
    compiler = subprocess.Popen([sys.executable, "-m", "geo.index.warm", "areas"])
    try:
        yield
    finally:
        # Whatever it could not compile is compiled at first use.
        compiler.wait()
