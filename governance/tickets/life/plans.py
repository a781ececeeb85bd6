"""What each act does to a ticket: its checks, and the events it drafts."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from governance.tickets.errors import TicketError
from governance.tickets.life import acts
from governance.tickets.life.acts import Act
from governance.tickets.life.clock import pause_state, restarted_clock
from governance.tickets.life.dispatching import Handover, lead_by_ruling, plan_dispatch, reviewed
from governance.tickets.life.drafting import Draft, LifeContext, Plan
from governance.tickets.life.profile import RESTART
from governance.tickets.life.returning import plan_decision, plan_return
from governance.tickets.life.units import check_unit, helpers_of, holders_of
from governance.tickets.terms import EventKind, TicketState
from governance.tickets.ticket import Ticket

__all__ = ["PLANS"]

_E = EventKind


def _dispatch(ticket: Ticket, act: acts.Dispatch, context: LifeContext, draft: Draft) -> None:
    body = act.body or ticket.body
    if not body:
        raise TicketError("body", body, "the rules name nobody; name the body that is to handle it")
    to = Handover(body=body, co_organisers=act.co_organisers, copied=act.copied)
    plan_dispatch(ticket, to, context, draft)
    reviewed(draft)


def _redispatch(ticket: Ticket, act: acts.Redispatch, context: LifeContext, draft: Draft) -> None:
    if act.body == ticket.handler:
        raise TicketError("body", act.body, "has the ticket already; name another body")
    to = Handover(
        body=act.body,
        because=context.mask(act.because),
        ruling=act.ruling,
        lead=lead_by_ruling(act.ruling, context),
        co_organisers=act.co_organisers,
        copied=act.copied,
    )
    plan_dispatch(ticket, to, context, draft)
    reviewed(draft)


def _sign(ticket: Ticket, act: acts.Sign, context: LifeContext, draft: Draft) -> None:
    check_unit(act, holders_of(ticket), context)
    draft.add(_E.SIGNED, {})


def _start(ticket: Ticket, act: acts.Start, context: LifeContext, draft: Draft) -> None:
    check_unit(act, helpers_of(ticket), context)
    draft.add(_E.STARTED, {"note": context.mask(act.note)})


def _reply(ticket: Ticket, act: acts.Reply, context: LifeContext, draft: Draft) -> None:
    _need("text", act.text)
    is_direct = ticket.state == TicketState.RECEIVED and not act.unit
    if not is_direct:
        check_unit(act, helpers_of(ticket), context)
    draft.add(_E.REPLIED, {"text": context.mask(act.text), "is_direct": is_direct})


def _call_back(_ticket: Ticket, act: acts.CallBack, context: LifeContext, draft: Draft) -> None:
    if not act.is_reached and (act.is_solved is not None or act.satisfaction):
        raise TicketError("is_reached", act.is_reached, "who was not reached gave no answers")
    draft.add(
        _E.CALLED_BACK,
        {
            "is_reached": act.is_reached,
            "is_solved": act.is_solved,
            "satisfaction": context.mask(act.satisfaction),
            "effect": context.mask(act.effect),
            "attitude": context.mask(act.attitude),
            "raw": {key: _masked(value, context) for key, value in act.raw.items()},
        },
    )


def _masked(value: Any, context: LifeContext) -> Any:  # noqa: ANN401 - JSON values
    if isinstance(value, str):
        return context.mask(value)
    if isinstance(value, Mapping):
        return {key: _masked(one, context) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one, context) for one in value]
    return value


def _close(_ticket: Ticket, act: acts.Close, context: LifeContext, draft: Draft) -> None:
    because = context.mask(act.because)
    draft.add(_E.CLOSED, {"outcome": context.mask(act.outcome), "because": because})


def _reopen(ticket: Ticket, act: acts.Reopen, context: LifeContext, draft: Draft) -> None:
    _need("because", act.because)
    body = act.body or ticket.handler
    data: dict[str, Any] = {"because": context.mask(act.because)}
    if ticket.clock and context.profile.reopening == RESTART:
        data |= restarted_clock(ticket, context.calendar, draft.at)
    data["profile"] = context.profile.version
    draft.add(_E.REOPENED, data)
    if body:
        # 二次派单: who had it has it again, or another body. Without either it waits for one.
        to = Handover(body=body, because=context.mask(act.because))
        plan_dispatch(draft.ticket, to, context, draft)


def _pause(ticket: Ticket, act: acts.Pause, context: LifeContext, draft: Draft) -> None:
    if act.state in context.machine.states:
        raise TicketError("state", act.state, "is a state of tickets; its clock follows by itself")
    if ticket.state == TicketState.CLOSED:
        raise TicketError("state", act.state, "the ticket is closed; reopen it first")
    draft.pause(act.state, context.mask(act.because))


def _resume(ticket: Ticket, _act: acts.Resume, _context: LifeContext, draft: Draft) -> None:
    state = pause_state(ticket)
    if state and state == ticket.state:
        problem = "the clock stands as long as the ticket is in this state"
        raise TicketError("state", state, problem)
    draft.resume()


def _extend(ticket: Ticket, act: acts.Extend, context: LifeContext, draft: Draft) -> None:
    _need("reason", act.reason)
    profile, clock = context.profile, ticket.clock
    granted = [e["by_s"] for e in clock.get("events", ()) if e["what"] == "extend"]
    if len(granted) >= profile.extensions_allowed:
        problem = f"the profile allows {profile.extensions_allowed} for one ticket"
        raise TicketError("extensions", len(granted) + 1, problem)
    if clock:
        longest_s = profile.longest_extension * clock["level"]["limit_s"]
        if sum(granted) + act.by.total_seconds() > longest_s:
            problem = f"all extensions together are at most {longest_s:,.0f} s for this level"
            raise TicketError("by", act.by.total_seconds(), problem)
    draft.extend(act.by, context.mask(act.reason))


def _recalendar(ticket: Ticket, act: acts.Recalendar, context: LifeContext, draft: Draft) -> None:
    del ticket
    draft.recalendar(context.calendars(act.calendar), context.mask(act.reason))


def _merge(ticket: Ticket, act: acts.Merge, context: LifeContext, draft: Draft) -> None:
    if act.into == ticket.id:
        raise TicketError("into", act.into, "a ticket merges into another one")
    draft.add(_E.MERGED, {"into": act.into, "because": context.mask(act.because)})


def _link(ticket: Ticket, act: acts.Link, _context: LifeContext, draft: Draft) -> None:
    _other(ticket, act.other)
    if not 0 <= act.score <= 1:
        raise TicketError("score", act.score, "from 0 to 1")
    said = {"why_zh": act.why_zh, "why_en": act.why_en}
    draft.add(_E.LINKED, {"kind": act.kind.value, "other": act.other, "score": act.score} | said)


def _unlink(ticket: Ticket, act: acts.Unlink, _context: LifeContext, draft: Draft) -> None:
    _other(ticket, act.other)
    draft.add(_E.UNLINKED, {"kind": act.kind.value, "other": act.other})


def _other(ticket: Ticket, other: str) -> None:
    if other in {"", ticket.id}:
        raise TicketError("other", other, "name another ticket")


def _attach(_ticket: Ticket, act: acts.Attach, _context: LifeContext, draft: Draft) -> None:
    draft.add(_E.ATTACHED, {"incident": act.incident})


def _detach(ticket: Ticket, act: acts.Detach, context: LifeContext, draft: Draft) -> None:
    because = context.mask(act.because)
    draft.add(_E.DETACHED, {"incident": ticket.incident, "because": because})


def _note(_ticket: Ticket, act: acts.Note, context: LifeContext, draft: Draft) -> None:
    _need("text", act.text)
    draft.add(_E.NOTED, {"text": context.mask(act.text)})


def _show_caller(
    _ticket: Ticket, act: acts.ShowCaller, _context: LifeContext, draft: Draft
) -> None:
    _need("purpose", act.purpose)
    _need("reader", act.reader)
    draft.add(
        _E.CALLER_SHOWN,
        {
            "reader": act.reader,
            "unit": act.unit,
            "purpose": act.purpose,
            "fields": _sorted(act.fields),
        },
    )


def _sorted(names: Collection[str]) -> list[str]:
    return sorted(set(names))


def _need(field: str, value: str) -> None:
    if not value.strip():
        raise TicketError(field, value, "must not be empty")


PLANS: Mapping[type[Act], Plan] = MappingProxyType(
    {
        acts.Dispatch: _dispatch,
        acts.Redispatch: _redispatch,
        acts.Sign: _sign,
        acts.Start: _start,
        acts.Reply: _reply,
        acts.CallBack: _call_back,
        acts.Return: plan_return,
        acts.DecideReturn: plan_decision,
        acts.Close: _close,
        acts.Reopen: _reopen,
        acts.Pause: _pause,
        acts.Resume: _resume,
        acts.Extend: _extend,
        acts.Recalendar: _recalendar,
        acts.Merge: _merge,
        acts.Link: _link,
        acts.Unlink: _unlink,
        acts.Attach: _attach,
        acts.Detach: _detach,
        acts.Note: _note,
        acts.ShowCaller: _show_caller,
    }
)
"""What each act does; a package that adds acts gives a mapping with its own plans added."""
