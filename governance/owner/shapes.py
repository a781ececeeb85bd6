"""Lines and polygons: who answers for a place that is not a point.

A shape is asked at many points spread evenly over it, so that roads, parks and borders inside it
count; each body gets the share of the points where it answers. The body with the largest share
leads, the others help.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LonLatArray
from geo.measure import metres_per_degree
from governance.book.terms import Role
from governance.errors import QuestionError
from governance.owner.answer import OWNER_FLAGS, NamedBody, OwnerAnswer, OwnerQuestion
from governance.owner.resolver import OwnerResolver
from governance.owner.table import OwnerTable

__all__ = ["N_SAMPLES", "ShapeAnswer", "ShapePart", "answer_shape", "spread_points"]

N_SAMPLES = 2_000
"""About how many points of a shape are asked; shares are good to about one in a thousand."""

_LINES = ("LineString", "MultiLineString")
_POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class ShapePart:
    """The share of a shape for which one body answers; ``body`` empty for nobody."""

    body: str
    body_name: str
    share: float


@dataclass(frozen=True, slots=True)
class ShapeAnswer:
    """Who answers for a shape.

    ``answer`` is that of a point of the lead's share, with the other bodies as co-organisers and
    the flag ``spans`` where there are any. ``parts`` are by share, largest first.
    """

    answer: OwnerAnswer
    parts: tuple[ShapePart, ...]
    n_samples: int


def answer_shape(
    resolver: OwnerResolver,
    shape: BaseGeometry,
    question: OwnerQuestion,
    *,
    show_phones: bool = False,
    n_samples: int = N_SAMPLES,
) -> ShapeAnswer:
    """Answer who is responsible for a line or a polygon.

    Parameters
    ----------
    resolver
        Answers for points.
    shape
        A (multi)line or valid (multi)polygon, CGCS2000 degrees, lon, lat.
    question
        Its place is replaced by points of the shape.
    show_phones
        Whether the work phones of posts are shown.
    n_samples
        About how many points to ask.

    Returns
    -------
    ShapeAnswer
        The same for the same shape, always.

    Raises
    ------
    QuestionError
        The shape is of another kind, empty or invalid.
    UnknownCategoryError, DateOutsideBookError, DateOutsideValidityError
        As for :meth:`OwnerResolver.answer`.
    """
    points = spread_points(shape, n_samples)
    table = resolver.assign(
        points,
        [question.category] * len(points),
        at=question.at,
        callers=[question.caller] * len(points),
        accuracy_m=question.accuracy_m,
    )
    bodies, counts = np.unique(table.body, return_counts=True)
    order = np.lexsort((bodies, -counts))
    # Nobody leads only where nobody answers anywhere.
    ranked = sorted(order.tolist(), key=lambda at: bool(bodies[at] < 0))
    lead = int(bodies[ranked[0]])
    chosen = _surest(table, lead)
    lon, lat = points[chosen].tolist()
    answer = resolver.answer(replace(question, lon=lon, lat=lat), show_phones=show_phones)
    parts = tuple(_part(table, int(bodies[at]), int(counts[at])) for at in order.tolist())
    return ShapeAnswer(_spanning(answer, table, parts), parts, len(points))


def spread_points(shape: BaseGeometry, n: int) -> LonLatArray:
    """Spread points evenly over a line or a polygon.

    Parameters
    ----------
    shape
        CGCS2000 degrees.
    n
        About how many.

    Returns
    -------
    points
        Shape (m, 2), at least one point; on the line, or inside the polygon.

    Raises
    ------
    QuestionError
        The shape is of another kind, empty or invalid.
    """
    kind = shape.geom_type
    if kind not in (*_LINES, *_POLYGONS):
        raise QuestionError("shape", kind, "expected a line or a polygon")
    if shape.is_empty:
        raise QuestionError("shape", kind, "it is empty")
    if not shape.is_valid:
        raise QuestionError("shape", kind, shapely.is_valid_reason(shape))
    per_lon, per_lat = metres_per_degree((shape.bounds[1] + shape.bounds[3]) / 2.0)
    scale = np.array([per_lon, per_lat])
    plane = shapely.transform(shape, lambda xy: xy * scale)
    if kind in _LINES:
        return np.asarray(_along(plane, n) / scale)
    return np.asarray(_inside(plane, n) / scale)


def _along(line: BaseGeometry, n: int) -> LonLatArray:
    parts = shapely.get_parts(line)
    lengths = shapely.length(parts)
    step = lengths.sum() / n
    found = []
    for part, length in zip(parts, lengths.tolist(), strict=True):
        count = max(1, round(length / step)) if step > 0.0 else 1
        at = (np.arange(count) + 0.5) / count
        found.append(shapely.get_coordinates(shapely.line_interpolate_point(part, at * length)))
    return np.concatenate(found)


def _inside(polygon: BaseGeometry, n: int) -> LonLatArray:
    west, south, east, north = polygon.bounds
    step = np.sqrt(polygon.area / n)
    x = np.arange(west + step / 2.0, east, step)
    y = np.arange(south + step / 2.0, north, step)
    lattice = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    shapely.prepare(polygon)
    found = lattice[shapely.contains_xy(polygon, lattice)]
    if len(found):
        return found
    # Thinner than the lattice everywhere.
    return np.array([shapely.get_coordinates(polygon.representative_point())[0]])


def _surest(table: OwnerTable, body: int) -> int:
    """Row with the highest confidence among those of a body, the first of equal ones."""
    rows = np.flatnonzero(table.body == body)
    return int(rows[np.argmax(table.confidence[rows])])


def _part(table: OwnerTable, body: int, count: int) -> ShapePart:
    row = table.compiled.bodies[body] if body >= 0 else None
    share = round(count / len(table), 4)
    return ShapePart(row.code if row else "", row.name if row else "", share)


def _spanning(answer: OwnerAnswer, table: OwnerTable, parts: Sequence[ShapePart]) -> OwnerAnswer:
    """Add the bodies of the other parts, and the flag, to the answer of the lead."""
    if len(parts) == 1 or answer.primary is None:
        return answer
    known = {answer.primary.code}
    added = [_helper(table, part) for part in parts if part.body and part.body not in known]
    codes = {body.code for body in added}
    others = (*added, *(body for body in answer.others if body.code not in codes))
    raised = {*answer.flags, "spans"}
    flags = tuple(flag for flag in OWNER_FLAGS if flag in raised)
    return replace(answer, others=others, flags=flags)


def _helper(table: OwnerTable, part: ShapePart) -> NamedBody:
    row = table.compiled.bodies[table.compiled.body_at[part.body]]
    return NamedBody(
        code=row.code,
        name=row.name,
        kind=row.kind,
        role=Role.CO_ORGANISER,
        phone=row.phone,
        because=f"share:{part.share}",
    )
