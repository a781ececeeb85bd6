"""The places at which a rule book is tried: in every area, overlay piece, line and asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.features import FeatureSnapshot
from boundaries.snapshot import LayerSnapshot
from boundaries.store import BoundaryStore
from geo.arrays import FloatArray, GeometryArray, IntArray, LonLatArray, Progress
from governance.owner.compiled import PARTITIONS, Compiled
from governance.owner.grounds import Grounds

__all__ = ["Lattice", "Places", "Terrain", "build_lattice", "finest_layer", "load_terrain"]

_ALONG = ((0.21, 1.0), (0.43, -1.0), (0.57, 1.0), (0.79, -1.0))
"""Where a line is tried: share of its length, and to the left (1) or right (-1) of it."""

_FEW = 50
"""Overlay areas that meet more others than this are large: places of ordinary areas lie in them."""

_BESIDE_DEG = 3e-6
"""How far beside a line, about a third of a metre: borders often run along its middle."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Shapes of the loaded layers, in the order of their ordinals.

    ``points`` has a point inside each area or on each feature, lon, lat in CGCS2000; ``shapes``
    the shapes of overlays and lines.
    """

    points: Mapping[str, LonLatArray]
    shapes: Mapping[str, GeometryArray]


@dataclass(frozen=True, slots=True)
class Places:
    """Places of one kind with the feature that each was chosen for.

    ``layer`` counts ``layers``; ``ordinal`` counts the features of the layer.
    """

    lonlat: LonLatArray
    layers: tuple[str, ...]
    layer: IntArray
    ordinal: IntArray

    def __len__(self) -> int:
        """Count the places."""
        return len(self.lonlat)

    def of(self, layer: str, ordinals: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Give the places of a layer, or of some of its features."""
        if layer not in self.layers:
            return np.empty(0, np.int64)
        is_there = self.layer == self.layers.index(layer)
        if ordinals is not None:
            is_there &= np.isin(self.ordinal, ordinals)
        return np.flatnonzero(is_there)


