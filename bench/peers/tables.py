"""Layers and points as the Arrow tables that SQL engines read."""

import numpy as np
import pyarrow as pa
import shapely

from bench.layers import BenchLayer
from bench.task import Task

MATCH = "SELECT count(*) AS n, sum(a.ordinal) AS total "
PAIRS = "SELECT p.id AS id, a.ordinal AS ordinal "


def area_table(task: Task) -> pa.Table:
    """Return columns ordinal (int32) and wkb (binary) of the areas."""
    layer = BenchLayer.open(task.layer_file)
    wkb = pa.array(shapely.to_wkb(layer.shapes), pa.binary())
    return pa.table({"ordinal": np.arange(len(layer.codes), dtype=np.int32), "wkb": wkb})


def point_table(task: Task) -> pa.Table:
    """Return columns id (int64), lon and lat (float64) of the points asked."""
    lonlat = np.load(task.points_file, mmap_mode="r")[: task.n_points]
    return pa.table(
        {
            "id": np.arange(len(lonlat)),
            "lon": np.ascontiguousarray(lonlat[:, 0]),
            "lat": np.ascontiguousarray(lonlat[:, 1]),
        }
    )
