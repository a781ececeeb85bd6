"""Tables of the gazetteer: sources with what they hold, corrections, and built files.

A *source* is one import of one file; importing under the same key again retires the one before.
Coordinates are CGCS2000 degrees. Corrections and decisions are only ever added.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from boundaries.columns import AreaGeometry, UtcDateTime
from boundaries.models import Base, JsonDocument, RowId

UID_LENGTH = 200


class GazetteerSource(Base):
    """A source 来源: one import of one file, with its provenance and its validity."""

    __tablename__ = "gazetteer_source"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'retired')", name="state"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("grammar IN ('zh', 'en')", name="grammar"),
        Index(
            "uq_gazetteer_source_one_active",
            "key",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    grammar: Mapped[str] = mapped_column(String(8))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(Text)
    source_date: Mapped[date | None]
    source_file: Mapped[str] = mapped_column(Text)
    source_checksum: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    secrecy: Mapped[str] = mapped_column(String(32))
    datum: Mapped[str] = mapped_column(String(32))
    """Datum of the file as declared; stored coordinates are always CGCS2000."""
    generated: Mapped[bool]
    n_entries: Mapped[int]
    n_names: Mapped[int]
    n_doors: Mapped[int]
    n_ranges: Mapped[int]
    report: Mapped[dict[str, Any]] = mapped_column(JsonDocument)


class GazetteerEntry(Base):
    """An area or a place of a source."""

    __tablename__ = "gazetteer_entry"
    __table_args__ = (Index("ix_gazetteer_entry_source_id_uid", "source_id", "uid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_source.id"))
    uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(64))
    level: Mapped[int]
    """Level of an area; 0 for a place."""
    code: Mapped[str] = mapped_column(String(UID_LENGTH))
    parent: Mapped[str] = mapped_column(String(UID_LENGTH))
    """Uid or code of the parent area, or uid of the estate of a gate; may be empty."""
    is_ours: Mapped[bool]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    radius_m: Mapped[float | None]
    geometry: Mapped[Any] = mapped_column(AreaGeometry, nullable=True)


class GazetteerName(Base):
    """A further name of an area or a place, which may come from another source."""

    __tablename__ = "gazetteer_name"
    __table_args__ = (Index("ix_gazetteer_name_source_id_uid", "source_id", "uid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_source.id"))
    uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    """Empty where the file names the entity by its main name only."""
    of_name: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))


class GazetteerDoor(Base):
    """A house number as a point; its owner is found when the gazetteer is built."""

    __tablename__ = "gazetteer_door"
    __table_args__ = (Index("ix_gazetteer_door_source_id", "source_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_source.id"))
    owner_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    owner_name: Mapped[str] = mapped_column(Text)
    """Road or estate as the file names it, perhaps behind names of areas."""
    number: Mapped[int]
    suffix: Mapped[str] = mapped_column(String(32))
    lon: Mapped[float]
    lat: Mapped[float]


class GazetteerRange(Base):
    """House numbers along one side of a road segment."""

    __tablename__ = "gazetteer_range"
    __table_args__ = (
        CheckConstraint("side IN ('L', 'R')", name="side"),
        Index("ix_gazetteer_range_source_id", "source_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_source.id"))
    owner_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    owner_name: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(String(1))
    from_number: Mapped[int]
    to_number: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
    geometry: Mapped[Any] = mapped_column(AreaGeometry, nullable=False)


class GazetteerCorrection(Base):
    """A proposal: a name that a person ties to an entity, or to a point that is new."""

    __tablename__ = "gazetteer_correction"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    """The words in which the name was met; may be empty."""
    uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    """The entity that the name means; empty for a new place."""
    uid_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(64))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    proposed_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)


class GazetteerDecision(Base):
    """What became of a proposal; there is at most one for each."""

    __tablename__ = "gazetteer_decision"
    __table_args__ = (CheckConstraint("verdict IN ('accepted', 'rejected')", name="verdict"),)

    correction_id: Mapped[str] = mapped_column(
        ForeignKey("gazetteer_correction.id"), primary_key=True
    )
    verdict: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)


class GazetteerBuild(Base):
    """A built file; one of them is active."""

    __tablename__ = "gazetteer_build"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'retired')", name="state"),
        Index(
            "uq_gazetteer_build_one_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    edition: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    built_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    inputs: Mapped[str] = mapped_column(String(64))
    """Digest of everything it was built from."""
    contents: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
