"""What a feature of a tile says about itself, and which lines are shown from which zoom."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from boundaries.records import AreaTable, LayerInfo
from boundaries.tiles.encoding import Value, encode_value
from boundaries.tiles.grid import ZoomRange
from boundaries.tiles.noding import Whole

MOST_CLASSES = 64
"""An attribute with more distinct values than this is no class and stays out of the tiles."""

_RESERVED = {"code", "name", "parent"}
_THINNED_ABOVE = 2_000
_ROAD_RANKS = (
    ("motorway", "motorway_link", "trunk", "trunk_link", "expressway", "高速公路", "快速路"),
    ("primary", "primary_link", "arterial", "主干路", "主干道", "国道", "省道"),
    ("secondary", "secondary_link", "次干路", "次干道", "县道"),
    ("tertiary", "tertiary_link", "collector", "支路", "乡道"),
    ("residential", "unclassified", "living_street", "local", "街道", "街", "路", "村道"),
    (
        "service", "lane", "alley", "hutong", "pedestrian", "footway", "path", "cycleway", "steps",
        "track", "里弄", "胡同", "巷", "小巷", "弄",
    ),
)  # fmt: skip
_RANK_OF = {word: rank for rank, words in enumerate(_ROAD_RANKS) for word in words}


@dataclass(frozen=True, slots=True)
class Described:
    """Features of an edition as tiles name them.

    Attributes
    ----------
    numbers
        Shape (n,): feature id of each row of the table, its ordinal plus 1.
    properties
        Of each row of the table, values encoded.
    values
        Classes of each row of the table, as they are.
    classes
        Attributes that came along, with their distinct values.
    """

    numbers: Whole
    properties: list[list[tuple[str, bytes]]]
    values: list[dict[str, Value]]
    classes: dict[str, list[Value]]


def describe(table: AreaTable, layer: LayerInfo) -> Described:
    """Name the features of an edition.

    Areas of a partition have ``code``, ``name`` and ``parent``; what else is known of them is
    painted by feature state. Other layers also have the attributes that are classes: plain values
    with at most 64 distinct ones.
    """
    order = sorted(range(len(table)), key=lambda row: (table.precedence[row], table.codes[row]))
    numbers = np.empty(len(table), np.int64)
    # The format has no id 0 that all readers keep.
    numbers[order] = np.arange(1, len(table) + 1)
    classes = {} if layer.role == "partition" else _classes(table.attributes)
    encode = cache(encode_value)
    properties, values = [], []
    for row in range(len(table)):
        said = [("code", encode_value(table.codes[row])), ("name", encode_value(table.names[row]))]
        if table.parent_codes[row]:
            said.append(("parent", encode(table.parent_codes[row])))
        own = {
            key: value
            for key, value in table.attributes[row].items()
            if key in classes and key not in _RESERVED and _is_plain(value)
        }
        # A whole number and the same as a real one are equal to Python, but not in a tile.
        said += [(key, encode_value(value)) for key, value in own.items()]
        properties.append(said)
        values.append(own)
    return Described(numbers, properties, values, classes)


def first_zooms(
    described: Described, rows: Whole, zooms: ZoomRange
) -> tuple[Whole, dict[str, dict[str, int]]]:
    """Decide from which zoom lines are shown.

    Parameters
    ----------
    described
        Features of the edition.
    rows
        Rows of the lines.
    zooms
        Zooms of the pyramid.

    Returns
    -------
    first, shown_from
        Zoom of each line; and, by attribute and value, what tells. Up to 2,000 lines are all
        shown at all zooms. Of more, minor classes of road come later, and what is not known as a
        class of road is never held back. At the last zoom everything is shown.
    """
    first = np.full(len(rows), zooms.first, np.int64)
    key = _road_class(described.classes)
    if len(rows) <= _THINNED_ABOVE or key is None:
        return first, {}
    starts = {
        value: min(zooms.first + _RANK_OF.get(str(value), 0), zooms.last)
        for value in described.classes[key]
    }
    for place, row in enumerate(rows.tolist()):
        value = described.values[row].get(key)
        first[place] = zooms.first if value is None else starts[value]
    return first, {key: {str(value): zoom for value, zoom in starts.items()}}


def _road_class(classes: dict[str, list[Value]]) -> str | None:
    """Find the attribute most of whose values are classes of road."""
    for key, values in classes.items():
        if 2 * sum(str(value) in _RANK_OF for value in values) > len(values):
            return key
    return None


def _classes(attributes: tuple[dict[str, Any], ...]) -> dict[str, list[Value]]:
    found: dict[str, set[Value]] = {}
    for row in attributes:
        for key, value in row.items():
            seen = found.setdefault(key, set())
            if len(seen) <= MOST_CLASSES and _is_plain(value):
                seen.add(value)
    return {
        key: sorted(seen, key=str) for key, seen in found.items() if 0 < len(seen) <= MOST_CLASSES
    }


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, float, bool)) and value != ""  # noqa: PLC1901 - 0 is a value
