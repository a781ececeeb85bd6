"""Broken shapes, overlaps, gaps and nesting on drawings whose answer is known by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geo.arrays import GeometryArray
from geo.datum import from_cgcs2000, geometries_to_cgcs2000, to_cgcs2000
from geo.errors import DatumError, GeometryError
from geo.measure import area_m2
from geo.topology import (
    SliverRule,
    find_gaps,
    find_invalid,
    find_nesting_conflicts,
    find_overlaps,
    repair,
)

LON, LAT = 116.0, 39.0


def _array(*shapes: BaseGeometry | None) -> GeometryArray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Draw a box in thousandths of a degree (about 86 by 111 m) east and north of a corner."""
    return shapely.box(LON + west / 1000, LAT + south / 1000, LON + east / 1000, LAT + north / 1000)


def _m2(shape: BaseGeometry) -> float:
    return float(area_m2(_array(shape))[0])


def _cells(cuts_x: list[int], cuts_y: list[int]) -> GeometryArray:
    """Cut a rectangle into cells at whole thousandths of a degree; row by row from the south."""
    return _array(
        *(
            _box(west, south, east, north)
            for south, north in pairwise(cuts_y)
            for west, east in pairwise(cuts_x)
        )
    )


BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
cuts = st.lists(st.integers(0, 60), min_size=4, max_size=7, unique=True).map(sorted)


def test_broken_shapes_are_named_with_reason_and_place() -> None:
    line = shapely.LineString([(1, 2), (3, 4)])
    shapes = _array(_box(0, 0, 1, 1), BOWTIE, None, shapely.Polygon(), line)
    found = find_invalid(shapes)
    assert [(shape.index, shape.reason) for shape in found] == [
        (1, "Self-intersection"),
        (2, "missing shape"),
        (3, "empty Polygon"),
        (4, "LineString instead of a polygon"),
    ]
    assert (found[0].lon, found[0].lat) == (1.0, 1.0)
    assert (found[3].lon, found[3].lat) == (1.0, 2.0)
    assert math.isnan(found[1].lon)


def test_a_repair_keeps_valid_shapes_and_tells_what_it_changed() -> None:
    whole = _box(0, 0, 1, 1)
    outer = [(0, 0), (4, 0), (4, 4), (0, 4)]
    spike = shapely.Polygon([*outer[:2], (9, 0), (4, 0), *outer[2:]])
    repaired = repair(_array(whole, spike, BOWTIE))
    assert repaired.geometries[0] is whole
    assert shapely.is_valid(repaired.geometries).all()
    assert repaired.geometries[1].equals(shapely.Polygon(outer))
    assert repaired.geometries[2].area == pytest.approx(2.0)
    assert [entry.index for entry in repaired.repairs] == [1, 2]
    assert repaired.repairs[0].change_m2 == pytest.approx(0.0, abs=1.0)
    assert repaired.repairs[1].change_m2 > 0.5 * repaired.repairs[1].after_m2
    assert not any(entry.is_lost for entry in repaired.repairs)


def test_overlapping_parts_of_one_area_count_once_after_repair() -> None:
    double = shapely.MultiPolygon([_box(0, 0, 2, 2), _box(1, 0, 3, 2)])
    fixed = repair(_array(double)).geometries[0]
    assert fixed.equals(_box(0, 0, 3, 2))


def test_what_cannot_be_repaired_stays_in_its_row_and_is_called_lost() -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(0, 0), (1, math.nan), (1, 1), (0, 0)])
    shapes = _array(flat, None, shapely.Point(1, 1), broken, _box(0, 0, 1, 1))
    repaired = repair(shapes)
    assert [(entry.index, entry.is_lost) for entry in repaired.repairs] == [
        (row, True) for row in range(4)
    ]
    assert shapely.is_empty(repaired.geometries).tolist() == [True] * 4 + [False]
    assert all(entry.after_m2 == 0.0 for entry in repaired.repairs)


@pytest.mark.parametrize("find", [find_overlaps, find_gaps])
def test_checks_refuse_broken_shapes_by_row_and_place(find: object) -> None:
    assert callable(find)
    with pytest.raises(GeometryError, match=r"shape 1 .*Self-intersection at \(1\.0, 1\.0\)"):
        find(_array(_box(0, 0, 1, 1), BOWTIE))


