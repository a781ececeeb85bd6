"""The command line, run in process on a tiny city."""

import json
import os
import socket
from pathlib import Path

import geopandas as gpd
import pytest

from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from xiaqu.cli import main
from xiaqu.errors import DemoConflictError
from xiaqu.loading import load_demo


def place_of(store: BoundaryStore, locator: Locator) -> tuple[float, float, str]:
    """Give a place inside a grid, and the grid's code."""
    grid = locator.snapshot("grid")
    table = store.areas(grid.edition.id, geometry=False)
    lon, lat = table.points[len(table) // 2]
    return float(lon), float(lat), table.codes[len(table) // 2]


def assert_one_line_error(capsys: pytest.CaptureFixture[str], *parts: str) -> None:
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    assert error.startswith("错误 error: ")
    assert "Traceback" not in error
    for part in parts:
        assert part in error


@pytest.mark.usefixtures("at_home")
def test_locate_gives_the_chain_of_four_levels_as_json(
    demo_store: BoundaryStore, locator: Locator, capsys: pytest.CaptureFixture[str]
) -> None:
    lon, lat, code = place_of(demo_store, locator)
    assert main(["locate", str(lon), str(lat), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [step["layer"] for step in answer["chain"]] == [
        "district",
        "township",
        "community",
        "grid",
    ]
    assert answer["chain"][-1]["code"] == code
    assert all(code.startswith(step["code"]) for step in answer["chain"])
    assert answer["input"] == {"lon": lon, "lat": lat, "datum": "WGS-84"}


@pytest.mark.usefixtures("at_home")
def test_locate_says_that_the_demo_is_generated(
    demo_store: BoundaryStore, locator: Locator, capsys: pytest.CaptureFixture[str]
) -> None:
    lon, lat, code = place_of(demo_store, locator)
    assert main(["locate", str(lon), str(lat), "--layer", "grid"]) == 0
    printed = capsys.readouterr()
    assert code in printed.out
    assert "示范数据" in printed.err


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    "arguments",
    [
        ["-76.6", "39.3", "--json"],
        ["--json", "-76.6", "39.3", "--accuracy", "5"],
        ["--json", "--", "-76.6", "39.3"],
        ["-76.6", "-39.3", "--json", "--layer", "grid"],
    ],
)
def test_negative_coordinates_are_arguments_with_or_without_dashes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["locate", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["input"]["lon"] == -76.6
    assert answer["flags"] == ["outside"]


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["locate", "east", "36"], "'east'"),
        (["locate", "36.02", "114.02"], "114.02"),
        (["locate", "nan", "36"], "nan"),
        (["locate", "114.02", "36.02", "--layer", "ward"], "'ward'"),
        (["locate", "114.02", "36.02", "--datum", "北京54"], "北京54"),
        (["locate", "114.02", "36.02", "--at", "1999-01-01"], "1999-01-01"),
        (["locate", "114.02", "36.02", "--accuracy", "-1"], "--accuracy"),
        (["locate", "114.02", "36.02", "--datumm", "GCJ-02"], "--datumm"),
        (["locate", "114.02"], "LAT"),
        (["boundaries", "check", "ward"], "'ward'"),
        (["boundaries", "import", "none.geojson", "none.toml"], "none.toml"),
        (["assign", "none.csv", "out.csv"], "none.csv"),
        (["demo", "--scale", "planet"], "planet"),
        (["fly"], "fly"),
    ],
)
def test_wrong_input_ends_with_two_and_one_line_that_names_it(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert_one_line_error(capsys, named)


def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_PORT", "eighty")
    assert main(["serve"]) == 2
    assert_one_line_error(capsys, "XIAQU_PORT", "'eighty'")


@pytest.mark.usefixtures("at_home")
def test_a_port_in_use_is_named_before_anything_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert_one_line_error(capsys, str(port), "--port")


def test_a_store_without_tables_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    assert main(["boundaries", "list"]) == 2
    assert_one_line_error(capsys, "xiaqu db upgrade")
    assert main(["db", "upgrade"]) == 0
    assert main(["boundaries", "list"]) == 0


def test_the_same_demo_is_not_loaded_twice(demo_home: Path, demo_store: BoundaryStore) -> None:
    records = list((demo_home / "demo").glob("tiny-*/loaded.json"))
    assert len(records) == 1
    seed = json.loads(records[0].read_text(encoding="utf-8"))["identity"]["seed"]
    before = demo_store.token()
    loaded = load_demo(demo_store, "tiny", seed)
    assert not loaded.is_new
    assert demo_store.token() == before


def write_ward(folder: Path, *, generated: bool, ring: str) -> tuple[Path, Path]:
    source, definition = folder / "ward.geojson", folder / "ward.toml"
    feature = {
        "type": "Feature",
        "properties": {"code": "W1", "name": "一区"},
        "geometry": {"type": "Polygon", "coordinates": [json.loads(ring)]},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    source.write_text(json.dumps(collection), encoding="utf-8")
    definition.write_text(
        f"""
[layer]
key = "ward"
name = "区"
kind = "district"
role = "partition"
[source]
datum = "WGS-84"
[fields]
code = "code"
name = "name"
[edition]
label = "首版"
valid_from = 2026-01-01
legal_status = "derived"
generated = {str(generated).lower()}
""",
        encoding="utf-8",
    )
    return source, definition


SQUARE = "[[116,39],[117,39],[117,40],[116,40],[116,39]]"


def test_own_files_are_imported_checked_and_never_replaced_by_a_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    source, definition = (str(p) for p in write_ward(tmp_path, generated=False, ring=SQUARE))
    assert main(["db", "upgrade"]) == 0
    assert main(["boundaries", "import", source, definition, "--dry-run"]) == 0
    assert main(["locate", "116.5", "39.5"]) == 2, "a dry run stores nothing"
    report = tmp_path / "report.json"
    assert main(["boundaries", "import", source, definition, "--report", str(report)]) == 0
    assert json.loads(report.read_text(encoding="utf-8"))["outcome"] == "active"
    assert main(["boundaries", "check", "ward"]) == 0
    capsys.readouterr()
    assert main(["locate", "116.5", "39.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chain"][0]["code"] == "W1"
    assert main(["demo", "--scale", "tiny", "--no-serve"]) == 2
    assert_one_line_error(capsys, "ward", "XIAQU_DATABASE_URL")
    assert issubclass(DemoConflictError, RuntimeError)


@pytest.mark.usefixtures("at_home")
def test_an_exported_layer_comes_back_through_import(
    demo_store: BoundaryStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "township.gpkg"
    assert main(["boundaries", "export", "township", str(out)]) == 0
    assert "内部" in capsys.readouterr().err
    table = demo_store.areas(demo_store.active_edition("township").id)
    frame = gpd.read_file(out).sort_values("code")
    assert frame["code"].tolist() == sorted(table.codes)
    assert main(["boundaries", "export", "township", str(out)]) == 2
    assert_one_line_error(capsys, "township.gpkg", "--force")
    assert main(["boundaries", "export", "township", str(out), "--force"]) == 0
    assert main(["boundaries", "export", "township", str(tmp_path / "t.dwg")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "dwg" in last
    assert ".gpkg" in last


def test_a_refused_file_stores_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    ring = "[[116,39],[117,39],[117,140],[116,140],[116,39]]"
    source, definition = (str(p) for p in write_ward(tmp_path, generated=False, ring=ring))
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert main(["boundaries", "import", source, definition]) == 2
    assert "nothing stored" in capsys.readouterr().err.splitlines()[-1]
    assert main(["locate", "116.5", "39.5"]) == 2


def test_the_doctor_passes_a_loaded_city(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "failure" not in printed
    assert str(at_home)[:10] in printed


def test_the_doctor_fails_on_a_damaged_index_and_on_missing_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    assert main(["doctor"]) == 1
    assert "xiaqu db upgrade" in capsys.readouterr().out.replace("\n", " ")
    source, definition = (str(p) for p in write_ward(tmp_path, generated=False, ring=SQUARE))
    assert main(["db", "upgrade"]) == 0
    assert main(["boundaries", "import", source, definition]) == 0
    assert main(["locate", "116.5", "39.5"]) == 0
    (index,) = (tmp_path / "data" / "indexes").glob("*.xqi")
    os.truncate(index, 100)
    capsys.readouterr()
    assert main(["doctor"]) == 1
    assert "failure" in capsys.readouterr().out


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("xiaqu ")
