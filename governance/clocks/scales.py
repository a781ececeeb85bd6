"""The lines on which clocks count: natural time in microseconds, working time in days."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from governance.clocks.calendar import CHINA_TIME, WorkCalendar
from governance.clocks.deadlines import LevelTerms

__all__ = ["NaturalScale", "Scale", "WorkingScale", "scale_of"]

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Scale(Protocol):
    """A line of whole numbers on which a clock counts."""

    def place(self, at: datetime) -> int:
        """Where a time lies."""

    def length(self, by: timedelta) -> int:
        """How long a duration is."""

    def end(self, target: int) -> datetime:
        """Give the time, in China, at which a place is over."""

    def is_doubtful(self, end: datetime) -> bool:
        """Whether what is still to be published may move this end."""


class NaturalScale:
    """Microseconds since 1970; nothing moves them."""

    def place(self, at: datetime) -> int:
        """Microseconds of a time."""
        return (at - _EPOCH) // timedelta.resolution

    def length(self, by: timedelta) -> int:
        """Microseconds of a duration."""
        return by // timedelta.resolution

    def end(self, target: int) -> datetime:
        """Give the time itself."""
        return (_EPOCH + target * timedelta.resolution).astimezone(CHINA_TIME)

    def is_doubtful(self, end: datetime) -> bool:  # noqa: ARG002 - as of the protocol
        """Never."""
        return False


class WorkingScale:
    """Ranks of the working days of a calendar.

    Parameters
    ----------
    calendar
        Must cover all days counted.
    early
        How long before 24:00 a working day ends.
    received_at
        From when is counted.
    """

    def __init__(self, calendar: WorkCalendar, early: timedelta, received_at: datetime) -> None:
        self.calendar = calendar
        self.early = early
        self.received_at = received_at

    def place(self, at: datetime) -> int:
        """Rank of the last working day up to that of a time, its own included."""
        return self.calendar.rank(at)

    def length(self, by: timedelta) -> int:
        """Give whole days."""
        return by // _DAY

    def end(self, target: int) -> datetime:
        """Give the time at which the working day of this rank ends."""
        return self.calendar.end_of(target, self.received_at) - self.early

    def is_doubtful(self, end: datetime) -> bool:
        """Whether a day from the receipt to this end is not settled."""
        return self.calendar.has_doubt(self.received_at, end)


def scale_of(terms: LevelTerms, calendar: WorkCalendar, received_at: datetime) -> Scale:
    """Choose the scale of a level."""
    if terms.days:
        return WorkingScale(calendar, terms.early, received_at)
    return NaturalScale()
