"""Sparse graphs and the shortest paths over them."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from geo.arrays import FloatArray

Indices: TypeAlias = NDArray[np.int64]
"""Indices and counts."""
Graph: TypeAlias = "csr_array[Any, Any]"
"""Square; entry (i, j) is the positive cost of the step from i to j."""


def build_graph(pairs: Indices, costs: FloatArray, n_nodes: int) -> Graph:
    """Make a directed graph; ``pairs`` shape (n, 2), from and to. Repeated pairs add up."""
    return coo_array((costs, (pairs[:, 0], pairs[:, 1])), shape=(n_nodes, n_nodes)).tocsr()


def symmetric_graph(pairs: Indices, costs: FloatArray, n_nodes: int) -> Graph:
    """Make a graph that can be walked both ways; ``pairs`` shape (n, 2), each way once."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return build_graph(both, np.concatenate([costs, costs]), n_nodes)


def shortest_paths(graph: Graph, sources: Indices) -> tuple[FloatArray, Indices, Indices]:
    """Reach every node from the nearest of the sources.

    Returns
    -------
    distance
        Shape (n_nodes,); infinite where no source reaches.
    came_from
        The node before each one, negative at the sources and where none reaches.
    source
        The source that each node is reached from, negative where none is.
    """
    distance, came_from, source = dijkstra(
        graph, indices=sources, min_only=True, return_predecessors=True
    )
    return distance, came_from.astype(np.int64), source.astype(np.int64)
