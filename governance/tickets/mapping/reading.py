"""Read a mapping from its TOML file."""

import csv
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.datum import parse_datum
from geo.errors import DatumError
from governance.tickets.errors import MappingError
from governance.tickets.mapping.definition import (
    OTHERS,
    ColumnRule,
    TicketMapping,
    plain_heading,
    plain_value,
)
from governance.tickets.mapping.fields import CODES, FIELDS, FieldKind
from governance.tickets.mapping.times import EXCEL_SERIAL, TimeReader

__all__ = ["HOTLINE", "hotline_mapping", "read_mapping"]

HOTLINE = "hotline"
"""Name of the built-in mapping, as ``extends`` takes it."""

_KEYS = (
    "extends", "source", "datum", "time_zone", "time_formats", "heading_row", "sheet", "encoding",
    "ignore", "columns", "constants", "values", "value_files",
)  # fmt: skip
_RULE_KEYS = ("first", "joined", "separator", "optional")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_SAMPLE = datetime(2026, 11, 23, 20, 5, 9, tzinfo=UTC)
_VALUE_COLUMNS = ("given", "meant")


@cache
def hotline_mapping() -> TicketMapping:
    """Give the built-in mapping of a 12345 export."""
    return _Reader(HOTLINE, None).read(_hotline_table())


