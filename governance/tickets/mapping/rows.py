"""Turn the rows of a file into tickets by a mapping."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.address.answers import AddressHints
from governance.book.terms import Caller
from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.errors import MappingError, TicketFileError
from governance.tickets.given import CallerGiven, GivenProblem, NewTicket
from governance.tickets.mapping.cells import Cell, is_blurred, plain_cell, read_number, text_of
from governance.tickets.mapping.definition import ColumnRule, TicketMapping, plain_heading
from governance.tickets.mapping.fields import CODES
from governance.tickets.mapping.past import PastGiven, past_steps
from governance.tickets.mapping.times import TimeReader

__all__ = ["RowReader", "missing_headings"]

_LONGEST_ID = 200
_MOST_NAMED = 30
_ID_DIGITS = 20
_WORD_ENDS = re.compile(r"[、,，;；/|\n]+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_PHONE = re.compile(r"[\d*＊xX+\-—()（） 转]{5,25}")
_TIMES = ("signed_at", "started_at", "replied_at", "called_back_at", "closed_at")
_PAST_TEXTS = ("outcome", "unit", "reply")
_CALLER = ("name", "phone", "account", "id_number", "email", "address", "enterprise")
_WORDS = {
    "channel": ChannelCatalogue.channel,
    "request_type": ChannelCatalogue.request_type,
    "caller_kind": ChannelCatalogue.caller_kind,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands in a row: columns from 0, and how several are read."""

    columns: tuple[int, ...]
    is_joined: bool
    separator: str


class RowReader:
    """Reads the rows of one file.

    Parameters
    ----------
    mapping
        How the columns become fields.
    headings
        Of the file, in order; empty headings are columns without a name.
    catalogue
        Knows channels, request types and kinds of callers.
    file
        The file, for messages.

    Raises
    ------
    MappingError
        A column that the mapping needs is missing or stands twice, or a value of the mapping is
        not in the catalogue.
    """

    def __init__(
        self,
        mapping: TicketMapping,
        headings: Sequence[str],
        catalogue: ChannelCatalogue,
        file: object = "",
    ) -> None:
        self.mapping = mapping
        self.catalogue = catalogue
        self.file = file
        self._times = TimeReader(mapping.time_formats, mapping.zone)
        self._places = _places(mapping, headings)
        _check_receipt(mapping, self._places, headings)
        _check_words(mapping, catalogue)
        used = {column for place in self._places.values() for column in place.columns}
        # The state is kept as written too: what it was taken for is less than what it says.
        used -= set(self._places["status"].columns) if "status" in self._places else set()
        self._others = _other_columns(headings, used, mapping)

    def read(self, cells: Sequence[Cell], row: int | None = None) -> NewTicket:
        """Read a row.

        Parameters
        ----------
        cells
            As many as there are headings.
        row
            As a spreadsheet counts, for messages.

        Returns
        -------
        NewTicket
            Fields that cannot be read stand in ``problems``. A row without number gets one from
            its content, so that the same row is the same ticket again.

        Raises
        ------
        TicketFileError
            The number cannot be one: longer than 200 signs, or its last digits were lost.
        """
        problems: list[GivenProblem] = []
        known = _Row(self, cells, problems)
        past = known.past()
        received_at = self._received_at(known, past)
        channel = known.text("channel")
        lon, lat = known.point()
        accuracy_m = known.number("accuracy_m")
        caller = known.caller()
        return NewTicket(
            source=self.mapping.source,
            external_id=self._external_id(known, cells, row),
            channel=channel,
            request_type=known.text("request_type"),
            caller_kind=known.caller_kind(channel, caller),
            category=known.text("category"),
            title=known.text("title"),
            text=known.text("text"),
            address=known.text("address"),
            hints=AddressHints(
                *(known.text(name) for name in ("district", "township", "community", "estate"))
            ),
            lon=lon,
            lat=lat,
            datum=self.mapping.datum,
            accuracy_m=accuracy_m,
            received_at=received_at,
            caller=caller or None,
            reported=known.text("reported"),
            tags=known.words("tags"),
            past=past_steps(past, received_at, problems.append),
            problems=tuple(problems),
            extra=self._extra(cells),
        )

    def _received_at(self, known: "_Row", past: PastGiven) -> datetime | None:
        found = known.time("received_at")
        if found is not None:
            return found
        # What stands in for the receipt cannot lie after what followed it.
        stand_in = [self.mapping.received_at] if self.mapping.received_at else []
        return min([*stand_in, *past.times.values()], default=None)

    def _external_id(self, known: "_Row", cells: Sequence[Cell], row: int | None) -> str:
        place = self._places["external_id"]
        for column in place.columns:
            if is_blurred(cells[column]):
                problem = "a number longer than 15 digits loses its end in a spreadsheet; as text"
                value = f"{cells[column]:.0f}"
                raise TicketFileError(self.file, row, "external_id", value, problem)
        found = known.text("external_id")
        if len(found) > _LONGEST_ID:
            problem = f"longer than {_LONGEST_ID} signs; is it the right column?"
            raise TicketFileError(self.file, row, "external_id", found[:_LONGEST_ID], problem)
        return found or _id_of(cells)

    def _extra(self, cells: Sequence[Cell]) -> dict[str, Any]:
        found = {}
        for column, heading in self._others:
            value = plain_cell(cells[column])
            if value is not None:
                found[heading] = value
        return found


