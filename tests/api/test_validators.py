"""Entity tags, 304, HEAD and Cache-Control on every cacheable address."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.state import CityClock, LocatorSource
from boundaries.store import BoundaryStore

from .conftest import DISTRICTS, add_layer, build_city, definition

CACHEABLE = [
    "/v1/locate?lon=116.35&lat=39.85&at=2026-11-23",
    "/v1/layers",
    "/v1/layers/district",
    "/v1/layers/township/areas?limit=2",
    "/v1/layers/township/areas/990101001",
    "/v1/layers/township/areas/990101001?format=wkt",
    "/v1/layers/township/areas/990101001/neighbours",
    "/v1/layers/district/areas/990101/children",
    "/",
    "/?lon=116.35&lat=39.85&datum=WGS-84&at=2026-11-23",
    "/map.svg",
    "/static/page.css",
    "/static/page.js",
]


@pytest.mark.parametrize("address", CACHEABLE)
def test_an_answer_has_a_strong_tag_and_must_be_revalidated(
    client: TestClient, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["etag"].startswith('"')
    assert "no-cache" in response.headers["cache-control"]
    assert client.get(address).headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize("address", CACHEABLE)
def test_a_known_tag_gives_304_without_a_body(client: TestClient, address: str) -> None:
    tag = client.get(address).headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}'):
        response = client.get(address, headers={"if-none-match": asked})
        assert response.status_code == 304, asked
        assert response.content == b""
        assert response.headers["etag"] == tag
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", CACHEABLE)
def test_head_answers_as_get_without_the_body(client: TestClient, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == got.headers[name]


def test_any_tag_gives_304_only_where_there_is_an_answer(client: TestClient) -> None:
    asked = {"if-none-match": "*"}
    good = client.get("/v1/locate?lon=116.35&lat=39.85&at=2026-11-23", headers=asked)
    bad = client.get("/v1/locate?lon=116.35&lat=39.85&at=2020-01-01", headers=asked)
    assert (good.status_code, bad.status_code) == (304, 422)


def test_tags_differ_by_query_and_by_representation(client: TestClient) -> None:
    area = "/v1/layers/township/areas/990101001"
    tags = {
        client.get("/v1/locate?lon=116.35&lat=39.85").headers["etag"],
        client.get("/v1/locate?lon=116.36&lat=39.85").headers["etag"],
        client.get(area).headers["etag"],
        client.get(area, headers={"accept": "text/plain"}).headers["etag"],
        client.get("/map.svg", headers={"accept-encoding": "gzip"}).headers["etag"],
        client.get("/map.svg", headers={"accept-encoding": "identity"}).headers["etag"],
    }
    assert len(tags) == 6


def test_negotiated_answers_vary_by_what_was_negotiated(client: TestClient) -> None:
    assert client.get("/v1/layers/township/areas/990101001").headers["vary"] == "Accept"
    assert client.get("/map.svg").headers["vary"] == "Accept-Encoding"


def test_an_answer_for_today_gets_another_tag_at_midnight_in_the_city(
    store: BoundaryStore,
) -> None:
    now = [datetime(2026, 11, 23, 15, 59, tzinfo=UTC).timestamp()]
    app = create_app(LocatorSource.from_store(store), store, clock=CityClock(now=lambda: now[0]))
    client = TestClient(app)
    address = "/v1/locate?lon=116.35&lat=39.85"
    before = client.get(address)
    now[0] += 120
    after = client.get(address)
    assert (before.json()["at"], after.json()["at"]) == ("2026-11-23", "2026-11-24")
    assert before.headers["etag"] != after.headers["etag"]


def test_an_activation_changes_answers_and_tags_at_the_next_look(tmp_path: Path) -> None:
    store = build_city(tmp_path)
    source = LocatorSource.from_store(store)
    client = TestClient(create_app(source, store))
    address = "/v1/locate?lon=116.35&lat=39.85&at=2026-11-23"
    before = client.get(address)
    assert source.refresh() is False
    renamed = [(code, name.replace("东湖", "新湖"), *rest) for code, name, *rest in DISTRICTS]
    add_layer(store, tmp_path, definition("district", "区", "partition", label="二版"), renamed)
    assert client.get(address).json() == before.json()
    assert source.refresh() is True
    after = client.get(address, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["chain"][0]["name"] == "新湖区"
    assert after.json()["editions"]["district"]["label"] == "二版"
    store.close()
