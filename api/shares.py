"""``POST /v1/shares``: how a line or a polygon divides among the areas of each layer."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import orjson
import shapely
from fastapi import FastAPI, Request, Response
from shapely.geometry.base import BaseGeometry
from starlette.concurrency import run_in_threadpool

from api import examples, schemas
from api.batch_read import spool
from api.errors import BodyFormatError, MediaTypeError
from api.parameters import (
    PROBLEM_RESPONSES,
    At,
    DatumText,
    LayersText,
    datum_of,
    layers_named,
)
from api.representation import GEOJSON, JSON, media_type_of
from api.shapes import LayerShapes
from api.state import Service
from boundaries.locator import LayerSnapshot, Locator
from geo.datum import Datum, geometries_to_cgcs2000
from geo.measure import area_m2, length_m
from geo.shares import Share, shares_of

_KINDS = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
_LINES = {"LineString", "MultiLineString"}


def read_geometry(body: bytes, most_vertices: int) -> BaseGeometry:
    """Read a GeoJSON line or polygon, bare or as a feature.

    Raises
    ------
    BodyFormatError
        The body is not GeoJSON, holds another type, states a CRS of its own, or has too many
        vertices.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyFormatError(f"the body is not JSON: {error}") from error
    return geometry_of(parsed, most_vertices)


def geometry_of(parsed: object, most_vertices: int, kinds: Sequence[str] = _KINDS) -> BaseGeometry:
    """Read a GeoJSON geometry or feature that is parsed already.

    Raises
    ------
    BodyFormatError
        It is no GeoJSON, of a type that is not among ``kinds``, states a CRS of its own, or has
        too many vertices.
    """
    if not isinstance(parsed, dict):
        raise BodyFormatError("a GeoJSON geometry or Feature is wanted")
    if "crs" in parsed:
        raise BodyFormatError(
            "a crs inside GeoJSON is not read; leave it out and state the datum",
            field="crs",
        )
    given = parsed.get("geometry") if parsed.get("type") == "Feature" else parsed
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in kinds:
        raise BodyFormatError(
            f"the geometry must be one of {', '.join(kinds)}",
            field="type",
            value=str(kind),
        )
    try:
        geometry: BaseGeometry = shapely.from_geojson(orjson.dumps(given))
    except shapely.errors.GEOSException as error:
        raise BodyFormatError(f"the coordinates of the {kind} cannot be read: {error}") from error
    vertices = int(shapely.get_num_coordinates(geometry))
    if vertices > most_vertices:
        raise BodyFormatError(f"{vertices} vertices; at most {most_vertices} are taken")
    return shapely.force_2d(geometry)


def _share(snapshot: LayerSnapshot, share: Share, name: str) -> dict[str, object]:
    area = snapshot.areas[share.ordinal]
    return {
        "code": area.code,
        "name": area.name,
        "share": share.share,
        name: round(share.measure, 3),
    }


def _layer_shares(
    snapshot: LayerSnapshot, geometry: BaseGeometry, shapes: LayerShapes, name: str
) -> dict[str, object]:
    found = shares_of(geometry, shapes.tree(snapshot))
    rest = [share for share in found if share.ordinal < 0]
    uncovered = {
        "share": rest[0].share if rest else 0.0,
        name: round(rest[0].measure, 3) if rest else 0.0,
    }
    return {
        "layer": snapshot.layer.key,
        "shares": [_share(snapshot, share, name) for share in found if share.ordinal >= 0],
        "uncovered": uncovered,
    }


def _answer(
    locator: Locator,
    shapes: LayerShapes,
    geometry: BaseGeometry,
    datum: Datum | str,
    at: date,
    layers: tuple[str, ...] | None,
) -> bytes:
    converted = geometries_to_cgcs2000(np.array([geometry], dtype=object), datum)
    asked = [
        item
        for item in locator.layers
        if (item.layer.role == "partition" if layers is None else item.layer.key in layers)
    ]
    for item in asked:
        item.edition.require_valid_at(at)
    is_line = geometry.geom_type in _LINES
    name = "length_m" if is_line else "area_m2"
    parts = [_layer_shares(item, converted[0], shapes, name) for item in asked]
    # A stretch that a line passes twice counts once, in the total as in the shares.
    whole = np.array([shapely.union_all(converted) if is_line else converted[0]], dtype=object)
    total = (length_m if is_line else area_m2)(whole)
    return orjson.dumps(
        {
            "datum": str(datum),
            "at": at,
            "measure": name,
            "total": round(float(total[0]), 3),
            "layers": parts,
            "editions": {item.layer.key: item.edition.summary() for item in asked},
        }
    )


def add_shares_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/shares``."""

    @app.post(
        "/v1/shares",
        tags=["locate"],
        summary="一条线或一个面怎样分属各区域 / Shares of a line or polygon",
        description=(
            "请求体为 GeoJSON 线或面(几何或 Feature)，坐标系由 datum 参数说明；"
            "返回各图层中每个区域所占长度(米)或面积(平方米)及比例，以及未覆盖部分。"
            "缺省查全部分区图层。\n\n"
            "Send a GeoJSON line or polygon; the answer has, for each layer, the share and length"
            " or area in every area, and the uncovered rest."
        ),
        response_model=None,
        responses={
            200: {
                "model": schemas.SharesAnswer,
                "content": {JSON: {"example": examples.SHARES}},
            },
            **PROBLEM_RESPONSES,
            413: {"description": "请求体过大 / Too large", **PROBLEM_RESPONSES[422]},
            415: {"description": "须为 GeoJSON / Must be GeoJSON", **PROBLEM_RESPONSES[422]},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    GEOJSON: {
                        "schema": {"type": "object"},
                        "example": examples.SHARES_REQUEST,
                    },
                    JSON: {"schema": {"type": "object"}, "example": examples.SHARES_REQUEST},
                },
            }
        },
    )
    async def shares(
        request: Request,
        datum: DatumText = "WGS-84",
        at: At = None,
        layers: LayersText = None,
    ) -> Response:
        locator = service.source.locator
        limits = service.limits
        content_type = request.headers.get("content-type", "")
        if media_type_of(content_type) not in (GEOJSON, JSON):
            raise MediaTypeError(content_type, (GEOJSON, JSON))
        known, keys = datum_of(datum), layers_named(locator, layers)
        with await spool(request, limits.json_bytes) as file:
            geometry = read_geometry(file.read(), limits.shape_vertices)
        body = await run_in_threadpool(
            _answer,
            locator,
            service.require_shapes(),
            geometry,
            known,
            service.clock.today() if at is None else at,
            keys,
        )
        return Response(body, media_type=JSON, headers={"cache-control": "no-store"})
