"""How busy the city is now, against what the baseline expects: overall and by group."""

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray
from governance.tickets.surge.baseline import Baseline
from governance.tickets.surge.hours import HOUR_S
from governance.tickets.surge.profile import SurgeProfile

__all__ = ["CityLevel", "overall_level"]

_CITY_SHAPE = 20.0
"""Requests by which the level of all groups leans on an ordinary day."""


def overall_level(
    n_requests: int, now_s: float, baseline: Baseline, profile: SurgeProfile
) -> float:
    """Give the level of all groups together: 1 on an ordinary day.

    Parameters
    ----------
    n_requests
        Requests of the last ``profile.level_h`` before ``now_s``.
    now_s
        Seconds since 1970.
    baseline, profile
        What is expected, and over how many hours.
    """
    usual = baseline.expected_overall(now_s - profile.level_h * HOUR_S, now_s)
    return (_CITY_SHAPE + n_requests) / (_CITY_SHAPE + usual)


class CityLevel:
    """Counts of groups in the whole city in the last hours.

    Parameters
    ----------
    group, time_s
        Shape (n,): of requests of the last ``profile.level_h`` before ``now_s``; of some groups,
        of which all.
    now_s
        Seconds since 1970.
    overall
        Level of all groups.
    baseline, profile
        What is expected, and how much the level leans on it.
    """

    def __init__(
        self,
        group: NDArray[np.int64],
        time_s: FloatArray,
        now_s: float,
        overall: float,
        baseline: Baseline,
        profile: SurgeProfile,
    ) -> None:
        self._baseline = baseline
        self._profile = profile
        self._overall = overall
        self._now_s = now_s
        self._start_s = now_s - profile.level_h * HOUR_S
        order = np.lexsort((time_s, group))
        self._group, self._time_s = group[order], time_s[order]

    def __call__(
        self,
        group: NDArray[np.int64],
        start_s: FloatArray,
        end_s: FloatArray,
        inside: FloatArray,
        share: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Give the level of groups outside of places.

        Parameters
        ----------
        group, start_s, end_s
            Shape (n,): group and window of each place.
        inside
            Shape (n,): requests of the group in the place and window, which do not count.
        share
            Shape (n,): share of the group's requests that the place usually has.

        Returns
        -------
        level
            Shape (n,): factor on the baseline.
        shape
            Shape (n,): how well it is known, as the shape of a gamma distribution.

        Notes
        -----
        The group's last day leans on the level of all groups, its window on its day: a season, a
        day of rain or a Monday moves the expectation everywhere and so is no surge of one place.
        """
        day, window = self._profile.day_shape, self._profile.window_shape
        outside = self._baseline.total_of(group) * np.clip(1.0 - share, 0.0, 1.0)
        begin = np.full(len(group), self._start_s)
        now = np.full(len(group), self._now_s)
        usual = outside * self._baseline.part(group, begin, now)
        others = self._count(group, begin, now) - inside
        level = self._overall * (day + others) / (day + self._overall * usual)
        usual = outside * self._baseline.part(group, start_s, end_s)
        others = self._count(group, start_s, end_s) - inside
        return level * (window + others) / (window + level * usual), window + others

    def _count(
        self, group: NDArray[np.int64], start_s: FloatArray, end_s: FloatArray
    ) -> FloatArray:
        """Count requests of the group after ``start_s`` up to ``end_s``."""
        counts = np.zeros(len(group))
        for one in np.unique(group):
            mine = group == one
            low, high = np.searchsorted(self._group, [one, one + 1])
            times = self._time_s[low:high]
            up_to = np.searchsorted(times, end_s[mine], side="right")
            counts[mine] = up_to - np.searchsorted(times, start_s[mine], side="right")
        return counts
