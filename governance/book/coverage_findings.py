"""Findings from trying a rule book at every place: gaps, rules that never decide, disputes."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from boundaries.snapshot import AreaInfo
from governance.book.coverage import Coverage, rules_in_play
from governance.book.definition import Category, Rule
from governance.book.findings import BookFinding, Severity
from governance.book.lattice import Lattice, Places
from governance.book.terms import Caller, Role, Step
from governance.owner.answer import OwnerQuestion
from governance.owner.compiled import NOBODY, Compiled, FeatureRules, valid_on
from governance.owner.resolver import OwnerResolver

__all__ = ["find_coverage_findings", "unanswered"]

_TRIED_AGAIN = 400
"""How often a rule that never decided is looked at one by one: over places and categories."""

_NAMED = 5
_HAS_SAY = frozenset({"same_body", "disputed"})
"""Reasons of a candidate that is the equal of the one that leads."""

_NO_BODY = frozenset({"no_body", "body_expired", "body_not_yet"})


def find_coverage_findings(
    resolver: OwnerResolver, lattice: Lattice, coverage: Coverage, at: date
) -> list[BookFinding]:
    """Say what trying a book has shown.

    Parameters
    ----------
    resolver
        The book on its grounds.
    lattice, coverage
        Where it was tried, and what came out.
    at
        Date that was asked about.
    """
    found = list(_categories(resolver.compiled, lattice, coverage))
    found += _places(resolver.compiled, lattice, coverage)
    found += _rules(resolver, lattice, coverage, at)
    found += _equal_rules(resolver, coverage, at)
    return found


def unanswered(compiled: Compiled, lattice: Lattice, coverage: Coverage) -> dict[str, int]:
    """Count, by area of the finest partition, the categories that nobody answers for there."""
    if not len(lattice.areas):
        return {}
    sizes = np.array([len(group.members) for group in coverage.groups], dtype=np.int64)
    counts = sizes @ coverage.nobody if len(sizes) else np.zeros(len(lattice.areas), np.int64)
    areas = compiled.areas[lattice.finest]
    return {areas[o].code: int(counts[o]) for o in np.flatnonzero(counts).tolist()}


def _residents(areas: tuple[AreaInfo, ...], chosen: NDArray[np.int64]) -> int | None:
    known = [areas[o].population for o in chosen.tolist()]
    counted = [n for n in known if n is not None]
    return sum(counted) if counted else None


def _people(n: int | None) -> tuple[str, str]:
    return ("", "") if n is None else (f"，居民 {n:,} 人", f", {n:,} residents")


def _categories(compiled: Compiled, lattice: Lattice, coverage: Coverage) -> Iterator[BookFinding]:
    """Find categories that nobody answers for, anywhere or in some places."""
    n_areas = len(lattice.areas)
    areas = compiled.areas.get(lattice.finest, ())
    for number, group in enumerate(coverage.groups):
        chosen = np.flatnonzero(coverage.nobody[number])
        more, other = coverage.elsewhere.get(number, (0, None))
        if not len(chosen) and not more:
            continue
        if len(chosen):
            lon, lat = lattice.areas.lonlat[chosen[0]].tolist()
        else:
            lon, lat = other or (None, None)
        residents = _residents(areas, chosen)
        zh, en = _people(residents)
        is_never = not coverage.is_answered[number]
        for member in group.members:
            entry = compiled.categories[member]
            if is_never:
                message = f"{entry.path}（{entry.code}）：没有任何地点有人负责"
                english = f"{entry.path} ({entry.code}): nobody answers anywhere"
            else:
                message = (
                    f"{entry.path}（{entry.code}）：{len(chosen):,} / {n_areas:,} "
                    f"个 {lattice.finest} 无人负责{zh}"
                )
                english = (
                    f"{entry.path} ({entry.code}): nobody answers in {len(chosen):,} of "
                    f"{n_areas:,} areas of {lattice.finest}{en}"
                )
            if more:
                message += f"；另有 {more:,} 处特殊区域、线路或部件"
                english += f", and at {more:,} places of overlays, lines and assets"
            yield BookFinding(
                code="category_nobody" if is_never else "category_gap",
                severity=Severity.ERROR if is_never else Severity.WARNING,
                subject=entry.code,
                message=message,
                message_en=english,
                count=len(chosen) + more,
                residents=residents,
                lon=lon,
                lat=lat,
                areas=tuple((lattice.finest, areas[o].code) for o in chosen[:_NAMED].tolist()),
            )


def _places(compiled: Compiled, lattice: Lattice, coverage: Coverage) -> Iterator[BookFinding]:
    """Find areas that nobody answers for, in any category or in some."""
    if not len(lattice.areas):
        return
    sizes = np.array([len(group.members) for group in coverage.groups], dtype=np.int64)
    ever = coverage.is_answered
    # A category without anybody anywhere is no fault of a place.
    counts = sizes[ever] @ coverage.nobody[ever]
    n_all = int(sizes[ever].sum())
    areas = compiled.areas[lattice.finest]
    for n in sorted(np.unique(counts[counts > 0]).tolist(), reverse=True):
        chosen = np.flatnonzero(counts == n)
        residents = _residents(areas, chosen)
        zh, en = _people(residents)
        shown = ", ".join(areas[o].code for o in chosen[:_NAMED].tolist())
        is_all = n == n_all
        lon, lat = lattice.areas.lonlat[chosen[0]].tolist()
        what = "全部" if is_all else f"{n:,} 项"
        what_en = "any category" if is_all else f"{n:,} categories"
        yield BookFinding(
            code="place_nobody" if is_all else "place_gap",
            severity=Severity.ERROR if is_all else Severity.WARNING,
            subject=areas[int(chosen[0])].code,
            message=f"{len(chosen):,} 个 {lattice.finest} 的{what}事项无人负责{zh}：{shown}",
            message_en=(
                f"nobody answers for {what_en} in {len(chosen):,} areas of "
                f"{lattice.finest}{en}: {shown}"
            ),
            count=len(chosen),
            residents=residents,
            lon=lon,
            lat=lat,
            areas=tuple((lattice.finest, areas[o].code) for o in chosen.tolist()),
        )


def _table_of(compiled: Compiled, at: int) -> FeatureRules | None:
    """Give the rules of the features that a rule is about; None where its layer is not loaded."""
    rule = compiled.rules[at]
    if rule.role != Role.PRIMARY:
        return compiled.additions.get(rule.layer)
    if rule.step == Step.FUNCTION:
        return compiled.functions
    table: FeatureRules | None = {
        Step.OVERLAY: compiled.overlays,
        Step.LINEAR: compiled.lines,
        Step.ASSET: compiled.assets,
    }.get(rule.step, {}).get(rule.layer)
    if table is None and compiled.layer_of.get(rule.step) == rule.layer:
        table = compiled.partitions.get(rule.step)
    return table


def _features(table: FeatureRules, at: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give the features that a rule selects, and the body of each."""
    feature = np.repeat(np.arange(len(table.indptr) - 1), np.diff(table.indptr))
    is_rule = table.rules == at
    return feature[is_rule], table.bodies[is_rule]


