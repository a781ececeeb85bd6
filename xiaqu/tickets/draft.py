"""Draft a mapping file for a file of tickets that nobody has described yet."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.mapping import FIELDS, hotline_mapping
from governance.tickets.mapping.cells import text_of
from governance.tickets.mapping.definition import plain_heading
from governance.tickets.mapping.fields import CODES, FieldKind
from governance.tickets.mapping.times import TimeReader
from xiaqu.assignment.columns import detect_columns
from xiaqu.errors import ColumnError
from xiaqu.tickets.tables import Table, TableRow

__all__ = ["draft_mapping"]

_SAMPLE_ROWS = 2_000
_MOST_WORDS = 40
_MOST_SHOWN = 6
_LONG_NUMBER = re.compile(r"\d{5}")
_NAMES: dict[str, tuple[str, ...]] = {
    "external_id": (
        "id", "ticket id", "request id", "service request id", "servicerequestnum", "case id",
        "case number", "srrecordid", "sr number", "unique key", "编号", "序号",
    ),
    "received_at": (
        "created", "created date", "createddate", "requested datetime", "date received", "opened",
        "open date", "open dt", "received at", "sr create date", "日期", "时间",
    ),
    "channel": ("method received", "methodreceived", "channel", "origin", "open data channel type"),
    "request_type": ("request type",),
    "category": ("srtype", "sr type", "category", "type", "service name", "complaint type", "分类"),
    "title": ("title", "subject"),
    "text": ("description", "text", "details", "comments", "problem description", "body"),
    "address": ("address", "incident address", "location", "street address", "位置", "地点"),
    "district": ("district", "borough"),
    "township": ("township", "ward"),
    "community": ("community", "neighborhood", "neighbourhood"),
    "caller_name": ("caller name", "name of caller", "first name", "姓名"),
    "caller_contact": ("phone", "phone number", "caller phone", "手机号", "手机"),
    "caller_email": ("email", "e-mail"),
    "status": ("status", "srstatus", "sr status", "state"),
    "closed_at": ("closed", "close date", "closedate", "closed date", "closed at", "closed dt"),
    "unit": ("agency", "agency responsible", "department", "owner", "承办单位"),
    "tags": ("tags", "labels"),
}  # fmt: skip
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


@dataclass(frozen=True, slots=True)
class _Sample:
    """Columns of the first rows, as text without blanks."""

    headings: tuple[str, ...]
    columns: list[list[str]]

    def of(self, heading: str) -> list[str]:
        return self.columns[self.headings.index(heading)]


def draft_mapping(path: Path, table: Table, catalogue: ChannelCatalogue) -> str:
    """Write a mapping for a file, to be checked by a person.

    Parameters
    ----------
    path
        The file, for its name.
    table
        Opened; the first 2,000 of its rows are read.
    catalogue
        Knows channels, request types and kinds of callers.

    Returns
    -------
    text
        TOML with comments. Fields are proposed by headings alone, formats of times by what all
        rows allow. A guess that may be wrong has a question mark. Words of columns are shown only
        where they repeat and hold no long number, so that the file holds nothing personal.
    """
    sample = _read(table.headings, islice(table.rows, _SAMPLE_ROWS))
    fields = _proposed(path, sample.headings)
    lines = [*_head(path, sample, fields), "", "[columns]"]
    for field, heading in fields.items():
        lines.append(f"{field} = {_quoted(heading)}  # {FIELDS[field].meaning}")
    lines += [f"# {name} = ?" for name in ("external_id", "received_at") if name not in fields]
    lines += [
        "",
        "# Columns without a field are kept with the ticket as they are. To leave one out:",
    ]
    lines += ["# ignore = [...]  (before [columns])"]
    for heading in sample.headings:
        if heading and heading not in fields.values():
            lines.append(f"#   {_quoted(heading)}{_shown(sample.of(heading))}")
    return "\n".join([*lines, *_value_tables(sample, fields, catalogue), ""])


def _read(headings: Sequence[str], rows: Iterable[TableRow]) -> _Sample:
    cells = [[text_of(cell) for cell in row.cells] for row in rows]
    columns = [[row[k] for row in cells if row[k]] for k in range(len(headings))]
    return _Sample(tuple(headings), columns)


def _proposed(path: Path, headings: Sequence[str]) -> dict[str, str]:
    """Propose a heading for each field, in the order of the fields; none twice."""
    plain = {plain_heading(heading).replace("_", ""): heading for heading in reversed(headings)}
    known = {
        field: [plain_heading(name) for name in rule.headings]
        for field, rule in hotline_mapping().columns.items()
    }
    found: dict[str, str] = {}
    for field in FIELDS:
        names = [*known.get(field, ()), *map(plain_heading, _NAMES.get(field, ()))]
        heading = next((plain[name] for name in names if name in plain), None)
        if heading is not None and heading not in found.values():
            found[field] = heading
    try:
        pair = detect_columns(path, headings)
    except ColumnError:
        pair = None  # several pairs: the person decides
    if pair is not None and {pair.lon_name, pair.lat_name}.isdisjoint(found.values()):
        found |= {"lon": pair.lon_name, "lat": pair.lat_name}
    return {field: found[field] for field in FIELDS if field in found}


def _head(path: Path, sample: _Sample, fields: dict[str, str]) -> list[str]:
    lines = [
        f"# Mapping of {path.name}, drafted by  xiaqu tickets import --draft-mapping  from its",
        "# headings. Check every line, those with a question mark first; see docs/tickets.md.",
        f"source = {_quoted(path.stem)}  # ? the system that the file comes from, always the same",
        'datum = "WGS-84"  # ? CGCS2000, WGS-84, GCJ-02, BD-09 or EPSG:n',
        'time_zone = "Asia/Shanghai"  # ? or "+08:00"',
    ]
    unread = [
        text
        for field, heading in fields.items()
        if FIELDS[field].kind is FieldKind.TIME
        for text in sample.of(heading)
        if TimeReader().read(text) is None
    ]
    if not unread:
        return lines
    formats = _formats(unread)
    if len(formats) == 1:
        return [
            *lines,
            f"time_formats = [{_quoted(formats[0])}]  # ? reads all {len(unread)} times",
        ]
    listed = " or ".join(map(_quoted, formats)) or "none of the usual formats reads them"
    return [*lines, f'# time_formats = ["%m/%d/%Y"]  # ? {listed}']


def _formats(texts: Sequence[str]) -> list[str]:
    formats = [day + clock for day in _DAYS for clock in _CLOCKS]
    for text in texts:
        formats = [form for form in formats if _reads(form, text)]
        if not formats:
            break
    return formats


def _reads(form: str, text: str) -> bool:
    try:
        datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _value_tables(
    sample: _Sample, fields: dict[str, str], catalogue: ChannelCatalogue
) -> list[str]:
    lines: list[str] = []
    find = {
        "channel": catalogue.channel,
        "request_type": catalogue.request_type,
        "caller_kind": catalogue.caller_kind,
    }
    choices = {
        "channel": catalogue.channels,
        "request_type": catalogue.request_types,
        "caller_kind": catalogue.caller_kinds,
    }
    built_in = hotline_mapping()
    for field, heading in fields.items():
        words = list(Counter(sample.of(heading)))
        if len(words) > _MOST_WORDS or field not in {*find, *CODES, "category"}:
            continue
        unknown = [word for word in words if field not in find or not find[field](word)]
        unknown = [word for word in unknown if built_in.meant(field, word) is None]
        if unknown:
            among = choices[field] if field in choices else CODES.get(field, ("a code or path",))
            lines += ["", f"[values.{field}]  # ? each one of: {', '.join(among)}"]
            lines += [f"# {_quoted(word)} = ?" for word in unknown]
    return lines


def _shown(texts: Sequence[str]) -> str:
    counted = Counter(texts)
    is_word = len(counted) <= _MOST_WORDS and len(texts) > 2 * len(counted)
    if not is_word or any(_LONG_NUMBER.search(text) for text in counted):
        return ""
    words = [word for word, _count in counted.most_common(_MOST_SHOWN)]
    more = " …" if len(counted) > len(words) else ""
    return f"  ({', '.join(words)}{more})".replace("\n", " ")


def _quoted(text: str) -> str:
    # JSON strings are TOML too, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
