"""What a gazetteer is built from: plain tables of areas, places, names, roads and numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import pandas as pd

__all__ = ["AREA_LEVELS", "GazetteerTables", "Level", "NameStatus", "Role"]


class Level(IntEnum):
    """Level of an administrative area, from coarse to fine; NONE for a place."""

    NONE = 0
    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    TOWNSHIP = 4
    COMMUNITY = 5


AREA_LEVELS = tuple(level for level in Level if level is not Level.NONE)


class Role(IntEnum):
    """What a name can do in an address.

    ``AREA`` an administrative area. ``ESTATE`` a compound with buildings and gates (小区, 校园).
    ``ROAD`` a street, lane or expressway, with house numbers or crossings. ``POI`` a single
    place such as a school or a shop. ``WATER`` a river or lake. ``ZONE`` a large named ground such
    as a park or a development zone. ``GATE`` an entrance of an estate.
    """

    AREA = 0
    ESTATE = 1
    ROAD = 2
    POI = 3
    WATER = 4
    ZONE = 5
    GATE = 6


class NameStatus(StrEnum):
    """Standing of a name: the main one, another one in use, a former one, a short form, pinyin."""

    MAIN = "main"
    ALIAS = "alias"
    OLD = "old"
    SHORT = "short"
    PINYIN = "pinyin"


def _columns(**columns: str) -> Callable[[], pd.DataFrame]:
    """Make an empty table with these columns and dtypes."""
    return lambda: pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


@dataclass(frozen=True)
class GazetteerTables:
    """Everything a gazetteer knows, before it is built. Coordinates are CGCS2000 lon, lat degrees.

    Attributes
    ----------
    areas
        ``uid`` (unique over areas and places), ``name`` (as on the map: 柳林街道), ``level``
        (Level), ``code`` (may be empty), ``parent_uid`` (empty at the top), ``lon``, ``lat``,
        ``radius_m`` (NaN where unknown), ``is_ours`` (False for areas of other cities, known by
        name only).
    places
        ``uid``, ``name``, ``role`` (Role, not AREA), ``kind`` (free text: 小区, 小学, branch),
        ``lon``, ``lat``, ``radius_m`` (reach from the point within which the whole lies; 0 for a
        point), ``parent_uid`` (a gate's estate; else empty).
    memberships
        ``uid`` of a place, ``area_uid`` of an area that holds it or part of it; the finest levels
        are enough, ancestors follow. A road through three townships has rows in all three.
    names
        More names: ``uid``, ``name``, ``status`` (NameStatus), ``valid_from``, ``valid_to``
        (ISO dates or empty).
    roads
        ``uid`` of a ROAD or WATER place, ``geometry`` (LineString or MultiLineString).
    doors
        House numbers as points: ``owner_uid`` (a road for 门牌; an estate for 楼号), ``number``
        (int), ``suffix`` (text after the number: 甲, A, 之1; else empty), ``lon``, ``lat``.
    ranges
        House numbers as ranges along one side of a road segment: ``road_uid``, ``side`` (L or R, in
        the direction of the line), ``from_number``, ``to_number`` (descending allowed),
        ``geometry`` (LineString), ``zone`` (postcode or place that tells equal streets apart; may
        be empty).
    crossings
        Named crossings besides those found where roads meet: ``road_uid``, ``other_uid``, ``lon``,
        ``lat``.
    grammar
        ``zh`` (large to small, Chinese) or ``en`` (number street, place).
    """

    areas: pd.DataFrame = field(default_factory=_columns(
        uid="str", name="str", level="int8", code="str", parent_uid="str",
        lon="float64", lat="float64", radius_m="float64", is_ours="bool",
    ))  # fmt: skip
    places: pd.DataFrame = field(default_factory=_columns(
        uid="str", name="str", role="int8", kind="str", lon="float64", lat="float64",
        radius_m="float64", parent_uid="str",
    ))  # fmt: skip
    memberships: pd.DataFrame = field(default_factory=_columns(uid="str", area_uid="str"))
    names: pd.DataFrame = field(
        default_factory=_columns(
            uid="str", name="str", status="str", valid_from="str", valid_to="str"
        )
    )
    roads: pd.DataFrame = field(default_factory=_columns(uid="str", geometry="object"))
    doors: pd.DataFrame = field(
        default_factory=_columns(
            owner_uid="str", number="int64", suffix="str", lon="float64", lat="float64"
        )
    )
    ranges: pd.DataFrame = field(default_factory=_columns(
        road_uid="str", side="str", from_number="int64", to_number="int64", geometry="object",
        zone="str",
    ))  # fmt: skip
    crossings: pd.DataFrame = field(
        default_factory=_columns(road_uid="str", other_uid="str", lon="float64", lat="float64")
    )
    grammar: str = "zh"
