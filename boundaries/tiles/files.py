"""Pyramids of the editions of a store: where they lie, and building what is missing."""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from boundaries.errors import TileFileError
from boundaries.records import EditionInfo
from boundaries.store import BoundaryStore
from boundaries.tiles.builder import FORMAT, build_tileset
from boundaries.tiles.pyramid import Pyramid, write_pyramid
from geo.arrays import Progress


def tiles_version(edition: EditionInfo) -> str:
    """Give a text that changes with the shapes of an edition and with the format of tiles."""
    return hashlib.sha256(f"{FORMAT}\x1f{edition.shapes_hash}".encode()).hexdigest()[:16]


def tiles_path(data_dir: Path, edition: EditionInfo) -> Path:
    """Name the file of the pyramid of an edition."""
    name = f"{edition.layer}-{edition.id}-{tiles_version(edition)}.pmtiles"
    return data_dir / "tiles" / name


def find_pyramid(store: BoundaryStore, edition: EditionInfo) -> Pyramid | None:
    """Open the pyramid of an edition; None where it is missing or cannot be read."""
    try:
        return Pyramid.open(tiles_path(store.data_dir, edition))
    except (TileFileError, OSError):
        # Missing, or cut short by a full disk: it is built anew.
        return None


def open_pyramid(
    store: BoundaryStore, edition: EditionInfo, progress: Progress | None = None
) -> Pyramid:
    """Open the pyramid of an edition, which is built when there is none.

    Parameters
    ----------
    store
        The store; pyramids lie in ``tiles`` of its data folder.
    edition
        In whatever state.
    progress
        Told while it is built.

    Returns
    -------
    Pyramid
        Ready to be read. Of several processes one builds and the others wait.

    Raises
    ------
    UnknownEditionError
        The store no longer has the edition.
    OSError
        The file cannot be written.
    """
    found = find_pyramid(store, edition)
    if found is not None:
        return found
    path = tiles_path(store.data_dir, edition)
    with _only_one(path):
        # Another process may have built it meanwhile.
        found = find_pyramid(store, edition)
        if found is not None:
            return found
        layer = store.layer(edition.layer)
        write_pyramid(build_tileset(store.areas(edition.id), layer, edition, progress), path)
        _remove_older(path, edition)
    return Pyramid.open(path)


def build_missing_tiles(
    store: BoundaryStore,
    progress: Progress | None = None,
    *,
    editions: Iterable[EditionInfo] | None = None,
) -> list[EditionInfo]:
    """Build the pyramids that are missing.

    Parameters
    ----------
    store
        The store.
    progress
        Told by each pyramid that is built.
    editions
        Those that should have one; all active editions when None. Empty ones are left out.

    Returns
    -------
    list of EditionInfo
        Those whose pyramid was built now, in this order.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    built = []
    for edition in store.active_editions() if editions is None else editions:
        if edition.n_areas == 0:
            continue
        found = find_pyramid(store, edition)
        if found is None:
            found = open_pyramid(store, edition, progress)
            built.append(edition)
        found.close()
    return built


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Wait until no other process builds this file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(".lock")
    with lock.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        # Who waits for the removed one finds the finished file behind it.
        lock.unlink(missing_ok=True)


def _remove_older(path: Path, edition: EditionInfo) -> None:
    for other in path.parent.glob(f"{edition.layer}-{edition.id}-*.pmtiles"):
        if other != path:
            other.unlink(missing_ok=True)
