"""``POST /v1/tickets``: a request comes in, and is answered when it is on disk."""

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from api import examples_tickets as examples
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_tickets import TicketGiven, TicketTaken
from api.state import Service
from api.tickets_given import KEY_HEADER, body_as, new_ticket, schema_of
from api.tickets_told import taken_told

__all__ = ["WRITE_RESPONSES", "add_ticket_post_route"]

_DESCRIPTION = """\
受理一件诉求：定位、认定权属、计时限，能直派的直派，其余转人工审核；落盘后才回答。同一来源(source)
的同一编号(external_id，或请求头 Idempotency-Key)只有一张工单：新单 201，已有 200，内容不同时列出
不同的字段(differs)。诉求人信息单独存放，标题、正文、地址脱敏后才对外。须许可修改。

A request is placed, given an owner and a deadline, and dispatched or put to review; the answer
comes when it is on disk. The same number of the same source is one ticket for good: 201 for a new
one, 200 for a known one, with the fields that differ. The caller is kept apart, texts are masked.
Sending again is always safe: a request that got no answer may be sent until it gets one. Off unless
XIAQU_ALLOW_WRITES is true.
"""

WRITE_RESPONSES: dict[int | str, dict[str, Any]] = {
    403: {"description": "本服务不接受修改 / Changes are off", **PROBLEM_RESPONSES[422]},
    413: {"description": "请求体过大 / Too large", **PROBLEM_RESPONSES[422]},
    415: {"description": "请求体类型不受支持 / Not understood", **PROBLEM_RESPONSES[422]},
    **PROBLEM_RESPONSES,
}
"""Documented problems of a route that changes tickets."""


def add_ticket_post_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/tickets``."""

    @app.post(
        "/v1/tickets",
        tags=["tickets"],
        summary="受理工单 / Take a request in",
        description=_DESCRIPTION,
        response_model=None,
        status_code=HTTPStatus.CREATED,
        responses={
            201: {"model": TicketTaken, "content": {JSON: {"example": examples.TAKEN}}},
            200: {
                "description": "已有此单 / It was there already",
                "model": TicketTaken,
                "content": {JSON: {"example": examples.TAKEN_AGAIN}},
            },
            **WRITE_RESPONSES,
        },
        openapi_extra={
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "description": "body 无 external_id 时的编号 / Number where the body has none",
                    "schema": {"type": "string", "maxLength": 200},
                }
            ],
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {
                        "schema": schema_of(TicketGiven),
                        "example": examples.TICKET_GIVEN,
                    }
                },
            },
        },
    )
    async def take_ticket(request: Request) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, TicketGiven)
        taken = await tickets.take_in(new_ticket(given, request.headers.get(KEY_HEADER, "")))
        path = f"/v1/tickets/{taken.ticket.id}"
        return Response(
            orjson.dumps(taken_told(taken)),
            HTTPStatus.CREATED if taken.is_new else HTTPStatus.OK,
            media_type=JSON,
            headers={"location": path, "cache-control": "no-store"},
        )
