"""``xiaqu gazetteer`` on a tiny demo city."""

import json
import re
import shutil
from pathlib import Path

import pytest

from boundaries.gazetteer.build import load_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from geo.address.normal import normalise
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

DEFINITION = """[gazetteer]
key = "shops"
name = "商铺"

[source]
datum = "CGCS2000"

[edition]
label = "商铺 2026"
valid_from = "2026-01-01"

[[table]]
holds = "places"

[table.fields]
name = "名称"
kind = "类别"
lon = "经度"
lat = "纬度"

[table.roles]
default = "poi"
"""


@pytest.fixture
def home(
    demo_home: Path, small_tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Copy the tiny city, to be written to; with a national tree of one city."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    monkeypatch.setenv("XIAQU_DATA_DIR", str(home))
    monkeypatch.setenv("XIAQU_NATIONAL_TREE", str(small_tree))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    return home


@pytest.fixture
def shops(tmp_path: Path) -> tuple[str, str]:
    definition, path = tmp_path / "shops.toml", tmp_path / "shops.csv"
    definition.write_text(DEFINITION, encoding="utf-8")
    path.write_text("名称,类别,经度,纬度\n宏达五金店,五金,114.0012,36.0034\n", encoding="utf-8")
    return str(path), str(definition)


@pytest.mark.usefixtures("home")
def test_a_build_says_what_it_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "build"]) == 0
    assert re.search(
        r"Gazetteer active: own_areas 51, places \d+, doors \d+", capsys.readouterr().err
    )
    assert main(["gazetteer", "list"]) == 0
    assert "active" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_an_imported_file_is_in_the_gazetteer(
    shops: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, definition = shops
    assert main(["gazetteer", "import", path, "--definition", definition]) == 0
    assert "entries 1" in capsys.readouterr().err
    gazetteer = load_gazetteer(open_store(read_settings()))
    names = {gazetteer.name(entity) for entity in range(gazetteer.n_entities)}
    assert {"宏达五金店", "舟山市"} <= names


@pytest.mark.usefixtures("home")
def test_a_dry_run_and_a_check_of_a_file_store_nothing(
    shops: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, definition = shops
    report = tmp_path / "report.json"
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(",五金,114.0012,36.0034\n")
    before = GazetteerStore(open_store(read_settings())).token()
    assert main(["gazetteer", "import", path, "--definition", definition, "--dry-run"]) == 0
    arguments = [path, "--definition", definition, "--report", str(report)]
    assert main(["gazetteer", "check", *arguments]) == 1
    assert json.loads(report.read_text(encoding="utf-8"))["refused"][0]["row"] == 2
    assert "第 2 行" in capsys.readouterr().err
    kept = GazetteerStore(open_store(read_settings()))
    assert [source.key for source in kept.sources()] == ["city"]
    assert kept.token() == before


@pytest.mark.usefixtures("home")
def test_a_file_without_a_usable_row_is_an_error(
    shops: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, definition = shops
    Path(path).write_text("名称,类别,经度,纬度\n,五金,114.0012,36.0034\n", encoding="utf-8")
    assert main(["gazetteer", "import", path, "--definition", definition]) == 2
    assert "nothing stored" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_the_check_of_everything_gives_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "check"]) == 0
    assert "homonyms" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_a_proposal_is_listed_accepted_and_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gazetteer", "build"]) == 0
    capsys.readouterr()
    arguments = ["--uid", "township:990101001", "--by", "甲", "--note", "老名字"]
    assert main(["gazetteer", "corrections", "propose", "七里铺", *arguments]) == 0
    made = capsys.readouterr().out.strip()
    assert main(["gazetteer", "corrections", "list"]) == 0
    assert "七里铺" in capsys.readouterr().out
    assert main(["gazetteer", "corrections", "accept", made, "--by", "乙"]) == 0
    gazetteer = load_gazetteer(open_store(read_settings()))
    _, _, names = gazetteer.scan(normalise("七里铺"))
    entities = {int(one) for name in names for one in gazetteer.entities_of(int(name))}
    assert gazetteer.find("township:990101001") in entities
    capsys.readouterr()
    assert main(["gazetteer", "corrections", "reject", made, "--by", "乙"]) == 2
    assert "accepted already" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_a_new_place_needs_its_datum_and_an_entity_must_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["gazetteer", "build"]) == 0
    propose = ["gazetteer", "corrections", "propose", "七里铺"]
    assert main([*propose, "--lon", "114.0012", "--lat", "36.0034"]) == 2
    assert "datum" in capsys.readouterr().err
    assert main([*propose, "--uid", "township:1"]) == 2
    assert "no such entity" in capsys.readouterr().err
    assert main([*propose, "--lon", "114.0012", "--lat", "36.0034", "--datum", "GCJ-02"]) == 0
    kept = GazetteerStore(open_store(read_settings())).corrections()
    assert kept[0].lon is not None
    assert 0.001 < 114.0012 - kept[0].lon < 0.01


@pytest.mark.usefixtures("home")
def test_a_list_says_when_the_gazetteer_is_older_than_its_sources(
    shops: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gazetteer", "build"]) == 0
    path, definition = shops
    assert main(["gazetteer", "import", path, "--definition", definition, "--no-build"]) == 0
    assert main(["gazetteer", "list"]) == 0
    assert "older than its sources" in capsys.readouterr().err
