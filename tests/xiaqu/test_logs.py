"""The log of requests holds no words of callers."""

import io
import logging
import logging.config
import socket
import threading
import time
import urllib.parse
import urllib.request

import uvicorn
from starlette.types import Receive, Scope, Send

from xiaqu.logs import WithoutQuery, server_logging

WORDS = "红岭里3号楼2单元501室 张建国 13812345678"


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    assert callable(receive)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def test_the_access_log_of_the_server_leaves_queries_out() -> None:
    config = server_logging()
    written = io.StringIO()
    config["handlers"]["access"]["stream"] = written
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            answer,
            port=port,
            log_config=config,
            log_level="debug",
            lifespan="off",
            http="httptools",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        url = f"http://127.0.0.1:{port}/v1/geocode?text={urllib.parse.quote(WORDS)}&limit=3"
        with urllib.request.urlopen(url, timeout=10) as response:
            assert response.read() == b"ok"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
    logged = written.getvalue()
    assert "GET /v1/geocode?… HTTP/1.1" in logged
    assert urllib.parse.quote("红岭里") not in logged
    assert "13812345678" not in logged


def test_records_of_another_form_pass_unchanged() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s started", ("it",), None)
    assert WithoutQuery().filter(record)
    assert record.getMessage() == "it started"
