"""The desk over a store: acts are recorded whole, also when several people are at it at once."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boundaries.store import BoundaryStore
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore
from governance.clocks.calendar import CHINA_TIME, WorkCalendar
from governance.errors import (
    GovernanceError,
    UnknownCalendarError,
    UnknownDecisionError,
    UnknownRulingError,
)
from governance.owner.answer import OwnerQuestion
from governance.owner.decisions import prepare_decision
from governance.tickets import desk as desk_module
from governance.tickets.desk import TicketDesk
from governance.tickets.errors import (
    StaleTicketError,
    TicketError,
    TransitionError,
    UnknownTicketError,
)
from governance.tickets.given import CallerGiven
from governance.tickets.life import acts
from governance.tickets.life.acts import Act
from governance.tickets.life.fold import fold
from governance.tickets.privacy.vault import CallerRecord, VaultKey
from governance.tickets.records import Intake
from governance.tickets.returns import rule_accuracy
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, LinkKind, ReturnReason
from governance.tickets.ticket import Ticket, TicketEvent, ticket_id

START = datetime(2026, 11, 2, 10, tzinfo=CHINA_TIME)
HOUR = timedelta(hours=1)


@dataclass
class Office:
    """A desk over a store of its own, at a time that tests set."""

    store: BoundaryStore
    town: Any
    resolver: Any
    now: datetime = START
    between: Callable[[], None] | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Keep calendars and the rule book, and open two desks."""
        self.tickets = TicketStore(self.store)
        self.governance = GovernanceStore(self.store)
        for calendar in self.town.calendars.values():
            rows = [list(row) for row in calendar.to_rows()]
            self.governance.keep_calendar(calendar.version, rows)
        self.book = self.governance.save_book(self.resolver.book).id
        self.governance.activate(self.book)
        self.desk = self.make()
        self.other = self.make(now=lambda: self.now)

    def make(self, **changes: Any) -> TicketDesk:
        """Open a desk."""
        return TicketDesk.of(self.store, lambda: self.resolver, **{"now": self._look} | changes)

    def _look(self) -> datetime:
        """Give the time; what others do between reading and recording happens now."""
        between, self.between = self.between, None
        if between is not None:
            between()
        return self.now

    def take(self, level: str = "general", caller: CallerGiven | None = None) -> str:
        """Take a ticket in, with a decision that the resolver made."""
        number = f"W{next(self.numbers)}"
        stream = ticket_id("12345", number)
        lon, lat = 116.4025, 39.908
        question = OwnerQuestion(
            lon=lon, lat=lat, category="0801001", at=date(2026, 11, 2), received_at=START
        )
        answer = self.resolver.answer(question)
        # As if it had been loaded from this store.
        answer = replace(answer, context=answer.context | {"book": self.book})
        decision = prepare_decision(answer).id
        changes = {
            EventKind.RECEIVED: {"external_id": number},
            EventKind.OWNED: {"body": answer.primary.code, "rule": answer.rule},
        }
        events = tuple(
            TicketEvent(
                stream=stream,
                seq=seq,
                kind=event.kind,
                at=event.at,
                recorded_at=self.now,
                decision=decision if event.kind is EventKind.OWNED else "",
                data=event.data | changes.get(event.kind, {}),
            )
            for seq, event in enumerate(self.town.first_events(level), start=1)
        )
        record = None if caller is None else CallerRecord.create(caller, VaultKey(b"k" * 32))
        intake = Intake(ticket=fold(None, events), events=events, answers=(answer,), caller=record)
        assert self.tickets.take([intake]) == [True]
        return stream

    def dispatched(self, level: str = "general") -> str:
        """Take a ticket in and dispatch it."""
        stream = self.take(level)
        self.desk.act(stream, acts.Dispatch(actor="li"))
        return stream

    def kinds(self, stream: str) -> list[str]:
        """List the kinds of events since the ticket was owned."""
        return [event.kind.value for event in self.tickets.events(stream)][3:]


@pytest.fixture
def office(store: BoundaryStore, town: Any, small_city_on_sqlite: Any) -> Office:
    """Give a desk over an empty store, with the rule book of the small city."""
    return Office(store, town, small_city_on_sqlite.resolver)


def test_an_act_is_on_record_when_it_is_done(office: Office) -> None:
    stream = office.take()
    done = office.desk.act(stream, acts.Dispatch(actor="li", unit=""))
    assert done == office.tickets.ticket(stream)
    assert (done.state, done.handler, done.copied, done.seq) == ("dispatched", "T1", ("D1",), 4)
    event = office.tickets.events(stream)[-1]
    assert (event.kind, event.actor, event.at) == (EventKind.DISPATCHED, "li", START)
    assert event.decision == done.decision
    with pytest.raises(UnknownTicketError):
        office.desk.act("TNONE", acts.Sign(actor="li"))


