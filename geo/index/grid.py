"""The two-level grid: which cells a layer gets, and which segments touch each.

A layer's bounding box is cut into T x T top cells; a top cell that many segments touch is split
into S x S. Grid coordinates run from 0 to F = T * S on both axes and come from one monotone
double formula for vertices and points alike, so that comparing a vertex with a point needs no
tolerance in degrees.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray

SPLIT_ABOVE = 4
"""A top cell touched by more segments than this is split."""

MARGIN = 2.0**-20
"""Cells are inflated by this share of a cell when segments are listed."""

INSIDE_MARGIN = 2.0**-21
"""A segment's end this far left of a cell, in cells, counts as outside it."""

_MIN_ULPS_PER_CELL = 2.0**20


@dataclass(frozen=True, slots=True)
class Grid:
    """Placement of the grid.

    Attributes
    ----------
    west, south, east, north
        Bounding box of the layer.
    n_top
        Top cells per axis, a power of two.
    n_split
        Cells per axis of a split top cell, a power of two.
    """

    west: float
    south: float
    east: float
    north: float
    n_top: int
    n_split: int

    @property
    def n_fine(self) -> int:
        """Fine cells per axis."""
        return self.n_top * self.n_split

    @property
    def scale_x(self) -> float:
        """Grid units per coordinate unit along x."""
        return self.n_fine / (self.east - self.west)

    @property
    def scale_y(self) -> float:
        """Grid units per coordinate unit along y."""
        return self.n_fine / (self.north - self.south)

    def parameters(self) -> FloatArray:
        """Pack west, south, scale_x, scale_y, cell width and cell height for the kernels."""
        n = self.n_fine
        return np.array(
            [
                self.west,
                self.south,
                self.scale_x,
                self.scale_y,
                (self.east - self.west) / n,
                (self.north - self.south) / n,
            ]
        )


def choose_grid(bounds: tuple[float, float, float, float], n_segments: int) -> Grid:
    """Choose the grid for a layer.

    Parameters
    ----------
    bounds
        Western, southern, eastern and northern limit of the layer.
    n_segments
        Number of unique segments.

    Returns
    -------
    grid
        Sized so that the top table stays in a core's own cache as long as the layer allows,
        and coarse enough that a cell is at least 2**20 units in the last place of the largest
        coordinate. A layer without extent along an axis is widened to one representable cell.
    """
    west, south, east, north = bounds
    largest = max(abs(west), abs(south), abs(east), abs(north), 1e-290)
    ulp = float(np.spacing(largest))
    smallest_cell = ulp * _MIN_ULPS_PER_CELL
    if east - west < smallest_cell:
        east = west + smallest_cell
    if north - south < smallest_cell:
        north = south + smallest_cell
    n_top, n_split = _size_for(n_segments)
    extent = min(east - west, north - south)
    while n_top * n_split > 1 and extent / (n_top * n_split) < smallest_cell:
        if n_top > 1:
            n_top //= 2
        else:
            n_split //= 2
    return Grid(west, south, east, north, n_top, n_split)


def _size_for(n_segments: int) -> tuple[int, int]:
    for limit, n_top in ((200, 64), (1_000, 128), (4_000, 256), (4_000_000, 512)):
        if n_segments <= limit:
            return n_top, 8
    return 1024, 8


@njit(cache=True, nogil=True)
def _row_span(xa: float, ya: float, xb: float, yb: float, row: int, n: int) -> tuple[int, int]:
    """Columns of one row of unit cells that a segment touches, both ends included."""
    low = max(ya, row - MARGIN)
    high = min(yb, row + 1.0 + MARGIN)
    dy = yb - ya
    x0 = xa
    x1 = xb
    if dy > 0.0:
        t0 = min(max((low - ya) / dy, 0.0), 1.0)
        t1 = min(max((high - ya) / dy, 0.0), 1.0)
        x0 = xa + (xb - xa) * t0
        x1 = xa + (xb - xa) * t1
    c0 = int(np.floor(min(x0, x1) - MARGIN))
    c1 = int(np.floor(max(x0, x1) + MARGIN))
    return min(max(c0, 0), n - 1), min(max(c1, 0), n - 1)


@njit(cache=True, nogil=True)
def _rows(ya: float, yb: float, n: int) -> tuple[int, int]:
    r0 = int(np.floor(ya - MARGIN))
    r1 = int(np.floor(yb + MARGIN))
    return min(max(r0, 0), n - 1), min(max(r1, 0), n - 1)


@njit(cache=True, nogil=True)
def to_grid(segments: FloatArray, p: FloatArray) -> FloatArray:
    """Convert segments to grid coordinates, shape (m, 4), with the formula of the points."""
    out = np.empty(segments.shape, np.float64)
    for i in range(segments.shape[0]):
        out[i, 0] = (segments[i, 0] - p[0]) * p[2]
        out[i, 1] = (segments[i, 1] - p[1]) * p[3]
        out[i, 2] = (segments[i, 2] - p[0]) * p[2]
        out[i, 3] = (segments[i, 3] - p[1]) * p[3]
    return out


