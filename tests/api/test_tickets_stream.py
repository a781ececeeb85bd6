"""``GET /v1/tickets/stream``: everything that happens, once, in order, also after a break."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.events_stream import EventHub, Wanted
from boundaries.store import BoundaryStore, create_store
from governance.tickets.store import TicketStore
from tests.conftest import OpenStore

from .conftest import build_owner_city, fill_owner_city, forget_tickets
from .serving import Event, Server, Stream, serving
from .ticket_city import PATH, given, taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    build_owner_city(folder).close()
    with serving(f"sqlite:///{folder / 'owners.db'}", folder) as made:
        yield made


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.05)


def post(server: Server, number: str, **more: Any) -> dict[str, Any]:
    status, body = server.request("POST", PATH, given(number, **more))
    assert status == 201, body
    found: dict[str, Any] = body
    return found


def settled(server: Server) -> int:
    """Wait until the server has seen everything that happened; give the last position."""
    store = create_store(server.url, server.folder)
    last = TicketStore(store).last_position()
    store.close()
    wait_until(lambda: server.request("GET", "/readyz")[1]["tickets"]["position"] == last)
    return last


def test_what_happens_arrives_as_it_happens_with_a_sentence_and_the_ticket(
    server: Server,
) -> None:
    with Stream(server.port) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        (begin,) = stream.take(1)
        assert (begin.kind, begin.data) == ("follow", {"position": begin.id})
        begun = time.monotonic()
        body = post(server, "live")
        events = stream.take(4)
        assert time.monotonic() - begun < 5.0
    assert [event.kind for event in events] == ["received", "placed", "owned", "dispatched"]
    assert [event.id for event in events] == [begin.id + n for n in range(1, 5)]
    assert all(event.data["stream"] == body["id"] for event in events)
    assert events[-1].data["ticket"]["handler"] == "STATION"
    assert events[-1].data["sentence"].startswith("直派给东站地区管委会")
    assert events[-1].data["sentence_en"].startswith("Dispatched")
    assert "data" not in events[-1].data


def test_after_a_break_it_goes_on_exactly_where_it_broke(server: Server) -> None:
    settled(server)
    with Stream(server.port) as stream:
        stream.take(1)
        post(server, "before")
        seen = stream.take(2)
    post(server, "between")
    with Stream(server.port, headers={"Last-Event-ID": str(seen[-1].id)}) as again:
        rest = again.take(7)[1:]
    assert [event.id for event in rest] == [seen[-1].id + n for n in range(1, 7)]
    with Stream(server.port, f"?after={seen[-1].id}") as other:
        assert [event.id for event in other.take(7)[1:]] == [event.id for event in rest]


def test_from_the_beginning_everything_comes_once(server: Server) -> None:
    post(server, "whole")
    last = settled(server)
    with Stream(server.port, "?after=0") as stream:
        ids = [event.id for event in stream.take(last + 1)]
    assert ids == list(range(last + 1))


def kinds_of(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.data["ticket"]["external_id"], event.kind) for event in events]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?body=T4", "there"),
        ("?layer=district&area=990102", "there"),
        ("?layer=special&area=S1", "here"),
        ("?category=03", "there"),
        ("?kinds=dispatched", "both"),
    ],
)
def test_a_listener_gets_only_what_it_asks_for(server: Server, query: str, wanted: str) -> None:
    settled(server)
    number = query.strip("?").replace("&", "-").replace("=", "-")
    with Stream(server.port, query) as stream:
        stream.take(1)
        post(server, f"{number}-here")
        post(server, f"{number}-there", x=25, y=5, category="0301001")
        events = stream.take(2)
    assert {event.kind for event in events} <= {
        "received",
        "placed",
        "owned",
        "dispatched",
        "linked",
    }
    numbers = {number for number, _kind in kinds_of(events)}
    both = {f"{number}-here", f"{number}-there"}
    assert numbers == (both if wanted == "both" else {f"{number}-{wanted}"})


@pytest.mark.parametrize(
    ("query", "headers", "slug"),
    [
        ("?kinds=flown", {}, "body-format"),
        ("?layer=district", {}, "ticket"),
        ("?after=-1", {}, "validation"),
        ("?since=1", {}, "unknown-parameter"),
        ("", {"Last-Event-ID": "yesterday"}, "body-format"),
    ],
)
def test_what_cannot_be_streamed_is_refused(
    server: Server, query: str, headers: dict[str, str], slug: str
) -> None:
    status, problem = server.request("GET", f"{PATH}/stream{query}", headers=headers)
    assert problem["type"] == f"/problems/{slug}"
    assert 400 <= status < 500


def test_a_server_that_stops_ends_its_streams_and_is_gone_at_once(tmp_path: Path) -> None:
    build_owner_city(tmp_path).close()
    with (
        serving(f"sqlite:///{tmp_path / 'owners.db'}", tmp_path) as server,
        Stream(server.port) as stream,
    ):
        stream.take(1)
        assert server.stop() < 10.0
        assert list(stream.events()) == []
        assert server.process.returncode in {0, -signal.SIGTERM}
        assert "Traceback" not in server.log.read_text()


@pytest.mark.postgis
def test_two_processes_take_in_and_tell_as_one(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store("postgis", tmp_path) as store:
        fill_owner_city(store, tmp_path)
        url = store.engine.url.render_as_string(hide_password=False)
        with serving(url, tmp_path, workers=2) as server:
            streams = [Stream(server.port) for _ in range(6)]
            assert {stream.take(1)[0].id for stream in streams} == {0}
            answers = [server.request("POST", PATH, given(f"W{n % 10}")) for n in range(30)]
            assert sorted(status for status, _ in answers) == [200] * 20 + [201] * 10
            wanted = list(range(1, TicketStore(store).last_position() + 1))
            assert len(wanted) >= 40
            for stream in streams:
                assert [event.id for event in stream.take(len(wanted))] == wanted
                stream.close()
            assert server.request("GET", f"{PATH}?count=true")[1]["count"] == 10


# -- the hub by itself --------------------------------------------------------------------------


async def _parts(stream: AsyncIterator[bytes], n: int) -> list[str]:
    """Take so many parts of a stream."""
    return [(await anext(stream)).decode() for _ in range(n)]


def _ids(parts: list[str]) -> list[int]:
    lines = [line for part in parts for line in part.splitlines()]
    return [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]


async def _ids_up_to(stream: AsyncIterator[bytes], last: int) -> list[int]:
    found: list[int] = []
    while not found or found[-1] < last:
        found += _ids([(await anext(stream)).decode()])
    return found


@pytest.fixture
def filled(desk: TestClient, ticket_store: BoundaryStore) -> TicketStore:
    """Give a store with ten tickets."""
    for number in range(10):
        taken(desk, number=f"H{number}")
    return TicketStore(ticket_store)


def hub_of(desk: TestClient, store: TicketStore, **named: float) -> EventHub:
    return EventHub(store, desk.app.state.service.tickets.explainer, **named)  # type: ignore[attr-defined]


def test_a_listener_that_falls_behind_the_memory_misses_nothing(
    desk: TestClient, filled: TicketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.events_stream._REMEMBERED", 3)
    monkeypatch.setattr("api.events_stream._READ_AT_ONCE", 7)
    hub = hub_of(desk, filled)

    async def listen() -> list[int]:
        hub.start()
        slow = hub.stream(None, Wanted())
        begin = _ids(await _parts(slow, 1))
        for number in range(10):
            await asyncio.to_thread(taken, desk, number=f"S{number}")
        found = await _ids_up_to(slow, filled.last_position())
        await hub.stop()
        return begin + found

    before = filled.last_position()
    assert asyncio.run(listen()) == list(range(before, filled.last_position() + 1))


def test_a_silent_stream_says_that_it_is_alive_and_how_far_it_is(
    desk: TestClient, filled: TicketStore
) -> None:
    hub = hub_of(desk, filled, keep_alive_s=0.2)

    async def listen() -> list[str]:
        hub.start()
        nothing = hub.stream(0, Wanted(body="NOBODY"))
        parts = await _parts(nothing, 3)
        await hub.stop()
        return parts

    begin, *alive = asyncio.run(listen())
    assert "event: follow" in begin
    assert all(part.startswith(": alive") and "data:" not in part for part in alive)
    assert _ids(alive) == [filled.last_position()] * 2


def test_a_position_beyond_the_log_begins_at_its_end(desk: TestClient, filled: TicketStore) -> None:
    hub = hub_of(desk, filled)

    async def listen() -> list[int]:
        hub.start()
        found = _ids(await _parts(hub.stream(10_000, Wanted()), 1))
        await hub.stop()
        return found

    assert asyncio.run(listen()) == [filled.last_position()]


def test_without_listeners_events_are_not_read(
    desk: TestClient, filled: TicketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = hub_of(desk, filled)
    n_read = 0
    read = filled.events_after

    def counted(position: int, *, limit: int = 1000) -> Any:
        nonlocal n_read
        n_read += 1
        return read(position, limit=limit)

    monkeypatch.setattr(filled, "events_after", counted)

    async def idle() -> int:
        hub.start()
        await asyncio.to_thread(taken, desk, number="quiet")
        last = filled.last_position()
        await asyncio.to_thread(wait_until, lambda: hub.state.position == last)
        before = n_read
        stream = hub.stream(None, Wanted())
        await anext(stream)
        await asyncio.to_thread(taken, desk, number="heard")
        await anext(stream)
        await hub.stop()
        return before

    assert asyncio.run(idle()) == 0
    assert n_read > 0
    assert hub.state.listeners == 0


def test_a_store_that_was_put_back_to_an_earlier_state_is_followed_from_there(
    desk: TestClient, filled: TicketStore
) -> None:
    hub = hub_of(desk, filled)

    async def listen() -> list[int]:
        hub.start()
        stream = hub.stream(None, Wanted())
        await anext(stream)
        await asyncio.to_thread(forget_tickets, filled.store)
        await asyncio.to_thread(wait_until, lambda: hub.state.position == 0)
        await asyncio.to_thread(taken, desk, number="anew")
        found = await _ids_up_to(stream, 4)
        await hub.stop()
        return found

    assert asyncio.run(listen()) == [1, 2, 3, 4]
