"""Assign areas to every row of a file, in one pass and in bounded memory."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from boundaries.errors import UnknownLayerError
from boundaries.locator import Locator
from geo.address.geocoder import Geocoder
from geo.arrays import Progress
from geo.datum import Datum, parse_datum
from xiaqu.assignment.addresses import BATCH_ROWS as ADDRESS_BATCH_ROWS
from xiaqu.assignment.addresses import AddressColumns
from xiaqu.assignment.answers import AnswerColumns
from xiaqu.assignment.columns import CoordinateColumns, detect_columns, find_column
from xiaqu.assignment.labels import LabelSample
from xiaqu.assignment.options import AssignmentOptions, AssignmentSummary
from xiaqu.assignment.places import Places, places_of_columns, places_of_geometry
from xiaqu.assignment.readers import (
    SPATIAL_DRIVERS,
    Batch,
    Source,
    check_suffix,
    open_source,
)
from xiaqu.assignment.review import open_review, review_path
from xiaqu.assignment.writers import Target, replacing, write_target
from xiaqu.errors import AssignmentError, ColumnError

_STORED_CRS = "EPSG:4490"
_GEOMETRY = "geometry"


@dataclass(slots=True)
class _Pass:
    """One pass over a file: what is fixed before the first row, and what is counted on the way."""

    source: Source
    columns: CoordinateColumns | None
    origin: str
    datum: Datum | str
    answers: AnswerColumns
    labels: LabelSample | None
    addresses: AddressColumns | None
    adds_geometry: bool
    progress: Progress | None = None
    n_rows: int = 0
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        fields = list(self.source.schema)
        if self.adds_geometry:
            fields.append(pa.field(_GEOMETRY, pa.binary()))
        if self.addresses is not None:
            fields += self.addresses.fields
        fields += self.answers.fields
        self.schema = pa.schema(fields, metadata=self.source.schema.metadata)

    def places(self, batch: Batch, locator: Locator) -> tuple[Places, list[pa.Array]]:
        """Give the places of a batch, and the columns that say how they were found."""
        if self.addresses is not None:
            return self.addresses.answer(batch)
        if self.columns is None:
            column = batch.rows.column(batch.rows.schema.get_field_index(self.source.geometry))
            return places_of_geometry(column, self.datum, locator.bounds), []
        places = places_of_columns(
            batch.rows.column(self.columns.lon),
            batch.rows.column(self.columns.lat),
            (self.columns.lon_name, self.columns.lat_name),
            self.datum,
            locator.bounds,
        )
        return places, []

    def answered(self, locator: Locator) -> Iterator[pa.RecordBatch]:
        """Yield every batch with its added columns."""
        for batch in self.source.batches:
            places, found = self.places(batch, locator)
            arrays = list(batch.rows.columns)
            if self.adds_geometry:
                arrays.append(places.to_points())
            arrays += found
            arrays += self.answers.answer(places, batch.problems)
            if self.labels is not None:
                self.labels.add(places.given, batch.rows)
            self.n_rows += batch.rows.num_rows
            if self.progress is not None:
                self.progress("assign", self.n_rows, self.source.n_rows or 0)
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def check_paths(source: Path, target: Path, *, force: bool) -> None:
    """See that a file can be read and its result written.

    Raises
    ------
    AssignmentError
        A suffix is unknown, the folder is missing, or the result exists.
    """
    check_suffix(source)
    check_suffix(target)
    if not target.parent.is_dir():
        raise AssignmentError(target, f"the folder {target.parent} does not exist")
    with suppress(OSError):
        if source.samefile(target):
            raise AssignmentError(target, "is the input itself; name another file for the result")
    if target.exists() and not force:
        raise AssignmentError(target, "exists already; give --force to replace it")


def choose_columns(source: Source, options: AssignmentOptions) -> CoordinateColumns | None:
    """Decide where the coordinates stand; None means the geometry column.

    Raises
    ------
    ColumnError
        They are not found, or several could be meant.
    """
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


def choose_datum(
    source: Source, columns: CoordinateColumns | None, options: AssignmentOptions
) -> Datum | str:
    """Decide the datum: what is named, else what the file states, else WGS-84.

    Raises
    ------
    ColumnError
        The heading states another datum than the one named.
    """
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


def check_headings(source: Source, added: Iterable[pa.Field]) -> None:
    """Raise ColumnError when the file already has a column that would be added."""
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
    geocoder: Geocoder | None = None,
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
    geocoder
        Over the active gazetteer; needed where ``options.address`` is set.
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
    whatever the size of the file. Rows whose words are not accepted get no area; they stand with
    their candidates in ``<result>-review.csv``.
    """
    options = options or AssignmentOptions()
    started = time.perf_counter()
    check_paths(source_path, target_path, force=options.force)
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
    with ExitStack() as opened:
        source = opened.enter_context(
            open_source(
                source_path,
                encoding=options.encoding,
                table=options.table,
                batch_rows=options.batch_rows
                if options.address is None
                else min(options.batch_rows, ADDRESS_BATCH_ROWS),
            )
        )
        addresses = None
        if options.address is not None:
            addresses = open_addresses(source, target_path, geocoder, options, opened)
        partial = opened.enter_context(replacing(target_path))
        work = _prepare(source, target_path, locator, options, answers, addresses)
        work.progress = progress
        target = Target(
            partial,
            work.schema,
            _GEOMETRY if work.adds_geometry else source.geometry,
            _STORED_CRS if work.adds_geometry else source.crs,
            source.dialect,
        )
        write_target(target, work.answered(locator))
    return _summary(work, target_path, time.perf_counter() - started)


