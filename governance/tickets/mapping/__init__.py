"""Mapping files: how the columns of a file of tickets become tickets."""

from governance.tickets.mapping.definition import ColumnRule, TicketMapping
from governance.tickets.mapping.fields import FIELDS, Field, FieldKind
from governance.tickets.mapping.matching import missing_headings
from governance.tickets.mapping.reading import HOTLINE, hotline_mapping, read_mapping
from governance.tickets.mapping.rows import RowReader

__all__ = [
    "FIELDS",
    "HOTLINE",
    "ColumnRule",
    "Field",
    "FieldKind",
    "RowReader",
    "TicketMapping",
    "hotline_mapping",
    "missing_headings",
    "read_mapping",
]
