"""A made-up plain city in columns: ordinary requests by area, group and hour, and planted ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from governance.tickets.surge.baseline import Baseline
from governance.tickets.surge.building import build_baseline
from governance.tickets.surge.columns import TicketColumns
from governance.tickets.surge.detector import Surge, find_surges
from governance.tickets.surge.profile import SurgeProfile, default_profile

DAY_S = 86_400.0
MONDAY_S = 1_795_968_000.0
"""Monday 2026-11-30, 0 h in China."""
CENTRE = (114.0, 36.0)
HOURS = np.array(
    [2, 1, 1, 1, 1, 2, 4, 6, 9, 10, 10, 9, 7, 8, 9, 9, 8, 8, 8, 8, 7, 6, 4, 3], dtype=np.float64
)
"""Weights of the hours of a day."""
GROUPS = ("0101", "0201", "0302", "0401", "0501")
SHARES = np.array([0.4, 0.3, 0.05, 0.05, 0.2])
N_COMMUNITIES = 60


@dataclass(frozen=True)
class PlainCity:
    """Sixty communities in six townships; requests are independent, as a Poisson process."""

    seed: int = 7
    per_day: float = 300.0

    def draw(
        self, first_s: float, days: int, *, volume: float = 1.0, stream: int = 0
    ) -> TicketColumns:
        """Draw the requests of whole days from a midnight on."""
        ground = np.random.default_rng([self.seed, 1])
        east, north = ground.normal(0.0, 0.08, (2, N_COMMUNITIES))
        weight = ground.lognormal(0.0, 0.5, N_COMMUNITIES)
        rng = np.random.default_rng([self.seed, 2, stream])
        n = int(rng.poisson(self.per_day * days * volume))
        community = rng.choice(N_COMMUNITIES, n, p=weight / weight.sum())
        hour = rng.choice(24, n, p=HOURS / HOURS.sum())
        when = rng.integers(0, days, n) * DAY_S + (hour + rng.random(n)) * 3600.0
        codes = np.array([f"9901{k // 10:05d}{k:03d}" for k in range(N_COMMUNITIES)], dtype=object)
        group = np.array([f"{one}001" for one in GROUPS], dtype=object)
        return TicketColumns(
            ids=np.array([f"{stream}-{k:06d}" for k in range(n)], dtype=object),
            time_s=first_s + when,
            lon=CENTRE[0] + east[community] + rng.normal(0.0, 0.006, n),
            lat=CENTRE[1] + north[community] + rng.normal(0.0, 0.005, n),
            category=group[rng.choice(len(GROUPS), n, p=SHARES)],
            caller=np.array([f"{stream}/{k}" for k in range(n)], dtype=object),
            areas={
                "community": codes[community],
                "township": np.array([code[:9] for code in codes], dtype=object)[community],
            },
        )


def plant(
    n: int,
    start_s: float,
    *,
    over_s: float = 1800.0,
    category: str = "0302001",
    place: tuple[float, float] = CENTRE,
    name: str = "planted",
    caller: str = "",
    spread_deg: float = 0.001,
) -> TicketColumns:
    """Make requests around a place within some time; all of one caller where one is given."""
    rng = np.random.default_rng(n)
    callers = [caller or f"{name}/{k}" for k in range(n)]
    return TicketColumns(
        ids=np.array([f"{name}-{k:04d}" for k in range(n)], dtype=object),
        time_s=start_s + np.linspace(0.0, over_s, n),
        lon=place[0] + rng.uniform(-spread_deg, spread_deg, n),
        lat=place[1] + rng.uniform(-spread_deg, spread_deg, n),
        category=np.full(n, category, dtype=object),
        caller=np.array(callers, dtype=object),
        areas={
            "community": np.full(n, "990100000000", dtype=object),
            "township": np.full(n, "990100000", dtype=object),
        },
    )


def join(*parts: TicketColumns) -> TicketColumns:
    """Put columns under each other."""
    names = ("ids", "time_s", "lon", "lat", "category", "caller")
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    layers = parts[0].areas
    areas = {layer: np.concatenate([part.areas[layer] for part in parts]) for layer in layers}
    return TicketColumns(*columns, areas)


@dataclass(frozen=True)
class Scene:
    """A city with its history before a Monday, and what is ordinary in it."""

    city: PlainCity
    history: TicketColumns
    baseline: Baseline
    profile: SurgeProfile
    monday_s: float = MONDAY_S
    centre: tuple[float, float] = CENTRE

    def with_profile(self, **changes: object) -> "Scene":
        """Give the scene with other values of the profile."""
        return replace(self, profile=replace(self.profile, **changes))  # type: ignore[arg-type]

    def around(self, hour: float, *, volume: float = 1.0, stream: int = 2) -> TicketColumns:
        """Draw what came in on the Sunday before and on the Monday up to an hour."""
        days = self.city.draw(self.monday_s - DAY_S, 2, volume=volume, stream=stream)
        return days.take(days.time_s <= self.monday_s + hour * 3600.0)

    def plant(self, n: int, hour: float, **values: Any) -> TicketColumns:
        """Make requests on the Monday from an hour on; see ``plant``."""
        return plant(n, self.monday_s + hour * 3600.0, **values)

    def join(self, *parts: TicketColumns) -> TicketColumns:
        """Put columns under each other."""
        return join(*parts)

    def learn(self, history: TicketColumns) -> Baseline:
        """Measure what is ordinary in another history up to the Monday."""
        baseline = build_baseline(history, self.monday_s, self.profile)
        assert baseline is not None
        return baseline

    def look(self, recent: TicketColumns, hour: float) -> list[Surge]:
        """Look at an hour of the Monday."""
        now_s = self.monday_s + hour * 3600.0
        return find_surges(recent, self.baseline, now_s, self.profile)


@pytest.fixture(scope="session")
def make_scene() -> Callable[..., Scene]:
    """Give the function that makes a city with eight weeks of history before a Monday."""

    def make(**values: float) -> Scene:
        city = PlainCity(**values)  # type: ignore[arg-type]
        history = city.draw(MONDAY_S - 56 * DAY_S, 56, stream=1)
        profile = default_profile()
        baseline = build_baseline(history, MONDAY_S, profile)
        assert baseline is not None
        return Scene(city, history, baseline, profile)

    return make


@pytest.fixture(scope="session")
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene()
