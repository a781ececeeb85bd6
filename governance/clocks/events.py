"""The clock of one request: a deadline that moves with what happens to it.

A clock is its level, its calendar and its events, nothing else: the same events give the same
deadline, whenever they are read again.

**Natural** time stands still from the pause to the moment of resumption, to the second.

**Working** days that were left at the pause are counted again from the day after the resumption:
the day of the pause counts as used, that of the resumption does not, as the day of receipt does
not. A pause and its resumption on one day change nothing. Who had time left at the pause has it at
least until the end of the next working day that has not ended at the resumption.

A clock that has run out does not stop: a later pause is kept among the steps and moves nothing. An
extension must be asked for before. A new calendar counts everything again from the receipt, so that
a holiday declared late moves running deadlines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from governance.book.definition import Level
from governance.clocks.calendar import WorkCalendar
from governance.clocks.deadlines import LevelTerms, level_terms
from governance.clocks.scales import scale_of
from governance.errors import ClockError, NaiveTimeError
from governance.owner.answer import Deadline

__all__ = [
    "Clock",
    "ClockEvent",
    "ClockStep",
    "Extended",
    "Paused",
    "Recalendared",
    "Resumed",
    "Started",
]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Started:
    """The request came in."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """The request entered a state in which its clock stands still."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The request left that state."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Extended:
    """More time was granted: ``by`` in whole seconds, or whole days for working days.

    ``at`` is when the extension was asked for.
    """

    at: datetime
    by: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Recalendared:
    """Another working calendar counts: a schedule was published, or a holiday declared."""

    at: datetime
    calendar: WorkCalendar
    reason: str


ClockEvent = Started | Paused | Resumed | Extended | Recalendared
"""What can happen to a clock."""

