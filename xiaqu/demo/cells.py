"""The mesh of cells that becomes the unit grids: a density, seeds, and their Voronoi edges."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay

from geo.arrays import BoolArray, FloatArray
from xiaqu.demo.graphs import Graph, Indices, symmetric_graph
from xiaqu.demo.noise import NoiseField
from xiaqu.demo.scales import Scale

_PADDING = 1.25  # seeds beyond the rim, so that every rim cell is closed by a neighbour outside
_SHORTEST_EDGE_KM = 0.0002
_RELAXATIONS = 2
_RASTER = 500
_RIM_RADIUS, _RIM_UNREST = 0.95, 0.42


@dataclass(frozen=True, slots=True)
class CellMesh:
    """Voronoi cells inside the city and the edges between them.

    Attributes
    ----------
    seeds
        Shape (n_cells, 2), kilometres. Every cell is star-shaped about its seed.
    area_km2, density
        Shape (n_cells,); density is cells per km2 wanted there.
    vertices
        Shape (n_vertices, 2), kilometres.
    edges
        Shape (n_edges, 2), vertex indices.
    sides
        Shape (n_edges, 2), the cell on the left and on the right of each edge, -1 outside.
    apex
        Shape (n_edges, 2), kilometres: one of the two seeds, which mirror each other in the edge.
    """

    seeds: FloatArray
    area_km2: FloatArray
    density: FloatArray
    vertices: FloatArray
    edges: Indices
    sides: Indices
    apex: FloatArray

    @property
    def n_cells(self) -> int:
        """Number of cells inside the city."""
        return len(self.seeds)

    @property
    def edge_length_km(self) -> FloatArray:
        """Straight length of each edge, kilometres."""
        start, end = self.vertices[self.edges[:, 0]], self.vertices[self.edges[:, 1]]
        length: FloatArray = np.hypot(*(end - start).T)
        return length


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the city is and how dense it is: smooth functions of the plane."""

    scale: Scale
    rim: NoiseField
    texture: NoiseField
    towns: FloatArray
    """Shape (n_towns, 4): x, y, weight, radius; kilometres."""

    @classmethod
    def create(cls, rng: np.random.Generator, scale: Scale) -> "Ground":
        """Draw the outline noise and the towns around the core."""
        n_towns = max(2, 2 * scale.n_districts)
        angle = rng.uniform(0, 2 * np.pi, n_towns)
        away = rng.uniform(0.35, 0.85, n_towns)
        towns = np.column_stack(
            [
                away * np.cos(angle) * scale.half_width_km,
                away * np.sin(angle) * scale.half_height_km,
                rng.uniform(0.1, 0.4, n_towns),
                rng.uniform(0.025, 0.06, n_towns) * scale.half_width_km,
            ]
        )
        size = scale.half_width_km
        return cls(
            scale,
            NoiseField.create(rng, 0.9 * size, 6),
            NoiseField.create(rng, 0.25 * size, 4),
            towns,
        )

    def radius(self, plane_km: FloatArray) -> FloatArray:
        """Distance from the centre, 0 there and 1 on the undisturbed rim."""
        half = np.array([self.scale.half_width_km, self.scale.half_height_km])
        distance: FloatArray = np.hypot(*(plane_km / half).T)
        return distance

    def is_inside(self, plane_km: FloatArray) -> BoolArray:
        """Whether a point lies inside the irregular rim."""
        distance = self.radius(plane_km) + _RIM_UNREST * self.rim.at(plane_km)
        inside: BoolArray = distance < _RIM_RADIUS
        return inside

    def density_at(self, plane_km: FloatArray) -> FloatArray:
        """Relative density of cells: about 1 in the core, 0.03 in the open country."""
        density = 0.03 + np.exp(-((self.radius(plane_km) / 0.155) ** 1.3))
        for x, y, weight, radius in self.towns:
            away = np.hypot(plane_km[:, 0] - x, plane_km[:, 1] - y) / radius
            density += weight * np.exp(-(away**1.5))
        rough: FloatArray = density * np.exp(0.9 * self.texture.at(plane_km))
        return rough


def build_mesh(rng: np.random.Generator, ground: Ground) -> CellMesh:
    """Scatter seeds by density and keep the Voronoi cells inside the rim.

    Cost O(n log n); about two seconds for 40,000 cells.
    """
    seeds = _scatter(rng, ground)
    for _ in range(_RELAXATIONS):
        seeds = _relax(seeds)
    while True:
        corners, edges, pairs = _voronoi(seeds)
        inside = _solid(ground.is_inside(seeds), pairs)
        used = inside[pairs].any(axis=1)
        length = np.hypot(*(corners[edges[:, 0]] - corners[edges[:, 1]]).T)
        short = used & (length < _SHORTEST_EDGE_KM)
        if not short.any():
            break
        # A hair-thin edge would vanish when coordinates are snapped: move its seeds a little.
        moved = np.unique(pairs[short])
        spacing = 0.05 / np.sqrt(ground.density_at(seeds[moved]) * 40.0)
        seeds[moved] += rng.normal(size=(len(moved), 2)) * spacing[:, None]
    return _pack(ground, seeds, inside, corners, edges[used], pairs[used])


def cell_graph(mesh: CellMesh, weights: FloatArray) -> Graph:
    """Symmetric graph of cells that share an edge; ``weights`` shape (n_edges,), positive."""
    inner = (mesh.sides >= 0).all(axis=1)
    return symmetric_graph(mesh.sides[inner], weights[inner], mesh.n_cells)


