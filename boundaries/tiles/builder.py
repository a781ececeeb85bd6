"""From the areas of an edition to the tiles of all zooms, with what was done to them."""

import gzip
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import shapely

from boundaries.records import AreaTable, EditionInfo, LayerInfo
from boundaries.tiles.coverage import (
    TOLERANCE,
    Coverage,
    Simplified,
    build_coverage,
    simplify_downwards,
)
from boundaries.tiles.drawing import AREAS, LABELS, LINES, POINTS, Drawn, Zoom
from boundaries.tiles.grid import ZoomRange, project, to_square, zooms_for, zooms_for_points
from boundaries.tiles.kernel import BUFFER, EXTENT
from boundaries.tiles.labels import Labels, place_labels
from boundaries.tiles.noding import Whole
from boundaries.tiles.properties import Described, describe, first_zooms
from geo.arrays import FloatArray, GeometryArray, Progress

FORMAT = 1
"""Version of what is written; part of the name of the file."""

_POLYGON, _LINE, _POINT = 2, 1, 0
_LEVEL = 6


@dataclass(slots=True)
class Tileset:
    """Tiles of an edition.

    Attributes
    ----------
    zooms
        First and last zoom.
    bounds
        West, south, east, north; degrees.
    tiles
        Compressed tiles by zoom, column and row.
    metadata
        What the pyramid says about itself, JSON values.
    """

    zooms: ZoomRange
    bounds: tuple[float, float, float, float]
    tiles: dict[tuple[int, int, int], bytes] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


class _Group(NamedTuple):
    """Shapes of one dimension in the unit square, with their rows of the table."""

    shapes: GeometryArray
    rows: Whole

    def parts(self) -> "_Group":
        parts, which = shapely.get_parts(self.shapes, return_index=True)
        return _Group(parts, self.rows[which])


def build_tileset(
    table: AreaTable,
    layer: LayerInfo,
    edition: EditionInfo,
    progress: Progress | None = None,
) -> Tileset:
    """Build the tiles of an edition.

    Parameters
    ----------
    table
        Its areas with their shapes, CGCS2000 lon, lat; at least one.
    layer, edition
        What they are.
    progress
        Called with stage ``tiles <layer>``, counting zooms.

    Returns
    -------
    Tileset
        Layers ``area`` and ``label``, ``line`` or ``point`` as the shapes are. Every feature is
        in at least one tile of every zoom from which its class is shown.

    Notes
    -----
    The next zoom is simplified in a second thread while one is cut and encoded.
    """
    builder = _Builder(table, layer, edition)
    tileset = Tileset(builder.zooms, _bounds(table))
    n_zooms = builder.zooms.last - builder.zooms.first + 1
    said = []
    for done, (zoom, facts) in enumerate(builder.draw(), start=1):
        compressed = {
            (zoom.zoom, x, y): gzip.compress(body, _LEVEL, mtime=0)
            for (x, y), body in zoom.encode().items()
        }
        tileset.tiles |= compressed
        sizes = [len(body) for body in compressed.values()]
        said.append(facts | {"tiles": len(sizes), "largest_tile_bytes": max(sizes)})
        if progress is not None:
            progress(f"tiles {layer.key}", done, n_zooms)
    tileset.metadata = builder.metadata() | {"zooms": said[::-1]}
    return tileset


