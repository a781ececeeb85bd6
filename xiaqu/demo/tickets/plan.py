"""What is planted in the tickets: repeat places, surges, storms, troubled townships."""

import datetime as dt
from dataclasses import asdict, dataclass

import numpy as np

from geo.arrays import FloatArray
from xiaqu.demo.tickets.catalogue import Catalogue
from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.places import Places
from xiaqu.demo.tickets.spots import Spot, SpotDrawer, away_m

__all__ = ["Plant", "TicketPlan", "TownshipTrend", "make_plan"]

DAY = dt.timedelta(days=1)
_DAYS_A_MONTH = 30.44
_REPEATABLE = (
    "lift", "leak", "noise_building", "street_trade", "flooding", "parking_street", "rubbish",
    "noise_shop", "fumes", "heating", "road_damage", "property_service", "ebike", "fumes",
)  # fmt: skip
_EXACT = frozenset({"building", "estate", "gate", "door", "facility", "crossing"})
_TRIES = 20
_FEWEST_CALLS = 30
_COMMUNITIES_OF_A_BLACKOUT = 5
_REACH_M = 500.0
_CONCENTRATED = ("property_service", "parking_home", "illegal_building", "lift", "rubbish")


@dataclass(frozen=True, slots=True)
class Plant:
    """Requests that come again and again, or all at once, beside the usual ones.

    Attributes
    ----------
    plant_id
        As written in the truth.
    kind
        ``repeat`` for a place that is reported for months; ``surge`` for one incident.
    category
        Key of the category.
    spots
        Where: one spot for a repeat place; all the places that an incident reaches.
    first, last
        Days, both included.
    n_expected
        Requests in all, before the season makes them more or fewer.
    hours
        Hours of the day from and to, for a surge.
    n_callers
        How many people call.
    """

    plant_id: str
    kind: str
    category: str
    spots: tuple[Spot, ...]
    first: dt.date
    last: dt.date
    n_expected: float
    hours: tuple[float, float]
    n_callers: int

    @property
    def per_day(self) -> float:
        """Requests on a day while it lasts."""
        return self.n_expected / ((self.last - self.first).days + 1)


@dataclass(frozen=True, slots=True)
class TownshipTrend:
    """A township that is unlike the others.

    ``volume`` multiplies its requests on the last day and ``volume_before`` those on the first,
    with a straight line between; ``solved`` and ``solved_before`` likewise are shares of solved
    requests. ``concentrated`` are categories that it has more of; ``label`` is ``governance``
    (many, concentrated and growing), ``improving`` or ``plain``.
    """

    code: str
    label: str
    volume_before: float
    volume: float
    solved_before: float
    solved: float
    concentrated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketPlan:
    """Everything about the tickets of a city that does not depend on a single day.

    Attributes
    ----------
    seed, first_day, last_day
        What it was made from; days, both included.
    people
        Shape (n_communities,): how many requests each community has of all, before trends.
    trends
        By row of the township.
    plants
        Repeat places and surges.
    storms
        Days of heavy rain.
    """

    seed: int
    first_day: dt.date
    last_day: dt.date
    people: FloatArray
    trends: tuple[TownshipTrend, ...]
    plants: tuple[Plant, ...]
    storms: frozenset[dt.date]

    def progress_of(self, day: dt.date) -> float:
        """Give how far a day lies between the first and the last, 0 to 1."""
        whole = max(1, (self.last_day - self.first_day).days)
        return min(1.0, max(0.0, (day - self.first_day).days / whole))

    def to_dict(self, places: Places) -> dict[str, object]:
        """Describe what was planted as JSON values."""
        plants = []
        for plant in self.plants:
            spot = plant.spots[0]
            row = asdict(plant)
            del row["spots"]
            row |= {
                "first": plant.first.isoformat(),
                "last": plant.last.isoformat(),
                "n_places": len(plant.spots),
                "community_code": places.communities[spot.community].code,
                "lon": spot.lon,
                "lat": spot.lat,
            }
            plants.append(row)
        return {
            "seed": self.seed,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "storms": sorted(day.isoformat() for day in self.storms),
            "townships": [asdict(trend) for trend in self.trends if trend.label != "plain"],
            "plants": plants,
        }


def make_plan(
    places: Places,
    catalogue: Catalogue,
    drawer: SpotDrawer,
    *,
    seed: int,
    first_day: dt.date,
    last_day: dt.date,
) -> TicketPlan:
    """Decide what is planted where and when; the same for the same arguments."""
    dice = Dice(seed, "plan")
    rng = np.random.default_rng([seed, *b"people"])
    residents = np.array([area.population for area in places.communities], dtype=np.float64)
    people = residents * rng.lognormal(0.0, 0.35, len(residents))
    trends = _trends(dice, places)
    plants = [
        *_repeats(dice, places, catalogue, drawer, people, (first_day, last_day)),
        *_surges(dice, places, drawer, people, seed=seed, last_day=last_day),
    ]
    storms = _storms(dice, first_day, last_day)
    return TicketPlan(seed, first_day, last_day, people, trends, tuple(plants), storms)


