"""The point of a road that is nearest to a point, as a kernel."""

from typing import Any

import numpy as np

from geo.address.kernel import kernel

__all__ = ["nearest_vertex"]


@kernel
def nearest_vertex(lons: Any, lats: Any, line_start: Any, first: int, last: int, at: Any) -> Any:
    """Find the segment of some lines that comes nearest to a point.

    Parameters
    ----------
    lons, lats
        float64: vertices of all lines, degrees.
    line_start
        int64: the vertices of line i are ``line_start[i]`` to ``line_start[i + 1]``.
    first, last
        The lines ``first`` to ``last - 1``; at least one.
    at
        Longitude and latitude of the point, degrees, and the metres of a degree of each there.

    Returns
    -------
    x, y
        Metres from the point to the nearest one, east and north.
    square
        Square of its distance.
    line, vertex
        Its line, and the vertex at which its segment begins. The first of equal ones.
    """
    lon, lat, kx, ky = at
    best = (0.0, 0.0, np.inf, first, line_start[first])
    for line in range(first, last):
        begin = line_start[line]
        x1 = (lons[begin] - lon) * kx
        y1 = (lats[begin] - lat) * ky
        for i in range(begin, line_start[line + 1] - 1):
            x0 = x1
            y0 = y1
            x1 = (lons[i + 1] - lon) * kx
            y1 = (lats[i + 1] - lat) * ky
            dx = x1 - x0
            dy = y1 - y0
            square = dx * dx + dy * dy
            t = -(x0 * dx + y0 * dy) / (square if square > 0.0 else 1.0)
            t = min(max(t, 0.0), 1.0)
            px = x0 + t * dx
            py = y0 + t * dy
            away = px * px + py * py
            if away < best[2]:
                best = (px, py, away, line, i)
    return best
