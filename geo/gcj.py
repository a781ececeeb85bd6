"""The public obfuscation formulas of GCJ-02 and BD-09, both ways, arrays and single points.

Formulas: the GCJ-02 offset as it has been published in many independent open implementations
since 2013 (Krasovsky 1940 ellipsoid, a = 6,378,245 m), the BD-09 offset as published for Baidu
maps. Neither has an official public specification; providers' own converters may round.

Where the offset applies
------------------------
GCJ-02 and BD-09 numbers are offset inside the customary rectangle 72.004 to 137.8347 E, 0.8293
to 55.8271 N and equal to WGS-84 outside of it. The rectangle is a convention of the published
implementations, not a border of anything: it also holds Taiwan, Hong Kong, Macau and large parts
of neighbouring states. There providers differ (some serve true coordinates, some offset ones),
and the numbers alone cannot tell; data of such a place is to be declared as what it is, which is
WGS-84 where the provider does not offset it. Inside the rectangle this module always offsets.

The edge of the rectangle is decided by the true (WGS-84) position, in both directions: the
inverse looks for the position whose offset gives the input, and takes it if that position lies
in the rectangle. Offsets reach some 700 m near the edges, so just outside it a number may have
two origins (one offset from inside, one outside and untouched: the one inside is taken) and just
inside it may have none (then the number itself is returned).
"""

import math

import numpy as np

from geo.arrays import BoolArray, FloatArray, LonLatArray

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
"""The rectangle of the offset, degrees WGS-84."""

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_PI = math.pi
_BD_RATE = _PI * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006

# The correction shrinks by a factor of 50 or more in each round (0.02 for BD-09, 0.003 for
# GCJ-02), so ten rounds from an error of 0.02 degrees end far below the last bit of a double.
_MAX_ROUNDS = 12
_TOLERANCE_DEG = 2e-14
# A position exactly on the edge of the rectangle must come back although the inverse may land a
# few bits beside it.
_EDGE_SLACK_DEG = 1e-11
# Rows worked on together: the temporaries of one block stay in the processor's cache.
_BLOCK_ROWS = 16_384


