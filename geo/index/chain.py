"""Several layers asked at one point in one call."""

from collections.abc import Sequence
from math import isfinite, nan

import numpy as np

from geo.index.location import LocationIndex
from geo.index.single import probe_layers

_ROOM = 256


class IndexChain:
    """Indexes that are asked together, such as city to grid.

    Parameters
    ----------
    indexes
        Layers in the order of the answer.
    only_covered
        One flag for each layer: measure its border only where an area covers the point. Meant
        for overlays, of which most places are free.
    """

    def __init__(self, indexes: Sequence[LocationIndex], only_covered: Sequence[bool]) -> None:
        self._indexes = tuple(indexes)  # keeps the buffers alive
        self._bases = np.array([index.address for index in indexes], np.int64)
        self._only_covered = np.array(only_covered, np.int64)

    def probe(self, lon: float, lat: float, radius_m: float) -> list[float]:
        """Probe all layers at one point.

        Parameters
        ----------
        lon, lat
            Place in the layers' system.
        radius_m
            How far to look for contenders, metres.

        Returns
        -------
        values
            For each layer owner (-1 for none), flags (bit 0 on a border, bit 1 overlap),
            border_m (NaN where not measured), the number n of contenders beside the owner, then
            n pairs of squared metres and ordinal, nearest first. Flat, because making objects
            would cost more than the lookup.
        """
        if not (isfinite(lon) and isfinite(lat)):
            return [-1.0, 0.0, nan, 0.0] * len(self._indexes)
        out = np.empty(_ROOM)
        used = probe_layers(self._bases, self._only_covered, lon, lat, radius_m, out)
        while used < 0:
            out = np.empty(out.size * 8)
            used = probe_layers(self._bases, self._only_covered, lon, lat, radius_m, out)
        values: list[float] = out[:used].tolist()
        return values
