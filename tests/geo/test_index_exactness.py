"""The location index against brute force: shapely, and rational arithmetic where they differ."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.index import LocationIndex

Points = NDArray[np.float64]


def exactly_covers(shape: Any, x: float, y: float) -> bool:
    """Decide by rational arithmetic whether a polygon covers a point, borders included."""
    px, py = Fraction(x), Fraction(y)
    inside = False
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = [(Fraction(a), Fraction(b)) for a, b in shapely.get_coordinates(ring).tolist()]
        for (ax, ay), (bx, by) in pairwise(corners):
            turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            between = min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by)
            if turn == 0 and between:
                return True
            if (ay <= py) != (by <= py) and (turn > 0) == (by > ay):
                inside = not inside
    return inside


def brute_force(shapes: NDArray[Any], points: Points) -> list[list[int]]:
    """Set of covering shapes of each point by shapely, ascending."""
    rows, found = shapely.STRtree(shapes).query(shapely.points(points), predicate="intersects")
    out: list[list[int]] = [[] for _ in points]
    for row, shape in sorted(zip(rows.tolist(), found.tolist(), strict=True)):
        out[row].append(shape)
    return out


def trying_points(shapes: NDArray[Any], rng: np.random.Generator) -> Points:
    """Points where an index goes wrong: corners, midpoints, neighbours by one ulp, far away."""
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    corners = corners[rng.permutation(len(corners))[:400]]
    line = shapely.get_coordinates(shapes)
    middles = ((line[1:] + line[:-1]) / 2)[rng.permutation(len(line) - 1)[:400]]
    west, south, east, north = shapely.total_bounds(shapes)
    size = np.array([east - west, north - south])
    random = np.array([west, south]) - 0.1 * size + rng.random((400, 2)) * 1.2 * size
    towards = np.where(rng.random((len(middles), 2)) < 0.5, -np.inf, np.inf)
    mixed = np.column_stack([rng.choice(corners[:, 0], 200), rng.choice(corners[:, 1], 200)])
    lattice = np.array([west, south]) + rng.integers(0, 65, (200, 2)) / 64 * size
    return np.concatenate(
        [
            random,
            corners,
            middles,
            np.nextafter(corners, np.inf),
            np.nextafter(corners, -np.inf),
            np.nextafter(middles, towards),
            mixed,
            lattice,
        ]
    )


def assert_equal_to_brute_force(shapes: NDArray[Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    index = LocationIndex.build(shapes, [f"{i:05d}" for i in range(len(shapes))])
    points = trying_points(shapes, rng)
    expected = brute_force(shapes, points)
    covering = index.covering_many(points)
    owner = index.locate_many(points)
    for i, (x, y) in enumerate(points.tolist()):
        ours = covering.ordinals[covering.indptr[i] : covering.indptr[i + 1]].tolist()
        if ours != expected[i]:
            truth = [j for j, shape in enumerate(shapes) if exactly_covers(shape, x, y)]
            assert ours == truth, (x, y)
        assert owner[i] == (ours[0] if ours else -1), (x, y)
    for i in rng.integers(0, len(points), 30).tolist():
        x, y = points[i].tolist()
        ours = tuple(covering.ordinals[covering.indptr[i] : covering.indptr[i + 1]].tolist())
        probe = index.probe(x, y, 0.0)
        assert index.locate(x, y) == owner[i] == probe.owner
        assert index.covering(x, y) == ours == probe.covering
        assert (probe.on_border, probe.overlap) == (covering.on_border[i], covering.overlap[i])


def polygons(parts: list[Any]) -> NDArray[Any]:
    """Keep valid polygonal shapes."""
    kept = []
    for part in parts:
        pieces = [
            piece
            for piece in shapely.get_parts(shapely.make_valid(part))
            if piece.geom_type in ("Polygon", "MultiPolygon")
        ]
        shape = shapely.union_all(pieces)
        if not shape.is_empty and shape.is_valid:
            kept.append(shape)
    out = np.empty(len(kept), object)
    out[:] = kept
    return out


def star(rng: np.random.Generator, centre: Points, radius: float, n: int) -> Points:
    angle = np.sort(rng.random(n)) * 2 * np.pi
    reach = radius * (0.3 + 0.7 * rng.random(n))
    return np.column_stack([centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)])


def overlapping_stars_with_holes(rng: np.random.Generator, bits: int) -> list[Any]:
    out = []
    for _ in range(int(rng.integers(2, 60))):
        centre, radius = rng.random(2), rng.random() ** 2 * 0.6 + 0.01
        corners = star(rng, centre, radius, int(rng.integers(3, 30)))
        shape = shapely.make_valid(shapely.Polygon(np.round(corners * 2.0**bits) / 2.0**bits))
        hole = shapely.Polygon(star(rng, centre, radius * 0.3, 7)).buffer(0)
        out.append(shapely.difference(shape, hole) if rng.random() < 0.4 else shape)
    return out


def lattice_boxes(rng: np.random.Generator, bits: int) -> list[Any]:
    n = bits % 12 + 2
    out = []
    for _ in range(40):
        (a, b), (c, d) = np.sort(rng.integers(0, n + 1, 2)), np.sort(rng.integers(0, n + 1, 2))
        if a < b and c < d:
            out.append(shapely.box(a, c, b, d))
    return out or [shapely.box(0, 0, 1, 1)]


def fan_of_wedges(rng: np.random.Generator, bits: int) -> list[Any]:
    ring = np.round(star(rng, np.array([0.5, 0.5]), 0.5, bits * 4) * 2.0**bits) / 2.0**bits
    centre = (0.5, 0.5)
    pairs = zip(ring, np.roll(ring, -1, axis=0), strict=True)
    return [shapely.Polygon([centre, a, b]) for a, b in pairs]


def nested_discs(rng: np.random.Generator, bits: int) -> list[Any]:
    n = int(rng.integers(2, 50))
    return [shapely.Point(0.5, 0.5).buffer((k + 1) / n, quad_segs=bits % 7 + 1) for k in range(n)]


def voronoi_partition(rng: np.random.Generator, bits: int) -> list[Any]:
    seeds = shapely.multipoints(rng.random((int(rng.integers(3, 150)), 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    return [
        shapely.transform(cell, lambda xy: np.round(xy * 2.0**bits) / 2.0**bits) for cell in cells
    ]


def multipolygons(rng: np.random.Generator, bits: int) -> list[Any]:
    stars = overlapping_stars_with_holes(rng, bits)
    picks = rng.integers(0, len(stars), (10, 3))
    return [shapely.union_all([stars[i] for i in row]) for row in picks]


MAKERS: list[Callable[[np.random.Generator, int], list[Any]]] = [
    overlapping_stars_with_holes,
    lattice_boxes,
    fan_of_wedges,
    nested_discs,
    voronoi_partition,
    multipolygons,
]
PLACES: dict[str, Callable[[Points], Points]] = {
    "unit": lambda xy: xy,
    "metres": lambda xy: xy * 1e4 + np.array([4e5, 4.4e6]),
    "tiny in degrees": lambda xy: xy * 1e-5 + np.array([116.3, 39.9]),
    "huge": lambda xy: xy * 1e7,
    "flat": lambda xy: xy * np.array([1.0, 1e-4]),
}


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32 - 1),
    bits=st.integers(3, 29),
    place=st.sampled_from(sorted(PLACES)),
)
def test_answers_equal_brute_force_on_random_layers(
    maker: Callable[[np.random.Generator, int], list[Any]], seed: int, bits: int, place: str
) -> None:
    rng = np.random.default_rng(seed)
    shapes = polygons([shapely.transform(s, PLACES[place]) for s in maker(rng, bits)])
    if len(shapes):
        assert_equal_to_brute_force(shapes, seed)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_partition_gives_every_inner_point_exactly_one_owner(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Interior seeds only: cells are clipped to a square that they fill.
    square = shapely.box(0, 0, 1, 1)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.random((20, 2)))))
    clipped = polygons(list(shapely.intersection(cells, square)))
    index = LocationIndex.build(clipped, [str(i) for i in range(len(clipped))])
    covering = index.covering_many(rng.random((2000, 2)))
    clear = ~covering.on_border & ~covering.overlap
    assert (np.diff(covering.indptr)[clear] == 1).all()
    assert clear.mean() > 0.99


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), shift=st.integers(-8, 8), turn=st.integers(0, 5))
def test_translation_ring_reversal_and_rotation_change_nothing(
    seed: int, shift: int, turn: int
) -> None:
    rng = np.random.default_rng(seed)
    shapes = polygons(overlapping_stars_with_holes(rng, 20))
    codes = [str(i) for i in range(len(shapes))]
    points = np.round(rng.random((500, 2)) * 2**20) / 2**20
    expected = LocationIndex.build(shapes, codes).covering_many(points)
    # A whole number keeps every coordinate on its binary grid, so nothing is rounded.
    moved = shapely.transform(shapes, lambda xy: np.round(xy * 2**20) / 2**20 + shift)
    still = shapely.transform(shapes, lambda xy: np.round(xy * 2**20) / 2**20)
    if not (shapely.is_valid(moved).all() and shapely.is_valid(still).all()):
        return
    expected = LocationIndex.build(still, codes).covering_many(points)
    turned = [
        shapely.reverse(s) if s.geom_type == "MultiPolygon" else rotated(shapely.reverse(s), turn)
        for s in moved
    ]
    actual = LocationIndex.build(turned, codes).covering_many(points + shift)
    np.testing.assert_array_equal(actual.indptr, expected.indptr)
    np.testing.assert_array_equal(actual.ordinals, expected.ordinals)


def rotated(shape: Any, turn: int) -> Any:
    """Begin the rings of a polygon at another vertex."""

    def turn_ring(ring: Any) -> Points:
        xy = shapely.get_coordinates(ring)[:-1]
        xy = np.roll(xy, turn, axis=0)
        return np.vstack([xy, xy[:1]])

    return shapely.Polygon(turn_ring(shape.exterior), [turn_ring(r) for r in shape.interiors])
