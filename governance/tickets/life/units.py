"""Which unit may do what with a ticket."""

from collections.abc import Sequence

from governance.tickets.errors import TicketError
from governance.tickets.life.acts import Act
from governance.tickets.life.drafting import LifeContext
from governance.tickets.ticket import Ticket

__all__ = ["check_unit", "helpers_of", "holders_of"]


def holders_of(ticket: Ticket) -> tuple[str, ...]:
    """List who answers for the ticket now: its handler."""
    return tuple(filter(None, (ticket.handler,)))


def helpers_of(ticket: Ticket) -> tuple[str, ...]:
    """List who works on the ticket: its handler, who leads, and the co-organisers.

    Nobody as long as the ticket is with no unit.
    """
    if not ticket.handler:
        return ()
    return tuple(dict.fromkeys(filter(None, (ticket.handler, ticket.lead, *ticket.co_organisers))))


def check_unit(act: Act, units: Sequence[str], context: LifeContext) -> None:
    """Refuse an act on behalf of a unit that is not among those who may do it.

    An act without a unit is that of the hotline, on behalf of whoever holds the ticket.

    Raises
    ------
    TicketError
        Names the unit and those who may.
    """
    if act.unit and act.unit not in units:
        named = ", ".join(f"{context.bodies.name(unit)} ({unit})" for unit in units) or "nobody"
        raise TicketError("unit", act.unit, f"the ticket is with {named}")
