"""Files of names on their way into the store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from boundaries.errors import DefinitionError, SourceError, SourceFieldError
from boundaries.gazetteer.definition import GazetteerDefinition, parse_gazetteer_definition
from boundaries.gazetteer.importer import import_gazetteer
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.report import GazetteerReport
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore
from geo.datum import from_cgcs2000

Fill = Callable[[BoundaryStore], BoundaryStore]


def defined(*tables: dict[str, Any], datum: str = "CGCS2000", **source: str) -> GazetteerDefinition:
    return parse_gazetteer_definition(
        {
            "gazetteer": {"key": "names", "name": "地名"},
            "source": {"datum": datum, **source},
            "edition": {"label": "一版", "valid_from": "2026-01-01"},
            "table": list(tables),
        }
    )


PLACES: dict[str, Any] = {
    "holds": "places",
    "fields": {"name": "名称", "kind": "类别", "lon": "经度", "lat": "纬度", "alias": "别名"},
    "roles": {"小区": "estate", "default": "poi"},
}
HEADING = "名称,类别,经度,纬度,别名\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def kept(store: BoundaryStore, report: GazetteerReport) -> SourceContent:
    assert report.source_id is not None
    return GazetteerStore(store).content(report.source_id)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_the_encodings_of_china(
    embedded: BoundaryStore, tmp_path: Path, encoding: str
) -> None:
    text = HEADING + "红岭里,小区,116.405,39.905,红岭;红岭里小区\n中心小学,小学,116.415,39.905,\n"
    path = write(tmp_path / "poi.csv", text, encoding)
    content = kept(embedded, import_gazetteer(embedded, path, defined(PLACES)))
    assert content.entries["name"].tolist() == ["红岭里", "中心小学"]
    assert content.entries["role"].tolist() == ["estate", "poi"]
    assert content.names["name"].tolist() == ["红岭", "红岭里小区"]
    assert set(content.names["uid"]) == {content.entries["uid"].iloc[0]}


def test_points_are_converted_from_their_datum(embedded: BoundaryStore, tmp_path: Path) -> None:
    (lon, lat) = from_cgcs2000(np.array([[116.405, 39.905]]), "BD-09")[0].tolist()
    path = write(tmp_path / "poi.csv", HEADING + f"红岭里,小区,{lon},{lat},\n")
    content = kept(embedded, import_gazetteer(embedded, path, defined(PLACES, datum="BD-09")))
    found = content.entries[["lon", "lat"]].to_numpy()[0]
    assert found == pytest.approx([116.405, 39.905], abs=1e-8)


def test_every_refused_row_is_listed_and_the_others_are_taken(
    embedded: BoundaryStore, tmp_path: Path
) -> None:
    rows = [
        "红岭里,小区,116.405,39.905,",
        ",小区,116.405,39.905,",
        "甲,小区,,,",
        "乙,小区,39.905,116.405,",
        "丙,小区,abc,39.9,",
        "太,多,116.4,39.9,,,",
        "红岭里,小区,116.405,39.905,",
        "桂岗,小区,116.406,39.906,",
    ]
    path = write(tmp_path / "poi.csv", HEADING + "\n".join(rows) + "\n")
    report = import_gazetteer(embedded, path, defined(PLACES))
    assert report.n_read == 8
    assert {refusal.row: refusal.field for refusal in report.refused} == {
        2: "名称", 3: "经度", 4: "经度", 5: "经度", 6: "",
    }  # fmt: skip
    assert report.duplicates == [7]
    assert report.counts["entries"] == 2
    assert report.n_read == report.counts["entries"] + len(report.refused) + len(report.duplicates)
    assert GazetteerStore(embedded).sources()[0].report["refused"][0]["row"] == 6


def test_a_kind_without_a_role_is_refused_when_roles_are_listed(
    embedded: BoundaryStore, tmp_path: Path
) -> None:
    table = PLACES | {"roles": {"小区": "estate"}}
    path = write(tmp_path / "poi.csv", HEADING + "中心小学,小学,116.415,39.905,\n")
    report = import_gazetteer(embedded, path, defined(table))
    assert report.outcome == "refused"
    assert report.refused[0].value == "小学"
    assert GazetteerStore(embedded).sources() == []


def test_an_id_that_occurs_twice_is_refused(embedded: BoundaryStore, tmp_path: Path) -> None:
    table = {"holds": "places", "fields": {"id": "id", "name": "n", "lon": "x", "lat": "y"}}
    text = "id,n,x,y\n7,甲里,116.405,39.905\n7,乙里,116.406,39.905\n"
    report = import_gazetteer(embedded, write(tmp_path / "p.csv", text), defined(table))
    assert [(refusal.row, refusal.field) for refusal in report.refused] == [(2, "id")]
    assert kept(embedded, report).entries["uid"].tolist() == ["names:7"]


def test_a_door_plate_file_is_read_by_road_or_by_full_address(
    embedded: BoundaryStore, tmp_path: Path
) -> None:
    by_road = {
        "holds": "doors", "fields": {"owner": "路", "number": "号", "lon": "x", "lat": "y"},
    }  # fmt: skip
    text = "路,号,x,y\n红岭路,12号,116.405,39.905\n红岭路,无,116.405,39.905\n"
    report = import_gazetteer(embedded, write(tmp_path / "a.csv", text), defined(by_road))
    assert [(refusal.row, refusal.field) for refusal in report.refused] == [(2, "号")]
    by_address = {"holds": "doors", "fields": {"address": "地址", "lon": "x", "lat": "y"}}
    text = "地址,x,y\n东湖区红岭路甲12号,116.405,39.905\n红岭路,116.405,39.905\n"
    report = import_gazetteer(embedded, write(tmp_path / "b.csv", text), defined(by_address))
    assert [(refusal.row, refusal.field) for refusal in report.refused] == [(2, "地址")]
    (door,) = kept(embedded, report).doors.itertuples(index=False)
    assert (door.owner_name, door.number, door.suffix) == ("东湖区红岭路", 12, "甲")


def test_names_with_dates_and_ranges_are_read(embedded: BoundaryStore, tmp_path: Path) -> None:
    names = {
        "holds": "names",
        "fields": {"of": "今名", "name": "旧名", "status": "性质", "valid_to": "止"},
    }
    text = "今名,旧名,性质,止\n红岭路,解放路,曾用名,1999-05-01\n"
    text += "红岭路,岭路,俗称,\n红岭路,x,旧名,1999\n"
    report = import_gazetteer(embedded, write(tmp_path / "n.csv", text), defined(names))
    found = kept(embedded, report).names
    assert found["status"].tolist() == ["old", "alias"]
    assert found["valid_to"].tolist() == ["1999-05-01", ""]
    assert [(refusal.row, refusal.field) for refusal in report.refused] == [(3, "止")]
    ranges = {
        "holds": "ranges",
        "fields": {"owner": "road", "side": "side", "from": "a", "to": "b", "wkt": "line"},
    }
    text = (
        "road,side,a,b,line\n"
        'MAIN ST,left,101,199,"LINESTRING (116.40 39.90, 116.41 39.90)"\n'
        "MAIN ST,x,101,199,\nMAIN ST,R,a,199,\nMAIN ST,R,102,198,POINT (1 1)\n"
    )
    report = import_gazetteer(embedded, write(tmp_path / "r.csv", text), defined(ranges))
    (line,) = kept(embedded, report).ranges.itertuples(index=False)
    assert (line.side, line.from_number, line.to_number) == ("L", 101, 199)
    assert [(refusal.row, refusal.field) for refusal in report.refused] == [
        (2, "side"), (3, "a"), (4, "line"),
    ]  # fmt: skip


def test_one_file_may_hold_several_tables(embedded: BoundaryStore, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    road = gpd.GeoDataFrame(
        {"name": ["红岭路"]}, geometry=[shapely.LineString([(116.4, 39.9), (116.41, 39.9)])],
        crs=4490,
    )  # fmt: skip
    area = gpd.GeoDataFrame(
        {"name": ["示范市"], "code": ["990100"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490
    )
    road.to_file(path, layer="road", driver="GPKG")
    area.to_file(path, layer="city", driver="GPKG")
    report = import_gazetteer(
        embedded,
        path,
        defined(
            {"holds": "places", "layer": "road", "fields": {"name": "name"},
             "constants": {"role": "road"}},
            {"holds": "areas", "layer": "city", "fields": {"name": "name", "code": "code"},
             "constants": {"level": "city"}},
        ),
    )  # fmt: skip
    entries = kept(embedded, report).entries
    assert entries["role"].tolist() == ["road", "area"]
    assert entries["level"].tolist() == [0, 2]
    assert [shape.geom_type for shape in entries["geometry"]] == ["LineString", "Polygon"]


def test_points_outside_the_city_and_a_doubtful_datum_are_said(
    embedded: BoundaryStore, tmp_path: Path, city: Fill
) -> None:
    city(embedded)
    rng = np.random.default_rng(7)
    inside = rng.uniform((116.4005, 39.9005), (116.4395, 39.9095), (400, 2))
    names = np.array(["甲街道", "乙街道", "丙街道", "丁镇"])[
        ((inside[:, 0] - 116.40) // 0.01).astype(int)
    ]
    moved = from_cgcs2000(inside, "BD-09")
    lines = [
        f"店{row},{name},{x},{y}"
        for row, (name, (x, y)) in enumerate(zip(names, moved.tolist(), strict=True))
    ]
    path = write(tmp_path / "p.csv", "n,a,x,y\n" + "\n".join(lines) + "\n")
    table = {"holds": "places", "fields": {"name": "n", "area": "a", "lon": "x", "lat": "y"}}
    wrong = import_gazetteer(embedded, path, defined(table), dry_run=True)
    assert "look like BD-09" in wrong.datum_doubt
    assert wrong.n_outside > 100
    right = import_gazetteer(embedded, path, defined(table, datum="BD-09"), dry_run=True)
    assert right.datum_doubt == ""
    assert right.n_outside == 0
    assert GazetteerStore(embedded).sources() == []


OSM = """<?xml version="1.0"?>
<osm version="0.6">
 <node id="1" lat="39.900" lon="116.400"/><node id="2" lat="39.900" lon="116.410"/>
 <node id="3" lat="39.901" lon="116.401"><tag k="name" v="中心小学"/><tag k="amenity" v="school"/>
  <tag k="old_name" v="第一小学"/></node>
 <node id="4" lat="39.901" lon="116.402"><tag k="addr:housenumber" v="12"/>
  <tag k="addr:street" v="红岭路"/></node>
 <node id="5" lat="39.902" lon="116.403"><tag k="addr:housenumber" v="12"/></node>
 <node id="6" lat="39.905" lon="116.404"/><node id="7" lat="39.905" lon="116.405"/>
 <node id="8" lat="39.906" lon="116.405"/>
 <node id="9" lat="39.906" lon="116.406"><tag k="name" v="无名"/></node>
 <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/>
  <tag k="name" v="红岭路"/></way>
 <way id="11"><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="6"/>
  <tag k="landuse" v="residential"/><tag k="name" v="红岭里"/></way>
 <way id="12"><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="6"/>
  <tag k="boundary" v="administrative"/><tag k="admin_level" v="8"/>
  <tag k="name" v="柳林街道"/></way>
