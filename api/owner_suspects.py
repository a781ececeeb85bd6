"""Places outside the city that would lie inside it if their datum were another one."""

from datetime import date

from geo.arrays import FloatArray
from geo.datum import Datum, point_to_cgcs2000
from geo.errors import CoordinateError
from governance.owner.answer import OWNER_FLAGS
from governance.owner.given import DATUM_SUSPECT
from governance.owner.resolver import OwnerResolver
from governance.owner.rows import RowAnswers

__all__ = ["datums_inside", "flag_suspects"]

_OTHER_DATUMS = (Datum.CGCS2000, Datum.GCJ02, Datum.BD09)
_SAME_NUMBERS = (Datum.WGS84, Datum.CGCS2000)


def datums_inside(
    resolver: OwnerResolver, point: tuple[float, float], datum: Datum | str, at: date
) -> list[str]:
    """Name the other datums in which a point would lie inside the city.

    Parameters
    ----------
    resolver
        Knows the city.
    point
        Longitude, latitude, or easting, northing, as given.
    datum
        Datum that was stated.
    at
        Date.
    """
    locator = resolver.grounds.locator
    west, south, east, north = locator.bounds
    found = []
    for other in _OTHER_DATUMS:
        if other == datum or (other in _SAME_NUMBERS and datum in _SAME_NUMBERS):
            continue
        try:
            lon, lat = point_to_cgcs2000(*point, other)
        except CoordinateError:
            continue
        if not (west <= lon <= east and south <= lat <= north):
            continue
        if "outside" not in locator.locate(lon, lat, at=at, accuracy_m=0.0).flags:
            found.append(str(other))
    return found


def flag_suspects(
    resolver: OwnerResolver, found: RowAnswers, given: FloatArray, datum: Datum | str
) -> dict[int, list[str]]:
    """Flag rows outside the city that would lie inside it in another datum, in place.

    Parameters
    ----------
    resolver
        Knows the city.
    found
        Answers, whose flags are added to.
    given
        Shape (n, 2), the places as given.
    datum
        Datum that was stated.

    Returns
    -------
    dict
        By row: the other datums.
    """
    suspects: dict[int, list[str]] = {}
    column = found.columns["flags"]
    for row, text in enumerate(column):
        raised = set((text or "").split(";"))
        if "outside" not in raised:
            continue
        lon, lat = given[row].tolist()
        others = datums_inside(resolver, (lon, lat), datum, found.asked["at"][row])
        if others:
            suspects[row] = others
            raised.add(DATUM_SUSPECT)
            column[row] = ";".join(flag for flag in OWNER_FLAGS if flag in raised)
    return suspects