def test_a_refused_act_leaves_no_trace(office: Office) -> None:
    stream = office.take()
    with pytest.raises(TransitionError):
        office.desk.act(stream, acts.Sign(actor="li"))
    assert office.kinds(stream) == []


def test_a_return_is_kept_as_a_case_with_the_proof_of_its_decision(office: Office) -> None:
    stream = office.dispatched()
    act = acts.Return(actor="wang", unit="T1", reason=ReturnReason.WRONG_PLACE, text="不归我街")
    office.desk.act(stream, act)
    (case,) = office.tickets.return_cases(ticket=stream)
    assert (case.unit, case.body, case.reason, case.is_upheld) == ("T1", "T1", "wrong_place", None)
    ticket = office.tickets.ticket(stream)
    assert (case.rule, case.proof["decision"]) == (ticket.rule, ticket.decision)
    assert [area["code"] for area in case.proof["areas"]][:2] == ["990101", "990101001"]
    assert case.proof["candidates"][0]["body"] == "T1"
    assert case.proof["border_m"] > 0
    office.now += HOUR
    decide = acts.DecideReturn(
        actor="chen", is_upheld=True, because="见图", body="T2", document="纪要"
    )
    office.desk.act(stream, decide)
    (case,) = office.tickets.return_cases(ticket=stream)
    assert (case.is_upheld, case.decided_by, case.decided_body) == (True, "chen", "T2")
    assert (case.decided_at, case.document) == (START + HOUR, "纪要")
    assert office.tickets.ticket(stream).handler == "T2"


def test_a_return_whose_decision_is_lost_is_not_recorded_without_its_proof(office: Office) -> None:
    stream = office.dispatched()
    ticket = replace(office.tickets.ticket(stream), decision="DGONE")
    context = office.desk.context(ticket)
    with pytest.raises(UnknownDecisionError):
        context.decision(ticket.decision)


def test_a_ruling_changes_the_lead_and_a_name_without_ruling_does_not(office: Office) -> None:
    given_place = shapely.Point(116.405, 39.906)
    ruling = office.governance.record_ruling(
        Ruling(
            categories=("08",),
            body="T2",
            given=given_place,
            reach_m=30.0,
            geometry=cover_ground(given_place, 30.0),
            decided_on=date(2026, 11, 2),
            document="现场会议纪要",
            recorded_by="市运行中心",
        )
    )
    stream = office.dispatched()
    move = acts.Redispatch(actor="li", body="T2", because="现场划分", ruling=ruling.id)
    with pytest.raises(UnknownRulingError):
        office.desk.act(stream, replace(move, ruling="R-NONE"))
    assert office.desk.act(stream, move).lead == "T2"


def test_twenty_people_at_one_ticket_all_get_their_note_in(office: Office) -> None:
    stream = office.take()
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: office.other.act(stream, acts.Note(actor=f"a{n}", text=f"第{n}条")),
                range(20),
            )
        )
    events = office.tickets.events(stream)
    assert [event.seq for event in events] == list(range(1, 24))
    assert {event.actor for event in events[3:]} == {f"a{n}" for n in range(20)}


def test_only_one_of_many_signs(office: Office) -> None:
    stream = office.dispatched()

    def sign(number: int) -> bool:
        try:
            office.other.act(stream, acts.Sign(actor=f"a{number}", unit="T1"))
        except TransitionError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sign, range(8))) == 1
    assert office.kinds(stream) == ["dispatched", "signed"]


def test_an_act_that_was_overtaken_is_decided_anew(office: Office) -> None:
    stream = office.dispatched()
    office.between = lambda: office.other.act(stream, acts.Sign(actor="first"))
    with pytest.raises(TransitionError, match="in state 'signed'"):
        office.desk.act(stream, acts.Sign(actor="second"))
    office.between = lambda: office.other.act(stream, acts.Note(actor="first", text="在路上"))
    office.desk.act(stream, acts.Start(actor="second"))
    assert office.kinds(stream) == ["dispatched", "signed", "noted", "started"]


def test_who_asked_on_an_older_state_is_told_so(office: Office) -> None:
    stream = office.dispatched()
    with pytest.raises(StaleTicketError, match="has 4 events, and the change was decided on 3"):
        office.desk.act(stream, acts.Sign(actor="li"), seq=3)
    office.between = lambda: office.other.act(stream, acts.Note(actor="first", text="在路上"))
    with pytest.raises(StaleTicketError):
        office.desk.act(stream, acts.Sign(actor="li"), seq=4)
    assert office.desk.act(stream, acts.Sign(actor="li"), seq=5).state == "signed"


