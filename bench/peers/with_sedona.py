"""SedonaDB; its threads follow the processors that this process may use."""

import geoarrow.pyarrow as ga  # type: ignore[import-untyped]
import pyarrow as pa
import sedonadb  # type: ignore[import-untyped]
import shapely

from bench.peers.tables import MATCH, PAIRS, area_table, point_table
from bench.reference import smallest
from bench.task import Prepared, Task
from geo.arrays import IntArray

JOIN = "FROM points p JOIN areas a ON ST_Intersects(a.geometry, p.geometry)"


def prepare(task: Task) -> Prepared:
    """Load both tables into memory as geometry before the clock starts.

    Parameters
    ----------
    task
        What to measure; the process is pinned to as many processors as threads.

    Returns
    -------
    Prepared
        Its run only counts and sums the matches, so that no rows are handed back.
    """
    database = sedonadb.connect()
    database.sql(f"SET datafusion.execution.target_partitions = {task.threads}").execute()
    areas = area_table(task)
    points = point_table(task)
    wkb = shapely.to_wkb(shapely.points(points["lon"].to_numpy(), points["lat"].to_numpy()))
    tables = {
        "areas": areas.drop(["wkb"]).append_column("geometry", _as_geometry(areas["wkb"])),
        "points": points.select(["id"]).append_column(
            "geometry", _as_geometry(pa.array(wkb, pa.binary()))
        ),
    }
    for name, table in tables.items():
        database.create_data_frame(table).to_memtable().to_view(name)

    def run() -> object:
        return database.sql(MATCH + JOIN).to_arrow_table()

    def owners() -> IntArray:
        pairs = database.sql(PAIRS + JOIN).to_arrow_table()
        return smallest(pairs["id"].to_numpy(), pairs["ordinal"].to_numpy(), task.n_points)

    return Prepared(run, owners)


def _as_geometry(wkb: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = wkb.combine_chunks() if isinstance(wkb, pa.ChunkedArray) else wkb
    return ga.wkb().wrap_array(whole)
