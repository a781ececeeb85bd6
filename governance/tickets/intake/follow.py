"""What follows for a ticket that was examined again: placed, owned, dispatched, reviewed."""

from collections.abc import Mapping, Sequence
from typing import Any

from governance.owner.answer import OwnerAnswer
from governance.owner.decisions import PreparedDecision, prepare_decision
from governance.tickets.intake import events
from governance.tickets.intake.examine import is_sure
from governance.tickets.intake.owning import OwnerFinder
from governance.tickets.intake.request import Reason, Request
from governance.tickets.life.clock import owned_clock
from governance.tickets.life.dispatching import Handover, plan_dispatch
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.terms import EventKind, PlaceMethod, TicketState

__all__ = ["follow"]

_AT_UNIT = frozenset({TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING})


def follow(
    draft: Draft,
    request: Request,
    finder: OwnerFinder | None,
    context: LifeContext,
    *,
    because: str = "",
    ruling: str = "",
    is_automatic: bool = False,
    named: Mapping[str, Any] | None = None,
) -> tuple[PreparedDecision, ...]:
    """Draft what an examination found, where it is not what the ticket says already.

    Parameters
    ----------
    draft
        Of the ticket.
    request
        Of the same ticket, examined.
    finder
        That examined it; None without a rule book.
    context
        What is decided with.
    because, ruling
        Of a dispatch that takes the ticket from another unit.
    is_automatic
        Whether the service dispatches by itself: only what is with nobody, and sure.
    named
        What a person says of the place: fields of the event ``placed``.

    Returns
    -------
    decisions
        To be recorded with the events.
    """
    place = request.place
    if place.method is not PlaceMethod.NONE and not place.is_kept:
        where = events.placed(request, draft.at).data
        draft.add(EventKind.PLACED, {**where, **(named or {})})
    decisions: tuple[PreparedDecision, ...] = ()
    answer = request.answer
    if answer is not None and finder is not None:
        prepared = prepare_decision(answer)
        if prepared.id != draft.ticket.decision:
            decisions = (prepared,)
            draft.add(EventKind.OWNED, _owned(draft, answer, finder, context), decision=prepared.id)
    _review(draft, request.reasons, request.candidates)
    if answer is not None and answer.primary is not None and is_sure(request):
        body = answer.primary.code
        is_waiting = draft.ticket.state == TicketState.RECEIVED
        is_elsewhere = draft.ticket.state in _AT_UNIT and draft.ticket.handler != body
        if is_waiting or (is_elsewhere and not is_automatic):
            to = Handover(
                body=body,
                because=because,
                ruling=ruling,
                lead=body if ruling else "",
                is_automatic=is_automatic,
            )
            plan_dispatch(draft.ticket, to, context, draft)
    return decisions


def _owned(
    draft: Draft, answer: OwnerAnswer, finder: OwnerFinder, context: LifeContext
) -> dict[str, Any]:
    level = None if answer.deadline is None else finder.resolver.levels[answer.deadline.level]
    clock = owned_clock(draft.ticket, level, context.calendar, draft.at, context.profile.waiting)
    return events.owned(
        answer, finder.resolver, decision="", at=draft.at, clock=clock
    ).data  # fmt: skip


def _review(draft: Draft, reasons: Sequence[Reason], candidates: Sequence[dict[str, Any]]) -> None:
    """Draft what a person still has to look at, where that is not what the ticket says."""
    before = list(draft.ticket.review)
    if list(reasons) == before:
        return
    known = {one["code"] for one in before}
    if candidates or any(one["code"] not in known for one in reasons):
        data = {"reasons": list(reasons), "candidates": list(candidates)}
        draft.add(EventKind.REVIEW_OPENED, data)
    else:
        draft.add(EventKind.REVIEW_CLOSED, {"reasons": list(reasons)})
