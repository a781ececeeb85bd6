"""The desk: reads a ticket, decides an act, records its events, and tries again when overtaken."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from boundaries.store import BoundaryStore
from governance.book.store import GovernanceStore
from governance.clocks.calendar import WorkCalendar
from governance.clocks.deadlines import WORKING
from governance.errors import GovernanceError
from governance.owner.decisions import DecisionStore
from governance.owner.resolver import OwnerResolver
from governance.tickets.errors import StaleTicketError, TicketError
from governance.tickets.life.actions import LifeContext, decide, preview
from governance.tickets.life.acts import Act, Merge, Recalendar
from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.life.clock import CalendarShelf
from governance.tickets.life.profile import LifeProfile, default_life_profile
from governance.tickets.privacy.mask import mask
from governance.tickets.privacy.vault import known_words
from governance.tickets.search import RUNNING_STATES, TicketQuery
from governance.tickets.store import TicketStore
from governance.tickets.terms import TicketState
from governance.tickets.ticket import NewEvent, Ticket

__all__ = ["Outcome", "RecalendarReport", "TicketDesk"]

_TRIES = 24
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.005, 0.2
_BATCH = 500
_MOST_FAILED = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many acts.

    Attributes
    ----------
    id
        The ticket.
    ticket
        As the act leaves it; None where it was refused.
    error
        Why it was refused; None where it was not.
    """

    id: str
    ticket: Ticket | None
    error: GovernanceError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalendarReport:
    """What a new calendar did to running deadlines.

    Attributes
    ----------
    calendar
        Its version.
    n_running
        Tickets in states in which a deadline can be missed.
    n_counted
        Those of them that count working days by another calendar, and were counted again.
    n_moved
        Those of them whose deadline is another one now.
    n_failed
        Those that could not be counted again.
    failed
        Id and reason of the first hundred of these.
    """

    calendar: str
    n_running: int
    n_counted: int
    n_moved: int
    n_failed: int
    failed: tuple[tuple[str, str], ...]


