"""What the location index promises beside exactness: rules, flags, files, errors."""

import threading
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.errors import CoordinateError, GeometryError, IndexFileError
from geo.index import LocationIndex

LEFT, RIGHT = shapely.box(114.0, 36.0, 114.5, 36.5), shapely.box(114.5, 36.0, 115.0, 36.5)


@pytest.fixture
def halves() -> LocationIndex:
    return LocationIndex.build([RIGHT, LEFT], ["990102", "990101"])


def test_ordinals_follow_codes_and_order_leads_back_to_the_input(halves: LocationIndex) -> None:
    assert halves.codes == ("990101", "990102")
    assert halves.order.tolist() == [1, 0]
    assert halves.locate(114.1, 36.1) == 0
    assert halves.locate(114.9, 36.1) == 1


def test_a_shared_border_goes_to_the_smallest_code_and_is_flagged(halves: LocationIndex) -> None:
    probe = halves.probe(114.5, 36.25)
    assert probe.owner == 0
    assert probe.covering == (0, 1)
    assert probe.on_border
    assert not probe.overlap
    assert probe.border_m == 0.0
    assert probe.contenders == ((0, 0.0), (1, 0.0))


def test_a_sliver_overlap_is_flagged_and_lists_both_areas() -> None:
    wide = shapely.box(114.0, 36.0, 114.5 + 1e-9, 36.5)
    index = LocationIndex.build([wide, RIGHT], ["a", "b"])
    inside = index.probe(114.5 + 5e-10, 36.25)
    assert (inside.owner, inside.covering) == (0, (0, 1))
    assert inside.overlap
    assert not inside.on_border
    edge = index.probe(114.5, 36.25)
    assert edge.overlap
    assert edge.on_border


def test_the_highest_precedence_owns_an_overlay_and_all_hits_are_listed() -> None:
    park, station = shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)
    index = LocationIndex.build([park, station], ["a", "z"], precedence=[20, 10])
    assert index.codes == ("z", "a")
    assert index.covering(1.5, 1.5) == (0, 1)
    assert index.locate(1.5, 1.5) == 0
    assert index.locate(0.5, 0.5) == 1


def test_holes_and_gaps_belong_to_nobody() -> None:
    ring = shapely.difference(shapely.box(0, 0, 4, 4), shapely.box(1, 1, 2, 2))
    index = LocationIndex.build([ring], ["a"])
    assert index.locate(1.5, 1.5) == -1
    assert index.covering(1.5, 1.5) == ()
    assert index.locate(1.0, 1.5) == 0
    assert index.probe(1.5, 1.5, 1e6).contenders[0][0] == 0


@pytest.mark.parametrize(
    "place",
    [
        (np.nan, 36.1),
        (114.1, np.nan),
        (np.inf, 36.1),
        (114.1, -np.inf),
        (1e308, -1e308),
        (-65.9, -36.1),
        (5e-324, -5e-324),
    ],
)
def test_places_that_are_none_or_far_away_are_safe(
    halves: LocationIndex, place: tuple[float, float]
) -> None:
    assert halves.locate(*place) == -1
    assert halves.covering(*place) == ()
    assert halves.probe(*place).owner == -1
    points = np.array([place, (114.1, 36.1)])
    assert halves.locate_many(points).tolist() == [-1, 0]
    assert np.diff(halves.covering_many(points).indptr).tolist() == [0, 1]
    assert halves.nearby_many(points, 5.0).ordinals.tolist() == [0]
    near_enough = np.isfinite(place).all() and np.abs(place).max() < 1e100
    assert np.isfinite(halves.border_m(points)).tolist() == [near_enough, True]


def test_border_distances_agree_with_geodesics(halves: LocationIndex) -> None:
    geod = Geod(ellps="GRS80")
    rng = np.random.default_rng(4)
    points = np.column_stack([114.5 + rng.uniform(-0.02, 0.02, 200), rng.uniform(36.1, 36.4, 200)])
    border = np.full(200, 114.5)
    _, _, expected = geod.inv(points[:, 0], points[:, 1], border, points[:, 1])
    np.testing.assert_allclose(halves.border_m(points), expected, rtol=1e-3, atol=1e-6)
    for (lon, lat), metres in zip(points.tolist(), halves.border_m(points).tolist(), strict=True):
        assert halves.probe_owner(lon, lat)[2] == metres


def test_border_distances_equal_shapely_in_a_projected_system() -> None:
    rng = np.random.default_rng(8)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(rng.random((300, 2)) * 1e4 + 4e5))
    )
    index = LocationIndex.build(cells, [f"{i:03d}" for i in range(len(cells))], geographic=False)
    points = rng.random((500, 2)) * 1.4e4 + 3.98e5
    lines = shapely.union_all(shapely.boundary(cells))
    expected = shapely.distance(lines, shapely.points(points))
    np.testing.assert_allclose(index.border_m(points), expected, rtol=1e-9, atol=1e-6)
    nearby = index.nearby_many(points, 250.0)
    table = shapely.distance(cells[index.order][None, :], shapely.points(points)[:, None])
    for i in range(len(points)):
        part = slice(nearby.indptr[i], nearby.indptr[i + 1])
        assert set(nearby.ordinals[part].tolist()) == set(np.flatnonzero(table[i] <= 250.0))
        np.testing.assert_allclose(
            nearby.distances_m[part], table[i][nearby.ordinals[part]], atol=1e-6
        )
        assert (np.diff(nearby.distances_m[part]) >= 0).all()


