"""Rule books, rulings, working calendars and decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from boundaries.columns import AreaGeometry, UtcDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    _create_rule_book()
    _create_level()
    _create_body()
    _create_category()
    _create_rule()
    _create_agreement()
    _create_post()
    _create_estate()
    _create_ruling()
    _create_ruling_revocation()
    _create_work_calendar()
    _create_decision()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("decision")
    op.drop_table("work_calendar")
    op.drop_table("ruling_revocation")
    op.drop_table("ruling")
    op.drop_table("estate")
    op.drop_table("post")
    op.drop_table("agreement")
    op.drop_table("rule")
    op.drop_table("category")
    op.drop_table("body")
    op.drop_table("level")
    op.drop_table("rule_book")


def _create_rule_book() -> None:
    op.create_table(
        "rule_book",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("layers", JSON_DOCUMENT, nullable=False),
        sa.Column("counts", JSON_DOCUMENT, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'active', 'retired')", name="ck_rule_book_state"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="ck_rule_book_validity"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_book"),
    )
    op.create_index(
        "uq_rule_book_one_active",
        "rule_book",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_level() -> None:
    op.create_table(
        "level",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("limit_s", sa.Double(), nullable=False),
        sa.Column("clock", sa.String(length=16), nullable=False),
        sa.Column("pauses", JSON_DOCUMENT, nullable=False),
        sa.Column("ends_at", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_level_book_id"),
        sa.PrimaryKeyConstraint("book_id", "key", name="pk_level"),
    )


def _create_body() -> None:
    op.create_table(
        "body",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_body_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_body"),
    )


def _create_category() -> None:
    op.create_table(
        "category",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("level_1", sa.Text(), nullable=False),
        sa.Column("level_2", sa.Text(), nullable=False),
        sa.Column("level_3", sa.Text(), nullable=False),
        sa.Column("response_level", sa.String(length=200), nullable=False),
        sa.Column("steps", JSON_DOCUMENT, nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("asset_classes", JSON_DOCUMENT, nullable=False),
        sa.Column("needs_asset", sa.Boolean(), nullable=False),
        sa.Column("co_organisers", JSON_DOCUMENT, nullable=False),
        sa.Column("copied", JSON_DOCUMENT, nullable=False),
        sa.Column("supervising", JSON_DOCUMENT, nullable=False),
        sa.Column("duty_item", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_category_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_category"),
    )


def _create_rule() -> None:
    op.create_table(
        "rule",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("layer", sa.String(length=64), nullable=False),
        sa.Column("areas", JSON_DOCUMENT, nullable=False),
        sa.Column("conditions", JSON_DOCUMENT, nullable=False),
        sa.Column("categories", JSON_DOCUMENT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("reach_m", sa.Double(), nullable=True),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("caller", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_rule_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_rule"),
    )


def _create_agreement() -> None:
    op.create_table(
        "agreement",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("layer", sa.String(length=64), nullable=False),
        sa.Column("area_a", sa.String(length=200), nullable=False),
        sa.Column("area_b", sa.String(length=200), nullable=False),
        sa.Column("line_layer", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=200), nullable=False),
        sa.Column("reach_m", sa.Double(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("categories", JSON_DOCUMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_agreement_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_agreement"),
    )


def _create_post() -> None:
    op.create_table(
        "post",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("layer", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_post_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_post"),
    )
    op.create_index("ix_post_book_id_area_code", "post", ["book_id", "area", "code"])
    op.create_index("ix_post_book_id_kind_code", "post", ["book_id", "kind", "code"])


def _create_estate() -> None:
    op.create_table(
        "estate",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("property", sa.String(length=200), nullable=False),
        sa.Column("committee", sa.String(length=16), nullable=False),
        sa.Column("is_unmanaged", sa.Boolean(), nullable=False),
        sa.Column("instructor", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("entrances", JSON_DOCUMENT, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_estate_book_id"),
        sa.PrimaryKeyConstraint("book_id", "code", name="pk_estate"),
    )


def _create_ruling() -> None:
    op.create_table(
        "ruling",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("categories", JSON_DOCUMENT, nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("co_organisers", JSON_DOCUMENT, nullable=False),
        sa.Column("geometry", AreaGeometry(), nullable=False),
        sa.Column("given", AreaGeometry(), nullable=False),
        sa.Column("reach_m", sa.Double(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("reach_m >= 0", name="ck_ruling_reach"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ck_ruling_validity"),
        sa.PrimaryKeyConstraint("id", name="pk_ruling"),
    )
    op.create_index("ix_ruling_recorded_at", "ruling", ["recorded_at"])


def _create_ruling_revocation() -> None:
    op.create_table(
        "ruling_revocation",
        sa.Column("ruling_id", sa.String(length=36), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ruling_id"], ["ruling.id"], name="fk_ruling_revocation_ruling_id"
        ),
        sa.PrimaryKeyConstraint("ruling_id", name="pk_ruling_revocation"),
    )


def _create_work_calendar() -> None:
    op.create_table(
        "work_calendar",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("rows", JSON_DOCUMENT, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("in_force_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_work_calendar"),
    )


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("primary_body", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("flags", JSON_DOCUMENT, nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("question", JSON_DOCUMENT, nullable=False),
        sa.Column("context", JSON_DOCUMENT, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name="fk_decision_book_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_book_id", "decision", ["book_id"])
    op.create_index("ix_decision_category", "decision", ["category"])
    op.create_index(
        "ix_decision_primary_body_recorded_at", "decision", ["primary_body", "recorded_at"]
    )
    op.create_index("ix_decision_recorded_at", "decision", ["recorded_at"])