def vertex_graph(mesh: CellMesh, weights: FloatArray) -> Graph:
    """Symmetric graph of mesh vertices along the edges; ``weights`` shape (n_edges,)."""
    return symmetric_graph(mesh.edges, weights, len(mesh.vertices))


def _scatter(rng: np.random.Generator, ground: Ground) -> FloatArray:
    """Seeds drawn by density, as many inside the rim as the scale asks for."""
    half = np.array([ground.scale.half_width_km, ground.scale.half_height_km]) * _PADDING
    tick = (np.arange(_RASTER) + 0.5) / _RASTER * 2.0 - 1.0
    raster = np.stack(np.meshgrid(tick, tick), axis=-1).reshape(-1, 2) * half
    chance = np.cumsum(ground.density_at(raster))
    kept: list[FloatArray] = []
    n_inside = 0
    while n_inside < ground.scale.n_grids:
        hit = np.searchsorted(chance, rng.uniform(0, chance[-1], ground.scale.n_grids))
        jitter = rng.uniform(-1.0, 1.0, (len(hit), 2)) * half / _RASTER
        candidates = raster[hit] + jitter
        inside_so_far = n_inside + np.cumsum(ground.is_inside(candidates))
        enough = int(np.searchsorted(inside_so_far, ground.scale.n_grids)) + 1
        kept.append(candidates[:enough])
        n_inside = int(inside_so_far[:enough][-1])
    return np.concatenate(kept)


def _voronoi(seeds: FloatArray) -> tuple[FloatArray, Indices, Indices]:
    """Circumcentres, the edges between them, and the two seeds beside each edge."""
    mesh = Delaunay(seeds)
    triangles = mesh.simplices.astype(np.int64)
    neighbours = mesh.neighbors.astype(np.int64)
    first, second, third = (seeds[triangles[:, k]] for k in range(3))
    b, c = second - first, third - first
    twice = 2.0 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    twice = np.where(twice == 0.0, 1e-12, twice)
    b2, c2 = (b**2).sum(axis=1), (c**2).sum(axis=1)
    offset = np.column_stack(
        [
            (c[:, 1] * b2 - b[:, 1] * c2) / twice,
            (b[:, 0] * c2 - c[:, 0] * b2) / twice,
        ]
    )
    own = np.arange(len(triangles))
    edges, pairs = [], []
    for k in range(3):
        once = neighbours[:, k] > own
        edges.append(np.column_stack([own, neighbours[:, k]])[once])
        pairs.append(triangles[:, [(k + 1) % 3, (k + 2) % 3]][once])
    return first + offset, np.concatenate(edges), np.concatenate(pairs)


def _relax(seeds: FloatArray) -> FloatArray:
    """Move each seed to the centroid of its cell, cells of the hull excepted."""
    corners, edges, pairs = _voronoi(seeds)
    area = np.zeros(len(seeds))
    moment = np.zeros_like(seeds)
    start, end = corners[edges[:, 0]], corners[edges[:, 1]]
    for k in range(2):
        cell = pairs[:, k]
        p = seeds[cell]
        u, v = start - p, end - p
        part = 0.5 * np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
        area += np.bincount(cell, part, len(seeds))
        for axis in range(2):
            third = part * (u[:, axis] + v[:, axis]) / 3.0
            moment[:, axis] += np.bincount(cell, third, len(seeds))
    shift = moment / np.maximum(area, 1e-12)[:, None]
    size = np.abs(seeds).max(axis=0)
    is_closed = (np.abs(seeds + shift) < 0.97 * size).all(axis=1) & (area > 0)
    return np.where(is_closed[:, None], seeds + shift, seeds)


def _solid(inside: BoolArray, pairs: Indices) -> BoolArray:
    """Keep the largest piece of the city and fill the holes in it."""
    for wanted in (True, False):
        alike = (inside[pairs] == wanted).all(axis=1)
        graph = symmetric_graph(pairs[alike], np.ones(int(alike.sum())), len(inside))
        _, piece = connected_components(graph, directed=False)
        sizes = np.bincount(piece[inside == wanted])
        main = piece == sizes.argmax()
        inside = main if wanted else ~main
    return inside


def _pack(
    ground: Ground,
    seeds: FloatArray,
    inside: BoolArray,
    corners: FloatArray,
    edges: Indices,
    pairs: Indices,
) -> CellMesh:
    """Renumber cells and vertices that are used, and set left and right."""
    number = np.where(inside, np.cumsum(inside) - 1, -1)
    used, compact = np.unique(edges, return_inverse=True)
    edges = compact.reshape(edges.shape).astype(np.int64)
    vertices = corners[used]
    start, end = vertices[edges[:, 0]], vertices[edges[:, 1]]
    along, towards = end - start, seeds[pairs[:, 0]] - start
    is_left = along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0] > 0
    pairs = np.where(is_left[:, None], pairs, pairs[:, ::-1])
    apex = seeds[pairs[:, 0]]
    away = apex - start
    triangle = 0.5 * np.abs(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0])
    sides = number[pairs]
    area = np.zeros(int(inside.sum()))
    for k in range(2):
        held = sides[:, k] >= 0
        area += np.bincount(sides[held, k], triangle[held], len(area))
    kept = seeds[inside]
    return CellMesh(kept, area, ground.density_at(kept), vertices, edges, sides, apex)
