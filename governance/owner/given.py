"""Answering a question as it was given: a point, a line or a polygon, and doubts of its datum.

What :attr:`OwnerQuestion.given` says beyond the point is part of the question, so that working a
decision out again gives the same answer: ``geometry`` is a line or polygon, GeoJSON in CGCS2000;
``datum_suspect`` names the datums in which a place outside the city would lie inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from governance.owner.answer import OWNER_FLAGS, OwnerAnswer, OwnerQuestion
from governance.owner.resolver import OwnerResolver
from governance.owner.shapes import ShapePart, answer_shape

__all__ = ["DATUM_SUSPECT", "GEOMETRY", "GivenAnswer", "answer_given", "write_geometry"]

GEOMETRY = "geometry"
DATUM_SUSPECT = "datum_suspect"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, and the shares of the bodies where the place is a line or a polygon."""

    answer: OwnerAnswer
    parts: tuple[ShapePart, ...] = ()


def answer_given(
    resolver: OwnerResolver, question: OwnerQuestion, *, show_phones: bool = False
) -> GivenAnswer:
    """Answer a question for what was given.

    Parameters
    ----------
    resolver
        Answers.
    question
        Its ``given`` may hold a geometry, whose points are then asked instead of lon, lat.
    show_phones
        Whether the work phones of posts are shown.

    Returns
    -------
    GivenAnswer
        The same for the same question, always.

    Raises
    ------
    QuestionError
        The geometry is empty, invalid or of another kind than lines and polygons.
    UnknownCategoryError, DateOutsideBookError, DateOutsideValidityError, CoordinateError
        As for :meth:`OwnerResolver.answer`.
    """
    given: Mapping[str, Any] = question.given or {}
    if GEOMETRY in given:
        shape = shapely.from_geojson(orjson.dumps(given[GEOMETRY]))
        made = answer_shape(resolver, shape, question, show_phones=show_phones)
        found = GivenAnswer(made.answer, made.parts)
    else:
        found = GivenAnswer(resolver.answer(question, show_phones=show_phones))
    if not given.get(DATUM_SUSPECT):
        return found
    raised = {*found.answer.flags, DATUM_SUSPECT}
    flags = tuple(flag for flag in OWNER_FLAGS if flag in raised)
    return replace(found, answer=replace(found.answer, flags=flags))


def write_geometry(shape: BaseGeometry) -> dict[str, Any]:
    """Write a shape in CGCS2000 as GeoJSON values, as a question keeps it."""
    written: dict[str, Any] = orjson.loads(orjson.dumps(shapely.geometry.mapping(shape)))
    return written
