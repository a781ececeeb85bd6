"""Which areas touch an area, and along how much border."""

from collections.abc import Sequence

import numpy as np
import shapely

from boundaries.records import AreaRecord, Neighbour
from geo.arrays import FloatArray, GeometryArray
from geo.measure import length_m


def measure_neighbours(area: AreaRecord, near: Sequence[AreaRecord]) -> list[Neighbour]:
    """Find the areas that touch or overlap an area, with the length of the shared border.

    Parameters
    ----------
    area
        The area, with its shape.
    near
        Areas of the same edition whose bounding boxes meet its own, with their shapes; the area
        itself may be among them.

    Returns
    -------
    list of Neighbour
        Longest shared border first, then by code.

    Notes
    -----
    The length counts the lines that both shapes share. Where they overlap by a sliver it counts
    half of the sliver's outline, which tends to the border as the sliver gets thinner. Shapes
    that meet in points only have 0.0.
    """
    others = [other for other in near if other.uid != area.uid]
    shapes: GeometryArray = np.empty(len(others), dtype=object)
    shapes[:] = [other.geometry for other in others]
    touches = shapely.intersects(shapes, area.geometry)
    lengths = shared_border_m(shapes[touches], area.geometry)
    touching = [other for other, does in zip(others, touches, strict=True) if does]
    found = [
        Neighbour(other.uid, other.code, other.name, float(length))
        for other, length in zip(touching, lengths, strict=True)
    ]
    return sorted(found, key=lambda neighbour: (-neighbour.length_m, neighbour.code))


def shared_border_m(shapes: GeometryArray, shape: shapely.Geometry | None) -> FloatArray:
    """Measure the border that each shape shares with one shape, m on the ellipsoid."""
    parts, owners = shapely.get_parts(shapely.intersection(shapes, shape), return_index=True)
    # Collections hold collections only here, so a second pass reaches the simple parts.
    parts, inner = shapely.get_parts(parts, return_index=True)
    owners = owners[inner]
    dimension = shapely.get_dimensions(parts)
    lines = np.where(dimension == 2, shapely.boundary(parts), parts)  # noqa: PLR2004 - polygons
    lengths = np.where(dimension == 0, 0.0, length_m(lines))
    weights = np.where(dimension == 2, 0.5, 1.0)  # noqa: PLR2004 - polygons
    totals = np.bincount(owners, weights=lengths * weights, minlength=len(shapes))
    return totals.astype(np.float64)
