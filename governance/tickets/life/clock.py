"""The clock of a ticket: made from its document, moved by events, written back, explained."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from governance.book.definition import Level
from governance.book.store import GovernanceStore
from governance.clocks.calendar import WorkCalendar
from governance.clocks.events import (
    Clock,
    ClockEvent,
    Extended,
    Paused,
    Recalendared,
    Resumed,
    Started,
)
from governance.owner.answer import Deadline
from governance.tickets.errors import TicketError
from governance.tickets.life.clock_words import Names, say_recount, say_start, say_step
from governance.tickets.ticket import Ticket

__all__ = [
    "CalendarShelf",
    "Calendars",
    "clock_fields",
    "clock_of",
    "level_document",
    "level_of",
    "owned_clock",
    "pause_state",
    "restarted_clock",
    "started_clock",
    "timed_data",
]

Calendars = Callable[[str], WorkCalendar]
"""Gives the working calendar of a version; UnknownCalendarError where none is kept."""

_NO_CLOCK: dict[str, Any] = {"level": "", "due_at": None, "due_is_provisional": False, "clock": {}}


class CalendarShelf:
    """Working calendars by version, read from the store once each.

    Parameters
    ----------
    store
        Keeps the calendars.
    """

    def __init__(self, store: GovernanceStore) -> None:
        self._store = store
        self._found: dict[str, WorkCalendar] = {}

    def __call__(self, version: str) -> WorkCalendar:
        """Give a calendar; UnknownCalendarError where none of the version is kept."""
        found = self._found.get(version)
        if found is None:
            found = WorkCalendar.from_rows(self._store.calendar_rows(version))
            self._found[version] = found
        return found

    def in_force(self) -> WorkCalendar:
        """Give the calendar in force; UnknownCalendarError where none was kept."""
        return self(self._store.calendar_in_force())


# -- documents ----------------------------------------------------------------------------


def level_document(level: Level) -> dict[str, Any]:
    """Write a level as JSON values; :func:`level_of` reads them back."""
    return {
        "key": level.key,
        "name": level.name,
        "name_en": level.name_en,
        "limit_s": level.limit.total_seconds(),
        "clock": level.clock,
        "pauses": list(level.pauses),
        "ends_at": level.ends_at,
    }


def level_of(document: Mapping[str, Any]) -> Level:
    """Read a level from JSON values; the same object for the same values."""
    return _level(
        document["key"],
        document["name"],
        document["name_en"],
        float(document["limit_s"]),
        document["clock"],
        tuple(document["pauses"]),
        document["ends_at"],
    )


@lru_cache(maxsize=1024)
def _level(
    key: str,
    name: str,
    name_en: str,
    limit_s: float,
    clock: str,
    pauses: tuple[str, ...],
    ends_at: str,
) -> Level:
    limit = timedelta(seconds=limit_s)
    return Level(
        key=key,
        name=name,
        name_en=name_en,
        limit=limit,
        clock=clock,
        pauses=pauses,
        ends_at=ends_at,
    )


def _write(event: ClockEvent) -> dict[str, Any]:
    at = event.at.isoformat()
    if isinstance(event, Started):
        return {"what": "start", "at": at}
    if isinstance(event, Paused):
        return {"what": "pause", "at": at, "state": event.state}
    if isinstance(event, Resumed):
        return {"what": "resume", "at": at}
    if isinstance(event, Extended):
        by_s = event.by.total_seconds()
        return {"what": "extend", "at": at, "by_s": by_s, "reason": event.reason}
    version = event.calendar.version
    return {"what": "recalendar", "at": at, "calendar": version, "reason": event.reason}


def _read(event: Mapping[str, Any], calendars: Calendars) -> ClockEvent:
    at, what = datetime.fromisoformat(event["at"]), event["what"]
    if what == "start":
        return Started(at)
    if what == "pause":
        return Paused(at, event["state"])
    if what == "resume":
        return Resumed(at)
    if what == "extend":
        return Extended(at, timedelta(seconds=event["by_s"]), event["reason"])
    if what == "recalendar":
        return Recalendared(at, calendars(event["calendar"]), event["reason"])
    raise TicketError("clock event", what, "one of start, pause, resume, extend, recalendar")


def clock_of(ticket: Ticket, calendars: Calendars) -> Clock:
    """Make the clock of a ticket again.

    Parameters
    ----------
    ticket
        Has a clock.
    calendars
        Those that it names.

    Raises
    ------
    TicketError
        It has no clock.
    UnknownCalendarError
        A calendar that it names is not kept.
    """
    document = ticket.clock
    if not document:
        raise TicketError("clock", ticket.id, "the ticket has none: its owner has no level")
    events = tuple(_read(event, calendars) for event in document["events"])
    return Clock(level_of(document["level"]), calendars(document["calendar"]), events)


def clock_fields(clock: Clock) -> dict[str, Any]:
    """Write a clock as the fields of a ticket: ``level``, ``due_at``, ``clock`` and so on."""
    return {
        "level": clock.level.key,
        "due_at": _iso(clock.due_at),
        "due_is_provisional": clock.steps[-1].is_provisional,
        "clock": {
            "level": level_document(clock.level),
            "calendar": clock.first_calendar.version,
            "events": [_write(event) for event in clock.events],
        },
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


# -- what an owner brings -----------------------------------------------------------------


def started_clock(level: Level, deadline: Deadline, received_at: datetime) -> dict[str, Any]:
    """Write the clock of a new ticket from the deadline that its owner's answer has already.

    The same as a clock started at the receipt, without counting again; cost about 2 us.
    """
    return {
        "level": level.key,
        "due_at": deadline.due_at.isoformat(),
        "due_is_provisional": deadline.is_provisional,
        "clock": {
            "level": level_document(level),
            "calendar": deadline.calendar,
            "events": [{"what": "start", "at": received_at.isoformat()}],
        },
    }


def owned_clock(
    ticket: Ticket, level: Level | None, calendar: WorkCalendar, at: datetime, names: Names
) -> dict[str, Any]:
    """Write the clock that a newly decided owner or category brings to a ticket.

    Parameters
    ----------
    ticket
        As it stands.
    level
        Level of the category; None where nobody answers or the category is not known.
    calendar
        The working calendar in force.
    at
        When the owner was decided.
    names
        Names of the waiting states, as the profile has them.

    Returns
    -------
    dict
        Fields for the event ``owned``. The same level leaves the clock as it is. Another one
        counts from the receipt, or from where the old one began: times in which the ticket stood
        in a state that the new level stops for too do not count, extensions fall away, and
        ``due_at_before``, ``why_zh`` and ``why_en`` say so.

    Raises
    ------
    LevelError, CalendarRangeError, ClockError
        The clock of the level cannot run.
    """
    if level is None:
        return dict(_NO_CLOCK)
    old = ticket.clock
    if old and old["level"] == level_document(level):
        return {
            "level": ticket.level,
            "due_at": _iso(ticket.due_at),
            "due_is_provisional": ticket.due_is_provisional,
            "clock": old,
        }
    events = old.get("events", ())
    start = datetime.fromisoformat(events[0]["at"]) if events else ticket.received_at
    clock = Clock(level, calendar, (Started(start), *_kept(events, level)))
    if ticket.state in level.pauses and not clock.is_paused:
        clock = clock.pause(max(at, clock.events[-1].at), ticket.state)
    if not old:
        return clock_fields(clock)
    zh, en = say_recount(level_of(old["level"]), ticket.due_at, clock, names)
    before = _iso(ticket.due_at)
    return clock_fields(clock) | {"due_at_before": before, "why_zh": zh, "why_en": en}


def _kept(events: Iterable[Mapping[str, Any]], level: Level) -> list[ClockEvent]:
    """Pauses, with their ends, in states that a level stops for."""
    kept: list[ClockEvent] = []
    is_kept = False
    for event in events:
        at = datetime.fromisoformat(event["at"])
        if event["what"] == "pause":
            is_kept = event["state"] in level.pauses
            if is_kept:
                kept.append(Paused(at, event["state"]))
        elif event["what"] == "resume" and is_kept:
            kept.append(Resumed(at))
            is_kept = False
    return kept


# -- what happens to a clock --------------------------------------------------------------


def pause_state(ticket: Ticket) -> str:
    """Give the state for which the clock of a ticket stands; empty where it does not stand."""
    if not ticket.is_paused:
        return ""
    pauses = [event for event in ticket.clock["events"] if event["what"] == "pause"]
    return str(pauses[-1]["state"])


def timed_data(clock: Clock, names: Names) -> dict[str, Any]:
    """Write what the last event of a clock did, as data of an event of the ticket.

    Parameters
    ----------
    clock
        With the event.
    names
        Names of the waiting states.

    Returns
    -------
    dict
        ``clock_events`` (all of them), ``due_at``, ``due_is_provisional``, ``is_paused``,
        ``due_at_before``, ``due_at_after``, and the explanation ``why_zh``, ``why_en``.
    """
    step = clock.steps[-1]
    zh, en = say_step(clock, names)
    fields = clock_fields(clock)
    return {
        "clock_events": fields["clock"]["events"],
        "due_at": fields["due_at"],
        "due_is_provisional": step.is_provisional,
        "is_paused": clock.is_paused,
        "due_at_before": _iso(step.due_at_before),
        "due_at_after": _iso(step.due_at_after),
        "why_zh": zh,
        "why_en": en,
    }


def restarted_clock(ticket: Ticket, calendar: WorkCalendar, at: datetime) -> dict[str, Any]:
    """Write the clock of a reopened ticket whose level counts again from the reopening."""
    clock = Clock.start(level_of(ticket.clock["level"]), at, calendar)
    zh, en = say_start(clock)
    before = _iso(ticket.due_at)
    return clock_fields(clock) | {"due_at_before": before, "why_zh": zh, "why_en": en}
