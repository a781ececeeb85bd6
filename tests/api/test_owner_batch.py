"""``POST /v1/owner/batch``: every row as the single answer, in order, in each format."""

import csv
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from tests.governance.conftest import unit

PATH = "/v1/owner/batch"
AT = {"at": "2026-11-23", "received_at": "2026-11-23T09:00:00+08:00"}
GARBAGE = "0801001"


def rows_of(seed: int, n: int) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    codes = [GARBAGE, "0301001", "0101001", "0501001", "0601001", "0701001"]
    return [
        {
            "编号": f"A-{row}",
            "lon": unit(x, y)[0],
            "lat": unit(x, y)[1],
            "category": codes[random.integers(len(codes))],
            "caller": ["personal", "enterprise", "企业", ""][random.integers(4)],
        }
        for row, (x, y) in enumerate(random.uniform((-1.0, -1.0), (41.0, 41.0), (n, 2)).tolist())
    ]


def post(client: TestClient, rows: Any, **params: Any) -> list[dict[str, Any]]:
    response = client.post(PATH, params=AT | params, json=rows)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


def test_each_row_is_answered_as_the_single_question_is(owner_client: TestClient) -> None:
    rows = rows_of(7, 200)
    found = post(owner_client, rows)
    assert [row["编号"] for row in found] == [row["编号"] for row in rows]
    for row, answer in zip(rows, found, strict=True):
        caller = {"": "personal", "企业": "enterprise"}.get(row["caller"], row["caller"])
        asked = {name: row[name] for name in ("lon", "lat", "category")}
        single = owner_client.get(
            "/v1/owner", params={**asked, **AT, "caller": caller, "record": False}
        ).json()
        primary = single["primary"] or {"code": None, "name": None}
        assert answer["owner_body"] == primary["code"], row
        assert answer["owner_name"] == primary["name"]
        assert answer["owner_step"] == single["step"]
        assert answer["owner_status"] == single["status"]
        assert answer["owner_flags"].split(";") == (single["flags"] or [""])
        assert answer["owner_confidence"] == pytest.approx(single["confidence"], abs=1e-3)
        assert answer["owner_due_at"] == single["deadline"]["due_at"]
        assert answer["error"] is None
    assert len({row["owner_body"] for row in found}) >= 8
    assert any("datum_suspect" in row["owner_flags"] for row in found)


def test_bad_rows_stay_in_place_and_say_why(owner_client: TestClient) -> None:
    lon, lat = unit(5.5, 5)
    good = {"lon": lon, "lat": lat, "category": GARBAGE}
    rows = [
        good,
        good | {"lon": None},
        good | {"lon": "x"},
        {"lon": lat, "lat": lon, "category": GARBAGE},
        good | {"category": "0899999"},
        good | {"category": ""},
        good | {"at": "yesterday"},
        good | {"at": "2025-06-01"},
        good | {"caller": "robot"},
        good | {"received_at": "noon"},
        good | {"received_at": "1999-01-01T00:00:00+08:00", "category": "0101001"},
        good | {"category": "市容环境->垃圾->暴露垃圾", "at": "2026-03-02"},
    ]
    found = post(owner_client, rows)
    assert [row["owner_body"] for row in found] == ["T1", *[None] * 10, "T1"]
    named = ["", "lon", "'x'", "exchanged", "0899999", "missing", "'yesterday'", "2025-06-01",
             "'robot'", "'noon'", "1999-01-01", ""]  # fmt: skip
    for row, words in zip(found, named, strict=True):
        assert words in (row["error"] or ""), row
        assert bool(row["error"]) == (row["owner_body"] is None)
        assert (row["owner_status"] is None) == bool(row["error"])


