"""The order of rules for many places at once, compiled.

Only what is plain is decided here. A row where equal candidates meet, or where a ruling, an
agreement, a border, an overlap or a gap plays a part, is marked and decided by
:mod:`governance.owner.verdict`, which is the definition of the order.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray

ASSET, LINEAR, OVERLAY, FUNCTION, GRID = 1, 2, 3, 4, 5
"""Places of the steps in ``tuple(Step)``; the partitions follow from ``GRID`` on."""

N_PARTITIONS = 4
TOWNSHIP_AT, COMMUNITY_AT, DISTRICT_AT = 2, 1, 3
"""Places of the layers among the partitions, fine to coarse."""


class Tables(NamedTuple):
    """A compiled book as arrays. Features of all layers share one numbering.

    ``indptr``, ``rules``, ``bodies`` hold the rules of each feature; ``reach_m`` the default reach
    of lines and assets; ``partition_start`` the first feature of each partition, -1 where there is
    none, and ``function_start`` that of the districts for the step FUNCTION. Rule arrays have one
    item for each rule, days are ordinals. ``governing`` has one row for district, township and
    community each, padded with -1.
    """

    indptr: NDArray[np.int64]
    rules: IntArray
    bodies: IntArray
    reach_m: FloatArray
    partition_start: NDArray[np.int64]
    function_start: int
    n_districts: int
    precedence: IntArray
    rule_reach_m: FloatArray
    side: NDArray[np.int8]
    caller: NDArray[np.int8]
    rule_from: NDArray[np.int64]
    rule_to: NDArray[np.int64]
    body_from: NDArray[np.int64]
    body_to: NDArray[np.int64]
    applies: BoolArray
    steps: IntArray
    is_city_tier: BoolArray
    function_of: IntArray
    governing: IntArray
    district_function: IntArray
    city_function: IntArray


class Rows(NamedTuple):
    """Places with what lies there.

    ``areas`` and ``border_m`` have shape (4, n), partitions fine to coarse. ``overlay_*``,
    ``line_*`` and ``asset_*`` are lists by row: features, and the precedence and border of an
    overlay, the distance and side of a line (1 left, 2 right, 0 on it), the distance of an asset.
    """

    category: IntArray
    caller: NDArray[np.int8]
    areas: IntArray
    border_m: FloatArray
    overlay_ptr: NDArray[np.int64]
    overlay: NDArray[np.int64]
    overlay_rank: IntArray
    overlay_border_m: FloatArray
    line_ptr: NDArray[np.int64]
    line: NDArray[np.int64]
    line_m: FloatArray
    line_side: NDArray[np.int8]
    asset_ptr: NDArray[np.int64]
    asset: NDArray[np.int64]
    asset_m: FloatArray


class Found(NamedTuple):
    """Answers by row; ``margin_m`` and ``rival_m`` are the margins of the confidence."""

    body: IntArray
    step: NDArray[np.int8]
    rule: IntArray
    feature: NDArray[np.int64]
    margin_m: FloatArray
    rival_m: FloatArray
    is_special: BoolArray
    asset_missing: BoolArray


def no_answers(n: int) -> Found:
    """Make answers that say nobody."""
    return Found(
        np.full(n, -1, np.int32),
        np.full(n, -1, np.int8),
        np.full(n, -1, np.int32),
        np.full(n, -1, np.int64),
        np.full(n, np.inf),
        np.full(n, np.inf),
        np.zeros(n, np.bool_),
        np.ones(n, np.bool_),
    )


@njit(cache=True, nogil=True)
def _body_of(t: Tables, r: Rows, i: int, word: int, district: int) -> int:
    """Body that a word stands for at a place; see ``governance.owner.compiled``."""
    if word >= -1:
        return word
    c = r.category[i]
    if word <= -16:
        return t.district_function[-16 - word, district] if district >= 0 else -1
    if word == -5:
        f = t.function_of[c]
        if f < 0:
            return -1
        if t.is_city_tier[c]:
            return t.city_function[f]
        return t.district_function[f, district] if district >= 0 else -1
    if word == -2:
        return t.governing[0, district] if district >= 0 else -1
    if word == -3:
        area = r.areas[TOWNSHIP_AT, i]
        return t.governing[1, area] if area >= 0 else -1
    area = r.areas[COMMUNITY_AT, i]
    return t.governing[2, area] if area >= 0 else -1


@njit(cache=True, nogil=True)
def _able(t: Tables, r: Rows, i: int, rule: int, word: int, day: int, district: int) -> int:
    """Body that a rule names where nothing speaks against it, else -1."""
    if not t.applies[r.category[i], rule]:
        return -1
    if day < t.rule_from[rule] or day >= t.rule_to[rule]:
        return -1
    if t.caller[rule] != 0 and t.caller[rule] != r.caller[i]:
        return -1
    body = _body_of(t, r, i, word, district)
    if body < 0 or day < t.body_from[body] or day >= t.body_to[body]:
        return -1
    return body


@njit(cache=True, nogil=True)
def decide_rows(t: Tables, r: Rows, day: int, out: Found, first: int, last: int) -> None:
    """Decide the rows first .. last - 1.

    Parameters
    ----------
    t
        The book.
    r
        The places.
    day
        Ordinal of the date.
    out
        Written; rows that are special keep what they have, except the mark.
    """
    for i in range(first, last):
        mask = t.steps[r.category[i]]
        district = r.areas[DISTRICT_AT, i]
        for step in range(ASSET, GRID + N_PARTITIONS):
            near = step in (ASSET, LINEAR)
            if not (mask >> step) & 1 and step != ASSET:
                continue
            if step == ASSET:
                begin, end = r.asset_ptr[i], r.asset_ptr[i + 1]
            elif step == LINEAR:
                begin, end = r.line_ptr[i], r.line_ptr[i + 1]
            elif step == OVERLAY:
                begin, end = r.overlay_ptr[i], r.overlay_ptr[i + 1]
            else:
                begin, end = 0, 1
            best_rank, best_second = np.int64(2**62), np.inf
            body, rule, feature, margin = -1, -1, np.int64(-1), np.inf
            reach_best = 0.0
            tie = False
            for h in range(begin, end):
                second, side = 0.0, 0
                if step == ASSET:
                    f, second = r.asset[h], r.asset_m[h]
                elif step == LINEAR:
                    f, second, side = r.line[h], r.line_m[h], r.line_side[h]
                elif step == OVERLAY:
                    f, second = r.overlay[h], float(r.overlay_rank[h])
                elif step == FUNCTION:
                    f = t.function_start + (district if district >= 0 else t.n_districts)
                else:
                    area = r.areas[step - GRID, i]
                    if area < 0 or t.partition_start[step - GRID] < 0:
                        continue
                    f = t.partition_start[step - GRID] + area
                for e in range(t.indptr[f], t.indptr[f + 1]):
                    at = t.rules[e]
                    reach = 0.0
                    if near:
                        reach = t.rule_reach_m[at]
                        if np.isnan(reach):
                            reach = t.reach_m[f]
                        if second > reach:
                            continue
                        if step == ASSET:
                            out.asset_missing[i] = False
                            if not (mask >> step) & 1:
                                continue
                        if side != 0 and t.side[at] != 0 and t.side[at] != side:
                            continue
                    found = _able(t, r, i, at, t.bodies[e], day, district)
                    if found < 0:
                        continue
                    rank = t.precedence[at]
                    if rank < best_rank or (rank == best_rank and second < best_second):
                        best_rank, best_second = rank, second
                        body, rule, feature, reach_best = found, at, f, reach
                        tie = False
                        if step == OVERLAY:
                            margin = r.overlay_border_m[h]
                    elif (
                        rank == best_rank
                        and second == best_second
                        and (found != body or at != rule)
                    ):
                        tie = True
            if body < 0:
                continue
            out.is_special[i] |= tie
            out.body[i], out.step[i], out.rule[i], out.feature[i] = body, step, rule, feature
            if near:
                out.margin_m[i] = reach_best - best_second
                out.rival_m[i] = _rival(
                    t, r, i, step, begin, end, body, best_rank, best_second, day, district
                )
            elif step == FUNCTION:
                is_city = t.is_city_tier[r.category[i]] or district < 0
                out.margin_m[i] = np.inf if is_city else r.border_m[DISTRICT_AT, i]
                out.feature[i] = district
            elif step == OVERLAY:
                out.margin_m[i] = margin
            else:
                out.margin_m[i] = r.border_m[step - GRID, i]
            break


@njit(cache=True, nogil=True)
def _rival(
    t: Tables,
    r: Rows,
    i: int,
    step: int,
    begin: int,
    end: int,
    body: int,
    best_rank: int,
    best_second: float,
    day: int,
    district: int,
) -> float:
    """Half the lead, in metres, over the next line or asset of another body; infinite if none."""
    nearest = np.inf
    for h in range(begin, end):
        side = 0
        if step == ASSET:
            f, metres = r.asset[h], r.asset_m[h]
        else:
            f, metres, side = r.line[h], r.line_m[h], r.line_side[h]
        if metres >= nearest:
            continue
        for e in range(t.indptr[f], t.indptr[f + 1]):
            at = t.rules[e]
            reach = t.rule_reach_m[at]
            if np.isnan(reach):
                reach = t.reach_m[f]
            if metres > reach or t.precedence[at] != best_rank:
                continue
            if side != 0 and t.side[at] != 0 and t.side[at] != side:
                continue
            found = _able(t, r, i, at, t.bodies[e], day, district)
            if found >= 0 and found != body:
                nearest = metres
                break
    return (nearest - best_second) / 2.0
