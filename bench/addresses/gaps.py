"""A gazetteer with gaps: the same tables without some of their names."""

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.address.tables import GazetteerTables, Level, Role

_KEPT_ROLES = (Role.AREA, Role.GATE)
"""Gates go with their estate."""


def draw_names(tables: GazetteerTables, share: float, seed: int) -> set[str]:
    """Draw names to take away, of places and of communities.

    Parameters
    ----------
    tables
        The whole gazetteer.
    share
        From 0 to 1, of the distinct main names.
    seed
        Of the draw.

    Returns
    -------
    set of str
        uid of every entity that bears a drawn name, and of the gates of drawn estates.
    """
    entities = _nameable(tables)
    names = np.sort(entities["name"].unique())
    chosen = np.random.default_rng(seed).choice(names, round(share * len(names)), replace=False)
    return _with_gates(tables, set(entities.loc[entities["name"].isin(chosen), "uid"]))


def draw_entities(tables: GazetteerTables, share: float, seed: int) -> set[str]:
    """Draw entities to take away; others of the same name stay, which is the harder case.

    Parameters
    ----------
    tables
        The whole gazetteer.
    share
        From 0 to 1, of places and communities.
    seed
        Of the draw.

    Returns
    -------
    set of str
        uid of the drawn ones, and of the gates of drawn estates.
    """
    uids = np.sort(_nameable(tables)["uid"].to_numpy(object))
    chosen = np.random.default_rng(seed).choice(uids, round(share * len(uids)), replace=False)
    return _with_gates(tables, set(chosen.tolist()))


def without(tables: GazetteerTables, removed: set[str]) -> GazetteerTables:
    """Leave entities out of all tables.

    Parameters
    ----------
    tables
        The whole gazetteer.
    removed
        uid of places, and of areas that hold no other area.

    Returns
    -------
    GazetteerTables
        What lay in a removed community lies in the area above it.
    """
    areas = tables.areas
    above = dict(zip(areas["uid"], areas["parent_uid"], strict=True))
    held = tables.memberships["area_uid"]
    moved = held.where(~held.isin(removed), held.map(above)).astype(held.dtype)
    memberships = tables.memberships.assign(area_uid=moved)
    memberships = memberships[memberships["area_uid"] != ""].drop_duplicates()
    return replace(
        tables,
        areas=_drop(areas, removed, "uid"),
        places=_drop(tables.places, removed, "uid"),
        memberships=_drop(memberships, removed, "uid"),
        names=_drop(tables.names, removed, "uid"),
        roads=_drop(tables.roads, removed, "uid"),
        doors=_drop(tables.doors, removed, "owner_uid"),
        ranges=_drop(tables.ranges, removed, "road_uid"),
        crossings=_drop(tables.crossings, removed, "road_uid", "other_uid"),
    )


def _nameable(tables: GazetteerTables) -> pd.DataFrame:
    places = tables.places[~tables.places["role"].isin(_KEPT_ROLES)]
    areas = tables.areas
    communities = areas[areas["is_ours"] & (areas["level"] == Level.COMMUNITY)]
    return pd.concat([places[["uid", "name"]], communities[["uid", "name"]]])


def _with_gates(tables: GazetteerTables, uids: set[str]) -> set[str]:
    places = tables.places
    return uids | set(places.loc[places["parent_uid"].isin(uids), "uid"])


def _drop(frame: pd.DataFrame, removed: set[str], *columns: str) -> pd.DataFrame:
    is_kept = ~frame[list(columns)].isin(removed).any(axis=1)
    return frame.loc[is_kept].reset_index(drop=True)
