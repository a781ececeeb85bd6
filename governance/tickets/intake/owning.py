"""The owners of placed requests, and where a place stays open what would be at each candidate."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from boundaries.errors import DateOutsideValidityError
from governance.book.terms import Step
from governance.errors import DateOutsideBookError, QuestionError, UnknownCategoryError
from governance.owner.answer import OwnerQuestion
from governance.owner.resolver import OwnerResolver
from governance.owner.words import OpenWords, WordsOwners, accuracy_95_m, owners_of_words
from governance.tickets.intake.located import (
    all_candidates,
    areas_of,
    candidate_entry,
    known,
    locate_only,
    note_date,
)
from governance.tickets.intake.profile import IntakeProfile
from governance.tickets.intake.request import Masker, Request, reason
from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.terms import PlaceMethod, ReviewCode

__all__ = ["LEVELS", "OwnerFinder"]

LEVELS = (Step.DISTRICT, Step.TOWNSHIP, Step.COMMUNITY, Step.GRID)
_NEVER = 2.0  # no trust reaches it
_MOST_KEPT = 4096
_SETTLED = "decided"
_STATUS_CODES = {
    "provisional": ReviewCode.OWNER_PROVISIONAL,
    "disputed": ReviewCode.OWNER_DISPUTED,
    "nobody": ReviewCode.OWNER_NOBODY,
}
_UNVALID = (DateOutsideBookError, DateOutsideValidityError)


class OwnerFinder:
    """Finds categories and owners by one resolver; remembers the categories it was asked for.

    Parameters
    ----------
    resolver
        Answers.
    profile
        Limits.
    mask
        Masks the words that decisions keep.
    """

    def __init__(self, resolver: OwnerResolver, profile: IntakeProfile, mask: Masker) -> None:
        self.resolver = resolver
        self.directory = BodyDirectory(resolver.book.bodies)
        self._profile = profile
        self._mask = mask
        self._layers = {
            step.value: resolver.compiled.layer_of[step]
            for step in LEVELS
            if step in resolver.compiled.layer_of
        }
        self._categories: dict[tuple[str, date], tuple[str, dict[str, Any] | None]] = {}

    def find(self, requests: Sequence[Request]) -> None:
        """Find the owners of requests whose places were looked for.

        Parameters
        ----------
        requests
            ``category``, ``answer``, ``areas``, ``levels``, ``candidates`` and ``reasons`` are
            written, and ``place`` where the owner is the same wherever the words may mean.
        """
        for request in requests:
            self._categorise(request)
        waiting = [one for one in requests if one.place.open]
        for at, rows in _by_day(waiting):
            self._ask_open(rows, at)
        for request in requests:
            if request.place.method is not PlaceMethod.NONE:
                self._own(request)

    def _categorise(self, request: Request) -> None:
        key = (request.new.category.strip(), request.at)
        found = self._categories.get(key)
        if found is None:
            found = self._category_of(*key)
            if len(self._categories) >= _MOST_KEPT:
                self._categories.clear()
            self._categories[key] = found
        request.category, problem = found
        if problem is not None:
            request.reasons.append(problem)

    def _category_of(self, given: str, at: date) -> tuple[str, dict[str, Any] | None]:
        try:
            self.resolver.require_valid_at(at)
            ordinal = self.resolver.category(given, at)
        except DateOutsideBookError as error:
            return "", reason(ReviewCode.DATE_OUTSIDE, at=at.isoformat(), problem=str(error))
        except UnknownCategoryError as error:
            near, told = list(error.near), self._mask(given).text
            return "", reason(ReviewCode.CATEGORY_UNKNOWN, category=told, near=near)
        except QuestionError as error:
            told = self._mask(given).text
            problem = reason(ReviewCode.CATEGORY_UNKNOWN, category=told, near=[])
            problem["values"]["problem"] = error.problem
            return "", problem
        return self.resolver.categories[ordinal].code, None

    # -- words that stay open -----------------------------------------------------------

    def _ask_open(self, requests: Sequence[Request], at: date) -> None:
        """List what the words may mean with who answers there; agree where it is one body."""
        asked = [one for one in requests if one.category]
        # Where coordinates and words disagree, the bodies are listed, never agreed on.
        agreeing = [one for one in asked if one.place.lon is None]
        others = [one for one in asked if one.place.lon is not None]
        least = self._profile.least_trust
        owners: dict[str, WordsOwners] = {}
        for rows, trust in ((agreeing, least), (others, _NEVER)):
            words = [
                OpenWords(candidates=all_candidates(one), category=one.category, caller=one.caller)
                for one in rows
            ]
            try:
                found = owners_of_words(
                    self.resolver, words, at, least_trust=trust, threads=1
                )  # fmt: skip
            except DateOutsideValidityError:
                break  # said when the owner is asked
            owners |= {one.id: answer for one, answer in zip(rows, found, strict=True)}
        for request in requests:
            answer = owners.get(request.id)
            if answer is not None and answer.agreed >= 0:
                self._agree(request)
            else:
                self._list(request, answer)

    def _agree(self, request: Request) -> None:
        """Take the best of the places: at each of them the same body answers."""
        place = request.place
        best = place.open[0]
        place.method, place.best = PlaceMethod.AGREED, best
        place.lon, place.lat, place.accuracy_m = best.lon, best.lat, accuracy_95_m(best)
        # One of the places is meant, whichever it is: their probabilities add up.
        place.trust = min(1.0, sum(each.confidence for each in place.open))
        request.reasons = [
            one for one in request.reasons if one["code"] not in _PLACE_CODES
        ]  # fmt: skip

    def _list(self, request: Request, owners: WordsOwners | None) -> None:
        candidates = all_candidates(request)[: self._profile.listed]
        for at, candidate in enumerate(candidates):
            body = -1 if owners is None else owners.bodies[at]
            entry = candidate_entry(candidate, self._mask, request.known)
            if body >= 0:
                row = self.resolver.compiled.bodies[body]
                entry |= {"body": row.code, "body_name": row.name}
            request.candidates.append(entry)

    # -- owners -------------------------------------------------------------------------

    def _own(self, request: Request) -> None:
        """Ask who answers for a placed request, and say what is not sure about it."""
        if not request.category:
            self._locate(request)
            return
        place = request.place
        question = OwnerQuestion(
            lon=known(place.lon),
            lat=known(place.lat),
            category=request.category,
            at=request.at,
            received_at=request.received_at,
            accuracy_m=round(known(place.accuracy_m), 1),
            place_confidence=round(place.trust, 4),
            caller=request.caller,
            given=self._given(request),
        )
        try:
            answer = self.resolver.answer(question)
        except _UNVALID as error:
            note_date(request, error)
            return
        request.answer = answer
        request.areas, request.levels = areas_of(answer.chain, answer.overlays, self._layers)
        request.reasons += self._doubts(request)

    def _given(self, request: Request) -> dict[str, Any]:
        """Say how the place was given; masked, for decisions are kept."""
        place, new = request.place, request.new
        if place.best is None:
            return {"lon": new.lon, "lat": new.lat, "datum": new.datum}
        given: dict[str, Any] = {
            "text": self._masked_words(request),
            "hints": request.hints(),
            "gazetteer_edition": place.gazetteer,
            "uid": place.best.uid,
            "label": place.best.label,
        }
        if place.method is PlaceMethod.AGREED:
            given["candidates"] = [each.uid for each in place.open]
        return given

    def _masked_words(self, request: Request) -> str:
        """Give the words of the place masked; those of the ticket are masked already."""
        new, words = request.new, request.place.words
        for given, masked in (
            (new.text, request.text),
            (new.address, request.address),
            (new.title, request.title),
        ):
            if words == given:
                return masked
        return self._mask(words, known=request.known).text

    def _doubts(self, request: Request) -> Iterable[dict[str, Any]]:
        answer, profile = request.answer, self._profile
        if answer is None:
            return
        primary = "" if answer.primary is None else answer.primary.code
        if "outside" in answer.flags:
            yield reason(ReviewCode.OUTSIDE)
        is_passed = {
            "provisional": profile.is_provisional_dispatched,
            "disputed": profile.is_disputed_dispatched,
        }.get(answer.status, False)
        code = _STATUS_CODES.get(answer.status)
        if code is not None and not is_passed:
            others = [body.code for body in answer.others]
            yield reason(code, body=primary, others=others, flags=list(answer.flags))
        # All around the places that agree the body is the same: no border is in doubt.
        is_agreed = request.place.method is PlaceMethod.AGREED
        is_unsure = not is_agreed and answer.confidence < profile.least_confidence
        if answer.status == _SETTLED and is_unsure:
            least = profile.least_confidence
            yield reason(
                ReviewCode.OWNER_UNSURE, confidence=answer.confidence, least=least, body=primary
            )
        if primary and request.is_protected and self._is_reported(request, primary):
            yield reason(ReviewCode.OWNER_UNSURE, reported=primary, body=primary)

    def _is_reported(self, request: Request, code: str) -> bool:
        """Tell whether a report would go to the very body that it is about."""
        return request.new.reported.strip() in {code, self.directory.name(code)}

    def _locate(self, request: Request) -> None:
        try:
            located = locate_only(request, self.resolver.grounds.locator)
        except DateOutsideValidityError as error:
            note_date(request, error)
            return
        request.areas, request.levels = areas_of(located.chain, located.overlays, self._layers)
        if "outside" in located.flags:
            request.reasons.append(reason(ReviewCode.OUTSIDE))


_PLACE_CODES = frozenset(
    {ReviewCode.PLACE_UNCLEAR.value, ReviewCode.COORDINATES_REFUSED.value}
)  # fmt: skip
"""What does not matter any more where all places have one owner."""


def _by_day(requests: Sequence[Request]) -> list[tuple[date, list[Request]]]:
    days: dict[date, list[Request]] = {}
    for request in requests:
        days.setdefault(request.at, []).append(request)
    return list(days.items())
