"""One sentence for each event, in Chinese and in English; bodies have their names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from governance.book.terms import STEP_NAMES
from governance.owner.explain import LANGUAGES
from governance.tickets.channels.reading import default_catalogue
from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.life.clock_words import Names, Said, say_state
from governance.tickets.life.event_names import (
    CORRECTED_NAMES,
    LINK_NAMES,
    PLACED_NAMES,
    SOLVED_NAMES,
)
from governance.tickets.life.profile import default_life_profile
from governance.tickets.life.speaker import Speaker
from governance.tickets.life.spoken import say_time
from governance.tickets.privacy.sight import PURPOSE_NAMES
from governance.tickets.terms import (
    EVENT_NAMES,
    RETURN_NAMES,
    REVIEW_NAMES,
    EventKind,
    PlaceMethod,
)
from governance.tickets.ticket import TicketEvent

__all__ = ["SENTENCES", "EventExplainer", "Sentence", "explain_event"]

_E = EventKind
_LONGEST_TEXT = 120

Sentence = Callable[[Speaker, TicketEvent], Said]
"""Writes an event as a sentence without a full stop, Chinese and English."""


class EventExplainer(Speaker):
    """Writes events as sentences.

    Parameters
    ----------
    bodies, names
        As of :class:`Speaker`.
    sentences
        What is said of each kind; a package that adds kinds adds sentences.
    """

    def __init__(
        self, bodies: BodyDirectory, names: Names, sentences: Mapping[str, Sentence] | None = None
    ) -> None:
        super().__init__(bodies, names)
        self._sentences = SENTENCES if sentences is None else sentences

    def explain(self, event: TicketEvent) -> Said:
        """Write an event as one sentence in Chinese and one in English.

        Free text stands in both as it was written, masked, and is cut at 120 letters.
        """
        sentence = self._sentences.get(event.kind)
        if sentence is None:
            zh, en = EVENT_NAMES.get(event.kind, (str(event.kind), str(event.kind)))
        else:
            zh, en = sentence(self, event)
        # The name of an account is written as it is.
        if not en.startswith(f"{event.actor} "):
            en = en[:1].upper() + en[1:]
        return f"{zh.rstrip('。')}。", f"{en.rstrip('.')}."


def _short(text: object) -> str:
    line = " ".join(str(text or "").split()).rstrip("。.")
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _tail(text: object) -> Said:
    """Say a reason after a colon; nothing where there is none."""
    line = _short(text)
    return (f"：{line}", f": {line}") if line else ("", "")


def _received(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    number = f"{data.get('source', '')} {data.get('external_id', '')}".strip()
    zh, en = _channel(data)
    what = data.get("category_given") or data.get("category", "")
    about_zh, about_en = (f"，事项“{what}”", f', about "{what}"') if what else ("", "")
    return (
        f"经{zh}受理，编号{number}{about_zh}",
        f"received over {en} as {number}{about_en}",
    )


def _channel(data: Mapping[str, Any]) -> Said:
    """Name the channel; a key that the package does not know stands as it is."""
    key = data.get("channel") or data.get("source", "")
    known = default_catalogue().channels.get(key)
    return (key, key) if known is None else (known.name, known.name_en)


def _received_again(_x: Speaker, event: TicketEvent) -> Said:
    differs = event.data.get("differs") or []
    if not differs:
        return "再次报送，内容未变", "sent again, unchanged"
    return (
        f"再次报送，不同之处：{'、'.join(differs)}",
        f"sent again; different: {', '.join(differs)}",
    )


def _placed(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    zh, en = PLACED_NAMES.get(data.get("place_method", ""), PLACED_NAMES[PlaceMethod.NONE])
    label = data.get("place_label", "")
    if label:
        zh, en = f"{zh}：{label}", f"{en}: {label}"
    if data.get("lon") is not None:
        where = f"{data['lon']:.5f}, {data['lat']:.5f}"
        zh, en = f"{zh}({where})", f"{en} ({where})"
    if data.get("accuracy_m") is not None:
        accuracy = f"{data['accuracy_m']:.0f}"
        zh, en = f"{zh}，精度{accuracy}米", f"{en}, accurate to {accuracy} m"
    return zh, en


def _owned(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    code = data.get("body", "")
    if not code:
        return "没有找到责任主体", "nobody answers for it"
    body_zh, body_en = x.body(code, data.get("body_name", ""))
    steps = {str(step): said for step, said in STEP_NAMES.items()}
    step_zh, step_en = steps.get(data.get("step", ""), ("规则", "rule"))
    rule = data.get("rule", "")
    zh = f"认定由{body_zh}主办({step_zh} {rule})"
    en = f"{body_en} answers for it ({step_en} {rule})"
    if data.get("why_zh"):
        return f"{zh}；{data['why_zh']}", f"{en}; {data['why_en']}"
    if data.get("due_at"):
        due_zh, due_en = say_time(datetime.fromisoformat(data["due_at"]))
        return f"{zh}，{due_zh}到期", f"{en}; due {due_en}"
    return zh, en


def _reasons(event: TicketEvent) -> Said:
    known = {str(code): said for code, said in REVIEW_NAMES.items()}
    codes = [reason["code"] for reason in event.data.get("reasons", ())]
    said = [known.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def _review_opened(_x: Speaker, event: TicketEvent) -> Said:
    zh, en = _reasons(event)
    return f"转人工审核：{zh}", f"put to review: {en}"


def _review_closed(x: Speaker, event: TicketEvent) -> Said:
    zh, en = _reasons(event)
    who_zh, who_en = x.who(event)
    if not zh:
        return f"{who_zh}完成审核", f"{who_en} finished the review"
    return f"{who_zh}审核，尚待：{zh}", f"{who_en} reviewed it; left: {en}"


def _corrected(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    what_zh, what_en = CORRECTED_NAMES.get(data.get("what", ""), ("内容", "it"))
    who_zh, who_en = x.who(event)
    because_zh, because_en = _tail(data.get("because"))
    return f"{who_zh}更正{what_zh}{because_zh}", f"{who_en} corrected {what_en}{because_en}"


def _parties(x: Speaker, data: Mapping[str, Any]) -> Said:
    zh, en = "", ""
    for key, name_zh, name_en in (("co_organisers", "协办", "with"), ("copied", "抄送", "copy to")):
        if data.get(key):
            some_zh, some_en = x.listed(data[key])
            zh, en = f"{zh}，{name_zh}{some_zh}", f"{en}, {name_en} {some_en}"
    return zh, en


def _dispatched(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    zh, en = x.body(data.get("body", ""), data.get("body_name", ""))
    more_zh, more_en = _parties(x, data)
    how_zh, how_en = (
        ("直派", "dispatched directly") if data.get("is_automatic") else ("派单", "dispatched")
    )
    return f"{how_zh}给{zh}{more_zh}", f"{how_en} to {en}{more_en}"


def _redispatched(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    zh, en = x.body(data.get("body", ""), data.get("body_name", ""))
    from_zh, from_en = x.body(data.get("from", ""))
    lead_zh, lead_en = x.body(data.get("lead", ""), data.get("lead_name", ""))
    more_zh, more_en = _parties(x, data)
    because_zh, because_en = _tail(data.get("because"))
    if data.get("ruling"):
        ruling = data["ruling"]
        led_zh, led_en = f"按责任划分{ruling}由{lead_zh}牵头", f"{lead_en} leads by ruling {ruling}"
    else:
        led_zh, led_en = f"首接单位{lead_zh}牵头", f"the first receiver {lead_en} leads"
    return (
        f"由{from_zh}改派{zh}{more_zh}，{led_zh}{because_zh}",
        f"dispatched again from {from_en} to {en}{more_en}; {led_en}{because_en}",
    )


def _did(zh: str, en: str, key: str = "") -> Sentence:
    """Make the sentence "who did it", with the text under a key."""

    def sentence(x: Speaker, event: TicketEvent) -> Said:
        who_zh, who_en = x.who(event)
        tail_zh, tail_en = _tail(event.data.get(key)) if key else ("", "")
        return f"{who_zh}{zh}{tail_zh}", f"{who_en} {en}{tail_en}"

    return sentence


def _called_back(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    if data.get("is_reached") is False:
        return "回访未联系上诉求人", "called back; the caller was not reached"
    zh, en = SOLVED_NAMES.get(data.get("is_solved"), SOLVED_NAMES[None])
    if data.get("satisfaction"):
        zh, en = f"{zh}，满意度{data['satisfaction']}", f"{en}, satisfaction {data['satisfaction']}"
    return f"已回访：{zh}", f"called back: {en}"


def _returned(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    known = {str(code): said for code, said in RETURN_NAMES.items()}
    zh, en = known.get(data.get("reason", ""), known["other"])
    body_zh, body_en = x.body(data.get("body", ""), data.get("body_name", ""))
    because_zh, because_en = _tail(data.get("text"))
    border = (data.get("proof") or {}).get("border_m")
    proof_zh, proof_en = "", ""
    if border is not None:
        proof_zh = f"；图证：距最近界线{border:.1f}米"
        proof_en = f"; by the map {border:.1f} m from the nearest border"
    return (
        f"{body_zh}以“{zh}”退单{because_zh}{proof_zh}",
        f"{body_en} returned it as {en}{because_en}{proof_en}",
    )


def _return_decided(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    is_upheld = data.get("is_upheld")
    zh, en = (
        ("退单成立", "the return is upheld")
        if is_upheld
        else ("退单不成立", "the return is rejected")
    )
    if data.get("is_final"):
        zh, en = f"{zh}(终审)", f"{en}, finally"
    if data.get("body"):
        body_zh, body_en = x.body(data["body"], data.get("body_name", ""))
        zh, en = f"{zh}，由{body_zh}办理", f"{en}; {body_en} handles it"
    because_zh, because_en = _tail(data.get("because"))
    return f"{zh}{because_zh}", f"{en}{because_en}"


def _why(x: Speaker, event: TicketEvent) -> Said:
    """Take the explanation that the clock wrote."""
    data = event.data
    name_zh, name_en = EVENT_NAMES[EventKind(event.kind)]
    if event.kind == _E.PAUSED and data.get("state"):
        state_zh, state_en = say_state(data["state"], x.names)
        name_zh, name_en = f"{name_zh}({state_zh})", f"{name_en} ({state_en})"
    return f"{name_zh}：{data.get('why_zh', '')}", f"{name_en}: {data.get('why_en', '')}"


def _reopened(x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    who_zh, who_en = x.who(event)
    zh, en = _tail(data.get("because"))
    zh, en = f"{who_zh}重新启动办理{zh}", f"{who_en} reopened it{en}"
    if data.get("why_zh"):
        return f"{zh}；{data['why_zh']}", f"{en}; {data['why_en']}"
    return zh, en


def _linked(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    known = {str(kind): said for kind, said in LINK_NAMES.items()}
    zh, en = known.get(data.get("kind", ""), ("关联", "linked"))
    why_zh, why_en = _short(data.get("why_zh")), _short(data.get("why_en"))
    tail_zh, tail_en = (f"：{why_zh}", f": {why_en}") if why_zh else ("", "")
    other = data.get("other", "")
    if event.kind == _E.UNLINKED:
        return f"与{other}取消关联({zh})", f"not linked to {other} any more ({en})"
    return f"与{other}关联，{zh}{tail_zh}", f"linked to {other}, {en}{tail_en}"


def _merged(x: Speaker, event: TicketEvent) -> Said:
    who_zh, who_en = x.who(event)
    zh, en = _tail(event.data.get("because"))
    into = event.data.get("into", "")
    return f"{who_zh}将其并入{into}{zh}", f"{who_en} merged it into {into}{en}"


def _incident(zh: str, en: str) -> Sentence:
    def sentence(_x: Speaker, event: TicketEvent) -> Said:
        incident = event.data.get("incident", "")
        because_zh, because_en = _tail(event.data.get("because"))
        return f"{zh}{incident}{because_zh}", f"{en} {incident}{because_en}"

    return sentence


def _caller_shown(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    known = {str(purpose): said for purpose, said in PURPOSE_NAMES.items()}
    purpose = str(data.get("purpose", ""))
    zh, en = known.get(purpose, (purpose, f"for {purpose}"))
    reader, shown = data.get("reader", ""), data.get("fields") or ()
    return (
        f"{reader}为{zh}查看诉求人信息：{'、'.join(shown)}",
        f"{reader} was shown the caller {en}: {', '.join(shown)}",
    )


def _grown(_x: Speaker, event: TicketEvent) -> Said:
    data = event.data
    zh, en = EVENT_NAMES[EventKind(event.kind)]
    if data.get("why_zh"):
        return f"{zh}：{data['why_zh']}", f"{en}: {data['why_en']}"
    return f"{zh}，共{data.get('n_tickets', 0)}件", f"{en}: {data.get('n_tickets', 0)} tickets"


SENTENCES: dict[str, Sentence] = {
    _E.RECEIVED: _received,
    _E.RECEIVED_AGAIN: _received_again,
    _E.PLACED: _placed,
    _E.OWNED: _owned,
    _E.REVIEW_OPENED: _review_opened,
    _E.REVIEW_CLOSED: _review_closed,
    _E.CORRECTED: _corrected,
    _E.DISPATCHED: _dispatched,
    _E.REDISPATCHED: _redispatched,
    _E.SIGNED: _did("签收", "signed for it"),
    _E.STARTED: _did("开始办理", "began to handle it", "note"),
    _E.REPLIED: _did("答复诉求人", "replied", "text"),
    _E.CALLED_BACK: _called_back,
    _E.RETURNED: _returned,
    _E.RETURN_DECIDED: _return_decided,
    _E.CLOSED: _did("办结", "closed it", "because"),
    _E.REOPENED: _reopened,
    _E.PAUSED: _why,
    _E.RESUMED: _why,
    _E.EXTENDED: _why,
    _E.RECALENDARED: _why,
    _E.LINKED: _linked,
    _E.UNLINKED: _linked,
    _E.MERGED: _merged,
    _E.ATTACHED: _incident("归入事件", "attached to incident"),
    _E.DETACHED: _incident("移出事件", "taken out of incident"),
    _E.CALLER_SHOWN: _caller_shown,
    _E.NOTED: _did("备注", "noted", "text"),
    _E.PROPOSED: _grown,
    _E.GREW: _grown,
    _E.CONFIRMED: _did("确认事件", "confirmed the incident", "because"),
    _E.DISMISSED: _did("排除事件", "dismissed the incident", "because"),
    _E.ENDED: _did("宣布事件结束", "ended the incident", "because"),
}
"""What is said of each kind of event."""


def explain_event(
    event: TicketEvent, language: str = "zh", bodies: BodyDirectory | None = None
) -> str:
    """Write an event as one sentence.

    Parameters
    ----------
    event
        Of a ticket or an incident.
    language
        ``zh`` or ``en``.
    bodies
        Names the bodies; without it only those are named whose names stand in the event.

    Raises
    ------
    ValueError
        The language is neither.
    """
    if language not in LANGUAGES:
        message = f"no sentences in {language!r}; use one of {', '.join(LANGUAGES)}"
        raise ValueError(message)
    directory = _NOBODY if bodies is None else bodies
    explainer = EventExplainer(directory, default_life_profile().waiting)
    return explainer.explain(event)[LANGUAGES.index(language)]


_NOBODY = BodyDirectory(())
