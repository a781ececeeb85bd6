"""Shapes of bodies and answers of incidents, returns and the catalogue of channels."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from api.schemas import Answer
from api.schemas_owner import Given
from governance.tickets.terms import IncidentState, ReturnReason


class IncidentShown(Answer):
    """An incident as it stands."""

    id: str
    category_group: str
    title_zh: str
    title_en: str
    layer: str
    area: str
    lon: float
    lat: float
    radius_m: float
    first_at: datetime
    last_at: datetime
    n_tickets: int
    expected: float
    p_value: float
    body: str
    body_name: str
    state: IncidentState
    state_name: str
    state_name_en: str
    why_zh: str
    why_en: str
    seq: int


class IncidentList(Answer):
    """A page of incidents."""

    incidents: list[IncidentShown]
    next: str | None


class IncidentDecided(Given):
    """Who decides something about an incident, and why."""

    actor: Annotated[str, Field(min_length=1, max_length=100, description="账号 / Account")]
    unit: Annotated[str, Field(max_length=100)] = ""
    because: Annotated[str, Field(max_length=2000, description="理由 / Why")] = ""
    at: AwareDatetime | None = None


class AttachGiven(IncidentDecided):
    """Which tickets belong to an incident, or do not."""

    tickets: Annotated[list[str], Field(min_length=1, max_length=1000)]


class ReturnShown(Answer):
    """A return and, once there is one, its decision."""

    ticket: str
    seq: int
    returned_at: datetime
    unit: str
    body: str
    reason: ReturnReason
    reason_name: str
    reason_name_en: str
    text: str
    rule: str
    proof: dict[str, Any]
    is_upheld: bool | None
    because: str
    is_final: bool
    ruling: str
    document: str
    decided_at: datetime | None
    decided_by: str
    decided_body: str


class ReturnList(Answer):
    """Returns, the oldest first."""

    returns: list[ReturnShown]


class AccuracyOfRule(Answer):
    """How often a rule named the right body, as far as returns tell."""

    rule: str
    dispatched: int
    returned: int
    upheld: int
    undecided: int
    settled: int
    accuracy: float | None
    low: float
    high: float


class RuleAccuracies(Answer):
    """Rules with the most returns upheld first."""

    since: datetime
    until: datetime
    rules: list[AccuracyOfRule]


class ChannelsKept(Answer):
    """A catalogue of channels, request types and kinds of callers."""

    version: str
    edition: str
    valid_from: str
    source: str
    confidence: str
    channels: list[dict[str, Any]]
    request_types: list[dict[str, Any]]
    caller_kinds: list[dict[str, Any]]
