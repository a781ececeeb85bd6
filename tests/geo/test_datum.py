"""Datums: known points, round trips, the edge of the rectangle, names, refusals."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import (
    Datum,
    from_cgcs2000,
    geometries_to_cgcs2000,
    parse_datum,
    point_to_cgcs2000,
    to_cgcs2000,
)
from geo.errors import CoordinateError, DatumError, GeometryError
from geo.gcj import EAST, NORTH, SOUTH, WEST

OBFUSCATED = [Datum.GCJ02, Datum.BD09]
inside_rectangle = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def test_a_published_gcj02_point_comes_back_within_the_rounding_of_its_source() -> None:
    # The published answer stops iterating early: it is good to 2e-7 degrees.
    lon, lat = to_cgcs2000(np.array([[123.0, 45.0]]), Datum.GCJ02)[0]
    assert (lon, lat) == pytest.approx((122.99395597, 44.99804071), abs=2e-7)


@pytest.mark.parametrize(
    ("lonlat", "bd09"),
    [
        ((116.403988, 39.914266), (116.416615601, 39.921965801)),
        ((122.99395597, 44.99804071), (123.00636516028885, 45.0063690918959)),
    ],
)
def test_published_points_become_their_bd09_numbers(
    lonlat: tuple[float, float], bd09: tuple[float, float]
) -> None:
    computed = from_cgcs2000(np.array([lonlat]), Datum.BD09)[0]
    assert tuple(computed) == pytest.approx(bd09, abs=1e-9)


@given(point=inside_rectangle, datum=st.sampled_from(OBFUSCATED))
def test_what_is_obfuscated_comes_back_better_than_a_billionth_degree(
    point: tuple[float, float], datum: Datum
) -> None:
    there = from_cgcs2000(np.array([point]), datum)
    back = to_cgcs2000(there, datum)[0]
    assert np.hypot(*(there[0] - point)) > 1e-4, "the offset must not vanish inside"
    assert tuple(back) == pytest.approx(point, abs=1e-11)


@given(
    lon=st.floats(-180, 180), lat=st.floats(-90, 90), datum=st.sampled_from([*OBFUSCATED, "wgs84"])
)
def test_the_point_path_agrees_with_the_array_path(lon: float, lat: float, datum: str) -> None:
    by_array = to_cgcs2000(np.array([[lon, lat]]), datum)[0]
    assert point_to_cgcs2000(lon, lat, datum) == pytest.approx(tuple(by_array), abs=1e-11)


def test_the_point_path_agrees_with_the_array_path_for_projected_systems() -> None:
    by_array = to_cgcs2000(np.array([[448_000.0, 4_418_000.0]]), "EPSG:4548")[0]
    assert point_to_cgcs2000(448_000.0, 4_418_000.0, "EPSG:4548") == tuple(by_array)


@pytest.mark.parametrize("datum", OBFUSCATED)
@pytest.mark.parametrize("place", [(2.35, 48.85), (-77.0, 39.0), (139.77, 35.68), (100.0, -5.0)])
def test_far_outside_the_rectangle_numbers_stay_as_they_are(
    place: tuple[float, float], datum: Datum
) -> None:
    points = np.array([place])
    assert np.array_equal(from_cgcs2000(points, datum), points)
    assert np.array_equal(to_cgcs2000(points, datum), points)
    assert point_to_cgcs2000(*place, datum) == place


@pytest.mark.parametrize("datum", OBFUSCATED)
def test_the_edge_of_the_rectangle_is_decided_by_the_true_position(datum: Datum) -> None:
    corners = np.array([[WEST, SOUTH], [EAST, NORTH], [WEST, NORTH], [EAST, SOUTH]])
    assert to_cgcs2000(from_cgcs2000(corners, datum), datum) == pytest.approx(corners, abs=1e-11)
    # The offset points east here, so the image of the east edge lies outside the rectangle, and a
    # number just inside the west edge has its origin outside.
    east_image = from_cgcs2000(np.array([[EAST, 40.0]]), datum)
    assert east_image[0, 0] > EAST
    assert to_cgcs2000(east_image, datum)[0] == pytest.approx((EAST, 40.0), abs=1e-11)
    orphan = np.array([[WEST + 1e-6, 40.0]])
    assert np.array_equal(to_cgcs2000(orphan, datum), orphan)


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4548"])
def test_rows_with_nan_stay_nan_and_leave_the_others_alone(datum: str) -> None:
    place = from_cgcs2000(np.array([[116.4, 39.9]]), datum)[0]
    rows = np.array([[math.nan, place[1]], place, [math.nan, math.nan]])
    result = to_cgcs2000(rows, datum)
    assert np.isnan(result[[0, 2], 0]).all()
    assert result[1] == pytest.approx((116.4, 39.9), abs=1e-9)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "EPSG:4548"])
def test_no_rows_give_no_rows_and_the_input_is_never_changed(datum: str) -> None:
    assert to_cgcs2000(np.empty((0, 2)), datum).shape == (0, 2)
    rows = np.array([[116.4, 39.9]])
    to_cgcs2000(rows, datum)[:] = 0.0
    assert rows.tolist() == [[116.4, 39.9]]


def test_infinite_coordinates_stay_infinite() -> None:
    for datum in ("wgs84", "gcj02", "bd09", "EPSG:4548"):
        assert not np.isfinite(to_cgcs2000(np.array([[math.inf, 39.9]]), datum)).all()


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("wgs84", Datum.WGS84),
        (" WGS 84 ", Datum.WGS84),
        ("EPSG:4326", Datum.WGS84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", None),
        ("OGC:CRS84", Datum.WGS84),
        ("cgcs-2000", Datum.CGCS2000),
        ("epsg:4490", Datum.CGCS2000),
        ("国家2000坐标系", Datum.CGCS2000),
        ("2000国家大地坐标系", Datum.CGCS2000),
        ("gcj02", Datum.GCJ02),
        ("GCJ_02", Datum.GCJ02),
        ("火星坐标系", Datum.GCJ02),
        ("高德", Datum.GCJ02),
        ("bd09", Datum.BD09),
        ("ＢＤ－０９", Datum.BD09),
        ("百度坐标", Datum.BD09),
        ("epsg: 4548", "EPSG:4548"),
        ("4548", "EPSG:4548"),
        ("EPSG:32650", "EPSG:32650"),
    ],
)
def test_names_are_read_without_regard_to_case_width_and_spaces(
    text: str, datum: Datum | str | None
) -> None:
    if datum is None:
        with pytest.raises(DatumError, match="unknown"):
            parse_datum(text)
    else:
        assert parse_datum(text) == datum


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:4214",
        "4610",
        "EPSG:2436",
        "EPSG:21460",
        "EPSG:4555",
        "EPSG:2334",
        "Beijing-1954",
        "北京54",
        "西安80坐标系",
        "Xi'an 1980",
        "New Beijing",
    ],
)
def test_beijing_1954_and_xian_1980_are_refused_for_want_of_parameters(text: str) -> None:
    with pytest.raises(DatumError, match="parameters of the city") as caught:
        parse_datum(text)
    assert caught.value.datum == text


@pytest.mark.parametrize("text", ["", "mars", "EPSG:", "EPSG:999999", "EPSG:5773", "EPSG:4479"])
def test_what_is_no_horizontal_datum_is_refused_with_the_list_of_accepted_ones(text: str) -> None:
    with pytest.raises(DatumError, match=r"accepted are WGS-84, CGCS2000 .* EPSG:<number>"):
        to_cgcs2000(np.array([[116.4, 39.9]]), text)


def test_a_system_without_published_transformation_is_refused() -> None:
    with pytest.raises(DatumError, match="no published transformation"):
        parse_datum("EPSG:4024")


def test_projected_coordinates_are_easting_first_and_come_back() -> None:
    lonlat = np.array([[116.4, 39.9], [117.2, 39.1]])
    metres = from_cgcs2000(lonlat, "EPSG:4548")
    # False easting 500 km at 117 E.
    assert metres[0] == pytest.approx((448_690.7, 4_418_566.1), abs=200)
    assert to_cgcs2000(metres, "EPSG:4548") == pytest.approx(lonlat, abs=1e-9)


def test_an_array_without_two_columns_is_refused() -> None:
    with pytest.raises(CoordinateError, match=r"\(n, 2\)"):
        to_cgcs2000(np.zeros((3, 3)), Datum.WGS84)


def test_shapes_move_vertex_by_vertex_and_missing_ones_stay_missing() -> None:
    line = shapely.LineString([(116.40, 39.90, 50.0), (116.41, 39.91, 51.0)])
    shapes = np.array([line, None], dtype=object)
    moved = geometries_to_cgcs2000(shapes, "gcj02")
    expected = to_cgcs2000(np.array([[116.40, 39.90], [116.41, 39.91]]), "gcj02")
    assert np.array_equal(shapely.get_coordinates(moved[0]), expected)
    assert not shapely.has_z(moved[0])
    assert moved[1] is None
    assert shapely.get_coordinates(line)[0].tolist() == [116.40, 39.90]


def test_shapes_in_wgs84_keep_their_numbers_bit_for_bit() -> None:
    box = shapely.box(116.1, 39.1, 116.2, 39.3)
    moved = geometries_to_cgcs2000(np.array([box], dtype=object), "EPSG:4326")
    assert shapely.to_wkb(moved[0]) == shapely.to_wkb(box)


def test_a_shape_outside_the_projection_is_named() -> None:
    good, bad = shapely.Point(500_000.0, 4_000_000.0), shapely.Point(1e30, 1e30)
    with pytest.raises(GeometryError, match=r"shape 1 .*cannot be converted from EPSG:4548"):
        geometries_to_cgcs2000(np.array([good, bad], dtype=object), "EPSG:4548")