def _rules(
    resolver: OwnerResolver, lattice: Lattice, coverage: Coverage, at: date
) -> Iterator[BookFinding]:
    """Find rules that select nothing, find no body, stand at a barred step, or never decide."""
    compiled = resolver.compiled
    in_play = rules_in_play(compiled, at)
    speaks = np.zeros(len(compiled.rules), dtype=np.bool_)
    for group in coverage.groups:
        speaks |= group.rules
    for ordinal, rule in enumerate(compiled.rules):
        general = not rule.layer and rule.role != Role.PRIMARY
        table = None if general else _table_of(compiled, ordinal)
        if table is None:
            if not general and rule.layer in compiled.areas:
                yield _rule(
                    rule.code, "rule_no_feature", Severity.ERROR,
                    f"图层 {rule.layer} 不属于步骤 {rule.step.value}",
                    f"layer {rule.layer} does not stand at step {rule.step.value}",
                )  # fmt: skip
            continue
        features, bodies = _features(table, ordinal)
        if not len(features):
            yield _rule(
                rule.code, "rule_no_feature", Severity.ERROR,
                "没有要素符合其区域与条件", "no feature fits its areas and conditions",
            )  # fmt: skip
            continue
        lost = int((bodies == NOBODY).sum())
        if lost == len(features):
            yield _rule(
                rule.code, "no_body", Severity.ERROR,
                f"{rule.body} 在 {lost:,} 个要素上都找不到主体",
                f"{rule.body} finds no body for any of {lost:,} features", lost,
            )  # fmt: skip
            continue
        if lost and rule.role == Role.PRIMARY and rule.step != Step.ASSET:
            yield _rule(
                rule.code, "some_no_body", Severity.WARNING,
                f"{rule.body} 在 {lost:,} / {len(features):,} 个要素上找不到主体",
                f"{rule.body} finds no body for {lost:,} of {len(features):,} features", lost,
            )  # fmt: skip
        yield from _ended(compiled, rule, bodies, at)
        if not in_play[ordinal] or ordinal in coverage.winners:
            continue
        if not speaks[ordinal]:
            yield _rule(
                rule.code, "rule_barred", Severity.WARNING,
                f"其事项都不允许步骤 {rule.step.value}",
                f"the catalogue bars step {rule.step.value} for all its categories",
            )  # fmt: skip
            continue
        yield from _never(resolver, lattice, coverage, ordinal, features, at)


