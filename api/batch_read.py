"""Reading batches: JSON, CSV and Arrow bodies become chunks of rows in their own order.

What a row must hold (a coordinate, a text) is said by a :class:`RowForm`; reading knows nothing of
its meaning.

A body is spooled to disk when large, so that it is never in memory as a whole beside its rows,
and so that everything that concerns the whole body (size, encoding, columns) is refused before
the first byte of the answer is sent.
"""

import codecs
import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol, TypeAlias

import orjson
import pyarrow as pa
from fastapi import Request

from api.errors import BodyFormatError, BodyTooLargeError, ColumnError, RowLimitError

_SPOOL_BYTES = 8 * 1024 * 1024

Cells: TypeAlias = Sequence[object] | pa.Array
"""The values of one column in some consecutive rows, as they came."""


@dataclass(frozen=True)
class RowForm:
    """What a route needs of each row.

    Attributes
    ----------
    find
        Finds the needed columns among the headings; raises ColumnError.
    names
        Headings of the needed columns where rows come without, as bare JSON values.
    of_bare
        Makes a record of a bare JSON row; None where it cannot be one.
    wanted
        What a bare or named row must be, for messages.
    member
        Name of the list in a JSON object around it.
    type
        Arrow type of the needed columns, for rows that came as JSON.
    """

    find: Callable[[Sequence[str]], tuple[int, ...]]
    names: tuple[str, ...]
    of_bare: Callable[[object], dict[str, Any] | None]
    wanted: str
    member: str
    type: pa.DataType


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of a batch.

    Attributes
    ----------
    batch
        The input columns as they came; CSV columns are text.
    records
        The rows as they came in JSON; None for the other types.
    cells
        The needed columns, in the order of the form.
    problems
        Why a row cannot be read, by its place in this chunk.
    """

    batch: pa.RecordBatch
    records: list[dict[str, Any]] | None
    cells: tuple[Cells, ...]
    problems: dict[int, str]


class BatchReader(Protocol):
    """A body that can be read in chunks."""

    @property
    def schema(self) -> pa.Schema:
        """Columns of the input."""
        ...

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield chunks of about so many rows."""
        ...


async def spool(request: Request, limit_bytes: int) -> IO[bytes]:
    """Take in a body, on disk when it is large.

    Raises
    ------
    BodyTooLargeError
        The body is longer than the limit; raised before the rest is read.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise BodyTooLargeError(limit_bytes)
    # The file is read while the answer is written, and closed when that is done.
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115
    try:
        await _fill(file, request, limit_bytes)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _fill(file: IO[bytes], request: Request, limit_bytes: int) -> None:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            raise BodyTooLargeError(limit_bytes)
        file.write(part)


class CsvReader:
    """Reads CSV with a heading line; every column is kept as text.

    Parameters
    ----------
    file
        The body.
    form
        What each row must hold.
    charset
        Encoding as declared with the Content-Type, default UTF-8 with or without a mark.

    Raises
    ------
    BodyFormatError
        The encoding is unknown or does not fit the body.
    ColumnError
        The heading lacks the columns that the form needs.
    """

    def __init__(self, file: IO[bytes], form: RowForm, charset: str | None = None) -> None:
        self._file = file
        self._charset = charset or "utf-8-sig"
        self._check_encoding()
        heading = next(self._rows(), [])
        if len(set(heading)) != len(heading):
            raise ColumnError("a heading occurs twice; name each column once", heading)
        self._columns = form.find(heading)
        self.schema = pa.schema([(name, pa.string()) for name in heading])

    def _check_encoding(self) -> None:
        try:
            decoder = codecs.getincrementaldecoder(self._charset)()
        except LookupError as error:
            raise BodyFormatError(
                f"charset {self._charset!r} is unknown; use utf-8 or gb18030",
                field="charset",
                value=self._charset,
            ) from error
        done = 0
        try:
            while part := self._file.read(_SPOOL_BYTES):
                decoder.decode(part)
                done += len(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise BodyFormatError(
                f"byte {done + error.start} is not {self._charset}; state the encoding in the"
                " Content-Type, such as text/csv; charset=gb18030",
                field="charset",
                value=self._charset,
            ) from error

    def _rows(self) -> Iterator[list[str]]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self._charset, newline="")
        try:
            yield from csv.reader(text)
        except csv.Error as error:
            raise BodyFormatError(f"the CSV cannot be read: {error}") from error
        finally:
            text.detach()

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield chunks of so many rows; empty lines are not rows."""
        lines = self._rows()
        next(lines, None)
        taken: list[list[str]] = []
        for line in lines:
            if line:
                taken.append(line)
            if len(taken) == rows:
                yield self._chunk(taken)
                taken = []
        if taken:
            yield self._chunk(taken)

    def _chunk(self, lines: list[list[str]]) -> Chunk:
        width = len(self.schema)
        problems: dict[int, str] = {}
        for row, line in enumerate(lines):
            if len(line) != width:
                beyond = f"; beyond the heading: {line[width:]!r}" if len(line) > width else ""
                problems[row] = f"{len(line)} fields, but the heading has {width}{beyond}"
                lines[row] = (line + [""] * width)[:width]
        columns = list(zip(*lines, strict=True))
        cells = tuple(columns[place] for place in self._columns)
        arrays = [pa.array(column, pa.string()) for column in columns]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        return Chunk(batch, None, cells, problems)


