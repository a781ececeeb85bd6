"""House numbers: known as points, between known ones, or along one side of a street segment.

Numbers of a road alternate between its sides, so neighbours are looked for among numbers of the
same parity first. The numbers of an estate are buildings; those lie in no order, and nothing is put
between them.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.address.lines import RoadLines
from geo.address.plane import distance_m
from geo.address.ranges import HouseRanges, RangeHit
from geo.address.tables import GazetteerTables, Role
from geo.errors import GazetteerTableError

__all__ = ["NUMBER_SECTIONS", "DoorPlace", "HouseNumbers", "prepare_numbers"]

NUMBER_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("door_start", "i8", ()),  # doors of entity e: door_start[e] to door_start[e + 1]
    ("door_number", "i4", ()),  # ascending within an entity
    ("door_suffix", "i4", ()),
    ("door_lon", "f8", ()),
    ("door_lat", "f8", ()),
    ("suffix_texts", "u1", ()),  # JSON list; the first is empty
    ("is_linear", "u1", ()),  # 1 where numbers run along the entity
)

How = Literal["exact", "interpolated", "extrapolated", "same_number_other_suffix"]
Basis = Literal["points", "range", "other_side", "gap", "beyond"]

_EXACT_M: Final = 15.0  # a door plate's point may be the gate, the roof's middle or the kerb
_OTHER_SUFFIX_M: Final = 60.0  # 12甲 stands near 12, seldom beside it
_APART_M: Final = 300.0  # equal numbers farther apart belong to different streets of one name
_FARTHEST_GAP_M: Final = 1500.0  # neighbours farther apart do not belong to one run of numbers
_GAP_SHARE: Final = 0.3  # of the gap, within which nine of ten interpolated doors lie
_OTHER_SIDE_M: Final = 20.0  # added when the neighbours stand on the other side
_BEYOND: Final = 10  # numbers past the last known one that are still placed
_LOOK_BACK: Final = 3  # doors from whose spacing the next ones are reckoned
_STEP_M: Final = 12.0  # front of one number, at least
_FARTHEST_AHEAD_M: Final = 300.0  # beyond this the end of the known numbers says nothing


@dataclass(frozen=True, slots=True)
class DoorPlace:
    """Where a house number is.

    Attributes
    ----------
    lon, lat
        Degrees CGCS2000.
    accuracy_m
        Distance within which the door lies in nine cases of ten.
    how
        Known as a point; between known numbers; beyond the last known one; or the point of the
        same number with another suffix.
    number_before, number_after
        The known numbers it was placed between; the number itself for an exact one.
    zone
        Zone of the range it lies in; empty where unknown.
    by
        What it rests on: points; a range of its parity that holds it; one of the other parity
        that does; the gap between two ranges; the end of the nearest range.
    """

    lon: float
    lat: float
    accuracy_m: float
    how: How
    number_before: int
    number_after: int
    zone: str = ""
    by: Basis = "points"


def plain_suffix(text: str) -> str:
    """Give the form in which suffixes are compared: half-width, upper case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def prepare_numbers(
    tables: GazetteerTables, entity_of_uid: Mapping[str, int]
) -> dict[str, NDArray[Any]]:
    """Sort the house numbers known as points by their owner.

    Parameters
    ----------
    tables
        Tables of the gazetteer; ``doors`` and ``places`` are read.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1.

    Returns
    -------
    arrays
        By the names of ``NUMBER_SECTIONS``.

    Raises
    ------
    GazetteerTableError
        A door of an unknown owner or without a coordinate.
    """
    doors = tables.doors
    n = len(entity_of_uid)
    owner = doors["owner_uid"].map(entity_of_uid.get).to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(owner).any():
        row = int(np.flatnonzero(np.isnan(owner))[0])
        uid = doors["owner_uid"].iloc[row]
        raise GazetteerTableError("doors", row, "owner_uid", uid, "no entity has this uid")
    for field in ("lon", "lat"):
        bad = np.flatnonzero(~np.isfinite(doors[field].to_numpy(np.float64)))
        if bad.size:
            row = int(bad[0])
            value = doors[field].iloc[row]
            raise GazetteerTableError("doors", row, field, value, "not a finite coordinate")
    suffixes = doors["suffix"].fillna("").map(plain_suffix)
    texts = ["", *sorted(set(suffixes) - {""})]
    number_of_text = {text: i for i, text in enumerate(texts)}
    frame = pd.DataFrame({
        "owner": owner.astype(np.int64),
        "number": doors["number"].to_numpy(np.int64),
        "suffix": suffixes.map(number_of_text).to_numpy(np.int64),
        "lon": doors["lon"].to_numpy(np.float64),
        "lat": doors["lat"].to_numpy(np.float64),
    }).sort_values(["owner", "number", "suffix", "lon", "lat"], kind="stable")  # fmt: skip
    linear = np.zeros(n, np.uint8)
    roads = tables.places.loc[tables.places["role"] == int(Role.ROAD), "uid"]
    linear[[entity_of_uid[uid] for uid in roads]] = 1
    return {
        "door_start": np.searchsorted(frame["owner"].to_numpy(), np.arange(n + 1)),
        "door_number": frame["number"].to_numpy(),
        "door_suffix": frame["suffix"].to_numpy(),
        "door_lon": frame["lon"].to_numpy(),
        "door_lat": frame["lat"].to_numpy(),
        "suffix_texts": np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8),
        "is_linear": linear,
    }


