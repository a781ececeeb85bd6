"""A mapping: how the columns of a file become tickets; immutable."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from governance.clocks.calendar import CHINA_TIME

__all__ = ["OTHERS", "ColumnRule", "TicketMapping", "plain_heading", "plain_value"]

OTHERS = "*"
"""Among the values of a field: what any other value means."""


def plain_heading(text: str) -> str:
    """Reduce a heading to what counts: width, case, spaces and line ends do not."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain_value(text: str) -> str:
    """Reduce a value to what counts when it is looked up: width, case and runs of spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """Where a field stands.

    Attributes
    ----------
    headings
        At least one.
    is_joined
        Whether all columns that are filled are put together; else the first that is filled counts.
    separator
        Put between joined columns.
    is_optional
        Whether a file may lack all of these columns; of several alternatives one is enough anyway.
    """

    headings: tuple[str, ...]
    is_joined: bool = False
    separator: str = "\n"
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMapping:
    """How the columns of a file become tickets.

    Attributes
    ----------
    name
        The file that it was read from, for messages.
    source
        Name of the system that the file comes from; with the number it names a ticket for good.
    columns
        By field: where it stands.
    constants
        By field: its value where the cell is empty or there is no column.
    values
        By field: what a value of the source means; keys as of :func:`plain_value`, and ``*``.
    ignored
        Headings that are not kept.
    datum
        Of the coordinates.
    zone
        Of times without zone.
    time_formats
        As of :class:`governance.tickets.mapping.times.TimeReader`.
    heading_row
        Row of the headings, from 1; None to find it.
    sheet
        Sheet of an Excel file; empty for the only or first one.
    encoding
        Of a CSV file; empty to detect it.
    received_at
        Stands in for a time of receipt that the file has no column for; None where there is one.
    """

    name: str
    source: str
    columns: Mapping[str, ColumnRule]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    datum: str = "WGS-84"
    zone: tzinfo = CHINA_TIME
    time_formats: tuple[str, ...] = ()
    heading_row: int | None = None
    sheet: str = ""
    encoding: str = ""
    received_at: datetime | None = None

    def meant(self, name: str, given: str) -> str | None:
        """Give what a value of a field means; None where the mapping says nothing of it."""
        known = self.values.get(name)
        if known is None:
            return None
        found = known.get(plain_value(given))
        return found if found is not None or not given else known.get(OTHERS)
