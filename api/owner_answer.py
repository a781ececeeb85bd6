"""From a point or shape as it was given to who answers for it; for the routes and the commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.address.answers import Candidate, GeocodeAnswer
from geo.coordinates import check_point
from geo.datum import Datum, point_to_cgcs2000
from governance.book.terms import Caller
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.given import DATUM_SUSPECT, GEOMETRY, answer_given, write_geometry
from governance.owner.resolver import OwnerResolver
from governance.owner.shapes import ShapePart
from governance.owner.suspects import datums_inside

__all__ = [
    "DEFAULT_ACCURACY_M",
    "Asked",
    "Outcome",
    "answer_geometry",
    "answer_point",
    "question_of",
]

DEFAULT_ACCURACY_M = 20.0


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
    question = question_of(asked, resolver, lon, lat, given=dict(given))
    answer = answer_given(resolver, question, show_phones=asked.show_phones).answer
    place: dict[str, Any] = {"input": given, "notes": []}
    if "outside" in answer.flags and (
        others := datums_inside(resolver.grounds.locator, point, datum, asked.at)
    ):
        question = question_of(asked, resolver, lon, lat, given=given | {DATUM_SUSPECT: others})
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
    question = question_of(asked, resolver, lon, lat, given=given)
    made = answer_given(resolver, question, show_phones=asked.show_phones)
    place: dict[str, Any] = {
        "input": {"type": shape.geom_type, "datum": str(datum)},
        "notes": [],
    }
    return Outcome(resolver, place, made.answer, made.parts)


def question_of(
    asked: Asked,
    resolver: OwnerResolver,
    lon: float,
    lat: float,
    *,
    given: dict[str, Any],
    accuracy_m: float | None = None,
    trust: float = 1.0,
) -> OwnerQuestion:
    """Put a question together, with the code of its category."""
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


def _suspicion(datum: Datum | str, others: Sequence[str]) -> tuple[str, str]:
    zh = f"按声明的{datum}，该点在城外；若为{'或'.join(others)}则在城内，请核对坐标系"
    stated = f"in {datum}, as stated, the point lies outside the city"
    return zh, f"{stated}; in {' or '.join(others)} it would lie inside: check the datum"
