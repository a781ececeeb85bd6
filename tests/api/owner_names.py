"""Names of the city of the tests of ownership: some of one place, some of several."""

from pathlib import Path
from typing import Any

import pandas as pd

from geo.address.gazetteer import Gazetteer
from geo.address.tables import GazetteerTables, Level, Role
from tests.governance.conftest import DISTRICTS, TOWNSHIPS, unit

# uid, name, role, kind, place in units of the city, radius in metres, township.
OWNER_PLACES: list[tuple[str, str, Role, str, tuple[float, float], float, str]] = [
    ("estate:1", "阳光花园", Role.ESTATE, "小区", (7, 3), 60.0, "990101001"),
    # Two of one name in one township, two in different ones, two whose ground reaches a border.
    ("estate:2", "双子家园", Role.ESTATE, "小区", (25, 8), 60.0, "990102001"),
    ("estate:3", "双子家园", Role.ESTATE, "小区", (25, 14), 60.0, "990102001"),
    ("estate:4", "向阳新村", Role.ESTATE, "小区", (5, 7), 60.0, "990101001"),
    ("estate:5", "向阳新村", Role.ESTATE, "小区", (25, 12), 60.0, "990102001"),
    ("estate:6", "临界家园", Role.ESTATE, "小区", (22, 38), 90.0, "990102001"),
    ("estate:7", "临界家园", Role.ESTATE, "小区", (29, 38), 90.0, "990102001"),
    ("poi:1", "小城第一中学", Role.POI, "中学", (15, 18), 0.0, "990101002"),
]


def build_owner_names(folder: Path) -> Gazetteer:
    """Build a gazetteer of the city of the tests of ownership."""
    rows: list[tuple[Any, ...]] = []
    for level, listed in ((Level.DISTRICT, DISTRICTS), (Level.TOWNSHIP, TOWNSHIPS)):
        for code, name, parent, shape, _ in listed:
            middle = unit(float(shape[0]) + 4, 15) if isinstance(shape, tuple) else unit(35, 15)
            rows.append((code, name, int(level), code, parent, *middle, 1500.0, True))
    columns = ["uid", "name", "level", "code", "parent_uid", "lon", "lat", "radius_m", "is_ours"]
    places = [
        (uid, name, int(role), kind, *unit(*at), radius, "")
        for uid, name, role, kind, at, radius, _ in OWNER_PLACES
    ]
    tables = GazetteerTables(
        areas=pd.DataFrame(rows, columns=columns),
        places=pd.DataFrame(
            places,
            columns=["uid", "name", "role", "kind", "lon", "lat", "radius_m", "parent_uid"],
        ).astype({"role": "int8"}),
        memberships=pd.DataFrame(
            [(row[0], row[6]) for row in OWNER_PLACES], columns=["uid", "area_uid"]
        ),
        roads=pd.DataFrame([], columns=["uid", "geometry"]),
        doors=pd.DataFrame([], columns=["owner_uid", "number", "suffix", "lon", "lat"]),
    )
    return Gazetteer.build(tables, folder / "owners.gaz", edition="o1")
