"""Points that the benchmarks ask for: ticket-like, even, and on or beside borders."""

import numpy as np
import shapely

from bench.layers import BenchLayer
from geo.arrays import FloatArray, GeometryArray, LonLatArray


def weights_of(layer: BenchLayer, seed: int) -> FloatArray:
    """Draw a heavy-tailed share of tickets for each area: few places report most.

    Parameters
    ----------
    layer
        Usually the unit grids.
    seed
        Of the random draw.

    Returns
    -------
    weights
        Shape (n,), sums to 1.
    """
    weights: FloatArray = np.random.default_rng(seed).lognormal(0.0, 1.0, len(layer.codes))
    weights /= weights.sum()
    return weights


def uniform_points(layer: BenchLayer, n_points: int, seed: int) -> LonLatArray:
    """Draw points evenly over the bounding box of a layer, shape (n_points, 2)."""
    west, south, east, north = layer.bounds
    drawn: LonLatArray = np.random.default_rng(seed).uniform(
        (west, south), (east, north), (n_points, 2)
    )
    return drawn


def ticket_points(
    layer: BenchLayer, n_points: int, seed: int, outside: float = 0.08
) -> LonLatArray:
    """Draw points as tickets fall: in clusters, in random order, some outside the city.

    Parameters
    ----------
    layer
        Areas that tickets cluster in, usually the unit grids.
    n_points
        How many.
    seed
        Of the random draw.
    outside
        Share of points wanted outside every area; met by an even background over the box.

    Returns
    -------
    lonlat
        Shape (n_points, 2), lon, lat degrees, in random order.
    """
    random = np.random.default_rng(seed)
    west, south, east, north = layer.bounds
    areas = shapely.area(layer.shapes)
    empty = max(0.0, 1.0 - float(areas.sum()) / ((east - west) * (north - south)))
    is_background = random.random(n_points) < (min(1.0, outside / empty) if empty > 0 else 0.1)
    chosen = random.choice(len(layer.codes), n_points, p=weights_of(layer, seed + 1))
    centres = shapely.get_coordinates(shapely.point_on_surface(layer.shapes))
    spread = 0.4 * np.sqrt(areas)
    lonlat: LonLatArray = (
        centres[chosen] + random.normal(size=(n_points, 2)) * (spread[chosen, np.newaxis])
    )
    n_background = int(is_background.sum())
    lonlat[is_background] = random.uniform((west, south), (east, north), (n_background, 2))
    return lonlat


def vertex_points(shapes: GeometryArray) -> LonLatArray:
    """Return every distinct vertex of the shapes, shape (n, 2)."""
    vertices: LonLatArray = np.unique(shapely.get_coordinates(shapes), axis=0)
    return vertices


def midpoint_points(shapes: GeometryArray) -> LonLatArray:
    """Return the midpoints of edges that doubles hold exactly.

    Parameters
    ----------
    shapes
        Shape (n,), polygons and multipolygons.

    Returns
    -------
    lonlat
        Shape (m, 2). A midpoint whose sum of ends is rounded is left out, as it lies beside its
        edge and not on it; on coordinates snapped to a binary grid none is.
    """
    rings = shapely.get_rings(shapely.get_parts(shapes))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    is_edge = ring[1:] == ring[:-1]
    first, second = coordinates[:-1][is_edge], coordinates[1:][is_edge]
    total = first + second
    # Knuth's two-sum: the rounding error of the addition, exactly.
    part = total - first
    error = (first - (total - part)) + (second - part)
    is_exact = np.all((error == 0.0) & (np.abs(total) > np.finfo(float).tiny), axis=1)
    middles: LonLatArray = np.unique(total[is_exact] / 2.0, axis=0)
    return middles


def near_miss_points(lonlat: LonLatArray, seed: int) -> LonLatArray:
    """Move each point by one ulp in one of the eight directions.

    Parameters
    ----------
    lonlat
        Shape (n, 2), points on borders.
    seed
        Of the choice of directions.

    Returns
    -------
    moved
        Shape (n, 2).
    """
    directions = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)])
    chosen = directions[np.random.default_rng(seed).integers(0, len(directions), len(lonlat))]
    moved: LonLatArray = np.where(
        chosen == 0, lonlat, np.nextafter(lonlat, np.where(chosen > 0, np.inf, -np.inf))
    )
    return moved
