"""From a place that a text names to points on the map, one for each thing so called."""

import math
from dataclasses import dataclass, field

from geo.address.answers import Precision
from geo.address.context import Agreement
from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.normal import normalise
from geo.address.patterns import BEARINGS, Numbered, Shift
from geo.address.reading import Anchor, AreaMention
from geo.address.tables import NameStatus, Role

__all__ = ["Found", "distance_m", "place_anchor", "place_area"]

# A member of an enumeration costs more to look up than to compare.
_MAIN = NameStatus.MAIN
_CROSSING, _DOOR, _PRECISION_ESTATE = Precision.CROSSING, Precision.DOOR, Precision.ESTATE
_INTERPOLATED, _OFFSET, _PRECISION_ROAD = Precision.INTERPOLATED, Precision.OFFSET, Precision.ROAD
_ZONE = Precision.ZONE
_ESTATE, _ROAD, _WATER = Role.ESTATE, Role.ROAD, Role.WATER
_METRES_PER_DEGREE = 111_195.0
_RELATION_M = {Kind.NEAR: 60.0, Kind.OPPOSITE: 40.0, Kind.AT: 20.0, Kind.INWARD: 80.0}
_LEAST_ACCURACY_M = 20.0
_UNKNOWN_RADIUS_M = 100.0
_CORNER_M = 15.0
_CROSSING_M = 30.0
_ROAD_SIDE_M = 10.0
_SAME_CROSSING_M = 100.0
_MOST_ENTITIES = 12
_PRECISIONS = {
    Role.ESTATE: Precision.ESTATE,
    Role.ROAD: Precision.ROAD,
    Role.POI: Precision.POI,
    Role.WATER: Precision.ZONE,
    Role.ZONE: Precision.ZONE,
    Role.GATE: Precision.DOOR,
}
_LEVELS = (
    Precision.CITY, Precision.CITY, Precision.CITY, Precision.DISTRICT, Precision.TOWNSHIP,
    Precision.COMMUNITY,
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """A place that may be meant, before it is judged.

    ``number_state``: '' where no number is stated, else exact, estimated, missing (the owner has
    numbers, and this is none) or unknown (nothing is known of its numbers). ``similarity``: of the
    name to the text, 1 where it is the same. ``near_others``, ``far_others``: other places of the
    text that lie near and far.
    """

    entity: int
    anchor: Anchor | None
    mention: AreaMention | None
    precision: Precision
    lon: float
    lat: float
    accuracy_m: float
    status: NameStatus
    number_state: str = ""
    how: str = ""
    similarity: float = 1.0
    agreement: Agreement = field(default_factory=Agreement)
    near_others: int = 0
    far_others: int = 0
    score: float = 0.0
    second: int = -1
    label: str = ""


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Measure a short distance on a local plane; metres, NaN for NaN."""
    dx = (lon_a - lon_b) * math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot(dx, lat_a - lat_b) * _METRES_PER_DEGREE


def place_area(mention: AreaMention, entity: int, memory: Memory) -> Found:
    """Give an area as an answer: its point and its reach."""
    lon, lat, radius = memory.spot(entity)
    return Found(
        entity, None, mention, _LEVELS[memory.level(entity)], lon, lat,
        radius if radius > 0 else _UNKNOWN_RADIUS_M * 10, _status(mention.name, entity),
    )  # fmt: skip


def _status(name: object, entity: int) -> NameStatus:
    entities = getattr(name, "entities", ())
    statuses = getattr(name, "statuses", ())
    return statuses[entities.index(entity)] if entity in entities else _MAIN


def place_anchor(anchor: Anchor, memory: Memory) -> list[Found]:
    """Find the points that a named place can mean.

    Parameters
    ----------
    anchor
        What the text says of it.
    memory
        Of the gazetteer.

    Returns
    -------
    found
        For each entity so called one point, several where its number exists several times; only
        entities of a kind that can have what is stated (buildings, crossings), where there are
        any.
    """
    entities = anchor.name.places[:_MOST_ENTITIES]
    if anchor.others:
        crossed = [f for e in entities for f in _cross(anchor, e, memory)]
        if crossed:
            return crossed
    found: list[Found] = []
    for entity in entities:
        found += _place(anchor, entity, memory)
    if anchor.number is not None:
        wanted = _ESTATE if anchor.is_building else None
        fitting = [
            f
            for f in found
            if f.number_state in ("exact", "estimated") or memory.role(f.entity) is wanted
        ]
        found = fitting or found
    return found


def _base(anchor: Anchor, entity: int, memory: Memory) -> Found:
    role = memory.role(entity)
    lon, lat, radius = memory.spot(entity)
    if not radius >= 0:
        radius = _UNKNOWN_RADIUS_M
    if role is _ROAD or role is _WATER:
        middle = memory.middle(entity)
        if middle[0] == middle[0]:  # a line is known
            lon, lat, radius = middle
    return Found(
        entity, anchor, None, _PRECISIONS[role], lon, lat, max(radius, _LEAST_ACCURACY_M),
        _status(anchor.name, entity),
    )  # fmt: skip


def _place(anchor: Anchor, entity: int, memory: Memory) -> list[Found]:
    base = _base(anchor, entity, memory)
    results = [base]
    if anchor.number is not None:
        results = _number(anchor, anchor.number, base, memory)
    elif anchor.gate and (own := memory.gates.get(entity)):
        _gate(anchor.gate, own, base, memory)
    if anchor.gate[:1].isdigit() and base.how != "gate":
        base.number_state = "missing"
    for found in results:
        _shift(anchor, found, memory)
    return results


def _number(anchor: Anchor, number: Numbered, base: Found, memory: Memory) -> list[Found]:
    """Put a place at its number, where that is known."""
    ground = memory.gazetteer.ground
    role = memory.role(base.entity)
    if role not in (_ROAD, _ESTATE):
        base.number_state = "unknown"
        return [base]
    doors = ground.door(base.entity, number.number, number.suffix)
    if anchor.is_building and role is _ROAD:  # 长宁大街8号楼下: only if there is a number 8
        doors = [door for door in doors if door.how == "exact"]
    if not doors:
        known = ground.numbers(base.entity)[2]
        base.number_state = "missing" if known else "unknown"
        return [base]
    results = []
    for door in doors[:_MOST_ENTITIES]:
        is_exact = door.how == "exact"
        results.append(
            Found(
                base.entity, anchor, None,
                _DOOR if is_exact else _INTERPOLATED,
                door.lon, door.lat, max(door.accuracy_m, _LEAST_ACCURACY_M), base.status,
                number_state="exact" if is_exact else "estimated", how=door.how,
            )
        )  # fmt: skip
    return results


def _gate(gate: str, own: tuple[int, ...], base: Found, memory: Memory) -> None:
    """Put an estate at the gate that is named."""
    g = memory.gazetteer
    wanted = {"正门": ("正门", "大门", "主门"), "大门": ("大门", "正门", "主门")}.get(gate, (gate,))
    for entity in own:
        name = normalise(g.name(entity))
        if any(name.endswith(ending) or name == ending for ending in wanted):
            base.second = entity
            base.lon, base.lat = float(g.lon[entity]), float(g.lat[entity])
            base.precision, base.accuracy_m, base.how = _DOOR, _LEAST_ACCURACY_M, "gate"
            return


def _cross(anchor: Anchor, entity: int, memory: Memory) -> list[Found]:
    """Put a road at its crossings with another, or on the section between two others."""
    ground = memory.gazetteer.ground
    if memory.role(entity) is not _ROAD:
        return []
    if anchor.is_section:
        return _section(anchor, entity, memory)
    found = []
    for other in anchor.others[0].places[:_MOST_ENTITIES]:
        points = _distinct(ground.crossings(entity, other).tolist())
        for lon, lat in points:
            item = _base(anchor, entity, memory)
            item.lon, item.lat, item.accuracy_m = lon, lat, _CROSSING_M
            item.precision, item.second = _CROSSING, other
            _shift(anchor, item, memory)
            found.append(item)
    return found


def _distinct(points: list[list[float]]) -> list[list[float]]:
    """Join crossings of the same two roads that lie side by side: two carriageways."""
    kept: list[list[float]] = []
    for point in points:
        if all(distance_m(point[0], point[1], k[0], k[1]) > _SAME_CROSSING_M for k in kept):
            kept.append(point)
    return kept


def _section(anchor: Anchor, entity: int, memory: Memory) -> list[Found]:
    ground = memory.gazetteer.ground
    ends: list[list[float]] = []
    for other in anchor.others:
        points = [p for e in other.places for p in ground.crossings(entity, e).tolist()]
        if not points:
            return []
        ends.append(points[0])
    (lon_a, lat_a), (lon_b, lat_b) = ends
    on_road = ground.nearest_on(entity, (lon_a + lon_b) / 2, (lat_a + lat_b) / 2)
    if on_road is None:
        return []
    item = _base(anchor, entity, memory)
    item.lon, item.lat = on_road[0], on_road[1]
    item.accuracy_m = distance_m(lon_a, lat_a, lon_b, lat_b) / 2 + _CROSSING_M
    item.how = "section"
    return [item]


def _shift(anchor: Anchor, found: Found, memory: Memory) -> None:
    """Go from a place where the text says: 东侧50米, 对面."""
    ground = memory.gazetteer.ground
    has_distance = any(shift.distance_m is not None for shift in anchor.shifts)
    for shift in anchor.shifts:
        if shift.distance_m is None:
            if has_distance:  # 西南角向北100米: the corner is where the way begins
                continue
            _lean(shift, found, memory)
            continue
        spot = ground.move(found.lon, found.lat, shift.bearing_deg, shift.distance_m)
        found.lon, found.lat = spot
        unsure = shift.distance_m * (0.3 if shift.bearing_deg is not None else 1.0)
        found.accuracy_m += unsure
        if found.precision is not _PRECISION_ROAD:
            found.precision = _OFFSET
    if anchor.gate and found.how != "gate":
        bearing = BEARINGS.get(anchor.gate[0]) if len(anchor.gate) == 2 else None  # noqa: PLR2004
        if bearing is not None and found.precision is _PRECISION_ESTATE:
            reach = found.accuracy_m * 0.6
            found.lon, found.lat = ground.move(found.lon, found.lat, bearing, reach)
    if anchor.relation is not None:
        found.accuracy_m += _RELATION_M.get(anchor.relation, 0.0)


def _lean(shift: Shift, found: Found, memory: Memory) -> None:
    """Go to the side of a place that is named without a distance."""
    if found.precision is _PRECISION_ROAD or shift.bearing_deg is None:
        return
    if found.precision is _CROSSING:
        reach = _CORNER_M
    elif found.precision in (_PRECISION_ESTATE, _ZONE):
        reach = found.accuracy_m * 0.6
    else:
        reach = _ROAD_SIDE_M
    ground = memory.gazetteer.ground
    found.lon, found.lat = ground.move(found.lon, found.lat, shift.bearing_deg, reach)
