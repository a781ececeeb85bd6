"""What happened to a request before it was imported, as events of its ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from governance.tickets.errors import TicketError
from governance.tickets.given import PastStep
from governance.tickets.intake.events import numbered
from governance.tickets.intake.request import Masker, Request
from governance.tickets.life.acts import Note
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.life.fold import fold
from governance.tickets.terms import EventKind, TicketState
from governance.tickets.ticket import NewEvent, Ticket

__all__ = ["past_events"]

_PAST = frozenset(
    {
        EventKind.SIGNED,
        EventKind.STARTED,
        EventKind.REPLIED,
        EventKind.CALLED_BACK,
        EventKind.CLOSED,
    }
)
_IMPORTED = "import"


def past_events(
    request: Request, ticket: Ticket, mask: Masker, context: LifeContext | None
) -> list[NewEvent]:
    """Give what happened before the import, as far as the ticket takes it.

    What it does not take, because it was never dispatched here or the times are out of order, is
    kept as a note: nothing that was given is lost.

    Parameters
    ----------
    request
        With its past, in order of time.
    ticket
        As its events so far leave it.
    mask
        Masks the texts.
    context
        What clocks are moved with; None where no clock can run, as there is no rule book.

    Returns
    -------
    list of NewEvent
        At least one for each step.
    """
    found: list[NewEvent] = []
    for step in request.new.past:
        data = masked_values(step.data, mask, request.known)
        try:
            events = _events_of(step, data, ticket, context)
        except TicketError as error:
            events = [_note(step, str(error), data)]
        ticket = fold(ticket, numbered(ticket.id, ticket.seq, events, ticket.recorded_at))
        found += events
    return found


def _events_of(
    step: PastStep, data: dict[str, Any], ticket: Ticket, context: LifeContext | None
) -> list[NewEvent]:
    if step.kind not in _PAST:
        raise TicketError("past", step.kind, f"only {', '.join(sorted(_PAST))} are imported")
    kind = EventKind(step.kind)
    if kind is EventKind.REPLIED:
        data = {"text": "", "is_direct": ticket.state == TicketState.RECEIVED, **data}
    if context is None or not ticket.clock:
        event = NewEvent(kind=kind, at=step.at, actor=_IMPORTED, unit=step.unit, data=data)
        fold(ticket, numbered(ticket.id, ticket.seq, [event], ticket.recorded_at))
        return [event]
    who = Note(actor=_IMPORTED, unit=step.unit, text="")
    draft = Draft(ticket, who, step.at, context)
    draft.add(kind, data)
    return draft.events


def _note(step: PastStep, because: str, data: dict[str, Any]) -> NewEvent:
    text = f"导入前的步骤 / before the import: {step.kind}, {step.at.isoformat()}"
    noted = {"text": text, "because": because, "step": {"kind": step.kind, "data": data}}
    return NewEvent(
        kind=EventKind.NOTED, at=step.at, actor=_IMPORTED, unit=step.unit, data=noted
    )  # fmt: skip


def masked_values(value: Any, mask: Masker, known: Sequence[str]) -> Any:  # noqa: ANN401 - JSON values
    """Mask the texts in JSON values; keys stay."""
    if isinstance(value, str):
        return mask(value, known=known).text
    if isinstance(value, dict):
        return {key: masked_values(one, mask, known) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked_values(one, mask, known) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
