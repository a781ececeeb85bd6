"""``GET /v1/tickets``: tickets by area, time, state and words; page by page, or all as a file."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON, choose
from api.schemas_tickets import TicketList
from api.state import Service
from api.tickets_parameters import (
    AreaCode,
    AreaLayer,
    Bbox,
    BodyCode,
    CategoryStart,
    ChannelKey,
    CountFlag,
    Cursor,
    HandlerCode,
    IncidentCode,
    LanguageText,
    OverdueFlag,
    PageLimit,
    ReceivedFrom,
    ReceivedTo,
    RequestTypeKey,
    ReviewFlag,
    States,
    Words,
    bbox_of,
    following_page,
    states_of,
)
from api.tickets_service import TicketService
from api.tickets_told import ticket_told
from governance.tickets.export_columns import ExportTerms
from governance.tickets.exporting import MEDIA_TYPES, ExportKind, exported
from governance.tickets.search import TicketQuery
from governance.tickets.ticket import Ticket

__all__ = ["add_ticket_search_route"]

_DESCRIPTION = """\
条件全部满足才列出，按受理时间倒序；next 与 Link 头给出下一页。Accept 为 text/csv、Excel(xlsx)或
application/vnd.apache.parquet 时，不分页，流式导出全部命中：lang=zh 用中文列名与名称，lang=en 用
字段名与代码。标题、正文、地址均已脱敏，不含诉求人信息。

Every condition that is given must hold; the latest received come first, and `next` and the `Link`
header lead to the next page. With `Accept: text/csv`, Excel or Parquet all matches come as one
file, not page by page: headings and names in Chinese for lang=zh, keys and codes for lang=en.
Texts are masked; nothing tells who called.
"""
_ROWS_AT_ONCE = 500
_NO_STORE = {"cache-control": "no-store", "vary": "Accept"}
_KINDS = {media: kind for kind, media in MEDIA_TYPES.items()}
_BYTES = {"schema": {"type": "string", "format": "binary"}}


def _page(tickets: TicketService, request: Request, query: TicketQuery) -> Response:
    page = tickets.store.search(query)
    following = following_page(request, page.cursor)
    body: dict[str, Any] = {
        "tickets": [ticket_told(ticket, tickets.now()) for ticket in page.tickets],
        "count": page.total,
        "next": following,
    }
    headers = dict(_NO_STORE)
    if following is not None:
        headers["link"] = f'<{following}>; rel="next"'
    return Response(orjson.dumps(body), media_type=JSON, headers=headers)


def all_matches(tickets: TicketService, query: TicketQuery) -> Iterator[Ticket]:
    """Read all tickets that match, some at a time."""
    query = replace(query, limit=_ROWS_AT_ONCE, cursor="", count=False)
    while True:
        page = tickets.store.search(query)
        yield from page.tickets
        if not page.cursor:
            return
        query = replace(query, cursor=page.cursor)


def _file(tickets: TicketService, media: str, query: TicketQuery, language: str) -> Response:
    kind = _KINDS[media]
    is_chinese = language == "zh"
    now = tickets.now()
    names = tickets.names() if is_chinese else {}
    terms = ExportTerms(now, is_chinese=is_chinese, names=names)
    parts = exported(all_matches(tickets, query), kind, terms)
    # What is wrong with the store is said before the answer begins, where Excel does not yet write.
    first = b"" if kind is ExportKind.XLSX else next(parts)

    def body() -> Iterator[bytes]:
        yield first
        yield from parts

    name = f"tickets-{now:%Y%m%dT%H%M%S}.{kind}"
    headers = {**_NO_STORE, "content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body(), media_type=media, headers=headers)


def add_ticket_search_route(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/tickets``."""

    @app.get(
        "/v1/tickets",
        tags=["tickets"],
        summary="查询与导出工单 / Search and export tickets",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {
                "model": TicketList,
                "content": {
                    JSON: {"example": examples.TICKET_LIST},
                    **dict.fromkeys(MEDIA_TYPES.values(), _BYTES),
                },
            },
            **PROBLEM_RESPONSES,
        },
    )
    async def search_tickets(  # noqa: PLR0913, PLR0917 - one parameter for each of the query
        request: Request,
        layer: AreaLayer = "",
        area: AreaCode = "",
        bbox: Bbox = "",
        category: CategoryStart = "",
        body: BodyCode = "",
        handler: HandlerCode = "",
        state: States = "",
        channel: ChannelKey = "",
        request_type: RequestTypeKey = "",
        review: ReviewFlag = "",
        overdue: OverdueFlag = None,
        received_from: ReceivedFrom = None,
        received_to: ReceivedTo = None,
        text: Words = "",
        incident: IncidentCode = "",
        limit: PageLimit = 50,
        cursor: Cursor = "",
        count: CountFlag = False,  # noqa: FBT002 - a parameter of the query
        lang: LanguageText = "zh",
    ) -> Response:
        tickets = service.require_tickets()
        query = TicketQuery(
            layer=layer,
            area=area,
            bbox=bbox_of(bbox),
            category=category,
            body=body,
            handler=handler,
            state=states_of(state),
            channel=channel,
            request_type=request_type,
            review=review,
            is_overdue=overdue,
            now=tickets.now(),
            received_from=received_from,
            received_to=received_to,
            text=text,
            incident=incident,
            limit=limit,
            cursor=cursor,
            count=count,
        )
        media = choose(request, [JSON, *MEDIA_TYPES.values()])
        if media == JSON:
            return await run_in_threadpool(_page, tickets, request, query)
        return await run_in_threadpool(_file, tickets, media, query, lang)
