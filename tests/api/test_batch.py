"""``POST /v1/locate/batch`` in its three formats."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.state import Limits, LocatorSource
from boundaries.store import BoundaryStore

PATH = "/v1/locate/batch"
AT = {"at": "2026-11-23", "layers": "district,township"}
ARROW = "application/vnd.apache.arrow.stream"

# One good row of each district, then each way of being bad, then a good one again.
ROWS: list[dict[str, Any]] = [
    {"id": "a", "lon": 116.35, "lat": 39.85},
    {"id": "b", "lon": 116.45, "lat": 39.95},
    {"id": "c", "lon": None, "lat": 39.95},
    {"id": "d", "lon": 39.95, "lat": 116.45},
    {"id": "e", "lon": 200.0, "lat": 95.0},
    {"id": "f", "lon": -77.0, "lat": 39.0},
    {"id": "g", "lon": 117.25, "lat": 39.95},
    {"id": "h", "lon": 116.40, "lat": 39.85},
    {"id": "i", "lon": 116.35, "lat": 39.95},
]
CODES = ["990101", "990102", None, None, None, None, None, "990101", "990101"]
REASONS = ["", "", "missing", "swapped", "out_of_range", "placeholder", "", "", ""]


def check_rows(rows: list[dict[str, Any]]) -> None:
    """Hold rows against the expected answer, whatever format they came in."""
    assert [row["id"] for row in rows] == [row["id"] for row in ROWS]
    assert [row["district_code"] or None for row in rows] == CODES
    for row, reason in zip(rows, REASONS, strict=True):
        error = row["error"] or ""
        assert error.startswith(reason), row
        assert bool(error) == bool(reason), row
    assert rows[6]["flags"] == "outside"
    assert "on_border" in rows[7]["flags"].split(";")
    assert rows[8]["township_name"] == "金台街道"
    assert float(rows[0]["district_border_m"]) == pytest.approx(4276, rel=0.01)


def as_csv(heading: str = "id,lon,lat") -> bytes:
    lines = [
        ",".join("" if value is None else str(value) for value in row.values()) for row in ROWS
    ]
    return "\r\n".join([heading, *lines, ""]).encode()


def as_arrow() -> bytes:
    table = pa.Table.from_pylist(ROWS)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=4)
    return sink.getvalue()


BODIES = {
    "application/json": json.dumps(ROWS).encode(),
    "text/csv": as_csv(),
    ARROW: as_arrow(),
}


def read_back(media: str, content: bytes) -> list[dict[str, Any]]:
    if media == "text/csv":
        return list(csv.DictReader(io.StringIO(content.decode())))
    if media == ARROW:
        rows: list[dict[str, Any]] = pa.ipc.open_stream(content).read_all().to_pylist()
        return rows
    if media == "application/x-ndjson":
        return [json.loads(line) for line in content.splitlines()]
    loaded: list[dict[str, Any]] = json.loads(content)
    return loaded


@pytest.fixture
def small_chunks(store: BoundaryStore) -> TestClient:
    limits = Limits(body_bytes=2_000, json_bytes=1_500, json_rows=20, chunk_rows=2)
    return TestClient(create_app(LocatorSource.from_store(store), store, limits=limits))


@pytest.mark.parametrize("sent", list(BODIES))
@pytest.mark.parametrize("asked", [*BODIES, "application/x-ndjson"])
def test_rows_keep_their_order_and_bad_ones_their_reason_in_every_format(
    client: TestClient, sent: str, asked: str
) -> None:
    headers = {"content-type": sent, "accept": asked}
    response = client.post(PATH, params=AT, content=BODIES[sent], headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(asked)
    check_rows(read_back(asked, response.content))


@pytest.mark.parametrize("sent", list(BODIES))
def test_chunks_do_not_change_the_answer(
    client: TestClient, small_chunks: TestClient, sent: str
) -> None:
    headers = {"content-type": sent}
    whole = client.post(PATH, params=AT, content=BODIES[sent], headers=headers)
    parts = small_chunks.post(PATH, params=AT, content=BODIES[sent], headers=headers)
    assert read_back(sent, parts.content) == read_back(sent, whole.content)


def test_the_answer_has_the_type_of_the_body_by_default(client: TestClient) -> None:
    for media, body in BODIES.items():
        headers = {"content-type": media, "accept": "*/*"}
        response = client.post(PATH, params=AT, content=body, headers=headers)
        assert response.headers["content-type"].startswith(media)


def test_pairs_and_points_objects_are_json_too(client: TestClient) -> None:
    pairs = [[116.35, 39.85], [116.45, 39.95], "nowhere"]
    for body in (pairs, {"points": pairs}):
        rows = client.post(PATH, params=AT, json=body).json()
        assert [row["township_code"] for row in rows] == ["990101001", "990102002", None]
        assert "nowhere" in rows[2]["error"]


def test_an_empty_list_gives_an_empty_list(client: TestClient) -> None:
    assert client.post(PATH, params=AT, json=[]).json() == []


def test_a_batch_in_bd09_is_converted(client: TestClient) -> None:
    # BD-09 lies some 1.1 km east here.
    params = AT | {"datum": "BD-09"}
    response = client.post(PATH, params=params, json=[[116.408, 39.85]])
    assert response.json()[0]["district_code"] == "990101"
    assert response.headers["xiaqu-datum"] == "BD-09"


@pytest.mark.parametrize("heading", ["id,经度,纬度", "id,LNG,Latitude", "id,x,y", "id, lon ,lat"])
def test_csv_headings_may_be_chinese_or_english(client: TestClient, heading: str) -> None:
    headers = {"content-type": "text/csv"}
    response = client.post(PATH, params=AT, content=as_csv(heading), headers=headers)
    check_rows(read_back("text/csv", response.content))


def test_csv_in_gb18030_is_read_when_declared_and_refused_when_not(client: TestClient) -> None:
    body = "编号,经度,纬度\r\n甲,116.35,39.85\r\n".encode("gb18030")
    declared = {"content-type": "text/csv; charset=gb18030"}
    answer = client.post(PATH, params=AT, content=body, headers=declared).content.decode()
    assert answer.splitlines()[1].startswith("甲,116.35,39.85,990101,东湖区,")
    silent = client.post(PATH, params=AT, content=body, headers={"content-type": "text/csv"})
    assert silent.status_code == 422
    assert "charset=gb18030" in silent.json()["detail"]


def test_a_ragged_csv_line_stays_with_its_reason(client: TestClient) -> None:
    body = b"id,lon,lat\r\na,116.35,39.85\r\nb,116.35\r\nc,116.35,39.85,more\r\nd,abc,39.85\r\n"
    headers = {"content-type": "text/csv"}
    rows = read_back(
        "text/csv", client.post(PATH, params=AT, content=body, headers=headers).content
    )
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert "2 fields, but the heading has 3" in rows[1]["error"]
    assert "more" in rows[2]["error"]
    assert "'abc' is not a number" in rows[3]["error"]
    assert rows[0]["error"] == ""


def post(client: TestClient, media: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    response = client.post(
        PATH, params=AT, content=body, headers={"content-type": media, **headers}
    )
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    return response.status_code, problem


def test_missing_columns_are_named_with_those_found(client: TestClient) -> None:
    status, problem = post(client, "text/csv", "编号,东经,北纬\r\n".encode())
    assert (status, problem["type"]) == (422, "/problems/columns")
    assert problem["columns"] == ["编号", "东经", "北纬"]
    assert "经度" in problem["detail"]


def test_two_columns_that_could_be_longitude_are_refused(client: TestClient) -> None:
    status, problem = post(client, "text/csv", "lon,经度,lat\r\n".encode())
    assert (status, problem["type"]) == (422, "/problems/columns")


def test_an_input_column_that_the_answer_adds_is_refused(client: TestClient) -> None:
    status, problem = post(client, "text/csv", b"lon,lat,district_code\r\n1,2,3\r\n")
    assert (status, problem["type"]) == (422, "/problems/columns")
    assert "'district_code'" in problem["detail"]


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/json", b"[1,"),
        ("application/json", b'{"lon": 1}'),
        (ARROW, b"not arrow"),
        ("text/csv; charset=klingon", b"lon,lat\r\n"),
    ],
)
def test_a_body_that_is_not_its_type_is_refused(
    client: TestClient, media: str, body: bytes
) -> None:
    status, problem = post(client, media, body)
    assert (status, problem["type"]) == (422, "/problems/body-format")


def test_an_unknown_content_type_lists_those_understood(client: TestClient) -> None:
    status, problem = post(client, "application/xml", b"<a/>")
    assert (status, problem["type"]) == (415, "/problems/content-type")
    assert "text/csv" in problem["accepted"]


def test_an_accept_that_cannot_be_met_lists_what_is_offered(client: TestClient) -> None:
    status, problem = post(client, "application/json", b"[]", accept="image/png")
    assert (status, problem["type"]) == (406, "/problems/not-acceptable")
    assert ARROW in problem["offered"]


def test_too_many_bytes_and_too_many_rows_are_413(small_chunks: TestClient) -> None:
    status, problem = post(small_chunks, "text/csv", b"lon,lat\r\n" + b"1,2\r\n" * 1_000)
    assert (status, problem["type"]) == (413, "/problems/body-too-large")
    status, problem = post(small_chunks, "application/json", json.dumps([[1, 2]] * 21).encode())
    assert (status, problem["type"]) == (413, "/problems/too-many-rows")
    assert problem["limit_rows"] == 20


def test_a_body_without_a_declared_length_is_stopped_at_the_limit(
    small_chunks: TestClient,
) -> None:
    parts = (b"1,2\r\n" * 100 for _ in range(50))
    response = small_chunks.post(PATH, content=parts, headers={"content-type": "text/csv"})
    assert response.status_code == 413


def test_a_date_outside_validity_is_refused_before_the_answer_starts(client: TestClient) -> None:
    response = client.post(PATH, params={"at": "2031-01-01"}, json=[[116.35, 39.85]])
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/date-outside-validity"
