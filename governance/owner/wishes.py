"""What would change an answer: the border near by, a ruling, a record, another caller."""

from governance.book.terms import Caller, Step
from governance.owner.answer import OwnerQuestion, Reason
from governance.owner.candidates import Candidate
from governance.owner.compiled import NOBODY, Compiled, valid_on
from governance.owner.site import reach_of
from governance.owner.verdict import Verdict

__all__ = ["would_change"]


def would_change(
    compiled: Compiled, category: int, verdict: Verdict, question: OwnerQuestion
) -> tuple[Reason, ...]:
    """List what would change an answer.

    Returns
    -------
    tuple of Reason
        Each once: bodies across a border within the accuracy, nearest first; a ruling where the
        answer is not settled; the end of the rule; rules that ended; records that are missing;
        another kind of caller; areas whose owner answers for other categories.
    """
    found: list[Reason] = []
    lead = verdict.lead
    if verdict.status in {"provisional", "disputed"}:
        found.append(("if_ruled",))
    found += _across(compiled, verdict, lead)
    found += _by_reach(compiled, category, verdict, question)
    if lead is not None and lead.ruling is None:
        end = compiled.rules[lead.rule].valid_to
        if end is not None:
            found.append(("until", end.isoformat()))
    if lead is not None and lead.ruling is not None and lead.ruling.valid_to is not None:
        found.append(("until", lead.ruling.valid_to.isoformat()))
    reasons = [candidate.reason for candidate in verdict.candidates]
    found += [
        ("if_renewed", candidate.rule_code, reason[1])
        for candidate, reason in zip(verdict.candidates, reasons, strict=True)
        if reason[:1] == ("expired",)
    ]
    found += _callers(compiled, verdict)
    entry = compiled.categories[category]
    if entry.needs_asset and (lead is None or lead.step != Step.ASSET):
        found.append(("if_recorded", "、".join(entry.asset_classes)))
    found += _other_categories(compiled, verdict, question)
    return tuple(dict.fromkeys(found))


def _across(compiled: Compiled, verdict: Verdict, lead: Candidate | None) -> list[Reason]:
    """Bodies of the deciding partition, or of the township, across a border within accuracy."""
    if lead is None:
        return []
    near = [
        (candidate.distance_m or 0.0, compiled.bodies[candidate.body].name)
        for candidate in verdict.candidates
        if candidate.reason[:1] == ("neighbour",)
        and candidate.step == lead.step
        and candidate.body not in {NOBODY, lead.body}
    ]
    return [("if_across", name, round(metres, 3)) for metres, name in sorted(near)]


def _by_reach(
    compiled: Compiled, category: int, verdict: Verdict, question: OwnerQuestion
) -> list[Reason]:
    """Bodies that would answer if the place were a little nearer to a line or asset, or farther."""
    lead = verdict.lead
    found: list[Reason] = []
    allowed = compiled.categories[category].steps
    order = list(Step)
    for candidate in verdict.candidates:
        if candidate.reason[:1] != ("out_of_reach",) or candidate.body == NOBODY:
            continue
        is_before = lead is None or order.index(candidate.step) < order.index(lead.step)
        rule, body = compiled.rules[candidate.rule], compiled.bodies[candidate.body]
        if (
            is_before
            and candidate.step in allowed
            and compiled.applies[category, candidate.rule]
            and rule.caller in {Caller.ANY, question.caller}
            and valid_on(rule.valid_from, rule.valid_to, question.at)
            and valid_on(body.valid_from, body.valid_to, question.at)
        ):
            metres = float(candidate.reason[1]) - float(candidate.reason[2])
            found.append(("if_nearer", body.name, round(metres, 3)))
    if lead is not None and lead.step in {Step.ASSET, Step.LINEAR} and lead.distance_m is not None:
        beyond = reach_of(compiled, lead.rule, lead.layer, lead.feature) - lead.distance_m
        after = [c for c in verdict.candidates if c.reason[:1] == ("later_step",)]
        if beyond <= question.accuracy_m and after:
            name = compiled.bodies[after[0].body].name
            found.append(("if_farther", name, round(beyond, 3)))
    return found


def _callers(compiled: Compiled, verdict: Verdict) -> list[Reason]:
    return [
        ("if_caller", candidate.reason[1], compiled.bodies[candidate.body].name)
        for candidate in verdict.candidates
        if candidate.reason[:1] == ("caller",) and candidate.body != NOBODY
    ]


def _other_categories(
    compiled: Compiled, verdict: Verdict, question: OwnerQuestion
) -> list[Reason]:
    """Bodies at the place that answer for other categories; one for each step, the first.

    The others are among what was considered: a street has a body for its lamps and one for its
    trees, and a home lies in the service areas of five enterprises.
    """
    found: dict[Step, Reason] = {}
    for candidate in verdict.candidates:
        if candidate.reason[:1] != ("other_category",) or candidate.body == NOBODY:
            continue
        rule = compiled.rules[candidate.rule]
        body = compiled.bodies[candidate.body]
        is_open = valid_on(rule.valid_from, rule.valid_to, question.at)
        if is_open and valid_on(body.valid_from, body.valid_to, question.at):
            area = compiled.areas[candidate.layer][candidate.feature]
            found.setdefault(candidate.step, ("if_category", body.name, area.name))
    return list(found.values())
