"""What a ticket can be about: the places of a city, by community, with their relations."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.arrays import FloatArray, GeometryArray
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.scales import SNAP, point_array

_HOUSEHOLDS_PER_BUILDING = 40
_TRIES = 64
_MOST_BUILDINGS = 32
_PLASTIC = 1.32471795724474602596  # of the R2 sequence, which spreads points evenly


@dataclass(frozen=True, slots=True)
class Area:
    """A district, township or community.

    ``lon``, ``lat`` lie inside, and the whole within ``reach_m`` of there; ``parents`` are rows
    of the levels above, coarse first.
    """

    code: str
    name: str
    lon: float
    lat: float
    reach_m: float
    population: int
    parents: tuple[int, ...]


@dataclass(slots=True)
class Entry:
    """One named thing that stands in the city.

    Attributes
    ----------
    uid
        ``<layer>:<code>``.
    community
        Row of the community that holds the point; -1 for a road or river.
    townships
        Rows of the townships that hold it or part of it.
    lon, lat
        The point that a gazetteer gives, CGCS2000 degrees.
    reach_m
        Within which the whole of it lies.
    """

    uid: str
    name: str
    layer: str
    kind: str
    community: int
    townships: tuple[int, ...]
    lon: float
    lat: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two roads that meet; rows of the entries."""

    first: int
    second: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Door:
    """A house number; ``road`` is the row of its entry."""

    road: int
    number: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Places:
    """All places, and which of them each community has.

    Attributes
    ----------
    districts, townships, communities
        In the order of their codes.
    entries
        Areas are no entries; estates, gates, special areas, roads, rivers and facilities are.
    estates, facilities, specials, roads, rivers, crossings, doors
        Per row of a community, rows of ``entries``, ``crossing`` and ``door``.
    gates, buildings
        Per row of an estate: rows of its gates; shape (n, 2) spots of its buildings, lon, lat.
    numbers
        Per row of a road: its house numbers and where they are.
    crossings_of
        Per row of a road: rows of its crossings in the order in which they lie on it.
    """

    districts: list[Area]
    townships: list[Area]
    communities: list[Area]
    entries: list[Entry]
    estates: dict[int, list[int]]
    facilities: dict[int, list[int]]
    specials: dict[int, list[int]]
    roads: dict[int, list[int]]
    rivers: dict[int, list[int]]
    crossings: dict[int, list[int]]
    doors: dict[int, list[int]]
    gates: dict[int, list[int]]
    buildings: dict[int, FloatArray]
    crossing: list[Crossing]
    door: list[Door]
    numbers: dict[int, dict[int, int]]
    crossings_of: dict[int, list[int]]
    community_tree: shapely.STRtree

    def communities_at(self, lonlat: FloatArray) -> np.ndarray:
        """Row of the community at each point; -1 outside the city.

        Parameters
        ----------
        lonlat
            Shape (n, 2). On a border the community with the smaller code is named.
        """
        return _smallest(self.community_tree, point_array(lonlat), len(self.communities))


def survey(city: DemoCity) -> Places:
    """List the places of a city; about three seconds for the largest."""
    areas = _areas(city)
    communities = areas["community"]
    row_of = {area.code: row for row, area in enumerate(communities)}
    shapes = city.layers["community"].frame.geometry.to_numpy()
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    entries: list[Entry] = []
    found: dict[str, dict[int, list[int]]] = {}
    first: dict[str, int] = {}
    for key in ("estate", "entrance", "facility", "special", "road", "river"):
        first[key] = len(entries)
        layer = city.layers[key]
        if layer.role == "linear":
            held = _held_lines(tree, layer.frame.geometry.to_numpy())
            rows = _line_entries(key, layer.frame, held, communities)
        else:
            where = _owners(city, key, row_of, tree)
            rows = _point_entries(key, layer.frame, where, communities)
            held = [[community] for community in where.tolist()]
        found[key] = _invert(held, len(entries))
        entries += rows
    crossing = _crossings(city.layers["road"].frame, first["road"], entries)
    door = _doors(city.layers["door"].frame, first["road"])
    numbers: dict[int, dict[int, int]] = defaultdict(dict)
    for position, item in enumerate(door):
        numbers[item.road][item.number] = position
    return Places(
        districts=areas["district"],
        townships=areas["township"],
        communities=communities,
        entries=entries,
        estates=found["estate"],
        facilities=found["facility"],
        specials=found["special"],
        roads=found["road"],
        rivers=found["river"],
        crossings=_by_community(tree, crossing, len(communities)),
        doors=_by_community(tree, door, len(communities)),
        gates=_gates(city, first),
        buildings=_buildings(city.layers["estate"].frame, first["estate"]),
        crossing=crossing,
        door=door,
        numbers=dict(numbers),
        crossings_of=_order_along(crossing, city.layers["road"].frame, first["road"]),
        community_tree=tree,
    )


