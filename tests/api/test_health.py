"""Readiness through start, outage and recovery; lookups go on while the store is away."""

from pathlib import Path
from time import monotonic, sleep

from starlette.testclient import TestClient

from api.app import create_app
from api.schemas import Ready
from api.state import LocatorSource
from boundaries.errors import StoreUnavailableError
from boundaries.store import BoundaryStore, create_store, upgrade

from .conftest import DISTRICTS, add_layer, build_city, definition

LOCATE = "/v1/locate?lon=116.35&lat=39.85&at=2026-11-23"


def test_a_loaded_service_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    body = client.get("/readyz").json()
    Ready.model_validate(body)
    assert body["status"] == "ready"
    assert set(body["editions"]) == {"district", "township", "estate"}


def test_an_empty_store_is_alive_but_not_ready_until_an_edition_is_active(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(url)
    store = create_store(url, tmp_path)
    source = LocatorSource.from_store(store)
    client = TestClient(create_app(source, store))
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    Ready.model_validate(ready.json())
    assert (ready.status_code, ready.json()["problem"]) == (503, "/problems/no-active-edition")
    refused = client.get(LOCATE)
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/not-ready")
    assert refused.headers["retry-after"] == "5"
    assert client.get("/").status_code == 503
    add_layer(store, tmp_path, definition("district", "区", "partition"), DISTRICTS)
    assert source.refresh() is True
    assert client.get("/readyz").json()["status"] == "ready"
    assert client.get(LOCATE).json()["chain"][0]["code"] == "990101"
    store.close()


def test_lookups_go_on_and_readiness_says_degraded_while_the_store_is_away(
    store: BoundaryStore,
) -> None:
    away = [False]
    locator = LocatorSource.from_store(store).locator

    def token() -> str:
        if away[0]:
            raise StoreUnavailableError("no connection")
        return "one"

    source = LocatorSource(lambda: locator, token)
    client = TestClient(create_app(source, store))
    away[0] = True
    assert source.refresh() is False
    assert client.get(LOCATE).status_code == 200
    body = client.get("/readyz")
    Ready.model_validate(body.json())
    assert (body.status_code, body.json()["status"]) == (200, "degraded")
    assert body.json()["problem"] == "/problems/store-unavailable"
    away[0] = False
    source.refresh()
    assert client.get("/readyz").json()["status"] == "ready"


def test_a_running_application_swaps_by_itself(tmp_path: Path) -> None:
    store = build_city(tmp_path)
    with TestClient(create_app(LocatorSource.from_store(store), store, reload_s=0.05)) as client:
        second = definition("district", "区", "partition", label="二版")
        add_layer(store, tmp_path, second, DISTRICTS)
        until = monotonic() + 20
        while monotonic() < until:
            label = client.get(LOCATE).json()["editions"]["district"]["label"]
            if label == "二版":
                break
            sleep(0.05)
        assert label == "二版"
    store.close()


def test_without_a_store_lookups_work_and_shapes_are_503(store: BoundaryStore) -> None:
    client = TestClient(create_app(LocatorSource.from_store(store), None))
    assert client.get(LOCATE).status_code == 200
    shape = client.get("/v1/layers/district/areas/990101")
    assert (shape.status_code, shape.json()["type"]) == (503, "/problems/not-ready")
    page = client.get("/?lon=116.35&lat=39.85")
    assert page.status_code == 200
    assert "柳林街道" in page.text
    assert "map.svg" not in page.text
