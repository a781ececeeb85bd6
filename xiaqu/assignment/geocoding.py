"""Geocode every row of a file: the places of its words, without the areas that hold them."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa

from geo.address.geocoder import Geocoder
from geo.arrays import Progress
from geo.datum import Datum
from xiaqu.assignment.addresses import BATCH_ROWS, AddressColumns
from xiaqu.assignment.assign import check_headings, check_paths, open_addresses
from xiaqu.assignment.options import AssignmentOptions, AssignmentSummary
from xiaqu.assignment.readers import SPATIAL_DRIVERS, Source, open_source
from xiaqu.assignment.review import review_path
from xiaqu.assignment.writers import Target, replacing, write_target

_STORED_CRS = "EPSG:4490"
_GEOMETRY = "geometry"


class _Rows:
    """One pass over a file."""

    def __init__(
        self,
        source: Source,
        addresses: AddressColumns,
        *,
        prefix: str,
        adds_geometry: bool,
        progress: Progress | None,
    ) -> None:
        self._source = source
        self._addresses = addresses
        self._adds_geometry = adds_geometry
        self._progress = progress
        self.n_rows = 0
        self.problems: Counter[str] = Counter()
        added = [*addresses.fields, pa.field(f"{prefix}problem", pa.string())]
        if adds_geometry:
            added = [pa.field(_GEOMETRY, pa.binary()), *added]
        check_headings(source, added)
        self.schema = pa.schema([*source.schema, *added], metadata=source.schema.metadata)

    def answered(self) -> Iterator[pa.RecordBatch]:
        """Yield every batch with its added columns."""
        for batch in self._source.batches:
            places, columns = self._addresses.answer(batch)
            n = batch.rows.num_rows
            texts = ["" for _ in range(n)]
            for row, (code, text) in places.problems.items():
                self.problems[code] += 1
                texts[row] = f"{code}: {text}"
            for row, text in batch.problems.items():
                self.problems["layout"] += 1
                texts[row] = f"{texts[row]}; {text}" if texts[row] else text
            points = [places.to_points()] if self._adds_geometry else []
            self.n_rows += n
            if self._progress is not None:
                self._progress("geocode", self.n_rows, self._source.n_rows or 0)
            yield pa.RecordBatch.from_arrays(
                [*batch.rows.columns, *points, *columns, pa.array(texts, pa.string())],
                schema=self.schema,
            )


def geocode_file(
    source_path: Path,
    target_path: Path,
    geocoder: Geocoder,
    options: AssignmentOptions,
    *,
    progress: Progress | None = None,
) -> AssignmentSummary:
    """Write a file with the places that its words mean.

    Parameters
    ----------
    source_path
        CSV, Parquet, GeoParquet, GeoPackage or GeoJSON.
    target_path
        Any of these; replaced in one step when all rows are written.
    geocoder
        Over the active gazetteer.
    options
        How to read; ``address`` must be set.
    progress
        Called as progress("geocode", rows done, rows in all or 0 where unknown).

    Returns
    -------
    summary
        Counts by decision and problem.

    Raises
    ------
    AssignmentError
        A file or column cannot be used; nothing was written.

    Notes
    -----
    All rows are kept in order with all their columns. Rows that are not accepted stand with their
    candidates in ``<result>-review.csv``.
    """
    started = time.perf_counter()
    check_paths(source_path, target_path, force=options.force)
    with ExitStack() as opened:
        source = opened.enter_context(
            open_source(
                source_path,
                encoding=options.encoding,
                table=options.table,
                batch_rows=min(options.batch_rows, BATCH_ROWS),
            )
        )
        addresses = open_addresses(source, target_path, geocoder, options, opened)
        adds_geometry = source.geometry is None and target_path.suffix.lower() in SPATIAL_DRIVERS
        rows = _Rows(
            source,
            addresses,
            prefix=options.prefix,
            adds_geometry=adds_geometry,
            progress=progress,
        )
        partial = opened.enter_context(replacing(target_path))
        target = Target(
            partial,
            rows.schema,
            _GEOMETRY if adds_geometry else source.geometry,
            _STORED_CRS if adds_geometry else source.crs,
            source.dialect,
        )
        write_target(target, rows.answered())
    return AssignmentSummary(
        n_rows=rows.n_rows,
        datum=str(Datum.CGCS2000),
        coordinates="" if options.address is None else options.address.column,
        encoding=None if source.dialect is None else source.dialect.encoding,
        found={},
        flags={},
        problems=dict(rows.problems.most_common()),
        decisions=dict(addresses.decisions),
        review=review_path(target_path),
        warnings=(),
        elapsed_s=time.perf_counter() - started,
    )
