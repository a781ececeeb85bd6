"""Districts, townships, communities and unit grids: names, codes, people."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.arrays import BoolArray, FloatArray, GeometryArray
from xiaqu.demo import codes, names
from xiaqu.demo.arcs import build_groups
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame

_SHARE_STREETS, _SHARE_TOWNS = 0.55, 0.33
_LAND_USES = (
    "居住用地", "商业服务业用地", "公共管理与公共服务用地", "工业用地",
    "绿地与广场用地", "农林用地",
)  # fmt: skip
_LAND_URBAN = (0.62, 0.12, 0.10, 0.07, 0.08, 0.01)
_LAND_RURAL = (0.24, 0.03, 0.04, 0.10, 0.05, 0.54)
_GRADE_LIMITS = (0.55, 0.15)
RESIDENTIAL = _LAND_USES[0]


@dataclass(frozen=True, slots=True)
class Partitions:
    """The four partition layers, and per cell or group what other layers need of them.

    Attributes
    ----------
    layers
        district, township, community, grid.
    grid_code, land_use, population, households
        Shape (n_cells,), in the order of the cells.
    community_code, community_name, township_code, township_name
        In the order of the groups of the nesting.
    """

    layers: list[DemoLayer]
    grid_code: list[str]
    land_use: list[str]
    population: Indices
    households: Indices
    community_code: list[str]
    community_name: list[str]
    township_code: list[str]
    township_name: list[str]


@dataclass(frozen=True, slots=True)
class _Level:
    group: Indices
    parent: Indices
    xy: FloatArray
    shapes: GeometryArray


def build_partitions(fabric: Fabric) -> Partitions:
    """Name, number and populate the nested areas."""
    nesting, mesh = fabric.nesting, fabric.mesh
    district_names, district = _place_districts(fabric)
    above = np.zeros(int(district.max()) + 1, dtype=np.int64)
    districts = _level(fabric, district, above)
    townships = _level(fabric, nesting.township, nesting.parent_of(nesting.township, district))
    communities = _level(
        fabric, nesting.community, nesting.parent_of(nesting.community, nesting.township)
    )
    kinds = _township_kinds(fabric)
    is_urban = _urban_communities(fabric, kinds)
    district_codes = codes.code_districts(len(district_names))
    township_codes = codes.code_townships(townships.xy, townships.parent, district_codes, kinds)
    community_codes = codes.code_communities(
        communities.xy, communities.parent, township_codes, is_urban.astype(np.int64)
    )
    township_names = names.name_townships(
        fabric.random("township names"), kinds, townships.parent.tolist()
    )
    community_names = names.name_communities(
        fabric.random("community names"), is_urban, township_names, communities.parent.tolist()
    )
    grid_codes = codes.code_grids(mesh.seeds, nesting.community, community_codes)
    population, households = _people(fabric)
    land_use = _land_use(fabric, is_urban)

    def layer(
        key: str, name: str, level: _Level, own: tuple[list[str], list[str]], top: list[str]
    ) -> DemoLayer:
        columns = {
            "code": own[0],
            "name": own[1],
            "parent_code": [top[p] for p in level.parent.tolist()] if top else [""] * len(own[0]),
            "population": np.bincount(level.group, population).astype(np.int64),
            "households": np.bincount(level.group, households).astype(np.int64),
        }
        extra: tuple[str, ...] = ("households",)
        if key == "grid":
            columns["land_use"] = land_use
            columns["management_grade"] = _grades(fabric)
            extra = ("households", "land_use", "management_grade")
        parents = {"township": "district", "community": "township", "grid": "community"}
        frame = build_frame(columns, level.shapes)
        if not top:
            frame = frame.drop(columns="parent_code")
        return DemoLayer(key, name, "partition", parents.get(key, ""), frame, extra)

    grids = _Level(np.arange(mesh.n_cells), nesting.community, mesh.seeds, fabric.cells)
    grid_names = [
        f"{community_names[c]}网格{code[-3:].lstrip('0').rjust(2, '0')}"
        for c, code in zip(nesting.community.tolist(), grid_codes, strict=True)
    ]
    layers = [
        layer("district", "区", districts, (district_codes, district_names), []),
        layer("township", "街道/乡镇", townships, (township_codes, township_names), district_codes),
        layer(
            "community", "社区/村", communities, (community_codes, community_names), township_codes
        ),
        layer("grid", "单元网格", grids, (grid_codes, grid_names), community_codes),
    ]
    return Partitions(
        layers, grid_codes, land_use, population, households,
        community_codes, community_names, township_codes, township_names,
    )  # fmt: skip


def _level(fabric: Fabric, group: Indices, parent: Indices) -> _Level:
    shapes = build_groups(fabric.mesh, fabric.arcs, group)
    return _Level(group, parent, _middles(fabric.mesh.seeds, fabric.mesh.area_km2, group), shapes)


def _middles(xy: FloatArray, area: FloatArray, group: Indices) -> FloatArray:
    weight = np.bincount(group, area)
    return np.column_stack([np.bincount(group, area * xy[:, k]) / weight for k in range(2)])


def _place_districts(fabric: Fabric) -> tuple[list[str], Indices]:
    """Names in code order (东湖区 first, then outward), and the district of every cell in it."""
    old = fabric.nesting.district
    half = np.array([fabric.scale.half_width_km, fabric.scale.half_height_km])
    middle = _middles(fabric.mesh.seeds, fabric.mesh.area_km2, old) / half
    chosen = names.DISTRICTS[: len(middle)]
    wanted = np.array([(x, y) for _, x, y in chosen])
    away = np.hypot(*(middle[:, None, :] - wanted[None, :, :]).transpose(2, 0, 1))
    _, name_of = linear_sum_assignment(away)
    rank = np.where(name_of == 0, -1.0, np.hypot(*middle.T))
    order = np.argsort(rank, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return [chosen[name_of[k]][0] for k in order.tolist()], number[old]


def _township_kinds(fabric: Fabric) -> list[str]:
    """街道 where it is densest, 镇 further out, 乡 in the open country."""
    group = fabric.nesting.township
    density = np.bincount(group, np.log(fabric.mesh.density)) / np.bincount(group)
    order = np.argsort(-density, kind="stable")
    kinds = np.empty(len(order), dtype=object)
    n_streets = round(_SHARE_STREETS * len(order))
    n_towns = round(_SHARE_TOWNS * len(order))
    kinds[order] = codes.RURAL
    kinds[order[: n_streets + n_towns]] = codes.TOWN
    kinds[order[:n_streets]] = codes.STREET
    return [str(kind) for kind in kinds]


def _urban_communities(fabric: Fabric, kinds: list[str]) -> BoolArray:
    """Residents' communities: all of a 街道, the denser third of a 镇, a few of a 乡."""
    nesting = fabric.nesting
    parent = nesting.parent_of(nesting.community, nesting.township)
    sizes = np.bincount(nesting.community)
    density = np.bincount(nesting.community, fabric.mesh.density) / sizes
    order = np.lexsort((-density, parent))
    n_siblings = np.bincount(parent)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(np.cumsum(n_siblings) - n_siblings, n_siblings)
    share = {codes.STREET: 1.0, codes.TOWN: 0.36, codes.RURAL: 0.1}
    limit = np.array([share[kind] for kind in kinds])[parent] * n_siblings[parent]
    urban: BoolArray = place < limit
    return urban


