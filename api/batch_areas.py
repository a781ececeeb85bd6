"""The columns of a batch that say who holds a place."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from api.state import Loaded
from boundaries.assignment import flag_texts
from geo.arrays import FloatArray, LonLatArray

FLAGS = "flags"


class AreaColumns:
    """Makes code, name and border distance of each layer, and the flags.

    Parameters
    ----------
    loaded
        Answers the whole batch, even when editions change meanwhile.
    at
        Day of the answer.
    layers
        Keys of the layers asked, or None for all.

    Raises
    ------
    DateOutsideValidityError
        A layer asked is not valid on the day: seen before the answer starts.
    """

    def __init__(self, loaded: Loaded, at: date, layers: tuple[str, ...] | None) -> None:
        self.loaded = loaded
        self.at = at
        self._layers = layers
        snapshots = [
            item for item in loaded.locator.layers if layers is None or item.layer.key in layers
        ]
        for snapshot in snapshots:
            snapshot.edition.require_valid_at(at)
        # A last element of None answers ordinal -1.
        self._codes = {
            item.layer.key: _objects([area.code for area in item.areas]) for item in snapshots
        }
        self._names = {
            item.layer.key: _objects([area.name for area in item.areas]) for item in snapshots
        }

    @property
    def fields(self) -> dict[str, pa.DataType]:
        """Name and type of the columns."""
        names: dict[str, pa.DataType] = {}
        for key in self._codes:
            names[f"{key}_code"] = pa.string()
            names[f"{key}_name"] = pa.string()
            names[f"{key}_border_m"] = pa.float64()
        names[FLAGS] = pa.string()
        return names

    def of(self, lonlat: LonLatArray, accuracy_m: float | FloatArray) -> dict[str, list[Any]]:
        """Return the columns of some places.

        Parameters
        ----------
        lonlat
            Shape (n, 2), CGCS2000 degrees; NaN rows get nothing.
        accuracy_m
            Of all places, or of each, shape (n,): nearer borders are flagged.
        """
        locator = self.loaded.locator
        found = locator.assign(lonlat, at=self.at, layers=self._layers)
        columns: dict[str, list[Any]] = {}
        for key in self._codes:
            answer = found[key]
            columns[f"{key}_code"] = self._codes[key][answer.ordinals].tolist()
            columns[f"{key}_name"] = self._names[key][answer.ordinals].tolist()
            columns[f"{key}_border_m"] = _rounded(answer.border_m)
        columns[FLAGS] = flag_texts(locator.flags(found, accuracy_m))
        return columns


def _objects(values: list[str]) -> NDArray[Any]:
    return np.array([*values, None], dtype=object)


def _rounded(metres: FloatArray) -> list[float | None]:
    rounded = np.round(metres, 2).tolist()
    return [value if value == value else None for value in rounded]  # noqa: PLR0124 - NaN test
