"""Layers, editions, areas, area versions and import runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from boundaries.columns import AreaGeometry, UtcDateTime

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    _create_layer()
    _create_area()
    _create_edition()
    _create_area_version()
    _create_import_run()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("import_run")
    op.drop_table("area_version")
    op.drop_table("edition")
    op.drop_table("area")
    op.drop_table("layer")


def _create_layer() -> None:
    op.create_table(
        "layer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=64), server_default="", nullable=False),
        sa.CheckConstraint(
            "role IN ('partition', 'overlay', 'linear', 'asset')", name="ck_layer_role"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_layer"),
        sa.UniqueConstraint("key", name="uq_layer_key"),
    )


def _create_area() -> None:
    op.create_table(
        "area",
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name="fk_area_layer_id"),
        sa.PrimaryKeyConstraint("uid", name="pk_area"),
    )
    op.create_index("ix_area_layer_id", "area", ["layer_id"])


def _create_edition() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
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
        sa.Column("legal_status", sa.String(length=16), nullable=False),
        sa.Column("secrecy", sa.String(length=32), nullable=False),
        sa.Column("review_number", sa.String(length=64), nullable=False),
        sa.Column("datum", sa.String(length=32), nullable=False),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("n_areas", sa.Integer(), nullable=False),
        sa.Column("shapes_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "legal_status IN ('statutory', 'managed', 'derived')", name="ck_edition_legal_status"
        ),
        sa.CheckConstraint("state IN ('draft', 'active', 'retired')", name="ck_edition_state"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ck_edition_validity"),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name="fk_edition_layer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
    )
    op.create_index("ix_edition_layer_id", "edition", ["layer_id"])
    op.create_index(
        "uq_edition_one_active",
        "edition",
        ["layer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_area_version() -> None:
    op.create_table(
        "area_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_uid", sa.String(length=36), nullable=False),
        sa.Column("edition_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.String(length=200), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_from", UtcDateTime(), nullable=False),
        sa.Column("recorded_to", UtcDateTime(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("attributes", JSON_DOCUMENT, nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("geometry", AreaGeometry(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="ck_area_version_validity"
        ),
        sa.ForeignKeyConstraint(["area_uid"], ["area.uid"], name="fk_area_version_area_uid"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_area_version_edition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_area_version"),
        sa.UniqueConstraint("edition_id", "code", name="uq_area_version_edition_id_code"),
    )
    op.create_index("ix_area_version_area_uid", "area_version", ["area_uid"])
    op.create_index(
        "ix_area_version_edition_id_parent_code", "area_version", ["edition_id", "parent_code"]
    )
    op.create_index(
        "ix_area_version_extent", "area_version", ["edition_id", "west", "east", "south", "north"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_area_version_geometry", "area_version", ["geometry"], postgresql_using="gist"
        )


def _create_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer_key", sa.String(length=64), nullable=False),
        sa.Column("edition_id", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_checksum", sa.String(length=64), nullable=False),
        sa.Column("report", JSON_DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_import_run_edition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
    )
    op.create_index("ix_import_run_layer_key", "import_run", ["layer_key"])
