"""Many connections that send requests until each is acknowledged; as light as Python allows."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop

__all__ = ["Sent", "encode", "send_all"]

_AGAIN_S = 0.25
_LONGEST_WAIT_S = 300.0
_DONE = (200, 201)


@dataclass
class Sent:
    """What came of sending.

    Attributes
    ----------
    acknowledged
        Row of each request that was acknowledged, with the status.
    waits_s
        Seconds from sending a request to its acknowledgement, without tries that failed.
    seconds
        From the first request to the last acknowledgement.
    failures
        Answers other than 200 and 201 and broken connections, counted.
    refused
        Rows whose requests will never be taken, with what was answered; should be empty.
    """

    acknowledged: dict[int, int] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    refused: dict[int, str] = field(default_factory=dict)


def encode(port: int, body: dict[str, Any]) -> bytes:
    """Write ``POST /v1/tickets`` with a body."""
    content = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST /v1/tickets HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def send_all(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    *,
    meanwhile: Callable[[Sent], None] | None = None,
) -> Sent:
    """Send every request until it is acknowledged, over connections that stay open.

    Parameters
    ----------
    port
        On the loopback address.
    requests
        Of :func:`encode`.
    connections
        Requests under way at once.
    meanwhile
        Called in a thread of its own with what was sent so far; to kill something.
    """

    async def run() -> Sent:
        sent = Sent()
        rows = iter(range(len(requests)))
        started = time.perf_counter()
        work = [_connection(port, requests, rows, sent) for _ in range(connections)]
        if meanwhile is not None:
            work.append(asyncio.to_thread(meanwhile, sent))
        await asyncio.gather(*work)
        sent.seconds = time.perf_counter() - started
        return sent

    return uvloop.run(run())


async def _connection(port: int, requests: Sequence[bytes], rows: Any, sent: Sent) -> None:  # noqa: ANN401 - an iterator that all share
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for row in rows:
        tried_until = time.perf_counter() + _LONGEST_WAIT_S
        while True:
            begun = time.perf_counter()
            try:
                if streams is None:
                    streams = await asyncio.open_connection("127.0.0.1", port)
                status, content = await _ask(*streams, requests[row])
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                sent.failures[type(error).__name__] += 1
                status, content = 0, b""
                if streams is not None:
                    streams[1].close()
                    streams = None
            if status in _DONE:
                sent.acknowledged[row] = status
                sent.waits_s.append(time.perf_counter() - begun)
                break
            if status:
                sent.failures[str(status)] += 1
            if 400 <= status < 500 or time.perf_counter() > tried_until:  # noqa: PLR2004 - statuses
                sent.refused[row] = f"{status}: {content[:200]!r}"
                break
            await asyncio.sleep(_AGAIN_S)
    if streams is not None:
        streams[1].close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bytes]:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    content = await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
    if b"connection: close" in lower:
        raise ConnectionResetError("the server closes the connection")
    return status, content
