"""Every event is a sentence in Chinese and one in English, and bodies have their names."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.life import acts
from governance.tickets.life.explain import SENTENCES, EventExplainer, explain_event
from governance.tickets.life.profile import default_life_profile
from governance.tickets.life.spoken import say_span, say_time
from governance.tickets.terms import EventKind, ReturnReason
from governance.tickets.ticket import TicketEvent

AT = datetime(2026, 11, 3, 9, tzinfo=CHINA_TIME)


def event(name: EventKind, /, *, unit: str = "", actor: str = "li", **data: Any) -> TicketEvent:
    return TicketEvent(
        stream="T1", seq=1, kind=name, at=AT, recorded_at=AT, unit=unit, actor=actor, data=data
    )


def explainer(town: Any) -> EventExplainer:
    return EventExplainer(town.bodies, default_life_profile().waiting)


AGAIN = "Dispatched again from 柳林街道办 (T1) to 金台街道办 (T2)"
WITH = "with 东湖区园林局 (GREEN1)"
MAP = "by the map 12.5 m from the nearest border"
EXAMPLES: list[tuple[TicketEvent, str, str]] = [
    (
        event(EventKind.RECEIVED, source="12345", external_id="W1", channel="phone",
              category_given="占道经营"),
        "经12345热线电话受理，编号12345 W1，事项“占道经营”。",
        'Received over hotline, by phone as 12345 W1, about "占道经营".',
    ),
    (
        event(EventKind.RECEIVED_AGAIN, differs=["text", "channel"]),
        "再次报送，不同之处：text、channel。",
        "Sent again; different: text, channel.",
    ),
    (event(EventKind.RECEIVED_AGAIN), "再次报送，内容未变。", "Sent again, unchanged."),
    (
        event(EventKind.PLACED, place_method="address", place_label="阳光花园3号楼", lon=116.405,
              lat=39.91, accuracy_m=35.0),
        "按地址定位：阳光花园3号楼(116.40500, 39.91000)，精度35米。",
        "Placed by address: 阳光花园3号楼 (116.40500, 39.91000), accurate to 35 m.",
    ),
    (
        event(EventKind.OWNED, body="T1", step="township", rule="R2",
              due_at="2026-11-10T00:00:00+08:00"),
        "认定由柳林街道办(T1)主办(街道/乡镇属地 R2)，2026年11月9日24时到期。",
        "柳林街道办 (T1) answers for it (township R2); due 2026-11-09 24:00.",
    ),
    (event(EventKind.OWNED, body=""), "没有找到责任主体。", "Nobody answers for it."),
    (
        event(EventKind.REVIEW_OPENED, reasons=[{"code": "place_unclear"}, {"code": "outside"}]),
        "转人工审核：地点不明确、不在辖区内。",
        "Put to review: the place is unclear, outside of all areas.",
    ),
    (event(EventKind.REVIEW_CLOSED, reasons=[]), "li完成审核。", "li finished the review."),
    (
        event(EventKind.REVIEW_CLOSED, reasons=[{"code": "outside"}]),
        "li审核，尚待：不在辖区内。",
        "li reviewed it; left: outside of all areas.",
    ),
    (
        event(EventKind.CORRECTED, what="place", because="来电确认"),
        "li更正地点：来电确认。",
        "li corrected the place: 来电确认.",
    ),
    (
        event(EventKind.DISPATCHED, body="T1", is_automatic=True, co_organisers=["GREEN1"],
              copied=["D1"]),
        "直派给柳林街道办(T1)，协办东湖区园林局(GREEN1)，抄送东湖区政府(D1)。",
        f"Dispatched directly to 柳林街道办 (T1), {WITH}, copy to 东湖区政府 (D1).",
    ),
    (
        event(EventKind.REDISPATCHED, **{"from": "T1"}, body="T2", lead="T1", because="属地不符"),
        "由柳林街道办(T1)改派金台街道办(T2)，首接单位柳林街道办(T1)牵头：属地不符。",
        f"{AGAIN}; the first receiver 柳林街道办 (T1) leads: 属地不符.",
    ),
    (
        event(EventKind.REDISPATCHED, **{"from": "T1"}, body="T2", lead="T2", ruling="RUL1"),
        "由柳林街道办(T1)改派金台街道办(T2)，按责任划分RUL1由金台街道办(T2)牵头。",
        f"{AGAIN}; 金台街道办 (T2) leads by ruling RUL1.",
    ),
    (event(EventKind.SIGNED, unit="T1"), "柳林街道办(T1)签收。", "柳林街道办 (T1) signed for it."),
    (
        event(EventKind.SIGNED, unit="GONE"), "GONE签收。", "GONE signed for it.",
    ),
    (
        event(EventKind.STARTED, actor="xiaqu", note=""),
        "系统开始办理。", "The service began to handle it.",
    ),
    (
        event(EventKind.REPLIED, unit="T1", text="已  清理\n完毕。"),
        "柳林街道办(T1)答复诉求人：已 清理 完毕。",
        "柳林街道办 (T1) replied: 已 清理 完毕.",
    ),
    (
        event(EventKind.CALLED_BACK, is_reached=True, is_solved="no", satisfaction="unsatisfied"),
        "已回访：未解决，满意度unsatisfied。",
        "Called back: not solved, satisfaction unsatisfied.",
    ),
    (
        event(EventKind.CALLED_BACK, is_reached=False),
        "回访未联系上诉求人。",
        "Called back; the caller was not reached.",
    ),
    (
        event(EventKind.RETURNED, body="T1", reason="wrong_place", text="在金台",
              proof={"border_m": 12.52}),
        "柳林街道办(T1)以“属地不符”退单：在金台；图证：距最近界线12.5米。",
        f"柳林街道办 (T1) returned it as wrong place: 在金台; {MAP}.",
    ),
    (
        event(EventKind.RETURN_DECIDED, is_upheld=True, is_final=True, body="T2", because="见图"),
        "退单成立(终审)，由金台街道办(T2)办理：见图。",
        "The return is upheld, finally; 金台街道办 (T2) handles it: 见图.",
    ),
    (
        event(EventKind.RETURN_DECIDED, is_upheld=False, because="见图"),
        "退单不成立：见图。",
        "The return is rejected: 见图.",
    ),
    (event(EventKind.CLOSED, because=""), "li办结。", "li closed it."),
    (
        event(EventKind.LINKED, kind="repeat", other="T9", why_zh="相距8米", why_en="8 m away"),
        "与T9关联，同一地点同类诉求再次发生：相距8米。",
        "Linked to T9, the same spot and category again: 8 m away.",
    ),
    (
        event(EventKind.UNLINKED, kind="duplicate", other="T9"),
        "与T9取消关联(重复诉求)。",
        "Not linked to T9 any more (the same text again).",
    ),
    (event(EventKind.MERGED, into="T9"), "li将其并入T9。", "li merged it into T9."),
    (event(EventKind.ATTACHED, incident="I1"), "归入事件I1。", "Attached to incident I1."),
    (
        event(EventKind.DETACHED, incident="I1", because="无关"),
        "移出事件I1：无关。", "Taken out of incident I1: 无关.",
    ),
    (
        event(EventKind.CALLER_SHOWN, reader="wang", purpose="contact", fields=["phone"]),
        "wang为联系诉求人查看诉求人信息：phone。",
        "Wang was shown the caller to contact the caller: phone.",
    ),
    (event(EventKind.NOTED, text="x"), "li备注：x。", "li noted: x."),
    (
        event(EventKind.PROPOSED, why_zh="一小时9件", why_en="nine in an hour"),
        "事件提示：一小时9件。", "Incident proposed: nine in an hour.",
    ),
    (event(EventKind.GREW, n_tickets=14), "事件扩大，共14件。", "Incident grew: 14 tickets."),
    (event(EventKind.CONFIRMED, unit="T1"), "柳林街道办(T1)确认事件。",
     "柳林街道办 (T1) confirmed the incident."),
    (event(EventKind.DISMISSED, because="演练"), "li排除事件：演练。",
     "li dismissed the incident: 演练."),
    (event(EventKind.ENDED), "li宣布事件结束。", "li ended the incident."),
]  # fmt: skip


@pytest.mark.parametrize(("told", "zh", "en"), EXAMPLES, ids=lambda one: getattr(one, "kind", ""))
def test_an_event_is_said_in_two_languages(town: Any, told: TicketEvent, zh: str, en: str) -> None:
    assert explainer(town).explain(told) == (zh, en)


def test_what_moves_a_deadline_is_said_as_the_clock_says_it(town: Any) -> None:
    ticket = town.do(town.ticket(), acts.Dispatch(actor="z", at=AT))
    numbers = [
        town.events(ticket, acts.Pause(actor="z", state="awaiting_caller", at=AT))[0],
        town.events(ticket, acts.Recalendar(actor="z", calendar="late", reason="通知", at=AT))[0],
        town.events(ticket, acts.Extend(actor="z", by=timedelta(days=1), reason="等件", at=AT))[0],
    ]
    said = [explainer(town).explain(event(one.kind, **one.data)) for one in numbers]
    assert [zh.partition("：")[0] for zh, _ in said] == [
        "时限暂停(待诉求人补充)",
        "日历变更",
        "延期",
    ]
    for one, (zh, en) in zip(numbers, said, strict=True):
        assert one.data["why_zh"] in zh
        assert one.data["why_en"].rstrip(".") in en


def test_every_kind_has_its_sentence_and_needs_nothing_but_its_kind(town: Any) -> None:
    assert set(SENTENCES) == set(EventKind)
    for kind in EventKind:
        zh, en = explainer(town).explain(event(kind))
        assert zh.endswith("。"), kind
        assert en.endswith("."), kind
        assert not re.search(r"[{}]|None", zh + en), kind


def test_long_words_are_cut(town: Any) -> None:
    zh, _en = explainer(town).explain(event(EventKind.NOTED, text="长" * 500))
    assert zh == f"li备注：{'长' * 119}…。"


def test_one_sentence_can_be_had_without_a_rule_book(town: Any) -> None:
    ticket = town.do(town.ticket(), acts.Dispatch(actor="z", at=AT))
    act = acts.Return(actor="z", reason=ReturnReason.OTHER, at=AT)
    told = event(EventKind.RETURNED, **town.events(ticket, act)[0].data)
    assert explain_event(told).startswith("柳林街道办(T1)以“其他”退单")
    assert explain_event(event(EventKind.SIGNED, unit="T1"), "en") == "T1 signed for it."
    named = explain_event(event(EventKind.SIGNED, unit="T1"), "en", town.bodies)
    assert named == "柳林街道办 (T1) signed for it."
    with pytest.raises(ValueError, match="use one of zh, en"):
        explain_event(told, "fr")


def test_times_and_spans_are_said_as_people_say_them() -> None:
    assert say_time(AT) == ("2026年11月3日09时00分", "2026-11-03 09:00")
    assert say_time(AT.replace(hour=0)) == ("2026年11月2日24时", "2026-11-02 24:00")
    assert say_time(None) == ("无", "none")
    assert say_span(timedelta(days=3, hours=2, minutes=5)) == ("3天2小时", "3 d 2 h")
    assert say_span(timedelta(hours=2)) == ("2小时", "2 h")
    assert say_span(timedelta(seconds=42)) == ("42秒", "42 s")
    assert say_span(timedelta(0)) == ("0秒", "0 s")
