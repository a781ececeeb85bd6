"""Points within reach: exact distances, classes, limits, files, errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.arrays import FloatArray
from geo.errors import CoordinateError, GeometryError, IndexFileError
from geo.index import PointHit, PointIndex
from geo.measure import metres_per_degree

LON, LAT = 116.4, 39.9

# A raster of about 10 m, so that points coincide and distances tie.
_raster = st.tuples(st.integers(-30, 30), st.integers(-30, 30))


def _degrees(pairs: list[tuple[int, int]]) -> FloatArray:
    return np.array([(LON + x * 1e-4, LAT + y * 1e-4) for x, y in pairs])


_points = st.lists(_raster, min_size=1, max_size=40).map(_degrees)
_places = st.lists(_raster, min_size=1, max_size=12).map(_degrees)


def distances(points: FloatArray, lon: float, lat: float) -> FloatArray:
    per_lon, per_lat = metres_per_degree(lat)
    return np.hypot((points[:, 0] - lon) * per_lon, (points[:, 1] - lat) * per_lat)


def names(n: int) -> list[str]:
    return [f"{i:03d}" for i in range(n)]


@given(
    points=_points,
    places=_places,
    reach=st.floats(0.0, 500.0),
    limit=st.one_of(st.none(), st.integers(1, 5)),
    data=st.data(),
)
def test_exactly_the_points_of_the_classes_within_reach_are_found(
    points: FloatArray, places: FloatArray, reach: float, limit: int | None, data: st.DataObject
) -> None:
    n = len(points)
    classes = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    index = PointIndex.build(points, names(n), classes)
    sets = np.array(
        data.draw(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=2))
    )[:, : index.n_classes]
    chosen = st.lists(st.integers(-1, 1), min_size=len(places), max_size=len(places))
    row = np.array(data.draw(chosen), np.int32)
    near = index.within_many(places, reach, class_sets=sets, set_of_row=row, limit=limit)
    for i, (lon, lat) in enumerate(places.tolist()):
        truth = distances(points, lon, lat)
        counts = sets[row[i]][classes] if row[i] >= 0 else np.zeros(n, bool)
        found = near.ordinals[near.indptr[i] : near.indptr[i + 1]]
        metres = near.distance_m[near.indptr[i] : near.indptr[i + 1]]
        assert counts[found].all()
        np.testing.assert_allclose(metres, truth[found], atol=1e-6)
        assert list(zip(metres, found, strict=True)) == sorted(zip(metres, found, strict=True))
        n_surely = int((counts & (truth < reach - 1e-6)).sum())
        n_perhaps = int((counts & (truth <= reach + 1e-6)).sum())
        most = n if limit is None else limit
        assert min(n_surely, most) <= len(found) <= min(n_perhaps, most)
        left_out = np.setdiff1d(np.flatnonzero(counts & (truth < reach - 1e-6)), found)
        if len(left_out):  # only for the limit, and none of them is nearer
            assert len(found) == limit
            assert truth[left_out].min() >= metres.max() - 1e-6


@given(points=_points, places=_places, limit=st.one_of(st.none(), st.integers(1, 3)))
def test_one_place_and_many_agree(
    points: FloatArray, places: FloatArray, limit: int | None
) -> None:
    classes = np.arange(len(points)) % 3
    index = PointIndex.build(points, names(len(points)), classes)
    sets = np.isin(np.arange(index.n_classes), [0, 2])[None, :]
    near = index.within_many(places, 200.0, class_sets=sets, limit=limit)
    one = [
        hit
        for lon, lat in places.tolist()
        for hit in index.within(lon, lat, 200.0, classes={0, 2, 99}, limit=limit)
    ]
    pairs = zip(near.ordinals.tolist(), near.distance_m.tolist(), strict=True)
    assert one == [PointHit(*pair) for pair in pairs]


@given(points=_points, places=_places)
def test_a_feature_of_several_points_is_found_once_at_its_nearest(
    points: FloatArray, places: FloatArray
) -> None:
    features = np.arange(len(points)) // 3
    n = int(features.max()) + 1
    near = PointIndex.build(points, names(n), features=features).within_many(places, 1e4)
    assert near.indptr.tolist() == [n * i for i in range(len(places) + 1)]
    for i, (lon, lat) in enumerate(places.tolist()):
        truth = distances(points, lon, lat)
        for ordinal, metres in zip(
            near.ordinals[n * i : n * i + n], near.distance_m[n * i : n * i + n], strict=True
        ):
            assert metres == pytest.approx(truth[features == ordinal].min(), abs=1e-6)


def test_equal_distances_go_by_code() -> None:
    index = PointIndex.build(np.array([[LON, LAT]] * 3), ["c", "a", "b"], [7, 8, 9])
    assert index.codes == ("a", "b", "c")
    assert index.order.tolist() == [1, 2, 0]
    assert index.classes.tolist() == [8, 9, 7]
    assert index.within(LON, LAT, 0.0) == [(0, 0.0), (1, 0.0), (2, 0.0)]
    assert index.within(LON, LAT, 0.0, limit=2) == [(0, 0.0), (1, 0.0)]
    assert index.within(LON, LAT, 0.0, classes=()) == []


def test_each_feature_may_have_its_own_reach() -> None:
    points = np.array([[LON, LAT], [LON + 1e-4, LAT], [LON + 2e-4, LAT], [LON, LAT]])
    index = PointIndex.build(points, names(4))
    own = np.array([5.0, 5.0, 50.0, np.nan])
    assert [hit.ordinal for hit in index.within(LON, LAT, own)] == [0, 2]
    assert index.within_many(np.array([[LON, LAT]]), -own * 0.0 - 1.0).indptr.tolist() == [0, 0]


def test_places_that_are_none_have_no_points() -> None:
    places = np.array([[np.nan, LAT], [LON, np.inf], [-1e300, LAT], [LON, LAT]])
    index = PointIndex.build(np.array([[LON, LAT]]), ["a"])
    assert index.within_many(places, 5.0).indptr.tolist() == [0, 0, 0, 0, 1]
    assert index.within(LON, np.nan, 5.0) == []


def test_threads_change_nothing() -> None:
    rng = np.random.default_rng(5)
    points = rng.normal((LON, LAT), 0.03, (20_000, 2))
    index = PointIndex.build(points, [f"{i:05d}" for i in range(20_000)], np.arange(20_000) % 9)
    places = rng.normal((LON, LAT), 0.03, (200_000, 2))
    sets = rng.random((4, 9)) < 0.4
    row = rng.integers(-1, 4, len(places)).astype(np.int32)
    one, four = (
        index.within_many(places, 60.0, class_sets=sets, set_of_row=row, limit=3, threads=n)
        for n in (1, 4)
    )
    assert one.indptr[-1] > 10_000
    for left, right in zip(one, four, strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_saved_index_answers_bit_for_bit_as_the_built_one(tmp_path: Path) -> None:
    points = np.random.default_rng(2).normal((LON, LAT), 0.01, (500, 2))
    index = PointIndex.build(points, names(500), np.arange(500) % 5)
    index.save(tmp_path / "a.xqp")
    opened = PointIndex.open(tmp_path / "a.xqp")
    opened.verify()
    opened.save(tmp_path / "b.xqp")
    assert (tmp_path / "a.xqp").read_bytes() == (tmp_path / "b.xqp").read_bytes()
    assert opened.codes == index.codes
    np.testing.assert_array_equal(opened.classes, index.classes)
    assert opened.bounds == (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    for left, right in zip(
        opened.within_many(points, 300.0), index.within_many(points, 300.0), strict=True
    ):
        np.testing.assert_array_equal(left, right)
    (tmp_path / "a.xqp").write_bytes(b"short")
    with pytest.raises(IndexFileError, match=r"a\.xqp: not a point index"):
        PointIndex.open(tmp_path / "a.xqp")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"lonlat": [[LON, LAT]], "codes": ["a", "b"]}, GeometryError, "1 points, 2 codes"),
        ({"lonlat": [[LON, LAT]], "codes": ["a"], "classes": [-1]}, GeometryError, "class -1"),
        ({"lonlat": [[LON, LAT]], "codes": ["a"], "classes": [1, 2]}, GeometryError, "2 classes"),
        (
            {"lonlat": [[LON, LAT]], "codes": ["a", "b"], "features": [1]},
            GeometryError,
            "0 .a.: no po",
        ),
        ({"lonlat": [[LON, LAT]], "codes": ["a"], "features": [1]}, GeometryError, "to feature 1"),
        ({"lonlat": [[LON, LAT]], "codes": ["a"], "features": [0, 0]}, GeometryError, "2 features"),
        ({"lonlat": [[LAT, LON]], "codes": ["a"]}, CoordinateError, r"row 0: .*\(39.9, 116.4\)"),
        ({"lonlat": [[LON, np.nan]], "codes": ["a"]}, CoordinateError, "row 0: lat"),
        ({"lonlat": [LON, LAT], "codes": ["a"]}, CoordinateError, r"shape \(n, 2\)"),
    ],
)
def test_points_that_cannot_be_indexed_are_named(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        PointIndex.build(**(arguments | {"lonlat": np.array(arguments["lonlat"])}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reach_m": -2.0}, "reach_m -2.0: a reach of 0 m or more"),
        ({"limit": 0}, "limit 0: a limit of 1 or more"),
        ({"set_of_row": np.zeros(1, int)}, "class_sets None: set_of_row needs class_sets"),
        ({"class_sets": np.ones((1, 9), bool)}, r"class_sets \(1, 9\): shape \(k, 3\)"),
        (
            {"class_sets": np.ones((1, 3), bool), "set_of_row": np.array([1])},
            "row 0: set_of_row 1: a set from 0 to 0",
        ),
        (
            {"class_sets": np.ones((1, 3), bool), "set_of_row": np.zeros(2, int)},
            r"set_of_row \(2,\): shape \(1,\)",
        ),
    ],
)
def test_questions_that_cannot_be_answered_are_named(
    arguments: dict[str, Any], message: str
) -> None:
    index = PointIndex.build(np.array([[LON, LAT]]), ["a"], [2])
    with pytest.raises(CoordinateError, match=message):
        index.within_many(np.array([[LON, LAT]]), **({"reach_m": 5.0} | arguments))


def test_a_layer_without_points_answers_nothing() -> None:
    index = PointIndex.build(np.empty((0, 2)), [])
    assert index.within(LON, LAT, 10.0, classes={1}) == []
    assert index.n_classes == 0
    assert index.within_many(np.array([[LON, LAT]]), 10.0).indptr.tolist() == [0, 0]
