"""Import a file of tickets: every row becomes a ticket, is known already, or is rejected."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from geo.arrays import Progress
from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.errors import MappingError, TicketFileError
from governance.tickets.given import NewTicket
from governance.tickets.intake.take import Taken, TicketIntake
from governance.tickets.mapping import (
    RowReader,
    TicketMapping,
    hotline_mapping,
    missing_headings,
)
from xiaqu.tickets.rejected import RejectedRows, rejected_path
from xiaqu.tickets.tables import Table, TableRow, open_table

__all__ = ["ImportOptions", "ImportSummary", "import_tickets", "opened_with_mapping"]

_BATCH_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How a file is imported.

    Attributes
    ----------
    source
        Name of the system in place of that of the mapping; empty for that of the mapping.
    sheet, encoding
        Of the file; empty for what the mapping says, or to find it.
    received_at
        Stands in where the file has no column for the time of receipt; with time zone.
    rejected
        File for rejected rows; None for the one beside the source.
    batch_rows
        Rows taken in one transaction.
    """

    source: str = ""
    sheet: str = ""
    encoding: str = ""
    received_at: datetime | None = None
    rejected: Path | None = None
    batch_rows: int = _BATCH_ROWS


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """What became of the rows of a file.

    Attributes
    ----------
    file, source, mapping
        What was read, under which name, and how.
    n_rows
        Rows read, blank ones left out: the sum of ``n_new``, ``n_known``, ``n_changed`` and
        ``n_rejected``.
    n_blank
        Rows without anything.
    n_new
        Rows that became tickets.
    n_known
        Rows whose ticket was there already, the same in all fields.
    n_changed
        Rows whose ticket was there already with other values: noted on it, nothing overwritten.
    n_rejected
        Rows that cannot be tickets; they stand in ``rejected``.
    rejected
        File of rejected rows; None where there are none.
    placed
        New tickets by how their place was found; the empty key: not placed.
    states
        New tickets by state.
    n_review
        New tickets that wait for a person.
    reasons
        New tickets by reason of review; one may have several.
    differs
        Changed rows by field that differs.
    elapsed_s
        Wall time.
    """

    file: str
    source: str
    mapping: str
    n_rows: int = 0
    n_blank: int = 0
    n_new: int = 0
    n_known: int = 0
    n_changed: int = 0
    n_rejected: int = 0
    rejected: Path | None = None
    placed: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    n_review: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    differs: Counter[str] = field(default_factory=Counter)
    elapsed_s: float = 0.0

    def count(self, taken: Taken) -> None:
        """Add what became of a row."""
        if not taken.is_new:
            self.n_changed += bool(taken.differs)
            self.n_known += not taken.differs
            self.differs.update(taken.differs)
            return
        ticket = taken.ticket
        self.n_new += 1
        self.placed[ticket.place_method] += 1
        self.states[ticket.state] += 1
        self.n_review += bool(ticket.review)
        self.reasons.update({str(reason["code"]) for reason in ticket.review})

    def to_dict(self) -> dict[str, Any]:
        """Give the summary as JSON values."""
        return {
            "file": self.file,
            "source": self.source,
            "mapping": self.mapping,
            "rows": self.n_rows,
            "blank": self.n_blank,
            "new": self.n_new,
            "known": self.n_known,
            "changed": self.n_changed,
            "rejected": self.n_rejected,
            "rejected_file": None if self.rejected is None else str(self.rejected),
            "placed": {method or "not_placed": n for method, n in self.placed.most_common()},
            "states": dict(self.states.most_common()),
            "in_review": self.n_review,
            "review_reasons": dict(self.reasons.most_common()),
            "differs": dict(self.differs.most_common()),
            "elapsed_s": round(self.elapsed_s, 3),
        }


@contextmanager
def opened_with_mapping(
    path: Path, mapping: TicketMapping | None, options: ImportOptions
) -> Iterator[tuple[Table, TicketMapping]]:
    """Open a file together with its mapping; that of a 12345 export where none is given.

    Raises
    ------
    MappingError
        No mapping is given, and the file is no 12345 export.
    TicketFileError, FileFormatError
        The file cannot be read.
    """
    chosen = mapping or hotline_mapping()
    chosen = replace(
        chosen,
        source=options.source or chosen.source,
        received_at=options.received_at or chosen.received_at,
    )
    with open_table(
        path,
        sheet=options.sheet or chosen.sheet,
        encoding=options.encoding or chosen.encoding,
        heading_row=chosen.heading_row,
        is_heading=lambda row: not missing_headings(chosen, row),
    ) as table:
        missing = missing_headings(chosen, table.headings)
        if mapping is None and missing:
            listed = ", ".join(heading for heading in table.headings if heading)
            problem = (
                f"{path} has no such column, so it is no 12345 export; describe it by a mapping: "
                f"xiaqu tickets import {path} --draft-mapping FILE; its columns: {listed}"
            )
            raise MappingError(chosen.name, "columns", missing[0], problem)
        yield table, chosen


def import_tickets(
    path: Path,
    intake: TicketIntake,
    catalogue: ChannelCatalogue,
    *,
    mapping: TicketMapping | None = None,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ImportSummary:
    """Import a file.

    Parameters
    ----------
    path
        See :func:`xiaqu.tickets.tables.open_table`.
    intake
        Takes the tickets.
    catalogue
        Knows channels, request types and kinds of callers.
    mapping
        How the columns become tickets; None for a 12345 export.
    options
        How to read it.
    progress
        Called with stage ``tickets`` and rows.
    now
        Tells the time.

    Returns
    -------
    ImportSummary
        Accounts for every row.

    Raises
    ------
    MappingError
        The mapping does not fit the file. Nothing was taken.
    TicketFileError, FileFormatError
        The file cannot be read, from the start or from a row on. What was read before is kept.
    StoreError
        The store cannot be used any more. What was taken before is kept.

    Notes
    -----
    Tickets are known by source and number: to import a file again, whole or after it was broken
    off, takes what is missing and nothing twice. Cost about 3 ms a row, most of it intake.
    """
    options = options or ImportOptions()
    started = now()
    with opened_with_mapping(path, mapping, options) as (table, chosen):
        reader = RowReader(chosen, table.headings, catalogue, path.name)
        summary = ImportSummary(file=str(path), source=chosen.source, mapping=chosen.name)
        rows = iter(table.rows)
        with RejectedRows(options.rejected or rejected_path(path), table.headings) as rejected:
            while chunk := list(islice(rows, options.batch_rows)):
                tickets = _read(chunk, reader, rejected, summary)
                for taken in intake.take(tickets, now=now()) if tickets else ():
                    summary.count(taken)
                if progress is not None:
                    progress("tickets", summary.n_rows + summary.n_blank, table.n_rows)
    if rejected.n_rows:
        summary.n_rejected, summary.rejected = rejected.n_rows, rejected.path
    summary.elapsed_s = (now() - started).total_seconds()
    return summary


def _read(
    rows: list[TableRow], reader: RowReader, rejected: RejectedRows, summary: ImportSummary
) -> list[NewTicket]:
    tickets = []
    for row in rows:
        if row.is_blank:
            summary.n_blank += 1
            continue
        summary.n_rows += 1
        if row.problem:
            rejected.add(row, row.problem)
            continue
        try:
            tickets.append(reader.read(row.cells, row.number))
        except TicketFileError as error:
            rejected.add(row, str(error))
    return tickets
