"""The gazetteer (地名表): every name of the city with a place and its township."""

import numpy as np
import pandas as pd
import shapely

from xiaqu.demo.fabric import Fabric
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoLayer
from xiaqu.demo.partitions import Partitions
from xiaqu.demo.roads import RoadNet
from xiaqu.demo.scales import point_array

COLUMNS = ("name", "alias", "kind", "lon", "lat", "township_code")
_LISTED_FACILITIES = ("党群服务中心", "社区卫生服务中心", "小学", "初中", "菜市场", "文化活动中心")
_SHORT_ENDINGS = ("街道", "社区", "镇", "乡", "村", "区")
_SHORTENED = ("district", "township", "community")


def build_gazetteer(
    fabric: Fabric,
    parts: Partitions,
    layers: dict[str, DemoLayer],
    roads: RoadNet,
    facility_cell: Indices,
) -> pd.DataFrame:
    """List districts, townships, communities, estates, special areas, streets and facilities.

    Returns
    -------
    gazetteer
        Columns name, alias (short form, may be empty), kind (the layer, or the class or type of
        the feature), lon, lat (CGCS2000 degrees), township_code (the township that holds the
        point; the smaller code for a street on a border). Highways span many townships: empty.
    """
    township_of_grid = np.array(parts.township_code)[fabric.nesting.township]
    estate = layers["estate"].frame
    special = layers["special"].frame
    facility = layers["facility"].frame
    listed = facility["facility_type"].isin(_LISTED_FACILITIES).to_numpy()
    tables = [
        _table(layers["district"], "district", None),
        _table(layers["township"], "township", layers["township"].frame["code"].to_numpy()),
        _table(layers["community"], "community", _prefix(layers["community"].frame["code"])),
        _table(layers["estate"], "estate", _prefix(estate["grid_code"])),
        _table(layers["special"], "special", None),
        _table(layers["road"], "road", None),
        _table(layers["facility"], "facility", township_of_grid[facility_cell]),
    ]
    tables[4]["kind"] = special["category"].to_numpy()
    tables[5]["kind"] = layers["road"].frame["road_class"].to_numpy()
    tables[6]["kind"] = facility["facility_type"].to_numpy()
    tables[6] = tables[6][listed]
    for position in (0, 4, 5):
        tables[position]["township_code"] = _township_of(tables[position], layers["township"])
    tables[5].loc[roads.cell < 0, "township_code"] = ""
    return pd.concat(tables, ignore_index=True)


def _table(layer: DemoLayer, kind: str, township: np.ndarray | None) -> pd.DataFrame:
    geometry = layer.frame.geometry.to_numpy()
    if layer.role == "linear":
        # A vertex of the line: where a street is a border, it lies exactly on the border.
        coords, line = shapely.get_coordinates(geometry, return_index=True)
        sizes = np.bincount(line)
        place = coords[np.cumsum(sizes) - sizes + sizes // 2]
    else:
        place = shapely.get_coordinates(shapely.point_on_surface(geometry))
    names = layer.frame["name"].tolist()
    return pd.DataFrame(
        {
            "name": names,
            "alias": [_alias(name) if kind in _SHORTENED else "" for name in names],
            "kind": kind,
            "lon": place[:, 0],
            "lat": place[:, 1],
            "township_code": "" if township is None else township,
        }
    )


def _prefix(codes: pd.Series) -> np.ndarray:
    return codes.str[:9].to_numpy()


def _alias(name: str) -> str:
    for ending in _SHORT_ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) > 1:
            return name.removesuffix(ending)
    return ""


def _township_of(table: pd.DataFrame, townships: DemoLayer) -> list[str]:
    """Smallest code of the townships that cover each point."""
    shapes = townships.frame.geometry.to_numpy()
    codes = townships.frame["code"].tolist()
    points = point_array(table[["lon", "lat"]].to_numpy())
    tree = shapely.STRtree(shapes)
    point, area = tree.query(points, predicate="covered_by")
    smallest = np.full(len(points), len(codes))
    np.minimum.at(smallest, point, area)  # rows are sorted by code
    return [codes[k] if k < len(codes) else "" for k in smallest.tolist()]
