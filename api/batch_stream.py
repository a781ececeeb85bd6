"""A batch request from its body to its streamed answer."""

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import IO

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.batch_read import (
    ArrowReader,
    BatchReader,
    CsvReader,
    JsonReader,
    RowForm,
    refuse_taken_names,
    spool,
)
from api.batch_write import ChunkAnswers, written
from api.errors import MediaTypeError
from api.representation import ARROW, CSV, JSON, NDJSON, choose, media_type_of
from api.state import Limits

ACCEPTED = (JSON, NDJSON, CSV, ARROW)
"""Types that a body may have; an answer may have any of them too."""


def _charset(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset()


async def take_in(
    request: Request, limits: Limits, form: RowForm
) -> tuple[BatchReader, IO[bytes], str]:
    """Take in the body and open a reader by its Content-Type.

    Returns
    -------
    reader, file, media
        The reader, the spooled body that it reads (to be closed), and the type of the body.

    Raises
    ------
    MediaTypeError
        The Content-Type is not understood.
    ApiError
        The body is too large, malformed, or lacks columns.
    """
    content_type = request.headers.get("content-type", "")
    media = media_type_of(content_type)
    if media not in ACCEPTED:
        raise MediaTypeError(content_type, ACCEPTED)
    is_json = media in (JSON, NDJSON)
    file = await spool(request, limits.json_bytes if is_json else limits.body_bytes)
    try:
        reader = await run_in_threadpool(
            _open, file, media, _charset(content_type), limits.json_rows, form
        )
    except BaseException:
        file.close()
        raise
    return reader, file, media


def _open(
    file: IO[bytes], media: str, charset: str | None, json_rows: int, form: RowForm
) -> BatchReader:
    if media in (JSON, NDJSON):
        return JsonReader(file.read(), form, json_rows, lines=media == NDJSON)
    return CsvReader(file, form, charset) if media == CSV else ArrowReader(file, form)


def _closing(parts: Iterator[bytes], file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from parts


def stream_out(
    request: Request,
    body: tuple[BatchReader, IO[bytes], str],
    answers: ChunkAnswers,
    chunk_rows: int,
    headers: Mapping[str, str],
) -> StreamingResponse:
    """Answer a batch in the type that is asked for, by default that of the body.

    Raises
    ------
    NotAcceptableError
        The Accept header cannot be met.
    ColumnError
        The body has a column that the answer adds.
    """
    reader, file, given = body
    try:
        media = choose(request, [given, *(m for m in ACCEPTED if m != given)])
        refuse_taken_names(reader.schema, answers.fields)
    except BaseException:
        file.close()
        raise
    return StreamingResponse(
        _closing(written(reader, answers, media, chunk_rows), file),
        media_type=media,
        headers={"cache-control": "no-store", "vary": "Accept", **headers},
    )
