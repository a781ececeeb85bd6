"""Residential estates (小区) inside unit grids, and their entrances."""

import math

import numpy as np
import shapely

from geo.arrays import FloatArray, GeometryArray
from xiaqu.demo import names
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.partitions import RESIDENTIAL, Partitions
from xiaqu.demo.scales import point_array, to_lonlat

# Outlines in a unit square about the seed, counter-clockwise.
_OUTLINES = (
    np.array([(-1, -0.7), (1, -0.7), (1, 0.7), (-1, 0.7)]),
    np.array([(-1, -0.8), (1, -0.8), (1, 0.1), (0.2, 0.1), (0.2, 0.8), (-1, 0.8)]),
    np.array([(-1, -0.75), (0.6, -0.75), (1, -0.35), (1, 0.75), (-1, 0.75)]),
    np.array([(-0.9, -0.8), (1, -0.6), (0.85, 0.8), (-1, 0.65)]),
    np.array([(-1, -0.4), (-0.3, -0.4), (-0.3, -0.85), (1, -0.85), (1, 0.8), (-1, 0.8)]),
)
_PAIR = (
    np.array([(-1, -0.75), (-0.06, -0.75), (-0.06, 0.75), (-1, 0.75)]),
    np.array([(0.06, -0.75), (1, -0.75), (1, 0.75), (0.06, 0.75)]),
)
_SHARE_PAIRED = 0.16
_GATES = ("东门", "北门", "西门", "南门")


