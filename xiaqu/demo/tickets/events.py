"""What happens on a day: when, what, where; words come later."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from xiaqu.demo.tickets.catalogue import Catalogue, Category
from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.places import Places
from xiaqu.demo.tickets.plan import Plant, TicketPlan
from xiaqu.demo.tickets.profile import NoiseProfile
from xiaqu.demo.tickets.spots import Spot, SpotDrawer

_DAYS_A_MONTH = 30.44
_HEATING_STARTS, _HEATING_ENDS = (11, 15), (3, 15)
_STORM = {"flooding": 10.0, "leak": 3.0, "sewer_home": 2.0, "trees": 2.0}


@dataclass(frozen=True, slots=True)
class Event:
    """One request before it is put into words.

    ``second`` counts from midnight. ``caller`` identifies people who call again; empty for
    others. ``plant_id`` names what was planted, or is empty.
    """

    second: int
    category: Category
    spot: Spot
    plant_id: str
    caller: str


class DayMaker:
    """Draws the requests of one day after another; each day stands for itself.

    Parameters
    ----------
    places, catalogue, profile, drawer, plan
        What to draw from.
    """

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue,
        profile: NoiseProfile,
        drawer: SpotDrawer,
        plan: TicketPlan,
    ) -> None:
        self._places = places
        self._catalogue = catalogue
        self._drawer = drawer
        self._plan = plan
        self._by_key = {item.key: item for item in catalogue.categories}
        self._hours = {key: list(accumulate(w)) for key, w in catalogue.rhythms.items()}
        self._township = np.array([area.parents[1] for area in places.communities])
        residents = sum(area.population for area in places.communities)
        monthly = residents / 10_000 * profile.tickets_per_10000_a_month
        self._per_day = monthly / _DAYS_A_MONTH
        self._usual_sum = float(plan.people.sum())

    def day(self, day: dt.date) -> list[Event]:
        """Draw all requests of a day, in the order of their times."""
        dice = Dice(self._plan.seed, "events", day.toordinal())
        done = self._plan.progress_of(day)
        trends = self._plan.trends
        volume = np.array([t.volume_before + done * (t.volume - t.volume_before) for t in trends])
        people = self._plan.people * volume[self._township]
        cumulative = np.cumsum(people).tolist()
        factors = [_season(self._catalogue, item, day) for item in self._catalogue.categories]
        if day in self._plan.storms:
            pairs = zip(factors, self._catalogue.categories, strict=True)
            factors = [factor * _STORM.get(item.key, 1.0) for factor, item in pairs]
        weights = [
            factor * item.weight
            for factor, item in zip(factors, self._catalogue.categories, strict=True)
        ]
        usual = sum(item.weight for item in self._catalogue.categories)
        mean = self._per_day * self._catalogue.week[day.weekday()]
        mean *= sum(weights) / usual * cumulative[-1] / self._usual_sum
        categories = list(accumulate(weights))
        events = [
            self._usual(dice, cumulative, categories) for _ in range(dice.poisson(mean))
        ]  # fmt: skip
        events += self._planted(day)
        events.sort(key=lambda event: event.second)
        return events

    def _usual(self, dice: Dice, cumulative: list[float], categories: list[float]) -> Event:
        community = dice.weighted(cumulative)
        category = self._catalogue.categories[dice.weighted(categories)]
        wanted = self._plan.trends[int(self._township[community])].concentrated
        if wanted and dice.chance(0.35):
            category = self._by_key[dice.pick(wanted)]
        hour = dice.weighted(self._hours[category.rhythm])
        second = int(3600 * (hour + dice.share()))
        spot = self._drawer.draw(dice, community, category.setting)
        return Event(second, category, spot, "", "")

    def _planted(self, day: dt.date) -> Iterator[Event]:
        for plant in self._plan.plants:
            if not plant.first <= day <= plant.last:
                continue
            dice = Dice(self._plan.seed, plant.plant_id, day.toordinal())
            mean = plant.per_day
            if plant.kind == "repeat":
                mean *= _season(self._catalogue, self._by_key[plant.category], day)
            for _ in range(dice.poisson(mean)):
                yield self._plant_event(dice, plant)

    def _plant_event(self, dice: Dice, plant: Plant) -> Event:
        category = self._by_key[plant.category]
        if plant.kind == "surge":
            low, high = plant.hours
            # Most call soon after it began.
            second = int(3600 * (low + (high - low) * dice.share() ** 1.8))
        else:
            hour = dice.weighted(self._hours[category.rhythm])
            second = int(3600 * (hour + dice.share()))
        caller = f"{plant.plant_id}/{dice.below(plant.n_callers)}"
        return Event(min(second, 86_399), category, dice.pick(plant.spots), plant.plant_id, caller)


def _season(catalogue: Catalogue, item: Category, day: dt.date) -> float:
    factor = catalogue.seasons[item.season][day.month - 1]
    if item.season == "heating":
        today = (day.month, day.day)
        if _HEATING_ENDS < today < _HEATING_STARTS:
            return min(factor, 0.2)
        days_on = (day - dt.date(day.year, *_HEATING_STARTS)).days
        if 0 <= days_on < 10:  # noqa: PLR2004 - complaints are most frequent at the start
            return factor * (1.9 - 0.09 * days_on)
    return factor
