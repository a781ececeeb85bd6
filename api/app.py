"""The application: every route, one problem table, and the watch for new editions."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.batch import add_batch_route
from api.closing import told_of_stop
from api.decisions import add_decision_routes
from api.errors import ApiError
from api.gazetteer_source import GazetteerSource
from api.geocode import add_geocode_route
from api.geocode_batch import add_geocode_batch_route
from api.health import add_health_routes
from api.layers import add_layer_routes, add_shape_routes
from api.locate import add_locate_route
from api.open311.options import Open311Options
from api.open311.routes import add_open311_routes
from api.owner import add_owner_routes
from api.owner_batch import add_owner_batch_route
from api.owner_source import OwnerSource
from api.page import add_page_routes
from api.problems import install_problem_handlers
from api.reverse import add_reverse_route
from api.routing import HeadAsGet, StrictRoute
from api.rules import add_rule_routes
from api.rulings import add_ruling_routes
from api.shapes import LayerShapes
from api.shares import add_shares_route
from api.state import CityClock, Limits, LocatorSource, Service
from api.suggestions import Suggester
from api.tickets import add_ticket_routes
from api.tickets_service import TicketService
from boundaries.errors import BoundaryError
from boundaries.store import BoundaryStore
from geo.errors import GeoError

_LOG = logging.getLogger(__name__)

_DESCRIPTION = """\
点在哪个区、街道、社区、网格：按已启用版本精确回答，给出到边界的距离与候选。
一段文字指哪里：离线读地址，给出候选、可信度与解释；地名库没有的名字不猜。
一件事归谁办：按规则册给出主办、协办、时限与全部候选的取舍理由；每次认定存档，可复算。
诉求工单：受理、定位、派单、办理、退单与回访，每一步留痕；个人信息另存，对外一律脱敏。
坐标一律先经度后纬度；内部为 CGCS2000(与 WGS-84 数值相同)，其他坐标系须声明。
每个回答带强 ETag，版本启用后立即变化；每个错误都是 RFC 9457 问题文档，type 见 /problems。

Which district, township, community and grid hold a point: exact for the active editions, with the
distance to the border and all contenders. Which place a text means: read offline, with confidence
and reasons; a name that the gazetteer does not have is not guessed. Longitude comes first. Every
answer has a strong ETag that changes with an activation; every error is an RFC 9457 problem
document.
"""

_TAGS = [
    {"name": "locate", "description": "定位 / Locate"},
    {"name": "geocode", "description": "地址与地名 / Addresses and names"},
    {
        "name": "owner",
        "description": "权责：谁负责、为什么、到何时 / Who is responsible, why, until when",
    },
    {
        "name": "rules",
        "description": "规则册、目录、岗位、责任划分 / Rule books, catalogue, posts, rulings",
    },
    {"name": "layers", "description": "图层与区域 / Layers and areas"},
    {"name": "tickets", "description": "诉求工单 / Tickets"},
    {"name": "incidents", "description": "突增事件 / Incidents"},
    {"name": "service", "description": "服务状态 / Service"},
]


def _draw_ahead(service: Service) -> None:
    """Draw the city before anyone asks, so that the first visitor does not wait."""
    if service.shapes is None:
        return
    try:
        loaded = service.source.loaded
        service.shapes.drawing(loaded.locator, loaded.token)
    except (BoundaryError, GeoError, ApiError) as error:
        _LOG.warning("the map cannot be drawn now: %s", error)


def _follow_once(service: Service) -> None:
    if service.source.refresh():
        _LOG.info("swapped to the editions now active")
        _draw_ahead(service)
    if service.gazetteer is not None and service.gazetteer.refresh():
        _LOG.info("swapped to the gazetteer now active")
    # After the boundaries, which it shares.
    if service.owner is not None and service.owner.refresh():
        _LOG.info("swapped to the rule book, rulings and editions now active")


async def _follow(service: Service, reload_s: float) -> None:
    """Look for new editions for ever; nothing that goes wrong ends the watch."""
    await run_in_threadpool(_draw_ahead, service)
    while True:
        await asyncio.sleep(reload_s)
        try:
            await run_in_threadpool(_follow_once, service)
        except Exception:  # noqa: BLE001 - a watch that dies would serve old editions for ever
            _LOG.exception("looking for new editions failed; trying again in %s s", reload_s)


@asynccontextmanager
async def _running(tickets: TicketService | None) -> AsyncIterator[None]:
    """Run what tickets need; end it when the server stops."""
    if tickets is None:
        yield
        return
    tickets.start()
    try:
        with told_of_stop(tickets.begin_stop):
            yield
    finally:
        await tickets.stop()


def create_app(  # noqa: PLR0913 - one parameter for each part of the service
    source: LocatorSource,
    store: BoundaryStore | None = None,
    *,
    gazetteer: GazetteerSource | None = None,
    suggest: Suggester | None = None,
    owner: OwnerSource | None = None,
    show_phones: bool = False,
    allow_writes: bool = False,
    tickets: TicketService | None = None,
    open311: Open311Options | None = None,
    reload_s: float = 2.0,
    limits: Limits | None = None,
    clock: CityClock | None = None,
) -> FastAPI:
    """Create the HTTP application.

    Parameters
    ----------
    source
        Holds the current locator; watched for new editions while the application runs.
    store
        Where shapes are read; without one, lookups work and shapes are answered with 503.
    gazetteer
        Holds the current gazetteer, watched likewise; without one, texts are answered with 503.
    suggest
        Asks an online provider about single texts that are not accepted; None asks nobody.
    owner
        Holds the current resolver, watched likewise; without one, questions of ownership are
        answered with 503.
    show_phones
        Whether a request may ask for the work phones of posts.
    allow_writes
        Whether tickets, rulings and what belongs to them may be recorded and changed.
    tickets
        Takes tickets in and shows them; without one, questions about tickets are answered with
        503.
    open311
        What the city settles about Open311; without them it is not served.
    reload_s
        Seconds between looks for new editions.
    limits
        How much one request may ask for.
    clock
        Tells the day in the city for requests without ``at``; China's by default.

    Returns
    -------
    FastAPI
        Its state holds ``service``.
    """
    service = Service(
        source,
        store,
        None if store is None else LayerShapes(store),
        limits or Limits(),
        clock or CityClock(),
        gazetteer,
        suggest,
        owner,
        show_phones,
        allow_writes,
        tickets,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_follow(service, reload_s))
        try:
            async with _running(tickets):
                yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    app = FastAPI(
        title="辖区 Xiaqu",
        version=version("xiaqu"),
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        # The framework's documentation pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.router.route_class = StrictRoute
    app.state.service = service
    # The first route is found first.
    add_locate_route(app, service)
    add_batch_route(app, service)
    add_shares_route(app, service)
    add_geocode_route(app, service)
    add_geocode_batch_route(app, service)
    add_reverse_route(app, service)
    add_owner_routes(app, service)
    add_owner_batch_route(app, service)
    add_decision_routes(app, service)
    add_rule_routes(app, service)
    add_ruling_routes(app, service)
    add_layer_routes(app, service)
    add_shape_routes(app, service)
    add_ticket_routes(app, service)
    if open311 is not None:
        add_open311_routes(app, service, open311)
    add_health_routes(app, service)
    add_page_routes(app, service)
    install_problem_handlers(app)
    app.add_middleware(HeadAsGet)
    return app
