"""Where something happens, and what of it can be said in words."""

import math
from dataclasses import dataclass, replace

from xiaqu.demo.scales import KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON
from xiaqu.demo.tickets.catalogue import Catalogue
from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.places import Places
from xiaqu.demo.tickets.profile import NoiseProfile

_DISTANCES_M = (20, 30, 50, 50, 80, 100, 100, 150, 200, 300)
_LAST_RESORTS = ("estate", "door", "facility", "community")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with what is said of it.

    Attributes
    ----------
    kind
        estate, building, gate, door, crossing, segment, road, facility, special, river or
        community.
    entry
        Row of the entry that is named; of the estate for a building or gate, of the road for a
        door. The row of the community for a community.
    others
        Rows of further entries that it rests on: the other roads of a crossing or segment, the
        gate of an estate.
    number
        House number or number of the building; 0 for none.
    community
        Row of the community that it was drawn for.
    lon, lat
        Where it happens.
    stated
        Where a perfect reader of the words would put it, lon, lat.
    reach_m
        Within which the true place lies of the stated one, for most readers of these words.
    relation
        Empty, opposite, beside or offset.
    bearing, distance_m
        Of an offset: eighths of a turn clockwise from north, metres.
    """

    kind: str
    entry: int
    others: tuple[int, ...]
    number: int
    community: int
    lon: float
    lat: float
    stated: tuple[float, float]
    reach_m: float
    relation: str = ""
    bearing: int = 0
    distance_m: int = 0


def move(lon: float, lat: float, bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """Go so far in a direction, clockwise from north."""
    turn = math.radians(bearing_deg)
    east = math.sin(turn) * distance_m / 1000.0 / KM_PER_DEGREE_LON
    north = math.cos(turn) * distance_m / 1000.0 / KM_PER_DEGREE_LAT
    return lon + east, lat + north


def away_m(spot: Spot, lon: float, lat: float) -> float:
    """Measure how far a place lies from a spot."""
    east = (lon - spot.lon) * KM_PER_DEGREE_LON
    north = (lat - spot.lat) * KM_PER_DEGREE_LAT
    return 1000.0 * math.hypot(east, north)


class SpotDrawer:
    """Draws what tickets are about.

    Parameters
    ----------
    places
        Of the city.
    catalogue
        Says which kinds of place a category is about.
    profile
        Says how often a place is stated by another.
    """

    def __init__(self, places: Places, catalogue: Catalogue, profile: NoiseProfile) -> None:
        self._places = places
        self._catalogue = catalogue
        self._profile = profile
        self._kinds = {
            setting: (
                [kind for kind, _ in shares],
                [sum(share for _, share in shares[: k + 1]) for k in range(len(shares))],
            )
            for setting, shares in catalogue.settings.items()
        }
        self._makers = {
            "estate": self._estate, "building": self._building, "gate": self._gate,
            "door": self._door, "crossing": self._crossing, "segment": self._segment,
            "road": self._road, "facility": self._facility, "special": self._special,
            "river": self._river, "community": self._community,
        }  # fmt: skip

    def draw(self, dice: Dice, community: int, setting: str) -> Spot:
        """Draw a place in a community that suits a setting of the catalogue."""
        kinds, cumulative = self._kinds[setting]
        wanted = [kinds[dice.weighted(cumulative)] for _ in range(2)]
        for kind in (*wanted, *kinds, *_LAST_RESORTS):
            spot: Spot | None = self._makers[kind](dice, community, setting)
            if spot is not None:
                return self._relate(dice, spot, setting)
        message = f"community {community} has no place"  # a community is a place itself
        raise AssertionError(message)

    def _estate(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        rows = self._places.estates.get(community)
        if not rows:
            return None
        row = dice.pick(rows)
        entry = self._places.entries[row]
        buildings = self._places.buildings[row]
        lon, lat = buildings[dice.below(len(buildings))].tolist()
        return Spot(
            "estate", row, (), 0, community, lon, lat, (entry.lon, entry.lat), entry.reach_m
        )

    def _building(self, dice: Dice, community: int, setting: str) -> Spot | None:
        spot = self._estate(dice, community, setting)
        if spot is None:
            return None
        buildings = self._places.buildings[spot.entry]
        number = 1 + dice.below(len(buildings))
        lon, lat = buildings[number - 1].tolist()
        return replace(spot, kind="building", number=number, lon=lon, lat=lat)

    def _gate(self, dice: Dice, community: int, setting: str) -> Spot | None:
        spot = self._estate(dice, community, setting)
        if spot is None or spot.entry not in self._places.gates:
            return None
        row = dice.pick(self._places.gates[spot.entry])
        gate = self._places.entries[row]
        lon, lat = move(gate.lon, gate.lat, dice.between(0, 360), dice.between(0, 15))
        return replace(
            spot, kind="gate", others=(row,), lon=lon, lat=lat, stated=(gate.lon, gate.lat),
            reach_m=20.0,
        )  # fmt: skip

    def _door(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        rows = self._places.doors.get(community)
        if not rows:
            return None
        door = self._places.door[dice.pick(rows)]
        number, place = door.number, (door.lon, door.lat)
        reach = 15.0
        if dice.chance(self._profile.door_missing):
            numbers = self._places.numbers[door.road]
            after = numbers.get(door.number + 4)
            if door.number + 2 not in numbers and after is not None:
                other = self._places.door[after]
                number = door.number + 2
                place = ((door.lon + other.lon) / 2, (door.lat + other.lat) / 2)
                reach = 40.0
        lon, lat = move(*place, dice.between(0, 360), dice.between(0, 8))
        return Spot("door", door.road, (), number, community, lon, lat, place, reach)

    def _crossing(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        rows = self._places.crossings.get(community)
        if not rows:
            return None
        crossing = self._places.crossing[dice.pick(rows)]
        pair = [crossing.first, crossing.second]
        if dice.chance(0.5):
            pair.reverse()
        place = (crossing.lon, crossing.lat)
        lon, lat = move(*place, dice.between(0, 360), dice.between(0, 20))
        return Spot("crossing", pair[0], (pair[1],), 0, community, lon, lat, place, 35.0)

    def _segment(self, dice: Dice, community: int, setting: str) -> Spot | None:
        spot = self._crossing(dice, community, setting)
        if spot is None:
            return None
        along = self._places.crossings_of[spot.entry]
        if len(along) < 2:  # noqa: PLR2004 - a stretch lies between two
            return None
        first = dice.below(len(along) - 1)
        ends = [self._places.crossing[along[k]] for k in (first, first + 1)]
        others = tuple(end.first if end.second == spot.entry else end.second for end in ends)
        if others[0] == others[1]:
            return None
        (a, b), share = ends, dice.share()
        lon, lat = a.lon + share * (b.lon - a.lon), a.lat + share * (b.lat - a.lat)
        middle = ((a.lon + b.lon) / 2, (a.lat + b.lat) / 2)
        half = 60_000.0 * math.hypot(b.lon - a.lon, b.lat - a.lat)
        return Spot("segment", spot.entry, others, 0, community, lon, lat, middle, half + 30.0)

    def _road(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        rows = self._places.roads.get(community)
        if not rows:
            return None
        row = dice.pick(rows)
        entry = self._places.entries[row]
        known = [self._places.crossing[k] for k in self._places.crossings_of.get(row, ())]
        here = dice.pick(known) if known else entry
        place = (entry.lon, entry.lat)
        return Spot("road", row, (), 0, community, here.lon, here.lat, place, entry.reach_m)

    def _facility(self, dice: Dice, community: int, setting: str) -> Spot | None:
        rows = self._places.facilities.get(community, [])
        types = self._catalogue.facilities.get(setting)
        if types is not None:
            rows = [row for row in rows if self._places.entries[row].kind in types]
        return self._at_entry(dice, community, rows, "facility", 25.0)

    def _special(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        return self._at_entry(dice, community, self._places.specials.get(community), "special", 0.0)

    def _river(self, dice: Dice, community: int, _setting: str) -> Spot | None:
        rows = self._places.rivers.get(community)
        if not rows:
            return None
        area = self._places.communities[community]
        row = dice.pick(rows)
        entry = self._places.entries[row]
        place = (entry.lon, entry.lat)
        return Spot("river", row, (), 0, community, area.lon, area.lat, place, entry.reach_m)

    def _at_entry(
        self, dice: Dice, community: int, rows: list[int] | None, kind: str, within_m: float
    ) -> Spot | None:
        if not rows:
            return None
        row = dice.pick(rows)
        entry = self._places.entries[row]
        reach = max(within_m, entry.reach_m)
        place = (entry.lon, entry.lat)
        lon, lat = move(*place, dice.between(0, 360), dice.between(0, 0.4 * reach))
        return Spot(kind, row, (), 0, community, lon, lat, place, reach)

    def _community(self, dice: Dice, community: int, _setting: str) -> Spot:
        area = self._places.communities[community]
        lon, lat = area.lon, area.lat
        rows = self._places.facilities.get(community)
        if rows:
            here = self._places.entries[dice.pick(rows)]
            lon, lat = here.lon, here.lat
        return Spot(
            "community", community, (), 0, community, lon, lat, (area.lon, area.lat), area.reach_m
        )

    def _relate(self, dice: Dice, spot: Spot, setting: str) -> Spot:
        """State some places by another one that everybody knows."""
        is_outdoors = setting in self._profile.outdoor_settings
        if not is_outdoors or spot.kind not in {"door", "crossing", "facility", "gate", "estate"}:
            return spot
        if not dice.chance(self._profile.related):
            return spot
        if spot.kind == "estate" or dice.chance(self._profile.related_vaguely):
            relation = "opposite" if spot.kind != "crossing" and dice.chance(0.5) else "beside"
            beyond = dice.between(20, 70)
            away = spot.reach_m * (0.8 if spot.kind == "estate" else 0.3) + beyond
            lon, lat = move(*spot.stated, dice.between(0, 360), away)
            return replace(spot, relation=relation, lon=lon, lat=lat, reach_m=spot.reach_m + 90.0)
        bearing = 2 * dice.below(4) if dice.chance(0.85) else 1 + 2 * dice.below(4)
        distance = dice.pick(_DISTANCES_M)
        heading = 45.0 * bearing
        stated = move(*spot.stated, heading, distance)
        paced = distance * math.exp(0.15 * dice.normal())
        lon, lat = move(*spot.stated, heading + 10.0 * dice.normal(), paced)
        return replace(
            spot, relation="offset", lon=lon, lat=lat, stated=stated, bearing=bearing,
            distance_m=distance, reach_m=spot.reach_m + 0.4 * distance,
        )  # fmt: skip
