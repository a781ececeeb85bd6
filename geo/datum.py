"""Datums: what the numbers of a coordinate mean, and their way to CGCS2000 and back.

Everything inside is CGCS2000 longitude/latitude in degrees (EPSG:4490, order lon, lat). WGS-84
numbers are taken as CGCS2000 numbers: the definitions differ by millimetres, the frames by less
than a metre today, far below the accuracy of a reported place. GCJ-02 and BD-09 are unwound to
1e-11 degrees (see ``geo.gcj`` for the formulas and for where they apply). Any projected or
geographic EPSG system goes through PROJ, always x = easting or longitude first.

Beijing 1954, New Beijing and Xian 1980 are refused: their parameters against CGCS2000 differ from
city to city and are not public, and a general transformation would be wrong by tens of metres
without saying so.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from geo.arrays import FloatArray, GeometryArray, LonLatArray
from geo.errors import CoordinateError, DatumError, GeometryError
from geo.gcj import (
    bd09_to_wgs84,
    gcj02_to_wgs84,
    point_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)


class Datum(StrEnum):
    """The datums that Chinese coordinates come in; any other system is ``"EPSG:<number>"``."""

    WGS84 = "WGS-84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


_ALIASES = {
    "wgs84": Datum.WGS84,
    "wgs1984": Datum.WGS84,
    "gps": Datum.WGS84,
    "crs84": Datum.WGS84,
    "ogc:crs84": Datum.WGS84,
    "地球坐标": Datum.WGS84,
    "cgcs2000": Datum.CGCS2000,
    "cgcs": Datum.CGCS2000,
    "china2000": Datum.CGCS2000,
    "国家2000": Datum.CGCS2000,
    "国家大地2000": Datum.CGCS2000,
    "2000国家大地": Datum.CGCS2000,
    "天地图": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "gcj": Datum.GCJ02,
    "火星": Datum.GCJ02,
    "火星坐标": Datum.GCJ02,
    "国测局": Datum.GCJ02,
    "国测局坐标": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "高德坐标": Datum.GCJ02,
    "腾讯": Datum.GCJ02,
    "腾讯坐标": Datum.GCJ02,
    "amap": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd09ll": Datum.BD09,
    "百度": Datum.BD09,
    "百度坐标": Datum.BD09,
    "baidu": Datum.BD09,
}
_EPSG = re.compile(r"(?:epsg:|urn:ogc:def:crs:epsg:[\d.]*:)?(\d{4,6})")
_LOCAL_TEXT = re.compile(r"(beijing|北京|bj)(19)?54|(new|新)(beijing|北京)|(xian|西安)(19)?80")
_LOCAL_DATUMS = {"beijing 1954", "new beijing", "xian 1980"}

_ACCEPTED = (
    "accepted are WGS-84, CGCS2000 (国家2000), GCJ-02 (火星坐标, 高德), BD-09 (百度) "
    "and EPSG:<number> of a projected or geographic system, such as EPSG:4548"
)
_NEEDS_PARAMETERS = (
    "Beijing 1954 (北京54) and Xian 1980 (西安80) need the transformation parameters of the city, "
    "which are not public; have the file converted to CGCS2000 by the surveying authority"
)


def _normalise(text: str) -> str:
    """Fold case, width, spaces, hyphens, quotes and the word 坐标系 away."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"[\s\-_'’\"]", "", folded)
    return folded.removesuffix("坐标系")


@lru_cache(maxsize=256)
def parse_datum(text: str) -> Datum | str:
    """Read the name of a datum.

    Parameters
    ----------
    text
        Such as ``wgs84``, ``CGCS 2000``, ``gcj-02``, ``火星坐标``, ``百度``, ``EPSG:4548``.
        Case, width, spaces and hyphens do not matter.

    Returns
    -------
    datum
        A :class:`Datum`, or the canonical ``"EPSG:<number>"`` of another system. Geographic
        WGS-84 and CGCS2000 systems (EPSG:4326, 4490 ...) come back as their :class:`Datum`.

    Raises
    ------
    DatumError
        The text is unknown (the message lists what is accepted); the system is of the Beijing
        1954 or Xian 1980 family; it is not horizontal; or PROJ knows no way to CGCS2000.
    """
    folded = _normalise(text)
    if folded in _ALIASES:
        return _ALIASES[folded]
    if _LOCAL_TEXT.search(folded):
        raise DatumError(text, _NEEDS_PARAMETERS)
    match = _EPSG.fullmatch(folded)
    if match is None:
        raise DatumError(text, f"unknown; {_ACCEPTED}")
    return _read_epsg(text, int(match[1]))


def _read_epsg(text: str, number: int) -> Datum | str:
    try:
        crs = pyproj.CRS.from_epsg(number)
    except CRSError as error:
        raise DatumError(text, f"no such EPSG system; {_ACCEPTED}") from error
    datum = _datum_name(crs)
    if datum in _LOCAL_DATUMS:
        raise DatumError(text, f"{crs.name} is refused: {_NEEDS_PARAMETERS}")
    if crs.is_compound or not (crs.is_projected or crs.is_geographic):
        raise DatumError(text, f"{crs.name} is not a horizontal system; {_ACCEPTED}")
    if crs.is_geographic and datum == "china 2000":
        return Datum.CGCS2000
    if crs.is_geographic and datum.startswith("world geodetic system 1984"):
        return Datum.WGS84
    canonical = f"EPSG:{number}"
    _transformer(canonical, inverse=False)  # fails here rather than at the first coordinate
    return canonical


def _datum_name(crs: pyproj.CRS) -> str:
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return ""
    return geodetic.datum.name.casefold()


@lru_cache(maxsize=64)
def _transformer(epsg: str, *, inverse: bool) -> pyproj.Transformer:
    """Create a transformer from an EPSG system to lon, lat; shared, as it is thread-safe."""
    crs = pyproj.CRS.from_user_input(epsg)
    # PROJ has no operation between WGS-84 and CGCS2000 but a "ballpark" one, and with ballpark
    # operations allowed it would also take an unrelated datum as equal without a word. So other
    # datums go to WGS-84 properly, whose numbers are then CGCS2000 numbers by our own rule.
    target = pyproj.CRS.from_epsg(4490 if _datum_name(crs) == "china 2000" else 4326)
    ends = (target, crs) if inverse else (crs, target)
    try:
        return pyproj.Transformer.from_crs(*ends, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        problem = f"no published transformation from {crs.name} to CGCS2000; {_ACCEPTED}"
        raise DatumError(epsg, problem) from error


def _as_pairs(coordinates: FloatArray) -> FloatArray:
    pairs = np.asarray(coordinates, dtype=np.float64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:  # noqa: PLR2004 - two columns, x and y
        raise CoordinateError(pairs.shape, "coordinates must have shape (n, 2): columns x, y")
    return pairs


def _project(pairs: FloatArray, epsg: str, *, inverse: bool) -> FloatArray:
    x, y = _transformer(epsg, inverse=inverse).transform(pairs[:, 0], pairs[:, 1])
    result = np.column_stack([x, y])
    # PROJ answers inf both for "no value" and for "out of the projection"; keep them apart.
    result[np.isnan(pairs).any(axis=1)] = np.nan
    return result


def to_cgcs2000(coordinates: FloatArray, datum: Datum | str) -> LonLatArray:
    """Convert coordinates of a datum to CGCS2000 longitude/latitude.

    Parameters
    ----------
    coordinates
        Shape (n, 2), columns x, y: longitude, latitude in degrees, or easting, northing in the
        unit of the EPSG system.
    datum
        Anything that :func:`parse_datum` accepts.

    Returns
    -------
    lonlat
        Shape (n, 2), float64, columns lon, lat; degrees CGCS2000. Always a copy. Rows with NaN
        become or stay NaN; rows that lie outside what the projection can express become inf.

    Raises
    ------
    DatumError
        See :func:`parse_datum`.
    CoordinateError
        The array does not have two columns.

    Notes
    -----
    The inverse of GCJ-02 and BD-09 is exact to better than 1e-11 degrees. Cost O(n): about
    0.4 million rows a second for GCJ-02, 0.2 million for BD-09 on one core.
    """
    pairs = _as_pairs(coordinates)
    match parse_datum(datum):
        case Datum.WGS84 | Datum.CGCS2000:
            return pairs.copy()
        case Datum.GCJ02:
            return gcj02_to_wgs84(pairs)
        case Datum.BD09:
            return bd09_to_wgs84(pairs)
        case epsg:
            return _project(pairs, epsg, inverse=False)


def from_cgcs2000(lonlat: LonLatArray, datum: Datum | str) -> FloatArray:
    """Convert CGCS2000 longitude/latitude to the coordinates of a datum.

    Parameters
    ----------
    lonlat
        Shape (n, 2), columns lon, lat; degrees CGCS2000.
    datum
        Anything that :func:`parse_datum` accepts.

    Returns
    -------
    coordinates
        Shape (n, 2), float64, columns x, y. Always a copy. Rows with NaN become or stay NaN.

    Raises
    ------
    DatumError
        See :func:`parse_datum`.
    CoordinateError
        The array does not have two columns.

    Notes
    -----
    Cost O(n).
    """
    pairs = _as_pairs(lonlat)
    match parse_datum(datum):
        case Datum.WGS84 | Datum.CGCS2000:
            return pairs.copy()
        case Datum.GCJ02:
            return wgs84_to_gcj02(pairs)
        case Datum.BD09:
            return wgs84_to_bd09(pairs)
        case epsg:
            return _project(pairs, epsg, inverse=True)


def point_to_cgcs2000(x: float, y: float, datum: Datum | str) -> tuple[float, float]:
    """Convert one point to CGCS2000 longitude/latitude, without the cost of arrays.

    Parameters
    ----------
    x, y
        Longitude, latitude in degrees, or easting, northing in the unit of the EPSG system.
    datum
        Anything that :func:`parse_datum` accepts.

    Returns
    -------
    lonlat
        Longitude, latitude, degrees CGCS2000; equal to :func:`to_cgcs2000` within 1e-11 degrees.

    Raises
    ------
    DatumError
        See :func:`parse_datum`.

    Notes
    -----
    Cost about 0.1 microseconds for WGS-84 and CGCS2000, 20 for GCJ-02 and BD-09.
    """
    if datum is Datum.WGS84 or datum is Datum.CGCS2000:
        return x, y
    match parse_datum(datum):
        case Datum.WGS84 | Datum.CGCS2000:
            return x, y
        case Datum.GCJ02:
            return point_to_wgs84(x, y, baidu=False)
        case Datum.BD09:
            return point_to_wgs84(x, y, baidu=True)
        case epsg:
            pair = _project(np.array([[x, y]], dtype=np.float64), epsg, inverse=False)[0]
            return float(pair[0]), float(pair[1])


def geometries_to_cgcs2000(geometries: GeometryArray, datum: Datum | str) -> GeometryArray:
    """Convert the vertices of shapes to CGCS2000 longitude/latitude.

    Parameters
    ----------
    geometries
        Shape (n,), shapely geometries; None stays None.
    datum
        Anything that :func:`parse_datum` accepts.

    Returns
    -------
    geometries
        Shape (n,), object, two-dimensional (heights are dropped). For WGS-84 and CGCS2000 the
        numbers are untouched, bit for bit.

    Raises
    ------
    DatumError
        See :func:`parse_datum`.
    GeometryError
        A vertex lies outside what the projection can express; names the first such shape.

    Notes
    -----
    Only vertices move: an edge stays straight between them. Cost O(vertices).
    """
    parsed = parse_datum(datum)
    flat: GeometryArray = shapely.force_2d(np.asarray(geometries, dtype=object))
    if parsed in {Datum.WGS84, Datum.CGCS2000}:
        return flat
    pairs, owner = shapely.get_coordinates(flat, return_index=True)
    moved = to_cgcs2000(pairs, parsed)
    lost = np.flatnonzero(~np.isfinite(moved).all(axis=1))
    if lost.size:
        x, y = pairs[lost[0]].tolist()
        problem = f"vertex ({x}, {y}) cannot be converted from {parsed} to CGCS2000"
        raise GeometryError(int(owner[lost[0]]), "unnamed", problem)
    result: GeometryArray = shapely.set_coordinates(flat.copy(), moved)
    return result
