"""What indexes of lines and of points share: their cells, their file, and the search."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from geo import flatfile
from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray
from geo.errors import CoordinateError, GeometryError
from geo.flatfile import FlatFormat, Section
from geo.index.reach_search import features_within, fill_cells
from geo.index.slices import as_points, run_in_slices
from geo.measure import metres_per_degree

SECTIONS: tuple[Section, ...] = (
    ("segments", "f8", (4,)),
    ("owner", "i4", ()),
    ("joints", "i4", (2,)),
    ("chain", "f8", (2,)),
    ("classes", "i4", ()),
    ("grid", "f8", ()),
    ("cell_start", "i8", ()),
    ("items", "i4", ()),
    ("order", "i8", ()),
    ("codes", "u1", ()),
)
"""Name, dtype and trailing shape of each section, in file order."""

_CELLS_PER_SEGMENT = 2
_MAX_CELLS = 1 << 24
_NO_SETS: BoolArray = np.empty((0, 0), np.bool_)
_NO_ROWS: IntArray = np.empty(0, np.int32)
_ALL = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pieces:
    """The segments of all features, in any order.

    Attributes
    ----------
    segments
        Shape (m, 4): ax, ay, bx, by; degrees.
    owner
        Shape (m,), int32: ordinal of the feature.
    joints
        Shape (m, 2), int32: the segments before and after in the same line, -1 for none; no rows
        for points.
    chain
        Shape (m, 2), metres: chainage of the start, and length; no rows for points.
    """

    segments: FloatArray
    owner: IntArray
    joints: IntArray
    chain: FloatArray


def order_by_code(codes: Sequence[str], n: int, noun: str) -> NDArray[np.int64]:
    """Give the input row of each ordinal: by code, equal ones as they stand."""
    if len(codes) != n:
        raise GeometryError(0, "layer", f"{n} {noun}s, {len(codes)} codes; one of each is needed")
    return np.array(sorted(range(n), key=lambda row: str(codes[row])), np.int64)


class ReachIndex:
    """Lines or points that answer what lies within reach of a place; see its two children.

    A feature's *ordinal* is its rank by code. Instances are immutable and may be shared by
    threads.
    """

    FORMAT: ClassVar[FlatFormat]

    def __init__(self, buffer: NDArray[np.uint8], path: Path | None = None) -> None:
        self._buffer = buffer
        self._path = path
        header = self.FORMAT.header_of(buffer)
        views = self.FORMAT.views_of(buffer)
        self._views = views
        self.n_features = int(header[3])
        self._size = int(header[4]), int(header[5])
        self.order: NDArray[np.int64] = views["order"]
        self.classes: IntArray = views["classes"]
        self.codes: tuple[str, ...] = tuple(json.loads(views["codes"].tobytes().decode()))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Map a saved index; costs no reading, and workers share the pages.

        Parameters
        ----------
        path
            File written by ``save``.

        Raises
        ------
        IndexFileError
            The file is missing, cut short, of another kind or of another version.
        """
        place = Path(path)
        return cls(cls.FORMAT.read(place), place)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file that appears in one step; an existing one is replaced."""
        flatfile.write(self._buffer, Path(path))

    def verify(self) -> None:
        """Compare the contents with their checksum; reads everything.

        Raises
        ------
        IndexFileError
            The contents differ from what was written.
        """
        self.FORMAT.verify(self._buffer, self._path or Path("index in memory"))

    @property
    def nbytes(self) -> int:
        """Size in memory and on disk, bytes."""
        return int(self._buffer.nbytes)

    @property
    def n_segments(self) -> int:
        """Number of segments, or of points."""
        return int(self._views["owner"].shape[0])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Western, southern, eastern and northern limit, degrees; NaN without features."""
        if self.n_features == 0:
            return nan, nan, nan, nan
        low = self._views["segments"].reshape(-1, 2, 2)
        (west, south), (east, north) = low.min(axis=(0, 1)), low.max(axis=(0, 1))
        return float(west), float(south), float(east), float(north)

    @classmethod
    def _pack(
        cls, pieces: Pieces, codes: Sequence[str], order: NDArray[np.int64], classes: IntArray
    ) -> Self:
        pieces, grid, n_columns, n_rows = _in_cells(pieces)
        cell_start, items = fill_cells(pieces.segments, grid, n_columns, n_rows)
        names = [str(codes[row]) for row in order.tolist()]
        text = np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), np.uint8)
        arrays: dict[str, NDArray[Any]] = {
            "segments": pieces.segments,
            "owner": pieces.owner,
            "joints": pieces.joints,
            "chain": pieces.chain,
            "classes": classes,
            "grid": grid,
            "cell_start": cell_start,
            "items": items,
            "order": order,
            "codes": text,
        }
        return cls(cls.FORMAT.pack(arrays, (len(names), n_columns, n_rows)))

    def _search(
        self,
        points: LonLatArray,
        reach_m: float | FloatArray,
        limit: int | None,
        chosen: tuple[IntArray, BoolArray] | None,
        threads: int | None,
    ) -> tuple[NDArray[np.int64], IntArray, FloatArray, IntArray]:
        """Find what lies within reach: indptr, ordinals, metres, nearest segments."""
        counts = np.zeros(len(points), np.int64)
        limits, largest = self._limits(reach_m)
        step = int(np.ndim(reach_m) > 0)
        row_set, sets = (_NO_ROWS, _NO_SETS) if chosen is None else chosen
        at_most = _ALL if limit is None else limit
        parts: dict[int, tuple[IntArray, FloatArray, IntArray]] = {}
        v = self._views

        def work(first: int, last: int) -> None:
            parts[first] = features_within(
                points, first, last, largest, limits, step, at_most, row_set, sets, counts,
                self.n_features, v["classes"], v["segments"], v["owner"], v["grid"], *self._size,
                v["cell_start"], v["items"],
            )  # fmt: skip

        if largest >= 0.0 and self.n_features > 0:
            run_in_slices(work, len(points), threads)
        indptr = np.zeros(len(points) + 1, np.int64)
        np.cumsum(counts, out=indptr[1:])
        joined = [parts[first] for first in sorted(parts)] or [
            (_NO_ROWS, np.empty(0, np.float64), _NO_ROWS)
        ]
        if len(joined) == 1:
            found, squares, nearest = joined[0]
        else:
            columns = zip(*joined, strict=True)
            found, squares, nearest = (np.concatenate(column) for column in columns)
        return indptr, found, np.sqrt(squares), nearest

    def _limits(self, reach_m: float | FloatArray) -> tuple[FloatArray, float]:
        """Squared reach of each feature, -1 where it has none, and the largest reach."""
        reach = np.asarray(reach_m, np.float64)
        if reach.ndim == 0:
            value = float(reach)
            if not (isfinite(value) and value >= 0.0):
                problem = "a reach of 0 m or more is needed"
                raise CoordinateError(value, problem, field="reach_m")
            return np.array([value * value]), value
        if reach.shape != (self.n_features,):
            problem = f"one reach for each of {self.n_features} features is needed"
            raise CoordinateError(reach.shape, problem, field="reach_m")
        for row in np.flatnonzero(np.isinf(reach)).tolist():
            problem = "a number of metres is needed, or NaN for a feature that is not asked"
            raise CoordinateError(float(reach[row]), problem, row=row, field="reach_m")
        is_asked = reach >= 0.0
        limits = np.where(is_asked, reach * reach, -1.0)
        return limits, float(reach[is_asked].max()) if is_asked.any() else -1.0


