"""Owners in the layers of the demo city: components, service areas, roads, rivers, grids."""

import numpy as np
import pandas as pd
import pytest
import shapely

from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.components import read_classes
from xiaqu.demo.estates import build_estates
from xiaqu.demo.fabric import Fabric, weave
from xiaqu.demo.facilities import build_facilities
from xiaqu.demo.gazetteer import build_gazetteer
from xiaqu.demo.layers import DemoLayer
from xiaqu.demo.ownership import FOREST, SITE, UNIVERSITY
from xiaqu.demo.partitions import build_partitions
from xiaqu.demo.roads import build_doors, build_rivers, build_roads
from xiaqu.demo.scales import SCALES, to_plane_km
from xiaqu.demo.special import build_special
from xiaqu.demo.utilities import UTILITIES

SEED = 20260101


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("district", SEED)


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return weave(SCALES["tiny"], SEED)


def test_owners_change_nothing_else_in_the_layers_and_names(fabric: Fabric) -> None:
    parts = build_partitions(fabric)
    roads = build_roads(fabric)
    facility, cell = build_facilities(fabric, parts)
    plain: list[DemoLayer] = [
        *parts.layers,
        *build_estates(fabric, parts),
        build_special(fabric),
        roads.layer,
        build_rivers(fabric),
        build_doors(fabric, roads),
        facility,
    ]
    tiny = generate_city("tiny", SEED)
    for layer in plain:
        frame = tiny.layers[layer.key].frame
        assert list(layer.frame.columns[:-1]) == list(frame.columns)[: len(layer.frame.columns) - 1]
        pd.testing.assert_frame_equal(
            pd.DataFrame(frame[layer.frame.columns].drop(columns="geometry")),
            pd.DataFrame(layer.frame.drop(columns="geometry")),
        )
        same = shapely.to_wkb(frame.geometry.to_numpy()) == shapely.to_wkb(
            layer.frame.geometry.to_numpy()
        )
        assert same.all(), layer.key
    names = build_gazetteer(fabric, parts, {layer.key: layer for layer in plain}, roads, cell)
    pd.testing.assert_frame_equal(names, tiny.gazetteer)
    assert set(tiny.layers) - {layer.key for layer in plain} == {"utility", "component"}


def test_the_same_seed_gives_the_same_owners(city: DemoCity) -> None:
    again = generate_city("district", SEED)
    for key in ("component", "utility", "road", "river", "special", "grid"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(city.layers[key].frame), pd.DataFrame(again.layers[key].frame)
        )
    assert city.organisations == again.organisations


def test_component_codes_tell_district_class_and_sequence(city: DemoCity) -> None:
    frame = city.layers["component"].frame
    assert frame["code"].str.fullmatch(r"\d{16}").all()
    assert frame["code"].is_unique
    assert (frame["code"].str[:6] == frame["grid_code"].str[:6]).all()
    assert (frame["code"].str[6:10] == frame["class_code"]).all()
    codes = dict(zip(frame["component_class"], frame["class_code"], strict=True))
    assert codes == {kind.name: kind.code for kind in read_classes()}
    for _, group in frame.groupby(frame["code"].str[:10]):
        assert group["code"].str[10:].astype(int).tolist() == list(range(1, len(group) + 1))


def test_components_are_about_half_as_many_as_doors(city: DemoCity) -> None:
    n_components, n_doors = (len(city.layers[key].frame) for key in ("component", "door"))
    assert 0.5 < n_components / n_doors < 0.65


def test_components_stand_in_the_grid_that_they_name(city: DemoCity) -> None:
    frame = city.layers["component"].frame
    grids = city.layers["grid"].frame.set_index("code").geometry
    own = grids[frame["grid_code"]].to_numpy()
    assert shapely.covers(own, frame.geometry.to_numpy()).all()


def test_a_few_components_have_no_owner_on_record(city: DemoCity) -> None:
    frame = city.layers["component"].frame
    unrecorded = (frame["owner"] == "") & (frame["maintainer"] == "")
    assert 0.03 < unrecorded.mean() < 0.08
    lamps = frame[(frame["component_class"] == "路灯") & ~unrecorded]
    assert (lamps["owner"] == "D" + lamps["grid_code"].str[:6] + "-city_management").all()


