"""The working calendar in force: made from the library and the city's file, kept in the store."""

from datetime import date
from pathlib import Path

from boundaries.store import BoundaryStore
from governance.book.store import GovernanceStore
from governance.clocks.calendar import WorkCalendar, published_calendar

__all__ = ["keep_current_calendar"]

_YEARS_BACK = 3
_YEARS_AHEAD = 2


def keep_current_calendar(
    store: BoundaryStore, today: date, overrides: Path | None = None
) -> WorkCalendar:
    """Make the working calendar around a day and put it in force, unless it is already.

    Parameters
    ----------
    store
        Keeps every version, so that old deadlines can be worked out again.
    today
        Years from three before to two after it are covered.
    overrides
        The city's own file of holidays and working days; see :mod:`governance.clocks.overrides`.

    Returns
    -------
    WorkCalendar
        The one in force now. It has another version than before where the library or the file
        learned of a year meanwhile; running deadlines then change by the event ``recalendar``.

    Raises
    ------
    CalendarFileError
        The file cannot be right.
    StoreError
        The store cannot be used.
    """
    years = range(today.year - _YEARS_BACK, today.year + _YEARS_AHEAD + 1)
    calendar = published_calendar(years, overrides)
    rows = [list(row) for row in calendar.to_rows()]
    GovernanceStore(store).keep_calendar(calendar.version, rows)
    return calendar
