"""``xiaqu tickets show``: a ticket with its history in sentences."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import orjson
import typer

from api.tickets_service import TicketService
from api.tickets_told import events_told, in_city, reasons_told, whole_ticket
from governance.tickets.terms import REVIEW_NAMES, STATE_NAMES, ReviewCode, TicketState
from governance.tickets.ticket import Ticket, TicketEvent
from xiaqu.cli.console import output
from xiaqu.cli.tickets_options import JsonOption, TicketArgument
from xiaqu.cli.tickets_summary import PLACE_NAMES
from xiaqu.settings import read_settings
from xiaqu.tickets.opening import open_service

__all__ = ["head_lines", "show_ticket"]

_LANGUAGES = ("zh", "en")


def show_ticket(
    *,
    ticket: TicketArgument,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en")] = "zh",
    as_json: JsonOption = False,
) -> None:
    """显示工单与经过 · Show a ticket and what happened to it, one sentence for each event."""
    if lang not in _LANGUAGES:
        message = f"--lang {lang!r}: give zh or en"
        raise typer.BadParameter(message)
    service = open_service(read_settings())
    found = service.store.ticket(ticket)
    events = service.store.events(ticket)
    if as_json:
        values = {
            **whole_ticket(found, service.now()),
            "review": reasons_told(found.review),
            "events": events_told(events, service.explainer()),
        }
        output().out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    out = output()
    for line in head_lines(found):
        out.print(line, markup=False, soft_wrap=True)
    out.print()
    for line in _history(service, events, lang):
        out.print(line, markup=False, soft_wrap=True)


def head_lines(ticket: Ticket) -> Iterator[str]:
    """Write what is known of a ticket, masked, in lines."""
    state = STATE_NAMES[TicketState(ticket.state)][0]
    yield f"{ticket.id}  {ticket.source} {ticket.external_id}  {state}"
    yield f"事项 about: {ticket.category} {ticket.category_given}".rstrip()
    for label, text in (
        ("标题 title", ticket.title),
        ("内容 text", ticket.text),
        ("地址 address", ticket.address),
    ):
        if text:
            yield f"{label}: {text}"
    yield f"受理 received: {in_city(ticket.received_at).isoformat()} ({ticket.channel or '-'})"
    place = f"地点 place: {PLACE_NAMES[ticket.place_method]}"
    if ticket.lon is not None:
        place += f" {ticket.place_label} {ticket.lon:.6f},{ticket.lat:.6f} CGCS2000"
        place += f" ±{ticket.accuracy_m:.0f} m" if ticket.accuracy_m is not None else ""
    yield place
    if ticket.body:
        yield f"主体 body: {ticket.body_name}({ticket.body}) {ticket.owner_status}"
    if ticket.handler:
        yield f"承办 handler: {ticket.handler}；首接 first: {ticket.lead}"
    if ticket.due_at is not None:
        doubt = "（待定 provisional）" if ticket.due_is_provisional else ""
        yield f"时限 due: {in_city(ticket.due_at).isoformat()}{doubt}"
    for reason in ticket.review:
        zh, en = REVIEW_NAMES[ReviewCode(reason["code"])]
        values = orjson.dumps(reason.get("values") or {}).decode()
        yield f"待审 review: {zh} {en} {values}"


def _history(service: TicketService, events: Sequence[TicketEvent], language: str) -> Iterator[str]:
    explainer = service.explainer()
    for event in events:
        sentence = explainer.explain(event)[_LANGUAGES.index(language)]
        yield f"{event.seq:>3}  {in_city(event.at):%Y-%m-%d %H:%M:%S}  {sentence}"