class TicketDesk:
    """Does to tickets what people and units ask for. Threads may share it.

    Parameters
    ----------
    store
        Keeps tickets.
    resolver
        Gives what answers for owners now, for the names of bodies and the calendar in force; None
        where no rule book is active.
    profile
        What the city rules; None for the profile that comes with the package.
    governance
        Keeps calendars and rulings.
    decisions
        Keeps decisions.
    now
        Gives the present moment.
    """

    def __init__(
        self,
        store: TicketStore,
        resolver: Callable[[], OwnerResolver | None],
        profile: LifeProfile | None = None,
        *,
        governance: GovernanceStore,
        decisions: DecisionStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.profile = profile or default_life_profile()
        self._resolver = resolver
        self._governance = governance
        self._decisions = decisions
        self._now = now
        self._shelf = CalendarShelf(governance)
        self._known: tuple[OwnerResolver, BodyDirectory] | None = None

    @classmethod
    def of(
        cls,
        store: BoundaryStore,
        resolver: Callable[[], OwnerResolver | None],
        profile: LifeProfile | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Make a desk over one store that keeps everything."""
        return cls(
            TicketStore(store),
            resolver,
            profile,
            governance=GovernanceStore(store),
            decisions=DecisionStore(store),
            now=now,
        )

    @property
    def bodies(self) -> BodyDirectory:
        """Bodies of the active rule book; none where no book is active."""
        resolver = self._resolver()
        if resolver is None:
            return BodyDirectory(())
        known = self._known
        if known is None or known[0] is not resolver:
            known = self._known = (resolver, BodyDirectory(resolver.book.bodies))
        return known[1]

    def context(self, ticket: Ticket) -> LifeContext:
        """Give what acts on a ticket are decided with.

        Raises
        ------
        UnknownCalendarError
            No rule book is active and no calendar was kept.
        """
        resolver = self._resolver()
        return LifeContext(
            now=self._now(),
            profile=self.profile,
            bodies=self.bodies,
            calendar=self._shelf.in_force() if resolver is None else resolver.calendar,
            calendars=self._shelf,
            ruling=self._governance.ruling,
            decision=lambda decision: self._decisions.get(decision).document,
            mask=_Masking(self.store, ticket.id),
        )

    def act(self, ticket: str, act: Act, *, seq: int | None = None) -> Ticket:
        """Do one thing to one ticket.

        Parameters
        ----------
        ticket
            Its id.
        act
            What is done.
        seq
            Number of its events that the asker saw; None where that does not matter.

        Returns
        -------
        Ticket
            As the act leaves it. When this returns, its events are on disk.

        Raises
        ------
        UnknownTicketError
            There is no such ticket.
        StaleTicketError
            It has other than ``seq`` events; or others change it faster than this can decide.
        TransitionError, TimeOrderError, ReturnLimitError, TicketError, ClockError
            As of :func:`governance.tickets.life.actions.decide`.
        UnknownRulingError
            The act names a ruling that there is none of.
        """
        for tried in range(1, _TRIES + 1):
            found = self.store.ticket(ticket)
            if seq is not None and found.seq != seq:
                raise StaleTicketError(ticket, seq, found.seq)
            watched = self._watched(act)
            events = decide(found, act, self.context(found))
            try:
                # A ticket that the act only looks at must not change meanwhile either.
                done = self.store.append_many([(ticket, found.seq, events), *watched])[0]
            except StaleTicketError:
                if seq is not None or tried == _TRIES:
                    raise
                _step_back(tried)
            else:
                return _as_ticket(done)
        raise AssertionError  # the last try returns or raises

    def act_many(self, acts: Sequence[tuple[str, Act]]) -> list[Outcome]:
        """Do many things; each is done or refused by itself.

        Parameters
        ----------
        acts
            Ids of tickets and what is done to them, in this order; the same ticket may occur more
            than once.

        Returns
        -------
        list of Outcome
            In the order of ``acts``.

        Notes
        -----
        What is done is recorded in one transaction. Where others change the tickets meanwhile,
        each act is done by itself. Merges are always done by themselves.
        """
        outcomes: list[Outcome | None] = [None] * len(acts)
        plain = [place for place, (_ticket, act) in enumerate(acts) if not isinstance(act, Merge)]
        if len(plain) < len(acts):
            plain = []
        found = self.store.existing({acts[place][0] for place in plain})
        changes: list[tuple[str, int, Sequence[NewEvent]]] = []
        places: list[int] = []
        for place in plain:
            name, act = acts[place]
            if name not in found:
                continue  # refused below, with the error that names it
            ticket = found[name]
            try:
                context = self.context(ticket)
                events = decide(ticket, act, context)
            except GovernanceError as error:
                outcomes[place] = Outcome(name, None, error)
                continue
            changes.append((name, ticket.seq, events))
            places.append(place)
            found[name] = preview(ticket, events, context)
        try:
            done = self.store.append_many(changes)
        except StaleTicketError:
            outcomes, done = [None] * len(acts), []
        for place, ticket_done in zip(places, done, strict=False):
            outcomes[place] = Outcome(acts[place][0], _as_ticket(ticket_done), None)
        return [
            self._one(*acts[place]) if outcome is None else outcome
            for place, outcome in enumerate(outcomes)
        ]

    def _one(self, ticket: str, act: Act) -> Outcome:
        try:
            return Outcome(ticket, self.act(ticket, act), None)
        except GovernanceError as error:
            return Outcome(ticket, None, error)

    def _watched(self, act: Act) -> list[tuple[str, int, Sequence[NewEvent]]]:
        """Check the ticket that another one is merged into."""
        if not isinstance(act, Merge):
            return []
        into = self.store.ticket(act.into)
        if into.merged_into:
            problem = f"was merged into {into.merged_into}; merge into that one"
            raise TicketError("into", act.into, problem)
        if into.state == TicketState.CLOSED:
            raise TicketError("into", act.into, "is closed; reopen it first")
        return [(into.id, into.seq, ())]

    def recalendar_running(
        self, calendar: WorkCalendar, reason: str, *, actor: str = "xiaqu"
    ) -> RecalendarReport:
        """Count all running deadlines in working days again by a newly published calendar.

        Parameters
        ----------
        calendar
            Kept in the store already.
        reason
            Why, such as the notice; stands in every event.
        actor
            Who asked for it.

        Returns
        -------
        RecalendarReport
            What came of it. Each ticket has an event that explains its deadline before and after.
            Doing it again changes nothing.

        Notes
        -----
        Natural time has no calendar and is left alone. 500 tickets are recorded at a time, so an
        interruption leaves whole tickets; cost about 1 ms for each.
        """
        report = RecalendarReport(
            calendar=calendar.version, n_running=0, n_counted=0, n_moved=0, n_failed=0, failed=()
        )
        act = Recalendar(actor=actor, calendar=calendar.version, reason=reason)
        for page in self._running():
            counted = [one for one in page if _counts_by_other(one, calendar.version)]
            outcomes = self.act_many([(one.id, act) for one in counted])
            pairs = list(zip(counted, outcomes, strict=True))
            moved = sum(
                new.ticket is not None and new.ticket.due_at != old.due_at for old, new in pairs
            )
            failed = [(one.id, str(one.error)) for one in outcomes if one.error is not None]
            report = replace(
                report,
                n_running=report.n_running + len(page),
                n_counted=report.n_counted + len(counted) - len(failed),
                n_moved=report.n_moved + moved,
                n_failed=report.n_failed + len(failed),
                failed=(*report.failed, *failed)[:_MOST_FAILED],
            )
        return report

    def _running(self) -> Iterator[tuple[Ticket, ...]]:
        query = TicketQuery(state=RUNNING_STATES, limit=_BATCH)
        while True:
            page = self.store.search(query)
            yield page.tickets
            if not page.cursor:
                return
            query = replace(query, cursor=page.cursor)


class _Masking:
    """Masks texts about one ticket; its caller is looked up for the first of them.

    Parameters
    ----------
    store
        Keeps the caller.
    ticket
        Id of the ticket.
    """

    def __init__(self, store: TicketStore, ticket: str) -> None:
        self._store = store
        self._ticket = ticket
        self._words: tuple[str, ...] | None = None

    def __call__(self, text: str) -> str:
        """Mask a text."""
        if not text:
            return text
        if self._words is None:
            self._words = known_words(self._store.caller(self._ticket))
        return mask(text, known=self._words).text


def _step_back(tried: int) -> None:
    """Wait a little, longer each time, so that many at one ticket do not overtake each other."""
    longest_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**tried)
    time.sleep(random.uniform(0, longest_s))  # noqa: S311 - spreads waits, keeps no secret


def _counts_by_other(ticket: Ticket, version: str) -> bool:
    """Tell whether a clock counts working days, and by another calendar."""
    clock: dict[str, Any] = ticket.clock
    if not clock or clock["level"]["clock"] != WORKING:
        return False
    changed = [event["calendar"] for event in clock["events"] if event["what"] == "recalendar"]
    return bool((changed or [clock["calendar"]])[-1] != version)


def _as_ticket(found: object) -> Ticket:
    if not isinstance(found, Ticket):
        raise TypeError(found)
    return found
