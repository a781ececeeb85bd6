"""``GET /v1/tickets/{id}`` and what belongs to one ticket: events, links, and its caller."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.errors import CallersOffError
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_tickets import CallerShown, LinkList, TicketHistory, TicketWhole
from api.state import Service
from api.tickets_parameters import TicketId
from api.tickets_service import TicketService
from api.tickets_told import events_told, in_city, whole_ticket
from governance.tickets.life.acts import ShowCaller
from governance.tickets.privacy.sight import Purpose, may_see, shown
from governance.tickets.ticket import Ticket

__all__ = ["add_ticket_read_routes", "answered", "ticket_answer"]

_NO_STORE = {"cache-control": "no-store"}

ReaderAccount = Annotated[
    str, Query(min_length=1, max_length=100, description="查看人账号 / Account that looks")
]
ReaderUnit = Annotated[
    str, Query(min_length=1, max_length=100, description="查看单位代码 / Code of its body")
]
PurposeText = Annotated[Purpose, Query(description="用途 / What for", examples=["contact"])]


def answered(model: type[BaseModel], example: object) -> dict[int | str, dict[str, Any]]:
    """Describe a JSON answer and the problems."""
    return {200: {"model": model, "content": {JSON: {"example": example}}}, **PROBLEM_RESPONSES}


def ticket_answer(tickets: TicketService, ticket: Ticket) -> Response:
    """Answer with a whole ticket; its ETag is the number of its events, for If-Match."""
    return Response(
        orjson.dumps(whole_ticket(ticket, tickets.now())),
        media_type=JSON,
        headers={**_NO_STORE, "etag": f'"{ticket.seq}"'},
    )


def _ticket(tickets: TicketService, ticket: str) -> Response:
    return ticket_answer(tickets, tickets.store.ticket(ticket))


def _events(tickets: TicketService, ticket: str) -> Response:
    tickets.store.ticket(ticket)  # an incident is no ticket
    events = events_told(tickets.store.events(ticket), tickets.explainer())
    return _json({"id": ticket, "events": events})


def _links(tickets: TicketService, ticket: str) -> Response:
    found = tickets.store.ticket(ticket)
    links = [
        {
            "kind": link.kind,
            "other": link.other if link.ticket == ticket else link.ticket,
            "score": link.score,
            "why": link.why_zh,
            "why_en": link.why_en,
            "at": in_city(link.linked_at),
        }
        for link in tickets.store.links(ticket)
    ]
    return _json({"id": ticket, "links": links, "incident": found.incident})


def _caller(
    tickets: TicketService, ticket: str, *, reader: str, unit: str, purpose: Purpose
) -> Response:
    found = tickets.store.ticket(ticket)
    fields = may_see(
        found,
        unit,
        purpose,
        profile=tickets.sight.profile,
        reported=tickets.names_of_reported(found.reported),
    )
    record = tickets.store.caller(ticket)
    if record is None:
        return _json({"id": ticket, "caller": {}, "shown": [], "event": None})
    # On record before anything is shown: a look that cannot be recorded does not happen.
    act = ShowCaller(actor=reader, unit=unit, reader=reader, purpose=purpose.value, fields=fields)
    after = tickets.desk.act(ticket, act)
    values = shown(record, fields, is_protected=found.is_protected)
    seen = [name for name in fields if name in values]
    return _json({"id": ticket, "caller": values, "shown": seen, "event": after.seq})


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type=JSON, headers=_NO_STORE)


def add_ticket_read_routes(app: FastAPI, service: Service) -> None:
    """Register the ticket itself, its events, its links and its caller."""

    def add(
        path: str,
        answer: Callable[..., Coroutine[Any, Any, Response]],
        summary: str,
        description: str,
        responses: dict[int | str, dict[str, Any]],
    ) -> None:
        app.get(
            path,
            tags=["tickets"],
            summary=summary,
            description=description,
            response_model=None,
            responses=responses,
        )(answer)

    async def ticket_shown(ticket: TicketId) -> Response:
        return await run_in_threadpool(_ticket, service.require_tickets(), ticket)

    async def ticket_events(ticket: TicketId) -> Response:
        return await run_in_threadpool(_events, service.require_tickets(), ticket)

    async def ticket_links(ticket: TicketId) -> Response:
        return await run_in_threadpool(_links, service.require_tickets(), ticket)

    async def ticket_caller(
        ticket: TicketId, reader: ReaderAccount, unit: ReaderUnit, purpose: PurposeText
    ) -> Response:
        tickets = service.require_tickets()
        if not tickets.sight.is_on:
            raise CallersOffError
        return await run_in_threadpool(
            _caller, tickets, ticket, reader=reader, unit=unit, purpose=purpose
        )

    add(
        "/v1/tickets/{ticket}",
        ticket_shown,
        "一张工单 / One ticket",
        "当前状态、地点、权属、时限；文字已脱敏。ETag 为事件数，修改时可作 If-Match。\n\n"
        "As it stands; texts are masked. The ETag is the number of its events, for If-Match.",
        answered(TicketWhole, examples.TICKET),
    )
    add(
        "/v1/tickets/{ticket}/events",
        ticket_events,
        "一张工单的全部事件 / Everything that happened to a ticket",
        "由先到后，各附一句中英文说明与内容。\n\nIn order, each with a sentence and its data.",
        answered(TicketHistory, examples.HISTORY),
    )
    add(
        "/v1/tickets/{ticket}/links",
        ticket_links,
        "关联的工单 / Tickets that belong together",
        "重复、同一诉求、同地点反复，及所属事件，附理由。\n\n"
        "Duplicates, the same request elsewhere, repeat places; each with the reason.",
        answered(LinkList, examples.LINKS),
    )
    add(
        "/v1/tickets/{ticket}/caller",
        ticket_caller,
        "查看诉求人 / Look at the caller",
        "须 XIAQU_SHOW_CALLERS 许可，写明查看人、单位与用途；每次查看先记入工单事件再显示。无权看的"
        "字段脱敏；举报人对被举报单位与承办单位一律不显示。\n\n"
        "Off unless XIAQU_SHOW_CALLERS is true. Who looks and what for is recorded as an event of"
        " the ticket before anything is shown; fields that the reader may not see are masked. A"
        " reporter is never shown to the reported body, nor to the unit that handles the report.",
        {
            403: {"description": "不得查看 / Must not be shown", **PROBLEM_RESPONSES[422]},
            **answered(CallerShown, examples.CALLER),
        },
    )
