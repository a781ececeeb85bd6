"""The yardstick: a bare gather from a table as large as the index's top table."""

import math

import numpy as np
from numba import njit, prange, set_num_threads

from bench.layers import BenchLayer
from bench.task import Prepared, Task
from geo.arrays import IntArray, LonLatArray


def prepare(task: Task) -> Prepared:
    """Allocate the table before the clock starts.

    Parameters
    ----------
    task
        What to measure; option ``cells`` is the number of entries wanted.

    Returns
    -------
    Prepared
        Its answer is no owner, so there is nothing to compare.
    """
    side = math.isqrt(int(str(task.options["cells"])))
    table = np.arange(side * side, dtype=np.int32)
    bounds = BenchLayer.open(task.layer_file).bounds
    lonlat = np.load(task.points_file)[: task.n_points]
    set_num_threads(task.threads)

    def run() -> IntArray:
        return _gather(lonlat, table, side, bounds)

    return Prepared(run, None, facts={"table_mb": round(table.nbytes / 1e6, 1)})


@njit(cache=True, parallel=True)
def _gather(
    lonlat: LonLatArray, table: IntArray, side: int, bounds: tuple[float, float, float, float]
) -> IntArray:
    """Read one entry of a square table per point: the least that any grid index must do."""
    west, south, east, north = bounds
    x_scale, y_scale = side / (east - west), side / (north - south)
    values = np.empty(lonlat.shape[0], np.int32)
    for row in prange(lonlat.shape[0]):
        lon, lat = lonlat[row, 0], lonlat[row, 1]
        if west <= lon < east and south <= lat < north:
            column = np.int64((lon - west) * x_scale)
            line = np.int64((lat - south) * y_scale)
            values[row] = table[line * side + column]
        else:
            values[row] = -1
    return values