def test_kerb_components_stand_beside_a_road_and_estate_ones_inside_an_estate(
    city: DemoCity,
) -> None:
    frame = city.layers["component"].frame
    roads, estates = (city.layers[key].frame.geometry.to_numpy() for key in ("road", "estate"))
    place = {kind.name: kind.place for kind in read_classes()}
    on_kerb = frame["component_class"].map(place).isin(["kerb", "main"]).to_numpy()
    points = frame.geometry.to_numpy()[on_kerb]
    nearest = shapely.STRtree(roads).nearest(points)
    foot = shapely.line_interpolate_point(
        roads[nearest], shapely.line_locate_point(roads[nearest], points)
    )
    away = to_plane_km(shapely.get_coordinates(points)) - to_plane_km(shapely.get_coordinates(foot))
    assert np.quantile(np.hypot(*away.T) * 1000.0, 0.99) < 30.0
    in_estate = frame.geometry.to_numpy()[
        frame["component_class"].map(place).eq("estate").to_numpy()
    ]
    held = shapely.STRtree(estates).query(in_estate, predicate="within")[0]
    assert len(np.unique(held)) > 0.9 * len(in_estate), "an L-shaped estate may leave some outside"


def test_service_areas_of_a_utility_never_overlap_and_some_places_have_none(
    city: DemoCity,
) -> None:
    frame = city.layers["utility"].frame
    assert set(frame["utility"]) == set(UTILITIES)
    assert shapely.is_valid(frame.geometry.to_numpy()).all()
    whole = shapely.area(city.layers["district"].frame.geometry.to_numpy()).sum()
    for utility, group in frame.groupby("utility"):
        shapes = group.geometry.to_numpy()
        assert shapely.coverage_is_valid(shapes), utility
        share = shapely.area(shapes).sum() / whole
        if utility in {"供电", "通信"}:
            assert share == pytest.approx(1.0)
        else:
            assert 0.4 < share < 0.999, utility
    heating = frame[frame["utility"] == "供热"]
    assert len(set(heating["owner"])) > 1


def test_service_areas_are_unions_of_whole_communities(city: DemoCity) -> None:
    frame = city.layers["utility"].frame
    communities = city.layers["community"].frame.geometry.to_numpy()
    inner = shapely.point_on_surface(communities)
    heating = frame[frame["utility"] == "供热"].geometry.to_numpy()
    community, area = shapely.STRtree(heating).query(inner, predicate="within")
    assert len(community) > 0
    assert shapely.covers(heating[area], communities[community]).all()


def test_roads_belong_to_operators_the_city_districts_townships_or_developers(
    city: DemoCity,
) -> None:
    road = city.layers["road"].frame
    toll = road[(road["road_class"] == "expressway") & road["name"].str.endswith("高速")]
    assert toll["owner"].str.startswith("E-EXPRESSWAY-").all()
    ring = road[road["name"] == "外环路"]
    assert ring["maintainer"].tolist() == ["D990100-roads"]
    primary = road[road["road_class"] == "primary"]
    assert (primary["owner"] == "D990100-city_management").all()
    waiting = road[~road["is_handed_over"].astype(bool)]
    assert set(waiting["road_class"]) == {"branch"}
    assert waiting["owner"].str.fullmatch(r"V\d{3}").all()
    assert 0.02 < len(waiting) / (road["road_class"] == "branch").sum() < 0.07
    lanes = road[(road["road_class"] == "lane") & (road["owner"] != "")]
    assert lanes["owner"].str.fullmatch(r"G\d{9}").all()
    assert (road["owner"] == "").any(), "some small streets are on no record"


def test_rivers_special_areas_and_single_grids_name_their_body(city: DemoCity) -> None:
    river = city.layers["river"].frame
    assert set(river[river["order"] == 1]["owner"]) == {"D990100-rivers"}
    assert river[river["order"] > 1]["owner"].str.fullmatch(r"D9901\d\d-water").all()
    special = city.layers["special"].frame
    others = special[special["category"] != "公园"]
    assert (others["owner"] == "M-" + others["code"]).all()
    parks = special[special["category"] == "公园"]
    assert parks["owner"].str.fullmatch(r"D9901\d\d-(landscape|parks)|G\d{9}").all()
    grid = city.layers["grid"].frame
    named = grid[grid["managing_kind"] != ""]
    assert set(named["managing_kind"]) == {FOREST, UNIVERSITY, SITE}
    assert (named["managing_body"] != "").all()
    assert 0.0 < len(named) / len(grid) < 0.06
    units = named[named["managing_kind"] != UNIVERSITY]["managing_body"]
    assert set(units) <= set(city.organisations)
