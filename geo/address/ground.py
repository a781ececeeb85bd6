"""The ground of a gazetteer: where numbers, roads and crossings are, and what is near a place."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.address.crossings import CROSSING_SECTIONS, Crossings, prepare_crossings
from geo.address.lines import LINE_SECTIONS, RoadLines, prepare_lines
from geo.address.numbers import NUMBER_SECTIONS, DoorPlace, HouseNumbers, prepare_numbers
from geo.address.plane import moved
from geo.address.ranges import RANGE_SECTIONS, prepare_ranges
from geo.address.reverse import REVERSE_SECTIONS, Around, NearPlace, prepare_around
from geo.address.tables import GazetteerTables

__all__ = ["GROUND_SECTIONS", "DoorPlace", "Ground", "NearPlace", "prepare_ground"]

GROUND_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    *LINE_SECTIONS,
    *NUMBER_SECTIONS,
    *RANGE_SECTIONS,
    *CROSSING_SECTIONS,
    *REVERSE_SECTIONS,
)
"""Name, dtype and trailing shape of each array of the ground, in file order."""


def prepare_ground(
    tables: GazetteerTables, entity_of_uid: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    """Make the arrays of the ground.

    Parameters
    ----------
    tables
        Tables of the gazetteer.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1; areas and places.

    Returns
    -------
    arrays
        By name and with the dtypes of ``GROUND_SECTIONS``.

    Raises
    ------
    GazetteerTableError
        A row that names an unknown entity or has no usable coordinate or line.
    """
    pool = prepare_lines(tables, entity_of_uid)
    arrays = {
        **pool.arrays,
        **prepare_numbers(tables, entity_of_uid),
        **prepare_ranges(tables, entity_of_uid, pool),
        **prepare_crossings(tables, entity_of_uid, pool),
    }
    arrays |= prepare_around(tables, entity_of_uid, arrays)
    return {
        name: np.ascontiguousarray(arrays[name], dtype=np.dtype("<" + dtype))
        for name, dtype, _ in GROUND_SECTIONS
    }


class Ground:
    """Where things are. Immutable; all places are degrees CGCS2000.

    Parameters
    ----------
    arrays
        What ``prepare_ground`` made; kept, not copied.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._lines = RoadLines(arrays)
        self._numbers = HouseNumbers(arrays, self._lines)
        self._crossings = Crossings(arrays)
        self._around = Around(arrays)

    def door(self, owner: int, number: int, suffix: str = "", zone: str = "") -> list[DoorPlace]:
        """Find a house number.

        Parameters
        ----------
        owner
            Entity: a road, or an estate with buildings.
        number
            The number.
        suffix
            Text after it: 甲, A; empty for none.
        zone
            Zone of a range, where the text states one.

        Returns
        -------
        places
            Several where the street exists several times; empty where the number is not known
            and lies not among known ones. Buildings of an estate are never interpolated.
        """
        return self._numbers.door(owner, number, suffix, zone)

    def numbers(self, owner: int) -> tuple[int, int, int]:
        """Give the smallest and largest known number of an owner and their count; else zeros."""
        return self._numbers.numbers(owner)

    def text_of_door(self, door: int) -> str:
        """Give number and suffix of a door that ``reverse`` found."""
        return self._numbers.text_of(door)

    def crossings(self, road: int, other: int) -> NDArray[np.float64]:
        """Give the crossings of two roads: shape (k, 2), lon and lat; k may be 0."""
        return self._crossings.between(road, other)

    def crossed(self, road: int) -> NDArray[np.int32]:
        """Give the roads that a road crosses, ascending, each once."""
        return self._crossings.others(road)

    def has_line(self, road: int) -> bool:
        """Tell whether the course of a road is known."""
        return len(self._lines.lines_of(road)) > 0

    def nearest_on(self, road: int, lon: float, lat: float) -> tuple[float, float, float] | None:
        """Find the nearest point of a road: lon, lat and distance in metres; None without line."""
        found = self._lines.nearest(road, lon, lat)
        return None if found is None else (found.lon, found.lat, found.distance_m)

    def move(
        self, lon: float, lat: float, bearing_deg: float | None, distance_m: float
    ) -> tuple[float, float]:
        """Go a distance in a direction, clockwise from north; None for a direction goes nowhere."""
        return moved(lon, lat, bearing_deg, distance_m)

    def along(
        self, road: int, lon: float, lat: float, bearing_deg: float, distance_m: float
    ) -> tuple[float, float] | None:
        """Walk along a road.

        Parameters
        ----------
        road
            Entity.
        lon, lat
            Where to begin; the nearest point of the road is taken.
        bearing_deg
            Where to, clockwise from north; of the two ways along the road the nearer one.
        distance_m
            How far.

        Returns
        -------
        lon, lat
            The end of the road where it is shorter; None where its course is not known or runs
            across the bearing.
        """
        return self._lines.along(road, lon, lat, bearing_deg, distance_m)

    def extent_m(self, road: int) -> tuple[float, float]:
        """Measure a road: length of all its lines, and the radius of its box; metres."""
        return self._lines.extent_m(road)

    def middle(self, road: int) -> tuple[float, float, float]:
        """Give the point halfway along a road, and how far the road reaches from there; metres.

        NaN for a road without a line.
        """
        return self._lines.middle(road)

    def reverse(self, lon: float, lat: float, limit: int = 5) -> list[NearPlace]:
        """Find what is nearest to a place.

        Parameters
        ----------
        lon, lat
            Degrees CGCS2000.
        limit
            So many doors, so many roads and so many places of each role at most.

        Returns
        -------
        near
            By distance; nothing farther than 2 km.
        """
        return self._around.near(lon, lat, limit)
