"""Cases of returns, their proof, and the accuracy of rules."""

from datetime import UTC, datetime
from typing import Any

import pytest

from governance.tickets.returns import (
    RuleCounts,
    accuracy_of,
    decided_case,
    opened_case,
    proof_of,
    return_cases_of,
    rule_accuracy,
)
from governance.tickets.terms import EventKind
from governance.tickets.ticket import TicketEvent

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def event(seq: int, kind: EventKind, **data: Any) -> TicketEvent:
    return TicketEvent(
        stream="T1", seq=seq, kind=kind, at=AT, recorded_at=AT, actor="chen", unit="U1", data=data
    )


def counts(dispatched: int, upheld: int, undecided: int = 0, rule: str = "R1") -> RuleCounts:
    return RuleCounts(
        rule=rule,
        dispatched=dispatched,
        returned=upheld + undecided,
        upheld=upheld,
        undecided=undecided,
    )


def test_each_return_of_a_ticket_is_a_case_with_its_own_decision() -> None:
    events = [
        event(4, EventKind.DISPATCHED, body="T1"),
        event(5, EventKind.RETURNED, reason="wrong_place", body="T1", rule="R1", proof={"a": 1}),
        event(6, EventKind.RETURN_DECIDED, is_upheld=True, because="见图", body="T2", ruling="RUL"),
        event(7, EventKind.REDISPATCHED, body="T2"),
        event(8, EventKind.RETURNED, reason="other", body="T2", rule="R1", text="不是我"),
    ]
    first, second = return_cases_of(events)
    assert (first.seq, first.reason, first.body, first.unit) == (5, "wrong_place", "T1", "U1")
    assert (first.is_upheld, first.decided_body, first.ruling) == (True, "T2", "RUL")
    assert (first.decided_at, first.decided_by, first.is_final) == (AT, "chen", False)
    assert first.proof == {"a": 1}
    assert (second.seq, second.is_upheld, second.decided_at) == (8, None, None)
    final = event(9, EventKind.RETURN_DECIDED, is_upheld=False, is_final=True)
    assert decided_case(second, final).is_final
    assert opened_case(events[4]) == second
    assert return_cases_of([events[2]]) == []


def test_a_proof_tells_the_areas_their_borders_and_who_else_was_considered(town: Any) -> None:
    proof = proof_of("D1", town.decision)
    assert proof["place"] == {"lon": 116.405, "lat": 39.91, "accuracy_m": 20.0}
    assert proof["areas"][1]["name"] == "柳林街道"
    assert proof["areas"][1]["neighbours"][0]["code"] == "990101002"
    assert proof["border_m"] == 12.5
    taken, *others = proof["candidates"]
    assert (taken["body"], taken["is_taken"]) == ("T1", True)
    assert [one["distance_m"] for one in others] == [3.0, 12.5, 70.0]
    assert (proof["n_candidates"], proof["editions"], proof["book"]) == (
        4,
        {"township": "ed1"},
        "B1",
    )
    outside = proof_of("D1", {**town.decision, "chain": []})
    assert (outside["areas"], outside["border_m"]) == ([], None)


def test_a_proof_names_at_most_twenty_candidates_and_counts_all(town: Any) -> None:
    considered = [{**town.decision["considered"][2], "distance_m": None}] * 30
    proof = proof_of("D1", {**town.decision, "considered": considered})
    assert (len(proof["candidates"]), proof["n_candidates"]) == (20, 30)


def test_the_accuracy_of_a_rule_has_the_interval_of_wilson() -> None:
    # 90 of 100: centre (0.9 + 1.9208/100) / 1.038415 = 0.885203,
    # half width 1.959964 / 1.038415 * sqrt(0.09/100 + 3.841459/40000) = 0.059570.
    row = accuracy_of(counts(100, 10))
    assert row.accuracy == 0.9
    assert row.low == pytest.approx(0.825634, abs=1e-5)
    assert row.high == pytest.approx(0.944772, abs=1e-5)


def test_returns_without_decision_count_neither_way() -> None:
    row = accuracy_of(counts(12, 1, undecided=2))
    assert (row.settled, row.accuracy) == (10, 0.9)


def test_nothing_is_said_of_a_rule_without_settled_tickets() -> None:
    row = accuracy_of(counts(2, 0, undecided=2))
    assert (row.accuracy, row.low, row.high, row.settled) == (None, 0.0, 1.0, 0)


def test_a_rule_that_was_always_right_is_not_certain() -> None:
    row = accuracy_of(counts(10, 0))
    assert (row.accuracy, row.high) == (1.0, 1.0)
    # Ten, divided by ten and the square of 1.959964.
    assert row.low == pytest.approx(0.722467, abs=1e-5)


class _Log:
    def rule_counts(self, _since: datetime, _until: datetime) -> list[RuleCounts]:
        return [counts(9, 0, rule="B"), counts(9, 2, rule="C"), counts(9, 0, rule="A")]


def test_the_rule_with_the_most_returns_upheld_stands_first() -> None:
    rows = rule_accuracy(_Log(), AT, AT)
    assert [row.counts.rule for row in rows] == ["C", "A", "B"]
