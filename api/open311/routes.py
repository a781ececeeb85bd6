"""The addresses of the standard."""

import logging
from collections.abc import Callable, Collection
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.errors import ApiError
from api.open311.formats import FORMATS, Open311Error, error_response, respond
from api.open311.options import Open311Options
from api.open311.posting import notice_of, read_form
from api.open311.reading import read_asked, request_of
from api.open311.requests import find_requests, shown_request
from api.open311.services import definition_of, discovery, service_list
from api.problems import problem_of
from api.state import Service
from boundaries.errors import BoundaryError
from geo.errors import GeoError
from governance.errors import GovernanceError

__all__ = ["BASE", "add_open311_routes"]

BASE = "/open311/v2"

_LOG = logging.getLogger(__name__)
_INTERNAL = 500

Kind = Annotated[str, Path(description="xml 或 json / Format of the answer", examples=["json"])]
_SHARED = frozenset({"jurisdiction_id", "api_key"})
_ONE = _SHARED | {"extensions"}
_LIST = _ONE | {
    "service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size",
}  # fmt: skip
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "GeoReport v2",
        "content": {"text/xml": {}, "application/json": {}},
    },
    400: {"description": "请求有误 / Error document of the standard"},
    404: {"description": "没有 / Error document of the standard"},
}


class _Open311:
    """Answers every address; errors become the error document of the standard."""

    def __init__(self, service: Service, options: Open311Options) -> None:
        self.service = service
        self.options = options

    async def answer(
        self,
        request: Request,
        kind: str,
        work: Callable[[], tuple[str, Any]],
        known: Collection[str] = _SHARED,
    ) -> Response:
        """Do the work in a thread and write its root and content."""

        async def do() -> Response:
            root, content = await run_in_threadpool(work)
            return respond(kind, root, content)

        return await self.guarded(request, kind, do, known)

    async def guarded(
        self, request: Request, kind: str, do: Callable[[], Any], known: Collection[str]
    ) -> Response:
        """Check what every request has in common, and turn errors into documents."""
        if kind not in FORMATS:
            return error_response("xml", 400, f"format {kind!r} is not served: xml or json")
        try:
            self._check(request, known)
            response: Response = await do()
        except Open311Error as error:
            return error_response(kind, error.status, error.description)
        except (ApiError, BoundaryError, GeoError, GovernanceError) as error:
            return error_response(kind, problem_of(error).status, str(error))
        except Exception:  # noqa: BLE001 - clients know no other error document
            _LOG.exception("Open311 %s %s failed", request.method, request.url.path)
            problem = "the service could not answer; nothing is wrong with the request"
            return error_response(kind, _INTERNAL, problem)
        return response

    def _check(self, request: Request, known: Collection[str]) -> None:
        unknown = set(request.query_params) - set(known)
        if unknown:
            names = ", ".join(sorted(known))
            raise Open311Error(400, f"{min(unknown)!r} is not a parameter here; known: {names}")
        given = request.query_params.get("jurisdiction_id", "")
        self.check_jurisdiction(given)

    def check_jurisdiction(self, given: str) -> None:
        """Refuse another jurisdiction; none given is the one that there is."""
        wanted = self.options.jurisdiction
        if given and wanted and given != wanted:
            raise Open311Error(404, f"jurisdiction_id {given!r} is not served here: {wanted}")

    def client(self, key: str) -> str:
        """Name the client of a key; Open311Error 403 where it has none."""
        if not self.options.keys:
            raise Open311Error(
                403, "no api_key has been issued on this server: requests are read only"
            )
        name = self.options.client_of(key)
        if name is None:
            raise Open311Error(403, "api_key is missing or not known on this server")
        return name


def add_open311_routes(app: FastAPI, service: Service, options: Open311Options) -> None:
    """Register the six methods of GeoReport v2, and the discovery."""
    desk = _Open311(service, options)
    _add_services(app, desk)
    _add_requests(app, desk)
    _add_post(app, desk)