def test_borders_corners_and_vertices_on_an_edge_are_no_overlaps_and_no_gaps() -> None:
    # The big box has no vertex where the two small ones meet on its edge.
    shapes = _array(_box(0, 0, 2, 2), _box(2, 0, 4, 1), _box(2, 1, 4, 2), _box(4, 2, 5, 3))
    assert find_overlaps(shapes) == []
    assert find_gaps(shapes) == []


def test_duplicates_and_areas_inside_others_are_overlaps() -> None:
    outer, inner = _box(0, 0, 9, 9), _box(2, 2, 4, 4)
    found = find_overlaps(_array(outer, inner, _box(20, 0, 21, 1), outer))
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 3), (1, 3)]
    assert [pair.area_m2 for pair in found] == pytest.approx(
        [_m2(inner), _m2(outer), _m2(inner)], rel=1e-9
    )
    assert inner.contains(shapely.Point(found[0].lon, found[0].lat))
    assert not any(pair.sliver for pair in found)


def test_an_area_in_the_hole_of_another_is_no_overlap() -> None:
    hole = _box(2, 2, 4, 4)
    ring = shapely.Polygon(_box(0, 0, 9, 9).exterior, [hole.exterior])
    assert find_overlaps(_array(ring, hole)) == []
    assert find_gaps(_array(ring, hole)) == []


def test_thin_pieces_are_slivers_by_the_rule_in_force() -> None:
    shapes = _array(_box(0, 0, 2, 9), _box(1.99, 0, 4, 9))  # 0.86 m by 1 km
    assert [pair.sliver for pair in find_overlaps(shapes)] == [True]
    strict = SliverRule(negligible_m2=0.0, largest_m2=100.0)
    assert [pair.sliver for pair in find_overlaps(shapes, rule=strict)] == [False]
    square = _array(_box(0, 0, 2, 2), _box(1.99, 1.99, 4, 4))  # 0.86 m by 1.1 m
    assert [pair.sliver for pair in find_overlaps(square)] == [True]
    assert [pair.sliver for pair in find_overlaps(square, rule=strict)] == [False]


def test_progress_ends_at_the_total() -> None:
    calls: list[tuple[str, int, int]] = []
    shapes = _cells([0, 1, 2], [0, 1, 2])
    find_overlaps(shapes, progress=lambda *call: calls.append(call))
    find_gaps(shapes, progress=lambda *call: calls.append(call))
    rows = np.zeros(4, dtype=np.int32)
    find_nesting_conflicts(
        shapes, _array(_box(0, 0, 2, 2)), rows, progress=lambda *call: calls.append(call)
    )
    assert calls == [("overlaps", 6, 6), ("gaps", 1, 2), ("gaps", 2, 2), ("nesting", 4, 4)]


def test_no_areas_have_no_faults() -> None:
    none = _array()
    assert find_invalid(none) == []
    assert find_overlaps(none) == []
    assert find_gaps(none) == []
    assert find_nesting_conflicts(none, none, np.empty(0, dtype=np.int32)) == []


def test_an_enclave_with_a_moat_leaves_the_moat_as_gap() -> None:
    hole, island = _box(2, 2, 8, 8), _box(3, 3, 7, 7)
    ring = shapely.Polygon(_box(0, 0, 10, 10).exterior, [hole.exterior])
    (gap,) = find_gaps(_array(ring, island))
    assert gap.area_m2 == pytest.approx(_m2(hole) - _m2(island), rel=1e-9)
    assert gap.neighbours == (0, 1)
    assert hole.contains(shapely.Point(gap.lon, gap.lat))
    assert not island.covers(shapely.Point(gap.lon, gap.lat))
    assert not gap.sliver


def test_gaps_are_found_where_neighbours_do_not_share_vertices() -> None:
    # Two boxes beside a long one, one of them 1 m short: a slot closed by two more boxes.
    shapes = _array(_box(0, 0, 2, 3), _box(2.01, 1, 4, 2), _box(2, 0, 4, 1), _box(2, 2, 4, 3))
    (gap,) = find_gaps(shapes)
    assert gap.area_m2 == pytest.approx(_m2(_box(2, 1, 2.01, 2)), rel=1e-6)
    assert gap.neighbours == (0, 1, 2, 3)
    assert gap.sliver


