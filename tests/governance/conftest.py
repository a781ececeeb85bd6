"""A hand-made city of two districts and five townships, imported into both kinds of stores.

Its rule book lies in ``small_city``; its shapes are below, on a grid of thousandths of a degree:
unit (x, y) is 116.400 + x / 1000, 39.900 + y / 1000, so one unit is 85.4 m to the east and 111.0 m
to the north. All borders and lines are straight on round numbers: answers are known by hand.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from boundaries.definition import parse_definition
from boundaries.importer import import_layer
from boundaries.store import BoundaryStore
from governance.book.reading import read_book
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore
from governance.clocks.calendar import WorkCalendar, published_calendar
from governance.owner.loading import load_resolver
from governance.owner.resolver import OwnerResolver

OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]
Shape = tuple[float, ...] | list[tuple[float, float]]
Row = tuple[str, str, str, Shape, dict[str, Any]]

BOOK = Path(__file__).parent / "owner" / "small_city"
T5: Shape = [(30.04, 0), (40, 0), (40, 40), (29.5, 40), (29.5, 35), (30.04, 35)]
"""Leaves a gap of 3.4 m to its neighbour in the south and overlaps it in the north."""


def unit(x: float, y: float) -> tuple[float, float]:
    """Turn units of the city into lon, lat."""
    return (116400 + x) / 1000, (39900 + y) / 1000


def _row(code: str, name: str, parent: str, shape: Shape, **attributes: Any) -> Row:
    return code, name, parent, shape, attributes


DISTRICTS = [
    _row("990101", "东湖区", "", (0, 0, 20, 40)),
    _row("990102", "西山区", "", (20, 0, 40, 40)),
]
TOWNSHIPS = [
    _row("990101001", "柳林街道", "990101", (0, 0, 10, 20)),
    _row("990101002", "金台街道", "990101", (10, 0, 20, 20)),
    _row("990101003", "清河镇", "990101", (0, 20, 20, 40)),
    _row("990102001", "安和街道", "990102", (20, 0, 30, 40)),
    _row("990102002", "枫桥镇", "990102", T5),
]
COMMUNITIES = [
    _row("990101001001", "柳林一社区", "990101001", (0, 0, 5, 20)),
    _row("990101001002", "柳林二社区", "990101001", (5, 0, 10, 20)),
    _row("990101002001", "金台社区", "990101002", (10, 0, 20, 20)),
    _row("990101003001", "清河村", "990101003", (0, 20, 20, 40)),
    _row("990102001001", "安和社区", "990102001", (20, 0, 30, 40)),
    _row("990102002001", "枫桥村", "990102002", T5),
]
GRIDS = [
    _row("99010100100101", "柳林一社区第1网格", "990101001001", (0, 0, 5, 10), body="UNIT1"),
    _row("99010100100102", "柳林一社区第2网格", "990101001001", (0, 10, 5, 20), body=None),
    _row("99010100100201", "柳林二社区第1网格", "990101001002", (5, 0, 10, 20), body=None),
    _row("99010100200101", "金台社区第1网格", "990101002001", (10, 0, 20, 20), body=None),
    _row("99010100300101", "清河村第1网格", "990101003001", (0, 20, 20, 40), body=None),
    _row("99010200100101", "安和社区第1网格", "990102001001", (20, 0, 30, 40), body=None),
    _row("99010200200101", "枫桥村第1网格", "990102002001", T5, body=None),
]
PARKS = [
    _row("P1", "东湖公园", "", (2, 2, 4, 6), owner="GREEN1"),
    _row("P2", "西岭公园", "", (22, 2, 24, 4), owner="GREEN1"),
    _row("P3", "两区公地", "", (18, 30, 22, 32), owner="COMMON"),
]
SPECIAL = [
    _row("S1", "东站站区", "", (12, 2, 14, 4), kind="station", rank=10),
    _row("S2", "东站商务区", "", (11, 1, 16, 6), kind="business", rank=30),
    _row("Z1", "经济开发区", "", (32, 10, 36, 20), kind="zone", rank=20),
    _row("O1", "青山风景区", "", (24, 20, 27, 24), kind="scenic", rank=20),
    _row("O2", "古寺文保区", "", (26, 20, 29, 24), kind="heritage", rank=20),
    _row("N1", "安和夜市", "", (24, 26, 27, 30), kind="night", rank=20),
    _row("N2", "安和步行街", "", (26, 26, 29, 30), kind="walk", rank=20),
]
ESTATES = [
    _row("E1", "阳光花园", "", (6, 2, 8, 4)),
    _row("E2", "老厂家属院", "", (6, 6, 8, 8)),
]


def _road(
    code: str, name: str, road_class: str, width_m: float, ends: Shape, developer: str = ""
) -> Row:
    is_public = "false" if developer else "true"
    attributes = {"road_class": road_class, "width_m": width_m, "handed_over": is_public}
    return _row(code, name, "", ends, **attributes, developer=developer)


ROADS = [
    _road("EXP", "京北高速", "expressway", 30, [(0, 36), (20, 36)]),
    _road("RING", "二环路", "ring", 40, [(0, 15), (40, 15)]),
    _road("NEW", "规划一路", "branch", 12, [(1, 18), (4, 18)], "DEV"),
    _road("SHARED", "共管路", "street", 20, [(20, 2), (20, 5)]),
    _road("BANK", "堤顶路", "street", 20, [(10, 24), (10, 28)]),
    _road("OPEN", "界一路", "street", 20, [(10, 2), (10, 6)]),
    _road("WHOLE", "界二路", "street", 20, [(10, 8), (10, 12)]),
    _road("SPLIT", "界三路", "street", 20, [(10.1, 16.5), (10.1, 19)]),
    _road("FAR", "区界一路", "street", 20, [(20, 7), (20, 10)]),
    _road("CROSS", "区界二路", "street", 20, [(20, 17), (20, 19)]),
]
RIVERS = [_row("QING", "清河", "", [(0, 20), (20, 20)], width_m=30)]


def _component(code: str, kind: str, x: float, y: float, owner: str, maintainer: str = "") -> Row:
    attributes = {"component_class": kind, "owner": owner, "maintainer": maintainer}
    return _row(code, f"{kind}{code}", "", (x, y), **attributes)


COMPONENTS = [
    _component("M1", "井盖", 7, 12, "SUPPLY", "REPAIR"),
    _component("M2", "井盖", 8, 12, ""),
    _component("M3", "井盖", 7, 13, "SUPPLY"),
    _component("M4", "井盖", 7.1, 13, "POWER"),
    _component("L1", "路灯", 20.5, 25, "LAMP1"),
]
CITY: dict[str, tuple[str, str, str, list[Row]]] = {
    "district": ("区", "partition", "", DISTRICTS),
    "township": ("街道/乡镇", "partition", "district", TOWNSHIPS),
    "community": ("社区", "partition", "township", COMMUNITIES),
    "grid": ("网格", "partition", "community", GRIDS),
    "park": ("公园", "overlay", "", PARKS),
    "special": ("特殊区域", "overlay", "", SPECIAL),
    "estate": ("小区", "overlay", "", ESTATES),
    "road": ("道路", "linear", "", ROADS),
    "river": ("河道", "linear", "", RIVERS),
    "component": ("部件", "asset", "", COMPONENTS),
}


def _geometry(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, list):
        points = [unit(x, y) for x, y in shape]
        is_area = len(shape) > 2
        made: shapely.Geometry = shapely.Polygon(points) if is_area else shapely.LineString(points)
    elif len(shape) == 2:
        made = shapely.Point(unit(shape[0], shape[1]))
    else:
        west, south, east, north = shape
        made = shapely.box(*unit(west, south), *unit(east, north))
    return dict(shapely.geometry.mapping(made))


def import_city(store: BoundaryStore, folder: Path) -> None:
    """Write each layer as GeoJSON and import it; gap and overlap are warnings, not errors."""
    for key, (name, role, parent, rows) in CITY.items():
        path = folder / f"{key}.geojson"
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": label, "parent_code": above} | attributes,
                "geometry": _geometry(shape),
            }
            for code, label, above, shape, attributes in rows
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        fields = {"code": "code", "name": "name", "extra": list(rows[0][4])}
        definition: dict[str, Any] = {
            "layer": {"key": key, "name": name, "kind": key, "role": role, "parent": parent},
            "source": {"datum": "CGCS2000"},
            "fields": fields | ({"parent": "parent_code"} if parent else {}),
            "edition": {"label": "小城", "valid_from": "2026-01-01", "legal_status": "推定"},
        }
        if role == "overlay":
            definition["overlay"] = {"precedence": "rank" if key == "special" else 50}
        report = import_layer(store, path, parse_definition(definition))
        assert report.ok, (key, [finding.message_en for finding in report.findings])


def _ruling(x: float, y: float, body: str, **changes: Any) -> Ruling:
    given = shapely.Point(unit(x, y))
    values: dict[str, Any] = {
        "categories": ("08",),
        "body": body,
        "given": given,
        "reach_m": 30.0,
        "geometry": cover_ground(given, 30.0),
        "decided_on": date(2026, 5, 6),
        "document": "现场会议纪要",
        "recorded_by": "市运行中心",
    }
    return Ruling(**values | changes)


RULINGS: dict[str, Ruling] = {
    "present": _ruling(15, 10, "UNIT1", co_organisers=("STATION",)),
    "revoked": _ruling(15, 12, "UNIT1"),
    "expired": _ruling(17, 12, "UNIT1", valid_to=date(2026, 11, 23)),
    "other category": _ruling(17, 10, "UNIT1", categories=("01",)),
    "first of two": _ruling(15, 8, "UNIT1"),
    "second of two": _ruling(15, 8, "BUSINESS", decided_on=date(2026, 7, 8)),
    "on a border": _ruling(10, 7, "T2"),
}
"""Rulings by what they are for; each reaches 30 m."""


@dataclass(frozen=True)
class SmallCity:
    """The city as it answers: its store, its resolver, and the ids of its rulings by name."""

    governance: GovernanceStore
    resolver: OwnerResolver
    rulings: dict[str, str]

    @staticmethod
    def place(x: float, y: float) -> tuple[float, float]:
        """Give lon, lat of a place in units of the city."""
        return unit(x, y)


@pytest.fixture(scope="session")
def city_shapes() -> list[shapely.Geometry]:
    """Shapes of all areas, lines and assets of the city."""
    rows = [row for *_, rows in CITY.values() for row in rows]
    return [shapely.geometry.shape(_geometry(shape)) for _, _, _, shape, _ in rows]


@pytest.fixture(scope="session")
def fill_small_city() -> Callable[[BoundaryStore, Path], None]:
    """Give the function that imports the city and its rule book into a store of a test's own."""

    def fill(store: BoundaryStore, folder: Path) -> None:
        import_city(store, folder)
        governance = GovernanceStore(store)
        governance.activate(governance.save_book(read_book(BOOK)).id)

    return fill


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    """Working calendar of 2026, and of 2027 as far as it is known."""
    return published_calendar(range(2025, 2029))


