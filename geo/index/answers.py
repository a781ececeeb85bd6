"""What the location index answers about many points, or about one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray


class Covering(NamedTuple):
    """Areas that cover each of n points.

    Attributes
    ----------
    indptr
        Shape (n + 1,): the areas of point i are ``ordinals[indptr[i]:indptr[i + 1]]``.
    ordinals
        Covering areas, ascending within a point, borders included.
    on_border
        Shape (n,): the point lies on the border of a covering area.
    overlap
        Shape (n,): the point lies inside one area while another covers it too.
    """

    indptr: NDArray[np.int64]
    ordinals: IntArray
    on_border: BoolArray
    overlap: BoolArray

    @property
    def owner(self) -> IntArray:
        """Shape (n,): the covering area with the smallest ordinal, -1 where none."""
        first = self.indptr[:-1]
        found = self.indptr[1:] > first
        out = np.full(first.size, -1, np.int32)
        out[found] = self.ordinals[first[found]]
        return out


class Assignment(NamedTuple):
    """Owner of each of n points with what must be said beside it.

    Attributes
    ----------
    owner
        Shape (n,): covering area with the smallest ordinal, -1 where none.
    on_border, overlap
        Shape (n,): flags as in ``Covering``.
    """

    owner: IntArray
    on_border: BoolArray
    overlap: BoolArray


class Nearby(NamedTuple):
    """Areas within a radius of each of n points.

    Attributes
    ----------
    indptr
        Shape (n + 1,): the areas of point i are the items ``indptr[i]`` to ``indptr[i + 1]``.
    ordinals
        Areas, by distance and then ordinal.
    distances_m
        Metres from the point to the area, 0 where it covers the point.
    """

    indptr: NDArray[np.int64]
    ordinals: IntArray
    distances_m: FloatArray


class Probe(NamedTuple):
    """Everything about one point.

    Attributes
    ----------
    owner
        Covering area with the smallest ordinal, -1 for none.
    covering
        All covering areas, ascending.
    on_border, overlap
        Flags as in ``Covering``.
    border_m
        Metres to the nearest border of the layer.
    contenders
        (ordinal, metres) of every area within the radius asked, nearest first, 0.0 for the
        covering ones.
    """

    owner: int
    covering: tuple[int, ...]
    on_border: bool
    overlap: bool
    border_m: float
    contenders: tuple[tuple[int, float], ...]
