"""Reading batches: JSON, CSV and Arrow bodies become chunks of rows in their own order.

A body is spooled to disk when large, so that it is never in memory as a whole beside its rows,
and so that everything that concerns the whole body (size, encoding, columns) is refused before
the first byte of the answer is sent.
"""

import codecs
import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
from fastapi import Request

from api.errors import BodyFormatError, BodyTooLargeError, ColumnError, RowLimitError
from geo.arrays import FloatArray

LON_HEADINGS = ("lon", "lng", "long", "longitude", "经度", "x")
LAT_HEADINGS = ("lat", "latitude", "纬度", "y")

_SPOOL_BYTES = 8 * 1024 * 1024
_PAIR = 2


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of a batch.

    Attributes
    ----------
    batch
        The input columns as they came; CSV columns are text.
    records
        The rows as they came in JSON; None for the other types.
    coordinates
        Shape (n, 2), columns lon, lat, in the datum of the input; NaN where missing or unreadable.
    problems
        Why a row cannot be read, by its place in this chunk.
    """

    batch: pa.RecordBatch
    records: list[dict[str, Any]] | None
    coordinates: FloatArray
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


def find_columns(names: Sequence[str]) -> tuple[int, int]:
    """Find the columns of longitude and latitude by their headings.

    Raises
    ------
    ColumnError
        One is missing, or two columns could be meant; names the columns found.
    """
    return _find(names, LON_HEADINGS, "longitude"), _find(names, LAT_HEADINGS, "latitude")


def _find(names: Sequence[str], headings: Sequence[str], meaning: str) -> int:
    folded = [name.strip().lower() for name in names]
    hits = [place for place, name in enumerate(folded) if name in headings]
    if len(hits) == 1:
        return hits[0]
    wanted = ", ".join(headings)
    problem = (
        f"no column for {meaning}; name it one of {wanted}"
        if not hits
        else f"{len(hits)} columns could be {meaning}; keep one of {wanted}"
    )
    raise ColumnError(problem, names)


def _number(value: object, field: str) -> tuple[float, str | None]:
    """Read a number; text that is no number gives NaN and the reason."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return float("nan"), None
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value), None
        except (ValueError, OverflowError):
            pass
    return float("nan"), f"{field} {value!r} is not a number"


def _coordinates(
    lon: Sequence[object], lat: Sequence[object], problems: dict[int, str]
) -> FloatArray:
    found = np.empty((len(lon), 2))
    for row, pair in enumerate(zip(lon, lat, strict=True)):
        for column, (field, value) in enumerate(zip(("lon", "lat"), pair, strict=True)):
            found[row, column], problem = _number(value, field)
            if problem is not None:
                problems.setdefault(row, problem)
    return found


class CsvReader:
    """Reads CSV with a heading line; every column is kept as text.

    Parameters
    ----------
    file
        The body.
    charset
        Encoding as declared with the Content-Type, default UTF-8 with or without a mark.

    Raises
    ------
    BodyFormatError
        The encoding is unknown or does not fit the body.
    ColumnError
        The heading has no usable columns of longitude and latitude.
    """

    def __init__(self, file: IO[bytes], charset: str | None = None) -> None:
        self._file = file
        self._charset = charset or "utf-8-sig"
        self._check_encoding()
        heading = next(self._rows(), [])
        if len(set(heading)) != len(heading):
            raise ColumnError("a heading occurs twice; name each column once", heading)
        self._columns = find_columns(heading)
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
        lon, lat = self._columns
        coordinates = _coordinates(columns[lon], columns[lat], problems)
        arrays = [pa.array(column, pa.string()) for column in columns]
        return Chunk(
            pa.RecordBatch.from_arrays(arrays, schema=self.schema), None, coordinates, problems
        )


