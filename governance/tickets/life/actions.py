"""Acts become events: who may do what, what follows, what happens to the clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from governance.errors import NaiveTimeError
from governance.tickets.errors import TicketError, TimeOrderError
from governance.tickets.life.acts import Act
from governance.tickets.life.drafting import Draft, LifeContext, Plan, preview
from governance.tickets.life.plans import PLANS
from governance.tickets.ticket import NewEvent, Ticket

__all__ = ["Act", "LifeContext", "Plan", "decide", "preview"]

_AHEAD = timedelta(minutes=5)


def decide(
    ticket: Ticket,
    act: Act,
    context: LifeContext,
    plans: Mapping[type[Act], Plan] | None = None,
) -> tuple[NewEvent, ...]:
    """Turn an act into events.

    Parameters
    ----------
    ticket
        As it stands.
    act
        What is done.
    context
        What acts are decided with.
    plans
        What each kind of act does; None for :data:`governance.tickets.life.plans.PLANS`.

    Returns
    -------
    tuple of NewEvent
        At least one; the ticket takes them in this order, all together.

    Raises
    ------
    TransitionError
        The state of the ticket does not allow it.
    TimeOrderError
        It lies before the last event of the ticket's life, or before its receipt.
    ReturnLimitError
        A return too late, or once too often.
    TicketError
        A value of the act cannot be right.
    ClockError, NaiveTimeError
        The clock cannot do what is asked.

    Notes
    -----
    Cost about 50 us; more where the clock has to be counted again.
    """
    known_plans = PLANS if plans is None else plans
    plan = known_plans.get(type(act))
    if plan is None:
        known = ", ".join(kind.__name__ for kind in known_plans)
        raise TicketError("act", type(act).__name__, f"no plan says what it does; one of {known}")
    draft = Draft(ticket, act, _moment(ticket, act, context), context)
    plan(ticket, act, context, draft)
    return tuple(draft.events)


def _moment(ticket: Ticket, act: Act, context: LifeContext) -> datetime:
    earliest = ticket.last_at or ticket.received_at
    if act.at is None:
        # Clocks of two servers differ by a little; nobody meant to go back in time.
        return max(context.now, earliest) if act.is_life else context.now
    if act.at.utcoffset() is None:
        raise NaiveTimeError("at", act.at.isoformat())
    if act.at > context.now + _AHEAD:
        problem = f"lies ahead; now it is {context.now.isoformat()}"
        raise TicketError("at", act.at.isoformat(), problem)
    if act.is_life and act.at < earliest:
        raise TimeOrderError(ticket.id, type(act).__name__, act.at, earliest)
    return act.at
