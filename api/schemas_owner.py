"""Shapes of questions and answers of ownership, for reading bodies and for the documentation."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.schemas import Answer, ChainLink, EditionUsed, OverlayHit

Language = Literal["zh", "en"]
CallerName = Literal["personal", "enterprise"]


class Given(BaseModel):
    """Base of all bodies: members that do not exist are refused."""

    model_config = ConfigDict(extra="forbid")


class PointGiven(Given):
    """A point in a stated datum."""

    lon: Annotated[float, Field(description="经度或东坐标 / Longitude, or easting")]
    lat: Annotated[float, Field(description="纬度或北坐标 / Latitude, or northing")]


class AddressGiven(Given):
    """Words that say where, and what is known beside them."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    district: Annotated[str, Field(max_length=100)] = ""
    township: Annotated[str, Field(max_length=100)] = ""
    community: Annotated[str, Field(max_length=100)] = ""
    estate: Annotated[str, Field(max_length=100)] = ""


class OwnerRequest(Given):
    """A place (exactly one of point, geometry and address), a category and a date."""

    point: PointGiven | None = None
    geometry: Annotated[
        dict[str, Any] | None,
        Field(description="GeoJSON 线或面，几何或 Feature / GeoJSON line or polygon"),
    ] = None
    address: AddressGiven | None = None
    datum: Annotated[
        str,
        Field(description="point 与 geometry 的坐标系 / Datum of point and geometry"),
    ] = "WGS-84"
    category: Annotated[
        str,
        Field(
            min_length=1,
            max_length=300,
            description="事项编码，或 一级->二级->三级 / Code, or the full path",
        ),
    ]
    at: Annotated[date | None, Field(description="日期，缺省为今天 / Date, default today")] = None
    received_at: Annotated[
        AwareDatetime | None,
        Field(description="受理时间，带时区，缺省为现在 / Received, with zone; default now"),
    ] = None
    accuracy_m: Annotated[float, Field(ge=0, le=1000)] = 20.0
    caller: CallerName = "personal"
    lang: Language = "zh"
    record: Annotated[bool, Field(description="是否存档 / Whether to keep the decision")] = True
    phones: Annotated[
        bool, Field(description="岗位电话，须服务许可 / Phones of posts, if permitted")
    ] = False
    limit: Annotated[int, Field(ge=1, le=20)] = 5

    @model_validator(mode="after")
    def _one_place(self) -> "OwnerRequest":
        given = [
            name for name in ("point", "geometry", "address") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            message = "give exactly one of point, geometry and address"
            raise ValueError(message)
        return self


class ReasonGiven(Answer):
    """A reason: its code, the values that it names, and a sentence."""

    code: str
    values: list[str | float]
    text: str


class BodyNamed(Answer):
    """A body, its role, and what brought it in."""

    code: str
    name: str
    kind: str
    role: Literal["primary", "co_organiser", "copied", "supervising"]
    phone: str
    because: str


class PostNamed(Answer):
    """A post that answers for the place; ``holder`` null where it is vacant."""

    code: str
    kind: str
    layer: str
    area: str
    area_name: str
    holder: str | None
    phone: str | None = None


class CandidateBody(Answer):
    """A candidate in the order of rules, and why it was taken or left."""

    step: str
    step_name: str
    rule: str
    body: str | None
    body_name: str | None
    layer: str | None
    feature: str | None
    feature_name: str | None
    distance_m: float | None
    is_taken: bool
    reason: ReasonGiven


class DueBy(Answer):
    """Until when an answer is due."""

    level: str
    level_name: str
    limit_s: float
    clock: str
    due_at: datetime
    calendar: str
    is_provisional: bool = Field(
        description="工作日历尚未公布 / The working calendar is not published yet"
    )


class PlaceRead(Answer):
    """How the place was read."""

    input: dict[str, Any]
    notes: list[str]
    location: dict[str, Any] | None = None
    geocoder: dict[str, Any] | None = None
    parts: list[dict[str, Any]] | None = Field(
        default=None, description="线或面中各主体的占比 / Shares of a line or polygon"
    )


class BookUsed(Answer):
    """The rule book that answered."""

    id: str
    label: str
    valid_from: date
    valid_to: date | None
    generated: bool


class Evidence(Answer):
    """What the answer rests on."""

    book: BookUsed
    calendar: str
    editions: dict[str, EditionUsed]


class OwnerFound(Answer):
    """Who answers, with the evidence."""

    decision: str | None = Field(
        description="存档编号，record=false 时为 null / Id of the decision"
    )
    summary: str
    status: Literal["decided", "provisional", "disputed", "nobody"]
    primary: BodyNamed | None
    co_organisers: list[BodyNamed]
    copied: list[BodyNamed]
    supervising: list[BodyNamed]
    step: str | None
    rule: str | None
    confidence: float = Field(ge=0, le=1)
    flags: list[str]
    deadline: DueBy | None
    posts: list[PostNamed]
    chain: list[ChainLink]
    overlays: list[OverlayHit]
    considered: list[CandidateBody]
    would_change: list[ReasonGiven]
    question: dict[str, Any]
    context: dict[str, Any]
    place: PlaceRead
    evidence: Evidence


class BriefOwner(Answer):
    """Who would answer at a candidate."""

    body: str | None
    name: str | None
    status: str
    step: str | None
    rule: str | None
    confidence: float
    summary: str


class PlaceCandidate(Answer):
    """A place that the words may mean, with its owner."""

    label: str
    uid: str
    lon: float
    lat: float
    accuracy_m: float
    place_confidence: float
    why: str
    owner: BriefOwner


class PlaceUnclear(Answer):
    """The words do not say which place; a person has to."""

    decision: None
    summary: str
    status: Literal["place_unclear"]
    candidates: list[PlaceCandidate]
    place: PlaceRead
    evidence: Evidence


class DecisionHead(Answer):
    """A recorded decision in short."""

    id: str
    recorded_at: datetime
    at: date
    category: str
    body: str | None
    step: str | None
    rule: str | None
    status: str
    confidence: float
    flags: list[str]


class DecisionList(Answer):
    """Decisions, the latest first."""

    decisions: list[DecisionHead]


class DecisionKept(Answer):
    """A decision as it was recorded."""

    id: str
    recorded_at: datetime
    digest: str = Field(description="SHA-256")
    is_intact: bool = Field(description="内容与摘要、编号一致 / Content, digest and id agree")
    summary: str
    considered: list[str] = Field(description="逐条理由 / The reasons in words")
    document: dict[str, Any]


class Difference(Answer):
    """One value that came out different."""

    path: str
    before: Any
    after: Any


class DecisionReplayed(Answer):
    """What came out when a decision was worked out again."""

    id: str
    is_same: bool
    differences: list[Difference]
    document: dict[str, Any]
