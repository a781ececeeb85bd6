"""Tickets made by hand, with the events that make them, and their store on both databases."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table
from sqlalchemy import text as sql

from boundaries.models import Base
from boundaries.store import BoundaryStore
from governance.tickets import models
from governance.tickets.life.fold import fold
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.records import Intake, TicketContent
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind
from governance.tickets.ticket import TicketEvent, ticket_id

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

MakeIntake = Callable[..., Intake]
OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]


def _placed(lon: float, lat: float, areas: dict[str, str]) -> dict[str, Any]:
    return {
        "lon": lon,
        "lat": lat,
        "accuracy_m": 20.0,
        "place_method": "coordinates",
        "place_uid": "",
        "place_label": "",
        "place_precision": "",
        "place_confidence": 1.0,
        "gazetteer": "",
        "areas": areas,
        **{name: areas.get(name, "") for name in ("district", "township", "community", "grid")},
    }


def _owned(body: str, due_at: datetime | None) -> dict[str, Any]:
    return {
        "body": body,
        "body_name": f"单位{body}",
        "step": "township",
        "rule": f"R-{body}",
        "owner_status": "decided",
        "owner_confidence": 0.9,
        "flags": ["near_border"],
        "book": "book",
        "co_organisers": [],
        "copied": ["D1"],
        "supervising": [],
        "level": "normal",
        "due_at": None if due_at is None else due_at.isoformat(),
        "due_is_provisional": False,
        "clock": {"level": {"key": "normal"}, "calendar": "c", "events": []},
    }


def make(  # noqa: PLR0913 - a factory with a default for each field
    external_id: str = "1",
    *,
    source: str = "12345",
    received_at: datetime = NOON,
    title: str = "路灯不亮",
    text: str = "小区门口路灯不亮，夜间出行不便",
    address: str = "",
    category: str = "0402001",
    channel: str = "phone",
    request_type: str = "help",
    place: tuple[float, float] | None = (116.4, 39.9),
    areas: dict[str, str] | None = None,
    body: str = "T1",
    due_at: datetime | None = None,
    review: tuple[str, ...] = (),
    is_dispatched: bool = True,
    more: tuple[tuple[EventKind, dict[str, Any]], ...] = (),
    content: TicketContent | None = None,
    caller: CallerRecord | None = None,
) -> Intake:
    """Make a ticket as intake makes it; ``more`` are kinds and data of further events."""
    received = {
        "source": source,
        "external_id": external_id,
        "digest": "d",
        "channel": channel,
        "request_type": request_type,
        "catalogue": "v1",
        "caller_kind": "personal",
        "category": category,
        "category_given": "",
        "title": title,
        "text": text,
        "address": address,
        "masker": "m1",
        "hints": {},
        "tags": [],
        "reported": "",
        "is_protected": False,
        "received_at": received_at.isoformat(),
        "datum_given": "CGCS2000",
    }
    happened: list[tuple[EventKind, dict[str, Any]]] = [(EventKind.RECEIVED, received)]
    if place is not None:
        happened.append((EventKind.PLACED, _placed(*place, areas or {})))
    if body:
        happened.append((EventKind.OWNED, _owned(body, due_at)))
    if review:
        reasons = [{"code": code, "values": {}} for code in review]
        data = {"reasons": reasons, "candidates": [{"label": "东门", "lon": 116.4, "lat": 39.9}]}
        happened.append((EventKind.REVIEW_OPENED, data))
    elif body and is_dispatched:
        dispatched = {"body": body, "body_name": "", "co_organisers": [], "copied": ["D1"]}
        happened.append((EventKind.DISPATCHED, dispatched | {"lead": body, "is_automatic": True}))
    happened += more
    stream = ticket_id(source, external_id)
    events = tuple(
        TicketEvent(
            stream=stream,
            seq=seq,
            kind=kind,
            at=received_at + timedelta(seconds=seq - 1),
            recorded_at=NOON + timedelta(hours=1),
            data=data,
        )
        for seq, (kind, data) in enumerate(happened, start=1)
    )
    return Intake(
        ticket=fold(None, events),
        events=events,
        content=content or TicketContent(title=title, text=text, address=address),
        caller=caller,
    )


@pytest.fixture(scope="session")
def make_intake() -> MakeIntake:
    """Give the factory of tickets on their way into a store."""
    return make


@pytest.fixture(scope="session")
def tables_on_sqlite(
    open_store: OpenStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BoundaryStore]:
    """Open a store on SQLite that the tests empty one after the other."""
    with open_store("sqlite", tmp_path_factory.mktemp("tickets")) as store:
        yield store


@pytest.fixture(scope="session")
def tables_on_postgis(
    migrated_template: str,  # noqa: ARG001 - so that the store is gone before its server
    open_store: OpenStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BoundaryStore]:
    """Open a store on PostGIS that the tests empty one after the other."""
    with open_store("postgis", tmp_path_factory.mktemp("tickets")) as store:
        yield store


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def tickets(request: pytest.FixtureRequest) -> TicketStore:
    """Give an empty store of tickets, once on SQLite and once on PostGIS."""
    store: BoundaryStore = request.getfixturevalue(f"tables_on_{request.param}")
    names = [table.name for table in Base.metadata.sorted_tables if _is_ours(table)]
    assert len(names) == 10
    with store.engine.begin() as connection:
        for name in names:
            connection.execute(sql(f"DELETE FROM {name}"))  # noqa: S608 - names of our own
    return TicketStore(store)


def _is_ours(table: Table) -> bool:
    kinds = (getattr(models, name).__tablename__ for name in models.__all__)
    return table.name in kinds
