"""Mapbox Vector Tiles 2.1, many features at once."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.tiles.kernel import EXTENT
from boundaries.tiles.noding import Whole
from geo.arrays import GeometryArray

POINT, LINE, POLYGON = 1, 2, 3
"""Geometry types of the format."""

Value = str | int | float | bool
_MOVE, _LINE, _CLOSE = 1, 2, 7


class Feature(NamedTuple):
    """One feature of a tile: what stands before its tags, encoded geometry, and properties."""

    head: bytes
    tail: bytes
    geometry: bytes
    properties: "Properties"


Properties = Sequence[tuple[str, bytes]]
"""Keys with encoded values."""


def make_feature(number: int, kind: int, geometry: bytes, properties: Properties) -> Feature:
    """Make a feature with an id above 0, a geometry of a type, and encoded properties."""
    return Feature(b"\x08" + _varint(number), _TAILS[kind], geometry, properties)


def encode_value(value: Value) -> bytes:
    """Encode the value of a property."""
    return _field(0x22, _value(value))


def encode_geometries(shapes: GeometryArray, feature: Whole, kind: int) -> list[bytes]:
    """Encode the geometries of many features.

    Parameters
    ----------
    shapes
        Points, lines or polygons in whole units of their tile, y downwards.
    feature
        Ascending number of the feature of each, from 0 without a hole; all shapes of one feature
        make one geometry.
    kind
        Type of them all.

    Returns
    -------
    list of bytes
        Packed commands, one item for each feature.
    """
    points, path_starts, path_shape = _paths_of(shapes, kind)
    of_path = feature[path_shape]
    lengths = np.diff(path_starts)
    tail = 1 if kind == POLYGON else 0
    sizes = 1 + 2 * lengths + np.where(lengths > 1, 1, 0) + tail
    begin = np.cumsum(sizes) - sizes
    words = np.empty(int(sizes.sum()), np.int64)
    words[begin] = _MOVE | (1 << 3)
    words[(begin + 3)[lengths > 1]] = (_LINE | ((lengths - 1) << 3))[lengths > 1]
    if tail:
        words[begin + sizes - 1] = _CLOSE | (1 << 3)
    steps = points.copy()
    steps[1:] -= points[:-1]
    first = path_starts[:-1][np.append(True, of_path[1:] != of_path[:-1])]
    steps[first] = points[first]
    zigzag = (steps << 1) ^ (steps >> 63)
    within = np.arange(len(points)) - np.repeat(path_starts[:-1], lengths)
    places = np.repeat(begin + 1, lengths) + 2 * within + (within > 0)
    words[places], words[places + 1] = zigzag[:, 0], zigzag[:, 1]
    packed, byte_ends = _varints(words)
    last_path = np.append(of_path[1:] != of_path[:-1], True)
    ends = byte_ends[(begin + sizes - 1)[last_path]].tolist()
    return [packed[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def encode_layer(name: str, features: Iterable[Feature]) -> bytes:
    """Encode one layer of a tile; equal keys and values are written once."""
    keys: dict[str, int] = {}
    values: dict[bytes, int] = {}
    body = [b"\x78\x02", _field(0x0A, name.encode())]
    for head, tail, geometry, properties in features:
        tags = b"".join(
            [
                _varint(index)
                for key, value in properties
                for index in (
                    keys.setdefault(key, len(keys)),
                    values.setdefault(value, len(values)),
                )
            ]
        )
        record = b"".join(
            (head, b"\x12", _varint(len(tags)), tags, tail, _varint(len(geometry)), geometry)
        )
        body += (b"\x12", _varint(len(record)), record)
    body += [_field(0x1A, key.encode()) for key in keys]
    body += values
    body.append(b"\x28" + _varint(EXTENT))
    return _field(0x1A, b"".join(body))


def _paths_of(shapes: GeometryArray, kind: int) -> tuple[Whole, Whole, Whole]:
    """Give points, path starts and the shape of each path; rings turned and without closing."""
    if kind == POINT:
        points = shapely.get_coordinates(shapes)
        return points.astype(np.int64), np.arange(len(points) + 1), np.arange(len(points))
    if kind == LINE:
        _, points, (starts,) = shapely.to_ragged_array(shapes)
        return points.astype(np.int64), starts.astype(np.int64), np.arange(len(shapes))
    # With y downwards a shell has a positive area by the surveyor's formula.
    turned = shapely.orient_polygons(shapes)
    _, points, (ring_starts, shape_starts) = shapely.to_ragged_array(turned)
    keep = np.ones(len(points), np.bool_)
    keep[ring_starts[1:] - 1] = False
    starts = ring_starts.astype(np.int64) - np.arange(len(ring_starts))
    return (
        points[keep].astype(np.int64),
        starts,
        np.repeat(np.arange(len(shapes)), np.diff(shape_starts)),
    )


def _varints(words: Whole) -> tuple[bytes, Whole]:
    """Encode whole numbers below 2**35; also give where each ends."""
    sizes = np.ones(len(words), np.int64)
    for bits in (7, 14, 21, 28):
        sizes += words >= (1 << bits)
    ends = np.cumsum(sizes)
    out = np.empty(int(sizes.sum()), np.uint8)
    for place in range(5):
        has = sizes > place
        byte = (words[has] >> (7 * place)) & 0x7F
        byte |= np.where(sizes[has] > place + 1, 0x80, 0)
        out[(ends - sizes)[has] + place] = byte
    return out.tobytes(), ends


def _write_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - the seven bits of a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_SMALL = [_write_varint(number) for number in range(1 << 12)]


def _varint(number: int) -> bytes:
    return _SMALL[number] if number < len(_SMALL) else _write_varint(number)


_TAILS = {kind: b"\x18" + _varint(kind) + b"\x22" for kind in (POINT, LINE, POLYGON)}


def _field(tag: int, content: bytes) -> bytes:
    return b"".join((_SMALL[tag], _varint(len(content)), content))


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return _field(0x0A, value.encode())
    if isinstance(value, bool):
        return b"\x38" + _varint(int(value))
    if isinstance(value, int):
        # sint64, so that negative numbers stay short.
        return b"\x30" + _varint((value << 1) ^ (value >> 63))
    return b"\x19" + np.float64(value).astype("<f8").tobytes()


def sort_into_features(*columns: Whole) -> tuple[NDArray[np.int64], Whole, Whole]:
    """Sort rows by columns and number what is equal in all of them.

    Returns
    -------
    order, feature, first
        Rows in order, the number of the feature of each from 0, and where each feature begins.
    """
    order = np.lexsort(columns[::-1])
    is_new = np.zeros(len(order), np.bool_)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[order][1:] != column[order][:-1]
    return order, np.cumsum(is_new) - 1, np.flatnonzero(is_new)