def read_mapping(path: Path) -> TicketMapping:
    """Read a mapping file.

    Parameters
    ----------
    path
        TOML in UTF-8; see ``docs/tickets.md``. Files of values that it names stand beside it.

    Raises
    ------
    MappingError
        The file cannot be read, or a value in it cannot be right; names file, key and value.
    """
    reader = _Reader(path.name, path.parent)
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise MappingError(str(path), "file", "", f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise reader.error("file", "", "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise reader.error("file", "", f"is not TOML: {error}") from error
    return reader.read(data)


def _hotline_table() -> dict[str, Any]:
    text = files(__package__).joinpath("hotline.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class _Reader:
    """Reads the table of one mapping; its errors name the file."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self.folder = folder

    def error(self, key: str, value: object, problem: str) -> MappingError:
        return MappingError(self.name, key, value, problem)

    def read(self, data: Mapping[str, Any]) -> TicketMapping:
        self._known("", data, _KEYS)
        data = self._extended(data)
        columns = {key: self._rule(key, value) for key, value in self._fields(data, "columns")}
        constants = {
            key: self._constant(key, value) for key, value in self._fields(data, "constants")
        }
        self._check_needed(columns, constants)
        return TicketMapping(
            name=self.name,
            source=self._text(data, "source", is_needed=True),
            columns=columns,
            constants=constants,
            values=self._values(data),
            ignored=frozenset(map(plain_heading, self._texts("ignore", data.get("ignore", [])))),
            datum=self._datum(data.get("datum", "WGS-84")),
            zone=self._zone(data.get("time_zone", "Asia/Shanghai")),
            time_formats=self._formats(data.get("time_formats", [])),
            heading_row=self._heading_row(data.get("heading_row")),
            sheet=self._text(data, "sheet"),
            encoding=self._text(data, "encoding"),
        )

    # -- tables ---------------------------------------------------------------------------

    def _extended(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put the built-in mapping below what the file says, where the file asks for it."""
        base_name = data.get("extends", "")
        if base_name not in {"", HOTLINE}:
            raise self.error("extends", base_name, f'the only mapping to extend is "{HOTLINE}"')
        if not base_name:
            return data
        merged = {**_hotline_table(), **data}
        base = _hotline_table()
        merged["columns"] = {**base["columns"], **self._table("columns", data.get("columns", {}))}
        values = dict(base["values"])
        for key, table in self._table("values", data.get("values", {})).items():
            values[key] = {**values.get(key, {}), **self._table(f"values.{key}", table)}
        merged["values"] = values
        return merged

    def _fields(self, data: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
        table = self._table(name, data.get(name, {}))
        self._known(f"{name}.", table, tuple(FIELDS))
        return list(table.items())

    def _known(self, prefix: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key, value in table.items():
            if key in known:
                continue
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise self.error(f"{prefix}{key}", value, f"is no key here; {hint}")

    def _table(self, key: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.error(key, value, f"is no table; write [{key}] and its keys below")
        return value

    def _check_needed(
        self, columns: Mapping[str, ColumnRule], constants: Mapping[str, str]
    ) -> None:
        if "external_id" not in columns:
            problem = (
                'name the column of the ticket\'s number; several are joined: ["日期", "序号"]'
            )
            raise self.error("columns.external_id", "", problem)
        for one, other in (("lon", "lat"), ("lat", "lon")):
            if one in columns and other not in columns:
                raise self.error(f"columns.{one}", columns[one].headings[0], f"needs {other} too")
        if not {"title", "text", "address", "category"} & {*columns, *constants}:
            problem = "name at least one of text, title, address and category"
            raise self.error("columns", ", ".join(columns), problem)

    # -- columns --------------------------------------------------------------------------

    def _rule(self, field: str, value: object) -> ColumnRule:
        key = f"columns.{field}"
        if isinstance(value, str):
            return ColumnRule(headings=(self._filled(key, value),))
        if isinstance(value, list):
            return self._joined(field, {"joined": value})
        table = self._table(key, value)
        self._known(f"{key}.", table, _RULE_KEYS)
        if ("first" in table) == ("joined" in table):
            raise self.error(key, dict(table), "give first or joined, a list of headings")
        if "joined" in table:
            return self._joined(field, table)
        return ColumnRule(
            headings=self._texts(f"{key}.first", table["first"], is_needed=True),
            is_optional=self._flag(f"{key}.optional", table.get("optional", False)),
        )

    def _joined(self, field: str, table: Mapping[str, Any]) -> ColumnRule:
        key = f"columns.{field}"
        headings = self._texts(f"{key}.joined", table["joined"], is_needed=True)
        if len(headings) > 1 and not FIELDS[field].can_join:
            problem = "is one value; write { first = [...] } for alternatives"
            raise self.error(key, ", ".join(headings), problem)
        separator = table.get("separator", "-" if field == "external_id" else "\n")
        if not isinstance(separator, str):
            raise self.error(f"{key}.separator", separator, "is not text; put it in quotes")
        return ColumnRule(
            headings=headings,
            is_joined=True,
            separator=separator,
            is_optional=self._flag(f"{key}.optional", table.get("optional", False)),
        )

    def _constant(self, field: str, value: object) -> str:
        key = f"constants.{field}"
        if field == "external_id":
            raise self.error(key, value, "would give every row the same number; name a column")
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self.error(key, value, "is neither text nor a number")
        return self._coded(key, field, str(value))

    # -- values ---------------------------------------------------------------------------

    def _values(self, data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for field, value in self._fields(data, "value_files"):
            found[field] = self._file_values(field, value)
        for field, value in self._fields(data, "values"):
            pairs = self._table(f"values.{field}", value).items()
            self._put(found.setdefault(field, {}), f"values.{field}", field, list(pairs))
        for field in found:
            if (
                FIELDS[field].kind is not FieldKind.TEXT
                and FIELDS[field].kind is not FieldKind.WORDS
            ):
                raise self.error(f"values.{field}", "", "has no fixed values; remove the table")
        return found

    def _put(
        self, kept: dict[str, str], key: str, field: str, pairs: list[tuple[Any, Any]]
    ) -> None:
        new: dict[str, str] = {}
        for given, meant in pairs:
            if not isinstance(meant, str):
                raise self.error(f"{key}.{given}", meant, "is not text; put it in quotes")
            plain = given if given == OTHERS else plain_value(str(given))
            value = self._coded(f"{key}.{given}", field, meant.strip())
            if new.setdefault(plain, value) != value:
                raise self.error(f"{key}.{given}", meant, f"means {new[plain]!r} already")
        kept.update(new)

    def _coded(self, key: str, field: str, value: str) -> str:
        codes = CODES.get(field)
        if codes is not None and value and value not in codes:
            raise self.error(key, value, f"give one of {', '.join(codes)}")
        return value

    def _file_values(self, field: str, value: object) -> dict[str, str]:
        key = f"value_files.{field}"
        name = self._filled(key, value)
        path = (self.folder or Path()) / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                if not set(_VALUE_COLUMNS) <= set(rows.fieldnames or ()):
                    problem = f"needs the columns {' and '.join(_VALUE_COLUMNS)}"
                    raise self.error(key, name, problem)
                pairs = [(row["given"] or "", row["meant"] or "") for row in rows]
        except OSError as error:
            raise self.error(key, name, f"cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise self.error(key, name, "is not UTF-8; save it as UTF-8") from error
        kept: dict[str, str] = {}
        self._put(kept, key, field, pairs)
        return kept

    # -- single values --------------------------------------------------------------------

    def _text(self, data: Mapping[str, Any], key: str, *, is_needed: bool = False) -> str:
        value = data.get(key, "")
        if value == "" and not is_needed:
            return ""
        return self._filled(key, value)

    def _filled(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.error(key, value, "is not text; put it in quotation marks")
        if not value.strip():
            raise self.error(key, value, "is missing or blank")
        return value.strip()

    def _texts(self, key: str, value: object, *, is_needed: bool = False) -> tuple[str, ...]:
        if not isinstance(value, list) or (is_needed and not value):
            raise self.error(key, value, 'is no list of texts; write ["标题", "主要内容"]')
        return tuple(self._filled(key, one) for one in value)

    def _flag(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.error(key, value, "is neither true nor false")
        return value

    def _heading_row(self, value: object) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error("heading_row", value, "is a row number, from 1")
        return value

    def _datum(self, value: object) -> str:
        text = self._filled("datum", value)
        try:
            return str(parse_datum(text))
        except DatumError as error:
            raise self.error("datum", text, f"is no datum; {error}") from error

    def _zone(self, value: object) -> tzinfo:
        text = self._filled("time_zone", value)
        offset = _OFFSET.fullmatch(text)
        if offset is not None:
            length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(length if offset[1] == "+" else -length)
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            problem = 'is no time zone; write "Asia/Shanghai" or "+08:00"'
            raise self.error("time_zone", text, problem) from error

    def _formats(self, value: object) -> tuple[str, ...]:
        formats = self._texts("time_formats", value)
        for form in formats:
            if form != EXCEL_SERIAL and not _holds_a_day(form):
                problem = 'is no format of a day, such as "%m/%d/%Y %I:%M:%S %p", or "excel"'
                raise self.error("time_formats", form, problem)
        return formats


def _holds_a_day(form: str) -> bool:
    """Whether a written time, read by the format, gives the same day."""
    reader: Callable[[object], datetime | None] = TimeReader((form,), UTC).read
    found = reader(_SAMPLE.strftime(form))
    return found is not None and found.date() == _SAMPLE.date() and "%" in form
