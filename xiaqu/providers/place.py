"""What every provider answers: a place in CGCS2000, and what the provider itself said."""

from dataclasses import dataclass
from typing import Any, Protocol

from geo.coordinates import check_point
from geo.datum import Datum, point_to_cgcs2000
from geo.errors import CoordinateError
from xiaqu.errors import ProviderError

_DIGITS = 7  # a centimetre, as the providers give it


@dataclass(frozen=True, slots=True)
class ProviderPlace:
    """A place that a provider suggests.

    Attributes
    ----------
    lon, lat
        CGCS2000 degrees.
    label
        What the provider calls the place; the text asked where it gives no name.
    provider
        Key of the provider, such as ``amap``.
    level
        What kind of thing was found, in the provider's own words; empty where it does not say.
    given_lon, given_lat, datum
        The place as the provider gave it, and the datum of these numbers.
    """

    lon: float
    lat: float
    label: str
    provider: str
    level: str
    given_lon: float
    given_lat: float
    datum: Datum | str

    def to_dict(self) -> dict[str, Any]:
        """Give the place as JSON values; it says of itself that it was not accepted."""
        return {
            "provider": self.provider,
            "label": self.label,
            "level": self.level,
            "lon": self.lon,
            "lat": self.lat,
            "datum": "CGCS2000",
            "given": {"lon": self.given_lon, "lat": self.given_lat, "datum": str(self.datum)},
            "decision": "review",
        }


class AddressProvider(Protocol):
    """A service that finds places by the words of an address."""

    @property
    def key(self) -> str:
        """Short name that its places carry."""
        ...

    def search(self, text: str) -> list[ProviderPlace]:
        """Ask for a text.

        Returns
        -------
        list of ProviderPlace
            Best first; empty where the provider knows nothing.

        Raises
        ------
        ProviderError
            The provider refused, could not be reached, or did not answer as documented.
        """
        ...


def read_place(
    provider: str, lon: object, lat: object, datum: Datum | str, *, label: str, level: str
) -> ProviderPlace:
    """Make a place from a provider's numbers.

    Parameters
    ----------
    provider
        Key of the provider.
    lon, lat
        As given: numbers, or text that spells them.
    datum
        What the numbers mean.
    label, level
        See :class:`ProviderPlace`.

    Raises
    ------
    ProviderError
        The numbers are no place.
    """
    try:
        given = float(str(lon)), float(str(lat))
        x, y = point_to_cgcs2000(*given, datum)
        check_point(x, y)
    except (ValueError, CoordinateError) as error:
        raise ProviderError(provider, f"answered the place {lon!r}, {lat!r}: {error}") from error
    return ProviderPlace(
        round(x, _DIGITS), round(y, _DIGITS), label, provider, level, *given, datum
    )
