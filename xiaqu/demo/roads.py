"""Roads and rivers as lines, and the doors along the streets."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import BoolArray, FloatArray, GeometryArray
from xiaqu.demo import names, streets
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.rivers import edges_along
from xiaqu.demo.scales import point_array, to_lonlat, to_plane_km

WIDTH_M = {
    "expressway": 50.0, "trunk": 44.0, "primary": 36.0,
    "secondary": 26.0, "branch": 16.0, "lane": 6.0,
}  # fmt: skip
_STREETS = (
    # rank, class, probability that a name ends at a node, endings of its name
    (streets.PRIMARY, "primary", 0.03, ("大街", "路")),
    (streets.SECONDARY, "secondary", 0.06, ("路", "街")),
    (streets.BRANCH, "branch", 0.12, ("路", "街", "东路", "西路", "南街", "北街", "中路")),
    (streets.LANE, "lane", 0.3, ("巷", "胡同", "东巷", "西巷", "南巷", "北巷", "前街", "后街")),
)
_RINGS = (
    (0.085, "expressway", "内环快速路"),
    (0.165, "expressway", "中环快速路"),
    (0.27, "trunk", "外环路"),
    (0.52, "expressway", "绕城高速"),
)
_RIVER_NAMES = ("望河", "雁水", "柳溪", "丹渠", "松涧", "梅沟", "青涧", "槐渠")


@dataclass(frozen=True, slots=True)
class RoadNet:
    """The road layer, and what doors and the gazetteer need of it.

    ``cell`` has shape (n_roads,): a cell beside the middle of each road, -1 for highways;
    all attributes are in the order of the layer's rows.
    """

    layer: DemoLayer
    cell: Indices


def build_roads(fabric: Fabric) -> RoadNet:
    """Highways drawn freely over the map, and streets that follow borders exactly."""
    rng = fabric.random("roads")
    labels: list[str] = []
    classes: list[str] = []
    cells: list[int] = []
    shapes: list[GeometryArray] = []
    for label, road_class, line in _highways(rng, fabric):
        labels.append(label)
        classes.append(road_class)
        cells.append(-1)
        shapes.append(np.array([line], dtype=object))
    pool = names.NamePool(rng, names.pleasant_words())
    used: dict[int, set[str]] = {}
    for rank, road_class, cut, endings in _STREETS:
        runs = streets.trace_runs(rng, fabric.mesh, fabric.rank == rank, cut)
        if not runs:
            continue
        shapes.append(streets.build_lines(fabric.arcs, runs))
        middle = np.array([run.edges[len(run.edges) // 2] for run in runs])
        beside = fabric.mesh.sides[middle].max(axis=1)
        cells += beside.tolist()
        labels += _name_streets(pool, used, fabric.nesting.district[beside], endings)
        classes += [road_class] * len(runs)
    columns = {
        "code": [f"R{number:06d}" for number in range(1, len(labels) + 1)],
        "name": labels,
        "road_class": classes,
        "width_m": [WIDTH_M[road_class] for road_class in classes],
    }
    frame = build_frame(columns, np.concatenate(shapes))
    layer = DemoLayer("road", "道路", "linear", "", frame, ("road_class", "width_m"))
    return RoadNet(layer, np.array(cells, dtype=np.int64))


def build_rivers(fabric: Fabric) -> DemoLayer:
    """Rivers through the very vertices of the borders that they form."""
    runs = [streets.Run(*edges_along(fabric.mesh, course.vertices)) for course in fabric.courses]
    main = max(30.0, 2.2 * fabric.scale.half_width_km)
    columns = {
        "code": [f"W{number:03d}" for number in range(1, len(runs) + 1)],
        "name": list(_RIVER_NAMES[: len(runs)]),
        "width_m": [round(main / (1.0 if c.order == 1 else 4.0)) for c in fabric.courses],
        "order": [course.order for course in fabric.courses],
    }
    frame = build_frame(columns, streets.build_lines(fabric.arcs, runs))
    return DemoLayer("river", "河流", "linear", "", frame, ("width_m", "order"))


def build_doors(fabric: Fabric, roads: RoadNet) -> DemoLayer:
    """Doors on both sides of built-up streets, odd numbers on the left, even on the right.

    Left and right are meant in the direction of the road's line; numbers grow along it.
    """
    frame = roads.layer.frame
    is_built = roads.cell >= 0
    density = fabric.mesh.density[np.maximum(roads.cell, 0)]
    is_built &= density > streets.URBAN_DENSITY
    chosen = np.flatnonzero(is_built)
    coords, road = shapely.get_coordinates(frame.geometry.to_numpy()[chosen], return_index=True)
    at, along, position = _stations(
        to_plane_km(coords), road, density[chosen], fabric.scale.n_doors
    )
    rng = fabric.random("doors")
    half_width = frame["width_m"].to_numpy()[chosen][position.road] / 2000.0
    left = np.column_stack([-along[:, 1], along[:, 0]])
    points, numbers, owners = [], [], []
    for side, parity in ((1.0, 1), (-1.0, 2)):
        kept = rng.uniform(size=len(at)) < 0.94  # noqa: PLR2004 - a few plots have no door
        back = half_width[kept] + rng.uniform(0.004, 0.009, int(kept.sum()))
        points.append(at[kept] + side * back[:, None] * left[kept])
        numbers.append(2 * position.turn[kept] + parity)
        owners.append(chosen[position.road[kept]])
    number, owner = np.concatenate(numbers), np.concatenate(owners)
    road_names, road_codes = frame["name"].to_numpy(), frame["code"].to_numpy()
    columns = {
        "code": [f"{c}-{n:05d}" for c, n in zip(road_codes[owner], number.tolist(), strict=True)],
        "name": [f"{r}{n}号" for r, n in zip(road_names[owner], number.tolist(), strict=True)],
        "road_code": road_codes[owner],
        "road_name": road_names[owner],
        "number": number,
    }
    doors = build_frame(columns, point_array(to_lonlat(np.concatenate(points))))
    return DemoLayer("door", "门牌", "asset", "", doors, ("road_code", "road_name", "number"))


@dataclass(frozen=True, slots=True)
class _Position:
    road: Indices
    turn: Indices


def _stations(
    plane: FloatArray, road: Indices, density: FloatArray, n_doors: int
) -> tuple[FloatArray, FloatArray, _Position]:
    """Places along the roads where doors face each other, with the direction there."""
    step = np.diff(plane, axis=0)
    length = np.hypot(*step.T)
    length[road[1:] != road[:-1]] = 0.0
    chainage = np.concatenate([[0.0], np.cumsum(length)])
    first = np.flatnonzero(np.diff(road, prepend=-1))
    last = np.append(first[1:], len(road)) - 1
    total = chainage[last] - chainage[first]
    relative = np.clip(density, 0.05, 2.0) ** -0.5
    spacing = relative * (total / relative).sum() / (n_doors / 1.88)
    count = np.floor(total / spacing + 0.5).astype(np.int64)
    which = np.repeat(np.arange(len(total)), count)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    place = chainage[first][which] + (turn + 0.5) / count[which] * total[which]
    segment = np.clip(np.searchsorted(chainage, place, side="right") - 1, 0, len(length) - 1)
    share = (place - chainage[segment]) / length[segment]
    along = step[segment] / length[segment][:, None]
    return plane[segment] + share[:, None] * step[segment], along, _Position(which, turn)


def _name_streets(
    pool: names.NamePool, used: dict[int, set[str]], district: Indices, endings: tuple[str, ...]
) -> list[str]:
    """Names that do not repeat within a district; ``used`` holds those of each district."""
    labels = []
    for where in district.tolist():
        taken = used.setdefault(where, set())
        ending = endings[len(taken) % len(endings)]
        labels.append(pool.take(taken, ending))
    return labels


def _highways(
    rng: np.random.Generator, fabric: Fabric
) -> list[tuple[str, str, shapely.LineString]]:
    """Rings about the centre and radials from them to the rim, smooth, ending at the rim."""
    rings = [_ring(rng, fabric, radius) for radius, _, _ in _RINGS]
    n_largest = {"city": 4, "district": 3}.get(fabric.scale.name, 2)
    found = []
    for (_, road_class, label), ring in list(zip(_RINGS, rings, strict=True))[-n_largest:]:
        inside = shapely.contains_xy(fabric.outline, to_lonlat(ring))
        kept = ring if inside.all() else _longest_run(ring, inside)
        found.append((label, road_class, shapely.LineString(to_lonlat(kept))))
    pool = names.NamePool(rng, names.pleasant_words())
    used: set[str] = set()
    hubs = [shapely.Polygon(ring) for ring in rings[-n_largest:][:2]]
    n_radials = 2 * n_largest + 1
    for k in range(n_radials):
        path = _radial(rng, fabric, k / n_radials)
        start = int(np.argmin(shapely.contains_xy(hubs[k % 3 == 0], path))) - 1
        end = int(np.argmin(shapely.contains_xy(fabric.outline, to_lonlat(path))))
        stem = pool.take(used)
        named = (f"示{stem[0]}高速", "expressway") if k % 3 else (f"示{stem}公路", "trunk")
        found.append((*named, shapely.LineString(to_lonlat(path[start:end]))))
    return found


def _ring(rng: np.random.Generator, fabric: Fabric, radius: float) -> FloatArray:
    """Draw a closed curve, a wavy ellipse, plane kilometres; the last point is the first."""
    turn = np.linspace(0.0, 2.0 * np.pi, 361)
    wave = np.ones_like(turn)
    for k in range(2, 6):
        wave += 0.16 / k * np.cos(k * turn + rng.uniform(0, 2 * np.pi))
    half = np.array([fabric.scale.half_width_km, fabric.scale.half_height_km])
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * wave[:, None] * radius * half
    return np.concatenate([ring[:-1], ring[:1]])


def _radial(rng: np.random.Generator, fabric: Fabric, turn: float) -> FloatArray:
    """Draw a swaying line from the centre to beyond the rim; ``turn`` 0 to 1 from east."""
    away = np.linspace(0.0, 1.6, 500)
    heading = 2.0 * np.pi * (turn + rng.uniform(-0.02, 0.02))
    sway = 0.25 * np.sin(3.0 * away + rng.uniform(0, 6.0)) * away
    half = np.array([fabric.scale.half_width_km, fabric.scale.half_height_km])
    unit = np.column_stack([np.cos(heading + sway), np.sin(heading + sway)])
    path: FloatArray = unit * away[:, None] * half
    return path


def _longest_run(ring: FloatArray, inside: BoolArray) -> FloatArray:
    """Find the longest stretch of a closed ring that lies inside."""
    start = int(inside[:-1].argmin())
    turned, flags = np.roll(ring[:-1], -start, axis=0), np.roll(inside[:-1], -start)
    ends = np.flatnonzero(np.diff(flags.astype(np.int8), append=0) == -1)
    starts = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0) == 1)
    best = int((ends - starts).argmax())
    return turned[starts[best] : ends[best] + 1]
