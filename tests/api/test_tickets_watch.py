"""What runs beside the requests: the watch for surges, and readiness that tells of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.schemas import Ready
from api.tickets_watch import WatchThread
from boundaries.errors import StoreError
from boundaries.store import BoundaryStore, create_store
from geo.address.gazetteer import Gazetteer
from governance.tickets.store import TicketStore
from governance.tickets.surge.watch import SurgeWatch
from governance.tickets.turn import SURGE_TURN, Turn

from .conftest import owner_service
from .ticket_city import taken


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.02)


def test_readiness_tells_how_tickets_come_in_and_go_out(
    ticket_store: BoundaryStore, ticket_names: Gazetteer
) -> None:
    app = owner_service(
        ticket_store, ticket_names, ticket_options={"watch_s": 0.05}, allow_writes=True
    )
    with TestClient(app) as client:
        seq = taken(client, number="ready")["seq"]
        last = TicketStore(ticket_store).last_position()
        assert last >= seq
        wait_until(lambda: client.get("/readyz").json()["tickets"]["position"] == last)
        wait_until(lambda: client.get("/readyz").json()["tickets"]["surge_looked_at"] is not None)
        body = client.get("/readyz").json()
        Ready.model_validate(body)
        told = body["tickets"]
        assert (told["waiting"], told["listeners"], told["problem"]) == (0, 0, None)
        assert datetime.fromisoformat(told["followed_at"]) <= datetime.now(UTC)
    stopped = app.state.service.tickets
    assert stopped.n_waiting is None


def test_a_watch_whose_store_is_away_says_so_and_goes_on(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    watch = SurgeWatch(TicketStore(store), lambda: None)
    thread = WatchThread(watch, Turn(store, SURGE_TURN), lambda: datetime.now(UTC), every_s=0.02)
    thread.start()
    wait_until(lambda: thread.trouble is not None)
    first = thread.trouble
    assert isinstance(first, StoreError)
    assert thread.looked_at is None
    wait_until(lambda: thread.trouble is not first)
    thread.stop()
    store.close()


def test_a_service_that_is_not_running_takes_nothing_in(
    ticket_store: BoundaryStore, ticket_names: Gazetteer
) -> None:
    app = owner_service(ticket_store, ticket_names, ticket_options={}, allow_writes=True)
    client = TestClient(app)
    response = client.post("/v1/tickets", json={"source": "12345", "text": "垃圾没人清"})
    assert (response.status_code, response.json()["type"]) == (503, "/problems/intake-closed")
    assert response.headers["retry-after"]
    assert "stopping" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/tickets/review", "/v1/incidents"])
def test_a_store_that_is_away_is_said_without_its_address(
    ticket_names: Gazetteer, tmp_path: Path, path: str
) -> None:
    store = create_store("postgresql://admin:hunter2@127.0.0.1:1/none", tmp_path)
    client = TestClient(owner_service(store, ticket_names, ticket_options={}))
    response = client.get(path)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/store-unavailable")
    assert "hunter2" not in response.text
    store.close()
