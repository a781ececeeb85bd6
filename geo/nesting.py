"""Areas that do not lie inside the parent they name."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import BoolArray, GeometryArray, IntArray, Progress
from geo.datum import Datum, parse_datum
from geo.errors import GeometryError
from geo.measure import Int64Array, area_m2
from geo.slivers import SliverRule, convert_shapes, measure_pieces
from geo.validity import require_valid

_CHILDREN_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class NestingConflict:
    """A child area that does not lie inside its parent.

    Parameters
    ----------
    child
        Row of the child.
    parent
        Row of the parent that holds most of the child; -1 where none holds any of it.
    declared
        Row of the parent that the child names; -1 where it names none.
    share_outside
        Share of the child's area outside the declared parent, 0 to 1; outside ``parent`` where
        none is declared.
    area_m2
        The same in square metres.
    lon, lat
        A point inside the largest piece outside; degrees CGCS2000.
    """

    child: int
    parent: int
    declared: int
    share_outside: float
    area_m2: float
    lon: float
    lat: float


def find_nesting_conflicts(
    children: GeometryArray,
    parents: GeometryArray,
    declared_parent: IntArray,
    *,
    datum: Datum | str = Datum.CGCS2000,
    tolerance_m2: float = 1.0,
    progress: Progress | None = None,
) -> list[NestingConflict]:
    """Find the children that reach out of their parent by more than a tolerance.

    Parameters
    ----------
    children, parents
        Shape (n,) and (m,), valid (multi)polygons, both in the same coordinates; compared as they
        are, see :func:`geo.overlaps.find_overlaps`.
    declared_parent
        Shape (n,), the row of the parent that each child names; -1 where it names none, then the
        parent that holds most of it is taken (the smallest row of several).
    datum
        Datum of the coordinates; the pieces found are converted for measuring.
    tolerance_m2
        Ground outside that is not worth a report, 1 m2 by default: levels digitised apart differ
        by less without any meaning. 0 reports everything measurable.
    progress
        Called as ``progress("nesting", done, total)``, counting children.

    Returns
    -------
    conflicts
        In row order of the children.

    Raises
    ------
    GeometryError
        A shape is missing, empty, no polygon or invalid; or a declared parent is not a row of
        ``parents``. Names the first.
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    Cost O(n log m + vertices); 40,000 nested children in about 1 s, plus some 0.1 ms for each
    child that is not covered by its parent.
    """
    inner, outer = require_valid(children), require_valid(parents)
    parse_datum(datum)  # refused even when there is nothing to measure
    declared = np.asarray(declared_parent, dtype=np.int64)
    _require_rows(declared, len(inner), len(outer))
    tree = shapely.STRtree(outer)
    shapely.prepare(outer)
    conflicts: list[NestingConflict] = []
    for start in range(0, len(inner), _CHILDREN_AT_ONCE):
        rows = np.arange(start, min(start + _CHILDREN_AT_ONCE, len(inner)))
        suspects = rows[~_covered(inner[rows], outer, declared[rows], tree)]
        if suspects.size:
            conflicts += _examine(inner, outer, declared, suspects, tree, datum, tolerance_m2)
        if progress is not None:
            progress("nesting", int(rows[-1]) + 1, len(inner))
    return conflicts


def _require_rows(declared: Int64Array, n_children: int, n_parents: int) -> None:
    if declared.shape != (n_children,):
        problem = f"{len(declared)} declared parents for {n_children} children; one each is needed"
        raise GeometryError(0, "declared parents", problem)
    wrong = np.flatnonzero((declared < -1) | (declared >= n_parents))
    if wrong.size:
        row = int(wrong[0])
        problem = f"declared parent {declared[row]} is not a row of the {n_parents} parents, nor -1"
        raise GeometryError(row, "child", problem)


def _covered(
    inner: GeometryArray, outer: GeometryArray, declared: Int64Array, tree: shapely.STRtree
) -> BoolArray:
    """Tell which children lie wholly inside their declared parent, or inside any if none."""
    covered = np.zeros(len(inner), dtype=np.bool_)
    named = np.flatnonzero(declared >= 0)
    covered[named] = shapely.covers(outer[declared[named]], inner[named])
    unnamed = np.flatnonzero(declared < 0)
    held, _ = tree.query(inner[unnamed], predicate="covered_by")
    covered[unnamed[held]] = True
    return covered


def _examine(
    inner: GeometryArray,
    outer: GeometryArray,
    declared: Int64Array,
    suspects: Int64Array,
    tree: shapely.STRtree,
    datum: Datum | str,
    tolerance_m2: float,
) -> list[NestingConflict]:
    """Measure how far some children reach out of their declared, else of their best parent."""
    best = _best_parents(inner[suspects], outer, tree)
    parent = np.where(declared[suspects] >= 0, declared[suspects], best)
    outside = inner[suspects].copy()
    has_parent = np.flatnonzero(parent >= 0)
    outside[has_parent] = shapely.difference(inner[suspects[has_parent]], outer[parent[has_parent]])
    reaching = np.flatnonzero(shapely.area(outside) > 0.0)
    measured = measure_pieces(outside[reaching], SliverRule(), datum)
    whole_m2 = area_m2(convert_shapes(inner[suspects[reaching]], datum))
    return [
        NestingConflict(
            child=int(suspects[row]),
            parent=int(best[row]),
            declared=int(declared[suspects[row]]),
            share_outside=min(area / whole, 1.0),
            area_m2=area,
            lon=lon,
            lat=lat,
        )
        for row, area, whole, (lon, lat) in zip(
            reaching.tolist(),
            measured.area_m2.tolist(),
            whole_m2.tolist(),
            measured.lonlat.tolist(),
            strict=True,
        )
        if area > tolerance_m2
    ]


def _best_parents(inner: GeometryArray, outer: GeometryArray, tree: shapely.STRtree) -> Int64Array:
    """Find the parent that holds most of each child; the smallest row of equals, -1 if none."""
    child, parent = tree.query(inner, predicate="intersects")
    shared = shapely.area(shapely.intersection(inner[child], outer[parent]))
    child, parent, shared = child[shared > 0.0], parent[shared > 0.0], shared[shared > 0.0]
    order = np.lexsort((parent, -shared, child))
    first = order[np.diff(child[order], prepend=-1) > 0]
    best = np.full(len(inner), -1, dtype=np.int64)
    best[child[first]] = parent[first]
    return best
