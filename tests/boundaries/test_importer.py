"""Import of files in every format, and what the report says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely

from boundaries.definition import LayerDefinition
from boundaries.errors import SourceCrsError, SourceError, SourceFieldError, UnknownLayerError
from boundaries.exporter import export_layer
from boundaries.findings import Severity
from boundaries.importer import check_layer, import_layer
from boundaries.store import BoundaryStore
from geo.datum import Datum, from_cgcs2000

Define = Callable[..., LayerDefinition]
Fill = Callable[[BoundaryStore], BoundaryStore]
FORMATS = ("geojson", "gpkg", "zip", "parquet", "kml")

WEST = shapely.box(116.40, 39.90, 116.41, 39.91)
EAST = shapely.box(116.41, 39.90, 116.42, 39.91)


def write(folder: Path, shapes: list[Any], file: str = "areas.gpkg", **columns: list[Any]) -> Path:
    n = len(shapes)
    data = {"code": [f"{i + 1:03d}" for i in range(n)], "name": [f"区{i}" for i in range(n)]}
    frame = gpd.GeoDataFrame(data | columns, geometry=shapes, crs=4326)
    path = folder / file
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_exported_and_imported_again(
    embedded: BoundaryStore, city: Fill, define: Define, tmp_path: Path, suffix: str
) -> None:
    before = city(embedded).areas(embedded.active_edition("township").id)
    path = tmp_path / "out" / f"township.{suffix}"
    export_layer(embedded, "township", path)
    parent = "parent" if suffix == "zip" else "parent_code"
    definition = define(
        "township",
        layer__parent="district",
        fields__parent=parent,
        fields__population="population",
        fields__extra=["级别"],
    )
    report = import_layer(embedded, path, definition)
    assert report.outcome == "active", report.lines()
    assert report.problems == []
    assert report.n_areas == 4
    after = embedded.areas(embedded.active_edition("township").id)
    assert after.codes == before.codes
    assert after.names == before.names
    assert after.parent_codes == before.parent_codes
    assert after.uids == before.uids
    assert np.array_equal(after.populations, before.populations, equal_nan=True)
    assert after.attributes == before.attributes
    same = shapely.equals_exact(
        shapely.normalize(after.geometries), shapely.normalize(before.geometries), 1e-13
    )
    assert same.all()


def test_a_declared_shift_is_taken_out(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    shifted = shapely.transform(WEST, lambda xy: from_cgcs2000(xy, Datum.GCJ02))
    path = write(tmp_path, [shifted])
    import_layer(embedded, path, define(source__datum="GCJ-02"))
    stored = embedded.area("district", "001")
    assert stored.geometry is not None
    assert shapely.hausdorff_distance(stored.geometry, WEST) < 1e-9
    assert embedded.active_edition("district").datum == "GCJ-02"


def test_a_projected_file_is_converted(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["东"]}, geometry=[WEST], crs=4490)
    path = tmp_path / "p.gpkg"
    frame.to_crs(4548).to_file(path)
    report = import_layer(embedded, path, define(source__datum="EPSG:4548"))
    assert report.ok, report.lines()
    stored = embedded.area("district", "1").geometry
    assert stored is not None
    assert shapely.hausdorff_distance(stored, WEST) < 1e-9


def test_a_file_that_contradicts_its_datum_is_refused(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["东"]}, geometry=[WEST], crs=4490)
    path = tmp_path / "p.zip"
    frame.to_crs(4548).to_file(tmp_path / "p.shp.zip", driver="ESRI Shapefile")
    (tmp_path / "p.shp.zip").rename(path)
    with pytest.raises(SourceCrsError, match=r"EPSG:4548.*'WGS-84'"):
        import_layer(embedded, path, define(source__datum="WGS-84"))
    with pytest.raises(SourceCrsError, match=r"EPSG:4548.*'EPSG:4547'"):
        import_layer(embedded, path, define(source__datum="EPSG:4547"))
    assert embedded.layers() == []


def test_projected_numbers_called_degrees_are_named(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    path = write(tmp_path, [shapely.box(450_000, 4_400_000, 451_000, 4_401_000)], "a.geojson")
    report = import_layer(embedded, path, define())
    assert report.counts == {"bad_coordinate": 1}
    swapped = write(tmp_path, [shapely.box(39.90, 116.40, 39.91, 116.41)], "b.geojson")
    (finding,) = import_layer(embedded, swapped, define()).errors
    assert "exchanged" in finding.message_en


def test_overlaps_and_gaps_are_named_with_place_and_size(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    ring = shapely.difference(
        shapely.box(116.40, 39.90, 116.43, 39.93), shapely.box(116.41, 39.91, 116.42, 39.92)
    )
    over = shapely.box(116.39, 39.90, 116.401, 39.93)
    report = import_layer(embedded, write(tmp_path, [ring, over]), define())
    assert report.outcome == "active"
    (gap,) = [f for f in report.findings if f.code == "gap"]
    (overlap,) = [f for f in report.findings if f.code == "overlap"]
    assert (gap.lon, gap.lat) == pytest.approx((116.415, 39.915), abs=0.005)
    assert gap.area_m2 == pytest.approx(949_200, rel=1e-3)
    assert overlap.codes == ("001", "002")
    assert overlap.area_m2 == pytest.approx(284_700, rel=1e-3)
    assert report.totals["overlap"]["area_m2"] == overlap.area_m2
    text = "\n".join(report.lines())
    assert "重叠" in text
    assert "gap between 区0 (001)" in text


def test_overlays_may_overlap(embedded: BoundaryStore, define: Define, tmp_path: Path) -> None:
    path = write(tmp_path, [WEST, WEST], rank=[2, 1])
    definition = define(layer__role="overlay", overlay__precedence="rank")
    report = import_layer(embedded, path, definition)
    assert report.findings == []
    table = embedded.areas(embedded.active_edition("district").id, geometry=False)
    assert table.precedence.tolist() == [2, 1]


BOW_TIE = shapely.Polygon([(116.40, 39.90), (116.41, 39.91), (116.41, 39.90), (116.40, 39.91)])


def test_an_invalid_shape_is_repaired_or_refused(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    path = write(tmp_path, [EAST, BOW_TIE], "a.geojson")
    refused = import_layer(embedded, path, define(), invalid="refuse")
    assert refused.outcome == "refused"
    assert refused.errors[0].rows == (1,)
    assert refused.errors[0].lon == pytest.approx(116.405)
    repaired = import_layer(embedded, path, define())
    assert repaired.outcome == "active"
    (finding,) = repaired.findings
    assert finding.code == "invalid_shape"
    assert "区1 (002)" in finding.message
    stored = embedded.area("district", "002").geometry
    assert stored is not None
    assert shapely.is_valid(stored)


def test_a_shape_that_repair_loses_is_refused(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    flat = shapely.Polygon([(116.40, 39.90), (116.41, 39.90), (116.40, 39.90)])
    report = import_layer(embedded, write(tmp_path, [EAST, flat], "a.geojson"), define())
    assert report.outcome == "refused"
    assert report.errors[0].codes == ("002",)


def test_missing_and_wrong_shapes_keep_their_row_numbers(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    shapes = [None, shapely.Point(116, 39.5), shapely.Polygon(), BOW_TIE]
    report = import_layer(embedded, write(tmp_path, shapes, "a.geojson"), define())
    found = [(finding.code, finding.rows) for finding in report.findings]
    assert found == [
        ("missing_geometry", (0,)),
        ("wrong_geometry", (1,)),
        ("missing_geometry", (2,)),
        ("invalid_shape", (3,)),
    ]
    assert "row 3 区3 (004)" in report.findings[3].message_en
    assert report.outcome == "refused"


def test_blank_and_repeated_codes_block_and_names_do_not(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    path = write(tmp_path, [WEST, EAST], code=["7", "7"], name=["甲", "甲"])
    report = import_layer(embedded, path, define())
    assert report.counts == {"duplicate_code": 1, "duplicate_name": 1}
    assert [f.severity for f in report.problems] == [Severity.ERROR, Severity.WARNING]
    path = write(tmp_path, [WEST, EAST], "b.gpkg", code=["7", " "], name=["甲", None])
    report = import_layer(embedded, path, define())
    assert report.counts == {"blank_code": 1, "blank_name": 1}
    assert embedded.layers() == []


def test_numeric_codes_lose_no_digits(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    path = write(tmp_path, [WEST, EAST], code=[990101001001001.0, 990101001001002.0])
    import_layer(embedded, path, define())
    table = embedded.areas(embedded.active_edition("district").id, geometry=False)
    assert table.codes == ("990101001001001", "990101001001002")


def test_children_outside_their_parent_are_named(
    embedded: BoundaryStore, city: Fill, define: Define, tmp_path: Path
) -> None:
    city(embedded)
    path = write(
        tmp_path,
        [shapely.box(116.40, 39.90, 116.425, 39.91), shapely.box(116.425, 39.90, 116.44, 39.91)],
        parent=["990101", "990109"],
    )
    definition = define("street", layer__parent="district", fields__parent="parent")
    report = import_layer(embedded, path, definition)
    assert report.counts == {"unknown_parent": 1, "nesting_conflict": 1}
    conflict = report.findings[1]
    assert conflict.codes == ("001",)
    assert conflict.area_m2 == pytest.approx(474_700, rel=1e-3)
    assert "20.0%" in conflict.message
    assert check_layer(embedded, "street").counts == report.counts


def test_a_parent_that_is_not_there_is_said_to_be_unchecked(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    report = import_layer(embedded, write(tmp_path, [WEST]), define(layer__parent="city"))
    assert report.counts == {"parent_not_checked": 1}
    assert report.outcome == "active"


def test_lines_and_points_are_kept_with_their_length(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    road = shapely.LineString([(116.40, 39.90), (116.41, 39.90)])
    import_layer(embedded, write(tmp_path, [road]), define("road", layer__role="linear"))
    assert embedded.area("road", "001").length_m == pytest.approx(855, abs=1)
    door = shapely.Point(116.4, 39.9)
    path = write(tmp_path, [door], "d.gpkg")
    import_layer(embedded, path, define("door", layer__role="asset"))
    assert embedded.area("door", "001").geometry == door
    wrong = import_layer(embedded, path, define("river", layer__role="linear"))
    assert wrong.counts == {"wrong_geometry": 1}


def test_a_dry_run_writes_nothing(embedded: BoundaryStore, define: Define, tmp_path: Path) -> None:
    stages = set()
    report = import_layer(
        embedded,
        write(tmp_path, [WEST, EAST]),
        define(),
        dry_run=True,
        progress=lambda stage, _done, _total: stages.add(stage),
    )
    assert (report.outcome, report.ok) == ("checked", True)
    assert embedded.layers() == []
    assert embedded.import_runs() == []
    assert "read" in stages


def test_a_refused_import_leaves_its_report(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    import_layer(embedded, write(tmp_path, [WEST]), define())
    before = embedded.token()
    report = import_layer(embedded, write(tmp_path, [None], "b.geojson"), define())
    assert embedded.token() == before
    latest, first = embedded.import_runs("district")
    assert (first["outcome"], latest["outcome"]) == ("active", "refused")
    assert latest["report"] == orjson.loads(orjson.dumps(report.to_dict()))
    assert len(latest["source_checksum"]) == 64


def test_a_draft_is_left_for_later(embedded: BoundaryStore, define: Define, tmp_path: Path) -> None:
    report = import_layer(embedded, write(tmp_path, [WEST]), define(), activate=False)
    assert report.outcome == "draft"
    assert embedded.active_editions() == []


def test_unreadable_numbers_are_named(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    path = write(tmp_path, [WEST, EAST], people=["约一千", "12"])
    report = import_layer(embedded, path, define(fields__population="people"))
    assert report.findings[0].code == "bad_value"
    assert "'约一千'" in report.findings[0].message
    assert embedded.area("district", "002").population == 12


def test_a_missing_field_lists_those_that_are_there(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    with pytest.raises(SourceFieldError, match="no field '编码'; the file has: code, name"):
        import_layer(embedded, write(tmp_path, [WEST]), define(fields__code="编码"))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.geojson", b"{", "cannot be read"),
        ("a.gpkg", b"nothing", "cannot be read"),
        ("a.parquet", b"nothing", "cannot be read as GeoParquet"),
        ("a.zip", b"nothing", "cannot be read"),
        ("a.dwg", b"nothing", "unknown format"),
        (None, b"", "no such file"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    embedded: BoundaryStore, define: Define, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    path = tmp_path / (name or "missing.gpkg")
    if name:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=problem):
        import_layer(embedded, path, define())


def test_an_unknown_inner_layer_is_refused(
    embedded: BoundaryStore, define: Define, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="no layer 'b' in the file"):
        import_layer(embedded, write(tmp_path, [WEST]), define(source__layer="b"))


def test_an_unknown_layer_cannot_be_checked(embedded: BoundaryStore) -> None:
    with pytest.raises(UnknownLayerError):
        check_layer(embedded, "district")
