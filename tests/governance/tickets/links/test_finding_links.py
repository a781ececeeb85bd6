"""Duplicates, the same request over another channel, and repeat places."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.tickets.cells import cell_of
from governance.tickets.errors import TicketError
from governance.tickets.links.finding import FoundLink, find_links, near_keys, near_ticket
from governance.tickets.links.profile import default_profile, read_profile
from governance.tickets.links.wording import ordinal
from governance.tickets.records import NearTicket
from governance.tickets.terms import LinkKind
from governance.tickets.ticket import Ticket

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PROFILE = default_profile()
WORDS = "小区门口的路灯不亮已经三天了，夜间出行不便，请尽快维修"
OTHER_WORDS = "楼上住户装修噪声很大，影响孩子休息，希望有人来看看"
_DEGREES_A_METRE_NORTH = 1.0 / 111_000.0


def near(number: str, at: datetime = NOON, *, north_m: float = 0.0, **values: Any) -> NearTicket:
    """Make a ticket so many metres north of one place."""
    given: dict[str, Any] = {
        "category": "0102001",
        "lon": 116.4,
        "lat": 39.9 + north_m * _DEGREES_A_METRE_NORTH,
        "place_uid": "",
        "caller_hash": f"caller {number}",
        "text": f"{WORDS}{number * 30}",
        "channel": "phone",
        "accuracy_m": 20.0,
    }
    return NearTicket(id=number, received_at=at, **{**given, **values})


def linked(*tickets: NearTicket) -> list[FoundLink]:
    """Link the last ticket to those before it."""
    return find_links(tickets[-1:], tickets[:-1], PROFILE)


def kinds(*tickets: NearTicket) -> list[LinkKind]:
    return [link.kind for link in linked(*tickets)]


# -- duplicates


def test_the_same_words_again_are_a_duplicate() -> None:
    links = linked(
        near("A", text=WORDS, caller_hash=""),
        near("B", NOON + 2 * HOUR, text=WORDS, caller_hash="", north_m=100.0),
    )
    assert [(link.kind, link.ticket, link.other) for link in links] == [
        (LinkKind.DUPLICATE, "B", "A")
    ]
    assert links[0].score == 1.0
    assert links[0].why_zh == "与2小时前的一件诉求文字相同（相似度1.00）"
    assert links[0].data() == {
        "kind": "duplicate",
        "other": "A",
        "score": 1.0,
        "why_zh": links[0].why_zh,
        "why_en": links[0].why_en,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"text": OTHER_WORDS},
        {"received_at": NOON + 25 * HOUR},
        {"lat": 39.91},
        {"category": "0502001"},
        {"lon": None, "lat": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_other_words_later_far_away_or_of_another_group_are_no_duplicate(
    changed: dict[str, Any],
) -> None:
    first = near("A", text=WORDS, caller_hash="", accuracy_m=999.0)
    again = near("B", NOON + HOUR, text=WORDS, caller_hash="", accuracy_m=999.0)
    assert kinds(first, again) == [LinkKind.DUPLICATE]
    assert kinds(first, replace(again, **changed)) == []


def test_a_slip_of_the_pen_and_punctuation_do_not_matter() -> None:
    spelt = WORDS.replace("，", " , ").replace("三天", "3天")
    assert kinds(
        near("A", text=WORDS, caller_hash=""),
        near("B", NOON + HOUR, text=spelt, caller_hash="", north_m=50.0),
    ) == [LinkKind.DUPLICATE]


def test_the_same_words_of_two_callers_are_two_requests() -> None:
    first, again = near("A", text=WORDS), near("B", NOON + HOUR, text=WORDS, north_m=50.0)
    assert kinds(first, again) == []
    assert kinds(first, replace(again, caller_hash=first.caller_hash)) == [LinkKind.DUPLICATE]


def test_short_words_are_not_compared() -> None:
    first = near("A", text="路灯不亮", caller_hash="", north_m=50.0)
    assert kinds(first, near("B", NOON + HOUR, text="路灯不亮", caller_hash="")) == []


def test_tickets_without_a_place_are_compared_by_their_words() -> None:
    nowhere: dict[str, Any] = {"lon": None, "lat": None, "text": WORDS, "caller_hash": ""}
    assert kinds(near("A", **nowhere), near("B", NOON + HOUR, **nowhere)) == [LinkKind.DUPLICATE]


def test_the_most_similar_is_named() -> None:
    links = linked(
        near("A", text=WORDS, caller_hash="", north_m=50.0),
        near("B", NOON + HOUR, text=WORDS + "吧", caller_hash="", north_m=100.0),
        near("C", NOON + 2 * HOUR, text=WORDS, caller_hash="", north_m=150.0),
    )
    assert [link.other for link in links if link.kind is LinkKind.DUPLICATE] == ["A"]


# -- the same request


def test_the_same_caller_over_another_channel_is_the_same_request() -> None:
    links = linked(
        near("A", caller_hash="same"),
        near("B", NOON + 3 * HOUR, caller_hash="same", channel="wechat", text=OTHER_WORDS),
    )
    assert [(link.kind, link.other) for link in links] == [(LinkKind.SAME_REQUEST, "A")]
    assert "3小时前" in links[0].why_zh
    assert "phone" in links[0].why_zh


@pytest.mark.parametrize(
    "changed",
    [
        {"channel": "phone"},
        {"caller_hash": "someone else"},
        {"caller_hash": ""},
        {"category": "0502001"},
        {"received_at": NOON + 80 * HOUR},
        {"lat": 39.95},
    ],
    ids=lambda changed: f"{next(iter(changed.items()))}",
)
def test_it_takes_the_caller_the_group_another_channel_and_a_place_or_words(
    changed: dict[str, Any],
) -> None:
    first = near("A", caller_hash="same", accuracy_m=999.0)
    again = near(
        "B", NOON + HOUR, caller_hash="same", channel="web", text=OTHER_WORDS, accuracy_m=999.0
    )
    assert kinds(first, again) == [LinkKind.SAME_REQUEST]
    assert LinkKind.SAME_REQUEST not in kinds(first, replace(again, **changed))


def test_the_same_words_of_the_same_caller_need_no_place() -> None:
    first = near("A", caller_hash="same", text=WORDS)
    again = near(
        "B", NOON + HOUR, caller_hash="same", channel="web", text=WORDS, lon=None, lat=None
    )
    links = linked(first, again)
    assert [(link.kind, link.score) for link in links] == [(LinkKind.SAME_REQUEST, 1.0)]


def test_the_same_request_is_neither_a_duplicate_nor_a_repeat() -> None:
    first = near("A", caller_hash="same", text=WORDS)
    again = near("B", NOON + HOUR, caller_hash="same", channel="web", text=WORDS)
    assert kinds(first, again) == [LinkKind.SAME_REQUEST]


# -- repeat places


def test_the_third_time_at_a_spot_is_counted() -> None:
    links = linked(
        near("A", NOON - 40 * DAY),
        near("B", NOON - 20 * DAY, north_m=20.0),
        near("C", NOON, north_m=10.0, place_label="柳林街道红岭里3号楼"),
    )
    assert [(link.kind, link.other, link.count) for link in links] == [(LinkKind.REPEAT, "B", 3)]
    assert "第3次" in links[0].why_zh
    assert "20天前" in links[0].why_zh
    assert "柳林街道红岭里3号楼" in links[0].why_zh
    assert "3rd request" in links[0].why_en


def test_a_pause_that_is_too_long_begins_anew() -> None:
    links = linked(near("A", NOON - 60 * DAY), near("B", NOON - 20 * DAY), near("C", NOON))
    assert [(link.other, link.count) for link in links] == [("B", 2)]
    assert kinds(near("A", NOON - 31 * DAY), near("B", NOON)) == []


@pytest.mark.parametrize(
    "changed",
    [{"category": "0102002"}, {"lat": 39.9 + 31 * _DEGREES_A_METRE_NORTH}, {"accuracy_m": 90.0}],
    ids=lambda changed: next(iter(changed)),
)
def test_it_takes_the_same_category_and_a_well_known_spot(changed: dict[str, Any]) -> None:
    first, again = near("A", NOON - DAY), near("B", NOON)
    assert kinds(first, again) == [LinkKind.REPEAT]
    assert kinds(first, replace(again, **changed)) == []


def test_the_same_entry_and_label_are_the_same_spot_where_the_point_is_rough() -> None:
    rough: dict[str, Any] = {"accuracy_m": 300.0, "place_uid": "estate:1", "place_label": "红岭里"}
    first, again = near("A", NOON - DAY, **rough), near("B", NOON, north_m=200.0, **rough)
    assert kinds(first, again) == [LinkKind.REPEAT]
    assert kinds(first, replace(again, place_label="红岭里3号楼")) == []
    assert kinds(first, replace(again, accuracy_m=2000.0)) == []


def test_duplicates_do_not_count_as_repeats() -> None:
    links = linked(
        near("A", NOON - DAY * 3),
        near("B", NOON - HOUR, text=WORDS, caller_hash=""),
        near("C", NOON, text=WORDS, caller_hash=""),
    )
    assert [(link.kind, link.other, link.count) for link in links] == [
        (LinkKind.DUPLICATE, "B", 2),
        (LinkKind.REPEAT, "A", 2),
    ]


# -- batches


def test_tickets_of_a_batch_are_linked_to_each_other_and_to_known_ones() -> None:
    batch = [near("C", NOON + 2 * HOUR), near("B", NOON + HOUR)]
    links = find_links(batch, [near("A")], PROFILE)
    assert [(link.ticket, link.other, link.count) for link in links] == [
        ("C", "B", 3),
        ("B", "A", 2),
    ]


def test_a_known_ticket_that_comes_again_is_not_linked_to_itself() -> None:
    assert find_links([near("A")], [near("A")], PROFILE) == []


@given(st.integers(0, 2**32 - 1))
def test_neither_order_nor_cutting_into_batches_changes_links(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tickets = _random_tickets(rng, 30)
    order = [tickets[int(k)] for k in rng.permutation(len(tickets))]
    whole = {_key(link) for link in find_links(order, [], PROFILE)}
    assert whole == {_key(link) for link in find_links(tickets, [], PROFILE)}
    cuts = sorted({0, *(int(k) for k in rng.integers(0, 30, 3)), len(tickets)})
    parts = set()
    for start, end in pairwise(cuts):
        parts |= {_key(link) for link in find_links(tickets[start:end], tickets[:start], PROFILE)}
    assert whole == parts


@given(st.integers(0, 2**32 - 1))
def test_every_link_looks_back_and_each_kind_is_named_once(seed: int) -> None:
    tickets = _random_tickets(np.random.default_rng(seed), 40)
    order = {one.id: k for k, one in enumerate(tickets)}
    links = find_links(tickets, [], PROFILE)
    assert all(order[link.other] < order[link.ticket] for link in links)
    assert len({(link.ticket, link.kind) for link in links}) == len(links)
    assert all(0.0 < link.score <= 1.0 for link in links)


def _random_tickets(rng: np.random.Generator, n: int) -> list[NearTicket]:
    """Make tickets close enough in every respect that all kinds of links occur, by time."""
    return [
        near(
            f"{k:03d}",
            NOON + k * HOUR,
            north_m=float(rng.choice([0.0, 10.0, 200.0, 900.0])),
            category=str(rng.choice(["0102001", "0102002", "0502001"])),
            caller_hash=str(rng.choice(["", "x", "y", "z"])),
            channel=str(rng.choice(["phone", "web"])),
            text=str(rng.choice([WORDS, OTHER_WORDS, WORDS[:12] + OTHER_WORDS[:8]])),
        )
        for k in range(n)
    ]


def _key(link: FoundLink) -> tuple[str, str, str, float, int]:
    return link.ticket, link.kind.value, link.other, link.score, link.count


def test_all_that_can_matter_lies_in_the_squares_asked_for() -> None:
    rng = np.random.default_rng(3)
    reach = PROFILE.longest_reach_m
    for lat in (20.0, 39.9, 50.0):
        for _ in range(200):
            lon = float(rng.uniform(100, 120))
            one = near("A", lon=lon, lat=lat)
            keys = set(near_keys([one], PROFILE))
            turn = float(rng.uniform(0, 2 * np.pi))
            per_lon = 111_320.0 * np.cos(np.radians(lat))
            there = (lon + reach * np.cos(turn) / per_lon, lat + reach * np.sin(turn) / 111_400.0)
            assert ("0102", cell_of(*there)) in keys


def test_tickets_without_a_place_or_category_ask_for_no_squares() -> None:
    assert near_keys([near("A", lon=None, lat=None), near("B", category="")], PROFILE) == []


def test_words_are_compared_in_the_form_that_the_store_keeps() -> None:
    ticket = Ticket(
        id="T1", source="s", external_id="1", received_at=NOON, recorded_at=NOON, state_since=NOON,
        title="ＡＢＣ 电梯", text="坏了",
    )  # fmt: skip
    found = near_ticket(ticket, "hash")
    assert found.text == "abc 电梯\n坏了"
    assert found.caller_hash == "hash"
    assert found.lon is None


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")],
)
def test_ordinals_are_written_as_in_english(number: int, word: str) -> None:
    assert ordinal(number) == word


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[duplicate", "profile.toml"),
        ("[duplicate]\nwithin_h = -1", "duplicate.within_h"),
        ('[duplicate]\nwithin_h = "long"', "duplicate.within_h"),
        ("version = '1'", "duplicate.within_h"),
    ],
)
def test_a_profile_that_cannot_be_right_is_refused_by_name(
    tmp_path: Path, text: str, named: str
) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TicketError) as caught:
        read_profile(path)
    assert named in str(caught.value)
