"""Read and write CSV so that every field stays the text it was.

Spreadsheets and number parsers turn ``00012`` into 12 and ``1.10`` into 1.1; here a field is a
piece of text from the first row to the last. Rows with too few or too many fields are kept and
named, and the encoding is decided by decoding the whole file, not by its first lines.
"""

import codecs
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Self

from xiaqu.errors import FileFormatError

CSV_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
_DELIMITERS = (",", "\t", ";", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written.

    Attributes
    ----------
    encoding
        Python name of the encoding.
    delimiter
        Character between fields.
    newline
        Characters at the end of a row.
    """

    encoding: str
    delimiter: str = ","
    newline: str = "\r\n"

    @property
    def output_encoding(self) -> str:
        """Encoding of a result: UTF-8, marked where the input was not plain UTF-8.

        Spreadsheets take unmarked UTF-8 for the local code page and garble Chinese.
        """
        return "utf-8" if self.encoding == "utf-8" else "utf-8-sig"


def _decodes_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def detect_encoding(path: Path) -> str:
    """Decide between UTF-8, UTF-16 with its mark, and GB18030 by decoding the whole file.

    Raises
    ------
    FileFormatError
        The file is none of them.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for encoding in ("utf-8", "gb18030"):
        if _decodes_as(path, encoding):
            return encoding
    raise FileFormatError(path, "neither UTF-8 nor GB18030; name its encoding with --encoding")


def _detect_dialect(path: Path, encoding: str) -> CsvDialect:
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline()
    except (UnicodeError, LookupError) as error:
        raise FileFormatError(path, f"cannot be read as {encoding}: {error}") from error
    # Delimiters inside a quoted heading do not count.
    bare = "".join(first.split('"')[::2])
    delimiter = max(_DELIMITERS, key=bare.count)
    return CsvDialect(encoding, delimiter, "\r\n" if first.endswith("\r\n") else "\n")


class CsvFile:
    """A CSV file, read in chunks of columns.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding; detected where None.

    Raises
    ------
    FileFormatError
        The file is empty, or cannot be decoded.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        self.dialect = _detect_dialect(path, encoding or detect_encoding(path))
        self._file: TextIOWrapper = path.open(encoding=self.dialect.encoding, newline="")
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a polygon as text is one long field
        # strict: a stray quote would otherwise swallow the rows after it without a word
        self._reader = csv.reader(self._file, delimiter=self.dialect.delimiter, strict=True)
        self.headings: tuple[str, ...] = tuple(self._next_row() or ())
        if not self.headings:
            self._file.close()
            raise FileFormatError(path, "is empty; the first row must hold the headings")

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def _next_row(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            line = self._reader.line_num
            raise FileFormatError(
                self.path, f"line {line}: {error}; check the quotes of this row"
            ) from error
        except UnicodeError as error:
            raise FileFormatError(
                self.path, f"cannot be read as {self.dialect.encoding}: {error}"
            ) from error

    def chunks(self, n_rows: int) -> Iterator[tuple[list[list[str]], dict[int, str]]]:
        """Read the rows after the headings, in order.

        Parameters
        ----------
        n_rows
            Most rows of one chunk.

        Yields
        ------
        columns
            One list of text for each heading.
        problems
            By row of the chunk: rows with too few or too many fields. Missing fields are empty;
            surplus ones are quoted in the problem, so that nothing is lost.
        """
        width = len(self.headings)
        while True:
            rows: list[list[str]] = []
            problems: dict[int, str] = {}
            while len(rows) < n_rows and (row := self._next_row()) is not None:
                if len(row) != width:
                    problems[len(rows)] = _layout_problem(row, width)
                    row = (row + [""] * width)[:width]
                rows.append(row)
            if not rows:
                return
            yield [list(column) for column in zip(*rows, strict=True)], problems


def _layout_problem(row: Sequence[str], width: int) -> str:
    surplus = f", surplus {list(row[width:])!r}" if len(row) > width else ""
    return f"layout: {len(row)} fields where the headings are {width}{surplus}"
