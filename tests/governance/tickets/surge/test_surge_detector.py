"""Surges are found soon, tightly and once; ordinary days, heavy ones too, give none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from governance.tickets.surge.circles import Circle, around, enclosing
from governance.tickets.surge.detector import find_surges, first_calls

Scene = Any
HOUR = 10.0


def test_ten_calls_in_half_an_hour_are_found(scene: Scene) -> None:
    planted = scene.plant(10, HOUR)
    found = scene.look(scene.join(scene.around(HOUR + 0.6), planted), HOUR + 0.6)
    assert len(found) == 1
    surge = found[0]
    assert surge.category_group == "0302"
    assert set(planted.ids) <= set(surge.tickets)
    assert surge.n_tickets <= 11
    assert surge.expected < 0.5
    assert surge.p_value < 1e-6
    assert surge.circle.radius_m < 300
    assert surge.last_s - surge.first_s <= surge.window_h * 3600


def test_a_far_away_place_has_no_part_in_it(scene: Scene) -> None:
    planted = scene.plant(10, HOUR)
    far = scene.plant(3, HOUR, name="far", place=(114.1, 36.1))
    found = scene.look(scene.join(scene.around(HOUR + 0.6), planted, far), HOUR + 0.6)
    assert len(found) == 1
    assert not set(far.ids) & set(found[0].tickets)


def test_two_places_and_two_groups_are_told_apart(scene: Scene) -> None:
    parts = [
        scene.plant(9, HOUR, name="a"),
        scene.plant(8, HOUR, name="b", place=(114.1, 36.1)),
        scene.plant(7, HOUR, name="c", category="0401002"),
    ]
    found = scene.look(scene.join(scene.around(HOUR + 0.6), *parts), HOUR + 0.6)
    assert len(found) == 3
    for part in parts:
        assert any(set(part.ids) <= set(surge.tickets) for surge in found)
    everything = [ticket for surge in found for ticket in surge.tickets]
    assert len(everything) == len(set(everything))
    assert [surge.log10_p for surge in found] == sorted(surge.log10_p for surge in found)


def test_tickets_in_any_order_give_the_same(scene: Scene) -> None:
    recent = scene.join(scene.around(HOUR + 0.6), scene.plant(12, HOUR))
    expected = scene.look(recent, HOUR + 0.6)
    assert expected
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(recent))
        assert scene.look(recent.take(order), HOUR + 0.6) == expected


@settings(max_examples=15)
@given(st.integers(0, 30))
def test_the_clock_alone_changes_nothing(scene: Scene, minutes: int) -> None:
    recent = scene.join(scene.around(HOUR + 0.5), scene.plant(12, HOUR))
    before = scene.look(recent, HOUR + 0.5)
    after = scene.look(recent, HOUR + 0.5 + minutes / 60.0)
    assert [surge.tickets for surge in after] == [surge.tickets for surge in before]
    assert [surge.area for surge in after] == [surge.area for surge in before]


def test_the_probability_is_that_of_the_negative_binomial_distribution(scene: Scene) -> None:
    """Worked out again by hand for one place, from the parts of the baseline."""
    planted = scene.plant(10, HOUR)
    recent = scene.join(scene.around(HOUR + 0.6), planted)
    surge = scene.look(recent, HOUR + 0.6)[0]
    spreads = np.linspace(0.01, 3.0, 400)
    n = surge.n_tickets
    exact = np.log10(nbinom.sf(n - 2, 1 / spreads + 1, 1 / (1 + surge.expected * spreads)))
    # The spread of a place lies somewhere between that of a known rate and of hardly any.
    assert exact.min() - 0.01 <= surge.log10_p <= exact.max() + 0.01
    looks = surge.p_value / 10**surge.log10_p
    per_day = scene.baseline.per_day
    assert 0.5 * per_day < looks / (22 * 4) < 2.0 * per_day


def test_the_more_is_ordinary_the_less_unlikely_is_a_surge(scene: Scene) -> None:
    planted = scene.plant(10, HOUR)
    recent = scene.join(scene.around(HOUR + 0.6), planted)
    evidence, expected = [], []
    for times in (0, 2, 8, 32):
        # So many requests of the group at the place in each of the eight weeks, day and night.
        usual = [
            scene.plant(1, -24.0 * 7 * week + 168.0 * k / max(times, 1), name=f"usual-{week}-{k}")
            for week in range(1, 9)
            for k in range(times)
        ]
        history = scene.join(scene.history, *usual)
        found = find_surges(
            recent, scene.learn(history), scene.monday_s + (HOUR + 0.6) * 3600, scene.profile
        )
        evidence.append(found[0].log10_p if found else 0.0)
        expected.append(found[0].expected if found else np.inf)
    assert evidence == sorted(evidence)
    assert expected == sorted(expected)
    assert evidence[0] < -10
    assert evidence[-1] > evidence[0] + 5


def test_one_caller_who_calls_on_and_on_is_no_surge(scene: Scene) -> None:
    nagging = scene.plant(30, HOUR, caller="always the same")
    assert scene.look(scene.join(scene.around(HOUR + 0.6), nagging), HOUR + 0.6) == []


def test_callers_who_are_not_known_count_one_each(scene: Scene) -> None:
    planted = scene.plant(8, HOUR)
    unknown = replace(planted, caller=np.full(8, "", dtype=object))
    assert len(scene.look(scene.join(scene.around(HOUR + 0.6), unknown), HOUR + 0.6)) == 1


def test_fewer_callers_than_the_profile_asks_for_are_no_surge(scene: Scene) -> None:
    least = scene.profile.least_callers
    recent = scene.join(scene.around(HOUR + 0.6), scene.plant(least - 1, HOUR, spread_deg=0.0))
    assert scene.look(recent, HOUR + 0.6) == []
    recent = scene.join(scene.around(HOUR + 0.6), scene.plant(least, HOUR, spread_deg=0.0))
    assert len(scene.look(recent, HOUR + 0.6)) == 1


def test_later_tickets_and_those_without_a_place_or_category_are_passed_over(scene: Scene) -> None:
    quiet = scene.around(HOUR)
    planted = scene.plant(12, HOUR, over_s=600.0)
    assert scene.look(scene.join(quiet, planted), HOUR - 0.01) == []
    nowhere = replace(planted, lon=np.full(12, np.nan))
    assert scene.look(scene.join(quiet, nowhere), HOUR + 0.5) == []
    nothing = replace(planted, category=np.full(12, "", dtype=object))
    assert scene.look(scene.join(quiet, nothing), HOUR + 0.5) == []


def test_no_tickets_give_no_surges(scene: Scene) -> None:
    assert scene.look(scene.around(HOUR).take(np.empty(0, dtype=np.int64)), HOUR) == []


def test_a_category_that_was_never_seen_can_surge(scene: Scene) -> None:
    planted = scene.plant(8, HOUR, category="9901001")
    other = scene.plant(3, HOUR, category="9801001", name="other")
    found = scene.look(scene.join(scene.around(HOUR + 0.6), planted, other), HOUR + 0.6)
    assert [surge.category_group for surge in found] == ["9901"]


def test_what_rises_everywhere_is_no_surge_of_a_place(scene: Scene) -> None:
    """Heavy rain: one group comes eight times as often as usual in the whole city, within hours."""
    rain = scene.city.draw(scene.monday_s, 1, volume=8.0, stream=9)
    rain = rain.take((rain.time_s > scene.monday_s + 8 * 3600) & (rain.category == "0501001"))
    rain = rain.take(rain.time_s <= scene.monday_s + 12 * 3600)
    recent = scene.join(scene.around(12.0), rain)
    for hour in np.arange(8.0, 12.0, 0.1):
        seen = recent.take(recent.time_s <= scene.monday_s + hour * 3600)
        assert scene.look(seen, hour) == []


@pytest.mark.parametrize("volume", [2.0, 2.5, 4.0])
def test_a_heavy_but_ordinary_monday_gives_none(scene: Scene, volume: float) -> None:
    sunday = scene.city.draw(scene.monday_s - 86_400, 1, stream=5)
    monday = scene.city.draw(scene.monday_s, 1, volume=volume, stream=6)
    recent = scene.join(sunday, monday)
    for minutes in range(0, 24 * 60, 10):
        now_s = scene.monday_s + 60.0 * minutes
        seen = recent.take((recent.time_s <= now_s) & (recent.time_s > now_s - 86_400))
        assert find_surges(seen, scene.baseline, now_s, scene.profile) == []


def test_by_chance_there_are_no_more_alarms_than_stated(make_scene: Callable[..., Scene]) -> None:
    """With thirty alarms a day allowed, six ordinary days give at most so many, chance apart."""
    allowed, n_days = 30, 6
    scene = make_scene(seed=11).with_profile(false_a_day=float(allowed), least_callers=2)
    alarms = 0
    for day in range(n_days):
        days = scene.city.draw(scene.monday_s - 86_400, 2, stream=100 + day)
        taken: set[str] = set()
        for minutes in range(0, 24 * 60, 20):
            now_s = scene.monday_s + 60.0 * minutes
            seen = days.take((days.time_s <= now_s) & (days.time_s > now_s - 86_400))
            is_open = np.array([ticket not in taken for ticket in seen.ids], dtype=bool)
            found = find_surges(seen.take(is_open), scene.baseline, now_s, scene.profile)
            alarms += len(found)
            taken.update(ticket for surge in found for ticket in surge.tickets)
    assert alarms <= n_days * allowed + 3 * (n_days * allowed) ** 0.5
    assert alarms > 0  # nor is the bound so wide that nothing is ever found


def test_first_calls_are_the_first_of_a_caller_in_a_group() -> None:
    caller = np.array(["a", "a", "", "", "b", "a"], dtype=object)
    group = np.array([1, 1, 1, 1, 1, 2])
    assert first_calls(caller, group).tolist() == [True, False, True, True, True, True]


@given(st.lists(st.tuples(st.floats(113.9, 114.1), st.floats(35.9, 36.1)), min_size=1, max_size=20))
def test_a_circle_holds_its_places(places: list[tuple[float, float]]) -> None:
    lon, lat = (np.array(values) for values in zip(*places, strict=True))
    circle = around(lon, lat)
    assert circle.holds(lon, lat, 1e-6).all()
    assert circle.touches(circle)


@given(st.integers(0, 2**32 - 1))
def test_the_circle_around_two_holds_both(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (
        Circle(114.0 + rng.uniform(0, 0.02), 36.0 + rng.uniform(0, 0.02), rng.uniform(0, 2000))
        for _ in range(2)
    )
    both = enclosing(one, other)
    for circle in (one, other):
        away = both.distance_m(np.array([circle.lon]), np.array([circle.lat]))[0]
        assert away + circle.radius_m <= both.radius_m * 1.001 + 0.1
    assert both.radius_m <= one.radius_m + other.radius_m + 1800
