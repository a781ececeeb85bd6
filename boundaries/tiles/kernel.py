"""Snap rounding, compiled: which nodes each segment gets on the whole-number grid of a zoom.

A pixel here is a unit square of the tile grid around a whole-number point, half-open: the points
that round to its centre. A pixel is hot when a vertex lies in it. A segment that touches hot
pixels is led through all their centres in order. Borders so led never cross, whatever they did
before rounding, and both neighbours of a border get the same nodes (Hobby 1999; Guibas and
Marimont 1998).
"""

from numba import njit
from numpy.typing import NDArray

import numpy as np

from geo.arrays import FloatArray, IntArray

BUFFER = 64
"""Units that a tile holds beyond its edge on each side."""

EXTENT = 4096
"""Units of a tile's side."""


@njit(cache=True, nogil=True)
def _lines_up_to(x):
    """Count cut lines (EXTENT * k - BUFFER and EXTENT * k + BUFFER) at or left of x."""
    return np.int64(np.floor((x + BUFFER) / EXTENT) + np.floor((x - BUFFER) / EXTENT))


@njit(cache=True, nogil=True)
def _first_line_after(x):
    """Give the first cut line strictly right of x."""
    a = (np.floor((x + BUFFER) / EXTENT) + 1.0) * EXTENT - BUFFER
    b = (np.floor((x - BUFFER) / EXTENT) + 1.0) * EXTENT + BUFFER
    return min(a, b)


@njit(cache=True, nogil=True)
def count_cuts(ends):
    """Give for each segment at most how many cut lines it meets; ``ends`` is (n, 4)."""
    counts = np.zeros(len(ends), np.int64)
    for row in range(len(ends)):
        for axis in range(2):
            low = min(ends[row, axis], ends[row, axis + 2])
            high = max(ends[row, axis], ends[row, axis + 2])
            counts[row] += _lines_up_to(high) - _lines_up_to(low)
    return counts


@njit(cache=True, nogil=True)
def fill_cuts(ends, starts, pixels):
    """Write the pixels in which segments meet cut lines; ``starts`` are the rows of ``pixels``."""
    for row in range(len(ends)):
        at = starts[row]
        for axis in range(2):
            p, q = ends[row, axis], ends[row, axis + 2]
            other, last = ends[row, 1 - axis], ends[row, 3 - axis]
            low, high = min(p, q), max(p, q)
            line = _first_line_after(low)
            while line <= high:
                t = (line - p) / (q - p)
                pixels[at, axis] = np.int64(line)
                pixels[at, 1 - axis] = np.int64(np.floor(other + t * (last - other) + 0.5))
                at += 1
                line = _first_line_after(line)


@njit(cache=True, nogil=True)
def _entry(ax, ay, bx, by, px, py):
    """Give where along a segment (0 to 1) it enters a pixel; -1 where it misses it."""
    first, last = 0.0, 1.0
    for axis in range(2):
        start, run = (ax, bx - ax) if axis == 0 else (ay, by - ay)
        low = (px if axis == 0 else py) - 0.5
        if run == 0.0:
            if start < low or start >= low + 1.0:
                return -1.0
            continue
        near, far = (low - start) / run, (low + 1.0 - start) / run
        if near > far:
            near, far = far, near
        first, last = max(first, near), min(last, far)
    # A touch in a single point is a miss, but for the point pixels of zero-length segments.
    return first if first < last else -1.0


@njit(cache=True, nogil=True)
def find_nodes(ends, pixels, order, cell_starts, origin, shape, cell, rows, places, out):
    """Find the hot pixels that each segment passes, its own ends left out.

    Parameters
    ----------
    ends
        Shape (n, 4): x, y of both ends.
    pixels
        Shape (m, 2), centres of hot pixels.
    order, cell_starts
        Rows of ``pixels`` by cell, and where each cell starts in them; cells count row by row.
    origin, shape, cell
        Least x and y of the cells, columns and rows of cells, and their side.
    rows, places, out
        Filled with segment, place along it, and pixel of each hit as far as there is room.

    Returns
    -------
    int
        Number of hits; larger than the room when that did not suffice.
    """
    found = 0
    for row in range(len(ends)):
        ax, ay, bx, by = ends[row, 0], ends[row, 1], ends[row, 2], ends[row, 3]
        sx, sy = np.floor(ax + 0.5), np.floor(ay + 0.5)
        ex, ey = np.floor(bx + 0.5), np.floor(by + 0.5)
        west = max(0, np.int64(np.floor((min(ax, bx) - 0.5 - origin[0]) / cell)))
        east = min(shape[0] - 1, np.int64(np.floor((max(ax, bx) + 0.5 - origin[0]) / cell)))
        south = max(0, np.int64(np.floor((min(ay, by) - 0.5 - origin[1]) / cell)))
        north = min(shape[1] - 1, np.int64(np.floor((max(ay, by) + 0.5 - origin[1]) / cell)))
        for cell_y in range(south, north + 1):
            for cell_x in range(west, east + 1):
                number = cell_y * shape[0] + cell_x
                for at in range(cell_starts[number], cell_starts[number + 1]):
                    pixel = order[at]
                    px, py = pixels[pixel, 0], pixels[pixel, 1]
                    if (px == sx and py == sy) or (px == ex and py == ey):
                        continue
                    place = _entry(ax, ay, bx, by, px, py)
                    if place < 0.0:
                        continue
                    if found < len(rows):
                        rows[found], places[found], out[found] = row, place, pixel
                    found += 1
    return found
