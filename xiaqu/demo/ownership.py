"""Who owns roads, rivers, special areas and single grids: attributes added to their layers."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.arrays import BoolArray, GeometryArray
from xiaqu.demo import names
from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer
from xiaqu.demo.organisations import (
    EXPRESSWAYS,
    committee,
    department,
    government,
)
from xiaqu.demo.partitions import Partitions
from xiaqu.demo.roads import RoadNet
from xiaqu.demo.scales import point_array, to_lonlat, to_plane_km

__all__ = ["CITY_RIVER", "FOREST", "SITE", "UNIVERSITY", "own_grids", "own_lines", "own_special"]

FOREST, UNIVERSITY, SITE = "国有林场", "高校", "驻区单位"
"""Kinds of named bodies of grids."""
CITY_RIVER, DISTRICT_RIVER = "市管", "区管"
_SHARE_NOT_HANDED_OVER, _SHARE_UNRECORDED = 0.04, 0.02
_PARK_OWNERS = (0.15, 0.8)  # up to here the city's parks, then those of districts, else townships
_SHARE_FOREST, _SHARE_SITE = 0.03, 0.015
_GRIDS_PER_FOREST = 12


def own_lines(
    fabric: Fabric, parts: Partitions, roads: RoadNet, river: DemoLayer, developers: list[str]
) -> tuple[DemoLayer, DemoLayer]:
    """Add owners to roads and rivers.

    Returns
    -------
    road
        With ``owner`` and ``maintainer`` (codes of bodies, both empty where nobody is on record)
        and ``is_handed_over``, False for streets that still are their developer's.
    river
        With ``river_class`` (市管 or 区管) and ``owner``.
    """
    rng = fabric.random("road owners")
    frame = roads.layer.frame
    draw = rng.uniform(size=len(frame))
    developer = rng.integers(0, len(developers), len(frame)).tolist()
    owner, maintainer, handed = [], [], []
    classes, labels = frame["road_class"].tolist(), frame["name"].tolist()
    rows = zip(classes, labels, roads.cell.tolist(), strict=True)
    for row, (road_class, name, cell) in enumerate(rows):
        is_small = road_class in {"branch", "lane"}
        is_private = road_class == "branch" and draw[row] < _SHARE_NOT_HANDED_OVER
        pair = _road_bodies(parts, fabric, road_class, name, cell)
        if is_private:
            pair = (developers[developer[row]],) * 2
        elif is_small and draw[row] > 1.0 - _SHARE_UNRECORDED:
            pair = ("", "")
        owner.append(pair[0])
        maintainer.append(pair[1])
        handed.append(not is_private)
    extra = {"owner": owner, "maintainer": maintainer, "is_handed_over": handed}
    return _add(roads.layer, extra), _own_rivers(fabric, parts, river)


def _road_bodies(
    parts: Partitions, fabric: Fabric, road_class: str, name: str, cell: int
) -> tuple[str, str]:
    """Owner and maintainer of a road; highways and main roads are the city's."""
    if road_class == "expressway" and name.endswith("高速"):
        operator = EXPRESSWAYS[ord(name[1]) % 2]
        return operator, operator
    if name.endswith("公路") and road_class == "trunk":
        return department("transport"), department("highways")
    if road_class in {"expressway", "trunk", "primary"}:
        return department("city_management"), department("roads")
    township = parts.township_code[fabric.nesting.township[cell]]
    if road_class == "lane":
        return government(township), government(township)
    return department("city_management", township[:6]), department("roads", township[:6])


def _own_rivers(fabric: Fabric, parts: Partitions, river: DemoLayer) -> DemoLayer:
    frame = river.frame
    middle = shapely.line_interpolate_point(frame.geometry.to_numpy(), 0.5, normalized=True)
    district = [code[:6] for code in _townships_at(fabric, parts, middle)]
    is_main = (frame["order"] == 1).tolist()
    river_class = [CITY_RIVER if main else DISTRICT_RIVER for main in is_main]
    owner = [
        department("rivers") if main else department("water", code)
        for main, code in zip(is_main, district, strict=True)
    ]
    return _add(river, {"river_class": river_class, "owner": owner})


