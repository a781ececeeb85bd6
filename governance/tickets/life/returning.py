"""Returning 退单: the limits, the map proof, the decision and what follows from it."""

from collections.abc import Mapping
from typing import Any

from governance.owner.explain import explain
from governance.tickets.errors import ReturnLimitError, TicketError
from governance.tickets.life.acts import DecideReturn, Return
from governance.tickets.life.dispatching import Handover, lead_by_ruling, plan_dispatch
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.life.units import check_unit, holders_of
from governance.tickets.returns import proof_of
from governance.tickets.terms import EventKind, ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["plan_decision", "plan_return"]

_HOUR_S = 3_600


def plan_return(ticket: Ticket, act: Return, context: LifeContext, draft: Draft) -> None:
    """Draft a return with its proof, within the limits of the profile."""
    check_unit(act, holders_of(ticket), context)
    _check_limits(ticket, context, draft)
    proof: dict[str, Any] = {}
    if ticket.decision:
        proof = proof_of(ticket.decision, context.decision(ticket.decision))
    draft.add(
        EventKind.RETURNED,
        {
            "reason": act.reason.value,
            "text": context.mask(act.text),
            "rule": ticket.rule,
            "step": ticket.step,
            "category": ticket.category,
            "body": ticket.handler,
            "body_name": context.bodies.name(ticket.handler),
            "proof": proof,
            "profile": context.profile.version,
        },
        decision=ticket.decision,
    )


def _check_limits(ticket: Ticket, context: LifeContext, draft: Draft) -> None:
    profile, last = context.profile, ticket.last_return
    if last.get("is_final") and not last["is_upheld"] and last["body"] == ticket.handler:
        problem = f"the decision of {last['decided_at']} is final; handle the ticket"
        raise TicketError("return", last["reason"], problem)
    if profile.returns_allowed and ticket.n_returns >= profile.returns_allowed:
        n_returns = ticket.n_returns + 1
        raise ReturnLimitError(ticket.id, "returns", n_returns, profile.returns_allowed)
    if profile.return_hours and ticket.dispatched_at is not None:
        hours = (draft.at - ticket.dispatched_at).total_seconds() / _HOUR_S
        if hours > profile.return_hours:
            raise ReturnLimitError(ticket.id, "hours", round(hours, 2), profile.return_hours)


def plan_decision(ticket: Ticket, act: DecideReturn, context: LifeContext, draft: Draft) -> None:
    """Draft the decision of a return.

    Rejected, the ticket goes back to its handler. Upheld, it goes to the body named, or to the
    review queue with the bodies that were considered.
    """
    if not act.because.strip():
        raise TicketError("because", act.because, "say why, in a sentence that units will read")
    if act.body and not act.is_upheld:
        raise TicketError("body", act.body, "a rejected return leaves the ticket where it is")
    if act.body and act.body == ticket.handler:
        raise TicketError("body", act.body, "returned it; an upheld return goes to another body")
    lead = lead_by_ruling(act.ruling, context)
    profile, final = context.profile, act.is_final
    if final is None:
        final = bool(profile.final_after) and ticket.n_returns >= profile.final_after
    because = context.mask(act.because)
    draft.add(
        EventKind.RETURN_DECIDED,
        {
            "is_upheld": act.is_upheld,
            "because": because,
            "is_final": final,
            "ruling": act.ruling,
            "document": context.mask(act.document),
            "body": act.body or ("" if act.is_upheld else ticket.handler),
            "body_name": context.bodies.name(act.body or ticket.handler) if _has(act) else "",
            "profile": profile.version,
        },
    )
    if not act.is_upheld:
        return
    if act.body:
        to = Handover(body=act.body, because=because, ruling=act.ruling, lead=lead)
        plan_dispatch(draft.ticket, to, context, draft)
    else:
        draft.add(EventKind.REVIEW_OPENED, _review(ticket, context))


def _has(act: DecideReturn) -> bool:
    return bool(act.body) or not act.is_upheld


def _review(ticket: Ticket, context: LifeContext) -> dict[str, Any]:
    """Put a ticket that is with nobody to review, with the bodies that were considered."""
    reason = {
        "code": ReviewCode.OWNER_DISPUTED.value,
        "values": {"returned_by": ticket.handler, "reason": ticket.last_return["reason"]},
    }
    others = [old for old in ticket.review if old["code"] != reason["code"]]
    candidates: list[dict[str, Any]] = []
    if ticket.decision:
        document = context.decision(ticket.decision)
        candidates = _candidates(ticket, document)
    return {"reasons": [*others, reason], "candidates": candidates}


def _candidates(ticket: Ticket, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in document["considered"]:
        body = item["body"]
        if not body or body == ticket.handler or body in found:
            continue
        reason = tuple(item["reason"])
        found[body] = {
            "lon": ticket.lon,
            "lat": ticket.lat,
            "label": item["feature_name"] or item["body_name"],
            "uid": ticket.place_uid,
            "confidence": 0.0,
            "accuracy_m": ticket.accuracy_m,
            "why_zh": explain(reason, "zh"),
            "why_en": explain(reason, "en"),
            "body": body,
            "body_name": item["body_name"],
        }
    return list(found.values())
