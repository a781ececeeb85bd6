"""The checks of a layer: broken shapes, overlaps, gaps, and children outside their parents.

All compare shapes as they are, in the coordinates of the file: a projection or a change of datum
moves each vertex by itself, so a vertex on the neighbour's straight edge would leave it, and
overlaps and gaps would be invented. Only the pieces found are converted, by the datum of the file,
and measured in square metres on the ellipsoid.
"""

from geo.gaps import Gap, find_gaps, union_of
from geo.nesting import NestingConflict, find_nesting_conflicts
from geo.overlaps import Overlap, find_overlaps
from geo.slivers import SliverRule
from geo.validity import InvalidShape, Repair, Repaired, find_invalid, repair, require_valid

__all__ = [
    "Gap",
    "InvalidShape",
    "NestingConflict",
    "Overlap",
    "Repair",
    "Repaired",
    "SliverRule",
    "find_gaps",
    "find_invalid",
    "find_nesting_conflicts",
    "find_overlaps",
    "repair",
    "require_valid",
    "union_of",
]
