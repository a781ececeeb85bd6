"""``POST /v1/locate/batch``: who holds each of many points, in the order they came."""

from fastapi import FastAPI, Request, Response

from api import examples
from api.batch_answer import ChunkLocator
from api.batch_areas import AreaColumns
from api.batch_points import POINTS
from api.batch_route import BatchExamples, batch_operation
from api.batch_stream import stream_out, take_in
from api.parameters import (
    AccuracyM,
    At,
    DatumText,
    LayersText,
    datum_of,
    layers_named,
)
from api.state import Service

_DESCRIPTION = """\
按 Content-Type 接收 JSON(坐标对或对象的列表，或 {"points": [...]}，亦可逐行)、CSV(含表头，经度列
lon/lng/longitude/经度/x，纬度列 lat/latitude/纬度/y)或 Arrow IPC 流；按 Accept 返回，缺省同输入
类型；逐行 JSON 为 application/x-ndjson。行序不变，输入列全部保留，每行另加
<图层>_code、<图层>_name、<图层>_border_m、flags、error；坏行保留并写明原因。

Send JSON (a list of pairs or objects, or {"points": [...]}, or NDJSON), CSV with a heading, or
an Arrow IPC stream; the answer has the same type unless Accept asks for another. Rows keep their
order and their columns; bad rows stay, with the reason in `error`.
"""
_EXAMPLES = BatchExamples(
    examples.BATCH, examples.BATCH_REQUEST, csv="编号,经度,纬度\r\nA-1,116.4,39.9\r\n"
)


def add_batch_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/locate/batch``."""

    @app.post(
        "/v1/locate/batch",
        tags=["locate"],
        summary="许多点各属于谁 / Who holds each of many points",
        description=_DESCRIPTION,
        **batch_operation(_EXAMPLES),
    )
    async def locate_batch(
        request: Request,
        datum: DatumText = "WGS-84",
        at: At = None,
        accuracy_m: AccuracyM = 20.0,
        layers: LayersText = None,
    ) -> Response:
        loaded = service.source.loaded
        day = service.clock.today() if at is None else at
        answers = ChunkLocator(
            AreaColumns(loaded, day, layers_named(loaded.locator, layers)),
            datum_of(datum),
            accuracy_m,
        )
        body = await take_in(request, service.limits, POINTS)
        headers = {"xiaqu-datum": str(answers.datum), "xiaqu-at": day.isoformat()}
        return stream_out(request, body, answers, service.limits.chunk_rows, headers)
