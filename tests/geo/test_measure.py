"""Areas and lengths against geodesy computed independently, and what must not matter."""

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.arrays import GeometryArray
from geo.measure import FLATTENING, SEMI_MAJOR_M, area_m2, length_m, metres_per_degree

ELLIPSOID = pyproj.Geod(a=SEMI_MAJOR_M, f=FLATTENING)


def _array(*shapes: shapely.Geometry | None) -> GeometryArray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _star(lon: float, lat: float, radii: list[float]) -> shapely.Polygon:
    """Build a polygon around a place from distances in degrees at equal angles."""
    angles = np.linspace(0.0, 2.0 * np.pi, len(radii), endpoint=False)
    ring = np.array([lon, lat]) + np.array(radii)[:, None] * np.column_stack(
        [np.cos(angles), np.sin(angles)]
    )
    return shapely.Polygon(ring)


stars = st.builds(
    _star,
    st.floats(74.0, 134.0),
    st.floats(4.0, 53.0),
    st.lists(st.floats(0.001, 0.2), min_size=3, max_size=12),
)


@given(star=stars)
def test_areas_equal_geodesic_ones_of_finely_split_edges(star: shapely.Polygon) -> None:
    fine = shapely.segmentize(star, 0.0002)
    expected = abs(ELLIPSOID.geometry_area_perimeter(fine)[0])
    assert area_m2(_array(star))[0] == pytest.approx(expected, rel=1e-8, abs=1e-3)


@given(star=stars)
def test_perimeters_equal_geodesic_ones_of_finely_split_edges(star: shapely.Polygon) -> None:
    expected = ELLIPSOID.geometry_length(shapely.segmentize(star.exterior, 0.001))
    assert length_m(_array(star))[0] == pytest.approx(expected, rel=1e-9)
    assert length_m(_array(star.exterior))[0] == pytest.approx(expected, rel=1e-9)


@given(star=stars, shift=st.floats(-20.0, 20.0), turn=st.integers(0, 11))
def test_direction_start_and_longitude_of_a_ring_do_not_matter(
    star: shapely.Polygon, shift: float, turn: int
) -> None:
    ring = shapely.get_coordinates(star)[:-1]
    turned = shapely.Polygon(np.roll(ring, turn, axis=0))
    moved = shapely.Polygon(ring + np.array([shift, 0.0]))
    areas = area_m2(_array(star, shapely.reverse(star), turned, moved))
    lengths = length_m(_array(star, shapely.reverse(star), turned, moved))
    assert areas == pytest.approx(areas[0], rel=1e-9, abs=1e-3)
    assert lengths == pytest.approx(lengths[0], rel=1e-9)


def test_a_whole_sphere_of_strips_has_the_area_of_the_ellipsoid() -> None:
    strips = _array(*(shapely.box(west, -90, west + 10, 90) for west in range(-180, 180, 10)))
    eccentricity = math.sqrt(FLATTENING * (2.0 - FLATTENING))
    exact = 2 * math.pi * SEMI_MAJOR_M**2
    exact *= 1 + (1 - eccentricity**2) / eccentricity * math.atanh(eccentricity)
    fine = shapely.segmentize(strips, 5.0)
    assert area_m2(fine).sum() == pytest.approx(exact, rel=1e-9)


def test_holes_are_subtracted_whatever_their_direction() -> None:
    outer, inner = shapely.box(116, 39, 117, 40), shapely.box(116.2, 39.2, 116.4, 39.4)
    expected = area_m2(_array(outer))[0] - area_m2(_array(inner))[0]
    for hole in (inner.exterior, shapely.reverse(inner.exterior)):
        holed = shapely.Polygon(outer.exterior, [hole])
        assert area_m2(_array(holed))[0] == pytest.approx(expected, rel=1e-12)


def test_parts_of_collections_add_up_and_what_has_no_size_is_zero() -> None:
    first, second = shapely.box(116, 39, 116.1, 39.1), shapely.box(117, 40, 117.1, 40.2)
    line = shapely.LineString([(116, 39), (116.1, 39.1)])
    nested = shapely.GeometryCollection(
        [shapely.MultiPolygon([first, second]), line, shapely.Point(1, 2)]
    )
    shapes = _array(first, None, second, nested, line, shapely.Point(1, 2), shapely.Polygon())
    areas, lengths = area_m2(shapes), length_m(shapes)
    assert areas[3] == pytest.approx(areas[0] + areas[2], rel=1e-12)
    assert lengths[3] == pytest.approx(lengths[0] + lengths[2] + lengths[4], rel=1e-12)
    assert areas[[1, 4, 5, 6]].tolist() == [0.0] * 4
    assert lengths[[1, 5, 6]].tolist() == [0.0] * 3
    assert area_m2(_array()).shape == length_m(_array()).shape == (0,)


@given(lat=st.floats(-89.0, 89.0))
def test_a_degree_is_as_long_as_the_geodesic_says(lat: float) -> None:
    per_lon, per_lat = metres_per_degree(lat)
    step = 1e-4
    east = ELLIPSOID.inv(100.0, lat, 100.0 + step, lat)[2] / step
    north = ELLIPSOID.inv(100.0, lat - step / 2, 100.0, lat + step / 2)[2] / step
    assert (per_lon, per_lat) == pytest.approx((east, north), rel=1e-7)


def test_degrees_of_many_latitudes_agree_with_those_of_one() -> None:
    lats = np.array([[0.0, 39.9], [-60.0, math.nan]])
    per_lon, per_lat = metres_per_degree(lats)
    assert per_lon.shape == per_lat.shape == (2, 2)
    assert (per_lon[0, 1], per_lat[0, 1]) == metres_per_degree(39.9)
    assert np.isnan([per_lon[1, 1], per_lat[1, 1]]).all()
