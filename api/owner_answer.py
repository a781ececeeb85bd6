"""From a place as it was given (a point, a shape or words) to who answers for it, with evidence.

Used by the routes and by the command line. Words that may mean several places are answered only
where all of them have the same owner; otherwise the candidates are given, each with its owner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.address.answers import AddressHints, Candidate, Decision, GeocodeAnswer
from geo.address.geocoder import Geocoder
from geo.arrays import LonLatArray
from geo.coordinates import check_point
from geo.datum import Datum, point_to_cgcs2000
from geo.errors import CoordinateError
from geo.measure import metres_per_degree
from governance.book.terms import Caller
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.given import DATUM_SUSPECT, GEOMETRY, answer_given, write_geometry
from governance.owner.representation import readable, summary
from governance.owner.resolver import OwnerResolver
from governance.owner.shapes import ShapePart

__all__ = [
    "DEFAULT_ACCURACY_M",
    "Asked",
    "Outcome",
    "answer_geometry",
    "answer_point",
    "answer_text",
    "written",
]

DEFAULT_ACCURACY_M = 20.0
UNCLEAR = "place_unclear"

_NINE_IN_TEN_TO_95 = 2.4477468306808166 / 2.145966026289347
"""The geocoder says where nine in ten lie, an owner's question wants 95 %; of a round normal
distribution both are known multiples of the standard deviation."""

_MOST_CANDIDATES = 20
_SAMPLES = 200
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_SURE = 0.95
"""Share of the ground around a candidate that must have the same owner."""

_OTHER_DATUMS = (Datum.CGCS2000, Datum.GCJ02, Datum.BD09)
_SAME_NUMBERS = (Datum.WGS84, Datum.CGCS2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about a place.

    Attributes
    ----------
    category
        Code or path of a catalogue entry.
    at
        Date.
    received_at
        Start of the deadline, with time zone; None gives none.
    caller
        Kind of caller.
    accuracy_m
        Accuracy of coordinates; words have their own.
    show_phones
        Whether the work phones of posts are shown.
    """

    category: str
    at: date
    received_at: datetime | None = None
    caller: Caller = Caller.PERSONAL
    accuracy_m: float = DEFAULT_ACCURACY_M
    show_phones: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of a question.

    Attributes
    ----------
    resolver
        What answered.
    place
        How the place was read, JSON values; ``notes`` holds sentences as (Chinese, English).
    answer
        None where the place is unclear.
    parts
        Shares of the bodies of a line or polygon.
    geocoded
        What the geocoder answered, for words.
    candidates
        Where the place is unclear: what the words may mean, each with its owner.
    """

    resolver: OwnerResolver
    place: dict[str, Any]
    answer: OwnerAnswer | None = None
    parts: tuple[ShapePart, ...] = ()
    geocoded: GeocodeAnswer | None = None
    candidates: list[tuple[Candidate, OwnerAnswer]] = field(default_factory=list)


def answer_point(
    resolver: OwnerResolver, point: tuple[float, float], datum: Datum | str, asked: Asked
) -> Outcome:
    """Answer for a point.

    Parameters
    ----------
    resolver
        Answers.
    point
        Longitude, latitude in degrees, or easting, northing of a projected datum.
    datum
        Parsed datum of the point.
    asked
        What is asked.

    Returns
    -------
    Outcome
        With the flag ``datum_suspect`` where the point lies outside the city, and would lie
        inside it in another datum.

    Raises
    ------
    CoordinateError
        The point is no place, or longitude and latitude are swapped.
    UnknownCategoryError, QuestionError, DateOutsideBookError, DateOutsideValidityError
        As for :meth:`OwnerResolver.answer`.
    """
    lon, lat = point_to_cgcs2000(*point, datum)
    check_point(lon, lat, resolver.grounds.locator.bounds)
    given: dict[str, Any] = {"lon": point[0], "lat": point[1], "datum": str(datum)}
    question = _question(asked, resolver, lon, lat, given=dict(given))
    answer = answer_given(resolver, question, show_phones=asked.show_phones).answer
    place: dict[str, Any] = {"input": given, "notes": []}
    if "outside" in answer.flags and (others := _datums_inside(resolver, point, datum, asked.at)):
        question = _question(asked, resolver, lon, lat, given=given | {DATUM_SUSPECT: others})
        answer = answer_given(resolver, question, show_phones=asked.show_phones).answer
        place["notes"].append(_suspicion(datum, others))
    return Outcome(resolver, place, answer)


def answer_geometry(
    resolver: OwnerResolver, shape: BaseGeometry, datum: Datum | str, asked: Asked
) -> Outcome:
    """Answer for a line or polygon that is converted already; errors as for a point.

    Parameters
    ----------
    resolver
        Answers.
    shape
        CGCS2000 degrees.
    datum
        In which it came; kept with the question.
    asked
        What is asked.
    """
    lon, lat = shape.representative_point().coords[0] if not shape.is_empty else (0.0, 0.0)
    given = {GEOMETRY: write_geometry(shape), "datum": str(datum)}
    question = _question(asked, resolver, lon, lat, given=given)
    made = answer_given(resolver, question, show_phones=asked.show_phones)
    place: dict[str, Any] = {
        "input": {"type": shape.geom_type, "datum": str(datum)},
        "notes": [],
    }
    return Outcome(resolver, place, made.answer, made.parts)


def answer_text(
    resolver: OwnerResolver,
    geocoder: Geocoder,
    text: str,
    hints: AddressHints,
    asked: Asked,
    *,
    limit: int = 5,
) -> Outcome:
    """Answer for a place in words.

    Parameters
    ----------
    resolver
        Answers.
    geocoder
        Reads the words.
    text, hints
        The words, and what is known beside them.
    asked
        What is asked; its accuracy does not count.
    limit
        Most candidates given where the place is unclear.

    Returns
    -------
    Outcome
        With an answer where the geocoder accepts the place, or where the same body answers
        everywhere the words may mean. Without one otherwise.

    Raises
    ------
    AddressError
        The text cannot be read.
    UnknownCategoryError, QuestionError, DateOutsideBookError, DateOutsideValidityError
        As for :meth:`OwnerResolver.answer`.
    """
    resolver.require_valid_at(asked.at)
    resolver.category(asked.category, asked.at)
    geocoded = geocoder.geocode(text, hints=hints, limit=max(limit, _MOST_CANDIDATES))
    known = {
        name: value
        for name in ("district", "township", "community", "estate")
        if (value := getattr(hints, name))
    }
    given = {"text": text, "hints": known, "gazetteer_edition": geocoded.edition}
    place: dict[str, Any] = {"input": {"text": text, **known}, "notes": []}
    outcome = Outcome(resolver, place, geocoded=geocoded)
    best = geocoded.best
    if best is None:
        return outcome
    trust = best.confidence
    if geocoded.decision is not Decision.ACCEPTED:
        body = _common_owner(resolver, geocoded.candidates, asked)
        if body is None:
            outcome.candidates = [
                (each, _answer_candidate(resolver, each, each.confidence, asked, given))
                for each in geocoded.candidates[:limit]
            ]
            return outcome
        place["notes"].append(_agreement(len(geocoded.candidates), body))
        given |= {"candidates": [each.uid for each in geocoded.candidates]}
        # One of the places is meant, whichever it is: their probabilities add up.
        trust = min(1.0, sum(each.confidence for each in geocoded.candidates))
    outcome.answer = _answer_candidate(resolver, best, trust, asked, given)
    return outcome


def written(
    outcome: Outcome, language: str, decision: str | None, *, limit: int = 5
) -> dict[str, Any]:
    """Write an outcome as JSON values.

    Parameters
    ----------
    outcome
        What came of the question.
    language
        ``zh`` or ``en``.
    decision
        Id of the decision, if one was recorded.
    limit
        Most candidates of the geocoder.
    """
    resolver, answer = outcome.resolver, outcome.answer
    place = outcome.place | {"notes": [note[language != "zh"] for note in outcome.place["notes"]]}
    if outcome.geocoded is not None:
        place["geocoder"] = _shown(outcome.geocoded, limit)
    if outcome.parts:
        place["parts"] = [
            {"body": part.body or None, "name": part.body_name or None, "share": part.share}
            for part in outcome.parts
        ]
    found = {"decision": decision}
    if answer is None:
        found |= _unclear(outcome, language)
    else:
        question = answer.question
        place["location"] = {"lon": question.lon, "lat": question.lat, "datum": "CGCS2000"}
        found |= readable(answer, language)
    return found | {"place": place, "evidence": evidence_of(resolver)}


def evidence_of(resolver: OwnerResolver) -> dict[str, Any]:
    """Name the rule book and the editions that a resolver answers with."""
    head, grounds = resolver.book.head, resolver.grounds
    editions = {item.layer.key: item.edition.summary() for item in grounds.locator.layers}
    editions |= {key: item.edition.summary() for key, item in grounds.features.items()}
    return {
        "book": {
            "id": resolver.context["book"],
            "label": head.label,
            "valid_from": head.valid_from.isoformat(),
            "valid_to": None if head.valid_to is None else head.valid_to.isoformat(),
            "generated": head.generated,
        },
        "calendar": resolver.calendar.version,
        "editions": dict(sorted(editions.items())),
    }


def _question(  # noqa: PLR0913 - what is asked, and where
    asked: Asked,
    resolver: OwnerResolver,
    lon: float,
    lat: float,
    *,
    given: dict[str, Any],
    accuracy_m: float | None = None,
    trust: float = 1.0,
) -> OwnerQuestion:
    # The code, so that a decision reads the same whether code or path was given.
    ordinal = resolver.category(asked.category, asked.at)
    return OwnerQuestion(
        lon=lon,
        lat=lat,
        category=resolver.categories[ordinal].code,
        at=asked.at,
        received_at=asked.received_at,
        accuracy_m=asked.accuracy_m if accuracy_m is None else accuracy_m,
        place_confidence=trust,
        caller=asked.caller,
        given=given,
    )


def _answer_candidate(
    resolver: OwnerResolver,
    candidate: Candidate,
    trust: float,
    asked: Asked,
    given: dict[str, Any],
) -> OwnerAnswer:
    question = _question(
        asked,
        resolver,
        candidate.lon,
        candidate.lat,
        given=given | {"uid": candidate.uid, "label": candidate.label},
        accuracy_m=round(candidate.accuracy_m * _NINE_IN_TEN_TO_95, 1),
        trust=round(trust, 4),
    )
    return resolver.answer(question, show_phones=asked.show_phones)


def _common_owner(
    resolver: OwnerResolver, candidates: Sequence[Candidate], asked: Asked
) -> str | None:
    """Name the body that answers around each candidate; None unless it is the same for all."""
    if len(candidates) >= _MOST_CANDIDATES:
        return None  # there may be more places than are listed
    points = np.concatenate([_around(candidate) for candidate in candidates])
    table = resolver.assign(
        points,
        [asked.category] * len(points),
        at=asked.at,
        callers=[asked.caller] * len(points),
        accuracy_m=0.0,
    )
    lead = int(table.body[0])
    shares = (table.body.reshape(len(candidates), _SAMPLES) == lead).mean(axis=1)
    if lead < 0 or (shares < _SURE).any():
        return None
    return table.compiled.bodies[lead].name


def _around(candidate: Candidate) -> LonLatArray:
    """Spread points evenly over the ground where the place of a candidate lies; itself first."""
    turn = np.arange(_SAMPLES)
    radius = candidate.accuracy_m * np.sqrt(turn / _SAMPLES)
    per_lon, per_lat = metres_per_degree(candidate.lat)
    east, north = radius * np.cos(turn * _GOLDEN), radius * np.sin(turn * _GOLDEN)
    return np.column_stack([candidate.lon + east / per_lon, candidate.lat + north / per_lat])


def _datums_inside(
    resolver: OwnerResolver, point: tuple[float, float], datum: Datum | str, at: date
) -> list[str]:
    """Name the other datums in which a point would lie inside the city."""
    locator = resolver.grounds.locator
    found = []
    for other in _OTHER_DATUMS:
        if other == datum or (other in _SAME_NUMBERS and datum in _SAME_NUMBERS):
            continue
        try:
            lon, lat = point_to_cgcs2000(*point, other)
            check_point(lon, lat, locator.bounds)
        except CoordinateError:
            continue
        if "outside" not in locator.locate(lon, lat, at=at, accuracy_m=0.0).flags:
            found.append(str(other))
    return found


def _suspicion(datum: Datum | str, others: Sequence[str]) -> tuple[str, str]:
    return (
        f"按声明的{datum}，该点在城外；若为{'或'.join(others)}则在城内，请核对坐标系",
        f"in {datum}, as stated, the point lies outside the city; in {' or '.join(others)} it would"
        " lie inside: check the datum",
    )


def _agreement(n: int, body: str) -> tuple[str, str]:
    return (
        f"文字可能指{n}处，未定哪一处，但各处的责任主体都是{body}",
        f"the words may mean {n} places, which one is open, and {body} answers at each of them",
    )


def _shown(geocoded: GeocodeAnswer, limit: int) -> dict[str, Any]:
    values = geocoded.to_dict()
    return values | {"candidates": values["candidates"][:limit]}


def _unclear(outcome: Outcome, language: str) -> dict[str, Any]:
    n = len({a.primary.code for _, a in outcome.candidates if a.primary is not None})
    count = len(outcome.candidates)
    said = {
        "zh": f"地点不明确：可能是{count}处，涉及{n}个责任主体，须先确定地点。",
        "en": f"The place is unclear: {count} candidates with {n} owners; the place comes first.",
    }
    nothing = {
        "zh": "地点不明确：地名库不能回答这段文字，须人工定位。",
        "en": "The place is unclear: the gazetteer does not answer the words; a person has to.",
    }
    return {
        "summary": (said if count else nothing)[language],
        "status": UNCLEAR,
        "candidates": [
            {
                "label": place.label,
                "uid": place.uid,
                "lon": place.lon,
                "lat": place.lat,
                "accuracy_m": place.accuracy_m,
                "place_confidence": place.confidence,
                "why": place.why_zh if language == "zh" else place.why_en,
                "owner": _brief(answer, language),
            }
            for place, answer in outcome.candidates
        ],
    }


def _brief(answer: OwnerAnswer, language: str) -> dict[str, Any]:
    body = answer.primary
    return {
        "body": None if body is None else body.code,
        "name": None if body is None else body.name,
        "status": answer.status,
        "step": None if answer.step is None else answer.step.value,
        "rule": answer.rule or None,
        "confidence": answer.confidence,
        "summary": summary(answer, language),
    }
