"""``POST /v1/owner/batch``: who is responsible, for many places, in the order they came."""

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import examples_owner as examples
from api.batch_route import BatchExamples, batch_operation
from api.batch_stream import stream_out, take_in
from api.errors import DecisionNotStoredError
from api.owner import CallerText, ReceivedAt
from api.owner_rows import ChunkOwners, owner_form
from api.parameters import AccuracyM, At, DatumText, datum_of
from api.state import Service
from boundaries.errors import StoreError
from governance.book.terms import Caller
from governance.owner.decisions import DecisionStore
from governance.owner.rows import RowDefaults

_DESCRIPTION = """\
按 Content-Type 接收 JSON([经度, 纬度, 类别] 或对象的列表，或 {"rows": [...]}，亦可逐行)、CSV
(含表头)或 Arrow IPC 流。类别列为 category/类别/事项编码 等，写编码或完整路径；可另有日期(at)、
诉求人(caller)、受理时间(received_at，无时区按北京时间)列，缺者用同名参数。行序与输入列不变，每行
另加 owner_body、owner_name、owner_step、owner_rule、owner_status、owner_flags、owner_confidence、
owner_due_at、error；坏行保留并写明原因。record=true 逐行存档(慢)，另加 decision。

Send JSON, CSV with a heading, or an Arrow IPC stream; the answer has the same type unless Accept
asks for another. Rows keep their order and columns; bad rows stay, with the reason in `error`.
With record=true each row is recorded, which is slower, and gets the id of its decision.
"""
CategoryForAll = Annotated[
    str,
    Query(
        max_length=300,
        description="未写类别的行所用的类别 / Category of rows that name none",
    ),
]
RecordRows = Annotated[bool, Query(description="是否逐行存档 / Whether to record each row")]
_EXAMPLES = BatchExamples(
    examples.OWNER_BATCH,
    examples.OWNER_BATCH_REQUEST,
    csv="编号,经度,纬度,类别\r\nA-1,116.4,39.9,0801001\r\n",
)


def _decisions(service: Service) -> DecisionStore:
    """Open the decisions, before the answer starts.

    Raises
    ------
    DecisionNotStoredError
        The store is not there now.
    """
    if service.store is None:
        raise DecisionNotStoredError
    decisions = DecisionStore(service.store)
    try:
        decisions.ids(limit=1)
    except StoreError as error:
        raise DecisionNotStoredError from error
    return decisions


def add_owner_batch_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/owner/batch``."""

    @app.post(
        "/v1/owner/batch",
        tags=["owner"],
        summary="许多地点的事各归谁 / Who is responsible for many places",
        description=_DESCRIPTION,
        **batch_operation(_EXAMPLES),
    )
    async def owner_batch(
        request: Request,
        category: CategoryForAll = "",
        datum: DatumText = "WGS-84",
        at: At = None,
        received_at: ReceivedAt = None,
        accuracy_m: AccuracyM = 20.0,
        caller: CallerText = "personal",
        record: RecordRows = False,  # noqa: FBT002 - a parameter of the query
    ) -> Response:
        resolver = service.require_resolver()
        day = service.clock.today() if at is None else at
        defaults = RowDefaults(
            at=day,
            category=category,
            caller=Caller(caller),
            received_at=received_at or service.clock.now(),
            accuracy_m=accuracy_m,
        )
        # What is wrong for every row is said before the first byte.
        resolver.require_valid_at(day)
        for snapshot in resolver.grounds.locator.layers:
            snapshot.edition.require_valid_at(day)
        if category:
            resolver.category(category, day)
        decisions = await run_in_threadpool(_decisions, service) if record else None
        answers = ChunkOwners(resolver, datum_of(datum), defaults, decisions)
        body = await take_in(request, service.limits, owner_form(category))
        limits = service.limits
        rows = limits.text_chunk_rows if record else limits.chunk_rows
        headers = {
            "xiaqu-datum": str(answers.datum),
            "xiaqu-at": day.isoformat(),
            "xiaqu-rule-book": str(resolver.context["book"]),
        }
        return stream_out(request, body, answers, rows, headers)
