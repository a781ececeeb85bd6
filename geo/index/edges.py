"""Unique border segments of a set of areas, with every area that uses each."""

from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from geo.arrays import FloatArray, GeometryArray, IntArray

_HILBERT_BITS = 16


@dataclass(frozen=True, slots=True)
class Edges:
    """Border segments in Hilbert order.

    Attributes
    ----------
    segments
        Shape (m, 4), columns ax, ay, bx, by; the lower end first, ties by x.
    owner_start
        Shape (m + 1,), int64: where the owners of each segment begin.
    owners
        Shape (k,), int32: ordinals of the areas whose rings use the segment, ascending.
    """

    segments: FloatArray
    owner_start: NDArray[np.int64]
    owners: IntArray


@njit(cache=True, nogil=True)
def _hilbert(x: NDArray[np.uint32], y: NDArray[np.uint32]) -> NDArray[np.uint64]:
    out = np.empty(x.size, np.uint64)
    for i in range(x.size):
        a, b, d = np.int64(x[i]), np.int64(y[i]), np.int64(0)
        s = np.int64(1 << (_HILBERT_BITS - 1))
        while s > 0:
            rx = np.int64(1) if (a & s) > 0 else np.int64(0)
            ry = np.int64(1) if (b & s) > 0 else np.int64(0)
            d += s * s * ((3 * rx) ^ ry)
            if ry == 0:
                if rx == 1:
                    a = s - 1 - (a & (s - 1))
                    b = s - 1 - (b & (s - 1))
                a, b = b, a
            a &= s - 1
            b &= s - 1
            s >>= 1
        out[i] = d
    return out


@njit(cache=True, nogil=True)
def _hash32(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    out = np.empty(bits.shape[0], np.uint64)
    for i in range(bits.shape[0]):
        h = np.uint64(0x9E3779B97F4A7C15)
        for j in range(4):
            h ^= bits[i, j]
            h *= np.uint64(0xFF51AFD7ED558CCD)
            h ^= h >> np.uint64(32)
        out[i] = h & np.uint64(0xFFFFFFFF)
    return out


@njit(cache=True, nogil=True)
def _group(
    segments: FloatArray, keys: NDArray[np.uint64], ordinals: IntArray, order: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64], IntArray]:
    """Merge equal segments that follow each other in key order.

    Two different segments with one key would only leave a duplicate behind, and every rule
    of the index holds with duplicates.
    """
    n = order.size
    unique = np.empty((n, 4), np.float64)
    start = np.empty(n + 1, np.int64)
    owners = np.empty(n, np.int32)
    m = 0
    k = 0
    for i in range(n):
        s = order[i]
        same = False
        if m > 0 and keys[s] == keys[order[i - 1]]:
            same = True
            for j in range(4):
                if unique[m - 1, j] != segments[s, j]:
                    same = False
        if not same:
            for j in range(4):
                unique[m, j] = segments[s, j]
            start[m] = k
            m += 1
        at = k
        while at > start[m - 1] and owners[at - 1] > ordinals[s]:
            owners[at] = owners[at - 1]
            at -= 1
        owners[at] = ordinals[s]
        k += 1
    start[m] = k
    return unique[:m], start[: m + 1], owners[:k]


def collect_edges(shapes: GeometryArray, bounds: tuple[float, float, float, float]) -> Edges:
    """Collect the unique segments of all rings.

    Parameters
    ----------
    shapes
        Shape (n,), valid polygons or multipolygons by ordinal, any plane system.
    bounds
        Western, southern, eastern and northern limit of all shapes.

    Returns
    -------
    edges
        Segments in Hilbert order of their midpoints, so that neighbours lie together.

    Notes
    -----
    Cost O(m log m) for m segments.
    """
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    xy = xy + 0.0  # -0.0 becomes 0.0, so that equal corners have equal bits
    same_ring = ring_of_vertex[1:] == ring_of_vertex[:-1]
    differs = (xy[1:] != xy[:-1]).any(axis=1)
    keep = np.flatnonzero(same_ring & differs)
    a, b = xy[keep], xy[keep + 1]
    swap = (a[:, 1] > b[:, 1]) | ((a[:, 1] == b[:, 1]) & (a[:, 0] > b[:, 0]))
    segments = np.concatenate([np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)], 1)
    segments = np.ascontiguousarray(segments)
    ordinals = shape_of_part[part_of_ring[ring_of_vertex[keep]]].astype(np.int32)
    keys = _sort_keys(segments, bounds)
    order = np.argsort(keys)
    unique, start, owners = _group(segments, keys, ordinals, order)
    return Edges(unique, start, owners)


def _sort_keys(
    segments: FloatArray, bounds: tuple[float, float, float, float]
) -> NDArray[np.uint64]:
    west, south, east, north = bounds
    top = float((1 << _HILBERT_BITS) - 1)
    width, height = max(east - west, 1e-300), max(north - south, 1e-300)
    mid_x = (segments[:, 0] - west) / width * 0.5 + (segments[:, 2] - west) / width * 0.5
    mid_y = (segments[:, 1] - south) / height * 0.5 + (segments[:, 3] - south) / height * 0.5
    x = np.clip(mid_x * top, 0.0, top).astype(np.uint32)
    y = np.clip(mid_y * top, 0.0, top).astype(np.uint32)
    keys: NDArray[np.uint64] = (_hilbert(x, y) << np.uint64(32)) | _hash32(segments.view(np.uint64))
    return keys
