"""Rows go in together and come out as they went in, on both stores."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Table, select

from boundaries import bulk
from boundaries.bulk import insert_many, insert_new, update_many
from boundaries.engine import reading, writing
from boundaries.errors import StoreConflictError
from boundaries.models import Base
from boundaries.store import BoundaryStore
from governance import models as _governance_models  # noqa: F401 - adds its tables to Base

NOON = datetime(2026, 11, 23, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
CASE = ("ticket", "seq", "returned_at", "unit", "body", "reason", "text", "rule", "proof",
        "is_upheld", "because", "is_final", "ruling", "document", "decided_at", "decided_by",
        "decided_body")  # fmt: skip


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def case_row(ticket: str, seq: int, *, is_upheld: bool | None = None, text: str = "") -> Any:
    decided_at = None if is_upheld is None else NOON
    return (ticket, seq, NOON, "", "", "", text, "", '{"b": 1, "a": [null, "引号\\""]}',
            is_upheld, "", False, "", "", decided_at, "", "")  # fmt: skip


def read(store: BoundaryStore, name: str) -> list[dict[str, Any]]:
    rows = table(name)
    with reading(store.engine) as connection:
        found = connection.execute(select(rows).order_by(*rows.primary_key)).mappings()
        return [dict(row) for row in found]


def test_every_type_of_value_comes_back(store: BoundaryStore) -> None:
    odd = "逗号,引号\"'花括号{}反斜线\\换行\n空 NULL"
    rows = [case_row("T1", 1), case_row("T2", 2, is_upheld=True, text=odd)]
    with writing(store.engine) as connection:
        insert_many(connection, table("return_case"), CASE, rows)
    first, second = read(store, "return_case")
    assert first["returned_at"] == NOON
    assert (first["is_upheld"], first["decided_at"]) == (None, None)
    assert (second["is_upheld"], second["is_final"], second["text"]) == (True, False, odd)
    assert list(second["proof"].items()) == [("b", 1), ("a", [None, '引号"'])]


def test_columns_without_any_value_and_days_come_back(store: BoundaryStore) -> None:
    layer = ("id", "key", "name", "kind", "role", "parent")
    calendar = ("version", "rows", "recorded_at", "in_force_at")
    with writing(store.engine) as connection:
        insert_many(connection, table("layer"), layer, [(5, "k", "层", "k", "asset", "")])
        rows = [case_row("T1", 1), case_row("T2", 1)]
        insert_many(connection, table("return_case"), CASE, rows)
        insert_many(
            connection,
            table("work_calendar"),
            calendar,
            [("v", '[["2026-01-01", true]]', NOON, NOON.astimezone(UTC))],
        )
    assert read(store, "layer")[0]["id"] == 5
    assert [row["is_upheld"] for row in read(store, "return_case")] == [None, None]
    assert read(store, "work_calendar")[0]["rows"] == [["2026-01-01", True]]


def test_no_rows_are_no_statement(store: BoundaryStore) -> None:
    with writing(store.engine) as connection:
        insert_many(connection, table("return_case"), CASE, [])
        update_many(connection, table("return_case"), CASE, [])
        assert insert_new(connection, table("work_calendar"), ("version",), []) == set()
    assert read(store, "return_case") == []


def test_only_what_is_new_is_inserted_and_told(store: BoundaryStore) -> None:
    columns = ("version", "rows", "recorded_at", "in_force_at")

    def rows(*versions: str, value: int) -> list[Any]:
        return [(version, f"[{value}]", NOON, NOON) for version in versions]

    with writing(store.engine) as connection:
        calendars = table("work_calendar")
        assert insert_new(connection, calendars, columns, rows("a", "c", value=1)) == {"a", "c"}
        assert insert_new(connection, calendars, columns, rows("a", "b", value=2)) == {"b"}
        assert insert_new(connection, calendars, columns, rows("a", "b", value=3)) == set()
    assert [row["rows"] for row in read(store, "work_calendar")] == [[1], [2], [1]]


def test_more_values_than_a_statement_takes_are_inserted_in_parts(
    store: BoundaryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_MOST_VALUES", 11)
    columns = ("version", "rows", "recorded_at", "in_force_at")
    with writing(store.engine) as connection:
        rows = [(f"v{number}", "[]", NOON, NOON) for number in range(7)]
        first = insert_new(connection, table("work_calendar"), columns, rows[2:5])
        second = insert_new(connection, table("work_calendar"), columns, rows)
    assert (first, second) == ({"v2", "v3", "v4"}, {"v0", "v1", "v5", "v6"})
    assert len(read(store, "work_calendar")) == 7


def test_rows_that_are_there_are_a_conflict_and_nothing_is_inserted(store: BoundaryStore) -> None:
    with writing(store.engine) as connection:
        insert_many(connection, table("return_case"), CASE, [case_row("T1", 1)])
    with pytest.raises(StoreConflictError), writing(store.engine) as connection:
        insert_many(connection, table("return_case"), CASE, [case_row("T0", 1), case_row("T1", 1)])
    assert [row["ticket"] for row in read(store, "return_case")] == ["T1"]


def test_rows_are_changed_by_their_first_column(store: BoundaryStore) -> None:
    with writing(store.engine) as connection:
        cases = table("return_case")
        insert_many(connection, cases, CASE, [case_row("T1", 1), case_row("T2", 1)])
        columns = ("ticket", "text", "proof", "decided_at", "is_upheld")
        changed = [("T2", "改", "[1]", NOON, True), ("T9", "", "{}", None, None)]
        update_many(connection, cases, columns, changed)
    first, second = read(store, "return_case")
    assert (first["text"], first["is_upheld"]) == ("", None)
    assert (second["text"], second["proof"]) == ("改", [1])
    assert (second["decided_at"], second["is_upheld"]) == (NOON, True)


def test_bytes_and_days_come_back(store: BoundaryStore) -> None:
    book = {
        "id": "b", "label": "", "state": "draft", "valid_from": date(2026, 1, 1), "valid_to": None,
        "recorded_at": NOON, "activated_at": None, "retired_at": None, "authority": "",
        "source": "", "legal_basis": "", "generated": True, "layers": "{}", "counts": "{}",
        "hash": "",
    }  # fmt: skip
    decision = {
        "id": "D", "asked_at": date(2026, 11, 23), "recorded_at": NOON, "category": "",
        "primary_body": "", "step": "", "rule": "", "status": "decided", "confidence": 0.1,
        "flags": '["gap"]', "lon": 116.4, "lat": 1e-9, "book_id": "b", "digest": "",
        "question": "{}", "context": "{}", "answer": bytes(range(256)),
    }  # fmt: skip
    with writing(store.engine) as connection:
        insert_many(connection, table("rule_book"), tuple(book), [tuple(book.values())])
        insert_many(connection, table("decision"), tuple(decision), [tuple(decision.values())])
    (kept,) = read(store, "decision")
    assert kept["asked_at"] == date(2026, 11, 23)
    assert (kept["answer"], kept["flags"]) == (bytes(range(256)), ["gap"])
    assert (kept["confidence"], kept["lat"]) == (0.1, 1e-9)
    assert read(store, "rule_book")[0]["valid_to"] is None


def test_a_durable_write_waits_for_the_disk_and_others_do_not(embedded: BoundaryStore) -> None:
    def synchronous(*, is_durable: bool) -> object:
        with writing(embedded.engine, is_durable=is_durable) as connection:
            return connection.exec_driver_sql("PRAGMA synchronous").scalar()

    full, normal = 2, 1
    assert [synchronous(is_durable=flag) for flag in (False, True, False)] == [normal, full, normal]
    with pytest.raises(ZeroDivisionError), writing(embedded.engine, is_durable=True):
        _ = 1 / 0
    assert synchronous(is_durable=False) == normal
