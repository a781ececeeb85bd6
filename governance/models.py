"""Tables of rule books, rulings, working calendars and decisions.

They live beside the tables of the boundaries and are made by the same migrations. A rule book is
never changed once it is stored; rulings, revocations and decisions are only ever added.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from boundaries.columns import AreaGeometry, UtcDateTime
from boundaries.models import Base, JsonDocument
from governance.tickets import models as _ticket_models  # noqa: F401 - adds its tables to Base

__all__ = [
    "AgreementRow",
    "BodyRow",
    "CategoryRow",
    "DecisionRow",
    "EstateRow",
    "LevelRow",
    "PostRow",
    "RuleBookRow",
    "RuleRow",
    "RulingRevocationRow",
    "RulingRow",
    "WorkCalendarRow",
]

_CODE = String(200)


class RuleBookRow(Base):
    """A rule book 权责规则册: its provenance, its state, its hash."""

    __tablename__ = "rule_book"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'retired')", name="state"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        Index(
            "uq_rule_book_one_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    authority: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    generated: Mapped[bool]
    layers: Mapped[dict[str, str]] = mapped_column(JsonDocument)
    counts: Mapped[dict[str, int]] = mapped_column(JsonDocument)
    """Number of rows of each part."""
    hash: Mapped[str] = mapped_column(String(64))


class LevelRow(Base):
    """A response level of a rule book."""

    __tablename__ = "level"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    key: Mapped[str] = mapped_column(_CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    limit_s: Mapped[float]
    clock: Mapped[str] = mapped_column(String(16))
    pauses: Mapped[list[str]] = mapped_column(JsonDocument)
    ends_at: Mapped[str] = mapped_column(String(8))


class BodyRow(Base):
    """A body 责任主体 of a rule book."""

    __tablename__ = "body"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    parent: Mapped[str] = mapped_column(_CODE)
    area: Mapped[str] = mapped_column(_CODE)
    function: Mapped[str] = mapped_column(_CODE)
    phone: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class CategoryRow(Base):
    """An entry of the dispatch catalogue 派单目录 of a rule book."""

    __tablename__ = "category"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    level_1: Mapped[str] = mapped_column(Text)
    level_2: Mapped[str] = mapped_column(Text)
    level_3: Mapped[str] = mapped_column(Text)
    response_level: Mapped[str] = mapped_column(_CODE)
    steps: Mapped[list[str]] = mapped_column(JsonDocument)
    function: Mapped[str] = mapped_column(_CODE)
    tier: Mapped[str] = mapped_column(String(16))
    asset_classes: Mapped[list[str]] = mapped_column(JsonDocument)
    needs_asset: Mapped[bool]
    co_organisers: Mapped[list[str]] = mapped_column(JsonDocument)
    copied: Mapped[list[str]] = mapped_column(JsonDocument)
    supervising: Mapped[list[str]] = mapped_column(JsonDocument)
    duty_item: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class RuleRow(Base):
    """A rule 权责规则 of a rule book."""

    __tablename__ = "rule"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    step: Mapped[str] = mapped_column(String(16))
    layer: Mapped[str] = mapped_column(String(64))
    areas: Mapped[list[str]] = mapped_column(JsonDocument)
    where: Mapped[list[list[str]]] = mapped_column("conditions", JsonDocument)
    categories: Mapped[list[str]] = mapped_column(JsonDocument)
    body: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    precedence: Mapped[int]
    mode: Mapped[str] = mapped_column(String(16))
    reach_m: Mapped[float | None]
    side: Mapped[str] = mapped_column(String(8))
    caller: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    legal_basis: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)


class AgreementRow(Base):
    """An agreement about a border 边界协议 of a rule book."""

    __tablename__ = "agreement"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    layer: Mapped[str] = mapped_column(String(64))
    area_a: Mapped[str] = mapped_column(_CODE)
    area_b: Mapped[str] = mapped_column(_CODE)
    line_layer: Mapped[str] = mapped_column(String(64))
    line: Mapped[str] = mapped_column(_CODE)
    reach_m: Mapped[float]
    owner: Mapped[str] = mapped_column(_CODE)
    categories: Mapped[list[str]] = mapped_column(JsonDocument)
    document: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class PostRow(Base):
    """A post 岗位 of a rule book; ``holder`` is empty where it is to be filled."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_book_id_area_code", "book_id", "area", "code"),
        Index("ix_post_book_id_kind_code", "book_id", "kind", "code"),
    )

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    layer: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(_CODE)
    holder: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(_CODE)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class EstateRow(Base):
    """What a rule book knows of an estate 小区."""

    __tablename__ = "estate"

    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    property: Mapped[str] = mapped_column(_CODE)
    committee: Mapped[str] = mapped_column(String(16))
    is_unmanaged: Mapped[bool]
    instructor: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    entrances: Mapped[list[list[float]]] = mapped_column(JsonDocument)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class RulingRow(Base):
    """A ruling 现场责任划分; never changed. Its end before time is a revocation."""

    __tablename__ = "ruling"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("reach_m >= 0", name="reach"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    categories: Mapped[list[str]] = mapped_column(JsonDocument)
    body: Mapped[str] = mapped_column(_CODE)
    co_organisers: Mapped[list[str]] = mapped_column(JsonDocument)
    geometry: Mapped[Any] = mapped_column(AreaGeometry, nullable=False)
    """The ground that it covers; what was given is beside it."""
    given: Mapped[Any] = mapped_column(AreaGeometry, nullable=False)
    reach_m: Mapped[float]
    """How far it reaches from a given point or line; 0 for a polygon."""
    document: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)


class RulingRevocationRow(Base):
    """The end of a ruling before its time."""

    __tablename__ = "ruling_revocation"

    ruling_id: Mapped[str] = mapped_column(ForeignKey("ruling.id"), primary_key=True)
    revoked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class WorkCalendarRow(Base):
    """A working calendar, kept so that old deadlines can be computed again."""

    __tablename__ = "work_calendar"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    rows: Mapped[Any] = mapped_column(JsonDocument)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_force_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it last became the one in force; the latest of all is in force."""


class DecisionRow(Base):
    """A decision 权属认定记录: one answer about ownership; never changed."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_primary_body_recorded_at", "primary_body", "recorded_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[date]
    """Date that was asked about."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    category: Mapped[str] = mapped_column(_CODE, index=True)
    primary_body: Mapped[str] = mapped_column(_CODE)
    step: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(_CODE)
    status: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    flags: Mapped[list[str]] = mapped_column(JsonDocument)
    lon: Mapped[float]
    lat: Mapped[float]
    book_id: Mapped[str] = mapped_column(ForeignKey("rule_book.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of question, context and answer in their canonical form."""
    question: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    context: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON of the answer, compressed by zlib."""