def _trends(dice: Dice, places: Places) -> tuple[TownshipTrend, ...]:
    """Let a few townships go wrong and a few get better; the others stay as they are."""
    n = len(places.townships)
    # The hotline hears most from densely settled streets: the largest are the candidates.
    order = sorted(range(n), key=lambda row: -places.townships[row].population)
    candidates = order[: max(2, n // 4)]
    n_governance = max(1, round(0.03 * n))
    governance = {candidates.pop(dice.below(len(candidates))) for _ in range(n_governance)}
    rest = [row for row in range(n) if row not in governance]
    improving = {rest.pop(dice.below(len(rest))) for _ in range(max(1, round(0.03 * n)))}
    trends = []
    for row, area in enumerate(places.townships):
        solved = min(0.98, max(0.7, 0.9 + 0.04 * dice.normal()))
        if row in governance:
            few = tuple(dict.fromkeys(dice.pick(_CONCENTRATED) for _ in range(2)))
            before, now = dice.between(1.9, 2.4), dice.between(3.0, 3.8)
            trend = TownshipTrend(area.code, "governance", before, now, 0.8, 0.66, few)
        elif row in improving:
            trend = TownshipTrend(area.code, "improving", 1.3, 0.8, 0.78, 0.96, ())
        else:
            trend = TownshipTrend(area.code, "plain", 1.0, 1.0, solved, solved, ())
        trends.append(trend)
    return tuple(trends)


def _repeats(
    dice: Dice,
    places: Places,
    catalogue: Catalogue,
    drawer: SpotDrawer,
    people: FloatArray,
    span: tuple[dt.date, dt.date],
) -> list[Plant]:
    """Places that are reported again and again, for two to ten months."""
    setting = {item.key: item.setting for item in catalogue.categories}
    cumulative = np.cumsum(people).tolist()
    n_days = (span[1] - span[0]).days + 1
    plants = []
    for number in range(max(3, len(places.communities) // 230)):
        category = _REPEATABLE[number % len(_REPEATABLE)]
        spot = _exact_spot(dice, drawer, cumulative, setting[category])
        length = min(n_days, round(dice.between(60, 300)))
        start = span[0] + dice.below(n_days - length + 1) * DAY
        if number % 3 == 0:  # still going on
            start = span[1] - (length - 1) * DAY
        monthly = dice.between(3.0, 9.0)
        plants.append(
            Plant(
                f"repeat-{number + 1:03d}", "repeat", category, (spot,), start,
                start + (length - 1) * DAY, monthly * length / _DAYS_A_MONTH, (0.0, 24.0),
                2 + dice.below(5),
            )
        )  # fmt: skip
    return plants


def _exact_spot(dice: Dice, drawer: SpotDrawer, cumulative: list[float], setting: str) -> Spot:
    """Draw until it is a place that can be gone to, rather than a long road or an area."""
    for _ in range(_TRIES):
        spot = drawer.draw(dice, dice.weighted(cumulative), setting)
        if spot.kind in _EXACT:
            break
    return spot


def _surges(
    dice: Dice,
    places: Places,
    drawer: SpotDrawer,
    people: FloatArray,
    *,
    seed: int,
    last_day: dt.date,
) -> list[Plant]:
    """Incidents: burst mains and blackouts, of which two fall into the last thirty days."""
    cumulative = np.cumsum(people).tolist()
    kinds = [("burst_main", "street", 9), ("power_cut", "estate", 20), ("burst_main", "street", 96)]
    if len(places.communities) > 1000:  # noqa: PLR2004 - a large city
        kinds += [("power_cut", "estate", 231), ("flooding", "street", 120)]
    plants = []
    for number, (category, setting, days_ago) in enumerate(kinds):
        community = dice.weighted(cumulative)
        n_spots = 1 if category == "burst_main" else 4
        spots = tuple(drawer.draw(dice, community, setting) for _ in range(n_spots))
        spots += _reached(seed, number, places, drawer, spots[0], category)
        begin = dice.between(6.0, 18.0)
        count = float(min(160, max(_FEWEST_CALLS, len(places.communities) // 45)))
        day = last_day - days_ago * DAY
        plants.append(
            Plant(
                f"surge-{number + 1:03d}", "surge", category, spots, day, day, count,
                (begin, begin + dice.between(3.0, 5.5)), 10_000,
            )
        )  # fmt: skip
    return plants


def _reached(
    seed: int, number: int, places: Places, drawer: SpotDrawer, first: Spot, category: str
) -> tuple[Spot, ...]:
    """Give further places that an incident reaches: a blackout the estates of five communities.

    A burst main, and a flooded road, is told by what lies near it.
    """
    dice = Dice(seed, "reach", number)
    if category == "power_cut":
        near = sorted(
            range(len(places.communities)),
            key=lambda row: away_m(first, places.communities[row].lon, places.communities[row].lat),
        )[:_COMMUNITIES_OF_A_BLACKOUT]
        return tuple(drawer.draw(dice, row, "estate") for row in near for _ in range(3))
    drawn = [drawer.draw(dice, first.community, "street") for _ in range(2 * _TRIES)]
    return tuple(
        spot
        for spot in drawn
        if spot.kind in _EXACT and away_m(first, spot.lon, spot.lat) <= _REACH_M
    )[:4]


def _storms(dice: Dice, first_day: dt.date, last_day: dt.date) -> frozenset[dt.date]:
    storms: set[dt.date] = set()
    for year in range(first_day.year, last_day.year + 1):
        drawn = [dt.date(year, 7, 1) + dice.below(60) * DAY for _ in range(4)]
        storms.update(day for day in drawn if first_day <= day <= last_day)
    return frozenset(storms)
