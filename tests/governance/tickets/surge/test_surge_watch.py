"""Incidents are proposed with their tickets, grow, end, and are decided by people; both stores."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete

from boundaries.engine import writing
from boundaries.store import BoundaryStore
from governance.errors import NaiveTimeError
from governance.models import DecisionRow
from governance.owner.decisions import DecisionStore
from governance.owner.loading import load_resolver
from governance.owner.resolver import OwnerResolver
from governance.tickets.errors import TicketError, TransitionError, UnknownIncidentError
from governance.tickets.life.fold import fold
from governance.tickets.models import (
    CallerRow,
    ContentRow,
    EventRow,
    IncidentRow,
    LinkRow,
    ReturnCaseRow,
    ReviewItemRow,
    ReviewReasonRow,
    TicketRow,
)
from governance.tickets.privacy.vault import CallerRecord
from governance.tickets.records import Intake
from governance.tickets.store import TicketStore
from governance.tickets.surge.incidents import IncidentDesk
from governance.tickets.surge.profile import default_profile
from governance.tickets.surge.reading import read_open
from governance.tickets.surge.watch import SurgeWatch
from governance.tickets.terms import EventKind, IncidentState, LinkKind
from governance.tickets.ticket import Incident, NewEvent, TicketEvent, ticket_id

OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]
NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)  # a Monday, 12 h in China
MINUTE = timedelta(minutes=1)
FALLEN_TREE = "0301001"
LABEL = "柳林街道阳光花园3号楼"
_ROWS = (
    EventRow, TicketRow, ContentRow, CallerRow, ReviewItemRow, ReviewReasonRow, LinkRow,
    ReturnCaseRow, IncidentRow,
)  # fmt: skip


def _intake(number: str, at: datetime, x: float, y: float, category: str) -> Intake:
    """Make a ticket at a place of the small city; its caller is known by the number."""
    stream = ticket_id("12345", number)
    areas = {"district": "990101", "township": "990101001", "community": "990101001002"}
    received = {"source": "12345", "external_id": number, "category": category}
    placed = {
        "lon": (116400 + x) / 1000,
        "lat": (39900 + y) / 1000,
        "accuracy_m": 20.0,
        "place_label": LABEL if category == FALLEN_TREE else "",
        "areas": areas,
        **areas,
    }
    happened: list[tuple[EventKind, dict[str, Any]]] = [
        (EventKind.RECEIVED, received | {"received_at": at.isoformat()}),
        (EventKind.PLACED, placed),
        (EventKind.DISPATCHED, {"body": "T1", "body_name": "柳林街道", "lead": "T1"}),
    ]
    events = tuple(
        TicketEvent(stream=stream, seq=seq, kind=kind, at=at, recorded_at=at, data=data)
        for seq, (kind, data) in enumerate(happened, start=1)
    )
    caller = CallerRecord(phone_hash=f"caller-{number}")
    return Intake(ticket=fold(None, events), events=events, caller=caller)


@dataclass
class Desk:
    """A store with three ordinary weeks before a Monday, its watch, and its incidents."""

    tickets: TicketStore
    watch: SurgeWatch
    incidents: IncidentDesk
    resolver: OwnerResolver

    def call(
        self,
        n: int,
        at: datetime = NOON,
        *,
        name: str = "call",
        x: float = 7.0,
        y: float = 3.0,
        category: str = FALLEN_TREE,
    ) -> list[str]:
        """Let so many people call, one a minute, from so many houses of an estate."""
        batch = [
            _intake(f"{name}-{k}", at + k * MINUTE, x + 0.1 * (k % 4), y + 0.1 * (k % 3), category)
            for k in range(n)
        ]
        assert all(self.tickets.take(batch))
        return [one.ticket.id for one in batch]

    def running(self) -> list[Incident]:
        """Give the incidents that are not over."""
        states = (IncidentState.PROPOSED, IncidentState.CONFIRMED)
        return list(self.tickets.incidents(states=states).incidents)

    def kinds(self, stream: str) -> list[EventKind]:
        """Give what happened to a ticket or an incident."""
        return [event.kind for event in self.tickets.events(stream)]


def _history() -> list[Intake]:
    rng = np.random.default_rng(5)
    categories = ("0101001", "0201001", FALLEN_TREE, "0801001")
    days = NOON.replace(hour=0) - timedelta(days=21, hours=8)
    return [
        _intake(
            f"old-{k}",
            days + timedelta(days=k // 12, minutes=float(rng.uniform(0, 1440))),
            float(rng.uniform(0, 20)),
            float(rng.uniform(0, 20)),
            categories[k % 4],
        )
        for k in range(12 * 21)
    ]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]
)
def city_store(
    request: pytest.FixtureRequest,
    open_store: OpenStore,
    fill_small_city: Callable[[BoundaryStore, Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BoundaryStore]:
    """Open a store with the small city and its rule book in force."""
    folder = tmp_path_factory.mktemp("surge")
    with open_store(request.param, folder) as store:
        fill_small_city(store, folder)
        yield store


@pytest.fixture(scope="module")
def resolver(city_store: BoundaryStore) -> OwnerResolver:
    return load_resolver(city_store)


@pytest.fixture
def desk(city_store: BoundaryStore, resolver: OwnerResolver) -> Desk:
    with writing(city_store.engine) as connection:
        for row in (*_ROWS, DecisionRow):
            connection.execute(delete(row))
    tickets = TicketStore(city_store)
    tickets.take(_history())
    watch = SurgeWatch(tickets, lambda: resolver)
    return Desk(tickets, watch, IncidentDesk(tickets), resolver)


def test_an_incident_is_proposed_within_minutes_with_its_tickets_owner_and_words(
    desk: Desk,
) -> None:
    ids = desk.call(6)
    looked = [desk.watch.look(NOON + k * MINUTE) for k in range(7)]
    proposed = [incident for one in looked for incident in one.proposed]
    assert len(proposed) == 1
    minute = next(k for k, one in enumerate(looked) if one.proposed)
    assert minute <= 4
    incident = desk.tickets.incident(proposed[0].id)
    assert incident.state == IncidentState.PROPOSED
    assert incident.category_group == "0301"
    assert incident.n_tickets == 6
    assert incident.first_at == NOON
    assert incident.last_at == NOON + 5 * MINUTE
    assert incident.expected < 0.1
    assert incident.p_value < default_profile().false_a_day
    assert {one.incident for one in desk.tickets.tickets(ids).values()} == {incident.id}
    assert "树木倒伏诉求" in incident.why_zh
    assert "柳林街道阳光花园" in incident.why_zh
    assert "累计6件" in incident.why_zh
    assert "6" in incident.why_en
    # The owner at the centre, by a decision that is recorded.
    first = desk.tickets.events(incident.id)[0]
    assert first.kind is EventKind.PROPOSED
    assert incident.body == "T1"
    assert incident.body_name
    decision = DecisionStore(desk.tickets.store).get(first.decision)
    assert decision.is_intact


def test_looking_again_does_nothing_more(desk: Desk) -> None:
    desk.call(6)
    now = NOON + 6 * MINUTE
    assert len(desk.watch.look(now).proposed) == 1
    position = desk.tickets.last_position()
    for _ in range(3):
        again = desk.watch.look(now)
        assert [*again.proposed, *again.grew, *again.ended] == []
    fresh = SurgeWatch(desk.tickets, lambda: desk.resolver)
    assert fresh.look(now).proposed == []
    assert desk.tickets.last_position() == position


def test_ordinary_days_give_none(desk: Desk) -> None:
    for hour in range(0, 12 * 24, 3):
        looked = desk.watch.look(NOON - timedelta(days=5) + timedelta(hours=hour / 4))
        assert not looked.proposed


def test_new_tickets_join_a_running_incident_at_once(desk: Desk) -> None:
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    late = desk.call(1, NOON + 70 * MINUTE, name="late")
    elsewhere = desk.call(1, NOON + 70 * MINUTE, name="elsewhere", x=1.0, y=18.0)
    other = desk.call(1, NOON + 70 * MINUTE, name="other", category="0101001")
    grew = desk.watch.look(NOON + 71 * MINUTE).grew
    assert [one.n_tickets for one in grew] == [7]
    assert grew[0].id == incident.id
    assert grew[0].last_at == NOON + 70 * MINUTE
    assert "累计7件" in grew[0].why_zh
    found = desk.tickets.tickets([*late, *elsewhere, *other])
    assert [found[one].incident for one in (*late, *elsewhere, *other)] == [incident.id, "", ""]


def test_a_surge_beside_a_running_incident_makes_it_larger(desk: Desk) -> None:
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    # 600 m to the east: beyond its reach, but near enough to be part of it.
    beside = desk.call(8, NOON + 20 * MINUTE, name="beside", x=14.0)
    looked = desk.watch.look(NOON + 29 * MINUTE)
    assert looked.proposed == []
    assert looked.grew[-1].n_tickets == 14
    assert looked.grew[-1].radius_m > incident.radius_m + 50
    assert {one.incident for one in desk.tickets.tickets(beside).values()} == {incident.id}


def test_a_surge_far_from_a_running_incident_is_another_one(desk: Desk) -> None:
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    desk.call(6, NOON + 20 * MINUTE, name="far", x=1.0, y=18.0)
    other = desk.watch.look(NOON + 27 * MINUTE).proposed[0]
    assert other.id != incident.id
    assert [one.n_tickets for one in desk.running()] == [6, 6]


def test_attached_tickets_keep_their_own_lives_and_call_backs(desk: Desk) -> None:
    ids = desk.call(5)
    desk.watch.look(NOON + 6 * MINUTE)
    for ticket, solved in zip(ids[:2], ("yes", "no"), strict=True):
        stands = desk.tickets.ticket(ticket)
        assert stands.handler == "T1"
        at = NOON + timedelta(hours=2)
        events = [
            NewEvent(kind=EventKind.REPLIED, at=at, data={"text": "", "is_direct": False}),
            NewEvent(
                kind=EventKind.CALLED_BACK,
                at=at + MINUTE,
                data={"is_reached": True, "is_solved": solved},
            ),
        ]
        desk.tickets.append(ticket, stands.seq, events)
    found = desk.tickets.tickets(ids)
    assert [found[one].call_back.get("is_solved") for one in ids[:3]] == ["yes", "no", None]
    assert all(one.incident for one in found.values())


def test_a_quiet_incident_ends(desk: Desk) -> None:
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    assert desk.watch.look(NOON + timedelta(hours=4)).ended == []
    ended = desk.watch.look(NOON + timedelta(hours=5)).ended
    assert [one.id for one in ended] == [incident.id]
    assert desk.kinds(incident.id)[-1] is EventKind.ENDED
    assert desk.tickets.incident(incident.id).state == IncidentState.ENDED
    assert desk.watch.look(NOON + timedelta(hours=5)).proposed == []


def test_many_lookers_at_once_propose_one_incident(desk: Desk) -> None:
    ids = desk.call(8)
    watches = [SurgeWatch(desk.tickets, lambda: desk.resolver) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        looked = list(pool.map(lambda one: one.look(NOON + 9 * MINUTE), watches))
    assert sum(len(one.proposed) for one in looked) == 1
    assert len(desk.running()) == 1
    for ticket in ids:
        assert desk.kinds(ticket).count(EventKind.ATTACHED) == 1
    assert desk.running()[0].n_tickets == 8


def test_a_dismissed_incident_lets_its_tickets_go_and_is_not_proposed_again(desk: Desk) -> None:
    ids = desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    after = desk.incidents.dismiss(incident.id, actor="王", because="同一活动")
    assert after.state == IncidentState.DISMISSED
    assert {one.incident for one in desk.tickets.tickets(ids).values()} == {""}
    desk.call(3, NOON + 10 * MINUTE, name="more")
    looked = desk.watch.look(NOON + 15 * MINUTE)
    assert not looked.proposed
    assert not looked.grew
    # Somewhere else it is another matter.
    desk.call(6, NOON + 20 * MINUTE, name="far", x=1.0, y=18.0)
    assert len(desk.watch.look(NOON + 27 * MINUTE).proposed) == 1


def test_a_person_confirms_and_ends(desk: Desk) -> None:
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    confirmed = desk.incidents.confirm(incident.id, actor="王", unit="T1", because="已核实")
    assert confirmed.state == IncidentState.CONFIRMED
    late = desk.call(1, NOON + 30 * MINUTE, name="late")
    desk.watch.look(NOON + 31 * MINUTE)
    assert desk.tickets.ticket(late[0]).incident == incident.id
    ended = desk.incidents.end(incident.id, actor="王", because="已修复")
    assert ended.state == IncidentState.ENDED
    with pytest.raises(TransitionError):
        desk.incidents.dismiss(incident.id, actor="王")
    told = desk.tickets.events(incident.id)
    assert [event.actor for event in told if event.kind is EventKind.CONFIRMED] == ["王"]


def test_a_person_attaches_and_takes_out(desk: Desk) -> None:
    ids = desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    other = desk.call(1, NOON, name="other", x=1.0, y=18.0, category="0101001")
    after = desk.incidents.attach(incident.id, other, actor="王")
    assert after.n_tickets == 7
    assert desk.incidents.attach(incident.id, other, actor="王").n_tickets == 7
    assert desk.tickets.ticket(other[0]).incident == incident.id
    after = desk.incidents.detach(incident.id, [*other, ids[0]], actor="王", because="无关")
    assert after.n_tickets == 5
    assert desk.tickets.ticket(other[0]).incident == ""
    with pytest.raises(TicketError):
        desk.incidents.detach(incident.id, other, actor="王")


def test_incidents_survive_a_replay_of_the_log(desk: Desk) -> None:
    ids = desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    desk.call(2, NOON + 20 * MINUTE, name="more")
    desk.watch.look(NOON + 22 * MINUTE)
    desk.incidents.detach(incident.id, ids[:1], actor="王")
    assert desk.tickets.rebuild().is_same


def test_without_a_history_nothing_is_looked_for(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store("sqlite", tmp_path) as store:
        tickets = TicketStore(store)
        tickets.take([_intake(f"call-{k}", NOON + k * MINUTE, 7, 3, FALLEN_TREE) for k in range(8)])
        looked = SurgeWatch(tickets, lambda: None).look(NOON + 9 * MINUTE)
        assert looked.is_learning
        assert looked.proposed == []


def test_without_rules_the_body_of_the_tickets_is_alerted(desk: Desk) -> None:
    desk.call(6)
    incident = SurgeWatch(desk.tickets, lambda: None).look(NOON + 6 * MINUTE).proposed[0]
    assert "0301" in incident.why_zh
    assert desk.tickets.events(incident.id)[0].decision == ""


def test_times_without_a_zone_are_refused(desk: Desk) -> None:
    with pytest.raises(NaiveTimeError):
        desk.watch.look(NOON.replace(tzinfo=None))
    desk.call(6)
    incident = desk.watch.look(NOON + 6 * MINUTE).proposed[0]
    with pytest.raises(NaiveTimeError):
        desk.incidents.confirm(incident.id, actor="王", at=NOON.replace(tzinfo=None))


def test_unknown_incidents_are_refused(desk: Desk) -> None:
    with pytest.raises(UnknownIncidentError):
        desk.incidents.confirm("INOTHING", actor="王")


def test_layers_that_tickets_do_not_hold_are_refused(desk: Desk) -> None:
    profile = replace(default_profile(), layers=("street",))
    with pytest.raises(TicketError, match="street"):
        SurgeWatch(desk.tickets, lambda: None, profile).look(NOON)


def test_merged_tickets_do_not_count(desk: Desk) -> None:
    ids = desk.call(6)
    for ticket in ids[1:]:
        stands = desk.tickets.ticket(ticket)
        data = {"into": ids[0], "kind": LinkKind.SAME_REQUEST.value}
        merged = NewEvent(kind=EventKind.MERGED, at=NOON + 6 * MINUTE, data=data)
        desk.tickets.append(ticket, stands.seq, [merged])
    assert desk.watch.look(NOON + 7 * MINUTE).proposed == []
    columns = read_open(
        desk.tickets.store, NOON - 2 * MINUTE, NOON + 60 * MINUTE, ("community", "township")
    )
    assert columns.ids.tolist() == [ids[0]]
    assert columns.caller.tolist() == ["caller-call-0"]


def test_looking_back_finds_what_looking_at_the_time_would_have_found(desk: Desk) -> None:
    desk.call(6)
    desk.call(3, NOON + 40 * MINUTE, name="late")
    desk.call(1, NOON + timedelta(hours=9), name="much later", x=1.0, y=18.0)
    days: list[tuple[str, int, int]] = []
    looked = desk.watch.look_back(
        NOON - timedelta(days=2),
        NOON + timedelta(hours=12),
        progress=lambda *values: days.append(values),
    )
    assert len(looked.proposed) == 1
    assert len(looked.ended) == 1
    incident = desk.tickets.incident(looked.proposed[0].id)
    assert incident.state == IncidentState.ENDED
    assert incident.n_tickets == 9
    proposed = desk.tickets.events(incident.id)[0]
    assert NOON <= proposed.at <= NOON + 5 * MINUTE
    assert days == [("surges", 1, 3), ("surges", 2, 3), ("surges", 3, 3)]
    again = desk.watch.look_back(NOON - timedelta(days=2), NOON + timedelta(hours=12))
    assert [*again.proposed, *again.grew, *again.ended] == []


def test_looking_back_takes_times_with_a_zone(desk: Desk) -> None:
    with pytest.raises(NaiveTimeError):
        desk.watch.look_back(NOON.replace(tzinfo=None), NOON)