@pytest.fixture(scope="session")
def small_city_on_sqlite(
    open_store: OpenStore, tmp_path_factory: pytest.TempPathFactory, calendar: WorkCalendar
) -> Iterator[SmallCity]:
    """Make the city on SQLite, once for all tests."""
    with _made(open_store, "sqlite", tmp_path_factory.mktemp("small_city"), calendar) as city:
        yield city


@pytest.fixture(scope="session")
def small_city_on_postgis(
    migrated_template: str,  # noqa: ARG001 - so that the city is gone before its server
    open_store: OpenStore,
    tmp_path_factory: pytest.TempPathFactory,
    calendar: WorkCalendar,
) -> Iterator[SmallCity]:
    """Make the city on PostGIS, once for all tests."""
    with _made(open_store, "postgis", tmp_path_factory.mktemp("small_city"), calendar) as city:
        yield city


@pytest.fixture(scope="session")
def give_small_city(request: pytest.FixtureRequest) -> Callable[[str], SmallCity]:
    """Give the function that gives the city on a kind of store; made when first asked for."""

    def give(kind: str) -> SmallCity:
        city: SmallCity = request.getfixturevalue(f"small_city_on_{kind}")
        return city

    return give


@contextmanager
def _made(
    open_store: OpenStore, kind: str, folder: Path, calendar: WorkCalendar
) -> Iterator[SmallCity]:
    with open_store(kind, folder) as store:
        import_city(store, folder)
        governance = GovernanceStore(store)
        governance.activate(governance.save_book(read_book(BOOK)).id)
        ids = {name: governance.record_ruling(row).id for name, row in RULINGS.items()}
        governance.revoke_ruling(ids["revoked"], "界址有误", "市运行中心")
        governance.keep_calendar(calendar.version, [list(row) for row in calendar.to_rows()])
        yield SmallCity(governance, load_resolver(store), ids)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]
)
def small_city(
    request: pytest.FixtureRequest, give_small_city: Callable[[str], SmallCity]
) -> SmallCity:
    """Import the city, its rule book and its rulings; everything is read back from the store."""
    return give_small_city(request.param)
