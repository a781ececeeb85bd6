"""Who answers for a place in words: never a silent guess.

Words that may mean several places are answered only where all of them have the same owner;
otherwise the candidates are given, each with its owner.
"""

from typing import Any

from api.owner_answer import Asked, Outcome, question_of
from geo.address.answers import AddressHints, Candidate, Decision
from geo.address.geocoder import Geocoder
from governance.owner.answer import OwnerAnswer
from governance.owner.resolver import OwnerResolver
from governance.owner.words import (
    MOST_CANDIDATES,
    OpenWords,
    accuracy_95_m,
    owners_of_words,
)

__all__ = ["answer_text"]


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
    geocoded = geocoder.geocode(text, hints=hints, limit=max(limit, MOST_CANDIDATES))
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
        words = OpenWords(
            candidates=geocoded.candidates, category=asked.category, caller=asked.caller
        )
        agreed = owners_of_words(resolver, [words], asked.at)[0].agreed
        if agreed < 0:
            outcome.candidates = [
                (each, _answer_candidate(resolver, each, each.confidence, asked, given))
                for each in geocoded.candidates[:limit]
            ]
            return outcome
        name = resolver.compiled.bodies[agreed].name
        place["notes"].append(_agreement(len(geocoded.candidates), name))
        given |= {"candidates": [each.uid for each in geocoded.candidates]}
        # One of the places is meant, whichever it is: their probabilities add up.
        trust = words.trust
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
        accuracy_m=accuracy_95_m(candidate),
        trust=round(trust, 4),
    )
    return resolver.answer(question, show_phones=asked.show_phones)


def _agreement(n: int, body: str) -> tuple[str, str]:
    return (
        f"文字可能指{n}处，未定哪一处，但各处的责任主体都是{body}",
        f"the words may mean {n} places, which one is open, and {body} answers at each of them",
    )
