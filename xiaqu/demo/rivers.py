"""Rivers: routes over mesh edges from rim to rim, and tributaries that join them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.arrays import BoolArray, FloatArray
from xiaqu.demo.cells import CellMesh, vertex_graph
from xiaqu.demo.graphs import Indices, shortest_paths
from xiaqu.demo.noise import NoiseField
from xiaqu.demo.scales import Scale


@dataclass(frozen=True, slots=True)
class Course:
    """A river as a run of mesh vertices, source first; ``order`` is 1 for a main river."""

    vertices: Indices
    order: int


# Angles in degrees, counter-clockwise from east; a waypoint as a share of the half extents.
_MAIN = (
    (172.0, (-0.05, -0.10), -32.0),
    (118.0, (0.22, 0.52), 24.0),
)
_TRIBUTARIES = (222.0, 148.0, 282.0, 70.0, 0.0, 318.0)


def route_rivers(
    rng: np.random.Generator, mesh: CellMesh, scale: Scale
) -> tuple[list[Course], BoolArray]:
    """Lay out the rivers; also tell which mesh edges they follow (shape (n_edges,))."""
    valley = NoiseField.create(rng, 0.3 * scale.half_width_km, 4).at(mesh.vertices)
    start, end = mesh.edges.T
    height = 0.5 * (valley[start] + valley[end])
    cost = mesh.edge_length_km * np.exp(2.2 * height) * rng.uniform(0.7, 1.5, len(start))
    is_rim = (mesh.sides < 0).any(axis=1)
    half = np.array([scale.half_width_km, scale.half_height_km])
    outward = np.hypot(*(mesh.vertices[start] / half).T)
    cost *= 1.0 + 4.0 * np.clip(outward - 0.45, 0.0, 1.0)  # inland, not along the rim
    cost = np.where(is_rim, 50.0 * cost, cost) + 1e-6
    rim = np.unique(mesh.edges[is_rim])
    courses: list[Course] = []
    wet = np.zeros(len(mesh.vertices), dtype=bool)
    n_tributaries = 6 if scale.n_districts > 2 else 2  # noqa: PLR2004 - a small place has few
    for source, waypoint, mouth in _MAIN:
        stops = [
            _rim_vertex(mesh, rim, source),
            int(np.hypot(*(mesh.vertices - half * waypoint).T).argmin()),
            _rim_vertex(mesh, rim, mouth),
        ]
        away = np.where(wet[start] | wet[end], 1e3, 1.0)
        path = _through(mesh, cost * away, stops)
        courses.append(Course(_until(path, wet), 1))
        wet[courses[-1].vertices] = True
    for angle in _TRIBUTARIES[:n_tributaries]:
        path = _to_water(mesh, cost, _rim_vertex(mesh, rim, angle), wet)
        courses.append(Course(_until(path, wet), 2))
        wet[courses[-1].vertices] = True
    return courses, mark_edges(mesh, [course.vertices for course in courses])


def mark_edges(mesh: CellMesh, paths: list[Indices]) -> BoolArray:
    """Mesh edges that some path of vertices follows; shape (n_edges,)."""
    edge = np.concatenate([edges_along(mesh, path)[0] for path in paths])
    marked = np.zeros(len(mesh.edges), dtype=bool)
    marked[edge] = True
    return marked


def edges_along(mesh: CellMesh, path: Indices) -> tuple[Indices, BoolArray]:
    """Find the edges between consecutive vertices of a path, and whether each runs forward."""
    n = len(mesh.vertices)
    key = mesh.edges.min(axis=1) * n + mesh.edges.max(axis=1)
    order = np.argsort(key)
    low, high = np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])
    edge = order[np.searchsorted(key[order], low * n + high)]
    return edge, mesh.edges[edge, 0] == path[:-1]


def _rim_vertex(mesh: CellMesh, rim: Indices, angle_deg: float) -> int:
    """Find the rim vertex seen from the centre in the given direction."""
    x, y = mesh.vertices[rim].T
    turn = np.abs(np.angle(np.exp(1j * (np.arctan2(y, x) - np.radians(angle_deg)))))
    return int(rim[turn.argmin()])


def _through(mesh: CellMesh, cost: FloatArray, stops: list[int]) -> Indices:
    """Cheapest path over the stops, loops cut out."""
    graph = vertex_graph(mesh, cost)
    whole: list[int] = []
    for here, there in pairwise(stops):
        _, came_from, _ = shortest_paths(graph, np.array([here]))
        whole += _trace(came_from, there)[::-1].tolist()
    last = {vertex: place for place, vertex in enumerate(whole)}
    path, place = [], 0
    while place < len(whole):
        path.append(whole[place])
        place = last[whole[place]] + 1
    return np.array(path, dtype=np.int64)


def _to_water(mesh: CellMesh, cost: FloatArray, source: int, wet: BoolArray) -> Indices:
    """Cheapest path from the source to any vertex of a river."""
    distance, came_from, _ = shortest_paths(vertex_graph(mesh, cost), np.array([source]))
    mouth = int(np.where(wet, distance, np.inf).argmin())
    return _trace(came_from, mouth)[::-1]


def _trace(came_from: Indices, end: int) -> Indices:
    path = [end]
    while came_from[path[-1]] >= 0:
        path.append(int(came_from[path[-1]]))
    return np.array(path, dtype=np.int64)


def _until(path: Indices, wet: BoolArray) -> Indices:
    """Cut the path off at its first vertex that another river already holds."""
    hits = np.flatnonzero(wet[path[1:]])
    return path if len(hits) == 0 else path[: hits[0] + 2]
