"""Files of places: every row, every column, every format; bad rows kept with their reason."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from geo.datum import Datum, from_cgcs2000
from xiaqu.assignment import AssignmentOptions, assign_file
from xiaqu.assignment.columns import detect_columns
from xiaqu.assignment.csvfile import CsvFile, detect_encoding
from xiaqu.assignment.readers import open_source
from xiaqu.errors import AssignmentError, ColumnError, FileFormatError

HEADINGS = ["编号", "经度", "纬度", "备注"]


@pytest.fixture
def places(demo_store: BoundaryStore, locator: Locator) -> list[tuple[float, float, str]]:
    """Give a place inside each grid, with the grid's code."""
    table = demo_store.areas(locator.snapshot("grid").edition.id, geometry=False)
    return [
        (float(lon), float(lat), code)
        for (lon, lat), code in zip(table.points, table.codes, strict=True)
    ]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def good_rows(places: list[tuple[float, float, str]]) -> list[list[str]]:
    return [[f"{n:05d}", repr(lon), repr(lat), "1.10"] for n, (lon, lat, _) in enumerate(places)]


def test_every_row_gets_its_grid_in_order_whatever_the_batch_size(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    rows = good_rows(places)
    source = write_csv(tmp_path / "in.csv", [HEADINGS, *rows])
    texts = []
    for size in (7, 100_000):
        target = tmp_path / f"out{size}.csv"
        summary = assign_file(source, target, locator, AssignmentOptions(batch_rows=size))
        assert summary.n_rows == len(rows)
        assert summary.found["grid"] == len(rows)
        assert summary.problems == {}
        texts.append(target.read_bytes())
    assert texts[0] == texts[1]
    answers = read_csv(tmp_path / "out7.csv")
    assert [answer["grid_code"] for answer in answers] == [code for _, _, code in places]
    assert [[answer[heading] for heading in HEADINGS] for answer in answers] == rows
    assert all(float(answer["grid_border_m"]) > 0 for answer in answers)


def test_bad_rows_stay_in_place_and_say_why(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    lon, lat, code = places[0]
    rows = [
        ["a", "", "", ""],
        ["b", repr(lat), repr(lon), ""],
        ["c", "东经", repr(lat), ""],
        ["d", "39", "-77", ""],
        ["e", repr(lon)],
        ["f", repr(lon), repr(lat), "x", "more"],
        ["g", "inf", repr(lat), ""],
        ["h", "120.51", "31.52", ""],
        ["i", repr(lon), repr(lat), ""],
    ]
    target = tmp_path / "out.csv"
    summary = assign_file(write_csv(tmp_path / "in.csv", [HEADINGS, *rows]), target, locator)
    answers = read_csv(target)
    assert [answer["编号"] for answer in answers] == list("abcdefghi")
    codes = [answer["problem"].split(":")[0] for answer in answers]
    assert codes == [
        "missing",
        "swapped",
        "not_a_number",
        "placeholder",
        "missing",
        "layout",
        "not_finite",
        "",
        "",
    ]
    assert "'东经'" in answers[2]["problem"]
    assert "'more'" in answers[5]["problem"]
    assert answers[5]["grid_code"] == answers[8]["grid_code"] == code
    assert answers[7]["flags"] == "outside"
    assert summary.problems["missing"] == 2
    assert summary.problems["layout"] == 2
    assert summary.flags["outside"] == 1
    assert summary.n_rows == 9


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headings_and_values_survive_every_encoding(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]], encoding: str
) -> None:
    lon, lat, code = places[3]
    rows = [HEADINGS, ["壹", repr(lon), repr(lat), "㐀街道，“引号”"]]
    source = write_csv(tmp_path / "in.csv", rows, encoding)
    assert detect_encoding(source) == encoding
    assign_file(source, tmp_path / "out.csv", locator)
    (answer,) = read_csv(tmp_path / "out.csv")
    assert answer["备注"] == "㐀街道，“引号”"
    assert answer["grid_code"] == code


