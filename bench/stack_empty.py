"""An endpoint that does nothing: ``python -m bench.stack_empty SPEC.json``."""

import sys
from pathlib import Path

from fastapi import FastAPI, Request, Response

from api.locate import register_locate
from api.parameters import AccuracyM, At, DatumText, Lat, LayersText, Lon
from api.plain_query import PlainQueryRoute
from bench.stack import StackSpec, serve


def create_empty_app(spec: StackSpec) -> FastAPI:
    """Create an application whose ``/v1/locate`` does nothing.

    Parameters
    ----------
    spec
        With ``body`` and ``headers``.

    Returns
    -------
    FastAPI
        One route with the parameters of the service's own.
    """
    app = FastAPI()
    body = spec.body.encode()

    async def locate(
        request: Request,  # noqa: ARG001 - the parameters are the service's, used or not
        lon: Lon,  # noqa: ARG001
        lat: Lat,  # noqa: ARG001
        datum: DatumText = "WGS-84",  # noqa: ARG001
        at: At = None,  # noqa: ARG001
        accuracy_m: AccuracyM = 20.0,  # noqa: ARG001
        layers: LayersText = None,  # noqa: ARG001
    ) -> Response:
        return Response(body, headers=spec.headers)

    register_locate(app, locate, PlainQueryRoute if spec.reads_plainly else None)
    return app


if __name__ == "__main__":
    chosen = StackSpec.open(Path(sys.argv[1]))
    serve(create_empty_app(chosen), chosen)
