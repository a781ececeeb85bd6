"""What people and units do: who handles, who leads, who has a copy; returns and their limits."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.clocks.calendar import CHINA_TIME
from governance.errors import UnknownRulingError
from governance.tickets.errors import ReturnLimitError, TicketError, TransitionError
from governance.tickets.life import acts
from governance.tickets.life.acts import ACTS, read_act
from governance.tickets.life.fold import apply
from governance.tickets.life.profile import default_life_profile
from governance.tickets.terms import EventKind, LinkKind, ReturnReason
from governance.tickets.ticket import Ticket, TicketEvent

AT = datetime(2026, 11, 2, 10, tzinfo=CHINA_TIME)
HOUR = timedelta(hours=1)


def dispatched(town: Any, body: str = "T1") -> Ticket:
    return town.do(town.ticket(body=body), acts.Dispatch(actor="z", at=AT))


def returned(town: Any, **fields: Any) -> Ticket:
    act = acts.Return(
        actor="wang", unit="T1", reason=ReturnReason.WRONG_PLACE, at=AT + HOUR, **fields
    )
    return town.do(dispatched(town), act)


def decision(*, is_upheld: bool, **fields: Any) -> acts.DecideReturn:
    values = {"actor": "hotline", "because": "见图", "at": AT + 2 * HOUR} | fields
    return acts.DecideReturn(is_upheld=is_upheld, **values)


def waiting(ticket: Ticket, *codes: str) -> Ticket:
    data = {"reasons": [{"code": code, "values": {}} for code in codes]}
    event = TicketEvent(
        stream=ticket.id, seq=ticket.seq + 1, kind=EventKind.REVIEW_OPENED, at=AT,
        recorded_at=AT, data=data,
    )  # fmt: skip
    return apply(ticket, event)


def test_a_ticket_goes_from_receipt_to_its_end(town: Any) -> None:
    ticket = dispatched(town)
    assert (ticket.state, ticket.handler, ticket.lead) == ("dispatched", "T1", "T1")
    assert (ticket.n_dispatches, ticket.dispatched_at) == (1, AT)
    ticket = town.do(
        ticket,
        acts.Sign(actor="wang", unit="T1", at=AT + HOUR),
        acts.Start(actor="wang", unit="T1", note="已派人", at=AT + 2 * HOUR),
        acts.Reply(actor="wang", unit="T1", text="已清理", at=AT + 3 * HOUR),
        acts.CallBack(actor="hotline", is_reached=True, is_solved="yes", at=AT + 4 * HOUR),
        acts.Close(actor="hotline", outcome="solved", at=AT + 5 * HOUR),
    )
    assert (ticket.state, ticket.state_since) == ("closed", AT + 5 * HOUR)
    assert (ticket.replied_at, ticket.closed_at) == (AT + 3 * HOUR, AT + 5 * HOUR)
    assert ticket.call_back["is_solved"] == "yes"
    assert ticket.call_back["at"] == "2026-11-02T06:00:00+00:00"


def test_the_district_has_a_copy_of_every_ticket_of_its_townships(town: Any) -> None:
    assert dispatched(town, "T1").copied == ("D1",)
    assert dispatched(town, "C11").copied == ("D1",)
    assert dispatched(town, "T4").copied == ("D2",)
    assert dispatched(town, "ROAD1").copied == ()
    assert dispatched(town, "D1").copied == ()
    given = acts.Dispatch(actor="z", copied=("WATER", "T1", "WATER"), at=AT)
    assert town.do(town.ticket(), given).copied == ("WATER", "D1")


def test_a_city_may_say_for_whose_tickets_the_district_has_a_copy(town: Any) -> None:
    profile = replace(default_life_profile(), district_for=frozenset())
    assert town.do(town.ticket(), acts.Dispatch(actor="z", at=AT), profile=profile).copied == ()


def test_the_copy_follows_the_ticket_into_another_district(town: Any) -> None:
    move = acts.Redispatch(actor="z", body="T4", because="属西山区", at=AT + HOUR)
    ticket = town.do(dispatched(town), move)
    assert (ticket.handler, ticket.copied, ticket.lead) == ("T4", ("D2",), "T1")


def test_the_first_receiver_leads_until_a_ruling_says_otherwise(town: Any) -> None:
    move = acts.Redispatch(actor="z", body="T3", because="改派", at=AT + HOUR)
    ticket = town.do(dispatched(town), move)
    assert (ticket.handler, ticket.lead, ticket.n_dispatches) == ("T3", "T1", 2)
    ruled = acts.Redispatch(actor="z", body="T3", because="划分", ruling="RUL1", at=AT + 2 * HOUR)
    with pytest.raises(TicketError, match="has the ticket already"):
        town.do(ticket, ruled)
    ticket = town.do(ticket, replace(ruled, body="T2"))
    assert (ticket.handler, ticket.lead) == ("T2", "T2")
    # The ruling makes T2 the lead, whoever handles it.
    ticket = town.do(dispatched(town), ruled)
    assert (ticket.handler, ticket.lead) == ("T3", "T2")


def test_a_ruling_that_is_not_in_force_changes_no_lead(town: Any) -> None:
    move = acts.Redispatch(actor="z", body="T3", because="x", ruling="REVOKED", at=AT + HOUR)
    with pytest.raises(TicketError, match="was revoked"):
        town.do(dispatched(town), move)
    with pytest.raises(UnknownRulingError):
        town.do(dispatched(town), replace(move, ruling="NONE"))


def test_only_bodies_of_the_rule_book_are_dispatched_to(town: Any) -> None:
    with pytest.raises(TicketError, match="no body with this code"):
        town.do(town.ticket(), acts.Dispatch(actor="z", body="GHOST", at=AT))
    with pytest.raises(TicketError, match="no body with this code"):
        town.do(town.ticket(), acts.Dispatch(actor="z", co_organisers=("GHOST",), at=AT))
    nobody = replace(town.ticket(), body="")
    with pytest.raises(TicketError, match="the rules name nobody"):
        town.do(nobody, acts.Dispatch(actor="z", at=AT))


def test_a_dispatch_by_a_person_settles_doubts_about_the_owner_and_no_others(town: Any) -> None:
    ticket = waiting(town.ticket(), "owner_disputed", "bad_value")
    ticket = town.do(ticket, acts.Dispatch(actor="li", body="T2", at=AT))
    assert [reason["code"] for reason in ticket.review] == ["bad_value"]
    assert ticket.handler == "T2"


def test_a_unit_that_does_not_have_the_ticket_does_nothing_with_it(town: Any) -> None:
    ticket = dispatched(town)
    for act in (
        acts.Sign(actor="x", unit="T2", at=AT),
        acts.Reply(actor="x", unit="T2", text="x", at=AT),
        acts.Return(actor="x", unit="GREEN1", reason=ReturnReason.OTHER, at=AT),
    ):
        with pytest.raises(TicketError, match=r"柳林街道办 \(T1\)"):
            town.do(ticket, act)
    # A co-organiser replies, and so does who leads.
    reply = acts.Reply(actor="x", unit="GREEN1", text="已剪枝", at=AT)
    assert town.do(ticket, reply).state == "replied"
    moved = town.do(ticket, acts.Redispatch(actor="z", body="T2", because="x", at=AT))
    assert town.do(moved, replace(reply, unit="T1")).state == "replied"
    with pytest.raises(TicketError, match="the ticket is with nobody"):
        town.do(town.ticket(), acts.Sign(actor="x", unit="T1", at=AT))


def test_the_hotline_may_answer_by_itself_and_a_unit_may_not_answer_what_it_has_not(
    town: Any,
) -> None:
    ticket = town.do(town.ticket(), acts.Reply(actor="li", text="政策解释", at=AT))
    assert (ticket.state, ticket.handler, ticket.replied_at) == ("replied", "", AT)
    with pytest.raises(TicketError, match="nobody"):
        town.do(town.ticket(), acts.Reply(actor="x", unit="T2", text="x", at=AT))
    again = town.do(ticket, acts.Reopen(actor="li", because="不满意", at=AT + HOUR))
    assert (again.state, again.n_dispatches) == ("received", 0)


def test_a_caller_who_is_not_reached_changes_no_state(town: Any) -> None:
    ticket = town.do(dispatched(town), acts.Reply(actor="x", text="已修", at=AT))
    tried = town.do(ticket, acts.CallBack(actor="li", is_reached=False, at=AT + HOUR))
    assert (tried.state, tried.call_back["is_reached"]) == ("replied", False)
    wrong = acts.CallBack(actor="li", is_reached=False, is_solved="yes", at=AT + HOUR)
    with pytest.raises(TicketError, match="gave no answers"):
        town.do(ticket, wrong)
    closed = town.do(ticket, acts.Close(actor="li", at=AT + HOUR))
    late = town.do(closed, acts.CallBack(actor="li", is_reached=True, at=AT + 2 * HOUR))
    assert (late.state, late.state_since) == ("closed", AT + HOUR)


def test_an_unsolved_ticket_is_dispatched_again(town: Any) -> None:
    ticket = town.do(
        dispatched(town),
        acts.Reply(actor="x", text="已修", at=AT + HOUR),
        acts.CallBack(actor="li", is_reached=True, is_solved="no", at=AT + 2 * HOUR),
    )
    reopen = acts.Reopen(actor="li", because="仍漏水", at=AT + 3 * HOUR)
    kinds = [event.kind for event in town.events(ticket, reopen)]
    assert kinds == [EventKind.REOPENED, EventKind.REDISPATCHED]
    again = town.do(ticket, reopen)
    assert (again.state, again.handler, again.n_dispatches) == ("dispatched", "T1", 2)
    other = town.do(ticket, replace(reopen, body="T2"))
    assert (other.handler, other.lead) == ("T2", "T1")


def test_a_return_carries_the_map_proof_of_its_decision(town: Any) -> None:
    ticket = returned(town, text="不在我辖区，联系人13812345678")
    assert (ticket.state, ticket.handler, ticket.n_returns) == ("returned", "T1", 1)
    event = town.events(
        dispatched(town),
        acts.Return(actor="w", reason=ReturnReason.WRONG_PLACE, text="电话13812345678", at=AT),
    )[0]
    assert "13812345678" not in event.data["text"]
    assert event.decision == "D1"
    proof = event.data["proof"]
    assert (proof["decision"], proof["rule"], proof["border_m"]) == ("D1", "R2", 12.5)
    assert [area["code"] for area in proof["areas"]] == ["990101", "990101001"]
    assert [one["body"] for one in proof["candidates"]] == ["T1", None, "T2", "C11"]
    assert ticket.last_return["rule"] == "R2"


def test_a_rejected_return_goes_back_to_the_handler(town: Any) -> None:
    ticket = town.do(returned(town), decision(is_upheld=False))
    assert (ticket.state, ticket.handler, ticket.n_dispatches) == ("dispatched", "T1", 1)
    assert (ticket.last_return["is_upheld"], ticket.last_return["is_final"]) == (False, False)
    with pytest.raises(TicketError, match="leaves the ticket where it is"):
        town.do(returned(town), decision(is_upheld=False, body="T2"))


def test_an_upheld_return_goes_on_to_another_body_in_the_same_breath(town: Any) -> None:
    act = decision(is_upheld=True, body="T2")
    kinds = [event.kind for event in town.events(returned(town), act)]
    # The level stops while a return waits; the decision lets it go on.
    assert kinds == [EventKind.RESUMED, EventKind.RETURN_DECIDED, EventKind.REDISPATCHED]
    ticket = town.do(returned(town), act)
    assert (ticket.handler, ticket.lead, ticket.n_dispatches) == ("T2", "T1", 2)
    ruled = town.do(returned(town), replace(act, ruling="RUL1"))
    assert (ruled.handler, ruled.lead, ruled.last_return["ruling"]) == ("T2", "T2", "RUL1")
    with pytest.raises(TicketError, match="goes to another body"):
        town.do(returned(town), replace(act, body="T1"))


def test_an_upheld_return_without_a_body_waits_for_a_person_with_those_considered(
    town: Any,
) -> None:
    act = decision(is_upheld=True)
    ticket = town.do(returned(town), act)
    assert (ticket.state, ticket.handler, ticket.lead) == ("received", "", "T1")
    assert [reason["code"] for reason in ticket.review] == ["owner_disputed"]
    opened = town.events(returned(town), act)[-1]
    assert [one["body"] for one in opened.data["candidates"]] == ["C11", "T2"]
    assert opened.data["candidates"][1]["why_en"].startswith("neighbouring area 12.5 m away")
    # Nothing but another dispatch, a reply of the hotline or the end can follow.
    with pytest.raises(TransitionError):
        town.do(ticket, acts.Sign(actor="z", at=AT + 3 * HOUR))
    again = acts.Redispatch(actor="z", body="T2", because="退单成立", at=AT + 3 * HOUR)
    ticket = town.do(ticket, again)
    assert (ticket.handler, ticket.review) == ("T2", ())


def test_a_return_waits_for_its_decision(town: Any) -> None:
    ticket = returned(town)
    for act in (
        acts.Sign(actor="z", at=AT + HOUR),
        acts.Redispatch(actor="z", body="T2", because="x", at=AT + HOUR),
        acts.Return(actor="z", reason=ReturnReason.OTHER, at=AT + HOUR),
    ):
        with pytest.raises(TransitionError, match="return_decided"):
            town.do(ticket, act)
    with pytest.raises(TransitionError):
        town.do(dispatched(town), decision(is_upheld=True))
    with pytest.raises(TicketError, match="say why"):
        town.do(ticket, decision(is_upheld=True, because=" "))


def test_a_ticket_is_returned_within_the_hours_of_the_profile(town: Any) -> None:
    late = acts.Return(actor="w", reason=ReturnReason.OTHER, at=AT + 25 * HOUR)
    with pytest.raises(ReturnLimitError, match="within 24 hours of its dispatch") as caught:
        town.do(dispatched(town), late)
    assert (caught.value.field, caught.value.value, caught.value.limit) == ("hours", 25, 24)
    profile = replace(default_life_profile(), return_hours=0.0)
    assert town.do(dispatched(town), late, profile=profile).state == "returned"


def test_a_ticket_is_returned_as_often_as_the_profile_says(town: Any) -> None:
    again = acts.Return(actor="w", reason=ReturnReason.OTHER, at=AT + 3 * HOUR)
    second = decision(is_upheld=True, body="T3", at=AT + 4 * HOUR)
    ticket = town.do(returned(town), decision(is_upheld=True, body="T2"), again, second)
    assert (ticket.n_returns, ticket.last_return["is_final"]) == (2, True)
    third = replace(again, at=AT + 5 * HOUR)
    with pytest.raises(ReturnLimitError, match="may be returned 2 times") as caught:
        town.do(ticket, third)
    assert (caught.value.field, caught.value.value) == ("returns", 3)
    profile = replace(default_life_profile(), returns_allowed=0)
    assert town.do(ticket, third, profile=profile).n_returns == 3


def test_after_a_final_rejection_the_unit_handles_the_ticket(town: Any) -> None:
    ticket = town.do(returned(town), decision(is_upheld=False, is_final=True))
    again = acts.Return(actor="w", unit="T1", reason=ReturnReason.OTHER, at=AT + 3 * HOUR)
    with pytest.raises(TicketError, match="is final; handle the ticket"):
        town.do(ticket, again)
    moved = acts.Redispatch(actor="z", body="T2", because="另定", at=AT + 3 * HOUR)
    assert town.do(ticket, moved, replace(again, unit="T2")).state == "returned"


def test_a_merged_ticket_closes_and_comes_back_when_reopened(town: Any) -> None:
    ticket = town.do(dispatched(town), acts.Merge(actor="z", into="TOTHER", at=AT + HOUR))
    assert (ticket.state, ticket.merged_into) == ("closed", "TOTHER")
    back = town.do(ticket, acts.Reopen(actor="z", because="误并", at=AT + 2 * HOUR))
    assert (back.state, back.merged_into) == ("dispatched", "")
    with pytest.raises(TicketError, match="into another one"):
        town.do(dispatched(town), acts.Merge(actor="z", into="TTOWN", at=AT + HOUR))


def test_a_ticket_belongs_to_one_incident_at_a_time(town: Any) -> None:
    ticket = town.do(dispatched(town), acts.Attach(actor="z", incident="I1", at=AT))
    assert ticket.incident == "I1"
    with pytest.raises(TransitionError, match="another incident"):
        town.do(ticket, acts.Attach(actor="z", incident="I2", at=AT))
    assert town.do(ticket, acts.Detach(actor="z", at=AT)).incident == ""
    with pytest.raises(TransitionError):
        town.do(dispatched(town), acts.Detach(actor="z", at=AT))


def test_links_notes_and_looks_at_the_caller_leave_the_ticket_as_it_is(town: Any) -> None:
    ticket = dispatched(town)
    after = town.do(
        ticket,
        acts.Link(actor="z", kind=LinkKind.REPEAT, other="TOTHER", score=0.8, at=AT),
        acts.Unlink(actor="z", kind=LinkKind.REPEAT, other="TOTHER", at=AT),
        acts.Note(actor="z", text="来电13812345678", at=AT),
        acts.ShowCaller(actor="z", reader="z", purpose="contact", fields=("phone",), at=AT),
    )
    assert replace(after, seq=ticket.seq) == ticket
    with pytest.raises(TicketError, match="name another ticket"):
        town.do(ticket, acts.Link(actor="z", kind=LinkKind.REPEAT, other="TTOWN", at=AT))
    with pytest.raises(TicketError, match="from 0 to 1"):
        town.do(ticket, acts.Link(actor="z", kind=LinkKind.REPEAT, other="TX", score=2, at=AT))


def test_no_text_of_an_act_keeps_a_phone_number(town: Any) -> None:
    phone = "13812345678"
    ticket = dispatched(town)
    replied = town.do(ticket, acts.Reply(actor="z", text="x", at=AT))
    told = [
        (ticket, acts.Start(actor="z", note=phone, at=AT)),
        (ticket, acts.Reply(actor="z", text=phone, at=AT)),
        (ticket, acts.Close(actor="z", because=phone, at=AT)),
        (ticket, acts.Redispatch(actor="z", body="T2", because=phone, at=AT)),
        (ticket, acts.Pause(actor="z", state="awaiting_caller", because=phone, at=AT)),
        (ticket, acts.Extend(actor="z", by=timedelta(days=1), reason=phone, at=AT)),
        (ticket, acts.Recalendar(actor="z", calendar="late", reason=phone, at=AT)),
        (ticket, acts.Merge(actor="z", into="TX", because=phone, at=AT)),
        (ticket, acts.Note(actor="z", text=phone, at=AT)),
        (replied, acts.Reopen(actor="z", because=phone, at=AT)),
        (replied, acts.CallBack(actor="z", is_reached=True, raw={"q": [{"a": phone}]}, at=AT)),
        (returned(town), decision(is_upheld=True, because=phone, body="T2")),
    ]
    for before, act in told:
        assert phone not in str(town.events(before, act)), act


def test_every_act_is_read_from_json_values() -> None:
    given: dict[str, dict[str, Any]] = {
        "dispatch": {"body": "T1", "copied": ["D1"]},
        "redispatch": {"body": "T1", "because": "x"},
        "reply": {"text": "x"},
        "call_back": {"is_reached": True, "is_solved": "partly", "raw": {"q1": "好"}},
        "return": {"reason": "wrong_place"},
        "decide_return": {"is_upheld": True, "because": "x"},
        "reopen": {"because": "x"},
        "pause": {"state": "awaiting_caller"},
        "extend": {"by": 86400, "reason": "x"},
        "recalendar": {"calendar": "v", "reason": "x"},
        "merge": {"into": "T1"},
        "link": {"kind": "repeat", "other": "T1"},
        "unlink": {"kind": "repeat", "other": "T1"},
        "attach": {"incident": "I1"},
        "note": {"text": "x"},
        "caller_shown": {"reader": "x", "purpose": "contact", "fields": ["phone"]},
    }
    for name, kind in ACTS.items():
        values = {"actor": "z", "at": "2026-11-02T10:00:00+08:00"} | given.get(name, {})
        act = read_act(name, values)
        assert type(act) is kind
        assert act.at == AT
    assert read_act("extend", {"actor": "z", "by": 86400, "reason": "x"}).by == timedelta(days=1)  # type: ignore[attr-defined]


def test_an_act_that_cannot_be_read_names_the_field() -> None:
    with pytest.raises(TicketError, match="one of dispatch, redispatch"):
        read_act("whistle", {"actor": "z"})
    with pytest.raises(TicketError, match=r"reply\.text ''") as caught:
        read_act("reply", {"actor": "z", "unit": "13812345678"})
    assert "13812345678" not in str(caught.value)
    with pytest.raises(TicketError, match=r"return\.reason 'because'"):
        read_act("return", {"actor": "z", "reason": "because"})
    with pytest.raises(TicketError, match=r"sign\.txt"):
        read_act("sign", {"actor": "z", "txt": "x"})
