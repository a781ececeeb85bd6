"""One layer as it answers: its edition, its location index, and its areas by ordinal."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.errors import UnknownEditionError, UnknownLayerError
from boundaries.records import AreaTable, EditionInfo, LayerInfo
from boundaries.store import BoundaryStore
from geo.arrays import IntArray, Progress
from geo.errors import IndexFileError
from geo.index import LocationIndex

UNKNOWN_PARENT = -2
"""Parent ordinal of an area that names a parent which the parent layer does not have."""


@dataclass(frozen=True, slots=True)
class AreaInfo:
    """What an answer says about an area; ``population`` is None where unknown."""

    ordinal: int
    uid: str
    code: str
    name: str
    parent_code: str
    precedence: int
    population: int | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LayerSnapshot:
    """A layer, one edition of it, its index, and its areas in the order of ordinals."""

    layer: LayerInfo
    edition: EditionInfo
    index: LocationIndex
    areas: tuple[AreaInfo, ...]
    _parents: dict[str, IntArray] = field(default_factory=dict, repr=False, compare=False)

    def ordinals_by_code(self) -> dict[str, int]:
        """Give the ordinal of each code."""
        return {area.code: area.ordinal for area in self.areas}

    def parent_ordinals(self, parent: "LayerSnapshot") -> IntArray:
        """Give for each area the ordinal of the parent that it names.

        Returns
        -------
        IntArray
            Shape (n_areas,); -1 where no parent is named, -2 where the parent is unknown. Worked
            out once for each edition of the parent.
        """
        known = self._parents.get(parent.edition.id)
        if known is not None:
            return known
        ordinals = parent.ordinals_by_code()
        rows = [
            ordinals.get(area.parent_code, UNKNOWN_PARENT) if area.parent_code else -1
            for area in self.areas
        ]
        found = self._parents[parent.edition.id] = np.array(rows, dtype=np.int32)
        return found


def load_snapshot(
    store: BoundaryStore,
    layer: LayerInfo,
    edition: EditionInfo,
    progress: Progress | None = None,
) -> LayerSnapshot:
    """Read the areas of an edition and open its index, which is built when there is none.

    Parameters
    ----------
    store
        The store; index files lie in ``indexes`` of its data folder.
    layer, edition
        What to load.
    progress
        Told by the index while it is built.

    Returns
    -------
    LayerSnapshot
        Ready to answer. The index is memory-mapped: processes share its pages.

    Raises
    ------
    GeometryError
        A stored shape cannot be indexed.
    OSError
        The index file cannot be written.
    """
    path = index_path(store.data_dir, edition)
    table = store.areas(edition.id, geometry=False)
    index = _open_index(path, table)
    if index is None:
        index = _build_index(path, store.areas(edition.id), progress)
    return LayerSnapshot(layer, edition, index, area_infos(table, index.order))


def select_editions(
    store: BoundaryStore, roles: Sequence[str], editions: Mapping[str, str] | None
) -> tuple[dict[str, LayerInfo], list[EditionInfo]]:
    """Choose the editions to load.

    Parameters
    ----------
    store
        The store.
    roles
        Roles of the layers.
    editions
        Layer key to edition id: exactly these, in whatever state; the active ones when None.

    Returns
    -------
    layers
        All layers of the store by key, partitions from coarse to fine first.
    editions
        Those of layers of these roles.

    Raises
    ------
    UnknownLayerError
        No layer has a key named.
    UnknownEditionError
        A layer has no edition with the id named.
    """
    # Editions first: a layer that is imported meanwhile is then known as well.
    active = store.active_editions() if editions is None else []
    layers = {layer.key: layer for layer in store.layers()}
    for key, edition_id in (editions or {}).items():
        if key not in layers:
            raise UnknownLayerError(key, tuple(layers))
        edition = store.edition(edition_id)
        if edition.layer != key:
            raise UnknownEditionError(edition_id, key)
        active.append(edition)
    return layers, [edition for edition in active if layers[edition.layer].role in roles]


def area_infos(table: AreaTable, order: NDArray[np.int64]) -> tuple[AreaInfo, ...]:
    """Give what answers say about areas by ordinal, of the table and the row of each ordinal."""
    rows: Sequence[int] = order.tolist()
    return tuple(_area_info(table, row, ordinal) for ordinal, row in enumerate(rows))


def index_path(data_dir: Path, edition: EditionInfo) -> Path:
    """Name the index file of an edition; it changes with its shapes, codes and precedence."""
    name = f"{edition.layer}-{edition.id}-{edition.shapes_hash[:16]}.xqi"
    return data_dir / "indexes" / name


def _open_index(path: Path, table: AreaTable) -> LocationIndex | None:
    try:
        index = LocationIndex.open(path)
    except (IndexFileError, OSError):
        # Missing, cut short, or written by another version: it is built anew.
        return None
    fits = [table.codes[row] for row in index.order.tolist()] if len(table) else []
    return index if list(index.codes) == fits else None


def _build_index(path: Path, table: AreaTable, progress: Progress | None) -> LocationIndex:
    index = LocationIndex.build(
        table.require_geometries(),
        table.codes,
        precedence=table.precedence.tolist(),
        progress=progress,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may build the same file; each replaces it by a whole one.
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    index.save(unfinished)
    unfinished.replace(path)
    return LocationIndex.open(path)


def _area_info(table: AreaTable, row: int, ordinal: int) -> AreaInfo:
    population = table.populations[row]
    return AreaInfo(
        ordinal=ordinal,
        uid=table.uids[row],
        code=table.codes[row],
        name=table.names[row],
        parent_code=table.parent_codes[row],
        precedence=int(table.precedence[row]),
        population=None if np.isnan(population) else int(population),
        attributes=table.attributes[row],
    )
