"""Tickets as columns, for counting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray

__all__ = ["CodeArray", "TicketColumns"]

CodeArray: TypeAlias = NDArray[Any]
"""Shape (n,), dtype object: strings, empty where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class TicketColumns:
    """Tickets in any order, one value each in every column.

    Attributes
    ----------
    ids
        Ids.
    time_s
        When they came in: seconds since 1970, float64.
    lon, lat
        CGCS2000 degrees; NaN where not placed.
    category
        Codes, or beginnings of codes.
    caller
        Something that is the same for the same caller; empty where not known.
    areas
        Layer key to the codes of the areas.
    """

    ids: CodeArray
    time_s: FloatArray
    lon: FloatArray
    lat: FloatArray
    category: CodeArray
    caller: CodeArray
    areas: Mapping[str, CodeArray]

    def __len__(self) -> int:
        """Give the number of tickets."""
        return len(self.ids)

    def take(self, rows: NDArray[Any]) -> Self:
        """Give some of the tickets: positions, or a mask."""
        return type(self)(
            self.ids[rows],
            self.time_s[rows],
            self.lon[rows],
            self.lat[rows],
            self.category[rows],
            self.caller[rows],
            {layer: codes[rows] for layer, codes in self.areas.items()},
        )

    def counted(self) -> NDArray[np.bool_]:
        """Tell which tickets can be counted: they have a place and a category."""
        is_placed = np.isfinite(self.lon) & np.isfinite(self.lat)
        counted: NDArray[np.bool_] = is_placed & (self.category != "")
        return counted
