"""The areas of a place, and the places that a person may choose from."""

from collections.abc import Iterable, Sequence
from typing import Any

from boundaries.errors import DateOutsideValidityError
from boundaries.located import Located
from boundaries.locator import Locator
from geo.address.answers import Candidate, Precision
from governance.owner.words import accuracy_95_m
from governance.tickets.intake.request import Masker, Request, reason
from governance.tickets.terms import PlaceMethod, ReviewCode

__all__ = [
    "all_candidates",
    "areas_of",
    "candidate_entry",
    "known",
    "locate_only",
    "note_date",
    "place_by_locator",
]


def locate_only(request: Request, locator: Locator) -> Located:
    """Find the areas of a placed request without asking who answers."""
    place = request.place
    return locator.locate(
        known(place.lon),
        known(place.lat),
        at=request.at,
        accuracy_m=known(place.accuracy_m),
    )


def place_by_locator(requests: Iterable[Request], locator: Locator) -> None:
    """Write the areas of placed requests, by the kinds of layers; there is no rule book."""
    layers = {s.layer.kind: s.layer.key for s in locator.layers if s.layer.role == "partition"}
    for request in requests:
        if request.place.method is PlaceMethod.NONE:
            continue
        try:
            located = locate_only(request, locator)
        except DateOutsideValidityError as error:
            note_date(request, error)
            continue
        request.areas, request.levels = areas_of(located.chain, located.overlays, layers)
        if "outside" in located.flags:
            request.reasons.append(reason(ReviewCode.OUTSIDE))


def candidate_entry(
    candidate: Candidate, mask: Masker, known: Sequence[str] = ()
) -> dict[str, Any]:
    """Write a candidate for a reviewer; what it says of the words is masked."""
    is_given = not candidate.uid
    return {
        "lon": candidate.lon,
        "lat": candidate.lat,
        "accuracy_m": accuracy_95_m(candidate) if not is_given else candidate.accuracy_m,
        "label": candidate.label,
        "uid": candidate.uid,
        "kind": candidate.kind,
        "precision": "" if is_given else str(candidate.precision),
        "confidence": candidate.confidence,
        "why_zh": mask(candidate.why_zh, known=known).text if not is_given else "给出的坐标",
        "why_en": mask(candidate.why_en, known=known).text if not is_given else "as given",
        "body": "",
        "body_name": "",
    }


def all_candidates(request: Request) -> list[Candidate]:
    """List what the words may mean, after the coordinates where these disagree with them."""
    place = request.place
    found = list(place.open)
    if place.lon is None or place.lat is None:
        return found
    given = Candidate(
        uid="",
        name="",
        kind="coordinates",
        label=f"{place.lon:.6f}, {place.lat:.6f}",
        precision=Precision.DOOR,
        lon=place.lon,
        lat=place.lat,
        accuracy_m=place.accuracy_m or 0.0,
        confidence=0.5,
    )
    return [given, *found]


def areas_of(
    chain: Iterable[dict[str, Any]], overlays: Iterable[dict[str, Any]], layers: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Give the codes of the areas by layer, and those of the four levels."""
    areas = {entry["layer"]: entry["code"] for entry in chain if entry["code"]}
    levels = {level: areas.get(key, "") for level, key in layers.items()}
    for entry in overlays:
        areas.setdefault(entry["layer"], entry["code"])
    return areas, levels


def note_date(request: Request, error: Exception) -> None:
    """Note that no boundaries or rules are valid on the day of a request."""
    at = request.at.isoformat()
    request.reasons.append(reason(ReviewCode.DATE_OUTSIDE, at=at, problem=str(error)))


def known(value: float | None) -> float:
    """Give a number of a placed request, which has one."""
    if value is None:
        raise AssertionError  # only placed requests are asked about
    return value
