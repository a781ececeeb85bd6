"""The places that are looked at: squares of several sizes, half a side apart, and areas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray
from governance.tickets.surge.baseline import Baseline, PlaceRate
from governance.tickets.surge.columns import TicketColumns
from governance.tickets.surge.hours import HOUR_S
from governance.tickets.surge.profile import SurgeProfile
from governance.tickets.surge.squares import Keys, cell_of_key, group_of, square_keys

__all__ = ["CELL_LAYER", "PlaceTable", "list_places"]

CELL_LAYER = "cell"
"""What stands for the layer of a square."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceTable:
    """Places with enough requests of one group.

    Attributes
    ----------
    group
        Shape (n,): row of the group.
    kind
        Shape (n,): size of the square, or number of sizes plus position of the layer.
    code
        Shape (n,): key of the square, or row of the area.
    last_s
        Shape (n,): time of the last request.
    count
        Shape (n, n_windows): requests in each window that ends with the last request.
    rate
        What is ordinary there, over the whole history.
    rows, starts, ends
        Requests of place k are ``rows[starts[k]:ends[k]]``.
    """

    group: NDArray[np.int64]
    kind: NDArray[np.int64]
    code: Keys
    last_s: FloatArray
    count: NDArray[np.int64]
    rate: PlaceRate
    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def members(self, place: int, time_s: FloatArray, window_s: float) -> NDArray[np.int64]:
        """Give the requests of a place in a window, in ascending order."""
        rows = self.rows[self.starts[place] : self.ends[place]]
        return np.sort(rows[time_s[rows] > self.last_s[place] - window_s])

    def name(self, place: int, baseline: Baseline, profile: SurgeProfile) -> tuple[str, str]:
        """Give the layer and the code of a place; side, column and row of a square."""
        kind = int(self.kind[place])
        if kind < profile.sizes:
            column, row = cell_of_key(self.code[place : place + 1])
            side_m = profile.smallest_m * 2.0**kind
            return CELL_LAYER, f"{side_m:.0f}:{int(column[0])}:{int(row[0])}"
        layer = profile.layers[kind - profile.sizes]
        return layer, baseline.areas[layer].codes[int(self.code[place])]


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Places of one kind; as of :class:`PlaceTable`."""

    group: NDArray[np.int64]
    code: Keys
    last_s: FloatArray
    count: NDArray[np.int64]
    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def list_places(
    tickets: TicketColumns,
    group: NDArray[np.int64],
    rows: NDArray[np.int64],
    baseline: Baseline,
    profile: SurgeProfile,
) -> PlaceTable:
    """List the places that hold enough of some requests, and count there.

    Parameters
    ----------
    tickets
        All requests.
    group
        Shape (n_tickets,): row of the group of each.
    rows
        Which of them count.
    baseline, profile
        Where the squares lie, what is ordinary, which windows there are.

    Returns
    -------
    table
        May be empty. Areas that the history does not know are left out.
    """
    time_s, mine = tickets.time_s[rows], group[rows]
    kinds: list[_Kind] = []
    rates: list[PlaceRate] = []
    for size in range(profile.sizes):
        side_m = profile.smallest_m * 2.0**size / 2.0
        cells = baseline.plane.cells(tickets.lon[rows], tickets.lat[rows], side_m)
        keys = square_keys(mine, *cells).ravel()
        which = np.tile(np.arange(len(rows)), 4)
        kind = _gather(keys, which, time_s, rows, profile)
        kinds.append(kind)
        rates.append(baseline.square_rate(size, kind.code, kind.group))
    for layer in profile.layers:
        counts = baseline.areas[layer]
        area = counts.rows_of(tickets.areas[layer][rows])
        which = np.flatnonzero(area >= 0)
        keys = _area_key(mine[which], area[which])
        kind = _gather(keys, which, time_s, rows, profile)
        kinds.append(kind)
        rates.append(baseline.area_rate(layer, _area_of(kind.code), kind.group))
    return _join(kinds, rates, profile)


def _gather(
    keys: Keys,
    which: NDArray[np.int64],
    time_s: FloatArray,
    rows: NDArray[np.int64],
    profile: SurgeProfile,
) -> _Kind:
    """Count by key; keys with too few requests are left out."""
    order = np.argsort(keys, kind="stable")
    keys, which = keys[order], which[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else order
    ends = np.append(starts[1:], len(keys)).astype(np.int64)
    enough = ends - starts >= profile.least_callers
    starts, ends = starts[enough], ends[enough]
    code = keys[starts]
    # From here on only the requests of the places that are left.
    sizes = ends - starts
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = which[np.repeat(starts, sizes) + within]
    starts = np.cumsum(sizes) - sizes
    times = time_s[kept]
    last_s = np.maximum.reduceat(times, starts) if len(starts) else np.empty(0)
    age = np.repeat(last_s, sizes) - times
    windows = [hours * HOUR_S for hours in profile.windows_h]
    counts = [_sum((age < window).astype(np.int64), starts) for window in windows]
    return _Kind(
        group_of(code), code, last_s, np.stack(counts, axis=1), rows[kept], starts, starts + sizes
    )


def _sum(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.add.reduceat(values, starts) if len(starts) else np.empty(0, dtype=np.int64)


def _join(kinds: Sequence[_Kind], rates: Sequence[PlaceRate], profile: SurgeProfile) -> PlaceTable:
    offsets = np.cumsum([0, *(len(kind.rows) for kind in kinds)])
    codes = [
        kind.code if number < profile.sizes else _area_of(kind.code)
        for number, kind in enumerate(kinds)
    ]
    return PlaceTable(
        group=np.concatenate([kind.group for kind in kinds]),
        kind=np.repeat(np.arange(len(kinds)), [len(kind.code) for kind in kinds]),
        code=np.concatenate(codes),
        last_s=np.concatenate([kind.last_s for kind in kinds]),
        count=np.concatenate([kind.count for kind in kinds]),
        rate=PlaceRate(
            np.concatenate([rate.mean for rate in rates]),
            np.concatenate([rate.shape for rate in rates]),
        ),
        rows=np.concatenate([kind.rows for kind in kinds]),
        starts=np.concatenate([k.starts + at for k, at in zip(kinds, offsets, strict=False)]),
        ends=np.concatenate([k.ends + at for k, at in zip(kinds, offsets, strict=False)]),
    )


_AREA_BITS = 40
_AREA_MASK = (1 << _AREA_BITS) - 1


def _area_key(group: NDArray[np.int64], area: NDArray[np.int64]) -> Keys:
    key: Keys = (group << _AREA_BITS) | area
    return key


def _area_of(key: Keys) -> NDArray[np.int64]:
    area: NDArray[np.int64] = key & _AREA_MASK
    return area
