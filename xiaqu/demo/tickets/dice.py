"""Random draws, one at a time, fast, and the same on every machine."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

_Item = TypeVar("_Item")
_CHUNK = 4096


class Dice:
    """Uniform numbers dealt one by one; numpy's generator makes them in chunks.

    Parameters
    ----------
    key
        Whole numbers and words; the same key gives the same draws.
    """

    def __init__(self, *key: int | str) -> None:
        words = [list(part.encode()) if isinstance(part, str) else [part] for part in key]
        self._rng = np.random.default_rng([number for word in words for number in word])
        self._numbers: Iterator[float] = iter(())

    def share(self) -> float:
        """Draw from [0, 1)."""
        for number in self._numbers:
            return number
        self._numbers = iter(self._rng.random(_CHUNK).tolist())
        return next(self._numbers)

    def chance(self, probability: float) -> bool:
        """Draw whether something with this probability happens."""
        return self.share() < probability

    def below(self, count: int) -> int:
        """Draw a whole number from 0 to ``count`` - 1."""
        return int(self.share() * count)

    def between(self, low: float, high: float) -> float:
        """Draw from [low, high)."""
        return low + self.share() * (high - low)

    def pick(self, items: Sequence[_Item]) -> _Item:
        """Draw one of the items, all alike."""
        return items[int(self.share() * len(items))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """Draw a position, by weights that are given as their running sum."""
        return bisect(cumulative, self.share() * cumulative[-1], hi=len(cumulative) - 1)

    def poisson(self, mean: float) -> int:
        """Draw a count with this mean."""
        return int(self._rng.poisson(mean))

    def normal(self) -> float:
        """Draw from the standard normal distribution."""
        return float(self._rng.standard_normal())
