"""Ground inside a layer that no area claims."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import GeometryArray, Progress
from geo.datum import Datum, parse_datum
from geo.slivers import SliverRule, measure_pieces
from geo.validity import require_valid


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground that belongs to a layer but to none of its areas.

    Parameters
    ----------
    area_m2
        Its area.
    lon, lat
        A point inside of it; degrees CGCS2000.
    neighbours
        Rows of the areas that touch it, ascending.
    sliver
        It is a sliver by the rule in force.
    """

    area_m2: float
    lon: float
    lat: float
    neighbours: tuple[int, ...]
    sliver: bool


def find_gaps(
    geometries: GeometryArray,
    *,
    within: BaseGeometry | None = None,
    datum: Datum | str = Datum.CGCS2000,
    rule: SliverRule | None = None,
    progress: Progress | None = None,
) -> list[Gap]:
    """Find every hole that the areas leave between them.

    Parameters
    ----------
    geometries
        Shape (n,), valid (multi)polygons in file coordinates; compared as they are, see
        :func:`geo.overlaps.find_overlaps`.
    within
        The ground that the areas should fill, such as the outline of the city, in the same
        coordinates: gaps are then all parts of it that no area covers. If None, gaps are the
        holes that the areas surround; a bite in the outer border cannot be told from the outline
        and is not found.
    datum
        Datum of the file; the gaps found are converted for measuring.
    rule
        When a gap counts as a sliver; the defaults of :class:`SliverRule` if None.
    progress
        Called as ``progress("gaps", done, total)``, in two steps: union, holes.

    Returns
    -------
    gaps
        Largest first. However large, an enclave or a lake left out is reported too.

    Raises
    ------
    GeometryError
        A shape, or ``within``, is missing, empty, no polygon or invalid; names the first.
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    Cost O(n log n); 40,000 grids in about 2 s when neighbours share their vertices, about 6 s
    when they do not and the borders must be computed.
    """
    shapes = require_valid(geometries)
    parse_datum(datum)  # refused even when there is nothing to measure
    merged = union_of(shapes)
    if progress is not None:
        progress("gaps", 1, 2)
    holes = _holes(merged) if within is None else _uncovered(within, merged)
    gaps = _describe(holes, shapes, rule or SliverRule(), datum) if holes.size else []
    if progress is not None:
        progress("gaps", 2, 2)
    return gaps


def union_of(shapes: GeometryArray) -> BaseGeometry:
    """Merge areas into one shape, by the fast way where their borders match vertex by vertex.

    Parameters
    ----------
    shapes
        Shape (n,), valid (multi)polygons.

    Returns
    -------
    union
        One (multi)polygon.
    """
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


def _holes(merged: BaseGeometry) -> GeometryArray:
    """Take the holes of a union, without the islands that lie in them."""
    parts = shapely.get_parts(merged)
    rings, part = shapely.get_rings(parts, return_index=True)
    holes: GeometryArray = shapely.polygons(rings[np.diff(part, prepend=-1) == 0])
    if holes.size == 0 or parts.size == 1:
        return holes
    hole, island = shapely.STRtree(parts).query(holes, predicate="contains")
    for row in np.unique(hole).tolist():
        holes[row] = shapely.difference(holes[row], shapely.union_all(parts[island[hole == row]]))
    pieces: GeometryArray = shapely.get_parts(holes)
    return pieces


def _uncovered(within: BaseGeometry, merged: BaseGeometry) -> GeometryArray:
    """Take the parts of a shape that a union does not cover."""
    whole = np.empty(1, dtype=object)
    whole[:] = [within]
    pieces = shapely.get_parts(shapely.difference(require_valid(whole)[0], merged))
    uncovered: GeometryArray = pieces[shapely.area(pieces) > 0.0]
    return uncovered


def _describe(
    holes: GeometryArray, shapes: GeometryArray, rule: SliverRule, datum: Datum | str
) -> list[Gap]:
    measured = measure_pieces(holes, rule, datum)
    hole, area = shapely.STRtree(shapes).query(holes, predicate="intersects")
    order = np.lexsort((area, hole))
    area = area[order]
    ends = np.searchsorted(hole[order], np.arange(len(holes) + 1))
    gaps = [
        Gap(
            float(measured.area_m2[row]),
            float(measured.lonlat[row, 0]),
            float(measured.lonlat[row, 1]),
            tuple(area[ends[row] : ends[row + 1]].tolist()),
            bool(measured.is_sliver[row]),
        )
        for row in range(len(holes))
    ]
    return sorted(gaps, key=lambda gap: -gap.area_m2)
