"""Requests that come one by one are taken in batches, answered when they are on disk."""

import threading
from concurrent.futures import Future, wait
from typing import Any

import pytest

from boundaries.errors import StoreConflictError, StoreUnavailableError
from governance.tickets.errors import IntakeClosedError, TicketsBusyError
from governance.tickets.intake.queue import IntakeQueue
from governance.tickets.intake.take import Taken

Desk = Any  # Hotline of the conftest
LONG_S = 60.0


def all_of(futures: list[Future[Taken]]) -> list[Taken]:
    done, _ = wait(futures, timeout=LONG_S)
    assert len(done) == len(futures)
    return [future.result() for future in futures]


def test_requests_of_many_threads_are_all_taken_in_batches(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    inner = hotline.store.take

    def counted(batch: Any) -> Any:
        batches.append(len(batch))
        return inner(batch)

    monkeypatch.setattr(hotline.store, "take", counted)
    given = [hotline.new("红岭里小区3号楼垃圾") for _ in range(60)]
    futures: list[Future[Taken]] = []
    with IntakeQueue(hotline.intake, most_together=16, now=lambda: hotline.now) as queue:
        threads = [
            threading.Thread(target=lambda part=part: futures.extend(map(queue.submit, part)))
            for part in (given[:20], given[20:40], given[40:])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = all_of(futures)
    assert all(taken.is_new for taken in found)
    assert {taken.ticket.id for taken in found} == set(
        hotline.store.existing([taken.ticket.id for taken in found])
    )
    assert sum(batches) == 60
    assert max(batches) <= 16
    assert len(batches) < 30


def test_a_closed_queue_takes_what_waits_and_refuses_more(hotline: Desk) -> None:
    queue = IntakeQueue(hotline.intake, now=lambda: hotline.now)
    futures = [queue.submit(hotline.new("红岭里小区3号楼垃圾")) for _ in range(5)]
    queue.close()
    assert all(future.done() for future in futures)
    assert len(all_of(futures)) == 5
    with pytest.raises(IntakeClosedError):
        queue.submit(hotline.new("红岭里小区3号楼垃圾"))


def test_a_full_queue_says_when_to_come_again(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, is_busy = threading.Event(), threading.Event()
    inner = hotline.store.take

    def slow(batch: Any) -> Any:
        is_busy.set()
        assert go_on.wait(LONG_S)
        return inner(batch)

    monkeypatch.setattr(hotline.store, "take", slow)
    with IntakeQueue(hotline.intake, most_waiting=2, now=lambda: hotline.now) as queue:
        first = queue.submit(hotline.new("红岭里小区3号楼垃圾"))
        assert is_busy.wait(LONG_S)
        waiting = [queue.submit(hotline.new("红岭里小区3号楼垃圾")) for _ in range(2)]
        with pytest.raises(TicketsBusyError) as caught:
            queue.submit(hotline.new("红岭里小区3号楼垃圾"))
        assert caught.value.retry_after_s > 0
        assert len(queue) == 2
        go_on.set()
        assert len(all_of([first, *waiting])) == 3


def test_an_unreachable_store_fails_the_batch_and_the_queue_lives_on(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = hotline.new("红岭里小区3号楼垃圾")

    def gone(_batch: Any) -> Any:
        raise StoreUnavailableError("gone")

    with IntakeQueue(hotline.intake, now=lambda: hotline.now) as queue:
        with monkeypatch.context() as patched:
            patched.setattr(hotline.store, "take", gone)
            with pytest.raises(StoreUnavailableError):
                queue.submit(given).result(LONG_S)
        assert queue.submit(given).result(LONG_S).is_new
        assert not queue.submit(given).result(LONG_S).is_new


def test_a_request_that_the_store_refuses_fails_alone(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = hotline.store.take

    def picky(batch: Any) -> Any:
        if any(one.content.title == "坏" for one in batch):
            raise StoreConflictError("refused")
        return inner(batch)

    monkeypatch.setattr(hotline.store, "take", picky)
    good, bad = hotline.new("红岭里小区3号楼垃圾"), hotline.new("阳光花园垃圾", title="坏")
    with IntakeQueue(hotline.intake, quiet_s=0.5, gather_s=1.0, now=lambda: hotline.now) as queue:
        futures = [queue.submit(good), queue.submit(bad), queue.submit(good)]
        wait(futures, timeout=LONG_S)
    assert futures[0].result().is_new
    assert not futures[2].result().is_new
    with pytest.raises(StoreConflictError):
        futures[1].result()
