"""Tickets on the command line: imported, listed, shown, reviewed, exported, replayed."""

import csv
import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from sqlalchemy import text

from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

PHONE, NAME, FORMULA = "13912345678", "欧阳翠花", "=HYPERLINK(1)"
HEADINGS = [
    "工单编号", "工单类型", "问题分类", "标题", "主要内容", "工单状态", "来电人", "来电人电话",
    "被反映区", "被反映街乡镇", "来电时间", "渠道", "办结时间", "是否解决", "是否满意",
]  # fmt: skip


@pytest.fixture(scope="module")
def demo_rows(demo_home: Path) -> list[dict[str, Any]]:
    """Tickets of the tiny city of which some are placed and some are not; 40 in all."""
    file = max(demo_home.glob("demo/*/tickets/tickets-*.parquet"))
    frame = pd.read_parquet(file).head(40)
    frame = frame.rename(columns={"来电人电话/账号": "来电人电话"})[HEADINGS]
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in plain.itertuples(index=False)]
    rows[0] |= {"来电人": NAME, "来电人电话": PHONE}
    rows[0]["主要内容"] += f"，联系{NAME}，电话{PHONE}。"
    rows[1]["标题"] = FORMULA
    return rows


@pytest.fixture(scope="module")
def home(
    demo_home: Path, demo_rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Copy the tiny city and import the forty tickets into it from an Excel file."""
    folder = tmp_path_factory.mktemp("tickets") / "home"
    shutil.copytree(demo_home, folder)
    write_excel(folder / "tickets.xlsx", demo_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAQU_DATA_DIR", str(folder))
        patch.delenv("XIAQU_DATABASE_URL", raising=False)
        assert main(["tickets", "import", str(folder / "tickets.xlsx"), "--source", "test"]) == 0
    return folder


@pytest.fixture(autouse=True)
def at_the_copy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(home))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)


def write_excel(path: Path, rows: list[dict[str, Any]]) -> None:
    options = {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "工单明细", book.add_format())
        sheet.write_row(1, 0, HEADINGS)
        for number, row in enumerate(rows, start=2):
            sheet.write_row(number, 0, [row[heading] for heading in HEADINGS])


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["tickets", *arguments]) == code
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--json", code=code))


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["tickets", *arguments]) == 2
    printed = capsys.readouterr().err.strip()
    assert "\n" not in printed
    return printed


def id_of(capsys: pytest.CaptureFixture[str], *filters: str) -> str:
    found = as_json(capsys, "list", *filters, "--limit", "1")["tickets"]
    return str(found[0]["id"])


def test_a_file_imported_again_is_known_and_a_changed_row_is_told(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]], home: Path, tmp_path: Path
) -> None:
    file = str(home / "tickets.xlsx")
    again = as_json(capsys, "import", file, "--source", "test")
    assert (again["rows"], again["known"], again["new"]) == (40, 40, 0)
    changed = [dict(row) for row in demo_rows]
    changed[3]["标题"] = "另一个标题"
    changed.append(demo_rows[5] | {"工单编号": "NEW1"})
    write_excel(tmp_path / "b.xlsx", changed)
    newer = as_json(capsys, "import", str(tmp_path / "b.xlsx"), "--source", "test")
    assert (newer["rows"], newer["known"], newer["new"], newer["changed"]) == (41, 39, 1, 1)
    assert newer["differs"] == {"title": 1}
    printed = run(capsys, "import", str(tmp_path / "b.xlsx"), "--source", "test")
    assert "known, the same" in printed


def test_every_row_is_accounted_for_and_rejected_rows_are_kept_for_their_owner_only(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "c.csv"
    rows = [row | {"工单编号": f"C{k}"} for k, row in enumerate(demo_rows[:6])]
    rows[2]["工单编号"] = "9" * 300
    write_csv(path, rows)
    with path.open("ab") as file:
        file.write("只有一格\r\n\r\n".encode("gb18030"))
    summary = as_json(capsys, "import", str(path), "--source", "csv")
    assert summary["rows"] == 8
    assert summary["new"] == 5
    assert summary["rejected"] == 3
    assert sum(summary["placed"].values()) == sum(summary["states"].values()) == 5
    rejected = tmp_path / "c.csv.rejected.csv"
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        kept = list(csv.reader(file))
    assert kept[0][2:] == HEADINGS
    assert [row[0] for row in kept[1:]] == ["4", "8", "9"]
    assert "200 signs" in kept[1][1]
    assert "layout" in kept[2][1]
    assert kept[1][2] == "9" * 300


def test_an_import_that_broke_off_is_taken_up_where_it_stopped(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "d.csv"
    rows = [demo_rows[0] | {"工单编号": f"D{k}", "主要内容": "路灯不亮"} for k in range(450)]
    write_csv(path, rows)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"\r\nD430,", b'\r\n"D4"30,'))
    capsys.readouterr()
    assert main(["tickets", "import", str(path), "--source", "broken"]) == 2
    assert "the first 400 rows are kept" in capsys.readouterr().err
    path.write_bytes(whole)
    summary = as_json(capsys, "import", str(path), "--source", "broken")
    assert (summary["known"], summary["new"]) == (400, 50)


def test_personal_data_and_formulas_stand_in_no_file_that_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("a.csv", "a.xlsx", "a.parquet"):
        assert main(["tickets", "export", str(tmp_path / name)]) == 0
    table = pq.read_table(tmp_path / "a.parquet")
    assert "工单编号" in table.column_names
    words = (tmp_path / "a.csv").read_text(encoding="utf-8-sig") + str(table.to_pylist())
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    words += "".join(parts.values())
    assert PHONE not in words
    assert NAME not in words
    assert FORMULA in words
    assert not any("<f>" in part for part in parts.values())
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        titles = {row["标题"] for row in csv.DictReader(file)}
    assert f"'{FORMULA}" in titles
    assert FORMULA not in titles
    assert "exists already" in error_of(capsys, "export", str(tmp_path / "a.csv"))
    assert "give one of .csv" in error_of(capsys, "export", str(tmp_path / "a.doc"))


def test_coordinates_are_written_in_the_datum_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    frames = []
    for datum in ("CGCS2000", "GCJ-02"):
        path = tmp_path / f"{datum}.parquet"
        arguments = ["export", str(path), "--headings", "en", "--datum", datum]
        assert main(["tickets", *arguments]) == 0
        frames.append(pd.read_parquet(path).set_index("id"))
    here, there = frames
    placed = here["lon"].notna()
    assert placed.any()
    assert set(there.loc[placed, "datum"]) == {"GCJ-02"}
    assert set(there.loc[~placed, "datum"]) <= {""}
    assert ((here["lon"] - there["lon"])[placed].abs() > 1e-4).all()
    assert "mars" in error_of(capsys, "export", str(tmp_path / "x.csv"), "--datum", "mars")


def test_tickets_are_listed_by_what_is_asked_and_shown_with_their_history(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]]
) -> None:
    closed = as_json(capsys, "list", "--state", "closed", "--limit", "1000")
    assert {one["state"] for one in closed["tickets"]} == {"closed"}
    assert closed["total"] >= len(closed["tickets"])
    number = demo_rows[1]["工单编号"]
    named = as_json(capsys, "list", "--text", "HYPERLINK")["tickets"]
    found = [one for one in named if one["source"] == "test"]
    assert [one["external_id"] for one in found] == [number]
    printed = run(capsys, "list", "--limit", "2")
    assert printed.count("\n") > 2
    shown = run(capsys, "show", found[0]["id"])
    assert number in shown
    assert "受理" in shown
    assert "received" in run(capsys, "show", found[0]["id"], "--lang", "en").lower()
    whole = as_json(capsys, "show", found[0]["id"])
    assert [event["seq"] for event in whole["events"]] == list(range(1, whole["seq"] + 1))
    assert all(event["sentence"] and event["sentence_en"] for event in whole["events"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "T123"], "no ticket 'T123'"),
        (["list", "--state", "lost"], "state 'lost': one of"),
        (["show", "T1", "--lang", "fr"], "give zh or en"),
        (["export", "x.csv", "--headings", "fr"], "give zh or en"),
        (["import", "none.csv"], "no such file"),
        (["import", "none.csv", "--received", "soon"], "give now, or a time"),
        (["import", "none.csv", "--mapping", "none.toml"], "cannot be read"),
        (["review", "--accept", "1"], "name the ticket"),
        (["review", "T1", "--place", "116.4", "39.9"], "state what its numbers are"),
        (["review", "T1", "--accept", "1", "--dismiss"], "at a time"),
        (["review", "T1", "--retry"], "leave the ticket out"),
        (["review", "--reason", "bored"], "give one of place_missing"),
        (["channels", "--use", "none.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in error_of(capsys, *arguments)


def test_the_queue_is_counted_and_one_ticket_settled_by_a_candidate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    queue = as_json(capsys, "review", "--reason", "place_unclear", "--limit", "1000")
    assert queue["counts"]["place_unclear"] == len(queue["items"])
    assert "place_unclear" in run(capsys, "review", "--limit", "3")
    open_items = [
        item for item in queue["items"]
        if item["candidates"] and item["ticket"]["state"] == "received"
    ] or queue["items"]  # fmt: skip
    ticket = open_items[0]["ticket"]["id"]
    label = open_items[0]["candidates"][0]["label"]
    assert label in run(capsys, "review", ticket)
    assert as_json(capsys, "review", ticket)["candidates"][0]["label"] == label
    done = as_json(capsys, "review", ticket, "--accept", "1", "--because", "电话核实", "--by", "甲")
    assert done["ticket"]["place_method"] == "person"
    assert done["ticket"]["place_label"] == label
    assert done["ticket"]["body"]
    left = as_json(capsys, "review", "--reason", "place_unclear", "--limit", "1000")
    assert ticket not in {item["ticket"]["id"] for item in left["items"]}
    assert "甲" in json.dumps(as_json(capsys, "show", ticket)["events"], ensure_ascii=False)


def test_a_pin_a_category_and_a_dismissal_settle_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    placed = as_json(capsys, "list", "--limit", "1000")["tickets"]
    where = next(one for one in placed if one["lon"] is not None)
    unknown = id_of(capsys, "--review", "place_unknown")
    pin = ["--place", str(where["lon"]), str(where["lat"]), "--datum", "CGCS2000"]
    done = as_json(capsys, "review", unknown, *pin, "--because", "现场确认")
    assert done["ticket"]["lon"] == pytest.approx(where["lon"])
    assert done["ticket"]["place_method"] == "person"
    other = next(one for one in placed if one["category"] != where["category"] and one["category"])
    named = as_json(
        capsys, "review", where["id"], "--category", other["category"], "--because", "分类有误"
    )
    assert named["ticket"]["category"] == other["category"]
    waiting = id_of(capsys, "--review", "any")
    refused = error_of(capsys, "review", waiting, "--dismiss")
    assert "say why" in refused
    run(capsys, "review", waiting, "--dismiss", "--because", "不属本系统")
    assert as_json(capsys, "show", waiting)["review"] == []
    retried = as_json(capsys, "review", "--retry", "--reason", "place_unknown")
    assert retried["n_looked"] >= retried["n_left"] + retried["n_changed"]
    assert "looked at 0" in run(capsys, "review", "--retry", "--reason", "not_ready")


def test_replaying_the_log_finds_what_was_tampered_with_and_puts_it_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert as_json(capsys, "replay")["is_same"]
    ticket = id_of(capsys)
    store = open_store(read_settings())
    with store.engine.begin() as connection:
        changed = text("UPDATE ticket SET handler = 'NOBODY' WHERE id = :id")
        assert connection.execute(changed, {"id": ticket}).rowcount == 1
    store.close()
    found = as_json(capsys, "replay", "--check", code=1)
    assert found["n_differences"] >= 1
    assert any(one["stream"] == ticket for one in found["differences"])
    assert "put right" in run(capsys, "replay", code=1)
    assert "every table is as the log says" in run(capsys, "replay")


def test_a_citys_own_words_come_into_force_with_its_catalogue(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    draft = tmp_path / "channels.toml"
    run(capsys, "channels", "--draft", str(draft))
    assert "exists already" in error_of(capsys, "channels", "--draft", str(draft))
    known = as_json(capsys, "channels")
    write_csv(tmp_path / "p.csv", [demo_rows[0] | {"工单编号": "P1", "渠道": "信鸽"}])
    arguments = ["import", str(tmp_path / "p.csv"), "--source", "pigeon"]
    assert as_json(capsys, *arguments)["review_reasons"]["bad_value"] == 1
    words = draft.read_text(encoding="utf-8").replace('"来信"', '"来信", "信鸽"')
    draft.write_text(words.replace('"2026.1"', '"city 1"'), encoding="utf-8")
    changed = as_json(capsys, "channels", "--use", str(draft))
    assert changed["edition"] == "city 1"
    assert changed["version"] != known["version"]
    write_csv(tmp_path / "p.csv", [demo_rows[0] | {"工单编号": "P2", "渠道": "信鸽"}])
    assert "bad_value" not in as_json(capsys, *arguments)["review_reasons"]
    ticket = as_json(capsys, "list", "--channel", "other")["tickets"][0]
    assert ticket["catalogue"] == changed["version"]
    assert "hides the reporter" in run(capsys, "channels")
    assert as_json(capsys, "channels", "--use", "default")["version"] == known["version"]


def test_an_unknown_file_asks_for_a_mapping_and_gets_a_draft_of_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "u.csv"
    path.write_text("Case ID,Created,Description\n1,2026-11-02 08:00,Pothole\n", encoding="utf-8")
    assert "--draft-mapping" in error_of(capsys, "import", str(path))
    draft = tmp_path / "u.toml"
    run(capsys, "import", str(path), "--draft-mapping", str(draft))
    assert "exists already" in error_of(capsys, "import", str(path), "--draft-mapping", str(draft))
    summary = as_json(capsys, "import", str(path), "--mapping", str(draft))
    assert (summary["new"], summary["source"], summary["mapping"]) == (1, "u", "u.toml")


def test_a_file_without_time_of_receipt_is_told_one(
    capsys: pytest.CaptureFixture[str], demo_rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    row = {key: value for key, value in demo_rows[0].items() if key != "来电时间"}
    row |= {"工单编号": "R1", "工单状态": "办理中", "办结时间": "", "是否解决": "", "是否满意": ""}
    write_csv(tmp_path / "r.csv", [row])
    arguments = ["import", str(tmp_path / "r.csv"), "--source", "timeless"]
    assert "--received" in error_of(capsys, *arguments)
    as_json(capsys, *arguments, "--received", "2026-11-02T08:30")
    found = as_json(capsys, "list", "--from", "2026-11-02T08:30:00", "--to", "2026-11-02T08:30:01")
    assert [one["external_id"] for one in found["tickets"]] == ["R1"]
