"""Load the demo city into a store, through the same path as a city's own files."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from boundaries.definition import load_definition
from boundaries.importer import ImportReport, import_layer
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from xiaqu.demo import generate_city, write_city
from xiaqu.errors import DemoConflictError, ImportRefusedError

_RECORD = "loaded.json"


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """A demo city in a store.

    Attributes
    ----------
    folder
        Where its files are, one source and one definition for each layer.
    editions
        Edition of each layer.
    is_new
        False where the same city was there already and was taken as it is.
    """

    folder: Path
    editions: dict[str, str]
    is_new: bool


def load_demo(
    store: BoundaryStore,
    scale: str,
    seed: int,
    *,
    progress: Progress | None = None,
    report: Callable[[ImportReport], None] | None = None,
) -> LoadedDemo:
    """Generate a city, write its files, import and activate every layer.

    Parameters
    ----------
    store
        With its tables up to date.
    scale
        ``tiny``, ``district`` or ``city``.
    seed
        Which city; the same seed gives the same city.
    progress
        Called while work runs.
    report
        Called with the report of each import.

    Returns
    -------
    loaded
        Where the same scale and seed of this version are active already, nothing is done.

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
    folder = store.data_dir / "demo" / f"{scale}-{seed}"
    identity = {"scale": scale, "seed": seed, "version": version("xiaqu")}
    known = _read_record(folder)
    if known is not None and known["identity"] == identity:
        editions: dict[str, str] = known["editions"]
        if editions == {key: edition.id for key, edition in active.items()}:
            return LoadedDemo(folder, editions, is_new=False)
    with _warming_up():
        city = generate_city(scale, seed, progress=progress)
        folder.mkdir(parents=True, exist_ok=True)
        files = write_city(city, folder)
    for file in files:
        outcome = import_layer(
            store, file.path, load_definition(file.definition), progress=progress
        )
        if report is not None:
            report(outcome)
        require_stored(outcome)
    editions = {edition.layer: edition.id for edition in store.active_editions()}
    record = {"identity": identity, "editions": editions}
    (folder / _RECORD).write_text(json.dumps(record, indent=2), encoding="utf-8")
    return LoadedDemo(folder, editions, is_new=True)


@contextmanager
def _warming_up() -> Iterator[None]:
    """Compile the kernels on another core while the city is generated on this one."""
    compiler = subprocess.Popen([sys.executable, "-m", "geo.index.warm"])
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


def _read_record(folder: Path) -> dict[str, dict[str, str]] | None:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # never loaded, or interrupted while it was: load again
    return record if isinstance(record, dict) and {"identity", "editions"} <= set(record) else None
