"""Returns 退单: the cases, the map proof behind them, and how well each rule did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from governance.tickets.records import ReturnCase
from governance.tickets.terms import EventKind
from governance.tickets.ticket import TicketEvent

__all__ = [
    "ReturnLog",
    "RuleAccuracy",
    "RuleCounts",
    "accuracy_of",
    "decided_case",
    "opened_case",
    "proof_of",
    "return_cases_of",
    "rule_accuracy",
]

_CONFIDENCE = 0.95
_MOST_CANDIDATES = 20
_AREA = ("layer", "code", "name", "border_m", "rule")
_CANDIDATE = (
    "step", "rule", "body", "body_name", "layer", "feature", "feature_name", "distance_m",
    "is_taken", "reason",
)  # fmt: skip


# -- cases --------------------------------------------------------------------------------


def opened_case(event: TicketEvent) -> ReturnCase:
    """Make the case that a ``returned`` event opens."""
    data = event.data
    return ReturnCase(
        ticket=event.stream,
        seq=event.seq,
        returned_at=event.at.astimezone(UTC),
        unit=event.unit,
        body=data.get("body", ""),
        reason=data.get("reason", ""),
        text=data.get("text", ""),
        rule=data.get("rule", ""),
        proof=dict(data.get("proof") or {}),
    )


def decided_case(case: ReturnCase, event: TicketEvent) -> ReturnCase:
    """Give a case as its ``return_decided`` event leaves it."""
    data = event.data
    return replace(
        case,
        is_upheld=data["is_upheld"],
        because=data.get("because", ""),
        is_final=bool(data.get("is_final")),
        ruling=data.get("ruling", ""),
        document=data.get("document", ""),
        decided_at=event.at.astimezone(UTC),
        decided_by=event.actor,
        decided_body=data.get("body", ""),
    )


def return_cases_of(events: Iterable[TicketEvent]) -> list[ReturnCase]:
    """Make all cases of one ticket from its events, in their order; the last may be open."""
    cases: list[ReturnCase] = []
    for event in events:
        if event.kind == EventKind.RETURNED:
            cases.append(opened_case(event))
        elif event.kind == EventKind.RETURN_DECIDED and cases:
            cases[-1] = decided_case(cases[-1], event)
    return cases


# -- proof --------------------------------------------------------------------------------


def proof_of(decision: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Take the map proof of a return from the decision that dispatched the ticket.

    Parameters
    ----------
    decision
        Id of the decision.
    document
        Its document, see :func:`governance.owner.representation.document_of`.

    Returns
    -------
    dict
        JSON values: ``decision``; ``place`` with ``lon``, ``lat`` (CGCS2000 degrees) and
        ``accuracy_m``; ``at``; ``areas`` that hold the place, each with the distance to its
        border ``border_m`` and the ``neighbours`` within the accuracy; the least ``border_m`` of
        them, None where no area holds it; ``step`` and ``rule`` that decided, ``status``,
        ``confidence``, ``flags``; the ``candidates`` that were considered, the taken one first
        and the others by distance, at most 20, and ``n_candidates``; ``editions`` and ``book``.
    """
    question, context = document["question"], document["context"]
    chain = list(document["chain"])
    considered = sorted(document["considered"], key=_by_weight)
    borders = [entry["border_m"] for entry in chain if entry.get("border_m") is not None]
    return {
        "decision": decision,
        "place": {key: question[key] for key in ("lon", "lat", "accuracy_m")},
        "at": question["at"],
        "areas": [
            {key: entry.get(key) for key in _AREA} | {"neighbours": entry.get("contenders") or []}
            for entry in chain
        ],
        "border_m": min(borders, default=None),
        "step": document["step"],
        "rule": document["rule"],
        "status": document["status"],
        "confidence": document["confidence"],
        "flags": list(document["flags"]),
        "candidates": [
            {key: item.get(key) for key in _CANDIDATE} for item in considered[:_MOST_CANDIDATES]
        ],
        "n_candidates": len(considered),
        "editions": context.get("editions", {}),
        "book": context.get("book", ""),
    }


def _by_weight(item: Mapping[str, Any]) -> tuple[bool, float]:
    distance = item.get("distance_m")
    return not item["is_taken"], float("inf") if distance is None else distance


# -- accuracy -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounts:
    """What became of the tickets that a rule dispatched.

    Attributes
    ----------
    rule
        Code of the rule, ruling or agreement.
    dispatched
        Tickets that were dispatched by it.
    returned
        Those of them that a unit returned, each once.
    upheld
        Those of them whose return was right.
    undecided
        Those of them whose return waits for its decision, none before being upheld.
    """

    rule: str
    dispatched: int
    returned: int
    upheld: int
    undecided: int


class ReturnLog(Protocol):
    """A store that counts; :class:`governance.tickets.store.TicketStore` is one."""

    def rule_counts(self, since: datetime, until: datetime) -> list[RuleCounts]:
        """Count the tickets received from ``since`` until before ``until``, by rule."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAccuracy:
    """How often a rule named the right body, as far as returns tell.

    Attributes
    ----------
    counts
        What it rests on.
    settled
        Tickets dispatched of which no return waits for its decision.
    accuracy
        Share of the settled that were not returned with right, 0 to 1; None without any.
    low, high
        Wilson score interval of 95 % around it; 0 and 1 without any.
    """

    counts: RuleCounts
    settled: int
    accuracy: float | None
    low: float
    high: float


def accuracy_of(counts: RuleCounts) -> RuleAccuracy:
    """Give the accuracy of one rule from its counts.

    Notes
    -----
    Source: E. B. Wilson, Probable inference, 1927, JASA 22(158). A ticket that went to the wrong
    body and was handled there all the same does not count against the rule: the figure is an
    upper bound.
    """
    settled = counts.dispatched - counts.undecided
    if settled <= 0:
        return RuleAccuracy(counts=counts, settled=0, accuracy=None, low=0.0, high=1.0)
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import, and only reports need it

    right = settled - counts.upheld
    interval = binomtest(right, settled).proportion_ci(_CONFIDENCE, method="wilson")
    return RuleAccuracy(
        counts=counts,
        settled=settled,
        accuracy=right / settled,
        low=float(interval.low),
        high=float(interval.high),
    )


def rule_accuracy(store: ReturnLog, since: datetime, until: datetime) -> list[RuleAccuracy]:
    """Give the accuracy of every rule that dispatched a ticket received in a span.

    Parameters
    ----------
    store
        Counts.
    since, until
        Half-open, with time zone.

    Returns
    -------
    list of RuleAccuracy
        Those with the most returns upheld first, then by code.

    Raises
    ------
    StoreError
        The store cannot be used.
    """
    rows = [accuracy_of(counts) for counts in store.rule_counts(since, until)]
    return sorted(rows, key=lambda row: (-row.counts.upheld, row.counts.rule))
