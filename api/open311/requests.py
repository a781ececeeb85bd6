"""Finding service requests in the store."""

from api.open311.formats import Open311Error
from api.open311.reading import CLOSED, OPEN, Asked
from governance.tickets.errors import UnknownTicketError
from governance.tickets.search import TicketQuery
from governance.tickets.store import TicketStore
from governance.tickets.terms import TicketState
from governance.tickets.ticket import Ticket

__all__ = ["find_requests", "shown_request"]


def find_requests(store: TicketStore, asked: Asked) -> list[Ticket]:
    """List tickets; protected ones (举报) are not shown to the public."""
    if asked.ids:
        found = store.existing(asked.ids)
        return [found[one] for one in asked.ids if one in found and not found[one].is_protected]
    raise NotImplementedError


def shown_request(store: TicketStore, request_id: str) -> Ticket:
    """Give one ticket; Open311Error 404 where there is none, or none to be shown."""
    try:
        ticket = store.ticket(request_id)
    except UnknownTicketError as error:
        raise Open311Error(404, str(error)) from error
    if ticket.is_protected:
        raise Open311Error(404, f"service_request_id {request_id!r} is not known")
    return ticket
