"""Which shapes are broken, where, and their repair without losing ground unnoticed."""

import math
import re
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.arrays import BoolArray, GeometryArray
from geo.datum import Datum, parse_datum, point_to_cgcs2000
from geo.errors import GeometryError
from geo.measure import area_m2
from geo.slivers import convert_shapes

_POLYGONAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
_PLACE = re.compile(r"\[(\S+) (\S+)\]\s*$")


@dataclass(frozen=True, slots=True)
class InvalidShape:
    """A shape that is not a valid area.

    Parameters
    ----------
    index
        Row of the shape, from 0.
    reason
        What is wrong, such as ``Self-intersection``.
    lon, lat
        Where, degrees CGCS2000; NaN where there is no place to name.
    """

    index: int
    reason: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Repair:
    """What the repair of one shape did.

    Parameters
    ----------
    index
        Row of the shape, from 0.
    reason
        What was wrong.
    lon, lat
        Where, degrees CGCS2000; NaN where there is no place to name.
    before_m2, after_m2
        Area before and after. The area before follows the rings as drawn: holes subtracted from
        outer rings; for a ring that crosses itself it is the difference of its lobes.
    is_lost
        No area is left: the shape is now empty and must be refused or drawn again.
    """

    index: int
    reason: str
    lon: float
    lat: float
    before_m2: float
    after_m2: float
    is_lost: bool

    @property
    def change_m2(self) -> float:
        """Area gained (positive) or lost (negative) by the repair."""
        return self.after_m2 - self.before_m2


@dataclass(frozen=True, slots=True)
class Repaired:
    """All shapes after repair, and what was done.

    Parameters
    ----------
    geometries
        Shape (n,), in the order given; valid (multi)polygons, empty ones only where lost.
    repairs
        One for each shape that was changed, in row order.
    """

    geometries: GeometryArray
    repairs: tuple[Repair, ...]


def find_invalid(
    geometries: GeometryArray, *, datum: Datum | str = Datum.CGCS2000
) -> list[InvalidShape]:
    """Name the shapes that are not valid areas, with reason and place.

    Parameters
    ----------
    geometries
        Shape (n,), shapely geometries in file coordinates; None is reported as missing.
    datum
        Datum of the file; the places named are converted.

    Returns
    -------
    invalid
        In row order: missing and empty shapes, shapes that are not (multi)polygons, and polygons
        that break the OGC rules. One place is named for each, the first that the check meets.

    Raises
    ------
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    Cost O(vertices log vertices); 40,000 grids in about 0.1 s.
    """
    shapes = np.asarray(geometries, dtype=object)
    parse_datum(datum)  # refused even when there is nothing to name
    suspects = np.flatnonzero(~_is_sound(shapes))
    found = [_explain(int(row), shapes[row]) for row in suspects]
    return [_convert(shape, datum) for shape in found]


def require_valid(geometries: GeometryArray) -> GeometryArray:
    """Refuse anything but valid areas.

    Parameters
    ----------
    geometries
        Shape (n,), shapely geometries.

    Returns
    -------
    geometries
        The same, as an object array.

    Raises
    ------
    GeometryError
        Names the first shape that is missing, empty, no polygon or invalid.
    """
    shapes = np.asarray(geometries, dtype=object)
    suspects = np.flatnonzero(~_is_sound(shapes))
    if suspects.size:
        first = _explain(int(suspects[0]), shapes[suspects[0]])
        where = "" if math.isnan(first.lon) else f" at ({first.lon}, {first.lat})"
        problem = f"{first.reason}{where}; repair the shapes first"
        raise GeometryError(first.index, "unnamed", problem)
    return shapes


def repair(geometries: GeometryArray, *, datum: Datum | str = Datum.CGCS2000) -> Repaired:
    """Repair broken polygons, keep their polygonal parts, and tell what changed.

    Parameters
    ----------
    geometries
        Shape (n,), shapely geometries in file coordinates.
    datum
        Datum of the file; places and areas named are converted, the shapes are not.

    Returns
    -------
    repaired
        All shapes, valid ones untouched, and one :class:`Repair` for each changed one. Nothing is
        dropped: a shape without any area left stays in its row, empty, with ``is_lost`` set. That
        includes missing shapes and lines or points given as areas.

    Raises
    ------
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    Rings are repaired one by one and outer rings then merged, so overlapping parts of one area
    count once. Cost O(n) for the check; only broken shapes are worked on.
    """
    shapes = np.asarray(geometries, dtype=object).copy()
    repairs = []
    for invalid in find_invalid(shapes, datum=datum):
        before = shapes[invalid.index]
        after = _polygonal(before)
        shapes[invalid.index] = after
        pair = convert_shapes(np.array([before, after], dtype=object), datum)
        before_m2, after_m2 = area_m2(pair).tolist()
        repairs.append(
            Repair(
                invalid.index,
                invalid.reason,
                invalid.lon,
                invalid.lat,
                0.0 if math.isnan(before_m2) else before_m2,
                after_m2,
                is_lost=bool(after.is_empty),
            )
        )
    return Repaired(shapes, tuple(repairs))


def _is_sound(shapes: GeometryArray) -> BoolArray:
    sound: BoolArray = (
        np.isin(shapely.get_type_id(shapes), _POLYGONAL)
        & ~shapely.is_empty(shapes)
        & shapely.is_valid(shapes)
    )
    return sound


def _explain(row: int, shape: BaseGeometry | None) -> InvalidShape:
    if shape is None:
        return InvalidShape(row, "missing shape", math.nan, math.nan)
    if shape.is_empty:
        return InvalidShape(row, f"empty {shape.geom_type}", math.nan, math.nan)
    if shapely.get_type_id(shape) not in _POLYGONAL:
        lon, lat = shapely.get_coordinates(shape)[0].tolist()
        return InvalidShape(row, f"{shape.geom_type} instead of a polygon", lon, lat)
    text = shapely.is_valid_reason(shape)
    place = _PLACE.search(text)
    if place is None:
        return InvalidShape(row, text, math.nan, math.nan)
    return InvalidShape(row, text[: place.start()].strip(), float(place[1]), float(place[2]))


def _convert(shape: InvalidShape, datum: Datum | str) -> InvalidShape:
    lon, lat = point_to_cgcs2000(shape.lon, shape.lat, datum)
    return replace(shape, lon=lon, lat=lat)


def _polygonal(shape: BaseGeometry | None) -> BaseGeometry:
    """Repair one shape and keep what of it has an area."""
    if shape is None:
        return shapely.MultiPolygon()
    try:
        fixed = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except GEOSException:  # coordinates that are not numbers cannot be repaired
        return shapely.MultiPolygon()
    parts = shapely.get_parts(shapely.get_parts(fixed))
    polygons = [part for part in parts if shapely.get_type_id(part) == _POLYGONAL[0]]
    polygons = [part for part in polygons if not part.is_empty]
    merged: BaseGeometry = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    return merged
