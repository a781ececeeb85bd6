"""Crossings of roads: where their lines meet, and the ones that have been named."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.address.lines import LinePool
from geo.address.tables import GazetteerTables
from geo.errors import GazetteerTableError
from geo.measure import metres_per_degree

__all__ = ["CROSSING_SECTIONS", "Crossings", "prepare_crossings"]

CROSSING_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("cross_start", "i8", ()),  # crossings of entity e: cross_start[e] to cross_start[e + 1]
    ("cross_other", "i4", ()),  # ascending within an entity
    ("cross_lon", "f8", ()),
    ("cross_lat", "f8", ()),
)

_NEAR_M: Final = 25.0  # a line that ends this close to another one was meant to meet it
_ONE_M: Final = 60.0  # points of the same two roads closer than this are one crossing
_TOWARDS: Final = 0.5  # cosine: an end within 60 degrees of the other road points at it
_TOUCH_M: Final = 0.5  # ends drawn onto another line miss it by rounding

_Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def prepare_crossings(
    tables: GazetteerTables, entity_of_uid: Mapping[str, int], pool: LinePool
) -> dict[str, NDArray[Any]]:
    """Find all crossings.

    Parameters
    ----------
    tables
        Tables of the gazetteer; ``crossings`` is read.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1.
    pool
        Lines of the same tables.

    Returns
    -------
    arrays
        By the names of ``CROSSING_SECTIONS``; every crossing stands under both of its roads.

    Raises
    ------
    GazetteerTableError
        A named crossing of an unknown road or without a coordinate.

    Notes
    -----
    Where two roads meet nowhere, an end of one within 25 m of the other counts. The carriageways
    of two wide roads meet in up to four points; those within 60 m are one crossing, in their
    middle. A named crossing replaces the found ones around it.
    """
    named = _named(tables, entity_of_uid)
    found = _meetings(pool)
    road = np.concatenate([named[0], found[0]])
    other = np.concatenate([named[1], found[1]])
    at = np.concatenate([named[2], found[2]])
    is_named = np.arange(len(road)) < len(named[0])
    low, high = np.minimum(road, other), np.maximum(road, other)
    order = np.lexsort((~is_named, high, low))
    a, b, point = _merged(low[order], high[order], at[order], is_named[order])
    both_road = np.concatenate([a, b])
    both_other = np.concatenate([b, a])
    both_point = np.concatenate([point, point])
    order = np.lexsort((both_point[:, 1], both_point[:, 0], both_other, both_road))
    n = len(entity_of_uid)
    return {
        "cross_start": np.searchsorted(both_road[order], np.arange(n + 1)),
        "cross_other": both_other[order],
        "cross_lon": np.ascontiguousarray(both_point[order, 0]),
        "cross_lat": np.ascontiguousarray(both_point[order, 1]),
    }


def _named(tables: GazetteerTables, entity_of_uid: Mapping[str, int]) -> _Pairs:
    """Read the table of named crossings."""
    table = tables.crossings
    ends = []
    for field in ("road_uid", "other_uid"):
        entity = table[field].map(entity_of_uid.get).to_numpy(np.float64, na_value=np.nan)
        bad = np.flatnonzero(np.isnan(entity))
        if bad.size:
            row = int(bad[0])
            value = table[field].iloc[row]
            raise GazetteerTableError("crossings", row, field, value, "no entity has this uid")
        ends.append(entity.astype(np.int64))
    at = table[["lon", "lat"]].to_numpy(np.float64)
    bad = np.flatnonzero(~np.isfinite(at).all(axis=1))
    if bad.size:
        row = int(bad[0])
        value = tuple(at[row].tolist())
        raise GazetteerTableError("crossings", row, "lon", value, "not a finite coordinate")
    return ends[0], ends[1], at


def _meetings(pool: LinePool) -> _Pairs:
    """Find where lines of different roads meet, or nearly do."""
    nothing = np.zeros(0, np.int64)
    if len(pool.lines) == 0:
        return nothing, nothing, np.zeros((0, 2))
    kx, ky = metres_per_degree(float(np.median(pool.arrays["line_lat"])))
    lines = shapely.transform(pool.lines, lambda xy: xy * (kx, ky))
    i, j = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=_NEAR_M)
    road = pool.road_of_line
    keep = (i < j) & (road[i] != road[j])
    i, j = i[keep], j[keep]
    does_meet = shapely.dwithin(lines[i], lines[j], _TOUCH_M)
    met = _points_of(lines[i[does_meet]], lines[j[does_meet]])
    pair = np.column_stack([road[i[does_meet]][met[0]], road[j[does_meet]][met[0]]])
    i, j = i[~does_meet], j[~does_meet]
    near_pair = np.column_stack([road[i], road[j]])
    is_new = ~np.isin(_keys(near_pair), _keys(pair))
    near = _near_ends(lines[i[is_new]], lines[j[is_new]])
    all_pairs = np.concatenate([pair, near_pair[is_new][near[0]]])
    points = np.concatenate([met[1], near[1]]) / (kx, ky)
    return all_pairs[:, 0], all_pairs[:, 1], points


def _keys(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give one number for each pair of roads, whichever comes first."""
    keys: NDArray[np.int64] = (pairs.min(axis=1) << 32) + pairs.max(axis=1)
    return keys


