"""A hand-made city of two districts, four townships and one estate, served by the real parts.

Districts split at 116.40 E, townships also at 39.90 N; the estate straddles the township border
in the west. All borders are straight lines on round numbers, so answers are known by hand.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.state import LocatorSource
from boundaries.definition import LayerDefinition
from boundaries.importer import import_layer
from boundaries.store import BoundaryStore, create_store, upgrade

Box = tuple[float, float, float, float]
Row = tuple[str, str, str, Box]

DISTRICTS: list[Row] = [
    ("990101", "东湖区", "", (116.30, 39.80, 116.40, 40.00)),
    ("990102", "西山区", "", (116.40, 39.80, 116.50, 40.00)),
]
TOWNSHIPS: list[Row] = [
    ("990101001", "柳林街道", "990101", (116.30, 39.80, 116.40, 39.90)),
    ("990101002", "金台街道", "990101", (116.30, 39.90, 116.40, 40.00)),
    ("990102001", "安和街道", "990102", (116.40, 39.80, 116.50, 39.90)),
    ("990102002", "枫桥街道", "990102", (116.40, 39.90, 116.50, 40.00)),
]
ESTATES: list[Row] = [("E1", "望河小区", "", (116.32, 39.88, 116.34, 39.92))]


def _feature(row: Row) -> dict[str, object]:
    code, name, parent, (west, south, east, north) = row
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, "parent_code": parent},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def definition(
    key: str, name: str, role: str, parent: str = "", label: str = "示范城 2026"
) -> LayerDefinition:
    """Describe a layer of the city."""
    return LayerDefinition.model_validate(
        {
            "layer": {"key": key, "name": name, "kind": key, "role": role, "parent": parent},
            "source": {"datum": "CGCS2000"},
            "fields": {"code": "code", "name": "name", "parent": "parent_code"},
            "edition": {
                "label": label,
                "valid_from": "2026-01-01",
                "valid_to": "2027-01-01",
                "legal_status": "derived",
                "generated": True,
            },
        }
    )


def add_layer(store: BoundaryStore, folder: Path, layer: LayerDefinition, rows: list[Row]) -> None:
    """Import rows as a new active edition of a layer."""
    source = folder / f"{layer.layer.key}.geojson"
    features = [_feature(row) for row in rows]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    report = import_layer(store, source, layer)
    assert report.ok, report.to_dict()


def build_city(folder: Path) -> BoundaryStore:
    """Make a store with the whole city."""
    url = f"sqlite:///{folder / 'city.db'}"
    upgrade(url)
    store = create_store(url, folder)
    add_layer(store, folder, definition("district", "区", "partition"), DISTRICTS)
    township = definition("township", "街道/乡镇", "partition", "district")
    add_layer(store, folder, township, TOWNSHIPS)
    add_layer(store, folder, definition("estate", "小区", "overlay"), ESTATES)
    return store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundaryStore]:
    made = build_city(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def client(store: BoundaryStore) -> Iterator[TestClient]:
    app = create_app(LocatorSource.from_store(store), store)
    with TestClient(app, follow_redirects=False) as made:
        yield made