def build_estates(fabric: Fabric, parts: Partitions) -> tuple[DemoLayer, DemoLayer]:
    """Lay out the estates and their entrances.

    Returns
    -------
    estate
        Overlay; each polygon lies inside one grid, and no two share ground.
    entrance
        Asset points, exactly on the border of their estate; one to four each.
    """
    rng = fabric.random("estates")
    cell, turn = _choose_cells(rng, fabric, parts)
    shapes = _outline(rng, fabric, cell, turn)
    code = [
        f"{parts.grid_code[c]}{t + 1:02d}"
        for c, t in zip(cell.tolist(), turn.tolist(), strict=True)
    ]
    labels = _name_estates(rng, parts, fabric.nesting.community[cell], cell, fabric)
    is_paired = np.isin(cell, cell[turn == 1])
    share = rng.uniform(0.55, 0.9, len(cell)) * np.where(is_paired, 0.5, 1.0)
    households = np.floor(parts.households[cell] * share).astype(np.int64)
    pool = names.NamePool(rng, names.pleasant_words())
    firms = [pool.take(set(), "物业服务有限公司") for _ in range(max(6, len(cell) // 60))]
    columns = {
        "code": code,
        "name": labels,
        "population": np.floor(parts.population[cell] * share).astype(np.int64),
        "households": households,
        "property_company": [firms[k] for k in rng.integers(0, len(firms), len(cell)).tolist()],
        "grid_code": [parts.grid_code[c] for c in cell.tolist()],
    }
    frame = build_frame(columns, shapes)
    extra = ("households", "property_company", "grid_code")
    estate = DemoLayer("estate", "居住小区", "overlay", "", frame, extra)
    return estate, _entrances(rng, estate)


def _choose_cells(
    rng: np.random.Generator, fabric: Fabric, parts: Partitions
) -> tuple[Indices, Indices]:
    """Cells that get estates, more likely where people live, and which of a pair each is."""
    is_residential = np.array([use == RESIDENTIAL for use in parts.land_use])
    weight = np.where(is_residential, parts.population, 0.02 * parts.population) + 1e-9
    n_estates = fabric.scale.n_estates
    n_paired = round(_SHARE_PAIRED * n_estates / (1 + _SHARE_PAIRED))
    # Exponential keys: the smallest ones are a weighted draw without replacement.
    chosen = np.argsort(rng.exponential(size=len(weight)) / weight)[: n_estates - n_paired]
    cell = np.concatenate([chosen, chosen[:n_paired]])
    return cell, np.repeat([0, 1], [len(chosen), n_paired])


def _outline(
    rng: np.random.Generator, fabric: Fabric, cell: Indices, turn: Indices
) -> GeometryArray:
    """Turn outlines along the longest side of the cell and shrink them until they fit."""
    mesh = fabric.mesh
    heading = _heading(fabric)[cell]
    is_paired = np.isin(cell, cell[turn == 1])
    kind = rng.integers(0, len(_OUTLINES), len(cell))
    size = 0.5 * np.sqrt(mesh.area_km2[cell]) * rng.uniform(0.75, 0.95, len(cell))
    aspect = rng.uniform(0.75, 1.0, len(cell))
    first = {c: k for k, c in enumerate(cell[turn == 0].tolist())}
    twin = np.array([first[c] for c in cell.tolist()])
    size, aspect = size[twin], aspect[twin]  # both of a pair stand in one frame
    shapes = np.empty(len(cell), dtype=object)
    waiting = np.arange(len(cell))
    while len(waiting):
        for k in waiting.tolist():
            outline = _PAIR[turn[k]] if is_paired[k] else _OUTLINES[kind[k]]
            local = outline * (size[k], size[k] * aspect[k])
            cosine, sine = np.cos(heading[k]), np.sin(heading[k])
            turned = local @ np.array([(cosine, sine), (-sine, cosine)])
            shapes[k] = shapely.Polygon(to_lonlat(mesh.seeds[cell[k]] + turned))
        fits = shapely.contains_properly(fabric.cells[cell[waiting]], shapes[waiting])
        waiting = waiting[~fits]
        size[waiting] *= 0.93
    return shapes


def _heading(fabric: Fabric) -> FloatArray:
    """Direction of the longest edge of each cell, radians; shape (n_cells,)."""
    mesh = fabric.mesh
    order = np.argsort(mesh.edge_length_km, kind="stable")
    along = (mesh.vertices[mesh.edges[:, 1]] - mesh.vertices[mesh.edges[:, 0]])[order]
    angle = np.zeros(mesh.n_cells + 1)
    for side in range(2):  # the last assignment, of the longest edge, wins
        angle[mesh.sides[order, side]] = np.arctan2(along[:, 1], along[:, 0])
    return angle[:-1]


def _name_estates(
    rng: np.random.Generator,
    parts: Partitions,
    community: Indices,
    cell: Indices,
    fabric: Fabric,
) -> list[str]:
    pool = names.NamePool(rng, names.pleasant_words())
    used: dict[int, set[str]] = {}
    kinds = rng.integers(0, len(names.ESTATE_KINDS), len(cell)).tolist()
    own = rng.uniform(size=len(cell)) < 0.12  # noqa: PLR2004 - share named after the community
    labels = []
    for c, place, kind, is_own in zip(
        community.tolist(), cell.tolist(), kinds, own.tolist(), strict=True
    ):
        taken = used.setdefault(int(fabric.nesting.township[place]), set())
        ending = names.ESTATE_KINDS[kind]
        label = parts.community_name[c].removesuffix("社区").removesuffix("村") + ending
        if is_own and label not in taken:
            taken.add(label)
        else:
            label = pool.take(taken, ending)
        labels.append(label)
    return labels


def _entrances(rng: np.random.Generator, estate: DemoLayer) -> DemoLayer:
    """Gates at the middle of the estate's sides, named after the side they are on.

    A midpoint of two points on the binary grid is an exact double, so a gate is exactly on it.
    """
    code: list[str] = []
    label: list[str] = []
    owner: list[str] = []
    points: list[FloatArray] = []
    rows = zip(
        estate.frame["code"], estate.frame["name"], estate.frame.geometry.to_numpy(), strict=True
    )
    for estate_code, estate_name, shape in rows:
        corners = shapely.get_coordinates(shape)
        middles = 0.5 * (corners[:-1] + corners[1:])
        n_gates = min(int(rng.integers(1, 5)), len(middles))
        sides = rng.permutation(len(middles))[:n_gates]
        centre = corners[:-1].mean(axis=0)
        used: set[str] = set()
        for number, side in enumerate(sides.tolist(), start=1):
            east, north = middles[side] - centre
            gate = _GATES[round(math.atan2(north, east) / (math.pi / 2)) % 4]
            gate = gate if gate not in used else f"{gate}{number}"
            used.add(gate)
            code.append(f"{estate_code}-{number}")
            label.append(estate_name + gate)
            owner.append(estate_code)
            points.append(middles[side])
    frame = build_frame(
        {"code": code, "name": label, "estate_code": owner}, point_array(np.array(points))
    )
    return DemoLayer("entrance", "小区出入口", "asset", "", frame, ("estate_code",))
