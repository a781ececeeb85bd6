"""House numbers known as ranges along one side of a street segment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.address.lines import LinePool, RoadLines
from geo.address.plane import distance_m
from geo.address.tables import GazetteerTables
from geo.errors import GazetteerTableError

__all__ = ["RANGE_SECTIONS", "HouseRanges", "RangeHit", "RangeKind", "prepare_ranges"]

RANGE_SECTIONS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("range_start", "i8", ()),  # ranges of entity e: range_start[e] to range_start[e + 1]
    ("range_from", "i4", ()),  # number at the start of the line
    ("range_to", "i4", ()),
    ("range_parity", "i1", ()),  # 0 even, 1 odd, 2 both
    ("range_side", "i1", ()),  # 1 left, -1 right
    ("range_line", "i4", ()),
    ("range_zone", "i4", ()),
    ("zone_texts", "u1", ()),  # JSON list; the first is empty
)

_BOTH: Final = 2
_OFFSET_M: Final = 12.0  # from the middle of the street to the house
_INSET_M: Final = 12.0  # corners carry no doors
_BASE_M: Final = 11.0
_LENGTH_SHARE: Final = 0.28  # of a segment's length, by which its numbers are spaced unevenly
_OTHER_SIDE_M: Final = 20.0  # a number of the wrong parity: perhaps across the street
_GAP_SHARE: Final = 0.5
_FARTHEST_GAP_M: Final = 600.0  # between two ranges that still belong to one run
_HUNDRED: Final = 100  # a block that is given a whole hundred seldom uses its upper numbers, so
_SPREAD: Final = 0.6  # its houses stand farther along than their numbers say: share ** 0.6
_BEYOND: Final = 20  # numbers past the end of a range that are still placed at its end
_BEYOND_M: Final = 40.0

RangeKind = Literal["range", "other_side", "gap", "beyond"]


@dataclass(frozen=True, slots=True)
class RangeHit:
    """A place of a number in or near the ranges of a road.

    Attributes
    ----------
    lon, lat
        Degrees, beside the street on the stated side.
    accuracy_m
        Distance within which the door lies in nine cases of ten.
    kind
        Inside a range of its parity; inside one of the other parity; between two ranges; a little
        beyond the last.
    before, after
        The numbers it lies between; -1 beyond the last.
    zone
        Zone of the range; empty where unknown.
    """

    lon: float
    lat: float
    accuracy_m: float
    kind: RangeKind
    before: int
    after: int
    zone: str


def prepare_ranges(
    tables: GazetteerTables, entity_of_uid: Mapping[str, int], pool: LinePool
) -> dict[str, NDArray[Any]]:
    """Sort the ranges by their road.

    Parameters
    ----------
    tables
        Tables of the gazetteer; ``ranges`` is read.
    entity_of_uid
        Ordinal of each entity, 0 to n - 1.
    pool
        Lines of the same tables.

    Returns
    -------
    arrays
        By the names of ``RANGE_SECTIONS``.

    Raises
    ------
    GazetteerTableError
        A side that is neither L nor R, or a negative number.
    """
    ranges = tables.ranges
    first = ranges["from_number"].to_numpy(np.int64)
    last = ranges["to_number"].to_numpy(np.int64)
    bad = np.flatnonzero(~ranges["side"].isin(["L", "R"]))
    if bad.size:
        row = int(bad[0])
        raise GazetteerTableError("ranges", row, "side", ranges["side"].iloc[row], "not L or R")
    bad = np.flatnonzero((first < 0) | (last < 0))
    if bad.size:
        row = int(bad[0])
        value = min(int(first[row]), int(last[row]))
        raise GazetteerTableError("ranges", row, "from_number", value, "a negative house number")
    zones = ranges["zone"].fillna("")
    texts = ["", *sorted(set(zones) - {""})]
    frame = pd.DataFrame({
        "road": ranges["road_uid"].map(entity_of_uid.get).to_numpy(np.int64),
        "low": np.minimum(first, last),
        "from": first,
        "to": last,
        "parity": np.where(first % 2 == last % 2, first % 2, _BOTH),
        "side": np.where(ranges["side"] == "L", 1, -1),
        "line": pool.line_of_range,
        "zone": zones.map({text: i for i, text in enumerate(texts)}).to_numpy(np.int64),
    }).sort_values(["road", "low", "line", "side"], kind="stable")  # fmt: skip
    n = len(entity_of_uid)
    return {
        "range_start": np.searchsorted(frame["road"].to_numpy(), np.arange(n + 1)),
        **{
            f"range_{name}": frame[name].to_numpy()
            for name in ("from", "to", "parity", "side", "line", "zone")
        },
        "zone_texts": np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8),
    }


class HouseRanges:
    """The ranges of the roads, read from the stored arrays.

    Parameters
    ----------
    arrays
        By the names of ``RANGE_SECTIONS``; kept, not copied.
    lines
        Lines of the roads.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], lines: RoadLines) -> None:
        self._start = arrays["range_start"]
        self._from = arrays["range_from"]
        self._to = arrays["range_to"]
        self._parity = arrays["range_parity"]
        self._side = arrays["range_side"]
        self._line = arrays["range_line"]
        self._zone = arrays["range_zone"]
        self._texts: list[str] = json.loads(arrays["zone_texts"].tobytes() or b'[""]')
        self._lines = lines

    def numbers(self, road: int) -> tuple[int, int, int]:
        """Give the smallest and largest number of a road and how many its ranges can hold."""
        a, b = int(self._start[road]), int(self._start[road + 1])
        if a == b:
            return 0, 0, 0
        first, last = self._from[a:b].astype(np.int64), self._to[a:b].astype(np.int64)
        low, high = np.minimum(first, last), np.maximum(first, last)
        step = np.where(self._parity[a:b] == _BOTH, 1, 2)
        return int(low.min()), int(high.max()), int(((high - low) // step + 1).sum())

    def place(self, road: int, number: int, zone: str = "") -> list[RangeHit]:
        """Place a number by the ranges of a road.

        Parameters
        ----------
        road
            Entity.
        number
            House number.
        zone
            Where stated and some fitting range has it, only those ranges count.

        Returns
        -------
        hits
            All of the best kind there is; empty where the number is far from all ranges.
        """
        a, b = int(self._start[road]), int(self._start[road + 1])
        if a == b:
            return []
        first, last = self._from[a:b], self._to[a:b]
        low, high = np.minimum(first, last), np.maximum(first, last)
        parity = self._parity[a:b]
        same = (parity == _BOTH) | (parity == number % 2)
        holds = (low <= number) & (number <= high)
        rows = a + np.flatnonzero(holds & same)
        if rows.size:
            return [self._inside(row, number, "range") for row in self._zoned(rows, zone)]
        gap = self._gap(a, low, high, same, number)
        if gap is not None:
            return [gap]
        rows = a + np.flatnonzero(holds)
        if rows.size:
            return [self._inside(row, number, "other_side") for row in self._zoned(rows, zone)]
        return self._beyond(a, low, high, number)

    def _zoned(self, rows: NDArray[np.int64], zone: str) -> list[int]:
        every: list[int] = rows.tolist()
        if zone:
            stated = [row for row in every if self._texts[int(self._zone[row])] == zone]
            return stated or every
        return every

    def _point(self, row: int, number: int) -> tuple[float, float, float]:
        """Put a number on its side of the line of a range: lon, lat, length of the line."""
        first, last = int(self._from[row]), int(self._to[row])
        share = 0.5 if first == last else (number - first) / (last - first)
        if _is_whole_hundred(first, last):
            share = share**_SPREAD if first < last else 1.0 - (1.0 - share) ** _SPREAD
        return self._lines.at_fraction(
            int(self._line[row]), share, offset_m=_OFFSET_M * int(self._side[row]), inset_m=_INSET_M
        )

    def _inside(self, row: int, number: int, kind: RangeKind) -> RangeHit:
        lon, lat, length = self._point(row, number)
        accuracy = _BASE_M + _LENGTH_SHARE * length
        if kind == "other_side":
            accuracy += _OTHER_SIDE_M
        first, last = sorted((int(self._from[row]), int(self._to[row])))
        zone = self._texts[int(self._zone[row])]
        return RangeHit(lon, lat, accuracy, kind, first, last, zone)

    def _gap(
        self,
        a: int,
        low: NDArray[np.int32],
        high: NDArray[np.int32],
        same: NDArray[np.bool_],
        number: int,
    ) -> RangeHit | None:
        """Place a number between the ends of two ranges of its parity."""
        below = np.flatnonzero(same & (high < number))
        above = np.flatnonzero(same & (low > number))
        if not below.size or not above.size:
            return None
        i, j = int(below[np.argmax(high[below])]), int(above[np.argmin(low[above])])
        before, after = int(high[i]), int(low[j])
        lon, lat, _ = self._point(a + i, before)
        other_lon, other_lat, _ = self._point(a + j, after)
        gap = distance_m((lon, lat), (other_lon, other_lat))
        if gap > _FARTHEST_GAP_M:
            return None
        share = (number - before) / (after - before)
        return RangeHit(
            lon + share * (other_lon - lon),
            lat + share * (other_lat - lat),
            _BASE_M + _OTHER_SIDE_M + _GAP_SHARE * gap,
            "gap",
            before,
            after,
            self._texts[int(self._zone[a + i])],
        )

    def _beyond(
        self, a: int, low: NDArray[np.int32], high: NDArray[np.int32], number: int
    ) -> list[RangeHit]:
        """Place a number at the end of the nearest range, if it is a few steps off."""
        away = np.where(number > high, number - high, low - number)
        i = int(np.argmin(away))
        if int(away[i]) > _BEYOND:
            return []
        is_after = number > int(high[i])
        end = int(high[i]) if is_after else int(low[i])
        lon, lat, _ = self._point(a + i, end)
        accuracy = _BASE_M + _OTHER_SIDE_M + _BEYOND_M + 2.0 * int(away[i])
        before, after = (end, -1) if is_after else (-1, end)
        zone = self._texts[int(self._zone[a + i])]
        return [RangeHit(lon, lat, accuracy, "beyond", before, after, zone)]


def _is_whole_hundred(first: int, last: int) -> bool:
    """Tell whether a range is the nominal one of a block: 100 to 198, 399 to 301."""
    low, high = min(first, last), max(first, last)
    return low % _HUNDRED <= 1 and high - low in {_HUNDRED - 2, _HUNDRED - 1}
