"""Rulings 现场责任划分: who was made responsible for a piece of ground, on the spot, by whom."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from geo.measure import metres_per_degree
from governance.book.definition import RuleBook
from governance.errors import RulingError

__all__ = ["LONGEST_REACH_M", "Ruling", "check_ruling", "cover_ground", "rulings_digest"]

LONGEST_REACH_M = 5_000.0
"""Farthest that a ruling may reach from a point or a line."""

_QUARTER = 32
_CATEGORY = re.compile(r"\d{2}|\d{4}|\d{7}")
_POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A ruling, as a precedent for the same ground and categories.

    Attributes
    ----------
    id
        Empty until it is recorded.
    categories
        Codes of categories or their beginnings, or ``*`` for all.
    body
        Code of the body that answers; ``co_organisers`` are codes too.
    geometry
        The ground that it covers: polygons in CGCS2000 degrees, see :func:`cover_ground`.
    given
        What was given: a point, a line or a polygon; None for ``geometry`` itself.
    reach_m
        How far it reaches from a given point or line, in metres; 0 for a polygon.
    document
        What it is written down in.
    decided_on
        Day of the decision on the spot.
    valid_from, valid_to
        Half-open; None is open.
    recorded_at, recorded_by
        When it became known here, and through whom. None and empty until it is recorded.
    revoked_at, revoked_by, revoked_because
        When it ended before its time, None where it did not.
    """

    categories: tuple[str, ...]
    body: str
    geometry: BaseGeometry
    decided_on: date
    id: str = ""
    co_organisers: tuple[str, ...] = ()
    given: BaseGeometry | None = None
    reach_m: float = 0.0
    document: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    recorded_at: datetime | None = None
    recorded_by: str = ""
    note: str = ""
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_because: str = ""


def cover_ground(given: BaseGeometry, reach_m: float) -> BaseGeometry:
    """Give the ground within reach of a shape.

    Parameters
    ----------
    given
        A point or line in CGCS2000 degrees, or polygons, which are given back as they are.
    reach_m
        Metres around a point or line.

    Returns
    -------
    BaseGeometry
        Polygons in CGCS2000 degrees. A circle has 128 corners, so that it reaches at least
        0.9996 of ``reach_m`` everywhere.

    Raises
    ------
    RulingError
        The shape is of another kind, empty or invalid, or the reach is 0 or too far.

    Notes
    -----
    Degrees are taken as metres at the middle latitude of the shape.
    """
    kind = given.geom_type
    if problem := _defect(given):
        raise RulingError("shape", kind, problem)
    if kind in _POLYGONS:
        return given
    if kind not in {"Point", "LineString", "MultiLineString"}:
        raise RulingError("shape", kind, "give a point, a line or polygons")
    _check_reach(reach_m)
    west, south, east, north = given.bounds
    origin = ((west + east) / 2.0, (south + north) / 2.0)
    per_lon, per_lat = metres_per_degree(origin[1])
    plane = affinity.scale(given, per_lon, per_lat, origin=origin)
    around = plane.buffer(reach_m, quad_segs=_QUARTER)
    covered: BaseGeometry = affinity.scale(around, 1.0 / per_lon, 1.0 / per_lat, origin=origin)
    return covered


def check_ruling(ruling: Ruling, book: RuleBook | None) -> None:
    """Raise RulingError unless a ruling can be recorded.

    Parameters
    ----------
    ruling
        As proposed.
    book
        The rule book in force, whose bodies and categories it may name; None skips that.
    """
    for name in ("document", "recorded_by"):
        if not getattr(ruling, name).strip():
            raise RulingError(name, getattr(ruling, name), "must not be blank")
    if ruling.revoked_at is not None:
        raise RulingError("revoked_at", ruling.revoked_at, "a new ruling cannot be revoked yet")
    if ruling.valid_from and ruling.valid_to and ruling.valid_to <= ruling.valid_from:
        problem = f"does not come after valid_from {ruling.valid_from}"
        raise RulingError("valid_to", ruling.valid_to.isoformat(), problem)
    _check_ground(ruling)
    _check_categories(ruling.categories, book)
    if ruling.body in ruling.co_organisers:
        raise RulingError("co_organisers", ruling.body, "is the body that answers already")
    if book is not None:
        known = {body.code for body in book.bodies}
        for name, codes in (("body", [ruling.body]), ("co_organisers", ruling.co_organisers)):
            for code in codes:
                if code not in known:
                    raise RulingError(name, code, "the active rule book has no body of this code")


def _check_ground(ruling: Ruling) -> None:
    given = ruling.geometry if ruling.given is None else ruling.given
    is_area = given.geom_type in _POLYGONS
    if ruling.geometry.geom_type not in _POLYGONS:
        problem = "the ground covered must be polygons; see cover_ground"
        raise RulingError("geometry", ruling.geometry.geom_type, problem)
    if problem := _defect(ruling.geometry):
        raise RulingError("geometry", ruling.geometry.geom_type, problem)
    west, south, east, north = ruling.geometry.bounds
    if west < -180 or south < -90 or east > 180 or north > 90:  # noqa: PLR2004 - degrees
        problem = "is not in degrees of longitude and latitude"
        raise RulingError("geometry", ruling.geometry.bounds, problem)
    if is_area and ruling.reach_m:
        raise RulingError("reach_m", ruling.reach_m, "a polygon has no reach; leave it out")
    if not is_area:
        _check_reach(ruling.reach_m)


def _check_reach(reach_m: float) -> None:
    if not 0 < reach_m <= LONGEST_REACH_M:
        problem = f"must be above 0 and at most {LONGEST_REACH_M:.0f} metres"
        raise RulingError("reach_m", reach_m, problem)


def _defect(shape: BaseGeometry) -> str:
    if shape.is_empty:
        return "is empty"
    return "" if shape.is_valid else f"is not valid: {shapely.is_valid_reason(shape)}"


def _check_categories(codes: Sequence[str], book: RuleBook | None) -> None:
    if not codes:
        raise RulingError("categories", "", "no category is named; give * for all")
    if "*" in codes and len(codes) > 1:
        raise RulingError("categories", ";".join(codes), "* already means all")
    for code in codes:
        if code == "*":
            continue
        if not _CATEGORY.fullmatch(code):
            raise RulingError("categories", code, "is no code; give 2, 4 or 7 digits, or *")
        if book is not None and not any(row.code.startswith(code) for row in book.categories):
            problem = "no category of the active rule book begins with this code"
            raise RulingError("categories", code, problem)


def rulings_digest(rulings: Iterable[Ruling]) -> str:
    """Digest which rulings are in force: ids of those that are not revoked, in any order."""
    digest = hashlib.sha256()
    for ruling_id in sorted(ruling.id for ruling in rulings if ruling.revoked_at is None):
        digest.update(f"{ruling_id}\n".encode())
    return digest.hexdigest()[:32]
