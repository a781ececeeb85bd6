"""Dispatching 派单: who handles, who leads, who has a copy.

First receiver 首接负责: the body of the first dispatch leads until a recorded ruling says
otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from governance.tickets.errors import TicketError
from governance.tickets.life.bodies import BodyDirectory, copied_of
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.life.profile import LifeProfile
from governance.tickets.terms import EventKind, ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["Handover", "dispatch_data", "lead_by_ruling", "plan_dispatch", "reviewed"]

_ABOUT_OWNER = frozenset(
    {
        ReviewCode.OWNER_PROVISIONAL,
        ReviewCode.OWNER_DISPUTED,
        ReviewCode.OWNER_NOBODY,
        ReviewCode.OWNER_UNSURE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """To whom a ticket goes.

    Attributes
    ----------
    body
        Who handles it from now on.
    because
        Why, masked; empty for the first dispatch.
    ruling
        Id of the recorded ruling that says so; empty where none does.
    lead
        Who leads by the ruling; empty where no ruling says.
    co_organisers, copied
        None takes those of the ticket.
    is_automatic
        Whether the service did it by itself (直派).
    """

    body: str
    because: str = ""
    ruling: str = ""
    lead: str = ""
    co_organisers: tuple[str, ...] | None = None
    copied: tuple[str, ...] | None = None
    is_automatic: bool = False


def dispatch_data(
    ticket: Ticket, to: Handover, bodies: BodyDirectory, profile: LifeProfile
) -> tuple[EventKind, dict[str, Any]]:
    """Write the event that gives a ticket to a body.

    Parameters
    ----------
    ticket
        As it stands.
    to
        To whom.
    bodies
        Of the active rule book.
    profile
        Says for whose tickets the district has a copy.

    Returns
    -------
    kind, data
        ``dispatched`` the first time, ``redispatched`` from then on. The lead stays who it was,
        unless a ruling names another one.

    Raises
    ------
    TicketError
        The rule book has no body with a code.
    """
    is_first = not ticket.n_dispatches
    name = bodies.body(to.body).name
    helping = ticket.co_organisers if to.co_organisers is None else to.co_organisers
    for code in helping if to.co_organisers is not None else ():
        bodies.body(code)
    copied = _carried(ticket, to, bodies) if to.copied is None else to.copied
    lead = ticket.lead or to.body
    if to.ruling:
        lead = to.lead or to.body
    data: dict[str, Any] = {
        "body": to.body,
        "body_name": name,
        "co_organisers": [code for code in helping if code != to.body],
        "copied": list(
            copied_of(
                bodies,
                to.body,
                copied,
                area=ticket.district,
                district_for=profile.district_for,
            )
        ),
        "lead": lead,
        "lead_name": bodies.name(lead),
        "is_automatic": to.is_automatic,
        "handling_unit_name": name,
    }
    if is_first:
        return EventKind.DISPATCHED, data
    before = ticket.handler or ticket.last_return.get("body", "")
    said = {"from": before, "because": to.because, "ruling": to.ruling}
    return EventKind.REDISPATCHED, data | said


def _carried(ticket: Ticket, to: Handover, bodies: BodyDirectory) -> Iterable[str]:
    """List the copies that go on: without the district of who had the ticket before."""
    before = ticket.handler or ticket.last_return.get("body", "")
    if not before or before == to.body:
        return ticket.copied
    district = bodies.district_of(before, ticket.district)
    return [code for code in ticket.copied if code != district]


def lead_by_ruling(ruling: str, context: LifeContext) -> str:
    """Give the body that a recorded ruling makes the lead; empty without a ruling.

    Raises
    ------
    UnknownRulingError
        There is no such ruling.
    TicketError
        It is revoked.
    """
    if not ruling:
        return ""
    found = context.ruling(ruling)
    if found.revoked_at is not None:
        problem = f"was revoked at {found.revoked_at.isoformat()}; name one that is in force"
        raise TicketError("ruling", ruling, problem)
    return found.body


def plan_dispatch(ticket: Ticket, to: Handover, context: LifeContext, draft: Draft) -> None:
    """Draft a dispatch; see :func:`dispatch_data`."""
    kind, data = dispatch_data(ticket, to, context.bodies, context.profile)
    draft.add(kind, data, decision=ticket.decision)


def reviewed(draft: Draft) -> None:
    """Draft that doubts about the owner are settled, because a person named the body."""
    review = draft.ticket.review
    left = [reason for reason in review if reason["code"] not in _ABOUT_OWNER]
    if len(left) < len(review):
        draft.add(EventKind.REVIEW_CLOSED, {"reasons": left})
