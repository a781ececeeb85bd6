"""The places of requests: coordinates checked, words read, both held against each other."""

from collections.abc import Sequence
from datetime import date
from math import hypot, inf, isfinite, nan

import numpy as np

from boundaries.errors import DateOutsideValidityError
from boundaries.locator import Locator
from geo.address.answers import Decision, GeocodeAnswer
from geo.address.geocoder import Geocoder
from geo.coordinates import check_lonlat, check_point
from geo.datum import parse_datum, point_to_cgcs2000
from geo.errors import CoordinateError, DatumError
from geo.measure import metres_per_degree
from governance.owner.suspects import datums_inside
from governance.owner.words import MOST_CANDIDATES, accuracy_95_m
from governance.tickets.given import NewTicket
from governance.tickets.intake.profile import IntakeProfile
from governance.tickets.intake.request import Place, Request, reason
from governance.tickets.terms import PlaceMethod, ReviewCode

__all__ = ["find_places", "words_of"]

_FIRST_PRINTABLE = " "
_DIGITS = 7  # of a degree: a centimetre


def find_places(
    requests: Sequence[Request],
    *,
    geocoder: Geocoder | None,
    locator: Locator | None,
    profile: IntakeProfile,
) -> None:
    """Find the places of requests and write them, or why not, into them.

    Parameters
    ----------
    requests
        Their ``place`` and ``reasons`` are written.
    geocoder
        Over the active gazetteer; without one words are not read.
    locator
        Knows where the city is; without one coordinates are only checked for being some.
    profile
        Limits.
    """
    for request in requests:
        _read_coordinates(request, locator, profile)
    if locator is not None:
        _check_outside(requests, locator)
    answers = _read_words(requests, geocoder, profile)
    for request, answer in zip(requests, answers, strict=True):
        _settle(request, answer, profile, is_ready=geocoder is not None)


def words_of(new: NewTicket, longest: int) -> list[str]:
    """Give the words of a request that may name its place, the best first.

    Parameters
    ----------
    new
        The request.
    longest
        Characters that are read of each.

    Returns
    -------
    list of str
        Address, text and title, without those that are empty; control characters are spaces.
    """
    found = []
    for text in (new.address, new.text, new.title):
        words = text[:longest]
        if not words.isprintable():
            words = "".join(" " if sign < _FIRST_PRINTABLE else sign for sign in words)
        if words and not words.isspace():
            found.append(words)
    return found


def _read_coordinates(request: Request, locator: Locator | None, profile: IntakeProfile) -> None:
    new, place = request.new, request.place
    if new.lon is None and new.lat is None:
        return
    given = nan if new.lon is None else new.lon, nan if new.lat is None else new.lat
    bounds = None if locator is None else locator.bounds
    lon, lat = given
    try:
        lon, lat = point_to_cgcs2000(*given, parse_datum(new.datum))
        check_point(lon, lat, bounds)
    except DatumError as error:
        place.refused = {"problem": "datum", "datum": new.datum, "expected": str(error)}
    except CoordinateError as error:
        found = check_lonlat(np.array([[lon, lat]]), bounds)
        code = found[0].code if found else "missing"
        place.refused = {"problem": code, "datum": new.datum, "expected": error.problem}
    else:
        place.method = PlaceMethod.COORDINATES
        place.lon, place.lat, place.trust = round(lon, _DIGITS), round(lat, _DIGITS), 1.0
        place.accuracy_m = profile.accuracy_m if new.accuracy_m is None else new.accuracy_m
        if not (isfinite(place.accuracy_m) and place.accuracy_m >= 0.0):
            expected = "metres, at least 0"
            request.reasons.append(
                reason(
                    ReviewCode.BAD_VALUE,
                    field="accuracy_m",
                    value=str(new.accuracy_m),
                    expected=expected,
                )
            )
            place.accuracy_m = profile.accuracy_m


def _check_outside(requests: Sequence[Request], locator: Locator) -> None:
    """Refuse coordinates outside the city that would lie inside it in another datum."""
    by_day: dict[date, list[Request]] = {}
    for request in requests:
        if request.place.method is PlaceMethod.COORDINATES:
            by_day.setdefault(request.at, []).append(request)
    for at, placed in by_day.items():
        try:
            outside = _outside(placed, at, locator)
        except DateOutsideValidityError:
            continue  # said when the owner is asked
        for request in outside:
            new = request.new
            given = (new.lon, new.lat)
            others = datums_inside(locator, given, parse_datum(new.datum), at)  # type: ignore[arg-type]
            if others:
                expected = f"outside the city; inside it in {' or '.join(others)}: state the datum"
                request.place = Place(
                    refused={
                        "problem": "datum_suspect",
                        "datum": new.datum,
                        "expected": expected,
                        "datums": others,
                    }
                )