@njit(cache=True, nogil=True)
def count_top(g: FloatArray, n_top: int, n_split: int) -> IntArray:
    """Count the segments that touch each top cell, shape (n_top * n_top,), row by row."""
    counts = np.zeros(n_top * n_top, np.int32)
    s = 1.0 / n_split
    for i in range(g.shape[0]):
        xa, ya, xb, yb = g[i, 0] * s, g[i, 1] * s, g[i, 2] * s, g[i, 3] * s
        r0, r1 = _rows(ya, yb, n_top)
        for r in range(r0, r1 + 1):
            c0, c1 = _row_span(xa, ya, xb, yb, r, n_top)
            for c in range(c0, c1 + 1):
                counts[r * n_top + c] += 1
    return counts


@njit(cache=True, nogil=True)
def number_blocks(top_counts: IntArray) -> tuple[IntArray, int]:
    """Give every top cell its role: -1 plain, 0 leaf, 1 + b the split block b."""
    role = np.full(top_counts.size, -1, np.int32)
    n_blocks = 0
    for t in range(top_counts.size):
        if top_counts[t] > SPLIT_ABOVE:
            n_blocks += 1
            role[t] = n_blocks
        elif top_counts[t] > 0:
            role[t] = 0
    return role, n_blocks


@njit(cache=True, nogil=True)
def count_fine(g: FloatArray, n_top: int, n_split: int, role: IntArray, n_blocks: int) -> IntArray:
    """Count the segments that touch each cell of the split blocks."""
    per_block = n_split * n_split
    counts = np.zeros(n_blocks * per_block, np.int32)
    n = n_top * n_split
    for i in range(g.shape[0]):
        r0, r1 = _rows(g[i, 1], g[i, 3], n)
        for r in range(r0, r1 + 1):
            c0, c1 = _row_span(g[i, 0], g[i, 1], g[i, 2], g[i, 3], r, n)
            base = (r // n_split) * n_top
            for c in range(c0, c1 + 1):
                block = role[base + c // n_split] - 1
                if block >= 0:
                    counts[block * per_block + (r % n_split) * n_split + c % n_split] += 1
    return counts


@njit(cache=True, nogil=True)
def number_units(
    n_top: int, n_split: int, role: IntArray, top_counts: IntArray, fine_counts: IntArray
) -> tuple[IntArray, IntArray, NDArray[np.int64], IntArray]:
    """Give the border cells numbers in the order in which they will lie in memory.

    Returns
    -------
    top_unit, fine_unit
        Unit of each top cell and of each cell of the split blocks; -1 where none.
    list_start
        Shape (u + 1,): where the segment list of each unit begins.
    cells
        Shape (u, 3): first fine column, first fine row, size in fine cells.
    """
    per_block = n_split * n_split
    n_units = 0
    for t in range(role.size):
        if role[t] == 0:
            n_units += 1
    for f in range(fine_counts.size):
        if fine_counts[f] > 0:
            n_units += 1
    top_unit = np.full(role.size, -1, np.int32)
    fine_unit = np.full(fine_counts.size, -1, np.int32)
    list_start = np.zeros(n_units + 1, np.int64)
    cells = np.empty((n_units, 3), np.int32)
    u = 0
    for t in range(role.size):
        row, column = (t // n_top) * n_split, (t % n_top) * n_split
        if role[t] == 0:
            top_unit[t] = u
            list_start[u + 1] = list_start[u] + top_counts[t]
            cells[u, 0], cells[u, 1], cells[u, 2] = column, row, n_split
            u += 1
        elif role[t] > 0:
            for k in range(per_block):
                f = (role[t] - 1) * per_block + k
                if fine_counts[f] > 0:
                    fine_unit[f] = u
                    list_start[u + 1] = list_start[u] + fine_counts[f]
                    cells[u, 0], cells[u, 1] = column + k % n_split, row + k // n_split
                    cells[u, 2] = 1
                    u += 1
    return top_unit, fine_unit, list_start, cells


@njit(cache=True, nogil=True)
def fill_lists(
    g: FloatArray,
    n_top: int,
    n_split: int,
    role: IntArray,
    top_unit: IntArray,
    fine_unit: IntArray,
    list_start: NDArray[np.int64],
) -> IntArray:
    """List the segments of every unit, in ascending order of segment."""
    per_block = n_split * n_split
    n = n_top * n_split
    items = np.empty(list_start[-1], np.int32)
    at = list_start[:-1].copy()
    s = 1.0 / n_split
    for i in range(g.shape[0]):
        xa, ya, xb, yb = g[i, 0] * s, g[i, 1] * s, g[i, 2] * s, g[i, 3] * s
        r0, r1 = _rows(ya, yb, n_top)
        for r in range(r0, r1 + 1):
            c0, c1 = _row_span(xa, ya, xb, yb, r, n_top)
            for c in range(c0, c1 + 1):
                u = top_unit[r * n_top + c]
                if u >= 0:
                    items[at[u]] = i
                    at[u] += 1
        r0, r1 = _rows(g[i, 1], g[i, 3], n)
        for r in range(r0, r1 + 1):
            c0, c1 = _row_span(g[i, 0], g[i, 1], g[i, 2], g[i, 3], r, n)
            base = (r // n_split) * n_top
            for c in range(c0, c1 + 1):
                block = role[base + c // n_split] - 1
                if block >= 0:
                    u = fine_unit[block * per_block + (r % n_split) * n_split + c % n_split]
                    if u >= 0:
                        items[at[u]] = i
                        at[u] += 1
    return items
