"""Service areas of heating, water, gas, power and telecommunication firms."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.arrays import BoolArray, FloatArray
from xiaqu.demo.arcs import build_groups
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer, build_frame
from xiaqu.demo.organisations import Enterprises
from xiaqu.demo.partitions import Partitions

__all__ = ["UTILITIES", "ServiceAreas", "build_utilities"]

UTILITIES = ("供热", "供水", "供气", "供电", "通信")
_SHORT = {"供热": "HEAT", "供水": "WATR", "供气": "GASS", "供电": "POWR", "通信": "TELE"}
_PLANTS_PER_FIRM = 3
_UNSERVED = {"供热": (0.45, 0.03), "供水": (0.12, 0.0), "供气": (0.35, 0.01)}
"""Shares of villages and of urban communities that no firm serves (own boilers, wells, bottles)."""


@dataclass(frozen=True, slots=True)
class ServiceAreas:
    """The service areas as a layer, and the firm that serves each community.

    ``firm`` gives for each utility a code per community in the order of the nesting, empty where
    no firm serves it.
    """

    layer: DemoLayer
    firm: dict[str, list[str]]


def build_utilities(fabric: Fabric, parts: Partitions, enterprises: Enterprises) -> ServiceAreas:
    """Give every community to the firm with the nearest plant, and join what hangs together.

    Areas of one utility never overlap; those of different utilities do. Power is one firm's, cut
    into districts.
    """
    rng = fabric.random("utilities")
    nesting = fabric.nesting
    middle = _community_middles(fabric)
    is_village = np.array([code[-3] in "23" for code in parts.community_code])
    columns: dict[str, list[str]] = {"code": [], "name": [], "utility": [], "owner": []}
    shapes, served = [], {}
    for utility in UTILITIES:
        firms = enterprises.utilities[utility]
        codes = list(firms)
        if utility == "供电":
            part_of_cell = nesting.district
            firm_of = np.zeros(len(middle), dtype=np.int64)
        else:
            firm_of = _nearest_firm(rng, middle, len(codes))
            firm_of[_unserved(rng, utility, is_village)] = -1
            part_of_cell = _pieces(fabric, firm_of[nesting.community])
        served[utility] = [codes[k] if k >= 0 else "" for k in firm_of.tolist()]
        outlines = build_groups(fabric.mesh, fabric.arcs, part_of_cell)
        firm_of_part = np.full(len(outlines), -1, dtype=np.int64)
        firm_of_part[part_of_cell] = firm_of[nesting.community]
        seen = dict.fromkeys(codes, 0)
        for part in np.flatnonzero(firm_of_part >= 0).tolist():
            code = codes[int(firm_of_part[part])]
            seen[code] += 1
            columns["code"].append(f"{_SHORT[utility]}{len(columns['code']) + 1:05d}")
            short = firms[code].removesuffix("有限公司")
            columns["name"].append(f"{short}第{seen[code]}服务片区")
            columns["utility"].append(utility)
            columns["owner"].append(code)
            shapes.append(outlines[part])
    frame = build_frame(dict(columns), np.array(shapes, dtype=object))
    layer = DemoLayer("utility", "公用事业服务区", "overlay", "", frame, ("utility", "owner"))
    return ServiceAreas(layer, served)


def _community_middles(fabric: Fabric) -> FloatArray:
    """Mean of the seeds of each community, plane kilometres; shape (n_communities, 2)."""
    group = fabric.nesting.community
    size = np.bincount(group)
    seeds = fabric.mesh.seeds
    return np.column_stack([np.bincount(group, seeds[:, k]) / size for k in range(2)])


def _nearest_firm(rng: np.random.Generator, middle: FloatArray, n_firms: int) -> Indices:
    """Firm of the plant nearest to each community; every firm has a few plants."""
    n_plants = min(n_firms * _PLANTS_PER_FIRM, len(middle))
    plants = rng.choice(len(middle), size=n_plants, replace=False)
    nearest = cKDTree(middle[plants]).query(middle)[1]
    firm: Indices = np.asarray(nearest, dtype=np.int64) % n_firms
    return firm


def _unserved(rng: np.random.Generator, utility: str, is_village: BoolArray) -> BoolArray:
    village, urban = _UNSERVED.get(utility, (0.0, 0.0))
    draw = rng.uniform(size=len(is_village))
    left_out: BoolArray = draw < np.where(is_village, village, urban)
    return left_out


def _pieces(fabric: Fabric, firm: Indices) -> Indices:
    """Find the connected pieces of each firm's cells; shape (n_cells,)."""
    sides = fabric.mesh.sides[(fabric.mesh.sides >= 0).all(axis=1)]
    joined = sides[firm[sides[:, 0]] == firm[sides[:, 1]]]
    n = fabric.mesh.n_cells
    links = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
    piece: Indices = connected_components(links.tocsr(), directed=False)[1].astype(np.int64)
    return piece