def own_special(fabric: Fabric, parts: Partitions, special: DemoLayer) -> DemoLayer:
    """Add ``owner`` to the special areas.

    Parks are the city's, a district's or a township's; zones, stations and scenic areas have
    committees; universities run themselves.
    """
    frame = special.frame
    draw = fabric.random("special owners").uniform(size=len(frame))
    inner = shapely.point_on_surface(frame.geometry.to_numpy())
    township = _townships_at(fabric, parts, inner)
    owner = []
    for row, (code, category) in enumerate(zip(frame["code"], frame["category"], strict=True)):
        if category != "公园":
            owner.append(committee(code))
        elif draw[row] < _PARK_OWNERS[0]:
            owner.append(department("parks"))
        elif draw[row] < _PARK_OWNERS[1]:
            owner.append(department("landscape", township[row][:6]))
        else:
            owner.append(government(township[row]))
    return _add(special, {"owner": owner})


def own_grids(
    fabric: Fabric, parts: Partitions, special: DemoLayer
) -> tuple[DemoLayer, dict[str, str]]:
    """Name a managing body for single grids: campuses, state forests, large resident units.

    Returns
    -------
    grid
        With ``managing_body`` (code of a body) and ``managing_kind``; both empty for most grids.
    bodies
        Name of each forest and resident unit by code; universities are special areas.
    """
    rng = fabric.random("managing bodies")
    n = fabric.mesh.n_cells
    body, kind = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    invented: dict[str, str] = {}
    pool, used = names.NamePool(rng, names.pleasant_words()), set[str]()
    land = np.array(parts.land_use)
    forests = _some(rng, land == "农林用地", _SHARE_FOREST)
    # Neighbouring forest grids belong to one forest: they are dealt from west to east.
    forests = forests[np.argsort(fabric.mesh.seeds[forests, 0], kind="stable")]
    for place, cell in enumerate(forests.tolist()):
        code = f"U-FOREST-{place // _GRIDS_PER_FOREST + 1:03d}"
        if code not in invented:
            invented[code] = pool.take(used, "国有林场")
        body[cell], kind[cell] = code, FOREST
    sites = _some(rng, np.isin(land, ["公共管理与公共服务用地", "工业用地"]), _SHARE_SITE)
    endings = ("研究院", "机械厂", "机关后勤服务中心", "物流基地", "设计院")
    for place, cell in enumerate(sites.tolist()):
        code = f"U-SITE-{place + 1:03d}"
        invented[code] = pool.take(used, endings[place % len(endings)])
        body[cell], kind[cell] = code, SITE
    campus = special.frame[special.frame["category"] == "高校"]
    seeds = point_array(to_lonlat(fabric.mesh.seeds))
    within = shapely.STRtree(seeds).query(campus.geometry.to_numpy(), predicate="contains")
    for row, cell in within.T.tolist():
        body[cell], kind[cell] = committee(campus["code"].iloc[row]), UNIVERSITY
    grid = next(layer for layer in parts.layers if layer.key == "grid")
    order = np.argsort(np.array(parts.grid_code), kind="stable")
    extra = {"managing_body": body[order].tolist(), "managing_kind": kind[order].tolist()}
    return _add(grid, extra), invented


def _some(rng: np.random.Generator, fits: BoolArray, share: float) -> Indices:
    """Draw a share of the cells that fit, one at least where any does."""
    fitting = np.flatnonzero(fits)
    count = min(len(fitting), max(1, round(share * len(fitting))))
    return np.sort(rng.choice(fitting, size=count, replace=False)).astype(np.int64)


def _townships_at(fabric: Fabric, parts: Partitions, points: GeometryArray) -> list[str]:
    """Code of a township near each point: that of the grid whose seed is nearest."""
    plane = to_plane_km(shapely.get_coordinates(points))
    cell = np.asarray(cKDTree(fabric.mesh.seeds).query(plane)[1])
    return [parts.township_code[k] for k in fabric.nesting.township[cell].tolist()]


def _add(layer: DemoLayer, columns: Mapping[str, object]) -> DemoLayer:
    """Layer with attributes added in front of the geometry; nothing else changes."""
    frame = layer.frame.copy()
    for name, values in columns.items():
        frame.insert(len(frame.columns) - 1, name, values)
    return replace(layer, frame=frame, extra=(*layer.extra, *columns))
