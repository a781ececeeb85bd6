"""House numbers, crossings, steps and surroundings over small grounds."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.address.ground import GROUND_SECTIONS, Ground, prepare_ground
from geo.address.plane import distance_m, moved, scale_at
from geo.address.tables import GazetteerTables, Role
from geo.errors import GazetteerTableError
from geo.measure import metres_per_degree

WEST, SOUTH = 116.40, 39.90


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Give the place so many metres east and north of the corner."""
    kx, ky = scale_at(SOUTH)
    return WEST + east_m / kx, SOUTH + north_m / ky


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*point) for point in points])


def make_ground(
    roads: dict[str, list[Any]] | None = None,
    *,
    estates: dict[str, tuple[float, float]] | None = None,
    doors: list[tuple[str, int, str, float, float]] = (),  # type: ignore[assignment]
    ranges: list[tuple[str, str, int, int, Any, str]] = (),  # type: ignore[assignment]
    crossings: list[tuple[str, str, float, float]] = (),  # type: ignore[assignment]
) -> tuple[Ground, dict[str, int]]:
    """Build a ground; doors and crossings in metres from the corner."""
    roads, estates = roads or {}, estates or {}
    places = [(uid, int(Role.ROAD), *at(0, 0)) for uid in roads]
    places += [(uid, int(Role.ESTATE), *at(*point)) for uid, point in estates.items()]
    frame = pd.DataFrame(places, columns=["uid", "role", "lon", "lat"])
    frame = frame.assign(name=frame["uid"], kind="", radius_m=0.0, parent_uid="")
    empty = GazetteerTables()
    tables = GazetteerTables(
        places=frame,
        roads=pd.DataFrame(
            [(uid, shape) for uid, shapes in roads.items() for shape in shapes],
            columns=["uid", "geometry"],
        ),
        doors=pd.DataFrame(
            [(uid, number, suffix, *at(x, y)) for uid, number, suffix, x, y in doors],
            columns=list(empty.doors.columns),
        ),
        ranges=pd.DataFrame(ranges, columns=list(empty.ranges.columns)),
        crossings=pd.DataFrame(
            [(a, b, *at(x, y)) for a, b, x, y in crossings], columns=list(empty.crossings.columns)
        ),
    )
    entity_of_uid = {uid: i for i, uid in enumerate(frame["uid"])}
    return Ground(prepare_ground(tables, entity_of_uid)), entity_of_uid


def numbered_street() -> tuple[Ground, int]:
    """Give a street of 1 km with even numbers in the north and odd ones in the south."""
    doors = [("r", n, "", n * 10.0, 15.0 if n % 2 == 0 else -15.0) for n in range(1, 61) if n != 30]
    ground, entity = make_ground({"r": [line((0, 0), (1000, 0))]}, doors=doors)
    return ground, entity["r"]


def test_a_known_number_is_exact() -> None:
    ground, road = numbered_street()
    (door,) = ground.door(road, 24)
    assert (door.how, door.number_before, door.number_after) == ("exact", 24, 24)
    assert distance_m((door.lon, door.lat), at(240, 15)) < 0.01


def test_a_missing_number_lies_between_its_neighbours_on_the_same_side() -> None:
    ground, road = numbered_street()
    (door,) = ground.door(road, 30)
    assert (door.how, door.number_before, door.number_after) == ("interpolated", 28, 32)
    assert distance_m((door.lon, door.lat), at(300, 15)) < 0.01
    assert door.accuracy_m > ground.door(road, 28)[0].accuracy_m


@pytest.mark.parametrize("n", [1, 2, 3, 17, 30, 59, 60])
def test_a_number_left_out_of_an_even_street_is_found_within_its_accuracy(n: int) -> None:
    doors = [("r", k, "", k * 10.0, 15.0 if k % 2 == 0 else -15.0) for k in range(1, 61) if k != n]
    ground, entity = make_ground({"r": [line((0, 0), (1000, 0))]}, doors=doors)
    (door,) = ground.door(entity["r"], n)
    truth = at(n * 10.0, 15.0 if n % 2 == 0 else -15.0)
    assert distance_m((door.lon, door.lat), truth) <= door.accuracy_m


