"""The roads and estates that house numbers belong to, found by name and place."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from boundaries.gazetteer.layers import AreaShapes
from boundaries.gazetteer.measures import reach_m
from geo.address.tables import Level
from geo.arrays import LonLatArray
from geo.measure import metres_per_degree

FARTHEST_M = 500.0
"""A house number lies at most this far beyond the road or estate that it belongs to."""


@dataclass(slots=True)
class OwnedRows:
    """Doors or ranges with their owners, the roads that only they tell of, and what is lost.

    ``new_roads`` has ``uid``, ``name``, ``lon``, ``lat``, ``radius_m``.
    """

    rows: pd.DataFrame
    new_roads: pd.DataFrame
    warnings: list[str] = field(default_factory=list)


def find_owners(
    rows: pd.DataFrame,
    points: LonLatArray,
    places: pd.DataFrame,
    names: pd.DataFrame,
    area_names: Sequence[str],
    outlines: Sequence[AreaShapes],
) -> OwnedRows:
    """Give every door or range the uid of its road or estate.

    Parameters
    ----------
    rows
        ``owner_uid``, ``owner_name`` and whatever else.
    points
        Shape (n, 2), lon, lat of each row; CGCS2000 degrees.
    places
        Entries with ``uid``, ``name``, ``role``, ``lon``, ``lat``, ``radius_m``, ``geometry``.
    names
        Further names, ``uid`` and ``name``.
    area_names
        Names of our areas, which may stand before the name of a road.
    outlines
        Our areas: rows of one unknown road name in two districts are two roads.

    Returns
    -------
    OwnedRows
        A row whose owner is known by uid keeps it. By name, the nearest road or estate of the name
        within 500 m of it is taken; where there is none, a road is made of the rows themselves.
        Rows with neither uid nor name are left out and counted.
    """
    known = set(places["uid"])
    owner = rows["owner_uid"].where(rows["owner_uid"].isin(known), "").to_numpy(dtype=object)
    given = rows["owner_name"].to_numpy(dtype=object)
    candidates = _candidates(places, names)
    groups: dict[str, list[int]] = defaultdict(list)
    prefixes = set(area_names)
    stripped: dict[str, str] = {}
    for row in np.flatnonzero(owner == "").tolist():
        if not given[row]:
            continue
        name = stripped.get(given[row])
        if name is None:
            name = stripped[given[row]] = _without_areas(given[row], candidates, prefixes)
        groups[name].append(row)
    made: list[pd.DataFrame] = []
    for name, members in groups.items():
        chosen = np.array(members)
        owner[chosen] = _nearest(places, candidates.get(name, ()), points[chosen])
        left = chosen[owner[chosen] == ""]
        if len(left):
            roads, owner[left] = _make_roads(name, points[left], outlines)
            made.append(roads)
    found = rows.assign(owner_uid=owner)
    n_lost = int((owner == "").sum())
    columns = ["uid", "name", "lon", "lat", "radius_m"]
    new = pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=columns)
    warnings = [f"{n_lost} house numbers name no road or estate"] if n_lost else []
    return OwnedRows(found[owner != ""].reset_index(drop=True), new, warnings)


def _candidates(places: pd.DataFrame, names: pd.DataFrame) -> Mapping[str, Sequence[int]]:
    """Rows of the roads and estates by each of their names."""
    rows: dict[str, list[int]] = defaultdict(list)
    row_of = {}
    columns = zip(places["uid"], places["name"], places["role"], strict=True)
    for row, (uid, name, role) in enumerate(columns):
        if role in {"road", "estate"}:
            rows[name].append(row)
            row_of[uid] = row
    for uid, name in zip(names["uid"], names["name"], strict=True):
        if uid in row_of and row_of[uid] not in rows[name]:
            rows[name].append(row_of[uid])
    return rows


def _without_areas(
    name: str, candidates: Mapping[str, Sequence[int]], prefixes: Collection[str]
) -> str:
    """Drop names of areas from the front, the longest first, as long as something is left."""
    rest = name
    while rest not in candidates:
        lengths = range(len(rest) - 1, 1, -1)
        found = next((k for k in lengths if rest[:k] in prefixes), 0)
        if found == 0:
            return rest
        rest = rest[found:]
    return rest


def _nearest(places: pd.DataFrame, rows: Sequence[int], points: LonLatArray) -> np.ndarray:
    """Uid of the nearest candidate of each point within reach, else empty."""
    best = np.full(len(points), FARTHEST_M)
    owner = np.full(len(points), "", dtype=object)
    per_lon, per_lat = metres_per_degree(float(np.mean(points[:, 1])))
    scale = np.array([per_lon, per_lat])
    spots = shapely.points(points * scale)
    for row in rows:
        shape = places["geometry"].iloc[row]
        if shape is not None:
            flat = shapely.transform(shape, lambda pairs: pairs * scale)
            distance = shapely.distance(spots, flat)
        else:
            centre = places[["lon", "lat"]].iloc[row].to_numpy(dtype=np.float64)
            distance = np.hypot(*((points - centre) * scale).T)
            distance = np.maximum(distance - float(places["radius_m"].iloc[row]), 0.0)
        is_nearer = distance < best
        best[is_nearer], owner[is_nearer] = distance[is_nearer], places["uid"].iloc[row]
    return owner


def _make_roads(
    name: str, points: LonLatArray, outlines: Sequence[AreaShapes]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Make a road of house numbers, one for each district that they lie in."""
    district = np.full(len(points), "", dtype=object)
    for outline in outlines:
        if outline.level is Level.DISTRICT:
            ordinal = outline.index.locate_many(points)
            held = ordinal >= 0
            district[held] = np.array(outline.uids, dtype=object)[ordinal[held]]
    uids = np.array([f"road:{name}" + (f"@{held}" if held else "") for held in district], object)
    rows = []
    for uid in dict.fromkeys(uids.tolist()):
        spots = points[uids == uid]
        centre = np.median(spots, axis=0)
        cloud = np.array([shapely.multipoints(spots)], dtype=object)
        rows.append((uid, name, *centre.tolist(), float(reach_m(cloud, centre[None, :])[0])))
    columns = ["uid", "name", "lon", "lat", "radius_m"]
    return pd.DataFrame.from_records(rows, columns=columns), uids
