"""Errors of the drivers come out as errors of this package."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text

import boundaries.errors
from boundaries.definition import LayerDefinition
from boundaries.engine import create_store_engine, server_facts, translated_errors
from boundaries.errors import (
    BoundaryError,
    StoreConflictError,
    StoreError,
    StoreNotMigratedError,
    StoreUnavailableError,
)
from boundaries.migrate import upgrade_engine
from boundaries.store import BoundaryStore, create_store

Define = Callable[..., LayerDefinition]
Fill = Callable[[BoundaryStore], BoundaryStore]


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://a@b/c", "sqlite+nothing:///a.sqlite"])
def test_other_databases_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://user@host/database"):
        create_store_engine(url)


def test_broken_rules_are_conflicts(store: BoundaryStore, city: Fill) -> None:
    city(store)
    statements = [
        "UPDATE edition SET state = 'active', layer_id = 1",
        "UPDATE edition SET state = 'old'",
        "UPDATE area_version SET code = '1'",
        "DELETE FROM edition",
        "UPDATE layer SET role = 'region'",
    ]
    for statement in statements:
        with (
            pytest.raises(StoreConflictError),
            translated_errors(),
            store.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def test_missing_columns_ask_for_an_upgrade(store: BoundaryStore) -> None:
    with (
        pytest.raises(StoreNotMigratedError, match="xiaqu db upgrade"),
        translated_errors(),
        store.engine.connect() as connection,
    ):
        connection.execute(text("SELECT colour FROM layer"))


def test_other_failures_are_store_errors(store: BoundaryStore) -> None:
    with (
        pytest.raises(StoreError),
        translated_errors(),
        store.engine.connect() as connection,
    ):
        connection.execute(text("SELECT FROM WHERE"))


@pytest.mark.postgis
def test_a_connection_that_breaks_is_unavailable_and_the_next_one_works(
    empty_database: str, tmp_path: Path
) -> None:
    store = create_store(empty_database, tmp_path)
    with (
        pytest.raises(StoreUnavailableError),
        translated_errors(),
        store.engine.connect() as connection,
    ):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    store.close()


def test_a_locked_file_is_unavailable(embedded: BoundaryStore, city: Fill, tmp_path: Path) -> None:
    city(embedded)
    impatient = create_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)

    @event.listens_for(impatient.engine, "connect")
    def _do_not_wait(connection: object, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]

    edition = embedded.active_edition("district")
    with embedded.engine.connect() as holder:
        holder.exec_driver_sql("UPDATE edition SET label = 'x'")
        with pytest.raises(StoreUnavailableError, match="locked"):
            impatient.activate(edition.id)
        assert impatient.active_edition("district").label == "示范"
    impatient.close()


def test_the_tree_of_errors_is_drawn_completely() -> None:
    drawn = boundaries.errors.__doc__ or ""
    waiting = [BoundaryError]
    while waiting:
        kind = waiting.pop()
        assert kind.__name__ in drawn
        builtin = (ValueError, LookupError, RuntimeError, ConnectionError)
        assert kind in {BoundaryError, StoreError} or issubclass(kind, builtin)
        waiting.extend(kind.__subclasses__())


@pytest.mark.postgis
def test_a_server_tells_its_postgis_and_its_character_type(empty_database: str) -> None:
    engine = create_store_engine(empty_database)
    assert server_facts(engine).postgis is None
    upgrade_engine(engine)
    facts = server_facts(engine)
    assert facts.postgis is not None
    assert facts.postgis[0].isdigit()
    assert "utf" in facts.ctype.lower()
    engine.dispose()
