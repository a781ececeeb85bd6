"""``POST /v1/tickets/{id}/corrections``: a person says where a ticket is, what, and whose."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import Field, RootModel
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.errors import ChangedMeanwhileError
from api.parameters import PROBLEM_RESPONSES
from api.representation import JSON
from api.schemas_owner import Given
from api.schemas_tickets import TicketCorrected
from api.state import Service
from api.tickets_acts import IF_MATCH, seq_wanted
from api.tickets_given import body_as, schema_of
from api.tickets_parameters import TicketId
from api.tickets_post import WRITE_RESPONSES
from api.tickets_service import TicketService
from api.tickets_told import events_told, whole_ticket
from governance.tickets.corrections import (
    ChooseCandidate,
    Correction,
    Dismiss,
    MovePin,
    SetCategory,
    SetOwner,
)
from governance.tickets.errors import StaleTicketError
from governance.tickets.terms import ReviewCode

__all__ = ["CorrectionGiven", "add_ticket_correction_route"]

_DESCRIPTION = """\
choose 选定一个候选，pin 在图上定点，category 定类别，owner 定主体(记为现场责任划分，对以后同处同类
有效)，dismiss 无须更正。地点、权属、时限随之重算；再无疑问的即派单，已派错的改派。可把地名报送
地名库(name)。与更正一起记入同一次事件；If-Match 同上。须许可修改。

Choose a candidate, set a pin, a category or an owner (recorded as a ruling, which holds for what
comes after), or dismiss what is no problem. Place, owner and deadline follow; where nothing is in
doubt any more the ticket is dispatched, or dispatched again. A name may be proposed to the
gazetteer. Off unless XIAQU_ALLOW_WRITES is true.
"""
_Code = Annotated[str, Field(min_length=1, max_length=100)]


class _Given(Given):
    """What every correction says."""

    actor: Annotated[str, Field(min_length=1, max_length=100, description="账号 / Account")]
    unit: Annotated[str, Field(max_length=100, description="代表的主体 / Body")] = ""
    because: Annotated[str, Field(max_length=2000, description="理由 / Why")] = ""


class ChooseGiven(_Given):
    """One of the candidates that the review lists."""

    kind: Literal["choose"]
    candidate: Annotated[int, Field(ge=0, description="候选序号，从 0 起 / Number, from 0")]
    name: Annotated[
        str, Field(max_length=200, description="报送地名库的叫法 / Words proposed for the place")
    ] = ""


class PinGiven(_Given):
    """A place set by a person."""

    kind: Literal["pin"]
    lon: float
    lat: float
    datum: Annotated[str, Field(max_length=100)] = "CGCS2000"
    accuracy_m: Annotated[float, Field(ge=0, le=10_000)] = 10.0
    name: Annotated[
        str, Field(max_length=200, description="报送地名库的地名 / Name proposed for the place")
    ] = ""
    role: Annotated[str, Field(max_length=30, description="地名角色 / Role of the place")] = "poi"
    place_kind: Annotated[str, Field(max_length=50, description="地名类别 / Its kind")] = ""


class CategoryGiven(_Given):
    """The right category."""

    kind: Literal["category"]
    category: Annotated[str, Field(min_length=1, max_length=300)]


class OwnerGiven(_Given):
    """The body that answers here."""

    kind: Literal["owner"]
    body: _Code
    co_organisers: Annotated[list[_Code], Field(default_factory=list, max_length=20)]
    document: Annotated[str, Field(max_length=300, description="文号 / Written down in")] = ""
    reach_m: Annotated[float, Field(gt=0, le=1000)] = 30.0
    categories: Annotated[list[_Code], Field(default_factory=list, max_length=50)]


class DismissGiven(_Given):
    """Nothing is wrong; empty ``codes`` for all reasons."""

    kind: Literal["dismiss"]
    codes: Annotated[list[ReviewCode], Field(default_factory=list)]


class CorrectionGiven(
    RootModel[
        Annotated[
            ChooseGiven | PinGiven | CategoryGiven | OwnerGiven | DismissGiven,
            Field(discriminator="kind"),
        ]
    ]
):
    """What is right."""


def _correction(given: CorrectionGiven) -> Correction:
    said = given.root
    who: dict[str, Any] = {"actor": said.actor, "unit": said.unit, "because": said.because}
    if isinstance(said, ChooseGiven):
        return ChooseCandidate(candidate=said.candidate, name=said.name, **who)
    if isinstance(said, PinGiven):
        return MovePin(
            lon=said.lon,
            lat=said.lat,
            datum=said.datum,
            accuracy_m=said.accuracy_m,
            name=said.name,
            role=said.role,
            kind=said.place_kind,
            **who,
        )
    if isinstance(said, CategoryGiven):
        return SetCategory(category=said.category, **who)
    if isinstance(said, OwnerGiven):
        return SetOwner(
            body=said.body,
            co_organisers=tuple(said.co_organisers),
            document=said.document,
            reach_m=said.reach_m,
            categories=tuple(said.categories),
            **who,
        )
    return Dismiss(codes=tuple(said.codes), **who)


def _correct(
    tickets: TicketService, ticket: str, correction: Correction, seq: int | None
) -> Response:
    before = tickets.store.ticket(ticket).seq if seq is None else seq
    try:
        done = tickets.corrector.correct(ticket, correction, seq=seq)
    except StaleTicketError as error:
        if seq is None:
            raise
        raise ChangedMeanwhileError(ticket, seq, error.found) from None
    body = {
        "ticket": whole_ticket(done.ticket, tickets.now()),
        "events": events_told(
            tickets.store.events(ticket)[before : done.ticket.seq], tickets.explainer()
        ),
        "ruling": done.ruling,
        "gazetteer": done.gazetteer,
    }
    headers = {"cache-control": "no-store", "etag": f'"{done.ticket.seq}"'}
    return Response(orjson.dumps(body), media_type=JSON, headers=headers)


def add_ticket_correction_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/tickets/{id}/corrections``."""

    @app.post(
        "/v1/tickets/{ticket}/corrections",
        tags=["tickets"],
        summary="更正工单 / Correct a ticket",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {"model": TicketCorrected, "content": {JSON: {"example": examples.CORRECTED}}},
            409: {"description": "状态不允许 / State forbids", **PROBLEM_RESPONSES[422]},
            412: {"description": "其间已有改动 / Changed meanwhile", **PROBLEM_RESPONSES[422]},
            **WRITE_RESPONSES,
        },
        openapi_extra={
            "parameters": [IF_MATCH],
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {
                        "schema": schema_of(CorrectionGiven),
                        "example": examples.CORRECTION_GIVEN,
                    }
                },
            },
        },
    )
    async def correct_ticket(request: Request, ticket: TicketId) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        given = await body_as(request, CorrectionGiven)
        seq = seq_wanted(request)
        return await run_in_threadpool(_correct, tickets, ticket, _correction(given), seq)
