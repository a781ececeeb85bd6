"""Sources, entries, names, doors, ranges, corrections and built files of the gazetteer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from boundaries.columns import AreaGeometry, UtcDateTime

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_source()
    _create_entry()
    _create_name()
    _create_door()
    _create_range()
    _create_correction()
    _create_decision()
    _create_build()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("gazetteer_build")
    op.drop_table("gazetteer_decision")
    op.drop_table("gazetteer_correction")
    op.drop_table("gazetteer_range")
    op.drop_table("gazetteer_door")
    op.drop_table("gazetteer_name")
    op.drop_table("gazetteer_entry")
    op.drop_table("gazetteer_source")


def _create_source() -> None:
    op.create_table(
        "gazetteer_source",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("grammar", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_checksum", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.String(length=32), nullable=False),
        sa.Column("datum", sa.String(length=32), nullable=False),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("n_entries", sa.Integer(), nullable=False),
        sa.Column("n_names", sa.Integer(), nullable=False),
        sa.Column("n_doors", sa.Integer(), nullable=False),
        sa.Column("n_ranges", sa.Integer(), nullable=False),
        sa.Column("report", JSON_DOCUMENT, nullable=False),
        sa.CheckConstraint("grammar IN ('zh', 'en')", name="ck_gazetteer_source_grammar"),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'retired')", name="ck_gazetteer_source_state"
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="ck_gazetteer_source_validity"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_source"),
    )
    op.create_index("ix_gazetteer_source_key", "gazetteer_source", ["key"])
    op.create_index(
        "uq_gazetteer_source_one_active",
        "gazetteer_source",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_entry() -> None:
    op.create_table(
        "gazetteer_entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("radius_m", sa.Double(), nullable=True),
        sa.Column("geometry", AreaGeometry(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["gazetteer_source.id"], name="fk_gazetteer_entry_source_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_entry"),
    )
    op.create_index("ix_gazetteer_entry_source_id_uid", "gazetteer_entry", ["source_id", "uid"])


def _create_name() -> None:
    op.create_table(
        "gazetteer_name",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("of_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["gazetteer_source.id"], name="fk_gazetteer_name_source_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_name"),
    )
    op.create_index("ix_gazetteer_name_source_id_uid", "gazetteer_name", ["source_id", "uid"])


def _create_door() -> None:
    op.create_table(
        "gazetteer_door",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("owner_uid", sa.String(length=200), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.String(length=32), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["gazetteer_source.id"], name="fk_gazetteer_door_source_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_door"),
    )
    op.create_index("ix_gazetteer_door_source_id", "gazetteer_door", ["source_id"])


def _create_range() -> None:
    op.create_table(
        "gazetteer_range",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("owner_uid", sa.String(length=200), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column("from_number", sa.Integer(), nullable=False),
        sa.Column("to_number", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("geometry", AreaGeometry(), nullable=False),
        sa.CheckConstraint("side IN ('L', 'R')", name="ck_gazetteer_range_side"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["gazetteer_source.id"], name="fk_gazetteer_range_source_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_range"),
    )
    op.create_index("ix_gazetteer_range_source_id", "gazetteer_range", ["source_id"])


def _create_correction() -> None:
    op.create_table(
        "gazetteer_correction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("uid_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer_correction"),
    )
    op.create_index("ix_gazetteer_correction_proposed_at", "gazetteer_correction", ["proposed_at"])


def _create_decision() -> None:
    op.create_table(
        "gazetteer_decision",
        sa.Column("correction_id", sa.String(length=36), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'rejected')", name="ck_gazetteer_decision_verdict"
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["gazetteer_correction.id"],
            name="fk_gazetteer_decision_correction_id",
        ),
        sa.PrimaryKeyConstraint("correction_id", name="pk_gazetteer_decision"),
    )


def _create_build() -> None:
    op.create_table(
        "gazetteer_build",
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("built_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("contents", JSON_DOCUMENT, nullable=False),
        sa.CheckConstraint("state IN ('active', 'retired')", name="ck_gazetteer_build_state"),
        sa.PrimaryKeyConstraint("edition", name="pk_gazetteer_build"),
    )
    op.create_index("ix_gazetteer_build_built_at", "gazetteer_build", ["built_at"])
    op.create_index(
        "uq_gazetteer_build_one_active",
        "gazetteer_build",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
