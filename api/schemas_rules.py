"""Shapes of rule books, catalogue, bodies, posts and rulings."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from api.schemas import Answer
from api.schemas_owner import Given


class BookTold(Answer):
    """A rule book: provenance, state and size."""

    id: str
    label: str
    state: str
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    authority: str
    source: str
    legal_basis: str
    generated: bool
    layers: dict[str, str]
    counts: dict[str, int]
    hash: str


class BookList(Answer):
    """Rule books, oldest first."""

    books: list[BookTold]


class CatalogueEntry(Answer):
    """An entry of the third level."""

    code: str
    name: str
    path: str
    response_level: str
    steps: list[str]
    function: str | None
    tier: str
    asset_classes: list[str]
    needs_asset: bool
    duty_item: str | None
    valid_from: date | None
    valid_to: date | None


class CatalogueSecond(Answer):
    """A node of the second level."""

    code: str
    name: str
    children: list[CatalogueEntry]


class CatalogueFirst(Answer):
    """A node of the first level."""

    code: str
    name: str
    children: list[CatalogueSecond]


class Catalogue(Answer):
    """The dispatch catalogue as a tree; ``n`` counts the entries of the third level."""

    book: str
    n: int
    catalogue: list[CatalogueFirst]


class BodyTold(Answer):
    """A body."""

    code: str
    name: str
    kind: str
    parent: str | None
    area: str | None
    function: str | None
    phone: str | None
    email: str | None
    valid_from: date | None
    valid_to: date | None


class Bodies(Answer):
    """A page of bodies; ``next`` is given as ``after`` for the next page."""

    book: str
    bodies: list[BodyTold]
    next: str | None


class PostTold(Answer):
    """A post; ``holder`` null where it is vacant, ``phone`` only with permission."""

    code: str
    kind: str
    layer: str
    area: str
    holder: str | None
    body: str | None
    valid_from: date | None
    valid_to: date | None
    phone: str | None = None


class Posts(Answer):
    """A page of posts; ``next`` is given as ``after`` for the next page."""

    book: str
    posts: list[PostTold]
    next: str | None


class RulingRequest(Given):
    """A ruling that is to be recorded."""

    categories: Annotated[list[str], Field(min_length=1, description="编码或前缀，或 * / Codes")]
    body: Annotated[str, Field(min_length=1, description="承办主体编码 / Who answers")]
    co_organisers: Annotated[list[str], Field(default_factory=list)]
    geometry: Annotated[
        dict[str, Any], Field(description="GeoJSON 点、线或面 / GeoJSON point, line or polygon")
    ]
    datum: str = "WGS-84"
    reach_m: Annotated[
        float, Field(ge=0, description="点或线周围的米数 / Metres around a point or line")
    ] = 0.0
    document: Annotated[str, Field(min_length=1, description="依据文件 / What it is written in")]
    decided_on: date
    valid_from: Annotated[
        date | None, Field(description="缺省为划分日期 / Default: decided_on")
    ] = None
    valid_to: date | None = None
    recorded_by: Annotated[str, Field(min_length=1, description="经办人 / Who records it")]
    note: str = ""


class RevocationRequest(Given):
    """Why a ruling ends, and through whom."""

    reason: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]


class RulingTold(Answer):
    """A ruling; ``covers`` is the ground for which it answers."""

    id: str
    categories: list[str]
    body: str
    co_organisers: list[str]
    document: str
    decided_on: date
    valid_from: date | None
    valid_to: date | None
    given: dict[str, Any] | None
    reach_m: float
    covers: dict[str, Any]
    recorded_at: datetime
    recorded_by: str
    note: str
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_because: str | None


class RulingList(Answer):
    """Rulings, oldest first."""

    rulings: list[RulingTold]
