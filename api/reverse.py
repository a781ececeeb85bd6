"""``GET /v1/reverse``: the nearest doors, roads and estates of a point, and who holds it."""

from datetime import date

import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from api.examples_geocode import REVERSE
from api.gazetteer_source import LoadedGazetteer
from api.parameters import (
    PROBLEM_RESPONSES,
    AccuracyM,
    At,
    CandidateLimit,
    DatumText,
    Lat,
    Lon,
    datum_of,
)
from api.representation import JSON
from api.schemas_geocode import ReverseResult
from api.state import Loaded, Service
from api.validators import entity_tag, names_tag, not_modified, tagged
from geo.address.answers import Candidate
from geo.coordinates import check_point
from geo.datum import point_to_cgcs2000

_DISTANCE = "distance"


def _distance_of(candidate: Candidate) -> float:
    """Read the distance that the geocoder gives among the reasons."""
    return next(float(reason[1]) for reason in candidate.reasons if reason[0] == _DISTANCE)


def _answer(
    gazetteer: LoadedGazetteer,
    loaded: Loaded,
    point: tuple[float, float, str],
    asked: tuple[date, float],
    limit: int,
) -> bytes:
    lon, lat, datum = point
    x, y = point_to_cgcs2000(lon, lat, datum_of(datum))
    check_point(x, y, loaded.bounds)
    at, accuracy_m = asked
    given = (lon, lat, str(datum_of(datum)))
    held = loaded.locator.locate(x, y, at=at, accuracy_m=accuracy_m, input_point=given).to_dict()
    near = gazetteer.geocoder.reverse(x, y, limit=limit)
    return orjson.dumps(
        {
            "input": held["input"],
            "location": held["location"],
            "places": [{**each.to_dict(), "distance_m": _distance_of(each)} for each in near],
            "gazetteer_edition": gazetteer.edition,
            "jurisdiction": held,
        }
    )


def add_reverse_route(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/reverse``."""

    @app.get(
        "/v1/reverse",
        tags=["geocode"],
        summary="一个点附近有什么 / What is near a point",
        description=(
            "返回最近的门牌、道路、小区、设施及其距离(米)，每类至多 limit 个，以及所属辖区链。\n\n"
            "The nearest doors, roads, estates and facilities with their distance in metres, at"
            " most `limit` of each kind, and the chain of areas that hold the point."
        ),
        response_model=None,
        responses={
            200: {
                "description": "由近及远 / Nearest first",
                "model": ReverseResult,
                "content": {JSON: {"example": REVERSE}},
            },
            304: {"description": "与 If-None-Match 一致 / Unchanged"},
            **PROBLEM_RESPONSES,
        },
    )
    async def reverse(
        request: Request,
        lon: Lon,
        lat: Lat,
        datum: DatumText = "WGS-84",
        limit: CandidateLimit = 5,
        at: At = None,
        accuracy_m: AccuracyM = 20.0,
    ) -> Response:
        gazetteer, loaded = service.require_gazetteer(), service.source.loaded
        day = service.clock.today() if at is None else at
        tag = entity_tag(request, f"{loaded.token}\n{gazetteer.token}", day, "json")
        if names_tag(request, tag):
            return not_modified(tag)
        body = await run_in_threadpool(
            _answer, gazetteer, loaded, (lon, lat, datum), (day, accuracy_m), limit
        )
        return tagged(request, body, tag=tag, media_type=JSON)
