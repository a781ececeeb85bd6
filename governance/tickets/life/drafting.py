"""Drafts the events of an act: each is tried on the ticket, and moves its clock where it must.

Nothing here reads or writes a store: whoever keeps tickets gives what is needed in a context.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from governance.book.rulings import Ruling
from governance.clocks.calendar import WorkCalendar
from governance.clocks.events import Clock
from governance.tickets.life.acts import Act
from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.life.clock import Calendars, clock_of, pause_state, timed_data
from governance.tickets.life.fold import fold
from governance.tickets.life.machine import TICKET_MACHINE, Machine
from governance.tickets.life.profile import LifeProfile
from governance.tickets.terms import EventKind
from governance.tickets.ticket import NewEvent, Ticket, TicketEvent

__all__ = ["Draft", "LifeContext", "Plan", "preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeContext:
    """What acts are decided with.

    Attributes
    ----------
    now
        The moment of the decision, with time zone.
    profile
        What the city rules.
    bodies
        Bodies of the active rule book.
    calendar
        The working calendar in force.
    calendars
        Gives the calendars that clocks name.
    ruling
        Gives a recorded ruling by its id; UnknownRulingError where there is none.
    decision
        Gives the document of a decision by its id.
    mask
        Masks personal data in free text; every text of an act goes through it.
    machine
        What may happen to a ticket.
    """

    now: datetime
    profile: LifeProfile
    bodies: BodyDirectory
    calendar: WorkCalendar
    calendars: Calendars
    ruling: Callable[[str], Ruling]
    decision: Callable[[str], Mapping[str, Any]]
    mask: Callable[[str], str]
    machine: Machine = TICKET_MACHINE


Plan = Callable[[Ticket, Any, LifeContext, "Draft"], None]
"""Checks an act and drafts its events."""


class Draft:
    """Events of one act, drafted one by one; the ticket is folded along.

    Parameters
    ----------
    ticket
        As it stands.
    act
        What is done.
    at
        When.
    context
        What acts are decided with.

    Attributes
    ----------
    ticket
        As the events drafted so far leave it.
    at
        When.
    events
        Those drafted so far.
    """

    def __init__(self, ticket: Ticket, act: Act, at: datetime, context: LifeContext) -> None:
        self.ticket = ticket
        self.at = at
        self.events: list[NewEvent] = []
        self._act = act
        self._context = context

    def add(self, kind: EventKind, data: Mapping[str, Any], *, decision: str = "") -> None:
        """Draft an event, and what it does to the clock where the state changes.

        A change of the state ends a pause, and begins one where the level stops in the new state.

        Raises
        ------
        TransitionError
            The ticket does not take it.
        """
        event = self._event(kind, data, decision)
        after = self._fold(event)
        if after.state != self.ticket.state:
            if self.ticket.is_paused and after.is_paused:
                self.resume()
                after = self._fold(event)
            self._keep(event, after)
            if after.clock and not after.is_paused and after.state in _pauses(after):
                self.pause(after.state)
        else:
            self._keep(event, after)

    def pause(self, state: str, because: str = "") -> None:
        """Draft that the clock stops, as the ticket entered a state in which its level stops."""
        said = {"state": state, "because": because}
        self._time(EventKind.PAUSED, lambda clock, at: clock.pause(at, state), said)

    def resume(self) -> None:
        """Draft that the clock runs on."""
        said = {"state": pause_state(self.ticket)}
        self._time(EventKind.RESUMED, lambda clock, at: clock.resume(at), said)

    def extend(self, by: timedelta, reason: str) -> None:
        """Draft that more time is granted."""
        said = {"by_s": by.total_seconds(), "reason": reason}
        self._time(EventKind.EXTENDED, lambda clock, at: clock.extend(at, by, reason), said)

    def recalendar(self, calendar: WorkCalendar, reason: str) -> None:
        """Draft that another working calendar counts."""
        said = {"calendar": calendar.version, "reason": reason}
        self._time(
            EventKind.RECALENDARED, lambda clock, at: clock.recalendar(at, calendar, reason), said
        )

    def _time(
        self, kind: EventKind, move: Callable[[Clock, datetime], Clock], said: Mapping[str, Any]
    ) -> None:
        clock = clock_of(self.ticket, self._context.calendars)
        # A request that its source received a moment ahead of this clock starts in the future.
        moved = move(clock, max(self.at, clock.events[-1].at))
        data = timed_data(moved, self._context.profile.waiting)
        event = self._event(kind, {**said, **data})
        self._keep(event, self._fold(event))

    def _event(self, kind: EventKind, data: Mapping[str, Any], decision: str = "") -> NewEvent:
        return NewEvent(
            kind=kind,
            at=self.at,
            actor=self._act.actor,
            unit=self._act.unit,
            decision=decision,
            data=dict(data),
        )

    def _fold(self, event: NewEvent) -> Ticket:
        return preview(self.ticket, [event], self._context)

    def _keep(self, event: NewEvent, after: Ticket) -> None:
        self.events.append(event)
        self.ticket = after


def _pauses(ticket: Ticket) -> Sequence[str]:
    pauses: Sequence[str] = ticket.clock["level"]["pauses"]
    return pauses


def preview(ticket: Ticket, events: Sequence[NewEvent], context: LifeContext) -> Ticket:
    """Give the ticket as events that are not recorded yet would leave it."""
    recorded = [
        TicketEvent(
            stream=ticket.id,
            seq=ticket.seq + place,
            kind=event.kind,
            at=event.at,
            recorded_at=context.now,
            actor=event.actor,
            unit=event.unit,
            decision=event.decision,
            data=event.data,
        )
        for place, event in enumerate(events, start=1)
    ]
    return fold(ticket, recorded, context.machine)
