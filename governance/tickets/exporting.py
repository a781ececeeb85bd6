"""Tickets as CSV, Excel and Parquet, written as a stream of bytes.

Used for files and for answers over HTTP alike, so that both have the same columns.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.export_columns import EXPORT_COLUMNS, CellKind, ExportColumn, ExportTerms
from governance.tickets.ticket import Ticket

__all__ = ["MEDIA_TYPES", "ExportKind", "exported"]

_ROWS_A_GROUP = 5_000
_ROWS_A_PART = 500
_BLOCK_BYTES = 256 * 1024
_SPOOL_BYTES = 8 * 1024 * 1024
_MOST_SHEET_ROWS = 1_048_576
_MOST_CELL_SIGNS = 32_767
_CUT = "…(截断)"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_WIDE = {"title": 30, "text": 60, "address": 30, "received_at": 19, "due_at": 19}


class ExportKind(StrEnum):
    """A kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA_TYPES: dict[ExportKind, str] = {
    ExportKind.CSV: "text/csv",
    ExportKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportKind.PARQUET: "application/vnd.apache.parquet",
}
"""Media type of each kind."""


def exported(
    tickets: Iterable[Ticket],
    kind: ExportKind,
    terms: ExportTerms,
    columns: Sequence[ExportColumn] = EXPORT_COLUMNS,
    zone: tzinfo = CHINA_TIME,
) -> Iterator[bytes]:
    """Write tickets as the bytes of one file.

    Parameters
    ----------
    tickets
        In the order of the rows; read once, as the bytes are taken.
    kind
        CSV in UTF-8 with a mark, so that Excel reads it; Excel; or Parquet (zstd).
    terms
        How values are written. With Chinese terms the headings are Chinese too.
    columns
        What to write.
    zone
        Zone of the times: with their offset in CSV and Parquet, without in Excel, which has none.

    Yields
    ------
    bytes
        Parts of the file. CSV and Parquet come as rows are read, Excel when all are.

    Notes
    -----
    A text that begins like a formula gets an apostrophe before it in CSV, because a spreadsheet
    would compute what a caller wrote; Excel cells are texts by their type. A text longer than an
    Excel cell can be is cut and says so. Rows beyond what a sheet holds go on in a second sheet.
    Memory does not grow with the number of tickets.
    """
    writers = {
        ExportKind.CSV: _csv,
        ExportKind.XLSX: _xlsx,
        ExportKind.PARQUET: _parquet,
    }
    return writers[kind](tickets, terms, columns, zone)


def _headings(columns: Sequence[ExportColumn], terms: ExportTerms) -> list[str]:
    return [column.title if terms.is_chinese else column.key for column in columns]


def _chunks(tickets: Iterable[Ticket], size: int) -> Iterator[list[Ticket]]:
    rows = iter(tickets)
    while chunk := list(islice(rows, size)):
        yield chunk


def _csv(
    tickets: Iterable[Ticket], terms: ExportTerms, columns: Sequence[ExportColumn], zone: tzinfo
) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow(_headings(columns, terms))
    for chunk in _chunks(tickets, _ROWS_A_PART):
        writer.writerows(
            [_spelt(column.value(ticket, terms), zone) for column in columns] for ticket in chunk
        )
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _spelt(value: Any, zone: tzinfo) -> str:  # noqa: ANN401 - a cell of any kind
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _xlsx(
    tickets: Iterable[Ticket], terms: ExportTerms, columns: Sequence[ExportColumn], zone: tzinfo
) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as file:
        _fill_workbook(file, tickets, terms, columns, zone)
        file.seek(0)
        while block := file.read(_BLOCK_BYTES):
            yield block


def _fill_workbook(
    file: IO[bytes],
    tickets: Iterable[Ticket],
    terms: ExportTerms,
    columns: Sequence[ExportColumn],
    zone: tzinfo,
) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
    }
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        for number, rows in enumerate(_sheets(tickets), start=1):
            sheet = book.add_worksheet("工单" if number == 1 else f"工单{number}")
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, _WIDE.get(column.key, 14))
            sheet.write_row(0, 0, _headings(columns, terms), bold)
            for row, ticket in enumerate(rows, start=1):
                for place, column in enumerate(columns):
                    _write_cell(sheet, row, place, column.value(ticket, terms), zone)


def _sheets(tickets: Iterable[Ticket]) -> Iterator[Iterator[Ticket]]:
    """Cut rows into sheets; the first is there even without rows."""
    rows = iter(tickets)
    yield islice(rows, _MOST_SHEET_ROWS - 1)
    for first in rows:
        yield _with_first(first, islice(rows, _MOST_SHEET_ROWS - 2))


def _with_first(first: Ticket, rest: Iterator[Ticket]) -> Iterator[Ticket]:
    yield first
    yield from rest


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    place: int,
    value: Any,  # noqa: ANN401 - a cell of any kind
    zone: tzinfo,
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, place, value.astimezone(zone).replace(tzinfo=None))
    elif isinstance(value, (int, float)):
        sheet.write_number(row, place, value)
    else:
        text = str(value)
        if len(text) > _MOST_CELL_SIGNS:
            text = text[: _MOST_CELL_SIGNS - len(_CUT)] + _CUT
        sheet.write_string(row, place, text)


class _Outflow(io.RawIOBase):
    """A file that is only written: what was written is taken out and forgotten."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:  # noqa: ANN401 - any buffer, as the base has it
        part = bytes(content)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def _parquet(
    tickets: Iterable[Ticket], terms: ExportTerms, columns: Sequence[ExportColumn], zone: tzinfo
) -> Iterator[bytes]:
    schema = pa.schema(
        [
            pa.field(name, _arrow_type(column.kind, zone, is_chinese=terms.is_chinese))
            for name, column in zip(_headings(columns, terms), columns, strict=True)
        ]
    )
    sink = _Outflow()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for chunk in _chunks(tickets, _ROWS_A_GROUP):
            arrays = [
                pa.array([column.value(ticket, terms) for ticket in chunk], field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _arrow_type(kind: CellKind, zone: tzinfo, *, is_chinese: bool) -> pa.DataType:
    if kind is CellKind.FLAG:
        return pa.string() if is_chinese else pa.bool_()
    return {
        CellKind.TEXT: pa.string(),
        CellKind.NUMBER: pa.float64(),
        CellKind.COUNT: pa.int64(),
        CellKind.TIME: pa.timestamp("us", tz=_offset(zone)),
    }[kind]


def _offset(zone: tzinfo) -> str:
    return datetime(2000, 1, 1, tzinfo=zone).isoformat()[-6:]
