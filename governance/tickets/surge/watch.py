"""Watch the stream of tickets: propose incidents, let them grow, end them when it is quiet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray, Progress
from governance.clocks.calendar import CHINA_TIME
from governance.errors import NaiveTimeError
from governance.owner.decisions import prepare_decision
from governance.owner.resolver import OwnerResolver
from governance.tickets.cells import category_group
from governance.tickets.errors import StaleTicketError, UnknownIncidentError
from governance.tickets.store import Change, TicketStore
from governance.tickets.surge.baseline import Baseline
from governance.tickets.surge.building import build_baseline
from governance.tickets.surge.circles import Circle, enclosing
from governance.tickets.surge.columns import TicketColumns
from governance.tickets.surge.detector import Surge, find_surges
from governance.tickets.surge.drafting import circle_of, draft_incident, grown, incident_data
from governance.tickets.surge.moments import days_of, moments_of
from governance.tickets.surge.profile import SurgeProfile, default_profile
from governance.tickets.surge.reading import read_history, read_open
from governance.tickets.terms import EventKind, IncidentState
from governance.tickets.ticket import Incident, NewEvent, Ticket

__all__ = ["Looked", "SurgeWatch"]

_ACTOR = "xiaqu"
_TRIES = 8
_PAGE = 1000
_RUNNING = (IncidentState.PROPOSED, IncidentState.CONFIRMED)
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Looked:
    """What came of a look.

    Attributes
    ----------
    proposed, grew, ended
        Incidents as they stand after it.
    is_learning
        The history is too short to know what is ordinary: nothing was looked for.
    """

    proposed: list[Incident] = field(default_factory=list)
    grew: list[Incident] = field(default_factory=list)
    ended: list[Incident] = field(default_factory=list)
    is_learning: bool = False


class SurgeWatch:
    """Looks at the last hours of a city again and again.

    Any number of processes may look at the same store: what one has done the others find done.
    Each incident is proposed together with its tickets in one transaction that fails when any of
    them was touched meanwhile; then the look begins again with what is there by then.

    Parameters
    ----------
    tickets
        The store.
    resolver
        Gives who names owners now; None where no rules are in force.
    profile
        Values; those of the package for None.
    """

    def __init__(
        self,
        tickets: TicketStore,
        resolver: Callable[[], OwnerResolver | None],
        profile: SurgeProfile | None = None,
    ) -> None:
        self._tickets = tickets
        self._resolver = resolver
        self._profile = profile or default_profile()
        self._lock = Lock()
        self._learnt_until: datetime | None = None
        self._baseline: Baseline | None = None

    def look(self, now: datetime) -> Looked:
        """Look once.

        Parameters
        ----------
        now
            With time zone. Tickets received later are passed over.

        Returns
        -------
        looked
            What was done. Looking again at once does nothing more.

        Raises
        ------
        NaiveTimeError
            ``now`` has no time zone.
        StaleTicketError
            Others changed the same tickets in between, eight times in a row.

        Notes
        -----
        The first look of a day measures what is ordinary, see :func:`build_baseline`; each reads
        the tickets of the last day that belong to no incident.
        """
        if now.utcoffset() is None:
            raise NaiveTimeError("now", now.isoformat())
        looked = Looked()
        with self._lock:
            for left in reversed(range(_TRIES)):
                try:
                    self._look(now, looked)
                except StaleTicketError:
                    if not left:
                        raise
                else:
                    break
        return looked

    def look_back(
        self,
        since: datetime,
        until: datetime,
        *,
        every: timedelta = timedelta(minutes=5),
        progress: Progress | None = None,
    ) -> Looked:
        """Look at a span of the past as if it were now: for tickets that are taken in late.

        Parameters
        ----------
        since, until
            With time zone.
        every
            How far apart the moments of looking are. Those at which no ticket came in since the
            moment before are passed over.
        progress
            Called as ``progress("surges", days done, days in all)``.

        Returns
        -------
        looked
            All that was done; each incident as it stood when it was proposed, grew or ended.

        Raises
        ------
        NaiveTimeError, StaleTicketError
            As of :meth:`look`.

        Notes
        -----
        Events say when they would have happened. Ten milliseconds for each moment in a city with
        a thousand tickets a day, more while an incident runs.
        """
        for name, moment in (("since", since), ("until", until)):
            if moment.utcoffset() is None:
                raise NaiveTimeError(name, moment.isoformat())
        everything = Looked()
        days = list(days_of(since, until))
        for done, (start, end) in enumerate(days, start=1):
            self._look_at_day(start, end, every, everything)
            if progress is not None:
                progress("surges", done, len(days))
        return everything

    def _look_at_day(
        self, start: datetime, end: datetime, every: timedelta, everything: Looked
    ) -> None:
        profile = self._profile
        baseline = self._learn(start)
        everything.is_learning |= baseline is None
        recent = self._read(start, end)
        is_running = self._is_running()
        for now in moments_of(recent.time_s, start, end, every):
            if not is_running:
                # In memory, until there is something: hardly any moment has anything.
                if baseline is None:
                    continue
                if not find_surges(recent, baseline, now.timestamp(), profile):
                    continue
            looked = self.look(now)
            everything.proposed += looked.proposed
            everything.grew += looked.grew
            everything.ended += looked.ended
            is_running = self._is_running()
            if looked.proposed or looked.grew:
                recent = self._read(start, end)

    def _read(self, start: datetime, end: datetime) -> TicketColumns:
        """Read what a look at a moment from ``start`` up to ``end`` can see."""
        since = start - self._profile.level_h * _HOUR
        until = end + timedelta(microseconds=1)  # spans of the store do not hold their end
        return read_open(self._tickets.store, since, until, self._profile.layers)

    def _is_running(self) -> bool:
        return bool(self._tickets.incidents(states=_RUNNING, limit=1).incidents)

    # -- one look -----------------------------------------------------------------------------

    def _look(self, now: datetime, looked: Looked) -> None:
        profile = self._profile
        recent = self._read(now, now)
        running = list(self._incidents(_RUNNING, now - 24 * _HOUR - profile.quiet_h * _HOUR))
        is_open = np.ones(len(recent), dtype=bool)
        for k, incident in enumerate(running):
            rows = np.flatnonzero(is_open & self._belongs(recent, incident))
            if len(rows):
                running[k] = self._grow(incident, _ids(recent, rows), now, looked)
                is_open[rows] = False
        baseline = self._learn(now)
        looked.is_learning = baseline is None
        if baseline is not None:
            waiting = recent.take(is_open)
            for surge in find_surges(waiting, baseline, now.timestamp(), profile):
                self._take(surge, waiting, running, now, looked)
        for incident in self._incidents(_RUNNING, None):
            if incident.last_at + profile.quiet_h * _HOUR < now:
                self._end(incident, now, looked)

    def _learn(self, now: datetime) -> Baseline | None:
        """Measure what is ordinary once a day, up to the last midnight in China."""
        midnight = now.astimezone(CHINA_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
        if self._learnt_until != midnight:
            span = timedelta(weeks=self._profile.weeks)
            history = read_history(
                self._tickets.store, midnight - span, midnight, self._profile.layers
            )
            self._baseline = build_baseline(history, midnight.timestamp(), self._profile)
            self._learnt_until = midnight
        return self._baseline

    def _incidents(
        self, states: Sequence[IncidentState], since: datetime | None
    ) -> Iterator[Incident]:
        cursor = ""
        while True:
            page = self._tickets.incidents(states=states, since=since, limit=_PAGE, cursor=cursor)
            yield from page.incidents
            cursor = page.cursor
            if not cursor:
                return

    def _belongs(self, recent: TicketColumns, incident: Incident) -> BoolArray:
        """Tell which tickets belong to an incident: group, place and time fit."""
        since = incident.first_at - self._profile.lead_h * _HOUR
        until = incident.last_at + self._profile.quiet_h * _HOUR
        return _near(
            recent, incident.category_group, circle_of(incident), self._profile.reach_m
        ) & _between(recent, since.timestamp(), until.timestamp())

    def _take(
        self,
        surge: Surge,
        waiting: TicketColumns,
        running: list[Incident],
        now: datetime,
        looked: Looked,
    ) -> None:
        """Add a surge to the incident that it touches, or propose one."""
        for k, incident in enumerate(running):
            if _touches(incident, surge, self._profile.join_m):
                circle = enclosing(circle_of(incident), surge.circle)
                if circle.radius_m <= self._profile.most_radius_m:
                    running[k] = self._grow(incident, surge.tickets, now, looked, circle)
                    return
        dismissed = self._incidents(
            (IncidentState.DISMISSED,), now - self._profile.dismissed_h * _HOUR
        )
        if any(_touches(incident, surge, self._profile.reach_m) for incident in dismissed):
            return
        self._propose(surge, waiting, running, now, looked)

    def _propose(
        self,
        surge: Surge,
        waiting: TicketColumns,
        running: list[Incident],
        now: datetime,
        looked: Looked,
    ) -> None:
        around = _near(waiting, surge.category_group, surge.circle, self._profile.reach_m)
        around &= _between(waiting, surge.first_s - 3600.0 * self._profile.lead_h, now.timestamp())
        ids = sorted({*surge.tickets, *_ids(waiting, np.flatnonzero(around))})
        tickets = self._tickets.tickets(ids)
        draft = draft_incident(surge, list(tickets.values()), self._resolver(), now)
        incident = draft.incident
        if self._is_known(incident.id):
            return  # proposed once, dismissed or ended: a person has it in hand
        prepared = [] if draft.answer is None else [prepare_decision(draft.answer)]
        event = NewEvent(
            kind=EventKind.PROPOSED,
            at=now,
            actor=_ACTOR,
            decision=prepared[0].id if prepared else "",
            data=incident_data(incident),
        )
        changes = [(incident.id, 0, [event]), *_attachments(incident.id, tickets.values(), now)]
        stored = self._tickets.append_many(changes, decisions=prepared)[0]
        looked.proposed.append(cast("Incident", stored))
        running.append(cast("Incident", stored))

    def _is_known(self, incident: str) -> bool:
        try:
            self._tickets.incident(incident)
        except UnknownIncidentError:
            return False
        return True

    def _grow(
        self,
        incident: Incident,
        ids: Sequence[str],
        now: datetime,
        looked: Looked,
        circle: Circle | None = None,
    ) -> Incident:
        tickets = self._tickets.tickets(ids)
        after = grown(incident, tickets.values(), len(tickets), now, circle)
        event = NewEvent(kind=EventKind.GREW, at=now, actor=_ACTOR, data=incident_data(after))
        changes = [
            (incident.id, incident.seq, [event]),
            *_attachments(incident.id, tickets.values(), now),
        ]
        stored = cast("Incident", self._tickets.append_many(changes)[0])
        looked.grew.append(stored)
        return stored

    def _end(self, incident: Incident, now: datetime, looked: Looked) -> None:
        hours = f"{self._profile.quiet_h:g}"
        because = f"{hours}小时没有新的诉求 / no new request for {hours} h"
        event = NewEvent(kind=EventKind.ENDED, at=now, actor=_ACTOR, data={"because": because})
        stored = self._tickets.append(incident.id, incident.seq, [event])
        looked.ended.append(cast("Incident", stored))


def _touches(incident: Incident, surge: Surge, reach_m: float) -> bool:
    """Tell whether a surge is of the group of an incident and so near it."""
    is_same = incident.category_group == surge.category_group
    return is_same and circle_of(incident).touches(surge.circle, reach_m)


def _attachments(incident: str, tickets: Iterable[Ticket], now: datetime) -> list[Change]:
    event = NewEvent(kind=EventKind.ATTACHED, at=now, actor=_ACTOR, data={"incident": incident})
    return [(ticket.id, ticket.seq, [event]) for ticket in tickets]


def _ids(columns: TicketColumns, rows: NDArray[np.int64]) -> list[str]:
    return [str(one) for one in columns.ids[rows]]


def _near(columns: TicketColumns, group: str, circle: Circle, reach_m: float) -> BoolArray:
    """Tell which tickets are of a group and in a circle or at most so far outside."""
    same = np.array([category_group(str(one)) == group for one in columns.category], dtype=bool)
    return same & circle.holds(columns.lon, columns.lat, reach_m)


def _between(columns: TicketColumns, since_s: float, until_s: float) -> BoolArray:
    inside: BoolArray = (columns.time_s >= since_s) & (columns.time_s <= until_s)
    return inside
