"""Linear layers and assets from both stores; editions as they were, for replay."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
import shapely

from boundaries.definition import LayerDefinition
from boundaries.errors import NoActiveEditionError, UnknownEditionError, UnknownLayerError
from boundaries.features import FeatureSnapshot, feature_index_path, load_features
from boundaries.locator import load_locator
from boundaries.records import AreaTable, EditionInfo
from boundaries.store import BoundaryStore

Define = Callable[..., LayerDefinition]
Fill = Callable[[BoundaryStore], BoundaryStore]
TODAY = date(2026, 6, 1)
LON, LAT = 116.40, 39.90


def import_roads(store: BoundaryStore, define: Define, shift: float = 0.0) -> EditionInfo:
    east = shapely.LineString([(LON, LAT + shift), (LON + 0.01, LAT + shift)])
    north = shapely.LineString([(LON, LAT), (LON, LAT + 0.01)])
    table = AreaTable.build(
        ["R2", "R1"],
        ["东路", "北路"],
        np.array([east, shapely.MultiLineString([north])]),
        attributes=[{"width_m": 20}, {"width_m": 40}],
    )
    return store.import_rows(define("road", layer__role="linear"), table)


def import_parts(store: BoundaryStore, define: Define, kind: str = "路灯") -> EditionInfo:
    shapes = [
        shapely.Point(LON, LAT),
        shapely.MultiPoint([(LON + 1e-4, LAT), (LON + 5e-3, LAT)]),
        shapely.Point(LON + 2e-4, LAT),
    ]
    table = AreaTable.build(
        ["P3", "P1", "P2"],
        ["灯", "井盖组", "无类别"],
        np.array(shapes),
        attributes=[{"component_class": kind}, {"component_class": "井盖"}, {}],
    )
    return store.import_rows(define("part", layer__role="asset"), table)


def found_lines(feature: FeatureSnapshot, lon: float, lat: float, reach_m: float) -> list[str]:
    return [feature.areas[hit.ordinal].code for hit in feature.lines.within(lon, lat, reach_m)]


def test_lines_and_assets_are_loaded_with_what_is_known_of_them(
    store: BoundaryStore, define: Define, city: Fill
) -> None:
    roads, parts = import_roads(store, define), import_parts(store, define)
    features = load_features(city(store))
    assert list(features) == ["road", "part"]
    assert [f.edition.id for f in features.values()] == [roads.id, parts.id]
    assert [(a.code, a.name, a.attributes) for a in features["road"].areas] == [
        ("R1", "北路", {"width_m": 40}),
        ("R2", "东路", {"width_m": 20}),
    ]
    assert features["road"].ordinals_by_code() == {"R1": 0, "R2": 1}
    assert found_lines(features["road"], LON + 0.005, LAT + 1e-4, 50.0) == ["R2"]
    assert found_lines(features["road"], LON + 1e-4, LAT + 2e-4, 50.0) == ["R1", "R2"]
    assert features["road"].classes == ()


def test_assets_are_found_by_class(store: BoundaryStore, define: Define) -> None:
    import_parts(store, define)
    part = load_features(store)["part"]
    assert part.classes == ("", "井盖", "路灯")
    assert part.points.classes.tolist() == [1, 0, 2]
    assert part.class_ordinals(["路灯", "井盖", "树"]) == (1, 2)
    assert part.class_ordinals(["树"]) == ()
    near = part.points.within(LON, LAT, 30.0)
    assert [part.areas[hit.ordinal].code for hit in near] == ["P3", "P1", "P2"]
    covers = part.points.within(LON + 5e-3, LAT, 30.0, classes=part.class_ordinals(["井盖"]))
    assert [part.areas[hit.ordinal].code for hit in covers] == ["P1"]


def test_layers_can_be_chosen(store: BoundaryStore, define: Define, city: Fill) -> None:
    import_roads(city(store), define)
    import_parts(store, define)
    assert list(load_features(store, ["part"])) == ["part"]
    assert load_features(store, []) == {}
    for key in ("street", "district"):
        with pytest.raises(UnknownLayerError, match=f"{key!r}; loaded layers: road, part"):
            load_features(store, [key])


def test_a_store_without_them_has_no_features(store: BoundaryStore, city: Fill) -> None:
    assert load_features(city(store)) == {}


def test_retired_editions_answer_as_they_did(
    store: BoundaryStore, define: Define, city: Fill
) -> None:
    old, new = (import_roads(city(store), define, shift) for shift in (0.0, 0.005))
    place = (LON + 0.005, LAT + 1e-4, 50.0)
    assert store.edition(old.id).state == "retired"
    assert found_lines(load_features(store)["road"], *place) == []
    then = load_features(store, editions={"road": old.id})
    assert (then["road"].edition.id, found_lines(then["road"], *place)) == (old.id, ["R2"])
    assert load_features(store)["road"].edition.id == new.id
    assert load_features(store, editions={}) == {}


def test_a_locator_of_retired_editions_answers_as_it_did(
    store: BoundaryStore, define: Define, city: Fill
) -> None:
    before = load_locator(city(store), today=lambda: TODAY)
    ids = {s.layer.key: s.edition.id for s in before.layers}
    moved = store.areas(ids["township"])
    whole = AreaTable.build(
        ["990101009"], ["新街道"], np.array([shapely.union_all(moved.require_geometries())])
    )
    store.import_rows(define("township", layer__parent="district"), whole)
    now = load_locator(store, today=lambda: TODAY)
    then = load_locator(store, editions=ids, today=lambda: TODAY)
    assert now.locate(116.415, 39.905).chain[1]["code"] == "990101009"
    assert then.locate(116.415, 39.905).to_dict() == before.locate(116.415, 39.905).to_dict()
    assert then.etag == before.etag
    assert now.etag != before.etag
    only = load_locator(store, editions={"district": ids["district"]}, today=lambda: TODAY)
    assert [s.layer.key for s in only.layers] == ["district"]


def test_features_and_areas_share_one_list_of_editions(
    store: BoundaryStore, define: Define, city: Fill
) -> None:
    import_roads(city(store), define)
    ids = {edition.layer: edition.id for edition in store.active_editions()}
    assert list(load_features(store, editions=ids)) == ["road"]
    located = load_locator(store, editions=ids)
    assert [s.layer.key for s in located.layers] == ["district", "township", "estate"]
    with pytest.raises(NoActiveEditionError):
        load_locator(store, editions={"road": ids["road"]})


def test_editions_that_are_not_there_are_named(
    store: BoundaryStore, define: Define, city: Fill
) -> None:
    road = import_roads(city(store), define)
    for load in (load_features, load_locator):
        with pytest.raises(UnknownEditionError, match="no edition 'gone'"):
            load(store, editions={"road": "gone"})
        with pytest.raises(UnknownEditionError, match=f"'{road.id}' of layer 'district'"):
            load(store, editions={"district": road.id})
        with pytest.raises(UnknownLayerError, match="'lane'"):
            load(store, editions={"lane": road.id})


def test_the_index_of_the_wrong_kind_is_not_given_out(
    embedded: BoundaryStore, define: Define
) -> None:
    import_roads(embedded, define)
    import_parts(embedded, define)
    features = load_features(embedded)
    with pytest.raises(TypeError, match="'road' has the role linear, not asset"):
        _ = features["road"].points
    with pytest.raises(TypeError, match="'part' has the role asset, not linear"):
        _ = features["part"].lines


def test_index_files_are_built_once_and_broken_ones_again(
    embedded: BoundaryStore, define: Define
) -> None:
    stages: list[str] = []

    def tell(stage: str, _done: int, _total: int) -> None:
        stages.append(stage)

    import_roads(embedded, define)
    import_parts(embedded, define)
    features = load_features(embedded, progress=tell)
    assert set(stages) == {"lines", "points", "load"}
    files = [feature_index_path(embedded.data_dir, f.layer, f.edition) for f in features.values()]
    assert sorted(files) == sorted((embedded.data_dir / "indexes").iterdir())
    stages.clear()
    load_features(embedded, progress=tell)
    assert stages == ["load", "load"]
    files[0].unlink()  # a file that is mapped must not be written to
    files[0].write_bytes(b"not an index")
    stages.clear()
    again = load_features(embedded, progress=tell)
    assert set(stages) == {"lines", "load"}
    assert found_lines(again["road"], LON + 0.005, LAT + 1e-4, 50.0) == ["R2"]


def test_an_index_with_other_classes_is_built_again(
    embedded: BoundaryStore, define: Define
) -> None:
    first = import_parts(embedded, define)
    feature = load_features(embedded)["part"]
    second = import_parts(embedded, define, kind="A 灯")
    stale = feature_index_path(embedded.data_dir, feature.layer, second)
    stale.write_bytes(feature_index_path(embedded.data_dir, feature.layer, first).read_bytes())
    now = load_features(embedded)["part"]
    assert now.classes == ("", "A 灯", "井盖")
    assert now.points.classes.tolist() == [2, 0, 1]