@pytest.mark.parametrize("suffix", ["csv", "parquet", "gpkg", "geojson"])
def test_every_format_can_be_written_and_read_again(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]], suffix: str
) -> None:
    rows = [*good_rows(places), ["bad", "", "", ""]]
    source = write_csv(tmp_path / "in.csv", [HEADINGS, *rows])
    middle, back = tmp_path / f"middle.{suffix}", tmp_path / "back.csv"
    assign_file(source, middle, locator)
    assign_file(middle, back, locator, AssignmentOptions(prefix="again_", layers=("grid",)))
    answers = read_csv(back)
    assert [[answer[heading] for heading in HEADINGS] for answer in answers] == rows
    for answer in answers:
        assert answer["again_grid_code"] == answer["grid_code"]
        assert answer["again_grid_border_m"] == answer["grid_border_m"]


def test_numbers_dates_and_missing_values_of_parquet_keep_their_types(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    lon, lat, code = places[5]
    table = pa.table(
        {
            "lng": pa.array([lon, None]),
            "lat": pa.array([lat, 1.0]),
            "when": pa.array([0, None], pa.timestamp("us", tz="UTC")),
            "list": pa.array([[1, 2], None]),
            "id": pa.array([2**60 + 1, 2], pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    assign_file(tmp_path / "in.parquet", tmp_path / "out.parquet", locator)
    answer = pq.read_table(tmp_path / "out.parquet")
    assert answer.select(table.schema.names).equals(table)
    assert answer["grid_code"].to_pylist() == [code, None]
    assert answer["problem"].to_pylist()[1].startswith("missing")


def test_the_datum_of_a_heading_an_option_and_an_epsg_system_are_used(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    lonlat = np.array([[lon, lat] for lon, lat, _ in places])
    codes = [code for _, _, code in places]
    cases: list[tuple[str, Datum | str, str | None]] = [
        ("百度", Datum.BD09, None),
        ("", Datum.GCJ02, "gcj02"),
        ("", "EPSG:4547", "EPSG:4547"),
    ]
    for word, datum, option in cases:
        pairs = from_cgcs2000(lonlat, datum)
        rows = [[repr(float(x)), repr(float(y))] for x, y in pairs]
        source = write_csv(tmp_path / "in.csv", [[f"{word}经度", f"{word}纬度"], *rows])
        summary = assign_file(
            source, tmp_path / "out.csv", locator, AssignmentOptions(datum=option, force=True)
        )
        assert summary.datum == datum
        assert [answer["grid_code"] for answer in read_csv(tmp_path / "out.csv")] == codes


def test_labels_that_fit_another_datum_raise_a_warning(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    lonlat = np.array([[lon, lat] for lon, lat, _ in places])
    shifted = from_cgcs2000(lonlat, Datum.BD09)
    rows = [
        [repr(float(x)), repr(float(y)), code]
        for (x, y), (_, _, code) in zip(shifted, places, strict=True)
    ]
    source = write_csv(tmp_path / "in.csv", [["lon", "lat", "网格"], *rows])
    labelled = {"label_column": "网格", "label_layer": "grid", "force": True}
    wrong = assign_file(
        source, tmp_path / "out.csv", locator, AssignmentOptions(datum="WGS-84", **labelled)
    )
    assert len(wrong.warnings) == 1
    assert "look like BD-09" in wrong.warnings[0]
    right = assign_file(
        source, tmp_path / "out.csv", locator, AssignmentOptions(datum="BD-09", **labelled)
    )
    assert right.warnings == ()


def test_an_existing_result_stays_until_it_is_replaced_whole(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]]
) -> None:
    source = write_csv(tmp_path / "in.csv", [HEADINGS, *good_rows(places)])
    target = tmp_path / "out.csv"
    target.write_text("precious", encoding="utf-8")
    with pytest.raises(AssignmentError, match="--force"):
        assign_file(source, target, locator)
    broken = tmp_path / "broken.csv"
    broken.write_text(source.read_text(encoding="utf-8") + '"open', encoding="utf-8")
    with pytest.raises(FileFormatError, match="line"):
        assign_file(broken, target, locator, AssignmentOptions(force=True, batch_rows=10))
    assert target.read_text(encoding="utf-8") == "precious"
    with pytest.raises(AssignmentError, match="the input itself"):
        assign_file(source, source, locator, AssignmentOptions(force=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.csv", "in.csv", "out.csv"]
    assign_file(source, target, locator, AssignmentOptions(force=True))
    assert len(read_csv(target)) == len(places)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_an_error_in_the_middle_of_a_stream_leaves_no_file(
    tmp_path: Path, locator: Locator, places: list[tuple[float, float, str]], suffix: str
) -> None:
    source = write_csv(tmp_path / "in.csv", [HEADINGS, *good_rows(places)])
    source.write_text(source.read_text(encoding="utf-8") + '"open', encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"in\.csv"):
        assign_file(source, tmp_path / f"out.{suffix}", locator, AssignmentOptions(batch_rows=20))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_lines_have_no_owner_and_say_so(tmp_path: Path, locator: Locator) -> None:
    source = tmp_path / "in.geojson"
    line = {"type": "LineString", "coordinates": [[114.0, 36.0], [114.1, 36.0]]}
    feature = {"type": "Feature", "properties": {"名": "路"}, "geometry": line}
    source.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    summary = assign_file(source, tmp_path / "out.csv", locator)
    assert summary.problems == {"not_a_point": 1}
    assert "shares" in read_csv(tmp_path / "out.csv")[0]["problem"]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["名称", "经度", "纬度"], ("经度", "纬度")),
        (["Latitude", "Longitude"], ("Longitude", "Latitude")),
        (["x", "y", "lng", "lat"], ("lng", "lat")),
        (["X坐标", "Y坐标"], ("X坐标", "Y坐标")),
        (["经度(°)", "纬度(°)"], ("经度(°)", "纬度(°)")),
        (["gcj02_lng", "gcj02_lat"], ("gcj02_lng", "gcj02_lat")),
    ],
)
def test_usual_headings_are_found(headings: list[str], expected: tuple[str, str]) -> None:
    found = detect_columns(Path("in.csv"), headings)
    assert found is not None
    assert (found.lon_name, found.lat_name) == expected


def test_two_possible_pairs_are_an_error_not_a_choice() -> None:
    with pytest.raises(ColumnError, match="--lon"):
        detect_columns(Path("in.csv"), ["经度", "纬度", "lon", "lat"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lon": "经度"}, "--lat"),
        ({"lon": "东", "lat": "纬度"}, "东"),
        ({"label_column": "备注"}, "--label-layer"),
        ({"datum": "北京54"}, "北京54"),
        ({"layers": ("ward",)}, "ward"),
        ({"encoding": "ascii"}, "ascii"),
    ],
)
def test_wrong_options_are_named_before_anything_is_written(
    tmp_path: Path, locator: Locator, change: dict[str, object], message: str
) -> None:
    source = write_csv(tmp_path / "in.csv", [HEADINGS, ["1", "114.0", "36.0", ""]])
    build: Callable[..., AssignmentOptions] = AssignmentOptions
    with pytest.raises((ValueError, LookupError), match=message):
        assign_file(source, tmp_path / "out.csv", locator, build(**change))
    assert not (tmp_path / "out.csv").exists()


def test_a_heading_in_the_way_asks_for_a_prefix(tmp_path: Path, locator: Locator) -> None:
    source = write_csv(tmp_path / "in.csv", [["lon", "lat", "flags"], ["114.0", "36.0", "mine"]])
    with pytest.raises(ColumnError, match="--prefix"):
        assign_file(source, tmp_path / "out.csv", locator)


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(rows=st.lists(st.tuples(FIELDS, FIELDS), max_size=12), size=st.integers(1, 5))
def test_csv_fields_are_read_as_the_text_they_are(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], size: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    write_csv(path, [["左", "右"], *(list(row) for row in rows)])
    with CsvFile(path, "utf-8") as file:
        read = [row for columns, _ in file.chunks(size) for row in zip(*columns, strict=True)]
    assert read == rows


def test_an_unknown_kind_and_a_missing_file_are_named(tmp_path: Path) -> None:
    for name in ("in.xlsx", "none.csv"):
        with pytest.raises(FileFormatError, match=name), open_source(tmp_path / name):
            pass
