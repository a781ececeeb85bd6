"""Servers that ``/v1/locate`` is compared with: what they answer, and how they are served."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI


@dataclass(frozen=True)
class StackSpec:
    """What one server answers with.

    Parameters
    ----------
    module
        Module below ``bench`` that creates the application.
    port
        On the loopback address.
    headers
        Sent with every answer: those of the service, apart from length and date.
    body
        Constant answer of the empty endpoint.
    dsn
        Connection string of PostGIS.
    tables
        Tables by level with columns code and geometry.
    pool_size
        Connections to PostGIS.
    reads_plainly
        Read the query as the service does, instead of by the framework.
    """

    module: str
    port: int
    headers: dict[str, str]
    body: str = ""
    dsn: str = ""
    tables: tuple[str, ...] = ()
    pool_size: int = 8
    reads_plainly: bool = False

    def save(self, path: Path) -> None:
        """Write the specification as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> "StackSpec":
        """Read a specification that ``save`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def serve(app: FastAPI, spec: StackSpec) -> None:
    """Serve an application as the service itself is served, with one worker.

    Parameters
    ----------
    app
        What to serve.
    spec
        With ``port``.
    """
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=spec.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
