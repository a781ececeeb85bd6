"""Lines and polygons divided among areas."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geo.arrays import GeometryArray
from geo.errors import GeometryError
from geo.measure import area_m2, length_m
from geo.shares import ShapeTree, Share, shares_of

LON, LAT = 121.0, 31.0


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Draw a box in thousandths of a degree east and north of a corner."""
    return shapely.box(LON + west / 1000, LAT + south / 1000, LON + east / 1000, LAT + north / 1000)


def _line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(LON + x / 1000, LAT + y / 1000) for x, y in points])


def _jagged_cells(columns: int, rows: int, seed: int) -> GeometryArray:
    """Cut a rectangle into cells of ten thousandths whose inner borders are bent at random."""
    offsets = np.random.default_rng(seed).uniform(-0.4, 0.4, (2 * columns + 1, 2 * rows + 1, 2))
    offsets[[0, -1]] = 0.0
    offsets[:, [0, -1]] = 0.0
    x, y = np.meshgrid(np.arange(2 * columns + 1), np.arange(2 * rows + 1), indexing="ij")
    nodes = np.array([LON, LAT]) + (np.stack([x, y], axis=-1) + offsets) * 5 / 1000
    walk = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    cells = np.empty(columns * rows, dtype=object)
    cells[:] = [
        shapely.Polygon([nodes[2 * column + right, 2 * row + up] for right, up in walk])
        for row in range(rows)
        for column in range(columns)
    ]
    return cells


CELLS = _jagged_cells(5, 4, seed=7)
TREE = ShapeTree(CELLS)
inside = st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 40.0))
anywhere = st.tuples(st.floats(-20.0, 70.0), st.floats(-20.0, 60.0))


def _by_ordinal(shares: list[Share]) -> dict[int, float]:
    return {share.ordinal: share.share for share in shares}


def test_a_line_across_two_areas_is_divided_by_its_metres() -> None:
    tree = ShapeTree([_box(0, 0, 10, 10), _box(10, 0, 40, 10)])
    line = _line((5, 5), (20, 5))
    shares = shares_of(line, tree)
    assert [(share.ordinal, share.unit) for share in shares] == [(1, "m"), (0, "m")]
    assert [share.share for share in shares] == pytest.approx([2 / 3, 1 / 3], rel=1e-9)
    whole = length_m(np.array([line], dtype=object))[0]
    assert sum(share.measure for share in shares) == pytest.approx(whole, rel=1e-12)


def test_the_rest_outside_all_areas_comes_last_with_ordinal_minus_one() -> None:
    tree = ShapeTree([_box(0, 0, 10, 10)])
    shares = shares_of(_box(5, 0, 45, 10), tree)
    assert [(share.ordinal, share.unit) for share in shares] == [(0, "m2"), (-1, "m2")]
    assert [share.share for share in shares] == pytest.approx([0.125, 0.875], rel=1e-9)
    rest = area_m2(np.array([_box(10, 0, 45, 10)], dtype=object))[0]
    assert shares[1].measure == pytest.approx(rest, rel=1e-9)


def test_a_shape_far_away_is_all_rest() -> None:
    (share,) = shares_of(_line((500, 0), (600, 0)), TREE)
    assert (share.ordinal, share.share) == (-1, 1.0)


def test_overlapping_areas_and_shared_borders_sum_above_one() -> None:
    overlapping = ShapeTree([_box(0, 0, 20, 10), _box(10, 0, 30, 10)])
    shares = _by_ordinal(shares_of(_box(0, 0, 30, 10), overlapping))
    assert shares == {0: pytest.approx(2 / 3, rel=1e-6), 1: pytest.approx(2 / 3, rel=1e-6)}
    beside = ShapeTree([_box(0, 0, 10, 10), _box(10, 0, 20, 10)])
    assert _by_ordinal(shares_of(_line((10, 2), (10, 8)), beside)) == {0: 1.0, 1: 1.0}


def test_touching_an_area_in_a_point_or_along_an_edge_gives_it_no_share() -> None:
    tree = ShapeTree([_box(0, 0, 10, 10), _box(10, 0, 20, 10)])
    assert _by_ordinal(shares_of(_box(2, 2, 10, 8), tree)) == {0: pytest.approx(1.0)}
    assert _by_ordinal(shares_of(_line((2, 5), (10, 5)), tree)) == {0: pytest.approx(1.0)}


