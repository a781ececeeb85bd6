"""``POST /v1/geocode/batch``: which place each of many texts means, and who holds it."""

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response

from api import examples_geocode as examples
from api.batch_areas import AreaColumns
from api.batch_route import BatchExamples, batch_operation
from api.batch_stream import stream_out, take_in
from api.batch_texts import ChunkGeocoder, text_form
from api.parameters import At, CandidateLimit, LayersText, layers_named
from api.state import Service

_DESCRIPTION = """\
按 Content-Type 接收 JSON(文字或对象的列表，或 {"texts": [...]}，亦可逐行)、CSV(含表头)或
Arrow IPC 流；文字列为 地址/详细地址/地点/address/text 之一，或由 column 指定(例如 主要内容)。
被反映区、被反映街乡镇、村/社区、小区点位 等列按名识别，作为已知信息。行序不变，输入列全部保留，
每行另加 geocode_* 各列；只有 accepted 的行有坐标和辖区，其余行列出候选与原因，不丢弃。

Send JSON (a list of texts or objects, or {"texts": [...]}, or NDJSON), CSV with a heading, or an
Arrow IPC stream. Rows keep their order and columns. Only accepted rows get a place and areas; the
others get their candidates and the reason. Online providers are never asked for a batch.
"""
ColumnName = Annotated[
    str | None,
    Query(
        max_length=200,
        description="文字所在列 / Column that holds the text",
        examples=["主要内容"],
    ),
]
_EXAMPLES = BatchExamples(
    examples.GEOCODE_BATCH,
    examples.GEOCODE_BATCH_REQUEST,
    csv="工单编号,地址\r\nA-1,柳林街道望河小区3号楼\r\n",
)


def add_geocode_batch_route(app: FastAPI, service: Service) -> None:
    """Register ``POST /v1/geocode/batch``."""

    @app.post(
        "/v1/geocode/batch",
        tags=["geocode"],
        summary="许多文字各指哪里 / Which place each of many texts means",
        description=_DESCRIPTION,
        **batch_operation(_EXAMPLES),
    )
    async def geocode_batch(
        request: Request,
        column: ColumnName = None,
        limit: CandidateLimit = 5,
        at: At = None,
        layers: LayersText = None,
    ) -> Response:
        gazetteer, loaded = service.require_gazetteer(), service.source.loaded
        day = service.clock.today() if at is None else at
        areas = AreaColumns(loaded, day, layers_named(loaded.locator, layers))
        answers = ChunkGeocoder(gazetteer, areas, limit)
        body = await take_in(request, service.limits, text_form(column))
        headers = {"xiaqu-at": day.isoformat(), "xiaqu-gazetteer": gazetteer.edition}
        return stream_out(request, body, answers, service.limits.text_chunk_rows, headers)
