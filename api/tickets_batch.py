"""``POST /v1/tickets/batch``: many requests at once, each with its own outcome."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from itertools import count, islice
from typing import IO, Annotated, Any

import orjson
import pyarrow as pa
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from api import examples_tickets as examples
from api.batch_read import CsvReader, RowForm, read_lines, spool
from api.errors import ApiError, BodyFormatError, MediaTypeError, RowLimitError
from api.representation import CSV, JSON, NDJSON, choose, media_type_of
from api.schemas_tickets import TicketGiven, TicketOutcome
from api.state import Limits, Service
from api.tickets_given import new_ticket, value_as
from api.tickets_post import WRITE_RESPONSES
from api.tickets_service import TicketService
from api.tickets_told import taken_told
from boundaries.errors import StoreError
from governance.tickets.errors import TicketError
from governance.tickets.given import NewTicket
from governance.tickets.intake.take import Taken
from governance.tickets.mapping import RowReader, TicketMapping

__all__ = ["add_ticket_batch_route"]

_DESCRIPTION = """\
按 Content-Type 接收 JSON(工单的列表)、逐行 JSON 或 CSV。CSV 的列按列映射读取：缺省为热线导出的列名
(hotline)，亦可用 mapping 指定服务所存的映射。逐行受理、逐行回答：编号、是否新单、状态、主办、待审
原因，或该行为何不能受理；坏行不影响其他行。重复发送是安全的。须许可修改。

Send a JSON list of tickets, one JSON ticket a line, or CSV, whose columns are read by a mapping:
that of hotline exports, or another one that the service keeps. Each row has its own outcome; a bad
row says why and spoils nothing. Sending again is safe: known tickets stay as they are. Off unless
XIAQU_ALLOW_WRITES is true.
"""
_TOGETHER = 200
_ACCEPTED = (JSON, NDJSON, CSV)
_COLUMNS = (
    "row",
    "id",
    "external_id",
    "is_new",
    "differs",
    "state",
    "body",
    "body_name",
    "due_at",
    "review",
    "error",
)
_LINES = {"schema": {"type": "string"}}
_AWAY = "not taken: the store cannot be used now; send the row again"

MappingName = Annotated[
    str,
    Query(
        max_length=100,
        description="CSV 的列映射 / Mapping of the columns of a CSV body",
        examples=["hotline"],
    ),
]
ReceivedAt = Annotated[
    AwareDatetime | None,
    Query(description="CSV 无受理时间列时用之 / Stands in where a CSV body has no time of receipt"),
]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: its number from 1, and the ticket or why there is none."""

    number: int
    new: NewTicket | None
    error: str = ""


def _json_rows(file: IO[bytes], most: int, *, lines: bool) -> Iterator[_Row]:
    rows = read_lines(file.read()) if lines else _listed(file.read())
    if len(rows) > most:
        raise RowLimitError(len(rows), most)
    return map(_json_row, count(1), rows)


