"""Load the demo city into a store, through the same path as a city's own files."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from boundaries.definition import load_definition
from boundaries.importer import ImportReport, import_layer
from boundaries.locator import INDEXED_ROLES
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from xiaqu.demo import DemoCity, generate_city, write_city
from xiaqu.demo.tickets import TicketSource, missing_spans, write_tickets
from xiaqu.errors import DemoConflictError, ImportRefusedError

_RECORD = "loaded.json"
TICKETS = "tickets"
"""Folder of the tickets beside the layers, and what they are called among what waits."""


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
        Keys of the layers that are not loaded yet; ``tickets`` where some months are missing.
    """

    folder: Path
    editions: dict[str, str]
    is_new: bool
    waiting: tuple[str, ...]


def demo_folder(store: BoundaryStore, scale: str, seed: int) -> Path:
    """Folder of the files of a demo city in the data folder of a store."""
    return store.data_dir / "demo" / f"{scale}-{seed}"


def load_demo(
    store: BoundaryStore,
    scale: str,
    seed: int,
    *,
    last_day: dt.date | None = None,
    answering_only: bool = False,
    progress: Progress | None = None,
    report: Callable[[ImportReport], None] | None = None,
) -> LoadedDemo:
    """Generate a city, write its files, import and activate its layers.

    Takes up where an earlier call stopped: files that are written and layers that are active
    stay as they are.

    Parameters
    ----------
    store
        With its tables up to date.
    scale
        ``tiny``, ``district`` or ``city``.
    seed
        Which city; the same seed gives the same city and the same tickets.
    last_day
        Last day of the tickets. None writes none, and leaves those that are there.
    answering_only
        Load only the layers that answer lookups, and the tickets of the last thirty days; lines,
        points and older tickets wait for another call.
    progress
        Called while work runs.
    report
        Called with the report of each import.

    Returns
    -------
    loaded
        What is in the store now.

    Raises
    ------
    DemoConflictError
        The store holds layers that were not generated.
    ImportRefusedError
        A generated layer has errors, which is a defect of the generator.
    BoundaryError
        A layer could not be imported.
    """
    active = {edition.layer: edition for edition in store.active_editions()}
    real = [key for key, edition in active.items() if not edition.generated]
    if real:
        raise DemoConflictError(real)
    folder = demo_folder(store, scale, seed)
    identity = {"scale": scale, "seed": seed, "version": version("xiaqu")}
    record = _read_record(folder)
    if record is None or record["identity"] != identity:
        layers = _write_files(folder, scale, seed, last_day, progress)
        record = {"identity": identity, "layers": layers, "editions": {}}
        _write_record(folder, record)
    elif last_day is not None:
        # Written already, unless the tickets end on another day now.
        _write_recent_tickets(folder, seed, last_day, lambda: generate_city(scale, seed), progress)
    editions: dict[str, str] = record["editions"]
    is_new, waiting = False, []
    for key in record["layers"]:
        if key in active and active[key].id == editions.get(key):
            continue
        definition = load_definition(folder / f"{key}.toml")
        if answering_only and definition.layer.role not in INDEXED_ROLES:
            waiting.append(key)
            continue
        outcome = import_layer(store, folder / f"{key}.gpkg", definition, progress=progress)
        if report is not None:
            report(outcome)
        require_stored(outcome)
        is_new = True
        editions[key] = store.active_edition(key).id
        _write_record(folder, record)
    if last_day is not None and missing_spans(folder / TICKETS, seed, last_day):
        if answering_only:
            waiting.append(TICKETS)
        else:
            source = TicketSource(generate_city(scale, seed), seed=seed, last_day=last_day)
            write_tickets(source, folder / TICKETS, progress=progress)
    return LoadedDemo(folder, editions, is_new, tuple(waiting))


def _write_files(
    folder: Path, scale: str, seed: int, last_day: dt.date | None, progress: Progress | None
) -> list[str]:
    """Generate a city and write it; gives the keys of its layers, parents first."""
    with _warming_up():
        city = generate_city(scale, seed, progress=progress)
        folder.mkdir(parents=True, exist_ok=True)
        keys = [file.key for file in write_city(city, folder)]
        if last_day is not None:
            _write_recent_tickets(folder, seed, last_day, lambda: city, progress)
        return keys


def _write_recent_tickets(
    folder: Path,
    seed: int,
    last_day: dt.date,
    city: Callable[[], DemoCity],
    progress: Progress | None,
) -> None:
    """Write the last thirty days, unless they are there."""
    spans = [
        span for span in missing_spans(folder / TICKETS, seed, last_day) if span[1] == last_day
    ]
    if spans:
        source = TicketSource(city(), seed=seed, last_day=last_day)
        write_tickets(source, folder / TICKETS, spans=spans, progress=progress)


@contextmanager
def _warming_up() -> Iterator[None]:
    """Compile the kernels on another core while the city is generated on this one."""
    compiler = subprocess.Popen([sys.executable, "-m", "xiaqu.warming"])
    try:
        yield
    finally:
        # Whatever it could not compile is compiled at first use.
        compiler.wait()


def require_stored(report: ImportReport) -> None:
    """Raise unless an import was free of errors.

    Raises
    ------
    ImportRefusedError
        It had errors; names how many and the first.
    """
    errors = report.errors
    if errors:
        raise ImportRefusedError(report.layer, report.source, len(errors), errors[0].message_en)


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # never written, or interrupted while it was: generate again
    fits = isinstance(record, dict) and {"identity", "layers", "editions"} <= set(record)
    return record if fits else None


def _write_record(folder: Path, record: dict[str, Any]) -> None:
    unfinished = folder / f"{_RECORD}.part"
    unfinished.write_text(json.dumps(record, indent=2), encoding="utf-8")
    unfinished.replace(folder / _RECORD)
