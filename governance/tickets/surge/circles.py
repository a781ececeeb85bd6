"""The circle around the places of tickets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray
from geo.measure import metres_per_degree

__all__ = ["Circle", "around", "enclosing"]


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle; its centre in CGCS2000 degrees, its radius in metres."""

    lon: float
    lat: float
    radius_m: float

    def distance_m(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Measure how far places lie from the centre, in metres; NaN for NaN."""
        per_lon, per_lat = metres_per_degree(self.lat)
        away: FloatArray = np.hypot((lon - self.lon) * per_lon, (lat - self.lat) * per_lat)
        return away

    def holds(self, lon: FloatArray, lat: FloatArray, reach_m: float = 0.0) -> BoolArray:
        """Tell which places lie in it or at most so far outside."""
        inside: NDArray[np.bool_] = self.distance_m(lon, lat) <= self.radius_m + reach_m
        return inside

    def touches(self, other: "Circle", reach_m: float = 0.0) -> bool:
        """Tell whether another circle overlaps it or lies at most so far away."""
        away = self.distance_m(np.array([other.lon]), np.array([other.lat]))[0]
        return bool(away <= self.radius_m + other.radius_m + reach_m)


def around(lon: FloatArray, lat: FloatArray) -> Circle:
    """Draw a circle around places, with its centre in the middle of their extent.

    Parameters
    ----------
    lon, lat
        Shape (n,), n at least 1; CGCS2000 degrees, finite.
    """
    middle = Circle(float((lon.min() + lon.max()) / 2.0), float((lat.min() + lat.max()) / 2.0), 0.0)
    return Circle(middle.lon, middle.lat, float(middle.distance_m(lon, lat).max()))


def enclosing(one: Circle, other: Circle) -> Circle:
    """Give the smallest circle around two."""
    away = float(one.distance_m(np.array([other.lon]), np.array([other.lat]))[0])
    if away + other.radius_m <= one.radius_m:
        return one
    if away + one.radius_m <= other.radius_m:
        return other
    radius_m = (away + one.radius_m + other.radius_m) / 2.0
    share = (radius_m - one.radius_m) / away
    return Circle(
        one.lon + share * (other.lon - one.lon), one.lat + share * (other.lat - one.lat), radius_m
    )
