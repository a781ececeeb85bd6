"""``GET /v1/tickets/stream``: what happens, as server-sent events."""

from typing import Annotated

from fastapi import FastAPI, Header, Query, Response
from fastapi.sse import EventSourceResponse

from api import examples_tickets as examples
from api.errors import BodyFormatError
from api.events_stream import Wanted
from api.parameters import PROBLEM_RESPONSES
from api.state import Service
from api.tickets_parameters import AreaCode, AreaLayer, BodyCode, CategoryStart, require_area_pair
from governance.tickets.terms import EventKind

__all__ = ["add_ticket_stream_route"]

_DESCRIPTION = """\
工单与事件上每发生一件事，推送一条：id 为全局序号，event 为种类，data 为 JSON(一句话说明，及工单或
事件当前的要点)。断线后浏览器自带的 Last-Event-ID 从断处续传，一条不漏；也可用 after 指定序号，
after=0 从头开始。静默时每 15 秒报一次平安并带上序号。内容不含个人信息。

One event for everything that happens to tickets and incidents: `id` is the position in the log,
`event` the kind, `data` JSON with a sentence and what the ticket or incident is now. After a broken
connection `Last-Event-ID` goes on exactly where it broke; `after` does the same, `after=0` begins
at the first event ever. A silent stream says every 15 seconds that it is alive.
"""

Kinds = Annotated[
    str,
    Query(
        max_length=500,
        description="只要这些种类，逗号分隔 / Only these kinds, comma separated",
        examples=["received,dispatched,proposed"],
    ),
]
After = Annotated[
    int | None,
    Query(ge=0, description="从此序号之后开始，缺省为现在 / After this position; default now"),
]
LastEventId = Annotated[
    str | None,
    Header(description="断线时最后的序号，由浏览器自带 / Sent by browsers that come back"),
]


def _kinds(text: str) -> frozenset[str]:
    named = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(named - set(EventKind))
    if unknown:
        known = ", ".join(EventKind)
        raise BodyFormatError(f"kinds: no kind of event {unknown[0]!r}; known: {known}")
    return named


def _position(after: int | None, last_event_id: str | None) -> int | None:
    """Read where to go on; what the browser sends counts, as it is newer than the address."""
    text = (last_event_id or "").strip()
    if not text:
        return after
    if not text.isascii() or not text.isdigit():
        raise BodyFormatError(
            "Last-Event-ID is no position; send back the id of the last event, or leave it out",
            field="Last-Event-ID",
        )
    return int(text)


def add_ticket_stream_route(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/tickets/stream``."""

    @app.get(
        "/v1/tickets/stream",
        tags=["tickets"],
        summary="实时事件流 / What happens, as it happens",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {"content": {"text/event-stream": {"example": examples.STREAM}}},
            **PROBLEM_RESPONSES,
        },
    )
    async def ticket_stream(
        layer: AreaLayer = "",
        area: AreaCode = "",
        body: BodyCode = "",
        category: CategoryStart = "",
        kinds: Kinds = "",
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> Response:
        hub = service.require_tickets().hub
        require_area_pair(layer, area)
        wanted = Wanted(layer=layer, area=area, body=body, category=category, kinds=_kinds(kinds))
        stream = hub.stream(_position(after, last_event_id), wanted)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return EventSourceResponse(stream, headers=headers)
