"""Real areas and places within the national tree, put together as a city's own files are."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.addresses.environments import find_interpreter
from bench.cluster import MissingPeerError
from boundaries.gazetteer.definition import parse_gazetteer_definition
from boundaries.gazetteer.national import PACKAGE, read_national_tree
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.store import GazetteerStore
from boundaries.gazetteer.tables import read_tables
from boundaries.store import create_store, upgrade
from geo.address.tables import GazetteerTables, Level

DEFINITION: dict[str, Any] = {
    "gazetteer": {"key": "real", "name": "真实数据"},
    "source": {"datum": "CGCS2000"},
    "edition": {"label": "bench", "valid_from": "2020-01-01"},
    "table": [{"holds": "places", "fields": {"name": "name"}}],
}


def find_tree(given: Path | None) -> Path | None:
    """Find the national tree.

    Parameters
    ----------
    given
        A file or folder; None to look for it.

    Returns
    -------
    Path or None
        The file given; None where the package is installed, which is then read; else the folder
        in the environment of the peer that is the same package.

    Raises
    ------
    MissingPeerError
        It is nowhere, and the peer cannot be installed.
    """
    if given is not None or read_national_tree() is not None:
        return given
    python = find_interpreter(PACKAGE)
    found = next(python.parents[1].glob(f"lib/*/site-packages/{PACKAGE}/dictionary"), None)
    if found is None:
        message = f"no national tree in the environment of {PACKAGE}"
        raise MissingPeerError(message)
    return found


def build_tables(entries: pd.DataFrame, national: Path | None, folder: Path) -> GazetteerTables:
    """Store entries as one source and read them back with everything that belongs to them.

    Parameters
    ----------
    entries
        From `area_entries` and `estate_entries`, together; may be empty.
    national
        From `find_tree`.
    folder
        A folder of its own for the store.

    Returns
    -------
    GazetteerTables
        With short forms, pinyin, former names and memberships.
    """
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'real.sqlite'}"
    upgrade(url)
    store = create_store(url, folder)
    definition = parse_gazetteer_definition(DEFINITION)
    if len(entries):
        GazetteerStore(store).import_content(definition, SourceContent(entries=entries))
    return read_tables(store, national=national).tables


def area_entries(districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Make entries of the districts of a city.

    Parameters
    ----------
    districts
        ``name``, ``code`` (six digits), geometry in CGCS2000 degrees, valid.

    Returns
    -------
    DataFrame
        As `boundaries.gazetteer.records.SourceContent.entries`; all are ours.
    """
    shapes = districts.geometry.to_numpy()
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return _entries(
        uid=[f"district:{code}" for code in districts["code"]],
        name=districts["name"].to_numpy(),
        role="area",
        level=int(Level.DISTRICT),
        code=districts["code"].to_numpy(),
        lon=inner[:, 0],
        lat=inner[:, 1],
        geometry=shapes,
    )


def estate_entries(estates: pd.DataFrame, radius_m: float) -> pd.DataFrame:
    """Make entries of estates.

    Parameters
    ----------
    estates
        ``uid``, ``name``, ``lon``, ``lat`` (CGCS2000 degrees).
    radius_m
        Reach from the point, as no outline is known.

    Returns
    -------
    DataFrame
        As `boundaries.gazetteer.records.SourceContent.entries`.
    """
    values = {name: estates[name].to_numpy() for name in ("uid", "name", "lon", "lat")}
    return _entries(**values, role="estate", kind="小区", radius_m=radius_m)


def _entries(**columns: object) -> pd.DataFrame:
    empty = SourceContent().entries
    blank: dict[str, object] = {
        "kind": "", "level": 0, "code": "", "parent": "", "is_ours": True, "lon": np.nan,
        "lat": np.nan, "radius_m": np.nan, "geometry": None,
    }  # fmt: skip
    return pd.DataFrame(blank | columns)[list(empty)].astype(empty.dtypes.to_dict())
