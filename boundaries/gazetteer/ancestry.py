"""Areas put in one tree: ours from layers and files, those above, and those of other cities."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from boundaries.gazetteer.national import NationalTree
from boundaries.gazetteer.records import SourceContent
from geo.address.tables import GazetteerTables, Level, NameStatus
from geo.measure import metres_per_degree

_CODE_LENGTH = 6
_COLUMNS = ("uid", "name", "level", "code", "parent_uid", "lon", "lat", "radius_m", "is_ours")


@dataclass(slots=True)
class Ancestry:
    """Areas with their uid as parents, further names of theirs, and what does not fit."""

    areas: pd.DataFrame
    names: pd.DataFrame
    warnings: list[str] = field(default_factory=list)


def join_areas(ours: pd.DataFrame, tree: NationalTree | None) -> Ancestry:
    """Put our areas and the national tree together.

    Parameters
    ----------
    ours
        Entries of role area, as in ``SourceContent``; ``parent`` is a uid, a code, or empty.
    tree
        The national tree, or None.

    Returns
    -------
    Ancestry
        ``areas`` in the columns of ``GazetteerTables``. An area of the tree that is one of ours, by
        code, gives way to ours. The areas above ours are ours too. Townships of our districts come
        from the tree only where we have no townships of our own.
    """
    areas = ours.rename(columns={"parent": "parent_uid"})
    areas = areas[list(_COLUMNS)].copy()
    warnings = _resolve_parents(areas)
    names = SourceContent().names
    if tree is not None:
        areas, names = _add_tree(areas, tree)
    _adopt_by_only_parent(areas)
    _place_ancestors(areas)
    typed = areas.astype(GazetteerTables().areas.dtypes.to_dict())
    return Ancestry(typed.reset_index(drop=True), names, warnings)


def _resolve_parents(areas: pd.DataFrame) -> list[str]:
    """Turn codes of parents into uids, in place; name those that lead nowhere."""
    uids = set(areas["uid"])
    coded = areas[areas["code"] != ""].sort_values("level")
    by_code = dict(zip(coded["code"], coded["uid"], strict=True))
    resolved, lost = [], []
    for uid, parent in zip(areas["uid"], areas["parent_uid"], strict=True):
        found = parent if parent in uids else by_code.get(parent, "")
        resolved.append("" if found == uid else found)
        if parent and not found:
            lost.append(f"{uid} -> {parent}")
    areas["parent_uid"] = resolved
    if not lost:
        return []
    return [f"{len(lost)} areas name a parent that is not there, first: {lost[0]}"]


def _add_tree(areas: pd.DataFrame, tree: NationalTree) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = areas[areas["is_ours"]]
    replaced = _replaced_by_ours(own, tree)
    has_townships = bool((own["level"] == Level.TOWNSHIP).any())
    adopt = _parents_by_code(areas, tree)
    areas["parent_uid"] = [replaced.get(uid, uid) for uid in adopt]
    parent_of = {area.uid: area.parent_uid for area in tree.areas}
    lineage = _lineage([*adopt, *replaced], parent_of)
    rows, kept = [], set()
    for area in tree.areas:
        below_ours = area.parent_uid in replaced and area.level is Level.TOWNSHIP
        if area.uid in replaced or (below_ours and has_townships):
            continue
        kept.add(area.uid)
        parent = replaced.get(area.parent_uid, area.parent_uid)
        is_ours = area.uid in lineage or below_ours
        rows.append(
            (area.uid, area.path[-1], int(area.level), area.code, parent,
             np.nan, np.nan, np.nan, is_ours)
        )  # fmt: skip
    theirs = pd.DataFrame.from_records(rows, columns=list(areas))
    more = [
        (area.uid, "", area.short, str(NameStatus.SHORT), "", "")
        for area in tree.areas
        # Districts elsewhere keep their ending: 和平, 新华 are words of any city.
        if area.short and area.uid in kept and _is_telling(area.level, area.path[-1], area.short)
    ]
    more += [
        (replaced.get(old.uid, old.uid), "", old.name, str(NameStatus.OLD), "", old.until)
        for old in tree.old_names
        if old.uid in kept or old.uid in replaced
    ]
    names = pd.DataFrame.from_records(more, columns=list(SourceContent().names))
    return pd.concat([areas, theirs] if len(areas) else [theirs], ignore_index=True), names


def _is_telling(level: Level, name: str, short: str) -> bool:
    if len(short) < 2:  # noqa: PLR2004 - one character is in every text
        return False
    return level in {Level.PROVINCE, Level.CITY} or name.endswith("市")


def _replaced_by_ours(own: pd.DataFrame, tree: NationalTree) -> dict[str, str]:
    """Find the areas of the tree that are ours, by level and code, else by level and name."""
    replaced = {}
    upper = {(area.level, area.path[-1]): area for area in tree.areas if area.level <= Level.CITY}
    for uid, name, level, code in own[["uid", "name", "level", "code"]].itertuples(index=False):
        found = tree.by_code.get((Level(level), code)) or upper.get((Level(level), name))
        if found is not None:
            replaced[found.uid] = uid
    return replaced


def _parents_by_code(areas: pd.DataFrame, tree: NationalTree) -> list[str]:
    """Give every area its parent; where it names none, by its code in the tree."""
    parents = []
    columns = ["level", "code", "parent_uid"]
    for level, code, parent in areas[columns].itertuples(index=False):
        if parent:
            parents.append(parent)
            continue
        found = tree.by_code.get((Level(level), code))
        if found is not None:
            parents.append(found.parent_uid)
            continue
        above = [
            tree.by_code.get((Level.DISTRICT, code[:6])),
            tree.by_code.get((Level.CITY, code[:4] + "00")),
            tree.by_code.get((Level.PROVINCE, code[:2] + "0000")),
        ]
        fitting = [area for area in above if area is not None and area.level < level]
        parents.append(fitting[0].uid if fitting and len(code) >= _CODE_LENGTH else "")
    return parents


def _lineage(uids: list[str], parent_of: dict[str, str]) -> set[str]:
    seen: set[str] = set()
    for start in uids:
        uid = start
        while uid in parent_of and uid not in seen:
            seen.add(uid)
            uid = parent_of[uid]
    return seen


def _adopt_by_only_parent(areas: pd.DataFrame) -> None:
    """Give our areas without a parent the only one of ours on the level above, in place."""
    own = areas[areas["is_ours"]]
    for level in sorted(set(own["level"]), reverse=True):
        above = own[own["level"] < level]
        nearest = above[above["level"] == above["level"].max()]
        if len(nearest) == 1:
            is_orphan = areas["is_ours"] & (areas["level"] == level) & (areas["parent_uid"] == "")
            areas.loc[is_orphan, "parent_uid"] = nearest["uid"].iloc[0]


def _place_ancestors(areas: pd.DataFrame) -> None:
    """Put our areas that have no place in the middle of their children, finest first, in place."""
    for level in range(int(Level.TOWNSHIP), 0, -1):
        is_bare = areas["is_ours"] & (areas["level"] == level) & areas["lon"].isna()
        for row in areas.index[is_bare]:
            below = areas[areas["is_ours"] & (areas["parent_uid"] == areas.loc[row, "uid"])]
            placed = below[below["lon"].notna()]
            if placed.empty:
                continue
            lon, lat = float(placed["lon"].mean()), float(placed["lat"].mean())
            per_lon, per_lat = metres_per_degree(lat)
            offset = np.hypot((placed["lon"] - lon) * per_lon, (placed["lat"] - lat) * per_lat)
            reach = float((offset + placed["radius_m"].fillna(0.0)).max())
            areas.loc[row, ["lon", "lat", "radius_m"]] = [lon, lat, reach]
