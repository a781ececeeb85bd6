"""What of the history was ordinary, and how much ordinary hours vary."""

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray
from governance.tickets.surge.hours import HOUR_S, WEEK_H, WeekShape

__all__ = ["day_variation", "is_ordinary"]

_BLOCK_H = 6
_MOST_VARIATION = 4.0
_POOL = 20.0


def is_ordinary(
    group: NDArray[np.int64],
    area: NDArray[np.int64],
    since_s: FloatArray,
    weeks: int,
    limit: float,
) -> NDArray[np.bool_]:
    """Tell which requests of the history do not belong to a surge of their own.

    Parameters
    ----------
    group, area
        Shape (n,): group and area of each.
    since_s
        Shape (n,): seconds since the beginning of the history.
    weeks
        Its length.
    limit
        Probability below which six hours of a group in an area are no chance.

    Returns
    -------
    is_ordinary
        Shape (n,).

    Notes
    -----
    Six hours are held against the other hours of the same group in the same area and in the whole
    city, whichever lets expect more, without regard to the hour of the day: the limit must be far
    below what the rhythm of a day makes of that.
    """
    from scipy.special import gammainc  # noqa: PLC0415 - slow to import

    n_blocks = weeks * WEEK_H // _BLOCK_H
    block = np.clip((since_s // (_BLOCK_H * HOUR_S)).astype(np.int64), 0, n_blocks - 1)
    n_areas = int(area.max(initial=0)) + 1
    place = group * n_areas + area
    found, which, counts = np.unique(
        place * n_blocks + block, return_inverse=True, return_counts=True
    )
    places, of_place = np.unique(place, return_counts=True)
    others = of_place[np.searchsorted(places, found // n_blocks)] - counts
    of_group = np.bincount(group) / n_areas
    in_group = of_group[found // n_blocks // n_areas]
    mean = (np.maximum(others, in_group) + 0.5) / n_blocks
    probability = gammainc(counts.astype(np.float64), mean)
    kept: NDArray[np.bool_] = (probability >= limit)[which]
    return kept


def day_variation(
    group: NDArray[np.int64],
    area: NDArray[np.int64],
    time_s: FloatArray,
    start_s: float,
    weeks: int,
    rhythm: WeekShape,
    n_groups: int,
) -> FloatArray:
    """Measure how much six hours of a group in an area vary beyond chance.

    Parameters
    ----------
    group, area, time_s
        Shape (n,): of each request of the history.
    start_s, weeks
        Beginning and length of the history.
    rhythm, n_groups
        Shares of the hours of the week, by group.

    Returns
    -------
    variation
        Shape (n_groups,): squared coefficient of variation, 0 where the counts vary no more than
        Poisson counts.

    Notes
    -----
    The method of moments over all areas and blocks of six hours, against what the total of the
    area, the rhythm of the group and the total of the group in those hours let expect. Blocks
    without a request enter through the sums over all of them.
    """
    n_blocks = weeks * WEEK_H // _BLOCK_H
    n_areas = int(area.max(initial=0)) + 1
    block = ((time_s - start_s) // (_BLOCK_H * HOUR_S)).astype(np.int64)
    block = np.clip(block, 0, n_blocks - 1)
    begin: FloatArray = np.arange(n_blocks, dtype=np.float64) * (_BLOCK_H * HOUR_S) + start_s
    squares, excess = np.zeros(n_groups), np.zeros(n_groups)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    for k in range(n_groups):
        mine = order[bounds[k] : bounds[k + 1]]
        usual = rhythm.weeks(k, begin, begin + float(_BLOCK_H * HOUR_S))
        in_block = np.bincount(block[mine], minlength=n_blocks)
        # A block of the whole city leans on its rhythm: what moves the whole city is its level.
        level = (in_block + 1.0) / (len(mine) * usual / weeks + 1.0)
        of_block = usual / weeks * level
        of_area = np.bincount(area[mine], minlength=n_areas).astype(np.float64)
        cells, counts = np.unique(area[mine] * n_blocks + block[mine], return_counts=True)
        mean = of_area[cells // n_blocks] * of_block[cells % n_blocks]
        all_squares = np.sum(of_area**2) * np.sum(of_block**2)
        squares[k] = all_squares
        # sum of (n - m)^2 - m over all cells = sum n^2 - 2 n m over the filled ones + m^2 - m
        filled = np.sum(counts.astype(np.float64) ** 2 - 2.0 * counts * mean)
        excess[k] = filled + all_squares - np.sum(of_area) * np.sum(of_block)
    pooled = max(float(excess.sum()), 0.0) / max(float(squares.sum()), 1.0)
    variation = (np.maximum(excess, 0.0) + _POOL * pooled) / (squares + _POOL)
    return np.minimum(variation, _MOST_VARIATION)
