"""Plain queries are read without the framework, and mean the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.plain_query import read_plain_query


def test_a_plain_query_gives_typed_values() -> None:
    query = b"lon=116.4&lat=-39.9&datum=GCJ-02&at=2026-11-23&accuracy_m=20&layers=district,grid"
    assert read_plain_query(query) == {
        "lon": 116.4,
        "lat": -39.9,
        "datum": "GCJ-02",
        "at": date(2026, 11, 23),
        "accuracy_m": 20.0,
        "layers": "district,grid",
    }


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"lon=116.4",
        b"lon=116.4&lat=39.9&lat=40",
        b"lon=116.4&lat=39.9&acuracy=20",
        b"lon=116.4&lat=39%2E9",
        b"lon=116.4&lat=+39.9",
        b"lon=116,4&lat=39.9",
        b"lon=1_0&lat=39.9",
        b"lon=nan&lat=39.9",
        b"lon=inf&lat=39.9",
        b"lon=&lat=39.9",
        b"lon=116.4&lat=39.9&accuracy_m=-1",
        b"lon=116.4&lat=39.9&accuracy_m=1001",
        b"lon=116.4&lat=39.9&at=2026-02-30",
        b"lon=116.4&lat=39.9&at=today",
        b"lon=116.4&lat=39.9&datum=%E7%81%AB%E6%98%9F",
        b"lon=116.4&lat=39.9&",
        "lon=116.4&lat=３９".encode(),
    ],
)
def test_what_is_not_plain_is_left_to_the_general_way(query: bytes) -> None:
    assert read_plain_query(query) is None


@given(st.binary(max_size=60))
def test_no_query_breaks_the_reader(query: bytes) -> None:
    values = read_plain_query(query)
    assert values is None or {"lon", "lat"} <= set(values)


@pytest.mark.parametrize("extra", ["", "&accuracy_m=500", "&layers=district", "&datum=GCJ-02"])
@pytest.mark.parametrize("lon", ["116.33", "116.4001", "116.4", "116.9"])
def test_both_ways_give_the_same_answer(client: TestClient, lon: str, extra: str) -> None:
    rest = f"&lat=39.9&at=2026-11-23{extra}"
    assert read_plain_query(f"lon={lon}{rest}".encode()) is not None
    escaped = "%31" + lon[1:]
    assert read_plain_query(f"lon={escaped}{rest}".encode()) is None
    plain, general = (client.get(f"/v1/locate?lon={text}{rest}") for text in (lon, escaped))
    assert plain.status_code == general.status_code == 200
    assert plain.json() == general.json()