def test_a_stretch_walked_twice_counts_once() -> None:
    tree = ShapeTree([_box(0, 0, 10, 10), _box(10, 0, 30, 10)])
    once = shares_of(_line((5, 5), (20, 5)), tree)
    back_and_forth = shares_of(_line((5, 5), (20, 5), (5, 5)), tree)
    for twice, single in zip(back_and_forth, once, strict=True):
        assert (twice.ordinal, twice.unit) == (single.ordinal, single.unit)
        assert twice.measure == pytest.approx(single.measure, rel=1e-9)
        assert twice.share == pytest.approx(single.share, rel=1e-9)


def test_more_areas_than_are_merged_at_once_still_leave_the_right_rest() -> None:
    tree = ShapeTree(_jagged_cells(10, 10, seed=3))
    assert len(tree) == 100
    shares = _by_ordinal(shares_of(_box(-100, 0, 100, 100), tree))
    assert len(shares) == 101
    assert shares[-1] == pytest.approx(0.5, rel=1e-6)
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-9)


@given(points=st.lists(inside, min_size=2, max_size=6, unique=True))
def test_shares_of_a_line_in_a_partition_sum_to_one(points: list[tuple[float, float]]) -> None:
    line = _line(*points)
    total = length_m(np.array([shapely.union_all([line])], dtype=object))[0]
    if total < 1e-3:
        return
    shares = shares_of(line, TREE)
    along_border = shapely.intersection(line, shapely.union_all(shapely.boundary(CELLS))).length
    assert -1 not in _by_ordinal(shares)
    if along_border < 1e-12:
        assert sum(share.share for share in shares) == pytest.approx(1.0, abs=1e-6)
    reversed_shares = _by_ordinal(shares_of(shapely.reverse(line), TREE))
    assert reversed_shares == pytest.approx(_by_ordinal(shares), abs=1e-9)


@given(points=st.lists(anywhere, min_size=3, max_size=8))
def test_shares_of_a_polygon_in_a_partition_and_its_rest_sum_to_one(
    points: list[tuple[float, float]],
) -> None:
    polygon = shapely.convex_hull(_line(*points))
    if polygon.geom_type != "Polygon" or polygon.area < 1e-10:
        return
    shares = shares_of(polygon, TREE)
    assert sum(share.share for share in shares) == pytest.approx(1.0, abs=1e-6)
    assert {share.unit for share in shares} == {"m2"}
    for share in shares:
        if share.ordinal >= 0:
            part = shapely.intersection(polygon, CELLS[share.ordinal])
            assert share.measure == pytest.approx(
                area_m2(np.array([part], dtype=object))[0], rel=1e-9, abs=1e-6
            )


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Point(121, 31), "Point has no share"),
        (shapely.MultiPoint([(121, 31)]), "MultiPoint has no share"),
        (shapely.GeometryCollection([shapely.Point(121, 31)]), "GeometryCollection has no share"),
        (shapely.LineString(), "empty LineString"),
        (shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), "Self-intersection.*repair"),
        (shapely.LineString([(121, 31), (121, 31)]), "has no length"),
        (shapely.LineString([(448_000, 4_418_000), (448_001, 4_418_000)]), "448000.* in degrees"),
        (shapely.LineString([(31, 121), (31, 122)]), r"vertex \(31.0, 121.0\)"),
    ],
)
def test_what_cannot_be_divided_is_refused(shape: BaseGeometry, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        shares_of(shape, TREE)


def test_a_line_with_nan_is_refused() -> None:
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(121.0, 31.0), (121.01, math.nan)])
    with pytest.raises(GeometryError, match=r"vertex \(121.01, nan\)"):
        shares_of(line, TREE)


def test_areas_must_be_valid_polygons() -> None:
    with pytest.raises(GeometryError, match=r"shape 1 .*Point instead of a polygon"):
        ShapeTree([_box(0, 0, 1, 1), shapely.Point(1, 1)])