@dataclass(frozen=True, slots=True)
class Lattice:
    """All places at which a book is tried; ``areas`` has one for each area of ``finest``.

    ``meetings`` has shape (m, 4): layer and ordinal of two overlay areas that meet, the layers
    counting ``overlays.layers``.
    """

    finest: str
    areas: Places
    overlays: Places
    lines: Places
    assets: Places
    meetings: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the places."""
        return sum(map(len, (self.areas, self.overlays, self.lines, self.assets)))


def load_terrain(
    store: BoundaryStore, grounds: Grounds, progress: Progress | None = None
) -> Terrain:
    """Read the shapes of the editions of some grounds from the store.

    Parameters
    ----------
    store
        The store that the grounds came from.
    grounds
        Their editions are read.
    progress
        Called with stage ``shapes``, counting layers.
    """
    points, shapes = {}, {}
    snapshots: list[LayerSnapshot | FeatureSnapshot] = [
        *grounds.locator.layers,
        *grounds.features.values(),
    ]
    for done, snapshot in enumerate(snapshots, start=1):
        is_drawn = snapshot.layer.role in {"overlay", "linear"}
        table = store.areas(snapshot.edition.id, geometry=is_drawn)
        order = snapshot.index.order
        points[snapshot.layer.key] = table.points[order]
        if is_drawn:
            shapes[snapshot.layer.key] = table.require_geometries()[order]
        if progress is not None:
            progress("shapes", done, len(snapshots))
    return Terrain(points, shapes)


def finest_layer(compiled: Compiled, grounds: Grounds) -> str:
    """Name the finest partition that a book speaks of, else the finest there is; or nothing."""
    for step in PARTITIONS:
        if step in compiled.layer_of:
            return compiled.layer_of[step]
    partitions = [s.layer.key for s in grounds.locator.layers if s.layer.role == "partition"]
    return partitions[-1] if partitions else ""


def build_lattice(books: Sequence[Compiled], grounds: Grounds, terrain: Terrain) -> Lattice:
    """Choose the places at which a book is tried.

    Parameters
    ----------
    books
        One book, or several that are to be compared; overlays, lines and assets that none of them
        has rules about are left out.
    grounds, terrain
        The places, from the same editions.

    Returns
    -------
    Lattice
        A place inside every area of the finest partition; inside every overlay area that is
        spoken of, inside what is its own (where it meets at most 50 others) and inside each of its
        overlaps with another one; four
        places along every line, on alternate sides; and every asset.
    """
    finest = finest_layer(books[-1], grounds)
    spoken = [
        tuple(sorted({key for book in books for key in getattr(book, kind)}))
        for kind in ("overlays", "lines", "assets")
    ]
    overlays, meetings = _overlay_places(spoken[0], terrain)
    return Lattice(
        finest,
        _points((finest,) if finest else (), terrain),
        overlays,
        _line_places(spoken[1], terrain),
        _points(spoken[2], terrain),
        meetings,
    )


def _join(layers: Sequence[str], parts: Sequence[tuple[LonLatArray, IntArray]]) -> Places:
    none: tuple[LonLatArray, IntArray] = (np.empty((0, 2)), np.empty(0, np.int32))
    lonlat = np.concatenate([points for points, _ in (*parts, none)])
    ordinal = np.concatenate([ordinals for _, ordinals in (*parts, none)]).astype(np.int32)
    number = [np.full(len(points), place) for place, (points, _) in enumerate(parts)]
    layer = np.concatenate([*number, np.empty(0, np.int64)]).astype(np.int32)
    return Places(lonlat, tuple(layers), layer, ordinal)


def _points(layers: tuple[str, ...], terrain: Terrain) -> Places:
    return _join(
        layers,
        [
            (terrain.points[key], np.arange(len(terrain.points[key]), dtype=np.int32))
            for key in layers
        ],
    )


def _overlay_places(layers: tuple[str, ...], terrain: Terrain) -> tuple[Places, NDArray[np.int64]]:
    """Places in each overlay area, in its own part, and in its overlaps; which ones meet."""
    if not layers:
        return _join((), []), np.empty((0, 4), np.int64)
    shapes = np.concatenate([terrain.shapes[key] for key in layers])
    layer = np.repeat(np.arange(len(layers)), [len(terrain.shapes[key]) for key in layers])
    ordinal = np.concatenate([np.arange(len(terrain.shapes[key])) for key in layers])
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes)
    # The one with more vertices first: it is the prepared one that saves the time.
    size = shapely.get_num_coordinates(shapes)
    is_pair = (size[left] > size[right]) | ((size[left] == size[right]) & (left < right))
    left, right = left[is_pair], right[is_pair]
    is_meeting = shapely.intersects(shapes[left], shapes[right])
    left, right = left[is_meeting], right[is_meeting]
    holds = shapely.covers(shapes[left], shapes[right])
    is_held = shapely.covers(shapes[right], shapes[left])
    is_within = holds | is_held
    is_covered = np.zeros(len(shapes), dtype=np.bool_)
    is_covered[right[holds]] = is_covered[left[is_held]] = True
    crossing = shapely.intersection(shapes[left[~is_within]], shapes[right[~is_within]])
    parts = [shapes, crossing, _own_parts(shapes, left, right, ~is_covered)]
    owners = [np.arange(len(shapes)), left[~is_within], np.arange(len(shapes))]
    pieces, owner = np.concatenate(parts), np.concatenate(owners)
    is_ground = shapely.area(pieces) > 0.0
    pieces, owner = pieces[is_ground], owner[is_ground]
    inside = shapely.get_coordinates(shapely.point_on_surface(pieces))
    places = Places(inside, layers, layer[owner].astype(np.int32), ordinal[owner].astype(np.int32))
    return places, np.column_stack([layer[left], ordinal[left], layer[right], ordinal[right]])


def _own_parts(
    shapes: GeometryArray,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    is_wanted: NDArray[np.bool_],
) -> GeometryArray:
    """Give what no other overlay area covers of those wanted; an empty shape for the rest."""
    own = np.full(len(shapes), shapely.Polygon(), dtype=object)
    one, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.argsort(one, kind="stable")
    one, other = one[order], other[order]
    first = np.searchsorted(one, np.arange(len(shapes) + 1))
    for at in np.flatnonzero(is_wanted).tolist():
        others = other[first[at] : first[at + 1]]
        if 0 < others.size <= _FEW:
            own[at] = shapely.difference(shapes[at], shapely.union_all(shapes[others]))
    return own


def _line_places(layers: tuple[str, ...], terrain: Terrain) -> Places:
    parts = []
    for key in layers:
        lines = terrain.shapes[key]
        for share, side in _ALONG:
            parts.append((key, _beside(lines, share, side)))
    return _join(
        layers,
        [
            (
                np.concatenate([points for name, points in parts if name == key]),
                np.tile(np.arange(len(terrain.shapes[key]), dtype=np.int32), len(_ALONG)),
            )
            for key in layers
        ],
    )


def _beside(lines: GeometryArray, share: float, side: float) -> FloatArray:
    """Give a place beside each line at a share of the length of its longest part."""
    longest = np.array(
        [max(shapely.get_parts(line), key=shapely.length) for line in lines], dtype=object
    )
    step = 1e-4
    here = shapely.get_coordinates(shapely.line_interpolate_point(longest, share, normalized=True))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(longest, share + step, normalized=True)
    )
    way = ahead - here
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-15)[:, None]
    left = np.column_stack([-way[:, 1], way[:, 0]]) / length
    return here + side * _BESIDE_DEG * left
