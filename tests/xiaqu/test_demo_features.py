"""Codes, names, people and features of the demo city."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely

from xiaqu.demo import SCALES, DemoCity, generate_city
from xiaqu.demo.codes import reading_order
from xiaqu.demo.names import NamePool
from xiaqu.demo.scales import to_plane_km

PARTITIONS = ("district", "township", "community", "grid")


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


def test_counts_of_the_tiny_city_are_those_of_its_scale(city: DemoCity) -> None:
    scale = SCALES["tiny"]
    assert len(city.layers["district"].frame) == scale.n_districts
    assert len(city.layers["township"].frame) == scale.n_townships
    assert len(city.layers["community"].frame) == scale.n_communities
    assert abs(len(city.layers["grid"].frame) - scale.n_grids) < 0.1 * scale.n_grids
    assert len(city.layers["estate"].frame) == scale.n_estates
    assert abs(len(city.layers["door"].frame) - scale.n_doors) < 0.1 * scale.n_doors


def test_codes_have_the_documented_form_and_extend_their_parent(city: DemoCity) -> None:
    frames = {key: city.layers[key].frame for key in PARTITIONS}
    assert frames["district"]["code"].tolist() == ["990101", "990102"]
    assert frames["district"]["name"].iloc[0] == "东湖区"
    for key, digits in (("township", 9), ("community", 12), ("grid", 15)):
        code = frames[key]["code"]
        assert code.is_unique
        assert code.str.fullmatch(rf"\d{{{digits}}}").all()
        assert (code.str[:-3] == frames[key]["parent_code"]).all()
    ranges = {"街道": (1, 99), "镇": (100, 199), "乡": (200, 399)}
    for name, code in zip(frames["township"]["name"], frames["township"]["code"], strict=True):
        low, high = next(span for kind, span in ranges.items() if name.endswith(kind))
        assert low <= int(code[-3:]) <= high, name
    for name, code in zip(frames["community"]["name"], frames["community"]["code"], strict=True):
        low, high = (1, 199) if name.endswith("社区") else (200, 399)
        assert low <= int(code[-3:]) <= high, name


def test_grids_of_a_community_are_numbered_from_001_without_a_break(city: DemoCity) -> None:
    grids = city.layers["grid"].frame
    for community, group in grids.groupby("parent_code"):
        numbers = sorted(int(code[-3:]) for code in group["code"])
        assert numbers == list(range(1, len(group) + 1)), community
    first = grids.iloc[0]
    owner = city.layers["community"].frame.set_index("code")["name"][first["parent_code"]]
    assert first["name"] == f"{owner}网格01"


def test_reading_order_runs_west_to_east_in_bands_from_north_to_south() -> None:
    x, y = np.meshgrid(np.arange(3.0), np.arange(3.0))
    xy = np.column_stack([x.ravel(), y.ravel()])
    rank = reading_order(xy, np.zeros(9, dtype=np.int64))
    assert rank.reshape(3, 3).tolist() == [[6, 7, 8], [3, 4, 5], [0, 1, 2]]


def test_reading_order_breaks_ties_by_latitude_then_by_row() -> None:
    xy = np.array([(0.0, 0.0), (0.0, 0.1), (0.0, 0.1), (0.0, 5.0), (0.0, 5.1)])
    group = np.zeros(5, dtype=np.int64)
    assert reading_order(xy, group).tolist() == [4, 2, 3, 1, 0]
    assert reading_order(xy, np.arange(5)).tolist() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("column", ["population", "households"])
def test_people_of_the_children_add_up_to_the_parent(city: DemoCity, column: str) -> None:
    for child, parent in zip(PARTITIONS[1:], PARTITIONS, strict=False):
        children, parents = city.layers[child].frame, city.layers[parent].frame
        total = children.groupby("parent_code")[column].sum()
        assert total.to_dict() == dict(zip(parents["code"], parents[column], strict=True))
    if column == "population":
        assert city.layers["district"].frame[column].sum() == SCALES["tiny"].population


def test_people_live_more_densely_in_the_core_than_at_the_rim(city: DemoCity) -> None:
    grids = city.layers["grid"].frame
    middle = to_plane_km(shapely.get_coordinates(shapely.centroid(grids.geometry.to_numpy())))
    away = np.hypot(*middle.T)
    density = grids["population"].to_numpy() / shapely.area(grids.geometry.to_numpy())
    near, far = away < np.quantile(away, 0.2), away > np.quantile(away, 0.8)
    assert np.median(density[near]) > 4 * np.median(density[far])


def test_names_are_never_blank_and_unique_within_their_parent(city: DemoCity) -> None:
    for layer in city.layers.values():
        assert layer.frame["name"].str.strip().ne("").all(), layer.key
        assert layer.frame["code"].is_unique, layer.key
        if layer.parent:
            assert not layer.frame.duplicated(["parent_code", "name"]).any(), layer.key
    assert "柳林街道" in city.layers["township"].frame["name"].tolist()


def test_estates_lie_inside_their_grid_and_share_no_ground(city: DemoCity) -> None:
    estates = city.layers["estate"].frame
    grids = city.layers["grid"].frame.set_index("code").geometry
    shapes = estates.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.contains_properly(grids[estates["grid_code"]].to_numpy(), shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()
    assert estates["grid_code"].duplicated().any(), "some grids hold a pair"


def test_entrances_lie_exactly_on_the_border_of_their_estate(city: DemoCity) -> None:
    entrances = city.layers["entrance"].frame
    estates = city.layers["estate"].frame.set_index("code").geometry
    own = estates[entrances["estate_code"]].to_numpy()
    assert shapely.touches(own, entrances.geometry.to_numpy()).all()
    per_estate = entrances.groupby("estate_code").size()
    assert set(per_estate.index) == set(estates.index)
    assert per_estate.between(1, 4).all()
    assert not entrances.duplicated(["estate_code", "name"]).any()


def test_odd_doors_stand_on_the_left_and_even_ones_on_the_right(city: DemoCity) -> None:
    doors = city.layers["door"].frame
    lines = city.layers["road"].frame.set_index("code").geometry[doors["road_code"]].to_numpy()
    points = doors.geometry.to_numpy()
    at = shapely.line_locate_point(lines, points)
    before, after = (
        to_plane_km(shapely.get_coordinates(shapely.line_interpolate_point(lines, at + step)))
        for step in (-1e-6, 1e-6)
    )
    door = to_plane_km(shapely.get_coordinates(points))
    along, towards = after - before, door - before
    is_left = along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0] > 0
    is_odd = doors["number"].to_numpy() % 2 == 1
    assert (is_left == is_odd).mean() > 0.97, "bends may put a few doors behind the corner"
    assert is_odd.any()
    assert not is_odd.all()
    assert not doors.duplicated(["road_code", "number"]).any()


def test_streets_and_rivers_run_through_the_very_vertices_of_the_grids(city: DemoCity) -> None:
    vertices = shapely.get_coordinates(city.layers["grid"].frame.geometry.to_numpy())
    known = set(map(tuple, vertices.tolist()))
    roads = city.layers["road"].frame
    streets = roads[~roads["road_class"].isin(["expressway", "trunk"])]
    for frame in (streets, city.layers["river"].frame):
        assert set(map(tuple, shapely.get_coordinates(frame.geometry).tolist())) <= known


def test_some_streets_are_borders_between_townships(city: DemoCity) -> None:
    townships = shapely.boundary(city.layers["township"].frame.geometry.to_numpy())
    roads = city.layers["road"].frame.geometry.to_numpy()
    shared = shapely.intersection(shapely.union_all(townships), shapely.union_all(roads))
    assert shapely.length(shared) > 0


def test_the_main_rivers_run_from_rim_to_rim(city: DemoCity) -> None:
    outline = shapely.coverage_union_all(city.layers["district"].frame.geometry.to_numpy())
    rivers = city.layers["river"].frame
    main = rivers[rivers["order"] == 1].geometry.iloc[0]
    assert shapely.is_simple(main)
    assert shapely.boundary(main).geoms[0].touches(outline)
    assert shapely.boundary(main).geoms[1].touches(outline)


def test_special_areas_overlap_each_other_and_cross_borders(city: DemoCity) -> None:
    special = city.layers["special"].frame
    shapes = special.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    assert len(first) > 0
    assert (
        special["precedence"].to_numpy()[first] != special["precedence"].to_numpy()[second]
    ).any()
    communities = city.layers["community"].frame.geometry.to_numpy()
    assert len(shapely.STRtree(communities).query(shapes, predicate="overlaps")[0]) > 0
    outline = shapely.coverage_union_all(communities)
    assert shapely.contains_properly(outline, shapes).all()


def test_facilities_stand_inside_the_grid_that_they_name(city: DemoCity) -> None:
    facilities = city.layers["facility"].frame
    grids = city.layers["grid"].frame.set_index("code").geometry
    own = grids[facilities["grid_code"]].to_numpy()
    assert shapely.contains_properly(own, facilities.geometry.to_numpy()).all()
    centres = facilities[facilities["facility_type"] == "党群服务中心"]
    assert sorted(centres["grid_code"].str[:12]) == city.layers["community"].frame["code"].tolist()


def test_the_gazetteer_names_the_township_that_holds_each_place(city: DemoCity) -> None:
    gazetteer = city.gazetteer
    assert list(gazetteer.columns) == ["name", "alias", "kind", "lon", "lat", "township_code"]
    located = gazetteer[gazetteer["township_code"] != ""]
    assert set(gazetteer["kind"][gazetteer["township_code"] == ""]) <= {"expressway", "trunk"}
    townships = city.layers["township"].frame.set_index("code").geometry
    points = shapely.points(located[["lon", "lat"]].to_numpy())
    assert shapely.covers(townships[located["township_code"]].to_numpy(), points).all()
    listed = set(gazetteer["name"])
    for key in (*PARTITIONS[:-1], "estate", "special", "road"):
        assert set(city.layers[key].frame["name"]) <= listed, key


def test_aliases_are_short_forms_of_the_name(city: DemoCity) -> None:
    aliased = city.gazetteer[city.gazetteer["alias"] != ""]
    assert "柳林" in aliased["alias"].tolist()
    pairs: pd.Series = aliased.apply(lambda row: row["name"].startswith(row["alias"]), axis=1)
    assert pairs.all()


def test_street_names_do_not_repeat_so_that_an_address_has_one_door(city: DemoCity) -> None:
    roads, doors = city.layers["road"].frame, city.layers["door"].frame
    # The tiny city has fewer streets than there are words, so not even its districts share one.
    streets = roads[~roads["road_class"].isin(["expressway", "trunk"])]
    assert streets["name"].is_unique
    assert doors["name"].is_unique


def test_an_unknown_scale_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown scale 'huge'; choose one of tiny, district"):
        generate_city("huge")


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("seed -1 is negative")):
        generate_city("tiny", seed=-1)


def test_an_exhausted_pool_of_names_says_so() -> None:
    pool = NamePool(np.random.default_rng(1), ["松", "柏"])
    used: set[str] = set()
    assert {pool.take(used, "路"), pool.take(used, "路")} == {"松路", "柏路"}
    with pytest.raises(LookupError, match=r"all 2 words with ending '路' are used"):
        pool.take(used, "路")


def test_progress_is_told_from_the_first_stage_to_the_last() -> None:
    told: list[tuple[str, int, int]] = []
    generate_city("tiny", progress=lambda stage, done, total: told.append((stage, done, total)))
    assert [done for _, done, _ in told] == list(range(7))
    assert told[-1] == ("done", 6, 6)
