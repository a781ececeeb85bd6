"""The columns that an assignment adds: who holds each place, how near the border, what to mind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from boundaries.assignment import flag_texts
from boundaries.locator import LayerAssignment, LayerSnapshot, Locator
from geo.arrays import FloatArray
from xiaqu.assignment.places import Places

_BORDER_DIGITS = 3  # a millimetre; the shapes themselves are not better


class AnswerColumns:
    """Makes the added columns of every batch and counts what they say.

    Parameters
    ----------
    locator
        Of the active editions.
    layers
        Keys of the layers to answer for; None for all of them.
    at
        Date asked about; None for today.
    accuracy_m
        How exact the places are in metres; nearer borders get the flag ``near_border``.
    prefix
        Put before every added heading.
    """

    def __init__(
        self,
        locator: Locator,
        *,
        layers: Sequence[str] | None,
        at: date | None,
        accuracy_m: float,
        prefix: str,
    ) -> None:
        wanted = None if layers is None else set(layers)
        self._locator = locator
        self._at = at
        self._accuracy_m = accuracy_m
        self._prefix = prefix
        self.snapshots: tuple[LayerSnapshot, ...] = tuple(
            item for item in locator.layers if wanted is None or item.layer.key in wanted
        )
        self._codes = {
            item.layer.key: _lookup([area.code for area in item.areas]) for item in self.snapshots
        }
        self._names = {
            item.layer.key: _lookup([area.name for area in item.areas]) for item in self.snapshots
        }
        self.found: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()

    @property
    def keys(self) -> list[str]:
        """Keys of the layers, partitions from coarse to fine, then overlays."""
        return [item.layer.key for item in self.snapshots]

    @property
    def fields(self) -> list[pa.Field]:
        """The added columns."""
        added = []
        for key in self.keys:
            added += [
                pa.field(f"{self._prefix}{key}_code", pa.string()),
                pa.field(f"{self._prefix}{key}_name", pa.string()),
                pa.field(f"{self._prefix}{key}_border_m", pa.float64()),
            ]
        return [
            *added,
            pa.field(f"{self._prefix}flags", pa.string()),
            pa.field(f"{self._prefix}problem", pa.string()),
        ]

    def answer(self, places: Places, layout: Mapping[int, str]) -> list[pa.Array]:
        """Answer for one batch.

        Parameters
        ----------
        places
            The places of the batch.
        layout
            By row: what was wrong with the row in the file, beside its coordinate.

        Returns
        -------
        columns
            In the order of :attr:`fields`.
        """
        assigned = self._locator.assign(places.lonlat, at=self._at, layers=self.keys)
        columns: list[pa.Array] = []
        for key in self.keys:
            one = assigned[key]
            self.found[key] += int((one.ordinals >= 0).sum())
            # NaN (no place) becomes a missing value, not the text "nan".
            border = np.round(one.border_m, _BORDER_DIGITS)
            columns += [
                pa.array(self._codes[key][one.ordinals], pa.string()),
                pa.array(self._names[key][one.ordinals], pa.string()),
                pa.array(border, pa.float64(), from_pandas=True),
            ]
        accuracy_m = self._accuracy_m if places.accuracy_m is None else places.accuracy_m
        columns.append(self._flag_texts(assigned, accuracy_m))
        columns.append(self._problem_texts(len(places.lonlat), places, layout))
        return columns

    def _flag_texts(
        self, assigned: dict[str, LayerAssignment], accuracy_m: float | FloatArray
    ) -> pa.Array:
        texts = flag_texts(self._locator.flags(assigned, accuracy_m))
        for joined, count in Counter(texts).items():
            for flag in filter(None, joined.split(";")):
                self.flags[flag] += count
        return pa.array(texts, pa.string())

    def _problem_texts(self, n_rows: int, places: Places, layout: Mapping[int, str]) -> pa.Array:
        texts: list[str] = [""] * n_rows
        for row, (code, text) in places.problems.items():
            self.problems[code] += 1
            texts[row] = f"{code}: {text}"
        for row, text in layout.items():
            self.problems["layout"] += 1
            texts[row] = f"{texts[row]}; {text}" if texts[row] else text
        return pa.array(texts, pa.string())


def _lookup(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Make a table by ordinal whose last entry, ordinal -1, is a missing value."""
    table = np.empty(len(texts) + 1, dtype=object)
    table[:-1] = texts
    table[-1] = None
    return table
