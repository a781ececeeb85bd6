"""Building a location index: edges, cells, sweep, records."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray, GeometryArray, IntArray, Progress
from geo.errors import GeometryError
from geo.index.edges import Edges, collect_edges
from geo.index.grid import (
    Grid,
    choose_grid,
    count_fine,
    count_top,
    fill_lists,
    number_blocks,
    number_units,
    to_grid,
)
from geo.index.leaves import build_leaves, encode_cells, shift_exact
from geo.index.nearest import build_boxes
from geo.index.predicates import MAX_ABS_COORDINATE
from geo.index.sweep import crossings, sweep

_CHUNK = 1 << 16
_MAX_HOT_WORDS = 1 << 30  # codes keep twice the offset in 32 bits


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything a lookup reads; see the module ``geo.index.layout`` for the file form."""

    limits: FloatArray
    parameters: FloatArray
    n_top: int
    n_split: int
    top: IntArray
    sub: IntArray
    hot: NDArray[np.int16]
    exact: IntArray
    segments: FloatArray
    owner_start: NDArray[np.int64]
    owners: IntArray
    boxes: FloatArray
    level_start: NDArray[np.int64]


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)


def arrange(
    shapes: Sequence[Any] | NDArray[Any], codes: Sequence[str], precedence: Sequence[int] | None
) -> tuple[GeometryArray, tuple[str, ...], NDArray[np.int64]]:
    """Put the areas of a layer in order of precedence, then code.

    Parameters
    ----------
    shapes, codes, precedence
        As ``LocationIndex.build`` takes them.

    Returns
    -------
    shapes, codes
        By ordinal.
    order
        Shape (n,): input row of each ordinal.

    Raises
    ------
    GeometryError
        The numbers differ, or ``check_shapes`` refuses a shape.
    """
    areas = np.empty(len(shapes), object)
    areas[:] = shapes
    names = [str(code) for code in codes]
    ranks = [0] * len(names) if precedence is None else list(precedence)
    if not len(areas) == len(names) == len(ranks):
        problem = f"{len(areas)} shapes, {len(names)} codes, {len(ranks)} precedences; "
        raise GeometryError(0, "layer", problem + "one of each is needed for every area")
    check_shapes(areas, names)
    order = np.array(sorted(range(len(names)), key=lambda i: (ranks[i], names[i])), np.int64)
    return areas[order], tuple(names[i] for i in order), order


def check_shapes(shapes: GeometryArray, names: list[str]) -> None:
    """Refuse what cannot be indexed exactly, naming the first offender.

    Parameters
    ----------
    shapes
        Shape (n,), expected to be valid polygons and multipolygons.
    names
        Name of each shape for the message.

    Raises
    ------
    GeometryError
        A shape is missing, empty, not a polygon, invalid, or has a coordinate that is not
        finite or too large.
    """
    kinds = shapely.get_type_id(shapes)
    for row in np.flatnonzero(~np.isin(kinds, (3, 6))).tolist():
        what = "missing" if kinds[row] < 0 else shapes[row].geom_type
        raise GeometryError(row, names[row], f"{what}; a polygon or multipolygon is needed")
    for row in np.flatnonzero(shapely.is_empty(shapes)).tolist():
        raise GeometryError(row, names[row], "empty; an area with extent is needed")
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = ~np.isfinite(xy).all(axis=1) | (np.abs(xy).max(axis=1) > MAX_ABS_COORDINATE)
    for vertex in np.flatnonzero(bad).tolist():
        row = int(owner[vertex])
        raise GeometryError(row, names[row], f"vertex {xy[vertex].tolist()} is not finite or huge")
    for row in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        reason = shapely.is_valid_reason(shapes[row])
        raise GeometryError(row, names[row], f"{reason}; repair it first (geo.topology.repair)")