class JsonReader:
    """Reads a JSON list of ``[lon, lat]`` pairs or of objects, or ``{"points": [...]}``.

    Parameters
    ----------
    body
        The body.
    limit_rows
        Most rows.

    Raises
    ------
    BodyFormatError
        The body is not JSON, or not a list.
    RowLimitError
        The list is too long.
    """

    def __init__(self, body: bytes, limit_rows: int) -> None:
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BodyFormatError(f"the body is not JSON: {error}") from error
        if isinstance(parsed, dict):
            parsed = parsed.get("points")
        if not isinstance(parsed, list):
            raise BodyFormatError(
                "the body must be a list of [lon, lat] or of objects with lon and lat, or"
                ' {"points": [...]} around such a list'
            )
        if len(parsed) > limit_rows:
            raise RowLimitError(len(parsed), limit_rows)
        self._rows: list[object] = parsed
        names: dict[str, None] = {}
        for row in parsed:
            names.update(dict.fromkeys(row if isinstance(row, dict) else ("lon", "lat")))
        self._names = list(names)
        self._columns = find_columns(self._names) if parsed else (0, 1)
        self.schema = pa.schema([(name, self._type(name)) for name in self._names])

    def _type(self, name: str) -> pa.DataType:
        is_coordinate = name in {self._names[place] for place in self._columns}
        return pa.float64() if is_coordinate else pa.string()

    def _record(self, row: object, place: int, problems: dict[int, str]) -> dict[str, Any]:
        if isinstance(row, dict):
            return row
        if isinstance(row, list) and len(row) == _PAIR:
            return {"lon": row[0], "lat": row[1]}
        problems[place] = f"{row!r} is neither [lon, lat] nor an object with lon and lat"[:200]
        return {"input": row}

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield chunks of so many rows."""
        lon, lat = (
            (self._names[self._columns[0]], self._names[self._columns[1]])
            if self._rows
            else ("lon", "lat")
        )
        for start in range(0, len(self._rows), rows):
            problems: dict[int, str] = {}
            records = [
                self._record(row, place, problems)
                for place, row in enumerate(self._rows[start : start + rows])
            ]
            coordinates = _coordinates(
                [record.get(lon) for record in records],
                [record.get(lat) for record in records],
                problems,
            )
            batch = self._batch(records, coordinates, (lon, lat))
            yield Chunk(batch, records, coordinates, problems)

    def _batch(
        self, records: list[dict[str, Any]], coordinates: FloatArray, keys: tuple[str, str]
    ) -> pa.RecordBatch:
        place = {key: column for column, key in enumerate(keys)}
        arrays = [
            pa.array(coordinates[:, place[name]], from_pandas=True)
            if name in place
            else pa.array([_text(record.get(name)) for record in records], pa.string())
            for name in self._names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


class ArrowReader:
    """Reads an Arrow IPC stream; longitude and latitude are numbers or text.

    Parameters
    ----------
    file
        The body.

    Raises
    ------
    BodyFormatError
        The body is not an Arrow IPC stream, or a coordinate column holds no numbers.
    ColumnError
        There are no usable columns of longitude and latitude.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._stream = pa.ipc.open_stream(file)
        except (pa.ArrowException, OSError) as error:
            raise BodyFormatError(f"the body is not an Arrow IPC stream: {error}") from error
        self.schema = self._stream.schema
        self._columns = find_columns(self.schema.names)

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield the batches of the stream, cut to so many rows."""
        for whole in self._stream:
            for start in range(0, whole.num_rows, rows):
                yield self._chunk(whole.slice(start, rows))

    def _chunk(self, batch: pa.RecordBatch) -> Chunk:
        lon, lat = (batch.column(place) for place in self._columns)
        problems: dict[int, str] = {}
        if all(_is_numeric(column.type) for column in (lon, lat)):
            numbers = [
                column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in (lon, lat)
            ]
            coordinates = np.column_stack(numbers)
        else:
            coordinates = _coordinates(lon.to_pylist(), lat.to_pylist(), problems)
        return Chunk(batch, None, coordinates, problems)


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


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
