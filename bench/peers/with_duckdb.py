"""DuckDB with its spatial extension, taken from the extension's own Python package."""

from pathlib import Path

import duckdb
import duckdb_extension_spatial  # type: ignore[import-untyped]
import numpy as np

from bench.peers.tables import MATCH, PAIRS, area_table, point_table
from bench.reference import smallest
from bench.task import Prepared, Task
from geo.arrays import IntArray

JOIN = "FROM points p JOIN areas a ON ST_Intersects(a.geometry, p.geometry)"


def prepare(task: Task) -> Prepared:
    """Load both tables as native geometry before the clock starts.

    Parameters
    ----------
    task
        What to measure; ``threads`` is DuckDB's own setting.

    Returns
    -------
    Prepared
        Its run only counts and sums the matches, so that no rows are handed back.
    """
    package = Path(str(duckdb_extension_spatial.__file__)).parent
    extension = next(package.rglob("*.duckdb_extension"))
    database = duckdb.connect()
    database.execute(f"LOAD '{extension}'")
    database.execute(f"SET threads = {task.threads}")
    database.register("area_rows", area_table(task))
    database.register("point_rows", point_table(task))
    database.execute(
        "CREATE TABLE areas AS SELECT ordinal, ST_GeomFromWKB(wkb) AS geometry FROM area_rows"
    )
    database.execute(
        "CREATE TABLE points AS SELECT id, ST_Point(lon, lat) AS geometry FROM point_rows"
    )

    def run() -> object:
        return database.execute(MATCH + JOIN).fetchall()

    def owners() -> IntArray:
        pairs = database.execute(PAIRS + JOIN).fetchnumpy()
        return smallest(np.asarray(pairs["id"]), np.asarray(pairs["ordinal"]), task.n_points)

    return Prepared(run, owners)
