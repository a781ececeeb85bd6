"""What is ordinary: expected requests by category group, place and hour of the week."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray
from governance.tickets.cells import category_group
from governance.tickets.surge.columns import CodeArray
from governance.tickets.surge.hours import WeekShape
from governance.tickets.surge.shrinkage import posterior
from governance.tickets.surge.squares import EVERYTHING, Keys, Plane, SquareCounts

__all__ = ["SEEN", "AreaCounts", "Baseline", "PlaceRate"]

SEEN = 0.5
"""Requests that are added to what was counted, so that nothing is impossible."""


@dataclass(frozen=True, slots=True)
class PlaceRate:
    """What is expected of places over the whole history: mean and shape of a gamma posterior."""

    mean: FloatArray
    shape: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AreaCounts:
    """Counts of the areas of a layer.

    Attributes
    ----------
    codes
        Codes of the areas that had a request, ascending.
    table
        Shape (n_areas, n_groups + 2): requests by group, none of an unknown one, all together.
    parent
        Shape (n_areas,): row in the next coarser layer that most of its requests lie in; empty for
        the coarsest, whose areas lie in the city.
    shape
        Shape (n_groups + 1,): of the prior.
    """

    codes: tuple[str, ...]
    table: FloatArray
    parent: NDArray[np.int64]
    shape: FloatArray

    def rows_of(self, codes: CodeArray) -> NDArray[np.int64]:
        """Give the row of each code; -1 for empty and unknown ones."""
        numbers, distinct = pd.factorize(codes)
        row_of = {code: row for row, code in enumerate(self.codes) if code}
        rows = np.array([row_of.get(str(code), -1) for code in distinct], dtype=np.int64)
        found: NDArray[np.int64] = rows[numbers] if len(rows) else numbers.astype(np.int64)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Counts of the history and what is estimated of them; see :func:`build_baseline`.

    Attributes
    ----------
    groups
        Category groups of the history, ascending. The number of a group is its position; groups
        that were never seen have numbers from ``len(groups)`` on, and share a rate near 0.
    weeks
        Length of the history.
    until_s
        Its end, seconds since 1970.
    total
        Shape (n_groups + 2,): requests by group, none of an unknown one, all together.
    rhythm
        Shares of the hours of the week; the same rows.
    variation
        Shape (n_groups + 1,): squared coefficient of variation of the requests of a coarse area in
        a few hours around what is expected, beyond chance.
    plane
        Of the squares.
    squares
        Counts by size; cells are half as wide as the squares.
    square_shapes
        Shape (n_sizes, n_groups + 1): of the priors.
    areas
        By layer, from fine to coarse.
    """

    groups: tuple[str, ...]
    weeks: int
    until_s: float
    total: FloatArray
    rhythm: WeekShape
    variation: FloatArray
    plane: Plane
    squares: tuple[SquareCounts, ...]
    square_shapes: FloatArray
    areas: Mapping[str, AreaCounts]

    @property
    def per_day(self) -> float:
        """Requests on a mean day."""
        return float(self.total[-1]) / (7.0 * self.weeks)

    def number(self, category: CodeArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Give each category the number of its group.

        Returns
        -------
        numbers, groups
            Number of the group of each category; groups by number, with those never seen.
        """
        codes, distinct = pd.factorize(category)
        named = [category_group(str(code)) for code in distinct]
        groups = (*self.groups, *sorted(set(named).difference(self.groups)))
        number_of = {name: number for number, name in enumerate(groups)}
        numbers = np.array([number_of[name] for name in named], dtype=np.int64)
        return (numbers[codes] if len(numbers) else codes.astype(np.int64)), groups

    def total_of(self, group: NDArray[np.int64]) -> FloatArray:
        """Give the requests of groups in the whole history, and a little more."""
        total: FloatArray = self.total[self._row(group)] + SEEN
        return total

    def variation_of(self, group: NDArray[np.int64]) -> FloatArray:
        """Give the squared coefficient of variation of ordinary hours of groups."""
        variation: FloatArray = self.variation[self._row(group)]
        return variation

    def part(self, group: NDArray[np.int64], start_s: FloatArray, end_s: FloatArray) -> FloatArray:
        """Give the share of the history's requests of groups that a window expects.

        Parameters
        ----------
        group, start_s, end_s
            Numbers of the groups, seconds since 1970; shapes that go together.
        """
        return self.rhythm.weeks(self._row(group), start_s, end_s) / self.weeks

    def expected_overall(self, start_s: float, end_s: float) -> float:
        """Give how many requests of all groups are expected between two times."""
        times = np.array([start_s]), np.array([end_s])
        weeks = self.rhythm.weeks(np.array([len(self.total) - 1]), *times)
        return float(weeks[0] / self.weeks * self.total[-1])

    def square_rate(self, size: int, corner: Keys, group: NDArray[np.int64]) -> PlaceRate:
        """Give what is expected of squares over the whole history.

        Parameters
        ----------
        size
            Which size, 0 for the smallest.
        corner
            Shape (n,): first cell of each.
        group
            Shape (n,): number of the group.

        Notes
        -----
        A square leans on the square three times as wide around it, that on the city; the share of
        all requests that lie in it says how much of the coarser place's is expected.
        """
        counts = self.squares[size]
        shape = self.square_shapes[size, self._row(group)]
        wide = counts.block(corner, group, -2, 6)
        wide_all = counts.block(corner, EVERYTHING, -2, 6)
        share = (wide_all + SEEN) / (self.total[-1] + SEEN)
        around = posterior(wide, self.total_of(group) * share, shape)
        here = counts.block(corner, group, 0, 2)
        here_all = counts.block(corner, EVERYTHING, 0, 2)
        mean = around * (here_all + SEEN) / (wide_all + 9.0 * SEEN)
        return PlaceRate(posterior(here, mean, shape), shape + here)

    def area_rate(self, layer: str, row: NDArray[np.int64], group: NDArray[np.int64]) -> PlaceRate:
        """Give what is expected of areas; each leans on the coarser one that holds it.

        Parameters
        ----------
        layer
            Key of the layer.
        row, group
            Shape (n,): row of the area, number of the group.
        """
        layers = list(self.areas)
        counts = self.areas[layer]
        known = self._row(group)
        here, here_all = counts.table[row, known], counts.table[row, -1]
        shape = counts.shape[known]
        after = layers.index(layer) + 1
        if after < len(layers):
            parent = counts.parent[row]
            above = self.area_rate(layers[after], parent, group).mean
            above_all = self.areas[layers[after]].table[parent, -1]
        else:
            above, above_all = self.total_of(group), np.full(len(row), self.total[-1])
        mean = above * (here_all + SEEN) / (above_all + SEEN)
        return PlaceRate(posterior(here, mean, shape), shape + here)

    def _row(self, group: NDArray[np.int64]) -> NDArray[np.int64]:
        row: NDArray[np.int64] = np.minimum(group, len(self.groups))
        return row
