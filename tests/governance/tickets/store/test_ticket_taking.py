"""A ticket is taken exactly once, with everything that belongs to it, or not at all."""

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from boundaries.store import BoundaryStore, create_store
from governance.owner.answer import OwnerQuestion
from governance.owner.decisions import DecisionStore, prepare_decision
from governance.tickets.errors import TicketError, UnknownTicketError
from governance.tickets.given import CallerGiven
from governance.tickets.privacy.vault import CallerRecord, VaultKey
from governance.tickets.records import Intake, TicketContent
from governance.tickets.store import TicketStore
from governance.tickets.ticket import ticket_id

MakeIntake = Callable[..., Intake]
CHINA = timezone(timedelta(hours=8))
SECRETS = ("王小明", "13912345678", "3单元502室")


@pytest.fixture
def secret_intake(make_intake: MakeIntake) -> Intake:
    """Make a ticket whose content and caller are secret."""
    content = TicketContent(
        title="漏水",
        text=f"我是{SECRETS[0]}，{SECRETS[2]}漏水\0",
        address="",
        extra={"电话": "139"},
    )
    given = CallerGiven(name=SECRETS[0], phone=SECRETS[1])
    caller = CallerRecord.create(given, VaultKey(b"sixteen bytes ..."))
    return make_intake(
        "secret", title="漏水", text="我是王**，漏水", content=content, caller=caller
    )


def test_a_ticket_comes_back_as_it_was_taken(tickets: TicketStore, make_intake: MakeIntake) -> None:
    intake = make_intake("7", due_at=None, review=("place_unclear", "owner_unsure"))
    assert tickets.take([intake]) == [True]
    assert tickets.ticket(intake.ticket.id) == intake.ticket
    assert tickets.tickets([intake.ticket.id]) == {intake.ticket.id: intake.ticket}
    found = tickets.events(intake.ticket.id)
    assert [replace(event, position=0) for event in found] == list(intake.events)
    assert [event.position for event in found] == [1, 2, 3, 4]


