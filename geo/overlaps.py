"""Ground that two areas of one layer both claim."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import GeometryArray, Progress
from geo.datum import Datum, parse_datum
from geo.slivers import SliverRule, measure_pieces
from geo.validity import require_valid

_PAIRS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground shared by two areas.

    Parameters
    ----------
    first, second
        Rows of the two areas; first < second.
    area_m2
        All the ground they share.
    lon, lat
        A point inside the largest piece of it; degrees CGCS2000.
    sliver
        The largest piece is a sliver by the rule in force.
    """

    first: int
    second: int
    area_m2: float
    lon: float
    lat: float
    sliver: bool


def find_overlaps(
    geometries: GeometryArray,
    *,
    datum: Datum | str = Datum.CGCS2000,
    rule: SliverRule | None = None,
    progress: Progress | None = None,
) -> list[Overlap]:
    """Find every pair of areas that share ground, duplicates and areas inside others included.

    Parameters
    ----------
    geometries
        Shape (n,), valid (multi)polygons in file coordinates. They are compared as they are:
        converting first moves vertices that lie on the neighbour's edge off it, and so invents
        overlaps and gaps.
    datum
        Datum of the file; the pieces found are converted for measuring.
    rule
        When an overlap counts as a sliver; the defaults of :class:`SliverRule` if None.
    progress
        Called as ``progress("overlaps", done, total)``, counting pairs of neighbours.

    Returns
    -------
    overlaps
        Ordered by first, second. Shared borders and corners are no overlaps.

    Raises
    ------
    GeometryError
        A shape is missing, empty, no polygon or invalid; names the first.
    DatumError
        The datum is unknown or refused.

    Notes
    -----
    Whether interiors meet is decided exactly; an overlap too thin for its corners to be told
    apart in double precision (nanometres) has no measurable area and is left out.
    Cost O(n log n + neighbours x vertices); 40,000 grids with 159,000 pairs in about 2 s.
    """
    shapes = require_valid(geometries)
    parse_datum(datum)  # refused even when there is nothing to measure
    pairs = shapely.STRtree(shapes).query(shapes)
    pairs = pairs[:, pairs[0] < pairs[1]]
    pairs = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    total = pairs.shape[1]
    found: list[Overlap] = []
    for start in range(0, total, _PAIRS_AT_ONCE):
        first, second = pairs[:, start : start + _PAIRS_AT_ONCE]
        meet = shapely.relate_pattern(shapes[first], shapes[second], "T********")
        shared = shapely.intersection(shapes[first[meet]], shapes[second[meet]])
        kept = shapely.area(shared) > 0.0
        measured = measure_pieces(shared[kept], rule or SliverRule(), datum)
        found += [
            Overlap(one, other, area, lon, lat, sliver)
            for one, other, area, (lon, lat), sliver in zip(
                first[meet][kept].tolist(),
                second[meet][kept].tolist(),
                *(column.tolist() for column in measured),
                strict=True,
            )
        ]
        if progress is not None:
            progress("overlaps", min(start + _PAIRS_AT_ONCE, total), total)
    return found
