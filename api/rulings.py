"""``/v1/rulings``: what was decided on the spot, recorded and revoked."""

from typing import Annotated, Any

import numpy as np
import orjson
import shapely
from fastapi import FastAPI, Query, Response
from starlette.concurrency import run_in_threadpool

from api import examples_rules as examples
from api.body_limit import limited_route
from api.parameters import PROBLEM_RESPONSES, datum_of
from api.representation import JSON
from api.schemas_rules import RevocationRequest, RulingList, RulingRequest, RulingTold
from api.shares import geometry_of
from api.state import Service
from geo.datum import geometries_to_cgcs2000
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore

_KINDS = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_MOST_BYTES = 4 * 1024 * 1024
_NO_STORE = {"cache-control": "no-store"}

RevokedFlag = Annotated[bool, Query(description="包括已撤销的 / Revoked ones too")]

_WRITE_RESPONSES: dict[int | str, dict[str, Any]] = {
    403: {"description": "本服务不接受修改 / Changes are off", **PROBLEM_RESPONSES[422]},
    **PROBLEM_RESPONSES,
}


def told(ruling: Ruling) -> dict[str, Any]:
    """Write a ruling as JSON values; shapes are GeoJSON in CGCS2000."""
    given = ruling.given
    return {
        "id": ruling.id,
        "categories": ruling.categories,
        "body": ruling.body,
        "co_organisers": ruling.co_organisers,
        "document": ruling.document,
        "decided_on": ruling.decided_on,
        "valid_from": ruling.valid_from,
        "valid_to": ruling.valid_to,
        "given": None if given is None else shapely.geometry.mapping(given),
        "reach_m": ruling.reach_m,
        "covers": shapely.geometry.mapping(ruling.geometry),
        "recorded_at": ruling.recorded_at,
        "recorded_by": ruling.recorded_by,
        "note": ruling.note,
        "revoked_at": ruling.revoked_at,
        "revoked_by": ruling.revoked_by or None,
        "revoked_because": ruling.revoked_because or None,
    }


def _list(service: Service, *, revoked: bool) -> bytes:
    found = GovernanceStore(service.require_store()).rulings()
    shown = [told(row) for row in found if revoked or row.revoked_at is None]
    return orjson.dumps({"rulings": shown})


def _record(service: Service, asked: RulingRequest) -> bytes:
    shapes = np.empty(1, dtype=object)
    shapes[0] = geometry_of(asked.geometry, service.limits.shape_vertices, _KINDS)
    given = geometries_to_cgcs2000(shapes, datum_of(asked.datum))[0]
    made = GovernanceStore(service.require_store()).record_ruling(
        Ruling(
            categories=tuple(asked.categories),
            body=asked.body,
            co_organisers=tuple(asked.co_organisers),
            given=given,
            geometry=cover_ground(given, asked.reach_m),
            reach_m=asked.reach_m,
            document=asked.document,
            decided_on=asked.decided_on,
            valid_from=asked.valid_from or asked.decided_on,
            valid_to=asked.valid_to,
            recorded_by=asked.recorded_by,
            note=asked.note,
        )
    )
    return orjson.dumps(told(made))


def _revoke(service: Service, ruling: str, asked: RevocationRequest) -> bytes:
    kept = GovernanceStore(service.require_store())
    return orjson.dumps(told(kept.revoke_ruling(ruling, asked.reason, asked.by)))


def add_ruling_routes(app: FastAPI, service: Service) -> None:
    """Register ``GET`` and ``POST /v1/rulings`` and their revocation."""

    @app.get(
        "/v1/rulings",
        tags=["rules"],
        summary="现场责任划分 / Rulings made on the spot",
        description="由旧到新，缺省只列未撤销的。\n\nOldest first; none that is revoked.",
        response_model=None,
        responses={
            200: {"model": RulingList, "content": {JSON: {"example": examples.RULINGS}}},
            **PROBLEM_RESPONSES,
        },
    )
    async def rulings(
        revoked: RevokedFlag = False,  # noqa: FBT002 - a parameter of the query
    ) -> Response:
        body = await run_in_threadpool(_list, service, revoked=revoked)
        return Response(body, media_type=JSON, headers=_NO_STORE)

    async def record_ruling(ruling: RulingRequest) -> Response:
        service.require_writes()
        body = await run_in_threadpool(_record, service, ruling)
        return Response(body, 201, media_type=JSON, headers=_NO_STORE)

    async def revoke_ruling(ruling: str, revocation: RevocationRequest) -> Response:
        service.require_writes()
        body = await run_in_threadpool(_revoke, service, ruling, revocation)
        return Response(body, media_type=JSON, headers=_NO_STORE)

    app.router.add_api_route(
        "/v1/rulings",
        record_ruling,
        methods=["POST"],
        status_code=201,
        tags=["rules"],
        summary="记录责任划分 / Record a ruling",
        description=(
            "几何为点、线(配 reach_m)或面；记录后只可撤销；数秒内对新的提问生效。须许可修改。\n\n"
            "A point or line with its reach, or polygons. It is never changed, only revoked, and"
            " answers before every rule within seconds. Off unless XIAQU_ALLOW_WRITES is true."
        ),
        response_model=None,
        responses={
            201: {"model": RulingTold, "content": {JSON: {"example": examples.RULING}}},
            **_WRITE_RESPONSES,
        },
        route_class_override=limited_route(_MOST_BYTES),
        openapi_extra={
            "requestBody": {"content": {JSON: {"example": examples.RULING_REQUEST}}},
        },
    )
    app.router.add_api_route(
        "/v1/rulings/{ruling}/revocation",
        revoke_ruling,
        methods=["POST"],
        tags=["rules"],
        summary="撤销责任划分 / Revoke a ruling",
        description=(
            "划分与撤销都留档。须许可修改。\n\n"
            "Both stay on record. Off unless XIAQU_ALLOW_WRITES is true."
        ),
        response_model=None,
        responses={
            200: {"model": RulingTold, "content": {JSON: {"example": examples.REVOKED}}},
            **_WRITE_RESPONSES,
        },
        route_class_override=limited_route(_MOST_BYTES),
        openapi_extra={
            "requestBody": {"content": {JSON: {"example": examples.REVOCATION_REQUEST}}},
        },
    )
