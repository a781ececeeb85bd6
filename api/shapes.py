"""Shapes of the layers in use, read from the store once for each edition."""

from collections import OrderedDict
from threading import Lock

import numpy as np

from api.drawing import Area, Drawing, draw
from boundaries.locator import LayerSnapshot, Locator
from boundaries.store import BoundaryStore
from geo.arrays import GeometryArray
from geo.shares import ShapeTree

_KEPT_LAYERS = 4
_MOST_DRAWN = 1_500
_PARTITION = "partition"


def shapes_by_ordinal(store: BoundaryStore, snapshot: LayerSnapshot) -> GeometryArray:
    """Read the shapes of a loaded layer.

    Returns
    -------
    GeometryArray
        Shape (n,), by ordinal of the layer's index; CGCS2000 lon, lat.

    Raises
    ------
    UnknownEditionError
        The store no longer has the edition.
    """
    table = store.areas(snapshot.edition.id)
    row = {code: place for place, code in enumerate(table.codes)}
    order = np.array([row[area.code] for area in snapshot.areas], dtype=np.int64)
    shapes: GeometryArray = table.require_geometries()[order]
    return shapes


class LayerShapes:
    """Keeps the shapes of the layers last asked for, and the drawing of the city.

    Parameters
    ----------
    store
        Where shapes are read.

    Notes
    -----
    Safe to use from several threads; an edition is read by one of them. Of large layers only
    the few last used stay in memory.
    """

    def __init__(self, store: BoundaryStore) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: OrderedDict[str, GeometryArray] = OrderedDict()
        self._trees: OrderedDict[str, ShapeTree] = OrderedDict()
        self._drawing: tuple[str, Drawing] | None = None

    def of(self, snapshot: LayerSnapshot) -> GeometryArray:
        """Return the shapes of a layer by ordinal."""
        key = snapshot.edition.id
        with self._lock:
            if key not in self._kept:
                self._kept[key] = shapes_by_ordinal(self._store, snapshot)
                while len(self._kept) > _KEPT_LAYERS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def tree(self, snapshot: LayerSnapshot) -> ShapeTree:
        """Return the shapes of a layer, ready for shares."""
        key = snapshot.edition.id
        shapes = self.of(snapshot)
        with self._lock:
            if key not in self._trees:
                self._trees[key] = ShapeTree(shapes)
                while len(self._trees) > _KEPT_LAYERS:
                    self._trees.popitem(last=False)
            self._trees.move_to_end(key)
            return self._trees[key]

    def drawing(self, locator: Locator, token: str) -> Drawing:
        """Return the drawing of the city, made once for each token of editions."""
        kept = self._drawing
        if kept is not None and kept[0] == token:
            return kept[1]
        groups, fills = drawn_layers(locator)
        made = draw(
            self.of(fills),
            [Area(area.code, area.name, area.parent_code or "") for area in fills.areas],
            {} if groups is None else {area.code: area.name for area in groups.areas},
            locator.bounds,
            stamps(fills),
        )
        self._drawing = (token, made)
        return made


def drawn_layers(locator: Locator) -> tuple[LayerSnapshot | None, LayerSnapshot]:
    """Choose what to draw: the finest partition that is not too fine, and its parents.

    Only the first two partitions are candidates: a map of communities would be grey with lines.
    """
    partitions = [item for item in locator.layers if item.layer.role == _PARTITION] or list(
        locator.layers[:1]
    )
    fine = [item for item in partitions[:2] if len(item.areas) <= _MOST_DRAWN] or partitions[:1]
    fills = fine[-1]
    parents = [item for item in partitions if item.layer.key == fills.layer.parent]
    return (parents[0] if parents else None), fills


def stamps(snapshot: LayerSnapshot) -> list[str]:
    """Return what a map of a layer must say about itself."""
    edition = snapshot.edition
    number = edition.review_number
    words = ["内部使用", "无审图号"] if not number else [edition.secrecy, f"审图号 {number}"]
    return [*words, *(["示范数据"] if edition.generated else []), f"版本 {edition.label}"]
