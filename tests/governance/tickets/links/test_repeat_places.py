"""Places that come again and again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.measure import metres_per_degree
from governance.tickets.links.profile import default_profile
from governance.tickets.links.repeats import is_unresolved, repeat_places
from governance.tickets.ticket import Ticket

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROFILE = default_profile()
PER_LAT = metres_per_degree(39.9)[1]


def ticket(number: str, at: datetime = NOON, *, north_m: float = 0.0, **values: Any) -> Ticket:
    given: dict[str, Any] = {
        "category": "0102001",
        "lon": 116.4,
        "lat": 39.9 + north_m / 111_000.0,
        "accuracy_m": 20.0,
        "township": "990101001",
        "state": "closed",
    }
    times = {"received_at": at, "recorded_at": at, "state_since": at}
    return Ticket(id=number, source="s", external_id=number, **times, **{**given, **values})


def test_tickets_at_a_spot_make_a_place_with_its_share_of_unresolved_ones() -> None:
    places = repeat_places(
        [
            ticket(
                "C", NOON, north_m=20.0, place_label="红岭里3号楼", call_back={"is_solved": "no"}
            ),
            ticket("A", NOON - 50 * DAY, place_label="红岭里3号楼"),
            ticket("B", NOON - 25 * DAY, north_m=10.0, state="handling"),
            ticket("D", NOON, north_m=300.0),
            ticket("E", NOON, category="0102002"),
        ],
        PROFILE,
    )
    assert len(places) == 1
    place = places[0]
    assert (place.n, place.first, place.last) == (3, "A", "C")
    assert place.tickets == ("A", "B", "C")
    assert place.label == "红岭里3号楼"
    assert place.category == "0102001"
    assert place.township == "990101001"
    assert place.unresolved_share == pytest.approx(2 / 3)
    assert (place.first_at, place.last_at) == (NOON - 50 * DAY, NOON)


def test_a_long_pause_makes_another_place_of_the_same_spot() -> None:
    tickets = [ticket(str(k), NOON - days * DAY) for k, days in enumerate((100, 95, 20, 10, 0))]
    assert [place.n for place in repeat_places(tickets, PROFILE)] == [3, 2]
    assert [place.n for place in repeat_places(tickets, PROFILE, least=3)] == [3]


@pytest.mark.parametrize(
    "changed",
    [{"merged_into": "A"}, {"lon": None, "lat": None}, {"category": ""}, {"accuracy_m": 900.0}],
    ids=lambda changed: next(iter(changed)),
)
def test_merged_unplaced_and_rough_tickets_do_not_count(changed: dict[str, Any]) -> None:
    assert len(repeat_places([ticket("A"), ticket("B")], PROFILE)) == 1
    assert repeat_places([ticket("A"), ticket("B", **changed)], PROFILE) == []


def test_entry_and_label_make_a_spot_where_points_are_rough() -> None:
    rough: dict[str, Any] = {"accuracy_m": 300.0, "place_uid": "estate:1", "place_label": "红岭里"}
    tickets = [ticket("A", **rough), ticket("B", north_m=250.0, **rough)]
    assert [place.n for place in repeat_places(tickets, PROFILE)] == [2]


@given(st.integers(0, 2**32 - 1))
def test_places_are_the_chains_of_tickets_within_reach(seed: int) -> None:
    """Against joining every pair by brute force."""
    rng = np.random.default_rng(seed)
    tickets = [
        ticket(f"{k:03d}", NOON + int(rng.integers(0, 20)) * DAY, north_m=float(metres))
        for k, metres in enumerate(rng.uniform(0, 1500, 40))
    ]
    order = [tickets[int(k)] for k in rng.permutation(40)]
    found = {frozenset(place.tickets) for place in repeat_places(order, PROFILE)}
    assert found == _by_brute_force(tickets)


def _by_brute_force(tickets: list[Ticket]) -> set[frozenset[str]]:
    """Give the groups of two and more that are joined by steps of at most the reach."""
    ordered = sorted(tickets, key=lambda one: one.lat or 0.0)
    groups: list[list[Ticket]] = []
    for one in ordered:
        here = one.lat or 0.0
        if groups and (here - (groups[-1][-1].lat or 0.0)) * PER_LAT <= PROFILE.repeat_reach_m:
            groups[-1].append(one)
        else:
            groups.append([one])
    return {frozenset(one.id for one in group) for group in groups if len(group) > 1}


@pytest.mark.parametrize(
    ("state", "answer", "expected"),
    [
        ("closed", None, False),
        ("closed", "yes", False),
        ("closed", "no", True),
        ("called_back", "partly", True),
        ("called_back", "yes", False),
        ("handling", None, True),
        ("replied", "null", True),
    ],
)
def test_a_request_is_unresolved_until_it_is_solved_or_closed(
    state: str, answer: str | None, expected: object
) -> None:
    call_back = {} if answer is None else {"is_solved": answer}
    assert is_unresolved(ticket("A", state=state, call_back=call_back)) is expected
