"""Tables of the event log, of what is derived from it, and of what is kept apart.

``event`` is the truth. ``ticket``, ``review_item``, ``review_reason``, ``ticket_link``,
``return_case`` and ``incident`` can be made again from it at any time, so they refer to nothing by
foreign keys. ``ticket_content`` and ``caller`` hold what no event may hold: personal data.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from boundaries.columns import UtcDateTime
from boundaries.models import Base, RowId

__all__ = [
    "CallerRow",
    "ChannelCatalogueRow",
    "ContentRow",
    "EventRow",
    "IncidentRow",
    "LinkRow",
    "ReturnCaseRow",
    "ReviewItemRow",
    "ReviewReasonRow",
    "TicketRow",
]

_STREAM = String(32)
_WORD = String(32)


class EventRow(Base):
    """An event; never changed, never deleted.

    ``position`` is given by the writer under a lock: it has no gaps, and whoever sees a position
    sees all before it. ``data`` is kept as text, so that it is read as it was written.
    """

    __tablename__ = "event"
    __table_args__ = (Index("uq_event_stream_seq", "stream", "seq", unique=True),)

    position: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    stream: Mapped[str] = mapped_column(_STREAM)
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(_WORD)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class TicketRow(Base):
    """A ticket as its events leave it: ``document`` is the whole, the columns are for searching."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("uq_ticket_source_external_id", "source", "external_id", unique=True),
        Index("ix_ticket_district_received_at", "district", "received_at"),
        Index("ix_ticket_township_received_at", "township", "received_at"),
        Index("ix_ticket_community_received_at", "community", "received_at"),
        Index("ix_ticket_grid_received_at", "grid", "received_at"),
        Index(
            "ix_ticket_category_received_at",
            "category",
            "received_at",
            # Categories are asked for by the beginning of their code, in any collation.
            postgresql_ops={"category": "text_pattern_ops"},
        ),
        Index("ix_ticket_handler_state", "handler", "state"),
        Index("ix_ticket_state_due_at", "state", "due_at"),
        Index("ix_ticket_received_at", "received_at"),
        Index("ix_ticket_category_group_cell", "category_group", "cell", "received_at"),
        Index(
            "ix_ticket_incident",
            "incident",
            sqlite_where=text("incident <> ''"),
            postgresql_where=text("incident <> ''"),
        ),
    )

    id: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(Text)
    request_type: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    category_group: Mapped[str] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    cell: Mapped[int | None] = mapped_column(BigInteger)
    accuracy_m: Mapped[float | None]
    place_uid: Mapped[str] = mapped_column(Text)
    place_label: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    township: Mapped[str] = mapped_column(Text)
    community: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    handler: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(_WORD)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    incident: Mapped[str] = mapped_column(Text)
    merged_into: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    search_text: Mapped[str] = mapped_column(Text)
    """Masked title and text, U+001F, masked address; in the form that searches compare."""
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The ticket; times in UTC."""


class ContentRow(Base):
    """What was given, unmasked. ``document`` holds title, text, address and other columns."""

    __tablename__ = "ticket_content"

    id: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallerRow(Base):
    """A caller 诉求人; see :class:`governance.tickets.privacy.vault.CallerRecord`."""

    __tablename__ = "caller"

    id: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    """Id of the ticket."""
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    id_number: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    enterprise: Mapped[str] = mapped_column(Text)
    phone_hash: Mapped[str] = mapped_column(Text)
    account_hash: Mapped[str] = mapped_column(Text)
    id_hash: Mapped[str] = mapped_column(Text)
    email_hash: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(_WORD)
    caller_hash: Mapped[str] = mapped_column(Text, index=True)
    """The digest that stands for the person; that of the phone where there is one."""


class ReviewItemRow(Base):
    """A ticket that waits for a person. ``document`` holds ``reasons`` and ``candidates``."""

    __tablename__ = "review_item"
    __table_args__ = (Index("ix_review_item_opened_at_ticket", "opened_at", "ticket"),)

    ticket: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReviewReasonRow(Base):
    """One reason for which a ticket waits."""

    __tablename__ = "review_reason"
    __table_args__ = (Index("ix_review_reason_code_opened_at", "code", "opened_at", "ticket"),)

    ticket: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    code: Mapped[str] = mapped_column(_WORD, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkRow(Base):
    """A ticket that belongs together with another one."""

    __tablename__ = "ticket_link"
    __table_args__ = (Index("ix_ticket_link_other", "other"),)

    ticket: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    other: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    kind: Mapped[str] = mapped_column(_WORD, primary_key=True)
    score: Mapped[float]
    why_zh: Mapped[str] = mapped_column(Text)
    why_en: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReturnCaseRow(Base):
    """A return 退单 and its decision; ``is_upheld`` NULL while it is open."""

    __tablename__ = "return_case"
    __table_args__ = (
        Index("ix_return_case_rule_returned_at", "rule", "returned_at"),
        Index("ix_return_case_returned_at", "returned_at", "ticket"),
    )

    ticket: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    returned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unit: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(_WORD)
    text: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    proof: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_upheld: Mapped[bool | None]
    because: Mapped[str] = mapped_column(Text)
    is_final: Mapped[bool]
    ruling: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_body: Mapped[str] = mapped_column(Text)


class IncidentRow(Base):
    """An incident as its events leave it; ``document`` is the whole."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_state_last_at", "state", "last_at"),
        Index("ix_incident_last_at_id", "last_at", "id"),
    )

    id: Mapped[str] = mapped_column(_STREAM, primary_key=True)
    category_group: Mapped[str] = mapped_column(Text)
    layer: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(_WORD)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class ChannelCatalogueRow(Base):
    """A version of the catalogue of channels, request types and caller kinds; kept for good."""

    __tablename__ = "channel_catalogue"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[Any] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_force_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it last became the one in force; the latest of all is in force."""
