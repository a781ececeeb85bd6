"""Build the memory-mapped gazetteer of a store, and open the active one."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from boundaries.gazetteer.records import BuildInfo
from boundaries.gazetteer.store import GazetteerStore
from boundaries.gazetteer.tables import read_tables
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from geo.arrays import Progress

__all__ = ["build_active", "build_gazetteer", "load_gazetteer"]


def build_active(
    store: BoundaryStore, *, national: Path | None = None, progress: Progress | None = None
) -> Path:
    """Build the gazetteer and give its file; see :func:`build_gazetteer`."""
    return build_gazetteer(store, national=national, progress=progress).path


def build_gazetteer(
    store: BoundaryStore, *, national: Path | None = None, progress: Progress | None = None
) -> BuildInfo:
    """Build a gazetteer from everything that is active, and make it the active one.

    Parameters
    ----------
    store
        The boundary store; the file goes to ``gazetteer`` in its data folder.
    national
        File of the national tree; None for the installed package, or nothing.
    progress
        Called with the stages of the tables and of the build.

    Returns
    -------
    BuildInfo
        Its ``contents`` say what it was made of, its ``warnings`` what was missing.

    Raises
    ------
    GrammarConflictError, NationalTreeError
        As for :func:`boundaries.gazetteer.tables.read_tables`.
    GazetteerTableError
        The tables cannot be built.
    OSError
        The file cannot be written.

    Notes
    -----
    Readers keep the file that they have open; the row of the active one changes last. Files older
    than the one before are removed.
    """
    kept = GazetteerStore(store)
    inputs = kept.inputs_token()
    made = read_tables(store, national=national, progress=progress)
    now = datetime.now(UTC)
    tree = made.contents["national"] or {}
    digest = hashlib.sha256(f"{inputs}{tree.get('checksum', '')}{now.isoformat()}".encode())
    edition = f"{now:%Y%m%dT%H%M%S}-{digest.hexdigest()[:12]}"
    kept.folder.mkdir(parents=True, exist_ok=True)
    built = Gazetteer.build(made.tables, kept.path_of(edition), edition=edition, progress=progress)
    made.contents["counts"] |= {"entities": built.n_entities, "spellings": built.n_names}
    info = kept.record_build(edition, inputs, made.contents)
    _remove_old(kept.builds())
    return info


def load_gazetteer(store: BoundaryStore) -> Gazetteer:
    """Open the active gazetteer.

    Raises
    ------
    NoGazetteerError
        None was built, or its file is not on this machine.
    GazetteerFileError
        The file is damaged or of another version.
    """
    return Gazetteer.open(GazetteerStore(store).path())


def _remove_old(builds: Sequence[BuildInfo]) -> None:
    """Remove the files of all builds but the active one and the one before it."""
    for old in builds[2:]:
        if old.state != "active":
            old.path.unlink(missing_ok=True)