class HouseNumbers:
    """House numbers, read from the stored arrays.

    Parameters
    ----------
    arrays
        By the names of ``NUMBER_SECTIONS`` and of ``RANGE_SECTIONS``; kept, not copied.
    lines
        Lines of the roads.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], lines: RoadLines) -> None:
        self._start = arrays["door_start"]
        self._number = arrays["door_number"]
        self._suffix = arrays["door_suffix"]
        self._lon = arrays["door_lon"]
        self._lat = arrays["door_lat"]
        self._linear = arrays["is_linear"]
        self._texts: list[str] = json.loads(arrays["suffix_texts"].tobytes() or b'[""]')
        self._suffix_ordinal = {text: i for i, text in enumerate(self._texts)}
        self._ranges = HouseRanges(arrays, lines)

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
            Zone of the range, where the text states one; a street that exists in several zones is
            then read in this one only, if it has the number there.

        Returns
        -------
        places
            Exact points first; several where the street exists several times; empty where the
            number is not known and lies not among known ones.
        """
        a, b = int(self._start[owner]), int(self._start[owner + 1])
        places: list[DoorPlace] = []
        if a < b:
            places = self._points(a, b, number, plain_suffix(suffix))
        if not places:
            places = _of_ranges(self._ranges.place(owner, number, zone))
        if not places and a < b and self._linear[owner]:
            places = self._between(a, b, number)
        return places

    def numbers(self, owner: int) -> tuple[int, int, int]:
        """Give the smallest and largest known number of an owner and how many there are.

        Returns
        -------
        smallest, largest, count
            All 0 where none is known. A range counts as many as it can hold.
        """
        a, b = int(self._start[owner]), int(self._start[owner + 1])
        low, high, count = self._ranges.numbers(owner)
        if a == b:
            return low, high, count
        first, last = int(self._number[a]), int(self._number[b - 1])
        if count == 0:
            return first, last, b - a
        return min(first, low), max(last, high), count + b - a

    def text_of(self, door: int) -> str:
        """Give the number and suffix of a door by its place in the arrays."""
        return f"{int(self._number[door])}{self._texts[int(self._suffix[door])]}"

    def _points(self, a: int, b: int, number: int, suffix: str) -> list[DoorPlace]:
        """Find the number among the points of an owner, in rows a to b."""
        numbers = self._number[a:b]
        i, j = int(numbers.searchsorted(number)), int(numbers.searchsorted(number, side="right"))
        if i == j:
            return []
        rows = range(a + i, a + j)
        wanted = self._suffix_ordinal.get(suffix, -1)
        same = [row for row in rows if int(self._suffix[row]) == wanted]
        how: How = "exact" if same else "same_number_other_suffix"
        base = _EXACT_M if same else _OTHER_SUFFIX_M
        places = []
        points = [(float(self._lon[row]), float(self._lat[row])) for row in same or rows]
        for group in _grouped(points):
            # The middle one of a group: a mean may lie in the street between two doors.
            spread = [max(distance_m(p, q) for q in group) for p in group]
            at = min(range(len(group)), key=spread.__getitem__)
            lon, lat = group[at]
            accuracy = base + spread[at]
            places.append(DoorPlace(lon, lat, accuracy, how, number, number))
        return places

    def _between(self, a: int, b: int, number: int) -> list[DoorPlace]:
        """Place a number between its known neighbours of the same parity, else of any."""
        numbers = self._number[a:b]
        same = np.flatnonzero((numbers - number) % 2 == 0)
        rows, extra = a + same, 0.0
        known = self._number[rows]
        i = int(known.searchsorted(number))
        if i in {0, len(rows)}:  # the other side of the street may go further
            other = np.arange(a, b)
            j = int(numbers.searchsorted(number))
            if 0 < j < len(other):
                rows, known, i, extra = other, numbers, j, _OTHER_SIDE_M
        if 0 < i < len(rows):
            return self._interpolate(rows, known, i, number, extra)
        return self._extrapolate(rows, known, number) if len(rows) > 1 else []

    def _interpolate(
        self,
        rows: NDArray[np.int64],
        known: NDArray[np.int32],
        i: int,
        number: int,
        extra: float,
    ) -> list[DoorPlace]:
        """Place a number on the straight lines between all pairs of its two neighbours."""
        before, after = int(known[i - 1]), int(known[i])
        lower = self._at(rows[known == before])
        upper = self._at(rows[known == after])
        share = (number - before) / (after - before)
        places = []
        for p in lower:
            q = min(upper, key=lambda point, p=p: distance_m(p, point))  # type: ignore[misc]
            gap = distance_m(p, q)
            if gap > _FARTHEST_GAP_M:
                continue
            places.append(
                DoorPlace(
                    p[0] + share * (q[0] - p[0]),
                    p[1] + share * (q[1] - p[1]),
                    _EXACT_M + extra + _GAP_SHARE * gap,
                    "interpolated",
                    before,
                    after,
                )
            )
        return _distinct(places)

    def _extrapolate(
        self, rows: NDArray[np.int64], known: NDArray[np.int32], number: int
    ) -> list[DoorPlace]:
        """Place a number a few steps beyond the first or last known one."""
        is_after = number > int(known[-1])
        back = min(_LOOK_BACK, len(rows) - 1)
        ends = [-1, -1 - back] if is_after else [0, back]
        last, other = known[ends].tolist()
        beyond = abs(number - last)
        if beyond > _BEYOND or last == other:
            return []
        p, q = self._at(rows[ends])
        per_number = distance_m(p, q) / abs(last - other)
        ahead = beyond * per_number
        if ahead > _FARTHEST_AHEAD_M:
            return []
        share = beyond / abs(last - other)
        point = (p[0] + share * (p[0] - q[0]), p[1] + share * (p[1] - q[1]))
        doubt = beyond * max(per_number, _STEP_M / 2.0)
        return [self._beyond(point, doubt, is_after=is_after, last=last)]

    @staticmethod
    def _beyond(
        point: tuple[float, float], doubt_m: float, *, is_after: bool, last: int
    ) -> DoorPlace:
        before, after = (last, -1) if is_after else (-1, last)
        accuracy = _EXACT_M + _OTHER_SIDE_M + doubt_m
        return DoorPlace(point[0], point[1], accuracy, "extrapolated", before, after)

    def _at(self, rows: NDArray[np.int64]) -> list[tuple[float, float]]:
        return list(zip(self._lon[rows].tolist(), self._lat[rows].tolist(), strict=True))


def _grouped(points: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Put points together that lie near the first of a group."""
    groups: list[list[tuple[float, float]]] = []
    for point in points:
        for group in groups:
            if distance_m(group[0], point) <= _APART_M:
                group.append(point)
                break
        else:
            groups.append([point])
    return groups


def _distinct(places: list[DoorPlace]) -> list[DoorPlace]:
    """Keep one of several places that lie within their accuracy of each other."""
    kept: list[DoorPlace] = []
    for place in sorted(places, key=lambda each: each.accuracy_m):
        near = (distance_m((k.lon, k.lat), (place.lon, place.lat)) for k in kept)
        if all(away > max(place.accuracy_m, _EXACT_M) for away in near):
            kept.append(place)
    return kept


def _of_ranges(hits: list[RangeHit]) -> list[DoorPlace]:
    """Turn places in ranges into places of doors."""
    places = [
        DoorPlace(
            hit.lon,
            hit.lat,
            hit.accuracy_m,
            "extrapolated" if hit.kind == "beyond" else "interpolated",
            hit.before,
            hit.after,
            hit.zone,
            hit.kind,
        )
        for hit in hits
    ]
    return _distinct(places)
