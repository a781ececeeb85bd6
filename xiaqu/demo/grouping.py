"""Nested groups of cells: districts, townships and communities grown over the cell graph."""

from dataclasses import dataclass

import numpy as np

from geo.arrays import BoolArray, FloatArray
from xiaqu.demo.cells import CellMesh, cell_graph
from xiaqu.demo.graphs import Graph, Indices, build_graph, shortest_paths
from xiaqu.demo.noise import NoiseField
from xiaqu.demo.scales import Scale

_ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Nesting:
    """The parent of every cell, community and township.

    ``district``, ``township`` and ``community`` have shape (n_cells,): the group of each cell at
    that level, numbered from 0. Groups are contiguous across shared edges and nest exactly.
    """

    district: Indices
    township: Indices
    community: Indices

    def parent_of(self, child: Indices, parent: Indices) -> Indices:
        """Find the parent group of each child group; shape (n_children,)."""
        answer = np.zeros(int(child.max()) + 1, dtype=np.int64)
        answer[child] = parent
        return answer


def group_cells(
    rng: np.random.Generator, mesh: CellMesh, scale: Scale, is_river: BoolArray
) -> Nesting:
    """Divide the cells three times, each time within the groups of the level above.

    Parameters
    ----------
    rng
        Source of the irregularity.
    mesh
        The cells.
    scale
        Gives the number of groups at each level, which is met exactly.
    is_river
        Shape (n_edges,): edges that a river follows; groups are reluctant to cross them, so
        that borders follow rivers as they do in life.
    """
    whole = np.zeros(mesh.n_cells, dtype=np.int64)
    graph = _travel_graph(rng, mesh, 0.45 * scale.half_width_km, is_river)
    district = _divide(graph, mesh.seeds, whole, np.array([scale.n_districts]))
    graph = _travel_graph(rng, mesh, 0.12 * scale.half_width_km, is_river)
    counts = _allot(rng, np.bincount(district), scale.n_townships, 0.25)
    township = _divide(graph, mesh.seeds, district, counts)
    counts = _allot(rng, np.bincount(township), scale.n_communities, 0.15)
    community = _divide(graph, mesh.seeds, township, counts)
    return Nesting(district, township, community)


def _travel_graph(
    rng: np.random.Generator, mesh: CellMesh, wavelength_km: float, is_river: BoolArray
) -> Graph:
    """Cost of a step between cells, in cell diameters: about 1, more over rough ground."""
    left, right = np.maximum(mesh.sides, 0).T
    spacing = np.sqrt(mesh.area_km2)
    step = np.hypot(*(mesh.seeds[left] - mesh.seeds[right]).T)
    cost = 2.0 * step / (spacing[left] + spacing[right])
    middle = 0.5 * (mesh.seeds[left] + mesh.seeds[right])
    rough = NoiseField.create(rng, wavelength_km, 5).at(middle)
    cost *= np.exp(2.1 * rough) * rng.uniform(0.75, 1.35, len(cost))
    return cell_graph(mesh, np.where(is_river, 3.5, 1.0) * cost + 1e-6)


def _allot(rng: np.random.Generator, sizes: Indices, total: int, spread: float) -> Indices:
    """Share ``total`` children among parents by their cells, at least one, never more than cells.

    Largest remainders decide; ``spread`` is the sigma of a log-normal disturbance.
    """
    wanted = sizes * np.exp(rng.normal(0.0, spread, len(sizes)))
    counts = np.ones(len(sizes), dtype=np.int64)
    left = total - len(sizes)
    while left > 0:
        room = np.where(counts < sizes, wanted, 0.0)
        share = room / room.sum() * left
        whole = np.minimum(np.floor(share).astype(np.int64), sizes - counts)
        if whole.sum() == 0:
            best = np.argsort(-(share - whole), kind="stable")[:left]
            whole[best] = np.minimum(1, (sizes - counts)[best])
        counts += whole
        left -= int(whole.sum())
    return counts


def _divide(graph: Graph, xy: FloatArray, parent: Indices, counts: Indices) -> Indices:
    """Divide each parent into ``counts[parent]`` contiguous groups of about equal cell number."""
    links = graph.tocoo()
    same = parent[links.row] == parent[links.col]
    rows, columns, costs = links.row[same], links.col[same], links.data[same]
    n_groups = int(counts.sum())
    target = np.repeat(np.bincount(parent) / counts, counts)
    reach = np.sqrt(target / np.pi)
    seeds = _first_seeds(xy, parent, counts)
    head_start = np.zeros(n_groups)
    group = np.zeros(len(xy), dtype=np.int64)
    for turn in range(_ROUNDS):
        group = _flood(rows, columns, costs, seeds, head_start, len(xy))
        sizes = np.bincount(group, minlength=n_groups)
        if (sizes == 0).any():  # a group was swallowed: start its round again without favours
            head_start[:] = 0.0
            group = _flood(rows, columns, costs, seeds, head_start, len(xy))
            sizes = np.bincount(group, minlength=n_groups)
        if turn < _ROUNDS - 1:
            seeds = _medoids(xy, group, sizes)
            change = 0.35 * reach * np.log(sizes / target)
            head_start = np.clip(head_start - change, -0.35 * reach, 0.35 * reach)
    return group


def _first_seeds(xy: FloatArray, parent: Indices, counts: Indices) -> Indices:
    """Cells spaced evenly along a space-filling curve through each parent."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    fine = ((xy - low) / (high - low) * 65535).astype(np.uint64)
    key = np.zeros(len(xy), dtype=np.uint64)
    for bit in range(16):
        for axis in range(2):
            on = (fine[:, axis] >> np.uint64(bit)) & np.uint64(1)
            key |= on << np.uint64(2 * bit + axis)
    order = np.lexsort((key, parent))
    sizes = np.bincount(parent)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(counts)), counts)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = np.floor((turn + 0.5) * sizes[owner] / counts[owner]).astype(np.int64)
    seeds: Indices = order[first[owner] + place]
    return seeds


def _flood(
    rows: Indices,
    columns: Indices,
    costs: FloatArray,
    seeds: Indices,
    head_start: FloatArray,
    n_cells: int,
) -> Indices:
    """Group of the seed that reaches each cell first; shortest paths keep groups contiguous."""
    source = np.full(len(seeds), n_cells)
    pairs = np.column_stack([np.append(rows, source), np.append(columns, seeds)])
    delay = head_start.max() - head_start + 1.0
    graph = build_graph(pairs, np.append(costs, delay), n_cells + 1)
    _, came_from, _ = shortest_paths(graph, np.array([n_cells]))
    root = np.where(came_from[:-1] == n_cells, np.arange(n_cells), came_from[:-1]).astype(np.int64)
    while True:
        further = root[root]
        if (further == root).all():
            break
        root = further
    number = np.full(n_cells, -1, dtype=np.int64)
    number[seeds] = np.arange(len(seeds))
    return number[root]


def _medoids(xy: FloatArray, group: Indices, sizes: Indices) -> Indices:
    """Find the cell of each group that lies nearest to the mean of its seeds."""
    centre = np.column_stack([np.bincount(group, xy[:, k]) for k in range(2)]) / sizes[:, None]
    away = ((xy - centre[group]) ** 2).sum(axis=1)
    order = np.lexsort((away, group))
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    medoids: Indices = order[first]
    return medoids
