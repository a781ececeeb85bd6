"""Gazetteer tables from a street file with house-number ranges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.address.tables import GazetteerTables, Level, Role
from geo.address.western.words import StreetName, compact, parse_street, words_of
from geo.errors import GazetteerTableError
from geo.measure import metres_per_degree

__all__ = ["StreetColumns", "street_tables"]


@dataclass(frozen=True, slots=True)
class StreetColumns:
    """Which columns of a street file hold what; empty where it has none.

    Attributes
    ----------
    name
        The whole name of a segment's street: N CHARLES ST.
    left_from, left_to, right_from, right_to
        House numbers at the ends of the segment, by side in the direction of the line; 0 or
        missing where the side has none.
    left_zone, right_zone
        Postcode of each side.
    kind
        Kind of way: street, alley, ramp.
    """

    name: str
    left_from: str
    left_to: str
    right_from: str
    right_to: str
    left_zone: str = ""
    right_zone: str = ""
    kind: str = ""

    def all(self) -> tuple[str, ...]:
        """Give the columns that are named."""
        names = (
            self.name, self.left_from, self.left_to, self.right_from, self.right_to,
            self.left_zone, self.right_zone, self.kind,
        )  # fmt: skip
        return tuple(name for name in names if name)


def street_tables(
    streets: pd.DataFrame,
    columns: StreetColumns,
    *,
    city: str,
    other_city_names: Sequence[str] = (),
    crossings: pd.DataFrame | None = None,
) -> GazetteerTables:
    """Make gazetteer tables from a street file.

    Parameters
    ----------
    streets
        One row per segment, with ``geometry`` (LineString or MultiLineString, degrees CGCS2000 or
        WGS-84, which lie within a metre) and the columns named in ``columns``.
    columns
        Which columns hold what.
    city
        Name of the city, under which all streets lie.
    other_city_names
        More names of the same city.
    crossings
        Named crossings: ``name`` (two or more street names with ``&`` between) and ``geometry``
        (Point); None for none.

    Returns
    -------
    tables
        Segments of one name are one road, forms of writing aside: its directions and type count,
        ``AV`` and ``AVE`` do not. Segments without a name are left out, and so are crossings
        of streets that the file does not have.

    Raises
    ------
    GazetteerTableError
        The frame lacks a column.
    """
    lacking = [name for name in (*columns.all(), "geometry") if name not in streets.columns]
    if lacking:
        have = ", ".join(map(str, streets.columns))
        raise GazetteerTableError("streets", None, lacking[0], None, f"no such column; has {have}")
    words = streets[columns.name].fillna("").map(words_of)
    named = streets.loc[words.map(bool)].reset_index(drop=True)
    parsed = words[words.map(bool)].map(parse_street).reset_index(drop=True)
    uids = parsed.map(_uid_of)
    places = _places(named, columns, uids)
    lon, lat = float(places["lon"].mean()), float(places["lat"].mean())
    area = {
        "uid": "city", "name": city, "level": int(Level.CITY), "code": "", "parent_uid": "",
        "lon": lon, "lat": lat, "radius_m": np.nan, "is_ours": True,
    }  # fmt: skip
    names = [
        {"uid": "city", "name": name, "status": "alias", "valid_from": "", "valid_to": ""}
        for name in other_city_names
    ]
    empty = GazetteerTables()
    return GazetteerTables(
        areas=pd.DataFrame([area]),
        places=places,
        memberships=pd.DataFrame({"uid": places["uid"], "area_uid": "city"}),
        names=pd.DataFrame(names) if names else empty.names,
        roads=_roads(named, uids),
        ranges=_ranges(named, columns, uids),
        crossings=empty.crossings if crossings is None else _crossings(crossings, set(uids)),
        grammar="en",
    )


def _uid_of(name: StreetName) -> str:
    return "street:" + " ".join(filter(None, (name.before, name.core, name.kind, name.after)))


def _places(named: pd.DataFrame, columns: StreetColumns, uids: pd.Series) -> pd.DataFrame:
    """Make one road of the segments of a name: its point is the middle of its box."""
    bounds = shapely.bounds(named["geometry"].to_numpy(dtype=object))
    frame = pd.DataFrame({
        "uid": uids,
        "name": named[columns.name].str.strip(),
        "kind": named[columns.kind].fillna("") if columns.kind else "",
        "west": bounds[:, 0], "south": bounds[:, 1], "east": bounds[:, 2], "north": bounds[:, 3],
    })  # fmt: skip
    roads = frame.groupby("uid", sort=True).agg(
        name=("name", "first"), kind=("kind", "first"), west=("west", "min"),
        south=("south", "min"), east=("east", "max"), north=("north", "max"),
    ).reset_index()  # fmt: skip
    kx, ky = metres_per_degree(roads["south"].to_numpy(np.float64))
    across = (roads["east"] - roads["west"]) * kx
    along = (roads["north"] - roads["south"]) * ky
    return pd.DataFrame({
        "uid": roads["uid"],
        "name": roads["name"],
        "role": int(Role.ROAD),
        "kind": roads["kind"],
        "lon": (roads["west"] + roads["east"]) / 2.0,
        "lat": (roads["south"] + roads["north"]) / 2.0,
        "radius_m": np.hypot(across, along) / 2.0,
        "parent_uid": "",
    })  # fmt: skip


def _roads(named: pd.DataFrame, uids: pd.Series) -> pd.DataFrame:
    """List the lines of each road, one row per line."""
    parts, row = shapely.get_parts(named["geometry"].to_numpy(dtype=object), return_index=True)
    return pd.DataFrame({"uid": uids.to_numpy()[row], "geometry": parts})


def _ranges(named: pd.DataFrame, columns: StreetColumns, uids: pd.Series) -> pd.DataFrame:
    """List the ranges of both sides that have numbers."""
    sides = []
    for side, first, last, zone in (
        ("L", columns.left_from, columns.left_to, columns.left_zone),
        ("R", columns.right_from, columns.right_to, columns.right_zone),
    ):
        frame = pd.DataFrame({
            "road_uid": uids,
            "side": side,
            "from_number": pd.to_numeric(named[first]).fillna(0).astype(np.int64),
            "to_number": pd.to_numeric(named[last]).fillna(0).astype(np.int64),
            "geometry": named["geometry"],
            "zone": named[zone].fillna("").replace("0", "") if zone else "",
        })  # fmt: skip
        sides.append(frame[(frame["from_number"] > 0) & (frame["to_number"] > 0)])
    return pd.DataFrame(pd.concat(sides, ignore_index=True))


def _crossings(table: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """List each pair of different streets of each named crossing."""
    rows = []
    for name, point in zip(table["name"], table["geometry"], strict=True):
        words = [words_of(part) for part in str(name or "").split("&")]
        uids = sorted({_uid_of(parse_street(part)) for part in words if compact(part)} & known)
        rows += [
            (uid, other, point.x, point.y) for i, uid in enumerate(uids) for other in uids[i + 1 :]
        ]
    frame = pd.DataFrame(rows, columns=["road_uid", "other_uid", "lon", "lat"])
    return frame.astype({"road_uid": str, "other_uid": str, "lon": np.float64, "lat": np.float64})