def test_a_number_a_little_beyond_the_last_is_placed_ahead_and_one_far_beyond_is_not() -> None:
    ground, road = numbered_street()
    (door,) = ground.door(road, 64)
    assert (door.how, door.number_before, door.number_after) == ("extrapolated", 60, -1)
    assert distance_m((door.lon, door.lat), at(640, 15)) < 1.0
    assert ground.door(road, 90) == []


def test_numbers_tells_the_span_of_what_is_known() -> None:
    ground, road = numbered_street()
    assert ground.numbers(road) == (1, 60, 59)


def test_buildings_of_an_estate_are_never_interpolated() -> None:
    doors = [("e", n, "", n * 50.0, 0.0) for n in (1, 2, 4)]
    ground, entity = make_ground(estates={"e": (100.0, 0.0)}, doors=doors)
    assert ground.door(entity["e"], 2)[0].how == "exact"
    assert ground.door(entity["e"], 3) == []


def test_another_suffix_is_said_to_be_another() -> None:
    doors = [("r", 12, "甲", 100.0, 10.0), ("r", 12, "A", 140.0, 10.0)]
    ground, entity = make_ground({"r": [line((0, 0), (200, 0))]}, doors=doors)
    (exact,) = ground.door(entity["r"], 12, "甲")
    assert exact.how == "exact"
    assert distance_m((exact.lon, exact.lat), at(100, 10)) < 0.01
    assert ground.door(entity["r"], 12, "ａ")[0].how == "exact"  # full-width, lower case
    (other,) = ground.door(entity["r"], 12, "")
    assert other.how == "same_number_other_suffix"
    assert other.accuracy_m > exact.accuracy_m


def test_a_street_that_exists_twice_gives_both_places() -> None:
    doors = [("r", n, "", n * 10.0 + far, 0.0) for n in (10, 12, 16) for far in (0.0, 9000.0)]
    ground, entity = make_ground({"r": []}, doors=doors)
    assert len(ground.door(entity["r"], 12)) == 2
    found = ground.door(entity["r"], 14)
    assert len(found) == 2
    wanted = [at(140.0, 0.0), at(9140.0, 0.0)]
    assert all(min(distance_m((d.lon, d.lat), w) for d in found) < 1.0 for w in wanted)


def test_a_range_puts_each_parity_on_its_side() -> None:
    shape = line((0, 0), (200, 0))
    ranges = [("r", "L", 12, 40, shape, ""), ("r", "R", 11, 39, shape, "")]
    ground, entity = make_ground({"r": [shape]}, ranges=ranges)
    (even,), (odd,) = ground.door(entity["r"], 26), ground.door(entity["r"], 25)
    assert even.lat > SOUTH > odd.lat  # left of a line to the east is north
    assert abs(distance_m((even.lon, even.lat), at(100, 0)) - 12.0) < 0.1
    assert (even.by, even.number_before, even.number_after) == ("range", 12, 40)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("n", [6, 7, 12, 19])
def test_numbers_of_a_range_ascend_along_it_whichever_way_it_is_drawn(
    n: int,
    turned: bool,  # noqa: FBT001 - drawn
) -> None:
    shape = line((0, 0), (120, 0), (200, 0))
    row = (
        ("r", "R", 40, 12, shapely.reverse(shape), "") if turned else ("r", "L", 12, 40, shape, "")
    )
    ground, entity = make_ground({"r": [shape]}, ranges=[row])
    (one,), (two,) = ground.door(entity["r"], 2 * n), ground.door(entity["r"], 2 * n + 2)
    assert one.lon < two.lon
    assert one.lat > SOUTH
    assert two.lat > SOUTH


def test_a_number_of_the_wrong_parity_is_doubtful() -> None:
    shape = line((0, 0), (200, 0))
    ground, entity = make_ground({"r": [shape]}, ranges=[("r", "L", 12, 40, shape, "")])
    (right,), (wrong,) = ground.door(entity["r"], 26), ground.door(entity["r"], 25)
    assert wrong.by == "other_side"
    assert wrong.accuracy_m > right.accuracy_m