def test_many_acts_are_done_or_refused_each_by_itself(office: Office) -> None:
    first, second = office.dispatched(), office.take()
    wanted: list[tuple[str, Act]] = [
        (first, acts.Sign(actor="li", unit="T1")),
        (second, acts.Sign(actor="li", unit="T1")),
        ("TNONE", acts.Sign(actor="li")),
        (first, acts.Start(actor="li", unit="T1")),
        (second, acts.Dispatch(actor="li")),
        (second, acts.Sign(actor="li", unit="T2")),
    ]
    done = office.desk.act_many(wanted)
    assert [one.id for one in done] == [first, second, "TNONE", first, second, second]
    states = [one.ticket.state if one.ticket else type(one.error) for one in done]
    assert states == [
        "signed", TicketError, UnknownTicketError, "handling", "dispatched", TicketError,
    ]  # fmt: skip
    assert office.kinds(first) == ["dispatched", "signed", "started"]
    # All in one transaction, the second act on a ticket after its first.
    recorded = {event.recorded_at for event in office.tickets.events(first)[4:]}
    assert recorded == {office.tickets.events(second)[-1].recorded_at}
    assert office.desk.act_many([]) == []


def test_many_acts_that_were_overtaken_are_done_one_by_one(office: Office) -> None:
    first, second = office.dispatched(), office.dispatched()
    office.between = lambda: office.other.act(second, acts.Note(actor="x", text="在路上"))
    done = office.desk.act_many([(first, acts.Sign(actor="li")), (second, acts.Sign(actor="li"))])
    assert [one.ticket.state for one in done if one.ticket] == ["signed", "signed"]
    assert office.kinds(second) == ["dispatched", "noted", "signed"]
    assert office.kinds(first) == ["dispatched", "signed"]


def test_a_ticket_merges_only_into_one_that_is_open_and_not_merged(office: Office) -> None:
    first, second, third = office.dispatched(), office.dispatched(), office.dispatched()
    merge = acts.Merge(actor="li", into=second)
    assert office.desk.act(first, merge).merged_into == second
    with pytest.raises(UnknownTicketError):
        office.desk.act(third, replace(merge, into="TNONE"))
    with pytest.raises(TicketError, match=f"was merged into {second}"):
        office.desk.act(third, replace(merge, into=first))
    outcomes = office.desk.act_many([(third, merge), (second, replace(merge, into=third))])
    assert outcomes[0].error is None
    # The other way round would be a circle.
    assert "was merged into" in str(outcomes[1].error)


def test_two_tickets_are_not_merged_into_each_other_at_once(office: Office) -> None:
    first, second = office.dispatched(), office.dispatched()
    office.between = lambda: office.other.act(second, acts.Merge(actor="x", into=first))
    with pytest.raises(TicketError, match="was merged into"):
        office.desk.act(first, acts.Merge(actor="li", into=second))
    assert office.tickets.ticket(first).merged_into == ""


def test_a_caller_is_not_named_in_what_others_write(office: Office) -> None:
    caller = CallerGiven(name="欧阳映雪", phone="13812345678", account="梧桐叶子")
    stream = office.take(caller=caller)
    words = "欧阳映雪来电，手机13812345678，昨日与梧桐叶子约定上门，催办柳林路"
    office.desk.act(stream, acts.Note(actor="li", text=words))
    text = office.tickets.events(stream)[-1].data["text"]
    for known in ("欧阳映雪", "13812345678", "梧桐叶子"):
        assert known not in text
    assert "柳林路" in text


def test_a_new_calendar_moves_the_working_days_that_still_run(
    office: Office, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "_BATCH", 2)
    late = town.calendars["late"]
    working = [office.dispatched("complex") for _ in range(3)]
    natural, closed, bare = office.dispatched(), office.dispatched("complex"), office.dispatched("")
    stands = office.dispatched("complex")
    office.desk.act(closed, acts.Close(actor="li"))
    office.now += 24 * HOUR
    office.desk.act(stands, acts.Pause(actor="li", state="on_account"))
    report = office.desk.recalendar_running(late, "临时放假通知", actor="chen")
    counts = (report.n_running, report.n_counted, report.n_moved, report.n_failed)
    assert counts == (6, 4, 3, 0)
    for stream in working:
        ticket = office.tickets.ticket(stream)
        assert ticket.due_at == datetime(2026, 11, 11, tzinfo=CHINA_TIME)
        event = office.tickets.events(stream)[-1]
        assert (event.actor, event.data["calendar"]) == ("chen", late.version)
        assert event.data["why_zh"].startswith("因临时放假通知，改用工作日历")
    for stream in (natural, closed, bare):
        assert "recalendared" not in office.kinds(stream)
    assert office.kinds(stands)[-1] == "recalendared"
    again = office.desk.recalendar_running(late, "临时放假通知")
    assert (again.n_running, again.n_counted) == (6, 0)


