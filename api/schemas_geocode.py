"""Shapes of the answers about texts, for the documentation and its tests."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer, InputPoint, LocateAnswer
from geo.address.answers import Decision, PartRole, Precision


class PartFound(Answer):
    """A stretch of the text and what it was taken for."""

    start: int = Field(description="起始字位，来自已知信息时为 -1 / First character; -1 for a hint")
    end: int
    text: str
    role: PartRole
    uid: str
    name: str


class CandidateFound(Answer):
    """A place that the text may mean."""

    uid: str
    name: str
    kind: str
    label: str
    precision: Precision
    lon: float
    lat: float
    datum: Literal["CGCS2000"]
    accuracy_m: float = Field(
        description="九成情况下真实位置在此距离内，米 / True place within, nine times of ten"
    )
    confidence: float = Field(ge=0, le=1)
    areas: dict[str, str]
    parts: list[PartFound]
    why_zh: str
    why_en: str


class SuggestedPlace(Answer):
    """A place that an online provider suggests; never accepted without a person."""

    provider: str
    label: str
    level: str
    lon: float
    lat: float
    datum: Literal["CGCS2000"]
    given: InputPoint = Field(description="服务商原坐标 / The place as the provider gave it")
    decision: Literal["review"]


class GeocodeResult(Answer):
    """Which place a text means."""

    text: str
    decision: Decision
    explanation_zh: str
    explanation_en: str
    candidates: list[CandidateFound]
    parts: list[PartFound]
    gazetteer_edition: str
    jurisdiction: LocateAnswer | None = Field(
        description="最佳候选的所属辖区 / Who holds the best candidate, at its accuracy"
    )
    suggestions: list[SuggestedPlace]
    suggestions_problem: str | None


class NearbyPlace(CandidateFound):
    """A named place near a point."""

    distance_m: float


class ReverseResult(Answer):
    """What is near a point."""

    input: InputPoint
    location: InputPoint
    places: list[NearbyPlace]
    gazetteer_edition: str
    jurisdiction: LocateAnswer
