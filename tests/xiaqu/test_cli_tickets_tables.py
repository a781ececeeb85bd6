"""Files of tickets become rows of cells, whatever wrote them; and the draft of their mapping."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from shapely import Point

from governance.tickets.channels import default_catalogue
from governance.tickets.errors import TicketFileError
from governance.tickets.mapping import RowReader, hotline_mapping, read_mapping
from xiaqu.errors import FileFormatError
from xiaqu.tickets.draft import draft_mapping
from xiaqu.tickets.tables import Table, TableRow, open_table

NOON = datetime(2026, 6, 1, 12, 30)  # noqa: DTZ001 - Excel has no zones
ROWS: list[list[Any]] = [
    ["工单编号", "来电时间", "主要内容", "来电人电话"],
    [20260601001, NOON, "路面破损", 13812345678],
    ["GD2", NOON, "路灯不亮", "010-12345678"],
]


def book(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as file:
        fill(file, file.add_worksheet("明细"))
    return path


def plain(path: Path, first_row: int = 0) -> Path:
    def fill(_file: Any, sheet: Any) -> None:
        for number, row in enumerate(ROWS, start=first_row):
            sheet.write_row(number, 0, row)

    return book(path, fill)


def rows_of(path: Path, **options: Any) -> tuple[Table, list[TableRow]]:
    with open_table(path, **options) as table:
        return table, list(table.rows)


def test_numbers_of_excel_are_texts_without_point_zero_and_dates_are_dates(tmp_path: Path) -> None:
    table, rows = rows_of(plain(tmp_path / "a.xlsx"))
    assert table.headings == tuple(ROWS[0])
    assert table.n_rows == 2
    ticket = RowReader(hotline_mapping(), table.headings, default_catalogue()).read(rows[0].cells)
    assert ticket.external_id == "20260601001"
    assert ticket.received_at is not None
    assert ticket.received_at.isoformat() == "2026-06-01T12:30:00+08:00"
    assert ticket.caller is not None
    assert ticket.caller.phone == "13812345678"
    assert [row.number for row in rows] == [2, 3]


def test_headings_are_found_below_a_title_over_the_whole_width(tmp_path: Path) -> None:
    def fill(file: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "2026年6月工单明细", file.add_format())
        sheet.write(1, 0, "制表：热线中心")
        for number, row in enumerate(ROWS, start=2):
            sheet.write_row(number, 0, row)

    table, rows = rows_of(book(tmp_path / "a.xlsx", fill))
    assert table.headings == tuple(ROWS[0])
    assert [row.number for row in rows] == [4, 5]


def test_a_heading_over_two_rows_and_a_cell_over_several_count_for_each(tmp_path: Path) -> None:
    def fill(file: Any, sheet: Any) -> None:
        form = file.add_format()
        sheet.merge_range(0, 0, 1, 0, "工单编号", form)
        sheet.merge_range(0, 1, 0, 2, "诉求", form)
        sheet.write_row(1, 1, ["来电时间", "主要内容"])
        sheet.merge_range(2, 1, 3, 1, "2026-06-01", form)
        sheet.write_row(2, 0, ["GD1"])
        sheet.write_row(3, 0, ["GD2"])
        sheet.write_row(2, 2, ["一"])
        sheet.write_row(3, 2, ["二"])

    path = book(tmp_path / "a.xlsx", fill)
    needed = {"工单编号", "来电时间", "主要内容"}
    table, rows = rows_of(path, is_heading=lambda row: needed <= set(row))
    assert table.headings == ("工单编号", "来电时间", "主要内容")
    assert [row.cells for row in rows] == [
        ("GD1", "2026-06-01", "一"),
        ("GD2", "2026-06-01", "二"),
    ]


def test_a_cell_beyond_the_headings_is_kept_and_not_a_reason_to_refuse(tmp_path: Path) -> None:
    def fill(_file: Any, sheet: Any) -> None:
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write(2, 5, "见附件")

    table, rows = rows_of(book(tmp_path / "a.xlsx", fill))
    assert table.headings == (*ROWS[0], "", "")
    ticket = RowReader(hotline_mapping(), table.headings, default_catalogue()).read(rows[1].cells)
    assert ticket.extra == {"column 6": "见附件"}


def test_a_sheet_and_a_heading_row_can_be_named(tmp_path: Path) -> None:
    def fill(file: Any, sheet: Any) -> None:
        sheet.write(0, 0, "说明")
        second = file.add_worksheet("六月")
        second.write_row(0, 0, ["x", "y", "z", "u", "v"])
        for number, row in enumerate(ROWS, start=1):
            second.write_row(number, 0, row)

    path = book(tmp_path / "a.xlsx", fill)
    table, _rows = rows_of(path, sheet="六月", heading_row=2)
    assert table.headings[:4] == tuple(ROWS[0])
    with pytest.raises(TicketFileError, match=r"sheet '七月'.*明细, 六月"):
        rows_of(path, sheet="七月")
    with pytest.raises(TicketFileError, match=r"heading_row 9.*has 4 rows"):
        rows_of(path, sheet="六月", heading_row=9)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(b"PK no workbook")
    with pytest.raises(TicketFileError, match="cannot be read"):
        rows_of(broken)
    with pytest.raises(TicketFileError, match="no such file"):
        rows_of(tmp_path / "none.xlsx")
    with pytest.raises(TicketFileError, match=r"'\.doc'.*\.xlsx"):
        rows_of(tmp_path / "a.doc")
    with pytest.raises(TicketFileError, match="is empty"):
        rows_of(book(tmp_path / "empty.xlsx", lambda _file, _sheet: None))
    with pytest.raises(FileFormatError, match="no such file"):
        rows_of(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TicketFileError, match="heading_row 2"):
        rows_of(tmp_path / "a.csv", heading_row=2)


def test_csv_in_the_chinese_code_page_is_read_and_short_rows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("工单编号,标题\n001,路灯\n002\n,\n".encode("gb18030"))
    table, rows = rows_of(path)
    assert table.headings == ("工单编号", "标题")
    assert rows[0] == TableRow(2, ("001", "路灯"))
    assert "layout" in rows[1].problem
    assert [row.is_blank for row in rows] == [False, False, True]


def test_parquet_keeps_its_types_and_points_become_two_numbers(tmp_path: Path) -> None:
    columns = {"id": [1, 2], "at": [NOON, None], "tags": [["a"], []], "raw": [b"\x01", None]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table, rows = rows_of(tmp_path / "a.parquet")
    assert table.n_rows == 2
    assert rows[0].cells == (1, NOON, ["a"], b"\x01")
    assert rows[1].cells == (2, None, [], None)
    points = gpd.GeoDataFrame({"id": ["x"]}, geometry=[Point(116.5, 39.25)], crs=4326)
    points.to_parquet(tmp_path / "b.parquet")
    table, rows = rows_of(tmp_path / "b.parquet")
    assert dict(zip(table.headings, rows[0].cells, strict=True)) == {
        "id": "x",
        "geometry": "116.5,39.25",
    }


def drafted(path: Path) -> str:
    with open_table(path) as table:
        return draft_mapping(path, table, default_catalogue())


def test_a_draft_is_a_mapping_that_can_be_read(tmp_path: Path) -> None:
    source = tmp_path / "requests.csv"
    lines = ["Case ID,Created Date,Service Name,Lat,Lon,Status,Notes,Phone"]
    lines += [
        f"C{k},{1 + k % 12:02}/{1 + k % 28:02}/2026 09:00,Potholes,39.3,-76.6,"
        f"{'Done' if k % 2 else 'Open'},{'urgent' if k % 3 else 'normal'},410555{k:04}"
        for k in range(100)
    ]
    source.write_text("\n".join(lines), encoding="utf-8")
    text = drafted(source)
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.toml")
    assert mapping.source == "requests"
    assert mapping.time_formats == ("%m/%d/%Y %H:%M",)
    assert {field: rule.headings[0] for field, rule in mapping.columns.items()} == {
        "external_id": "Case ID",
        "received_at": "Created Date",
        "category": "Service Name",
        "lon": "Lon",
        "lat": "Lat",
        "caller_contact": "Phone",
        "status": "Status",
    }
    assert '"Notes"  (urgent, normal)' in text
    assert '# "Done" = ?' in text
    assert "4105550001" not in text
    with open_table(source) as table:
        reader = RowReader(mapping, table.headings, default_catalogue())
        assert sum(1 for row in table.rows if reader.read(row.cells).lon == -76.6) == 100


def test_a_draft_asks_for_what_it_cannot_tell(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Nr,Created,Text\n1,03/04/2026,a\n2,05/06/2026,b\n", encoding="utf-8")
    text = drafted(source)
    assert "# external_id = ?" in text
    assert '# ? "%m/%d/%Y" or "%d/%m/%Y"' in text
