"""The indexes of a layer: built once, saved as one file, mapped by every worker."""

from pathlib import Path

from geo.kernel_cache import own_cache

# Kernels and the constants frozen into them stand in the sources that name numba; a change of
# another source leaves the compiled ones as they are.
with own_cache(Path(__file__).parent, "numba"):
    from geo.index.answers import Assignment, Covering, Nearby, Probe
    from geo.index.chain import IndexChain
    from geo.index.lines import LineHit, LineIndex, LinesNear
    from geo.index.location import LocationIndex
    from geo.index.points import PointHit, PointIndex, PointsNear

__all__ = [
    "Assignment",
    "Covering",
    "IndexChain",
    "LineHit",
    "LineIndex",
    "LinesNear",
    "LocationIndex",
    "Nearby",
    "PointHit",
    "PointIndex",
    "PointsNear",
    "Probe",
]
