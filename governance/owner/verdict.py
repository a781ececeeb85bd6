"""The order of rules: which candidate answers at a site, and why the others do not.

The steps are walked in their order. Each collects its candidates, says of each why it cannot
answer, and orders those that can. The first step with one that can decides.
"""

from dataclasses import dataclass
from datetime import date
from math import inf

from governance.book.terms import Caller, Mode, Step
from governance.owner.answer import Reason
from governance.owner.candidates import COLLECTORS, Candidate, Case
from governance.owner.compiled import NOBODY, Compiled
from governance.owner.site import AreaHit, Site, reach_of

__all__ = ["Verdict", "decide", "margins_of"]


@dataclass(slots=True)
class Verdict:
    """What was decided at a site.

    ``lead`` is the candidate that answers or leads, None for nobody; ``equals`` are the others of
    its rank. ``status`` is one of the answer's.
    """

    status: str
    lead: Candidate | None
    equals: list[Candidate]
    candidates: list[Candidate]


def decide(
    compiled: Compiled, site: Site, category: int, at: date, caller: Caller = Caller.PERSONAL
) -> Verdict:
    """Decide who answers at a site.

    Parameters
    ----------
    compiled
        The rule book.
    site
        What lies at the place; agreements are applied already.
    category
        Ordinal of the category.
    at
        Date whose rules count.
    caller
        Kind of caller.

    Returns
    -------
    Verdict
        With every candidate, in the order of rules.
    """
    case = Case(compiled, site, category, at, caller, site.chain)
    allowed = compiled.categories[category].steps | {Step.RULING}
    candidates: list[Candidate] = []
    lead: Candidate | None = None
    equals: list[Candidate] = []
    for step in Step:
        found = list(COLLECTORS[step](case))
        for candidate in found:
            _examine(case, candidate)
            if not candidate.reason and step not in allowed:
                candidate.reason = ("barred", step.value)
            if not candidate.reason and lead is not None:
                candidate.reason = ("later_step", lead.step.value)
        able = sorted((c for c in found if not c.reason), key=_order)
        if able:
            lead, equals = _best(case, step, able)
            _say_why_left(able, lead, equals)
        candidates += found
    if lead is None:
        return Verdict("nobody", None, [], candidates)
    return _settle(case, lead, equals, candidates)


def _order(candidate: Candidate) -> tuple[tuple[float, ...], str, int]:
    """Order candidates of a step: by rank, and equal ones by rule and then feature."""
    return candidate.rank, candidate.rule_code, candidate.feature


