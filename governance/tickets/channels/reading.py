"""Read a catalogue of channels from its TOML file."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from governance.tickets.channels.catalogue import (
    CallerKind,
    Channel,
    ChannelCatalogue,
    Entry,
    RequestType,
    fields_of,
)
from governance.tickets.errors import CatalogueError

__all__ = ["default_catalogue", "read_catalogue"]

_KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
_HEAD = ("edition", "valid_from", "source", "confidence")
_TABLES = ("channel", "request_type", "caller_kind")
_OneEntry = TypeVar("_OneEntry", bound=Entry)


@cache
def default_catalogue() -> ChannelCatalogue:
    """Give the catalogue that is in force until a city keeps its own."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return _read(text)


def read_catalogue(path: Path) -> ChannelCatalogue:
    """Read a city's own catalogue.

    Parameters
    ----------
    path
        TOML in UTF-8: ``edition``, ``valid_from``, and a table for each ``[channel.KEY]``,
        ``[request_type.KEY]`` and ``[caller_kind.KEY]``.

    Raises
    ------
    CatalogueError
        The file cannot be read, or a value in it cannot be right; names the file.
    """
    try:
        return _read(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise CatalogueError("file", str(path), problem) from error
    except UnicodeDecodeError as error:
        raise CatalogueError("file", str(path), "is not UTF-8; save it as UTF-8") from error
    except CatalogueError as error:
        raise CatalogueError(f"{path}: {error.field}", error.value, error.problem) from error


def _read(text: str) -> ChannelCatalogue:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError("file", "", f"is not TOML: {error}") from error
    for key in sorted(set(data).difference(_HEAD, _TABLES)):
        known = ", ".join((*_HEAD, *_TABLES))
        raise CatalogueError(key, data[key], f"is no key here; known are {known}")
    return ChannelCatalogue(
        edition=_text("edition", data.get("edition"), is_needed=True),
        valid_from=_day("valid_from", data.get("valid_from")),
        source=_text("source", data.get("source", "")),
        confidence=_text("confidence", data.get("confidence", "")),
        channels=_entries(data, "channel", Channel),
        request_types=_entries(data, "request_type", RequestType),
        caller_kinds=_entries(data, "caller_kind", CallerKind),
    )


def _entries(data: Mapping[str, Any], table: str, kind: type[_OneEntry]) -> list[_OneEntry]:
    rows = data.get(table, {})
    if not isinstance(rows, dict):
        raise CatalogueError(table, rows, f"is no table; write [{table}.KEY]")
    return [_entry(f"{table}.{key}", key, values, kind) for key, values in rows.items()]


def _entry(where: str, key: str, values: object, kind: type[_OneEntry]) -> _OneEntry:
    if not _KEY.fullmatch(key):
        problem = "a key is lower-case Latin letters, digits and _, at most 31"
        raise CatalogueError(where, key, problem)
    if not isinstance(values, dict):
        raise CatalogueError(where, values, f"is no table; write [{where}]")
    known = fields_of(kind)
    taken: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            problem = f"is no key here; known are {', '.join(known)}"
            raise CatalogueError(f"{where}.{name}", value, problem)
        taken[name] = _value(f"{where}.{name}", value, known[name])
    name = _text(f"{where}.name", values.get("name"), is_needed=True)
    return kind(**{"name_en": "", **taken, "key": key, "name": name})


def _value(where: str, value: object, kind: str) -> Any:  # noqa: ANN401 - as the field says
    if "bool" in kind:
        if not isinstance(value, bool):
            raise CatalogueError(where, value, "is neither true nor false")
        return value
    if "tuple" in kind:
        if not isinstance(value, list):
            raise CatalogueError(where, value, 'is no list; write ["来电", "电话"]')
        return tuple(_text(where, one, is_needed=True) for one in value)
    return _text(where, value)


def _text(where: str, value: object, *, is_needed: bool = False) -> str:
    if value is None or (is_needed and value == ""):
        raise CatalogueError(where, "", "is missing")
    if not isinstance(value, str):
        raise CatalogueError(where, value, "is not text; put it in quotation marks")
    return value.strip()


def _day(where: str, value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        shown = "" if value is None else value
        raise CatalogueError(where, shown, "is no date; write it as 2026-01-31, without quotes")
    return value
