"""``/v1/incidents``: surges of tickets, proposed by the service and decided by people."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api import examples_incidents as examples
from api.errors import BodyFormatError
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_incidents import AttachGiven, IncidentDecided, IncidentList, IncidentShown
from api.schemas_tickets import TicketHistory
from api.state import Service
from api.tickets_given import body_as, schema_of
from api.tickets_parameters import Cursor, IncidentId, PageLimit, ReceivedFrom, following_page
from api.tickets_post import WRITE_RESPONSES
from api.tickets_read import answered
from api.tickets_service import TicketService
from api.tickets_told import events_told, incident_told
from governance.tickets.terms import IncidentState
from governance.tickets.ticket import Incident

__all__ = ["add_incident_routes"]

_NO_STORE = {"cache-control": "no-store"}
_DECIDED: dict[str, tuple[str, str]] = {
    "confirm": (
        "确认事件 / Confirm an incident",
        "亦可确认已排除的。\n\nAlso one that was dismissed.",
    ),
    "dismiss": (
        "排除事件 / Dismiss an incident",
        (
            "其工单移出；同处同类数小时内不再提示。\n\n"
            "Its tickets are taken out; nothing of the kind is proposed there for some hours."
        ),
    ),
    "end": ("结束事件 / End an incident", "工单仍归入其中。\n\nIts tickets stay attached."),
}

States = Annotated[
    str,
    Query(
        max_length=100,
        description="状态，可多个，逗号分隔 / States, comma separated",
        examples=["proposed,confirmed"],
    ),
]
GroupCode = Annotated[
    str | None, Query(max_length=50, description="类别组 / Category group", examples=["0402"])
]
AlertedBody = Annotated[
    str | None, Query(max_length=100, description="被提醒的主体 / Body that is alerted")
]


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type=JSON, headers=_NO_STORE)


def _one(incident: Incident) -> Response:
    return _json(incident_told(incident))


def _events(tickets: TicketService, incident: str) -> Response:
    tickets.store.incident(incident)  # a ticket is no incident
    events = events_told(tickets.store.events(incident), tickets.explainer())
    return _json({"id": incident, "events": events})


def _add_reading(app: FastAPI, service: Service) -> None:
    get: Callable[..., Callable[..., Any]] = app.get

    @get(
        "/v1/incidents",
        tags=["incidents"],
        summary="突增事件 / Incidents",
        description=(
            "同处同类短时间集中反映，由系统提示、由人确认；最近仍有工单的在前。\n\n"
            "Many tickets of one kind in one place, against what is ordinary there and then; those"
            " with the latest ticket first. Their tickets are at /v1/tickets?incident=…"
        ),
        response_model=None,
        responses=answered(IncidentList, examples.INCIDENTS),
    )
    async def incidents(
        request: Request,
        state: States = "",
        category_group: GroupCode = None,
        body: AlertedBody = None,
        since: ReceivedFrom = None,
        limit: PageLimit = 50,
        cursor: Cursor = "",
    ) -> Response:
        tickets = service.require_tickets()
        states = states_named(state)

        def work() -> Response:
            page = tickets.store.incidents(
                states=states,
                category_group=category_group,
                body=body,
                since=since,
                limit=limit,
                cursor=cursor,
            )
            told = [incident_told(one) for one in page.incidents]
            return _json({"incidents": told, "next": following_page(request, page.cursor)})

        return await run_in_threadpool(work)

    @get(
        "/v1/incidents/{incident}",
        tags=["incidents"],
        summary="一个事件 / One incident",
        response_model=None,
        responses=answered(IncidentShown, examples.INCIDENT),
    )
    async def incident_shown(incident: IncidentId) -> Response:
        tickets = service.require_tickets()
        return _one(await run_in_threadpool(tickets.store.incident, incident))

    @get(
        "/v1/incidents/{incident}/events",
        tags=["incidents"],
        summary="事件的经过 / Everything that happened to an incident",
        response_model=None,
        responses=answered(TicketHistory, examples.INCIDENT_HISTORY),
    )
    async def incident_events(incident: IncidentId) -> Response:
        return await run_in_threadpool(_events, service.require_tickets(), incident)


def states_named(text: str) -> tuple[IncidentState, ...]:
    """Read states of incidents parted by commas.

    Raises
    ------
    BodyFormatError
        One of them does not exist.
    """
    named = [part.strip() for part in text.split(",") if part.strip()]
    for name in named:
        if name not in set(IncidentState):
            known = ", ".join(IncidentState)
            raise BodyFormatError(f"state {name!r}: one of {known}", field="state", value=name)
    return tuple(IncidentState(name) for name in named)


def _operation(
    summary: str, description: str, model: type[BaseModel], example: object
) -> dict[str, Any]:
    return {
        "methods": ["POST"],
        "tags": ["incidents"],
        "summary": summary,
        "description": description + " 须许可修改。 Off unless XIAQU_ALLOW_WRITES is true.",
        "response_model": None,
        "responses": {
            200: {"model": IncidentShown, "content": {JSON: {"example": examples.INCIDENT}}},
            409: {"description": "状态不允许 / State forbids", **PROBLEM_RESPONSES[422]},
            **WRITE_RESPONSES,
        },
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": schema_of(model), "example": example}},
            }
        },
    }


def _add_decision(app: FastAPI, service: Service, name: str) -> None:
    summary, description = _DECIDED[name]

    async def decide(request: Request, incident: IncidentId) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, IncidentDecided)
        act = getattr(tickets.incidents, name)

        def work() -> Response:
            return _one(
                act(
                    incident,
                    actor=given.actor,
                    unit=given.unit,
                    because=tickets.masked(given.because),
                    at=given.at,
                )
            )

        return await run_in_threadpool(work)

    app.router.add_api_route(
        f"/v1/incidents/{{incident}}/{name}",
        decide,
        name=f"incident_{name}",
        **_operation(summary, description, IncidentDecided, examples.INCIDENT_DECIDED),
    )


def _add_tickets(app: FastAPI, service: Service) -> None:
    async def attach(request: Request, incident: IncidentId) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, AttachGiven)

        def work() -> Response:
            return _one(
                tickets.incidents.attach(
                    incident, given.tickets, actor=given.actor, unit=given.unit, at=given.at
                )
            )

        return await run_in_threadpool(work)

    async def detach(request: Request, incident: IncidentId) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, AttachGiven)

        def work() -> Response:
            return _one(
                tickets.incidents.detach(
                    incident,
                    given.tickets,
                    actor=given.actor,
                    unit=given.unit,
                    because=tickets.masked(given.because),
                    at=given.at,
                )
            )

        return await run_in_threadpool(work)

    app.router.add_api_route(
        "/v1/incidents/{incident}/attach",
        attach,
        **_operation(
            "归入工单 / Attach tickets",
            "各工单仍各自答复、回访。\n\nEach keeps its own life.",
            AttachGiven,
            examples.ATTACH_GIVEN,
        ),
    )
    app.router.add_api_route(
        "/v1/incidents/{incident}/detach",
        detach,
        **_operation(
            "移出工单 / Take tickets out",
            "移出后可归入别的事件。\n\nThey may be attached to another one then.",
            AttachGiven,
            examples.ATTACH_GIVEN,
        ),
    )


def add_incident_routes(app: FastAPI, service: Service) -> None:
    """Register ``/v1/incidents`` and what people do with them."""
    _add_reading(app, service)
    for name in _DECIDED:
        _add_decision(app, service, name)
    _add_tickets(app, service)