def _areas(city: DemoCity) -> dict[str, list[Area]]:
    above: dict[str, dict[str, tuple[int, ...]]] = {}
    found: dict[str, list[Area]] = {}
    parent = ""
    for key in ("district", "township", "community"):
        frame = city.layers[key].frame
        shapes = frame.geometry.to_numpy()
        place = shapely.get_coordinates(shapely.point_on_surface(shapes))
        reach = _reach_m(place, shapes).tolist()
        codes = frame["code"].tolist()
        owner = frame["parent_code"].tolist() if parent else [""] * len(codes)
        chains = [above[parent][code] if parent else () for code in owner]
        found[key] = [
            Area(code, name, lon, lat, size, people, chain)
            for code, name, (lon, lat), size, people, chain in zip(
                codes, frame["name"].tolist(), place.tolist(), reach,
                frame["population"].tolist(), chains, strict=True,
            )
        ]  # fmt: skip
        above[key] = {
            code: (*chain, row) for row, (code, chain) in enumerate(zip(codes, chains, strict=True))
        }
        parent = key
    return found


def _reach_m(place: FloatArray, shapes: GeometryArray) -> FloatArray:
    """Give the distance from each place to the farthest point of its shape, a little too long."""
    reach: FloatArray = 111_000.0 * shapely.hausdorff_distance(point_array(place), shapes)
    return reach


def _owners(city: DemoCity, key: str, row_of: dict[str, int], tree: shapely.STRtree) -> np.ndarray:
    """Row of the community of each feature of a layer of points or polygons."""
    frame = city.layers[key].frame
    if "grid_code" in frame.columns:
        return np.array([row_of[code[:12]] for code in frame["grid_code"].tolist()])
    if key == "entrance":
        return np.array([row_of[code[:12]] for code in frame["estate_code"].tolist()])
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return _smallest(tree, points, len(row_of))


def _smallest(tree: shapely.STRtree, points: GeometryArray, n_areas: int) -> np.ndarray:
    point, area = tree.query(points, predicate="intersects")
    smallest = np.full(len(points), n_areas)
    np.minimum.at(smallest, point, area)
    smallest[smallest == n_areas] = -1
    return smallest


def _held_lines(tree: shapely.STRtree, lines: GeometryArray) -> list[list[int]]:
    """Communities that each line touches."""
    held: list[list[int]] = [[] for _ in lines]
    line, area = tree.query(lines, predicate="intersects")
    for k, community in sorted(zip(line.tolist(), area.tolist(), strict=True)):
        held[k].append(community)
    return held


def _invert(held: list[list[int]], start: int) -> dict[int, list[int]]:
    owned: dict[int, list[int]] = defaultdict(list)
    for row, communities in enumerate(held, start=start):
        for community in communities:
            owned[community].append(row)
    return dict(owned)


def _point_entries(
    key: str, frame: pd.DataFrame, where: np.ndarray, communities: list[Area]
) -> list[Entry]:
    shapes = frame.geometry.to_numpy()
    place = shapely.get_coordinates(shapely.point_on_surface(shapes))
    reach = _reach_m(place, shapes)
    kinds = frame[{"facility": "facility_type", "special": "category"}.get(key, "name")].tolist()
    plain = {"estate": "小区", "entrance": "出入口"}
    return [
        Entry(
            f"{key}:{code}", name, key, plain.get(key, kind), c,
            (communities[c].parents[1],), lon, lat, size,
        )
        for code, name, kind, c, (lon, lat), size in zip(
            frame["code"].tolist(), frame["name"].tolist(), kinds, where.tolist(),
            place.tolist(), reach.tolist(), strict=True,
        )
    ]  # fmt: skip


