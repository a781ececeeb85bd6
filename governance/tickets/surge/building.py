"""Measure what is ordinary."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray
from governance.tickets.cells import category_group
from governance.tickets.surge.baseline import SEEN, AreaCounts, Baseline
from governance.tickets.surge.columns import CodeArray, TicketColumns
from governance.tickets.surge.hours import HOUR_S, WEEK_S, measure_week
from governance.tickets.surge.ordinary import day_variation, is_ordinary
from governance.tickets.surge.profile import SurgeProfile
from governance.tickets.surge.shrinkage import spread
from governance.tickets.surge.squares import (
    EVERYTHING,
    Plane,
    SquareCounts,
    count_squares,
    group_of,
)

__all__ = ["build_baseline"]

_MOST_SAMPLED = 4_000


def build_baseline(
    history: TicketColumns, until_s: float, profile: SurgeProfile
) -> Baseline | None:
    """Measure what is ordinary.

    Parameters
    ----------
    history
        Tickets in any order. Those that do not belong to the last whole weeks before ``until_s``
        or have neither place nor category are left out, and so are those of past surges.
    until_s
        End of the history, seconds since 1970.
    profile
        Says how many weeks count.

    Returns
    -------
    baseline
        None where the history is too short: the first ticket decides how long it is.

    Notes
    -----
    Expected requests = requests of the place in the history, leaning on coarser places, times the
    share of the hours in the group's week. Three seconds for a million tickets.
    """
    rows = history.counted() & (history.time_s < until_s)
    if not rows.any():
        return None
    span_s = until_s - float(history.time_s[rows].min())
    # A history of eight weeks seldom begins with a request in its first second.
    weeks = min(profile.weeks, int((span_s + 12.0 * HOUR_S) // WEEK_S))
    if weeks < profile.least_weeks:
        return None
    start_s = until_s - weeks * WEEK_S
    used = history.take(rows & (history.time_s >= start_s))
    codes, distinct = pd.factorize(used.category)
    named = _ordinals(np.array([category_group(str(one)) for one in distinct], dtype=object))[0]
    group = named[codes]
    finest = _ordinals(used.areas[profile.layers[0]])[0] if profile.layers else group * 0
    kept = is_ordinary(group, finest, used.time_s - start_s, weeks, profile.past_surge)
    return _measure(used.take(kept), weeks, until_s, profile)


def _measure(used: TicketColumns, weeks: int, until_s: float, profile: SurgeProfile) -> Baseline:
    codes, distinct = pd.factorize(used.category)
    named = np.array([category_group(str(one)) for one in distinct], dtype=object)
    numbers, groups = _ordinals(named)
    group, n_groups = numbers[codes], len(groups)
    # One more row, of nothing, for groups that come up later.
    total = np.append(np.bincount(group, minlength=n_groups + 1), len(group)).astype(np.float64)
    rhythm = measure_week(group, used.time_s, n_groups + 1)
    plane = Plane.at(float(np.median(used.lat)))
    squares, shapes = [], []
    for size in range(profile.sizes):
        cells = plane.cells(used.lon, used.lat, profile.smallest_m * 2.0**size / 2.0)
        counts = count_squares(group, *cells)
        squares.append(counts)
        shapes.append(np.append(_square_spread(counts, n_groups), 1.0))
    coarse = _ordinals(used.areas[profile.layers[-1]])[0] if profile.layers else group * 0
    start_s = until_s - weeks * WEEK_S
    variation = day_variation(group, coarse, used.time_s, start_s, weeks, rhythm, n_groups)
    return Baseline(
        groups=tuple(groups),
        weeks=weeks,
        until_s=until_s,
        total=total,
        rhythm=rhythm,
        variation=np.append(variation, variation.max(initial=0.0)),
        plane=plane,
        squares=tuple(squares),
        square_shapes=np.array(shapes),
        areas=_count_areas(used, group, n_groups, profile.layers),
    )


def _square_spread(counts: SquareCounts, n_groups: int) -> FloatArray:
    """Measure how far squares differ from what the wider square around them lets expect."""
    corners = counts.keys[group_of(counts.keys) == EVERYTHING]
    corners = corners[:: max(1, len(corners) // _MOST_SAMPLED)]
    whole = counts.block(corners, EVERYTHING, 0, 2)
    share = (whole + SEEN) / (counts.block(corners, EVERYTHING, -2, 6) + 9.0 * SEEN)
    squares, excess = np.zeros(n_groups), np.zeros(n_groups)
    for group in range(n_groups):
        here = counts.block(corners, group, 0, 2)
        mean = counts.block(corners, group, -2, 6) * share
        squares[group] = np.sum(mean**2)
        excess[group] = np.sum((here - mean) ** 2 - mean)
    return spread(squares, excess)


def _count_areas(
    used: TicketColumns, group: NDArray[np.int64], n_groups: int, layers: Sequence[str]
) -> dict[str, AreaCounts]:
    areas: dict[str, AreaCounts] = {}
    rows = [_ordinals(used.areas[layer]) for layer in layers]
    width = n_groups + 2
    for k, layer in enumerate(layers):
        area, codes = rows[k]
        counts = np.bincount(area * width + group, minlength=len(codes) * width)
        table = counts.reshape(len(codes), width).astype(np.float64)
        table[:, -1] = table.sum(axis=1)
        parent, above = np.empty(0, dtype=np.int64), table.sum(axis=0, keepdims=True)
        if k + 1 < len(layers):
            coarse, names = rows[k + 1]
            parent = _mostly(area, len(codes), coarse, len(names))
            above = np.zeros((len(names), width))
            np.add.at(above, parent, table)
            above = above[parent]
        mean = above[:, :n_groups] * ((table[:, -1:] + SEEN) / (above[:, -1:] + SEEN))
        excess = ((table[:, :n_groups] - mean) ** 2 - mean).sum(axis=0)
        shape = np.append(spread((mean**2).sum(axis=0), excess), 1.0)
        areas[layer] = AreaCounts(tuple(codes), table, parent, shape)
    return areas


def _mostly(
    fine: NDArray[np.int64], n_fine: int, coarse: NDArray[np.int64], n_coarse: int
) -> NDArray[np.int64]:
    """Give for each fine area the coarse one that most of its requests lie in."""
    pairs, counts = np.unique(fine * n_coarse + coarse, return_counts=True)
    order = np.lexsort((-counts, pairs // n_coarse))
    areas, first = np.unique(pairs[order] // n_coarse, return_index=True)
    mostly = np.zeros(n_fine, dtype=np.int64)
    mostly[areas] = pairs[order][first] % n_coarse
    return mostly


def _ordinals(codes: CodeArray) -> tuple[NDArray[np.int64], list[str]]:
    """Give each code its rank among the distinct ones, and those."""
    numbers, distinct = pd.factorize(codes, sort=True)
    return numbers.astype(np.int64), [str(code) for code in distinct]
