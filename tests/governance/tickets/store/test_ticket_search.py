"""Every filter finds what a look at each ticket finds, and pages hold while tickets come in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url

from boundaries.engine import create_store_engine
from boundaries.migrate import upgrade
from boundaries.store import BoundaryStore, create_store
from governance.tickets.errors import TicketError
from governance.tickets.records import Intake
from governance.tickets.search import RUNNING_STATES
from governance.tickets.store import TicketPage, TicketQuery, TicketStore
from governance.tickets.terms import EventKind, ReviewCode, TicketState
from governance.tickets.ticket import NewEvent, Ticket

MakeIntake = Callable[..., Intake]
OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]
START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=4)
WORDS = ("路灯", "不亮", "噪音", "扰民", "ＡＢＣ", "100%", "a_b", "c:\\d", "第１号", "ß")
N_TICKETS = 150


def _random_intake(make_intake: MakeIntake, random: Random, number: int) -> Intake:
    areas = {
        "district": f"D{random.randrange(2)}",
        "township": f"T{random.randrange(4)}",
        "community": f"C{random.randrange(8)}",
        "grid": f"G{random.randrange(16)}",
        "园区": f"P{random.randrange(2)}",
    }
    received_at = START + timedelta(hours=random.randrange(72))
    is_placed = random.random() < 0.8
    review = random.sample(list(ReviewCode), random.randrange(3)) if not is_placed else []
    return make_intake(
        str(number),
        received_at=received_at,
        title=random.choice(WORDS),
        text="，".join(random.sample(WORDS, 3)),
        address=random.choice(("", "幸福路5号", "幸福里")),
        category=random.choice(("0401001", "0402001", "0402002", "05", "")),
        channel=random.choice(("phone", "web")),
        request_type=random.choice(("help", "complaint")),
        place=(116 + random.random(), 39 + random.random()) if is_placed else None,
        areas=areas if is_placed else {},
        body=random.choice(("B1", "B2", "")),
        due_at=random.choice((None, received_at + timedelta(days=random.randrange(1, 6)))),
        review=tuple(code.value for code in review),
    )


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]
)
def full(
    request: pytest.FixtureRequest,
    open_store: OpenStore,
    make_intake: MakeIntake,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TicketStore]:
    """Fill a store with tickets at random: dispatched, handled, replied, closed, in incidents."""
    random = Random(2026)  # noqa: S311 - the same tickets each time
    with open_store(request.param, tmp_path_factory.mktemp("full")) as store:
        tickets = TicketStore(store)
        tickets.take([_random_intake(make_intake, random, n) for n in range(N_TICKETS)])
        for ticket in tickets.search(TicketQuery(limit=1000)).tickets:
            kinds: list[tuple[EventKind, dict[str, Any]]] = []
            if ticket.state == TicketState.DISPATCHED and random.random() < 0.6:
                kinds.append((EventKind.SIGNED, {}))
                if random.random() < 0.5:
                    kinds.append((EventKind.REPLIED, {"text": "", "is_direct": False}))
            if random.random() < 0.2:
                kinds.append((EventKind.CLOSED, {"outcome": "", "because": ""}))
            if random.random() < 0.2:
                kinds.append((EventKind.ATTACHED, {"incident": f"I{random.randrange(2)}"}))
            events = [NewEvent(kind=kind, at=NOW, data=data) for kind, data in kinds]
            if events:
                tickets.append(ticket.id, ticket.seq, events)
        yield tickets


def _everything(tickets: TicketStore) -> list[Ticket]:
    ids = {event.stream for event in tickets.events_after(0, limit=100_000)}
    return list(tickets.tickets(ids).values())


def _is_overdue(ticket: Ticket) -> bool:
    is_late = ticket.due_at is not None and ticket.due_at < NOW
    return is_late and ticket.state in RUNNING_STATES


def _holds(ticket: Ticket, word: str) -> bool:
    """Look for a word as people read it, by another way than the store."""
    read = {"ＡＢＣ": "abc", "第１号": "第1号", "ß": "ss"}
    texts = [ticket.title, ticket.text, ticket.address]
    plain = [read.get(part, part) for text in texts for part in text.split("，")]
    return any(word in part for part in plain)


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Ticket], bool]]] = {
    "district": ({"district": "D1"}, lambda t: t.district == "D1"),
    "township": ({"township": "T2"}, lambda t: t.township == "T2"),
    "community": ({"community": "C3"}, lambda t: t.community == "C3"),
    "grid": ({"grid": "G5"}, lambda t: t.grid == "G5"),
    "layer with an index": ({"layer": "grid", "area": "G5"}, lambda t: t.grid == "G5"),
    "layer of the city": ({"layer": "园区", "area": "P1"}, lambda t: t.areas.get("园区") == "P1"),
    "category": ({"category": "0402002"}, lambda t: t.category == "0402002"),
    "beginning of a category": ({"category": "0402"}, lambda t: t.category.startswith("0402")),
    "beginning of two": ({"category": "04"}, lambda t: t.category.startswith("04")),
    "percent in a category": ({"category": "04%"}, lambda _: False),
    "body": ({"body": "B1"}, lambda t: t.body == "B1"),
    "handler": ({"handler": "B2"}, lambda t: t.handler == "B2"),
    "state": ({"state": ("signed",)}, lambda t: t.state == "signed"),
    "states": ({"state": ("closed", "replied")}, lambda t: t.state in {"closed", "replied"}),
    "channel": ({"channel": "web"}, lambda t: t.channel == "web"),
    "request type": ({"request_type": "help"}, lambda t: t.request_type == "help"),
    "review": (
        {"review": "outside"},
        lambda t: any(reason["code"] == "outside" for reason in t.review),
    ),
    "any review": ({"review": "any"}, lambda t: bool(t.review)),
    "overdue": ({"is_overdue": True}, _is_overdue),
    "not overdue": ({"is_overdue": False}, lambda t: not _is_overdue(t)),
    "from": (
        {"received_from": START + timedelta(hours=30)},
        lambda t: t.received_at >= START + timedelta(hours=30),
    ),
    "to, in another zone": (
        {"received_to": (START + timedelta(hours=30)).astimezone(timezone(timedelta(hours=8)))},
        lambda t: t.received_at < START + timedelta(hours=30),
    ),
    "incident": ({"incident": "I1"}, lambda t: t.incident == "I1"),
    "box": (
        {"bbox": (116.2, 39.1, 116.9, 39.7)},
        lambda t: t.lon is not None and 116.2 <= t.lon <= 116.9 and 39.1 <= t.lat <= 39.7,
    ),
    "two letters": ({"text": "噪音"}, lambda t: _holds(t, "噪音")),
    "one letter": ({"text": "幸"}, lambda t: _holds(t, "幸")),
    "letters of an address": ({"text": "幸福路5号"}, lambda t: _holds(t, "幸福路5号")),
    "two words": ({"text": "路灯 扰民"}, lambda t: _holds(t, "路灯") and _holds(t, "扰民")),
    "wide and capital": ({"text": "ABC"}, lambda t: _holds(t, "abc")),
    "wide digits": ({"text": "第1号"}, lambda t: _holds(t, "第1号")),
    "folded letters": ({"text": "SS"}, lambda t: _holds(t, "ss")),
    "percent": ({"text": "100%"}, lambda t: _holds(t, "100%")),
    "underscore": ({"text": "a_b"}, lambda t: _holds(t, "a_b")),
    "backslash": ({"text": "c:\\d"}, lambda t: _holds(t, "c:\\d")),
    "only a percent": ({"text": "1%"}, lambda _: False),
    "nothing of the sort": ({"text": "axb"}, lambda _: False),
    "all together": (
        {"district": "D1", "category": "04", "text": "路灯", "channel": "web"},
        lambda t: (
            t.district == "D1"
            and t.category.startswith("04")
            and _holds(t, "路灯")
            and t.channel == "web"
        ),
    ),
    "nothing": ({}, lambda _: True),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_what_a_look_at_each_ticket_finds(full: TicketStore, name: str) -> None:
    values, is_wanted = FILTERS[name]
    wanted = [ticket for ticket in _everything(full) if is_wanted(ticket)]
    wanted.sort(key=lambda ticket: (-ticket.received_at.timestamp(), ticket.id))
    page = full.search(TicketQuery(**values, now=NOW, limit=1000, count=True))
    assert list(page.tickets) == wanted
    assert page.total == len(wanted)
    assert page.cursor == ""


def test_filters_are_tested_with_what_some_tickets_have_and_others_have_not(
    full: TicketStore,
) -> None:
    everything = _everything(full)
    found = {name: sum(map(wanted, everything)) for name, (_, wanted) in FILTERS.items()}
    never = {"percent in a category", "only a percent", "nothing of the sort"}
    assert {name for name, n in found.items() if n == 0} == never
    assert {name for name, n in found.items() if n == len(everything)} == {"nothing"}


def _pages(tickets: TicketStore, query: TicketQuery) -> Iterator[TicketPage]:
    while True:
        page = tickets.search(query)
        yield page
        if not page.cursor:
            return
        query = replace(query, cursor=page.cursor)


@pytest.mark.parametrize("limit", [1, 7, N_TICKETS - 1, N_TICKETS, N_TICKETS + 1])
def test_pages_hold_each_ticket_once(full: TicketStore, limit: int) -> None:
    whole = full.search(TicketQuery(limit=1000)).tickets
    pages = list(_pages(full, TicketQuery(limit=limit)))
    assert [ticket for page in pages for ticket in page.tickets] == list(whole)
    assert all(len(page.tickets) == limit for page in pages[:-1])
    assert all(page.total is None for page in pages)


def test_pages_hold_while_tickets_come_in(tickets: TicketStore, make_intake: MakeIntake) -> None:
    """Some of the same moment, some before and some after the place where the reader stands."""

    def add(first: int, n: int) -> None:
        random = Random(first)  # noqa: S311 - the same tickets each time
        hours = [random.randrange(6) for _ in range(n)]
        tickets.take(
            [
                make_intake(f"{first + at}", received_at=START + timedelta(hours=hour))
                for at, hour in enumerate(hours)
            ]
        )

    add(0, 60)
    before = list(tickets.search(TicketQuery(limit=1000)).tickets)
    seen: list[Ticket] = []
    for number, page in enumerate(_pages(tickets, TicketQuery(limit=8))):
        seen += page.tickets
        if number < 10:
            add(100 * (number + 1), 5)
    known = {ticket.id for ticket in before}
    assert [ticket for ticket in seen if ticket.id in known] == before
    assert len({ticket.id for ticket in seen}) == len(seen)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"layer": "grid"}, "layer and area together"),
        ({"area": "G1"}, "layer and area together"),
        ({"state": ("open",)}, "one of received"),
        ({"review": "unclear"}, "any, or one of"),
        ({"now": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is refused
        ({"received_from": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is refused
        ({"received_from": NOW, "received_to": NOW}, "after received_from"),
        ({"bbox": (117, 39, 116, 40)}, "west, south, east, north"),
        ({"bbox": (116, float("nan"), 117, 40)}, "west, south, east, north"),
        ({"bbox": (116, 39, 197, 40)}, "west, south, east, north"),
        ({"limit": 0}, "1 to 10000"),
        ({"limit": 10_001}, "1 to 10000"),
        ({"cursor": "!"}, "page before"),
        ({"cursor": "MTIz"}, "page before"),
        ({"cursor": "é"}, "page before"),
        ({"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LlRBQkM"}, "page before"),
        ({"text": "一 二 三 四 五 六 七 八 九"}, "at most 8 words"),
        ({"text": "字" * 101}, "at most 8 words"),
    ],
)
def test_a_query_that_cannot_be_right_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(TicketError, match=message):
        TicketQuery(**values)


# -- the index of three letters ---------------------------------------------------------------


@pytest.mark.postgis
def test_the_text_has_an_index_that_a_search_uses(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store("postgis", tmp_path) as store, store.engine.begin() as connection:
        connection.execute(sql("SET LOCAL enable_seqscan = off"))
        plan = connection.scalars(
            sql("EXPLAIN SELECT id FROM ticket WHERE search_text LIKE '%streetlight%'")
        )
        assert "ix_ticket_search_text_trgm" in "\n".join(plan)


@pytest.mark.postgis
def test_a_user_who_may_not_create_the_index_gets_everything_else(
    empty_database: str, tmp_path: Path, make_intake: MakeIntake
) -> None:
    owner = create_store_engine(empty_database)
    with owner.begin() as connection:
        connection.execute(sql("CREATE EXTENSION postgis"))
        connection.execute(sql("CREATE ROLE xiaqu_writer LOGIN"))
        connection.execute(sql("GRANT CREATE ON SCHEMA public TO xiaqu_writer"))
    url = make_url(empty_database).set(username="xiaqu_writer").render_as_string()
    try:
        upgrade(url)
        store = create_store(url, tmp_path)
        tickets = TicketStore(store)
        tickets.take([intake := make_intake("1", text="路灯不亮")])
        assert tickets.search(TicketQuery(text="路灯")).tickets == (intake.ticket,)
        with owner.connect() as connection:
            found = connection.scalar(
                sql("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'ix_ticket_search%'")
            )
        assert found == 0
        store.close()
    finally:
        with owner.begin() as connection:
            connection.execute(sql("DROP OWNED BY xiaqu_writer CASCADE"))
            connection.execute(sql("DROP ROLE xiaqu_writer"))
        owner.dispose()