def test_a_point_within_its_accuracy_of_a_border_lists_every_contender(
    halves: LocationIndex,
) -> None:
    lon = 114.5 + 0.0001
    probe = halves.probe(lon, 36.25, 20.0)
    assert [ordinal for ordinal, _ in probe.contenders] == [1, 0]
    assert probe.contenders[0][1] == 0.0
    assert 8.9 < probe.contenders[1][1] < 9.1
    assert [ordinal for ordinal, _ in halves.probe(lon, 36.25, 5.0).contenders] == [1]


def test_rows_of_a_table_follow_the_owner(halves: LocationIndex) -> None:
    table = np.array([[7, 70], [8, 80]], np.int32)
    points = np.array([(114.1, 36.1), (0.0, 0.0), (114.9, 36.2)])
    rows = halves.locate_rows(points, table)
    assert rows.tolist() == [[7, 70], [-1, -1], [8, 80]]
    assert halves.locate_rows(np.empty((0, 2)), table).shape == (0, 2)


def test_a_saved_index_answers_as_the_one_in_memory(halves: LocationIndex, tmp_path: Path) -> None:
    path = tmp_path / "district.xqi"
    halves.save(path)
    opened = LocationIndex.open(path)
    opened.verify()
    assert opened.codes == halves.codes
    assert opened.bounds == (114.0, 36.0, 115.0, 36.5)
    points = np.random.default_rng(0).random((5000, 2)) * 1.2 + np.array([113.9, 35.8])
    np.testing.assert_array_equal(opened.locate_many(points), halves.locate_many(points))
    assert opened.probe(114.5, 36.2, 50.0) == halves.probe(114.5, 36.2, 50.0)
    assert [path] == list(tmp_path.iterdir())


def test_threads_give_the_answer_of_one_thread(halves: LocationIndex) -> None:
    points = np.random.default_rng(1).random((300_000, 2)) * 1.2 + np.array([113.9, 35.8])
    np.testing.assert_array_equal(
        halves.locate_many(points, threads=2), halves.locate_many(points, threads=1)
    )


def test_many_python_threads_may_probe_one_index(halves: LocationIndex) -> None:
    expected = halves.probe(114.5001, 36.25, 20.0)
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(500):
            answer = halves.probe(114.5001, 36.25, 20.0)
            if answer != expected:
                wrong.append(answer)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_layer_without_areas_answers_nobody() -> None:
    index = LocationIndex.build([], [])
    assert index.n_areas == 0
    assert index.locate(1.0, 1.0) == -1
    assert index.locate_many(np.array([[1.0, 1.0], [np.nan, 0.0]])).tolist() == [-1, -1]
    assert np.isnan(index.border_m(np.array([[1.0, 1.0]]))).all()
    assert np.isnan(index.bounds).all()


def test_more_than_sixteen_candidates_in_a_cell_are_still_exact() -> None:
    discs = [shapely.Point(0, 0).buffer(0.5 + i / 100) for i in range(60)]
    index = LocationIndex.build(discs, [f"{i:02d}" for i in range(60)])
    points = np.random.default_rng(3).uniform(-1.2, 1.2, (3000, 2))
    covering = index.covering_many(points)
    table = shapely.covers(np.array(discs)[None, :], shapely.points(points)[:, None])
    np.testing.assert_array_equal(np.diff(covering.indptr), table.sum(axis=1))
    np.testing.assert_array_equal(covering.ordinals, np.nonzero(table)[1])
    np.testing.assert_array_equal(covering.owner, index.locate_many(points))


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        (None, "missing"),
        (shapely.Point(1, 1), "Point"),
        (shapely.Polygon(), "empty"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "Self-intersection"),
        (shapely.Polygon([(0, 0), (1, 1), (1e300, 0)]), "huge"),
    ],
)
def test_shapes_that_cannot_be_indexed_are_refused_by_name(shape: object, problem: str) -> None:
    with pytest.raises(GeometryError, match=problem) as caught:
        LocationIndex.build([LEFT, shape], ["990101", "990102"])
    assert caught.value.row == 1
    assert caught.value.name == "990102"


def test_codes_and_shapes_of_different_number_are_refused() -> None:
    with pytest.raises(GeometryError, match="2 shapes, 1 codes"):
        LocationIndex.build([LEFT, RIGHT], ["a"])


def test_a_wrong_array_and_a_wrong_radius_are_refused(halves: LocationIndex) -> None:
    with pytest.raises(CoordinateError, match=r"shape \(n, 2\)"):
        halves.locate_many(np.zeros(3))
    with pytest.raises(CoordinateError, match="radius_m -1"):
        halves.probe(114.1, 36.1, -1.0)


def test_files_that_are_no_index_are_refused(halves: LocationIndex, tmp_path: Path) -> None:
    path = tmp_path / "district.xqi"
    halves.save(path)
    whole = path.read_bytes()
    for damage, problem in (
        (b"", "cannot be read"),
        (b"PK\x03\x04" + whole[4:], "not a location index"),
        (whole[:-64], "bytes instead of"),
        (whole[:8] + b"\x09" + whole[9:], "format 9"),
        (whole[:24] + b"\x07" + whole[25:], "damaged header"),
    ):
        path.write_bytes(damage)
        with pytest.raises(IndexFileError, match=problem):
            LocationIndex.open(path)
    path.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    with pytest.raises(IndexFileError, match="damaged contents"):
        LocationIndex.open(path).verify()
    with pytest.raises(IndexFileError, match="cannot be read"):
        LocationIndex.open(tmp_path / "absent.xqi")


def test_building_tells_its_progress() -> None:
    told: list[tuple[str, int, int]] = []
    LocationIndex.build([LEFT], ["a"], progress=lambda *event: told.append(event))
    assert {stage for stage, _, _ in told} == {"edges", "cells", "records"}
    assert all(done <= total for _, done, total in told)
