"""The entities of a gazetteer in the making: areas and places as arrays, and who holds whom."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.address.layout import join_texts
from geo.address.tables import GazetteerTables, Level, Role
from geo.arrays import IntArray
from geo.errors import GazetteerTableError

__all__ = ["Entities", "gather_entities", "hash_uid"]

_DEEPEST = 16  # more ancestors than any area has: a ring
_LARGEST_LON = 180.0
_LARGEST_LAT = 90.0


@dataclass(frozen=True)
class Entities:
    """Areas, then places, in the order of their tables.

    Attributes
    ----------
    ordinal_of
        By uid.
    names
        As on the map, by ordinal.
    kinds
        Different kinds, by the number that the section ``kind`` holds.
    arrays
        Sections of the file, by name.
    """

    ordinal_of: dict[str, int]
    names: list[str]
    kinds: list[str]
    arrays: dict[str, NDArray[Any]]


def hash_uid(uid: bytes) -> int:
    """Hash the UTF-8 bytes of a uid."""
    return zlib.crc32(uid)


def gather_entities(tables: GazetteerTables) -> Entities:
    """Assign ordinals to the entities and lay out what is known of each.

    Parameters
    ----------
    tables
        Tables of the gazetteer.

    Returns
    -------
    entities
        Cost O(entities and memberships).

    Raises
    ------
    GazetteerTableError
        A uid is missing, given twice or unknown; a name is empty; a role, level or coordinate is
        none; areas lie in themselves.
    """
    areas, places = tables.areas, tables.places
    _check_roles(tables)
    ordinal_of = _number(areas, places)
    names = [*_texts("areas", areas, "name"), *_texts("places", places, "name")]
    n_areas = len(areas)
    level = np.zeros(len(names), np.int8)
    level[:n_areas] = areas["level"]
    role = np.zeros(len(names), np.int8)
    role[n_areas:] = places["role"]
    ours = np.ones(len(names), np.bool_)
    ours[:n_areas] = areas["is_ours"].astype(bool)
    parent = np.full(len(names), -1, np.int32)
    parent[:n_areas] = _ordinals("areas", areas, "parent_uid", ordinal_of)
    parent[n_areas:] = _ordinals("places", places, "parent_uid", ordinal_of)
    area_start, area_list = _holding_areas(tables, ordinal_of, level, parent)
    by_level = [Level(value).name.lower() for value in areas["level"]]
    kind, kinds = pd.factorize(
        np.array([*by_level, *places["kind"].fillna("").tolist()], dtype=object)
    )
    uid_text, uid_start = join_texts(list(ordinal_of))
    entity_text, entity_start = join_texts(names)
    codes = [*areas["code"].fillna("").astype(str).tolist(), *([""] * len(places))]
    code_text, code_start = join_texts(codes)
    arrays: dict[str, NDArray[Any]] = {
        "role": role,
        "level": level,
        "lon": _both(areas, places, "lon"),
        "lat": _both(areas, places, "lat"),
        "radius_m": _both(areas, places, "radius_m"),
        "is_ours": ours,
        "parent": parent,
        "kind": kind,
        "uid_text": uid_text,
        "uid_start": uid_start,
        "uid_table": _uid_table(list(ordinal_of)),
        "entity_text": entity_text,
        "entity_start": entity_start,
        "code_text": code_text,
        "code_start": code_start,
        "area_start": area_start,
        "area_list": area_list,
    }
    return Entities(ordinal_of, names, [str(name) for name in kinds], arrays)


def _both(areas: pd.DataFrame, places: pd.DataFrame, column: str) -> NDArray[np.float64]:
    parts = [areas[column].to_numpy(np.float64), places[column].to_numpy(np.float64)]
    return np.concatenate(parts)


def _texts(table: str, frame: pd.DataFrame, column: str) -> list[str]:
    """Give a column of texts, none of them empty."""
    values = frame[column].tolist()
    for row, value in enumerate(values):
        if not isinstance(value, str) or not value.strip():
            raise GazetteerTableError(table, row, column, value, "a text is needed")
    return values


def _number(areas: pd.DataFrame, places: pd.DataFrame) -> dict[str, int]:
    ordinal_of: dict[str, int] = {}
    for table, frame in (("areas", areas), ("places", places)):
        for row, uid in enumerate(_texts(table, frame, "uid")):
            if uid in ordinal_of:
                problem = "given twice; it must be unique over areas and places"
                raise GazetteerTableError(table, row, "uid", uid, problem)
            ordinal_of[uid] = len(ordinal_of)
    return ordinal_of


def _ordinals(table: str, frame: pd.DataFrame, column: str, ordinal_of: dict[str, int]) -> IntArray:
    """Look up a column of uids; -1 where it is empty."""
    found = np.full(len(frame), -1, np.int32)
    for row, uid in enumerate(frame[column].tolist()):
        if not isinstance(uid, str) or not uid:
            continue
        ordinal = ordinal_of.get(uid)
        if ordinal is None:
            problem = "no area or place has this uid"
            raise GazetteerTableError(table, row, column, uid, problem)
        found[row] = ordinal
    return found


def _check_roles(tables: GazetteerTables) -> None:
    """Refuse levels, roles and coordinates that are none."""
    areas, places = tables.areas, tables.places
    levels = {int(level) for level in Level if level is not Level.NONE}
    roles = {int(role) for role in Role if role is not Role.AREA}
    _refuse_first("areas", areas, "level", ~areas["level"].isin(levels), "no level of an area")
    _refuse_first("places", places, "role", ~places["role"].isin(roles), "no role of a place")
    for column, largest in (("lon", _LARGEST_LON), ("lat", _LARGEST_LAT)):
        problem = f"not in -{largest:g} to {largest:g} degrees"
        bad = ~places[column].astype(float).abs().le(largest)
        _refuse_first("places", places, column, bad, problem)
        bad = areas[column].astype(float).abs().gt(largest)
        _refuse_first("areas", areas, column, bad, problem)


def _refuse_first(
    table: str, frame: pd.DataFrame, column: str, bad: "pd.Series[bool]", problem: str
) -> None:
    rows = np.flatnonzero(bad.to_numpy(bool))
    if rows.size:
        row = int(rows[0])
        raise GazetteerTableError(table, row, column, frame[column].iloc[row], problem)


def _holding_areas(
    tables: GazetteerTables, ordinal_of: dict[str, int], level: NDArray[np.int8], parent: IntArray
) -> tuple[NDArray[np.int64], IntArray]:
    """List for each entity every area that holds it, finest level first."""
    n_areas, n = len(tables.areas), level.size
    member = _ordinals("memberships", tables.memberships, "uid", ordinal_of)
    area = _ordinals("memberships", tables.memberships, "area_uid", ordinal_of)
    bad = np.flatnonzero((member < 0) | (area < 0) | (area >= n_areas))
    if bad.size:
        row = int(bad[0])
        value = tables.memberships["area_uid"].iloc[row]
        raise GazetteerTableError("memberships", row, "area_uid", value, "not an area")
    bare = np.setdiff1d(np.flatnonzero(parent[n_areas:] >= 0) + n_areas, member)
    gate, of_estate = _inherit(bare, parent, member, area)
    itself = np.arange(n_areas, dtype=np.int32)
    who = np.concatenate([itself, member, gate]).astype(np.int64)
    now = np.concatenate([itself, area, of_estate]).astype(np.int64)
    pairs = []
    for _ in range(_DEEPEST):
        if not who.size:
            break
        pairs.append(who * n_areas + now)
        now = parent[now].astype(np.int64)
        who, now = who[now >= 0], now[now >= 0]
    else:
        row = int(who[0]) if who[0] < n_areas else int(now[0])
        value = tables.areas["parent_uid"].iloc[row]
        raise GazetteerTableError("areas", row, "parent_uid", value, "areas lie in themselves")
    found = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, np.int64)
    who, now = np.divmod(found, max(n_areas, 1))
    order = np.lexsort((now, -level[now].astype(np.int64), who))
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(who, minlength=n), out=start[1:])
    return start, now[order].astype(np.int32)


def _inherit(
    bare: NDArray[np.int64], parent: IntArray, member: IntArray, area: IntArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give gates without areas of their own those of their estate."""
    order = np.argsort(member, kind="stable")
    ranked = member[order]
    first = np.searchsorted(ranked, parent[bare], "left")
    count = np.searchsorted(ranked, parent[bare], "right") - first
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(bare, count), area[order[np.repeat(first, count) + within]].astype(np.int64)


def _uid_table(uids: list[str]) -> IntArray:
    """Lay out a hash table with linear probing, at most half full."""
    size = 2
    while size < 2 * len(uids):
        size *= 2
    table = [-1] * size
    for ordinal, uid in enumerate(uids):
        at = hash_uid(uid.encode("utf-8", "surrogatepass")) & (size - 1)
        while table[at] >= 0:
            at = (at + 1) & (size - 1)
        table[at] = ordinal
    return np.array(table, np.int32)