def _line_entries(
    key: str, frame: pd.DataFrame, held: list[list[int]], communities: list[Area]
) -> list[Entry]:
    shapes = frame.geometry.to_numpy()
    middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    place = shapely.get_coordinates(middle)
    reach = _reach_m(place, shapes)
    kinds = frame["road_class"].tolist() if "road_class" in frame.columns else ["河流"] * len(frame)
    return [
        Entry(
            f"{key}:{code}", name, key, kind, -1,
            tuple(sorted({communities[c].parents[1] for c in touched})), lon, lat, size,
        )
        for code, name, kind, touched, (lon, lat), size in zip(
            frame["code"].tolist(), frame["name"].tolist(), kinds, held,
            place.tolist(), reach.tolist(), strict=True,
        )
    ]  # fmt: skip


def _gates(city: DemoCity, first: dict[str, int]) -> dict[int, list[int]]:
    estate = {code: row for row, code in enumerate(city.layers["estate"].frame["code"].tolist())}
    gates: dict[int, list[int]] = defaultdict(list)
    for row, code in enumerate(city.layers["entrance"].frame["estate_code"].tolist()):
        gates[first["estate"] + estate[code]].append(first["entrance"] + row)
    return dict(gates)


def _buildings(frame: pd.DataFrame, start: int) -> dict[int, FloatArray]:
    """Give every building of an estate a spot inside it, evenly spread, the same every time."""
    shapes = frame.geometry.to_numpy()
    k = np.arange(1, _TRIES + 1)
    unit = np.column_stack([(k / _PLASTIC) % 1.0, (k / _PLASTIC**2) % 1.0])
    low_x, low_y, high_x, high_y = shapely.bounds(shapes).T
    x = low_x[:, None] + unit[:, 0] * (high_x - low_x)[:, None]
    y = low_y[:, None] + unit[:, 1] * (high_y - low_y)[:, None]
    owner = np.repeat(np.arange(len(shapes)), _TRIES).reshape(x.shape)
    is_inside = shapely.contains_xy(shapes[owner], x, y)
    households = frame["households"].to_numpy()
    wanted = np.clip(households // _HOUSEHOLDS_PER_BUILDING, 2, _MOST_BUILDINGS)
    buildings = {}
    for row, count in enumerate(wanted.tolist()):
        kept = np.flatnonzero(is_inside[row])[:count]
        buildings[start + row] = np.column_stack([x[row, kept], y[row, kept]])
    return buildings


def _doors(frame: pd.DataFrame, start: int) -> list[Door]:
    place = shapely.get_coordinates(frame.geometry.to_numpy()).tolist()
    # Codes of roads are R000001 and on, in the order of the rows.
    return [
        Door(start + int(code[1:]) - 1, number, lon, lat)
        for code, number, (lon, lat) in zip(
            frame["road_code"].tolist(), frame["number"].tolist(), place, strict=True
        )
    ]


def _crossings(frame: pd.DataFrame, start: int, entries: list[Entry]) -> list[Crossing]:
    """Vertices that roads of different names share."""
    coords, line = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    snapped = np.round(coords * SNAP).astype(np.int64)
    key = snapped[:, 0] * (1 << 34) + snapped[:, 1]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    found = []
    for before in same.tolist():
        one, two = order[before], order[before + 1]
        first, second = sorted((start + int(line[one]), start + int(line[two])))
        if entries[first].name != entries[second].name:
            lon, lat = coords[one].tolist()
            found.append(Crossing(first, second, lon, lat))
    return found


def _order_along(crossing: list[Crossing], frame: pd.DataFrame, start: int) -> dict[int, list[int]]:
    """Crossings of each road, by distance along it."""
    pairs = [
        (road, position)
        for position, item in enumerate(crossing)
        for road in (item.first, item.second)
    ]
    if not pairs:
        return {}
    road, position = np.array(pairs).T
    spots = shapely.points([(crossing[k].lon, crossing[k].lat) for k in position.tolist()])
    along = shapely.line_locate_point(frame.geometry.to_numpy()[road - start], spots)
    ordered: dict[int, list[int]] = defaultdict(list)
    for k in np.lexsort((along, road)).tolist():
        ordered[int(road[k])].append(int(position[k]))
    return dict(ordered)


def _by_community(
    tree: shapely.STRtree, items: list[Crossing] | list[Door], n_areas: int
) -> dict[int, list[int]]:
    if not items:
        return {}
    spots = shapely.points([(item.lon, item.lat) for item in items])
    owned: dict[int, list[int]] = defaultdict(list)
    for row, community in enumerate(_smallest(tree, spots, n_areas).tolist()):
        if community >= 0:
            owned[community].append(row)
    return dict(owned)
