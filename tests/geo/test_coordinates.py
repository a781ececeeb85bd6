"""Coordinates that cannot be places are named row by row."""

import csv
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import check_lonlat, check_point
from geo.errors import CoordinateError

BEIJING = (115.4, 39.4, 117.5, 41.1)
BALTIMORE = (-76.72, 39.19, -76.52, 39.38)

CASES = [
    ((116.4, 39.9), BEIJING, ""),
    ((math.nan, 39.9), BEIJING, "missing"),
    ((math.nan, math.inf), None, "missing"),
    ((math.inf, 39.9), BEIJING, "not_finite"),
    ((39.9, 116.4), None, "swapped"),
    ((39.9, 116.4), BEIJING, "swapped"),
    ((39.3, -76.6), BALTIMORE, "swapped"),
    ((448_690.0, 4_418_566.0), None, "out_of_range"),
    ((448_690.0, 4_418_566.0), BEIJING, "out_of_range"),
    ((-200.0, 10.0), None, "out_of_range"),
    ((0.0, 0.0), None, "placeholder"),
    ((0.0, 0.0), BEIJING, "placeholder"),
    ((-77.0, 39.0), BALTIMORE, "placeholder"),
    ((-76.0, 39.0), BALTIMORE, "placeholder"),
    ((39.0, -77.0), BALTIMORE, "placeholder"),
    ((116.0, 40.0), BEIJING, ""),
]


@pytest.mark.parametrize(("value", "bounds", "code"), CASES)
def test_rows_and_single_points_follow_the_same_rules(
    value: tuple[float, float], bounds: tuple[float, float, float, float] | None, code: str
) -> None:
    problems = check_lonlat(np.array([[116.41, 39.91], value]), bounds)
    assert [problem.code for problem in problems if problem.row == 1] == ([code] if code else [])
    if not code:
        check_point(*value, bounds)
        return
    with pytest.raises(CoordinateError) as caught:
        check_point(*value, bounds)
    problem = next(problem for problem in problems if problem.row == 1)
    assert caught.value.problem == problem.problem
    assert np.array_equal(np.array(caught.value.value), np.array(problem.value), equal_nan=True)


@pytest.mark.parametrize(
    ("value", "bounds", "words"),
    [
        ((math.nan, 39.9), None, "lon is empty"),
        ((math.nan, math.nan), None, "lon and lat is empty"),
        ((-math.inf, 39.9), None, "finite numbers of degrees"),
        ((39.9, 116.4), None, "as lon 116.4, lat 39.9 it would be a position"),
        ((39.9, 116.4), BEIJING, "inside the loaded city (west 115.4"),
        ((5e5, 4e6), None, "EPSG number"),
        ((0.0, 0.0), None, "whole degrees"),
        ((121.5, 31.2), BEIJING, "outside the loaded city (west 115.4, south 39.4"),
    ],
)
def test_messages_name_the_value_and_what_would_be_right(
    value: tuple[float, float], bounds: tuple[float, float, float, float] | None, words: str
) -> None:
    problems = check_lonlat(np.array([[116.41, 39.91], value]), bounds)
    assert len(problems) == 1
    text = str(problems[0])
    assert text.startswith(f"row 1: ({value[0]!r}, {value[1]!r}): ")
    assert words in text


def test_a_point_in_another_city_is_outside_for_a_file_but_passes_alone() -> None:
    shanghai = (121.47, 31.23)
    assert [problem.code for problem in check_lonlat(np.array([shanghai]), BEIJING)] == ["outside"]
    assert check_lonlat(np.array([shanghai])) == []
    check_point(*shanghai, BEIJING)


@pytest.mark.parametrize(
    ("value", "field"),
    [((math.nan, 1.5), "lon"), ((1.5, math.inf), "lat"), ((500.0, 400.0), "lon")],
)
def test_a_refused_point_names_its_field(value: tuple[float, float], field: str) -> None:
    with pytest.raises(CoordinateError) as caught:
        check_point(*value)
    assert caught.value.field == field


def test_whole_degrees_are_fillers_once_any_of_them_repeats() -> None:
    once = np.array([[116.41, 39.91], [116.0, 40.0]])
    assert check_lonlat(once) == []
    repeated = np.vstack([once, [[116.0, 40.0], [117.0, 40.0]]])
    rows = [(problem.row, problem.code) for problem in check_lonlat(repeated)]
    assert rows == [(1, "placeholder"), (2, "placeholder"), (3, "placeholder")]


def test_an_array_without_two_columns_is_refused() -> None:
    with pytest.raises(CoordinateError, match=r"\(n, 2\)"):
        check_lonlat(np.zeros(4))


anything = st.floats(allow_nan=True, allow_infinity=True)
near_beijing = st.tuples(st.floats(115.0, 118.0), st.floats(39.0, 41.5))


@given(
    rows=st.lists(st.one_of(near_beijing, st.tuples(anything, anything)), max_size=20),
    bounds=st.sampled_from([None, BEIJING]),
)
def test_rows_without_a_problem_are_places_and_no_row_is_named_twice(
    rows: list[tuple[float, float]], bounds: tuple[float, float, float, float] | None
) -> None:
    lonlat = np.array(rows, dtype=np.float64).reshape(-1, 2)
    problems = check_lonlat(lonlat, bounds)
    named = [problem.row for problem in problems]
    assert named == sorted(set(named))
    clean = np.delete(lonlat, named, axis=0)
    west, south, east, north = bounds or (-180.0, -90.0, 180.0, 90.0)
    assert ((clean >= (west, south)) & (clean <= (east, north))).all()


@pytest.mark.realdata
def test_baltimore_requests_without_a_real_coordinate_are_all_found(shared_data: Path) -> None:
    with (shared_data / "baltimore_311" / "requests.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = [
            (float(row["Longitude"] or "nan"), float(row["Latitude"] or "nan"))
            for row in csv.DictReader(file)
        ]
    city = json.loads((shared_data / "baltimore_areas" / "baltimore_city.geojson").read_bytes())
    outlines = [shapely.geometry.shape(feature["geometry"]) for feature in city["features"]]
    bounds = tuple(shapely.total_bounds(np.array(outlines, dtype=object)).tolist())
    assert len(rows) == 5000
    for known in (None, bounds):
        codes = Counter(problem.code for problem in check_lonlat(np.array(rows), known))
        assert (codes["placeholder"], codes["missing"]) == (451, 297)
        assert len(rows) - codes["placeholder"] - codes["missing"] == 4252
        assert set(codes) <= {"placeholder", "missing", "outside"}
