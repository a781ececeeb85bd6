"""Finding service requests in the store."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from api.open311.formats import Open311Error
from api.open311.reading import CLOSED, MOST, OPEN, Asked
from governance.tickets.errors import UnknownTicketError
from governance.tickets.search import TicketQuery
from governance.tickets.store import TicketStore
from governance.tickets.terms import TicketState
from governance.tickets.ticket import Ticket

__all__ = ["find_requests", "shown_request"]

_STATES = {
    CLOSED: (TicketState.CLOSED.value,),
    OPEN: tuple(state.value for state in TicketState if state is not TicketState.CLOSED),
}


def find_requests(store: TicketStore, asked: Asked) -> list[Ticket]:
    """List tickets, the latest first.

    Parameters
    ----------
    store
        Holds them.
    asked
        Which are wanted.

    Returns
    -------
    list of Ticket
        Protected ones (举报) are left out: the standard has no key for reading.

    Notes
    -----
    A page costs as much as all pages up to it.
    """
    if asked.ids:
        found = store.existing(asked.ids[:MOST])
        return [found[one] for one in asked.ids if one in found and not found[one].is_protected]
    query = TicketQuery(
        state=tuple(state for one in dict.fromkeys(asked.statuses) for state in _STATES[one]),
        received_from=asked.start,
        received_to=asked.end,
        limit=min(asked.page * asked.page_size, MOST),
    )
    queries = [replace(query, category=code) for code in dict.fromkeys(asked.codes)] or [query]
    merged = heapq.merge(*(_all(store, one) for one in queries), key=_latest_first)
    first = (asked.page - 1) * asked.page_size
    return list(islice(merged, first, first + asked.page_size))


def shown_request(store: TicketStore, request_id: str) -> Ticket:
    """Give one ticket; Open311Error 404 where there is none, or none to be shown."""
    try:
        ticket = store.ticket(request_id)
    except UnknownTicketError as error:
        raise Open311Error(404, str(error)) from error
    if ticket.is_protected:
        raise Open311Error(404, f"service_request_id {request_id!r} is not known")
    return ticket


def _all(store: TicketStore, query: TicketQuery) -> Iterator[Ticket]:
    while True:
        page = store.search(query)
        yield from (ticket for ticket in page.tickets if not ticket.is_protected)
        if not page.cursor:
            return
        query = replace(query, cursor=page.cursor)


def _latest_first(ticket: Ticket) -> tuple[float, str]:
    return -ticket.received_at.timestamp(), ticket.id
