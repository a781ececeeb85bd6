"""How a line or a polygon divides among the areas of a layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, GeometryArray
from geo.errors import GeometryError
from geo.gaps import union_of
from geo.measure import Int64Array, area_m2, length_m
from geo.validity import require_valid

Unit = Literal["m", "m2"]

_LINE_TYPES = {"LineString", "LinearRing", "MultiLineString"}
_POLYGON_TYPES = {"Polygon", "MultiPolygon"}
# Merging a few areas is quicker than the outline of the whole layer; many are not.
_MERGE_AT_MOST = 64
# Below this share a piece is rounding along a border, not ground.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a line or polygon that lies in one area.

    Parameters
    ----------
    ordinal
        Ordinal of the area; -1 for the rest outside all areas.
    share
        Part of the whole, above 0 and at most 1.
    measure
        Length or area of the part.
    unit
        ``m`` for lines, ``m2`` for polygons.
    """

    ordinal: int
    share: float
    measure: float
    unit: Unit


class ShapeTree:
    """The shapes of a layer, ready to be divided along.

    Parameters
    ----------
    shapes
        Shape (n,), valid (multi)polygons by ordinal; degrees CGCS2000, lon, lat. They may overlap
        and leave gaps.

    Raises
    ------
    GeometryError
        A shape is missing, empty, no polygon or invalid; names the first.

    Notes
    -----
    Building costs O(n log n), about 1 s for 40,000 grids. The outline of the whole layer is
    merged when first needed and kept.
    """

    def __init__(self, shapes: GeometryArray | Sequence[BaseGeometry]) -> None:
        self._shapes = require_valid(np.asarray(shapes, dtype=object))
        self._areas_m2 = area_m2(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._outline: BaseGeometry | None = None

    def __len__(self) -> int:
        """Count the shapes."""
        return len(self._shapes)

    def touching(self, geometry: BaseGeometry) -> Int64Array:
        """Find the ordinals of the areas that a shape meets, borders included, ascending."""
        return np.sort(self._tree.query(geometry, predicate="intersects"))

    def measure_inside(
        self, geometry: BaseGeometry, ordinals: Int64Array, unit: Unit
    ) -> FloatArray:
        """Measure the parts of a shape that lie in some of the areas, in that order."""
        shapes = self._shapes[ordinals]
        if unit == "m":
            return length_m(shapely.intersection(geometry, shapes))
        shapely.prepare(geometry)
        whole = shapely.contains(geometry, shapes)
        measured = self._areas_m2[ordinals].copy()
        measured[~whole] = area_m2(shapely.intersection(geometry, shapes[~whole]))
        return measured

    def outside(self, geometry: BaseGeometry, ordinals: Int64Array) -> BaseGeometry:
        """Cut away from a shape what the areas cover; ``ordinals`` are all that it touches."""
        if ordinals.size == 0:
            return geometry
        if ordinals.size <= _MERGE_AT_MOST:
            return shapely.difference(geometry, union_of(self._shapes[ordinals]))
        if self._outline is None:
            self._outline = union_of(self._shapes)
        return shapely.difference(geometry, self._outline)


def shares_of(geometry: BaseGeometry, shapes: ShapeTree) -> list[Share]:
    """Divide a line or polygon among the areas of a layer.

    Parameters
    ----------
    geometry
        A (multi)line or a valid (multi)polygon; degrees CGCS2000, lon, lat.
    shapes
        The areas.

    Returns
    -------
    shares
        Largest first, equal ones by ordinal; last the rest outside all areas with ordinal -1, if
        there is any. In a partition they sum to 1. They sum to more where areas overlap, and for
        a line that runs along a shared border, which counts in the areas on both sides.

    Raises
    ------
    GeometryError
        A point or a mixed collection; an empty, invalid or zero-sized shape; coordinates that are
        not finite degrees.

    Notes
    -----
    A stretch that a line passes more than once counts once. Pieces below 1e-9 of the whole are
    rounding along borders and left out. Cost O(log n + vertices of the areas it meets).
    """
    unit = _unit(geometry)
    if unit == "m" and not geometry.is_simple:
        geometry = shapely.union_all([geometry])
    measure = length_m if unit == "m" else area_m2
    total = float(measure(np.array([geometry], dtype=object))[0])
    if total <= 0.0:
        raise GeometryError(0, "input", f"has no {'length' if unit == 'm' else 'area'} to divide")
    ordinals = shapes.touching(geometry)
    measured = shapes.measure_inside(geometry, ordinals, unit).tolist()
    shares = [
        Share(ordinal, min(part / total, 1.0), part, unit)
        for ordinal, part in zip(ordinals.tolist(), measured, strict=True)
        if part > _NOISE * total
    ]
    shares.sort(key=lambda share: (-share.measure, share.ordinal))
    rest = float(measure(np.array([shapes.outside(geometry, ordinals)], dtype=object))[0])
    if rest > _NOISE * total:
        shares.append(Share(-1, min(rest / total, 1.0), rest, unit))
    return shares


def _unit(geometry: BaseGeometry) -> Unit:
    """Refuse what cannot be divided, and tell lines from polygons."""
    kind = geometry.geom_type
    if kind not in _LINE_TYPES | _POLYGON_TYPES:
        raise GeometryError(0, "input", f"{kind} has no share; give a line or a polygon")
    if geometry.is_empty:
        raise GeometryError(0, "input", f"empty {kind}; give a line or a polygon with coordinates")
    lonlat = shapely.get_coordinates(geometry)
    wrong = np.flatnonzero(~((np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)))
    if wrong.size:
        lon, lat = lonlat[wrong[0]].tolist()
        problem = f"vertex ({lon}, {lat}) is not longitude, latitude in degrees"
        raise GeometryError(0, "input", problem)
    if kind in _LINE_TYPES:
        return "m"
    if not geometry.is_valid:
        raise GeometryError(0, "input", f"{shapely.is_valid_reason(geometry)}; repair it first")
    return "m2"
