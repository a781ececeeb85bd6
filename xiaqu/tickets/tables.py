"""Read tables of tickets as rows of cells: CSV, Excel, Parquet, and files of places."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from governance.tickets.errors import TicketFileError
from governance.tickets.mapping.cells import Cell, text_of
from xiaqu.assignment.readers import KNOWN_SUFFIXES, Batch, open_source

__all__ = ["EXCEL_SUFFIXES", "TICKET_SUFFIXES", "Table", "TableRow", "open_table"]

EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TICKET_SUFFIXES = (*KNOWN_SUFFIXES, *EXCEL_SUFFIXES)
"""Suffixes of files that can be read."""

_BATCH_ROWS = 200  # a damaged row of CSV stops the reading, and what was read before it is lost
_HEADINGS_WITHIN = 20
_FULL_ENOUGH = 0.6  # a title above the headings fills less of a row, a row of values about all
IsHeading = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row.

    Attributes
    ----------
    number
        As a spreadsheet counts, the first row of the file being 1.
    cells
        As many as there are headings.
    problem
        What is wrong with its layout; empty where nothing is.
    """

    number: int
    cells: tuple[Cell, ...]
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.problem and all(text_of(cell) == "" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table.

    Attributes
    ----------
    headings
        In order; empty for a column without one.
    rows
        After the headings, in order; can be read once.
    n_rows
        How many, or 0 where the format does not tell without reading all.
    """

    headings: tuple[str, ...]
    rows: Iterator[TableRow]
    n_rows: int = 0


@contextmanager
def open_table(
    path: Path,
    *,
    sheet: str = "",
    encoding: str = "",
    heading_row: int | None = None,
    is_heading: IsHeading | None = None,
) -> Iterator[Table]:
    """Open a table.

    Parameters
    ----------
    path
        CSV, Excel, Parquet, or a file of places (GeoParquet, GeoPackage, GeoJSON); by suffix.
    sheet
        Sheet of an Excel file, or table of a GeoPackage; empty for the only one. Of an Excel file
        with several sheets the first one.
    encoding
        Of a CSV file; empty to detect it (UTF-8, UTF-16 with its mark, GB18030).
    heading_row
        Row of the headings in an Excel file, from 1; None to find it among the first twenty.
    is_heading
        Tells whether a row can be the headings; the first such row is taken, else the
        first that is about as full as others.

    Raises
    ------
    TicketFileError
        There is no such sheet or row, or the file cannot be read.
    FileFormatError
        The file is missing, of an unknown kind, or damaged.

    Notes
    -----
    An Excel file is held in memory as a whole; the others are read as a stream. A cell that is
    merged over several rows counts for each of them, so that a heading over two rows is found and a
    title over the whole width is not taken for one. Points of a file of places stand in their
    column as ``lon,lat``, in the file's own datum.
    """
    suffix = path.suffix.lower()
    if suffix not in TICKET_SUFFIXES:
        problem = f"unknown kind; use {', '.join(TICKET_SUFFIXES)}"
        raise TicketFileError(path, None, "suffix", suffix, problem)
    if suffix in EXCEL_SUFFIXES:
        yield _excel_table(path, sheet, heading_row, is_heading)
        return
    if heading_row not in {None, 1}:
        problem = "only an Excel file can have other rows before the headings; remove them"
        raise TicketFileError(path, None, "heading_row", heading_row, problem)
    with open_source(
        path, encoding=encoding or None, table=sheet or None, batch_rows=_BATCH_ROWS
    ) as source:
        rows = _batch_rows(source.batches, source.geometry)
        yield Table(tuple(source.schema.names), rows, source.n_rows or 0)


def _batch_rows(batches: Iterator[Batch], geometry: str | None) -> Iterator[TableRow]:
    number = 1
    for batch in batches:
        columns = [
            _points(column) if name == geometry else column.to_pylist()
            for name, column in zip(batch.rows.schema.names, batch.rows.columns, strict=True)
        ]
        for row, cells in enumerate(zip(*columns, strict=True)):
            number += 1
            yield TableRow(number, cells, batch.problems.get(row, ""))


def _points(column: pa.Array) -> list[str | None]:
    shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
    xs, ys = shapely.get_x(shapes), shapely.get_y(shapes)  # NaN for what is no point
    return [
        None if math.isnan(x) else f"{x!r},{y!r}"
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
    ]


def _excel_table(
    path: Path, sheet: str, heading_row: int | None, is_heading: IsHeading | None
) -> Table:
    rows = _excel_rows(path, sheet)
    spelt = [[text_of(cell) for cell in row] for row in rows[:_HEADINGS_WITHIN]]
    if not any(map(any, spelt)) and not any(text_of(cell) for row in rows for cell in row):
        raise TicketFileError(path, None, "", "", "the sheet is empty; name another with --sheet")
    if heading_row is not None:
        if heading_row > len(rows):
            problem = f"the sheet has {len(rows)} rows"
            raise TicketFileError(path, None, "heading_row", heading_row, problem)
        place = heading_row - 1
    else:
        place = _find_headings(spelt, is_heading)
    width = max(_filled_width(row) for row in rows[place:])
    headings, *below = (tuple(row[:width]) for row in rows[place:])
    numbered = enumerate(below, start=place + 2)
    rest = (TableRow(number, cells) for number, cells in numbered)
    return Table(tuple(map(text_of, headings)), rest, len(below))


def _filled_width(row: list[Cell]) -> int:
    return max((k for k, cell in enumerate(row, start=1) if text_of(cell)), default=0)


def _find_headings(rows: list[list[str]], is_heading: IsHeading | None) -> int:
    if is_heading is not None:
        for place, row in enumerate(rows):
            if is_heading(row):
                return place
    filled = [len({cell for cell in row if cell}) for row in rows]
    enough = _FULL_ENOUGH * max(filled)
    return next(place for place, n_filled in enumerate(filled) if n_filled >= enough)


def _excel_rows(path: Path, sheet: str) -> list[list[Cell]]:
    if not path.is_file():
        raise TicketFileError(path, None, "", "", "no such file")
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if sheet and sheet not in names:
                problem = f"no such sheet; there are {', '.join(names)}"
                raise TicketFileError(path, None, "sheet", sheet, problem)
            if not names:
                raise TicketFileError(path, None, "", "", "has no sheet")
            found = book.get_sheet_by_name(sheet or names[0])
            return _filled(found, found.to_python(skip_empty_area=False))
    except PasswordError as error:
        problem = "is protected by a password; save it without"
        raise TicketFileError(path, None, "", "", problem) from error
    except (CalamineError, OSError) as error:
        raise TicketFileError(path, None, "", "", f"cannot be read: {error}") from error


def _filled(sheet: CalamineSheet, rows: list[list[Any]]) -> list[list[Cell]]:
    """Repeat the value of cells that are merged over several rows."""
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                if row[left] == "":
                    row[left] = rows[top][left]
    return rows