def one_point(lon: float, lat: float) -> LonLatArray:
    """Give one place as an array of places."""
    return as_points(np.array([[lon, lat]], np.float64))


def _in_cells(pieces: Pieces) -> tuple[Pieces, FloatArray, int, int]:
    """Choose the grid and put the segments in the order of its cells."""
    segments = pieces.segments
    n = len(segments)
    if n == 0:
        return pieces, np.array([0.0, 0.0, 1.0, 1.0]), 1, 1
    ends = segments.reshape(-1, 2)
    (west, south), (east, north) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    per_lon, per_lat = metres_per_degree((south + north) / 2.0)
    width, height = max((east - west) * per_lon, 1.0), max((north - south) * per_lat, 1.0)
    wanted = min(_CELLS_PER_SEGMENT * n, _MAX_CELLS)
    side = max((width * height / wanted) ** 0.5, max(width, height) / wanted)
    n_columns, n_rows = max(int(width / side), 1), max(int(height / side), 1)
    # Degrees of a cell from metres: a layer without width or height still gets cells of a size.
    grid = np.array([west, south, n_columns * per_lon / width, n_rows * per_lat / height])
    middle = (segments[:, :2] + segments[:, 2:]) / 2.0
    cell = ((middle - grid[:2]) * grid[2:]).astype(np.int64)
    order = np.lexsort((cell[:, 0], cell[:, 1]))
    rank = np.empty(n + 1, np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    rank[n] = -1  # what -1 leads to
    has_joints = len(pieces.joints) > 0
    ordered = Pieces(
        np.ascontiguousarray(segments[order]),
        pieces.owner[order],
        rank[pieces.joints[order]] if has_joints else pieces.joints,
        pieces.chain[order] if has_joints else pieces.chain,
    )
    return ordered, grid, n_columns, n_rows
