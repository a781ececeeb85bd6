"""``POST /v1/tickets/{id}/events``: what people and units do to a ticket."""

import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.errors import BodyFormatError, ChangedMeanwhileError
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_tickets import ActGiven, TicketActed
from api.state import Service
from api.tickets_given import body_as, schema_of
from api.tickets_parameters import TicketId
from api.tickets_post import WRITE_RESPONSES
from api.tickets_service import TicketService
from api.tickets_told import events_told, whole_ticket
from governance.tickets.errors import StaleTicketError, TicketError
from governance.tickets.life.acts import ACTS, Act, ShowCaller, read_act
from governance.tickets.ticket import Ticket

__all__ = ["IF_MATCH", "acted", "add_ticket_act_route", "seq_wanted"]

_DESCRIPTION = """\
kind 为 dispatch、redispatch、sign、start、reply、call_back、return、decide_return、close、reopen、
pause、resume、extend、recalendar、merge、link、unlink、note 等；data 为其内容，文字先脱敏再存。状态
不允许的，409 并写明允许什么。If-Match 写所见的 ETag：其间有人改动即 412，什么也不记。须许可修改。

What is done is checked against the state of the ticket; 409 says what it would take. Texts are
masked before they are kept. With `If-Match` set to the ETag that was seen, the answer is 412 and
nothing is recorded where someone else was faster. Off unless XIAQU_ALLOW_WRITES is true.
"""
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": '所见工单的 ETag，如 "7" / ETag of the ticket as seen',
    "schema": {"type": "string"},
}
"""The header in the documentation; the routes read it themselves."""

# A look at a caller is recorded by looking, never by saying so.
_OFFERED = {name: act for name, act in ACTS.items() if act is not ShowCaller}


def seq_wanted(request: Request) -> int | None:
    """Read the number of events that If-Match names; None where any will do.

    Raises
    ------
    BodyFormatError
        It is no tag of a ticket.
    """
    text = request.headers.get("if-match", "").strip()
    if text in {"", "*"}:
        return None
    inner = text[1:-1]
    if text != f'"{inner}"' or not inner.isascii() or not inner.isdigit():
        raise BodyFormatError(
            'If-Match is no ETag of a ticket; send it as it came, such as "7"', field="If-Match"
        )
    return int(inner)


def _act(given: ActGiven) -> Act:
    if given.kind not in _OFFERED:
        known = ", ".join(_OFFERED)
        raise BodyFormatError(f"kind: there is no such act; one of {known}", field="kind")
    values = {**given.data, "actor": given.actor, "unit": given.unit, "at": given.at}
    try:
        return read_act(given.kind, values)
    except TicketError as error:
        # The value may be what somebody wrote about somebody.
        raise BodyFormatError(f"{error.field}: {error.problem}", field=error.field) from None


def acted(tickets: TicketService, before: int, after: Ticket) -> Response:
    """Answer with a ticket and the events from a number on."""
    events = tickets.store.events(after.id)[before : after.seq]
    body = {
        "ticket": whole_ticket(after, tickets.now()),
        "events": events_told(events, tickets.explainer()),
    }
    headers = {"cache-control": "no-store", "etag": f'"{after.seq}"'}
    return Response(orjson.dumps(body), media_type=JSON, headers=headers)


def _do(tickets: TicketService, ticket: str, act: Act, seq: int | None) -> Response:
    before = tickets.store.ticket(ticket).seq if seq is None else seq
    try:
        after = tickets.desk.act(ticket, act, seq=seq)
    except StaleTicketError as error:
        if seq is None:
            raise
        raise ChangedMeanwhileError(ticket, seq, error.found) from None
    return acted(tickets, before, after)


def add_ticket_act_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/tickets/{id}/events``."""

    @app.post(
        "/v1/tickets/{ticket}/events",
        tags=["tickets"],
        summary="办理工单 / Do something to a ticket",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {"model": TicketActed, "content": {JSON: {"example": examples.ACTED}}},
            409: {"description": "状态不允许 / State forbids", **PROBLEM_RESPONSES[422]},
            412: {"description": "其间已有改动 / Changed meanwhile", **PROBLEM_RESPONSES[422]},
            **WRITE_RESPONSES,
        },
        openapi_extra={
            "parameters": [IF_MATCH],
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {
                        "schema": schema_of(ActGiven),
                        "example": examples.ACT_GIVEN,
                    }
                },
            },
        },
    )
    async def do_act(request: Request, ticket: TicketId) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, ActGiven)
        return await run_in_threadpool(_do, tickets, ticket, _act(given), seq_wanted(request))
