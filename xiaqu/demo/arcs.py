"""Jagged arcs shared by both sides, and the polygons assembled from them."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.arrays import BoolArray, FloatArray, GeometryArray, LonLatArray
from xiaqu.demo.cells import CellMesh
from xiaqu.demo.graphs import Indices
from xiaqu.demo.grouping import Nesting
from xiaqu.demo.scales import to_lonlat

GRID, COMMUNITY, TOWNSHIP, DISTRICT, CITY = range(5)
_HALVINGS = np.array([2, 3, 4, 4, 4])
_RESTLESSNESS = np.array([0.45, 0.55, 0.7, 0.75, 0.75])
_STREET_RESTLESSNESS = 0.12
_WIDEST_ANGLE = np.radians(48.0)
_SHORTEST_PIECE_KM = 0.0125


@dataclass(frozen=True, slots=True)
class Arcs:
    """One polyline per mesh edge, stored end to end.

    ``coords`` has shape (n_points, 2), lon and lat in degrees on the binary grid; arc ``e`` is
    ``coords[start[e] : start[e] + pieces[e] + 1]`` and runs from the first vertex of its edge to
    the second.
    """

    coords: LonLatArray
    start: Indices
    pieces: Indices

    def along(self, edge: Indices, is_forward: BoolArray) -> tuple[LonLatArray, Indices]:
        """Concatenate arcs in the given directions, each without its last point.

        Returns
        -------
        coords
            Shape (n_points, 2).
        item
            Shape (n_points,): which entry of ``edge`` each point came from.
        """
        pieces = self.pieces[edge]
        item = np.repeat(np.arange(len(edge)), pieces)
        step = np.arange(len(item)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        back = self.start[edge] + pieces
        position = np.where(is_forward[item], self.start[edge][item] + step, back[item] - step)
        return self.coords[position], item


def border_level(mesh: CellMesh, nesting: Nesting) -> Indices:
    """Find the highest border that each edge is part of: GRID .. CITY; shape (n_edges,)."""
    left, right = np.maximum(mesh.sides, 0).T
    level = np.full(len(mesh.edges), GRID)
    level[nesting.community[left] != nesting.community[right]] = COMMUNITY
    level[nesting.township[left] != nesting.township[right]] = TOWNSHIP
    level[nesting.district[left] != nesting.district[right]] = DISTRICT
    level[(mesh.sides < 0).any(axis=1)] = CITY
    return level


def draw_arcs(
    rng: np.random.Generator, mesh: CellMesh, level: Indices, is_street: BoolArray
) -> Arcs:
    """Break every edge by midpoint displacement.

    An arc never leaves the rhombus on its edge whose half-angle is that between the edge and its
    two seeds. Those rhombi are disjoint, and each half of an arc gets a rhombus within its
    parent's, so that no two arcs can cross and none can cross itself.

    Parameters
    ----------
    rng
        Source of the displacements.
    mesh, level
        The edges and the highest border that each belongs to.
    is_street
        Shape (n_edges,): edges that carry a road are kept nearly straight.
    """
    start, end = mesh.vertices[mesh.edges[:, 0]], mesh.vertices[mesh.edges[:, 1]]
    angle = np.minimum(_angle(end - start, mesh.apex - start), _angle(start - end, mesh.apex - end))
    angle = np.minimum(angle, _WIDEST_ANGLE)
    unrest = np.where(is_street, _STREET_RESTLESSNESS, _RESTLESSNESS[level])
    fit = np.floor(np.log2(np.maximum(mesh.edge_length_km / _SHORTEST_PIECE_KM, 1.0)))
    halvings = np.minimum(_HALVINGS[level], fit.astype(np.int64))
    pieces = 2**halvings
    first = np.cumsum(pieces + 1) - (pieces + 1)
    plane = np.empty((int((pieces + 1).sum()), 2))
    for depth in range(int(halvings.max()) + 1):
        chosen = np.flatnonzero(halvings == depth)
        points = np.stack([start[chosen], end[chosen]], axis=1)
        room = angle[chosen][:, None]
        for _ in range(depth):
            points, room = _halve(rng, points, room, unrest[chosen][:, None])
        plane[first[chosen][:, None] + np.arange(2**depth + 1)] = points
    return Arcs(to_lonlat(plane), first, pieces)


def straighten(arcs: Arcs, edge: Indices) -> Arcs:
    """Replace arcs by the straight edge between their ends, keeping the number of points one."""
    pieces = arcs.pieces.copy()
    pieces[edge] = 1
    start = np.cumsum(pieces + 1) - (pieces + 1)
    coords = np.empty((int((pieces + 1).sum()), 2))
    item = np.repeat(np.arange(len(pieces)), pieces + 1)
    step = np.arange(len(item)) - start[item]
    is_last = step == pieces[item]
    source = arcs.start[item] + np.where(is_last, arcs.pieces[item], step)
    coords[:] = arcs.coords[source]
    return Arcs(coords, start, pieces)


def build_cells(mesh: CellMesh, arcs: Arcs) -> GeometryArray:
    """Polygon of every cell, counter-clockwise; shape (n_cells,)."""
    edge, is_forward, cell = _half_edges(mesh)
    middle = mesh.vertices[mesh.edges[edge]].mean(axis=1) - mesh.seeds[cell]
    order = np.lexsort((np.arctan2(middle[:, 1], middle[:, 0]), cell))
    coords, item = arcs.along(edge[order], is_forward[order])
    return cast("GeometryArray", shapely.polygons(_rings(coords, cell[order][item])))


def build_groups(mesh: CellMesh, arcs: Arcs, group: Indices) -> GeometryArray:
    """Polygon of every group of cells, made of the very arcs of its cells; shape (n_groups,).

    Enclaves of other groups become holes.
    """
    edge, is_forward, cell = _half_edges(mesh)
    beyond = np.where(is_forward, mesh.sides[edge, 1], mesh.sides[edge, 0])
    is_border = (beyond < 0) | (group[cell] != group[np.maximum(beyond, 0)])
    edge, is_forward, owner = edge[is_border], is_forward[is_border], group[cell[is_border]]
    tail = np.where(is_forward, mesh.edges[edge, 0], mesh.edges[edge, 1])
    head = np.where(is_forward, mesh.edges[edge, 1], mesh.edges[edge, 0])
    following = _successors(owner, tail, head, len(mesh.vertices))
    order, ring = _walk(following)
    coords, item = arcs.along(edge[order], is_forward[order])
    rings = _rings(coords, ring[item])
    ring_owner = np.empty(len(rings), dtype=np.int64)
    ring_owner[ring] = owner[order]
    return _fill(rings, ring_owner)


def _angle(a: FloatArray, b: FloatArray) -> FloatArray:
    cross = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    angle: FloatArray = np.arctan2(cross, (a * b).sum(axis=1))
    return angle


def _halve(
    rng: np.random.Generator, points: FloatArray, room: FloatArray, unrest: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Insert a displaced midpoint into every piece; ``room`` is the half-angle left to each."""
    turn = room * unrest * rng.uniform(-1.0, 1.0, room.shape)
    along = points[:, 1:] - points[:, :-1]
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    middle = points[:, :-1] + 0.5 * along + 0.5 * np.tan(turn)[..., None] * normal
    finer = np.empty((len(points), 2 * points.shape[1] - 1, 2))
    finer[:, ::2], finer[:, 1::2] = points, middle
    return finer, np.repeat(room - np.abs(turn), 2, axis=1)


