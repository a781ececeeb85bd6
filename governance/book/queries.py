"""SQL that reads and writes rule books; used by the store only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select

from boundaries.models import Base
from geo.arrays import Progress
from governance.book.definition import (
    Agreement,
    Body,
    BookHead,
    Category,
    Estate,
    Level,
    Post,
    Rule,
    RuleBook,
)
from governance.book.records import BookInfo
from governance.book.terms import BodyKind, Caller, Mode, PostKind, Role, Step
from governance.models import (
    AgreementRow,
    BodyRow,
    CategoryRow,
    EstateRow,
    LevelRow,
    PostRow,
    RuleBookRow,
    RuleRow,
)

__all__ = ["head_of", "insert_rows", "read_book_rows", "read_books", "read_posts", "read_rows"]

_CHUNK = 5_000
_PARTS: dict[str, tuple[type[Any], type[Base]]] = {
    "levels": (Level, LevelRow),
    "bodies": (Body, BodyRow),
    "categories": (Category, CategoryRow),
    "rules": (Rule, RuleRow),
    "agreements": (Agreement, AgreementRow),
    "posts": (Post, PostRow),
    "estates": (Estate, EstateRow),
}
_COLUMN_NAMES = {"limit": "limit_s", "where": "conditions"}


def _pairs(value: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(pair) for pair in value)


_LISTS = (
    "pauses",
    "asset_classes",
    "co_organisers",
    "copied",
    "supervising",
    "areas",
    "categories",
)
_READ: dict[str, Callable[[Any], Any]] = {
    "step": Step,
    "role": Role,
    "mode": Mode,
    "caller": Caller,
    "steps": lambda value: frozenset(map(Step, value)),
    "limit": lambda value: timedelta(seconds=value),
    "where": _pairs,
    "entrances": _pairs,
    **dict.fromkeys(_LISTS, tuple),
}
"""Fields that are not stored as they are; kinds differ between bodies and posts."""

_KINDS: dict[type[Any], Callable[[Any], Any]] = {Body: BodyKind, Post: PostKind}


def _stored(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return [step.value for step in Step if step in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value


def insert_rows(
    connection: Connection, book_id: str, book: RuleBook, progress: Progress | None
) -> None:
    """Insert all rows of a rule book.

    Parameters
    ----------
    connection
        Inside a transaction.
    book_id
        The rule book, already inserted.
    book
        What it holds.
    progress
        Called with stage ``store``.
    """
    total = sum(len(getattr(book, part)) for part in _PARTS)
    done = 0
    for part, (row_class, model) in _PARTS.items():
        rows, names = getattr(book, part), [field.name for field in fields(row_class)]
        columns = [_COLUMN_NAMES.get(name, name) for name in names]
        table = model.__table__
        assert isinstance(table, Table)  # noqa: S101 - each of our models is one table
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            values = [[_stored(getattr(row, name)) for name in names] for row in chunk]
            connection.execute(
                insert(table),
                [{"book_id": book_id, **dict(zip(columns, row, strict=True))} for row in values],
            )
            done += len(chunk)
            if progress is not None:
                progress("store", done, total)


def read_books(
    connection: Connection, *, book_id: str | None = None, state: str | None = None
) -> list[BookInfo]:
    """Read what is known of rule books, oldest first; of one, or of those in one state."""
    query = select(RuleBookRow.__table__)
    if book_id is not None:
        query = query.where(RuleBookRow.id == book_id)
    if state is not None:
        query = query.where(RuleBookRow.state == state)
    ordered = query.order_by(RuleBookRow.recorded_at, RuleBookRow.id)
    return [BookInfo(**row) for row in connection.execute(ordered).mappings()]


def read_book_rows(connection: Connection, info: BookInfo, progress: Progress | None) -> RuleBook:
    """Read a whole rule book; calls progress with stage ``load``."""
    total = sum(info.counts.values())
    done, parts = 0, {}
    for part in _PARTS:
        parts[part] = tuple(read_rows(connection, part, info.id))
        done += len(parts[part])
        if progress is not None:
            progress("load", done, total)
    return RuleBook(head=head_of(info), **parts)


def head_of(info: BookInfo) -> BookHead:
    """Give the head of a stored rule book."""
    return BookHead(**{field.name: getattr(info, field.name) for field in fields(BookHead)})


def read_rows(
    connection: Connection,
    part: str,
    book_id: str,
    where: tuple[ColumnElement[bool], ...] = (),
    limit: int | None = None,
) -> Iterator[Any]:
    """Read the rows of one part of a rule book, sorted by code as Python sorts text."""
    row_class, model = _PARTS[part]
    table = model.__table__
    names = [field.name for field in fields(row_class)]
    columns = [table.c[_COLUMN_NAMES.get(name, name)] for name in names]
    code = columns[0].collate("C") if connection.dialect.name == "postgresql" else columns[0]
    query = select(*columns).where(table.c.book_id == book_id, *where).order_by(code)
    found = connection.execute(query if limit is None else query.limit(limit)).all()
    if not found:
        return
    readers = dict(_READ)
    if row_class in _KINDS:
        readers["kind"] = _KINDS[row_class]
    values: list[list[Any]] = []
    for name, column in zip(names, zip(*found, strict=True), strict=True):
        read = readers.get(name)
        values.append(list(column) if read is None else [read(value) for value in column])
    for row in zip(*values, strict=True):
        yield row_class(**dict(zip(names, row, strict=True)))


def read_posts(
    connection: Connection,
    book_id: str,
    wanted: Mapping[str, object],
    *,
    vacant: bool | None,
    at: date | None,
    after: str,
    limit: int | None,
) -> list[Post]:
    """Read posts; see :meth:`governance.book.store.GovernanceStore.posts`."""
    table = PostRow.__table__
    where = [table.c[name] == value for name, value in wanted.items() if value is not None]
    if vacant is not None:
        where.append(table.c.holder == "" if vacant else table.c.holder != "")
    if at is not None:
        where.append(table.c.valid_from.is_(None) | (table.c.valid_from <= at))
        where.append(table.c.valid_to.is_(None) | (table.c.valid_to > at))
    if after:
        code = table.c.code
        where.append(
            (code.collate("C") if connection.dialect.name == "postgresql" else code) > after
        )
    return list(read_rows(connection, "posts", book_id, tuple(where), limit))
