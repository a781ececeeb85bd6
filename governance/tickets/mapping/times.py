"""Read the times of a file; what could mean two times is not read."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from governance.clocks.calendar import CHINA_TIME

__all__ = ["EXCEL_SERIAL", "TimeReader"]

EXCEL_SERIAL = "excel"
"""Among the formats of a mapping: numbers are days since 1899-12-30, as Excel counts."""

_EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - the zone is put on afterwards
_LATEST_SERIAL = 2_958_465.99999
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d)(\d\d)(\d\d)?)?")
_WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*(?:[:分]\s*(\d{1,2})?(?:[.,]\d+)?\s*秒?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?"
)


class TimeReader:
    """Reads the times of one file.

    Parameters
    ----------
    formats
        Formats of ``datetime.strptime`` that are tried first, in order, and :data:`EXCEL_SERIAL`.
    zone
        Zone of times without one.

    Notes
    -----
    Besides the formats, years first are read: ``2026-11-23 08:05``, ``2026/11/23``,
    ``2026年11月23日8时5分``, ``20261123080500``, and ISO 8601 with offset. ``03/04/2026`` means
    two days, so it needs a format. A day without a time is its first moment.
    """

    def __init__(self, formats: Sequence[str] = (), zone: tzinfo = CHINA_TIME) -> None:
        self._formats = tuple(form for form in formats if form != EXCEL_SERIAL)
        self._takes_serials = EXCEL_SERIAL in formats
        self._zone = zone

    @property
    def expected(self) -> str:
        """What is read, for the message about what is not."""
        kinds = [*self._formats, "2026-11-23 08:05:00"]
        if self._takes_serials:
            kinds.append("a day number of Excel")
        return f"a time such as {' or '.join(kinds)}, {_FIRST_YEAR}-{_LAST_YEAR}"

    def read(self, cell: object) -> datetime | None:
        """Read a cell.

        Parameters
        ----------
        cell
            Text, number, date or time.

        Returns
        -------
        datetime
            With time zone; None where the cell is no time between 1990 and 2100.
        """
        found = self._read(cell)
        if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            return None
        return found if found.tzinfo is not None else found.replace(tzinfo=self._zone)

    def _read(self, cell: object) -> datetime | None:
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime.combine(cell, time())
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return self._serial(float(cell)) or self._words(f"{cell:.15g}")
        return self._words(str(cell).strip())

    def _words(self, text: str) -> datetime | None:
        for form in self._formats:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put on afterwards
            except ValueError:
                continue
        if self._takes_serials and re.fullmatch(r"\d{5}(\.\d+)?", text):
            return self._serial(float(text))
        return _years_first(text)

    def _serial(self, number: float) -> datetime | None:
        if not self._takes_serials or not 0 < number <= _LATEST_SERIAL:
            return None
        moment = _EXCEL_START + timedelta(days=number)
        return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _years_first(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        return None
    numbers = [int(part) if part else 0 for part in found.groups()[:6]]
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - put on afterwards
    except ValueError:
        return None
    offset = found.group(7) if found.re is _WRITTEN else None
    if offset is None:
        return moment
    return datetime.fromisoformat(moment.isoformat() + ("+00:00" if offset == "Z" else offset))
