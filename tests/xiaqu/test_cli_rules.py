"""``xiaqu rules``: rule books and rulings go into the store, are listed, and come out again."""

import csv
from pathlib import Path

import pytest

from boundaries.store import upgrade
from governance.book.reading import read_book
from xiaqu.cli import main

FILES = {
    "book.toml": 'label = "试行规则册"\nvalid_from = 2026-01-01\n',
    "levels.toml": '[level.normal]\nname = "一般"\nlimit = "7 d"\n',
    "bodies.csv": "code,name,kind,area\nC,市政府,city,\nD1,东湖区政府,district,990101\n",
    "catalogue.csv": (
        "code,level_1,level_2,level_3,response_level,steps\n"
        "0402003,城市管理,市容环境,占道经营,normal,district\n"
    ),
    "rules.csv": "code,step,layer,body\nR1,district,district,@area\n",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty store with all tables."""
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("XIAQU_DATABASE_URL", f"sqlite:///{tmp_path / 'home' / 'store.sqlite'}")
    monkeypatch.setenv("COLUMNS", "250")
    upgrade(f"sqlite:///{tmp_path / 'home' / 'store.sqlite'}")
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "book"
    made.mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_a_book_is_imported_listed_activated_and_exported(
    home: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "import", str(folder), "--activate"]) == 0
    first = capfd.readouterr()
    assert "试行规则册 (active)" in first.err
    assert main(["rules", "import", str(folder)]) == 0
    second = capfd.readouterr().out.strip()
    assert main(["rules", "list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["active", "draft"]
    assert main(["rules", "activate", second]) == 0
    assert main(["rules", "list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines if "试行" in line] == ["retired", "active"]
    assert main(["rules", "export", "active", str(home / "out")]) == 0
    assert main(["rules", "export", first.out.strip(), str(home / "again")]) == 0
    assert read_book(home / "out") == read_book(home / "again") == read_book(folder)
    named = [Path(line) for line in capfd.readouterr().out.splitlines()]
    assert named
    assert all(path.is_file() for path in named)


def test_a_book_with_problems_is_refused_in_one_line_and_reported_in_full(
    home: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, old, new in [("rules.csv", "@area", "@aera"), ("bodies.csv", "district", "quarter")]:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    report = home / "problems.csv"
    assert main(["rules", "import", str(folder), "--report", str(report)]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    (line,) = [line for line in captured.err.splitlines() if "error" in line]
    assert "bodies.csv row 3 [D1] kind 'quarter'" in line
    assert line.endswith("(and 1 more)")
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["file"], row["row"], row["value"]) for row in rows] == [
        ("bodies.csv", "3", "quarter"),
        ("rules.csv", "2", "@aera"),
    ]
    assert main(["rules", "list"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 1


def test_an_export_never_writes_over_files(
    home: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "import", str(folder), "--activate"]) == 0
    assert main(["rules", "export", "active", str(folder)]) == 2
    assert "not an empty folder" in capfd.readouterr().err
    assert (folder / "book.toml").read_text(encoding="utf-8") == FILES["book.toml"]
    (home / "empty").mkdir()
    assert main(["rules", "export", "active", str(home / "empty")]) == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["export", "active", "new"], "no rule book is active"),
        (["export", "B0", "new"], "no rule book 'B0'"),
        (["activate", "B0"], "no rule book 'B0'"),
        (["import", "no-such-folder"], "there is no such folder"),
        (["rulings", "revoke", "X", "--reason", "改判", "--by", "王某"], "no ruling 'X'"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_is_not_there_is_one_line(
    capfd: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    assert main(["rules", *arguments]) == 2
    assert problem in capfd.readouterr().err


RECORD = ["rules", "rulings", "record", "--category", "0402", "--body", "D1", "--datum", "CGCS2000"]
RECORD += ["--document", "会议纪要5号", "--decided-on", "2026-06-01", "--by", "王某"]


@pytest.mark.usefixtures("home")
def test_a_ruling_is_recorded_listed_and_revoked(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "import", str(folder), "--activate"]) == 0
    capfd.readouterr()
    assert main([*RECORD, "--shape", "POINT(116.4 39.9)", "--reach", "30"]) == 0
    ruling_id = capfd.readouterr().out.strip()
    assert main(["rules", "rulings", "list"]) == 0
    listed = capfd.readouterr().out
    for part in (ruling_id, "2026-06-01", "0402", "D1", "Point 30 m (116.40000, 39.90000)"):
        assert part in listed
    assert main(["rules", "rulings", "revoke", ruling_id, "--reason", "改判", "--by", "李某"]) == 0
    capfd.readouterr()
    assert main(["rules", "rulings", "list"]) == 0
    assert ruling_id not in capfd.readouterr().out
    assert main(["rules", "rulings", "list", "--all"]) == 0
    assert ruling_id in capfd.readouterr().out


def test_a_shape_is_read_from_a_file_and_moved_from_its_datum(
    home: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "import", str(folder), "--activate"]) == 0
    shape = home / "shape.wkt"
    shape.write_text("POLYGON((116.40 39.90,116.41 39.90,116.41 39.91,116.40 39.90))", "utf-8")
    capfd.readouterr()
    arguments = [part if part != "CGCS2000" else "GCJ-02" for part in RECORD]
    assert main([*arguments, "--shape", str(shape)]) == 0
    assert main(["rules", "rulings", "list"]) == 0
    listed = capfd.readouterr().out
    # The middle of the shape is 116.40667, 39.90333 in GCJ-02; some 500 m less in CGCS2000.
    assert "Polygon (116.400" in listed
    assert "39.901" in listed or "39.902" in listed


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        (["--shape", "POINT(116.4 39.9)"], "reach"),
        (["--shape", "POINT(116.4"], "is no WKT"),
        (["--shape", "nowhere"], "nor a file"),
        (["--shape", "POINT(116.4 39.9)", "--reach", "30", "--co-organiser", "D9"], "'D9'"),
        (["--shape", "POINT(116.4 39.9)", "--reach", "30", "--to", "2026-06-01"], "valid_to"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_ruling_that_cannot_be_right_is_one_line(
    folder: Path, capfd: pytest.CaptureFixture[str], extra: list[str], problem: str
) -> None:
    assert main(["rules", "import", str(folder), "--activate"]) == 0
    capfd.readouterr()
    assert main([*RECORD, *extra]) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert problem in line
