"""Features of one zoom, tile by tile."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import shapely

from boundaries.tiles.coverage import Coverage, Simplified, draw_areas
from boundaries.tiles.cutting import Pieces, cut_lines, cut_polygons
from boundaries.tiles.encoding import (
    LINE,
    POINT,
    POLYGON,
    Feature,
    encode_geometries,
    encode_layer,
    encode_value,
    make_feature,
    sort_into_features,
)
from boundaries.tiles.grid import units
from boundaries.tiles.kernel import EXTENT
from boundaries.tiles.noding import Paths, Whole, node_paths, take_paths
from boundaries.tiles.properties import Described
from geo.arrays import FloatArray, GeometryArray

AREAS, LINES, POINTS, LABELS = "area", "line", "point", "label"
"""Layers that tiles may have."""

Tiles = dict[tuple[int, int], dict[str, list[Feature]]]
"""Features by tile column and row, and layer."""


class Drawn(NamedTuple):
    """What was put into tiles: how many features, and how many of them became points."""

    features: int
    as_points: int


class Zoom:
    """Tiles of one zoom while they are filled.

    Parameters
    ----------
    zoom
        The zoom.
    described
        Names of the features; all owners below are rows of its table.
    """

    def __init__(self, zoom: int, described: Described) -> None:
        self.zoom = zoom
        self._described = described
        self._tiles: Tiles = defaultdict(lambda: defaultdict(list))

    def add_areas(self, coverage: Coverage, at: Simplified, inside: FloatArray) -> Drawn:
        """Put the areas in; one that rounding leaves nothing of becomes a point.

        ``inside`` has a point of the unit square for each row of the table.
        """
        shapes, owner = draw_areas(coverage, at)
        self._add_pieces(AREAS, list(cut_polygons(shapes, owner)), POLYGON)
        wanted = np.unique(coverage.members[:, 1])
        gone = np.setdiff1d(wanted, owner)
        self.add_points(AREAS, inside[gone], gone)
        return Drawn(len(wanted), len(gone))

    def add_lines(self, lines: GeometryArray, owner: Whole, tolerance: float) -> Drawn:
        """Put lines of the unit square in; one shorter than a unit becomes a point."""
        wanted = np.unique(owner)
        if not len(wanted):
            return Drawn(0, 0)
        simple = shapely.simplify(lines, tolerance / units(self.zoom), preserve_topology=False)
        _, points, (starts,) = shapely.to_ragged_array(simple)
        paths = node_paths(points * units(self.zoom), starts.astype(np.int64))
        long = np.flatnonzero(paths.lengths > 1)
        if len(long):
            self._add_pieces(LINES, [cut_lines(take_paths(paths, long), owner[long])], LINE)
        gone = np.setdiff1d(wanted, owner[long])
        first = np.unique(owner, return_index=True)[1][np.searchsorted(wanted, gone)]
        self.add_points(LINES, _firsts(paths, first) / units(self.zoom), gone)
        return Drawn(len(wanted), len(gone))

    def add_points(
        self, layer: str, points: FloatArray, owner: Whole, zooms: Whole | None = None
    ) -> Drawn:
        """Put points of the unit square in; ``zooms`` become a property of that name."""
        if not len(owner):
            return Drawn(0, 0)
        whole = np.floor(points * units(self.zoom) + 0.5).astype(np.int64)
        tiles = whole // EXTENT
        shapes = shapely.points(whole - tiles * EXTENT)
        blobs = encode_geometries(np.asarray(shapes), np.arange(len(owner)), POINT)
        rows = zip(tiles.tolist(), owner.tolist(), blobs, strict=True)
        for place, ((x, y), row, blob) in enumerate(rows):
            said = self._described.properties[row]
            if zooms is not None:
                said = [*said, ("zoom", encode_value(int(zooms[place])))]
            number = int(self._described.numbers[row])
            self._tiles[x, y][layer].append(make_feature(number, POINT, blob, said))
        return Drawn(len(owner), 0)

    def encode(self) -> dict[tuple[int, int], bytes]:
        """Encode all tiles that hold something, not compressed."""
        side = 1 << self.zoom
        return {
            (x, y): b"".join(encode_layer(name, layers[name]) for name in sorted(layers))
            for (x, y), layers in self._tiles.items()
            # The buffer reaches beyond the edge of the world, where there are no tiles.
            if 0 <= x < side and 0 <= y < side
        }

    def _add_pieces(self, layer: str, portions: list[Pieces], kind: int) -> None:
        if not portions:
            return
        x, y, owner, shapes = (np.concatenate(column) for column in zip(*portions, strict=True))
        numbers = self._described.numbers[owner]
        order, feature, first = sort_into_features(y, x, numbers)
        blobs = encode_geometries(shapes[order], feature, kind)
        heads = order[first]
        columns = (x[heads].tolist(), y[heads].tolist(), owner[heads].tolist(), blobs)
        for tile_x, tile_y, row, blob in zip(*columns, strict=True):
            said, number = self._described.properties[row], int(self._described.numbers[row])
            made = make_feature(number, kind, blob, said)
            self._tiles[tile_x, tile_y][layer].append(made)


def _firsts(paths: Paths, which: Whole) -> FloatArray:
    points: FloatArray = paths.points[paths.starts[:-1][which]].astype(np.float64)
    return points