class _Builder:
    def __init__(self, table: AreaTable, layer: LayerInfo, edition: EditionInfo) -> None:
        self.layer, self.edition, self.table = layer, edition, table
        shapes = project(table.require_geometries())
        dimension = shapely.get_dimensions(shapes)
        rows = np.arange(len(shapes))
        self.areas, self.lines, self.points = (
            _Group(shapes[dimension == kind], rows[dimension == kind])
            for kind in (_POLYGON, _LINE, _POINT)
        )
        self.inside = to_square(table.points)
        self.described: Described = describe(table, layer)
        n_drawn = len(self.areas.rows) + len(self.lines.rows)
        self.zooms = zooms_for(shapes) if n_drawn else zooms_for_points(shapes)
        self.line_zooms, self.shown_from = first_zooms(
            self.described, self.lines.rows, self.zooms
        )
        self.coverage: Coverage | None = None

    def draw(self) -> Iterator[tuple[Zoom, dict[str, Any]]]:
        """Draw each zoom, the last one first."""
        with ThreadPoolExecutor(1) as side:
            following = self._simplified()
            coming: Future[Simplified | None] = side.submit(next, following, None)
            labels = side.submit(self._labels)
            for number in self.zooms.downwards():
                simplified = coming.result()
                coming = side.submit(next, following, None)
                zoom = Zoom(number, self.described)
                facts: dict[str, Any] = {"zoom": number}
                if simplified is not None and self.coverage is not None:
                    drawn = zoom.add_areas(self.coverage, simplified, self.inside)
                    facts["tolerance_units"] = simplified.tolerance
                    facts[AREAS] = _said(drawn)
                    facts[LABELS] = self._add_labels(zoom, labels.result())
                self._add_lines(zoom, facts)
                self._add_points(zoom, facts)
                yield zoom, facts

    def metadata(self) -> dict[str, Any]:
        """Say what the tiles hold and what was done to the shapes."""
        known = {
            "format": FORMAT,
            "layer": self.layer.key,
            "edition": self.edition.id,
            "shapes_hash": self.edition.shapes_hash,
            "features": len(self.table),
            "extent": EXTENT,
            "buffer": BUFFER,
            "classes": self.described.classes,
            "shown_from": self.shown_from,
            "vector_layers": self._vector_layers(),
        }
        if self.coverage is not None:
            known["coverage"] = {
                "state": self.coverage.state,
                "uneven_polygons": self.coverage.n_uneven,
            }
        return known

    def _simplified(self) -> Iterator[Simplified]:
        if len(self.areas.rows):
            self.coverage = build_coverage(self.areas.shapes, self.areas.rows)
            yield from simplify_downwards(self.coverage, self.zooms.first, self.zooms.last)

    def _labels(self) -> Labels | None:
        if not len(self.areas.rows):
            return None
        names = tuple(self.table.names[row] for row in self.areas.rows.tolist())
        return place_labels(self.areas.shapes, names)

    def _add_labels(self, zoom: Zoom, labels: Labels | None) -> dict[str, int]:
        assert labels is not None  # noqa: S101 - there are areas
        fits = np.flatnonzero((labels.zooms <= zoom.zoom) | (zoom.zoom == self.zooms.last))
        rows = self.areas.rows[fits]
        return _said(zoom.add_points(LABELS, labels.points[fits], rows, labels.zooms[fits]))

    def _add_lines(self, zoom: Zoom, facts: dict[str, Any]) -> None:
        if not len(self.lines.rows):
            return
        shown = self.line_zooms <= zoom.zoom
        group = _Group(self.lines.shapes[shown], self.lines.rows[shown]).parts()
        tolerance = TOLERANCE if zoom.zoom < self.zooms.last else 0.0
        facts["line_tolerance_units"] = tolerance
        facts[LINES] = _said(zoom.add_lines(group.shapes, group.rows, tolerance))

    def _add_points(self, zoom: Zoom, facts: dict[str, Any]) -> None:
        if len(self.points.rows):
            group = self.points.parts()
            points: FloatArray = shapely.get_coordinates(group.shapes)
            facts[POINTS] = _said(zoom.add_points(POINTS, points, group.rows))

    def _vector_layers(self) -> list[dict[str, Any]]:
        fields = {"code": "String", "name": "String", "parent": "String"}
        fields |= {
            key: "String" if isinstance(values[0], str) else "Number"
            for key, values in self.described.classes.items()
        }
        present = [(AREAS, self.areas), (LINES, self.lines), (POINTS, self.points)]
        listed = [(name, fields) for name, group in present if len(group.rows)]
        if len(self.areas.rows):
            listed.append((LABELS, fields | {"zoom": "Number"}))
        return [
            {"id": name, "fields": own, "minzoom": self.zooms.first, "maxzoom": self.zooms.last}
            for name, own in listed
        ]


def _said(drawn: Drawn) -> dict[str, int]:
    return {"features": drawn.features, "as_points": drawn.as_points}


def _bounds(table: AreaTable) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(table.require_geometries()).tolist()
    return west, south, east, north