</osm>
"""


def test_openstreetmap_gives_names_roads_doors_and_areas(
    embedded: BoundaryStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "city.osm", OSM)
    report = import_gazetteer(embedded, path, defined({"holds": "osm"}, datum="WGS-84"))
    content = kept(embedded, report)
    found = {
        uid: (role, name, shape.geom_type if shape is not None else "Point")
        for uid, role, name, shape in content.entries[
            ["uid", "role", "name", "geometry"]
        ].itertuples(index=False)
    }
    assert found == {
        "names:n3": ("poi", "中心小学", "Point"),
        "names:w10": ("road", "红岭路", "LineString"),
        "names:w11": ("estate", "红岭里", "MultiPolygon"),
        "names:w12": ("area", "柳林街道", "MultiPolygon"),
    }
    assert content.names[["uid", "name", "status"]].to_numpy().tolist() == [
        ["names:n3", "第一小学", "old"]
    ]
    assert content.doors[["owner_name", "number"]].to_numpy().tolist() == [["红岭路", 12]]
    assert sorted(refusal.value for refusal in report.refused) == ["", "无名"]


@pytest.mark.realdata
def test_a_real_extract_of_openstreetmap_is_read(
    embedded: BoundaryStore, shared_data: Path
) -> None:
    path = shared_data / "porto_alegre_walk" / "poa_osm.pbf"
    report = import_gazetteer(embedded, path, defined({"holds": "osm"}, datum="WGS-84"))
    roles = kept(embedded, report).entries["role"].value_counts()
    assert roles["road"] > 1_000
    assert roles["poi"] > 100
    assert report.n_read >= len(report.refused) + report.counts["entries"]


@pytest.mark.realdata
def test_the_communities_of_beijing_are_read_and_moved_out_of_gcj02(
    embedded: BoundaryStore, shared_data: Path
) -> None:
    path = shared_data / "beijing_communities" / "beijing_communities.csv"
    fields = {"name": "community", "alias": "building", "lon": "lon", "lat": "lat"}
    table = {"holds": "places", "fields": fields, "constants": {"role": "estate"}}
    report = import_gazetteer(embedded, path, defined(table, datum="GCJ-02"))
    entries = kept(embedded, report).entries
    assert report.n_read == 236
    assert len(entries) + len(report.refused) + len(report.duplicates) == 236
    assert report.refused == []
    first = entries.iloc[0]
    assert first["name"] == "翠成馨园"
    assert 300 < (116.502159141883 - first["lon"]) * 85_400 < 700


def test_a_definition_must_fit_the_kind_of_file(embedded: BoundaryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", HEADING)
    with pytest.raises(DefinitionError, match="for OpenStreetMap files"):
        import_gazetteer(embedded, path, defined({"holds": "osm"}, datum="WGS-84"))
    osm = write(tmp_path / "city.osm", OSM)
    with pytest.raises(DefinitionError, match="WGS-84, not GCJ-02"):
        import_gazetteer(embedded, osm, defined({"holds": "osm"}, datum="GCJ-02"))


@pytest.mark.parametrize(
    ("name", "data", "kind", "words"),
    [
        ("p.csv", "别的\n1\n", SourceFieldError, "no field"),
        ("p.csv", "", SourceError, "is empty"),
        ("p.csv", "a,a\n1,2\n", SourceError, "occurs twice"),
        ("p.xlsx", "", SourceError, "unknown format"),
        ("city.osm.pbf", "not a pbf", SourceError, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    embedded: BoundaryStore, tmp_path: Path, name: str, data: str, kind: type[Exception], words: str
) -> None:
    path = write(tmp_path / name, data)
    table = {"holds": "osm"} if name.endswith("pbf") else PLACES
    with pytest.raises(kind, match=words):
        import_gazetteer(embedded, path, defined(table, datum="WGS-84"))
