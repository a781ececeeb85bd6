"""Definitions of layers, and a small city to fill a store with."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import shapely

from boundaries.definition import LayerDefinition, parse_definition
from boundaries.records import AreaTable
from boundaries.store import BoundaryStore

Define = Callable[..., LayerDefinition]


@pytest.fixture
def define() -> Define:
    """Make a definition; keywords ``layer__name`` set the key ``name`` of the section ``layer``."""

    def make(key: str = "district", **changes: object) -> LayerDefinition:
        data: dict[str, dict[str, object]] = {
            "layer": {"key": key, "name": "图层", "kind": key, "role": "partition"},
            "source": {"datum": "CGCS2000"},
            "fields": {"code": "code", "name": "name"},
            "edition": {"label": "示范", "valid_from": "2026-01-01", "legal_status": "推定"},
        }
        for name, value in changes.items():
            section, _, entry = name.partition("__")
            data.setdefault(section, {})[entry] = value
        return parse_definition(data)

    return make


@pytest.fixture
def city(define: Define) -> Callable[[BoundaryStore], BoundaryStore]:
    """Fill a store: two districts of two townships each, side by side, and two estates.

    Each township is 0.01 degrees wide, from 116.40 to 116.44 and 39.90 to 39.91; the estates
    overlap in 116.404 to 116.406.
    """

    def fill(store: BoundaryStore) -> BoundaryStore:
        edges = (116.40, 116.41, 116.42, 116.43, 116.44)
        strips = [shapely.box(west, 39.90, east, 39.91) for west, east in pairwise(edges)]
        halves = [shapely.union_all(strips[:2]), shapely.union_all(strips[2:])]
        store.import_rows(
            define("district"),
            AreaTable.build(["990101", "990102"], ["东湖区", "西湖区"], np.array(halves)),
        )
        codes = ["990101001", "990101002", "990102001", "990102002"]
        store.import_rows(
            define("township", layer__parent="district"),
            AreaTable.build(
                codes,
                ["甲街道", "乙街道", "丙街道", "丁镇"],
                np.array(strips),
                parent_codes=[code[:6] for code in codes],
                populations=[100, 200, np.nan, 400],
                attributes=[{"级别": "街道"}] * 3 + [{"级别": "镇"}],
            ),
        )
        estates = [
            shapely.box(116.402, 39.902, 116.406, 39.906),
            shapely.box(116.404, 39.902, 116.408, 39.906),
        ]
        store.import_rows(
            define("estate", layer__role="overlay"),
            AreaTable.build(
                ["E1", "E2"], ["一号院", "二号院"], np.array(estates), precedence=[20, 10]
            ),
        )
        return store

    return fill