def _points_of(
    first: NDArray[np.object_], second: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the points where two lines meet and the row of each; ends of what they share."""
    shared = shapely.intersection(first, second)
    apart = np.flatnonzero(shapely.is_empty(shared))
    closest = shapely.shortest_line(first[apart], second[apart])
    shared[apart] = shapely.line_interpolate_point(closest, 0.5, normalized=True)
    parts, row = shapely.get_parts(shared, return_index=True)
    inner, part = shapely.get_parts(parts, return_index=True)  # collections hold multi-parts
    row = row[part]
    is_line = shapely.get_type_id(inner) == shapely.GeometryType.LINESTRING.value
    points = np.concatenate([
        shapely.get_coordinates(inner[~is_line]),
        shapely.get_coordinates(shapely.get_point(inner[is_line], 0)),
        shapely.get_coordinates(shapely.get_point(inner[is_line], -1)),
    ])  # fmt: skip
    return np.concatenate([row[~is_line], row[is_line], row[is_line]]).astype(np.int64), points


def _near_ends(
    first: NDArray[np.object_], second: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the middle between an end of one line and the other line, where they are near."""
    rows, points = [], []
    for line, other in ((first, second), (second, first)):
        for end, before in ((0, 1), (-1, -2)):
            tip = shapely.get_point(line, end)
            gap = shapely.shortest_line(tip, other)
            ahead = shapely.get_coordinates(tip) - shapely.get_coordinates(
                shapely.get_point(line, before)
            )
            across = shapely.get_coordinates(shapely.get_point(gap, 1)) - shapely.get_coordinates(
                tip
            )
            length = shapely.length(gap)
            # A road beside another one also ends near it, but not towards it.
            towards = (ahead * across).sum(axis=1) >= _TOWARDS * np.hypot(*ahead.T) * length
            near = np.flatnonzero((length <= _NEAR_M) & towards)
            middle = shapely.line_interpolate_point(gap[near], 0.5, normalized=True)
            rows.append(near)
            points.append(shapely.get_coordinates(middle))
    return np.concatenate(rows), np.concatenate(points)


def _merged(
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    at: NDArray[np.float64],
    is_named: NDArray[np.bool_],
) -> _Pairs:
    """Make one crossing of points of the same two roads that lie together; sorted by pair."""
    if len(low) == 0:
        return low, high, at
    kx, ky = metres_per_degree(float(np.median(at[:, 1])))
    xy = at * (kx, ky)
    is_first = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))
    starts = np.append(np.flatnonzero(is_first), len(low))
    sizes = np.diff(starts)
    single = starts[:-1][sizes == 1]
    rows, points = [single], [xy[single]]
    for start, size in zip(starts[:-1][sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        merged = _together(xy[start : start + size], is_named[start : start + size])
        rows.append(np.full(len(merged), start))
        points.append(merged)
    row = np.concatenate(rows)
    return low[row], high[row], np.concatenate(points) / (kx, ky)


def _together(xy: NDArray[np.float64], is_named: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Join points within reach of each other, chain by chain; named ones come first and stay."""
    left = list(range(len(xy)))
    groups = []
    while left:
        group = [left.pop(0)]
        for member in group:  # grows while it is walked
            near = [k for k in left if np.hypot(*(xy[k] - xy[member])) <= _ONE_M]
            group += near
            left = [k for k in left if k not in near]
        named = [k for k in group if is_named[k]]
        groups.append(xy[named or group].mean(axis=0))
    return np.array(groups)


class Crossings:
    """Crossings, read from the stored arrays.

    Parameters
    ----------
    arrays
        By the names of ``CROSSING_SECTIONS``; kept, not copied.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._start = arrays["cross_start"]
        self._other = arrays["cross_other"]
        self._lon = arrays["cross_lon"]
        self._lat = arrays["cross_lat"]

    def between(self, road: int, other: int) -> NDArray[np.float64]:
        """Give the crossings of two roads: shape (k, 2), lon and lat, in no special order."""
        a, b = int(self._start[road]), int(self._start[road + 1])
        i, j = self._other[a:b].searchsorted([other, other + 1])
        rows = slice(a + int(i), a + int(j))
        return np.column_stack([self._lon[rows], self._lat[rows]])

    def others(self, road: int) -> NDArray[np.int32]:
        """Give the roads that a road crosses, ascending, each once."""
        a, b = int(self._start[road]), int(self._start[road + 1])
        return np.unique(self._other[a:b])
