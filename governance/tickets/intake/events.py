"""The first events of a ticket: what was received, placed, owned, dispatched or put to review."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from governance.book.terms import Role
from governance.owner.answer import OwnerAnswer
from governance.owner.resolver import OwnerResolver
from governance.tickets.intake.request import Reason, Request
from governance.tickets.life.bodies import BodyDirectory, copied_of
from governance.tickets.life.clock import started_clock
from governance.tickets.life.profile import LifeProfile
from governance.tickets.privacy.mask import MASKER
from governance.tickets.terms import EventKind
from governance.tickets.ticket import NewEvent, TicketEvent

__all__ = [
    "dispatched",
    "numbered",
    "owned",
    "placed",
    "received",
    "review_opened",
]

_NOTHING_TOLD: dict[str, Any] = {
    "category_given": "", "hints": {}, "tags": [], "reported": "", "datum_given": "",
}  # fmt: skip
_LEVELS = ("district", "township", "community", "grid")


def received(request: Request) -> NewEvent:
    """Say what was given; masked."""
    new = request.new
    return NewEvent(
        kind=EventKind.RECEIVED,
        at=request.received_at,
        data={
            "source": new.source,
            "external_id": new.external_id,
            "digest": request.digest,
            "channel": request.channel,
            "request_type": request.request_type,
            "catalogue": request.catalogue,
            "caller_kind": request.caller.value,
            "category": request.category,
            "title": request.title,
            "text": request.text,
            "address": request.address,
            "masker": MASKER,
            "is_protected": request.is_protected,
            "received_at": request.received_at.isoformat(),
            **_NOTHING_TOLD,
            **request.told,
        },
    )


def placed(request: Request, at: datetime) -> NewEvent:
    """Say where a request is."""
    place, best = request.place, request.place.best
    levels = {level: request.levels.get(level, "") for level in _LEVELS}
    data: dict[str, Any] = {
        "lon": place.lon,
        "lat": place.lat,
        "accuracy_m": place.accuracy_m,
        "place_method": place.method.value,
        "place_uid": best.uid if best else "",
        "place_label": best.label if best else "",
        "place_precision": str(best.precision) if best else "",
        "place_confidence": place.trust if best else 0.0,
        "gazetteer": place.gazetteer if best else "",
        "areas": request.areas,
        **levels,
    }
    if place.refused is not None:
        data["coordinates_refused"] = place.refused
    return NewEvent(kind=EventKind.PLACED, at=at, data=data)


def owned(
    answer: OwnerAnswer,
    resolver: OwnerResolver,
    *,
    decision: str,
    at: datetime,
    clock: dict[str, Any] | None = None,
) -> NewEvent:
    """Say who answers for a request, and until when.

    Parameters
    ----------
    answer
        Of the resolver, to a question with a time of receipt.
    resolver
        Knows the level.
    decision
        Id under which the answer is recorded.
    at
        When it was decided.
    clock
        Fields of the clock; None starts one at the receipt.
    """
    roles: dict[Role, list[str]] = {role: [] for role in Role}
    for body in answer.others:
        roles[body.role].append(body.code)
    primary, question = answer.primary, answer.question
    if clock is None:
        clock = {"level": "", "due_at": None, "due_is_provisional": False, "clock": {}}
        if answer.deadline is not None and question.received_at is not None:
            level = resolver.levels[answer.deadline.level]
            clock = started_clock(level, answer.deadline, question.received_at)
    data = {
        "body": primary.code if primary else "",
        "body_name": primary.name if primary else "",
        "step": answer.step.value if answer.step else "",
        "rule": answer.rule,
        "owner_status": answer.status,
        "owner_confidence": answer.confidence,
        "flags": list(answer.flags),
        "book": answer.context["book"],
        "category": question.category,
        "co_organisers": roles[Role.CO_ORGANISER],
        "copied": roles[Role.COPIED],
        "supervising": roles[Role.SUPERVISING],
        **clock,
    }
    return NewEvent(kind=EventKind.OWNED, at=at, decision=decision, data=data)


def dispatched(
    answer: OwnerAnswer,
    directory: BodyDirectory,
    life: LifeProfile,
    *,
    district: str,
    decision: str,
    at: datetime,
) -> NewEvent:
    """Dispatch a request to the body that answers for it; the district has a copy."""
    if answer.primary is None:
        raise AssertionError  # only what has an owner is dispatched
    body = answer.primary
    helpers = [one.code for one in answer.others if one.role is Role.CO_ORGANISER]
    copied = [one.code for one in answer.others if one.role is Role.COPIED]
    return NewEvent(
        kind=EventKind.DISPATCHED,
        at=at,
        decision=decision,
        data={
            "body": body.code,
            "body_name": body.name,
            "co_organisers": helpers,
            "copied": list(
                copied_of(
                    directory, body.code, copied, area=district, district_for=life.district_for
                )
            ),
            "lead": body.code,
            "lead_name": body.name,
            "is_automatic": True,
            "handling_unit_name": body.name,
        },
    )


def review_opened(
    reasons: Sequence[Reason], candidates: Sequence[dict[str, Any]], at: datetime
) -> NewEvent:
    """Put a request to review."""
    data = {"reasons": list(reasons), "candidates": list(candidates)}
    return NewEvent(kind=EventKind.REVIEW_OPENED, at=at, data=data)


def numbered(
    stream: str, seq: int, events: Sequence[NewEvent], recorded_at: datetime
) -> list[TicketEvent]:
    """Give numbers to events that follow the first ``seq`` of a stream."""
    return [
        TicketEvent(
            stream=stream,
            seq=seq + step,
            kind=event.kind,
            at=event.at.astimezone(UTC),
            recorded_at=recorded_at,
            actor=event.actor,
            unit=event.unit,
            decision=event.decision,
            data=event.data,
        )
        for step, event in enumerate(events, start=1)
    ]
