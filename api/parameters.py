"""Query parameters that several routes take, declared once."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Query

from api.errors import LayerRoleError
from api.examples import PROBLEM
from api.schemas import Problem
from boundaries.errors import UnknownLayerError
from boundaries.locator import LayerSnapshot, Locator
from geo.datum import Datum, parse_datum

Lon = Annotated[
    float,
    Query(
        description="经度，度；先经度后纬度 / Longitude in degrees (easting for a projected datum)",
        examples=[116.4],
    ),
]
Lat = Annotated[
    float,
    Query(
        description="纬度，度 / Latitude in degrees (northing for a projected datum)",
        examples=[39.9],
    ),
]
DatumText = Annotated[
    str,
    Query(
        description=(
            "输入坐标系：WGS-84、CGCS2000、GCJ-02(火星坐标)、BD-09(百度)或 EPSG:4548 等投影；"
            "回答中照录，不作猜测。"
            " / Datum of the input, repeated in the answer, never guessed."
        ),
        examples=["GCJ-02"],
    ),
]
At = Annotated[
    date | None,
    Query(
        description=(
            "按哪一天的区划回答，缺省为今天；超出有效期即报错。"
            " / Day the answer is for, default today; outside the validity it is an error."
        ),
        examples=["2026-11-23"],
    ),
]
AccuracyM = Annotated[
    float,
    Query(
        ge=0,
        le=1000,
        description="定位精度，米 / Accuracy of the point in metres",
        examples=[20],
    ),
]
LayersText = Annotated[
    str | None,
    Query(
        description="只查这些图层，逗号分隔 / Only these layers, comma separated",
        examples=["district,grid"],
    ),
]

AddressText = Annotated[
    str,
    Query(
        min_length=1,
        max_length=2000,
        description="地址或工单文字 / The words of an address or a ticket",
        examples=["柳林街道望河小区3号楼"],
    ),
]
DistrictHint = Annotated[
    str,
    Query(max_length=100, description="已知的区，名称或编码 / District, if known: name or code"),
]
TownshipHint = Annotated[
    str,
    Query(max_length=100, description="已知的街道、乡镇 / Township, if known: name or code"),
]
CommunityHint = Annotated[
    str,
    Query(max_length=100, description="已知的社区、村 / Community, if known: name or code"),
]
EstateHint = Annotated[
    str, Query(max_length=100, description="已知的小区 / Housing estate, if known: its name")
]
CandidateLimit = Annotated[
    int, Query(ge=1, le=50, description="最多候选数 / Most candidates", examples=[5])
]

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "model": Problem,
        "content": {"application/problem+json": {"example": PROBLEM}},
    }
    for status, description in {
        400: "未知或重复的查询参数 / Unknown or repeated query parameter",
        404: "图层或区域不存在 / No such layer or area",
        422: "参数不合要求 / Invalid parameter",
        503: "服务尚未就绪 / Not ready",
    }.items()
}
"""Documented problems of a route; RFC 9457."""


@lru_cache(maxsize=256)
def datum_of(text: str) -> Datum | str:
    """Parse a datum, remembering the few texts that callers use.

    Raises
    ------
    DatumError
        The text names no datum, or one that is refused. Refusals are not remembered.
    """
    return parse_datum(text)


def layers_named(locator: Locator, text: str | None) -> tuple[str, ...] | None:
    """Read a comma-separated list of layers.

    Returns
    -------
    tuple of str or None
        Keys in the order given, each once; None when all loaded layers are meant.

    Raises
    ------
    UnknownLayerError
        A key is not loaded; names the first such key and the loaded ones.
    """
    if text is None:
        return None
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    loaded = [snapshot.layer.key for snapshot in locator.layers]
    for key in keys:
        if key not in loaded:
            raise UnknownLayerError(key, loaded)
    return keys


def layer_named(locator: Locator, key: str) -> LayerSnapshot:
    """Return one loaded layer.

    Raises
    ------
    UnknownLayerError
        The layer is not loaded; names the loaded ones.
    """
    for snapshot in locator.layers:
        if snapshot.layer.key == key:
            return snapshot
    raise UnknownLayerError(key, [snapshot.layer.key for snapshot in locator.layers])


def require_partition(snapshot: LayerSnapshot, problem: str) -> None:
    """Refuse a layer that is not a partition.

    Raises
    ------
    LayerRoleError
        The layer has another role.
    """
    if snapshot.layer.role != "partition":
        raise LayerRoleError(snapshot.layer.key, snapshot.layer.role, problem)
