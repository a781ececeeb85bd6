"""``POST /v1/geocode/batch``: every row, every format; no row is lost and none is guessed."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

PATH = "/v1/geocode/batch"
AT = {"at": "2026-11-23"}
ROWS: list[dict[str, Any]] = [
    {"工单编号": "001", "主要内容": "望河小区3号楼电梯坏了", "被反映街乡镇": "柳林街道"},
    {"工单编号": "002", "主要内容": "向阳花园噪声扰民", "被反映街乡镇": "枫桥街道"},
    {"工单编号": "003", "主要内容": "向阳花园噪声扰民", "被反映街乡镇": ""},
    {"工单编号": "004", "主要内容": "", "被反映街乡镇": "柳林街道"},
    {"工单编号": "005", "主要内容": "咨询公积金政策", "被反映街乡镇": ""},
    {"工单编号": "006", "主要内容": "望河\x01小区", "被反映街乡镇": ""},
    {"工单编号": "007", "主要内容": "柳林路13号积水", "被反映街乡镇": ""},
]
DECISIONS = ["accepted", "accepted", "review", "", "refused", "", "accepted"]
TOWNSHIPS = ["990101001", "990102002", "", "", "", "", "990101001"]


def as_csv() -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue().encode("gb18030")


def as_arrow() -> bytes:
    table = pa.Table.from_pylist(ROWS)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue()


BODIES = {
    "application/json": json.dumps(ROWS).encode(),
    "application/x-ndjson": "\n".join(json.dumps(row) for row in ROWS).encode(),
    "text/csv; charset=gb18030": as_csv(),
    "application/vnd.apache.arrow.stream": as_arrow(),
}
ANSWERS = ["application/json", "application/x-ndjson", "text/csv", *list(BODIES)[-1:]]


def rows_of(media: str, content: bytes) -> list[dict[str, Any]]:
    if media == "application/json":
        found: list[dict[str, Any]] = json.loads(content)
        return found
    if media == "application/x-ndjson":
        return [json.loads(line) for line in content.decode().splitlines()]
    if media == "text/csv":
        return list(csv.DictReader(io.StringIO(content.decode())))
    rows: list[dict[str, Any]] = pa.ipc.open_stream(content).read_all().to_pylist()
    return rows


@pytest.mark.parametrize("sent", list(BODIES))
@pytest.mark.parametrize("asked", ANSWERS)
def test_rows_keep_their_order_and_open_ones_their_candidates_in_every_format(
    client: TestClient, sent: str, asked: str
) -> None:
    headers = {"content-type": sent, "accept": asked}
    params = AT | {"column": "主要内容"}
    response = client.post(PATH, params=params, content=BODIES[sent], headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(asked)
    assert response.headers["xiaqu-gazetteer"] == "g1"
    rows = rows_of(asked, response.content)
    assert [row["工单编号"] for row in rows] == [row["工单编号"] for row in ROWS]
    assert [row["主要内容"] for row in rows] == [row["主要内容"] for row in ROWS]
    assert [row["geocode_decision"] or "" for row in rows] == DECISIONS
    assert [row["township_code"] or "" for row in rows] == TOWNSHIPS
    for row, decision in zip(rows, DECISIONS, strict=True):
        has_place = row["geocode_lon"] not in (None, "")
        assert has_place == (decision == "accepted")
        assert bool(row["error"]) == (decision == "")
    assert rows[0]["geocode_uid"] == "estate:1"
    assert rows[3]["error"].startswith("no_text")
    assert rows[5]["error"].startswith("unusable_text")
    candidates = rows[2]["geocode_candidates"]
    listed = json.loads(candidates) if isinstance(candidates, str) else candidates
    assert {each["uid"] for each in listed} == {"estate:2", "estate:3"}
    assert "向阳花园" in rows[2]["geocode_why"]


def test_bare_texts_and_objects_around_them_are_json_too(client: TestClient) -> None:
    for body in (["望河小区3号楼", 5], {"texts": ["望河小区3号楼", 5]}):
        good, bad = client.post(PATH, params=AT, json=body).json()
        assert (good["text"], good["geocode_decision"]) == ("望河小区3号楼", "accepted")
        assert bad["input"] == 5
        assert bad["error"]
        assert bad["geocode_decision"] is None
    assert client.post(PATH, params=AT, json=[]).json() == []


def test_a_text_that_is_no_text_stays_with_its_reason(client: TestClient) -> None:
    (row,) = client.post(PATH, params=AT, json=[{"address": ["望河小区"]}]).json()
    assert row["address"] == ["望河小区"]
    assert "is not a text" in row["error"]


def test_the_column_is_found_by_its_heading_or_asked_for(client: TestClient) -> None:
    (row,) = client.post(PATH, params=AT, json=[{"详细地址": "望河小区3号楼"}]).json()
    assert row["geocode_decision"] == "accepted"
    for params, body, named in (
        (AT, [{"主要内容": "望河小区"}], "column="),
        (AT, [{"地址": "望河小区", "详细地址": "3号楼"}], "2 columns"),
        (AT | {"column": "标题"}, [{"主要内容": "望河小区"}], "标题"),
    ):
        refused = client.post(PATH, params=params, json=body)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/columns")
        assert named in refused.json()["detail"]


def test_a_broken_line_of_ndjson_is_named(client: TestClient) -> None:
    headers = {"content-type": "application/x-ndjson"}
    refused = client.post(PATH, params=AT, content=b'"a"\n{"text":\n', headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/body-format")
    assert "line 2" in refused.json()["detail"]


def test_a_column_that_the_answer_adds_is_refused(client: TestClient) -> None:
    refused = client.post(PATH, params=AT, json=[{"text": "x", "geocode_uid": "y"}])
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/columns")


def test_a_place_near_a_border_is_flagged_at_its_own_accuracy(client: TestClient) -> None:
    near, far = client.post(PATH, params=AT, json=["临界家园", "望河小区3号楼"]).json()
    assert near["flags"] == "near_border"
    assert far["flags"] == ""
