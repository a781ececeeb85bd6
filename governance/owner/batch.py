"""Answers for many places: what is plain in compiled code, the rest one by one."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.locator import LayerAssignment
from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray
from governance.book.terms import Caller, Step
from governance.owner.answer import OWNER_FLAGS, STATUSES
from governance.owner.compiled import OPEN, PARTITIONS, Compiled, FeatureRules
from governance.owner.confidence import same_side_many
from governance.owner.grounds import Grounds
from governance.owner.kernel import Found, Rows, Tables, decide_rows, no_answers
from governance.owner.reaches import Reaches
from governance.owner.table import STEPS, OwnerTable

__all__ = [
    "Around",
    "Asked",
    "Assets",
    "BatchPlan",
    "Special",
    "assets_around",
    "assign_owners",
    "caller_numbers",
    "look_around",
]

_CALLERS = {Caller.ANY: 0, Caller.PERSONAL: 1, Caller.ENTERPRISE: 2}
_CERTAIN = 2.5
"""Accuracies from a border at which the other side is out of the question (1 in 10 million)."""
_SIDES = {"": 0, "left": 1, "right": 2}

Overlays = tuple[NDArray[np.int64], NDArray[np.int64], IntArray, FloatArray]
Lines = tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, NDArray[np.int8]]
Assets = tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]

Special = tuple[int, Step | None, int, str, float, tuple[str, ...]]
"""Body, step, rule, status, confidence and flags of a row that is decided by itself."""


class Asked(NamedTuple):
    """What is asked of each of n places.

    ``category`` holds ordinals, ``callers`` numbers as of :func:`caller_numbers`, ``accuracy_m``
    metres; ``at`` is one date for all.
    """

    category: IntArray
    at: date
    callers: NDArray[np.int8]
    accuracy_m: FloatArray


def caller_numbers(callers: Sequence[Caller]) -> NDArray[np.int8]:
    """Give the number of each kind of caller for the kernel."""
    return np.array([_CALLERS[caller] for caller in callers], dtype=np.int8)


class BatchPlan:
    """A compiled book as arrays for the kernel, with what must be asked of the grounds.

    Parameters
    ----------
    compiled
        The book.
    grounds
        Its places.
    reaches
        Asks for lines and assets.
    """

    def __init__(self, compiled: Compiled, grounds: Grounds, reaches: Reaches) -> None:
        self.compiled = compiled
        self.grounds = grounds
        self.reaches = reaches
        self.start: dict[tuple[str, str], int] = {}
        parts: list[tuple[FeatureRules, FloatArray]] = []
        for step, rules in compiled.partitions.items():
            self._add(parts, step.value, rules)
        self._add(parts, "function", compiled.functions)
        for kind, layers in (
            ("overlay", compiled.overlays),
            ("line", compiled.lines),
            ("asset", compiled.assets),
        ):
            for rules in layers.values():
                self._add(parts, kind, rules)
        self.tables = self._tables(parts)
        self.agreement_lines = self._agreement_lines()
        self.precedence = {
            snapshot.layer.key: np.array([a.precedence for a in snapshot.areas], dtype=np.int32)
            for snapshot in grounds.locator.layers
            if snapshot.layer.key in compiled.overlays
        }
        entries = compiled.categories
        sets = dict.fromkeys(entry.asset_classes for entry in entries if entry.asset_classes)
        self.asset_sets = {classes: number for number, classes in enumerate(sets)}
        self.asset_set_of = np.array(
            [self.asset_sets.get(entry.asset_classes, -1) for entry in entries], dtype=np.int32
        )

    def _add(
        self,
        parts: list[tuple[FeatureRules, FloatArray]],
        kind: str,
        rules: FeatureRules,
    ) -> None:
        self.start[kind, rules.layer] = sum(len(p[0].indptr) - 1 for p in parts)
        is_near = kind in {"line", "asset"}
        none = np.zeros(len(rules.indptr) - 1)
        parts.append((rules, self.reaches.default_m[rules.layer] if is_near else none))

    def _tables(self, parts: Sequence[tuple[FeatureRules, FloatArray]]) -> Tables:
        compiled, rules = self.compiled, self.compiled.rules
        counts = np.concatenate([np.diff(p.indptr) for p, _ in parts])
        indptr = np.zeros(len(counts) + 1, dtype=np.int64)
        np.cumsum(counts, out=indptr[1:])
        starts = [
            self.start.get((step.value, compiled.layer_of.get(step, "")), -1) for step in PARTITIONS
        ]
        widest = max((len(rows) for rows in compiled.governing.values()), default=0)
        governing = np.full((3, max(1, widest)), -1, dtype=np.int32)
        for row, step in enumerate((Step.DISTRICT, Step.TOWNSHIP, Step.COMMUNITY)):
            governing[row, : len(compiled.governing[step])] = compiled.governing[step]
        entries = compiled.categories
        return Tables(
            indptr=indptr,
            rules=np.concatenate([p.rules for p, _ in parts]).astype(np.int32),
            bodies=np.concatenate([p.bodies for p, _ in parts]).astype(np.int32),
            reach_m=np.concatenate([reach for _, reach in parts]),
            partition_start=np.array(starts, dtype=np.int64),
            function_start=self.start["function", compiled.functions.layer],
            n_districts=len(compiled.functions.codes),
            precedence=np.array([rule.precedence for rule in rules], dtype=np.int32),
            rule_reach_m=np.array(
                [np.nan if rule.reach_m is None else rule.reach_m for rule in rules]
            ),
            side=np.array([_SIDES[rule.side] for rule in rules], dtype=np.int8),
            caller=np.array([_CALLERS[rule.caller] for rule in rules], dtype=np.int8),
            rule_from=_days([rule.valid_from for rule in rules], 0),
            rule_to=_days([rule.valid_to for rule in rules], OPEN),
            body_from=_days([body.valid_from for body in compiled.bodies], 0),
            body_to=_days([body.valid_to for body in compiled.bodies], OPEN),
            applies=compiled.applies,
            steps=np.array(
                [sum(1 << STEPS.index(step) for step in entry.steps) for entry in entries],
                dtype=np.int32,
            ),
            is_city_tier=np.array([entry.tier == "city" for entry in entries], dtype=np.bool_),
            function_of=np.array(
                [compiled.functions_at.get(entry.function, -1) for entry in entries],
                dtype=np.int32,
            ),
            governing=governing,
            district_function=compiled.district_function,
            city_function=compiled.city_function,
        )

    def _agreement_lines(self) -> dict[str, FloatArray]:
        """Largest reach of the agreements along each line of a layer; -1 where there is none."""
        found: dict[str, FloatArray] = {}
        for (layer, code), rows in self.compiled.agreements.items():
            is_known = layer in self.reaches.lines
            ordinal = self.compiled.ordinals(layer).get(code) if is_known else None
            if ordinal is None:
                continue
            reach = found.setdefault(layer, np.full(len(self.compiled.areas[layer]), -1.0))
            reach[ordinal] = max(row.reach_m for row in rows)
        return found


class Around(NamedTuple):
    """What lies at each of n places, whatever the category.

    ``areas`` and ``border_m`` have shape (4, n), partitions fine to coarse; ``is_special`` marks
    places on a border, in an overlap or a gap, in a ruling's ground or near an agreement's line.
    """

    areas: IntArray
    border_m: FloatArray
    overlays: Overlays
    lines: Lines
    is_special: BoolArray
    assigned: dict[str, LayerAssignment]

    def rows(self, category: IntArray, callers: NDArray[np.int8], assets: Assets) -> Rows:
        """Put the places together with what is asked there, for the kernel."""
        around = (self.areas, self.border_m, *self.overlays, *self.lines)
        return Rows(category, callers, *around, *assets)


def look_around(
    plan: BatchPlan,
    lonlat: LonLatArray,
    at: date,
    within_m: float,
    *,
    rulings: shapely.STRtree,
    threads: int | None,
) -> Around:
    """Find what lies at many places; borders farther than ``within_m`` are infinitely far."""
    locator = plan.grounds.locator
    partitions = [s.layer.key for s in locator.layers if s.layer.role == "partition"]
    assigned = locator.assign(
        lonlat, at=at, layers=partitions, threads=threads, border_within_m=within_m
    )
    layers = [plan.compiled.layer_of.get(step) for step in PARTITIONS]
    areas = np.full((len(PARTITIONS), len(lonlat)), -1, dtype=np.int32)
    border = np.full((len(PARTITIONS), len(lonlat)), np.inf)
    is_special = np.zeros(len(lonlat), dtype=np.bool_)
    for row, key in enumerate(layers):
        if key is not None:
            found = assigned[key]
            areas[row], border[row] = found.ordinals, found.border_m
            is_special |= found.on_border | found.overlap | found.in_gap
    if len(rulings.geometries):
        hits = rulings.query(shapely.points(lonlat), predicate="intersects")
        is_special[hits[0]] = True
    lines, near_agreement = _lines(plan, lonlat, threads)
    is_special |= near_agreement
    overlays = _overlays(plan, lonlat, at, within_m, threads)
    return Around(areas, border, overlays, lines, is_special, assigned)


def assign_owners(
    plan: BatchPlan,
    lonlat: LonLatArray,
    asked: Asked,
    *,
    rulings: shapely.STRtree,
    decide_one: Callable[[int], Special],
    threads: int | None,
) -> OwnerTable:
    """Decide who answers for many places; see :meth:`OwnerResolver.assign`.

    ``rulings`` holds the ground of each ruling; ``decide_one`` decides the row whose number it
    is given.
    """
    category = asked.category
    within_m = _CERTAIN * float(asked.accuracy_m.max(initial=0.0))
    around = look_around(plan, lonlat, asked.at, within_m, rulings=rulings, threads=threads)
    rows = around.rows(category, asked.callers, assets_around(plan, lonlat, category, threads))
    out = no_answers(len(lonlat))
    decide_rows(plan.tables, rows, asked.at.toordinal(), out, 0, len(lonlat))
    is_place = ~np.isnan(lonlat).any(axis=1)
    is_special = (around.is_special | out.is_special) & is_place
    table = _table(plan, category, out, np.asarray(is_place), asked.accuracy_m)
    table.flags[:] |= plan.grounds.locator.flags(around.assigned, asked.accuracy_m)
    _note_missing(plan, table, out.asset_missing & is_place)
    for i in np.flatnonzero(is_special).tolist():
        _write(table, i, decide_one(i))
    table.is_special[:] = is_special
    return table


def _table(
    plan: BatchPlan,
    category: IntArray,
    out: Found,
    is_place: BoolArray,
    accuracy_m: FloatArray,
) -> OwnerTable:
    body = np.where(is_place, out.body, -1).astype(np.int32)
    is_known = body >= 0
    confidence = same_side_many(out.margin_m, accuracy_m) * same_side_many(out.rival_m, accuracy_m)
    nobody = STATUSES.index("nobody")
    return OwnerTable(
        compiled=plan.compiled,
        category=category,
        body=body,
        step=np.where(is_known, out.step, -1).astype(np.int8),
        rule=np.where(is_known, out.rule, -1).astype(np.int32),
        status=np.where(is_known, 0, nobody).astype(np.int8),
        flags=np.zeros(len(body), dtype=np.uint16),
        confidence=np.where(is_known, confidence, 0.0),
        due_at=None,
        is_special=np.zeros(len(body), dtype=np.bool_),
    )


def _note_missing(plan: BatchPlan, table: OwnerTable, is_missing: BoolArray) -> None:
    needs = np.array([entry.needs_asset for entry in plan.compiled.categories], dtype=np.bool_)
    bit = np.uint16(1 << OWNER_FLAGS.index("asset_missing"))
    table.flags[is_missing & needs[table.category]] |= bit


def _write(table: OwnerTable, i: int, special: Special) -> None:
    body, step, rule, status, confidence, flags = special
    table.body[i] = body
    table.step[i] = -1 if step is None else STEPS.index(step)
    table.rule[i] = rule
    table.status[i] = STATUSES.index(status)
    table.confidence[i] = confidence
    table.flags[i] = sum(1 << OWNER_FLAGS.index(flag) for flag in flags)


def _overlays(
    plan: BatchPlan,
    lonlat: LonLatArray,
    at: date,
    within_m: float,
    threads: int | None,
) -> Overlays:
    """Overlay areas of each row: pointers, features, precedence, metres to the border."""
    rows, features, ranks, borders = [], [], [], []
    for snapshot in plan.grounds.locator.layers:
        key = snapshot.layer.key
        if key not in plan.compiled.overlays:
            continue
        snapshot.edition.require_valid_at(at)
        covering = snapshot.index.covering_many(lonlat, threads)
        n_covering = np.diff(covering.indptr)
        held = np.flatnonzero(n_covering)
        row = np.repeat(held, n_covering[held])
        border = snapshot.index.border_m(lonlat[held], threads, within_m=within_m)
        precedence = plan.precedence[key]
        rows.append(row)
        features.append(plan.start["overlay", key] + covering.ordinals.astype(np.int64))
        ranks.append(precedence[covering.ordinals])
        borders.append(np.repeat(border, n_covering[held]))
    columns = ((features, np.int64), (ranks, np.int32), (borders, np.float64))
    indptr, merged = _by_row(len(lonlat), rows, columns)
    return (indptr, *merged)


def _lines(plan: BatchPlan, lonlat: LonLatArray, threads: int | None) -> tuple[Lines, BoolArray]:
    """Lines of each row: pointers, features, metres, sides; and rows with an agreement."""
    near_agreement = np.zeros(len(lonlat), dtype=np.bool_)
    rows, features, metres, sides = [], [], [], []
    for key in plan.reaches.lines:
        index = plan.reaches.line_index(key)
        near = index.within_many(lonlat, plan.reaches.largest_m[key], threads)
        row = np.repeat(np.arange(len(lonlat)), np.diff(near.indptr))
        agreed = plan.agreement_lines.get(key)
        if agreed is not None:
            near_agreement[row[near.distance_m <= agreed[near.ordinals]]] = True
        if key in plan.compiled.lines:
            rows.append(row)
            features.append(plan.start["line", key] + near.ordinals.astype(np.int64))
            metres.append(near.distance_m)
            sides.append(np.where(near.side == -1, 2, near.side).astype(np.int8))
    columns = ((features, np.int64), (metres, np.float64), (sides, np.int8))
    indptr, merged = _by_row(len(lonlat), rows, columns)
    return (indptr, *merged), near_agreement


def assets_around(
    plan: BatchPlan, lonlat: LonLatArray, category: IntArray, threads: int | None
) -> Assets:
    """Find the assets of each row that count for its category: pointers, features, metres."""
    rows, features, metres = [], [], []
    wanted = plan.asset_set_of[category]
    for classes, number in plan.asset_sets.items():
        asked = np.flatnonzero(wanted == number)
        for key in plan.reaches.assets if asked.size else ():
            reach = plan.reaches.asset_reach(key, classes)
            near = plan.reaches.asset_index(key).within_many(lonlat[asked], reach, threads=threads)
            rows.append(np.repeat(asked, np.diff(near.indptr)))
            features.append(plan.start["asset", key] + near.ordinals.astype(np.int64))
            metres.append(near.distance_m)
    indptr, merged = _by_row(len(lonlat), rows, ((features, np.int64), (metres, np.float64)))
    return (indptr, *merged)


def _by_row(
    n: int,
    rows: Sequence[NDArray[np.int64]],
    columns: Sequence[tuple[Sequence[NDArray[Any]], type]],
) -> tuple[NDArray[np.int64], list[Any]]:
    """Merge lists by row, in the order in which they are given within a row."""
    row = np.concatenate([*rows, np.empty(0, np.int64)])
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=n), out=indptr[1:])
    order = np.argsort(row, kind="stable")
    merged: list[Any] = [
        np.concatenate([*parts, np.empty(0, dtype)]).astype(dtype)[order]
        for parts, dtype in columns
    ]
    return indptr, merged


def _days(values: Sequence[date | None], default: int) -> NDArray[np.int64]:
    return np.array(
        [default if value is None else value.toordinal() for value in values], dtype=np.int64
    )
