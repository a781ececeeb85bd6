"""Lines near a place: roads, rivers, railways; which side of them, and how far along."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray, GeometryArray, IntArray, LonLatArray, Progress
from geo.errors import GeometryError, IndexFileError
from geo.flatfile import FlatFormat
from geo.index.reach import SECTIONS, Pieces, ReachIndex, one_point, order_by_code
from geo.index.reach_search import sides_of
from geo.index.slices import as_points, run_in_slices
from geo.measure import length_m

__all__ = ["LineHit", "LineIndex", "LinesNear"]

_LINES = (1, 2, 5)  # LineString, LinearRing, MultiLineString
_MAX_LON, _MAX_LAT = 180.0, 90.0
_SIDES: dict[int, Literal["left", "right", "on"]] = {1: "left", -1: "right", 0: "on"}
_NO_CHAINAGE: FloatArray = np.empty(0, np.float64)


class LineHit(NamedTuple):
    """A line within reach of a place.

    Attributes
    ----------
    ordinal
        The line.
    distance_m
        Metres to its nearest point.
    side
        Where the place lies, looking in the direction of the line. ``on``: within a millimetre,
        or straight beyond one of its ends, which is on neither side.
    chainage_m
        Metres along the line from its start to its nearest point; the parts of a multi-line
        follow each other without the gaps between them.
    """

    ordinal: int
    distance_m: float
    side: Literal["left", "right", "on"]
    chainage_m: float


class LinesNear(NamedTuple):
    """Lines within reach of each of n places.

    Attributes
    ----------
    indptr
        Shape (n + 1,): the lines of place i are the items ``indptr[i]`` to ``indptr[i + 1]``.
    ordinals
        Lines, by distance and then ordinal; each at most once for a place.
    distance_m
        Metres.
    side
        int8: 1 left, -1 right, 0 on; see :class:`LineHit`.
    """

    indptr: NDArray[np.int64]
    ordinals: IntArray
    distance_m: FloatArray
    side: NDArray[np.int8]


class LineIndex(ReachIndex):
    """Exact index over the lines of one layer.

    A line's *ordinal* is its rank by code. Distances are those of the plane that touches the
    ellipsoid at the place, within 1e-3 of the geodesic up to 10 km. Instances are immutable and
    may be shared by threads.

    Use ``LineIndex.build`` or ``LineIndex.open``.
    """

    FORMAT = FlatFormat("line index", b"XIAQULIN", 1, SECTIONS, IndexFileError)

    @classmethod
    def build(
        cls,
        shapes: Sequence[Any] | GeometryArray,
        codes: Sequence[str],
        *,
        progress: Progress | None = None,
    ) -> Self:
        """Build the index of a layer.

        Parameters
        ----------
        shapes
            n lines or multi-lines in CGCS2000 degrees, lon, lat; they may cross themselves and
            each other. Repeated vertices are passed over.
        codes
            n codes; equal codes keep the order of their rows.
        progress
            Told about the stage ``lines``.

        Returns
        -------
        index
            In memory; ``save`` writes it.

        Raises
        ------
        GeometryError
            A shape is missing, empty, no line, without length, or has a coordinate that is no
            place; or the numbers of shapes and codes differ.

        Notes
        -----
        Cost O(m log m) for m segments.
        """
        lines = np.empty(len(shapes), object)
        lines[:] = list(shapes)
        order = order_by_code(codes, len(lines), "line")
        _check_lines(lines, codes)
        if progress is not None:
            progress("lines", 0, 1)
        pieces = _pieces_of(lines, codes, order)
        index = cls._pack(pieces, codes, order, np.zeros(0, np.int32))
        if progress is not None:
            progress("lines", 1, 1)
        return index

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return self.n_features

    def within(self, lon: float, lat: float, reach_m: float | FloatArray) -> list[LineHit]:
        """List the lines within reach of one place.

        Parameters
        ----------
        lon, lat
            CGCS2000 degrees; a place that is not finite has no lines.
        reach_m
            As for :meth:`within_many`.

        Returns
        -------
        list of LineHit
            Nearest first, then by ordinal.

        Raises
        ------
        CoordinateError
            A reach is negative or not finite.
        """
        place = one_point(lon, lat)
        indptr, found, metres, nearest = self._search(place, reach_m, None, None, 1)
        chainage = np.empty(len(found), np.float64)
        sides = self._sides(place, indptr, nearest, chainage, 1)
        columns = (found.tolist(), metres.tolist(), sides.tolist(), chainage.tolist())
        return [LineHit(f, d, _SIDES[s], c) for f, d, s, c in zip(*columns, strict=True)]

    def within_many(
        self, lonlat: LonLatArray, reach_m: float | FloatArray, threads: int | None = None
    ) -> LinesNear:
        """List the lines within reach of many places.

        Parameters
        ----------
        lonlat
            Shape (n, 2), columns lon, lat; CGCS2000 degrees. Rows that are not finite have no
            lines.
        reach_m
            Metres, at least 0, for all lines; or shape (n_lines,), one for each, where NaN and
            negative numbers leave a line out.
        threads
            Number of threads; all cores when None. The result is the same.

        Returns
        -------
        LinesNear
            One row for each place.

        Raises
        ------
        CoordinateError
            ``lonlat`` has another shape, a common reach is negative or not finite, or there is
            not one reach for each line.

        Notes
        -----
        Cost for a place: the segments in the cells that the largest reach touches.
        """
        points = as_points(lonlat)
        indptr, found, metres, nearest = self._search(points, reach_m, None, None, threads)
        sides = self._sides(points, indptr, nearest, _NO_CHAINAGE, threads)
        return LinesNear(indptr, found, metres, sides)

    def _sides(
        self,
        points: LonLatArray,
        indptr: NDArray[np.int64],
        nearest: IntArray,
        chainage: FloatArray,
        threads: int | None,
    ) -> NDArray[np.int8]:
        sides = np.empty(len(nearest), np.int8)
        v = self._views

        def work(first: int, last: int) -> None:
            sides_of(
                points, first, last, indptr, nearest, sides, chainage,
                v["segments"], v["joints"], v["chain"],
            )  # fmt: skip

        run_in_slices(work, len(points), threads)
        return sides


def _check_lines(lines: GeometryArray, codes: Sequence[str]) -> None:
    kinds = shapely.get_type_id(lines)
    for row in np.flatnonzero(~np.isin(kinds, _LINES)).tolist():
        what = "missing" if kinds[row] < 0 else lines[row].geom_type
        raise GeometryError(row, str(codes[row]), f"{what}; a line or multi-line is needed")
    for row in np.flatnonzero(shapely.is_empty(lines)).tolist():
        raise GeometryError(row, str(codes[row]), "empty; a line with length is needed")
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    is_place = (np.abs(xy[:, 0]) <= _MAX_LON) & (np.abs(xy[:, 1]) <= _MAX_LAT)
    for vertex in np.flatnonzero(~is_place).tolist():
        row = int(owner[vertex])
        problem = f"vertex {xy[vertex].tolist()} is no place; lon, lat in degrees are needed"
        raise GeometryError(row, str(codes[row]), problem)


def _pieces_of(lines: GeometryArray, codes: Sequence[str], order: NDArray[np.int64]) -> Pieces:
    """Cut lines into segments with their neighbours and chainage."""
    parts, line = shapely.get_parts(lines[order], return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    xy = xy + 0.0  # -0.0 becomes 0.0
    is_segment = (part[1:] == part[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    at = np.flatnonzero(is_segment)
    owner = line[part[at]].astype(np.int32)
    without = np.setdiff1d(np.arange(len(lines)), owner)
    for ordinal in without.tolist():
        row = int(order[ordinal])
        problem = f"all vertices are {xy[line[part] == ordinal][0].tolist()}; a length is needed"
        raise GeometryError(row, str(codes[row]), problem)
    segments = np.ascontiguousarray(np.concatenate([xy[at], xy[at + 1]], axis=1))
    metres = length_m(np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), object))
    ends = np.cumsum(metres)
    first = np.searchsorted(owner, owner)
    start = ends - metres - (ends - metres)[first]
    return Pieces(segments, owner, _joints(segments, part[at]), np.column_stack([start, metres]))


def _joints(segments: FloatArray, part: NDArray[np.int64]) -> IntArray:
    """Name the segments before and after each in its part; a closed part has no ends."""
    n = len(segments)
    joints = np.full((n, 2), -1, np.int32)
    is_joined = part[1:] == part[:-1]
    after = np.flatnonzero(is_joined)
    joints[after, 1] = after + 1
    joints[after + 1, 0] = after
    heads = np.flatnonzero(np.concatenate([[True], ~is_joined])) if n else after
    tails = np.append(heads[1:] - 1, n - 1) if n else after
    is_closed = (segments[heads, :2] == segments[tails, 2:]).all(axis=1) & (heads != tails)
    joints[heads[is_closed], 0] = tails[is_closed]
    joints[tails[is_closed], 1] = heads[is_closed]
    return joints
