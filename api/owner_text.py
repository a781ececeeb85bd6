"""Who answers for a place in words: never a silent guess.

Words that may mean several places are answered only where all of them have the same owner;
otherwise the candidates are given, each with its owner.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from api.owner_answer import Asked, Outcome, question_of
from geo.address.answers import AddressHints, Candidate, Decision
from geo.address.geocoder import Geocoder
from geo.arrays import LonLatArray
from geo.measure import metres_per_degree
from governance.owner.answer import OwnerAnswer
from governance.owner.resolver import OwnerResolver

__all__ = ["answer_text"]

_NINE_IN_TEN_TO_95 = 2.4477468306808166 / 2.145966026289347
"""The geocoder says where nine in ten lie, an owner's question wants 95 %; of a round normal
distribution both are known multiples of the standard deviation."""

_MOST_CANDIDATES = 20
_SAMPLES = 200
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_SURE = 0.95
"""Share of the ground around a candidate that must have the same owner."""


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


def _answer_candidate(
    resolver: OwnerResolver,
    candidate: Candidate,
    trust: float,
    asked: Asked,
    given: dict[str, Any],
) -> OwnerAnswer:
    question = question_of(
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


def _agreement(n: int, body: str) -> tuple[str, str]:
    return (
        f"文字可能指{n}处，未定哪一处，但各处的责任主体都是{body}",
        f"the words may mean {n} places, which one is open, and {body} answers at each of them",
    )
