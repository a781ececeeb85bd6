"""``POST /v1/locate/batch``: who holds each of many points, in the order they came."""

from collections.abc import Iterator
from email.message import Message
from typing import IO

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import examples
from api.batch_answer import BatchQuestion, ChunkLocator, write_arrow, write_csv, write_json
from api.batch_read import (
    ArrowReader,
    BatchReader,
    CsvReader,
    JsonReader,
    refuse_taken_names,
    spool,
)
from api.errors import MediaTypeError
from api.parameters import (
    PROBLEM_RESPONSES,
    AccuracyM,
    At,
    DatumText,
    LayersText,
    datum_of,
    layers_named,
)
from api.representation import ARROW, CSV, JSON, NDJSON, choose, media_type_of
from api.state import Limits, Service

_ACCEPTED = (JSON, CSV, ARROW)
_DESCRIPTION = """\
按 Content-Type 接收 JSON(坐标对或对象的列表，或 {"points": [...]})、CSV(含表头，经度列
lon/lng/longitude/经度/x，纬度列 lat/latitude/纬度/y)或 Arrow IPC 流；按 Accept 返回，缺省同输入
类型，JSON 亦可逐行(application/x-ndjson)。行序不变，输入列全部保留，每行另加
<图层>_code、<图层>_name、<图层>_border_m、flags、error；坏行保留并写明原因。

Send JSON (a list of pairs or objects, or {"points": [...]}), CSV with a heading, or an Arrow IPC
stream; the answer has the same type unless Accept asks for another. Rows keep their order and
their columns; bad rows stay, with the reason in `error`.
"""


def _charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset()


async def _take_in(request: Request, limits: Limits) -> tuple[BatchReader, IO[bytes], str]:
    """Take in the body and open a reader by its Content-Type."""
    content_type = request.headers.get("content-type", "")
    media = media_type_of(content_type)
    if media not in _ACCEPTED:
        raise MediaTypeError(content_type, _ACCEPTED)
    file = await spool(request, limits.json_bytes if media == JSON else limits.body_bytes)
    try:
        reader = await run_in_threadpool(_open, file, media, _charset(content_type), limits)
    except BaseException:
        file.close()
        raise
    return reader, file, media


def _open(file: IO[bytes], media: str, charset: str | None, limits: Limits) -> BatchReader:
    if media == JSON:
        return JsonReader(file.read(), limits.json_rows)
    return CsvReader(file, charset) if media == CSV else ArrowReader(file)


def _closing(parts: Iterator[bytes], file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from parts


def _written(
    reader: BatchReader, question: BatchQuestion, media: str, rows: int
) -> Iterator[bytes]:
    locator = ChunkLocator(question)
    if media == CSV:
        return write_csv(reader, locator, rows)
    if media == ARROW:
        return write_arrow(reader, question, locator, rows)
    return write_json(reader, locator, rows, lines=media == NDJSON)


def add_batch_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/locate/batch``."""

    @app.post(
        "/v1/locate/batch",
        tags=["locate"],
        summary="许多点各属于谁 / Who holds each of many points",
        description=_DESCRIPTION,
        response_model=None,
        responses={
            200: {
                "description": "与输入同序 / In the order of the input",
                "content": {
                    JSON: {"example": examples.BATCH},
                    NDJSON: {"schema": {"type": "string"}},
                    CSV: {"schema": {"type": "string"}},
                    ARROW: {"schema": {"type": "string", "format": "binary"}},
                },
            },
            **PROBLEM_RESPONSES,
            413: {"description": "请求体过大或行数过多 / Too large", **PROBLEM_RESPONSES[422]},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {"schema": {}, "example": examples.BATCH_REQUEST},
                    CSV: {
                        "schema": {"type": "string"},
                        "example": "编号,经度,纬度\r\nA-1,116.4,39.9\r\n",
                    },
                    ARROW: {"schema": {"type": "string", "format": "binary"}},
                },
            }
        },
    )
    async def locate_batch(
        request: Request,
        datum: DatumText = "WGS-84",
        at: At = None,
        accuracy_m: AccuracyM = 20.0,
        layers: LayersText = None,
    ) -> Response:
        loaded = service.source.loaded
        question = BatchQuestion(
            loaded,
            datum_of(datum),
            service.clock.today() if at is None else at,
            accuracy_m,
            layers_named(loaded.locator, layers),
        )
        for snapshot in question.snapshots():
            snapshot.edition.require_valid_at(question.at)
        limits = service.limits
        reader, file, given = await _take_in(request, limits)
        try:
            offers = [given, *(m for m in (JSON, NDJSON, CSV, ARROW) if m != given)]
            media = choose(request, offers)
            refuse_taken_names(reader.schema, question.added())
        except BaseException:
            file.close()
            raise
        parts = _written(reader, question, media, limits.chunk_rows)
        return StreamingResponse(
            _closing(parts, file),
            media_type=media,
            headers={
                "cache-control": "no-store",
                "vary": "Accept",
                "xiaqu-datum": str(question.datum),
                "xiaqu-at": question.at.isoformat(),
            },
        )
