"""``GET /v1/geocode``: which place a text means, and who holds it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from api.examples_geocode import GEOCODE
from api.gazetteer_source import LoadedGazetteer
from api.parameters import (
    PROBLEM_RESPONSES,
    AddressText,
    At,
    CandidateLimit,
    CommunityHint,
    DistrictHint,
    EstateHint,
    LayersText,
    TownshipHint,
    layers_named,
)
from api.representation import JSON
from api.schemas_geocode import GeocodeResult
from api.state import Loaded, Service
from api.suggestions import Suggester, Suggestions
from api.validators import CACHE_CONTROL, entity_tag, names_any, names_tag, not_modified
from geo.address.answers import AddressHints, Candidate, Decision

_DESCRIPTION = """\
读出一段文字所指的地点：候选、可信度、精度(米)、逐段解释，以及最佳候选的所属辖区链。
决定(decision)为 accepted(可直接落点)、review(须人工选择)或 refused(地名库不能回答)；
只有 accepted 可以不经人工采用。文字可以是整段工单内容；已知的区、街道、社区、小区另作参数。

The place that a text means: ranked candidates with confidence and accuracy, what each part of the
text was taken for, and who holds the best candidate. Only `accepted` may be used without a person.
"""


def jurisdiction_of(
    loaded: Loaded, candidate: Candidate | None, at: date, layers: tuple[str, ...] | None
) -> dict[str, Any] | None:
    """Give who holds a candidate, at its own accuracy; None without a candidate."""
    if candidate is None:
        return None
    return loaded.locator.locate(
        candidate.lon, candidate.lat, at=at, accuracy_m=candidate.accuracy_m, layers=layers
    ).to_dict()


def _answer(
    gazetteer: LoadedGazetteer,
    loaded: Loaded,
    question: tuple[str, AddressHints, int],
    asked: tuple[date, tuple[str, ...] | None],
    suggest: Suggester | None,
) -> tuple[bytes, bool]:
    """Answer one text; the flag says whether the answer rests on the editions alone."""
    text, hints, limit = question
    found = gazetteer.geocoder.geocode(text, hints=hints, limit=limit)
    is_asked = suggest is not None and found.decision is not Decision.ACCEPTED
    added = suggest(found) if suggest is not None and is_asked else Suggestions()
    body: Mapping[str, Any] = {
        **found.to_dict(),
        "jurisdiction": jurisdiction_of(loaded, found.best, *asked),
        "suggestions": added.places,
        "suggestions_problem": added.problem or None,
    }
    return orjson.dumps(body), not is_asked


def add_geocode_route(app: FastAPI, service: Service) -> None:
    """Register ``GET /v1/geocode``."""

    @app.get(
        "/v1/geocode",
        tags=["geocode"],
        summary="一段文字指哪里 / Which place a text means",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {
                "description": "候选与解释 / Candidates and reasons",
                "model": GeocodeResult,
                "content": {JSON: {"example": GEOCODE}},
            },
            304: {"description": "与 If-None-Match 一致 / Unchanged"},
            **PROBLEM_RESPONSES,
        },
    )
    async def geocode(  # noqa: PLR0913, PLR0917 - one parameter for each of the query
        request: Request,
        q: AddressText,
        district: DistrictHint = "",
        township: TownshipHint = "",
        community: CommunityHint = "",
        estate: EstateHint = "",
        limit: CandidateLimit = 5,
        at: At = None,
        layers: LayersText = None,
    ) -> Response:
        gazetteer, loaded = service.require_gazetteer(), service.source.loaded
        day = service.clock.today() if at is None else at
        tag = entity_tag(request, f"{loaded.token}\n{gazetteer.token}", day, "json")
        if names_tag(request, tag):
            return not_modified(tag)
        body, is_lasting = await run_in_threadpool(
            _answer,
            gazetteer,
            loaded,
            (q, AddressHints(district, township, community, estate), limit),
            (day, layers_named(loaded.locator, layers)),
            service.suggest,
        )
        if not is_lasting:
            # What a provider says can change at any time.
            return Response(body, media_type=JSON, headers={"cache-control": "no-store"})
        if names_any(request):
            return not_modified(tag)
        return Response(
            body, media_type=JSON, headers={"etag": tag, "cache-control": CACHE_CONTROL}
        )
