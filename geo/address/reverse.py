"""What is around a place: the nearest doors, roads, estates and other places.

A grid of cells lists the doors, the entities and the segments of roads in each.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from geo.address.plane import scale_at
from geo.address.tables import GazetteerTables, Role
from geo.measure import metres_per_degree

__all__ = ["REVERSE_SECTIONS", "Around", "NearPlace", "prepare_around"]

REVERSE_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("grid_frame", "f8", ()),  # west, south, width and height of a cell (deg), columns, rows
    ("grid_start", "i8", ()),  # items of cell c: grid_start[c] to grid_start[c + 1]
    ("grid_item", "i4", ()),  # doors, then entities, then segments by their first vertex
    ("place_role", "i1", ()),  # Role of entity e; -1 for an area
    ("place_lon", "f8", ()),
    ("place_lat", "f8", ()),
    ("owner_of_door", "i4", ()),
    ("road_of_vertex", "i4", ()),
)

_CELL_M: Final = 250.0
_MOST_CELLS: Final = 1_000_000
_FAR_M: Final = 500.0  # beyond this the search ends with what it has
_FARTHEST_M: Final = 2_000.0

NearKind = Literal["door", "road", "place"]


@dataclass(frozen=True, slots=True)
class NearPlace:
    """Something near a place.

    Attributes
    ----------
    kind
        A house number; the nearest point of a road; the point of a place.
    entity
        The entity; of a door its owner.
    role
        Of the entity.
    lon, lat
        Degrees CGCS2000.
    distance_m
        From the place asked about.
    door
        Row of the house number; -1 for the other kinds.
    """

    kind: NearKind
    entity: int
    role: Role
    lon: float
    lat: float
    distance_m: float
    door: int = -1


def prepare_around(
    tables: GazetteerTables,
    entity_of_uid: Mapping[str, int],
    arrays: Mapping[str, NDArray[Any]],
) -> dict[str, NDArray[Any]]:
    """Sort everything that has a place into a grid.

    Parameters
    ----------
    tables
        Tables of the gazetteer; ``places`` is read.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1.
    arrays
        What the house numbers and lines of the same tables have become.

    Returns
    -------
    arrays
        By the names of ``REVERSE_SECTIONS``.
    """
    n = len(entity_of_uid)
    places = tables.places
    at = places["uid"].map(entity_of_uid.get).to_numpy(np.int64)
    role, lon, lat = np.full(n, -1, np.int8), np.full(n, np.nan), np.full(n, np.nan)
    role[at] = places["role"].to_numpy(np.int8)
    lon[at], lat[at] = places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64)
    spots = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (role != Role.ROAD) & (role >= 0))
    road_of_line = np.repeat(np.arange(n), np.diff(arrays["road_start"]))
    road_of_vertex = np.repeat(road_of_line, np.diff(arrays["line_start"]))
    n_doors = len(arrays["door_lon"])
    first = np.setdiff1d(np.arange(len(road_of_vertex)), arrays["line_start"][1:] - 1)
    x0 = np.concatenate([arrays["door_lon"], lon[spots], arrays["line_lon"][first]])
    y0 = np.concatenate([arrays["door_lat"], lat[spots], arrays["line_lat"][first]])
    x1, y1 = x0.copy(), y0.copy()
    if first.size:
        x1[-len(first) :] = arrays["line_lon"][first + 1]
        y1[-len(first) :] = arrays["line_lat"][first + 1]
    items = np.concatenate([np.arange(n_doors), n_doors + spots, n_doors + n + first])
    frame, start, order = _grid(x0, y0, x1, y1)
    return {
        "grid_frame": frame,
        "grid_start": start,
        "grid_item": items[order],
        "place_role": role,
        "place_lon": lon,
        "place_lat": lat,
        "owner_of_door": np.repeat(np.arange(n), np.diff(arrays["door_start"])),
        "road_of_vertex": road_of_vertex,
    }


def _grid(
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """List the boxes that touch each cell: frame, start per cell, rows of the boxes."""
    if not len(x0):
        return (
            np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0]),
            np.zeros(2, np.int64),
            np.zeros(0, np.int64),
        )
    west, south = float(min(x0.min(), x1.min())), float(min(y0.min(), y1.min()))
    wide, high = float(max(x0.max(), x1.max())) - west, float(max(y0.max(), y1.max())) - south
    kx, ky = metres_per_degree(south + high / 2.0)
    side = _CELL_M
    while (wide * kx / side + 1.0) * (high * ky / side + 1.0) > _MOST_CELLS:
        side *= 2.0  # one entry in another country must not make the file large
    width, height = side / kx, side / ky
    columns, rows = int(wide / width) + 1, int(high / height) + 1
    c0 = ((np.minimum(x0, x1) - west) / width).astype(np.int64)
    c1 = ((np.maximum(x0, x1) - west) / width).astype(np.int64)
    r0 = ((np.minimum(y0, y1) - south) / height).astype(np.int64)
    r1 = ((np.maximum(y0, y1) - south) / height).astype(np.int64)
    across = c1 - c0 + 1
    count = across * (r1 - r0 + 1)
    box = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(box)) - np.repeat(np.cumsum(count) - count, count)
    cell = (r0[box] + step // across[box]) * columns + c0[box] + step % across[box]
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    frame = np.array([west, south, width, height, columns, rows], np.float64)
    return frame, start.astype(np.int64), box[order]


class Around:
    """The surroundings of places, read from the stored arrays.

    Parameters
    ----------
    arrays
        By the names of all sections of the ground; kept, not copied.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._west, self._south, self._width, self._height = arrays["grid_frame"][:4].tolist()
        self._columns, self._rows = arrays["grid_frame"][4:6].astype(np.int64).tolist()
        self._arrays = arrays
        self._n_doors = len(arrays["door_lon"])
        self._n = len(arrays["place_role"])

    def near(self, lon: float, lat: float, limit: int) -> list[NearPlace]:
        """Find what is nearest to a place.

        Parameters
        ----------
        lon, lat
            Degrees CGCS2000.
        limit
            So many doors, so many roads and so many places of each role at most.

        Returns
        -------
        near
            By distance; nothing farther than 2 km.

        Notes
        -----
        The search widens until it has enough doors and roads, beyond 500 m only until it has
        anything. Cost grows with what lies in the cells around.
        """
        radius = _CELL_M
        while True:
            found = self._within(lon, lat, radius, limit)
            doors = sum(place.kind == "door" for place in found)
            roads = sum(place.kind == "road" for place in found)
            has_enough = doors >= min(limit, self._n_doors) and roads >= limit
            if has_enough or (found and radius >= _FAR_M) or radius >= _FARTHEST_M:
                return found
            radius *= 2.0

    def _within(self, lon: float, lat: float, radius_m: float, limit: int) -> list[NearPlace]:
        """Give the nearest things of each kind within a radius, by distance."""
        scale = kx, ky = scale_at(lat)
        items = np.unique(self._items(lon, lat, radius_m / kx, radius_m / ky))
        n_doors, n = self._n_doors, self._n
        i, j = items.searchsorted([n_doors, n_doors + n]).tolist()
        doors, spots, vertices = items[:i], items[i:j] - n_doors, items[j:] - n_doors - n
        get = self._arrays
        found = self._roads(vertices, (lon, lat), scale, radius_m, limit)
        away = np.hypot((get["door_lon"][doors] - lon) * kx, (get["door_lat"][doors] - lat) * ky)
        for k in _nearest(away, radius_m, limit):
            row = int(doors[k])
            at = float(get["door_lon"][row]), float(get["door_lat"][row])
            owner = int(get["owner_of_door"][row])
            found.append(NearPlace("door", owner, self._role(owner), *at, float(away[k]), row))
        lons, lats, roles = (get[f"place_{name}"][spots] for name in ("lon", "lat", "role"))
        away = np.hypot((lons - lon) * kx, (lats - lat) * ky)
        for role in np.unique(roles).tolist():
            for k in _nearest(np.where(roles == role, away, np.inf), radius_m, limit):
                at = float(lons[k]), float(lats[k])
                found.append(NearPlace("place", int(spots[k]), Role(role), *at, float(away[k])))
        found.sort(key=lambda place: (place.distance_m, place.entity))
        return found

    def _role(self, entity: int) -> Role:
        return Role(int(self._arrays["place_role"][entity]))

    def _items(self, lon: float, lat: float, dx: float, dy: float) -> NDArray[np.int32]:
        """Give the items of the cells that a box touches."""
        c0 = max(math.floor((lon - dx - self._west) / self._width), 0)
        c1 = min(math.floor((lon + dx - self._west) / self._width), self._columns - 1)
        r0 = max(math.floor((lat - dy - self._south) / self._height), 0)
        r1 = min(math.floor((lat + dy - self._south) / self._height), self._rows - 1)
        start, item = self._arrays["grid_start"], self._arrays["grid_item"]
        runs = [
            item[int(start[r * self._columns + c0]) : int(start[r * self._columns + c1 + 1])]
            for r in range(r0, r1 + 1)
            if c0 <= c1
        ]
        return np.concatenate(runs) if runs else item[:0]

    def _roads(
        self,
        vertices: NDArray[np.int32],
        at: tuple[float, float],
        scale: tuple[float, float],
        radius_m: float,
        limit: int,
    ) -> list[NearPlace]:
        """Give the nearest points of the nearest roads among segments."""
        get, (lon, lat), (kx, ky) = self._arrays, at, scale
        x, y = (get["line_lon"][vertices] - lon) * kx, (get["line_lat"][vertices] - lat) * ky
        dx = (get["line_lon"][vertices + 1] - lon) * kx - x
        dy = (get["line_lat"][vertices + 1] - lat) * ky - y
        square = dx * dx + dy * dy
        t = np.clip(-(x * dx + y * dy) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
        x, y = x + t * dx, y + t * dy
        away = np.hypot(x, y)
        roads = get["road_of_vertex"][vertices]
        order = np.argsort(away, kind="stable")
        order = order[away[order] <= radius_m]
        _, first = np.unique(roads[order], return_index=True)
        found = []
        for k in order[np.sort(first)[:limit]].tolist():
            road, away_m = int(roads[k]), float(away[k])
            place = lon + float(x[k]) / kx, lat + float(y[k]) / ky
            found.append(NearPlace("road", road, self._role(road), *place, away_m))
        return found


def _nearest(away: NDArray[np.float64], radius_m: float, limit: int) -> list[int]:
    """Give the places in an array of the smallest distances, ascending, within a radius."""
    order = np.argsort(away, kind="stable")[:limit]
    rows: list[int] = order[away[order] <= radius_m].tolist()
    return rows
