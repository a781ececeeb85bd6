"""Tables that come with the package: the catalogue, the rules, departments and enterprises."""

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from governance.book.definition import Category, Rule
from governance.book.layout import SHEETS

__all__ = ["read_catalogue", "read_rows", "read_rules"]


def read_rows(file: str) -> list[dict[str, str]]:
    """Read a table of this package, one dict of texts for each row."""
    text = files("xiaqu.demo.rules").joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def read_catalogue() -> tuple[Category, ...]:
    """Read the dispatch catalogue of the demo city; every city brings its own."""
    return tuple(Category(**values) for values in _values("catalogue.csv", Category))


@cache
def read_rules() -> tuple[Rule, ...]:
    """Read the rules that name no single area; the others depend on the city."""
    return tuple(Rule(**values) for values in _values("rules.csv", Rule))


def _values(file: str, row: type[Any]) -> list[dict[str, Any]]:
    """Read a table in the format of a rule book; columns may be left out."""
    columns = next(sheet.columns for sheet in SHEETS if sheet.row is row)
    read = []
    for texts in read_rows(file):
        values = {}
        for column in columns:
            text = texts.get(column.name, "")
            is_given = bool(text) or (column.cell.has_empty and column.name in texts)
            values[column.name] = column.cell.read(text) if is_given else column.default
        read.append(values)
    return read
