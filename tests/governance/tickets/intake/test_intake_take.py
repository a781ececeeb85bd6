"""Requests are placed, owned, timed, dispatched or put to review, and kept once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from boundaries.errors import StoreUnavailableError
from geo.address.answers import AddressHints
from governance.owner.decisions import DecisionStore
from governance.tickets.given import CallerGiven, GivenProblem, PastStep
from governance.tickets.terms import EventKind, ReviewCode
from governance.tickets.ticket import Ticket

Desk = Any  # Hotline of the conftest


def codes(ticket: Ticket) -> set[str]:
    return {reason["code"] for reason in ticket.review}


def values_of(ticket: Ticket, code: ReviewCode) -> dict[str, Any]:
    found: dict[str, Any] = next(r["values"] for r in ticket.review if r["code"] == code)
    return found


# -- what goes well ----------------------------------------------------------------------------


def test_a_request_with_words_is_placed_owned_timed_and_dispatched(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾没人清运")
    assert (ticket.state, ticket.handler, ticket.lead) == ("dispatched", "T1", "T1")
    assert (ticket.place_method, ticket.place_uid) == ("address", "e2")
    assert ticket.place_precision == "door"
    assert (ticket.lon, ticket.lat) == pytest.approx(hotline.place(2.9, 8), abs=1e-6)
    assert (ticket.district, ticket.township) == ("990101", "990101001")
    assert ticket.body_name == "柳林街道办"
    assert ticket.due_at == hotline.now + timedelta(hours=24)
    assert "D1" in ticket.copied
    assert hotline.kinds(ticket) == ["received", "placed", "owned", "dispatched"]
    assert ticket.review == ()


def test_the_decision_of_a_dispatched_request_is_recorded_with_it(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾没人清运")
    decision = DecisionStore(hotline.store.store).get(ticket.decision)
    assert decision.is_intact
    assert decision.document["primary"]["code"] == ticket.handler


def test_coordinates_are_taken_in_the_datum_that_is_stated(hotline: Desk) -> None:
    lon, lat = hotline.place(15, 10)
    ticket = hotline.one("垃圾没人清运", lon=lon, lat=lat, datum="国家2000", accuracy_m=8.0)
    assert (ticket.place_method, ticket.datum_given) == ("coordinates", "国家2000")
    assert (ticket.lon, ticket.lat) == pytest.approx((lon, lat), abs=1e-6)
    assert ticket.accuracy_m == 8.0
    assert ticket.township == "990101002"
    gcj = hotline.one("垃圾没人清运", lon=116.4212, lat=39.9114, datum="GCJ-02")
    assert gcj.lon == pytest.approx(116.4150, abs=2e-4)
    assert gcj.township == "990101002"


def test_an_address_is_read_before_the_text(hotline: Desk) -> None:
    ticket = hotline.one("电话里说的是柳林第一小学旁边", address="红岭里小区2号楼")
    assert ticket.place_uid == "e2"


def test_a_title_is_read_where_the_text_names_no_place(hotline: Desk) -> None:
    ticket = hotline.one("垃圾好几天没有人清运了", title="红岭里小区垃圾")
    assert ticket.place_uid == "e2"


def test_words_that_stay_open_are_dispatched_where_one_body_answers_at_all_places(
    hotline: Desk,
) -> None:
    ticket = hotline.one("枫叶苑垃圾没人清运")
    assert ticket.place_method == "agreed"
    assert (ticket.state, ticket.handler) == ("dispatched", "T4")
    event = DecisionStore(hotline.store.store).get(ticket.decision)
    assert sorted(event.document["question"]["given"]["candidates"]) == ["e5", "e6"]


# -- what goes to review -----------------------------------------------------------------------


def test_words_that_mean_places_of_two_bodies_wait_with_both(hotline: Desk) -> None:
    ticket = hotline.one("翠湖苑垃圾没人清运")
    assert ticket.state == "received"
    assert codes(ticket) == {"place_unclear"}
    item = hotline.store.review_items().items[0]
    assert item.ticket.id == ticket.id
    found = {entry["uid"]: entry for entry in item.candidates}
    assert (found["e3"]["body"], found["e4"]["body"]) == ("T1", "T4")
    assert found["e3"]["body_name"] == "柳林街道办"
    assert all(entry["why_zh"] and entry["why_en"] for entry in item.candidates)


@pytest.mark.parametrize(
    ("given", "code", "values"),
    [
        ({"lon": 0.0, "lat": 0.0}, "coordinates_refused", {"problem": "placeholder"}),
        ({"lon": 39.91, "lat": 116.415}, "coordinates_refused", {"problem": "swapped"}),
        ({"lon": 116.4, "lat": None}, "coordinates_refused", {"problem": "missing"}),
        (
            {"lon": 116.4, "lat": 39.9, "datum": "北京54"},
            "coordinates_refused",
            {"problem": "datum"},
        ),
        ({"lon": 116.9, "lat": 39.9}, "outside", {}),
        ({"text": "没有人清运垃圾，请尽快处理"}, "place_unknown", {}),
        ({"text": ""}, "place_missing", {}),
        ({"text": "阳光花园", "category": "0999999"}, "category_unknown", {"category": "0999999"}),
        ({"text": "阳光花园", "category": "1101001"}, "owner_nobody", {}),
        (
            {"text": "阳光花园", "received_at": datetime(2024, 5, 1, tzinfo=UTC)},
            "date_outside",
            {"at": "2024-05-01"},
        ),
        (
            {"text": "阳光花园", "received_at": datetime(2026, 11, 1, 8)},  # noqa: DTZ001 - the case
            "bad_value",
            {"field": "received_at"},
        ),
    ],
)
def test_what_fails_a_step_waits_with_the_reason(
    hotline: Desk, given: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    ticket = hotline.one(**given)
    assert ticket.state == "received"
    assert code in codes(ticket)
    assert values.items() <= values_of(ticket, ReviewCode(code)).items()


def test_coordinates_in_another_datum_than_stated_are_refused(hotline: Desk) -> None:
    # Just east of the city as stated, inside it if it was GCJ-02.
    ticket = hotline.one(lon=116.4437, lat=39.9114, datum="WGS-84")
    assert codes(ticket) == {"coordinates_refused"}
    refused = values_of(ticket, ReviewCode.COORDINATES_REFUSED)
    assert refused["problem"] == "datum_suspect"
    assert "GCJ-02" in refused["datums"]


def test_words_place_a_request_whose_coordinates_cannot_be_used(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾", lon=0.0, lat=0.0)
    assert (ticket.place_method, ticket.state) == ("address", "dispatched")
    placed = hotline.store.events(ticket.id)[1]
    assert placed.data["coordinates_refused"]["problem"] == "placeholder"


def test_words_and_coordinates_that_disagree_wait_with_both_places(hotline: Desk) -> None:
    lon, lat = hotline.place(25, 10)
    ticket = hotline.one("红岭里小区3号楼垃圾", lon=lon, lat=lat)
    assert codes(ticket) == {"place_conflict"}
    assert ticket.lon is None
    item = hotline.store.review_items().items[0]
    assert [entry["body"] for entry in item.candidates] == ["T4", "T1"]
    near = hotline.one(
        "红岭里小区3号楼垃圾", lon=hotline.place(3, 9)[0], lat=hotline.place(3, 9)[1]
    )
    assert (near.place_method, near.state) == ("coordinates", "dispatched")


def test_an_unknown_channel_does_not_hold_a_request_up(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾", channel="传书")
    assert (ticket.state, ticket.channel) == ("dispatched", "")
    assert values_of(ticket, ReviewCode.BAD_VALUE)["value"] == "传书"


def test_a_field_that_could_not_be_read_keeps_a_request_from_being_dispatched(
    hotline: Desk,
) -> None:
    problem = GivenProblem(field="received_at", value="昨天", expected="a time")
    ticket = hotline.one("红岭里小区3号楼垃圾", problems=(problem,))
    assert (ticket.state, ticket.body) == ("received", "T1")
    assert codes(ticket) == {"bad_value"}


def test_a_report_about_a_body_is_not_dispatched_to_that_body_by_itself(hotline: Desk) -> None:
    given = hotline.new("红岭里小区3号楼垃圾", request_type="举报", reported="柳林街道办")
    ticket = hotline.take(given)[0].ticket
    assert ticket.is_protected
    assert (ticket.state, codes(ticket)) == ("received", {"owner_unsure"})


def test_without_names_or_rules_requests_are_taken_and_wait(hotline: Desk) -> None:
    hotline.resolver = hotline.geocoder = None
    words = hotline.one("红岭里小区3号楼垃圾")
    lon, lat = hotline.place(15, 10)
    point = hotline.one("垃圾", lon=lon, lat=lat)
    assert codes(words) == codes(point) == {"not_ready"}
    assert (words.place_method, point.place_method) == ("", "coordinates")


# -- personal data -----------------------------------------------------------------------------


def test_events_decisions_and_tickets_hold_no_personal_data(hotline: Desk) -> None:
    text = "我叫张建国，电话13812345678，住红岭里小区3号楼2单元501室，身份证110101199003074258"
    caller = CallerGiven(name="张建国", phone="13812345678")
    ticket = hotline.one(text, title="张建国反映垃圾", caller=caller)
    decision = DecisionStore(hotline.store.store).get(ticket.decision)
    events = [event.data for event in hotline.store.events(ticket.id)]
    seen = orjson.dumps([ticket.to_dict(), events, decision.document]).decode()
    for secret in ("13812345678", "110101199003074258"):
        assert secret not in seen
    assert "红岭里小区3号楼" in ticket.text
    assert hotline.store.content(ticket.id).text == text
    kept = hotline.store.caller(ticket.id)
    assert kept is not None
    assert kept.phone == "13812345678"


def test_a_wrong_column_does_not_expose_anybody(hotline: Desk) -> None:
    told = "联系人13812345678"
    ticket = hotline.one(
        "红岭里小区3号楼垃圾",
        category=told,
        channel=told,
        request_type=told,
        reported=told,
        tags=(told,),
        datum=told,
        lon=116.4,
        lat=39.9,
        hints=AddressHints(estate=told),
    )
    events = [event.data for event in hotline.store.events(ticket.id)]
    seen = orjson.dumps([ticket.to_dict(), events]).decode()
    assert "13812345678" not in seen
    assert ticket.tags
    assert ticket.category_given
    assert "bad_value" in {row["code"] for row in ticket.review}


# -- once --------------------------------------------------------------------------------------


def test_the_same_request_again_is_the_same_ticket_and_nothing_more(hotline: Desk) -> None:
    given = hotline.new("红岭里小区3号楼垃圾", caller=CallerGiven(phone="13812345678"))
    ticket = hotline.take(given)[0].ticket
    again = hotline.take(given, given)
    assert [(found.is_new, found.differs) for found in again] == [(False, ()), (False, ())]
    assert [found.ticket for found in again] == [ticket, ticket]
    assert len(hotline.store.events(ticket.id)) == 4


def test_a_request_that_comes_again_with_other_values_is_noted_once(hotline: Desk) -> None:
    given = hotline.new("红岭里小区3号楼垃圾", caller=CallerGiven(phone="13812345678"))
    ticket = hotline.take(given)[0].ticket
    other = replace(given, text="阳光花园垃圾", caller=CallerGiven(phone="13912345678"))
    for _ in range(2):
        found = hotline.take(other)[0]
        assert not found.is_new
        assert found.differs == ("text", "caller")
        assert found.ticket.place_uid == "e2"
    events = hotline.store.events(ticket.id)
    assert [event.kind for event in events].count(EventKind.RECEIVED_AGAIN) == 1


def test_a_request_twice_in_a_batch_is_one_ticket(hotline: Desk) -> None:
    given = hotline.new("红岭里小区3号楼垃圾")
    first, second = hotline.take(given, replace(given, title="又一次"))
    assert (first.is_new, second.is_new) == (True, False)
    assert second.differs == ("title",)


def test_requests_without_a_number_are_each_a_ticket(hotline: Desk) -> None:
    given = hotline.new("红岭里小区3号楼垃圾", external_id="")
    first, second = hotline.take(given, given)
    assert first.is_new
    assert second.is_new
    assert first.ticket.id != second.ticket.id


def test_a_text_that_no_database_keeps_is_taken_without_the_signs(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区\0 3号楼垃圾\ud800", tags=("a\0b",))
    assert ticket.text == "红岭里小区 3号楼垃圾?"
    assert ticket.tags == ("ab",)


def test_a_duplicate_and_a_repeat_are_linked_to_what_came_before(hotline: Desk) -> None:
    words = "红岭里小区3号楼下垃圾桶满了没有人清运"
    first, second = (found.ticket for found in hotline.take(hotline.new(words), hotline.new(words)))
    assert EventKind.LINKED in hotline.kinds(second) or EventKind.LINKED in hotline.kinds(first)
    hotline.now += timedelta(minutes=1)
    third = hotline.one("红岭里小区3号楼又堆满了生活垃圾，气味很大")
    linked = [event.data for event in hotline.store.events(third.id) if event.kind == "linked"]
    assert {link["other"] for link in linked} & {first.id, second.id}


# -- imports and breakdowns --------------------------------------------------------------------


def test_what_happened_before_an_import_becomes_events_in_its_time(hotline: Desk) -> None:
    start = datetime(2026, 11, 2, 1, tzinfo=UTC)
    past = (
        PastStep(kind="signed", at=start + timedelta(hours=1), unit="T1"),
        PastStep(
            kind="replied",
            at=start + timedelta(hours=5),
            unit="T1",
            data={"text": "已联系13812345678"},
        ),
        PastStep(kind="closed", at=start + timedelta(days=1), data={"outcome": "solved"}),
    )
    ticket = hotline.one("红岭里小区3号楼垃圾", received_at=start, past=past)
    assert (ticket.state, ticket.closed_at) == ("closed", start + timedelta(days=1))
    assert ticket.dispatched_at == start
    events = hotline.store.events(ticket.id)
    assert [event.kind for event in events if event.actor == "import"] == [
        "signed", "replied", "closed",
    ]  # fmt: skip
    assert "13812345678" not in orjson.dumps([event.data for event in events]).decode()


def test_a_past_that_a_ticket_does_not_take_is_kept_as_a_note(hotline: Desk) -> None:
    start = datetime(2026, 11, 2, 1, tzinfo=UTC)
    past = (
        PastStep(kind="signed", at=start + timedelta(hours=1), unit="T1"),
        PastStep(kind="whistled", at=start + timedelta(hours=2)),
        PastStep(kind="closed", at=start + timedelta(days=1)),
    )
    ticket = hotline.one("翠湖苑垃圾", received_at=start, past=past)
    assert hotline.kinds(ticket) == ["received", "review_opened", "noted", "noted", "closed"]
    noted = hotline.store.events(ticket.id)[2]
    assert noted.data["step"]["kind"] == "signed"


class _Breaking:
    """A geocoder that breaks down on some words."""

    def __init__(self, hotline: Desk) -> None:
        self._inner = hotline.geocoder

    def geocode_many(self, texts: list[str], *given: Any, **named: Any) -> Any:
        if any("坏" in text for text in texts):
            raise ZeroDivisionError(texts)
        assert self._inner is not None
        return self._inner.geocode_many(texts, *given, **named)


def test_a_request_that_breaks_a_step_is_kept_for_review_and_the_others_go_on(
    hotline: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    hotline.geocoder = _Breaking(hotline)  # type: ignore[assignment]
    found = hotline.take(
        hotline.new("红岭里小区3号楼垃圾"), hotline.new("红岭里小区路灯坏了，张建国13812345678")
    )
    states = [one.ticket.state for one in found]
    assert states == ["dispatched", "received"]
    assert codes(found[1].ticket) == {"failed"}
    assert values_of(found[1].ticket, ReviewCode.FAILED) == {"error": "ZeroDivisionError"}
    assert "13812345678" not in found[1].ticket.text
    assert "ZeroDivisionError" in caplog.text
    assert "13812345678" not in caplog.text


def test_an_unreachable_store_is_an_error_and_no_request_for_review(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreUnavailableError("gone")

    monkeypatch.setattr(type(hotline.store), "take", gone)
    with pytest.raises(StoreUnavailableError):
        hotline.take(hotline.new("红岭里小区3号楼垃圾"))


def test_replaying_the_log_gives_what_intake_wrote(hotline: Desk) -> None:
    lon, lat = hotline.place(25, 10)
    hotline.take(
        hotline.new("红岭里小区3号楼垃圾"),
        hotline.new("翠湖苑垃圾"),
        hotline.new("枫叶苑垃圾"),
        hotline.new("红岭里小区3号楼垃圾", lon=lon, lat=lat),
        hotline.new("", category=""),
    )
    again = hotline.store.rebuild()
    assert again.is_same, again.differences
    assert again.n_tickets == 5
