"""Linear layers and assets as they answer: edition, index of lines or points, features."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from boundaries.errors import UnknownLayerError
from boundaries.records import AreaTable, EditionInfo, LayerInfo
from boundaries.snapshot import AreaInfo, area_infos, select_editions
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from geo.errors import IndexFileError
from geo.index import LineIndex, PointIndex

__all__ = ["FEATURE_ROLES", "FeatureSnapshot", "feature_index_path", "load_features"]

FEATURE_ROLES = ("linear", "asset")
"""Roles of the layers whose features are found by distance."""

CLASS_ATTRIBUTES = ("component_class", "facility_type")
"""Attributes that name the class of an asset; the first that an asset has counts."""

_SUFFIX = {"linear": "xql", "asset": "xqp"}


@dataclass(frozen=True)
class FeatureSnapshot:
    """A linear layer or a layer of assets, one edition of it, its index, and its features.

    Attributes
    ----------
    layer, edition
        What is loaded; the role of the layer is linear or asset.
    index
        Lines or points, memory-mapped.
    areas
        The features in the order of ordinals.
    classes
        Names of the classes of assets by number, ascending; the empty name first where an asset
        has none. Empty for lines.
    """

    layer: LayerInfo
    edition: EditionInfo
    index: LineIndex | PointIndex
    areas: tuple[AreaInfo, ...]
    classes: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> LineIndex:
        """The index of a linear layer; TypeError for a layer of assets."""
        if not isinstance(self.index, LineIndex):
            message = f"layer {self.layer.key!r} has the role {self.layer.role}, not linear"
            raise TypeError(message)
        return self.index

    @property
    def points(self) -> PointIndex:
        """The index of a layer of assets; TypeError for a linear layer."""
        if not isinstance(self.index, PointIndex):
            message = f"layer {self.layer.key!r} has the role {self.layer.role}, not asset"
            raise TypeError(message)
        return self.index

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.classes)}

    def ordinals_by_code(self) -> dict[str, int]:
        """Give the ordinal of each code."""
        return {area.code: area.ordinal for area in self.areas}

    def class_ordinals(self, names: Iterable[str]) -> tuple[int, ...]:
        """Give the numbers of classes, ascending; names that no asset has are left out."""
        numbers = self._numbers
        return tuple(sorted({numbers[name] for name in names if name in numbers}))


def load_features(
    store: BoundaryStore,
    layers: Sequence[str] | None = None,
    *,
    editions: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, FeatureSnapshot]:
    """Load linear layers and assets.

    Parameters
    ----------
    store
        The store; index files are kept in ``indexes`` of its data folder and built when missing.
    layers
        Keys of the layers; all linear layers and assets when None. Those without an active
        edition are left out.
    editions
        Layer key to edition id: exactly these editions, retired ones and drafts too. Layers that
        are not named are left out, as are named ones of another role.
    progress
        Called with stage ``load``, counting layers, and by each index that is built.

    Returns
    -------
    dict
        By layer key, in the order of layers.

    Raises
    ------
    UnknownLayerError
        ``layers`` or ``editions`` names a layer that is not there, or ``layers`` one of another
        role.
    UnknownEditionError
        The store has no such edition, or it is one of another layer.
    GeometryError
        A stored shape cannot be indexed.
    OSError
        An index file cannot be written.
    StoreError
        The store cannot be used.
    """
    known, chosen = select_editions(store, FEATURE_ROLES, editions)
    if layers is not None:
        fitting = [key for key, layer in known.items() if layer.role in FEATURE_ROLES]
        for key in layers:
            if key not in fitting:
                raise UnknownLayerError(key, fitting)
        chosen = [edition for edition in chosen if edition.layer in layers]
    found = {}
    for done, edition in enumerate(chosen, start=1):
        found[edition.layer] = _load(store, known[edition.layer], edition, progress)
        if progress is not None:
            progress("load", done, len(chosen))
    return {key: found[key] for key in known if key in found}


def feature_index_path(data_dir: Path, layer: LayerInfo, edition: EditionInfo) -> Path:
    """Name the index file of an edition of a linear layer or of assets."""
    name = f"{edition.layer}-{edition.id}-{edition.shapes_hash[:16]}.{_SUFFIX[layer.role]}"
    return data_dir / "indexes" / name


def _load(
    store: BoundaryStore, layer: LayerInfo, edition: EditionInfo, progress: Progress | None
) -> FeatureSnapshot:
    path = feature_index_path(store.data_dir, layer, edition)
    table = store.areas(edition.id, geometry=False)
    classes: tuple[str, ...] = ()
    numbers: list[int] | None = None
    if layer.role == "asset":
        classes, numbers = _classes_of(table.attributes)
    index = _open(path, layer, table, numbers)
    if index is None:
        index = _build(path, layer, store.areas(edition.id), numbers, progress)
    return FeatureSnapshot(layer, edition, index, area_infos(table, index.order), classes)


def _classes_of(attributes: Sequence[dict[str, Any]]) -> tuple[tuple[str, ...], list[int]]:
    """Give the classes of assets by name, the empty one first, and the number of each asset."""
    names = [
        next((str(row[key]) for key in CLASS_ATTRIBUTES if row.get(key)), "") for row in attributes
    ]
    classes = tuple(sorted(set(names)))
    number = {name: place for place, name in enumerate(classes)}
    return classes, [number[name] for name in names]


def _open(
    path: Path, layer: LayerInfo, table: AreaTable, numbers: list[int] | None
) -> LineIndex | PointIndex | None:
    try:
        index = LineIndex.open(path) if layer.role == "linear" else PointIndex.open(path)
    except (IndexFileError, OSError):
        # Missing, cut short, or written by another version: it is built anew.
        return None
    rows = index.order.tolist()
    if len(rows) != len(table) or list(index.codes) != [table.codes[row] for row in rows]:
        return None
    # Classes are attributes: the hash of the shapes in the name of the file does not cover them.
    if numbers is not None and index.classes.tolist() != [numbers[row] for row in rows]:
        return None
    return index


def _build(
    path: Path,
    layer: LayerInfo,
    table: AreaTable,
    numbers: list[int] | None,
    progress: Progress | None,
) -> LineIndex | PointIndex:
    shapes = table.require_geometries()
    kind: type[LineIndex | PointIndex]
    index: LineIndex | PointIndex
    if layer.role == "linear":
        kind, index = LineIndex, LineIndex.build(shapes, table.codes, progress=progress)
    else:
        lonlat, rows = shapely.get_coordinates(shapes, return_index=True)
        kind, index = (
            PointIndex,
            PointIndex.build(
                lonlat, table.codes, numbers, features=np.asarray(rows, np.int64), progress=progress
            ),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may build the same file; each replaces it by a whole one.
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    index.save(unfinished)
    unfinished.replace(path)
    return kind.open(path)
