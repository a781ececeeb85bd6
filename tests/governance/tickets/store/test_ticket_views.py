"""What the store tells beside tickets: review, likeness, links, returns, incidents, catalogues."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from governance.tickets.cells import cell_of, cells_around
from governance.tickets.errors import CatalogueError, TicketError
from governance.tickets.given import CallerGiven
from governance.tickets.privacy.vault import CallerRecord, VaultKey
from governance.tickets.records import Intake, ReturnCase
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, IncidentState, LinkKind, ReviewCode
from governance.tickets.ticket import NewEvent

MakeIntake = Callable[..., Intake]
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPOT = (116.4001, 39.9001)


def event(happened: EventKind, hours: float = 1, /, *, unit: str = "", **data: Any) -> NewEvent:
    return NewEvent(kind=happened, at=NOON + hours * HOUR, actor="clerk", unit=unit, data=data)


def reasons(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "values": {"n": 1}} for code in codes]


# -- review -----------------------------------------------------------------------------------


@pytest.fixture
def waiting(tickets: TicketStore, make_intake: MakeIntake) -> list[Intake]:
    """Give tickets that wait for a person, the longest waiting first, beside one that does not."""
    codes = [("outside",), ("outside", "owner_unsure"), ("place_missing",), ("owner_unsure",)]
    intakes = [
        make_intake(
            str(number),
            received_at=NOON + number * HOUR,
            review=found,
            place=SPOT if number else None,
            areas={"grid": f"G{number % 2}"},
        )
        for number, found in enumerate(codes)
    ]
    tickets.take([*intakes[::-1], make_intake("calm")])
    return intakes


def test_the_longest_waiting_comes_first(tickets: TicketStore, waiting: list[Intake]) -> None:
    page = tickets.review_items()
    assert [item.ticket for item in page.items] == [intake.ticket for intake in waiting]
    assert page.cursor == ""
    first = page.items[0]
    assert first.reasons == waiting[0].ticket.review
    assert first.candidates == ({"label": "东门", "lon": 116.4, "lat": 39.9},)
    assert first.opened_at == waiting[0].events[-1].at


def test_the_queue_is_read_in_pages(tickets: TicketStore, waiting: list[Intake]) -> None:
    first = tickets.review_items(limit=3)
    second = tickets.review_items(limit=3, cursor=first.cursor)
    found = [item.ticket.id for item in (*first.items, *second.items)]
    assert found == [intake.ticket.id for intake in waiting]
    assert (len(first.items), second.cursor) == (3, "")


def test_the_queue_is_asked_by_reason_and_by_area(
    tickets: TicketStore, waiting: list[Intake]
) -> None:
    def found(**filters: Any) -> list[str]:
        page = tickets.review_items(**filters)
        return [item.ticket.external_id for item in page.items]

    assert found(code=ReviewCode.OUTSIDE) == ["0", "1"]
    assert found(code=ReviewCode.OWNER_UNSURE, limit=1) == ["1"]
    assert found(area=("grid", "G1")) == ["1", "3"]
    assert found(area=("grid", "G1"), code=ReviewCode.OUTSIDE) == ["1"]
    assert tickets.review_counts() == {"outside": 2, "owner_unsure": 2, "place_missing": 1}
    assert len(waiting) == 4


def test_a_review_that_is_done_in_part_keeps_what_is_left(
    tickets: TicketStore, waiting: list[Intake]
) -> None:
    ticket = waiting[1].ticket
    left = reasons("owner_unsure")
    done = tickets.append(ticket.id, ticket.seq, [event(EventKind.REVIEW_CLOSED, reasons=left)])
    (item,) = tickets.review_items(code=ReviewCode.OWNER_UNSURE, limit=1).items
    assert (item.ticket, list(item.reasons)) == (done, left)
    assert item.opened_at == waiting[1].events[-1].at
    assert item.candidates
    tickets.append(ticket.id, ticket.seq + 1, [event(EventKind.REVIEW_CLOSED, reasons=[])])
    assert tickets.review_counts() == {"outside": 1, "owner_unsure": 1, "place_missing": 1}
    again = event(EventKind.REVIEW_OPENED, 9, reasons=reasons("outside"), candidates=[])
    tickets.append(ticket.id, ticket.seq + 2, [again])
    assert tickets.review_items().items[-1].opened_at == again.at


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_that_cannot_be_is_refused(tickets: TicketStore, limit: int) -> None:
    with pytest.raises(TicketError, match="1 to 1000"):
        tickets.review_items(limit=limit)
    with pytest.raises(TicketError, match="1 to 1000"):
        tickets.incidents(limit=limit)
    with pytest.raises(TicketError, match="page before"):
        tickets.review_items(cursor="?")


# -- likeness and counts ----------------------------------------------------------------------


def test_tickets_near_a_place_are_found_by_group_square_and_time(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    key = VaultKey(b"sixteen bytes ...")
    caller = CallerRecord.create(CallerGiven(phone="13912345678"), key)
    near = make_intake("near", place=SPOT, caller=caller, title="Ａ", text="无水", address="5号")
    old = make_intake("old", place=SPOT, received_at=NOON - HOUR, text="没有水")
    other_group = make_intake("group", place=SPOT, category="0501001")
    beside = make_intake("beside", place=(SPOT[0] + 0.002, SPOT[1]))
    away = make_intake("away", place=(SPOT[0] + 0.006, SPOT[1]))
    tickets.take([near, old, other_group, beside, away, make_intake("unplaced", place=None)])
    square = cell_of(*SPOT)

    def ids(found: list[Any]) -> list[str]:
        return [one.id for one in found]

    assert ids(tickets.near([("0402", square)], NOON - HOUR)) == [old.ticket.id, near.ticket.id]
    around = [("0402", cell) for cell in cells_around(*SPOT)]
    assert set(ids(tickets.near(around, NOON))) == {near.ticket.id, beside.ticket.id}
    both = tickets.near([("0402", square), ("0501", square)], NOON)
    assert set(ids(both)) == {near.ticket.id, other_group.ticket.id}
    assert tickets.near([], NOON) == []
    found = tickets.near([("0402", square)], NOON)[0]
    assert (found.text, found.caller_hash) == ("a\n无水", caller.caller_hash)
    assert (found.lon, found.lat, found.accuracy_m) == (*SPOT, 20.0)


def test_the_tickets_of_a_caller_are_found_wherever_they_are(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    key = VaultKey(b"sixteen bytes ...")
    caller = CallerRecord.create(CallerGiven(phone="13912345678"), key)
    same = CallerRecord.create(CallerGiven(phone="+86 139-1234-5678", name="王"), key)
    other = CallerRecord.create(CallerGiven(account="someone"), key)
    intakes = [
        make_intake("1", caller=caller),
        make_intake("2", caller=same, place=None, category="", body=""),
        make_intake("3", caller=other),
        make_intake("4", caller=caller, received_at=NOON - HOUR),
        make_intake("5", caller=CallerRecord.create(CallerGiven(phone="无"), key)),
    ]
    tickets.take(intakes)
    found = tickets.of_callers([caller.caller_hash, ""], NOON)
    assert {one.id for one in found} == {intakes[0].ticket.id, intakes[1].ticket.id}
    assert tickets.of_callers([], NOON) == []


# -- links ------------------------------------------------------------------------------------


def test_links_are_told_from_both_ends_until_they_are_taken_back(
    tickets: TicketStore, make_intake: MakeIntake
) -> None:
    one, two, three = (make_intake(str(number)) for number in range(3))
    tickets.take([one, two, three])

    def link(kind: LinkKind, other: Intake, score: float, hours: float) -> NewEvent:
        data = {"kind": kind.value, "other": other.ticket.id, "score": score}
        return event(EventKind.LINKED, hours, why_zh="近", why_en="near", **data)

    linked = [link(LinkKind.REPEAT, one, 0.8, 1), link(LinkKind.DUPLICATE, one, 0.95, 2)]
    tickets.append(two.ticket.id, two.ticket.seq, linked)
    tickets.append(three.ticket.id, three.ticket.seq, [link(LinkKind.REPEAT, two, 1, 3)])
    assert [(found.kind, found.score) for found in tickets.links(one.ticket.id)] == [
        ("repeat", 0.8),
        ("duplicate", 0.95),
    ]
    assert len(tickets.links(two.ticket.id)) == 3
    both = tickets.links_of([one.ticket.id, two.ticket.id, three.ticket.id])
    assert [found.linked_at for found in both] == [NOON + h * HOUR for h in (1, 2, 3)]
    again = link(LinkKind.REPEAT, one, 0.9, 4)
    undone = event(EventKind.UNLINKED, 5, kind="duplicate", other=one.ticket.id)
    tickets.append(two.ticket.id, two.ticket.seq + 2, [again, undone])
    (left,) = tickets.links(one.ticket.id)
    assert (left.ticket, left.other) == (two.ticket.id, one.ticket.id)
    assert (left.kind, left.score, left.why_zh, left.why_en) == ("repeat", 0.9, "近", "near")


# -- returns ----------------------------------------------------------------------------------


def returned(hours: float, rule: str, body: str = "T1") -> NewEvent:
    proof = {"areas": {"grid": "G1"}, "border_m": 3.5}
    data = {"reason": "wrong_place", "text": "不在辖区", "rule": rule, "body": body}
    return event(EventKind.RETURNED, hours, unit=body, proof=proof, **data)


def decided(hours: float, *, is_upheld: bool, body: str = "") -> NewEvent:
    data = {"is_upheld": is_upheld, "because": "界线", "is_final": True, "ruling": "", "body": body}
    return event(EventKind.RETURN_DECIDED, hours, unit="HQ", document="文1", **data)


@pytest.fixture
def returns(tickets: TicketStore, make_intake: MakeIntake) -> list[Intake]:
    """Give tickets of rule R-T1: upheld, rejected and returned again, open, never returned."""
    intakes = [make_intake(str(number), received_at=NOON + number * HOUR) for number in range(4)]
    tickets.take(intakes)
    histories = [
        [returned(5, "R-T1"), decided(6, is_upheld=True, body="T2")],
        [returned(7, "R-T1"), decided(8, is_upheld=False), returned(9, "R-T1")],
        [returned(10, "R-T1")],
        [],
    ]
    for intake, events in zip(intakes, histories, strict=True):
        if events:
            tickets.append(intake.ticket.id, intake.ticket.seq, events)
    return intakes


def test_a_return_is_a_case_with_its_proof_and_its_decision(
    tickets: TicketStore, returns: list[Intake]
) -> None:
    ticket = returns[0].ticket
    assert tickets.return_cases(ticket=ticket.id) == [
        ReturnCase(
            ticket=ticket.id,
            seq=ticket.seq + 1,
            returned_at=NOON + 5 * HOUR,
            unit="T1",
            body="T1",
            reason="wrong_place",
            text="不在辖区",
            rule="R-T1",
            proof={"areas": {"grid": "G1"}, "border_m": 3.5},
            is_upheld=True,
            because="界线",
            is_final=True,
            ruling="",
            document="文1",
            decided_at=NOON + 6 * HOUR,
            decided_by="clerk",
            decided_body="T2",
        )
    ]


def test_cases_are_asked_by_what_they_are(tickets: TicketStore, returns: list[Intake]) -> None:
    def hours(**filters: Any) -> list[float]:
        return [(case.returned_at - NOON) / HOUR for case in tickets.return_cases(**filters)]

    assert hours() == [5, 7, 9, 10]
    assert hours(limit=2) == [5, 7]
    assert hours(is_open=True) == [9, 10]
    assert hours(is_open=False) == [5, 7]
    assert hours(ticket=returns[1].ticket.id) == [7, 9]
    assert hours(rule="R-T1", body="T1", since=NOON + 7 * HOUR, until=NOON + 10 * HOUR) == [7, 9]
    assert hours(rule="R-T9") == []
    assert hours(body="T9") == []


def test_a_rule_is_counted_by_tickets_not_by_returns(
    tickets: TicketStore, returns: list[Intake], make_intake: MakeIntake
) -> None:
    first = returns[0].ticket
    # The upheld one goes by another rule to another body, and comes back from there, too.
    owned = {"body": "T2", "rule": "R-T2", "clock": {}, "due_at": None}
    sent = {"body": "T2", "body_name": "", "from": "T1", "because": "", "ruling": "", "lead": "T1"}
    tickets.append(
        first.id,
        first.seq + 2,
        [
            event(EventKind.OWNED, 7, **owned),
            event(EventKind.REDISPATCHED, 7, **sent),
            returned(8, "R-T2", "T2"),
        ],
    )
    tickets.take([make_intake("late", received_at=NOON + 9 * HOUR)])
    tickets.take([make_intake("kept", received_at=NOON, is_dispatched=False)])
    counts = tickets.rule_counts(NOON, NOON + 9 * HOUR)
    one, two = counts
    assert (one.rule, one.dispatched, one.returned, one.upheld, one.undecided) == (
        "R-T1", 4, 3, 1, 2,
    )  # fmt: skip
    assert (two.rule, two.dispatched, two.returned, two.upheld, two.undecided) == (
        "R-T2", 1, 1, 0, 1,
    )  # fmt: skip
    assert tickets.rule_counts(NOON - HOUR, NOON) == []


# -- incidents --------------------------------------------------------------------------------


def test_incidents_are_listed_with_the_latest_first(tickets: TicketStore) -> None:
    for number in range(5):
        last_at = (NOON + number * HOUR).isoformat()
        data = {
            "category_group": f"040{number % 2}",
            "title_zh": "停水",
            "title_en": "Water cut",
            "layer": "community",
            "area": "C1",
            "lon": 116.4,
            "lat": 39.9,
            "radius_m": 300.0,
            "first_at": NOON.isoformat(),
            "last_at": last_at,
            "n_tickets": 9,
            "expected": 0.5,
            "p_value": 1e-8,
            "body": f"B{number % 3}",
        }
        tickets.append(f"I{number}", 0, [event(EventKind.PROPOSED, **data)])
    tickets.append("I3", 1, [event(EventKind.CONFIRMED, because="")])

    def found(**filters: Any) -> list[str]:
        return [incident.id for incident in tickets.incidents(**filters).incidents]

    assert found() == ["I4", "I3", "I2", "I1", "I0"]
    assert found(states=[IncidentState.CONFIRMED]) == ["I3"]
    assert found(states=[IncidentState.PROPOSED, IncidentState.CONFIRMED], limit=2) == ["I4", "I3"]
    assert found(category_group="0401") == ["I3", "I1"]
    assert found(body="B0") == ["I3", "I0"]
    assert found(since=NOON + 3 * HOUR) == ["I4", "I3"]
    first = tickets.incidents(limit=3)
    second = tickets.incidents(limit=3, cursor=first.cursor)
    assert [incident.id for incident in second.incidents] == ["I1", "I0"]
    assert second.cursor == ""


# -- catalogues of channels -------------------------------------------------------------------


def test_a_catalogue_is_kept_for_good_and_can_come_back_into_force(tickets: TicketStore) -> None:
    assert tickets.catalogue_in_force() == ""
    documents: dict[str, Any] = {"v1": {"channels": ["电话"]}, "v2": [1, None, {"b": 1, "a": 2}]}
    for version, document in documents.items():
        tickets.keep_catalogue(version, document)
        assert tickets.catalogue_in_force() == version
    tickets.keep_catalogue("v2", {"never": "read"})
    tickets.keep_catalogue("v1", {"never": "read"})
    assert tickets.catalogue_in_force() == "v1"
    assert {version: tickets.catalogue_document(version) for version in documents} == documents
    assert list(tickets.catalogue_document("v2")[2]) == ["b", "a"]
    kept = tickets.catalogue_versions()
    assert [version for version, _recorded, _in_force in kept] == ["v1", "v2"]
    assert kept[0][2] > kept[1][2] > kept[0][1]
    with pytest.raises(CatalogueError, match="v3"):
        tickets.catalogue_document("v3")
