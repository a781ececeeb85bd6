"""The log tells everything: replayed, it gives every table as it is, and finds what was forged."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from boundaries.engine import writing
from governance.tickets import rebuild as rebuilding
from governance.tickets.errors import TicketError
from governance.tickets.log import add_events
from governance.tickets.records import Intake
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, ReviewCode
from governance.tickets.ticket import NewEvent, TicketEvent

MakeIntake = Callable[..., Intake]
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KINDS = [kind for kind in EventKind if kind is not EventKind.RECEIVED]
DERIVED = (
    "ticket", "incident", "review_item", "review_reason", "ticket_link", "return_case",
)  # fmt: skip
_numbers = count()


def _reasons(n: int) -> list[dict[str, Any]]:
    codes = list(ReviewCode)
    return [{"code": codes[(n + k) % len(codes)].value, "values": {}} for k in range(n % 3)]


def _data(n: int, others: Sequence[str]) -> dict[str, Any]:
    """Give data of which every kind of event reads what it knows; ``n`` makes them differ."""
    at = (NOON + timedelta(hours=n)).isoformat()
    return {
        "lon": 116 + n / 100,
        "lat": 39.9,
        "areas": {"grid": f"G{n}"},
        "grid": f"G{n}",
        "body": f"B{n % 4}",
        "lead": f"B{n % 4}",
        "rule": f"R{n % 3}",
        "flags": ["gap"],
        "copied": ["D"],
        "ruling": "r" * (n % 2),
        "clock": {"level": {"key": "week"}, "calendar": "c", "events": []},
        "clock_events": [{"what": "pause" if n % 2 else "resume", "at": at}],
        "due_at": at if n % 2 else None,
        "reasons": _reasons(n),
        "candidates": [{"label": f"{n}"}],
        "reason": "other",
        "proof": {"n": n},
        "is_upheld": bool(n % 2),
        "kind": ("repeat", "duplicate")[n % 2],
        "other": others[n % len(others)],
        "score": n / 100,
        "into": others[n % len(others)],
        "incident": f"I{n % 2}",
        "is_reached": bool(n % 2),
        "is_direct": True,
        "raw": {"答": [n, None]},
        "text": f"{n}",
        "category_group": "0402",
        "title_zh": "停水",
        "title_en": "Water cut",
        "layer": "grid",
        "area": "G1",
        "radius_m": 9.5,
        "first_at": NOON.isoformat(),
        "last_at": at,
        "n_tickets": n,
        "expected": 0.5,
        "p_value": 1e-9,
    }


Step = tuple[int, EventKind, int]
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(KINDS), st.integers(0, 30)),
    min_size=1,
    max_size=25,
)


def _live(tickets: TicketStore, make_intake: MakeIntake, steps: Sequence[Step]) -> int:
    """Let three tickets and an incident live as told; what they do not take does not happen."""
    round_ = next(_numbers)
    intakes = [make_intake(f"{round_}-{n}", review=("outside",) * (n == 1)) for n in range(3)]
    tickets.take(intakes)
    streams = [intake.ticket.id for intake in intakes]
    seqs = {intake.ticket.id: intake.ticket.seq for intake in intakes} | {f"I{round_}": 0}
    happened = 0
    for hour, (which, kind, n) in enumerate(steps, start=1):
        stream = [*streams, f"I{round_}"][which]
        at = NOON + timedelta(hours=hour)
        event = NewEvent(kind=kind, at=at, unit=f"U{n % 2}", data=_data(n, streams))
        try:
            seqs[stream] = tickets.append(stream, seqs[stream], [event]).seq
        except (TicketError, LookupError):
            continue  # the state does not take it, or there is no incident yet
        happened += 1
    return happened


def _dump(tickets: TicketStore) -> dict[str, list[tuple[Any, ...]]]:
    with tickets.store.engine.connect() as connection:
        return {
            table: sorted(
                (tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))),  # noqa: S608 - a fixed name
                key=repr,
            )
            for table in DERIVED
        }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_replaying_the_log_rebuilds_every_table(
    tickets: TicketStore, make_intake: MakeIntake, steps: list[Step]
) -> None:
    _live(tickets, make_intake, steps)
    found = tickets.rebuild(is_written=False)
    assert found.differences == ()
    assert found.is_same
    assert found.n_events == tickets.last_position()


def test_a_lost_table_is_made_again_from_the_log(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    """A history in which every kind of event happens fills every table."""
    steps = [(0, EventKind.RETURNED, 1), (0, EventKind.RETURN_DECIDED, 1)]
    steps += [(1, EventKind.LINKED, n) for n in (1, 3, 4)]
    steps += [(3, EventKind.PROPOSED, 5), (3, EventKind.GREW, 6), (2, EventKind.ATTACHED, 0)]
    assert _live(tickets, make_intake, steps) == len(steps)
    before = _dump(tickets)
    assert all(before.values())
    with tickets.store.engine.begin() as connection:
        for table in DERIVED:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a fixed name
    found = tickets.rebuild()
    assert {difference.what for difference in found.differences} == {"missing"}
    assert {difference.table for difference in found.differences} == set(DERIVED)
    assert found.n_differences == sum(map(len, before.values()))
    assert (found.n_tickets, found.n_incidents) == (3, 1)
    assert _dump(tickets) == before
    assert tickets.rebuild().is_same


FORGERIES = {
    "a column": ("UPDATE ticket SET state = 'closed' WHERE external_id = '1'", "ticket", "/state"),
    "a document": (
        "UPDATE ticket SET document = replace(CAST(document AS text), '幸福', '幸存')",
        "ticket",
        "/document/address",
    ),
    "a row": ("DELETE FROM ticket WHERE external_id = '1'", "ticket", "missing"),
    "a row too many": (
        "INSERT INTO review_reason SELECT id, 'gap', received_at FROM ticket WHERE seq = 4",
        "review_reason",
        "surplus",
    ),
    "a review gone": ("DELETE FROM review_item", "review_item", "missing"),
    "a stranger": (
        "UPDATE review_reason SET ticket = 'TSTRANGER' WHERE code = 'outside'",
        "review_reason",
        "surplus",
    ),
}


def _forge(tickets: TicketStore, statement: str) -> None:
    if tickets.store.engine.dialect.name == "postgresql":
        statement = statement.replace("SET document = replace(", "SET document = CAST(replace(")
        statement = statement.replace("'幸存')", "'幸存') AS json)")
    with tickets.store.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount >= 1


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_forged_is_named_and_put_right(
    tickets: TicketStore, make_intake: MakeIntake, name: str
) -> None:
    statement, table, what = FORGERIES[name]
    tickets.take([make_intake("1", address="幸福路"), make_intake("2", review=("outside",))])
    before = _dump(tickets)
    _forge(tickets, statement)
    forged = _dump(tickets)
    found = tickets.rebuild(is_written=False)
    assert (table, what) in {(one.table, one.what) for one in found.differences}
    assert _dump(tickets) == forged
    assert tickets.rebuild().differences == found.differences
    assert _dump(tickets) == before
    assert tickets.rebuild().is_same


def test_an_event_that_was_changed_afterwards_is_found(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([intake := make_intake("1")])
    with tickets.store.engine.begin() as connection:
        changed = text("UPDATE event SET at = :at WHERE kind = 'dispatched'")
        connection.execute(changed, {"at": "2026-11-23 05:00:00.000000"})
    (first, *_others) = tickets.rebuild(is_written=False).differences
    assert (first.table, first.stream) == ("ticket", intake.ticket.id)


@pytest.mark.parametrize("seq", [2, 4])
def test_an_event_that_is_gone_is_found(
    tickets: TicketStore, make_intake: MakeIntake, seq: int
) -> None:
    tickets.take([intake := make_intake("1"), make_intake("2")])
    with tickets.store.engine.begin() as connection:
        gone = text("DELETE FROM event WHERE stream = :stream AND seq = :seq")
        connection.execute(gone, {"stream": intake.ticket.id, "seq": seq})
    before = _dump(tickets)
    found = tickets.rebuild()
    missing = next(one for one in found.differences if "missing from the log" in one.what)
    assert (missing.stored, missing.replayed) == (7, 8)
    if seq == 2:
        broken = next(one for one in found.differences if one.stream == intake.ticket.id)
        assert broken.what.startswith("cannot be followed: ")
        assert _dump(tickets) == before  # nobody knows what is right


def test_events_that_their_ticket_would_not_take_are_found(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([intake := make_intake("1")])
    forged = TicketEvent(
        stream=intake.ticket.id,
        seq=intake.ticket.seq + 1,
        kind=EventKind.RESUMED,
        at=NOON,
        recorded_at=NOON,
    )
    with writing(tickets.store.engine) as connection:
        add_events(connection, [forged])
    (difference,) = tickets.rebuild().differences
    assert (difference.table, difference.stream) == ("event", intake.ticket.id)


def test_only_the_first_differences_are_named_and_all_are_counted(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    tickets.take([make_intake(str(number)) for number in range(120)])
    with tickets.store.engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET handler = 'X'"))
    found = tickets.rebuild()
    assert (found.n_differences, len(found.differences)) == (120, 100)
    assert tickets.rebuild().is_same


def test_a_long_log_is_replayed_in_parts_with_progress(
    tickets: TicketStore, make_intake: MakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "_STREAMS_AT_ONCE", 10)
    tickets.take([make_intake(str(number)) for number in range(25)])
    told: list[tuple[str, int, int]] = []
    found = tickets.rebuild(lambda *values: told.append(values))
    assert told == [("replay", 40, 100), ("replay", 80, 100), ("replay", 100, 100)]
    assert (found.is_same, found.n_tickets) == (True, 25)
