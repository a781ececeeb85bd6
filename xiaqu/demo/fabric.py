"""The plan under every layer: cells, rivers, groups, streets and arcs."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import FloatArray, GeometryArray
from xiaqu.demo.arcs import Arcs, border_level, build_cells, build_groups, draw_arcs, straighten
from xiaqu.demo.cells import CellMesh, Ground, build_mesh
from xiaqu.demo.graphs import Indices
from xiaqu.demo.grouping import Nesting, group_cells
from xiaqu.demo.rivers import Course, route_rivers
from xiaqu.demo.scales import Scale, point_array
from xiaqu.demo.streets import plan_streets


@dataclass(frozen=True, slots=True)
class Fabric:
    """Topology and shapes that the layers are cut from.

    Attributes
    ----------
    level, rank
        Shape (n_edges,): highest border on the edge, and the rank of the street on it.
    cells
        Shape (n_cells,), polygons of the unit grids.
    outline
        The whole city.
    """

    scale: Scale
    seed: int
    ground: Ground
    mesh: CellMesh
    nesting: Nesting
    courses: list[Course]
    level: Indices
    rank: Indices
    arcs: Arcs
    cells: GeometryArray
    outline: shapely.Polygon

    def random(self, stage: str) -> np.random.Generator:
        """Independent generator for one stage, so that stages do not disturb each other."""
        return stage_random(self.seed, stage)


def stage_random(seed: int, stage: str) -> np.random.Generator:
    """Make a generator that depends on the seed and the name of the stage only."""
    return np.random.default_rng([seed, *stage.encode()])


def weave(scale: Scale, seed: int) -> Fabric:
    """Lay out the city; the arcs of any shape that is not valid are straightened."""
    ground = Ground.create(stage_random(seed, "ground"), scale)
    mesh = build_mesh(stage_random(seed, "cells"), ground)
    courses, is_river = route_rivers(stage_random(seed, "rivers"), mesh, scale)
    nesting = group_cells(stage_random(seed, "groups"), mesh, scale, is_river)
    level = border_level(mesh, nesting)
    rank = plan_streets(stage_random(seed, "streets"), mesh, nesting, level, is_river)
    arcs = draw_arcs(stage_random(seed, "arcs"), mesh, level, rank > 0)
    cells = build_cells(mesh, arcs)
    # Arcs cannot cross by construction; only rounding in a needle-thin corner could spoil a cell.
    spoilt = np.flatnonzero(~shapely.is_valid(cells))
    if len(spoilt):
        beside = np.isin(mesh.sides, spoilt).any(axis=1)
        arcs = straighten(arcs, np.flatnonzero(beside))
        cells = build_cells(mesh, arcs)
    outline = build_groups(mesh, arcs, np.zeros(mesh.n_cells, dtype=np.int64))[0]
    shapely.prepare(outline)
    return Fabric(scale, seed, ground, mesh, nesting, courses, level, rank, arcs, cells, outline)


def points_in_cells(
    rng: np.random.Generator, fabric: Fabric, cell: Indices, lonlat_of: FloatArray
) -> GeometryArray:
    """Random points, each inside its cell; shape of ``cell``.

    Parameters
    ----------
    rng
        Source of the positions.
    fabric
        The plan.
    cell
        Cell of each point, shape (n,).
    lonlat_of
        Shape (n_cells, 2): lon, lat of the seed of each cell, which lies strictly inside it.
    """
    spread = 0.3 * np.sqrt(fabric.mesh.area_km2[cell])[:, None] / 100.0  # km to about degrees
    shift = rng.normal(size=(len(cell), 2)) * spread
    points = point_array(lonlat_of[cell] + shift)
    waiting = np.arange(len(cell))
    for turn in range(8):
        fits = shapely.contains_properly(fabric.cells[cell[waiting]], points[waiting])
        waiting = waiting[~fits]
        shift[waiting] *= 0.5 if turn < 7 else 0.0  # noqa: PLR2004 - at last the seed itself
        points[waiting] = point_array(lonlat_of[cell[waiting]] + shift[waiting])
    return points
