"""What the geocoder answers: candidates, the parts they rest on, and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = [
    "AddressHints",
    "Candidate",
    "Decision",
    "GeocodeAnswer",
    "Part",
    "PartRole",
    "Precision",
]


class Decision(StrEnum):
    """What to do with an answer.

    ``accepted``: place the ticket without asking a person. ``review``: candidates exist, a person
    chooses. ``refused``: nothing in the gazetteer answers the text.
    """

    ACCEPTED = "accepted"
    REVIEW = "review"
    REFUSED = "refused"


class Precision(StrEnum):
    """What kind of thing was found, from exact to coarse."""

    DOOR = "door"  # a house number known as a point, a building of an estate, a gate
    INTERPOLATED = "interpolated"  # between known house numbers
    CROSSING = "crossing"
    POI = "poi"
    ESTATE = "estate"
    OFFSET = "offset"  # at a stated distance and direction from one of the above
    ZONE = "zone"
    ROAD = "road"  # somewhere on it
    COMMUNITY = "community"
    TOWNSHIP = "township"
    DISTRICT = "district"
    CITY = "city"


class PartRole(StrEnum):
    """What a part of the text was taken for."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"
    COMMUNITY = "community"
    ESTATE = "estate"
    ROAD = "road"
    POI = "poi"
    WATER = "water"
    ZONE = "zone"
    NUMBER = "number"  # 门牌号
    BUILDING = "building"  # 楼号
    UNIT = "unit"  # 单元, 层, 室: understood, not located
    GATE = "gate"
    OFFSET = "offset"  # 东侧50米, 对面
    CROSSING = "crossing"  # 与, 交叉口
    POSTCODE = "postcode"
    UNKNOWN_NAME = "unknown_name"  # looks like a name that the gazetteer does not have
    IGNORED = "ignored"  # chatter


@dataclass(frozen=True, slots=True)
class AddressHints:
    """What is known besides the text; names or codes, empty where unknown."""

    district: str = ""
    township: str = ""
    community: str = ""
    estate: str = ""  # the field 小区点位 of an export


class Part(NamedTuple):
    """A stretch of the text and what it was taken for.

    ``start`` and ``end`` count characters of the text as given; -1 where the part comes from a
    hint. ``uid`` and ``name`` are those of the gazetteer entry, empty for a part that is none.
    """

    start: int
    end: int
    text: str
    role: PartRole
    uid: str = ""
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the part as JSON values."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "role": str(self.role),
            "uid": self.uid,
            "name": self.name,
        }


@dataclass(slots=True)
class Candidate:
    """One place that the text may mean.

    Attributes
    ----------
    uid, name, kind
        The gazetteer entry that was found (the road, where a house number was found).
    label
        The whole of what was found, in words: 柳林街道红岭里3号楼.
    precision
        What was found.
    lon, lat
        CGCS2000 degrees.
    accuracy_m
        Distance within which the true place lies in nine cases of ten.
    confidence
        Calibrated probability, from 0 to 1, that this is the entity meant and that the place is
        within 50 m or, where ``accuracy_m`` is larger, within that.
    areas
        uid of the areas that hold it, by level: district, township, community; where known.
    parts
        What of the text it rests on.
    reasons
        Codes with values, from which the sentences are made.
    why_zh, why_en
        Why it stands where it stands, one sentence each.
    """

    uid: str
    name: str
    kind: str
    label: str
    precision: Precision
    lon: float
    lat: float
    accuracy_m: float
    confidence: float
    areas: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    reasons: tuple[tuple[Any, ...], ...] = ()

    @property
    def why_zh(self) -> str:
        """One Chinese sentence."""
        from geo.address.explain import explain_candidate  # noqa: PLC0415 - made only when asked

        return explain_candidate(self, "zh")

    @property
    def why_en(self) -> str:
        """One English sentence."""
        from geo.address.explain import explain_candidate  # noqa: PLC0415 - made only when asked

        return explain_candidate(self, "en")

    def to_dict(self) -> dict[str, Any]:
        """Give the candidate as JSON values, with its datum."""
        return {
            "uid": self.uid,
            "name": self.name,
            "kind": self.kind,
            "label": self.label,
            "precision": str(self.precision),
            "lon": self.lon,
            "lat": self.lat,
            "datum": "CGCS2000",
            "accuracy_m": self.accuracy_m,
            "confidence": self.confidence,
            "areas": self.areas,
            "parts": [part.to_dict() for part in self.parts],
            "why_zh": self.why_zh,
            "why_en": self.why_en,
        }


@dataclass(slots=True)
class GeocodeAnswer:
    """The answer for one text.

    Attributes
    ----------
    text
        As given.
    decision
        Accepted, review or refused.
    candidates
        Best first; empty where nothing was found.
    parts
        The whole text, part by part, in order, without gaps, as the best reading takes it; parts
        of hints follow with start -1.
    reasons
        Codes with values for the decision: which gate stopped it, why the runner-up lost.
    edition
        Edition of the gazetteer.
    """

    text: str
    decision: Decision
    candidates: list[Candidate]
    parts: tuple[Part, ...]
    reasons: tuple[tuple[Any, ...], ...]
    edition: str

    @property
    def best(self) -> Candidate | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None

    @property
    def explanation_zh(self) -> str:
        """One Chinese sentence: what was matched, what ignored, why the runner-up lost."""
        from geo.address.explain import explain_answer  # noqa: PLC0415 - made only when asked

        return explain_answer(self, "zh")

    @property
    def explanation_en(self) -> str:
        """The same in English."""
        from geo.address.explain import explain_answer  # noqa: PLC0415 - made only when asked

        return explain_answer(self, "en")

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values."""
        return {
            "text": self.text,
            "decision": str(self.decision),
            "explanation_zh": self.explanation_zh,
            "explanation_en": self.explanation_en,
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "parts": [part.to_dict() for part in self.parts],
            "gazetteer_edition": self.edition,
        }
