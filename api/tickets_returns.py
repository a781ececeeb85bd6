"""Returns 退单, how well each rule did by them, and the catalogue of channels."""

from datetime import datetime, timedelta
from typing import Annotated

import orjson
from fastapi import FastAPI, Query, Response
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from api import examples_incidents as examples
from api.representation import JSON
from api.schemas_incidents import ChannelsKept, ReturnList, RuleAccuracies
from api.state import Service
from api.tickets_parameters import PageLimit
from api.tickets_read import answered
from api.tickets_service import TicketService
from api.tickets_told import in_city
from governance.tickets.errors import TicketError
from governance.tickets.records import ReturnCase
from governance.tickets.returns import RuleAccuracy, rule_accuracy
from governance.tickets.terms import RETURN_NAMES, ReturnReason

__all__ = ["add_return_routes"]

_NO_STORE = {"cache-control": "no-store"}
_USUAL_SPAN = timedelta(days=90)

TicketCode = Annotated[str | None, Query(max_length=64, description="工单 / Of this ticket")]
RuleCode = Annotated[str | None, Query(max_length=100, description="规则 / Of this rule")]
ReturnedFrom = Annotated[
    str | None,
    Query(max_length=100, description="退回的主体 / Of this body that it had been dispatched to"),
]
OpenFlag = Annotated[
    bool | None, Query(description="true 未裁定，false 已裁定 / Without or with a decision")
]
Since = Annotated[AwareDatetime | None, Query(description="自(含)，带时区 / From on, with zone")]
Until = Annotated[AwareDatetime | None, Query(description="至(不含)，带时区 / Before, with zone")]


def _case(case: ReturnCase) -> dict[str, object]:
    name, name_en = RETURN_NAMES.get(ReturnReason(case.reason), (case.reason, case.reason))
    return {
        "ticket": case.ticket,
        "seq": case.seq,
        "returned_at": in_city(case.returned_at),
        "unit": case.unit,
        "body": case.body,
        "reason": case.reason,
        "reason_name": name,
        "reason_name_en": name_en,
        "text": case.text,
        "rule": case.rule,
        "proof": case.proof,
        "is_upheld": case.is_upheld,
        "because": case.because,
        "is_final": case.is_final,
        "ruling": case.ruling,
        "document": case.document,
        "decided_at": in_city(case.decided_at),
        "decided_by": case.decided_by,
        "decided_body": case.decided_body,
    }


def _accuracy(row: RuleAccuracy) -> dict[str, object]:
    counts = row.counts
    return {
        "rule": counts.rule,
        "dispatched": counts.dispatched,
        "returned": counts.returned,
        "upheld": counts.upheld,
        "undecided": counts.undecided,
        "settled": row.settled,
        "accuracy": row.accuracy,
        "low": row.low,
        "high": row.high,
    }


def _accuracies(tickets: TicketService, since: datetime, until: datetime) -> Response:
    rows = [_accuracy(row) for row in rule_accuracy(tickets.store, since, until)]
    body = {"since": in_city(since), "until": in_city(until), "rules": rows}
    return Response(orjson.dumps(body), media_type=JSON, headers=_NO_STORE)


def add_return_routes(app: FastAPI, service: Service) -> None:
    """Register ``/v1/tickets/returns``, ``/v1/rules/accuracy`` and ``/v1/channels``."""

    @app.get(
        "/v1/tickets/returns",
        tags=["tickets"],
        summary="退单 / Returned tickets",
        description=(
            "由先到后，附图上依据与裁定。\n\nOldest first, with the proof on the map and what was"
            " decided."
        ),
        response_model=None,
        responses=answered(ReturnList, examples.RETURNS),
    )
    async def returned_tickets(
        ticket: TicketCode = None,
        rule: RuleCode = None,
        body: ReturnedFrom = None,
        is_open: OpenFlag = None,
        since: Since = None,
        until: Until = None,
        limit: PageLimit = 100,
    ) -> Response:
        tickets = service.require_tickets()

        def work() -> Response:
            cases = tickets.store.return_cases(
                ticket=ticket,
                rule=rule,
                body=body,
                is_open=is_open,
                since=since,
                until=until,
                limit=limit,
            )
            content = orjson.dumps({"returns": [_case(case) for case in cases]})
            return Response(content, media_type=JSON, headers=_NO_STORE)

        return await run_in_threadpool(work)

    @app.get(
        "/v1/rules/accuracy",
        tags=["rules"],
        summary="规则的准确率 / How often each rule was right",
        description=(
            "期间受理(缺省近 90 天)的工单，按所依规则：未被退单推翻的占比与 95% Wilson 区间；"
            "测算值，是上界。\n\n"
            "Of the tickets received in a span, by default the last 90 days: the share by rule that"
            " no upheld return overturned, with its 95 % Wilson interval. An upper bound, computed."
        ),
        response_model=None,
        responses=answered(RuleAccuracies, examples.ACCURACIES),
    )
    async def rules_accuracy(since: Since = None, until: Until = None) -> Response:
        tickets = service.require_tickets()
        end = until or tickets.now()
        start = since or end - _USUAL_SPAN
        if start >= end:
            problem = f"must lie before until {end.isoformat()}"
            raise TicketError("since", start.isoformat(), problem)
        return await run_in_threadpool(_accuracies, tickets, start, end)

    @app.get(
        "/v1/channels",
        tags=["tickets"],
        summary="渠道与诉求类型目录 / Channels and types of requests",
        description="现行目录及其版本。\n\nThe catalogue in force, and its version.",
        response_model=None,
        responses=answered(ChannelsKept, examples.CHANNELS),
    )
    async def channels() -> Response:
        tickets = service.require_tickets()
        catalogue = await run_in_threadpool(lambda: tickets.catalogue)
        body = {"version": catalogue.version, **catalogue.to_dict()}
        return Response(orjson.dumps(body), media_type=JSON, headers=_NO_STORE)