def test_a_number_between_two_ranges_lies_between_them() -> None:
    one, two = line((0, 0), (200, 0)), line((200, 0), (400, 0))
    ranges = [("r", "L", 12, 30, one, ""), ("r", "L", 40, 60, two, "")]
    ground, entity = make_ground({"r": [one, two]}, ranges=ranges)
    (door,) = ground.door(entity["r"], 36)
    assert (door.by, door.number_before, door.number_after) == ("gap", 30, 40)
    assert at(170, 0)[0] < door.lon < at(230, 0)[0]
    assert ground.door(entity["r"], 200) == []


def test_the_zone_tells_equal_numbers_apart() -> None:
    one, two = line((0, 0), (200, 0)), line((5000, 0), (5200, 0))
    ranges = [("r", "L", 12, 30, one, "10001"), ("r", "L", 12, 30, two, "10002")]
    ground, entity = make_ground({"r": [one, two]}, ranges=ranges)
    assert len(ground.door(entity["r"], 20)) == 2
    (door,) = ground.door(entity["r"], 20, "", "10002")
    assert door.lon > at(4000, 0)[0]
    assert len(ground.door(entity["r"], 20, "", "99999")) == 2


def test_roads_cross_where_their_lines_meet() -> None:
    ground, entity = make_ground(
        {"a": [line((0, 0), (400, 0))], "b": [line((100, -90), (100, 90))]}
    )
    (point,) = ground.crossings(entity["a"], entity["b"])
    assert distance_m(tuple(point), at(100, 0)) < 0.1
    assert ground.crossings(entity["b"], entity["a"]).tolist() == [point.tolist()]
    assert ground.crossed(entity["a"]).tolist() == [entity["b"]]


def test_the_four_points_of_two_wide_roads_are_one_crossing() -> None:
    ground, entity = make_ground({
        "a": [line((0, 0), (400, 0)), line((0, 30), (400, 30))],
        "b": [line((100, -90), (100, 90)), line((130, -90), (130, 90))],
    })  # fmt: skip
    (point,) = ground.crossings(entity["a"], entity["b"])
    assert distance_m(tuple(point), at(115, 15)) < 0.1


def test_roads_that_meet_twice_have_two_crossings() -> None:
    bow = line((100, -90), (100, 90), (300, 90), (300, -90))
    ground, entity = make_ground({"a": [line((0, 0), (400, 0))], "b": [bow]})
    assert len(ground.crossings(entity["a"], entity["b"])) == 2


def test_a_line_that_ends_just_short_of_another_meets_it_and_a_parallel_one_does_not() -> None:
    ground, entity = make_ground({
        "a": [line((0, 0), (400, 0))],
        "short": [line((100, 20), (100, 90))],
        "beside": [line((-100, 20), (500, 20))],
        "far": [line((200, 40), (200, 90))],
    })  # fmt: skip
    (point,) = ground.crossings(entity["a"], entity["short"])
    assert distance_m(tuple(point), at(100, 10)) < 0.1
    assert len(ground.crossings(entity["a"], entity["beside"])) == 0
    assert len(ground.crossings(entity["a"], entity["far"])) == 0


def test_a_named_crossing_replaces_the_found_one_beside_it() -> None:
    roads = {"a": [line((0, 0), (400, 0))], "b": [line((100, -90), (100, 90))], "c": []}
    named = [("a", "b", 110.0, 5.0), ("a", "c", 300.0, 0.0)]
    ground, entity = make_ground(roads, crossings=named)
    (point,) = ground.crossings(entity["a"], entity["b"])
    assert distance_m(tuple(point), at(110, 5)) < 0.1
    assert len(ground.crossings(entity["c"], entity["a"])) == 1


@cache
def broken_road() -> tuple[shapely.LineString, shapely.LineString, Ground]:
    """Give a road of two lines that do not touch."""
    shapes = line((0, 0), (400, 0), (700, 200)), line((900, -50), (1000, 100))
    return *shapes, make_ground({"r": list(shapes)})[0]


