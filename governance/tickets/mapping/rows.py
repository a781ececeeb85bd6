"""Turn the rows of a file into tickets by a mapping."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from geo.address.answers import AddressHints
from governance.book.terms import Caller
from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.errors import TicketFileError
from governance.tickets.given import CallerGiven, GivenProblem, NewTicket
from governance.tickets.mapping.cells import Cell, is_blurred, plain_cell, read_number, text_of
from governance.tickets.mapping.definition import TicketMapping
from governance.tickets.mapping.fields import CODES
from governance.tickets.mapping.matching import (
    check_receipt,
    check_words,
    other_columns,
    places_of,
)
from governance.tickets.mapping.past import PastGiven, past_steps
from governance.tickets.mapping.times import TimeReader

__all__ = ["RowReader"]

_LONGEST_ID = 200
_ID_DIGITS = 20
_WORD_ENDS = re.compile(r"[、,，;；/|\n]+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_PHONE = re.compile(r"[\d*＊xX+\-—()（） 转]{5,25}")
_TIMES = ("signed_at", "started_at", "replied_at", "called_back_at", "closed_at")
_PAST_TEXTS = ("outcome", "unit", "reply")
_CALLER = ("name", "phone", "account", "id_number", "email", "address", "enterprise")


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
        self._places = places_of(mapping, headings)
        check_receipt(mapping, self._places, headings)
        check_words(mapping, catalogue)
        used = {column for place in self._places.values() for column in place.columns}
        # The state is kept as written too: what it was taken for is less than what it says.
        used -= set(self._places["status"].columns) if "status" in self._places else set()
        self._others = other_columns(headings, used, mapping)

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
        n_before = len(self.problems)
        times = {name: self.time(name) for name in _TIMES}
        return PastGiven(
            codes,
            {name: text for name, text in given.items() if text},
            {name: at for name, at in times.items() if at is not None},
            frozenset(problem.field for problem in self.problems[n_before:]),
        )

    def refuse(self, name: str, value: str, expected: str) -> None:
        self.problems.append(GivenProblem(field=name, value=value, expected=expected))


def _id_of(cells: Sequence[Cell]) -> str:
    content = "\x1f".join(text_of(cell) for cell in cells)
    return "row-" + hashlib.sha256(content.encode()).hexdigest()[:_ID_DIGITS]
