"""``xiaqu serve``: the HTTP service."""

import socket
from typing import Annotated

import typer
import uvicorn

from xiaqu.cli.console import note
from xiaqu.errors import PortInUseError
from xiaqu.logs import server_logging
from xiaqu.settings import Settings, read_settings

HostOption = Annotated[str | None, typer.Option("--host", help="监听地址 · Address to listen on")]
PortOption = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="监听端口 · Port to listen on")
]

_LONGEST_SILENCE_S = 60


def check_port(host: str, port: int) -> None:
    """See that a port can be listened on.

    Raises
    ------
    PortInUseError
        It cannot; says why. The server itself would only log it, and exit after loading.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUseError(host, port, (error.strerror or str(error)).lower()) from error


def run_server(settings: Settings, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped; what is not given comes from the settings.

    Raises
    ------
    PortInUseError
        The port cannot be listened on.
    """
    host = host or settings.host
    port = port or settings.port
    check_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    note(f"服务地址 · Serving on http://{shown}:{port}/  (Ctrl+C 停止 · stops)")
    uvicorn.run(
        "xiaqu.compose:app_factory",
        factory=True,
        host=host,
        port=port,
        workers=workers or settings.workers,
        # A process that starts on a busy machine may be silent for longer than the server waits
        # by default; it would be killed and started again, for ever.
        timeout_worker_healthcheck=_LONGEST_SILENCE_S,
        loop="uvloop",
        http="httptools",
        log_level=settings.log_level,
        log_config=server_logging(),
        # One line per lookup would cost more than the lookup.
        access_log=settings.log_level == "debug",
        server_header=False,
        # A stream of events whose listener reads no more would be waited for without end.
        timeout_graceful_shutdown=30,
    )


def serve(
    host: HostOption = None,
    port: PortOption = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="进程数 · Server processes")
    ] = None,
) -> None:
    """启动 HTTP 服务 · Serve over HTTP."""
    run_server(read_settings(), host, port, workers)
