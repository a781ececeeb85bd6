"""Routes whose JSON body the framework reads, up to a size."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from starlette.types import Message

from api.errors import BodyTooLargeError
from api.routing import StrictRoute


def limited_route(limit_bytes: int) -> type[StrictRoute]:
    """Make a strict route that refuses larger bodies before all of them is read.

    The framework itself reads a body of any size into memory.
    """

    class LimitedRoute(StrictRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def limited(request: Request) -> Response:
                body = await read_limited(request, limit_bytes)

                async def again() -> Message:
                    return {"type": "http.request", "body": body, "more_body": False}

                return await handler(Request(request.scope, again))

            return limited

    return LimitedRoute


async def read_limited(request: Request, limit_bytes: int) -> bytes:
    """Read a body; BodyTooLargeError where it is longer than the limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise BodyTooLargeError(limit_bytes)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit_bytes:
            raise BodyTooLargeError(limit_bytes)
    return bytes(body)
