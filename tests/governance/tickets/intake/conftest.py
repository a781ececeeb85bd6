"""The small city with names: what intake needs, over an empty store of tickets."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import delete

from boundaries.engine import writing
from boundaries.models import Base
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import GazetteerTables, Level, Role
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels import default_catalogue
from governance.tickets.given import NewTicket
from governance.tickets.intake.take import Taken, TicketIntake
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Ticket

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RUBBISH = "0801001"
_numbers = itertools.count(1)
_TABLES_OF_TICKETS = (
    "event", "ticket", "ticket_content", "caller", "review_item", "review_reason", "ticket_link",
    "return_case", "incident",
)  # fmt: skip


def unit(x: float, y: float) -> tuple[float, float]:
    return (116400 + x) / 1000, (39900 + y) / 1000


AREAS = [  # uid, name, level, parent, x, y, radius
    ("c", "小城市", Level.CITY, "", 20, 20, 3000),
    ("d1", "东湖区", Level.DISTRICT, "c", 10, 20, 2000),
    ("d2", "西山区", Level.DISTRICT, "c", 30, 20, 2000),
    ("t1", "柳林街道", Level.TOWNSHIP, "d1", 5, 10, 900),
    ("t2", "金台街道", Level.TOWNSHIP, "d1", 15, 10, 900),
    ("t3", "清河镇", Level.TOWNSHIP, "d1", 10, 30, 1200),
    ("t4", "安和街道", Level.TOWNSHIP, "d2", 25, 20, 2000),
]
PLACES = [  # uid, name, role, kind, x, y, radius, area
    ("e1", "阳光花园", Role.ESTATE, "小区", 7, 3, 60, "t1"),
    ("e2", "红岭里小区", Role.ESTATE, "小区", 3, 8, 60, "t1"),
    ("e3", "翠湖苑", Role.ESTATE, "小区", 4, 12, 40, "t1"),
    ("e4", "翠湖苑", Role.ESTATE, "小区", 24, 15, 40, "t4"),
    ("e5", "枫叶苑", Role.ESTATE, "小区", 23, 22, 40, "t4"),
    ("e6", "枫叶苑", Role.ESTATE, "小区", 26, 34, 40, "t4"),
    ("q1", "柳林第一小学", Role.POI, "小学", 6, 17, 30, "t1"),
]


def _frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def _tables() -> GazetteerTables:
    return GazetteerTables(
        areas=_frame(
            "uid name level code parent_uid lon lat radius_m is_ours",
            [
                (u, n, int(level), "", up, *unit(x, y), r, True)
                for u, n, level, up, x, y, r in AREAS
            ],
        ),
        places=_frame(
            "uid name role kind lon lat radius_m parent_uid",
            [
                (u, n, int(role), kind, *unit(x, y), float(r), "")
                for u, n, role, kind, x, y, r, _ in PLACES
            ],
        ),
        memberships=_frame("uid area_uid", [(row[0], row[7]) for row in PLACES]),
        names=_frame("uid name status valid_from valid_to", []),
        roads=_frame("uid geometry", []),
        doors=_frame(
            "owner_uid number suffix lon lat",
            [("e2", k, "", *unit(2.6 + 0.1 * k, 8)) for k in range(1, 9)],
        ),
    )


@pytest.fixture(scope="session")
def geocoder(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    path = tmp_path_factory.mktemp("names") / "small.gaz"
    return Geocoder(Gazetteer.build(_tables(), path, edition="small"))


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def city(request: pytest.FixtureRequest, give_small_city: Callable[[str], Any]) -> Any:
    """Give the small city without any ticket in its store."""
    found = give_small_city(request.param)
    with writing(found.governance.store.engine) as connection:
        for name in _TABLES_OF_TICKETS:
            connection.execute(delete(Base.metadata.tables[name]))
    return found


@dataclass
class Hotline:
    """Intake over a store, and what it is told now."""

    store: TicketStore
    resolver: OwnerResolver | None
    geocoder: Geocoder | None
    intake: TicketIntake = field(init=False)

    def __post_init__(self) -> None:
        """Make the intake."""
        self.intake = TicketIntake(
            self.store,
            resolver=lambda: self.resolver,
            geocoder=lambda: self.geocoder,
            catalogue=default_catalogue,
            key=VaultKey(b"a key for the tests of intake"),
        )

    now = NOW
    place = staticmethod(unit)

    @staticmethod
    def new(text: str = "", **values: Any) -> NewTicket:
        """Make a request with a number of its own."""
        return new(text, **values)

    def take(self, *given: NewTicket) -> list[Taken]:
        """Take requests in."""
        return self.intake.take(given, now=self.now)

    def one(self, text: str = "", **values: Any) -> Ticket:
        """Take one request in that is new."""
        found = self.take(new(text, **values))[0]
        assert found.is_new
        assert self.store.ticket(found.ticket.id) == found.ticket
        return found.ticket

    def kinds(self, ticket: Ticket) -> list[EventKind]:
        """List the kinds of the events of a ticket."""
        return [event.kind for event in self.store.events(ticket.id)]


@pytest.fixture
def hotline(city: Any, geocoder: Geocoder) -> Hotline:
    return Hotline(TicketStore(city.governance.store), city.resolver, geocoder)


def new(text: str = "", **values: Any) -> NewTicket:
    """Make a request with a number of its own."""
    given: dict[str, Any] = {
        "source": "test",
        "external_id": f"GD{next(_numbers):06}",
        "channel": "电话",
        "request_type": "投诉",
        "category": RUBBISH,
        "text": text,
    }
    return NewTicket(**(given | values))