def test_a_deadline_that_a_calendar_does_not_reach_is_named_and_the_others_move(
    office: Office, town: Any
) -> None:
    short = WorkCalendar.from_rows(
        [list(row) for row in town.calendar.to_rows() if row.day < "2026"]
    )
    office.governance.keep_calendar(short.version, [list(row) for row in short.to_rows()])
    stream = office.dispatched("complex")
    report = office.desk.recalendar_running(short, "试算")
    assert (report.n_counted, report.n_failed) == (0, 1)
    assert report.failed[0][0] == stream
    assert "make it with more years" in report.failed[0][1]
    assert office.tickets.ticket(stream).due_at == datetime(2026, 11, 10, tzinfo=CHINA_TIME)


def test_without_a_rule_book_tickets_go_on_and_nobody_new_gets_one(
    office: Office, town: Any
) -> None:
    stream = office.dispatched()
    bare = TicketDesk.of(office.store, lambda: None, now=lambda: office.now)
    assert bare.act(stream, acts.Sign(actor="li", unit="T1")).state == "signed"
    with pytest.raises(TicketError, match="the rule book has no bodies"):
        bare.act(stream, acts.Redispatch(actor="li", body="T2", because="改派"))
    assert bare.context(office.tickets.ticket(stream)).calendar.version in town.calendars


def test_without_rule_book_and_calendar_a_desk_says_what_is_missing(
    store: BoundaryStore,
) -> None:
    desk = TicketDesk.of(store, lambda: None)
    assert "T1" not in desk.bodies
    ticket = Ticket(
        id="T1",
        source="s",
        external_id="1",
        received_at=START,
        recorded_at=START,
        state_since=START,
    )
    with pytest.raises(UnknownCalendarError):
        desk.context(ticket)


def test_returns_feed_the_accuracy_of_the_rule(office: Office) -> None:
    streams = [office.dispatched() for _ in range(8)]
    rule = office.tickets.ticket(streams[0]).rule
    for stream in streams[:3]:
        office.desk.act(stream, acts.Return(actor="w", reason=ReturnReason.WRONG_PLACE))
    office.desk.act(
        streams[0], acts.DecideReturn(actor="c", is_upheld=True, because="x", body="T2")
    )
    office.desk.act(streams[1], acts.DecideReturn(actor="c", is_upheld=False, because="x"))
    (row,) = rule_accuracy(office.tickets, START - 24 * HOUR, START + 24 * HOUR)
    counts = row.counts
    assert (counts.rule, counts.dispatched, counts.returned) == (rule, 8, 3)
    assert (counts.upheld, counts.undecided) == (1, 1)
    assert (row.settled, row.accuracy) == (7, 6 / 7)
    assert rule_accuracy(office.tickets, START + HOUR, START + 24 * HOUR) == []


_SOME_ACTS: list[Callable[[], Act]] = [
    lambda: acts.Dispatch(actor="z"),
    lambda: acts.Redispatch(actor="z", body="T2", because="x"),
    lambda: acts.Sign(actor="z"),
    lambda: acts.Start(actor="z"),
    lambda: acts.Reply(actor="z", text="已修"),
    lambda: acts.CallBack(actor="z", is_reached=True, is_solved="no", raw={"q": 1}),
    lambda: acts.Return(actor="z", reason=ReturnReason.OTHER),
    lambda: acts.DecideReturn(actor="z", is_upheld=True, because="x"),
    lambda: acts.DecideReturn(actor="z", is_upheld=False, because="x"),
    lambda: acts.Close(actor="z"),
    lambda: acts.Reopen(actor="z", because="x"),
    lambda: acts.Pause(actor="z", state="awaiting_caller"),
    lambda: acts.Resume(actor="z"),
    lambda: acts.Extend(actor="z", by=timedelta(days=1), reason="x"),
    lambda: acts.Attach(actor="z", incident="I1"),
    lambda: acts.Detach(actor="z"),
    lambda: acts.Link(actor="z", kind=LinkKind.REPEAT, other="TX"),
    lambda: acts.Unlink(actor="z", kind=LinkKind.REPEAT, other="TX"),
]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_replaying_the_log_gives_every_table_again(office: Office, seed: int) -> None:
    choice = random.Random(seed)  # noqa: S311 - a choice, not a secret
    streams = [office.dispatched(choice.choice(("general", "complex", ""))) for _ in range(3)]
    for _ in range(40):
        office.now += choice.choice((timedelta(0), HOUR))
        try:
            office.desk.act(choice.choice(streams), choice.choice(_SOME_ACTS)())
        except GovernanceError:
            continue
    for stream in streams:
        events = office.tickets.events(stream)
        assert fold(None, events) == office.tickets.ticket(stream)
        assert all(event.at.tzinfo is UTC for event in events)
    rebuilt = office.tickets.rebuild(is_written=False)
    assert rebuilt.is_same, rebuilt.differences