def _listed(content: bytes) -> list[Any]:
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BodyFormatError(f"the body is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise BodyFormatError("the body is no list; send a JSON list of tickets")
    return rows


def _json_row(number: int, value: object) -> _Row:
    try:
        return _Row(number, new_ticket(value_as(value, TicketGiven)))
    except ApiError as error:
        return _Row(number, None, str(error))


def _csv_rows(reader: CsvReader, rows: RowReader) -> Iterator[_Row]:
    numbers = count(1)
    for part in reader.chunks(_TOGETHER):
        for place, cells in enumerate(zip(*part.cells, strict=True)):
            number = next(numbers)
            if place in part.problems:
                # The reader repeats what is beyond the heading, and that may be anything.
                yield _Row(number, None, "another number of fields than the heading has")
                continue
            try:
                yield _Row(number, rows.read(cells))
            except TicketError as error:
                yield _Row(number, None, f"{error.field}: {error.problem}")


_WHOLE_ROWS = RowForm(
    lambda headings: tuple(range(len(headings))), (), lambda _row: None, "", "", pa.string()
)


def _open(
    file: IO[bytes], content_type: str, limits: Limits, mapping: TicketMapping, known: TicketService
) -> Iterator[_Row]:
    media = media_type_of(content_type)
    if media != CSV:
        return _json_rows(file, limits.json_rows, lines=media == NDJSON)
    message = Message()
    message["content-type"] = content_type
    reader = CsvReader(file, _WHOLE_ROWS, message.get_content_charset())
    return _csv_rows(reader, RowReader(mapping, reader.schema.names, known.catalogue, "body"))


class _Taking:
    """Takes rows in, some at a time; once the store is away, the rest is not tried."""

    def __init__(self, tickets: TicketService, rows: Iterator[_Row]) -> None:
        self._tickets = tickets
        self._rows = rows
        self._is_away = False

    def outcomes(self, *, is_first: bool = False) -> list[dict[str, Any]]:
        """Take some rows in; none are left where nothing comes back."""
        rows = list(islice(self._rows, _TOGETHER))
        given = [row.new for row in rows if row.new is not None]
        taken: Iterator[Taken] = iter(())
        if given and not self._is_away:
            try:
                taken = iter(self._tickets.intake.take(given, now=self._tickets.now()))
            except StoreError:
                if is_first:
                    raise
                self._is_away = True
        told = []
        for row in rows:
            error = row.error or (_AWAY if self._is_away else "")
            told.append(_outcome(row.number, None if error else next(taken), error))
        return told


def _outcome(number: int, taken: Taken | None, error: str) -> dict[str, Any]:
    if taken is None:
        return {"row": number, **dict.fromkeys(_COLUMNS[1:-1]), "error": error}
    told = taken_told(taken)
    return {"row": number, **{name: told[name] for name in _COLUMNS[1:-1]}, "error": None}


def _written(taking: _Taking, first: list[dict[str, Any]], media: str) -> Iterator[bytes]:
    opening, between, closing = _FRAMES[media]
    lead, part = opening, first
    while part:
        yield lead + (_csv_lines(part) if media == CSV else between.join(map(orjson.dumps, part)))
        lead, part = between, taking.outcomes()
    yield closing if lead is between else opening + closing


_HEADING = (",".join(_COLUMNS) + "\r\n").encode()
_FRAMES = {
    JSON: (b"[", b",\n", b"]\n"),
    NDJSON: (b"", b"\n", b"\n"),
    CSV: (_HEADING, b"", b""),
}


def _csv_lines(part: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in part:
        writer.writerow([_cell(row[name]) for name in _COLUMNS])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return ";".join(map(str, value)) if isinstance(value, list) else value


def add_ticket_batch_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/tickets/batch``."""

    @app.post(
        "/v1/tickets/batch",
        tags=["tickets"],
        summary="批量受理工单 / Take many requests in",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {
                "description": "逐行的结果 / The outcome of each row",
                "model": list[TicketOutcome],
                "content": {
                    JSON: {"example": examples.BATCH_OUTCOMES},
                    NDJSON: _LINES,
                    CSV: _LINES,
                },
            },
            **WRITE_RESPONSES,
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {"schema": {}, "example": [examples.TICKET_GIVEN]},
                    NDJSON: _LINES,
                    CSV: {**_LINES, "example": examples.BATCH_CSV},
                },
            }
        },
    )
    async def take_tickets(
        request: Request, mapping: MappingName = "hotline", received_at: ReceivedAt = None
    ) -> Response:
        service.require_writes()
        tickets = service.require_tickets()
        columns = tickets.mapping(mapping)
        if received_at is not None:
            columns = replace(columns, received_at=received_at)
        content_type = request.headers.get("content-type", "")
        given = media_type_of(content_type)
        if given not in _ACCEPTED:
            raise MediaTypeError(content_type, _ACCEPTED)
        media = choose(request, [given, *(other for other in _ACCEPTED if other != given)])
        limits = service.limits
        file = await spool(request, limits.body_bytes if given == CSV else limits.json_bytes)
        try:

            def begin() -> tuple[_Taking, list[dict[str, Any]]]:
                rows = _open(file, content_type, limits, columns, tickets)
                taking = _Taking(tickets, rows)
                return taking, taking.outcomes(is_first=True)

            taking, first = await run_in_threadpool(begin)
        except BaseException:
            file.close()
            raise

        def body() -> Iterator[bytes]:
            with file:
                yield from _written(taking, first, media)

        headers = {"cache-control": "no-store", "vary": "Accept"}
        return StreamingResponse(body(), media_type=media, headers=headers)
