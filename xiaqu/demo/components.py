"""Components (部件): manholes, lamps, signals, bins and trees along roads and in estates."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import FloatArray
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.organisations import department, government, property_codes
from xiaqu.demo.partitions import Partitions
from xiaqu.demo.scales import point_array, to_lonlat, to_plane_km

__all__ = ["ComponentClass", "build_components", "read_classes"]

_PER_DOOR = 0.54
_SHARE_UNRECORDED, _SHARE_NO_MAINTAINER = 0.05, 0.03
_MAIN_ROADS = ("primary", "secondary", "trunk")
_SETBACK_KM = 0.0015
_COLUMNS = (
    "code", "name", "component_class", "class_code", "owner", "maintainer", "grid_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComponentClass:
    """One class of component; see ``components.toml``."""

    name: str
    code: str
    share: float
    place: str
    owner: str
    maintainer: str


@cache
def read_classes() -> tuple[ComponentClass, ...]:
    """Read the classes that come with the package."""
    text = files("xiaqu.demo").joinpath("components.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["component"]
    return tuple(ComponentClass(name, **values) for name, values in rows.items())


def build_components(
    fabric: Fabric,
    parts: Partitions,
    layers: dict[str, DemoLayer],
    firm: dict[str, list[str]],
) -> DemoLayer:
    """Scatter components where their class stands, with owners on record for most.

    Parameters
    ----------
    fabric, parts
        The plan.
    layers
        ``road``, ``door``, ``estate``, ``special`` and ``facility`` by key.
    firm
        For each utility the firm of each community.

    Returns
    -------
    component
        Asset points with ``component_class``, ``class_code``, ``owner``, ``maintainer`` (codes of
        bodies, empty where not on record) and ``grid_code``. The code has 16 digits: district,
        class, subclass, sequence in the district.
    """
    rng = fabric.random("components")
    classes = read_classes()
    share = np.array([kind.share for kind in classes])
    total = _PER_DOOR * fabric.scale.n_doors
    count = np.floor(share / share.sum() * total + 0.5).astype(np.int64)
    places = _Places(rng, layers)
    points: list[FloatArray] = []
    label: list[str] = []
    near: list[str] = []
    for kind, n in zip(classes, count.tolist(), strict=True):
        found, where, firms = places.draw(kind.place, n)
        points.append(found)
        label += where
        near += firms
    number = np.repeat(np.arange(len(classes)), [len(found) for found in points]).tolist()
    lonlat = np.concatenate(points)
    cell = _cells_of(fabric, lonlat)
    kept = np.flatnonzero(cell >= 0)
    bodies = _Bodies(fabric, parts, firm)
    gap = rng.uniform(size=len(lonlat)).tolist()
    sequence: dict[str, int] = {}
    rows = []
    for row in kept.tolist():
        kind, at = classes[number[row]], int(cell[row])
        grid_code = parts.grid_code[at]
        start = grid_code[:6] + kind.code
        sequence[start] = sequence.get(start, 0) + 1
        pair = (bodies.find(kind.owner, at, near[row]), bodies.find(kind.maintainer, at, near[row]))
        if gap[row] < _SHARE_UNRECORDED:
            pair = ("", "")
        elif gap[row] < _SHARE_UNRECORDED + _SHARE_NO_MAINTAINER:
            pair = (pair[0], "")
        code = f"{start}{sequence[start]:06d}"
        rows.append((code, label[row] + kind.name, kind.name, kind.code, *pair, grid_code))
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))
    frame = build_frame(columns, point_array(lonlat[kept]))
    return DemoLayer("component", "城市部件", "asset", "", frame, _COLUMNS[2:])


def _cells_of(fabric: Fabric, lonlat: FloatArray) -> Indices:
    """Cell that holds each point, the first of several; -1 outside the city."""
    tree = shapely.STRtree(fabric.cells)
    point, cell = tree.query(point_array(lonlat), predicate="intersects")
    found = np.full(len(lonlat), fabric.mesh.n_cells, dtype=np.int64)
    np.minimum.at(found, point, cell)
    found[found == fabric.mesh.n_cells] = -1
    return found


class _Bodies:
    """Finds the body that a word of the table stands for, at a cell."""

    def __init__(self, fabric: Fabric, parts: Partitions, firm: dict[str, list[str]]) -> None:
        self._community: list[int] = fabric.nesting.community.tolist()
        self._grid_code = parts.grid_code
        self._firm = firm

    def find(self, word: str, cell: int, property_company: str) -> str:
        """Give the code of the body; empty where there is none."""
        kind, _, name = word.partition("/")
        if kind == "P":
            return property_company
        if kind == "T":
            return government(self._grid_code[cell][:9])
        if kind == "U":
            return self._firm[name][self._community[cell]]
        if kind == "D":
            return department(name, self._grid_code[cell][:6])
        return department(name) if kind == "C" else word


class _Places:
    """Draws positions of components; each with the name of its place and a property company."""

    def __init__(self, rng: np.random.Generator, layers: dict[str, DemoLayer]) -> None:
        self._rng = rng
        road, door = layers["road"].frame, layers["door"].frame
        self._lines = road.geometry.to_numpy()
        self._half_km = road["width_m"].to_numpy() / 2000.0
        self._road_name = road["name"].to_numpy(dtype=object)
        self._doors = door.geometry.to_numpy()
        # Columns of text are slow to look into one by one: the road of each door, found once.
        self._road_of_door = road.set_index("code").index.get_indexer(door["road_code"])
        is_main = road["road_class"].isin(_MAIN_ROADS).to_numpy()[self._road_of_door]
        self._main_doors = np.flatnonzero(is_main) if is_main.any() else np.arange(len(door))
        self._estate = layers["estate"].frame
        self._company = property_codes(self._estate)
        special = layers["special"].frame
        self._park = special[special["category"] == "公园"]
        facility = layers["facility"].frame
        self._toilet = facility[facility["facility_type"] == "公共厕所"]

    def draw(self, place: str, count: int) -> tuple[FloatArray, list[str], list[str]]:
        """Give positions (shape (n, 2), lon lat), names of places, codes of property companies."""
        if place == "toilet":
            points = shapely.get_coordinates(self._toilet.geometry.to_numpy())
            return points, (self._toilet["name"] + " ").tolist(), [""] * len(points)
        if place in {"estate", "park"}:
            frame = self._estate if place == "estate" else self._park
            return self._inside(frame, count, has_company=place == "estate")
        if place == "corner":
            return self._at_corners(count)
        return self._along(count, place)

    def _inside(
        self, frame: gpd.GeoDataFrame, count: int, *, has_company: bool
    ) -> tuple[FloatArray, list[str], list[str]]:
        """Points between an inner point of an area and a corner of it."""
        row = self._rng.integers(0, len(frame), count)
        shapes = frame.geometry.to_numpy()
        coords, item = shapely.get_coordinates(shapes, return_index=True)
        first = np.searchsorted(item, np.arange(len(frame)))
        size = np.bincount(item, minlength=len(frame))
        corner = coords[first[row] + (self._rng.uniform(size=count) * size[row]).astype(np.int64)]
        middle = shapely.get_coordinates(shapely.point_on_surface(shapes))[row]
        share = self._rng.uniform(0.1, 0.85, count)[:, None]
        points = to_lonlat(to_plane_km(middle + share * (corner - middle)))
        names = frame["name"].to_numpy(dtype=object)[row].tolist()
        if not has_company:
            return points, names, [""] * count
        firms = frame["property_company"].to_numpy(dtype=object)[row].tolist()
        return points, names, [self._company[firm] for firm in firms]

    def _at_corners(self, count: int) -> tuple[FloatArray, list[str], list[str]]:
        """Beside the ends of streets."""
        row = self._rng.integers(0, len(self._lines), count)
        end = np.where(self._rng.uniform(size=count) < 0.5, 0, -1)  # noqa: PLR2004 - either end
        points = to_plane_km(shapely.get_coordinates(shapely.get_point(self._lines[row], end)))
        turn = self._rng.uniform(0.0, 2.0 * np.pi, count)
        reach = self._half_km[row] + _SETBACK_KM
        away = reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        names = [f"{name}路口" for name in self._road_name[row].tolist()]
        return to_lonlat(points + away), names, [""] * count

    def _along(self, count: int, place: str) -> tuple[FloatArray, list[str], list[str]]:
        """In front of doors: on the kerb, or on the roadway; ``main`` for large streets."""
        pick = self._rng.integers(
            0, len(self._main_doors if place == "main" else self._doors), count
        )
        row = self._main_doors[pick] if place == "main" else pick
        road = self._road_of_door[row]
        lines, doors = self._lines[road], self._doors[row]
        feet = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, doors))
        foot = to_plane_km(shapely.get_coordinates(feet))
        out = to_plane_km(shapely.get_coordinates(doors)) - foot
        out /= np.maximum(np.hypot(*out.T), 1e-9)[:, None]
        along = np.column_stack([-out[:, 1], out[:, 0]])
        offset = self._half_km[road] + _SETBACK_KM
        if place == "roadway":
            offset = self._half_km[road] * self._rng.uniform(-0.8, 0.8, count)
        slide = self._rng.uniform(-0.012, 0.012, count)
        points = foot + offset[:, None] * out + slide[:, None] * along
        return to_lonlat(points), self._road_name[road].tolist(), [""] * count
