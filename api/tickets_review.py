"""``/v1/tickets/review``: what waits for a person, with what it may mean."""

from typing import Annotated

import orjson
from fastapi import FastAPI, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.representation import JSON
from api.schemas_tickets import ReviewCounts, ReviewPage
from api.state import Service
from api.tickets_parameters import (
    AreaCode,
    AreaLayer,
    Cursor,
    PageLimit,
    following_page,
    require_area_pair,
)
from api.tickets_read import answered
from api.tickets_service import TicketService
from api.tickets_told import in_city, reasons_told, ticket_told
from governance.tickets.terms import REVIEW_NAMES, ReviewCode

__all__ = ["add_ticket_review_routes"]

_NO_STORE = {"cache-control": "no-store"}

Reason = Annotated[
    ReviewCode | None, Query(description="只列因此待审的 / Only those that wait for this reason")
]


def _page(
    tickets: TicketService,
    request: Request,
    code: ReviewCode | None,
    area: tuple[str, str] | None,
    limit: int,
    cursor: str,
) -> Response:
    page = tickets.store.review_items(code=code, area=area, limit=limit, cursor=cursor)
    now = tickets.now()
    following = following_page(request, page.cursor)
    body = {
        "items": [
            {
                "ticket": ticket_told(item.ticket, now),
                "reasons": reasons_told(item.reasons),
                "candidates": item.candidates,
                "opened_at": in_city(item.opened_at),
            }
            for item in page.items
        ],
        "next": following,
    }
    headers = dict(_NO_STORE)
    if following is not None:
        headers["link"] = f'<{following}>; rel="next"'
    return Response(orjson.dumps(body), media_type=JSON, headers=headers)


def _counts(tickets: TicketService) -> Response:
    counts = [
        {
            "code": code,
            "name": REVIEW_NAMES[ReviewCode(code)][0],
            "name_en": REVIEW_NAMES[ReviewCode(code)][1],
            "count": count,
        }
        for code, count in tickets.store.review_counts().items()
    ]
    return Response(orjson.dumps({"counts": counts}), media_type=JSON, headers=_NO_STORE)


def add_ticket_review_routes(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/tickets/review`` and its counts."""

    @app.get(
        "/v1/tickets/review",
        tags=["tickets"],
        summary="人工审核队列 / What waits for a person",
        description=(
            "等候最久的在前；逐条给出原因与候选地点及其主体。更正见 corrections。\n\n"
            "The longest waiting first, each with its reasons and ranked candidates, to be settled"
            " by a correction."
        ),
        response_model=None,
        responses=answered(ReviewPage, examples.REVIEW),
    )
    async def review_queue(
        request: Request,
        code: Reason = None,
        layer: AreaLayer = "",
        area: AreaCode = "",
        limit: PageLimit = 50,
        cursor: Cursor = "",
    ) -> Response:
        tickets = service.require_tickets()
        require_area_pair(layer, area)
        pair = (layer, area) if area else None
        return await run_in_threadpool(_page, tickets, request, code, pair, limit, cursor)

    @app.get(
        "/v1/tickets/review/counts",
        tags=["tickets"],
        summary="待审数量 / How many wait for a person",
        description="按原因计数，一单可有几个原因。\n\nBy reason; one ticket may have several.",
        response_model=None,
        responses=answered(ReviewCounts, examples.REVIEW_COUNTS),
    )
    async def review_counts() -> Response:
        return await run_in_threadpool(_counts, service.require_tickets())
