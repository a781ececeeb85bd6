"""``/v1/layers``: what is loaded, its areas, their shapes, neighbours and children."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
import shapely
from fastapi import FastAPI, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import examples, schemas
from api.parameters import PROBLEM_RESPONSES, layer_named
from api.representation import GEOJSON, JSON, WKT, choose
from api.state import Loaded, Service
from api.validators import entity_tag, names_tag, not_modified, tagged
from boundaries.errors import UnknownAreaError
from boundaries.locator import AreaInfo, LayerSnapshot, Locator
from boundaries.records import AreaRecord, EditionInfo

LayerKey = Annotated[str, Path(description="图层键 / Key of a layer", examples=["township"])]
AreaCode = Annotated[str, Path(description="区域代码 / Code of an area", examples=["990101003"])]


def _described(snapshot: LayerSnapshot) -> dict[str, object]:
    layer = snapshot.layer
    path = f"/v1/layers/{layer.key}"
    return {
        "key": layer.key,
        "name": layer.name,
        "kind": layer.kind,
        "role": layer.role,
        "areas": len(snapshot.areas),
        "edition": snapshot.edition.to_dict(),
        "links": {"self": path, "areas": f"{path}/areas"},
    }


def listed(layer: str, area: AreaInfo) -> dict[str, object]:
    """Describe an area without its shape."""
    return {
        "layer": layer,
        "code": area.code,
        "name": area.name,
        "uid": area.uid,
        "parent": area.parent_code or None,
    }


def area_of(snapshot: LayerSnapshot, code: str) -> AreaInfo:
    """Return one area of a layer.

    Raises
    ------
    UnknownAreaError
        The layer has no such code.
    """
    areas = snapshot.areas
    # Ordinals follow precedence, then code: without precedence a bisection finds the code.
    place = bisect_left(areas, code, key=lambda area: area.code)
    if place < len(areas) and areas[place].code == code:
        return areas[place]
    for area in areas:
        if area.code == code:
            return area
    raise UnknownAreaError(snapshot.layer.key, code)


def _children(locator: Locator, layer: str, code: str) -> list[dict[str, object]]:
    """List the areas that name an area as their parent, in the order of layers and codes."""
    return [
        listed(below.layer.key, area)
        for below in locator.layers
        if below.layer.parent == layer
        for area in sorted(below.areas, key=lambda item: item.code)
        if area.parent_code == code
    ]


def _json(request: Request, loaded: Loaded, body: object) -> Response:
    tag = entity_tag(request, loaded.token, None, "json")
    return tagged(request, orjson.dumps(body), tag=tag, media_type=JSON)


def _page(
    snapshot: LayerSnapshot, after: str | None, limit: int, parent: str | None
) -> dict[str, object]:
    areas: Sequence[AreaInfo] = sorted(snapshot.areas, key=lambda area: area.code)
    if parent is not None:
        areas = [area for area in areas if area.parent_code == parent]
    start = 0 if after is None else bisect_right(areas, after, key=lambda area: area.code)
    page = areas[start : start + limit]
    following = None
    if start + limit < len(areas):
        filtered = "" if parent is None else f"&parent={parent}"
        following = (
            f"/v1/layers/{snapshot.layer.key}/areas?limit={limit}&after={page[-1].code}{filtered}"
        )
    return {
        "layer": snapshot.layer.key,
        "areas": [listed(snapshot.layer.key, area) for area in page],
        "next": following,
    }


def _documented(model: type, example: object, media: str = JSON) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"model": model, "content": {media: {"example": example}}},
        304: {"description": "与 If-None-Match 一致 / Unchanged"},
        **PROBLEM_RESPONSES,
    }


def add_layer_routes(app: FastAPI, service: Service) -> None:
    """Register the routes that need only what is loaded."""
    source = service.source

    @app.get(
        "/v1/layers",
        tags=["layers"],
        summary="已载入的图层 / Loaded layers",
        responses=_documented(schemas.Layers, examples.LAYERS),
        response_model=None,
    )
    async def layers(request: Request) -> Response:
        loaded = source.loaded
        return _json(
            request, loaded, {"layers": [_described(item) for item in loaded.locator.layers]}
        )

    @app.get(
        "/v1/layers/{layer}",
        tags=["layers"],
        summary="一个图层 / One layer",
        responses=_documented(schemas.LayerDescribed, examples.LAYER),
        response_model=None,
    )
    async def layer_described(request: Request, layer: LayerKey) -> Response:
        loaded = source.loaded
        return _json(request, loaded, _described(layer_named(loaded.locator, layer)))

    @app.get(
        "/v1/layers/{layer}/areas",
        tags=["layers"],
        summary="图层的区域清单 / Areas of a layer",
        description=("按代码排序和翻页，不含图形。\n\nOrdered and paged by code, without shapes."),
        responses=_documented(schemas.AreaPage, examples.AREA_PAGE),
        response_model=None,
    )
    async def areas(
        request: Request,
        layer: LayerKey,
        parent: Annotated[
            str | None, Query(description="只列此上级代码之下 / Only below this parent code")
        ] = None,
        after: Annotated[
            str | None, Query(description="从此代码之后开始 / Start after this code")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="每页个数 / Page size")] = 100,
    ) -> Response:
        loaded = source.loaded
        return _json(
            request, loaded, _page(layer_named(loaded.locator, layer), after, limit, parent)
        )

    @app.get(
        "/v1/layers/{layer}/areas/{code}/children",
        tags=["layers"],
        summary="下级区域 / Areas below",
        description=(
            "以此为上级的区域，先按图层后按代码排序。最细一级没有下级，清单为空。\n\n"
            "Areas that name this one as their parent; empty for the finest layer."
        ),
        responses=_documented(schemas.AreaList, examples.AREA_LIST),
        response_model=None,
    )
    async def children(request: Request, layer: LayerKey, code: AreaCode) -> Response:
        loaded = source.loaded
        area_of(layer_named(loaded.locator, layer), code)
        body = {"layer": layer, "code": code, "areas": _children(loaded.locator, layer, code)}
        return _json(request, loaded, body)


def _written(record: AreaRecord, edition: EditionInfo, media: str) -> bytes:
    if media == WKT:
        return str(shapely.to_wkt(record.geometry, rounding_precision=-1)).encode()
    properties = record.to_dict() | {"edition": edition.summary()}
    return orjson.dumps(
        {
            "type": "Feature",
            "id": record.code,
            "geometry": orjson.Fragment(str(shapely.to_geojson(record.geometry))),
            "properties": properties,
        }
    )


def _read_shape(service: Service, layer: str, code: str, media: str) -> tuple[bytes, str]:
    """Return the shape as written, and the id of the edition it came from."""
    store = service.require_store()
    record = store.area(layer, code)
    return _written(record, store.edition(record.edition_id), media), record.edition_id


def _shape_media(request: Request, wanted: str | None) -> str:
    if wanted is not None:
        return WKT if wanted == "wkt" else GEOJSON
    chosen = choose(request, [GEOJSON, JSON, WKT])
    return WKT if chosen == WKT else GEOJSON


def add_shape_routes(app: FastAPI, service: Service) -> None:
    """Register the routes that read shapes."""
    source = service.source

    @app.get(
        "/v1/layers/{layer}/areas/{code}",
        tags=["layers"],
        summary="一个区域及其图形 / One area with its shape",
        description=(
            "缺省 GeoJSON；Accept: text/plain 或 ?format=wkt 返回 WKT。坐标为 CGCS2000 经纬度，"
            "全精度，不简化。\n\n"
            "GeoJSON by default, WKT by Accept or format; CGCS2000 lon, lat at full resolution."
        ),
        responses=_documented(schemas.AreaFeature, examples.AREA, GEOJSON),
        response_model=None,
    )
    async def area_shape(
        request: Request,
        layer: LayerKey,
        code: AreaCode,
        wanted: Annotated[
            Literal["geojson", "wkt"] | None,
            Query(alias="format", description="格式，优先于 Accept / Wins over Accept"),
        ] = None,
    ) -> Response:
        loaded = source.loaded
        media = _shape_media(request, wanted)
        tag = entity_tag(request, loaded.token, None, media)
        if names_tag(request, tag):
            return not_modified(tag, {"vary": "Accept"})
        snapshot = layer_named(loaded.locator, layer)
        area_of(snapshot, code)
        body, edition = await run_in_threadpool(_read_shape, service, layer, code, media)
        if edition != snapshot.edition.id:
            # Activated a moment ago and not swapped yet: right, but not of the tagged editions.
            return Response(body, media_type=media, headers={"cache-control": "no-store"})
        return tagged(request, body, tag=tag, media_type=media, headers={"vary": "Accept"})

    @app.get(
        "/v1/layers/{layer}/areas/{code}/neighbours",
        tags=["layers"],
        summary="相邻区域 / Neighbours",
        description=(
            "同一图层中与其共边界或重叠的区域，按完整图形判断，共边界长者在前。\n\n"
            "Areas of the same layer that touch or overlap, judged on whole shapes; longest"
            " shared border first."
        ),
        responses=_documented(schemas.NeighbourList, examples.NEIGHBOURS),
        response_model=None,
    )
    async def neighbours(request: Request, layer: LayerKey, code: AreaCode) -> Response:
        loaded = source.loaded
        area_of(layer_named(loaded.locator, layer), code)
        found = await run_in_threadpool(service.require_store().neighbours, layer, code)
        body = {"layer": layer, "code": code, "areas": [item.to_dict() for item in found]}
        return _json(request, loaded, body)