class JsonReader:
    """Reads a JSON list of rows, bare or as objects, or an object around such a list.

    Parameters
    ----------
    body
        The body.
    form
        What each row must hold.
    limit_rows
        Most rows.
    lines
        Whether each line is a document of its own, one row.

    Raises
    ------
    BodyFormatError
        The body is not JSON, or not a list.
    RowLimitError
        The list is too long.
    ColumnError
        The objects lack the members that the form needs.
    """

    def __init__(self, body: bytes, form: RowForm, limit_rows: int, *, lines: bool = False) -> None:
        parsed = read_lines(body) if lines else _parsed(body)
        if isinstance(parsed, dict):
            parsed = parsed.get(form.member)
        if not isinstance(parsed, list):
            raise BodyFormatError(
                f"the body must be a list, each row {form.wanted}, or"
                f' {{"{form.member}": [...]}} around such a list'
            )
        if len(parsed) > limit_rows:
            raise RowLimitError(len(parsed), limit_rows)
        self._form = form
        self._rows: list[object] = parsed
        names: dict[str, None] = {}
        for row in parsed:
            names.update(dict.fromkeys(row if isinstance(row, dict) else form.names))
        self._names = list(names or dict.fromkeys(form.names))
        columns = form.find(self._names)
        self._needed = tuple(self._names[place] for place in columns)
        self.schema = pa.schema([(name, self._type(name)) for name in self._names if parsed])

    def _type(self, name: str) -> pa.DataType:
        return self._form.type if name in self._needed else pa.string()

    def _record(self, row: object, place: int, problems: dict[int, str]) -> dict[str, Any]:
        if isinstance(row, dict):
            return row
        record = self._form.of_bare(row)
        if record is not None:
            return record
        problems[place] = f"{row!r} is not {self._form.wanted}"[:200]
        return {"input": row}

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield chunks of so many rows."""
        for start in range(0, len(self._rows), rows):
            problems: dict[int, str] = {}
            records = [
                self._record(row, place, problems)
                for place, row in enumerate(self._rows[start : start + rows])
            ]
            cells = tuple([record.get(name) for record in records] for name in self._needed)
            yield Chunk(self._batch(records), records, cells, problems)

    def _batch(self, records: list[dict[str, Any]]) -> pa.RecordBatch:
        arrays = [
            _array([record.get(field.name) for record in records], field.type)
            for field in self.schema
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyFormatError(f"the body is not JSON: {error}") from error


def read_lines(body: bytes) -> list[object]:
    """Read one JSON value a line; empty lines are none, BodyFormatError names a bad one."""
    rows = []
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise BodyFormatError(f"line {number} is not JSON: {error}") from error
    return rows


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_floating(kind):
        return pa.array([_text(value) for value in values], kind)
    numbers = [read_number(value) for value in values]
    return pa.array(numbers, kind, from_pandas=True)


def read_number(value: object) -> float:
    """Read a number, or text that spells one; NaN where it is none."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    return float("nan")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


class ArrowReader:
    """Reads an Arrow IPC stream.

    Parameters
    ----------
    file
        The body.
    form
        What each row must hold.

    Raises
    ------
    BodyFormatError
        The body is not an Arrow IPC stream.
    ColumnError
        The columns that the form needs are missing.
    """

    def __init__(self, file: IO[bytes], form: RowForm) -> None:
        try:
            self._stream = pa.ipc.open_stream(file)
        except (pa.ArrowException, OSError) as error:
            raise BodyFormatError(f"the body is not an Arrow IPC stream: {error}") from error
        self.schema = self._stream.schema
        self._columns = form.find(self.schema.names)

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield the batches of the stream, cut to so many rows."""
        for whole in self._stream:
            for start in range(0, whole.num_rows, rows):
                yield self._chunk(whole.slice(start, rows))

    def _chunk(self, batch: pa.RecordBatch) -> Chunk:
        return Chunk(batch, None, tuple(batch.column(place) for place in self._columns), {})


def refuse_taken_names(schema: pa.Schema, added: Mapping[str, object]) -> None:
    """Refuse an input that already has a column that the answer adds.

    Raises
    ------
    ColumnError
        Names the column.
    """
    for name in schema.names:
        if name in added:
            raise ColumnError(
                f"column {name!r} is one that the answer adds; rename it", schema.names
            )
