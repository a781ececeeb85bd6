"""``GET /v1/locate``: who holds a point. The hot path of the service.

The framework's own work costs about a hundred microseconds per request; everything here is kept
to a few: plain scalar parameters, the answer as finished bytes from the locator, header bytes
made once, no response model.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from api.examples import LOCATE
from api.parameters import (
    PROBLEM_RESPONSES,
    AccuracyM,
    At,
    DatumText,
    Lat,
    LayersText,
    Lon,
    datum_of,
    layers_named,
)
from api.plain_query import PlainQueryRoute
from api.schemas import LocateAnswer
from api.state import Service
from api.validators import CACHE_CONTROL, entity_tag, names_any, names_tag, not_modified
from geo.coordinates import check_point
from geo.datum import Datum, point_to_cgcs2000

PATH = "/v1/locate"

LocateHandler: TypeAlias = Callable[..., Coroutine[Any, Any, Response]]
"""An ``async def`` with the parameters of :func:`locate_handler`'s result."""

_SAME_NUMBERS = (Datum.WGS84, Datum.CGCS2000)
_FIXED_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", CACHE_CONTROL.encode()),
]


class JsonBytes(Response):
    """A JSON answer from finished bytes.

    Sets its headers directly; the general class spends several microseconds on normalising
    names that are already normal.
    """

    def __init__(self, body: bytes, tag: str) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [
            *_FIXED_HEADERS,
            (b"etag", tag.encode()),
            (b"content-length", b"%d" % len(body)),
        ]


def locate_handler(service: Service) -> LocateHandler:
    """Make the handler of ``GET /v1/locate``."""
    source, clock = service.source, service.clock

    async def locate(
        request: Request,
        lon: Lon,
        lat: Lat,
        datum: DatumText = "WGS-84",
        at: At = None,
        accuracy_m: AccuracyM = 20.0,
        layers: LayersText = None,
    ) -> Response:
        loaded = source.loaded
        locator = loaded.locator
        day = clock.today() if at is None else at
        tag = entity_tag(request, loaded.token, day, "json")
        if names_tag(request, tag):
            return not_modified(tag)
        known = datum_of(datum)
        if known in _SAME_NUMBERS:
            check_point(lon, lat, loaded.bounds)
            x, y = lon, lat
        else:
            x, y = point_to_cgcs2000(lon, lat, known)
            check_point(x, y, loaded.bounds)
        body = locator.locate_json(
            x,
            y,
            at=day,
            accuracy_m=accuracy_m,
            layers=None if layers is None else layers_named(locator, layers),
            input_point=(lon, lat, str(known)),
        )
        return not_modified(tag) if names_any(request) else JsonBytes(body, tag)

    return locate


def register_locate(
    app: FastAPI, handler: LocateHandler, route_class: type[APIRoute] | None = None
) -> None:
    """Register a handler as ``GET /v1/locate``.

    Parameters
    ----------
    app
        The application.
    handler
        Of :func:`locate_handler`, or one with the same parameters to compare with.
    route_class
        How the query is read; that of the application's router when None.
    """
    app.router.add_api_route(
        PATH,
        handler,
        methods=["GET"],
        name="locate",
        tags=["locate"],
        summary="一个点属于谁 / Who holds a point",
        description=(
            "返回所属辖区链(区 > 街道/乡镇 > 社区 > 网格)、叠加图层、到边界的距离、"
            "精度范围内的其他候选，以及所用版本。\n\n"
            "The chain of areas that hold the point, overlays, the distance to the border, every"
            " contender within the stated accuracy, and the editions that answered."
        ),
        response_model=None,
        route_class_override=route_class,
        responses={
            200: {
                "description": "所属辖区 / The chain",
                "model": LocateAnswer,
                "content": {"application/json": {"example": LOCATE}},
            },
            304: {"description": "与 If-None-Match 一致 / Unchanged"},
            **PROBLEM_RESPONSES,
        },
    )


def add_locate_route(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/locate``."""
    register_locate(app, locate_handler(service), PlainQueryRoute)
