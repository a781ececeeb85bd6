"""Facilities of the 15-minute circle: service centres, schools, markets, care."""

import math
from dataclasses import dataclass

import numpy as np

from xiaqu.demo import names
from xiaqu.demo.fabric import Fabric, points_in_cells
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.partitions import Partitions
from xiaqu.demo.scales import to_lonlat


@dataclass(frozen=True, slots=True)
class _Kind:
    """One type: residents per facility, or one for each ``per`` township or community."""

    label: str
    family: str
    residents: int = 0
    per: str = ""
    is_stem: bool = False
    """Named by a word of its own (schools, markets) rather than by its place."""


_KINDS = (
    _Kind("党群服务中心", "党群服务", per="community"),
    _Kind("小区党群服务站", "党群服务", residents=9_000),
    _Kind("党群服务驿站", "党群服务", residents=20_000),
    _Kind("社会工作服务站", "社会服务", per="township"),
    _Kind("社区卫生服务中心", "医疗卫生", per="township"),
    _Kind("社区卫生服务站", "医疗卫生", residents=12_000),
    _Kind("药店", "医疗卫生", residents=4_000),
    _Kind("老年人日间照料中心", "养老服务", residents=7_000),
    _Kind("养老服务驿站", "养老服务", residents=16_000),
    _Kind("幼儿园", "教育", residents=8_000, is_stem=True),
    _Kind("小学", "教育", residents=14_000, is_stem=True),
    _Kind("初中", "教育", residents=32_000, is_stem=True),
    _Kind("菜市场", "商业", residents=15_000, is_stem=True),
    _Kind("便利店", "商业", residents=2_600),
    _Kind("早餐店", "商业", residents=5_000),
    _Kind("便民维修点", "商业", residents=12_000),
    _Kind("文化活动中心", "文化体育", per="township"),
    _Kind("健身场地", "文化体育", residents=9_000),
    _Kind("公共厕所", "环境卫生", residents=7_000),
)


def build_facilities(fabric: Fabric, parts: Partitions) -> tuple[DemoLayer, Indices]:
    """Scatter facilities where people live.

    Returns
    -------
    facility
        Asset points, each strictly inside the grid named in ``grid_code``.
    cell
        Shape (n,): cell of each facility in the order of the layer's rows.
    """
    rng = fabric.random("facilities")
    cells: list[Indices] = []
    kinds: list[_Kind] = []
    for kind in _KINDS:
        chosen = _cells_for(rng, fabric, parts, kind)
        cells.append(chosen)
        kinds += [kind] * len(chosen)
    cell = np.concatenate(cells)
    columns = {
        "code": [f"F{number:06d}" for number in range(1, len(cell) + 1)],
        "name": _name_facilities(rng, fabric, parts, cell, kinds),
        "facility_type": [kind.label for kind in kinds],
        "family": [kind.family for kind in kinds],
        "grid_code": [parts.grid_code[c] for c in cell.tolist()],
    }
    points = points_in_cells(rng, fabric, cell, to_lonlat(fabric.mesh.seeds))
    frame = build_frame(columns, points)
    extra = ("facility_type", "family", "grid_code")
    return DemoLayer("facility", "服务设施", "asset", "", frame, extra), cell


def _cells_for(rng: np.random.Generator, fabric: Fabric, parts: Partitions, kind: _Kind) -> Indices:
    if kind.per:
        group = fabric.nesting.township if kind.per == "township" else fabric.nesting.community
        order = np.lexsort((-parts.population, group))
        first = np.flatnonzero(np.diff(group[order], prepend=-1))
        return order[first].astype(np.int64)
    count = math.ceil(fabric.scale.population / kind.residents)
    chance = parts.population / parts.population.sum()
    return rng.choice(fabric.mesh.n_cells, size=count, p=chance).astype(np.int64)


def _name_facilities(
    rng: np.random.Generator,
    fabric: Fabric,
    parts: Partitions,
    cell: Indices,
    kinds: list[_Kind],
) -> list[str]:
    """Names by place and type, numbered where a place has several of a type."""
    pool = names.NamePool(rng, names.pleasant_words())
    district = fabric.nesting.district
    used: dict[int, set[str]] = {}
    seen: dict[tuple[str, int], int] = {}
    labels = []
    for c, kind in zip(cell.tolist(), kinds, strict=True):
        if kind.is_stem:
            ending = "中学" if kind.label == "初中" else kind.label
            labels.append(pool.take(used.setdefault(int(district[c]), set()), ending))
            continue
        by_township = kind.per == "township"
        place = int((fabric.nesting.township if by_township else fabric.nesting.community)[c])
        stem = (parts.township_name if by_township else parts.community_name)[place]
        number = seen.get((kind.label, place), 0) + 1
        seen[kind.label, place] = number
        labels.append(f"{stem}{kind.label}" if number == 1 else f"{stem}第{number}{kind.label}")
    return labels
