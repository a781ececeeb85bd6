"""``POST /v1/tickets/batch`` and exports: each row has its outcome, all matches are one file."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from api.schemas_tickets import TicketOutcome
from api.state import Limits
from boundaries.errors import StoreUnavailableError
from boundaries.store import BoundaryStore
from governance.tickets.export_columns import EXPORT_COLUMNS
from governance.tickets.exporting import MEDIA_TYPES, ExportKind
from governance.tickets.given import NewTicket
from governance.tickets.intake.take import Taken

from .conftest import owner_service
from .ticket_city import PATH, given, taken

BATCH = f"{PATH}/batch"
CSV_BODY = (
    "工单编号,受理时间,工单类型,问题分类,标题,主要内容,来电人,来电人电话/账号,小区点位\r\n"
    "G1,2026-11-23 09:00:00,投诉,0801001,垃圾,阳光花园垃圾，我叫张伟,张伟,13812345678,阳光花园\r\n"
    "G2,2026-11-23 09:10:00,投诉,0801001,垃圾,向阳新村垃圾没人清,李娜,13987654321,\r\n"
)


def rows_of(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()
    for row in rows:
        TicketOutcome.model_validate(row)
    return rows


def test_each_row_of_a_list_has_its_own_outcome(desk: TestClient) -> None:
    bad: dict[str, Any] = {**given("B"), "lon": "张伟13812345678"}
    body = [given("A"), bad, given("A"), given("C", lon=None, lat=None, text="没有地点")]
    response = desk.post(BATCH, json=body)
    rows = rows_of(response)
    assert [row["row"] for row in rows] == [1, 2, 3, 4]
    assert [row["is_new"] for row in rows] == [True, None, False, True]
    assert rows[0]["body"] == "STATION"
    assert rows[1]["error"].startswith("lon:")
    assert "13812345678" not in response.text
    assert rows[0]["id"] == rows[2]["id"]
    assert rows[3]["review"]
    assert len(desk.get(PATH).json()["tickets"]) == 2


def test_lines_are_answered_by_lines(desk: TestClient) -> None:
    body = b"\n".join(orjson.dumps(given(f"N{n}")) for n in range(450)) + b"\n"
    response = desk.post(BATCH, content=body, headers={"content-type": "application/x-ndjson"})
    assert response.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in response.text.splitlines()]
    assert [row["row"] for row in rows] == list(range(1, 451))
    assert all(row["is_new"] and row["error"] is None for row in rows)
    again = desk.post(BATCH, content=body, headers={"content-type": "application/x-ndjson"})
    assert not any(json.loads(line)["is_new"] for line in again.text.splitlines())
    count = desk.get(PATH, params={"count": True, "limit": 1}).json()["count"]
    assert count == 450


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_the_columns_of_a_hotline_export_are_known(desk: TestClient, charset: str) -> None:
    response = desk.post(
        BATCH,
        content=CSV_BODY.encode(charset),
        headers={"content-type": f"text/csv; charset={charset}"},
    )
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["external_id"] for row in rows] == ["G1", "G2"]
    assert [row["is_new"] for row in rows] == ["true", "true"]
    assert (rows[0]["state"], rows[0]["body"]) == ("dispatched", "T1")
    assert rows[1]["review"] == "place_unclear"
    text = desk.get(PATH).text
    assert "13812345678" not in text
    assert "张伟" not in text


def test_an_answer_comes_in_the_type_that_is_asked_for(desk: TestClient) -> None:
    response = desk.post(
        BATCH,
        content=CSV_BODY.encode(),
        headers={"content-type": "text/csv", "accept": "application/json"},
    )
    assert [row["external_id"] for row in rows_of(response)] == ["G1", "G2"]


def test_a_time_of_receipt_may_stand_in_for_a_column(desk: TestClient) -> None:
    body = "工单编号,问题分类,主要内容\r\nG9,0801001,阳光花园垃圾没人清\r\n".encode()
    headers = {"content-type": "text/csv"}
    refused = desk.post(BATCH, content=body, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/ticket-mapping")
    params = {"received_at": "2026-11-23T09:00:00+08:00"}
    assert desk.post(BATCH, content=body, headers=headers, params=params).status_code == 200
    (ticket,) = desk.get(PATH).json()["tickets"]
    assert ticket["received_at"] == params["received_at"]


@pytest.mark.parametrize(
    ("content", "type_", "query", "status", "slug"),
    [
        (b"{}", "application/json", "", 422, "body-format"),
        (b"[", "application/json", "", 422, "body-format"),
        (b"a,b\r\n1,2\r\n", "text/csv", "", 422, "ticket-mapping"),
        (b"a,b\r\n1,2\r\n", "text/csv", "?mapping=mine", 422, "ticket-mapping"),
        (b"x", "text/plain", "", 415, "content-type"),
        (b"[{}, {}, {}, {}]", "application/json", "", 413, "too-many-rows"),
    ],
)
def test_what_is_wrong_as_a_whole_is_said_before_the_first_row(
    ticket_store: BoundaryStore, content: bytes, type_: str, query: str, status: int, slug: str
) -> None:
    app = owner_service(
        ticket_store, ticket_options={}, allow_writes=True, limits=Limits(json_rows=3)
    )
    client = TestClient(app)
    response = client.post(f"{BATCH}{query}", content=content, headers={"content-type": type_})
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")


def test_an_empty_list_is_answered_by_an_empty_list(desk: TestClient) -> None:
    assert rows_of(desk.post(BATCH, json=[])) == []
    lines = desk.post(BATCH, content=b"", headers={"content-type": "application/x-ndjson"})
    assert (lines.status_code, lines.text) == (200, "\n")


def test_rows_that_the_store_does_not_take_any_more_say_so(
    desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = desk.app.state.service.tickets.intake  # type: ignore[attr-defined]
    take, n_batches = intake.take, 0

    def once(given: Sequence[NewTicket], *, now: datetime) -> list[Taken]:
        nonlocal n_batches
        n_batches += 1
        if n_batches > 1:
            raise StoreUnavailableError("postgresql://admin:hunter2@10.0.0.8/xiaqu refused")
        found: list[Taken] = take(given, now=now)
        return found

    monkeypatch.setattr(intake, "take", once)
    rows = rows_of(desk.post(BATCH, json=[given(f"F{n}") for n in range(450)]))
    assert sum(row["is_new"] is True for row in rows) == 200
    assert {row["error"] for row in rows[200:]} == {
        "not taken: the store cannot be used now; send the row again"
    }
    assert desk.get(PATH, params={"count": True, "limit": 1}).json()["count"] == 200
    assert n_batches == 2
    response = desk.post(BATCH, json=[given("Z")])
    assert response.status_code == 503
    assert "hunter2" not in response.text


# -- exports ------------------------------------------------------------------------------------


@pytest.fixture
def many(desk: TestClient) -> TestClient:
    body = [given(f"E{n:04}", text=f"第{n}次反映站前垃圾，我叫张伟") for n in range(620)]
    assert len(rows_of(desk.post(BATCH, json=body))) == 620
    return desk


@pytest.mark.parametrize("kind", list(ExportKind))
def test_all_matches_come_as_one_file_in_the_order_of_the_search(
    many: TestClient, kind: ExportKind
) -> None:
    params = {"category": "08", "lang": "en", "limit": 5}
    response = many.get(PATH, params=params, headers={"accept": MEDIA_TYPES[kind]})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(MEDIA_TYPES[kind])
    assert f".{kind}" in response.headers["content-disposition"]
    if kind is ExportKind.PARQUET:
        table = pq.read_table(io.BytesIO(response.content))
        found = table["external_id"].to_pylist()
    elif kind is ExportKind.CSV:
        text = response.content.decode("utf-8-sig")
        found = [row["external_id"] for row in csv.DictReader(io.StringIO(text))]
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
        _heading, *rows = book.get_sheet_by_index(0).to_python()
        found = [row[0] for row in rows]
    listed: list[str] = []
    address: str | None = f"{PATH}?limit=100"
    while address:
        page = many.get(address).json()
        listed += [ticket["external_id"] for ticket in page["tickets"]]
        address = page["next"]
    assert found == listed
    assert len(found) == 620


def test_a_chinese_table_has_names_in_place_of_codes(desk: TestClient) -> None:
    taken(desk)
    response = desk.get(PATH, headers={"accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert list(row) == [column.title for column in EXPORT_COLUMNS]
    assert (row["被反映区"], row["被反映街乡镇"]) == ("东湖区", "金台街道")
    assert (row["承办单位"], row["抄送单位"]) == ("东站地区管委会", "东湖区政府")
    assert (row["工单类型"], row["问题分类"]) == ("投诉", "市容环境->垃圾->暴露垃圾")
    assert row["处理受理方式"] == "12345热线电话"


def test_a_type_that_is_not_offered_is_refused(desk: TestClient) -> None:
    response = desk.get(PATH, headers={"accept": "text/html"})
    assert (response.status_code, response.json()["type"]) == (406, "/problems/not-acceptable")
