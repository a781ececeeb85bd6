"""The squares and category groups by which tickets near each other are found."""

import math

__all__ = ["CELL_DEG", "category_group", "cell_of", "cells_around"]

CELL_DEG = 0.002
"""Side of a square in degrees: about 222 m north to south and 170 m east to west at 40 degrees."""

_PER_DEGREE = 500
_COLUMNS = 360 * _PER_DEGREE
_ROWS = 180 * _PER_DEGREE
_GROUP_LETTERS = 4


def cell_of(lon: float, lat: float) -> int:
    """Give the number of the square that holds a place.

    Parameters
    ----------
    lon, lat
        CGCS2000 degrees, finite.

    Returns
    -------
    int
        ``row * 180000 + column``; the row counts from the south pole, the column from 180 degrees
        west. A place on a side belongs to the square in the north and east of it.
    """
    column = math.floor((lon + 180.0) * _PER_DEGREE) % _COLUMNS
    row = min(max(math.floor((lat + 90.0) * _PER_DEGREE), 0), _ROWS - 1)
    return row * _COLUMNS + column


def cells_around(lon: float, lat: float, rings: int = 1) -> list[int]:
    """List the square that holds a place and those around it, in ascending order.

    Parameters
    ----------
    lon, lat
        CGCS2000 degrees, finite.
    rings
        How many rings of squares; 1 gives nine squares, 0 the one.
    """
    row, column = divmod(cell_of(lon, lat), _COLUMNS)
    rows = range(max(row - rings, 0), min(row + rings, _ROWS - 1) + 1)
    return sorted(
        {
            y * _COLUMNS + (column + step) % _COLUMNS
            for y in rows
            for step in range(-rings, rings + 1)
        }
    )


def category_group(category: str) -> str:
    """Give the group of a category: the first four letters or digits of its code."""
    return category[:_GROUP_LETTERS]
