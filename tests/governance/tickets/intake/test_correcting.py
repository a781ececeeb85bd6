"""A person puts a ticket right: what was corrected is an event, and what follows comes with it."""

from collections.abc import Callable
from typing import Any

import pytest

from boundaries.gazetteer.store import GazetteerStore
from geo.errors import CoordinateError
from governance.book.store import GovernanceStore
from governance.errors import UnknownCategoryError
from governance.owner.decisions import DecisionStore
from governance.owner.loading import replay
from governance.tickets.correcting import Corrector
from governance.tickets.corrections import (
    ChooseCandidate,
    Corrected,
    Correction,
    Dismiss,
    MovePin,
    SetCategory,
    SetOwner,
)
from governance.tickets.desk import TicketDesk
from governance.tickets.errors import StaleTicketError, TicketError
from governance.tickets.life.acts import Sign
from governance.tickets.terms import ReviewCode
from governance.tickets.ticket import Ticket

Desk = Any  # Hotline of the conftest
Correct = Callable[[Ticket, Correction], Corrected]


@pytest.fixture
def desk(hotline: Desk) -> TicketDesk:
    return TicketDesk.of(hotline.store.store, lambda: hotline.resolver, now=lambda: hotline.now)


@pytest.fixture
def corrector(hotline: Desk, desk: TicketDesk) -> Corrector:
    store = hotline.store.store
    return Corrector(
        desk,
        hotline.intake.examiner,
        governance=GovernanceStore(store),
        gazetteer=GazetteerStore(store),
        now=lambda: hotline.now,
    )


def codes(ticket: Ticket) -> list[str]:
    return [reason["code"] for reason in ticket.review]


def corrected(hotline: Desk, ticket: Ticket) -> dict[str, Any]:
    events = [event for event in hotline.store.events(ticket.id) if event.kind == "corrected"]
    found: dict[str, Any] = events[-1].data
    return found


def test_a_chosen_candidate_is_the_place_and_its_owner_has_the_ticket(
    hotline: Desk, corrector: Corrector
) -> None:
    ticket = hotline.one("翠湖苑垃圾没人清运")
    listed = hotline.store.review_items().items[0].candidates
    at = [entry["uid"] for entry in listed].index("e4")
    because = "回访张建国13812345678确认"
    done = corrector.correct(ticket.id, ChooseCandidate(actor="li", candidate=at, because=because))
    after = done.ticket
    assert (after.place_method, after.place_uid, after.township) == ("person", "e4", "990102001")
    assert (after.state, after.handler, after.review) == ("dispatched", "T4", ())
    assert after.due_at is not None
    said = corrected(hotline, ticket)
    assert (said["what"], said["after"]["label"]) == ("place", listed[at]["label"])
    assert "13812345678" not in said["because"]
    assert hotline.kinds(after)[2:] == [
        "corrected", "placed", "owned", "review_closed", "dispatched",
    ]  # fmt: skip
    assert replay(hotline.store.store, after.decision).is_same
    assert hotline.store.review_items().items == ()
    assert hotline.store.rebuild().is_same


def test_a_name_for_the_chosen_place_is_proposed_to_the_gazetteer(
    hotline: Desk, corrector: Corrector
) -> None:
    ticket = hotline.one("翠湖苑垃圾没人清运")
    done = corrector.correct(ticket.id, ChooseCandidate(actor="li", candidate=0, name="翠湖北苑"))
    proposal = GazetteerStore(hotline.store.store).correction(done.gazetteer)
    assert (proposal.name, proposal.state, proposal.note) == ("翠湖北苑", "proposed", ticket.id)
    assert proposal.uid in {"e3", "e4"}
    assert corrected(hotline, ticket)["gazetteer"] == done.gazetteer


def test_a_pin_places_what_no_name_could_place(hotline: Desk, corrector: Corrector) -> None:
    ticket = hotline.one("没有人清运垃圾，请尽快处理")
    lon, lat = hotline.place(15, 30)
    asked = MovePin(actor="li", lon=lon, lat=lat, name="清河早市", kind="市场")
    done = corrector.correct(ticket.id, asked)
    assert (done.ticket.handler, done.ticket.place_label) == ("T3", "清河早市")
    assert (done.ticket.lon, done.ticket.lat) == pytest.approx((lon, lat))
    proposal = GazetteerStore(hotline.store.store).correction(done.gazetteer)
    assert (proposal.lon, proposal.lat) == pytest.approx((lon, lat))
    with pytest.raises(CoordinateError):
        corrector.correct(ticket.id, MovePin(actor="li", lon=lat, lat=lon))


def test_a_pin_elsewhere_takes_the_ticket_from_the_unit_that_has_it(
    hotline: Desk, corrector: Corrector, desk: TicketDesk
) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾")
    desk.act(ticket.id, Sign(actor="wang", unit="T1"))
    lon, lat = hotline.place(15, 30)
    done = corrector.correct(ticket.id, MovePin(actor="li", lon=lon, lat=lat, because="地点有误"))
    assert (done.ticket.state, done.ticket.handler, done.ticket.lead) == ("dispatched", "T3", "T1")
    assert hotline.kinds(done.ticket)[-1] == "redispatched"


