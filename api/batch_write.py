"""Writing batches: the rows as they came, with the columns that the answer adds."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import orjson
import pyarrow as pa

from api.batch_read import BatchReader, Chunk
from api.representation import ARROW, CSV, NDJSON


class ChunkAnswers(Protocol):
    """Makes the added columns of one chunk after the other."""

    @property
    def fields(self) -> Mapping[str, pa.DataType]:
        """Name and type of the added columns."""
        ...

    def added(self, chunk: Chunk) -> dict[str, list[Any]]:
        """Return the added columns of a chunk, row by row in its order."""
        ...


def written(reader: BatchReader, answers: ChunkAnswers, media: str, rows: int) -> Iterator[bytes]:
    """Yield the answer in a media type, so many rows at a time."""
    if media == CSV:
        return _csv(reader, answers, rows)
    if media == ARROW:
        return _arrow(reader, answers, rows)
    return _json(reader, answers, rows, lines=media == NDJSON)


def _json(reader: BatchReader, answers: ChunkAnswers, rows: int, *, lines: bool) -> Iterator[bytes]:
    """Yield a JSON array, or one JSON object a line."""
    opening, between, closing = (b"", b"\n", b"\n") if lines else (b"[", b",\n", b"]\n")
    lead = opening
    for chunk in reader.chunks(rows):
        added = answers.added(chunk)
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


def _csv(reader: BatchReader, answers: ChunkAnswers, rows: int) -> Iterator[bytes]:
    """Yield CSV in UTF-8; input columns first, as they came."""
    first = True
    for chunk in reader.chunks(rows):
        added = answers.added(chunk)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if first:
            writer.writerow([*chunk.batch.schema.names, *added])
            first = False
        given = [column.to_pylist() for column in chunk.batch.columns]
        writer.writerows(zip(*given, *map(_flat, added.values()), strict=True))
        yield text.getvalue().encode()


def _arrow(reader: BatchReader, answers: ChunkAnswers, rows: int) -> Iterator[bytes]:
    """Yield an Arrow IPC stream; input columns first, as they came."""
    types = answers.fields
    schema = reader.schema
    for name, kind in types.items():
        schema = schema.append(pa.field(name, kind))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        for chunk in reader.chunks(rows):
            added = answers.added(chunk)
            arrays = [pa.array(_flat(added[name]), kind) for name, kind in types.items()]
            batch = pa.RecordBatch.from_arrays([*chunk.batch.columns, *arrays], schema=schema)
            writer.write_batch(batch)
            yield _drained(sink)
    yield _drained(sink)


def _flat(values: list[Any]) -> list[Any]:
    """Spell lists as JSON text, for formats whose cells hold one value."""
    if not any(isinstance(value, list) for value in values):
        return values
    return [orjson.dumps(v).decode() if isinstance(v, list) else v for v in values]


def _drained(sink: io.BytesIO) -> bytes:
    content = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return content
