"""Special areas (特殊区域): parks, stations, zones; they overlap and cross borders."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray
from xiaqu.demo import names
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.scales import to_lonlat, to_plane_km


@dataclass(frozen=True, slots=True)
class _Kind:
    """One category: how many in the full city, how far out (share of the rim), how large."""

    category: str
    endings: tuple[str, ...]
    precedence: int
    count: int
    ring: tuple[float, float]
    radius: tuple[float, float]
    """Share of the half width of the city."""
    elongation: float
    roughness: float
    n_points: int


_KINDS = (
    # category, endings, precedence, count, ring, radius, elongation, roughness, points
    _Kind("开发区", ("经济技术开发区", "产业园区"), 50, 9, (0.2, 0.6), (0.03, 0.06), 1.3, 0.25, 96),
    _Kind("公园", ("公园", "湿地公园"), 40, 160, (0.0, 0.7), (0.004, 0.016), 1.5, 0.3, 56),
    _Kind("高校", ("大学", "学院", "职业学院"), 30, 36, (0.05, 0.5), (0.006, 0.014), 1.3, 0.06, 20),
    _Kind("风景名胜区", ("风景区", "山风景区"), 20, 8, (0.45, 0.8), (0.04, 0.09), 1.4, 0.4, 128),
    _Kind("火车站", ("站", "东站", "西站"), 10, 6, (0.05, 0.45), (0.006, 0.01), 3.0, 0.02, 24),
)  # fmt: skip
_FULL_CITY = 40_000


def build_special(fabric: Fabric) -> DemoLayer:
    """Place the special areas; the first park straddles the edge of the first zone.

    The smaller ``precedence`` goes first where areas overlap.
    """
    rng = fabric.random("special")
    pool = names.NamePool(rng, names.pleasant_words())
    columns: dict[str, list[str | int]] = {"code": [], "name": [], "category": [], "precedence": []}
    shapes: dict[str, list[BaseGeometry]] = {}
    used: set[str] = set()
    for kind in _KINDS:
        shapes[kind.category] = []
        count = max(1, round(kind.count * fabric.scale.n_grids / _FULL_CITY))
        for number in range(1, count + 1):
            centre = _centre(rng, fabric, kind)
            if kind.category == "公园" and number == 1:
                zone_corner = shapely.get_coordinates(shapes["开发区"][0])[:1]
                centre = to_plane_km(zone_corner)[0]
            shape = _blob(rng, fabric, kind, centre)
            while not fabric.outline.contains_properly(shape):
                centre = 0.9 * centre
                shape = _blob(rng, fabric, kind, centre)
            ending = kind.endings[int(rng.integers(0, len(kind.endings)))]
            shapes[kind.category].append(shape)
            columns["code"].append(f"S{kind.precedence:02d}{number:04d}")
            columns["name"].append(pool.take(used, ending))
            columns["category"].append(kind.category)
            columns["precedence"].append(kind.precedence)
    flat = np.array([shape for group in shapes.values() for shape in group], dtype=object)
    frame = build_frame({key: list(values) for key, values in columns.items()}, flat)
    return DemoLayer("special", "特殊区域", "overlay", "", frame, ("category",), "precedence")


def _centre(rng: np.random.Generator, fabric: Fabric, kind: _Kind) -> FloatArray:
    """Choose the seed of a random cell within the kind's ring; denser ground is likelier."""
    radius = fabric.ground.radius(fabric.mesh.seeds)
    fitting = np.flatnonzero((radius >= kind.ring[0]) & (radius <= kind.ring[1]))
    # Half of them follow people (cells), half follow ground (area).
    weight = fabric.mesh.area_km2[fitting] if rng.uniform() < 0.5 else np.ones(len(fitting))  # noqa: PLR2004 - half
    chosen: FloatArray = fabric.mesh.seeds[rng.choice(fitting, p=weight / weight.sum())]
    return chosen


def _blob(
    rng: np.random.Generator, fabric: Fabric, kind: _Kind, centre: FloatArray
) -> BaseGeometry:
    """Draw an outline, star-shaped about its centre, so that it cannot cross itself."""
    turn = np.arange(kind.n_points) / kind.n_points * 2.0 * np.pi
    wave = np.zeros_like(turn)
    for k in range(2, 14):
        wave += np.cos(k * turn + rng.uniform(0, 2 * np.pi)) * rng.uniform(0.4, 1.0) / k
    size = fabric.scale.half_width_km * rng.uniform(*kind.radius)
    stretch = np.sqrt(rng.uniform(1.0, kind.elongation))
    # The exponent squares the ellipse a little: sites have sides, hills do not.
    squareness = (np.abs(np.cos(turn)) ** 3 + np.abs(np.sin(turn)) ** 3) ** (-1 / 3)
    radius = size * squareness * np.exp(kind.roughness * wave)
    local = np.column_stack([radius * np.cos(turn) * stretch, radius * np.sin(turn) / stretch])
    heading = rng.uniform(0, np.pi)
    cosine, sine = np.cos(heading), np.sin(heading)
    turned = local @ np.array([(cosine, sine), (-sine, cosine)])
    return shapely.Polygon(to_lonlat(centre + turned))
