"""What waits is taken up again once names, rules or repairs have come."""

from typing import Any

import pytest

from governance.tickets.given import CallerGiven
from governance.tickets.terms import ReviewCode

Desk = Any  # Hotline of the conftest


def again(hotline: Desk, *codes: ReviewCode) -> tuple[int, int, int, int]:
    given = {"codes": codes} if codes else {}
    found = hotline.intake.reprocess(**given, now=hotline.now)
    return found.n_looked, found.n_changed, found.n_dispatched, found.n_left


def test_requests_taken_without_names_and_rules_are_dispatched_once_these_are_there(
    hotline: Desk,
) -> None:
    resolver, geocoder = hotline.resolver, hotline.geocoder
    hotline.resolver = hotline.geocoder = None
    text, caller = (
        "我叫张建国，红岭里小区3号楼垃圾",
        CallerGiven(name="张建国", phone="13812345678"),
    )
    words = hotline.one(text, caller=caller)
    lon, lat = hotline.place(15, 30)
    point = hotline.one("垃圾", lon=lon, lat=lat, accuracy_m=7.0)
    open_ = hotline.one("翠湖苑垃圾")
    assert again(hotline) == (3, 0, 0, 0)
    hotline.geocoder = geocoder
    assert again(hotline) == (3, 2, 0, 0)
    hotline.resolver = resolver
    assert again(hotline) == (3, 3, 2, 0)
    words, point, open_ = (hotline.store.ticket(t.id) for t in (words, point, open_))
    assert (words.handler, words.review, words.place_uid) == ("T1", (), "e2")
    assert words.due_at is not None
    assert (point.handler, point.accuracy_m) == ("T3", 7.0)
    assert open_.state == "received"
    assert [one["code"] for one in open_.review] == ["place_unclear"]
    bodies = [e["body"] for e in hotline.store.review_items().items[0].candidates]
    assert sorted(bodies) == ["T1", "T4"]
    assert again(hotline) == (0, 0, 0, 0)
    assert again(hotline, ReviewCode.PLACE_UNCLEAR) == (1, 0, 0, 0)
    assert hotline.store.rebuild().is_same


def test_a_request_that_broke_a_step_is_taken_up_again(
    hotline: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(type(hotline.geocoder), "geocode_many", lambda *_: 1 // 0)
        ticket = hotline.one("红岭里小区3号楼垃圾")
    assert [one["code"] for one in ticket.review] == ["failed"]
    assert again(hotline) == (1, 1, 1, 0)
    assert hotline.store.ticket(ticket.id).handler == "T1"


def test_what_a_unit_has_is_left_alone(hotline: Desk) -> None:
    ticket = hotline.one("红岭里小区3号楼垃圾", channel="传书")
    assert again(hotline, ReviewCode.BAD_VALUE) == (1, 0, 0, 1)
    assert hotline.store.ticket(ticket.id) == ticket
