"""Compile the kernels of the indexes: ``python -m geo.index.warm [areas]``.

The first use of a kernel compiles it and keeps it (see ``geo.kernel_cache``). Compiling all of them
takes most of a minute of one core; run beside other work, in an image build for example, nobody
waits for it.
"""

import sys

import numpy as np
import shapely

from geo.index import IndexChain, LineIndex, LocationIndex, PointIndex


def warm() -> None:
    """Build an index of two areas, one of lines and one of points, and ask everything once."""
    warm_areas()
    warm_features()


def warm_areas() -> None:
    """Build an index of two areas and ask it everything once; lookups need no more."""
    shapes = [shapely.Point(0.0, 0.0).buffer(1.0), shapely.box(0.5, -1.0, 2.0, 1.0)]
    index = LocationIndex.build(shapes, ["a", "b"])
    points = np.array([(0.0, 0.0), (0.5, 0.5), (0.7, 0.0), (9.0, 9.0)])
    index.locate_many(points)
    index.locate_rows(points, np.zeros((2, 4), np.int32))
    index.covering_many(points)
    index.border_m(points)
    for lon, lat in points.tolist():
        index.locate(lon, lat)
        index.probe(lon, lat, 20.0)
        IndexChain([index], [False]).probe(lon, lat, 1e6)


def warm_features() -> None:
    """Build an index of a line and one of points, and ask both once."""
    points = np.array([(0.0, 0.0), (0.5, 0.5), (0.7, 0.0), (9.0, 9.0)])
    lines = LineIndex.build([shapely.LineString([(0.0, 0.0), (0.5, 0.5), (0.7, 0.0)])], ["a"])
    lines.within_many(points, 50.0)
    PointIndex.build(points, ["a", "b", "c", "d"]).within_many(points, 50.0)


if __name__ == "__main__":
    warm_areas()
    if sys.argv[1:] != ["areas"]:
        warm_features()