def _people(fabric: Fabric) -> tuple[Indices, Indices]:
    """Residents and households of every cell; residents add up to the scale's population."""
    rng = fabric.random("people")
    mesh = fabric.mesh
    weight = mesh.area_km2 * mesh.density**1.1 * rng.lognormal(0.0, 0.35, mesh.n_cells)
    exact = weight / weight.sum() * fabric.scale.population
    people = np.floor(exact).astype(np.int64)
    left = fabric.scale.population - int(people.sum())
    people[np.argsort(people - exact, kind="stable")[:left]] += 1
    size = rng.uniform(2.2, 3.0, mesh.n_cells)
    return people, np.ceil(people / size).astype(np.int64)


def _land_use(fabric: Fabric, is_urban: BoolArray) -> list[str]:
    draw = fabric.random("land use").uniform(size=fabric.mesh.n_cells)
    urban = is_urban[fabric.nesting.community]
    town = np.searchsorted(np.cumsum(_LAND_URBAN)[:-1], draw)
    country = np.searchsorted(np.cumsum(_LAND_RURAL)[:-1], draw)
    return [_LAND_USES[k] for k in np.where(urban, town, country).tolist()]


def _grades(fabric: Fabric) -> list[str]:
    density = fabric.mesh.density
    grade = np.digitize(density, _GRADE_LIMITS[::-1])
    return [("三级", "二级", "一级")[k] for k in grade.tolist()]
