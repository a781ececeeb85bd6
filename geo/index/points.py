"""Points near a place: manhole covers, lamps, hydrants, and other assets with their classes."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray, Progress
from geo.coordinates import check_point
from geo.errors import CoordinateError, GeometryError, IndexFileError
from geo.flatfile import FlatFormat
from geo.index.reach import SECTIONS, Pieces, ReachIndex, one_point, order_by_code
from geo.index.slices import as_points

__all__ = ["PointHit", "PointIndex", "PointsNear"]

_NO_JOINTS: IntArray = np.empty((0, 2), np.int32)
_NO_CHAIN: FloatArray = np.empty((0, 2), np.float64)


class PointHit(NamedTuple):
    """A feature within reach of a place: its ordinal, and the metres to its nearest point."""

    ordinal: int
    distance_m: float


class PointsNear(NamedTuple):
    """Features within reach of each of n places.

    Attributes
    ----------
    indptr
        Shape (n + 1,): the features of place i are the items ``indptr[i]`` to ``indptr[i + 1]``.
    ordinals
        Features, by distance and then ordinal; each at most once for a place.
    distance_m
        Metres.
    """

    indptr: NDArray[np.int64]
    ordinals: IntArray
    distance_m: FloatArray


class PointIndex(ReachIndex):
    """Exact index over the points of one layer, each with a class.

    A feature's *ordinal* is its rank by code; ``classes`` holds the class of each ordinal.
    Distances are those of the plane that touches the ellipsoid at the place, within 1e-3 of the
    geodesic up to 10 km. Instances are immutable and may be shared by threads.

    Use ``PointIndex.build`` or ``PointIndex.open``.
    """

    FORMAT = FlatFormat("point index", b"XIAQUPNT", 1, SECTIONS, IndexFileError)

    @classmethod
    def build(
        cls,
        lonlat: LonLatArray,
        codes: Sequence[str],
        classes: Sequence[int] | IntArray | None = None,
        *,
        features: Sequence[int] | NDArray[np.int64] | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Build the index of a layer.

        Parameters
        ----------
        lonlat
            Shape (m, 2), CGCS2000 degrees; equal points are allowed.
        codes
            n codes; equal codes keep the order of their rows.
        classes
            n numbers from 0; 0 for all when None.
        features
            Shape (m,): the row of ``codes`` that each point belongs to, for features of several
            points; the points are the features when None.
        progress
            Told about the stage ``points``.

        Returns
        -------
        index
            In memory; ``save`` writes it.

        Raises
        ------
        CoordinateError
            A point is no place.
        GeometryError
            The numbers of points, codes and classes differ, a class is negative, or a feature
            has no point.

        Notes
        -----
        Cost O(m log m) for m points.
        """
        points = as_points(lonlat)
        _check_points(points)
        rows = np.arange(len(points)) if features is None else np.asarray(features, np.int64)
        if len(rows) != len(points):
            problem = f"{len(points)} points, {len(rows)} features; one of each is needed"
            raise GeometryError(0, "layer", problem)
        n = len(points) if features is None else len(codes)
        order = order_by_code(codes, n, "point")
        kinds = np.zeros(n, np.int64) if classes is None else np.asarray(classes, np.int64)
        _check_features(rows, codes, kinds, n)
        if progress is not None:
            progress("points", 0, 1)
        ordinal = np.empty(n, np.int32)
        ordinal[order] = np.arange(n, dtype=np.int32)
        segments = np.concatenate([points, points], axis=1)
        pieces = Pieces(segments, ordinal[rows], _NO_JOINTS, _NO_CHAIN)
        index = cls._pack(pieces, codes, order, kinds[order].astype(np.int32))
        if progress is not None:
            progress("points", 1, 1)
        return index

    @cached_property
    def n_classes(self) -> int:
        """One more than the largest class."""
        return int(self.classes.max()) + 1 if self.n_features else 0

    def within(
        self,
        lon: float,
        lat: float,
        reach_m: float | FloatArray,
        classes: Collection[int] | None = None,
        limit: int | None = None,
    ) -> list[PointHit]:
        """List the features within reach of one place.

        Parameters
        ----------
        lon, lat
            CGCS2000 degrees; a place that is not finite has no features.
        reach_m
            As for :meth:`within_many`.
        classes
            Classes that count; all when None. Classes that the layer does not have find nothing.
        limit
            The nearest so many, at least 1; all when None.

        Returns
        -------
        list of PointHit
            Nearest first, then by ordinal.

        Raises
        ------
        CoordinateError
            A reach is negative or not finite, or the limit is below 1.
        """
        chosen = None
        if classes is not None:
            sets = np.zeros((1, self.n_classes), np.bool_)
            sets[0, [number for number in classes if 0 <= number < self.n_classes]] = True
            chosen = (np.zeros(1, np.int32), sets)
        place = one_point(lon, lat)
        _, found, metres, _ = self._search(place, reach_m, _checked(limit), chosen, 1)
        return [PointHit(f, d) for f, d in zip(found.tolist(), metres.tolist(), strict=True)]

    def within_many(
        self,
        lonlat: LonLatArray,
        reach_m: float | FloatArray,
        *,
        class_sets: BoolArray | None = None,
        set_of_row: IntArray | None = None,
        limit: int | None = None,
        threads: int | None = None,
    ) -> PointsNear:
        """List the features within reach of many places.

        Parameters
        ----------
        lonlat
            Shape (n, 2), columns lon, lat; CGCS2000 degrees. Rows that are not finite have no
            features.
        reach_m
            Metres, at least 0, for all features; or shape (n_features,), one for each, where NaN
            and negative numbers leave a feature out.
        class_sets
            Shape (k, n_classes): k sets of classes, such as one for each category; every class
            counts when None.
        set_of_row
            Shape (n,): the set that counts for each place, -1 for none, which finds nothing; set
            0 for all when None.
        limit
            The nearest so many for each place, at least 1; all when None.
        threads
            Number of threads; all cores when None. The result is the same.

        Returns
        -------
        PointsNear
            One row for each place.

        Raises
        ------
        CoordinateError
            An array has another shape, a common reach is negative or not finite, a set does not
            exist, or the limit is below 1.

        Notes
        -----
        Cost for a place: the points in the cells that the largest reach touches.
        """
        points = as_points(lonlat)
        chosen = None
        if class_sets is not None:
            chosen = self._chosen(class_sets, set_of_row, len(points))
        elif set_of_row is not None:
            raise CoordinateError(None, "set_of_row needs class_sets too", field="class_sets")
        found = self._search(points, reach_m, _checked(limit), chosen, threads)
        return PointsNear(*found[:3])

    def _chosen(
        self, class_sets: BoolArray, set_of_row: IntArray | None, n: int
    ) -> tuple[IntArray, BoolArray]:
        sets = np.ascontiguousarray(class_sets, np.bool_)
        rows = np.zeros(n, np.int32) if set_of_row is None else np.asarray(set_of_row)
        if sets.ndim != 2 or sets.shape[1] != self.n_classes or not len(sets):  # noqa: PLR2004 - rows and columns
            problem = f"shape (k, {self.n_classes}) is needed, a column for each class, k >= 1"
            raise CoordinateError(sets.shape, problem, field="class_sets")
        if rows.shape != (n,):
            problem = f"shape ({n},) is needed, a set for each place"
            raise CoordinateError(rows.shape, problem, field="set_of_row")
        for row in np.flatnonzero((rows < -1) | (rows >= len(sets))).tolist():
            problem = f"a set from 0 to {len(sets) - 1} is needed, or -1"
            raise CoordinateError(int(rows[row]), problem, row=row, field="set_of_row")
        return np.ascontiguousarray(rows, np.int32), sets


