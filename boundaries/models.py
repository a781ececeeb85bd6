"""Tables of layers, editions, areas, area versions and import runs.

One model set serves SQLite and PostgreSQL. An *area* is a named piece of ground with a stable
uid; its code, name and shape live in *area versions*, each belonging to one edition, with a
half-open validity (when it is true in the world) and a recording time (when we knew).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from boundaries.columns import AreaGeometry, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints; migrations rely on them."""

POSTGRESQL_ONLY = "postgresql_only"
"""Marks, in ``Index.info``, an index that SQLite does not get."""

OPTIONAL_INDEXES = frozenset({"ix_ticket_search_text_trgm"})
"""Indexes that a PostgreSQL server may have or not; the models do not name them."""

JsonDocument = JSON().with_variant(JSONB(), "postgresql")
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Base of all tables of this package."""

    metadata = MetaData(naming_convention=NAMING)


class Layer(Base):
    """A layer 图层: areas of one kind."""

    __tablename__ = "layer"
    __table_args__ = (
        CheckConstraint("role IN ('partition', 'overlay', 'linear', 'asset')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Key of the parent layer; empty for a top layer. The parent may be imported later."""


class Edition(Base):
    """An edition 版本: one import of one layer, with its provenance and its validity."""

    __tablename__ = "edition"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'retired')", name="state"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("legal_status IN ('statutory', 'managed', 'derived')", name="legal_status"),
        Index(
            "uq_edition_one_active",
            "layer_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("layer.id"), index=True)
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(Text, default="")
    source_date: Mapped[date | None]
    source_file: Mapped[str] = mapped_column(Text, default="")
    source_checksum: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the source file; empty when the areas did not come from a file."""
    authority: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(Text, default="")
    legal_status: Mapped[str] = mapped_column(String(16))
    secrecy: Mapped[str] = mapped_column(String(32))
    review_number: Mapped[str] = mapped_column(String(64), default="")
    datum: Mapped[str] = mapped_column(String(32))
    """Datum of the source as declared; stored shapes are always CGCS2000."""
    generated: Mapped[bool]
    n_areas: Mapped[int]
    shapes_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over codes, precedence and shapes in the order of codes."""


class Area(Base):
    """An area 区域: a named piece of ground with a stable uid."""

    __tablename__ = "area"

    uid: Mapped[str] = mapped_column(String(36), primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("layer.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))


class AreaVersion(Base):
    """Code, name and shape of an area in one edition."""

    __tablename__ = "area_version"
    __table_args__ = (
        UniqueConstraint("edition_id", "code"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        Index("ix_area_version_edition_id_parent_code", "edition_id", "parent_code"),
        # Both stores find neighbours by bounding box through this one.
        Index("ix_area_version_extent", "edition_id", "west", "east", "south", "north"),
        Index(
            "ix_area_version_geometry",
            "geometry",
            postgresql_using="gist",
            info={POSTGRESQL_ONLY: True},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    area_uid: Mapped[str] = mapped_column(ForeignKey("area.uid"), index=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"))
    code: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str] = mapped_column(String(200), default="")
    precedence: Mapped[int] = mapped_column(Integer, default=0)
    """Rank among overlapping areas; smaller goes first."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_from: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a correction inside the edition replaced this version; an edition that is replaced as
    a whole has its own ``retired_at``."""
    population: Mapped[int | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    area_m2: Mapped[float]
    length_m: Mapped[float]
    lon: Mapped[float]
    """Longitude of a point that is certainly inside the area."""
    lat: Mapped[float]
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    geometry: Mapped[Any] = mapped_column(AreaGeometry, nullable=False)


class ImportRun(Base):
    """One run of an import, refused ones included, with its full report."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    layer_key: Mapped[str] = mapped_column(String(64), index=True)
    edition_id: Mapped[str | None] = mapped_column(ForeignKey("edition.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_file: Mapped[str] = mapped_column(Text)
    source_checksum: Mapped[str] = mapped_column(String(64))
    report: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
