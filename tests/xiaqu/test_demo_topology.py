"""The nested areas of the demo city: shared borders, exact nesting, valid shapes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arrays import GeometryArray
from xiaqu.demo import SCALES, DemoCity, generate_city
from xiaqu.demo.arcs import build_cells, build_groups, straighten
from xiaqu.demo.fabric import Fabric, weave

PARTITIONS = ("district", "township", "community", "grid")


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return weave(SCALES["tiny"], 7)


def segments_of(shapes: GeometryArray) -> np.ndarray:
    """Directed segments of all rings, shape (n, 4): the area lies on the left of each."""
    rings = shapely.get_rings(shapely.orient_polygons(shapes))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    segments: np.ndarray = np.hstack([coords[:-1], coords[1:]])[inner]
    return segments


def as_set(segments: np.ndarray) -> set[tuple[float, ...]]:
    return set(map(tuple, segments.tolist()))


def reversed_set(segments: set[tuple[float, ...]]) -> set[tuple[float, ...]]:
    return {(c, d, a, b) for a, b, c, d in segments}


@pytest.mark.parametrize("key", PARTITIONS)
def test_every_area_is_one_valid_polygon(city: DemoCity, key: str) -> None:
    shapes = city.layers[key].frame.geometry.to_numpy()
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(shapes).all()


@pytest.mark.parametrize("key", PARTITIONS)
def test_a_level_has_no_overlap_and_no_mismatched_border(city: DemoCity, key: str) -> None:
    assert shapely.coverage_is_valid(city.layers[key].frame.geometry.to_numpy())


@pytest.mark.parametrize("key", PARTITIONS)
def test_every_inner_segment_is_used_once_from_either_side(city: DemoCity, key: str) -> None:
    segments = segments_of(city.layers[key].frame.geometry.to_numpy())
    own = as_set(segments)
    assert len(own) == len(segments)
    rim = own - reversed_set(own)
    outline = shapely.coverage_union_all(city.layers["district"].frame.geometry.to_numpy())
    assert isinstance(outline, shapely.Polygon), "no gap: the whole is one polygon"
    assert len(outline.interiors) == 0
    assert rim == as_set(segments_of(np.array([outline], dtype=object)))


@pytest.mark.parametrize(("child", "parent"), list(zip(PARTITIONS[1:], PARTITIONS, strict=False)))
def test_the_union_of_the_children_is_the_parent(city: DemoCity, child: str, parent: str) -> None:
    children = city.layers[child].frame
    for row in city.layers[parent].frame.itertuples():
        own = children.geometry[children["parent_code"] == row.code].to_numpy()
        union = shapely.coverage_union_all(own)
        assert shapely.symmetric_difference(union, row.geometry).area == 0.0
        assert set(map(tuple, shapely.get_coordinates(union).tolist())) == set(
            map(tuple, shapely.get_coordinates(row.geometry).tolist())
        )


def test_coordinates_lie_on_the_binary_grid_so_that_midpoints_are_exact(city: DemoCity) -> None:
    for key in (*PARTITIONS, "estate", "special", "road", "river", "door"):
        coords = shapely.get_coordinates(city.layers[key].frame.geometry.to_numpy())
        scaled = coords * 2.0**26
        assert (scaled == np.round(scaled)).all(), key


def test_the_same_seed_gives_the_same_city_to_the_last_bit(city: DemoCity) -> None:
    again = generate_city("tiny")
    for key, layer in city.layers.items():
        other = again.layers[key].frame
        assert (shapely.to_wkb(layer.frame.geometry) == shapely.to_wkb(other.geometry)).all(), key
        assert layer.frame.drop(columns="geometry").equals(other.drop(columns="geometry")), key
    assert city.gazetteer.equals(again.gazetteer)


def test_another_seed_gives_another_city(city: DemoCity) -> None:
    other = generate_city("tiny", seed=5)
    first = city.layers["district"].frame.geometry.iloc[0]
    assert not first.equals(other.layers["district"].frame.geometry.iloc[0])


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_the_grids_partition_the_city_for_any_seed(seed: int) -> None:
    woven = weave(SCALES["tiny"], seed)
    assert shapely.is_valid(woven.cells).all()
    assert shapely.coverage_is_valid(woven.cells)
    scale, nesting = woven.scale, woven.nesting
    wanted = (scale.n_districts, scale.n_townships, scale.n_communities)
    levels = (nesting.district, nesting.township, nesting.community)
    for level, n_groups in zip(levels, wanted, strict=True):
        shapes = build_groups(woven.mesh, woven.arcs, level)
        assert len(shapes) == n_groups
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
    assert abs(woven.mesh.n_cells - scale.n_grids) < 0.1 * scale.n_grids


def test_straightened_arcs_still_fit_their_neighbours(fabric: Fabric) -> None:
    jagged = np.flatnonzero(fabric.arcs.pieces > 1)[::3]
    arcs = straighten(fabric.arcs, jagged)
    assert (arcs.pieces[jagged] == 1).all()
    cells = build_cells(fabric.mesh, arcs)
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    assert (
        shapely.get_num_coordinates(cells).sum() < shapely.get_num_coordinates(fabric.cells).sum()
    )


def test_an_enclave_becomes_a_hole_of_the_area_around_it(fabric: Fabric) -> None:
    is_rim = (fabric.mesh.sides < 0).any(axis=1)
    rim_cells = set(fabric.mesh.sides[is_rim].ravel().tolist())
    island = next(cell for cell in range(fabric.mesh.n_cells) if cell not in rim_cells)
    group = np.zeros(fabric.mesh.n_cells, dtype=np.int64)
    group[island] = 1
    around, inside = build_groups(fabric.mesh, fabric.arcs, group)
    assert len(around.interiors) == 1
    assert shapely.Polygon(around.interiors[0]).equals(inside)
    assert inside.equals(fabric.cells[island])


def test_borders_of_a_higher_level_are_more_jagged(fabric: Fabric) -> None:
    is_free = (fabric.rank == 0) & (fabric.mesh.edge_length_km > 0.2)
    pieces = [fabric.arcs.pieces[is_free & (fabric.level == level)].mean() for level in range(3)]
    assert pieces[0] < pieces[1] < pieces[2]
