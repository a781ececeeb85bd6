"""The store of tickets: what comes in, what happens to it, and where it stands."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from boundaries.engine import reading, writing
from geo.arrays import Progress
from governance.owner.answer import OwnerAnswer
from governance.owner.decisions import PreparedDecision
from governance.tickets import log, queries, recording
from governance.tickets.errors import (
    UnknownIncidentError,
    UnknownTicketError,
)
from governance.tickets.following import Follower
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.rebuild import rebuild
from governance.tickets.recording import Change
from governance.tickets.records import (
    IncidentPage,
    Intake,
    Link,
    NearTicket,
    Rebuilt,
    ReturnCase,
    ReviewItem,
    ReviewPage,
    TicketContent,
)
from governance.tickets.search import TicketPage, TicketQuery, search_tickets
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Incident, NewEvent, Ticket, TicketEvent
from governance.tickets.views import TicketViews

__all__ = [
    "Change",
    "IncidentPage",
    "Intake",
    "Link",
    "NearTicket",
    "Rebuilt",
    "ReturnCase",
    "ReviewItem",
    "ReviewPage",
    "TicketContent",
    "TicketPage",
    "TicketQuery",
    "TicketStore",
]


class TicketStore(TicketViews):
    """Tickets, their events and incidents in the database of a boundary store.

    What happened is kept as events, which are only ever added; everything else about tickets is
    worked out of them and can be made again (:meth:`rebuild`). All times come back in UTC.

    Safe to use from several threads and processes. Every method raises ``StoreUnavailableError``
    when the database cannot be reached and ``StoreNotMigratedError`` when its tables are missing.

    Parameters
    ----------
    store
        Gives the database.
    """

    # -- writing ------------------------------------------------------------------------------

    def take(self, batch: Sequence[Intake]) -> list[bool]:
        """Take tickets in, in one transaction.

        Parameters
        ----------
        batch
            In the order in which their events are to be recorded.

        Returns
        -------
        list of bool
            For each whether it is new. Nothing is written of those that were there already, nor of
            the second with the same id in the batch. When this returns, the new ones are on disk.

        Raises
        ------
        TicketError
            The events of one are not those of its ticket, from the first on. Nothing is written.

        Notes
        -----
        Two writers that take the same ticket at once: one of them is told True.
        """
        prepared: dict[str, recording.PreparedIntake] = {}
        first = []
        for intake in batch:
            first.append(intake.ticket.id not in prepared)
            if first[-1]:
                prepared[intake.ticket.id] = recording.prepare(intake)
        if not prepared:
            return []
        with writing(self._engine, is_durable=True) as connection:
            new = recording.take(connection, list(prepared.values()))
        return [
            is_first and intake.ticket.id in new
            for is_first, intake in zip(first, batch, strict=True)
        ]

    def append(
        self,
        stream: str,
        seq: int,
        events: Sequence[NewEvent],
        *,
        decisions: Sequence[OwnerAnswer | PreparedDecision] = (),
    ) -> Ticket | Incident:
        """Add events to a ticket or an incident; see :meth:`append_many`."""
        return self.append_many([(stream, seq, events)], decisions=decisions)[0]

    def append_many(
        self,
        changes: Sequence[Change],
        *,
        decisions: Sequence[OwnerAnswer | PreparedDecision] = (),
    ) -> list[Ticket | Incident]:
        """Add events to tickets and incidents, in one transaction.

        Parameters
        ----------
        changes
            Stream, the number of events that the change was decided on, and the events. The first
            event of an incident is added to its new id with the number 0.
        decisions
            Answers about the owner that the events rest on; recorded with them.

        Returns
        -------
        list of Ticket or Incident
            As each change leaves it. When this returns, the events are on disk.

        Raises
        ------
        StaleTicketError
            A stream has another number of events. Nothing is written, as for all errors.
        UnknownTicketError, UnknownIncidentError
            There is no such ticket; or no such incident, and the number is not 0.
        TransitionError, TicketError
            A state does not take an event.
        """
        if not changes:
            return []
        with writing(self._engine, is_durable=True) as connection:
            return recording.record_changes(connection, changes, decisions)

    def rebuild(self, progress: Progress | None = None, *, is_written: bool = True) -> Rebuilt:
        """Replay the log, compare every derived table with it, and put right what differs.

        Parameters
        ----------
        progress
            Called with stage ``replay``, the number of events replayed and of all events.
        is_written
            False only compares.

        Returns
        -------
        Rebuilt
            What was found.

        Notes
        -----
        Everything happens in one transaction: readers see the tables as they were until it ends,
        and writers wait. Streams are replayed a thousand at a time, so that memory does not grow
        with the log.
        """
        with writing(self._engine, is_durable=True) as connection:
            return rebuild(connection, progress, is_written=is_written)

    # -- tickets ------------------------------------------------------------------------------

    def ticket(self, ticket: str) -> Ticket:
        """Give one ticket; UnknownTicketError where there is none."""
        return self.tickets([ticket])[ticket]

    def tickets(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Give tickets by their ids; UnknownTicketError names the first that is not there."""
        found = self.existing(ids)
        for one in ids:
            if one not in found:
                raise UnknownTicketError(one)
        return found

    def existing(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Give those of the tickets that are there, by their ids."""
        with reading(self._engine) as connection:
            return queries.read_tickets(connection, ids)

    def search(self, query: TicketQuery) -> TicketPage:
        """Find tickets, the latest received first; of the same moment the smaller id first."""
        with reading(self._engine) as connection:
            return search_tickets(connection, query, datetime.now(UTC))

    def content(self, ticket: str) -> TicketContent:
        """Give what was given, unmasked: for correcting and masking again, never to be shown.

        Raises
        ------
        UnknownTicketError
            There is no such ticket.
        """
        with reading(self._engine) as connection:
            content = queries.read_content(connection, ticket)
        if content is None:
            raise UnknownTicketError(ticket)
        return content

    def caller(self, ticket: str) -> CallerRecord | None:
        """Give the caller of a ticket; None where nothing is known.

        Who may see it is for the caller of this method to decide.
        """
        with reading(self._engine) as connection:
            return queries.read_caller(connection, ticket)

    # -- events -------------------------------------------------------------------------------

    def events(self, stream: str) -> list[TicketEvent]:
        """Give the events of a ticket or incident in their order.

        Raises
        ------
        UnknownTicketError, UnknownIncidentError
            There is no such stream.
        """
        with reading(self._engine) as connection:
            found = log.read_stream(connection, stream)
        if not found:
            raise UnknownIncidentError(stream) if stream[:1] == "I" else UnknownTicketError(stream)
        return found

    def events_after(
        self, position: int, *, limit: int = 1000, kinds: Collection[EventKind] | None = None
    ) -> list[TicketEvent]:
        """Give events of all streams after a position, in the order of recording.

        Parameters
        ----------
        position
            Of the last event that is known; 0 for none.
        limit
            Most events.
        kinds
            Only these; None for all.

        Notes
        -----
        Whoever has seen a position has seen all before it, while others write too.
        """
        with reading(self._engine) as connection:
            return log.read_events_after(connection, position, limit, kinds)

    def last_position(self) -> int:
        """Give the position of the last event; 0 where there is none."""
        with reading(self._engine) as connection:
            return log.last_position(connection)

    def follower(self) -> Follower:
        """Give something that waits for events on a connection of its own; close it at the end."""
        return Follower(self._engine)
