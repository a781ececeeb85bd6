"""Liveness, readiness and the list of problem types."""

from collections.abc import Callable

import orjson
from fastapi import FastAPI, Response

from api.errors import GazetteerNotReadyError, NotReadyError, ProblemNameError
from api.examples import READY
from api.problems import ProblemType, all_problem_types, problem_of
from api.schemas import Ready
from api.state import Service

_NO_STORE = {"cache-control": "no-store"}


def _json(body: object, status: int = 200) -> Response:
    return Response(
        orjson.dumps(body), status_code=status, media_type="application/json", headers=_NO_STORE
    )


def _ready(service: Service) -> tuple[int, dict[str, object]]:
    trouble = service.source.trouble
    try:
        locator = service.source.locator
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the answer
        reason = problem_of(trouble or error)
        return 503, {
            "status": "not_ready",
            "problem": f"/problems/{reason.slug}",
            "detail": reason.title_en,
            "editions": {},
            "gazetteer": _gazetteer_edition(service),
            "rule_book": _rule_book(service),
            "tickets": _tickets(service),
        }
    kind = None if trouble is None else problem_of(trouble)
    return 200, {
        "status": "ready" if kind is None else "degraded",
        "problem": None if kind is None else f"/problems/{kind.slug}",
        "detail": None if kind is None else f"{kind.title_en}; lookups go on with what is loaded",
        "editions": {item.layer.key: item.edition.id for item in locator.layers},
        "gazetteer": _gazetteer_edition(service),
        "rule_book": _rule_book(service),
        "tickets": _tickets(service),
    }


def _gazetteer_edition(service: Service) -> str | None:
    """Name the gazetteer in use; lookups of coordinates do not need one."""
    try:
        return service.require_gazetteer().edition
    except GazetteerNotReadyError:
        return None


def _rule_book(service: Service) -> str | None:
    """Name the rule book in use; lookups of areas do not need one."""
    try:
        return service.require_resolver().book.head.label
    except NotReadyError:
        return None


def _tickets(service: Service) -> dict[str, object] | None:
    """Say how tickets come in and go out; lookups do not need them."""
    tickets = service.tickets
    if tickets is None:
        return None
    hub, watch = tickets.hub.state, tickets.watch
    trouble = hub.trouble or watch.trouble
    return {
        "waiting": tickets.n_waiting,
        "position": hub.position,
        "followed_at": hub.at,
        "listeners": hub.listeners,
        "surge_looked_at": watch.looked_at,
        "problem": None if trouble is None else f"/problems/{problem_of(trouble).slug}",
    }


def _described(kind: ProblemType) -> dict[str, object]:
    return {
        "type": f"/problems/{kind.slug}",
        "status": kind.status,
        "title": kind.title,
        "title_en": kind.title_en,
    }


def add_health_routes(app: FastAPI, service: Service) -> None:
    """Register ``/healthz``, ``/readyz``, ``/problems`` and ``/problems/{slug}``."""
    get: Callable[..., Callable[..., object]] = app.get

    @get("/healthz", tags=["service"], summary="进程存活 / The process is alive")
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @get(
        "/readyz",
        tags=["service"],
        summary="能否应答 / Can it answer",
        description=(
            "就绪(ready)、降级(degraded：区划库连不上，仍按已载入版本应答)或未就绪(503)。\n\n"
            "Ready, degraded (the store is away; lookups go on with what is loaded) or 503."
        ),
        responses={
            200: {"model": Ready, "content": {"application/json": {"example": READY}}},
            503: {"model": Ready, "description": "未就绪 / Not ready"},
        },
    )
    async def readyz() -> Response:
        status, body = _ready(service)
        return _json(body, status)

    @get("/problems", tags=["service"], summary="所有问题类型 / All problem types")
    async def problems() -> Response:
        return _json([_described(kind) for kind in all_problem_types()])

    @get("/problems/{slug}", tags=["service"], summary="一种问题类型 / One problem type")
    async def problem(slug: str) -> Response:
        for kind in all_problem_types():
            if kind.slug == slug:
                return _json(_described(kind))
        raise ProblemNameError(slug)
