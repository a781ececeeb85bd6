"""Migrations make exactly the tables of the models, on both stores."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from boundaries.engine import create_store_engine
from boundaries.errors import PostgisMissingError, StoreNotMigratedError, StoreUnavailableError
from boundaries.migrate import find_schema_differences, is_current, upgrade
from boundaries.store import BoundaryStore, create_store
from governance import models as _governance_models  # noqa: F401 - adds its tables to Base


def test_migrated_tables_equal_the_models(store: BoundaryStore) -> None:
    assert store.is_current()
    with store.engine.connect() as connection:
        assert find_schema_differences(connection) == []


def test_a_difference_would_be_found(store: BoundaryStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE edition DROP COLUMN licence"))
        connection.execute(text("DROP INDEX ix_area_version_area_uid"))
    with store.engine.connect() as connection:
        kinds = {difference[0] for difference in find_schema_differences(connection)}
    assert kinds == {"add_column", "add_index"}


@pytest.mark.postgis
def test_postgresql_has_a_spatial_index_and_typed_shapes(empty_database: str) -> None:
    upgrade(empty_database)
    engine = create_store_engine(empty_database)
    with engine.connect() as connection:
        index = connection.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_area_version_geometry'")
        )
        srid = connection.scalar(text("SELECT Find_SRID('public', 'area_version', 'geometry')"))
    engine.dispose()
    assert "gist" in index
    assert srid == 4490


def test_upgrade_may_run_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/folder/s.sqlite"
    upgrade(url)
    upgrade(url)
    engine = create_store_engine(url)
    assert is_current(engine)
    engine.dispose()


def test_a_store_without_tables_says_what_to_run(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)
    assert not store.is_current()
    with pytest.raises(StoreNotMigratedError, match="xiaqu db upgrade"):
        store.layers()
    store.close()


@pytest.mark.postgis
def test_a_server_without_tables_says_what_to_run(empty_database: str, tmp_path: Path) -> None:
    store = create_store(empty_database, tmp_path)
    with pytest.raises(StoreNotMigratedError, match="xiaqu db upgrade"):
        store.layers()
    store.close()


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    upgrade(url)
    engine = create_store_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreNotMigratedError, match="9999"):
        upgrade(url)


@pytest.mark.postgis
def test_a_user_who_may_not_create_postgis_is_told_who_can(empty_database: str) -> None:
    engine = create_store_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS xiaqu_clerk"))
        connection.execute(text("CREATE ROLE xiaqu_clerk LOGIN"))
    engine.dispose()
    clerk = make_url(empty_database).set(username="xiaqu_clerk")
    with pytest.raises(PostgisMissingError, match="superuser run CREATE EXTENSION postgis"):
        upgrade(clerk.render_as_string(hide_password=False))
    engine = create_store_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE xiaqu_clerk"))
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////dev/null/no/such.sqlite"]
)
def test_a_store_that_cannot_be_reached_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailableError):
        upgrade(url)
