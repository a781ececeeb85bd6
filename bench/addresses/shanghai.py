"""Real addresses of Shanghai: the district from the text alone, and a homonym from elsewhere."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.addresses.national import area_entries
from bench.addresses.scores import is_same_name
from geo.datum import Datum, to_cgcs2000
from geo.validity import repair

CITY = "上海市"
HOMONYM = "普陀区"


def read_stations(data: Path) -> pd.DataFrame:
    """Read the stations, each with the district that holds its point.

    Parameters
    ----------
    data
        Folder of the real data sets.

    Returns
    -------
    DataFrame
        ``text`` (the address), ``label`` (the district as labelled), ``held_by`` (district by
        polygon, empty outside Shanghai; the points are BD-09).
    """
    folder = data / "shanghai_poi"
    table = pd.read_csv(folder / "shanghai_stations_1603.csv")
    districts = _read_districts(data)
    here = to_cgcs2000(table[["lon", "lat"]].to_numpy(float), Datum.BD09)
    point, area = shapely.STRtree(districts.geometry.to_numpy()).query(
        shapely.points(here), predicate="intersects"
    )
    held = np.full(len(table), "", dtype=object)
    held[point] = districts["district"].to_numpy(object)[area]
    return pd.DataFrame({"text": table["address"], "label": table["area"], "held_by": held})


def read_entries(data: Path) -> pd.DataFrame:
    """Read the districts as entries of a gazetteer; streets and estates are not known."""
    frame = _read_districts(data).rename(columns={"district": "name", "adcode": "code"})
    return area_entries(frame.assign(code=frame["code"].astype(str)))


def summarise(stations: pd.DataFrame, found: pd.DataFrame) -> dict[str, Any]:
    """Compare districts found with labels and with polygons.

    Parameters
    ----------
    stations
        From `read_stations`.
    found
        In the same order, ``province``, ``city`` and ``district``; empty where left open.

    Returns
    -------
    dict
        ``by_label`` and ``by_polygon``, each with ``precision`` (right over answered in
        Shanghai), ``recall`` (right over all that lie in Shanghai) and ``n_wrong``;
        ``elsewhere``: of the stations outside Shanghai, how many were taken for its district of
        the same name (``taken_for_ours``) and for how many another city was named.
    """
    is_ours = _is_shanghai(found)
    district = found["district"].to_numpy(object)
    answered = np.where(is_ours, district, "")
    is_inside = stations["held_by"].to_numpy(object) != ""
    outside = ~is_inside & (stations["label"].to_numpy(object) == HOMONYM)
    return {
        "n": len(stations),
        "by_label": _agreement(stations["label"].to_numpy(object), answered, is_inside),
        "by_polygon": _agreement(stations["held_by"].to_numpy(object), answered, is_inside),
        "elsewhere": {
            "n": int(outside.sum()),
            "taken_for_ours": int((answered[outside] == HOMONYM).sum()),
            "texts_taken_for_ours": stations["text"][outside & (answered == HOMONYM)].tolist(),
            "named_as_elsewhere": int((~is_ours)[outside].sum()),
        },
    }


def _read_districts(data: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(data / "shanghai_poi" / "shanghai_districts_16.geojson")
    return frame.set_geometry(repair(frame.geometry.to_numpy()).geometries)


def _is_shanghai(found: pd.DataFrame) -> np.ndarray:
    """Count a district alone, with neither city nor province, as one of the city asked about."""
    above = found[["city", "province"]].fillna("")
    named = above["city"].where(~above["city"].isin(["", "市辖区"]), above["province"])
    return np.array([not name or is_same_name(name, CITY) for name in named])


def _agreement(expected: np.ndarray, answered: np.ndarray, is_inside: np.ndarray) -> dict[str, Any]:
    is_answered = answered != ""
    is_right = is_answered & (answered == expected) & is_inside
    n_answered, n_inside = int(is_answered.sum()), int(is_inside.sum())
    return {
        "n": n_inside,
        "answered": n_answered,
        "precision": round(float(is_right.sum()) / n_answered, 4) if n_answered else None,
        "recall": round(float(is_right.sum()) / n_inside, 4) if n_inside else None,
        "n_wrong": int((is_answered & ~is_right).sum()),
    }
