"""Read a rule book from a folder of files; every value is checked, every problem is named."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from geo.arrays import Progress
from governance.book.consistency import find_problems
from governance.book.definition import BookHead, Level, RuleBook
from governance.book.layout import FILES, LEVELS_FILE, SHEETS, Column, Sheet
from governance.book.toml_files import read_head, read_levels
from governance.errors import BookFileError, BookProblem

__all__ = ["read_book"]

_FIRST_ROW = 2
_ALIKE = 0.75
_NO_HEAD = BookHead(label="", valid_from=date.min)


@dataclass(slots=True)
class _Found:
    """Rows of one table, the row number of each code, and codes of rows that were refused."""

    rows: list[Any] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def read_book(folder: Path, *, progress: Progress | None = None) -> RuleBook:
    """Read a rule book.

    Parameters
    ----------
    folder
        Holds ``book.toml``, ``levels.toml``, ``bodies.csv``, ``catalogue.csv``, ``rules.csv`` and,
        where there are any, ``agreements.csv``, ``posts.csv``, ``estates.csv``. UTF-8; the columns
        are the fields of :mod:`governance.book.definition` in any order, optional ones may be
        missing; entries of a list are separated by ``;``.
    progress
        Called with stage ``read``, once for each table.

    Returns
    -------
    RuleBook
        Sorted by code; each reference leads somewhere.

    Raises
    ------
    BookFileError
        Something is wrong; holds every problem, in the order of files and rows.

    Notes
    -----
    About a second for 60,000 posts.
    """
    problems: list[BookProblem] = []
    if not folder.is_dir():
        problem = f"there is no such folder; give one with {', '.join(FILES)}"
        raise BookFileError([BookProblem(str(folder), None, "", "", problem)])
    problems += _misspelt(folder)
    head, levels = read_head(folder, problems), read_levels(folder, problems)
    found: dict[str, _Found] = {}
    for done, sheet in enumerate(SHEETS):
        if progress is not None:
            progress("read", done, len(SHEETS))
        found[sheet.part] = _read_sheet(folder, sheet, problems)
    book = _put_together(head, levels, found)
    problems += _cross_check(book, found, levels, problems)
    if progress is not None:
        progress("read", len(SHEETS), len(SHEETS))
    if problems:
        raise BookFileError(sorted(problems, key=_place))
    return book


def _put_together(
    head: BookHead | None, levels: Sequence[Level], found: dict[str, _Found]
) -> RuleBook:
    parts = {part: tuple(sorted(t.rows, key=lambda row: row.code)) for part, t in found.items()}
    return RuleBook(
        head=head or _NO_HEAD,
        levels=tuple(sorted(levels, key=lambda level: level.key)),
        **parts,
    )


def _cross_check(
    book: RuleBook,
    found: dict[str, _Found],
    levels: Sequence[Level],
    before: Sequence[BookProblem],
) -> list[BookProblem]:
    """Check what rows say of each other; rows that were refused still count as being there."""
    refused = {part: table.refused for part, table in found.items()}
    broken = {p.file for p in before if not p.field}
    parts = {sheet.part for sheet in SHEETS if sheet.file in broken}
    if LEVELS_FILE in broken or any(p.file == LEVELS_FILE for p in before) or not levels:
        parts.add("levels")
    has_head = book.head is not _NO_HEAD
    numbers = {sheet.file: found[sheet.part].numbers for sheet in SHEETS}
    return [
        replace(problem, row=numbers.get(problem.file, {}).get(problem.code))
        for problem in find_problems(book, refused=refused, unknown_parts=parts, has_head=has_head)
    ]


def _place(problem: BookProblem) -> tuple[int, int]:
    order = FILES.index(problem.file) if problem.file in FILES else -1
    return order, problem.row or 0


def _misspelt(folder: Path) -> list[BookProblem]:
    """Find files whose name is nearly that of a missing file: they would be left out unseen."""
    there = {path.name for path in folder.iterdir() if path.is_file()}
    missing = [name for name in FILES if name not in there]
    problems = []
    for name in sorted(there - set(FILES)):
        if near := get_close_matches(name.lower(), missing, 1, _ALIKE):
            problem = f"is no file of a rule book; rename it to {near[0]}"
            problems.append(BookProblem(name, None, "", "", problem))
    return problems


def _read_sheet(folder: Path, sheet: Sheet, problems: list[BookProblem]) -> _Found:
    try:
        text = (folder / sheet.file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if not sheet.is_optional:
            problem = "the file is missing; every rule book has one"
            problems.append(BookProblem(sheet.file, None, "", "", problem))
        return _Found()
    except UnicodeDecodeError:
        problem = "the file is not UTF-8; save it as CSV UTF-8"
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
    else:
        return _read_text(text, sheet, problems)
    problems.append(BookProblem(sheet.file, None, "", "", problem))
    return _Found()


def _read_text(text: str, sheet: Sheet, problems: list[BookProblem]) -> _Found:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, numbers, rows = _Found(), [], []
    try:
        heading = [name.strip() for name in next(lines, [])]
        if not _check_heading(heading, sheet, problems):
            return found
        for number, row in enumerate(lines, start=_FIRST_ROW):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(heading):
                problem = f"has {len(row)} fields, the heading has {len(heading)}"
                code = row[heading.index("code")] if len(row) > heading.index("code") else ""
                problems.append(BookProblem(sheet.file, number, "", "", problem, code.strip()))
                found.refused.add(code.strip())
                continue
            rows.append(row)
            numbers.append(number)
    except csv.Error as error:
        problem = f"the file is not CSV near line {lines.line_num}: {error}"
        problems.append(BookProblem(sheet.file, None, "", "", problem))
        return found
    columns = dict(zip(heading, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    _read_columns(columns, numbers, sheet, found, problems)
    return found


def _check_heading(heading: list[str], sheet: Sheet, problems: list[BookProblem]) -> bool:
    known = [column.name for column in sheet.columns]

    def refuse(name: str, problem: str) -> None:
        problems.append(BookProblem(sheet.file, 1, name, name, problem))

    before = len(problems)
    if not any(heading):
        problem = f"the file is empty; its first row names the columns {', '.join(known)}"
        problems.append(BookProblem(sheet.file, None, "", "", problem))
        return False
    for name in dict.fromkeys(heading):
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}" if near else f"known are {', '.join(known)}"
            separators = "; separate columns by commas" if ";" in name or "\t" in name else ""
            refuse(name, f"is no column of this table; {hint}{separators}")
        elif heading.count(name) > 1:
            refuse(name, "is the heading of two columns; take one out")
    for column in sheet.columns:
        if column.is_required and column.name not in heading:
            refuse(column.name, "the column is missing")
    if len(problems) > before:
        # Without a heading no row can be told from another: the table counts as unread.
        problem = "no row was read, because the heading is wrong"
        problems.append(BookProblem(sheet.file, 1, "", "", problem))
    return len(problems) == before


def _read_columns(
    columns: dict[str, list[str]],
    numbers: list[int],
    sheet: Sheet,
    found: _Found,
    problems: list[BookProblem],
) -> None:
    codes = [code.strip() for code in columns.get("code", [])]
    bad: set[int] = set()
    values: dict[str, list[Any]] = {}
    for column in sheet.columns:
        if (texts := columns.get(column.name)) is None:
            continue
        values[column.name], wrong = _read_column(column, texts)
        for k, problem in wrong.items():
            bad.add(k)
            problems.append(
                BookProblem(
                    sheet.file, numbers[k], column.name, texts[k].strip(), problem, codes[k]
                )
            )
    for k, code in enumerate(codes):
        if (first := found.numbers.setdefault(code, numbers[k])) != numbers[k]:
            bad.add(k)
            problem = f"occurs twice, first in row {first}; codes are unique in a file"
            problems.append(BookProblem(sheet.file, numbers[k], "code", code, problem, code))
    found.refused |= {codes[k] for k in bad}
    names = list(values)
    for k, row in enumerate(zip(*values.values(), strict=True)):
        if k not in bad:
            found.rows.append(sheet.row(**dict(zip(names, row, strict=True))))


def _read_column(column: Column, texts: list[str]) -> tuple[list[Any], dict[int, str]]:
    """Read all cells of a column; equal texts are read once."""
    values: list[Any] = []
    wrong: dict[int, str] = {}
    known: dict[str, Any] = {}
    for k, given in enumerate(texts):
        text = given.strip()
        if text not in known:
            try:
                known[text] = _read_cell(column, text)
            except ValueError as error:
                wrong[k] = str(error)
                values.append(None)
                continue
        values.append(known[text])
    return values, wrong


def _read_cell(column: Column, text: str) -> object:
    if text:
        return column.cell.read(text.replace("\r\n", "\n"))
    if column.is_required:
        message = "must not be blank"
        raise ValueError(message)
    return column.cell.read("") if column.cell.has_empty else column.default