def _best(case: Case, step: Step, able: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """Pick the best candidate of a step and its equals.

    Where a partition is doubtful, each area that covers the place brings its own best.
    """
    area = case.site.areas.get(step)
    if area is None or not area.is_doubtful:
        return able[0], [c for c in able[1:] if c.rank == able[0].rank]
    best: dict[int, Candidate | None] = dict.fromkeys(area.covering)
    best.update((candidate.feature, candidate) for candidate in reversed(able))
    found = [candidate for candidate in best.values() if candidate is not None]
    return found[0], found[1:]


def _say_why_left(able: list[Candidate], lead: Candidate, equals: list[Candidate]) -> None:
    kept = [id(candidate) for candidate in (lead, *equals)]
    for candidate in able:
        if id(candidate) in kept:
            continue
        is_equal = candidate.rank[0] == lead.rank[0]
        is_near = lead.step in {Step.ASSET, Step.LINEAR}
        if is_equal and is_near and lead.distance_m is not None:
            candidate.reason = ("farther", lead.distance_m)
        else:
            candidate.reason = ("lower_precedence", lead.rule_code)


def _settle(
    case: Case, lead: Candidate, equals: list[Candidate], candidates: list[Candidate]
) -> Verdict:
    """Turn the best candidates of the deciding step into a verdict."""
    lead.is_taken = True
    area = case.site.areas.get(lead.step)
    if area is not None and area.is_doubtful:
        return _doubtful(case, area, lead, equals, candidates)
    same = [c for c in equals if c.body == lead.body]
    equals = [c for c in equals if c.body != lead.body]
    for candidate in same:
        candidate.reason = ("same_body", lead.rule_code)
    if not equals:
        lead.reason = _taken(case, lead)
        status = "provisional" if _rests_on_doubt(case, lead) else "decided"
        return Verdict(status, lead, [], candidates)
    n_bodies = len({c.body for c in equals}) + 1
    if all(c.mode == Mode.SHARED for c in (lead, *equals)):
        lead.reason = ("shared_lead", n_bodies)
        for candidate in equals:
            candidate.reason, candidate.is_taken = ("shared",), True
        return Verdict("decided", lead, equals, candidates)
    lead.reason = ("disputed_lead", n_bodies)
    for candidate in equals:
        candidate.reason = ("disputed", lead.rule_code)
    return Verdict("disputed", lead, equals, candidates)


def _doubtful(
    case: Case,
    area: AreaHit,
    lead: Candidate,
    equals: list[Candidate],
    candidates: list[Candidate],
) -> Verdict:
    """Settle a place on a border, in an overlap or in a gap of the deciding partition."""
    if len(area.covering) < 2:  # noqa: PLR2004 - one area: the nearest one across a gap
        lead.reason = ("nearest", area.border_m)
        return Verdict("provisional", lead, [], candidates)
    if len(equals) + 1 == len(area.covering) and all(c.body == lead.body for c in equals):
        lead.reason = ("taken",)
        for candidate in equals:
            candidate.reason = ("same_body", lead.rule_code)
        return Verdict("decided", lead, [], candidates)
    districts = case.site.areas.get(Step.DISTRICT)
    is_one_district = districts is not None and len(districts.covering) == 1
    if lead.step == Step.TOWNSHIP and is_one_district:
        government = next(
            (c for c in candidates if c.reason == ("later_step", Step.TOWNSHIP.value)
             and c.step == Step.DISTRICT), None,
        )  # fmt: skip
        if government is not None:
            lead.is_taken = False
            for candidate in (lead, *equals):
                candidate.reason = ("on_border_left",)
            government.is_taken, government.reason = True, ("district_instead",)
            return Verdict("provisional", government, [lead, *equals], candidates)
    lead.reason = ("on_border_lead", len(area.covering))
    for candidate in equals:
        candidate.reason = ("on_border_left",)
    is_across = districts is not None and len(districts.covering) > 1
    is_disputed = is_across or (lead.step == Step.TOWNSHIP and not is_one_district)
    return Verdict("disputed" if is_disputed else "provisional", lead, equals, candidates)


def _rests_on_doubt(case: Case, lead: Candidate) -> bool:
    """Tell whether the body was found through a district that is doubtful."""
    if lead.step != Step.FUNCTION:
        return False
    area = case.site.areas.get(Step.DISTRICT)
    is_local = case.compiled.categories[case.category].tier != "city"
    return is_local and area is not None and area.is_doubtful


def _taken(case: Case, lead: Candidate) -> Reason:
    if lead.ruling is not None:
        return ("ruled", lead.ruling.document, lead.ruling.decided_on.isoformat())
    area = case.site.areas.get(lead.step)
    if area is not None and area.agreed is not None:
        return ("agreed", area.agreed.code, area.agreed.document)
    return ("taken",)


def _examine(case: Case, candidate: Candidate) -> None:
    """Say why a candidate cannot answer; the reason stays empty where nothing speaks against it."""
    if not candidate.reason and candidate.ruling is None:
        candidate.reason = _rule_reason(case, candidate.rule)
    moved = case.site.moved_by.get(candidate.step)
    if not candidate.reason and moved is not None:
        candidate.reason = ("moved", moved.code, moved.document)
    if not candidate.reason:
        candidate.reason = _body_reason(case, candidate)


def _rule_reason(case: Case, at: int) -> Reason:
    rule = case.compiled.rules[at]
    if not case.compiled.applies[case.category, at]:
        return ("other_category",)
    if rule.valid_from is not None and case.at < rule.valid_from:
        return ("not_yet", rule.valid_from.isoformat())
    if rule.valid_to is not None and rule.valid_to <= case.at:
        return ("expired", rule.valid_to.isoformat())
    if rule.caller not in {Caller.ANY, case.caller}:
        return ("caller", rule.caller.value)
    return ()


def _body_reason(case: Case, candidate: Candidate) -> Reason:
    if candidate.body == NOBODY:
        wanted = candidate.ruling.body if candidate.ruling else None
        return ("no_body", wanted or case.compiled.rules[candidate.rule].body)
    body = case.compiled.bodies[candidate.body]
    if body.valid_from is not None and case.at < body.valid_from:
        return ("body_not_yet", body.name, body.valid_from.isoformat())
    if body.valid_to is not None and body.valid_to <= case.at:
        return ("body_expired", body.name, body.valid_to.isoformat())
    return ()


def margins_of(compiled: Compiled, category: int, verdict: Verdict) -> tuple[float, ...]:
    """Give the distances by which a verdict holds, in metres; see the confidence.

    Returns
    -------
    tuple of float
        To the deciding border; for lines and assets to the reach, and half the lead over the next
        candidate of another body. Infinite where no place could change it.
    """
    lead = verdict.lead
    if lead is None or lead.ruling is not None:
        return (inf,)
    if lead.step in {Step.LINEAR, Step.ASSET} and lead.distance_m is not None:
        reach = reach_of(compiled, lead.rule, lead.layer, lead.feature)
        rivals = [
            c.distance_m
            for c in verdict.candidates
            if c.step == lead.step
            and c.reason[:1] == ("farther",)
            and c.body != lead.body
            and c.distance_m is not None
        ]
        half = (min(rivals) - lead.distance_m) / 2.0 if rivals else inf
        return (reach - lead.distance_m, half)
    if lead.step == Step.FUNCTION and compiled.categories[category].tier == "city":
        return (inf,)
    return (inf if lead.distance_m is None else lead.distance_m,)
