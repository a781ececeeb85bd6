"""How the requests of a week fall on its hours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray

__all__ = ["HOUR_S", "WEEK_H", "WEEK_S", "WeekShape", "measure_week"]

HOUR_S = 3600.0
WEEK_H = 168
WEEK_S = WEEK_H * HOUR_S
_DAY_H = 24
_CHINA_S = 8 * HOUR_S
_MONDAY_S = 3 * 24 * HOUR_S
"""1970-01-01 was a Thursday: three days after a Monday."""
_PRIOR = 168.0
"""Requests by which a group leans on the rhythm of all groups."""


@dataclass(frozen=True, slots=True, eq=False)
class WeekShape:
    """Shares of a week.

    Attributes
    ----------
    share
        Shape (n_groups, 168): share of each hour of the week, Monday 0 h first, in China's time;
        each row sums to 1 and holds nothing of 0.
    before
        Shape (n_groups, 169): share of all hours before.
    """

    share: FloatArray
    before: FloatArray

    def weeks(
        self, group: NDArray[np.int64] | int, start_s: FloatArray, end_s: FloatArray
    ) -> FloatArray:
        """Give how much of a week of requests falls between two times, 1 for a whole week.

        Parameters
        ----------
        group
            Rows of the table.
        start_s, end_s
            Seconds since 1970; shapes that go together with ``group``.
        """
        return self._done(group, end_s) - self._done(group, start_s)

    def _done(self, group: NDArray[np.int64] | int, time_s: FloatArray) -> FloatArray:
        hours = (time_s + (_CHINA_S + _MONDAY_S)) / HOUR_S
        week = np.floor(hours / WEEK_H)
        within = hours - week * WEEK_H
        hour = np.minimum(within.astype(np.int64), WEEK_H - 1)
        done: FloatArray = (
            week + self.before[group, hour] + self.share[group, hour] * (within - hour)
        )
        return done


def measure_week(group: NDArray[np.int64], time_s: FloatArray, n_groups: int) -> WeekShape:
    """Measure how requests fall on the hours of a week.

    Parameters
    ----------
    group
        Shape (n,): row of each request, below ``n_groups``.
    time_s
        Shape (n,): seconds since 1970, over whole weeks.
    n_groups
        Number of groups; the shape gets one more row for all together.

    Notes
    -----
    Few requests say little of 168 hours: all together lean on the hours of a day, and a group
    leans on all together, the less the more requests it has.
    """
    hour = ((time_s + (_CHINA_S + _MONDAY_S)) // HOUR_S).astype(np.int64) % WEEK_H
    counts = np.bincount(group * WEEK_H + hour, minlength=n_groups * WEEK_H).astype(np.float64)
    table = counts.reshape(n_groups, WEEK_H)
    total = table.sum(axis=0)
    flat = np.full(_DAY_H, 1.0 / _DAY_H)
    of_day = _lean(total.reshape(7, _DAY_H).sum(axis=0), flat, _DAY_H)
    of_all = _lean(total, np.tile(of_day, 7) / 7.0, _PRIOR)
    shares = np.vstack([*(_lean(row, of_all, _PRIOR) for row in table), of_all])
    before = np.concatenate([np.zeros((n_groups + 1, 1)), np.cumsum(shares, axis=1)], axis=1)
    return WeekShape(shares, before)


def _lean(counts: FloatArray, prior: FloatArray, weight: float) -> FloatArray:
    """Share out counts that are added to a prior of some weight."""
    shares: FloatArray = (counts + weight * prior) / (counts.sum() + weight)
    return shares