def _rule(
    code: str, kind: str, severity: Severity, zh: str, en: str, count: int = 1
) -> BookFinding:
    return BookFinding(
        code=kind,
        severity=severity,
        subject=code,
        message=f"规则 {code}：{zh}",
        message_en=f"rule {code}: {en}",
        count=count,
    )


def _ended(
    compiled: Compiled, rule: Rule, bodies: NDArray[np.int32], at: date
) -> Iterator[BookFinding]:
    """Find bodies that have ended among those that attributes and areas of a rule lead to."""
    if rule.body in compiled.body_at or not valid_on(rule.valid_from, rule.valid_to, at):
        return  # a body that the rule itself names is found with the rows
    for body, n in sorted(Counter(bodies[bodies >= 0].tolist()).items()):
        row = compiled.bodies[body]
        if row.valid_to is not None and row.valid_to <= at:
            yield BookFinding(
                code="body_ended",
                severity=Severity.ERROR,
                subject=row.code,
                message=f"{row.name}（{row.code}）已于 {row.valid_to} 失效，规则 {rule.code} 的"
                f" {n:,} 个要素仍指向它",
                message_en=f"{row.name} ({row.code}) ended on {row.valid_to}; {n:,} features of "
                f"rule {rule.code} still lead to it",
                count=n,
            )


