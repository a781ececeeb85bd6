"""Tickets as CSV, Excel and Parquet: the same rows in each, and nothing that a sheet computes."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from governance.tickets import exporting
from governance.tickets.export_columns import EXPORT_COLUMNS, CellKind, ExportTerms
from governance.tickets.exporting import ExportKind, exported
from governance.tickets.ticket import Ticket

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CHINESE = ExportTerms(NOW, names={"channel": {"phone": "12345热线"}})
KEYS = ExportTerms(NOW, is_chinese=False)


def ticket(number: int = 1, **changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": f"T{number:016d}",
        "source": "12345",
        "external_id": f"GD{number}",
        "channel": "phone",
        "request_type": "complaint",
        "category": "0801001",
        "title": "垃圾没人清",
        "text": "小区门口的垃圾三天没人清",
        "tags": ("七有五性", "每月一题"),
        "received_at": NOW - timedelta(hours=2),
        "recorded_at": NOW - timedelta(hours=2),
        "state_since": NOW - timedelta(hours=2),
        "state": "dispatched",
        "lon": 116.4125,
        "lat": 39.903,
        "due_at": NOW - timedelta(minutes=1),
        "review": ({"code": "place_unclear", "values": {"candidates": 2}},),
        "call_back": {"is_solved": "partly", "satisfaction": "fair"},
        "n_dispatches": 1,
        "seq": 4,
    }
    return Ticket(**values | changes)


def file_of(kind: ExportKind, tickets: list[Ticket], terms: ExportTerms) -> bytes:
    return b"".join(exported(iter(tickets), kind, terms))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_table_in_chinese_has_chinese_headings_terms_and_times_of_the_city() -> None:
    (row,) = rows_of(file_of(ExportKind.CSV, [ticket()], CHINESE))
    assert list(row) == [column.title for column in EXPORT_COLUMNS]
    assert (row["工单编号"], row["工单状态"], row["处理受理方式"]) == ("GD1", "已派单", "12345热线")
    assert row["受理时间"] == "2026-11-24T07:00:00+08:00"
    assert (row["标签"], row["待审原因"]) == ("七有五性;每月一题", "地点不明确")
    assert (row["是否超期"], row["是否解决"], row["经度"]) == ("是", "部分解决", "116.4125")
    assert not row["办结时间"]


def test_keys_are_written_where_keys_are_asked_for() -> None:
    (row,) = rows_of(file_of(ExportKind.CSV, [ticket()], KEYS))
    assert list(row) == [column.key for column in EXPORT_COLUMNS]
    assert (row["state"], row["channel"], row["is_overdue"]) == ("dispatched", "phone", "true")
    assert (row["review"], row["is_solved"]) == ("place_unclear", "partly")


@pytest.mark.parametrize(
    ("changes", "overdue"),
    [
        ({}, "true"),
        ({"due_at": NOW + timedelta(hours=1)}, "false"),
        ({"due_at": None}, "false"),
        ({"state": "replied", "replied_at": NOW}, "false"),
        ({"state": "handling", "replied_at": NOW}, "true"),
        ({"state": "closed", "closed_at": NOW}, "false"),
    ],
)
def test_a_ticket_is_overdue_while_it_waits_past_its_deadline(
    changes: dict[str, Any], overdue: str
) -> None:
    (row,) = rows_of(file_of(ExportKind.CSV, [ticket(**changes)], KEYS))
    assert row["is_overdue"] == overdue


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1"])
def test_what_a_caller_wrote_is_never_a_formula(text: str) -> None:
    (row,) = rows_of(file_of(ExportKind.CSV, [ticket(text=text)], CHINESE))
    assert row["主要内容"] == f"'{text}"
    (shown,) = sheet_rows(file_of(ExportKind.XLSX, [ticket(text=text)], CHINESE))
    assert shown["主要内容"] == text


def sheet_rows(content: bytes, sheet: str = "工单") -> list[dict[str, Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    heading, *rows = book.get_sheet_by_name(sheet).to_python()
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def test_excel_has_numbers_and_times_as_such() -> None:
    (row,) = sheet_rows(file_of(ExportKind.XLSX, [ticket()], CHINESE))
    assert row["受理时间"] == datetime(2026, 11, 24, 7, 0)  # noqa: DTZ001 - Excel has no zones
    assert (row["经度"], row["派单次数"], row["工单编号"]) == (116.4125, 1, "GD1")


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    (row,) = sheet_rows(file_of(ExportKind.XLSX, [ticket(text="长" * 40_000)], CHINESE))
    assert len(row["主要内容"]) == 32_767
    assert row["主要内容"].endswith("…(截断)")


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_MOST_SHEET_ROWS", 3)
    content = file_of(ExportKind.XLSX, [ticket(n) for n in range(5)], CHINESE)
    found = [
        row["工单编号"]
        for sheet in ("工单", "工单2", "工单3")
        for row in sheet_rows(content, sheet)
    ]
    assert found == [f"GD{n}" for n in range(5)]


def test_parquet_has_types_and_the_same_values() -> None:
    table = pq.read_table(io.BytesIO(file_of(ExportKind.PARQUET, [ticket(), ticket(2)], KEYS)))
    assert table.column_names == [column.key for column in EXPORT_COLUMNS]
    assert table["received_at"].to_pylist()[0] == NOW - timedelta(hours=2)
    assert table["is_overdue"].to_pylist() == [True, True]
    assert table["closed_at"].to_pylist() == [None, None]
    assert table["tags"].to_pylist()[0] == "七有五性;每月一题"


@pytest.mark.parametrize("kind", list(ExportKind))
@pytest.mark.parametrize("terms", [CHINESE, KEYS])
def test_no_ticket_at_all_is_a_file_with_a_heading(kind: ExportKind, terms: ExportTerms) -> None:
    content = file_of(kind, [], terms)
    names = [column.title if terms.is_chinese else column.key for column in EXPORT_COLUMNS]
    if kind is ExportKind.PARQUET:
        assert pq.read_table(io.BytesIO(content)).column_names == names
    elif kind is ExportKind.CSV:
        assert content.decode("utf-8-sig").rstrip("\r\n").split(",") == names
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.get_sheet_by_name("工单").to_python() == [names]


@pytest.mark.parametrize("kind", [ExportKind.CSV, ExportKind.PARQUET])
def test_rows_are_written_while_they_are_read(kind: ExportKind) -> None:
    read = 0

    def rows() -> Iterator[Ticket]:
        nonlocal read
        for number in range(12_000):
            read += 1
            yield ticket(number)

    parts = exported(rows(), kind, KEYS)
    first = next(parts)
    assert first
    assert read < 12_000
    rest = b"".join(parts)
    assert read == 12_000
    if kind is ExportKind.PARQUET:
        assert pq.read_table(io.BytesIO(first + rest)).num_rows == 12_000


def test_every_column_has_a_cell_of_its_kind() -> None:
    kinds = {
        CellKind.TEXT: str,
        CellKind.NUMBER: float,
        CellKind.COUNT: int,
        CellKind.TIME: datetime,
        CellKind.FLAG: bool,
    }
    whole = ticket(replied_at=NOW, closed_at=NOW, accuracy_m=5.0)
    for column in EXPORT_COLUMNS:
        assert isinstance(column.value(whole, KEYS), kinds[column.kind]), column.key