def _add_services(app: FastAPI, desk: _Open311) -> None:
    service, options = desk.service, desk.options

    async def describe(request: Request, kind: Kind) -> Response:
        base = str(request.base_url).rstrip("/") + BASE

        def work() -> tuple[str, Any]:
            return "discovery", discovery(base, service.require_resolver(), options)

        return await desk.answer(request, kind, work)

    async def services(request: Request, kind: Kind) -> Response:
        def work() -> tuple[str, Any]:
            return "services", service_list(service.require_resolver(), service.clock.today())

        return await desk.answer(request, kind, work)

    async def definition(request: Request, code: str, kind: Kind) -> Response:
        def work() -> tuple[str, Any]:
            channels = service.require_tickets().catalogue
            return "service_definition", definition_of(service.require_resolver(), code, channels)

        return await desk.answer(request, kind, work)

    _add(app, "GET", "/discovery.{kind}", describe, "服务发现 / Discovery")
    _add(app, "GET", "/services.{kind}", services, "事项目录 / Services")
    _add(app, "GET", "/services/{code}.{kind}", definition, "事项定义 / Service definition")


def _add_requests(app: FastAPI, desk: _Open311) -> None:
    service = desk.service

    async def requests(request: Request, kind: Kind) -> Response:
        def work() -> tuple[str, Any]:
            asked = read_asked(request.query_params, service.clock.now())
            resolver = service.require_resolver()
            found = find_requests(service.require_tickets().store, asked)
            rows = [request_of(one, resolver, is_extended=_wants_more(request)) for one in found]
            return "service_requests", rows

        return await desk.answer(request, kind, work, _LIST)

    async def one_request(request: Request, request_id: str, kind: Kind) -> Response:
        def work() -> tuple[str, Any]:
            ticket = shown_request(service.require_tickets().store, request_id)
            row = request_of(ticket, service.require_resolver(), is_extended=_wants_more(request))
            return "service_requests", [row]

        return await desk.answer(request, kind, work, _ONE)

    async def token(request: Request, token: str, kind: Kind) -> Response:
        def work() -> tuple[str, Any]:
            # Requests are taken in at once, so a token is the request's own id.
            ticket = shown_request(service.require_tickets().store, token)
            return "service_requests", [{"service_request_id": ticket.id, "token": token}]

        return await desk.answer(request, kind, work)

    _add(app, "GET", "/requests.{kind}", requests, "工单列表 / Service requests", _LIST)
    _add(app, "GET", "/requests/{request_id}.{kind}", one_request, "一件工单 / One request", _ONE)
    _add(app, "GET", "/tokens/{token}.{kind}", token, "凭据换编号 / Request id from a token")


def _wants_more(request: Request) -> bool:
    return request.query_params.get("extensions") == "true"


def _add_post(app: FastAPI, desk: _Open311) -> None:
    service = desk.service

    async def post(request: Request, kind: Kind) -> Response:
        async def do() -> Response:
            form = await request.form()
            desk.check_jurisdiction(str(form.get("jurisdiction_id", "")))
            key = str(form.get("api_key", "") or request.query_params.get("api_key", ""))
            client = desk.client(key)
            service.require_writes()
            tickets, resolver = service.require_tickets(), service.require_resolver()
            given = await run_in_threadpool(read_form, form, client, resolver, tickets.catalogue)
            taken = await tickets.take_in(given)
            row = {
                "service_request_id": taken.ticket.id,
                "service_notice": notice_of(taken.ticket),
                "account_id": None,
            }
            return respond(kind, "service_requests", [row], 201 if taken.is_new else 200)

        return await desk.guarded(request, kind, do, _SHARED)

    _add(app, "POST", "/requests.{kind}", post, "提交工单 / Send a request")


def _add(
    app: FastAPI,
    method: str,
    path: str,
    endpoint: Callable[..., Any],
    summary: str,
    known: Collection[str] = _SHARED,
) -> None:
    extra: dict[str, Any] = {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
            for name in sorted(known)
        ]
    }
    if method == "POST":
        example = "api_key=…&service_code=0801001&lat=39.9&long=116.4&description=…"
        media = {"schema": {"type": "object"}, "example": example}
        extra["requestBody"] = {"content": {"application/x-www-form-urlencoded": media}}
    app.router.add_api_route(
        BASE + path,
        endpoint,
        methods=[method],
        tags=["open311"],
        summary=summary,
        response_model=None,
        responses=_RESPONSES,
        openapi_extra=extra,
        # The standard wants its own error document for a parameter that is not known.
        route_class_override=APIRoute,
    )
