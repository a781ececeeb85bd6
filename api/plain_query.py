"""Reading the plain form of a lookup's query without the framework's help.

Nearly all lookups ask ``lon=116.4&lat=39.9`` and little more. Reading that takes a few
microseconds; the framework's general reading and validation take a hundred. Whatever is not plain
(escapes, unknown or repeated names, anything that does not look like its type) goes the general
way, which says what is wrong.
"""

import re
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

from fastapi import Request, Response

from api.routing import StrictRoute

_NUMBER = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,20})?").fullmatch
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_WORDS = re.compile(r"[A-Za-z0-9_:,.-]+").fullmatch
_MOST_METRES = 1000.0


def _number(text: str) -> float | None:
    return float(text) if _NUMBER(text) else None


def _date(text: str) -> date | None:
    if not _DATE(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _metres(text: str) -> float | None:
    value = _number(text)
    return value if value is not None and 0.0 <= value <= _MOST_METRES else None


def _words(text: str) -> str | None:
    return text if _WORDS(text) else None


_READERS: dict[str, Callable[[str], object]] = {
    "lon": _number,
    "lat": _number,
    "datum": _words,
    "at": _date,
    "accuracy_m": _metres,
    "layers": _words,
}


def read_plain_query(query: bytes) -> dict[str, Any] | None:
    """Read the query of a lookup if it is plain.

    Parameters
    ----------
    query
        As it came, without the question mark.

    Returns
    -------
    values
        By parameter, of its type; None where the general way is needed.
    """
    values: dict[str, Any] = {}
    for part in query.decode("latin-1").split("&"):
        name, _, text = part.partition("=")
        read = _READERS.get(name)
        if read is None or name in values:
            return None
        value = read(text)
        if value is None:
            return None
        values[name] = value
    return values if "lon" in values and "lat" in values else None


class PlainQueryRoute(StrictRoute):
    """A strict route that reads plain queries itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Go around the framework's handler where the query is plain."""
        general = super().get_route_handler()
        endpoint: Callable[..., Coroutine[Any, Any, Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            values = read_plain_query(request.scope["query_string"])
            if values is None:
                return await general(request)
            return await endpoint(request, **values)

        return handle