@given(cuts_x=cuts, cuts_y=cuts, data=st.data())
def test_a_cell_taken_out_of_a_partition_is_the_only_gap(
    cuts_x: list[int], cuts_y: list[int], data: st.DataObject
) -> None:
    cells = _cells(cuts_x, cuts_y)
    assert find_gaps(cells) == []
    assert find_overlaps(cells) == []
    columns, rows = len(cuts_x) - 1, len(cuts_y) - 1
    column, row = data.draw(st.integers(1, columns - 2)), data.draw(st.integers(1, rows - 2))
    missing = row * columns + column
    order = data.draw(st.permutations([cell for cell in range(len(cells)) if cell != missing]))
    (gap,) = find_gaps(cells[order])
    assert gap.area_m2 == pytest.approx(_m2(cells[missing]), rel=1e-9)
    assert cells[missing].contains(shapely.Point(gap.lon, gap.lat))
    ring = {(row + up) * columns + column + right for up in (-1, 0, 1) for right in (-1, 0, 1)}
    assert {order[neighbour] for neighbour in gap.neighbours} == ring - {missing}


corner = st.integers(0, 8)
boxes = st.lists(st.tuples(corner, corner, st.integers(1, 5), st.integers(1, 5)), max_size=12)


@given(drawn=boxes)
def test_overlaps_of_boxes_equal_those_computed_by_hand(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    edges = [(west, south, west + wide, south + high) for west, south, wide, high in drawn]
    expected = {}
    for first, a in enumerate(edges):
        for second, b in enumerate(edges[first + 1 :], first + 1):
            west, south, east, north = *map(max, a[:2], b[:2]), *map(min, a[2:], b[2:])
            if west < east and south < north:
                expected[first, second] = _m2(_box(west, south, east, north))
    found = find_overlaps(_array(*(_box(*edge) for edge in edges)))
    assert [(pair.first, pair.second) for pair in found] == sorted(expected)
    for pair in found:
        assert pair.area_m2 == pytest.approx(expected[pair.first, pair.second], rel=1e-9)


def test_a_bite_in_the_outer_border_is_a_gap_of_the_ground_to_be_filled() -> None:
    cells, whole = _cells([0, 2, 4, 6], [0, 2]), _box(0, 0, 6, 2)
    assert find_gaps(cells, within=whole) == []
    assert find_gaps(cells[[0, 2]]) == []
    (gap,) = find_gaps(cells[[0, 2]], within=whole)
    assert gap.area_m2 == pytest.approx(_m2(cells[1]), rel=1e-9)
    assert gap.neighbours == (0, 1)
    with pytest.raises(GeometryError, match="Self-intersection"):
        find_gaps(cells, within=BOWTIE)


def test_shapes_are_compared_in_file_coordinates_and_measured_in_metres() -> None:
    # Metres of a 3-degree zone: the corners of the small boxes lie on the slanted edge of the big
    # triangle, which they would leave if they were converted one by one.
    corner = (440_000.0, 4_400_000.0)
    triangle, block = (
        shapely.Polygon([(corner[0] + x, corner[1] + y) for x, y in ring])
        for ring in (
            [(0, 0), (4096, 4096), (0, 4096)],
            [(0, 0), (1024, 1024), (2048, 2048), (4096, 4096), (4096, 0)],
        )
    )
    overlapping = shapely.box(corner[0], corner[1] + 3996, corner[0] + 50, corner[1] + 4196)
    shapes = _array(triangle, block, overlapping)
    assert find_gaps(shapes, datum="EPSG:4548") == []
    (overlap,) = find_overlaps(shapes, datum="EPSG:4548")
    assert (overlap.first, overlap.second) == (0, 2)
    assert overlap.area_m2 == pytest.approx(50 * 100, rel=1e-3)
    place = from_cgcs2000(np.array([[overlap.lon, overlap.lat]]), "EPSG:4548")[0]
    assert triangle.intersection(overlapping).distance(shapely.Point(place)) < 1e-6
    parents = _array(triangle.union(block))
    rows = np.zeros(3, dtype=np.int32)
    (conflict,) = find_nesting_conflicts(shapes, parents, rows, datum="EPSG:4548")
    assert (conflict.child, conflict.parent) == (2, 0)
    assert conflict.share_outside == pytest.approx(0.5, rel=1e-3)
    converted = geometries_to_cgcs2000(shapes[:2], "EPSG:4548")
    assert find_overlaps(converted) + find_gaps(converted) != [], "converting first invents faults"


def test_broken_shapes_of_a_gcj02_file_are_placed_where_they_really_are() -> None:
    bowtie = shapely.Polygon([(116.0, 39.0), (116.2, 39.2), (116.2, 39.0), (116.0, 39.2)])
    (invalid,) = find_invalid(_array(bowtie), datum="GCJ-02")
    expected = to_cgcs2000(np.array([[116.1, 39.1]]), "GCJ-02")[0]
    assert (invalid.lon, invalid.lat) == pytest.approx(tuple(expected), abs=1e-9)
    (entry,) = repair(_array(bowtie), datum="GCJ-02").repairs
    assert (entry.lon, entry.lat) == (invalid.lon, invalid.lat)
    assert entry.after_m2 != repair(_array(bowtie)).repairs[0].after_m2


def test_every_check_refuses_an_unknown_datum() -> None:
    none, rows = _array(), np.empty(0, dtype=np.int32)
    for check in (find_invalid, repair, find_overlaps, find_gaps):
        assert callable(check)
        with pytest.raises(DatumError, match="accepted are"):
            check(none, datum="mars")
    with pytest.raises(DatumError, match="accepted are"):
        find_nesting_conflicts(none, none, rows, datum="mars")


def test_children_inside_their_parents_are_no_conflict() -> None:
    parents = _cells([0, 4, 8], [0, 8])
    children = _cells([0, 2, 4, 6, 8], [0, 3, 8])
    declared = np.array([0, 0, 1, 1] * 2, dtype=np.int32)
    assert find_nesting_conflicts(children, parents, declared) == []
    assert find_nesting_conflicts(children, parents, np.full(8, -1, dtype=np.int32)) == []


def test_a_child_in_another_parent_than_it_names_is_reported_with_the_better_one() -> None:
    parents = _cells([0, 4, 8], [0, 8])
    straddling, elsewhere, lost = _box(3, 1, 7, 2), _box(5, 5, 6, 6), _box(20, 0, 21, 1)
    children = _array(straddling, elsewhere, lost, straddling, lost)
    declared = np.array([0, 0, 1, -1, -1], dtype=np.int32)
    found = find_nesting_conflicts(children, parents, declared)
    assert [(one.child, one.declared, one.parent) for one in found] == [
        (0, 0, 1),
        (1, 0, 1),
        (2, 1, -1),
        (3, -1, 1),
        (4, -1, -1),
    ]
    assert [one.share_outside for one in found] == pytest.approx([0.75, 1, 1, 0.25, 1], rel=1e-6)
    assert found[0].area_m2 == pytest.approx(_m2(_box(4, 1, 7, 2)), rel=1e-9)
    assert _box(4, 1, 7, 2).contains(shapely.Point(found[0].lon, found[0].lat))


def test_less_than_the_tolerance_outside_is_no_conflict() -> None:
    parents = _array(_box(0, 0, 4, 4))
    child = _array(_box(1, 1, 4.0001, 2))  # 9 mm by 111 m outside: 0.96 m2
    declared = np.zeros(1, dtype=np.int32)
    assert find_nesting_conflicts(child, parents, declared) == []
    (conflict,) = find_nesting_conflicts(child, parents, declared, tolerance_m2=0.0)
    assert conflict.area_m2 == pytest.approx(_m2(_box(4, 1, 4.0001, 2)), rel=1e-3)
    assert (conflict.parent, conflict.declared) == (0, 0)


def test_a_declared_parent_that_does_not_exist_is_refused_by_row() -> None:
    children, parents = _cells([0, 1, 2], [0, 1]), _array(_box(0, 0, 2, 1))
    with pytest.raises(GeometryError, match=r"shape 1 .*declared parent 1 is not a row"):
        find_nesting_conflicts(children, parents, np.array([0, 1], dtype=np.int32))
    with pytest.raises(GeometryError, match="1 declared parents for 2 children"):
        find_nesting_conflicts(children, parents, np.array([0], dtype=np.int32))


@given(cuts_x=cuts, cuts_y=cuts, border=st.integers(1, 59))
def test_shares_outside_equal_those_computed_by_hand(
    cuts_x: list[int], cuts_y: list[int], border: int
) -> None:
    children = _cells(cuts_x, cuts_y)
    parents = _array(_box(0, 0, border, 60), _box(border, 0, 60, 60))
    declared = np.zeros(len(children), dtype=np.int32)
    found = {one.child: one for one in find_nesting_conflicts(children, parents, declared)}
    for row, cell in enumerate(children):
        west, _, east, _ = cell.bounds
        beyond = min(max((east - LON) * 1000 - border, 0.0) / ((east - west) * 1000), 1.0)
        if beyond < 1e-9:
            assert row not in found
        else:
            assert found[row].share_outside == pytest.approx(beyond, rel=1e-6)
            if abs(beyond - 0.5) > 1e-6:
                assert found[row].parent == (1 if beyond > 0.5 else 0)
