"""Lines of the roads of a gazetteer: nearest point, walking along, extent.

A line is a run of vertices in one pool. The lines of a road lie beside each other in it, so that a
road is one slice of vertices. Distances are measured on the plane that touches the ellipsoid at
the place asked about: exact to a millionth within a few kilometres.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.address.nearest import nearest_vertex
from geo.address.plane import scale_at
from geo.address.tables import GazetteerTables
from geo.errors import GazetteerTableError

__all__ = ["LINE_SECTIONS", "LinePool", "OnRoad", "RoadLines", "prepare_lines"]

LINE_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("road_start", "i8", ()),  # lines of entity e: road_start[e] to road_start[e + 1]
    ("line_start", "i8", ()),  # vertices of a line, likewise
    ("line_lon", "f8", ()),
    ("line_lat", "f8", ()),
)

_JOIN_M: Final = 15.0  # ends of lines of one road closer than this continue each other
_SIDEWAYS: Final = 0.3  # cosine below which a bearing is across the road, not along it


@dataclass(frozen=True, slots=True)
class OnRoad:
    """A point of a road.

    Attributes
    ----------
    lon, lat
        Degrees CGCS2000.
    distance_m
        From the point asked about.
    line
        Line of the pool.
    vertex
        Vertex of the pool at which the segment begins.
    """

    lon: float
    lat: float
    distance_m: float
    line: int
    vertex: int


@dataclass(frozen=True, slots=True)
class LinePool:
    """What ``prepare_lines`` gives: the arrays to store, and the line of each house-number range.

    Attributes
    ----------
    arrays
        By the names of ``LINE_SECTIONS``.
    line_of_range
        Shape (number of ranges,): line of the pool.
    road_of_line
        Shape (number of lines,): entity.
    lines
        Shape (number of lines,): the shapes, for the build of crossings.
    """

    arrays: dict[str, NDArray[Any]]
    line_of_range: NDArray[np.int64]
    road_of_line: NDArray[np.int64]
    lines: NDArray[np.object_]


def prepare_lines(tables: GazetteerTables, entity_of_uid: Mapping[str, int]) -> LinePool:
    """Put the lines of all roads and ranges into one pool.

    Parameters
    ----------
    tables
        Tables of the gazetteer; ``roads`` and ``ranges`` are read.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1.

    Returns
    -------
    pool
        A line that a road has both by itself and under a range is kept once.

    Raises
    ------
    GazetteerTableError
        A road or range of an unknown entity, or a shape that is not a line.
    """
    shapes, road_of_shape, _ = _simple_lines(tables.roads, "roads", "uid", entity_of_uid)
    range_shapes, road_of_range, row_of_range = _simple_lines(
        tables.ranges, "ranges", "road_uid", entity_of_uid
    )
    every = np.concatenate([shapes, range_shapes])
    roads = np.concatenate([road_of_shape, road_of_range])
    keys = pd.DataFrame({"road": roads, "shape": shapely.to_wkb(every)})
    first = ~keys.duplicated().to_numpy()
    group = keys.groupby(["road", "shape"], sort=False).ngroup().to_numpy()
    kept, kept_road = every[first], roads[first]
    order = np.argsort(kept_road, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    kept, kept_road = kept[order], kept_road[order]
    line_of_range = np.full(len(tables.ranges), -1, np.int64)
    # The longest part stands for a range whose line is broken.
    lengths = shapely.length(range_shapes)
    for i in np.argsort(lengths, kind="stable"):
        line_of_range[row_of_range[i]] = place[group[len(shapes) + i]]
    xy, line_of_vertex = shapely.get_coordinates(kept, return_index=True)
    n = len(entity_of_uid)
    arrays: dict[str, NDArray[Any]] = {
        "road_start": np.searchsorted(kept_road, np.arange(n + 1)).astype(np.int64),
        "line_start": np.searchsorted(line_of_vertex, np.arange(len(kept) + 1)).astype(np.int64),
        "line_lon": np.ascontiguousarray(xy[:, 0]),
        "line_lat": np.ascontiguousarray(xy[:, 1]),
    }
    return LinePool(arrays, line_of_range, kept_road, kept)


def _simple_lines(
    table: pd.DataFrame, name: str, uid_field: str, entity_of_uid: Mapping[str, int]
) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.int64]]:
    """Give the LineStrings of a table, the entity and the row of each."""
    entity = table[uid_field].map(entity_of_uid.get).to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(entity).any():
        row = int(np.flatnonzero(np.isnan(entity))[0])
        raise GazetteerTableError(
            name, row, uid_field, table[uid_field].iloc[row], "no entity has this uid"
        )
    shapes = table["geometry"].to_numpy(dtype=object)
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (1, 5)) | ~np.isfinite(shapely.bounds(shapes)).all(1))
    if wrong.size:
        row = int(wrong[0])
        raise GazetteerTableError(
            name, row, "geometry", str(shapes[row])[:60], "not a LineString or MultiLineString"
        )
    parts, row_of_part = shapely.get_parts(shapes, return_index=True)
    parts = shapely.force_2d(parts)
    return parts, entity[row_of_part].astype(np.int64), row_of_part.astype(np.int64)


class RoadLines:
    """The lines of the roads, read from the stored arrays.

    Parameters
    ----------
    arrays
        By the names of ``LINE_SECTIONS``; kept, not copied.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._road_start = arrays["road_start"]
        self._line_start = arrays["line_start"]
        self._lon = arrays["line_lon"]
        self._lat = arrays["line_lat"]

    def lines_of(self, road: int) -> range:
        """Give the lines of a road."""
        return range(int(self._road_start[road]), int(self._road_start[road + 1]))

    def vertices(self, line: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give longitudes and latitudes of a line, views of shape (n,)."""
        a, b = int(self._line_start[line]), int(self._line_start[line + 1])
        return self._lon[a:b], self._lat[a:b]

    def nearest(self, road: int, lon: float, lat: float) -> OnRoad | None:
        """Find the point of a road that is nearest to a point.

        Parameters
        ----------
        road
            Entity.
        lon, lat
            Degrees CGCS2000.

        Returns
        -------
        nearest
            None where the road has no line.

        Notes
        -----
        Cost O(vertices of the road); about 3 microseconds for a hundred.
        """
        first, last = int(self._road_start[road]), int(self._road_start[road + 1])
        if first == last:
            return None
        kx, ky = scale_at(lat)
        x, y, away, line, vertex = nearest_vertex(
            self._lon, self._lat, self._line_start, first, last, (lon, lat, kx, ky)
        )
        return OnRoad(lon + x / kx, lat + y / ky, math.sqrt(away), line, vertex)

    def extent_m(self, road: int) -> tuple[float, float]:
        """Measure a road.

        Parameters
        ----------
        road
            Entity.

        Returns
        -------
        length_m
            Sum over its lines, metres; 0 without lines.
        radius_m
            Half the diagonal of its box.
        """
        first, last = int(self._road_start[road]), int(self._road_start[road + 1])
        if first == last:
            return 0.0, 0.0
        a, b = int(self._line_start[first]), int(self._line_start[last])
        kx, ky = scale_at(float(self._lat[a]))
        x, y = self._lon[a:b] * kx, self._lat[a:b] * ky
        steps = np.hypot(np.diff(x), np.diff(y))
        steps[self._line_start[first + 1 : last] - a - 1] = 0.0
        return float(steps.sum()), math.hypot(float(np.ptp(x)), float(np.ptp(y))) / 2.0

    def middle(self, road: int) -> tuple[float, float, float]:
        """Give the point of a road halfway along it; of several lines, nearest to its box's middle.

        Returns
        -------
        lon, lat
            Degrees; NaN without lines.
        radius_m
            How far the road reaches from there at most: half the length of its one line, else half
            the diagonal of the box.
        """
        first, last = int(self._road_start[road]), int(self._road_start[road + 1])
        if first == last:
            return math.nan, math.nan, math.nan
        if last == first + 1:
            lon, lat, length = self.at_fraction(first, 0.5)
            return lon, lat, length / 2.0
        rows = slice(int(self._line_start[first]), int(self._line_start[last]))
        lons, lats = self._lon[rows], self._lat[rows]
        lon = (float(lons.min()) + float(lons.max())) / 2.0
        lat = (float(lats.min()) + float(lats.max())) / 2.0
        at = self.nearest(road, lon, lat)
        kx, ky = scale_at(float(lats[0]))
        width = float(lons.max()) * kx - float(lons.min()) * kx
        height = float(lats.max()) * ky - float(lats.min()) * ky
        radius = math.hypot(width, height) / 2.0
        return (lon, lat, radius) if at is None else (at.lon, at.lat, radius)

    def at_fraction(
        self, line: int, fraction: float, *, offset_m: float = 0.0, inset_m: float = 0.0
    ) -> tuple[float, float, float]:
        """Find the point at a share of a line's length.

        Parameters
        ----------
        line
            Line of the pool.
        fraction
            0 at its start, 1 at its end.
        offset_m
            Metres to the left of the line; negative to the right.
        inset_m
            Metres by which both ends are drawn in, at most a quarter of the length.

        Returns
        -------
        lon, lat
            Degrees.
        length_m
            Of the line.
        """
        lons, lats = (each.tolist() for each in self.vertices(line))
        kx, ky = scale_at(lats[0])
        # Plain numbers: most lines have two to ten vertices, for which arrays only cost.
        steps = [
            ((x1 - x0) * kx, (y1 - y0) * ky)
            for x0, x1, y0, y1 in zip(lons, lons[1:], lats, lats[1:], strict=False)
        ]
        lengths = [math.hypot(dx, dy) for dx, dy in steps]
        length = sum(lengths)
        if length == 0.0:
            return lons[0], lats[0], 0.0
        inset = min(inset_m, length / 4.0)
        left = inset + fraction * (length - 2.0 * inset)
        i = 0
        while i < len(lengths) - 1 and left > lengths[i]:
            left -= lengths[i]
            i += 1
        dx, dy = steps[i]
        step = lengths[i] or 1.0
        east = (left * dx - offset_m * dy) / step
        north = (left * dy + offset_m * dx) / step
        return lons[i] + east / kx, lats[i] + north / ky, length

    def along(
        self, road: int, lon: float, lat: float, bearing_deg: float, distance_m: float
    ) -> tuple[float, float] | None:
        """Walk along a road.

        Parameters
        ----------
        road
            Entity.
        lon, lat
            Where to begin; the nearest point of the road is taken.
        bearing_deg
            Where to, clockwise from north; of the two ways along the road the nearer one.
        distance_m
            How far.

        Returns
        -------
        lon, lat
            The end of the road where it is shorter; None where the road has no line or runs
            across the bearing.
        """
        start = self.nearest(road, lon, lat)
        if start is None:
            return None
        kx, ky = scale_at(lat)
        east, north = math.sin(math.radians(bearing_deg)), math.cos(math.radians(bearing_deg))
        v = start.vertex
        dx = float(self._lon[v + 1] - self._lon[v]) * kx
        dy = float(self._lat[v + 1] - self._lat[v]) * ky
        cosine = (dx * east + dy * north) / (math.hypot(dx, dy) or 1.0)
        if abs(cosine) < _SIDEWAYS:
            return None
        return self._walk(road, start, 1 if cosine > 0.0 else -1, distance_m, (kx, ky))

    def _walk(
        self, road: int, start: OnRoad, way: int, distance_m: float, scale: tuple[float, float]
    ) -> tuple[float, float]:
        """Walk over the vertices of a line, then over the lines that continue it."""
        kx, ky = scale
        lon, lat, left, line = start.lon, start.lat, distance_m, start.line
        v = start.vertex + (1 if way > 0 else 0)
        seen = {line}
        while True:
            a, b = int(self._line_start[line]), int(self._line_start[line + 1])
            while a <= v < b:
                next_lon, next_lat = float(self._lon[v]), float(self._lat[v])
                dx, dy = (next_lon - lon) * kx, (next_lat - lat) * ky
                step = math.hypot(dx, dy)
                if step > 0.0 and step >= left:
                    return lon + dx / kx * left / step, lat + dy / ky * left / step
                left -= step
                lon, lat, v = next_lon, next_lat, v + way
            follow = self._continuation(road, lon, lat, seen, scale)
            if follow is None:
                return lon, lat
            line, v, way = follow
            seen.add(line)

    def _continuation(
        self, road: int, lon: float, lat: float, seen: set[int], scale: tuple[float, float]
    ) -> tuple[int, int, int] | None:
        """Find the line that goes on from here: its number, first vertex and direction."""
        first, last = int(self._road_start[road]), int(self._road_start[road + 1])
        starts = self._line_start[first:last]
        ends = self._line_start[first + 1 : last + 1] - 1
        v = np.concatenate([starts, ends])
        away = np.hypot((self._lon[v] - lon) * scale[0], (self._lat[v] - lat) * scale[1])
        n = last - first
        for k in np.argsort(away, kind="stable").tolist():
            if away[k] >= _JOIN_M:
                return None
            if first + k % n not in seen:
                return first + k % n, int(v[k]), 1 if k < n else -1
        return None
