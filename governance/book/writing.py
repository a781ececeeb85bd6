"""Write a rule book as a folder of files that a spreadsheet opens."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from governance.book.definition import RuleBook
from governance.book.layout import BOOK_FILE, LEVELS_FILE, SHEETS, Column, Sheet
from governance.book.toml_files import write_duration, write_head, write_levels
from governance.errors import BookFileError, BookProblem

__all__ = ["write_book"]


def write_book(book: RuleBook, folder: Path) -> list[Path]:
    """Write a rule book; :func:`governance.book.reading.read_book` gives the same book again.

    Parameters
    ----------
    book
        Rows in any order; they are written sorted by code.
    folder
        Made when needed. Files of a rule book in it are replaced, and those of optional parts
        that this book does not have are removed.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    BookFileError
        A value cannot stand in its file, such as a list entry with ``;`` in it, or text with
        blanks around it. Nothing is written then.
    """
    problems: list[BookProblem] = []
    tables = {sheet: list(_rows(book, sheet, problems)) for sheet in SHEETS}
    for level in book.levels:
        try:
            write_duration(level.limit)
        except ValueError as error:
            field = f"level.{level.key}.limit"
            problems.append(BookProblem(LEVELS_FILE, None, field, str(level.limit), str(error)))
    if problems:
        raise BookFileError(problems)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / BOOK_FILE, folder / LEVELS_FILE]
    written[0].write_text(write_head(book.head), encoding="utf-8")
    levels = sorted(book.levels, key=lambda level: level.key)
    written[1].write_text(write_levels(tuple(levels)), encoding="utf-8")
    for sheet, rows in tables.items():
        path = folder / sheet.file
        if sheet.is_optional and not rows:
            path.unlink(missing_ok=True)
            continue
        # With the mark of UTF-8, without which spreadsheets show Chinese as noise.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(column.name for column in sheet.columns)
            lines.writerows(rows)
        written.append(path)
    return written


def _rows(book: RuleBook, sheet: Sheet, problems: list[BookProblem]) -> Iterator[list[str]]:
    rows = sorted(getattr(book, sheet.part), key=lambda row: str(row.code))
    columns = [_texts(sheet, column, rows, problems) for column in sheet.columns]
    for row in zip(*columns, strict=True):
        yield list(row)


def _texts(sheet: Sheet, column: Column, rows: list[Any], problems: list[BookProblem]) -> list[str]:
    """Write one column, and make sure that each text would be read as the same value."""
    texts = []
    proven: dict[Any, str] = {}
    for row in rows:
        value = getattr(row, column.name)
        text = proven.get(value)
        if text is None:
            text = column.cell.write(value)
            if problem := _lossy(column, value, text):
                problems.append(
                    BookProblem(sheet.file, None, column.name, text, problem, str(row.code))
                )
            proven[value] = text
        texts.append(text)
    return texts


def _lossy(column: Column, value: object, text: str) -> str:
    if not text and not column.cell.has_empty:
        return "is blank, which this column cannot hold"
    try:
        back = column.cell.read(text.strip())
    except ValueError as error:
        return str(error)
    return "" if back == value else f"would be read back as {back!r}; take the blanks out"
