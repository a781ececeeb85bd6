"""The log is read in the order in which it was recorded, and nobody who follows it misses any."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from boundaries.engine import writing
from boundaries.errors import StoreConflictError, StoreNotMigratedError, StoreUnavailableError
from boundaries.store import BoundaryStore, create_store
from governance.tickets.following import Follower
from governance.tickets.log import add_events
from governance.tickets.records import Intake
from governance.tickets.store import TicketQuery, TicketStore
from governance.tickets.terms import EventKind
from governance.tickets.ticket import NewEvent, TicketEvent

MakeIntake = Callable[..., Intake]
OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOTED = NewEvent(kind=EventKind.NOTED, at=NOW, data={"text": ""})


def test_events_come_in_the_order_of_recording(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    first, second = make_intake("1"), make_intake("2")
    tickets.take([second, first])
    tickets.append(second.ticket.id, second.ticket.seq, [NOTED])
    found = tickets.events_after(0)
    order = [(event.stream, event.seq) for event in found]
    given = [(event.stream, event.seq) for event in (*second.events, *first.events)]
    assert order == [*given, (second.ticket.id, second.ticket.seq + 1)]
    assert [event.position for event in found] == list(range(1, len(order) + 1))
    assert tickets.last_position() == len(order)


def test_events_are_read_from_a_position_and_of_some_kinds(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([make_intake(str(number)) for number in range(5)])
    everything = tickets.events_after(0)
    assert tickets.events_after(7, limit=4) == everything[7:11]
    assert tickets.events_after(len(everything)) == []
    kinds = {EventKind.RECEIVED, EventKind.DISPATCHED}
    assert tickets.events_after(3, kinds=kinds) == [
        event for event in everything[3:] if event.kind in kinds
    ]
    assert tickets.events_after(0, kinds=[]) == []


def test_a_failed_write_leaves_no_gap_in_the_positions(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([intake := make_intake("1")])
    with pytest.raises(StoreConflictError), writing(tickets.store.engine) as connection:
        add_events(connection, [*make_intake("2").events, intake.events[0]])
    tickets.take([make_intake("3")])
    positions = [event.position for event in tickets.events_after(0)]
    assert positions == list(range(1, len(positions) + 1))


def test_a_later_position_is_not_seen_before_an_earlier_one(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    """A writer that is slow between numbering its events and its end holds up the others."""
    numbered, go_on = threading.Event(), threading.Event()
    slow: list[TicketEvent] = list(make_intake("slow").events)

    def write_slowly() -> None:
        with writing(tickets.store.engine) as connection:
            add_events(connection, slow)
            numbered.set()
            go_on.wait()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write_slowly)
        numbered.wait()
        second = pool.submit(tickets.take, [make_intake("fast")])
        time.sleep(0.3)
        seen, is_done = tickets.events_after(0), second.done()
        go_on.set()
        first.result()
        assert second.result() == [True]
    assert (seen, is_done) == ([], False)
    found = tickets.events_after(0)
    assert [event.stream for event in found[: len(slow)]] == [event.stream for event in slow]


def test_a_reader_among_writers_never_misses_an_event(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    n_batches, n_writers = 12, 3
    seen: list[TicketEvent] = []
    written = threading.Event()

    def write(writer: int) -> None:
        for batch in range(n_batches):
            tickets.take([make_intake(f"{writer}-{batch}-{n}") for n in range(5)])

    def read() -> None:
        while True:
            is_last = written.is_set()
            found = tickets.events_after(seen[-1].position if seen else 0, limit=37)
            seen.extend(found)
            if is_last and not found:
                return

    with ThreadPoolExecutor(n_writers + 1) as pool:
        reader = pool.submit(read)
        for writer in [pool.submit(write, writer) for writer in range(n_writers)]:
            writer.result()
        written.set()
        reader.result()
    assert [event.position for event in seen] == list(range(1, tickets.last_position() + 1))
    assert seen == tickets.events_after(0, limit=10_000)


# -- waiting ----------------------------------------------------------------------------------


def test_waiting_ends_at_once_where_there_are_events_already(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([intake := make_intake("1")])
    with tickets.follower() as follower:
        assert follower.wait(0, 60) == len(intake.events)


def test_waiting_ends_when_an_event_comes(tickets: TicketStore, make_intake: MakeIntake) -> None:
    with tickets.follower() as follower, ThreadPoolExecutor(1) as pool:
        position = follower.wait(0, 0)
        for number in range(3):
            waiting = pool.submit(follower.wait, position, 60)
            time.sleep(0.15)
            assert not waiting.done()
            tickets.take([make_intake(str(number))])
            began = time.monotonic()
            position = waiting.result(timeout=30)
            assert time.monotonic() - began < 10
            assert position == tickets.last_position()


def test_waiting_ends_when_the_time_is_over(tickets: TicketStore) -> None:
    with tickets.follower() as follower:
        began = time.monotonic()
        assert follower.wait(0, 0.2) == 0
        assert time.monotonic() - began >= 0.2
        assert follower.wait(5, 0) == 0


def test_a_change_of_another_table_does_not_end_the_waiting(tickets: TicketStore) -> None:
    with tickets.follower() as follower, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(follower.wait, 0, 0.5)
        time.sleep(0.1)
        tickets.keep_catalogue("v1", {})
        assert waiting.result() == 0


def test_a_follower_can_be_used_again_after_its_end(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    follower = tickets.follower()
    assert follower.wait(0, 0) == 0
    follower.close()
    follower.close()
    tickets.take([make_intake("1")])
    assert follower.wait(0, 10) == tickets.last_position()
    follower.close()


@pytest.mark.postgis
def test_a_follower_whose_connection_broke_says_so_and_opens_another(
    open_store: OpenStore, make_intake: MakeIntake, tmp_path: Path
) -> None:
    with open_store("postgis", tmp_path) as store, ThreadPoolExecutor(1) as pool:
        tickets = TicketStore(store)
        with tickets.follower() as follower:
            follower.wait(0, 0)
            waiting = pool.submit(follower.wait, 0, 60)
            time.sleep(0.2)
            with store.engine.begin() as connection:
                listening = text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
                assert connection.scalars(listening).all() == [True]
            with pytest.raises(StoreUnavailableError):
                waiting.result(timeout=30)
            tickets.take([make_intake("1")])
            assert follower.wait(0, 10) == tickets.last_position()


# -- without tables ---------------------------------------------------------------------------


def _asks(tickets: TicketStore, intake: Intake) -> dict[str, Callable[[], object]]:
    stream = intake.ticket.id
    return {
        "take": lambda: tickets.take([intake]),
        "append": lambda: tickets.append(stream, 1, [NOTED]),
        "rebuild": tickets.rebuild,
        "ticket": lambda: tickets.ticket(stream),
        "search": lambda: tickets.search(TicketQuery()),
        "content": lambda: tickets.content(stream),
        "caller": lambda: tickets.caller(stream),
        "events": lambda: tickets.events(stream),
        "events_after": lambda: tickets.events_after(0),
        "last_position": tickets.last_position,
        "wait": lambda: Follower(tickets.store.engine).wait(0, 0),
        "review_items": tickets.review_items,
        "review_counts": tickets.review_counts,
        "near": lambda: tickets.near([("04", 1)], NOW),
        "of_callers": lambda: tickets.of_callers(["a"], NOW),
        "rule_counts": lambda: tickets.rule_counts(NOW, NOW),
        "links": lambda: tickets.links(stream),
        "return_cases": tickets.return_cases,
        "links_of": lambda: tickets.links_of([stream]),
        "existing": lambda: tickets.existing([stream]),
        "existing_incidents": lambda: tickets.existing_incidents(["I1"]),
        "incident": lambda: tickets.incident("I1"),
        "incidents": tickets.incidents,
        "keep_catalogue": lambda: tickets.keep_catalogue("v", {}),
        "catalogue_in_force": tickets.catalogue_in_force,
        "catalogue_document": lambda: tickets.catalogue_document("v"),
        "catalogue_versions": tickets.catalogue_versions,
    }


def _check_not_migrated(tickets: TicketStore, intake: Intake) -> None:
    asks = _asks(tickets, intake)
    told = {name: _told(ask) for name, ask in asks.items()}
    assert [name for name, said in told.items() if "xiaqu db upgrade" not in said] == []


def _told(ask: Callable[[], object]) -> str:
    try:
        return f"answered {ask()}"
    except StoreNotMigratedError as error:
        return str(error)


def test_a_store_without_tables_says_what_to_run(tmp_path: Path, make_intake: MakeIntake) -> None:
    store = create_store(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)
    _check_not_migrated(TicketStore(store), make_intake("1"))
    store.close()


@pytest.mark.postgis
def test_a_server_without_tables_says_what_to_run(
    empty_database: str, tmp_path: Path, make_intake: MakeIntake
) -> None:
    store = create_store(empty_database, tmp_path)
    _check_not_migrated(TicketStore(store), make_intake("1"))
    store.close()