def _gcj_offset(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Offset of GCJ-02 against WGS-84 in degrees at true positions, rectangle ignored."""
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = 20.0 * np.sin(6.0 * _PI * x) + 20.0 * np.sin(2.0 * _PI * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north += (ripple + 20.0 * np.sin(_PI * y) + 40.0 * np.sin(_PI / 3.0 * y)) * (2.0 / 3.0)
    north += (160.0 * np.sin(_PI / 12.0 * y) + 320.0 * np.sin(_PI / 30.0 * y)) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east += (ripple + 20.0 * np.sin(_PI * x) + 40.0 * np.sin(_PI / 3.0 * x)) * (2.0 / 3.0)
    east += (150.0 * np.sin(_PI / 12.0 * x) + 300.0 * np.sin(_PI / 30.0 * x)) * (2.0 / 3.0)
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    root_magic = np.sqrt(magic)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (magic * root_magic)
    parallel = _SEMI_MAJOR_M / root_magic * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _gcj_shift(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """WGS-84 to GCJ-02, rectangle ignored."""
    east, north = _gcj_offset(lon, lat)
    return lon + east, lat + north


def _bd_twist(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """GCJ-02 to BD-09, rectangle ignored."""
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_RATE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_RATE)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


def _bd_shift(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """WGS-84 to BD-09, rectangle ignored."""
    return _bd_twist(*_gcj_shift(lon, lat))


def _in_rectangle(lon: FloatArray, lat: FloatArray, slack: float) -> BoolArray:
    inside: BoolArray = ((lon >= WEST - slack) & (lon <= EAST + slack) & (lat >= SOUTH - slack)) & (
        lat <= NORTH + slack
    )
    return inside


def _forward(lonlat: LonLatArray, *, baidu: bool) -> LonLatArray:
    result = np.array(lonlat, dtype=np.float64, copy=True)
    shift = _bd_shift if baidu else _gcj_shift
    for start in range(0, len(result), _BLOCK_ROWS):
        block = result[start : start + _BLOCK_ROWS]
        inside = _in_rectangle(block[:, 0], block[:, 1], 0.0)  # NaN compares false
        block[inside] = np.column_stack(shift(block[inside, 0], block[inside, 1]))
    return result


def _backward(coordinates: FloatArray, *, baidu: bool) -> LonLatArray:
    result = np.array(coordinates, dtype=np.float64, copy=True)
    shift = _bd_shift if baidu else _gcj_shift
    for start in range(0, len(result), _BLOCK_ROWS):
        block = result[start : start + _BLOCK_ROWS]
        # Every origin in the rectangle lies within a tenth of a degree of its image, so farther
        # input is its own origin and need not be searched.
        near = np.flatnonzero(_in_rectangle(block[:, 0], block[:, 1], 0.1))
        x, y = block[near, 0], block[near, 1]
        lon, lat = x.copy(), y.copy()
        for _ in range(_MAX_ROUNDS):
            image_x, image_y = shift(lon, lat)
            step_x, step_y = x - image_x, y - image_y
            lon += step_x
            lat += step_y
            if max(np.abs(step_x).max(initial=0.0), np.abs(step_y).max(initial=0.0)) < (
                _TOLERANCE_DEG
            ):
                break
        found = _in_rectangle(lon, lat, _EDGE_SLACK_DEG)
        block[near[found], 0] = lon[found]
        block[near[found], 1] = lat[found]
    return result


def wgs84_to_gcj02(lonlat: LonLatArray) -> FloatArray:
    """Convert true positions to GCJ-02 numbers.

    Parameters
    ----------
    lonlat
        Shape (n, 2), columns lon, lat; degrees WGS-84 or CGCS2000. NaN rows pass through.

    Returns
    -------
    gcj02
        Shape (n, 2), columns lon, lat; unchanged outside the rectangle of the module.

    Notes
    -----
    Cost O(n).
    """
    return _forward(lonlat, baidu=False)


def gcj02_to_wgs84(coordinates: FloatArray) -> LonLatArray:
    """Convert GCJ-02 numbers to true positions, to 1e-11 degrees.

    Parameters
    ----------
    coordinates
        Shape (n, 2), columns lon, lat; degrees GCJ-02. NaN rows pass through.

    Returns
    -------
    lonlat
        Shape (n, 2), columns lon, lat; degrees WGS-84, within 1e-11 degrees of the position
        whose offset gives the input (1e-12 except beside 105 E, where the formula has a kink).

    Notes
    -----
    Fixed point iteration, up to 12 rounds. Cost O(n).
    """
    return _backward(coordinates, baidu=False)


def wgs84_to_bd09(lonlat: LonLatArray) -> FloatArray:
    """Convert true positions to BD-09 numbers; see :func:`wgs84_to_gcj02`."""
    return _forward(lonlat, baidu=True)


def bd09_to_wgs84(coordinates: FloatArray) -> LonLatArray:
    """Convert BD-09 numbers to true positions; see :func:`gcj02_to_wgs84`."""
    return _backward(coordinates, baidu=True)


def _shift_point(lon: float, lat: float, *, baidu: bool) -> tuple[float, float]:
    """Shift one point like ``_gcj_shift`` and ``_bd_shift``, without the cost of arrays."""
    sin = math.sin
    x, y = lon - 105.0, lat - 35.0
    root, product = math.sqrt(abs(x)), x * y
    ripple = 20.0 * sin(6.0 * _PI * x) + 20.0 * sin(2.0 * _PI * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north += (ripple + 20.0 * sin(_PI * y) + 40.0 * sin(_PI / 3.0 * y)) * (2.0 / 3.0)
    north += (160.0 * sin(_PI / 12.0 * y) + 320.0 * sin(_PI / 30.0 * y)) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east += (ripple + 20.0 * sin(_PI * x) + 40.0 * sin(_PI / 3.0 * x)) * (2.0 / 3.0)
    east += (150.0 * sin(_PI / 12.0 * x) + 300.0 * sin(_PI / 30.0 * x)) * (2.0 / 3.0)
    phi = math.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * sin(phi) ** 2
    root_magic = math.sqrt(magic)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (magic * root_magic)
    lon += math.degrees(east / (_SEMI_MAJOR_M / root_magic * math.cos(phi)))
    lat += math.degrees(north / meridian)
    if not baidu:
        return lon, lat
    radius = math.hypot(lon, lat) + 2e-5 * sin(lat * _BD_RATE)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(lon * _BD_RATE)
    return radius * math.cos(angle) + _BD_LON, radius * sin(angle) + _BD_LAT


def point_to_wgs84(x: float, y: float, *, baidu: bool) -> tuple[float, float]:
    """Convert one GCJ-02 or BD-09 point to its true position.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees GCJ-02 (``baidu=False``) or BD-09 (``baidu=True``).
    baidu
        Which of the two.

    Returns
    -------
    lonlat
        Longitude, latitude, degrees WGS-84; agrees with the array functions to 1e-11 degrees.
    """
    near = WEST - 0.1 <= x <= EAST + 0.1 and SOUTH - 0.1 <= y <= NORTH + 0.1
    if not near:
        return x, y
    lon, lat = x, y
    for _ in range(_MAX_ROUNDS):
        image_x, image_y = _shift_point(lon, lat, baidu=baidu)
        step_x, step_y = x - image_x, y - image_y
        lon += step_x
        lat += step_y
        if abs(step_x) < _TOLERANCE_DEG and abs(step_y) < _TOLERANCE_DEG:
            break
    slack = _EDGE_SLACK_DEG
    found = WEST - slack <= lon <= EAST + slack and SOUTH - slack <= lat <= NORTH + slack
    return (lon, lat) if found else (x, y)
