"""From layers, sources, corrections and the national tree to a gazetteer."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from boundaries.errors import GrammarConflictError, NoGazetteerError
from boundaries.gazetteer.build import build_active, build_gazetteer, load_gazetteer
from boundaries.gazetteer.check import check_tables
from boundaries.gazetteer.corrections import Proposal
from boundaries.gazetteer.definition import parse_gazetteer_definition
from boundaries.gazetteer.importer import import_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from boundaries.gazetteer.tables import StoreTables, read_tables, store_tables
from boundaries.records import AreaTable
from boundaries.store import BoundaryStore
from geo.address.tables import GazetteerTables, Role

Fill = Callable[[BoundaryStore], BoundaryStore]
Define = Callable[..., Any]
TREE = """示省\t990000\t示
\t示范市\t990100\t示范
\t\t旧湖区\t990101\t旧湖
\t\t\t东井街道
\t\t外区\t990109\t外区
\t\t\t外街道
浙江省\t330000\t浙江
\t舟山市\t330900\t舟山
\t\t西湖区\t330906\t西湖
\t\t\t甲街道
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "tree.txt"
    path.write_text(TREE, encoding="utf-8")
    return path


@pytest.fixture
def filled(embedded: BoundaryStore, city: Fill, define: Define) -> BoundaryStore:
    """Two districts, four townships, two estates; a road through both districts with its doors."""
    city(embedded)
    line = shapely.LineString([(116.402, 39.905), (116.438, 39.905)])
    rim = shapely.LineString([(116.42, 39.900), (116.42, 39.910)])
    embedded.import_rows(
        define("road", layer__role="linear"),
        AreaTable.build(["R1", "R2"], ["红岭路", "界河路"], np.array([line, rim])),
    )
    embedded.import_rows(
        define("door", layer__role="asset", fields__extra=["road_code", "number"]),
        AreaTable.build(
            ["D1", "D2"], ["红岭路1号", "红岭路甲3号"],
            shapely.points([(116.403, 39.9051), (116.405, 39.9051)]),
            attributes=[{"road_code": "R1", "number": 1}, {"road_code": "R1", "number": "甲3"}],
        ),
    )  # fmt: skip
    embedded.import_rows(
        define("entrance", layer__role="asset", fields__extra=["estate_code"]),
        AreaTable.build(
            ["G1"], ["一号院东门"], shapely.points([(116.406, 39.904)]),
            attributes=[{"estate_code": "E1"}],
        ),
    )  # fmt: skip
    return embedded


def add(store: BoundaryStore, folder: Path, text: str, table: dict[str, Any], **more: str) -> None:
    key = more.pop("key", "names")
    definition = parse_gazetteer_definition(
        {
            "gazetteer": {"key": key, "name": "地名", "grammar": more.pop("grammar", "zh")},
            "source": {"datum": "CGCS2000"},
            "edition": {"label": "一版", "valid_from": "2026-01-01", **more},
            "table": [table],
        }
    )
    path = folder / f"{key}.csv"
    path.write_text(text, encoding="utf-8")
    assert import_gazetteer(store, path, definition).ok


def memberships(tables: GazetteerTables, uid: str) -> set[str]:
    rows = tables.memberships
    return set(rows.loc[rows["uid"] == uid, "area_uid"])


def more_names(tables: GazetteerTables, uid: str, status: str) -> set[str]:
    rows = tables.names
    return set(rows.loc[(rows["uid"] == uid) & (rows["status"] == status), "name"])


def area(made: StoreTables, uid: str) -> Any:
    (found,) = made.tables.areas[made.tables.areas["uid"] == uid].itertuples(index=False)
    return found


def test_layers_become_areas_places_and_doors(filled: BoundaryStore, tree: Path) -> None:
    made = read_tables(filled, national=tree)
    tables = made.tables
    assert area(made, "township:990101001").parent_uid == "district:990101"
    roles = dict(zip(tables.places["uid"], tables.places["role"], strict=True))
    assert roles == {
        "estate:E1": Role.ESTATE, "estate:E2": Role.ESTATE, "road:R1": Role.ROAD,
        "road:R2": Role.ROAD, "entrance:G1": Role.GATE,
    }  # fmt: skip
    (gate,) = tables.places[tables.places["uid"] == "entrance:G1"].itertuples(index=False)
    assert gate.parent_uid == "estate:E1"
    assert tables.doors[["owner_uid", "number", "suffix"]].to_numpy().tolist() == [
        ["road:R1", 1, ""], ["road:R1", 3, "甲"],
    ]  # fmt: skip
    assert made.contents["national"]["origin"] == "tree.txt"
    assert made.contents["warnings"] == []


def test_a_road_belongs_to_every_township_it_runs_through(filled: BoundaryStore) -> None:
    tables = store_tables(filled)
    townships = {
        f"township:{code}" for code in ("990101001", "990101002", "990102001", "990102002")
    }
    assert memberships(tables, "road:R1") == townships
    assert memberships(tables, "road:R2") == {"township:990101002", "township:990102001"}
    assert memberships(tables, "estate:E1") == {"township:990101001"}
    (road,) = tables.places[tables.places["uid"] == "road:R1"].itertuples(index=False)
    assert (road.lon, road.lat) == pytest.approx((116.42, 39.905))
    assert road.radius_m == pytest.approx(0.018 * 85_500, rel=0.01)


