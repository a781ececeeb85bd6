"""Bring the tables of a store to the version of this program."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from geoalchemy2 import Geometry
from sqlalchemy import Column, Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from boundaries.columns import SRID, AreaGeometry
from boundaries.engine import WRITES, create_store_engine, translated_errors
from boundaries.errors import PostgisMissingError, StoreNotMigratedError
from boundaries.gazetteer import models as _gazetteer_models  # noqa: F401 - adds its tables to Base
from boundaries.models import OPTIONAL_INDEXES, POSTGRESQL_ONLY, Base


def upgrade(url: str) -> None:
    """Create or update the tables of a store.

    Parameters
    ----------
    url
        Database URL as for :func:`boundaries.engine.create_store_engine`.

    Raises
    ------
    PostgisMissingError
        The PostgreSQL server has no PostGIS and this user may not create it.
    StoreUnavailableError
        The database cannot be reached.
    StoreNotMigratedError
        The store was written by a newer program.
    """
    engine = create_store_engine(url)
    try:
        upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> None:
    """Create or update the tables behind an engine; errors as for :func:`upgrade`."""
    if engine.dialect.name == "postgresql":
        _ensure_postgis(engine)
    config = _config()
    writing = engine.execution_options(**{WRITES: True})
    try:
        with translated_errors(), writing.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreNotMigratedError(
            f"the store was written by another version of this program ({error})"
        ) from error


def is_current(engine: Engine) -> bool:
    """Tell whether the tables are those of this program."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with translated_errors(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def find_schema_differences(connection: Connection) -> list[Any]:
    """Compare the tables in a database with the models.

    Parameters
    ----------
    connection
        An open connection.

    Returns
    -------
    list
        Differences as Alembic names them; empty when the migrations are complete.
    """
    options = comparison_options(connection)
    metadata = options.pop("target_metadata")
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def comparison_options(connection: Connection) -> dict[str, Any]:
    """Give the options with which Alembic compares and runs."""
    is_postgresql = connection.dialect.name == "postgresql"

    def include_object(
        item: Any,  # noqa: ANN401 - any schema item
        name: str | None,
        kind: str,
        reflected: bool,  # noqa: FBT001 - the interface of Alembic
        compare_to: Any,  # noqa: ANN401, ARG001 - the interface of Alembic
    ) -> bool:
        if kind == "table" and reflected:
            # Tables of extensions and of other programs in the same database are not ours.
            return name in Base.metadata.tables
        if kind == "index" and reflected and name in OPTIONAL_INDEXES:
            return False
        return is_postgresql or not item.info.get(POSTGRESQL_ONLY, False)

    return {
        "target_metadata": Base.metadata,
        "include_object": include_object,
        "compare_type": _is_other_type,
        "render_as_batch": not is_postgresql,
    }


def _is_other_type(
    _context: MigrationContext,
    _found_column: Column[Any],
    _wanted_column: Column[Any],
    found: TypeEngine[Any],
    wanted: TypeEngine[Any],
) -> bool | None:
    if not isinstance(wanted, AreaGeometry):
        return None
    if isinstance(found, Geometry):
        return bool(found.srid != SRID)
    return type(found).__visit_name__ not in {"BLOB", "blob", "large_binary"}


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _ensure_postgis(engine: Engine) -> None:
    with translated_errors(), engine.connect() as connection:
        found = connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'"))
    if found:
        return
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION postgis"))
    except DBAPIError as error:
        detail = " ".join(str(error.orig).split())
        raise PostgisMissingError(
            f"database {engine.url.database!r} has no PostGIS and this user cannot create it "
            f"({detail}); have a superuser run CREATE EXTENSION postgis in this database, after "
            "installing the package postgresql-<version>-postgis-3 on the server"
        ) from error