def _half_edges(mesh: CellMesh) -> tuple[Indices, BoolArray, Indices]:
    """Edge, direction and cell of each side inside the city; the cell lies on the left."""
    edge = np.tile(np.arange(len(mesh.edges)), 2)
    is_forward = np.repeat([True, False], len(mesh.edges))
    cell = mesh.sides.T.ravel()
    held = cell >= 0
    return edge[held], is_forward[held], cell[held]


def _successors(owner: Indices, tail: Indices, head: Indices, n_vertices: int) -> Indices:
    """Find the half-edge that follows each one on the border of its owner."""
    by_tail = owner * n_vertices + tail
    order = np.argsort(by_tail, kind="stable")
    place = np.searchsorted(by_tail[order], owner * n_vertices + head)
    following: Indices = order[place]
    return following


def _walk(following: Indices) -> tuple[Indices, Indices]:
    """Order half-edges along their rings; also the ring of each one in that order."""
    n = len(following)
    links = coo_array((np.ones(n), (np.arange(n), following)), shape=(n, n))
    n_rings, ring = connected_components(links.tocsr(), directed=True, connection="weak")
    first = np.full(n_rings, n, dtype=np.int64)
    np.minimum.at(first, ring, np.arange(n))
    successor = following.tolist()
    order: list[int] = []
    for start in first.tolist():
        here = start
        while True:
            order.append(here)
            here = successor[here]
            if here == start:
                break
    walked = np.array(order, dtype=np.int64)
    return walked, ring[walked].astype(np.int64)


def _rings(coords: LonLatArray, ring: Indices) -> GeometryArray:
    """Close runs of points into linear rings; ``ring`` is ascending from 0."""
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(ring))
    closed = np.insert(coords, last, coords[first], axis=0)
    rings = shapely.linearrings(closed, indices=np.insert(ring, last, ring[first]))
    return cast("GeometryArray", rings)


def _fill(rings: GeometryArray, owner: Indices) -> GeometryArray:
    """One polygon per owner: its counter-clockwise ring, the others as holes."""
    is_shell = shapely.is_ccw(rings)
    shells = np.empty(int(owner.max()) + 1, dtype=object)
    shells[owner[is_shell]] = rings[is_shell]
    polygons = cast("GeometryArray", shapely.polygons(shells))
    for group in np.unique(owner[~is_shell]).tolist():
        holes = rings[~is_shell & (owner == group)]
        polygons[group] = shapely.Polygon(shells[group], list(holes))
    return polygons
