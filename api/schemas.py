"""Shapes of the answers, for the documentation and its tests.

The routes write bytes; these models describe them in the OpenAPI document, and tests hold both
the examples and real answers against them. Extra members are forbidden so that neither drifts.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of all described answers."""

    model_config = ConfigDict(extra="forbid")


class InputPoint(Answer):
    """The point as it was asked."""

    lon: float
    lat: float
    datum: str


class Contender(Answer):
    """An area within the stated accuracy of the point."""

    code: str
    name: str
    distance_m: float


class ChainLink(Answer):
    """The owner of the point in one layer."""

    layer: str
    kind: str
    code: str | None
    name: str | None
    uid: str | None
    edition: str
    rule: Literal[
        "inside",
        "border_smallest_code",
        "overlap_smallest_code",
        "nearest_within_tolerance",
        "none",
    ]
    border_m: float | None = Field(
        description="到最近边界的距离，米 / Metres to the nearest border"
    )
    contenders: list[Contender]


class OverlayHit(ChainLink):
    """An overlay area that holds the point."""

    precedence: float


class EditionUsed(Answer):
    """The edition that answered for a layer."""

    id: str
    label: str
    valid_from: date
    valid_to: date | None
    generated: bool


class LocateAnswer(Answer):
    """Who holds a point."""

    input: InputPoint
    location: InputPoint
    accuracy_m: float
    at: date
    chain: list[ChainLink]
    overlays: list[OverlayHit]
    flags: list[
        Literal["on_border", "near_border", "overlap", "gap", "outside", "nesting_conflict"]
    ]
    provisional: bool = Field(description="权属待定 / No certain owner yet")
    editions: dict[str, EditionUsed]


class ShareOfArea(Answer):
    """The part of a line or polygon that lies in one area."""

    code: str
    name: str
    share: float
    length_m: float | None = None
    area_m2: float | None = None


class Uncovered(Answer):
    """The part that no area of the layer holds."""

    share: float
    length_m: float | None = None
    area_m2: float | None = None


class LayerShares(Answer):
    """Shares in one layer, largest first."""

    layer: str
    shares: list[ShareOfArea]
    uncovered: Uncovered


class SharesAnswer(Answer):
    """How a line or polygon is divided among areas."""

    datum: str
    at: date
    measure: Literal["length_m", "area_m2"]
    total: float
    layers: list[LayerShares]
    editions: dict[str, EditionUsed]


class EditionDescribed(EditionUsed):
    """An edition with its provenance."""

    layer: str
    state: str
    recorded_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    source: str
    source_date: date | None
    source_file: str
    source_checksum: str
    authority: str
    licence: str
    legal_status: Literal["statutory", "managed", "derived"]
    secrecy: str
    review_number: str
    datum: str
    n_areas: int
    shapes_hash: str


class LayerDescribed(Answer):
    """A loaded layer."""

    key: str
    name: str
    kind: str
    role: Literal["partition", "overlay"]
    areas: int
    edition: EditionDescribed
    links: dict[str, str]


class Layers(Answer):
    """All loaded layers, partitions from coarse to fine, then overlays."""

    layers: list[LayerDescribed]


class AreaListed(Answer):
    """One area without its shape."""

    layer: str
    code: str
    name: str
    uid: str
    parent: str | None


class AreaPage(Answer):
    """One page of areas, ordered by code."""

    layer: str
    areas: list[AreaListed]
    next: str | None = Field(description="下一页地址 / Address of the next page")


class AreaList(Answer):
    """Children of an area, in the order of layers and codes."""

    layer: str
    code: str
    areas: list[AreaListed]


class NeighbourListed(Answer):
    """An area that touches another one."""

    uid: str
    code: str
    name: str
    length_m: float = Field(description="共边界长度，米；0 为仅一点相接 / Shared border in metres")


class NeighbourList(Answer):
    """Neighbours of an area, longest shared border first."""

    layer: str
    code: str
    areas: list[NeighbourListed]


class AreaProperties(Answer):
    """Properties of an area's GeoJSON feature."""

    layer: str
    edition: EditionUsed
    uid: str
    code: str
    name: str
    parent_code: str | None
    precedence: int
    valid_from: date
    valid_to: date | None
    population: int | None
    attributes: dict[str, object]
    area_m2: float
    length_m: float
    lon: float
    lat: float


class AreaFeature(Answer):
    """An area as a GeoJSON feature, longitude and latitude in CGCS2000."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, object]
    properties: AreaProperties


class TicketsRunning(Answer):
    """How tickets come in and go out in this process."""

    waiting: int | None = Field(description="等待受理数 / Requests that wait to be taken in")
    position: int = Field(description="已见最后事件的序号 / Last event that was seen")
    followed_at: datetime | None = Field(description="上次查看事件 / Last look at the events")
    listeners: int = Field(description="实时推送连接数 / Open streams")
    surge_looked_at: datetime | None = Field(
        description="本进程上次查找突增 / Last look of this process for surges"
    )
    problem: str | None


class Ready(Answer):
    """Whether the service can answer."""

    status: Literal["ready", "degraded", "not_ready"]
    problem: str | None
    detail: str | None
    editions: dict[str, str]
    gazetteer: str | None = Field(
        description="在用的地名库版本；没有则为 null / Edition of the gazetteer in use, if any"
    )
    rule_book: str | None = Field(
        description="在用的规则册；没有则为 null / Label of the rule book in use, if any"
    )
    tickets: TicketsRunning | None = Field(description="工单服务 / Tickets, where they are served")


class FieldProblem(Answer):
    """One parameter that cannot be used."""

    field: str
    value: object = None
    problem: str


class Problem(BaseModel):
    """RFC 9457 problem document; further members name the offending field and value."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None