_WHAT: dict[type[ClockEvent], str] = {
    Started: "start",
    Paused: "pause",
    Resumed: "resume",
    Extended: "extend",
    Recalendared: "recalendar",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """What an event did to the deadline.

    Attributes
    ----------
    at
        When, as the event says.
    what
        ``start``, ``pause``, ``resume``, ``extend`` or ``recalendar``.
    due_at_before, due_at_after
        The deadline in China time; None while the clock stands, and before the start.
    why
        The state of a pause, or the reason given; empty for the others.
    calendar
        Version of the calendar that counts after it.
    is_provisional
        Whether a day counted for ``due_at_after`` is not settled.
    had_run_out
        Whether the time was up when it happened.
    """

    at: datetime
    what: str
    due_at_before: datetime | None
    due_at_after: datetime | None
    why: str
    calendar: str
    is_provisional: bool
    had_run_out: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one request; immutable, every event gives a new one.

    Parameters
    ----------
    level
        The response level.
    first_calendar
        The calendar that counted at the start.
    events
        In the order of time, the first a :class:`Started`.

    Attributes
    ----------
    steps
        One for each event.
    calendar
        The calendar that counts now.

    Raises
    ------
    ClockError
        The events contradict each other: none or two starts, a time before the one ahead, a pause
        within a pause or in a state in which the level does not stop, a resumption without pause,
        an extension of nothing or after the time was up.
    LevelError, NaiveTimeError, CalendarRangeError
        As of :func:`governance.clocks.deadlines.due`.

    Notes
    -----
    Cost O(events), and again for each change of the calendar.
    """

    level: Level
    first_calendar: WorkCalendar
    events: tuple[ClockEvent, ...]
    steps: tuple[ClockStep, ...] = field(init=False)
    calendar: WorkCalendar = field(init=False)

    def __post_init__(self) -> None:
        """Run the events."""
        calendar, steps = _run(level_terms(self.level), self.first_calendar, self.events)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "calendar", calendar)

    @classmethod
    def start(cls, level: Level, at: datetime, calendar: WorkCalendar) -> "Clock":
        """Start the clock of a request received ``at``."""
        return cls(level, calendar, (Started(at),))

    def pause(self, at: datetime, state: str) -> "Clock":
        """Stop the clock, as the request entered ``state``, one of ``level.pauses``."""
        return self._with(Paused(at, state))

    def resume(self, at: datetime) -> "Clock":
        """Let the clock run on."""
        return self._with(Resumed(at))

    def extend(self, at: datetime, by: timedelta, reason: str) -> "Clock":
        """Grant more time, asked for ``at``."""
        return self._with(Extended(at, by, reason))

    def recalendar(self, at: datetime, calendar: WorkCalendar, reason: str) -> "Clock":
        """Count by another calendar, from the receipt on."""
        return self._with(Recalendared(at, calendar, reason))

    @property
    def due_at(self) -> datetime | None:
        """Until when the answer is due; None while the clock stands."""
        return self.steps[-1].due_at_after

    @property
    def is_paused(self) -> bool:
        """Whether the request is in a state that stops the clock, also where it had run out."""
        return _open_pause(self.events) is not None

    @property
    def deadline(self) -> Deadline | None:
        """The deadline as owners' answers have it; None while the clock stands.

        ``limit_s`` is that of the level, without pauses and extensions.
        """
        step = self.steps[-1]
        if step.due_at_after is None:
            return None
        return Deadline(
            level=self.level.key,
            level_name=self.level.name,
            limit_s=self.level.limit.total_seconds(),
            clock=self.level.clock,
            due_at=step.due_at_after,
            calendar=step.calendar,
            is_provisional=step.is_provisional,
        )

    def _with(self, event: ClockEvent) -> "Clock":
        return replace(self, events=(*self.events, event))


class _Count:
    """The count of one clock by one calendar; takes events that are known to be in order."""

    def __init__(self, terms: LevelTerms, calendar: WorkCalendar, received_at: datetime) -> None:
        self.scale = scale_of(terms, calendar, received_at)
        self.target = self.scale.place(received_at) + self.scale.length(terms.level.limit)
        self.left: int | None = None

    def due_at(self) -> datetime | None:
        return self.scale.end(self.target) if self.left is None else None

    def has_run_out(self, at: datetime) -> bool:
        due_at = self.due_at()
        return due_at is not None and at >= due_at

    def is_doubtful(self) -> bool:
        due_at = self.due_at()
        return due_at is not None and self.scale.is_doubtful(due_at)

    def apply(self, event: ClockEvent) -> None:
        if isinstance(event, Paused):
            if not self.has_run_out(event.at):
                self.left = self.target - self.scale.place(event.at)
        elif isinstance(event, Resumed) and self.left is not None:
            self.target = self.scale.place(event.at) + self.left
            self.left = None
            # The last day was over, or its office closed, while the clock stood.
            if self.has_run_out(event.at):
                self.target += 1
        elif isinstance(event, Extended):
            by = self.scale.length(event.by)
            if self.left is None:
                self.target += by
            else:
                self.left += by


def _run(
    terms: LevelTerms, calendar: WorkCalendar, events: Sequence[ClockEvent]
) -> tuple[WorkCalendar, tuple[ClockStep, ...]]:
    if not events:
        raise ClockError("start", "no time", "a clock has at least its start")
    count: _Count | None = None
    steps: list[ClockStep] = []
    for place, event in enumerate(events):
        past = events[:place]
        _check_order(past, event)
        before, had_run_out = None, False
        if count is not None:
            before, had_run_out = count.due_at(), count.has_run_out(event.at)
            _check_event(past, event, terms, had_run_out=had_run_out)
        if count is None or isinstance(event, Recalendared):
            calendar = event.calendar if isinstance(event, Recalendared) else calendar
            count = _Count(terms, calendar, events[0].at)
            for old in past:
                count.apply(old)
        else:
            count.apply(event)
        steps.append(
            ClockStep(
                at=event.at,
                what=_WHAT[type(event)],
                due_at_before=before,
                due_at_after=count.due_at(),
                why=_why(event),
                calendar=calendar.version,
                is_provisional=count.is_doubtful(),
                had_run_out=had_run_out,
            )
        )
    return calendar, tuple(steps)


def _why(event: ClockEvent) -> str:
    if isinstance(event, Paused):
        return event.state
    return event.reason if isinstance(event, Extended | Recalendared) else ""


def _refuse(event: ClockEvent, problem: str) -> ClockError:
    return ClockError(_WHAT[type(event)], event.at.isoformat(), problem)


def _check_order(past: Sequence[ClockEvent], event: ClockEvent) -> None:
    if event.at.utcoffset() is None:
        raise NaiveTimeError(f"{_WHAT[type(event)]} at", event.at.isoformat())
    if not past and not isinstance(event, Started):
        raise _refuse(event, "the clock has not started; the first event is its start")
    if past and isinstance(event, Started):
        raise _refuse(event, f"the clock runs since {past[0].at.isoformat()}; it starts once")
    if past and event.at < past[-1].at:
        raise _refuse(event, f"lies before the event ahead, at {past[-1].at.isoformat()}")


def _check_event(
    past: Sequence[ClockEvent], event: ClockEvent, terms: LevelTerms, *, had_run_out: bool
) -> None:
    pause = _open_pause(past)
    if isinstance(event, Paused):
        pauses = terms.level.pauses
        if pause is not None:
            raise _refuse(event, f"it stands already, since {pause.at.isoformat()}; resume first")
        if event.state not in pauses:
            known = ", ".join(pauses) or "none"
            problem = f"level {terms.level.key!r} does not stop in state {event.state!r}"
            raise _refuse(event, f"{problem}; states in which it stops: {known}")
    elif isinstance(event, Resumed):
        if pause is None:
            raise _refuse(event, "it runs; only a clock that stands can be resumed")
    elif isinstance(event, Extended):
        unit = _DAY if terms.days else timedelta(seconds=1)
        if event.by <= timedelta(0) or event.by % unit:
            words = "whole days, as the level counts working days" if terms.days else "seconds"
            raise _refuse(event, f"by {event.by}: give {words}, more than none")
        if had_run_out:
            raise _refuse(event, "the time was up; an extension is asked for before")


def _open_pause(past: Iterable[ClockEvent]) -> Paused | None:
    pause: Paused | None = None
    for event in past:
        if isinstance(event, Paused):
            pause = event
        elif isinstance(event, Resumed):
            pause = None
    return pause