def _outside(placed: Sequence[Request], at: date, locator: Locator) -> list[Request]:
    """Pick the requests that no area of any partition holds."""
    lonlat = np.array([(one.place.lon, one.place.lat) for one in placed], dtype=np.float64)
    partitions = [s.layer.key for s in locator.layers if s.layer.role == "partition"]
    found = locator.assign(lonlat, at=at, layers=partitions, threads=1, border_within_m=0.0)
    is_held = np.zeros(len(placed), dtype=np.bool_)
    for answer in found.values():
        is_held |= answer.ordinals >= 0
    return [one for one, held in zip(placed, is_held.tolist(), strict=True) if not held]


def _read_words(
    requests: Sequence[Request], geocoder: Geocoder | None, profile: IntakeProfile
) -> list[GeocodeAnswer | None]:
    """Read the words of all requests, then what else there is of those that stay open.

    The first words that are accepted count, else the first that may mean something. A title is
    read only where nothing was found in the text: it says no more, and is often of another place.
    """
    answers: list[GeocodeAnswer | None] = [None] * len(requests)
    if geocoder is None:
        return answers
    sources = [words_of(request.new, profile.longest_words) for request in requests]
    for turn in range(max(map(len, sources), default=0)):
        rows = [
            row
            for row, words in enumerate(sources)
            if len(words) > turn and _wants_more(requests[row], answers[row], turn)
        ]
        texts = [sources[row][turn] for row in rows]
        hints = [requests[row].new.hints for row in rows]
        found = geocoder.geocode_many(texts, hints, limit=MOST_CANDIDATES)
        for row, answer in zip(rows, found, strict=True):
            before = answers[row]
            is_better = answer.decision is Decision.ACCEPTED or answer.candidates
            if before is None or (is_better and _is_weaker(before, answer)):
                answers[row] = answer
    return answers


def _wants_more(request: Request, answer: GeocodeAnswer | None, turn: int) -> bool:
    if answer is None:
        return True
    if answer.decision is Decision.ACCEPTED:
        return False
    is_address = turn == 1 and bool(request.new.address.strip())
    return is_address or not answer.candidates


def _is_weaker(before: GeocodeAnswer, after: GeocodeAnswer) -> bool:
    return after.decision is Decision.ACCEPTED or not before.candidates


def _settle(
    request: Request, answer: GeocodeAnswer | None, profile: IntakeProfile, *, is_ready: bool
) -> None:
    """Take the coordinates, or what the words mean, or say why neither."""
    place = request.place
    if answer is not None:
        place.words, place.gazetteer = answer.text, answer.edition
    best = None if answer is None else answer.best
    is_accepted = answer is not None and answer.decision is Decision.ACCEPTED
    if place.method is PlaceMethod.COORDINATES:
        if answer is not None and best is not None and is_accepted:
            _compare(request, answer, profile)
        return
    if answer is not None and best is not None and is_accepted:
        place.method, place.best = PlaceMethod.ADDRESS, best
        place.lon, place.lat = round(best.lon, _DIGITS), round(best.lat, _DIGITS)
        place.accuracy_m, place.trust = accuracy_95_m(best), best.confidence
        return
    if place.refused is not None:
        request.reasons.append(reason(ReviewCode.COORDINATES_REFUSED, **place.refused))
    if answer is not None:
        place.open = answer.candidates
        code = ReviewCode.PLACE_UNCLEAR if answer.candidates else ReviewCode.PLACE_UNKNOWN
        codes = [str(one[0]) for one in answer.reasons if one[0] != "runner_up"]
        request.reasons.append(reason(code, n=len(answer.candidates), because=codes))
    elif not is_ready:
        request.reasons.append(reason(ReviewCode.NOT_READY, what="gazetteer"))
    elif place.refused is None:
        request.reasons.append(reason(ReviewCode.PLACE_MISSING))


def _compare(request: Request, answer: GeocodeAnswer, profile: IntakeProfile) -> None:
    """Hold coordinates against what the words mean; too far apart, neither is taken."""
    place, best = request.place, answer.best
    if best is None or place.lon is None or place.lat is None:
        return
    per_lon, per_lat = metres_per_degree(place.lat)
    apart_m = hypot((place.lon - best.lon) * per_lon, (place.lat - best.lat) * per_lat)
    words_m = accuracy_95_m(best)
    allowed_m = (place.accuracy_m or 0.0) + words_m + profile.conflict_margin_m
    if apart_m <= allowed_m:
        return
    request.reasons.append(
        reason(
            ReviewCode.PLACE_CONFLICT,
            apart_m=round(min(apart_m, inf), 1),
            allowed_m=round(allowed_m, 1),
            label=best.label,
        )
    )
    request.place = Place(
        lon=place.lon,
        lat=place.lat,
        accuracy_m=place.accuracy_m,
        open=answer.candidates[:1],
        gazetteer=answer.edition,
        words=answer.text,
    )
