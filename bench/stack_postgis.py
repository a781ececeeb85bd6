"""An endpoint that asks PostGIS: ``python -m bench.stack_postgis SPEC.json``."""

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import orjson
from fastapi import FastAPI, Request, Response

from api.locate import register_locate
from api.parameters import AccuracyM, At, DatumText, Lat, LayersText, Lon
from bench.layers import LEVELS
from bench.stack import StackSpec, serve


def create_postgis_app(spec: StackSpec) -> FastAPI:
    """Create an application whose ``/v1/locate`` asks PostGIS for all four levels at once.

    Parameters
    ----------
    spec
        With ``dsn``, ``tables``, ``pool_size`` and ``headers``.

    Returns
    -------
    FastAPI
        One route with the parameters of the service's own; it answers less than the service
        (no names, distances or contenders), which favours PostGIS.
    """
    pool: asyncpg.Pool | None = None
    query = " UNION ALL ".join(
        f"(SELECT '{level}' AS layer, code FROM {table} "
        "WHERE ST_Covers(geometry, ST_MakePoint($1, $2)) ORDER BY code LIMIT 1)"
        for level, table in zip(LEVELS, spec.tables, strict=True)
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        async with asyncpg.create_pool(
            spec.dsn, min_size=spec.pool_size, max_size=spec.pool_size
        ) as opened:
            pool = opened
            yield

    app = FastAPI(lifespan=lifespan)

    async def locate(
        request: Request,  # noqa: ARG001 - the parameters are the service's, used or not
        lon: Lon,
        lat: Lat,
        datum: DatumText = "WGS-84",
        at: At = None,  # noqa: ARG001
        accuracy_m: AccuracyM = 20.0,
        layers: LayersText = None,  # noqa: ARG001
    ) -> Response:
        if pool is None:
            raise RuntimeError("the pool opens with the application")
        rows = await pool.fetch(query, lon, lat)
        answer = {
            "input": {"lon": lon, "lat": lat, "datum": datum},
            "accuracy_m": accuracy_m,
            "chain": [{"layer": row["layer"], "code": row["code"]} for row in rows],
        }
        return Response(orjson.dumps(answer), headers=spec.headers)

    register_locate(app, locate)
    return app


if __name__ == "__main__":
    chosen = StackSpec.open(Path(sys.argv[1]))
    serve(create_postgis_app(chosen), chosen)
