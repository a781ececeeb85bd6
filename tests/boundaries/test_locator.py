"""Who holds a place: chain, overlays, flags, dates; one point and many agree."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boundaries.assignment import flag_texts
from boundaries.definition import LayerDefinition
from boundaries.errors import DateOutsideValidityError, NoActiveEditionError, UnknownLayerError
from boundaries.locator import Locator, load_locator
from boundaries.records import AreaTable
from boundaries.snapshot import index_path
from boundaries.store import BoundaryStore
from geo.errors import CoordinateError

Define = Callable[..., LayerDefinition]
Fill = Callable[[BoundaryStore], BoundaryStore]
TODAY = date(2026, 6, 1)


def load(store: BoundaryStore) -> Locator:
    return load_locator(store, today=lambda: TODAY)


@pytest.fixture
def locator(embedded: BoundaryStore, city: Fill) -> Locator:
    return load(city(embedded))


def codes(locator: Locator, lon: float, lat: float) -> list[str | None]:
    return [entry["code"] for entry in locator.locate(lon, lat).chain]


def test_the_chain_goes_from_coarse_to_fine(store: BoundaryStore, city: Fill) -> None:
    locator = load(city(store))
    assert [snapshot.layer.key for snapshot in locator.layers] == ["district", "township", "estate"]
    assert codes(locator, 116.415, 39.905) == ["990101", "990101002"]
    assert codes(locator, 116.435, 39.905) == ["990102", "990102002"]


def test_an_answer_is_documented_json(locator: Locator) -> None:
    found = locator.locate(
        116.4150001, 39.905, accuracy_m=30, at=TODAY, input_point=(116.42, 39.91, "GCJ-02")
    )
    edition = locator.snapshot("township").edition
    answer = orjson.loads(orjson.dumps(found.to_dict()))
    assert list(answer) == [
        "input", "location", "accuracy_m", "at", "chain", "overlays", "flags", "provisional",
        "editions",
    ]  # fmt: skip
    assert answer["input"] == {"lon": 116.42, "lat": 39.91, "datum": "GCJ-02"}
    assert answer["location"] == {"lon": 116.4150001, "lat": 39.905, "datum": "CGCS2000"}
    assert answer["at"] == "2026-06-01"
    township = answer["chain"][1]
    assert township["border_m"] == pytest.approx(427.4, abs=1)
    assert township == {
        "layer": "township",
        "kind": "township",
        "code": "990101002",
        "name": "乙街道",
        "uid": locator.snapshot("township").areas[1].uid,
        "edition": edition.id,
        "rule": "inside",
        "border_m": township["border_m"],
        "contenders": [],
    }
    assert (answer["flags"], answer["provisional"]) == ([], False)
    assert answer["editions"]["township"] == {
        "id": edition.id,
        "label": "示范",
        "valid_from": "2026-01-01",
        "valid_to": None,
        "generated": False,
    }
    assert set(answer["editions"]) == {"district", "township", "estate"}


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (116.4153, 39.905),  # plain
        (116.403, 39.904),  # in one estate
        (116.40205, 39.904),  # near an estate's border
        (116.41005, 39.905),  # near a township's border
        (116.41995, 39.9001),  # near borders of both partitions and of the outside
        (116.405, 39.904),  # in two estates
        (116.42, 39.905),  # on a border
        (116.5, 39.905),  # outside
    ],
)
@pytest.mark.parametrize("accuracy_m", [0.0, 20.0, 3000.0])
def test_json_bytes_say_what_the_dictionary_says(
    locator: Locator, lon: float, lat: float, accuracy_m: float
) -> None:
    given_point = (1.0, 2.5e-07, "BD-09")
    written = locator.locate_json(lon, lat, accuracy_m=accuracy_m, input_point=given_point)
    found = locator.locate(lon, lat, accuracy_m=accuracy_m, input_point=given_point)
    answer, expected = orjson.loads(written), orjson.loads(orjson.dumps(found.to_dict()))
    assert answer == expected
    assert list(answer) == list(expected)
    assert [list(entry) for entry in answer["chain"]] == [list(e) for e in expected["chain"]]


def test_json_bytes_name_a_nesting_conflict(embedded: BoundaryStore, define: Define) -> None:
    square = shapely.box(116.40, 39.90, 116.42, 39.92)
    embedded.import_rows(define("district"), AreaTable.build(["D1"], ["一区"], np.array([square])))
    embedded.import_rows(
        define("township", layer__parent="district"),
        AreaTable.build(["T1"], ["一街道"], np.array([square]), parent_codes=["D2"]),
    )
    locator = load(embedded)
    answer = orjson.loads(locator.locate_json(116.41, 39.91))
    assert answer["flags"] == ["nesting_conflict"] == locator.locate(116.41, 39.91).flags


def test_dates_outside_the_validity_are_errors_in_bytes_too(locator: Locator) -> None:
    with pytest.raises(DateOutsideValidityError):
        locator.locate_json(116.4153, 39.905, at=date(2020, 1, 1))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lon=st.floats(116.395, 116.445), lat=st.floats(39.895, 39.915))
def test_json_bytes_and_dictionary_agree_everywhere(
    locator: Locator, lon: float, lat: float
) -> None:
    found = orjson.dumps(locator.locate(lon, lat).to_dict())
    assert orjson.loads(locator.locate_json(lon, lat)) == orjson.loads(found)


def test_a_border_goes_to_the_smallest_code_and_is_provisional(locator: Locator) -> None:
    found = locator.locate(116.41, 39.905)
    district, township = found.chain
    assert (district["rule"], township["rule"]) == ("inside", "border_smallest_code")
    assert township["code"] == "990101001"
    assert township["border_m"] == 0.0
    assert township["contenders"] == [
        {"code": "990101001", "name": "甲街道", "distance_m": 0.0},
        {"code": "990101002", "name": "乙街道", "distance_m": 0.0},
    ]
    assert found.flags == ["on_border"]
    assert found.provisional


def test_a_place_within_its_accuracy_of_a_border_lists_the_contenders(locator: Locator) -> None:
    lon = 116.41 + 10 / 85_500
    found = locator.locate(lon, 39.905, accuracy_m=20.0)
    assert found.flags == ["near_border"]
    assert not found.provisional
    owner, other = found.chain[1]["contenders"]
    assert (owner["code"], owner["distance_m"]) == ("990101002", 0.0)
    assert other["code"] == "990101001"
    assert other["distance_m"] == pytest.approx(10.0, abs=0.05)
    sharp = locator.locate(lon, 39.905, accuracy_m=5.0)
    assert sharp.flags == []
    assert sharp.chain[1]["contenders"] == []


def test_overlays_are_listed_by_precedence(locator: Locator) -> None:
    found = locator.locate(116.405, 39.904)
    assert [(entry["code"], entry["precedence"]) for entry in found.overlays] == [
        ("E2", 10),
        ("E1", 20),
    ]
    assert found.flags == []
    assert locator.locate(116.403, 39.904).overlays[0]["code"] == "E1"
    assert locator.locate(116.415, 39.904).overlays == []


def test_outside_is_nobody(locator: Locator) -> None:
    found = locator.locate(116.5, 39.905)
    assert [entry["code"] for entry in found.chain] == [None, None]
    assert {entry["rule"] for entry in found.chain} == {"none"}
    assert found.chain[0]["border_m"] == pytest.approx(5_130, rel=0.01)
    assert found.flags == ["outside"]
    assert not found.provisional


@pytest.fixture
def torn(embedded: BoundaryStore, define: Define) -> Locator:
    """Load a district whose townships leave a gap of 8 m and overlap by 8 m."""
    width = 8 / 85_500
    whole = np.array([shapely.box(116.40, 39.90, 116.43, 39.91)])
    parts = [
        shapely.box(116.40, 39.90, 116.41, 39.91),
        shapely.box(116.41 + width, 39.90, 116.42, 39.91),
        shapely.box(116.42 - width, 39.90, 116.43, 39.91),
    ]
    embedded.import_rows(define("district"), AreaTable.build(["1"], ["区"], whole))
    table = AreaTable.build(
        ["11", "12", "13"], ["甲", "乙", "丙"], np.array(parts), parent_codes=["1", "1", "9"]
    )
    embedded.import_rows(define("township", layer__parent="district"), table)
    return load(embedded)


def test_a_place_in_a_gap_takes_the_nearest_within_tolerance(torn: Locator) -> None:
    found = torn.locate(116.41 + 3 / 85_500, 39.905, accuracy_m=1.0)
    assert found.chain[1]["code"] == "11"
    assert found.chain[1]["rule"] == "nearest_within_tolerance"
    assert found.flags == ["gap"]
    assert found.provisional


def test_a_place_in_a_gap_beyond_tolerance_is_nobodys(
    embedded: BoundaryStore, torn: Locator
) -> None:
    narrow = load_locator(embedded, tolerance_m=1.0, today=lambda: TODAY)
    found = narrow.locate(116.41 + 3 / 85_500, 39.905)
    assert found.chain[1]["code"] is None
    assert found.chain[1]["rule"] == "none"
    assert found.flags == ["near_border", "gap"]
    assert [c["code"] for c in found.chain[1]["contenders"]] == ["11", "12"]
    assert narrow.etag != torn.etag


def test_an_overlap_goes_to_the_smallest_code(torn: Locator) -> None:
    found = torn.locate(116.42 - 4 / 85_500, 39.905, accuracy_m=1.0)
    assert (found.chain[1]["code"], found.chain[1]["rule"]) == ("12", "overlap_smallest_code")
    assert found.flags == ["overlap"]
    assert found.provisional


def test_an_area_that_names_another_parent_is_flagged(torn: Locator) -> None:
    assert torn.locate(116.425, 39.905).flags == ["nesting_conflict"]
    assert torn.locate(116.425, 39.905, layers=["township"]).flags == []


def test_layers_can_be_chosen(locator: Locator) -> None:
    found = locator.locate(116.405, 39.904, layers=["estate", "district"])
    assert [entry["layer"] for entry in found.chain] == ["district"]
    assert len(found.overlays) == 2
    assert set(found.editions) == {"district", "estate"}
    with pytest.raises(UnknownLayerError, match="'street'; loaded layers: district"):
        locator.locate(116.405, 39.904, layers=["street"])
    with pytest.raises(UnknownLayerError):
        locator.assign(np.zeros((1, 2)), layers=["street"])


def test_a_date_outside_the_validity_is_an_error(embedded: BoundaryStore, define: Define) -> None:
    box = np.array([shapely.box(0, 0, 1, 1)])
    embedded.import_rows(
        define(edition__valid_to="2026-12-31"), AreaTable.build(["1"], ["区"], box)
    )
    locator = load(embedded)
    assert locator.validity == (date(2026, 1, 1), date(2026, 12, 31))
    assert locator.locate(0.5, 0.5, at=date(2026, 12, 30)).at == date(2026, 12, 30)
    for at in (date(2025, 12, 31), date(2026, 12, 31)):
        with pytest.raises(DateOutsideValidityError, match=f"{at}.*'district'.*2026-01-01"):
            locator.locate(0.5, 0.5, at=at)
        with pytest.raises(DateOutsideValidityError):
            locator.assign(np.zeros((1, 2)), at=at)
        with pytest.raises(DateOutsideValidityError):
            load_locator(embedded, at)
    late = load_locator(embedded, today=lambda: date(2027, 1, 1))
    with pytest.raises(DateOutsideValidityError, match="2027-01-01"):
        late.locate(0.5, 0.5)


@pytest.mark.parametrize(
    ("lon", "lat"), [(np.nan, 39.9), (116.4, np.inf), (39.9, 116.4), (200.0, 0.0)]
)
def test_what_is_no_place_is_refused(locator: Locator, lon: float, lat: float) -> None:
    with pytest.raises(CoordinateError):
        locator.locate(lon, lat)


def test_a_negative_accuracy_is_refused(locator: Locator) -> None:
    with pytest.raises(CoordinateError, match="radius"):
        locator.locate(116.405, 39.905, accuracy_m=-1.0)


def test_an_empty_store_has_no_locator(embedded: BoundaryStore, define: Define) -> None:
    with pytest.raises(NoActiveEditionError, match="import one first"):
        load_locator(embedded)
    line = np.array([shapely.LineString([(0, 0), (1, 1)])])
    table = AreaTable.build(["1"], ["路"], line)
    embedded.import_rows(define("road", layer__role="linear"), table)
    with pytest.raises(NoActiveEditionError):
        load_locator(embedded)


def test_index_files_are_built_once_and_broken_ones_again(
    embedded: BoundaryStore, city: Fill
) -> None:
    stages: list[str] = []
    city(embedded)

    def tell(stage: str, _done: int, _total: int) -> None:
        stages.append(stage)

    first = load_locator(embedded, progress=tell, today=lambda: TODAY)
    files = sorted((embedded.data_dir / "indexes").iterdir())
    assert files == sorted(index_path(embedded.data_dir, s.edition) for s in first.layers)
    stages.clear()
    load_locator(embedded, progress=tell)
    assert set(stages) == {"load"}
    broken = index_path(embedded.data_dir, first.snapshot("township").edition)
    broken.unlink()
    broken.write_bytes(b"not an index")
    again = load(embedded)
    assert codes(again, 116.415, 39.905) == ["990101", "990101002"]
    assert again.etag == first.etag


def test_the_etag_follows_the_editions(embedded: BoundaryStore, city: Fill, define: Define) -> None:
    before = load(city(embedded))
    assert load(embedded).etag == before.etag
    table = embedded.areas(before.snapshot("estate").edition.id)
    embedded.import_rows(define("estate", layer__role="overlay"), table)
    assert load(embedded).etag != before.etag


def test_bounds_cover_all_layers(locator: Locator) -> None:
    assert locator.bounds == pytest.approx((116.40, 39.90, 116.44, 39.91))


def test_missing_places_belong_to_nobody(locator: Locator) -> None:
    lonlat = np.array([[116.405, 39.904], [np.nan, 39.9], [np.inf, 0.0]])
    assigned = locator.assign(lonlat)
    assert list(assigned) == ["district", "township", "estate"]
    assert assigned["township"].ordinals.tolist() == [0, -1, -1]
    assert np.isnan(assigned["township"].border_m).tolist() == [False, True, True]
    assert flag_texts(locator.flags(assigned)) == ["", "", ""]
    assert [a.code for a in locator.snapshot("estate").areas] == ["E2", "E1"]
    assert assigned["estate"].ordinals.tolist() == [0, -1, -1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([116.40, 116.41, 116.42, 116.43])
            | st.floats(116.3995, 116.4305)
            | st.floats(116.4099, 116.4102)
            | st.floats(116.4198, 116.4201),
            st.sampled_from([39.90, 39.91]) | st.floats(39.8995, 39.9105),
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([0.0, 3.0, 20.0]),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_one_point_and_many_get_the_same_answer(
    torn: Locator, places: list[tuple[float, float]], accuracy_m: float
) -> None:
    assigned = torn.assign(np.array(places))
    flags = flag_texts(torn.flags(assigned, accuracy_m))
    for row, (lon, lat) in enumerate(places):
        found = torn.locate(lon, lat, accuracy_m=accuracy_m)
        assert flags[row] == ";".join(found.flags)
        for entry in found.chain:
            answer = assigned[entry["layer"]]
            ordinal = answer.ordinals[row]
            areas = torn.snapshot(entry["layer"]).areas
            assert entry["code"] == (areas[ordinal].code if ordinal >= 0 else None)
            assert entry["border_m"] == pytest.approx(answer.border_m[row], abs=0.001)
            assert (entry["rule"] == "nearest_within_tolerance") == answer.in_gap[row]


def test_index_files_lie_in_the_data_folder(locator: Locator, tmp_path: Path) -> None:
    edition = locator.snapshot("district").edition
    assert index_path(tmp_path, edition).name == (
        f"district-{edition.id}-{edition.shapes_hash[:16]}.xqi"
    )
