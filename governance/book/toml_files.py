"""The two TOML files of a rule book: its head and its response levels."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from governance.book.cells import read_day, read_text
from governance.book.definition import BookHead, Level
from governance.book.layout import BOOK_FILE, LEVELS_FILE
from governance.errors import BookProblem

__all__ = ["read_head", "read_levels", "write_duration", "write_head", "write_levels"]

_DURATION = re.compile(r"(\d+) ?(min|h|d)")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}
_HEAD_TEXTS = ("label", "authority", "source", "legal_basis")
_HEAD_KEYS = (*_HEAD_TEXTS, "valid_from", "valid_to", "generated", "layers")
_LEVEL_KEYS = ("name", "name_en", "limit", "clock", "pauses", "ends_at")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_MOST_PAUSES = 50


class _Values:
    """Values of one table of a TOML file, taken one by one; problems are collected."""

    def __init__(
        self, file: str, values: Mapping[str, Any], problems: list[BookProblem], prefix: str = ""
    ) -> None:
        self.file = file
        self.values = values
        self.problems = problems
        self.prefix = prefix

    def refuse(self, key: str, value: object, problem: str) -> None:
        text = "" if value is None else str(value)
        self.problems.append(BookProblem(self.file, None, self.prefix + key, text, problem))

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in sorted(set(self.values) - set(known)):
            self.refuse(key, self.values[key], f"is no key here; known are {', '.join(known)}")

    def take(self, key: str, read: Callable[[Any], Any], default: Any = None) -> Any:  # noqa: ANN401 - of any type
        value = self.values.get(key)
        if value is None:
            if default is None:
                self.refuse(key, "", "is missing")
            return default
        try:
            return read(value)
        except ValueError as error:
            self.refuse(key, value, str(error))
            return default


def _load(folder: Path, name: str, problems: list[BookProblem]) -> dict[str, Any] | None:
    path = folder / name
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problem = "the file is missing; every rule book has one"
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = "the file is not UTF-8; save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        problem = f"the file is not TOML: {error}"
    problems.append(BookProblem(name, None, "", "", problem))
    return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = "is not text; put it in quotation marks"
        raise ValueError(message)  # noqa: TRY004 - collected with other wrong values
    return read_text(value.strip())


def _filled(value: object) -> str:
    text = _text(value)
    if not text:
        message = "must not be blank"
        raise ValueError(message)
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        message = "is neither true nor false"
        raise ValueError(message)  # noqa: TRY004 - collected with other wrong values
    return value


def _day(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and value:
        return read_day(value.strip())
    message = "is not a date; write it as 2026-01-31"
    raise ValueError(message)


def _layers(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        message = "is not a table; write [layers] and below it district = "
        raise ValueError(message)  # noqa: TRY004 - collected with other wrong values
    return {str(key): _filled(layer) for key, layer in value.items()}


def read_head(folder: Path, problems: list[BookProblem]) -> BookHead | None:
    """Read ``book.toml``.

    Parameters
    ----------
    folder
        Folder of the rule book.
    problems
        Takes what is wrong.

    Returns
    -------
    BookHead
        None where it cannot be made.
    """
    data = _load(folder, BOOK_FILE, problems)
    if data is None:
        return None
    before = len(problems)
    values = _Values(BOOK_FILE, data, problems)
    values.refuse_unknown(_HEAD_KEYS)
    label, valid_from = values.take("label", _filled), values.take("valid_from", _day)
    texts = {key: values.take(key, _text, "") for key in _HEAD_TEXTS if key != "label"}
    generated = values.take("generated", _flag, default=False)
    valid_to = values.take("valid_to", _day) if "valid_to" in data else None
    layers = values.take("layers", _layers, {})
    if len(problems) > before:
        return None
    return BookHead(
        label=label,
        valid_from=valid_from,
        valid_to=valid_to,
        generated=generated,
        layers=layers,
        **texts,
    )


def _duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        message = 'is no duration; write it as "2 h", "7 d" or "30 min"'
        raise ValueError(message)
    try:
        return int(found[1]) * _UNITS[found[2]]
    except OverflowError as error:
        message = "is longer than a clock can count"
        raise ValueError(message) from error


def write_duration(value: timedelta) -> str:
    """Write a duration in the longest unit that gives a whole number.

    Raises
    ------
    ValueError
        It is not a whole number of minutes.
    """
    for unit, length in _UNITS.items():
        if not value % length:
            return f"{value // length} {unit}"
    message = f"{value} is not a whole number of minutes; the file could not hold it"
    raise ValueError(message)


def _pauses(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_PAUSES:
        message = 'is not a list; write ["waiting", "suspended"]'
        raise ValueError(message)
    return tuple(_filled(state) for state in value)


def read_levels(folder: Path, problems: list[BookProblem]) -> list[Level]:
    """Read ``levels.toml``, one table ``[level.KEY]`` for each level; problems are collected."""
    data = _load(folder, LEVELS_FILE, problems)
    if data is None:
        return []
    _Values(LEVELS_FILE, data, problems).refuse_unknown(("level",))
    tables = data.get("level")
    if not isinstance(tables, dict) or not tables:
        problem = "there is no level; write [level.urgent] and below it name, name_en and limit"
        problems.append(BookProblem(LEVELS_FILE, None, "", "", problem))
        return []
    levels = [_read_level(key, values, problems) for key, values in tables.items()]
    return [level for level in levels if level is not None]


def _read_level(key: str, found: object, problems: list[BookProblem]) -> Level | None:
    before = len(problems)
    table: Mapping[str, Any] = found if isinstance(found, dict) else {}
    values = _Values(LEVELS_FILE, table, problems, f"level.{key}.")
    values.refuse_unknown(_LEVEL_KEYS)
    name, limit = values.take("name", _filled), values.take("limit", _duration)
    name_en = values.take("name_en", _text, "")
    clock = values.take("clock", _text, "natural")
    pauses = values.take("pauses", _pauses, ())
    ends_at = values.take("ends_at", _text, "24:00")
    if len(problems) > before:
        return None
    return Level(
        key=key,
        name=name,
        name_en=name_en,
        limit=limit,
        clock=clock,
        pauses=pauses,
        ends_at=ends_at,
    )


def write_head(head: BookHead) -> str:
    """Write ``book.toml``; what has its default is left out."""
    values = asdict(head)
    layers = values.pop("layers")
    kept = {k: v for k, v in values.items() if v or k == "label"}
    tables = [_lines(kept)]
    if layers:
        tables.append(["", "[layers]", *_lines(layers)])
    return "\n".join(line for table in tables for line in table) + "\n"


def write_levels(levels: tuple[Level, ...]) -> str:
    """Write ``levels.toml``; ValueError where a limit is no whole number of minutes."""
    tables = []
    for level in levels:
        values: dict[str, object] = {
            "name": level.name,
            "name_en": level.name_en,
            "limit": write_duration(level.limit),
            "clock": level.clock,
            "pauses": list(level.pauses),
            "ends_at": level.ends_at,
        }
        tables.append("\n".join([f"[level.{_key(level.key)}]", *_lines(values)]))
    return "\n\n".join(tables) + "\n"


def _lines(values: Mapping[str, object]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in values.items()]


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    # JSON strings, booleans and lists of strings are TOML too, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
