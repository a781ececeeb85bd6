"""Who is responsible, on the command line: one place, words, files, and decisions on record."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from boundaries.store import BoundaryStore
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from tests.governance.conftest import BOOK, import_city, unit
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

GARBAGE = "0801001"
DAY = ["--at", "2026-11-23", "--received", "2026-11-23T09:00:00+08:00"]


@pytest.fixture(scope="module")
def city_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import the small city with its rule book; give its data folder."""
    home = tmp_path_factory.mktemp("owner-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAQU_DATA_DIR", str(home))
        patch.delenv("XIAQU_DATABASE_URL", raising=False)
        assert main(["db", "upgrade"]) == 0
        store = open_store(read_settings())
        import_city(store, home)
        kept = GovernanceStore(store)
        kept.activate(kept.save_book(read_book(BOOK)).id)
        store.close()
    return home


@pytest.fixture(autouse=True)
def in_the_city(city_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(city_home))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)


def at(x: float, y: float) -> list[str]:
    return [str(number) for number in unit(x, y)]


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["owner", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_body_the_reasons_and_the_deadline_are_printed_for_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["owner", *at(12.5, 3), "--category", GARBAGE, *DAY]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("由东站地区管委会主办（特殊区域：规则适用，由其主办）。")
    assert "主办 primary 东站地区管委会 (STATION)" in printed.out
    assert "时限 due 2026-11-24T09:00:00+08:00" in printed.out
    assert "AREA-BUSINESS" in printed.out
    assert "认定编号 decision: D" in printed.err


def test_what_would_change_a_provisional_answer_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["owner", *at(10, 7.5), "--category", "0301001", *DAY]) == 0
    printed = capsys.readouterr()
    assert "权属待定" in printed.out
    assert "可能改变 would change: 有现场责任划分或边界协议后即可确定" in printed.out
    assert "on_border" in printed.err


def test_caller_and_language_count(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [*at(34, 15), "--category", "0701001", *DAY]
    person = as_json(capsys, *asked)
    firm = as_json(capsys, *asked, "--caller", "enterprise", "--lang", "en")
    assert (person["primary"]["code"], firm["primary"]["code"]) == ("T5", "ZONE")
    assert " answers (" in firm["summary"]


def test_a_decision_is_shown_and_worked_out_again_and_a_changed_one_is_found_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    decision = as_json(capsys, *at(15, 5), "--category", GARBAGE, *DAY)["decision"]
    assert main(["decisions", "list"]) == 0
    assert main(["decisions", "show", decision]) == 0
    shown = capsys.readouterr()
    assert "商务区管委会" in shown.out
    assert "完好 intact" in shown.err
    assert main(["decisions", "show", decision, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_intact"] is True
    assert main(["decisions", "replay", decision]) == 0
    assert "完全一致" in capsys.readouterr().out
    other = as_json(capsys, *at(5.5, 5), "--category", GARBAGE, *DAY)["decision"]
    store: BoundaryStore = open_store(read_settings())
    with store.engine.begin() as connection:
        connection.execute(
            text("UPDATE decision SET answer = (SELECT answer FROM decision WHERE id = :b)"
                 " WHERE id = :a"),
            {"a": decision, "b": other},
        )  # fmt: skip
    store.close()
    assert main(["decisions", "replay", decision]) == 1
    assert "the record was changed" in capsys.readouterr().err
    assert main(["decisions", "show", decision]) == 0
    assert "CHANGED" in capsys.readouterr().err


def test_without_record_nothing_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def kept() -> str:
        assert main(["decisions", "list", "--limit", "1000"]) == 0
        return capsys.readouterr().out

    before = kept()
    asked = [*at(33, 33), "--category", GARBAGE, *DAY, "--no-record"]
    assert as_json(capsys, *asked)["decision"] is None
    assert kept() == before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["116.41", "39.9"], "--category"),
        (["116.41", "--category", GARBAGE], "LON LAT"),
        (["--category", GARBAGE], "LON LAT"),
        (["116.41", "39.9", "--address", "望河小区", "--category", GARBAGE], "--address"),
        (["116.41", "39.9", "--category", "0899999"], "0899999"),
        (["116.41", "abc", "--category", GARBAGE], "abc"),
        (["39.9", "116.41", "--category", GARBAGE], "exchanged"),
        (["116.41", "39.9", "--category", GARBAGE, "--datum", "Mars"], "Mars"),
        (["116.41", "39.9", "--category", GARBAGE, "--caller", "firm"], "firm"),
        (["116.41", "39.9", "--category", GARBAGE, "--lang", "fr"], "fr"),
        (["116.41", "39.9", "--category", GARBAGE, "--at", "2025-06-01"], "2025-06-01"),
        (["--address", "望河小区", "--category", GARBAGE], "gazetteer"),
        (["in.csv", "--category-column", "事项"], "IN OUT"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["owner", *arguments]) == 2
    error = capsys.readouterr().err
    assert named in error
    assert error.count("\n") == 1


def test_unknown_decisions_are_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decisions", "replay", "DNONE"]) == 2
    assert "DNONE" in capsys.readouterr().err


def write_rows(path: Path) -> Path:
    rows = [
        ["A-1", *at(12.5, 3), GARBAGE, "个人"],
        ["A-2", *at(34, 15), "营商->企业服务->开办企业", "企业"],
        ["A-3", "", "", GARBAGE, ""],
        ["A-4", *at(5.5, 5), "0899999", ""],
        ["A-5", *at(5.5, 5), GARBAGE, "机器"],
    ]
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["编号", "经度", "纬度", "事项", "诉求人"], *rows])
    return path


def test_a_file_gets_the_body_of_each_row_and_keeps_its_rows_and_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = write_rows(tmp_path / "in.csv"), tmp_path / "out.csv"
    columns = ["--category-column", "事项", "--caller-column", "诉求人"]
    assert main(["owner", str(source), str(target), *columns, *DAY]) == 0
    told = capsys.readouterr().err
    assert "5 行 rows" in told
    assert "结论 status decided: 2" in told
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["编号"] for row in rows] == ["A-1", "A-2", "A-3", "A-4", "A-5"]
    assert [row["owner_body"] for row in rows] == ["STATION", "ZONE", "", "", ""]
    assert rows[0]["owner_due_at"] == "2026-11-24T09:00:00+08:00"
    assert rows[0]["problem"] == ""
    for row, words in zip(rows[2:], ["missing", "0899999", "机器"], strict=True):
        assert words in row["problem"]
    assert main(["owner", str(source), str(target), *columns]) == 2
    assert "--force" in capsys.readouterr().err


def test_a_file_may_have_one_category_for_all_and_become_parquet(tmp_path: Path) -> None:
    source, target = write_rows(tmp_path / "in.csv"), tmp_path / "out.parquet"
    assert main(["owner", str(source), str(target), "--category", GARBAGE, *DAY]) == 0
    table = pq.read_table(target).to_pydict()
    assert table["owner_body"] == ["STATION", "T5", None, "T1", "T1"]
    assert table["owner_confidence"][0] is not None
    again = tmp_path / "again.parquet"
    columns = ["--category-column", "事项", "--prefix", "w_"]
    assert main(["owner", str(target), str(again), *columns, *DAY]) == 0
    table = pq.read_table(again).to_pydict()
    assert table["w_owner_body"] == ["STATION", "T5", None, None, "T1"]


def test_a_file_whose_columns_cannot_be_used_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "in.csv")
    for name, column in (("out.csv", "类别"), ("out.gpkg", "事项")):
        arguments = [str(source), str(tmp_path / name), "--category-column", column]
        assert main(["owner", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]
