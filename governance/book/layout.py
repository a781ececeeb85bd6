"""Which files a rule book has, and which columns each of its tables has."""

from dataclasses import MISSING, dataclass, fields
from typing import Any

from governance.book.cells import (
    CODE,
    DAY,
    ENTRANCES,
    FLAG,
    LISTED,
    NUMBER,
    OPTIONAL_NUMBER,
    PAIRS,
    STEPS,
    TEXT,
    WHOLE,
    Cell,
    terms,
)
from governance.book.definition import Agreement, Body, Category, Estate, Post, Rule
from governance.book.terms import BodyKind, Caller, Mode, PostKind, Role, Step

__all__ = ["BOOK_FILE", "FILES", "LEVELS_FILE", "PARTS", "SHEETS", "Column", "Sheet"]

BOOK_FILE = "book.toml"
LEVELS_FILE = "levels.toml"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``default`` stands where the column is missing."""

    name: str
    cell: Cell
    is_required: bool
    default: Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a rule book: its file, the part of the book that it holds, its columns."""

    file: str
    part: str
    row: type[Any]
    columns: tuple[Column, ...]
    is_optional: bool = False


_VALIDITY = {"valid_from": DAY, "valid_to": DAY}


def _sheet(
    part: str, row: type[Any], cells: dict[str, Cell], file: str = "", *, is_optional: bool = False
) -> Sheet:
    columns = []
    for field in fields(row):
        default = field.default
        if default is MISSING and field.default_factory is not MISSING:
            default = field.default_factory()
        column = Column(field.name, cells[field.name], default is MISSING, default)
        columns.append(column)
    return Sheet(file or f"{part}.csv", part, row, tuple(columns), is_optional)


SHEETS: tuple[Sheet, ...] = (
    _sheet(
        "bodies",
        Body,
        {
            "code": CODE,
            "name": TEXT,
            "kind": terms(BodyKind),
            "parent": CODE,
            "area": CODE,
            "function": CODE,
            "phone": TEXT,
            "email": TEXT,
        }
        | _VALIDITY,
    ),
    _sheet(
        "categories",
        Category,
        {
            "code": CODE,
            "level_1": TEXT,
            "level_2": TEXT,
            "level_3": TEXT,
            "response_level": CODE,
            "steps": STEPS,
            "function": CODE,
            "tier": TEXT,
            "asset_classes": LISTED,
            "needs_asset": FLAG,
            "co_organisers": LISTED,
            "copied": LISTED,
            "supervising": LISTED,
            "duty_item": TEXT,
        }
        | _VALIDITY,
        "catalogue.csv",
    ),
    _sheet(
        "rules",
        Rule,
        {
            "code": CODE,
            "step": terms(Step),
            "layer": CODE,
            "areas": LISTED,
            "where": PAIRS,
            "categories": LISTED,
            "body": TEXT,
            "role": terms(Role),
            "precedence": WHOLE,
            "mode": terms(Mode),
            "reach_m": OPTIONAL_NUMBER,
            "side": TEXT,
            "caller": terms(Caller),
            "legal_basis": TEXT,
            "note": TEXT,
        }
        | _VALIDITY,
    ),
    _sheet(
        "agreements",
        Agreement,
        {
            "code": CODE,
            "layer": CODE,
            "area_a": CODE,
            "area_b": CODE,
            "line_layer": CODE,
            "line": CODE,
            "reach_m": NUMBER,
            "owner": CODE,
            "categories": LISTED,
            "document": TEXT,
        }
        | _VALIDITY,
        is_optional=True,
    ),
    _sheet(
        "posts",
        Post,
        {
            "code": CODE,
            "kind": terms(PostKind),
            "layer": CODE,
            "area": CODE,
            "holder": TEXT,
            "phone": TEXT,
            "body": CODE,
        }
        | _VALIDITY,
        is_optional=True,
    ),
    _sheet(
        "estates",
        Estate,
        {
            "code": CODE,
            "name": TEXT,
            "property": CODE,
            "committee": TEXT,
            "is_unmanaged": FLAG,
            "instructor": TEXT,
            "phone": TEXT,
            "entrances": ENTRANCES,
        }
        | _VALIDITY,
        is_optional=True,
    ),
)
"""Tables in the order in which they are read, checked and reported."""

FILES: tuple[str, ...] = (BOOK_FILE, LEVELS_FILE, *(sheet.file for sheet in SHEETS))
"""All files of a rule book."""

PARTS: dict[str, str] = {"levels": LEVELS_FILE} | {sheet.part: sheet.file for sheet in SHEETS}
"""Part of a rule book to the file that holds it."""
