"""``xiaqu demo`` as it is run: it answers soon, and the rest is loaded behind it, once."""

import datetime as dt
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from boundaries.store import create_store
from governance.tickets.search import TicketQuery
from governance.tickets.store import TicketStore
from xiaqu.demo.tickets import ticket_files, ticket_spans
from xiaqu.loading import GAZETTEER, TAKEN, TICKETS, load_demo

SEED = 5
LAST_DAY = dt.date(2026, 11, 22)
PATIENCE_S = 240.0
LOCATE = "/v1/locate?lon=114.0&lat=36.0"
GEOCODE = "/v1/geocode?q=" + urllib.parse.quote("示范市东湖区")

pytestmark = pytest.mark.long


@pytest.fixture
def environment(tmp_path: Path, small_tree: Path) -> dict[str, str]:
    """Give an environment with an empty data folder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XIAQU_")}
    return kept | {
        "XIAQU_DATA_DIR": str(tmp_path),
        "XIAQU_NATIONAL_TREE": str(small_tree),
        "XIAQU_RELOAD_S": "0.2",
    }


@contextmanager
def demo(environment: dict[str, str], log: Path) -> Iterator[Callable[[str], int]]:
    """Run ``xiaqu demo``; give what asks it and returns the status, 0 where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    size = ["--scale", "tiny", "--seed", str(SEED), "--today", "2026-11-23"]
    command = [Path(sys.executable).with_name("xiaqu"), "demo", *size, "--port", str(port)]

    def ask(path: str) -> int:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    with log.open("wb") as file, subprocess.Popen(command, env=environment, stderr=file) as process:
        try:
            yield ask
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def what_waits(home: Path) -> tuple[str, ...]:
    """Load what answers, as ``xiaqu demo`` does before it serves; give what is left."""
    store = create_store(f"sqlite:///{home / 'xiaqu.sqlite'}", home)
    loaded = load_demo(store, "tiny", SEED, last_day=LAST_DAY, answering_only=True)
    store.close()
    return loaded.waiting


def is_loading(folder: Path) -> bool:
    """Tell whether another process loads the city."""
    with (folder / "loading.lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_the_demo_answers_first_loads_the_rest_behind_and_takes_up_what_was_interrupted(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder, log = tmp_path / "demo" / f"tiny-{SEED}", tmp_path / "log.txt"
    with demo(environment, log) as ask:
        wait_until(lambda: ask(LOCATE) == 200)
        wait_until(lambda: is_loading(folder))
        assert ask(GEOCODE) == 503
    assert not is_loading(folder), "what loads behind the service ends with it"
    waiting = what_waits(tmp_path)
    assert waiting[-3:] == (GAZETTEER, TICKETS, TAKEN)

    with demo(environment, log) as ask:
        wait_until(lambda: ask(LOCATE) == 200)
        wait_until(lambda: ask(GEOCODE) == 200)
        wait_until(lambda: (folder / "loading.lock").exists() and not is_loading(folder))
    told = log.read_text(encoding="utf-8")
    assert ", ".join(waiting) in told
    files = ticket_files(folder / TICKETS)
    assert [(file.first, file.last) for file in files] == ticket_spans(LAST_DAY), told
    store = create_store(f"sqlite:///{tmp_path / 'xiaqu.sqlite'}", tmp_path)
    page = TicketStore(store).search(TicketQuery(limit=1, count=True))
    store.close()
    assert page.total == sum(pq.read_metadata(file.tickets).num_rows for file in files)
    assert what_waits(tmp_path) == ()
