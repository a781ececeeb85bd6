"""Answering batches: what is added to each row, and writing it as JSON, CSV or Arrow."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from api.batch_read import BatchReader, Chunk
from api.state import Loaded
from boundaries.assignment import flag_texts
from boundaries.locator import LayerSnapshot
from geo.coordinates import check_lonlat
from geo.datum import Datum, to_cgcs2000
from geo.errors import CoordinateError

FLAGS = "flags"
ERROR = "error"


@dataclass(frozen=True)
class BatchQuestion:
    """What is asked about every row of a batch.

    Attributes
    ----------
    loaded
        Answers the whole batch, even when editions change meanwhile.
    datum
        Datum of the coordinates.
    at
        Day of the answer.
    accuracy_m
        Within this distance of a border a row is flagged.
    layers
        Keys of the layers asked, or None for all.
    """

    loaded: Loaded
    datum: Datum | str
    at: date
    accuracy_m: float
    layers: tuple[str, ...] | None

    def snapshots(self) -> list[LayerSnapshot]:
        """Return the layers asked, in the order of the locator."""
        return [
            item
            for item in self.loaded.locator.layers
            if self.layers is None or item.layer.key in self.layers
        ]

    def added(self) -> dict[str, pa.DataType]:
        """Return name and type of the columns that the answer adds."""
        names: dict[str, pa.DataType] = {}
        for snapshot in self.snapshots():
            key = snapshot.layer.key
            names[f"{key}_code"] = pa.string()
            names[f"{key}_name"] = pa.string()
            names[f"{key}_border_m"] = pa.float64()
        names[FLAGS] = pa.string()
        names[ERROR] = pa.string()
        return names


class ChunkLocator:
    """Locates chunk after chunk.

    Parameters
    ----------
    question
        What is asked.
    """

    def __init__(self, question: BatchQuestion) -> None:
        self._question = question
        self._snapshots = question.snapshots()
        # A last element of None answers ordinal -1.
        self._codes = {
            item.layer.key: _objects([area.code for area in item.areas]) for item in self._snapshots
        }
        self._names = {
            item.layer.key: _objects([area.name for area in item.areas]) for item in self._snapshots
        }

    def added(self, chunk: Chunk) -> dict[str, list[Any]]:
        """Return the added columns of a chunk, row by row in its order."""
        question = self._question
        problems = dict(chunk.problems)
        lonlat = self._usable(chunk, problems)
        found = question.loaded.locator.assign(lonlat, at=question.at, layers=question.layers)
        columns: dict[str, list[Any]] = {}
        for snapshot in self._snapshots:
            key = snapshot.layer.key
            answer = found[key]
            columns[f"{key}_code"] = self._codes[key][answer.ordinals].tolist()
            columns[f"{key}_name"] = self._names[key][answer.ordinals].tolist()
            columns[f"{key}_border_m"] = _rounded(answer.border_m)
        bits = question.loaded.locator.flags(found, question.accuracy_m)
        columns[FLAGS] = flag_texts(bits)
        columns[ERROR] = [problems.get(row) for row in range(len(lonlat))]
        return columns

    def _usable(self, chunk: Chunk, problems: dict[int, str]) -> NDArray[np.float64]:
        """Convert the coordinates; rows that cannot be places become NaN with a reason."""
        question = self._question
        given = chunk.coordinates.copy()
        given[list(problems)] = np.nan
        try:
            lonlat = to_cgcs2000(given, question.datum)
        except CoordinateError:
            lonlat = self._row_by_row(given, problems)
        for problem in check_lonlat(lonlat, question.loaded.bounds):
            if problem.code != "outside":
                problems.setdefault(problem.row, f"{problem.code}: {problem.problem}")
        lonlat[list(problems)] = np.nan
        return lonlat

    def _row_by_row(
        self, given: NDArray[np.float64], problems: dict[int, str]
    ) -> NDArray[np.float64]:
        """Convert each row by itself, when one of them stops the whole."""
        lonlat = np.full_like(given, np.nan)
        for row in range(len(given)):
            try:
                lonlat[row] = to_cgcs2000(given[row : row + 1], self._question.datum)[0]
            except CoordinateError as error:
                problems.setdefault(row, error.problem)
        return lonlat


def _objects(values: list[str]) -> NDArray[Any]:
    return np.array([*values, None], dtype=object)


def _rounded(metres: NDArray[np.float64]) -> list[float | None]:
    rounded = np.round(metres, 2).tolist()
    return [value if value == value else None for value in rounded]  # noqa: PLR0124 - NaN test


def write_json(
    reader: BatchReader, locator: ChunkLocator, rows: int, *, lines: bool
) -> Iterator[bytes]:
    """Yield a JSON array, or one JSON object a line."""
    opening, between, closing = (b"", b"\n", b"\n") if lines else (b"[", b",\n", b"]\n")
    lead = opening
    for chunk in reader.chunks(rows):
        added = locator.added(chunk)
        records = chunk.records if chunk.records is not None else chunk.batch.to_pylist()
        new_rows = zip(*added.values(), strict=True)
        names = list(added)
        parts = [
            orjson.dumps({**record, **dict(zip(names, new, strict=True))}, default=str)
            for record, new in zip(records, new_rows, strict=True)
        ]
        yield lead + between.join(parts)
        lead = between
    if lead is opening:
        yield opening + (b"" if lines else closing)
    else:
        yield closing


def write_csv(reader: BatchReader, locator: ChunkLocator, rows: int) -> Iterator[bytes]:
    """Yield CSV in UTF-8; input columns first, as they came."""
    first = True
    for chunk in reader.chunks(rows):
        added = locator.added(chunk)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if first:
            writer.writerow([*chunk.batch.schema.names, *added])
            first = False
        given = [column.to_pylist() for column in chunk.batch.columns]
        writer.writerows(zip(*given, *added.values(), strict=True))
        yield text.getvalue().encode()


def write_arrow(
    reader: BatchReader, question: BatchQuestion, locator: ChunkLocator, rows: int
) -> Iterator[bytes]:
    """Yield an Arrow IPC stream; input columns first, as they came."""
    types = question.added()
    schema = reader.schema
    for name, kind in types.items():
        schema = schema.append(pa.field(name, kind))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        for chunk in reader.chunks(rows):
            added = locator.added(chunk)
            arrays = [pa.array(added[name], kind) for name, kind in types.items()]
            batch = pa.RecordBatch.from_arrays([*chunk.batch.columns, *arrays], schema=schema)
            writer.write_batch(batch)
            yield _drained(sink)
    yield _drained(sink)


def _drained(sink: io.BytesIO) -> bytes:
    content = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return content
