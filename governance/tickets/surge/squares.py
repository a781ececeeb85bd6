"""Counts of tickets by group in squares of several sizes that lie half a side apart."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray
from geo.measure import metres_per_degree

__all__ = [
    "EVERYTHING",
    "Keys",
    "Plane",
    "SquareCounts",
    "cell_key",
    "cell_of_key",
    "count_squares",
    "group_of",
    "square_keys",
]

Keys: TypeAlias = NDArray[np.int64]
"""Group, row and column in one number."""

EVERYTHING = 1 << 22
"""Stands for all groups together; the numbers of groups lie below."""

_BITS = 20
_MIDDLE = 1 << (_BITS - 1)
_CELL_MASK = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres for one degree at the latitude of the city, by which its squares are laid out.

    The squares are a share of a thousandth wider or narrower 50 km to the north or south.
    """

    per_lon: float
    per_lat: float

    @classmethod
    def at(cls, lat: float) -> "Plane":
        """Lay it out for a latitude, rounded to a tenth of a degree."""
        return cls(*metres_per_degree(round(lat, 1)))

    def cells(
        self, lon: FloatArray, lat: FloatArray, side_m: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give column and row of the cell of a grid that holds each place."""
        column = np.floor(lon * (self.per_lon / side_m)).astype(np.int64)
        row = np.floor(lat * (self.per_lat / side_m)).astype(np.int64)
        return column, row


def cell_key(
    group: NDArray[np.int64] | int, column: NDArray[np.int64], row: NDArray[np.int64]
) -> Keys:
    """Put group, row and column into one number that sorts in this order.

    Columns and rows lie between -524,288 and 524,287, groups are at most ``EVERYTHING``.
    """
    above = np.left_shift(np.int64(group) if isinstance(group, int) else group, 2 * _BITS)
    key: Keys = above | ((row + _MIDDLE) << _BITS) | (column + _MIDDLE)
    return key


def square_keys(
    group: NDArray[np.int64], column: NDArray[np.int64], row: NDArray[np.int64]
) -> Keys:
    """Give the four squares of two by two cells that hold a cell, by their first cell.

    Returns
    -------
    keys
        Shape (4, n).
    """
    return np.stack([cell_key(group, column - dx, row - dy) for dy in (0, 1) for dx in (0, 1)])


@dataclass(frozen=True, slots=True, eq=False)
class SquareCounts:
    """How many tickets of each group lie in each cell of a grid.

    Attributes
    ----------
    keys
        Shape (n,), ascending: group, row, column of cells that hold any.
    before
        Shape (n + 1,), int64: number of tickets in all cells before.
    """

    keys: Keys
    before: NDArray[np.int64]

    def block(
        self, corner: Keys, group: NDArray[np.int64] | int, start: int, side: int
    ) -> FloatArray:
        """Count in a block of cells.

        Parameters
        ----------
        corner
            Shape (n,): keys of cells of any group.
        group
            Of which the tickets are counted.
        start
            The block begins so many columns and rows after the corner; below 0 before it.
        side
            Number of cells along each side.

        Returns
        -------
        count
            Shape (n,), float64.
        """
        column, row = cell_of_key(corner)
        column, row = column + start, row + start
        total = np.zeros(len(corner), dtype=np.int64)
        for step in range(side):
            first = cell_key(group, column, row + step)
            low = np.searchsorted(self.keys, first, side="left")
            high = np.searchsorted(self.keys, first + (side - 1), side="right")
            total += self.before[high] - self.before[low]
        return total.astype(np.float64)


def count_squares(
    group: NDArray[np.int64], column: NDArray[np.int64], row: NDArray[np.int64]
) -> SquareCounts:
    """Count tickets by group and cell, and of all groups together as group ``EVERYTHING``."""
    keys = np.concatenate([cell_key(group, column, row), cell_key(EVERYTHING, column, row)])
    found, counts = np.unique(keys, return_counts=True)
    return SquareCounts(found, np.concatenate([[0], np.cumsum(counts)]))


def group_of(key: Keys) -> NDArray[np.int64]:
    """Give the group of a key."""
    group: NDArray[np.int64] = key >> (2 * _BITS)
    return group


def cell_of_key(key: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give column and row of a key."""
    return (key & _CELL_MASK) - _MIDDLE, ((key >> _BITS) & _CELL_MASK) - _MIDDLE
