"""Who is responsible, for every row of a file, in one pass and in bounded memory."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from api.owner_suspects import flag_suspects
from geo.arrays import Progress
from geo.datum import Datum
from governance.owner.resolver import OwnerResolver
from governance.owner.rows import COLUMNS, RowDefaults, answer_rows
from xiaqu.assignment.assign import check_headings, check_paths, choose_columns, choose_datum
from xiaqu.assignment.columns import CoordinateColumns, find_column
from xiaqu.assignment.options import AssignmentOptions
from xiaqu.assignment.places import Places, places_of_columns, places_of_geometry
from xiaqu.assignment.readers import SPATIAL_DRIVERS, Batch, Source, open_source
from xiaqu.assignment.writers import Target, replacing, write_target
from xiaqu.errors import AssignmentError

__all__ = ["OwnerColumns", "OwnerSummary", "own_file"]

_BATCH_ROWS = 16_384
_PREFIX = "owner_"
_PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class OwnerColumns:
    """Headings of what rows say beside their place; None where they do not say it."""

    category: str | None = None
    at: str | None = None
    caller: str | None = None
    received_at: str | None = None


@dataclass(slots=True)
class OwnerSummary:
    """What happened to the rows of a file.

    Attributes
    ----------
    n_rows
        Rows read, all of which were written.
    datum
        Datum that the coordinates were taken in.
    statuses, steps, flags, problems
        Rows by status, by deciding step, by flag and by kind of problem.
    elapsed_s
        Wall time in seconds.
    """

    n_rows: int = 0
    datum: str = ""
    statuses: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    elapsed_s: float = 0.0


@dataclass(slots=True)
class _Pass:
    """One pass over a file."""

    source: Source
    columns: CoordinateColumns | None
    datum: Datum | str
    resolver: OwnerResolver
    cells: dict[str, int]
    defaults: RowDefaults
    prefix: str
    summary: OwnerSummary
    progress: Progress | None

    @property
    def fields(self) -> list[pa.Field]:
        """The added columns."""
        kinds = dict.fromkeys(COLUMNS, pa.string()) | {"confidence": pa.float64()}
        added = [pa.field(f"{self.prefix}{_PREFIX}{name}", kind) for name, kind in kinds.items()]
        return [*added, pa.field(f"{self.prefix}{_PROBLEM}", pa.string())]

    @property
    def schema(self) -> pa.Schema:
        """Columns of the result."""
        return pa.schema([*self.source.schema, *self.fields], metadata=self.source.schema.metadata)

    def answered(self) -> Iterator[pa.RecordBatch]:
        """Yield every batch with its added columns."""
        for batch in self.source.batches:
            added = self._answer(batch)
            self.summary.n_rows += batch.rows.num_rows
            if self.progress is not None:
                self.progress("owner", self.summary.n_rows, self.source.n_rows or 0)
            yield pa.RecordBatch.from_arrays([*batch.rows.columns, *added], schema=self.schema)

    def _answer(self, batch: Batch) -> list[pa.Array]:
        places = self._places(batch)
        known = {row: f"{code}: {text}" for row, (code, text) in places.problems.items()}
        for row, text in batch.problems.items():
            known[row] = f"{known[row]}; {text}" if row in known else f"layout: {text}"
        cells = {name: batch.rows.column(at).to_pylist() for name, at in self.cells.items()}
        found = answer_rows(self.resolver, places.lonlat, cells, self.defaults, known)
        flag_suspects(self.resolver, found, places.given, self.datum)
        self._count(found.columns, found.problems)
        problems = [found.problems.get(row, "") for row in range(len(places.lonlat))]
        arrays = [
            pa.array(values, column.type)
            for column, values in zip(self.fields, found.columns.values(), strict=False)
        ]
        return [*arrays, pa.array(problems, pa.string())]

    def _places(self, batch: Batch) -> Places:
        bounds = self.resolver.grounds.locator.bounds
        if self.columns is None:
            column = batch.rows.column(batch.rows.schema.get_field_index(self.source.geometry))
            return places_of_geometry(column, self.datum, bounds)
        return places_of_columns(
            batch.rows.column(self.columns.lon),
            batch.rows.column(self.columns.lat),
            (self.columns.lon_name, self.columns.lat_name),
            self.datum,
            bounds,
        )

    def _count(self, columns: dict[str, list[Any]], problems: dict[int, str]) -> None:
        summary = self.summary
        summary.statuses.update(status for status in columns["status"] if status)
        summary.steps.update(step for step in columns["step"] if step)
        for joined, count in Counter(columns["flags"]).items():
            for flag in filter(None, (joined or "").split(";")):
                summary.flags[flag] += count
        summary.problems.update(text.partition(":")[0] for text in problems.values())


def own_file(
    source_path: Path,
    target_path: Path,
    resolver: OwnerResolver,
    headings: OwnerColumns,
    defaults: RowDefaults,
    options: AssignmentOptions,
    *,
    progress: Progress | None = None,
) -> OwnerSummary:
    """Write a file with who is responsible for each row.

    Parameters
    ----------
    source_path
        CSV, Parquet, GeoParquet, GeoPackage or GeoJSON with coordinates.
    target_path
        Of the same kinds; replaced in one step when all rows are written. A spatial file needs a
        spatial source.
    resolver
        Answers.
    headings
        Where rows name their category, date, caller and time of receipt.
    defaults
        For what rows do not say.
    options
        How to read: columns, datum, encoding, table, prefix, force.
    progress
        Called as progress("owner", rows done, rows in all or 0 where unknown).

    Returns
    -------
    summary
        Counts by status, step, flag and problem.

    Raises
    ------
    AssignmentError
        A file or column cannot be used; nothing was written.
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    All rows are kept in order with all their columns; rows without an answer say why.
    """
    started = time.perf_counter()
    check_paths(source_path, target_path, force=options.force)
    with ExitStack() as opened:
        source = opened.enter_context(
            open_source(
                source_path,
                encoding=options.encoding,
                table=options.table,
                batch_rows=min(options.batch_rows, _BATCH_ROWS),
            )
        )
        work = _prepare(source, resolver, headings, defaults, options, progress)
        if source.geometry is None and target_path.suffix.lower() in SPATIAL_DRIVERS:
            raise AssignmentError(target_path, "the source has no shapes; write CSV or Parquet")
        partial = opened.enter_context(replacing(target_path))
        target = Target(partial, work.schema, source.geometry, source.crs, source.dialect)
        write_target(target, work.answered())
    work.summary.elapsed_s = time.perf_counter() - started
    return work.summary


def _prepare(
    source: Source,
    resolver: OwnerResolver,
    headings: OwnerColumns,
    defaults: RowDefaults,
    options: AssignmentOptions,
    progress: Progress | None,
) -> _Pass:
    columns = choose_columns(source, options)
    datum = choose_datum(source, columns, options)
    names = {
        "category": headings.category,
        "at": headings.at,
        "caller": headings.caller,
        "received_at": headings.received_at,
    }
    cells = {
        cell: find_column(source.path, source.schema.names, name)
        for cell, name in names.items()
        if name is not None
    }
    summary = OwnerSummary(datum=str(datum))
    work = _Pass(
        source, columns, datum, resolver, cells, defaults, options.prefix, summary, progress
    )
    check_headings(source, work.fields)
    return work