def open_addresses(
    source: Source,
    target: Path,
    geocoder: Geocoder | None,
    options: AssignmentOptions,
    opened: ExitStack,
) -> AddressColumns:
    """Find the columns of words and open the review file beside the result.

    Raises
    ------
    ColumnError
        A column is missing, or there is no geocoder.
    AssignmentError
        The review file exists.
    """
    words = options.address
    if words is None or geocoder is None:
        raise ColumnError(source.path, words.column if words else "", "words need a gazetteer")
    for given in (options.lon, options.lat, options.datum, options.label_column):
        if given is not None:
            raise ColumnError(
                source.path, given, "is for coordinates; leave it out where places are words"
            )
    if review_path(target).exists() and not options.force:
        raise AssignmentError(review_path(target), "exists already; give --force to replace it")
    review = opened.enter_context(open_review(target))
    return AddressColumns(source, geocoder, words, options.prefix, review)


def _summary(work: _Pass, target: Path, elapsed_s: float) -> AssignmentSummary:
    answers = work.answers
    warning = work.labels.verdict(work.datum) if work.labels is not None else None
    return AssignmentSummary(
        n_rows=work.n_rows,
        datum=str(work.datum),
        coordinates=work.origin,
        encoding=None if work.source.dialect is None else work.source.dialect.encoding,
        found=dict(answers.found),
        flags={flag: count for flag, count in answers.flags.items() if count},
        problems=dict(answers.problems.most_common()),
        decisions={} if work.addresses is None else dict(work.addresses.decisions),
        review=None if work.addresses is None else review_path(target),
        warnings=() if warning is None else (warning,),
        elapsed_s=elapsed_s,
    )


def _prepare(
    source: Source,
    target: Path,
    locator: Locator,
    options: AssignmentOptions,
    answers: AnswerColumns,
    addresses: AddressColumns | None,
) -> _Pass:
    columns = None if addresses is not None else choose_columns(source, options)
    adds_geometry = source.geometry is None and target.suffix.lower() in SPATIAL_DRIVERS
    added = [*(() if addresses is None else addresses.fields), *answers.fields]
    if adds_geometry:
        added = [pa.field(_GEOMETRY, pa.binary()), *added]
    check_headings(source, added)
    labels = None
    if options.label_column is not None or options.label_layer is not None:
        if options.label_column is None or options.label_layer is None:
            given = options.label_column or options.label_layer or ""
            raise ColumnError(source.path, given, "give both --label-column and --label-layer")
        position = find_column(source.path, source.schema.names, options.label_column)
        snapshot = next(i for i in locator.layers if i.layer.key == options.label_layer)
        labels = LabelSample(position, snapshot)
    datum: Datum | str = Datum.CGCS2000
    if options.address is not None:
        origin = options.address.column
    else:
        origin = str(source.geometry)
        if columns is not None:
            origin = f"{columns.lon_name}, {columns.lat_name}"
        datum = choose_datum(source, columns, options)
    return _Pass(source, columns, origin, datum, answers, labels, addresses, adds_geometry)