class _Row:
    """The fields of one row."""

    def __init__(
        self, reader: RowReader, cells: Sequence[Cell], problems: list[GivenProblem]
    ) -> None:
        self.mapping = reader.mapping
        self.catalogue = reader.catalogue
        self.cells = cells
        self.problems = problems
        self._places = reader._places  # noqa: SLF001 - one module, one thing
        self._times = reader._times  # noqa: SLF001

    def cell(self, name: str) -> Cell:
        """Give the first cell of a field that is filled; None where none is."""
        place = self._places.get(name)
        if place is not None:
            for column in place.columns:
                cell = self.cells[column]
                if cell is not None and text_of(cell):
                    return cell
        return None

    def given(self, name: str) -> str:
        place = self._places.get(name)
        if place is None:
            return ""
        if not place.is_joined:
            return text_of(self.cell(name))
        parts = [text_of(self.cells[column]) for column in place.columns]
        return place.separator.join(part for part in parts if part)

    def text(self, name: str) -> str:
        if name not in self._places:
            return self.mapping.constants.get(name, "")
        given = self.given(name)
        meant = self.mapping.meant(name, given)
        if meant is not None:
            return meant
        return given or self.mapping.constants.get(name, "")

    def words(self, name: str) -> tuple[str, ...]:
        parts = (part.strip() for part in _WORD_ENDS.split(self.given(name)))
        meant = (self.mapping.meant(name, part) or part for part in parts if part)
        found = tuple(dict.fromkeys(meant))
        constant = self.mapping.constants.get(name, "")
        return found or ((constant,) if constant else ())

    def coded(self, name: str) -> str:
        found = self.text(name)
        if not found or found in CODES[name]:
            return found
        expected = f"one of {', '.join(CODES[name])}; give its meaning in [values.{name}]"
        self.refuse(name, found, expected)
        return ""

    def number(self, name: str) -> float | None:
        cell = self.cell(name)
        if cell is None:
            cell = self.mapping.constants.get(name)
        if cell is None:
            return None
        found = read_number(cell)
        if found is None or (name == "accuracy_m" and found < 0.0):
            self.refuse(name, text_of(cell), "a number such as 116.3875")
            return None
        return found

    def point(self) -> tuple[float | None, float | None]:
        """Read the coordinates; both or none."""
        for name in ("lon_lat", "lat_lon"):
            given = self.given(name)
            if given:
                numbers = [float(number) for number in _NUMBER.findall(given)]
                if len(numbers) != 2:  # noqa: PLR2004 - longitude and latitude
                    self.refuse(name, given, "two numbers such as 116.3875,39.9042")
                    return None, None
                return (numbers[0], numbers[1]) if name == "lon_lat" else (numbers[1], numbers[0])
        n_before = len(self.problems)
        lon, lat = self.number("lon"), self.number("lat")
        if lon is None and lat is None:
            return None, None
        if lon is None or lat is None:
            if len(self.problems) == n_before:
                self.refuse("lon" if lon is None else "lat", "", "a number, as the other has one")
            return None, None
        return lon, lat

    def time(self, name: str) -> datetime | None:
        cell = self.cell(name)
        if cell is None:
            cell = self.mapping.constants.get(name)
        if cell is None:
            if name == "received_at" and name in self._places:
                self.refuse(name, "", self._times.expected)
            return None
        found = self._times.read(cell)
        if found is None:
            self.refuse(name, text_of(cell), self._times.expected)
        return found

    def caller(self) -> CallerGiven:
        values = {name: self.text(f"caller_{name}") for name in _CALLER}
        contact = self.text("caller_contact")
        if contact:
            kind = "phone" if _PHONE.fullmatch(contact) else "account"
            values[kind] = values[kind] or contact
        return CallerGiven(**values)

    def caller_kind(self, channel: str, caller: CallerGiven) -> Caller:
        """Read the kind of the caller; else by the enterprise named, else by the channel."""
        given = self.text("caller_kind")
        if given:
            found = self.catalogue.caller_kind(given)
            if found:
                return Caller(found)
            known = ", ".join(one.name for one in self.catalogue.caller_kinds.values())
            self.refuse("caller_kind", given, f"one of {known}")
        if caller.enterprise:
            return Caller.ENTERPRISE
        entry = self.catalogue.channels.get(self.catalogue.channel(channel))
        return Caller(entry.caller_kind) if entry and entry.caller_kind else Caller.PERSONAL

    def past(self) -> PastGiven:
        codes = {name: self.coded(name) for name in CODES}
        codes |= {name: self.text(name) for name in _PAST_TEXTS}
        given = {name: self.given(name) for name in ("reached", "solved", "satisfaction")}
        times = {name: self.time(name) for name in _TIMES}
        return PastGiven(
            codes,
            {name: text for name, text in given.items() if text},
            {name: at for name, at in times.items() if at is not None},
        )

    def refuse(self, name: str, value: str, expected: str) -> None:
        self.problems.append(GivenProblem(field=name, value=value, expected=expected))


