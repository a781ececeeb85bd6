"""Places outside the city that would lie inside it if their datum were another one."""

from datetime import date

from boundaries.locator import Locator
from geo.datum import Datum, point_to_cgcs2000
from geo.errors import CoordinateError

__all__ = ["datums_inside"]

_OTHER_DATUMS = (Datum.CGCS2000, Datum.GCJ02, Datum.BD09)
_SAME_NUMBERS = (Datum.WGS84, Datum.CGCS2000)


def datums_inside(
    locator: Locator, point: tuple[float, float], datum: Datum | str, at: date
) -> list[str]:
    """Name the other datums in which a point would lie inside the city.

    Parameters
    ----------
    locator
        Knows the city.
    point
        Longitude, latitude, or easting, northing, as given.
    datum
        Datum that was stated.
    at
        Date.
    """
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