def test_rows_have_their_own_time_of_receipt_in_chinas_time_where_no_zone_is_written(
    owner_client: TestClient,
) -> None:
    lon, lat = unit(5.5, 5)
    times = ["2026-11-20 08:00:00", "2026-11-20T00:00:00Z", ""]
    rows = [
        {"lon": lon, "lat": lat, "category": GARBAGE, "received_at": moment} for moment in times
    ]
    due = [row["owner_due_at"] for row in post(owner_client, rows)]
    assert due == ["2026-11-21T08:00:00+08:00"] * 2 + ["2026-11-24T09:00:00+08:00"]


def test_csv_keeps_its_columns_and_chinese_headings_are_known(owner_client: TestClient) -> None:
    lon, lat = unit(12.5, 3)
    text = f"编号,经度,纬度,事项编码\r\n007,{lon},{lat},{GARBAGE}\r\n"
    response = owner_client.post(
        PATH, params=AT, content=text.encode("gb18030"),
        headers={"content-type": "text/csv; charset=gb18030"},
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert (row["编号"], row["owner_body"], row["owner_rule"]) == ("007", "STATION", "AREA-STATION")
    assert row["owner_due_at"] == "2026-11-24T09:00:00+08:00"


def test_arrow_comes_back_as_arrow_with_typed_columns(owner_client: TestClient) -> None:
    places = [unit(12.5, 3), unit(5.5, 5)]
    table = pa.table(
        {"lon": [p[0] for p in places], "lat": [p[1] for p in places], "category": [GARBAGE] * 2}
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    response = owner_client.post(
        PATH, params=AT, content=sink.getvalue(),
        headers={"content-type": "application/vnd.apache.arrow.stream"},
    )  # fmt: skip
    found = pa.ipc.open_stream(response.content).read_all()
    assert found["owner_body"].to_pylist() == ["STATION", "T1"]
    assert found.schema.field("owner_confidence").type == pa.float64()


def test_bare_rows_and_one_category_for_all(owner_client: TestClient) -> None:
    lon, lat = unit(12.5, 3)
    assert post(owner_client, [[lon, lat, GARBAGE]])[0]["owner_body"] == "STATION"
    assert post(owner_client, [[lon, lat]], category=GARBAGE)[0]["owner_body"] == "STATION"
    short = post(owner_client, [[lon, lat, GARBAGE], [lon]])
    assert "is not" in short[1]["error"]
    assert post(owner_client, [], category=GARBAGE) == []


def test_recorded_rows_have_the_decision_of_the_single_answer(owner_client: TestClient) -> None:
    lon, lat = unit(12.5, 3)
    rows = [[lon, lat, GARBAGE], [None, None, GARBAGE], [*unit(5.5, 5), GARBAGE]]
    found = post(owner_client, rows, record=True)
    single = owner_client.get(
        "/v1/owner", params={"lon": lon, "lat": lat, "category": GARBAGE, **AT}
    ).json()
    assert found[0]["decision"] == single["decision"]
    assert found[1]["decision"] is None
    kept = owner_client.get(f"/v1/decisions/{found[2]['decision']}").json()
    assert kept["document"]["primary"]["code"] == "T1"


@pytest.mark.parametrize(
    ("rows", "params", "status", "named"),
    [
        ([{"lon": 1, "lat": 2}], {}, 422, "category"),
        ([{"lon": 1, "category": "08"}], {}, 422, "latitude"),
        ([{"lon": 1, "lat": 2, "category": "1", "类别": "2"}], {}, 422, "category"),
        ([{"lon": 1, "lat": 2, "category": "1", "owner_body": "x"}], {}, 422, "owner_body"),
        ([[1, 2]], {"category": "0899999"}, 404, "0899999"),
        ([[1, 2]], {"category": GARBAGE, "at": "2025-01-01"}, 422, "2025-01-01"),
    ],
)
def test_what_is_wrong_for_every_row_is_refused_at_once(
    owner_client: TestClient, rows: Any, params: dict[str, Any], status: int, named: str
) -> None:
    response = owner_client.post(PATH, params=AT | params, json=rows)
    assert response.status_code == status, response.text
    assert named in response.json()["detail"]
