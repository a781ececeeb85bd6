"""Areas of a layer as one coverage, so that neighbours are simplified together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.tiles.cutting import polygons_of
from boundaries.tiles.grid import units
from boundaries.tiles.noding import Whole, node_paths
from geo.arrays import BoolArray, FloatArray, GeometryArray

VALID, OVERLAID, LOOSE = "valid", "overlaid", "loose"
"""How the areas fit: edge to edge; where they overlap or leave slivers cut into faces first, so
that all edges match; or, where even that failed, as they are."""

TOLERANCE = 4.0
"""Units by which borders may be simplified at all zooms but the last: half a screen pixel."""

_WORTH_IT = 0.35
"""Share of vertices within the tolerance from which simplifying pays."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Areas as polygons that fit edge to edge.

    Attributes
    ----------
    faces
        Polygons in the unit square.
    members
        Shape (k, 2), columns face and owner: which areas each face belongs to, by face. A face of
        an overlap belongs to several.
    state
        ``valid``, ``overlaid`` or ``loose``.
    n_uneven
        Polygons that overlap a neighbour or meet it without sharing its vertices.
    """

    faces: GeometryArray
    members: Whole
    state: str
    n_uneven: int


@dataclass(frozen=True, slots=True)
class Simplified:
    """A coverage as one zoom draws it; ``tolerance`` in units, 0 where it was left as it is."""

    zoom: int
    faces: GeometryArray
    tolerance: float


def build_coverage(shapes: GeometryArray, owner: Whole) -> Coverage:
    """Make a coverage of areas.

    Parameters
    ----------
    shapes
        Polygons and multi-polygons in the unit square.
    owner
        Number of the area of each.

    Returns
    -------
    Coverage
        Of polygons that are uneven (real editions have overlaps and slivers) all borders are cut
        at each other and the faces between them taken; even ones stay as they are.
    """
    parts, row = shapely.get_parts(shapes, return_index=True)
    of_part = owner[row]
    if shapely.coverage_is_valid(parts):
        return Coverage(parts, _pairs(np.arange(len(parts)), of_part), VALID, 0)
    uneven = _find_uneven(parts)
    even = np.flatnonzero(~uneven)
    faces, members = _overlay(parts[uneven], of_part[uneven])
    joined = np.concatenate([parts[even], faces])
    pairs = np.concatenate(
        [_pairs(np.arange(len(even)), of_part[even]), members + np.array([[len(even), 0]])]
    )
    n_uneven = int(uneven.sum())
    if len(faces) and shapely.coverage_is_valid(joined):
        return Coverage(joined, pairs, OVERLAID, n_uneven)
    return Coverage(parts, _pairs(np.arange(len(parts)), of_part), LOOSE, n_uneven)


def simplify_downwards(coverage: Coverage, first: int, last: int) -> Iterator[Simplified]:
    """Simplify a coverage for each zoom, the last zoom first.

    Yields
    ------
    Simplified
        The last zoom as it is. Each zoom before starts from the one after it; it is left alone
        where fewer than a third of the vertices lie within the tolerance.
    """
    faces = coverage.faces
    yield Simplified(last, faces, 0.0)
    for zoom in range(last - 1, first - 1, -1):
        tolerance = TOLERANCE / units(zoom)
        worth = _share_within(faces, tolerance) >= _WORTH_IT
        if worth:
            faces = shapely.coverage_simplify(faces, tolerance)
        yield Simplified(zoom, faces, TOLERANCE if worth else 0.0)


def draw_areas(coverage: Coverage, at: Simplified) -> tuple[GeometryArray, Whole]:
    """Round the areas to the whole-number grid of a zoom, glued.

    Returns
    -------
    shapes, owner
        Valid polygons in units of the zoom, noded where tiles are cut, and the area of each. An
        area of which nothing is left has no row.
    """
    _, points, (ring_starts, face_starts) = shapely.to_ragged_array(at.faces)
    noded = node_paths(points * units(at.zoom), np.asarray(ring_starts, np.int64))
    ring_face = np.repeat(np.arange(len(at.faces)), np.diff(face_starts))
    shapes, face = polygons_of(noded, ring_face)
    if coverage.state != OVERLAID:
        return shapes, coverage.members[face, 1]
    return _unite(coverage, shapes, face)


def _unite(
    coverage: Coverage, shapes: GeometryArray, face: Whole
) -> tuple[GeometryArray, Whole]:
    """Join the faces of each area; they share all nodes, so no coordinate is new."""
    by_face = np.argsort(face, kind="stable")
    begins = np.searchsorted(face[by_face], coverage.members[:, 0])
    ends = np.searchsorted(face[by_face], coverage.members[:, 0], side="right")
    rows = np.concatenate([by_face[a:b] for a, b in zip(begins, ends, strict=True)])
    owners = np.repeat(coverage.members[:, 1], ends - begins)
    joined = []
    numbers, starts = np.unique(np.sort(owners), return_index=True)
    rows = rows[np.argsort(owners, kind="stable")]
    for pieces in np.split(rows, starts[1:]):
        joined.append(shapes[pieces[0]] if len(pieces) == 1 else shapely.union_all(shapes[pieces]))
    parts, row = shapely.get_parts(np.array(joined, dtype=object), return_index=True)
    return parts, numbers[row]


def _find_uneven(parts: GeometryArray) -> BoolArray:
    """Mark polygons whose edges do not match, and all whose inside they reach into."""
    uneven: BoolArray = ~shapely.is_empty(shapely.coverage_invalid_edges(parts))
    tree = shapely.STRtree(parts)
    while True:
        mine = np.flatnonzero(uneven)
        which, other = tree.query(parts[mine], predicate="intersects")
        reached = other[~shapely.touches(parts[mine][which], parts[other])]
        if uneven[reached].all():
            return uneven
        uneven[reached] = True


def _overlay(parts: GeometryArray, owner: Whole) -> tuple[GeometryArray, Whole]:
    """Cut all borders at each other; give the faces that belong to somebody, and to whom."""
    noded = shapely.union_all(shapely.boundary(parts))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    tree = shapely.STRtree(parts)
    face, part = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    pairs = np.unique(_pairs(face, owner[part]), axis=0)
    kept, number = np.unique(pairs[:, 0], return_inverse=True)
    return faces[kept], _pairs(number, pairs[:, 1])


def _pairs(first: Whole, second: Whole) -> Whole:
    return np.column_stack([first, second]).astype(np.int64)


def _share_within(faces: GeometryArray, tolerance: float) -> float:
    """Share of vertices whose triangle with their neighbours is smaller than the tolerance's."""
    points: FloatArray = shapely.get_coordinates(faces)
    if len(points) < 3:  # noqa: PLR2004 - a triangle
        return 0.0
    before, after = points[1:-1] - points[:-2], points[2:] - points[1:-1]
    areas = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) / 2.0
    return float(np.mean(areas < tolerance**2))
