"""Streets: which mesh edges carry a road, and the named runs that they form."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.arrays import BoolArray, FloatArray, GeometryArray
from xiaqu.demo.arcs import COMMUNITY, Arcs
from xiaqu.demo.cells import CellMesh, vertex_graph
from xiaqu.demo.graphs import Indices, shortest_paths
from xiaqu.demo.grouping import Nesting

NONE, LANE, BRANCH, SECONDARY, PRIMARY = range(5)
URBAN_DENSITY = 0.18
_BUSY = 2  # routes between townships over one edge that make it a primary road
_SHARPEST_TURN = -0.2  # cosine between the two directions away from a node


@dataclass(frozen=True, slots=True)
class Run:
    """Edges in travel order that make up one road."""

    edges: Indices
    is_forward: BoolArray


def plan_streets(
    rng: np.random.Generator,
    mesh: CellMesh,
    nesting: Nesting,
    level: Indices,
    is_river: BoolArray,
) -> Indices:
    """Choose the rank of road on every edge.

    Primary roads join neighbouring districts, secondary ones neighbouring townships, branches
    neighbouring communities, lanes fill the built-up area; none runs in a river.

    Returns
    -------
    rank
        Shape (n_edges,): NONE, LANE, BRANCH, SECONDARY or PRIMARY.
    """
    is_rim = (mesh.sides < 0).any(axis=1)
    cost = mesh.edge_length_km * rng.uniform(0.8, 1.3, len(mesh.edges))
    cost *= np.where(level >= COMMUNITY, 0.75, 1.0)
    cost = np.where(is_river | is_rim, 30.0 * cost, cost) + 1e-6
    arterial = _connect(mesh, cost, nesting.township)
    avenue = _connect(mesh, np.where(arterial > 0, 0.6, 1.0) * cost, nesting.district)
    local = _connect(mesh, np.where(arterial > 0, 0.5, 1.0) * cost, nesting.community)
    left = np.maximum(mesh.sides, 0)
    is_urban = mesh.density[left].mean(axis=1) > URBAN_DENSITY
    rank = np.full(len(mesh.edges), NONE)
    rank[is_urban & (rng.uniform(size=len(rank)) < 0.45)] = LANE  # noqa: PLR2004 - share of lanes
    rank[local > np.where(is_urban, 0, 1)] = BRANCH
    rank[arterial > 0] = SECONDARY
    rank[(avenue > 0) | (arterial >= _BUSY)] = PRIMARY
    rank[is_river | is_rim] = NONE
    return rank


def trace_runs(
    rng: np.random.Generator, mesh: CellMesh, chosen: BoolArray, cut: float
) -> list[Run]:
    """Join edges into roads that go straight on at junctions.

    Parameters
    ----------
    rng
        Decides where roads change their name.
    mesh, chosen
        Edges to use, shape (n_edges,).
    cut
        Probability that a road ends at a node it could pass.
    """
    edges = np.flatnonzero(chosen)
    partner = _partners(rng, mesh, edges, cut).tolist()
    visited = [False] * len(edges)
    runs: list[Run] = []
    ends = [end for end, other in enumerate(partner) if other < 0]
    for start in [*ends, *range(0, 2 * len(edges), 2)]:
        if visited[start // 2]:
            continue
        here, path = start, []
        while here >= 0 and not visited[here // 2]:
            visited[here // 2] = True
            path.append(here)
            here = partner[here ^ 1]
        walked = np.array(path, dtype=np.int64)
        runs.append(Run(edges[walked // 2], walked % 2 == 0))
    return runs


def build_lines(arcs: Arcs, runs: list[Run]) -> GeometryArray:
    """Line strings of runs, through the very vertices of the borders that they follow."""
    edges = np.concatenate([run.edges for run in runs])
    forward = np.concatenate([run.is_forward for run in runs])
    run_of = np.repeat(np.arange(len(runs)), [len(run.edges) for run in runs])
    coords, item = arcs.along(edges, forward)
    final = np.flatnonzero(np.diff(run_of, append=len(runs)))
    tip = arcs.start[edges[final]] + np.where(forward[final], arcs.pieces[edges[final]], 0)
    point_run = run_of[item]
    last = np.searchsorted(point_run, np.arange(len(runs)), side="right")
    whole = np.insert(coords, last, arcs.coords[tip], axis=0)
    lines = shapely.linestrings(whole, indices=np.insert(point_run, last, np.arange(len(runs))))
    return cast("GeometryArray", lines)


def _connect(mesh: CellMesh, cost: FloatArray, group: Indices) -> Indices:
    """How many of the shortest routes between neighbouring group centres use each edge."""
    sizes = np.bincount(group)
    middle = np.column_stack([np.bincount(group, mesh.seeds[:, k]) / sizes for k in range(2)])
    hubs = np.unique(cKDTree(mesh.vertices).query(middle)[1])
    distance, came_from, hub = shortest_paths(vertex_graph(mesh, cost), hubs)
    start, end = mesh.edges.T
    low, high = np.sort(hub[mesh.edges], axis=1).T
    meets = np.flatnonzero(low != high)
    through = distance[start[meets]] + cost[meets] + distance[end[meets]]
    order = np.lexsort((through, high[meets], low[meets]))
    pair = np.column_stack([low, high])[meets[order]]
    is_best = np.concatenate([[True], (pair[1:] != pair[:-1]).any(axis=1)])
    bridges = meets[order[is_best]]
    uses = np.zeros(len(mesh.edges), dtype=np.int64)
    uses[bridges] += 1
    back = _edge_back(mesh, came_from)
    here = np.concatenate([start[bridges], end[bridges]])
    while True:
        here = here[came_from[here] >= 0]
        if len(here) == 0:
            return uses
        np.add.at(uses, back[here], 1)
        here = came_from[here]


def _edge_back(mesh: CellMesh, came_from: Indices) -> Indices:
    """Find the edge between each vertex and its predecessor, -1 at the hubs."""
    start, end = mesh.edges.T
    back = np.full(len(mesh.vertices), -1, dtype=np.int64)
    for here, there in ((start, end), (end, start)):
        is_step = came_from[here] == there
        back[here[is_step]] = np.flatnonzero(is_step)
    return back


def _partners(rng: np.random.Generator, mesh: CellMesh, edges: Indices, cut: float) -> Indices:
    """For each end (2 * edge, + 1 at the far end) the end it continues into, or -1."""
    node = mesh.edges[edges].ravel()
    away = (mesh.vertices[mesh.edges[edges, ::-1]] - mesh.vertices[mesh.edges[edges]]).reshape(
        -1, 2
    )
    away /= np.hypot(*away.T)[:, None]
    order = np.argsort(node, kind="stable")
    first = np.flatnonzero(np.diff(node[order], prepend=-1))
    degree = np.diff(first, append=len(order))
    pairs = []
    for size, a, b in ((2, 0, 1), (3, 0, 1), (3, 0, 2), (3, 1, 2)):
        chosen = first[degree == size]
        pairs.append(np.column_stack([order[chosen + a], order[chosen + b]]))
    pair = np.concatenate(pairs)
    cosine = (away[pair[:, 0]] * away[pair[:, 1]]).sum(axis=1)
    best = np.lexsort((cosine, node[pair[:, 0]]))
    is_first = np.diff(node[pair[best, 0]], prepend=-1) != 0
    taken = best[is_first]
    keep = (cosine[taken] < _SHARPEST_TURN) & (rng.uniform(size=len(taken)) >= cut)
    partner = np.full(len(node), -1, dtype=np.int64)
    one, other = pair[taken[keep]].T
    partner[one], partner[other] = other, one
    return partner
