"""Tickets of the demo city taken in: once, newest first, every row accounted for."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from boundaries.store import BoundaryStore, create_store, upgrade
from governance.tickets.search import TicketQuery
from governance.tickets.store import TicketStore
from governance.tickets.ticket import Ticket, ticket_id
from xiaqu.demo.tickets import TicketFile, ticket_files
from xiaqu.errors import DemoDayError
from xiaqu.loading import TICKETS, load_demo
from xiaqu.loading_tickets import demo_source, take_tickets, untaken_files

LAST_DAY = dt.date(2026, 11, 22)


class StoppedError(Exception):
    """The run ends in the middle of its work."""


@pytest.fixture(scope="module")
def folder(demo_home: Path) -> Path:
    """Give the folder of the tiny city."""
    (found,) = (demo_home / "demo").glob("tiny-*")
    return found


@pytest.fixture(scope="module")
def files(folder: Path) -> list[TicketFile]:
    """Give its files of tickets."""
    return ticket_files(folder / TICKETS)


@pytest.fixture(scope="module")
def tickets(demo_store: BoundaryStore, files: list[TicketFile], folder: Path) -> dict[str, Ticket]:
    """Give the tickets of the newest file by their number."""
    source = demo_source(folder, files)
    numbers = pd.read_parquet(files[0].tickets)["工单编号"].tolist()
    found = TicketStore(demo_store).existing([ticket_id(source, number) for number in numbers])
    return {ticket.external_id: ticket for ticket in found.values()}


def test_every_row_of_every_file_is_a_ticket(
    demo_store: BoundaryStore, files: list[TicketFile], folder: Path
) -> None:
    n_rows = sum(len(pd.read_parquet(file.tickets, columns=["工单编号"])) for file in files)
    page = TicketStore(demo_store).search(TicketQuery(limit=1, count=True))
    assert page.total == n_rows
    assert untaken_files(demo_store, files, demo_source(folder, files)) == []


def test_what_is_placed_without_a_person_is_where_the_truth_says(
    files: list[TicketFile], tickets: dict[str, Ticket]
) -> None:
    truth = pd.read_parquet(files[0].truth).set_index("ticket_id")
    assert len(tickets) == len(truth)
    placed = {number: one for number, one in tickets.items() if one.place_method == "address"}
    assert len(placed) >= 0.65 * len(tickets)
    known = (truth["entity_uid"] + ";" + truth["also_uids"]).str.split(";")
    n_right = sum(one.place_uid in known[number] for number, one in placed.items())
    assert n_right >= 0.97 * len(placed)


def test_a_ticket_has_its_owner_and_deadline_or_waits_for_a_person_and_says_why(
    tickets: dict[str, Ticket],
) -> None:
    for ticket in tickets.values():
        if ticket.review:
            assert all(reason["code"] for reason in ticket.review)
        else:
            assert ticket.body
            assert ticket.handler
            assert ticket.decision
            assert ticket.level
    assert any(ticket.review for ticket in tickets.values())


def test_the_history_of_a_finished_ticket_came_with_it(
    files: list[TicketFile], tickets: dict[str, Ticket]
) -> None:
    frame = pd.read_parquet(files[0].tickets).set_index("工单编号")
    answered = frame.index[frame["工单状态"] == "回复完成"]
    passed_on = frame.index[frame["工单状态"] == "已转派"]
    assert len(answered)
    assert all(tickets[number].call_back for number in answered)
    assert all(tickets[number].closed_at is not None for number in [*answered, *passed_on])


def test_no_words_or_callers_of_the_export_are_stored_with_the_tickets(
    files: list[TicketFile], tickets: dict[str, Ticket]
) -> None:
    phones = set(pd.read_parquet(files[0].tickets)["来电人电话/账号"].dropna())
    told = "\n".join(f"{one.title}\n{one.text}\n{one.address}" for one in tickets.values())
    assert not [phone for phone in phones if phone and str(phone) in told]


def test_an_interrupted_run_is_taken_up_and_takes_nothing_twice(
    folder: Path, files: list[TicketFile], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    upgrade(url)
    store = create_store(url, tmp_path)
    some, source = files[:2], demo_source(folder, files)
    n_first = len(pd.read_parquet(some[0].tickets, columns=["工单编号"]))

    def stop(_stage: str, done: int, _of: int) -> None:
        if done >= n_first:
            raise StoppedError

    # Without boundaries, names and rules every ticket is taken all the same, and waits.
    with pytest.raises(StoppedError):
        take_tickets(store, some, source, progress=stop)
    held = TicketStore(store)
    before = held.search(TicketQuery(limit=1, count=True)).total
    assert before == n_first
    assert take_tickets(store, some, source)
    n_rows = sum(len(pd.read_parquet(file.tickets, columns=["工单编号"])) for file in some)
    page = held.search(TicketQuery(limit=1, count=True, review="not_ready"))
    assert page.total == n_rows
    assert take_tickets(store, some, source) == []
    store.close()


def test_another_last_day_is_refused_once_tickets_are_there(
    demo_store: BoundaryStore, files: list[TicketFile]
) -> None:
    wanted = files[0].last + dt.timedelta(days=3)
    with pytest.raises(DemoDayError, match=str(files[0].last)):
        load_demo(demo_store, "tiny", 20261123, last_day=wanted)
