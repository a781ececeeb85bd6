"""The event log of tickets, what is derived from it, and what is kept apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from boundaries.columns import UtcDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

STREAM = sa.String(length=32)
WORD = sa.String(length=32)


def upgrade() -> None:
    """Create the tables."""
    _create_event()
    _create_ticket()
    _create_ticket_content()
    _create_caller()
    _create_review()
    _create_ticket_link()
    _create_return_case()
    _create_incident()
    _create_channel_catalogue()
    if op.get_bind().dialect.name == "postgresql":
        _tune_postgresql()


def downgrade() -> None:
    """Drop the tables; the extension for searching text stays."""
    op.drop_table("channel_catalogue")
    op.drop_table("incident")
    op.drop_table("return_case")
    op.drop_table("ticket_link")
    op.drop_table("review_reason")
    op.drop_table("review_item")
    op.drop_table("caller")
    op.drop_table("ticket_content")
    op.drop_table("ticket")
    op.drop_table("event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("ALTER TABLE decision RESET (toast_tuple_target)"))


def _create_event() -> None:
    op.create_table(
        "event",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("stream", STREAM, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_event"),
    )
    op.create_index("uq_event_stream_seq", "event", ["stream", "seq"], unique=True)


def _create_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", STREAM, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("request_type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("category_group", sa.Text(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("place_uid", sa.Text(), nullable=False),
        sa.Column("place_label", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
    )
    op.create_index(
        "uq_ticket_source_external_id", "ticket", ["source", "external_id"], unique=True
    )
    for column in ("district", "township", "community", "grid"):
        op.create_index(f"ix_ticket_{column}_received_at", "ticket", [column, "received_at"])
    op.create_index(
        "ix_ticket_category_received_at",
        "ticket",
        ["category", "received_at"],
        postgresql_ops={"category": "text_pattern_ops"},
    )
    op.create_index("ix_ticket_handler_state", "ticket", ["handler", "state"])
    op.create_index("ix_ticket_state_due_at", "ticket", ["state", "due_at"])
    op.create_index("ix_ticket_received_at", "ticket", ["received_at"])
    op.create_index(
        "ix_ticket_category_group_cell", "ticket", ["category_group", "cell", "received_at"]
    )
    op.create_index(
        "ix_ticket_incident",
        "ticket",
        ["incident"],
        sqlite_where=sa.text("incident <> ''"),
        postgresql_where=sa.text("incident <> ''"),
    )


def _create_ticket_content() -> None:
    op.create_table(
        "ticket_content",
        sa.Column("id", STREAM, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_content"),
    )


def _create_caller() -> None:
    op.create_table(
        "caller",
        sa.Column("id", STREAM, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("id_number", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("phone_hash", sa.Text(), nullable=False),
        sa.Column("account_hash", sa.Text(), nullable=False),
        sa.Column("id_hash", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("key_id", WORD, nullable=False),
        sa.Column("caller_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_caller"),
    )
    op.create_index("ix_caller_caller_hash", "caller", ["caller_hash"])


def _create_review() -> None:
    op.create_table(
        "review_item",
        sa.Column("ticket", STREAM, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name="pk_review_item"),
    )
    op.create_index("ix_review_item_opened_at_ticket", "review_item", ["opened_at", "ticket"])
    op.create_table(
        "review_reason",
        sa.Column("ticket", STREAM, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", "code", name="pk_review_reason"),
    )
    op.create_index(
        "ix_review_reason_code_opened_at", "review_reason", ["code", "opened_at", "ticket"]
    )


def _create_ticket_link() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("ticket", STREAM, nullable=False),
        sa.Column("other", STREAM, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("why_zh", sa.Text(), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", "other", "kind", name="pk_ticket_link"),
    )
    op.create_index("ix_ticket_link_other", "ticket_link", ["other"])


def _create_return_case() -> None:
    op.create_table(
        "return_case",
        sa.Column("ticket", STREAM, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", "seq", name="pk_return_case"),
    )
    op.create_index("ix_return_case_rule_returned_at", "return_case", ["rule", "returned_at"])
    op.create_index("ix_return_case_returned_at", "return_case", ["returned_at", "ticket"])


def _create_incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", STREAM, nullable=False),
        sa.Column("category_group", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_state_last_at", "incident", ["state", "last_at"])
    op.create_index("ix_incident_last_at_id", "incident", ["last_at", "id"])


def _create_channel_catalogue() -> None:
    op.create_table(
        "channel_catalogue",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("in_force_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_channel_catalogue"),
    )


def _tune_postgresql() -> None:
    """Keep documents in their rows; index the text of tickets where the server can."""
    # Most are above the 2 kB from which rows are cut up, and all are read or rewritten whole.
    for table in ("ticket", "decision"):
        op.execute(sa.text(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)"))
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except DBAPIError:
        # Not installed, or this user may not: searches read the text instead of an index.
        return
    op.create_index(
        "ix_ticket_search_text_trgm",
        "ticket",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
