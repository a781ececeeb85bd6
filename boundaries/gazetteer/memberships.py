"""Which areas hold which places."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from boundaries.gazetteer.layers import AreaShapes

_POLYGON = 2


def find_memberships(places: pd.DataFrame, outlines: Sequence[AreaShapes]) -> pd.DataFrame:
    """Find the finest areas that hold each place or part of it.

    Parameters
    ----------
    places
        ``uid``, ``lon``, ``lat`` (CGCS2000 degrees) and ``geometry`` (line, polygon, or None for a
        point).
    outlines
        Areas by level.

    Returns
    -------
    DataFrame
        ``uid``, ``area_uid``. A point on a border and a line along one belong to both sides; a
        polygon belongs where it covers ground. Places in a gap of one level get areas of the next
        coarser one; places outside all of them get none.

    Notes
    -----
    Points are answered by the location index; lines and polygons cost a tree query each.
    """
    waiting = np.arange(len(places))
    found: list[pd.DataFrame] = []
    uids = places["uid"].to_numpy(dtype=object)
    for outline in sorted(outlines, key=lambda outline: -outline.level):
        rows, areas = _held(places.iloc[waiting], outline)
        names = np.array(outline.uids, dtype=object)
        found.append(pd.DataFrame({"uid": uids[waiting[rows]], "area_uid": names[areas]}))
        waiting = np.delete(waiting, np.unique(rows))
    if not found:
        return pd.DataFrame({"uid": pd.Series(dtype=str), "area_uid": pd.Series(dtype=str)})
    return pd.concat(found, ignore_index=True)


def _held(places: pd.DataFrame, outline: AreaShapes) -> tuple[np.ndarray, np.ndarray]:
    """Give rows of places and ordinals of areas, pair by pair."""
    shapes = places["geometry"].to_numpy(dtype=object)
    is_point = shapely.is_missing(shapes)
    points = np.flatnonzero(is_point)
    covering = outline.index.covering_many(
        places[["lon", "lat"]].to_numpy(dtype=np.float64)[points]
    )
    point_rows = np.repeat(points, np.diff(covering.indptr))
    others = np.flatnonzero(~is_point)
    tree = shapely.STRtree(outline.shapes)
    rows, areas = tree.query(shapes[others], predicate="intersects")
    is_ground = shapely.get_dimensions(shapes[others[rows]]) == _POLYGON
    only_touches = np.zeros(len(rows), dtype=np.bool_)
    only_touches[is_ground] = shapely.touches(
        shapes[others[rows[is_ground]]], outline.shapes[areas[is_ground]]
    )
    keep = ~only_touches
    return (
        np.concatenate([point_rows, others[rows[keep]]]),
        np.concatenate([covering.ordinals.astype(np.int64), areas[keep]]),
    )
