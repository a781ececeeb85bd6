"""Outcomes of questions of ownership as JSON values, and the evidence they rest on."""

from typing import Any

from api.owner_answer import Outcome
from geo.address.answers import GeocodeAnswer
from governance.owner.answer import OwnerAnswer
from governance.owner.representation import readable, summary
from governance.owner.resolver import OwnerResolver

__all__ = ["UNCLEAR", "evidence_of", "written"]

UNCLEAR = "place_unclear"


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
