"""What is ordinary: by group, place and hour."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.tickets.surge.building import build_baseline
from governance.tickets.surge.hours import WEEK_S, measure_week
from governance.tickets.surge.profile import default_profile
from governance.tickets.surge.shrinkage import LEAST_SHAPE, MOST_SHAPE, posterior, spread
from governance.tickets.surge.squares import (
    EVERYTHING,
    Plane,
    cell_key,
    cell_of_key,
    count_squares,
    group_of,
)

Scene = Any
COORDINATES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-40, 40), st.integers(-40, 40)), min_size=1
)


@given(COORDINATES, st.integers(-45, 45), st.integers(-45, 45), st.integers(1, 7))
def test_blocks_of_cells_hold_what_brute_force_counts(
    cells: list[tuple[int, int, int]], column: int, row: int, side: int
) -> None:
    group, columns, rows = (np.array(values) for values in zip(*cells, strict=True))
    counts = count_squares(group, columns, rows)
    corner = cell_key(0, np.array([column]), np.array([row]))
    inside = (columns >= column - 1) & (columns < column - 1 + side)
    inside &= (rows >= row - 1) & (rows < row - 1 + side)
    for wanted in range(3):
        found = counts.block(corner, np.array([wanted]), -1, side)[0]
        assert found == np.sum(inside & (group == wanted))
    assert counts.block(corner, EVERYTHING, -1, side)[0] == np.sum(inside)


def test_cells_are_as_wide_as_asked() -> None:
    plane = Plane.at(36.0)
    lon = np.array([114.0, 114.0 + 10_000.0 / plane.per_lon])
    lat = np.array([36.0, 36.0 + 10_000.0 / plane.per_lat])
    column, row = plane.cells(lon, lat, 250.0)
    assert abs(int(column[1] - column[0]) - 40) <= 1
    assert abs(int(row[1] - row[0]) - 40) <= 1


@given(st.floats(0, 4 * WEEK_S), st.floats(0, 2 * WEEK_S), st.integers(0, 3))
def test_parts_of_a_week_add_up(start_s: float, span_s: float, group: int) -> None:
    rng = np.random.default_rng(3)
    shape = measure_week(rng.integers(0, 3, 500), rng.uniform(0, 4 * WEEK_S, 500), 3)
    at = np.array([start_s]), np.array([start_s + span_s / 2]), np.array([start_s + span_s])
    rows = np.array([group])
    whole = shape.weeks(rows, at[0], at[2])[0]
    halves = shape.weeks(rows, at[0], at[1])[0] + shape.weeks(rows, at[1], at[2])[0]
    assert halves == pytest.approx(whole, abs=1e-9)
    assert whole >= 0.0
    assert shape.weeks(rows, at[0], at[0] + WEEK_S)[0] == pytest.approx(1.0)


def test_hours_of_the_day_are_learnt(scene: Scene) -> None:
    monday = np.array([scene.monday_s])
    group = np.array([0])
    night = scene.baseline.part(group, monday + 2 * 3600, monday + 3 * 3600)[0]
    morning = scene.baseline.part(group, monday + 9 * 3600, monday + 10 * 3600)[0]
    assert 5 < morning / night < 15  # drawn with weights of 10 and 1


def test_a_week_expects_as_many_as_a_week_of_history_had(scene: Scene) -> None:
    expected = scene.baseline.expected_overall(scene.monday_s, scene.monday_s + WEEK_S)
    assert expected == pytest.approx(len(scene.history) / 8, rel=0.01)


def test_areas_of_a_layer_expect_together_what_the_city_does(scene: Scene) -> None:
    for layer, counts in scene.baseline.areas.items():
        rows = np.arange(len(counts.codes))
        for group in range(len(scene.baseline.groups)):
            rate = scene.baseline.area_rate(layer, rows, np.full(len(rows), group))
            total = scene.baseline.total[group]
            assert rate.mean.sum() == pytest.approx(total, rel=0.05)


def test_squares_that_tile_the_city_expect_together_what_it_does(scene: Scene) -> None:
    for size in range(scene.profile.sizes):
        found = scene.baseline.squares[size]
        keys = found.keys[group_of(found.keys) == EVERYTHING]
        column, row = cell_of_key(keys)
        corners = np.unique(np.stack([column // 2 * 2, row // 2 * 2]), axis=1)
        group = np.zeros(corners.shape[1], dtype=np.int64)
        rate = scene.baseline.square_rate(size, cell_key(0, corners[0], corners[1]), group)
        assert rate.mean.sum() == pytest.approx(scene.baseline.total[0], rel=0.1)


def test_expected_counts_grow_with_the_history(scene: Scene) -> None:
    history = scene.history
    twice = scene.join(history, replace(history, ids=history.ids + "b"))
    doubled = scene.learn(twice)
    counts = scene.baseline.areas["community"]
    rows, group = np.arange(len(counts.codes)), np.zeros(len(counts.codes), dtype=np.int64)
    one = scene.baseline.area_rate("community", rows, group).mean
    two = doubled.area_rate("community", rows, group).mean
    assert two.sum() / one.sum() == pytest.approx(2.0, rel=0.02)
    assert np.all(np.abs(two / one - 2.0) < 0.6)


def test_the_order_of_the_history_does_not_matter(scene: Scene) -> None:
    order = np.random.default_rng(1).permutation(len(scene.history))
    shuffled = scene.learn(scene.history.take(order))
    assert shuffled.groups == scene.baseline.groups
    assert np.array_equal(shuffled.total, scene.baseline.total)
    assert np.allclose(shuffled.rhythm.share, scene.baseline.rhythm.share)
    assert np.allclose(shuffled.variation, scene.baseline.variation)
    assert np.allclose(shuffled.square_shapes, scene.baseline.square_shapes)
    for one, other in zip(shuffled.squares, scene.baseline.squares, strict=True):
        assert np.array_equal(one.keys, other.keys)
        assert np.array_equal(one.before, other.before)


def test_a_past_surge_is_not_ordinary(scene: Scene) -> None:
    past = scene.plant(60, -5 * 24.0, over_s=3600.0)
    with_past = scene.learn(scene.join(scene.history, past))
    assert with_past.total[-1] <= scene.baseline.total[-1] + 5


def test_ordinary_requests_are_hardly_ever_left_out(scene: Scene) -> None:
    assert scene.baseline.total[-1] == pytest.approx(len(scene.history), rel=0.001)


def test_independent_requests_hardly_vary_beyond_chance(scene: Scene) -> None:
    assert scene.baseline.variation.max() < 0.15


def test_a_history_of_less_than_two_weeks_says_nothing(scene: Scene) -> None:
    late = scene.history.take(scene.history.time_s > scene.monday_s - 12 * 86_400)
    assert build_baseline(late, scene.monday_s, default_profile()) is None
    nothing = scene.history.take(np.zeros(len(scene.history), dtype=bool))
    assert build_baseline(nothing, scene.monday_s, default_profile()) is None


def test_a_shorter_history_counts_in_whole_weeks(scene: Scene) -> None:
    late = scene.history.take(scene.history.time_s > scene.monday_s - 26 * 86_400)
    baseline = build_baseline(late, scene.monday_s, default_profile())
    assert baseline is not None
    assert baseline.weeks == 3
    assert baseline.per_day == pytest.approx(scene.baseline.per_day, rel=0.1)


def test_groups_that_were_never_seen_have_numbers_of_their_own(scene: Scene) -> None:
    codes = np.array(["0302001", "9901001", "9801001", "9901002"], dtype=object)
    numbers, groups = scene.baseline.number(codes)
    assert [groups[k] for k in numbers] == ["0302", "9901", "9801", "9901"]
    assert scene.baseline.total_of(numbers)[1] < 1.0


def test_unknown_and_empty_areas_have_no_row(scene: Scene) -> None:
    counts = scene.baseline.areas["township"]
    rows = counts.rows_of(np.array(["", "nowhere", counts.codes[1]], dtype=object))
    assert rows.tolist() == [-1, -1, 1]


@given(st.floats(0, 100), st.floats(0.01, 100), st.floats(LEAST_SHAPE, MOST_SHAPE))
def test_an_estimate_lies_between_count_and_prior(count: float, prior: float, shape: float) -> None:
    mean = posterior(np.array([count]), np.array([prior]), np.array([shape]))[0]
    assert min(count, prior) - 1e-9 <= mean <= max(count, prior) + 1e-9


def test_shapes_follow_the_spread_of_the_places() -> None:
    rng = np.random.default_rng(4)
    shapes = []
    for true_shape in (0.5, 2.0, 10.0):
        mean = np.full(4000, 5.0)
        counts = rng.poisson(mean * rng.gamma(true_shape, 1.0 / true_shape, 4000))
        excess = np.sum((counts - mean) ** 2 - mean)
        shapes.append(spread(np.array([np.sum(mean**2)]), np.array([excess]))[0])
    assert shapes == pytest.approx([0.5, 2.0, 10.0], rel=0.15)


def test_another_make_gives_another_city(make_scene: Callable[..., Scene]) -> None:
    busy = make_scene(per_day=900.0)
    assert busy.baseline.per_day == pytest.approx(900.0, rel=0.05)
