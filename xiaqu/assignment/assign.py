"""Assign areas to every row of a file, in one pass and in bounded memory."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from boundaries.errors import UnknownLayerError
from boundaries.locator import Locator
from geo.arrays import Progress
from geo.datum import Datum, parse_datum
from xiaqu.assignment.answers import AnswerColumns
from xiaqu.assignment.columns import CoordinateColumns, detect_columns, find_column
from xiaqu.assignment.labels import LabelSample
from xiaqu.assignment.places import Places, places_of_columns, places_of_geometry
from xiaqu.assignment.readers import (
    BATCH_ROWS,
    SPATIAL_DRIVERS,
    Batch,
    Source,
    check_suffix,
    open_source,
)
from xiaqu.assignment.writers import Target, replacing, write_target
from xiaqu.errors import AssignmentError, ColumnError

_STORED_CRS = "EPSG:4490"
_GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """How a file is read and answered.

    Attributes
    ----------
    lon, lat
        Headings of the coordinate columns; None to find them.
    datum
        Datum of the coordinates; None for what the file states, and WGS-84 where it states none.
    layers
        Keys of the layers to answer for; None for all of them.
    at
        Date asked about; None for today.
    accuracy_m
        How exact the places are in metres, 0 or more.
    encoding
        Of a CSV file; None to detect it.
    table
        Table of a GeoPackage that has several.
    prefix
        Put before every added heading.
    label_column, label_layer
        A column that names areas of a layer, to test whether the datum is right; both or neither.
    force
        Whether an existing result may be replaced.
    batch_rows
        Most rows held at once.
    """

    lon: str | None = None
    lat: str | None = None
    datum: str | None = None
    layers: tuple[str, ...] | None = None
    at: date | None = None
    accuracy_m: float = 20.0
    encoding: str | None = None
    table: str | None = None
    prefix: str = ""
    label_column: str | None = None
    label_layer: str | None = None
    force: bool = False
    batch_rows: int = BATCH_ROWS


@dataclass(frozen=True, slots=True)
class AssignmentSummary:
    """What happened to the rows of a file.

    Attributes
    ----------
    n_rows
        Rows read, all of which were written.
    datum
        Datum that the coordinates were taken in.
    coordinates
        The columns that they were taken from.
    encoding
        Encoding of a CSV file, else None.
    found
        By layer: rows that got an area.
    flags
        By flag: rows that have it.
    problems
        By code: rows that could not be located.
    warnings
        Findings about the file as a whole, such as a datum that fits the labels better.
    elapsed_s
        Wall time in seconds.
    """

    n_rows: int
    datum: str
    coordinates: str
    encoding: str | None
    found: dict[str, int]
    flags: dict[str, int]
    problems: dict[str, int]
    warnings: tuple[str, ...]
    elapsed_s: float


@dataclass(slots=True)
class _Pass:
    """One pass over a file: what is fixed before the first row, and what is counted on the way."""

    source: Source
    columns: CoordinateColumns | None
    datum: Datum | str
    answers: AnswerColumns
    labels: LabelSample | None
    progress: Progress | None
    adds_geometry: bool
    n_rows: int = 0
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        fields = list(self.source.schema)
        if self.adds_geometry:
            fields.append(pa.field(_GEOMETRY, pa.binary()))
        fields += self.answers.fields
        self.schema = pa.schema(fields, metadata=self.source.schema.metadata)

    def places(self, batch: Batch, locator: Locator) -> Places:
        if self.columns is None:
            column = batch.rows.column(batch.rows.schema.get_field_index(self.source.geometry))
            return places_of_geometry(column, self.datum, locator.bounds)
        return places_of_columns(
            batch.rows.column(self.columns.lon),
            batch.rows.column(self.columns.lat),
            (self.columns.lon_name, self.columns.lat_name),
            self.datum,
            locator.bounds,
        )

    def answered(self, locator: Locator) -> Iterator[pa.RecordBatch]:
        """Yield every batch with its added columns."""
        for batch in self.source.batches:
            places = self.places(batch, locator)
            arrays = list(batch.rows.columns)
            if self.adds_geometry:
                arrays.append(_points(places))
            arrays += self.answers.answer(places, batch.problems)
            if self.labels is not None:
                self.labels.add(places.given, batch.rows)
            self.n_rows += batch.rows.num_rows
            if self.progress is not None:
                self.progress("assign", self.n_rows, self.source.n_rows or 0)
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _points(places: Places) -> pa.Array:
    """Make points of the places as WKB in the stored system; null where there is no place."""
    points = np.empty(len(places.lonlat), dtype=object)
    is_place = ~np.isnan(places.lonlat).any(axis=1)
    points[is_place] = shapely.to_wkb(shapely.points(places.lonlat[is_place]))
    return pa.array(points, pa.binary())


def _check_paths(source: Path, target: Path, *, force: bool) -> None:
    check_suffix(source)
    check_suffix(target)
    if not target.parent.is_dir():
        raise AssignmentError(target, f"the folder {target.parent} does not exist")
    with suppress(OSError):
        if source.samefile(target):
            raise AssignmentError(target, "is the input itself; name another file for the result")
    if target.exists() and not force:
        raise AssignmentError(target, "exists already; give --force to replace it")


def _choose_columns(source: Source, options: AssignmentOptions) -> CoordinateColumns | None:
    """Decide where the coordinates stand; None means the geometry column."""
    headings = source.schema.names
    if (options.lon is None) != (options.lat is None):
        given = options.lon or options.lat or ""
        raise ColumnError(source.path, given, "name both --lon and --lat, or neither")
    if options.lon is not None and options.lat is not None:
        return CoordinateColumns(
            find_column(source.path, headings, options.lon),
            find_column(source.path, headings, options.lat),
            options.lon,
            options.lat,
        )
    if source.geometry is not None:
        return None
    found = detect_columns(source.path, headings)
    if found is None:
        raise ColumnError(
            source.path, "经度/纬度", "no coordinates found; name them with --lon and --lat",
            found=headings,
        )  # fmt: skip
    return found


def _choose_datum(
    source: Source, columns: CoordinateColumns | None, options: AssignmentOptions
) -> Datum | str:
    stated = columns.datum if columns is not None else None
    if options.datum is not None:
        datum = parse_datum(options.datum)
        if stated is not None and stated != datum:
            heading = columns.lon_name if columns is not None else ""
            raise ColumnError(
                source.path, heading, f"the heading says {stated}, --datum says {datum}; which?"
            )
        return datum
    if stated is not None:
        return stated
    if columns is None and source.crs is not None:
        return parse_datum(source.crs)
    return Datum.WGS84


def _check_headings(source: Source, added: Iterable[pa.Field]) -> None:
    taken = set(source.schema.names)
    for column in added:
        if column.name in taken:
            raise ColumnError(
                source.path, column.name, "would be added but exists; give --prefix, e.g. new_"
            )


def assign_file(
    source_path: Path,
    target_path: Path,
    locator: Locator,
    options: AssignmentOptions | None = None,
    *,
    progress: Progress | None = None,
) -> AssignmentSummary:
    """Write a file with the areas that hold each row's place.

    Parameters
    ----------
    source_path
        CSV, Parquet, GeoParquet, GeoPackage or GeoJSON.
    target_path
        Any of these; replaced in one step when all rows are written.
    locator
        Of the active editions.
    options
        How to read and answer; the defaults where None.
    progress
        Called as progress("assign", rows done, rows in all or 0 where unknown).

    Returns
    -------
    summary
        Counts by layer, flag and problem.

    Raises
    ------
    AssignmentError
        A file or column cannot be used; nothing was written.
    DatumError
        The datum is unknown or refused.
    DateOutsideValidityError
        The date lies outside the validity of what is loaded.
    UnknownLayerError
        A layer is not loaded.

    Notes
    -----
    All rows are kept in order with all their columns. Memory is bounded by ``batch_rows``
    whatever the size of the file.
    """
    options = options or AssignmentOptions()
    started = time.perf_counter()
    _check_paths(source_path, target_path, force=options.force)
    known = [item.layer.key for item in locator.layers]
    for key in (*(options.layers or ()), *filter(None, [options.label_layer])):
        if key not in known:
            raise UnknownLayerError(key, known)
    answers = AnswerColumns(
        locator,
        layers=options.layers,
        at=options.at,
        accuracy_m=options.accuracy_m,
        prefix=options.prefix,
    )
    with (
        open_source(
            source_path,
            encoding=options.encoding,
            table=options.table,
            batch_rows=options.batch_rows,
        ) as source,
        replacing(target_path) as partial,
    ):
        work = _prepare(source, target_path, locator, options, answers, progress)
        target = Target(
            partial,
            work.schema,
            _GEOMETRY if work.adds_geometry else source.geometry,
            _STORED_CRS if work.adds_geometry else source.crs,
            source.dialect,
        )
        write_target(target, work.answered(locator))
    warning = work.labels.verdict(work.datum) if work.labels is not None else None
    return AssignmentSummary(
        n_rows=work.n_rows,
        datum=str(work.datum),
        coordinates=(
            str(source.geometry)
            if work.columns is None
            else f"{work.columns.lon_name}, {work.columns.lat_name}"
        ),
        encoding=None if source.dialect is None else source.dialect.encoding,
        found=dict(answers.found),
        flags={flag: count for flag, count in answers.flags.items() if count},
        problems=dict(answers.problems.most_common()),
        warnings=() if warning is None else (warning,),
        elapsed_s=time.perf_counter() - started,
    )


def _prepare(
    source: Source,
    target: Path,
    locator: Locator,
    options: AssignmentOptions,
    answers: AnswerColumns,
    progress: Progress | None,
) -> _Pass:
    columns = _choose_columns(source, options)
    adds_geometry = source.geometry is None and target.suffix.lower() in SPATIAL_DRIVERS
    added = answers.fields
    if adds_geometry:
        added = [pa.field(_GEOMETRY, pa.binary()), *added]
    _check_headings(source, added)
    labels = None
    if options.label_column is not None or options.label_layer is not None:
        if options.label_column is None or options.label_layer is None:
            given = options.label_column or options.label_layer or ""
            raise ColumnError(source.path, given, "give both --label-column and --label-layer")
        position = find_column(source.path, source.schema.names, options.label_column)
        snapshot = next(i for i in locator.layers if i.layer.key == options.label_layer)
        labels = LabelSample(position, snapshot)
    datum = _choose_datum(source, columns, options)
    return _Pass(source, columns, datum, answers, labels, progress, adds_geometry)