def build_tables(
    shapes: GeometryArray, *, grid: Grid | None = None, progress: Progress | None = None
) -> Tables:
    """Build all tables.

    Parameters
    ----------
    shapes
        Shape (n,), checked by ``check_shapes``, in order of ordinal.
    grid
        Placement of the grid; chosen from the layer when None.
    progress
        Told about each stage.

    Returns
    -------
    tables
        Arrays for the lookup kernels. Cost O(m log m + cells) for m segments.
    """
    n_areas = len(shapes)
    west, south, east, north = (
        (float(v) + 0.0 for v in shapely.total_bounds(shapes)) if n_areas else (0.0,) * 4
    )
    bounds = (west, south, east, north)
    limits = np.array(bounds) if n_areas else np.array([np.inf, np.inf, -np.inf, -np.inf])
    _tell(progress, "edges", 0, 1)
    edges = collect_edges(shapes, bounds)
    if grid is None:
        grid = choose_grid(bounds, edges.segments.shape[0])
    _tell(progress, "edges", 1, 1)
    top, sub, hot, exact = _build_cells(edges, n_areas, grid, progress)
    boxes, level_start = build_boxes(edges.segments)
    return Tables(
        limits,
        grid.parameters(),
        grid.n_top,
        grid.n_split,
        top,
        sub,
        hot,
        exact,
        edges.segments,
        edges.owner_start,
        edges.owners,
        boxes,
        level_start,
    )


def _build_cells(
    edges: Edges, n_areas: int, grid: Grid, progress: Progress | None
) -> tuple[IntArray, IntArray, NDArray[np.int16], IntArray]:
    p, n_top, n_split = grid.parameters(), grid.n_top, grid.n_split
    _tell(progress, "cells", 0, 4)
    g = to_grid(edges.segments, p)
    top_counts = count_top(g, n_top, n_split)
    role, n_blocks = number_blocks(top_counts)
    fine_counts = count_fine(g, n_top, n_split, role, n_blocks)
    _tell(progress, "cells", 1, 4)
    top_unit, fine_unit, list_start, cells = number_units(
        n_top, n_split, role, top_counts, fine_counts
    )
    items = fill_lists(g, n_top, n_split, role, top_unit, fine_unit, list_start)
    _tell(progress, "cells", 2, 4)
    n_units = cells.shape[0]
    has_block = (role.reshape(n_top, n_top) > 0).any(axis=1)
    asked = np.repeat(has_block, n_split)
    asked[n_split // 2 :: n_split] = True
    keys, crossing = crossings(edges.segments, p, grid.n_fine, asked.astype(np.int32))
    order = np.argsort(keys)
    _tell(progress, "cells", 3, 4)
    top_state, fine_state, unit_state, set_start, set_items = sweep(
        keys[order],
        crossing[order],
        edges.owner_start,
        edges.owners,
        n_areas,
        n_top,
        n_split,
        role,
        top_unit,
        fine_unit,
        n_units,
    )
    _tell(progress, "cells", 4, 4)

    def build(first: int, last: int) -> tuple[NDArray[np.int16], IntArray, NDArray[np.int64]]:
        result: tuple[NDArray[np.int16], IntArray, NDArray[np.int64]] = build_leaves(
            first,
            last,
            cells,
            list_start,
            items,
            unit_state,
            n_areas,
            set_start,
            set_items,
            edges.segments,
            g,
            edges.owner_start,
            edges.owners,
            p,
        )
        return result

    n_sets = set_start.size - 1
    hot, exact, leaf_start = _join_leaves(build, n_units + n_sets, progress)
    top = encode_cells(top_state, top_unit, role, n_areas, n_units, leaf_start)
    no_role = np.empty(0, np.int32)
    sub = encode_cells(fine_state, fine_unit, no_role, n_areas, n_units, leaf_start)
    return top, sub, hot, exact


def _join_leaves(
    build: Callable[[int, int], tuple[NDArray[np.int16], IntArray, NDArray[np.int64]]],
    n_records: int,
    progress: Progress | None,
) -> tuple[NDArray[np.int16], IntArray, NDArray[np.int64]]:
    """Build records chunk by chunk on all cores and join them."""
    chunks = [(i, min(i + _CHUNK, n_records)) for i in range(0, n_records, _CHUNK)]
    hot_parts: list[NDArray[np.int16]] = [np.empty(0, np.int16)]
    exact_parts: list[IntArray] = [np.empty(0, np.int32)]
    starts: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    n_hot = n_exact = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done, (hot, exact, start) in enumerate(pool.map(lambda c: build(*c), chunks), 1):
            shift_exact(hot, start, n_exact)
            hot_parts.append(hot)
            exact_parts.append(exact)
            starts.append(start + n_hot)
            n_hot += hot.size
            n_exact += exact.size
            _tell(progress, "records", done, len(chunks))
    if n_hot >= _MAX_HOT_WORDS or n_exact >= np.iinfo(np.int32).max:
        msg = f"{n_hot} words of records are more than one index can address; split the layer"
        raise GeometryError(0, "layer", msg)
    return np.concatenate(hot_parts), np.concatenate(exact_parts), np.concatenate(starts)
