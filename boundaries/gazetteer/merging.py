"""Entries that are one place: segments of a road, and the same place in several sources."""

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from boundaries.gazetteer.measures import inner_points, reach_m
from geo.arrays import GeometryArray
from geo.measure import metres_per_degree

ROAD_GAP_M = 300.0
"""Segments of one name belong to one road where the gap between them is at most this."""
SAME_PLACE_M = 150.0
"""Entries of one name and role from different sources are one place within this."""
_LINEAR = ("road", "water")
_MARGIN = np.array([-ROAD_GAP_M, -ROAD_GAP_M, ROAD_GAP_M, ROAD_GAP_M])


def merge_places(places: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Put entries together that are one place.

    Parameters
    ----------
    places
        Entries of ``SourceContent`` that are not areas, with a column ``origin`` (the source);
        ``lon`` and ``lat`` may be NaN where there is a geometry.

    Returns
    -------
    places, merged
        The first entry of each place stays, with the lines of all; ``merged`` gives the uid that
        stays for each uid that goes.

    Notes
    -----
    Entries of one source that are not roads or waters are taken at their word: two of a name are
    two places.
    """
    placed = _with_points(places)
    one, other = _same(placed)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(placed), len(placed)))
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    lines = {int(rows[0]): rows.tolist() for rows in np.split(order, starts[1:]) if len(rows) > 1}
    if not lines:
        return placed, {}
    uids = placed["uid"].tolist()
    merged = {uids[row]: uids[first] for first, rows in lines.items() for row in rows[1:]}
    return _join(placed, lines), merged


def _with_points(places: pd.DataFrame) -> pd.DataFrame:
    """Fill in the point and the reach of entries that come with a shape only."""
    placed = places.reset_index(drop=True).copy()
    shapes = placed["geometry"].to_numpy(dtype=object)
    points = placed[["lon", "lat"]].to_numpy(dtype=np.float64, copy=True)
    has_shape = ~shapely.is_missing(shapes)
    bare = np.flatnonzero(has_shape & np.isnan(points).any(axis=1))
    if len(bare):
        inside = shapely.get_coordinates(shapely.point_on_surface(shapes[bare]))
        points[bare] = inner_points(shapes[bare], inside)
    placed[["lon", "lat"]] = points
    radius = placed["radius_m"].to_numpy(dtype=np.float64, copy=True)
    unknown = np.flatnonzero(has_shape & np.isnan(radius))
    radius[unknown] = reach_m(shapes[unknown], points[unknown])
    placed["radius_m"] = np.nan_to_num(radius)
    return placed


def _same(placed: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that are one place, the earlier row first."""
    roles = placed["role"].to_numpy(dtype=object)
    group = placed.groupby(["role", "name"], sort=False).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    groups = [
        rows for rows in np.split(order, starts[1:]) if len(rows) > 1 and roles[rows[0]] != "gate"
    ]
    if not groups:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    shapes = _in_metres(placed)
    pairs = [_near_pairs(rows, shapes) for rows in groups]
    one, other = np.concatenate([pair for pair in pairs if pair.size] or [pairs[0]]).T
    origin = placed["origin"].factorize()[0]
    is_linear = np.isin(roles[one], _LINEAR)
    limit = np.where(is_linear, ROAD_GAP_M, SAME_PLACE_M)
    is_near = shapely.distance(shapes[one], shapes[other]) <= limit
    same = is_near & (is_linear | (origin[one] != origin[other]))
    return one[same], other[same]


def _near_pairs(rows: np.ndarray, shapes: GeometryArray) -> np.ndarray:
    """Pairs of rows whose boxes are near; shape (k, 2)."""
    tree = shapely.STRtree(shapes[rows])
    one, other = tree.query(shapely.box(*(shapely.bounds(shapes[rows]) + _MARGIN).T))
    keep = one < other
    return np.column_stack([rows[one[keep]], rows[other[keep]]])


def _in_metres(placed: pd.DataFrame) -> GeometryArray:
    """Scale all shapes to metres at the middle latitude: good to a per cent across a city."""
    shapes = placed["geometry"].to_numpy(dtype=object).copy()
    points = placed[["lon", "lat"]].to_numpy(dtype=np.float64)
    missing = shapely.is_missing(shapes)
    shapes[missing] = shapely.points(points[missing])
    per_lon, per_lat = metres_per_degree(float(np.nanmedian(points[:, 1])))
    scaled: GeometryArray = shapely.transform(shapes, lambda pairs: pairs * (per_lon, per_lat))
    return scaled


def _join(placed: pd.DataFrame, lines: dict[int, list[int]]) -> pd.DataFrame:
    shapes = placed["geometry"].to_numpy(dtype=object).copy()
    points = placed[["lon", "lat"]].to_numpy(dtype=np.float64, copy=True)
    radius = placed["radius_m"].to_numpy(dtype=np.float64, copy=True)
    gone: list[int] = []
    for first, members in lines.items():
        gone += members[1:]
        drawn = [shapes[row] for row in members if shapes[row] is not None]
        if not drawn:
            continue
        if placed["role"].iloc[first] in _LINEAR:
            parts = shapely.get_parts(np.array(drawn, dtype=object))
            shapes[first] = shapely.line_merge(shapely.multilinestrings(parts))
        else:
            shapes[first] = drawn[0]
        shape = shapes[first : first + 1]
        inside = shapely.get_coordinates(shapely.point_on_surface(shape))
        points[first] = inner_points(shape, inside)[0]
        radius[first] = reach_m(shape, points[first : first + 1])[0]
    joined = placed.assign(lon=points[:, 0], lat=points[:, 1], radius_m=radius)
    joined["geometry"] = pd.Series(shapes, dtype=object, index=joined.index)
    return joined.drop(index=gone).reset_index(drop=True)