@given(east=st.floats(-200, 1200), north=st.floats(-300, 300))
def test_nearest_on_agrees_with_a_search_along_the_line(east: float, north: float) -> None:
    shape, other, ground = broken_road()
    found = ground.nearest_on(0, *at(east, north))
    assert found is not None
    steps = np.linspace(0.0, 1.0, 2001)
    points = [
        shapely.line_interpolate_point(each, steps, normalized=True) for each in (shape, other)
    ]
    brute = min(distance_m((p.x, p.y), at(east, north)) for each in points for p in each)
    assert brute - 1.0 <= found[2] <= brute + 0.01
    assert abs(distance_m(found[:2], at(east, north)) - found[2]) < 0.01


def test_a_road_without_a_line_has_neither_course_nor_numbers() -> None:
    ground, entity = make_ground({"r": []})
    assert ground.nearest_on(entity["r"], WEST, SOUTH) is None
    assert ground.along(entity["r"], WEST, SOUTH, 0.0, 10.0) is None
    assert ground.extent_m(entity["r"]) == (0.0, 0.0)
    assert not ground.has_line(entity["r"])
    assert ground.door(entity["r"], 5) == []
    assert ground.numbers(entity["r"]) == (0, 0, 0)


@given(
    bearing=st.floats(0, 360),
    distance=st.floats(0, 3000),
)
def test_a_step_has_the_stated_length_and_direction(bearing: float, distance: float) -> None:
    lon, lat = moved(WEST, SOUTH, bearing, distance)
    assert abs(distance_m((WEST, SOUTH), (lon, lat)) - distance) < 1e-3 * distance + 1e-6
    kx, ky = scale_at(SOUTH)
    east, north = (lon - WEST) * kx, (lat - SOUTH) * ky
    assert math.isclose(east, distance * math.sin(math.radians(bearing)), abs_tol=1e-6)
    assert math.isclose(north, distance * math.cos(math.radians(bearing)), abs_tol=1e-6)
    assert moved(WEST, SOUTH, None, distance) == (WEST, SOUTH)


def test_walking_follows_the_road_over_the_ends_of_its_lines() -> None:
    ground, entity = make_ground({
        "r": [line((0, 0), (100, 0)), line((100, 200), (100, 0)), line((100, 200), (400, 200))]
    })  # fmt: skip
    road = entity["r"]
    point = ground.along(road, *at(50, 5), 90.0, 100.0)
    assert point is not None
    assert distance_m(point, at(100, 50)) < 0.1
    point = ground.along(road, *at(50, 0), 90.0, 50.0 + 200.0 + 30.0)
    assert point is not None
    assert distance_m(point, at(130, 200)) < 0.1
    back = ground.along(road, *at(50, 0), 270.0, 80.0)
    assert back is not None
    assert distance_m(back, at(0, 0)) < 0.1  # the road ends
    assert ground.along(road, *at(50, 0), 0.0, 80.0) is None  # north is across it


def test_extent_sums_all_lines() -> None:
    ground, _ = make_ground({"r": [line((0, 0), (300, 0)), line((300, 0), (300, 400))]})
    length, radius = ground.extent_m(0)
    assert abs(length - 700.0) < 0.5
    assert abs(radius - 250.0) < 0.5
    nearest = ground.nearest_on(0, *ground.middle(0)[:2])
    assert nearest is not None
    assert nearest[2] < 0.01


Spots = list[tuple[float, float]]


@cache
def busy_place() -> tuple[Ground, dict[str, int], Spots, Spots]:
    """Give two roads, and where forty doors and twelve estates stand around them."""
    rng = np.random.default_rng(11)
    doors: Spots = [(float(x), float(y)) for x, y in rng.uniform((0, -150), (1000, 150), (40, 2))]
    estates: Spots = [(float(x), float(y)) for x, y in rng.uniform((0, -200), (1000, 200), (12, 2))]
    ground, entity = make_ground(
        {"r": [line((0, 0), (1000, 0))], "s": [line((500, -200), (500, 200))]},
        doors=[("r", n, "", x, y) for n, (x, y) in enumerate(doors, 1)],
        estates={f"e{i}": spot for i, spot in enumerate(estates)},
    )
    return ground, entity, doors, estates


