"""Shapes of bodies and answers of tickets, for reading and for the documentation."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from api.schemas import Answer
from api.schemas_owner import Given
from governance.book.terms import Caller
from governance.tickets.terms import EventKind, ReviewCode, TicketState

_Word = Annotated[str, Field(max_length=200)]
_Line = Annotated[str, Field(max_length=2000)]


class CallerTold(Given):
    """Who asks 诉求人; kept apart from the ticket and in no answer about it."""

    name: _Word = ""
    phone: _Word = ""
    account: _Word = ""
    id_number: _Word = ""
    email: _Word = ""
    address: _Line = ""
    enterprise: _Word = ""


class HintsTold(Given):
    """Area fields of the source, names or codes."""

    district: _Word = ""
    township: _Word = ""
    community: _Word = ""
    estate: _Word = ""


class TicketGiven(Given):
    """A request as a channel sends it."""

    source: Annotated[
        str,
        Field(min_length=1, max_length=100, description="来源系统 / System that sends it"),
    ]
    external_id: Annotated[
        str,
        Field(
            max_length=200,
            description=(
                "来源系统中的编号，与 source 一起决定工单；缺省取请求头 Idempotency-Key，"
                "都没有时每次另立新单"
                " / Number there; with `source` it names the ticket for good. Without one the"
                " header Idempotency-Key is taken; with neither each sending is another ticket."
            ),
        ),
    ] = ""
    channel: Annotated[_Word, Field(description="渠道，键或别名 / Channel: key or alias")] = ""
    request_type: Annotated[_Word, Field(description="诉求类型 / Type of request")] = ""
    caller_kind: Caller = Caller.PERSONAL
    category: Annotated[
        str, Field(max_length=300, description="事项编码或路径 / Category: code or path")
    ] = ""
    title: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=20_000, description="主要内容 / What is said")] = ""
    address: Annotated[_Line, Field(description="地点文字，缺省读正文 / Words of the place")] = ""
    hints: HintsTold | None = None
    lon: Annotated[float | None, Field(description="先经度后纬度 / Longitude first")] = None
    lat: float | None = None
    datum: Annotated[_Word, Field(description="坐标系 / Datum of lon and lat")] = "WGS-84"
    accuracy_m: Annotated[float | None, Field(ge=0, le=100_000)] = None
    received_at: Annotated[
        AwareDatetime | None,
        Field(description="受理时间，带时区，缺省为现在 / Received, with zone; default now"),
    ] = None
    caller: CallerTold | None = None
    reported: Annotated[
        _Word, Field(description="被举报单位，编码或名称 / Body that is reported")
    ] = ""
    tags: Annotated[list[_Word], Field(max_length=50, default_factory=list)]
    extra: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="其他字段，不对外显示 / Anything else; kept, never shown",
        ),
    ]


class ReviewReason(Answer):
    """Why a ticket waits for a person."""

    code: ReviewCode
    name: str
    name_en: str
    values: dict[str, Any]


class TicketTaken(Answer):
    """What became of a request: the answer to its sender."""

    id: str
    url: str
    source: str
    external_id: str
    is_new: bool = Field(description="此前没有 / It was not there before")
    differs: list[str] = Field(
        description="再次报送时与首次不同的字段 / Fields that differ from the first sending"
    )
    state: TicketState
    seq: int
    lon: float | None
    lat: float | None
    place_label: str
    district: str
    township: str
    category: str
    body: str
    body_name: str
    handler: str
    decision: str
    due_at: datetime | None
    review: list[ReviewCode]


class TicketOutcome(Answer):
    """What became of one row of a batch."""

    row: int = Field(description="行号，从 1 起，不含表头 / Number of the row, from 1")
    id: str | None
    external_id: str | None
    is_new: bool | None
    differs: list[str] | None
    state: TicketState | None
    body: str | None
    body_name: str | None
    due_at: datetime | None
    review: list[ReviewCode] | None
    error: str | None = Field(description="为何不能受理 / Why it was not taken")


class TicketShown(Answer):
    """A ticket as it stands; texts are masked, nothing of it is personal."""

    id: str
    source: str
    external_id: str
    state: TicketState
    state_name: str
    state_name_en: str
    state_since: datetime
    dispatched_at: datetime | None
    last_at: datetime | None
    is_overdue: bool
    channel: str
    request_type: str
    catalogue: str
    caller_kind: str
    category: str
    category_given: str
    title: str
    text: str
    address: str
    masker: str
    hints: dict[str, str]
    tags: list[str]
    reported: str
    is_protected: bool
    received_at: datetime
    recorded_at: datetime
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    datum_given: str
    place_method: str
    place_uid: str
    place_label: str
    place_precision: str
    place_confidence: float
    gazetteer: str
    areas: dict[str, str]
    district: str
    township: str
    community: str
    grid: str
    body: str
    body_name: str
    step: str
    rule: str
    owner_status: str
    owner_confidence: float
    flags: list[str]
    decision: str
    book: str
    lead: str
    handler: str
    co_organisers: list[str]
    copied: list[str]
    supervising: list[str]
    level: str
    due_at: datetime | None
    due_is_provisional: bool
    is_paused: bool
    review: list[ReviewReason]
    n_dispatches: int
    n_returns: int
    replied_at: datetime | None
    closed_at: datetime | None
    last_return: dict[str, Any]
    call_back: dict[str, Any]
    incident: str
    merged_into: str
    seq: int


class TicketWhole(TicketShown):
    """A ticket with what its deadline rests on, and where the rest is found."""

    clock: dict[str, Any]
    links: dict[str, str]


class TicketList(Answer):
    """A page of tickets, the latest received first."""

    tickets: list[TicketShown]
    count: int | None = Field(description="全部命中数，count=true 时 / All matches, if asked")
    next: str | None


class EventShown(Answer):
    """What happened, with a sentence."""

    position: int
    stream: str
    seq: int
    kind: EventKind
    name: str
    name_en: str
    at: datetime
    recorded_at: datetime
    actor: str
    unit: str
    decision: str
    sentence: str
    sentence_en: str
    data: dict[str, Any]


class TicketHistory(Answer):
    """All events of a ticket or an incident, in order."""

    id: str
    events: list[EventShown]


class ActGiven(Given):
    """What someone does with a ticket."""

    kind: Annotated[str, Field(max_length=50, description="做什么 / What is done: an act")]
    at: Annotated[
        AwareDatetime | None,
        Field(description="何时，带时区，缺省为现在 / When, with zone; default now"),
    ] = None
    actor: Annotated[
        str, Field(min_length=1, max_length=100, description="谁：账号 / Who: an account")
    ]
    unit: Annotated[str, Field(max_length=100, description="代表的主体 / Code of the body")] = ""
    data: Annotated[
        dict[str, Any],
        Field(default_factory=dict, description="该种事件的内容 / What belongs to the kind"),
    ]


class TicketActed(Answer):
    """The ticket after an act, and what was recorded."""

    ticket: TicketWhole
    events: list[EventShown]


class TicketCorrected(TicketActed):
    """The ticket after a correction, and what was recorded beside it."""

    ruling: str = Field(description="记录的责任划分 / Ruling that was recorded, if any")
    gazetteer: str = Field(description="地名库更正 / Proposal to the gazetteer, if any")


class CallerShown(Answer):
    """The caller, field by field; those that the reader may not see are masked."""

    id: str
    caller: dict[str, str]
    shown: list[str]
    event: int | None = Field(description="查看记录的序号 / Number of the event on record")


class LinkShown(Answer):
    """Another ticket that belongs to this one."""

    kind: str
    other: str
    score: float
    why: str
    why_en: str
    at: datetime


class LinkList(Answer):
    """Links of a ticket."""

    id: str
    links: list[LinkShown]
    incident: str


class ReviewShown(Answer):
    """A ticket that waits for a person, with what it may mean."""

    ticket: TicketShown
    reasons: list[ReviewReason]
    candidates: list[dict[str, Any]]
    opened_at: datetime


class ReviewPage(Answer):
    """A page of the review queue, the longest waiting first."""

    items: list[ReviewShown]
    next: str | None


class ReviewCount(Answer):
    """How many tickets wait for one reason."""

    code: ReviewCode
    name: str
    name_en: str
    count: int


class ReviewCounts(Answer):
    """How many tickets wait, by reason; a ticket may wait for several."""

    counts: list[ReviewCount]
