"""Write tickets of a store into a file: CSV, Excel or Parquet, masked as they are kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from api.tickets_search import all_matches
from api.tickets_service import TicketService
from geo.arrays import Progress
from geo.datum import Datum, from_cgcs2000, parse_datum
from governance.tickets.errors import TicketFileError
from governance.tickets.export_columns import (
    EXPORT_COLUMNS,
    CellKind,
    ExportColumn,
    ExportTerms,
)
from governance.tickets.exporting import ExportKind, exported
from governance.tickets.search import TicketQuery
from governance.tickets.ticket import Ticket
from xiaqu.assignment.writers import replacing
from xiaqu.errors import OutputExistsError

__all__ = ["ExportOptions", "export_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How tickets are written.

    Attributes
    ----------
    is_chinese
        Whether headings and fixed terms are Chinese; else keys.
    datum
        Of the coordinates; it stands in a column of its own.
    is_forced
        Whether a file that is there is replaced.
    """

    is_chinese: bool = True
    datum: str = "CGCS2000"
    is_forced: bool = False


def export_file(
    service: TicketService,
    query: TicketQuery,
    path: Path,
    options: ExportOptions,
    progress: Progress | None = None,
) -> int:
    """Write all tickets that a query finds, the latest received first.

    Parameters
    ----------
    service
        Gives tickets and names.
    query
        Which tickets; its limit and cursor do not count.
    path
        Its suffix says what is written: ``.csv``, ``.xlsx`` or ``.parquet``. It is replaced in one
        step when everything is written.
    options
        How.
    progress
        Called with stage ``export`` and tickets.

    Returns
    -------
    n_tickets
        How many were written. Personal data is not among them: tickets hold masked texts only.

    Raises
    ------
    TicketFileError
        The suffix is another one, or the file cannot be written.
    OutputExistsError
        The file is there, and not to be replaced.
    DatumError
        The datum is unknown.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in set(ExportKind):
        known = ", ".join(f".{kind}" for kind in ExportKind)
        raise TicketFileError(path, None, "suffix", path.suffix, f"give one of {known}")
    if path.exists() and not options.is_forced:
        raise OutputExistsError(path)
    columns = tuple(_columns(parse_datum(options.datum)))
    now: datetime = service.now()
    names = service.names() if options.is_chinese else {}
    terms = ExportTerms(now, is_chinese=options.is_chinese, names=names)
    counted = _Counted(all_matches(service, replace(query, count=False)), progress)
    try:
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            for part in exported(iter(counted), ExportKind(suffix), terms, columns):
                file.write(part)
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise TicketFileError(path, None, "", "", problem) from error
    return counted.n_tickets


class _Counted:
    """Passes tickets on and counts them."""

    def __init__(self, tickets: Iterator[Ticket], progress: Progress | None) -> None:
        self.n_tickets = 0
        self._tickets = tickets
        self._progress = progress

    def __iter__(self) -> Iterator[Ticket]:
        for ticket in self._tickets:
            self.n_tickets += 1
            if self._progress is not None:
                self._progress("export", self.n_tickets, 0)
            yield ticket


def _columns(datum: Datum | str) -> Iterator[ExportColumn]:
    """Give the columns, coordinates in a datum, which is named beside them."""
    for column in EXPORT_COLUMNS:
        if column.key in {"lon", "lat"} and datum is not Datum.CGCS2000:
            axis = 0 if column.key == "lon" else 1
            yield replace(column, value=partial(_there, datum, axis))
        else:
            yield column
        if column.key == "lat":
            yield ExportColumn(
                "datum",
                "坐标系",
                CellKind.TEXT,
                lambda ticket, _terms: "" if ticket.lon is None else str(datum),
            )


def _there(datum: Datum | str, axis: int, ticket: Ticket, _terms: ExportTerms) -> float | None:
    if ticket.lon is None or ticket.lat is None:
        return None
    return float(from_cgcs2000(np.array([[ticket.lon, ticket.lat]]), datum)[0, axis])