def test_a_category_brings_its_owner_and_its_deadline(hotline: Desk, corrector: Corrector) -> None:
    ticket = hotline.one("阳光花园树倒了", category="树倒")
    assert codes(ticket) == ["category_unknown"]
    done = corrector.correct(ticket.id, SetCategory(actor="li", category="0301001"))
    assert (done.ticket.category, done.ticket.handler) == ("0301001", "T1")
    assert done.ticket.level == "urgent"
    assert done.ticket.review == ()
    assert done.ticket.place_method == "address"
    other = corrector.correct(ticket.id, SetCategory(actor="li", category="0901001"))
    assert other.ticket.level == "day"
    with pytest.raises(UnknownCategoryError):
        corrector.correct(ticket.id, SetCategory(actor="li", category="0999999"))


def test_an_owner_is_set_by_a_ruling_that_answers_for_what_comes_after(
    hotline: Desk, corrector: Corrector
) -> None:
    lon, lat = hotline.place(18.9, 37.2)
    ticket = hotline.one("垃圾", lon=lon, lat=lat)
    assert ticket.handler == "T3"
    asked = SetOwner(actor="li", body="UNIT1", document="会议纪要〔2026〕1号", because="现场划分")
    done = corrector.correct(ticket.id, asked)
    assert (done.ticket.handler, done.ticket.lead, done.ticket.rule) == (
        "UNIT1", "UNIT1", done.ruling,
    )  # fmt: skip
    ruling = GovernanceStore(hotline.store.store).ruling(done.ruling)
    assert (ruling.categories, ruling.body) == (("0801001",), "UNIT1")
    assert replay(hotline.store.store, done.ticket.decision).is_same
    document = DecisionStore(hotline.store.store).get(done.ticket.decision).document
    assert document["step"] == "ruling"
    assert corrected(hotline, ticket)["ruling"] == done.ruling
    GovernanceStore(hotline.store.store).revoke_ruling(done.ruling, "试验", "li")


def test_a_disputed_owner_is_settled_by_a_ruling(hotline: Desk, corrector: Corrector) -> None:
    lon, lat = hotline.place(26.5, 22)
    ticket = hotline.one("垃圾", lon=lon, lat=lat)
    assert codes(ticket) == ["owner_disputed"]
    done = corrector.correct(ticket.id, SetOwner(actor="li", body="SCENIC"))
    assert (done.ticket.handler, done.ticket.review) == ("SCENIC", ())
    GovernanceStore(hotline.store.store).revoke_ruling(done.ruling, "试验", "li")


def test_a_doubt_that_is_none_is_dismissed_with_a_reason(
    hotline: Desk, corrector: Corrector
) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾", channel="传书")
    asked = Dismiss(actor="li", codes=(ReviewCode.BAD_VALUE,), because="无须补录")
    done = corrector.correct(ticket.id, asked)
    assert done.ticket.review == ()
    assert done.ticket.state == "dispatched"
    assert corrected(hotline, ticket)["what"] == "fields"
    with pytest.raises(TicketError, match="nothing"):
        corrector.correct(ticket.id, asked)


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        (ChooseCandidate(actor="li", candidate=9), "candidate"),
        (MovePin(actor="li", lon=116.405, lat=39.91, accuracy_m=-1.0), "accuracy_m"),
        (SetOwner(actor="li", body="T1"), "place"),
        (Dismiss(actor="li"), "because"),
        (Dismiss(actor="li", codes=(ReviewCode.OUTSIDE,), because="x"), "codes"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_records_nothing(
    hotline: Desk, corrector: Corrector, correction: Correction, field: str
) -> None:
    ticket = hotline.one("翠湖苑垃圾没人清运")
    with pytest.raises(TicketError) as caught:
        corrector.correct(ticket.id, correction)
    assert caught.value.field == field
    assert hotline.store.ticket(ticket.id) == ticket


def test_a_correction_of_what_others_changed_meanwhile_is_refused(
    hotline: Desk, corrector: Corrector
) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾", channel="传书")
    asked = Dismiss(actor="li", because="无须补录")
    corrector.correct(ticket.id, asked, seq=ticket.seq)
    with pytest.raises(StaleTicketError):
        corrector.correct(ticket.id, asked, seq=ticket.seq)


def test_without_a_rule_book_a_place_can_be_set_and_an_owner_cannot(
    hotline: Desk, corrector: Corrector
) -> None:
    hotline.resolver = None
    ticket = hotline.one("翠湖苑垃圾没人清运")
    lon, lat = hotline.place(15, 30)
    done = corrector.correct(ticket.id, MovePin(actor="li", lon=lon, lat=lat))
    assert (done.ticket.place_method, codes(done.ticket)) == ("person", ["not_ready"])
    with pytest.raises(TicketError, match="none is active"):
        corrector.correct(ticket.id, SetCategory(actor="li", category="0801001"))