def _never(
    resolver: OwnerResolver,
    lattice: Lattice,
    coverage: Coverage,
    ordinal: int,
    features: NDArray[np.int64],
    at: date,
) -> Iterator[BookFinding]:
    """Look at a rule that decided nowhere: what stands before it, or whom it shares with."""
    rule = resolver.compiled.rules[ordinal]
    n_groups = sum(bool(group.rules[ordinal]) for group in coverage.groups)
    n_places = max(3, _TRIED_AGAIN // n_groups)
    lonlat = _where(resolver.compiled, lattice, ordinal, features, n_places)
    reasons: Counter[str] = Counter()
    for group in coverage.groups:
        if not group.rules[ordinal]:
            continue
        code = resolver.compiled.categories[group.first].code
        for lon, lat in lonlat:
            for caller in group.callers:
                answer = resolver.answer(
                    OwnerQuestion(
                        lon=lon, lat=lat, category=code, at=at, accuracy_m=1.0, caller=caller
                    )
                )
                for candidate in answer.considered:
                    if candidate.rule != rule.code:
                        continue
                    if candidate.is_taken or candidate.reason[0] in _HAS_SAY:
                        return
                    if candidate.reason[0] == "later_step":
                        reasons[answer.rule] += 1
                    else:
                        reasons[" ".join(map(str, candidate.reason))] += 1
    if all(reason.split(" ")[0] in _NO_BODY for reason in reasons):
        return  # what is wrong is said of the body
    before = "; ".join(f"{reason} ({n:,})" for reason, n in reasons.most_common(_NAMED))
    where: tuple[float | None, float | None] = lonlat[0] if lonlat else (None, None)
    yield BookFinding(
        code="rule_shadowed",
        # A fallback for what may come need not answer today.
        severity=Severity.NOTE if rule.step == Step.DISTRICT else Severity.WARNING,
        subject=rule.code,
        message=f"规则 {rule.code} 在其 {len(features):,} 个要素上从未生效，在前的有：{before}",
        message_en=(
            f"rule {rule.code} decides nowhere on its {len(features):,} features; "
            f"before it: {before}"
        ),
        count=len(features),
        lon=where[0],
        lat=where[1],
    )


def _where(
    compiled: Compiled,
    lattice: Lattice,
    ordinal: int,
    features: NDArray[np.int64],
    n_places: int,
) -> list[tuple[float, float]]:
    """Give places of the lattice on the features of a rule, spread over them."""
    rule = compiled.rules[ordinal]
    parts = {
        Step.OVERLAY: lattice.overlays,
        Step.LINEAR: lattice.lines,
        Step.ASSET: lattice.assets,
    }
    places: Places = parts.get(rule.step, lattice.areas)
    if rule.step in parts:
        at = places.of(rule.layer, features)
    elif rule.layer == lattice.finest:
        at = np.sort(features)
    else:
        at = np.arange(len(places))
    step = max(1, -(-len(at) // n_places))
    return [(lon, lat) for lon, lat in places.lonlat[at[::step]].tolist()]


def _equal_rules(resolver: OwnerResolver, coverage: Coverage, at: date) -> Iterator[BookFinding]:
    """Find equal candidates of one feature, or of lines, assets and partitions that meet."""
    found: dict[tuple[str, ...], list[tuple[int, tuple[float, float], Category]]] = {}
    for (_, group, caller), (n, place) in coverage.disputed.items():
        entry = resolver.compiled.categories[coverage.groups[group].first]
        rules = _disputing(resolver, place, entry.code, caller, at)
        if rules:
            found.setdefault(rules, []).append((n, place, entry))
    for rules, places in sorted(found.items()):
        n, (lon, lat), entry = max(places, key=lambda item: item[0])
        shown = ", ".join(rules)
        yield BookFinding(
            code="equal_rules",
            severity=Severity.WARNING,
            subject=" ".join(rules),
            message=f"规则 {shown} 同级且主体不同，{n:,} 处将有争议，如 {entry.path}",
            message_en=f"rules {shown} are equal for different bodies at {n:,} places, "
            f"such as for {entry.path}",
            count=n,
            lon=lon,
            lat=lat,
        )


def _disputing(
    resolver: OwnerResolver, place: tuple[float, float], category: str, caller: Caller, at: date
) -> tuple[str, ...]:
    """Name the equal rules at a place; none where different overlay areas are at odds."""
    lon, lat = place
    question = OwnerQuestion(
        lon=lon, lat=lat, category=category, at=at, accuracy_m=1.0, caller=caller
    )
    answer = resolver.answer(question)
    equal = [c for c in answer.considered if c.reason[0] in {"disputed", "disputed_lead"}]
    features = {(c.layer, c.feature) for c in equal}
    if len(features) > 1 and answer.step == Step.OVERLAY:
        return ()
    return tuple(sorted({c.rule for c in equal}))
