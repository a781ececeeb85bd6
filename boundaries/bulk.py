"""Many rows at once, on both stores.

On PostgreSQL the columns of new rows travel as arrays, which takes half the time of a statement for
each row and gives one statement text for any number of rows, so that the server plans it once.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

__all__ = ["insert_many", "insert_new", "update_many"]

Row = tuple[Any, ...]

_MOST_VALUES = 30_000
"""SQLite takes 32,766 values in one statement."""


def insert_many(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Insert rows; IntegrityError of SQLAlchemy when one is there already.

    Parameters
    ----------
    connection
        In a transaction that writes.
    table
        The table.
    columns
        Names of its columns, in the order of the values of each row.
    rows
        Values as the driver takes them: JSON columns as text, times with a time zone.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _array_statement(table, tuple(columns))
        connection.exec_driver_sql(statement, tuple(_arrays(rows)))
    else:
        statement = _row_statement(table, tuple(columns), 1)
        connection.exec_driver_sql(statement, [_embedded(row) for row in rows])


def insert_new(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> set[str]:
    """Insert the rows that are not there yet, and tell which were inserted.

    Parameters
    ----------
    connection, table, columns
        As of :func:`insert_many`; the first column is the primary key, a text.
    rows
        As of :func:`insert_many`; keys differ. Sorted by key: two writers that insert the same
        rows then wait for each other instead of ending in a deadlock.

    Returns
    -------
    set of str
        Keys of the rows that were inserted; the others broke a unique constraint.
    """
    if not rows:
        return set()
    tail = f" ON CONFLICT DO NOTHING RETURNING {columns[0]}"
    if connection.dialect.name == "postgresql":
        statement = _array_statement(table, tuple(columns), tail)
        found = connection.exec_driver_sql(statement, tuple(_arrays(rows)))
        return {row[0] for row in found}
    inserted: set[str] = set()
    n_rows = _MOST_VALUES // len(columns)
    for start in range(0, len(rows), n_rows):
        some = rows[start : start + n_rows]
        values = tuple(value for row in some for value in _embedded(row))
        statement = _row_statement(table, tuple(columns), len(some)) + tail
        inserted.update(row[0] for row in connection.exec_driver_sql(statement, values))
    return inserted


def update_many(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Change rows; those that are not there stay away.

    Parameters
    ----------
    connection, table
        As of :func:`insert_many`.
    columns, rows
        As of :func:`insert_many`; the first column names the row, the others are set.
    """
    if not rows:
        return
    is_postgresql = connection.dialect.name == "postgresql"
    mark = "%s" if is_postgresql else "?"
    sets = ", ".join(f'"{name}" = {mark}' for name in columns[1:])
    statement = f'UPDATE "{table.name}" SET {sets} WHERE "{columns[0]}" = {mark}'  # noqa: S608 - names of our own
    turned = [(*row[1:], row[0]) for row in rows]
    values = turned if is_postgresql else [_embedded(row) for row in turned]
    connection.exec_driver_sql(statement, values)


def _arrays(rows: Iterable[Row]) -> Iterable[list[Any]]:
    return (list(column) for column in zip(*rows, strict=True))


def _embedded(row: Row) -> Row:
    """Write days and times as SQLAlchemy writes them on SQLite: times as the wall time of UTC."""
    return tuple(_day_or_time(value) if isinstance(value, date) else value for value in row)


def _day_or_time(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()


@cache
def _row_statement(table: Table, columns: tuple[str, ...], n_rows: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"{_head(table, columns)} VALUES {', '.join([row] * n_rows)}"


@cache
def _array_statement(table: Table, columns: tuple[str, ...], tail: str = "") -> str:
    kinds = [table.c[name].type.compile(dialect=postgresql.dialect()) for name in columns]  # type: ignore[no-untyped-call]
    marks = [f"c{at}" for at in range(len(columns))]
    arrays = ", ".join(f"%b::{_carried(kind)}[]" for kind in kinds)
    values = ", ".join(f"{mark}::{kind}" for mark, kind in zip(marks, kinds, strict=True))
    head, names = _head(table, columns), ", ".join(marks)
    if not tail:
        return f"{head} SELECT {values} FROM unnest({arrays}) AS given({names})"  # noqa: S608 - names of our own
    # The order of the rows is kept: it decides in which order locks are taken.
    given = f"unnest({arrays}) WITH ORDINALITY AS given({names}, n)"
    return f"{head} SELECT {values} FROM {given} ORDER BY n{tail}"  # noqa: S608 - names of our own


def _head(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table.name}" ({names})'


def _carried(kind: str) -> str:
    # JSON travels as text: the driver writes it once, the server checks it.
    return "TEXT" if kind.startswith(("VARCHAR", "JSON")) else kind
