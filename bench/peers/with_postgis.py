"""PostGIS on the benchmark's own cluster: plain shapes, or cut up by ST_Subdivide."""

import os

import numpy as np
import psycopg
import shapely

from bench.layers import BenchLayer
from bench.peers import PEERS
from bench.peers.tables import MATCH, PAIRS, point_table
from bench.procfs import pin_tree, tree_cpu_s
from bench.reference import smallest
from bench.task import Prepared, Task
from geo.arrays import IntArray

JOIN = "FROM points p JOIN areas a ON ST_Covers(a.geometry, p.geometry)"
# A point on a cut between two pieces of one area would count twice.
JOIN_PIECES = "FROM points p JOIN pieces a ON ST_Covers(a.geometry, p.geometry)"
MAX_VERTICES = 64


def prepare(task: Task) -> Prepared:
    """Load, index and analyse both tables before the clock starts.

    Parameters
    ----------
    task
        What to measure; options ``dsn`` and ``postmaster`` name the cluster. The server is
        pinned to as many processors as threads.

    Returns
    -------
    Prepared
        Its run only counts and sums the matches; its CPU time is that of the server.
    """
    postmaster = int(str(task.options["postmaster"]))
    pin_tree(postmaster, os.sched_getaffinity(0))
    connection = psycopg.connect(str(task.options["dsn"]), autocommit=True)
    load_areas(connection, BenchLayer.open(task.layer_file))
    _load_points(connection, task)
    join = JOIN
    if PEERS[task.peer].variant == "subdivided":
        subdivide(connection)
        join = JOIN_PIECES
    for setting in (
        f"max_parallel_workers_per_gather = {0 if task.threads == 1 else task.threads}",
        "min_parallel_table_scan_size = 0",
        "parallel_setup_cost = 0",
        "parallel_tuple_cost = 0",
    ):
        connection.execute(f"SET {setting}")

    def run() -> object:
        return connection.execute(MATCH + join).fetchall()

    def owners() -> IntArray:
        pairs = np.array(connection.execute(PAIRS + join).fetchall(), dtype=np.int64)
        return smallest(pairs[:, 0], pairs[:, 1], task.n_points)

    return Prepared(run, owners, lambda: tree_cpu_s(postmaster))


def load_areas(connection: psycopg.Connection, layer: BenchLayer, table: str = "areas") -> None:
    """Copy a layer into a table with a GiST index.

    Parameters
    ----------
    connection
        In autocommit mode.
    layer
        Its rows become ordinal, code, geometry.
    table
        Name of the table, replaced if it exists.
    """
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(f"CREATE TABLE {table} (ordinal int, code text, geometry geometry)")
    shapes = shapely.to_wkb(layer.shapes, hex=True)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} (ordinal, code, geometry) FROM STDIN") as copy,
    ):
        for ordinal, (code, shape) in enumerate(zip(layer.codes, shapes, strict=True)):
            copy.write_row((ordinal, code, shape))
    connection.execute(f"CREATE INDEX ON {table} USING gist (geometry)")
    connection.execute(f"VACUUM ANALYZE {table}")


def subdivide(connection: psycopg.Connection, table: str = "areas", into: str = "pieces") -> None:
    """Cut the areas of one table into pieces of at most 64 vertices in another.

    Parameters
    ----------
    connection
        In autocommit mode.
    table, into
        Names of the tables; the second is replaced if it exists.
    """
    connection.execute(f"DROP TABLE IF EXISTS {into}")
    connection.execute(
        f"CREATE TABLE {into} AS SELECT ordinal, code, "
        f"ST_Subdivide(geometry, {MAX_VERTICES}) AS geometry FROM {table}"
    )
    connection.execute(f"CREATE INDEX ON {into} USING gist (geometry)")
    connection.execute(f"VACUUM ANALYZE {into}")


def _load_points(connection: psycopg.Connection, task: Task) -> None:
    points = point_table(task)
    connection.execute("DROP TABLE IF EXISTS points, point_rows")
    connection.execute("CREATE UNLOGGED TABLE point_rows (id int, lon float8, lat float8)")
    columns = [points[name].to_pylist() for name in ("id", "lon", "lat")]
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY point_rows (id, lon, lat) FROM STDIN") as copy,
    ):
        for row in zip(*columns, strict=True):
            copy.write_row(row)
    connection.execute(
        "CREATE UNLOGGED TABLE points AS "
        "SELECT id, ST_MakePoint(lon, lat) AS geometry FROM point_rows"
    )
    connection.execute("VACUUM ANALYZE points")
