"""A hand-made city of two districts, four townships and one estate, served by the real parts.

Districts split at 116.40 E, townships also at 39.90 N; the estate straddles the township border
in the west. All borders are straight lines on round numbers, so answers are known by hand.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI
from shapely import LineString
from sqlalchemy import delete
from starlette.testclient import TestClient

from api.app import create_app
from api.gazetteer_source import GazetteerSource
from api.owner_source import OwnerSource
from api.state import LocatorSource
from api.tickets_service import CityNow, TicketService
from boundaries.definition import LayerDefinition
from boundaries.engine import writing
from boundaries.importer import import_layer
from boundaries.models import Base
from boundaries.store import BoundaryStore, create_store, upgrade
from geo.address.gazetteer import Gazetteer
from geo.address.tables import GazetteerTables, Level, Role
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from governance.tickets import models
from governance.tickets.privacy.vault import VaultKey
from tests.governance.conftest import BOOK, RULINGS, import_city

from .owner_names import build_owner_names

TICKET_ROWS = (
    models.EventRow,
    models.TicketRow,
    models.ContentRow,
    models.CallerRow,
    models.ReviewItemRow,
    models.ReviewReasonRow,
    models.LinkRow,
    models.ReturnCaseRow,
    models.IncidentRow,
)
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
# uid, name, role, kind, lon, lat, radius in metres, township.
PLACES: list[tuple[str, str, Role, str, float, float, float, str]] = [
    ("estate:1", "望河小区", Role.ESTATE, "小区", 116.33, 39.89, 60.0, "990101001"),
    ("estate:2", "向阳花园", Role.ESTATE, "小区", 116.35, 39.85, 60.0, "990101001"),
    ("estate:3", "向阳花园", Role.ESTATE, "小区", 116.45, 39.95, 60.0, "990102002"),
    ("estate:4", "临界家园", Role.ESTATE, "小区", 116.3999, 39.85, 40.0, "990101001"),
    ("road:1", "柳林路", Role.ROAD, "街道", 116.33, 39.84, 900.0, "990101001"),
    ("road:2", "安和街", Role.ROAD, "街道", 116.42, 39.84, 900.0, "990102001"),
    ("poi:1", "东湖区第一中学", Role.POI, "中学", 116.36, 39.86, 0.0, "990101001"),
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


def _areas() -> pd.DataFrame:
    rows = []
    for level, listed in ((Level.DISTRICT, DISTRICTS), (Level.TOWNSHIP, TOWNSHIPS)):
        for code, name, parent, (west, south, east, north) in listed:
            middle = ((west + east) / 2, (south + north) / 2)
            rows.append((code, name, int(level), code, parent, *middle, 7000.0, True))
    elsewhere = ("330106", "西湖区", int(Level.DISTRICT), "330106", "", 120.13, 30.26, None, False)
    columns = ["uid", "name", "level", "code", "parent_uid", "lon", "lat", "radius_m", "is_ours"]
    return pd.DataFrame([*rows, elsewhere], columns=columns).astype({"radius_m": "float64"})


def _doors() -> pd.DataFrame:
    buildings = [("estate:1", n, "", 116.3296 + n * 1e-4, 39.89) for n in range(1, 7)]
    doors = [("road:1", n, "", 116.32 + n * 2e-4, 39.8402) for n in range(1, 60, 2)]
    return pd.DataFrame(
        [*buildings, *doors], columns=["owner_uid", "number", "suffix", "lon", "lat"]
    )


def build_gazetteer(folder: Path, edition: str = "g1", *, left_out: str = "") -> Gazetteer:
    """Build the names of the city, without those of one uid."""
    kept = [row for row in PLACES if row[0] != left_out]
    places = pd.DataFrame(
        [(*row[:7], "") for row in kept],
        columns=["uid", "name", "role", "kind", "lon", "lat", "radius_m", "parent_uid"],
    ).astype({"role": "int8"})
    doors = _doors()
    roads = {
        "road:1": LineString([(116.32, 39.84), (116.34, 39.84)]),
        "road:2": LineString([(116.41, 39.84), (116.43, 39.84)]),
    }
    tables = GazetteerTables(
        areas=_areas(),
        places=places,
        memberships=pd.DataFrame([(row[0], row[7]) for row in kept], columns=["uid", "area_uid"]),
        roads=pd.DataFrame(
            [(uid, line) for uid, line in roads.items() if uid != left_out],
            columns=["uid", "geometry"],
        ),
        doors=doors[doors["owner_uid"] != left_out],
    )
    return Gazetteer.build(tables, folder / f"{edition}.gaz", edition=edition)


@pytest.fixture(scope="session")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return build_gazetteer(tmp_path_factory.mktemp("names"))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundaryStore]:
    made = build_city(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def client(store: BoundaryStore, gazetteer: Gazetteer) -> Iterator[TestClient]:
    names = GazetteerSource(lambda: gazetteer)
    app = create_app(LocatorSource.from_store(store), store, gazetteer=names)
    with TestClient(app, follow_redirects=False) as made:
        yield made


def build_owner_city(folder: Path) -> BoundaryStore:
    """Make a store with the city of the tests of ownership, its rule book and its rulings."""
    url = f"sqlite:///{folder / 'owners.db'}"
    upgrade(url)
    made = create_store(url, folder)
    fill_owner_city(made, folder)
    return made


def fill_owner_city(store: BoundaryStore, folder: Path) -> None:
    """Fill a store with the city of the tests of ownership."""
    import_city(store, folder)
    kept = GovernanceStore(store)
    kept.activate(kept.save_book(read_book(BOOK)).id)
    recorded = {name: kept.record_ruling(row).id for name, row in RULINGS.items()}
    kept.revoke_ruling(recorded["revoked"], "界址有误", "市运行中心")


def owner_service(
    store: BoundaryStore,
    gazetteer: Gazetteer | None = None,
    ticket_options: dict[str, Any] | None = None,
    **named: Any,
) -> FastAPI:
    """Make the application over a store with a rule book; with tickets where they are asked for."""
    source = LocatorSource.from_store(store)
    names = None if gazetteer is None else GazetteerSource(lambda: gazetteer)
    owner = OwnerSource.from_store(store, lambda: source.locator)
    if ticket_options is not None:
        city = CityNow.following(lambda: source.locator, names, owner)
        key = VaultKey(b"a key for the tests of tickets")
        named["tickets"] = TicketService(store, city, key=key, **ticket_options)
    return create_app(source, store, gazetteer=names, owner=owner, **named)


def forget_tickets(store: BoundaryStore) -> None:
    """Take all tickets and everything about them out of a store."""
    tables = Base.metadata.tables
    names = [row.__tablename__ for row in TICKET_ROWS]
    with writing(store.engine) as connection:
        for name in names:
            connection.execute(delete(tables[name]))


@pytest.fixture(scope="session")
def owner_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundaryStore]:
    made = build_owner_city(tmp_path_factory.mktemp("owners"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def owner_client(owner_store: BoundaryStore) -> Iterator[TestClient]:
    with TestClient(owner_service(owner_store), follow_redirects=False) as made:
        yield made


@pytest.fixture(scope="module")
def ticket_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundaryStore]:
    made = build_owner_city(tmp_path_factory.mktemp("tickets"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def ticket_names(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return build_owner_names(tmp_path_factory.mktemp("ticket_names"))


@pytest.fixture(scope="module")
def open_desk(ticket_store: BoundaryStore, ticket_names: Gazetteer) -> Iterator[TestClient]:
    app = owner_service(ticket_store, ticket_names, ticket_options={}, allow_writes=True)
    with TestClient(app, follow_redirects=False) as made:
        yield made


@pytest.fixture
def desk(open_desk: TestClient, ticket_store: BoundaryStore) -> TestClient:
    """Give a desk without any ticket."""
    forget_tickets(ticket_store)
    return open_desk
