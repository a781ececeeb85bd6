"""Shapely, in the three ways that a good user of it would try."""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from bench.layers import BenchLayer
from bench.peers import PEERS
from bench.peers.chunks import open_pool, run_parts
from bench.reference import pairs_by_area, smallest
from bench.task import Prepared, Task
from geo.arrays import GeometryArray, IntArray, LonLatArray

Pairs = tuple[NDArray[np.int64], NDArray[np.integer]]


def prepare(task: Task) -> Prepared:
    """Build the tree, and points as shapely wants them, before the clock starts.

    Parameters
    ----------
    task
        What to measure; several threads share out the points.

    Returns
    -------
    Prepared
        Its run returns pairs of point and area.
    """
    shapes = BenchLayer.open(task.layer_file).shapes
    lonlat: LonLatArray = np.load(task.points_file, mmap_mode="r")[: task.n_points]
    parts = [np.ascontiguousarray(part) for part in np.array_split(lonlat, task.threads)]
    answers = {"query": _by_query, "sorted": _by_area, "reversed": _by_point_tree}
    answer = answers[PEERS[task.peer].variant](shapes, parts)
    pool = open_pool(task.threads)

    def run() -> list[Pairs]:
        return run_parts(answer, range(len(parts)), pool)

    def owners() -> IntArray:
        found = [
            smallest(point, ordinal, len(part))
            for (point, ordinal), part in zip(run(), parts, strict=True)
        ]
        return np.concatenate(found)

    return Prepared(run, owners)


def _by_query(shapes: GeometryArray, parts: list[LonLatArray]) -> Callable[[int], Pairs]:
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)
    points = [shapely.points(part) for part in parts]

    def answer(part: int) -> Pairs:
        point, ordinal = tree.query(points[part], predicate="intersects")
        return point, ordinal

    return answer


def _by_area(shapes: GeometryArray, parts: list[LonLatArray]) -> Callable[[int], Pairs]:
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)

    def answer(part: int) -> Pairs:
        pairs = pairs_by_area(shapes, tree, parts[part])
        return pairs.point, pairs.ordinal

    return answer


def _by_point_tree(shapes: GeometryArray, parts: list[LonLatArray]) -> Callable[[int], Pairs]:
    points = [np.asarray(shapely.points(part)) for part in parts]

    def answer(part: int) -> Pairs:
        # The points are what changes from call to call, so their tree is part of the answer.
        ordinal, point = shapely.STRtree(points[part]).query(shapes, predicate="covers")
        return point, ordinal

    return answer
