"""A ticket of a small town and everything that acts on it are decided with; no store."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from governance.book.definition import Level
from governance.book.reading import read_book
from governance.book.rulings import Ruling, cover_ground
from governance.clocks.calendar import CHINA_TIME, WorkCalendar, published_calendar
from governance.clocks.deadlines import due
from governance.errors import UnknownRulingError
from governance.tickets.life.actions import LifeContext, decide
from governance.tickets.life.acts import Act
from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.life.clock import started_clock
from governance.tickets.life.fold import fold
from governance.tickets.life.profile import default_life_profile
from governance.tickets.privacy.mask import mask
from governance.tickets.terms import EventKind
from governance.tickets.ticket import NewEvent, Ticket, TicketEvent

BOOK = Path(__file__).parents[2] / "owner" / "small_city"

GENERAL = Level(
    key="general",
    name="一般",
    name_en="general",
    limit=timedelta(days=7),
    pauses=("awaiting_caller", "returned"),
)
COMPLEX = Level(
    key="complex",
    name="疑难",
    name_en="complex",
    limit=timedelta(days=5),
    clock="working",
    pauses=("awaiting_caller", "on_account"),
)
URGENT = Level(key="urgent", name="特急", name_en="urgent", limit=timedelta(hours=2))
LEVELS = {level.key: level for level in (GENERAL, COMPLEX, URGENT)}

DECISION = {
    "question": {"lon": 116.405, "lat": 39.91, "accuracy_m": 20.0, "at": "2026-11-02"},
    "considered": [
        {"step": "community", "rule": "R1", "body": "C11", "body_name": "柳林一社区居委会",
         "layer": "community", "feature": "990101001001", "feature_name": "柳林一社区",
         "distance_m": 70.0, "is_taken": False, "reason": ["barred", "community"]},
        {"step": "township", "rule": "R2", "body": "T1", "body_name": "柳林街道办",
         "layer": "township", "feature": "990101001", "feature_name": "柳林街道",
         "distance_m": 12.5, "is_taken": True, "reason": ["taken"]},
        {"step": "township", "rule": "R2", "body": "T2", "body_name": "金台街道办",
         "layer": "township", "feature": "990101002", "feature_name": "金台街道",
         "distance_m": 12.5, "is_taken": False, "reason": ["neighbour", 12.5]},
        {"step": "asset", "rule": "R3", "body": None, "body_name": None, "layer": "component",
         "feature": "M1", "feature_name": "井盖M1", "distance_m": 3.0, "is_taken": False,
         "reason": ["other_category"]},
    ],
    "chain": [
        {"layer": "district", "code": "990101", "name": "东湖区", "border_m": 800.0,
         "rule": "inside", "contenders": []},
        {"layer": "township", "code": "990101001", "name": "柳林街道", "border_m": 12.5,
         "rule": "inside", "contenders": [{"code": "990101002", "distance_m": 12.5}]},
    ],
    "overlays": [],
    "step": "township",
    "rule": "R2",
    "status": "decided",
    "confidence": 0.81,
    "flags": ["near_border"],
    "context": {"editions": {"township": "ed1"}, "book": "B1"},
}  # fmt: skip
"""What a decision document holds of what a proof needs; hand-made."""


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA_TIME)  # type: ignore[misc, arg-type]


def numbered(stream: str, seq: int, events: Iterable[NewEvent]) -> list[TicketEvent]:
    """Give events the numbers that follow ``seq``."""
    return [
        TicketEvent(
            stream=stream,
            seq=seq + place,
            kind=event.kind,
            at=event.at,
            recorded_at=event.at,
            actor=event.actor,
            unit=event.unit,
            decision=event.decision,
            data=event.data,
        )
        for place, event in enumerate(events, start=1)
    ]


@dataclass(frozen=True)
class Town:
    """Makes tickets and does things to them."""

    bodies: BodyDirectory
    calendar: WorkCalendar
    calendars: dict[str, WorkCalendar]

    received_at = china(2026, 11, 2, 9)
    levels = LEVELS
    decision = DECISION

    @staticmethod
    def ruling(ruling: str) -> Ruling:
        """Give the recorded ruling that makes T2 the lead, or a revoked one."""
        given = shapely.Point(116.41, 39.91)
        made = Ruling(
            id="RUL1",
            categories=("08",),
            body="T2",
            given=given,
            reach_m=30.0,
            geometry=cover_ground(given, 30.0),
            decided_on=date(2026, 11, 3),
        )
        if ruling == "REVOKED":
            return replace(made, id=ruling, revoked_at=china(2026, 11, 4))
        if ruling != "RUL1":
            raise UnknownRulingError(ruling)
        return made

    def context(self, now: datetime, **changes: Any) -> LifeContext:
        """Give what acts are decided with at a moment."""
        context = LifeContext(
            now=now,
            profile=default_life_profile(),
            bodies=self.bodies,
            calendar=self.calendar,
            calendars=self.calendars.__getitem__,
            ruling=self.ruling,
            decision=lambda _decision: self.decision,
            mask=lambda text: mask(text).text,
        )
        return replace(context, **changes)

    def first_events(self, level: str = "general", *, body: str = "T1") -> list[NewEvent]:
        """Receipt, place and owner of a ticket."""
        at = self.received_at
        received = {
            "source": "12345", "external_id": "W1", "digest": "d", "channel": "phone",
            "category": "0801001", "category_given": "占道经营", "title": "占道",
            "text": "有人占道",
            "tags": ["夜间"], "hints": {"district": "东湖区"}, "received_at": at.isoformat(),
        }  # fmt: skip
        placed = {
            "lon": 116.405, "lat": 39.91, "accuracy_m": 20.0, "place_method": "coordinates",
            "areas": {"township": "990101001"}, "district": "990101", "township": "990101001",
            "community": "990101001001", "grid": "",
        }  # fmt: skip
        owned: dict[str, Any] = {
            "body": body, "body_name": self.bodies.name(body), "step": "township", "rule": "R2",
            "owner_status": "decided", "owner_confidence": 0.81, "flags": ["near_border"],
            "book": "B1", "category": "0801001", "co_organisers": ["GREEN1"], "copied": [],
            "supervising": [],
        }  # fmt: skip
        if level:
            terms = self.levels[level]
            owned |= started_clock(terms, due(terms, at, self.calendar), at)
        return [
            NewEvent(kind=EventKind.RECEIVED, at=at, data=received),
            NewEvent(kind=EventKind.PLACED, at=at, data=placed),
            NewEvent(kind=EventKind.OWNED, at=at, decision="D1", data=owned),
        ]

    def ticket(self, level: str = "general", *, body: str = "T1") -> Ticket:
        """Give a ticket that was received on Monday 2 November 2026 at 9:00, and owned."""
        return fold(None, numbered("TTOWN", 0, self.first_events(level, body=body)))

    def do(self, ticket: Ticket, *acts: Act, **changes: Any) -> Ticket:
        """Do things one after the other; each at its own time."""
        for act in acts:
            assert act.at is not None
            events = decide(ticket, act, self.context(act.at, **changes))
            ticket = fold(ticket, numbered(ticket.id, ticket.seq, events))
        return ticket

    def events(self, ticket: Ticket, act: Act, **changes: Any) -> tuple[NewEvent, ...]:
        """Give the events of one act."""
        assert act.at is not None
        return decide(ticket, act, self.context(act.at, **changes))


@pytest.fixture(scope="session")
def town() -> Town:
    """Bodies of the small city, the published calendar, and one with a holiday declared late."""
    calendar = published_calendar(range(2025, 2029))
    rows = [[*row] for row in calendar.to_rows()]
    late = WorkCalendar.from_rows([*rows, ["2026-11-05", "holiday", "临时放假"]])
    book = read_book(BOOK)
    known = {calendar.version: calendar, late.version: late, "late": late}
    return Town(BodyDirectory(book.bodies), calendar, known)
