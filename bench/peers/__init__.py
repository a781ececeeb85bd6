"""The peers: one module each, with ``prepare(task)``; a module that fails to import is missing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One way to answer the question.

    Parameters
    ----------
    name
        Name in reports: library and method, as the method decides the speed.
    module
        Module below ``bench.peers``.
    variant
        Method within the module.
    n_points
        Points asked of it per layer; peers that are slow get fewer. The points are in random
        order, so the first ones are a fair sample.
    """

    name: str
    module: str
    variant: str
    n_points: dict[str, int]


MILLION = 1_000_000

PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "geopandas sjoin within",
            "with_geopandas",
            "within",
            {"township": 2 * MILLION, "grid": 2 * MILLION},
        ),
        Peer(
            "geopandas sjoin intersects",
            "with_geopandas",
            "intersects",
            {"township": 300_000, "grid": MILLION},
        ),
        Peer(
            "shapely STRtree.query intersects",
            "with_shapely",
            "query",
            {"township": 300_000, "grid": MILLION},
        ),
        Peer(
            "shapely box query, sort, prepared",
            "with_shapely",
            "sorted",
            {"township": 2 * MILLION, "grid": 2 * MILLION},
        ),
        Peer(
            "shapely tree of points",
            "with_shapely",
            "reversed",
            {"township": 2 * MILLION, "grid": 2 * MILLION},
        ),
        Peer(
            "DuckDB spatial",
            "with_duckdb",
            "",
            {"township": 500_000, "grid": 2 * MILLION},
        ),
        Peer(
            "SedonaDB",
            "with_sedona",
            "",
            {"township": 4 * MILLION, "grid": 4 * MILLION},
        ),
        Peer(
            "PostGIS ST_Covers",
            "with_postgis",
            "plain",
            {"township": 100_000, "grid": 200_000},
        ),
        Peer(
            "PostGIS ST_Subdivide(64)",
            "with_postgis",
            "subdivided",
            {"township": 300_000, "grid": 200_000},
        ),
    )
}

EMBEDDED = tuple(
    name for name, peer in PEERS.items() if peer.module in {"with_geopandas", "with_shapely"}
)
"""The variants that the overlapping sets are compared against."""