def _checked(limit: int | None) -> int | None:
    if limit is not None and limit < 1:
        raise CoordinateError(limit, "a limit of 1 or more is needed, or None", field="limit")
    return limit


def _check_points(points: LonLatArray) -> None:
    """Refuse the first point that is no place."""
    is_place = (np.abs(points[:, 0]) <= 180.0) & (np.abs(points[:, 1]) <= 90.0)  # noqa: PLR2004 - degrees
    for row in np.flatnonzero(~is_place).tolist():
        lon, lat = points[row].tolist()
        try:
            check_point(lon, lat)
        except CoordinateError as error:
            raise CoordinateError(error.value, error.problem, row=row, field=error.field) from None


def _check_features(
    rows: NDArray[np.int64], codes: Sequence[str], classes: NDArray[np.int64], n: int
) -> None:
    if classes.shape != (n,):
        problem = f"{n} features, {len(classes)} classes; one of each is needed"
        raise GeometryError(0, "layer", problem)
    for row in np.flatnonzero(classes < 0).tolist():
        problem = f"class {int(classes[row])}; a number from 0 is needed"
        raise GeometryError(row, str(codes[row]), problem)
    for at in np.flatnonzero((rows < 0) | (rows >= n)).tolist():
        problem = f"point {at} belongs to feature {int(rows[at])}; one from 0 to {n - 1} is needed"
        raise GeometryError(int(rows[at]), "layer", problem)
    for row in np.setdiff1d(np.arange(n), rows).tolist():
        raise GeometryError(row, str(codes[row]), "no point; at least one is needed")