def test_taking_a_ticket_again_changes_nothing(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    first = make_intake("7")
    again = make_intake("7", text="另一段文字", content=TicketContent(text="改过的"))
    other = make_intake("8")
    assert tickets.take([first]) == [True]
    assert tickets.take([again, other, again]) == [False, True, False]
    assert tickets.take([again]) == [False]
    assert tickets.ticket(first.ticket.id) == first.ticket
    assert tickets.content(first.ticket.id) == first.content
    assert tickets.last_position() == len(first.events) + len(other.events)


def test_of_two_with_one_id_in_a_batch_the_first_counts(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    first, second = make_intake("7", text="先"), make_intake("7", text="后")
    assert tickets.take([first, second]) == [True, False]
    assert tickets.ticket(first.ticket.id).text == "先"
    assert len(tickets.events(first.ticket.id)) == len(first.events)


def test_an_empty_batch_is_no_transaction(tickets: TicketStore) -> None:
    assert tickets.take([]) == []
    assert tickets.append_many([]) == []


def test_a_batch_with_events_of_another_ticket_is_refused_whole(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    good, bad = make_intake("1"), make_intake("2")
    swapped = replace(bad, events=tuple(replace(e, stream=good.ticket.id) for e in bad.events))
    short = replace(bad, events=bad.events[:-1])
    for wrong in (swapped, short):
        with pytest.raises(TicketError, match=bad.ticket.id):
            tickets.take([good, wrong])
    assert tickets.last_position() == 0
    assert tickets.existing([good.ticket.id]) == {}


def test_what_was_given_and_the_caller_lie_apart_from_ticket_and_events(
    tickets: TicketStore, secret_intake: Intake
) -> None:
    tickets.take([secret_intake])
    ticket = secret_intake.ticket.id
    assert tickets.content(ticket) == secret_intake.content
    assert tickets.caller(ticket) == secret_intake.caller
    with tickets.store.engine.connect() as connection:
        for table in ("ticket", "event", "review_item", "ticket_link"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - a fixed name
                assert not any(secret in str(tuple(row)) for secret in SECRETS)


def test_a_ticket_without_a_known_caller_has_none(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([intake := make_intake("1")])
    assert tickets.caller(intake.ticket.id) is None
    assert tickets.caller("TNONE") is None


def test_what_is_not_there_is_named(tickets: TicketStore, make_intake: MakeIntake) -> None:
    tickets.take([intake := make_intake("1")])
    for ask in (tickets.ticket, tickets.content, tickets.events):
        with pytest.raises(UnknownTicketError, match="TNONE"):
            ask("TNONE")
    with pytest.raises(UnknownTicketError, match="TNONE"):
        tickets.tickets([intake.ticket.id, "TNONE"])
    assert set(tickets.existing([intake.ticket.id, "TNONE"])) == {intake.ticket.id}


def test_more_tickets_than_one_statement_asks_for_are_read(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    many = [make_intake(str(number), place=None, body="") for number in range(1200)]
    assert all(tickets.take(many))
    ids = [intake.ticket.id for intake in many]
    assert tickets.tickets(ids) == {intake.ticket.id: intake.ticket for intake in many}


def test_decisions_are_recorded_with_the_ticket_or_not_at_all(
    small_city: Any, make_intake: MakeIntake
) -> None:
    store: BoundaryStore = small_city.governance.store
    tickets, decisions = TicketStore(store), DecisionStore(store)
    lon, lat = small_city.place(7, 12)
    question = OwnerQuestion(lon=lon, lat=lat, category="0101001", at=date(2026, 11, 23))
    answer = small_city.resolver.answer(question)
    prepared = prepare_decision(answer)
    late = small_city.resolver.answer(replace(question, accuracy_m=77.0))
    intake = replace(make_intake("decided"), answers=(answer, prepared))
    again = replace(make_intake("decided"), answers=(late,))
    assert tickets.take([intake]) == [True]
    assert tickets.take([again]) == [False]
    assert decisions.get(prepared.id).is_intact
    with pytest.raises(LookupError):
        decisions.get(prepare_decision(late).id)


def _take_all(tickets: TicketStore, batches: list[list[Intake]]) -> list[list[bool]]:
    return [tickets.take(batch) for batch in batches]


def test_threads_that_take_the_same_tickets_take_each_once(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    """Each takes all of them, in another order, so that some would wait for each other."""
    n_tickets, n_threads = 60, 4
    intakes = [make_intake(str(number)) for number in range(n_tickets)]
    orders = [intakes, intakes[::-1], intakes[30:] + intakes[:30], intakes[::2] + intakes[1::2]]
    gate = threading.Barrier(n_threads)

    def take(order: list[Intake]) -> list[bool]:
        batches = [order[at : at + 20] for at in range(0, n_tickets, 20)]
        gate.wait()
        return [flag for flags in _take_all(tickets, batches) for flag in flags]

    with ThreadPoolExecutor(n_threads) as pool:
        found = list(pool.map(take, orders))
    assert sum(map(sum, found)) == n_tickets
    assert tickets.last_position() == sum(len(intake.events) for intake in intakes)
    assert tickets.rebuild(is_written=False).is_same


def _take_in_process(url: str, folder: str, batch: list[Intake], start: Any, answers: Any) -> None:
    store = create_store(url, Path(folder))
    tickets = TicketStore(store)
    tickets.last_position()
    start.wait()
    answers.put(sum(tickets.take(batch)))
    store.close()


def test_processes_that_take_the_same_tickets_take_each_once(
    tickets: TicketStore, make_intake: MakeIntake, tmp_path: Path
) -> None:
    intakes = [make_intake(str(number)) for number in range(40)]
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(2), context.Queue()
    url = tickets.store.engine.url.render_as_string(hide_password=False)
    other = context.Process(
        target=_take_in_process, args=(url, str(tmp_path), intakes, start, answers)
    )
    other.start()
    start.wait()
    mine = sum(tickets.take(intakes[::-1]))
    assert mine + answers.get(timeout=60) == len(intakes)
    other.join()
    assert set(tickets.existing([ticket_id("12345", str(n)) for n in range(40)])) == {
        intake.ticket.id for intake in intakes
    }
    assert tickets.last_position() == sum(len(intake.events) for intake in intakes)


def test_times_of_any_zone_are_kept_as_the_same_moments(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    intake = make_intake("1")
    moved = tuple(replace(event, at=event.at.astimezone(CHINA)) for event in intake.events)
    tickets.take([replace(intake, events=moved)])
    assert [event.at for event in tickets.events(intake.ticket.id)] == [
        event.at for event in intake.events
    ]
    assert tickets.rebuild(is_written=False).is_same
