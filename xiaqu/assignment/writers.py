"""Write a stream of Arrow batches to the file kinds that can be read."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS

from xiaqu.assignment.csvfile import CSV_SUFFIXES, CsvDialect
from xiaqu.assignment.readers import PARQUET_SUFFIXES, SPATIAL_DRIVERS
from xiaqu.errors import FileFormatError

_GEOMETRY_TYPE = "Unknown"  # files of places may hold other shapes, which are kept


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be written.

    Attributes
    ----------
    path
        The file; its suffix is the format.
    schema
        Columns in their order.
    geometry
        Name of the column with geometry as WKB, or None.
    crs
        Reference system of that geometry, such as ``EPSG:4490``, or None.
    dialect
        How to write CSV; None for the default.
    """

    path: Path
    schema: pa.Schema
    geometry: str | None
    crs: str | None
    dialect: CsvDialect | None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a file; on success the file is replaced in one step.

    Whoever reads the file sees the old content or the new, never a part. On failure nothing
    remains.
    """
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        for leftover in path.parent.glob(f"{partial.name}*"):
            leftover.unlink(missing_ok=True)


def write_target(target: Target, batches: Iterable[pa.RecordBatch]) -> None:
    """Write all batches to the target's own path, in order.

    Raises
    ------
    FileFormatError
        The format cannot hold the columns, or the file cannot be written.
    """
    suffix = target.path.suffix.lower()
    if suffix in CSV_SUFFIXES:
        _write_csv(target, batches)
    elif suffix in PARQUET_SUFFIXES:
        _write_parquet(target, batches)
    else:
        _write_spatial(target, batches, SPATIAL_DRIVERS[suffix])


def _write_csv(target: Target, batches: Iterable[pa.RecordBatch]) -> None:
    dialect = target.dialect or CsvDialect("utf-8-sig")
    delimiter = "\t" if target.path.suffix.lower() == ".tsv" else dialect.delimiter
    with target.path.open("w", encoding=dialect.output_encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=dialect.newline)
        writer.writerow(target.schema.names)
        for batch in batches:
            columns = [
                _geometry_texts(column) if name == target.geometry else as_texts(column)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            writer.writerows(zip(*columns, strict=True))


def _geometry_texts(column: pa.Array) -> list[str]:
    shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
    texts = shapely.to_wkt(shapes, rounding_precision=-1, trim=True)
    return ["" if text is None else str(text) for text in texts]


def as_texts(column: pa.Array) -> list[str]:
    """Spell the values of a column; missing ones are empty.

    Numbers keep every digit; dates and times are ISO 8601; nested values are JSON.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_texts(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return ["" if value is None else value.hex() for value in column.to_pylist()]
    if pa.types.is_nested(kind):
        return [
            "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        ]
    texts = pc.cast(column, pa.string()).to_pylist()
    return ["" if text is None else text for text in texts]


def _write_parquet(target: Target, batches: Iterable[pa.RecordBatch]) -> None:
    metadata = dict(target.schema.metadata or {})
    if target.geometry is not None:
        metadata[b"geo"] = json.dumps(_geoparquet(target.geometry, target.crs)).encode()
    schema = target.schema.with_metadata(metadata)
    with pq.ParquetWriter(target.path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))


def _geoparquet(geometry: str, crs: str | None) -> dict[str, object]:
    projjson = None if crs is None else CRS.from_user_input(crs).to_json_dict()
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": [], "crs": projjson}
    return {"version": "1.0.0", "primary_column": geometry, "columns": {geometry: column}}


def _write_spatial(target: Target, batches: Iterable[pa.RecordBatch], driver: str) -> None:
    failures: list[BaseException] = []
    reader = pa.RecordBatchReader.from_batches(target.schema, _relay(batches, failures.append))
    try:
        pyogrio.write_arrow(
            reader,
            target.path,
            layer="places",  # else the temporary file name would become its name
            driver=driver,
            geometry_name=target.geometry,
            geometry_type=_GEOMETRY_TYPE,
            crs=None if target.crs is None else CRS.from_user_input(target.crs).to_wkt(),
        )
    except (DataSourceError, FeatureError, FieldError, GeometryError, RuntimeError) as error:
        if failures:
            raise failures[0] from error
        raise FileFormatError(target.path, f"cannot be written: {error}") from error
    if failures:
        raise failures[0]


def _relay(
    batches: Iterable[pa.RecordBatch], report: Callable[[BaseException], None]
) -> Iterator[pa.RecordBatch]:
    """Pass batches on and keep the error: across the C stream only its text would survive."""
    try:
        yield from batches
    except Exception as error:
        report(error)
        raise