def test_names_elsewhere_are_not_ours_and_the_areas_above_ours_are(
    filled: BoundaryStore, tree: Path
) -> None:
    made = read_tables(filled, national=tree)
    assert area(made, "district:990101").parent_uid == "cn:示省/示范市"
    assert area(made, "cn:示省/示范市").is_ours
    assert area(made, "cn:示省").is_ours
    assert area(made, "cn:示省/示范市").lon == pytest.approx(116.42, abs=0.001)
    assert not area(made, "cn:示省/示范市/外区").is_ours
    assert not area(made, "cn:浙江省/舟山市/西湖区").is_ours
    # Ours by code, under the name that we know it by; its townships are ours to name.
    uids = set(made.tables.areas["uid"])
    assert "cn:示省/示范市/旧湖区" not in uids
    assert "cn:示省/示范市/旧湖区/东井街道" not in uids


def test_short_forms_and_pinyin_follow_from_the_name(filled: BoundaryStore, tree: Path) -> None:
    tables = read_tables(filled, national=tree).tables
    assert more_names(tables, "district:990101", "short") == {"东湖"}
    assert more_names(tables, "township:990101001", "short") == set()
    assert more_names(tables, "cn:浙江省/舟山市", "short") == {"舟山"}
    assert more_names(tables, "cn:浙江省/舟山市/西湖区", "short") == set()
    assert more_names(tables, "road:R1", "pinyin") == {"honglinglu"}


