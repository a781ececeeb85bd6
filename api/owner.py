"""``GET`` and ``POST /v1/owner``: who is responsible for a place, a category, a date; and why."""

from typing import Annotated

import numpy as np
import orjson
from fastapi import FastAPI, Query, Response
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from api import examples_owner as examples
from api.body_limit import limited_route
from api.errors import BodyFormatError, DecisionNotStoredError
from api.owner_answer import Asked, Outcome, answer_geometry, answer_point
from api.owner_text import answer_text
from api.owner_written import written
from api.parameters import PROBLEM_RESPONSES, AccuracyM, At, DatumText, Lat, Lon, datum_of
from api.representation import JSON
from api.schemas_owner import (
    CallerName,
    Language,
    OwnerFound,
    OwnerRequest,
    PlaceUnclear,
    PointGiven,
)
from api.shares import geometry_of
from api.state import Service
from boundaries.errors import StoreError
from geo.address.answers import AddressHints
from geo.datum import geometries_to_cgcs2000
from governance.book.terms import Caller
from governance.owner.decisions import DecisionStore

_DESCRIPTION = """\
按规则册的次序(现场责任划分 > 部件 > 线性设施 > 特殊区域 > 职能部门 > 网格 > 社区 > 街道乡镇 > 区)
给出主办、协办、抄送、督办、岗位、时限、可信度，逐条列出全部候选及取舍理由，以及什么会改变结论。
权属待定、争议、无人负责都如实说明。每次回答存档为一份认定(decision)，
可在 /v1/decisions 取回、复算。

The order of rules decides; every candidate is listed with the reason it was taken or left, and
what would change the answer. Each answer is recorded as a decision that can be worked out again;
with record=false nothing is stored.
"""
_TEXT_DESCRIPTION = """\
地点三选一：point(点)、geometry(GeoJSON 线或面)、address(文字)。文字由离线地名库读取：
确定的直接回答；不确定的，只有所有候选处的主体都相同才回答并说明；否则 status 为 place_unclear，
列出每处候选及其主体，不作猜测。

Give exactly one of point, geometry and address. Words that may mean several places are answered
only where all have the same owner; otherwise the candidates come back, each with its owner.
"""

CategoryText = Annotated[
    str,
    Query(
        min_length=1,
        max_length=300,
        description="事项编码，或 一级->二级->三级 / Code of a category, or its full path",
        examples=["0801001"],
    ),
]
ReceivedAt = Annotated[
    AwareDatetime | None,
    Query(
        description=(
            "受理时间，带时区(+ 写作 %2B)，缺省为现在；时限由此起算。"
            " / When it came in, with zone; default now; starts the deadline."
        ),
        examples=["2026-11-23T09:00:00+08:00"],
    ),
]
CallerText = Annotated[
    CallerName, Query(description="个人或企业诉求 / Kind of caller", examples=["personal"])
]
LanguageText = Annotated[Language, Query(description="语句的语言 / Language of the sentences")]
RecordFlag = Annotated[
    bool, Query(description="是否存档；数据库不可用时须为 false / Whether to keep the decision")
]
PhonesFlag = Annotated[
    bool, Query(description="岗位电话，须服务许可 / Phones of posts, where the service permits")
]


def record_outcome(service: Service, outcome: Outcome) -> str | None:
    """Record the answer of an outcome.

    Returns
    -------
    str or None
        Id of the decision; None where there is no answer to record.

    Raises
    ------
    DecisionNotStoredError
        The store cannot be written now.
    """
    if outcome.answer is None:
        return None
    if service.store is None:
        raise DecisionNotStoredError
    try:
        return DecisionStore(service.store).record([outcome.answer])[0]
    except StoreError as error:
        raise DecisionNotStoredError from error


def _outcome(service: Service, asked: Asked, request: OwnerRequest) -> Outcome:
    resolver, datum = service.require_resolver(), datum_of(request.datum)
    if request.point is not None:
        return answer_point(resolver, (request.point.lon, request.point.lat), datum, asked)
    if request.geometry is not None:
        shapes = np.empty(1, dtype=object)
        shapes[0] = geometry_of(request.geometry, service.limits.shape_vertices)
        return answer_geometry(resolver, geometries_to_cgcs2000(shapes, datum)[0], datum, asked)
    words = request.address
    if words is None:
        raise BodyFormatError("no place is given: give point, geometry or address")
    hints = AddressHints(words.district, words.township, words.community, words.estate)
    geocoder = service.require_gazetteer().geocoder
    return answer_text(resolver, geocoder, words.text, hints, asked, limit=request.limit)


def _answer(service: Service, request: OwnerRequest) -> bytes:
    asked = Asked(
        category=request.category,
        at=service.clock.today() if request.at is None else request.at,
        received_at=request.received_at or service.clock.now(),
        caller=Caller(request.caller),
        accuracy_m=request.accuracy_m,
        show_phones=request.phones and service.show_phones,
    )
    outcome = _outcome(service, asked, request)
    decision = record_outcome(service, outcome) if request.record else None
    return orjson.dumps(written(outcome, request.lang, decision, limit=request.limit))


def add_owner_routes(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/owner`` and ``POST /v1/owner``."""
    responses = {
        200: {
            "description": "谁负责 / Who answers",
            "model": OwnerFound | PlaceUnclear,
            "content": {JSON: {"example": examples.OWNER}},
        },
        **PROBLEM_RESPONSES,
    }

    async def respond(request: OwnerRequest) -> Response:
        body = await run_in_threadpool(_answer, service, request)
        return Response(body, media_type=JSON, headers={"cache-control": "no-store"})

    @app.get(
        "/v1/owner",
        tags=["owner"],
        summary="一个点的一件事归谁 / Who is responsible at a point",
        description=_DESCRIPTION,
        response_model=None,
        responses=responses,
    )
    async def owner(  # noqa: PLR0913, PLR0917 - one parameter for each of the query
        lon: Lon,
        lat: Lat,
        category: CategoryText,
        datum: DatumText = "WGS-84",
        at: At = None,
        received_at: ReceivedAt = None,
        accuracy_m: AccuracyM = 20.0,
        caller: CallerText = "personal",
        lang: LanguageText = "zh",
        record: RecordFlag = True,  # noqa: FBT002 - a parameter of the query
        phones: PhonesFlag = False,  # noqa: FBT002 - a parameter of the query
    ) -> Response:
        return await respond(
            OwnerRequest.model_construct(
                point=PointGiven.model_construct(lon=lon, lat=lat),
                datum=datum,
                category=category,
                at=at,
                received_at=received_at,
                accuracy_m=accuracy_m,
                caller=caller,
                lang=lang,
                record=record,
                phones=phones,
            )
        )

    async def owner_of_place(question: OwnerRequest) -> Response:
        return await respond(question)

    app.router.add_api_route(
        "/v1/owner",
        owner_of_place,
        methods=["POST"],
        tags=["owner"],
        summary="一处地点的一件事归谁 / Who is responsible for a place",
        description=_DESCRIPTION + "\n" + _TEXT_DESCRIPTION,
        response_model=None,
        responses=responses,
        route_class_override=limited_route(service.limits.json_bytes),
        openapi_extra={
            "requestBody": {"content": {JSON: {"example": examples.OWNER_REQUEST}}},
        },
    )
