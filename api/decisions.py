"""``/v1/decisions``: answers on record, and the same answers worked out again."""

from threading import Lock
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Response
from starlette.concurrency import run_in_threadpool

from api import examples_owner as examples
from api.owner import LanguageText
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_owner import DecisionKept, DecisionList, DecisionReplayed
from api.state import Service
from governance.owner.decisions import Decision, DecisionHead, DecisionStore
from governance.owner.explain import explain
from governance.owner.loading import replay

_NO_STORE = {"cache-control": "no-store"}

BodyCode = Annotated[
    str | None,
    Query(max_length=100, description="只列主办为该主体的 / Only of this primary body"),
]
DecisionLimit = Annotated[int, Query(ge=1, le=1000, description="最多条数 / Most decisions")]


def _head(head: DecisionHead) -> dict[str, object]:
    return {
        "id": head.id,
        "recorded_at": head.recorded_at,
        "at": head.asked_at,
        "category": head.category,
        "body": head.primary_body or None,
        "step": head.step or None,
        "rule": head.rule or None,
        "status": head.status,
        "confidence": head.confidence,
        "flags": head.flags,
    }


def told(decision: Decision, language: str) -> dict[str, Any]:
    """Write a decision as JSON values, with the sentences of its reasons."""
    document = decision.document
    taken = [item for item in document["considered"] if item["is_taken"]]
    because = explain(tuple(taken[0]["reason"]), language) if taken else ""
    primary = document["primary"]
    name = ("无" if language == "zh" else "nobody") if primary is None else primary["name"]
    return {
        "id": decision.id,
        "recorded_at": decision.recorded_at,
        "digest": decision.digest,
        "is_intact": decision.is_intact,
        "summary": f"{name}: {because}" if because else name,
        "considered": [
            f"{item['rule']} {item['body_name'] or '-'}: {explain(tuple(item['reason']), language)}"
            for item in document["considered"]
        ],
        "document": document,
    }


def _list(service: Service, body: str | None, limit: int) -> bytes:
    heads = DecisionStore(service.require_store()).heads(limit=limit, body=body)
    return orjson.dumps({"decisions": [_head(head) for head in heads]})


def _get(service: Service, decision: str, language: str) -> bytes:
    return orjson.dumps(told(DecisionStore(service.require_store()).get(decision), language))


def _replay(service: Service, decision: str, one_at_a_time: Lock) -> bytes:
    store = service.require_store()
    with one_at_a_time:
        again = replay(store, decision)
    return orjson.dumps(
        {
            "id": again.decision.id,
            "is_same": again.is_same,
            "differences": [
                {"path": path, "before": before, "after": after}
                for path, before, after in again.differences
            ],
            "document": again.document,
        }
    )


def add_decision_routes(app: FastAPI, service: Service) -> None:
    """Register ``/v1/decisions``, ``/v1/decisions/{id}`` and its replay."""
    # Each replay loads editions and a rule book of their own.
    one_at_a_time = Lock()

    @app.get(
        "/v1/decisions",
        tags=["owner"],
        summary="权属认定记录 / Decisions on record",
        description="按存档时间倒序。\n\nThe latest recorded first.",
        response_model=None,
        responses={
            200: {"model": DecisionList, "content": {JSON: {"example": examples.DECISIONS}}},
            **PROBLEM_RESPONSES,
        },
    )
    async def decisions(body: BodyCode = None, limit: DecisionLimit = 50) -> Response:
        found = await run_in_threadpool(_list, service, body, limit)
        return Response(found, media_type=JSON, headers=_NO_STORE)

    @app.get(
        "/v1/decisions/{decision}",
        tags=["owner"],
        summary="一份权属认定 / One decision",
        description=(
            "按编号取回原样内容：输入、所用版本、全部候选与理由；is_intact 表示未被改动。\n\n"
            "The document as recorded; `is_intact` says whether content, digest and id agree."
        ),
        response_model=None,
        responses={
            200: {"model": DecisionKept, "content": {JSON: {"example": examples.DECISION}}},
            **PROBLEM_RESPONSES,
        },
    )
    async def decision_kept(decision: str, lang: LanguageText = "zh") -> Response:
        found = await run_in_threadpool(_get, service, decision, lang)
        return Response(found, media_type=JSON, headers=_NO_STORE)

    @app.get(
        "/v1/decisions/{decision}/replay",
        tags=["owner"],
        summary="按原版本复算 / Work a decision out again",
        description=(
            "按存档时的区划版本、规则册、责任划分与工作日历重新计算，逐项比对；较慢，逐个进行。\n\n"
            "Worked out again on the editions, book, rulings and calendar that it rested on; slow,"
            " one at a time."
        ),
        response_model=None,
        responses={
            200: {"model": DecisionReplayed, "content": {JSON: {"example": examples.REPLAY}}},
            **PROBLEM_RESPONSES,
        },
    )
    async def decision_replayed(decision: str) -> Response:
        found = await run_in_threadpool(_replay, service, decision, one_at_a_time)
        return Response(found, media_type=JSON, headers=_NO_STORE)