def missing_headings(mapping: TicketMapping, headings: Sequence[str]) -> list[str]:
    """List the headings that a mapping needs and a file does not have."""
    present = {plain_heading(heading) for heading in headings}
    missing = []
    for rule in mapping.columns.values():
        lacking = [name for name in rule.headings if plain_heading(name) not in present]
        is_short = lacking if rule.is_joined else len(lacking) == len(rule.headings)
        if is_short and not rule.is_optional:
            missing += lacking
    return list(dict.fromkeys(missing))


def _places(mapping: TicketMapping, headings: Sequence[str]) -> dict[str, _Place]:
    missing = missing_headings(mapping, headings)
    if missing:
        listed = ", ".join(heading for heading in headings[:_MOST_NAMED] if heading)
        problem = f"is not among the columns of the file: {listed}"
        raise MappingError(mapping.name, "columns", missing[0], problem)
    positions: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        positions.setdefault(plain_heading(heading), []).append(position)
    places = {}
    for field, rule in mapping.columns.items():
        columns = tuple(_position(mapping, field, rule, positions))
        if columns:
            places[field] = _Place(columns, rule.is_joined, rule.separator)
    return places


def _position(
    mapping: TicketMapping, field: str, rule: ColumnRule, positions: dict[str, list[int]]
) -> list[int]:
    found = []
    for heading in rule.headings:
        here = positions.get(plain_heading(heading), [])
        if len(here) > 1:
            problem = f"stands {len(here)} times in the file; rename all but one"
            raise MappingError(mapping.name, f"columns.{field}", heading, problem)
        found += here
    return found


def _check_receipt(
    mapping: TicketMapping, places: dict[str, _Place], headings: Sequence[str]
) -> None:
    is_known = "received_at" in places or "received_at" in mapping.constants
    if not is_known and mapping.received_at is None:
        listed = ", ".join(heading for heading in headings[:_MOST_NAMED] if heading)
        problem = (
            "no column says when requests came in, and deadlines run from then; name it, or give "
            f"--received now or a time for all rows; columns of the file: {listed}"
        )
        raise MappingError(mapping.name, "columns.received_at", "", problem)


def _check_words(mapping: TicketMapping, catalogue: ChannelCatalogue) -> None:
    for field, find in _WORDS.items():
        meant = dict(mapping.values.get(field, {}))
        constant = mapping.constants.get(field)
        if constant is not None:
            meant[""] = constant
        for given, word in meant.items():
            if word and not find(catalogue, word):
                key = f"values.{field}.{given}" if given else f"constants.{field}"
                problem = "is not in the catalogue; see: xiaqu tickets channels"
                raise MappingError(mapping.name, key, word, problem)


def _other_columns(
    headings: Sequence[str], used: set[int], mapping: TicketMapping
) -> tuple[tuple[int, str], ...]:
    names: dict[str, int] = {}
    found = []
    for column, heading in enumerate(headings):
        if column in used or plain_heading(heading) in mapping.ignored:
            continue
        name = heading.strip() or f"column {column + 1}"
        names[name] = names.get(name, 0) + 1
        found.append((column, name if names[name] == 1 else f"{name} ({names[name]})"))
    return tuple(found)


def _id_of(cells: Sequence[Cell]) -> str:
    content = "\x1f".join(text_of(cell) for cell in cells)
    return "row-" + hashlib.sha256(content.encode()).hexdigest()[:_ID_DIGITS]
