"""How routes treat what they do not know: unknown and repeated query parameters, HEAD."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import RepeatedParameterError, UnknownParameterError


class StrictRoute(APIRoute):
    """A route that refuses query parameters it does not have, and repeated ones.

    A misspelt ``accuracy`` that is silently ignored would give a confident wrong answer.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler with the check."""
        handler = super().get_route_handler()
        accepted = frozenset(field.alias for field in self.dependant.query_params)

        async def strict(request: Request) -> Response:
            given = request.query_params
            names = given.keys()
            if not names <= accepted:
                raise UnknownParameterError(names - accepted, accepted)
            if len(names) != len(given.multi_items()):
                items = [name for name, _ in given.multi_items()]
                raise RepeatedParameterError({name for name in items if items.count(name) > 1})
            return await handler(request)

        return strict


class HeadAsGet:
    """ASGI middleware: HEAD is answered as GET without the body.

    Plain ASGI, one comparison for every other request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_head)
