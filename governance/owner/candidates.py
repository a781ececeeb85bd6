"""Candidates of each step: the bodies that rules name at a site, before anything is weighed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from governance.book.rulings import Ruling
from governance.book.terms import Caller, Mode, Step
from governance.owner.answer import Reason
from governance.owner.compiled import NOBODY, Compiled
from governance.owner.site import FeatureHit, Site, reach_of

__all__ = ["COLLECTORS", "Candidate", "Case"]


@dataclass(slots=True)
class Candidate:
    """A body that could answer, the rule and feature that name it, and what became of it.

    ``rank`` orders those of one step, smaller first; equal ranks are equal candidates. ``body`` is
    an ordinal or ``NOBODY``. ``reason`` is empty while nothing speaks against it.
    """

    step: Step
    rule: int
    rule_code: str
    body: int
    layer: str
    feature: int
    distance_m: float | None
    rank: tuple[float, ...] = ()
    mode: Mode = Mode.EXCLUSIVE
    reason: Reason = ()
    is_taken: bool = False
    ruling: Ruling | None = None


@dataclass(slots=True)
class Case:
    """A question at a site; ``chain`` holds the ordinal of the area of each partition step."""

    compiled: Compiled
    site: Site
    category: int
    at: date
    caller: Caller
    chain: dict[Step, int]


def _rulings(case: Case) -> Iterator[Candidate]:
    for rank, ruling in enumerate(case.site.rulings):
        yield Candidate(
            Step.RULING,
            -1,
            ruling.id,
            case.compiled.body_at.get(ruling.body, NOBODY),
            "",
            -1,
            None,
            # The latest decided goes first; an older one of the same day is another rank.
            rank=(float(rank),),
            ruling=ruling,
        )


def _features(case: Case, step: Step, hits: list[FeatureHit], table: str) -> Iterator[Candidate]:
    """Collect the candidates of lines or assets; one for each rule of each feature near by."""
    compiled = case.compiled
    layers = getattr(compiled, table)
    for hit in hits:
        rules = layers.get(hit.layer)
        if rules is None:
            continue
        for rule, word in rules.of(hit.ordinal):
            row = compiled.rules[rule]
            reach = reach_of(compiled, rule, hit.layer, hit.ordinal)
            if hit.distance_m > reach and not compiled.applies[case.category, rule]:
                continue  # neither here nor for this
            candidate = Candidate(
                step,
                rule,
                row.code,
                compiled.resolve(word, case.category, case.chain),
                hit.layer,
                hit.ordinal,
                hit.distance_m,
                rank=(float(row.precedence), hit.distance_m),
                mode=row.mode,
            )
            if hit.distance_m > reach:
                candidate.reason = ("out_of_reach", hit.distance_m, reach)
            elif row.side and hit.side not in {row.side, "on"}:
                candidate.reason = ("other_side", row.side)
            yield candidate


def _assets(case: Case) -> Iterator[Candidate]:
    yield from _features(case, Step.ASSET, case.site.assets, "assets")


def _lines(case: Case) -> Iterator[Candidate]:
    yield from _features(case, Step.LINEAR, case.site.lines, "lines")


def _overlays(case: Case) -> Iterator[Candidate]:
    compiled = case.compiled
    for hit in case.site.overlays:
        rules = compiled.overlays.get(hit.layer)
        for rule, word in rules.of(hit.ordinal) if rules is not None else ():
            row = compiled.rules[rule]
            yield Candidate(
                Step.OVERLAY,
                rule,
                row.code,
                compiled.resolve(word, case.category, case.chain),
                hit.layer,
                hit.ordinal,
                hit.border_m,
                rank=(float(row.precedence), float(hit.precedence)),
                mode=row.mode,
            )


def _functions(case: Case) -> Iterator[Candidate]:
    compiled = case.compiled
    district = case.chain.get(Step.DISTRICT, -1)
    place = district if district >= 0 else len(compiled.functions.codes)
    area = case.site.areas.get(Step.DISTRICT)
    for rule, word in compiled.functions.of(place):
        row = compiled.rules[rule]
        if not compiled.applies[case.category, rule]:
            continue  # these have no feature at the place that could be asked about
        body = compiled.resolve(word, case.category, case.chain)
        yield Candidate(
            Step.FUNCTION,
            rule,
            row.code,
            body,
            compiled.functions.layer,
            district,
            None if area is None or district < 0 else area.border_m,
            rank=(float(row.precedence),),
            mode=row.mode,
            reason=("no_district",) if body == NOBODY and district < 0 else (),
        )


def _partition(step: Step) -> Callable[[Case], Iterator[Candidate]]:
    def collect(case: Case) -> Iterator[Candidate]:
        area = case.site.areas.get(step)
        if area is None:
            return
        compiled = case.compiled
        rules = compiled.partitions[step]
        covering = (area.ordinal,) if area.agreed is not None else area.covering
        if not covering and area.ordinal >= 0:
            covering = (area.ordinal,)
        for ordinal in covering:
            # On a border the areas beside it name their own district and township.
            chain = case.chain | {step: ordinal}
            for rule, word in rules.of(ordinal):
                row = compiled.rules[rule]
                if not compiled.applies[case.category, rule]:
                    continue
                yield Candidate(
                    step,
                    rule,
                    row.code,
                    compiled.resolve(word, case.category, chain),
                    rules.layer,
                    ordinal,
                    area.border_m,
                    rank=(float(row.precedence),),
                    mode=row.mode,
                )
        for ordinal, metres in area.neighbours:
            if ordinal != area.ordinal:
                yield from _neighbour(case, step, ordinal, metres)

    return collect


def _neighbour(case: Case, step: Step, ordinal: int, metres: float) -> Iterator[Candidate]:
    """List the body of an area within the accuracy of the place, as left."""
    compiled = case.compiled
    chain = case.chain | {step: ordinal}
    agreed = case.site.areas[step].agreed
    for rule, word in compiled.partitions[step].of(ordinal):
        body = compiled.resolve(word, case.category, chain)
        if body == NOBODY or not compiled.applies[case.category, rule]:
            continue
        code = compiled.rules[rule].code
        yield Candidate(
            step, rule, code, body, compiled.partitions[step].layer, ordinal, metres,
            reason=("neighbour", metres) if agreed is None
            else ("moved", agreed.code, agreed.document),
        )  # fmt: skip
        return


COLLECTORS: dict[Step, Callable[[Case], Iterator[Candidate]]] = {
    Step.RULING: _rulings,
    Step.ASSET: _assets,
    Step.LINEAR: _lines,
    Step.OVERLAY: _overlays,
    Step.FUNCTION: _functions,
} | {step: _partition(step) for step in (Step.GRID, Step.COMMUNITY, Step.TOWNSHIP, Step.DISTRICT)}
"""The candidates of each step at a site."""
