"""Lines within reach: exact distances, side, chainage, files, errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import scale, translate

from geo.arrays import FloatArray
from geo.errors import CoordinateError, GeometryError, IndexFileError
from geo.index import LineIndex, PointIndex
from geo.measure import length_m, metres_per_degree

LON, LAT = 116.4, 39.9
EAST = shapely.LineString([(LON, LAT), (LON + 0.01, LAT)])
NORTH = shapely.LineString([(LON, LAT), (LON, LAT + 0.01)])

# Places and vertices on a raster of about 10 m within 1 km, so that ties and hits happen.
_steps = st.integers(-50, 50)
_vertices = st.lists(st.tuples(_steps, _steps), min_size=2, max_size=6)


def _degrees(pairs: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(LON + x * 1e-4, LAT + y * 1e-4) for x, y in pairs]


_lines = st.builds(lambda v: shapely.LineString(_degrees(v)), _vertices)
_shapes = st.one_of(
    _lines, st.builds(shapely.MultiLineString, st.lists(_lines, min_size=1, max_size=3))
).filter(lambda shape: shape.length > 0)
_places = st.lists(st.tuples(_steps, _steps), min_size=1, max_size=12).map(
    lambda pairs: np.array(_degrees(pairs)) + 3e-6
)


def on_plane(shape: Any, lon: float, lat: float) -> Any:
    """Put a shape on the plane that touches the ellipsoid at a place, in metres from it."""
    per_lon, per_lat = metres_per_degree(lat)
    return scale(translate(shape, -lon, -lat), per_lon, per_lat, origin=(0.0, 0.0))


def distances(shapes: list[Any], lon: float, lat: float) -> FloatArray:
    here = shapely.Point(0.0, 0.0)
    return np.array([on_plane(shape, lon, lat).distance(here) for shape in shapes])


@given(
    shapes=st.lists(_shapes, min_size=1, max_size=8),
    places=_places,
    reach=st.floats(0.0, 600.0),
)
def test_exactly_the_lines_within_reach_are_found(
    shapes: list[Any], places: FloatArray, reach: float
) -> None:
    index = LineIndex.build(shapes, [f"{i:02d}" for i in range(len(shapes))])
    near = index.within_many(places, reach)
    for row, (lon, lat) in enumerate(places.tolist()):
        truth = distances(shapes, lon, lat)
        found = near.ordinals[near.indptr[row] : near.indptr[row + 1]]
        metres = near.distance_m[near.indptr[row] : near.indptr[row + 1]]
        surely = set(np.flatnonzero(truth < reach - 1e-6).tolist())
        perhaps = set(np.flatnonzero(truth <= reach + 1e-6).tolist())
        assert surely <= set(found.tolist()) <= perhaps
        assert len(set(found.tolist())) == len(found)
        np.testing.assert_allclose(metres, truth[found], atol=1e-6)
        assert list(zip(metres, found, strict=True)) == sorted(zip(metres, found, strict=True))


@given(
    shapes=st.lists(_shapes, min_size=1, max_size=8),
    places=_places,
    data=st.data(),
)
def test_each_line_may_have_its_own_reach(
    shapes: list[Any], places: FloatArray, data: st.DataObject
) -> None:
    n = len(shapes)
    own = st.sampled_from([np.nan, -1.0, 0.0, 40.0, 333.0])
    reach = np.array(data.draw(st.lists(own, min_size=n, max_size=n)))
    index = LineIndex.build(shapes, [f"{i:02d}" for i in range(n)])
    near = index.within_many(places, reach)
    for row, (lon, lat) in enumerate(places.tolist()):
        truth = distances(shapes, lon, lat)
        found = set(near.ordinals[near.indptr[row] : near.indptr[row + 1]].tolist())
        assert set(np.flatnonzero(truth < reach - 1e-6).tolist()) <= found
        assert found <= set(np.flatnonzero(truth <= reach + 1e-6).tolist())


@given(shapes=st.lists(_shapes, min_size=1, max_size=6), places=_places)
def test_one_place_and_many_agree(shapes: list[Any], places: FloatArray) -> None:
    index = LineIndex.build(shapes, [f"{i:02d}" for i in range(len(shapes))])
    near = index.within_many(places, 250.0)
    sides = {"left": 1, "right": -1, "on": 0}
    many = list(zip(near.ordinals, near.distance_m, near.side, strict=True))
    one = [
        (hit.ordinal, hit.distance_m, sides[hit.side])
        for lon, lat in places.tolist()
        for hit in index.within(lon, lat, 250.0)
    ]
    assert one == many


@given(_vertices, st.tuples(_steps, _steps))
def test_left_of_a_ring_that_turns_left_is_its_inside(
    corners: list[tuple[int, int]], place: tuple[int, int]
) -> None:
    hull = shapely.MultiPoint(_degrees(corners)).convex_hull
    if hull.geom_type != "Polygon":
        return
    star = shapely.Polygon(hull.exterior.coords)
    ring = shapely.LineString(shapely.orient_polygons(star).exterior.coords)
    lon, lat = _degrees([place])[0]
    lon, lat = lon + 3.1e-6, lat + 1.7e-6
    (hit,) = LineIndex.build([ring], ["a"]).within(lon, lat, 1e5)
    assert hit.side == ("left" if star.contains(shapely.Point(lon, lat)) else "right")


@pytest.mark.parametrize("notch", [0.0001, 0.002, 0.0049])
def test_the_side_at_a_sharp_corner_is_that_of_the_whole_line(notch: float) -> None:
    ring = [(0.0, 0.0), (0.01, 0.0), (0.005, 0.005 - notch), (0.0, 0.01), (0.0, 0.0)]
    shape = shapely.Polygon([(LON + x, LAT + y) for x, y in ring])
    line = shapely.LineString(shapely.orient_polygons(shape).exterior.coords)
    index = LineIndex.build([line], ["a"])
    rng = np.random.default_rng(7)
    places = np.column_stack(
        [rng.uniform(LON - 0.01, LON + 0.02, 3000), rng.uniform(LAT - 0.01, LAT + 0.02, 3000)]
    )
    inside = shapely.contains_xy(shape, places)
    assert inside.any()
    near = index.within_many(places, 1e4)
    assert near.side.tolist() == np.where(inside, 1, -1).tolist()


def test_sides_follow_the_direction_of_the_line() -> None:
    index = LineIndex.build([EAST, EAST.reverse()], ["a", "b"])
    north, south = LAT + 1e-4, LAT - 1e-4
    assert [hit.side for hit in index.within(LON + 0.005, north, 50)] == ["left", "right"]
    assert [hit.side for hit in index.within(LON + 0.005, south, 50)] == ["right", "left"]
    assert [hit.side for hit in index.within(LON + 0.005, LAT, 50)] == ["on", "on"]


def test_straight_beyond_an_end_is_on_neither_side() -> None:
    index = LineIndex.build([EAST], ["a"])
    for lon in (LON - 1e-4, LON + 0.01 + 1e-4):
        (hit,) = index.within(lon, LAT, 50)
        assert (hit.side, hit.distance_m) == ("on", pytest.approx(8.55, abs=0.01))
    (behind,) = index.within(LON - 1e-4, LAT + 1e-5, 50)
    assert behind.side == "left"


def test_a_line_that_turns_back_on_itself_has_an_answer_at_its_tip() -> None:
    there_and_back = shapely.LineString([(LON, LAT), (LON + 0.01, LAT), (LON, LAT)])
    (hit,) = LineIndex.build([there_and_back], ["a"]).within(LON + 0.0101, LAT, 50)
    assert hit.side == "on"


@given(_shapes.filter(lambda s: s.geom_type == "LineString" and s.is_simple), _places)
def test_chainage_is_the_length_up_to_the_nearest_point(shape: Any, places: FloatArray) -> None:
    index = LineIndex.build([shape], ["a"])
    for lon, lat in places.tolist():
        (hit,) = index.within(lon, lat, 1e5)
        flat = on_plane(shape, lon, lat)
        point = flat.interpolate(hit.chainage_m * flat.length / length_m(np.array([shape]))[0])
        assert point.distance(shapely.Point(0.0, 0.0)) == pytest.approx(hit.distance_m, abs=0.3)


def test_chainage_runs_through_the_parts_without_the_gaps() -> None:
    far = translate(EAST, 0.05, 0.0)
    index = LineIndex.build([shapely.MultiLineString([EAST, far])], ["a"])
    part_m = float(length_m(np.array([EAST]))[0])
    (hit,) = index.within(LON + 0.055, LAT + 1e-4, 50)
    assert hit.chainage_m == pytest.approx(1.5 * part_m, rel=1e-6)
    (start,) = index.within(LON, LAT, 50)
    assert (start.chainage_m, start.distance_m) == (0.0, 0.0)


def test_equal_distances_go_by_code() -> None:
    index = LineIndex.build([EAST, NORTH, EAST], ["c", "b", "a"])
    assert index.codes == ("a", "b", "c")
    assert index.order.tolist() == [2, 1, 0]
    near = index.within_many(np.array([[LON, LAT]]), 0.0)
    assert near.ordinals.tolist() == [0, 1, 2]
    assert near.distance_m.tolist() == [0.0, 0.0, 0.0]


def test_distances_agree_with_geodesics() -> None:
    (hit,) = LineIndex.build([NORTH], ["a"]).within(LON + 0.05, LAT + 0.005, 1e4)
    # 0.05 degrees along the parallel of 39.905 degrees.
    assert hit.distance_m == pytest.approx(0.05 * metres_per_degree(LAT + 0.005)[0], rel=1e-9)


def test_places_that_are_none_have_no_lines() -> None:
    places = np.array(
        [[np.nan, LAT], [LON, np.nan], [np.inf, LAT], [LON, -np.inf], [1e300, 1e300], [LON, LAT]]
    )
    near = LineIndex.build([EAST], ["a"]).within_many(places, 50.0)
    assert near.indptr.tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert LineIndex.build([EAST], ["a"]).within(np.nan, LAT, 50.0) == []


def test_rows_with_many_lines_are_sorted_too() -> None:
    fan = [translate(EAST, 0.0, step * 1e-5) for step in range(60)]
    index = LineIndex.build(fan, [f"{i:02d}" for i in range(60)])
    near = index.within_many(np.array([[LON + 0.005, LAT + 30e-5], [LON, LAT]]), 1000.0)
    assert near.indptr.tolist() == [0, 60, 120]
    assert (np.diff(near.distance_m[:60]) >= 0).all()
    assert near.ordinals[0] == 30
    assert near.ordinals[60:].tolist() == list(range(60))


def test_threads_change_nothing() -> None:
    rng = np.random.default_rng(3)
    starts = np.column_stack([rng.uniform(LON, LON + 0.1, 400), rng.uniform(LAT, LAT + 0.1, 400)])
    shapes = shapely.linestrings(np.stack([starts, starts + rng.normal(0, 0.004, (400, 2))], 1))
    index = LineIndex.build(list(np.ravel(shapes)), [str(i) for i in range(400)])
    places = np.column_stack(
        [rng.uniform(LON, LON + 0.1, 200_000), rng.uniform(LAT, LAT + 0.1, 200_000)]
    )
    one, four = (index.within_many(places, 80.0, threads=n) for n in (1, 4))
    assert one.indptr[-1] > 10_000
    for left, right in zip(one, four, strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_saved_index_answers_bit_for_bit_as_the_built_one(tmp_path: Path) -> None:
    index = LineIndex.build([EAST, shapely.MultiLineString([NORTH, EAST])], ["甲", "乙"])
    index.save(tmp_path / "a.xql")
    opened = LineIndex.open(tmp_path / "a.xql")
    opened.verify()
    opened.save(tmp_path / "b.xql")
    assert (tmp_path / "a.xql").read_bytes() == (tmp_path / "b.xql").read_bytes()
    assert (opened.codes, opened.n_lines, opened.n_segments) == (("乙", "甲"), 2, 3)
    assert opened.bounds == index.bounds == (LON, LAT, LON + 0.01, LAT + 0.01)
    assert opened.nbytes == (tmp_path / "a.xql").stat().st_size
    here = (LON + 0.001, LAT + 0.0005, 500.0)
    assert opened.within(*here) == index.within(*here) != []


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    PointIndex.build(np.array([[LON, LAT]]), ["a"]).save(tmp_path / "points.xqp")
    with pytest.raises(IndexFileError, match=r"points\.xqp: not a line index"):
        LineIndex.open(tmp_path / "points.xqp")
    with pytest.raises(IndexFileError, match="cannot be read"):
        LineIndex.open(tmp_path / "missing.xql")
    LineIndex.build([EAST], ["a"]).save(tmp_path / "a.xql")
    damaged = bytearray((tmp_path / "a.xql").read_bytes())
    damaged[600] ^= 1
    (tmp_path / "a.xql").write_bytes(damaged)
    with pytest.raises(IndexFileError, match="damaged contents"):
        LineIndex.open(tmp_path / "a.xql").verify()


def test_repeated_vertices_are_passed_over() -> None:
    doubled = shapely.LineString([(LON, LAT), (LON, LAT), (LON + 0.01, LAT), (LON + 0.01, LAT)])
    index = LineIndex.build([doubled], ["a"])
    assert index.n_segments == 1
    assert index.within(LON + 0.004, LAT + 1e-4, 50) == LineIndex.build([EAST], ["a"]).within(
        LON + 0.004, LAT + 1e-4, 50
    )


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (None, r"shape 1 \(b\): missing"),
        (shapely.Point(LON, LAT), r"shape 1 \(b\): Point; a line or multi-line is needed"),
        (shapely.LineString(), r"shape 1 \(b\): empty"),
        (shapely.LineString([(LON, LAT)] * 3), r"all vertices are \[116.4, 39.9\]"),
        (shapely.LineString([(LAT, LON), (0, 0)]), r"vertex \[39.9, 116.4\] is no place"),
        (shapely.LineString([(LON, LAT), (181.0, 0)]), r"vertex \[181.0, 0.0\] is no place"),
    ],
)
def test_shapes_that_are_no_lines_are_named(shape: Any, message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        LineIndex.build([EAST, shape], ["a", "b"])


def test_one_code_for_each_line_is_needed() -> None:
    with pytest.raises(GeometryError, match="2 lines, 1 codes"):
        LineIndex.build([EAST, EAST], ["a"])


def test_a_reach_that_is_none_is_named() -> None:
    index = LineIndex.build([EAST, NORTH], ["a", "b"])
    for reach in (-1.0, np.nan, np.inf):
        with pytest.raises(CoordinateError, match=f"reach_m {reach}: a reach of 0 m or more"):
            index.within(LON, LAT, reach)
    with pytest.raises(CoordinateError, match=r"\(3,\): one reach for each of 2 features"):
        index.within_many(np.array([[LON, LAT]]), np.zeros(3))
    with pytest.raises(CoordinateError, match="row 1: reach_m inf"):
        index.within_many(np.array([[LON, LAT]]), np.array([1.0, np.inf]))


def test_a_layer_without_lines_answers_nothing() -> None:
    index = LineIndex.build([], [])
    assert index.within(LON, LAT, 1e4) == []
    assert index.within_many(np.array([[LON, LAT]]), 10.0).indptr.tolist() == [0, 0]
    assert np.isnan(index.bounds).all()
