"""geopandas.sjoin: within, or intersects."""

import geopandas as gpd
import numpy as np

from bench.layers import BenchLayer
from bench.peers import PEERS
from bench.peers.chunks import open_pool, run_parts
from bench.reference import smallest
from bench.task import Prepared, Task
from geo.arrays import IntArray


def prepare(task: Task) -> Prepared:
    """Build both frames, and the spatial index of the areas, before the clock starts.

    Parameters
    ----------
    task
        What to measure; several threads share out the points.

    Returns
    -------
    Prepared
        Its run returns the joined frames.
    """
    layer = BenchLayer.open(task.layer_file)
    areas = gpd.GeoDataFrame({"ordinal": np.arange(len(layer.codes))}, geometry=layer.shapes)
    _ = areas.sindex
    lonlat = np.load(task.points_file, mmap_mode="r")[: task.n_points]
    parts = [
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(part[:, 0], part[:, 1]))
        for part in np.array_split(lonlat, task.threads)
    ]
    predicate = PEERS[task.peer].variant
    pool = open_pool(task.threads)

    def answer(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return gpd.sjoin(points, areas, predicate=predicate, how="inner")

    def run() -> list[gpd.GeoDataFrame]:
        return run_parts(answer, parts, pool)

    def owners() -> IntArray:
        found = [
            smallest(joined.index.to_numpy(), joined["ordinal"].to_numpy(), len(part))
            for joined, part in zip(run(), parts, strict=True)
        ]
        return np.concatenate(found)

    return Prepared(run, owners)
