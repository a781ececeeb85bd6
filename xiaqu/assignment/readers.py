"""Read files of places as a stream of Arrow batches, whatever their size."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from xiaqu.assignment.csvfile import CSV_SUFFIXES, CsvDialect, CsvFile
from xiaqu.errors import ColumnError, FileFormatError

BATCH_ROWS = 65_536
PARQUET_SUFFIXES = frozenset({".parquet", ".geoparquet"})
SPATIAL_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
KNOWN_SUFFIXES = (*sorted(CSV_SUFFIXES), *sorted(PARQUET_SUFFIXES), *SPATIAL_DRIVERS)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive rows of a file.

    Attributes
    ----------
    rows
        The columns of the file, unchanged.
    problems
        By row of the batch: what was wrong with its layout in the file.
    """

    rows: pa.RecordBatch
    problems: dict[int, str]


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file of places.

    Attributes
    ----------
    path
        The file.
    schema
        Its columns; CSV has only text.
    batches
        The rows in file order; can be read once.
    n_rows
        Number of rows where the format tells it without reading all; else None.
    geometry
        Name of the column with geometry as WKB, or None.
    crs
        Reference system that the file states, such as ``EPSG:4490``, or None.
    dialect
        How a CSV file is written, or None.
    """

    path: Path
    schema: pa.Schema
    batches: Iterator[Batch]
    n_rows: int | None
    geometry: str | None = None
    crs: str | None = None
    dialect: CsvDialect | None = None


def check_suffix(path: Path) -> str:
    """Return the suffix in lower case if it is one that can be read and written.

    Raises
    ------
    FileFormatError
        The suffix is unknown.
    """
    suffix = path.suffix.lower()
    if suffix not in KNOWN_SUFFIXES:
        raise FileFormatError(path, f"unknown kind {suffix!r}; use {', '.join(KNOWN_SUFFIXES)}")
    return suffix


def _crs_name(path: Path, definition: object) -> str | None:
    if not definition:
        return None
    try:
        crs = CRS.from_user_input(definition)
    except CRSError as error:
        raise FileFormatError(path, f"its reference system cannot be read: {error}") from error
    authority = crs.to_authority(min_confidence=70)
    if authority is None:
        return str(crs.to_wkt())
    if authority == ("OGC", "CRS84"):
        return "EPSG:4326"  # the same numbers; our order of axes is lon, lat everywhere
    return ":".join(authority)


@contextmanager
def _open_csv(path: Path, encoding: str | None, batch_rows: int) -> Iterator[Source]:
    with CsvFile(path, encoding) as file:
        schema = pa.schema([pa.field(name, pa.string()) for name in file.headings])

        def batches() -> Iterator[Batch]:
            for columns, problems in file.chunks(batch_rows):
                arrays = [pa.array(column, pa.string()) for column in columns]
                yield Batch(pa.RecordBatch.from_arrays(arrays, schema=schema), problems)

        yield Source(path, schema, batches(), None, dialect=file.dialect)


@contextmanager
def _open_parquet(path: Path, batch_rows: int) -> Iterator[Source]:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise FileFormatError(path, f"not a Parquet file: {error}") from error
    with file:
        schema = file.schema_arrow
        geometry, crs = _geoparquet_geometry(path, schema)
        batches = (Batch(rows, {}) for rows in file.iter_batches(batch_size=batch_rows))
        yield Source(path, schema, batches, file.metadata.num_rows, geometry, crs)


def _geoparquet_geometry(path: Path, schema: pa.Schema) -> tuple[str | None, str | None]:
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        return None, None
    try:
        description = json.loads(text)
        name = description["primary_column"]
        column = description["columns"][name]
        encoding = column["encoding"]
    except (ValueError, LookupError, TypeError) as error:
        raise FileFormatError(path, f"its GeoParquet description is damaged: {error}") from error
    if encoding != "WKB":
        raise ColumnError(path, str(name), f"geometry encoding {encoding!r}; WKB is read")
    return str(name), _crs_name(path, column.get("crs", "OGC:CRS84"))


@contextmanager
def _open_spatial(path: Path, layer: str | None, batch_rows: int) -> Iterator[Source]:
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is None and len(names) > 1:
            raise FileFormatError(
                path, f"has {len(names)} tables ({', '.join(names)}); name one with --table"
            )
        n_rows = int(pyogrio.read_info(path, layer=layer)["features"])
        with pyogrio.open_arrow(path, layer=layer, batch_size=batch_rows, use_pyarrow=True) as (
            meta,
            reader,
        ):
            schema = reader.schema
            geometry = meta["geometry_name"] or "wkb_geometry"
            batches = (Batch(rows, {}) for rows in reader)
            yield Source(
                path,
                schema,
                batches,
                n_rows if n_rows >= 0 else None,
                geometry if geometry in schema.names else None,
                _crs_name(path, meta["crs"]),
            )
    except (DataSourceError, DataLayerError) as error:
        raise FileFormatError(path, f"cannot be read: {error}") from error


@contextmanager
def open_source(
    path: Path,
    *,
    encoding: str | None = None,
    table: str | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Source]:
    """Open a file of places as a stream.

    Parameters
    ----------
    path
        CSV, Parquet, GeoParquet, GeoPackage or GeoJSON, told by the suffix.
    encoding
        Of a CSV file; detected (UTF-8, UTF-16 with its mark, GB18030) where None.
    table
        Table of a GeoPackage that has several.
    batch_rows
        Most rows held at once.

    Raises
    ------
    FileFormatError
        The file is missing, of an unknown kind, or damaged.
    """
    suffix = check_suffix(path)
    if not path.is_file():
        raise FileFormatError(path, "no such file")
    if suffix in CSV_SUFFIXES:
        opened = _open_csv(path, encoding, batch_rows)
    elif suffix in PARQUET_SUFFIXES:
        opened = _open_parquet(path, batch_rows)
    else:
        opened = _open_spatial(path, table, batch_rows)
    with opened as source:
        yield source