@given(east=st.floats(-300, 1300), north=st.floats(-300, 300), limit=st.integers(1, 4))
def test_reverse_finds_what_a_search_over_everything_finds(
    east: float, north: float, limit: int
) -> None:
    ground, entity, doors, estates = busy_place()
    place = at(east, north)
    found = ground.reverse(*place, limit)
    assert [near.distance_m for near in found] == sorted(near.distance_m for near in found)
    for kind, spots in (("door", doors), ("place", estates)):
        every = sorted(distance_m(place, at(*spot)) for spot in spots)
        mine = [near.distance_m for near in found if near.kind == kind]
        within = sum(away < 249.0 for away in every)  # the search starts with 250 m
        assert min(limit, within) <= len(mine) <= limit
        assert np.allclose(mine, every[: len(mine)], atol=0.01)
    for name in ("r", "s"):
        away = ground.nearest_on(entity[name], *place)
        assert away is not None
        mine = [n.distance_m for n in found if n.kind == "road" and n.entity == entity[name]]
        assert len(mine) == 1 or limit == 1 or away[2] > 249.0
        assert np.allclose(mine, away[2], atol=0.01)
    numbers = {ground.text_of_door(near.door) for near in found if near.kind == "door"}
    assert numbers <= {str(n) for n in range(1, 41)}


def test_nothing_is_near_a_place_in_another_country() -> None:
    ground, _ = numbered_street()
    assert ground.reverse(2.35, 48.85) == []
    empty, _ = make_ground()
    assert empty.reverse(WEST, SOUTH) == []


def test_one_entry_in_another_country_does_not_blow_up_the_file() -> None:
    doors = [("r", 1, "", 0.0, 0.0), ("r", 3, "", 9e6, 1e6)]
    ground, entity = make_ground({"r": []}, doors=doors)
    (near, *_) = ground.reverse(WEST, SOUTH)
    assert (near.kind, near.entity) == ("door", entity["r"])


def test_the_arrays_are_those_that_the_file_declares() -> None:
    arrays = prepare_ground(GazetteerTables(), {})
    assert [name for name, _, _ in GROUND_SECTIONS] == list(arrays)
    assert all(arrays[name].dtype == np.dtype("<" + kind) for name, kind, _ in GROUND_SECTIONS)


@pytest.mark.parametrize(
    ("table", "field", "rows"),
    [
        ("doors", "owner_uid", [("nobody", 1, "", WEST, SOUTH)]),
        ("doors", "lat", [("r", 1, "", WEST, math.nan)]),
        ("ranges", "side", [("r", "X", 1, 9, line((0, 0), (9, 0)), "")]),
        ("ranges", "from_number", [("r", "L", -1, 9, line((0, 0), (9, 0)), "")]),
        ("ranges", "road_uid", [("nobody", "L", 1, 9, line((0, 0), (9, 0)), "")]),
        ("roads", "geometry", [("r", shapely.Point(WEST, SOUTH))]),
        ("crossings", "other_uid", [("r", "nobody", WEST, SOUTH)]),
        ("crossings", "lon", [("r", "r", math.inf, SOUTH)]),
    ],
)
def test_a_row_that_cannot_be_used_is_named(table: str, field: str, rows: list[Any]) -> None:
    empty = GazetteerTables()
    frame = pd.DataFrame(rows, columns=list(getattr(empty, table).columns))
    changes: dict[str, Any] = {table: frame}
    with pytest.raises(GazetteerTableError) as caught:
        prepare_ground(replace(empty, **changes), {"r": 0})
    assert (caught.value.table, caught.value.row, caught.value.field) == (table, 0, field)


@given(lat=st.floats(-80, 80))
def test_the_fast_scale_equals_the_measured_one(lat: float) -> None:
    assert np.allclose(scale_at(lat), metres_per_degree(lat), rtol=1e-12)