def test_without_a_national_tree_it_is_said(
    filled: BoundaryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boundaries.gazetteer.national.PACKAGE", "no_such_package")
    made = read_tables(filled)
    assert made.contents["national"] is None
    assert any("no national tree" in warning for warning in made.contents["warnings"])
    assert made.tables.areas["is_ours"].all()


def test_a_source_adds_names_to_what_the_layers_have(
    filled: BoundaryStore, tmp_path: Path, tree: Path
) -> None:
    text = "今名,旧名,性质\n红岭路,解放路,旧名\n没有的路,解放路,旧名\n"
    fields = {"of": "今名", "name": "旧名", "status": "性质"}
    add(filled, tmp_path, text, {"holds": "names", "fields": fields})
    made = read_tables(filled, national=tree)
    assert more_names(made.tables, "road:R1", "old") == {"解放路"}
    assert any("1 names of unknown places" in text for text in made.contents["warnings"])


def test_doors_find_their_road_by_name_and_make_one_where_there_is_none(
    filled: BoundaryStore, tmp_path: Path, tree: Path
) -> None:
    rows = [
        "红岭路,9号,116.409,39.9051",
        "东湖区甲街道红岭路,11号,116.409,39.9051",
        "红岭路,9号,116.409,39.999",
        "新路,1号,116.405,39.903",
        "新路,3号,116.435,39.903",
    ]
    fields = {"owner": "路", "number": "号", "lon": "x", "lat": "y"}
    text = "路,号,x,y\n" + "\n".join(rows) + "\n"
    add(filled, tmp_path, text, {"holds": "doors", "fields": fields})
    tables = read_tables(filled, national=tree).tables
    added = tables.doors.iloc[2:]
    assert added["owner_uid"].tolist() == [
        "road:R1",
        "road:R1",
        "road:红岭路",  # ten kilometres from the one we know, and outside every district
        "road:新路@district:990101",
        "road:新路@district:990102",
    ]
    assert set(added["owner_uid"]) <= set(tables.places["uid"])
    assert memberships(tables, "road:新路@district:990102") == {"township:990102002"}


def test_segments_of_a_road_become_one_and_two_roads_of_a_name_stay_two(
    embedded: BoundaryStore, city: Fill, define: Define, tree: Path
) -> None:
    city(embedded)
    lines = [
        shapely.LineString([(116.401, 39.905), (116.405, 39.905)]),
        shapely.LineString([(116.405, 39.905), (116.409, 39.905)]),
        shapely.LineString([(116.431, 39.905), (116.439, 39.905)]),
    ]
    embedded.import_rows(
        define("road", layer__role="linear"),
        AreaTable.build(["R1", "R2", "R3"], ["红岭路"] * 3, np.array(lines)),
    )
    made = read_tables(embedded, national=tree)
    roads = made.tables.places[made.tables.places["role"] == Role.ROAD]
    assert roads["uid"].tolist() == ["road:R1", "road:R3"]
    assert made.contents["counts"]["merged"] == 1
    geometry = made.tables.roads["geometry"].iloc[0]
    assert geometry.equals(shapely.union_all(lines[:2]))


def test_the_same_place_in_two_sources_is_one(
    filled: BoundaryStore, tmp_path: Path, tree: Path
) -> None:
    fields = {"name": "n", "lon": "x", "lat": "y"}
    table = {"holds": "places", "fields": fields, "constants": {"role": "estate"}}
    text = "n,x,y\n一号院,116.4041,39.9041\n一号院,116.435,39.905\n"
    add(filled, tmp_path, text, table)
    places = read_tables(filled, national=tree).tables.places
    named = places[places["name"] == "一号院"]
    assert len(named) == 2
    assert named["uid"].iloc[0] == "estate:E1"


def test_sources_of_two_grammars_do_not_mix(filled: BoundaryStore, tmp_path: Path) -> None:
    table = {"holds": "places", "fields": {"name": "n", "lon": "x", "lat": "y"}}
    add(filled, tmp_path, "n,x,y\n甲店,116.41,39.905\n", table, key="one")
    add(filled, tmp_path, "n,x,y\nMAIN,116.41,39.905\n", table, key="two", grammar="en")
    with pytest.raises(GrammarConflictError, match="zh: one; en: two"):
        store_tables(filled)


def test_a_source_that_is_not_valid_is_left_out_and_named(
    filled: BoundaryStore, tmp_path: Path, tree: Path
) -> None:
    table = {"holds": "places", "fields": {"name": "n", "lon": "x", "lat": "y"}}
    add(filled, tmp_path, "n,x,y\n甲店,116.41,39.905\n", table, valid_to="2026-06-01")
    made = read_tables(filled, national=tree, at=date(2026, 5, 31))
    assert "甲店" in set(made.tables.places["name"])
    made = read_tables(filled, national=tree, at=date(2026, 6, 1))
    assert "甲店" not in set(made.tables.places["name"])
    assert "source names is not valid on 2026-06-01 and was left out" in made.contents["warnings"]


def test_an_empty_store_has_tables_too(embedded: BoundaryStore, tree: Path) -> None:
    made = read_tables(embedded, national=tree)
    assert len(made.tables.places) == 0
    assert not made.tables.areas["is_ours"].any()


def test_the_check_names_homonyms_near_names_and_places_outside(
    filled: BoundaryStore, tmp_path: Path, tree: Path
) -> None:
    rows = ["红岭家园,116.401,39.901", "红岑家园,116.402,39.901", "远方店,117.5,39.9"]
    rows += ["同名店,116.401,39.902", "同名店,116.435,39.902", "红岭一里,116.401,39.903"]
    rows += ["红岭二里,116.401,39.904"]
    table = {"holds": "places", "fields": {"name": "n", "lon": "x", "lat": "y"}}
    add(filled, tmp_path, "n,x,y\n" + "\n".join(rows) + "\n", table)
    found = check_tables(read_tables(filled, national=tree).tables)
    assert [(name, len(entities)) for name, entities in found.homonyms] == [("同名店", 2)]
    assert [(one.name, other.name) for one, other in found.near_names] == [("红岑家园", "红岭家园")]
    assert [one.name for one in found.outside] == ["远方店"]
    assert any("同名店" in line for line in found.lines())
    assert found.to_dict()["counts"]["doors"] == 2


def test_a_build_becomes_the_active_one_and_keeps_the_one_before(
    filled: BoundaryStore, tree: Path
) -> None:
    kept = GazetteerStore(filled)
    with pytest.raises(NoGazetteerError):
        load_gazetteer(filled)
    paths = [build_active(filled, national=tree) for _ in range(3)]
    assert [path.exists() for path in paths] == [False, True, True]
    assert kept.path() == paths[-1]
    gazetteer = load_gazetteer(filled)
    assert gazetteer.edition == kept.token() == paths[-1].stem
    road = gazetteer.find("road:R1")
    assert gazetteer.name(road) == "红岭路"
    held = {gazetteer.name(int(one)) for one in gazetteer.areas_of(road)}
    assert held == {"甲街道", "乙街道", "丙街道", "丁镇", "东湖区", "西湖区", "示范市", "示省"}
    assert kept.active_build().inputs == kept.inputs_token()


def test_an_accepted_correction_is_in_the_next_build_and_a_rejected_one_is_not(
    filled: BoundaryStore, tree: Path
) -> None:
    kept = GazetteerStore(filled)
    alias = kept.propose(Proposal(name="岭子路", by="甲", uid="road:R1", uid_name="红岭路"))
    place = kept.propose(
        Proposal(name="红岭驿站", by="甲", lon=116.415, lat=39.905, role="poi", kind="驿站")
    )
    wrong = kept.propose(Proposal(name="红岭大道", by="甲", uid="road:R1"))
    kept.decide(alias.id, "accepted", "乙")
    kept.decide(place.id, "accepted", "乙")
    kept.decide(wrong.id, "rejected", "乙")
    built = build_gazetteer(filled, national=tree)
    assert built.contents["corrections"] == 2
    tables = read_tables(filled, national=tree).tables
    assert more_names(tables, "road:R1", "alias") == {"岭子路"}
    assert memberships(tables, f"correction:{place.id}") == {"township:990101002"}
    assert load_gazetteer(filled).find(f"correction:{place.id}") >= 0
