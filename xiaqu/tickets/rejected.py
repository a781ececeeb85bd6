"""Rows that cannot be tickets, kept in a file beside the one that they come from."""

import csv
import os
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Self

from governance.tickets.errors import TicketFileError
from governance.tickets.mapping.cells import text_of
from xiaqu.tickets.tables import TableRow

__all__ = ["REASON", "ROW", "RejectedRows", "rejected_path"]

ROW, REASON = "原行号 row", "原因 reason"
_OWNER_ONLY = 0o600


def rejected_path(source: Path) -> Path:
    """Give the name of the file of rejected rows: that of the source and ``.rejected.csv``."""
    return source.with_name(f"{source.name}.rejected.csv")


class RejectedRows:
    """Writes rejected rows with their numbers and reasons; a context manager.

    The file is made with the first row, readable by its owner only: it holds what the source
    holds, personal data too. Cells are written as they were, so that a row that was put right can
    be imported from it; the two columns in front are then kept with the ticket.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    headings
        Of the source.
    """

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.path = path
        self.n_rows = 0
        self._headings = headings
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, row: TableRow, reason: str) -> None:
        """Write a row.

        Raises
        ------
        TicketFileError
            The file cannot be written.
        """
        if self._file is None:
            self._file = self._open()
            csv.writer(self._file).writerow([ROW, REASON, *self._headings])
        cells = [text_of(cell) for cell in row.cells]
        csv.writer(self._file).writerow([row.number, reason, *cells])
        self._file.flush()
        self.n_rows += 1

    def _open(self) -> TextIOWrapper:
        try:
            self.path.unlink(missing_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        except OSError as error:
            problem = f"rejected rows cannot be written ({error.strerror}); give --rejected FILE"
            raise TicketFileError(self.path, None, "", "", problem) from error
        return TextIOWrapper(os.fdopen(handle, "wb"), encoding="utf-8-sig", newline="")
