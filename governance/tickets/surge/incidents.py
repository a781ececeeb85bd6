"""What people do with incidents: confirm, dismiss and end them, attach and take out tickets."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

from governance.errors import NaiveTimeError
from governance.tickets.errors import StaleTicketError, TicketError
from governance.tickets.search import LONGEST_PAGE, TicketQuery
from governance.tickets.store import Change, TicketStore
from governance.tickets.surge.drafting import grown, incident_data
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Incident, NewEvent, Ticket

__all__ = ["IncidentDesk"]

_TRIES = 8


class IncidentDesk:
    """Carries out what people decide about incidents.

    Tickets that are attached keep their own lives: each is answered and called back by itself.
    Every method gives the incident as it stands afterwards and raises:

    - ``UnknownIncidentError``, ``UnknownTicketError``: there is none with this id;
    - ``TransitionError``: the incident, or a ticket, does not take it as it stands;
    - ``NaiveTimeError``: ``at`` has no time zone;
    - ``StaleTicketError``: others changed the same things in between, eight times in a row.

    Parameters
    ----------
    tickets
        The store.
    """

    def __init__(self, tickets: TicketStore) -> None:
        self._tickets = tickets

    def confirm(
        self,
        incident: str,
        *,
        actor: str,
        unit: str = "",
        because: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """Confirm an incident, also one that was dismissed.

        Parameters
        ----------
        incident
            Its id.
        actor, unit
            Who does it, and the body on whose behalf.
        because
            Why.
        at
            When, with time zone; None for now.
        """
        return self._decide(EventKind.CONFIRMED, incident, actor, unit, because, at)

    def end(
        self,
        incident: str,
        *,
        actor: str,
        unit: str = "",
        because: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """End an incident; its tickets stay attached. Parameters as of :meth:`confirm`."""
        return self._decide(EventKind.ENDED, incident, actor, unit, because, at)

    def dismiss(
        self,
        incident: str,
        *,
        actor: str,
        unit: str = "",
        because: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """Say that it is none; its tickets are taken out. Parameters as of :meth:`confirm`.

        Nothing of the same group is proposed there again for the hours of the profile.
        """

        def change(found: Incident, moment: datetime) -> list[Change]:
            data = {"because": because}
            event = NewEvent(kind=EventKind.DISMISSED, at=moment, actor=actor, unit=unit, data=data)
            attached = self._attached(found.id)
            return [
                (found.id, found.seq, [event]),
                *_detachments(found.id, attached, actor, unit, because, moment),
            ]

        return self._do(incident, change, at)

    def attach(
        self,
        incident: str,
        tickets: Sequence[str],
        *,
        actor: str,
        unit: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """Attach tickets to an incident that runs.

        Parameters
        ----------
        incident, tickets
            Ids. Tickets that it has already are passed over.
        actor, unit, at
            As of :meth:`confirm`.

        Raises
        ------
        TransitionError
            A ticket belongs to another incident, or this one is over.
        """

        def change(found: Incident, moment: datetime) -> list[Change]:
            wanted = self._tickets.tickets(tickets).values()
            new = [ticket for ticket in wanted if ticket.incident != found.id]
            data = {"incident": found.id}
            event = NewEvent(kind=EventKind.ATTACHED, at=moment, actor=actor, unit=unit, data=data)
            after = grown(found, new, len(new), moment)
            return [
                *_grew(found, after, actor, unit, moment, is_changed=bool(new)),
                *((ticket.id, ticket.seq, [event]) for ticket in new),
            ]

        return self._do(incident, change, at)

    def detach(
        self,
        incident: str,
        tickets: Sequence[str],
        *,
        actor: str,
        unit: str = "",
        because: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """Take tickets out of an incident; they may be attached to another one then.

        Parameters
        ----------
        incident, tickets
            Ids.
        actor, unit, because, at
            As of :meth:`confirm`.

        Raises
        ------
        TicketError
            A ticket does not belong to the incident.
        """

        def change(found: Incident, moment: datetime) -> list[Change]:
            wanted = list(self._tickets.tickets(tickets).values())
            for ticket in wanted:
                if ticket.incident != found.id:
                    problem = f"belongs to {ticket.incident or 'no incident'}, not to {found.id}"
                    raise TicketError("ticket", ticket.id, problem)
            after = grown(found, (), -len(wanted), moment)
            return [
                *_grew(found, after, actor, unit, moment, is_changed=bool(wanted)),
                *_detachments(found.id, wanted, actor, unit, because, moment),
            ]

        return self._do(incident, change, at)

    def _decide(
        self,
        kind: EventKind,
        incident: str,
        actor: str,
        unit: str,
        because: str,
        at: datetime | None,
    ) -> Incident:
        def change(found: Incident, moment: datetime) -> list[Change]:
            data = {"because": because}
            event = NewEvent(kind=kind, at=moment, actor=actor, unit=unit, data=data)
            return [(found.id, found.seq, [event])]

        return self._do(incident, change, at)

    def _do(
        self,
        incident: str,
        change: Callable[[Incident, datetime], list[Change]],
        at: datetime | None,
    ) -> Incident:
        """Work out what changes and record it; again with what is there by then when overtaken."""
        if at is not None and at.utcoffset() is None:
            raise NaiveTimeError("at", at.isoformat())
        for left in reversed(range(_TRIES)):
            found = self._tickets.incident(incident)
            changes = change(found, at or datetime.now(UTC))
            if not changes:
                return found
            try:
                return cast("Incident", self._tickets.append_many(changes)[0])
            except StaleTicketError:
                if not left:
                    raise
        raise AssertionError(incident)  # the last try returns or raises

    def _attached(self, incident: str) -> list[Ticket]:
        found: list[Ticket] = []
        cursor = ""
        while True:
            query = TicketQuery(incident=incident, limit=LONGEST_PAGE, cursor=cursor)
            page = self._tickets.search(query)
            found += page.tickets
            cursor = page.cursor
            if not cursor:
                return found


def _grew(
    before: Incident,
    after: Incident,
    actor: str,
    unit: str,
    at: datetime,
    *,
    is_changed: bool,
) -> list[Change]:
    if not is_changed:
        return []
    data = incident_data(after)
    event = NewEvent(kind=EventKind.GREW, at=at, actor=actor, unit=unit, data=data)
    return [(before.id, before.seq, [event])]


def _detachments(
    incident: str, tickets: Sequence[Ticket], actor: str, unit: str, because: str, at: datetime
) -> list[Change]:
    data = {"incident": incident, "because": because}
    event = NewEvent(kind=EventKind.DETACHED, at=at, actor=actor, unit=unit, data=data)
    return [(ticket.id, ticket.seq, [event]) for ticket in tickets]
