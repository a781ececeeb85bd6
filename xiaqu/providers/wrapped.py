"""Any geocoder of geopy, with a datum that the city declares for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from geo.datum import Datum
from xiaqu.errors import (
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    SettingsError,
)
from xiaqu.providers.place import ProviderPlace, read_place

_REFUSALS = (
    "GeocoderAuthenticationFailure",
    "GeocoderInsufficientPrivileges",
    "GeocoderQuotaExceeded",
    "GeocoderRateLimited",
)
_UNAVAILABLE = ("GeocoderTimedOut", "GeocoderUnavailable")


class GeopyGeocoder(Protocol):
    """What is used of a geocoder of geopy."""

    def geocode(self, query: str, *, exactly_one: bool) -> Any:  # noqa: ANN401 - geopy has no types
        """Find the places of a text."""
        ...


@dataclass(frozen=True)
class GeopyProvider:
    """A geocoder of geopy.

    Parameters
    ----------
    geocoder
        Made by the caller with its own address and key.
    datum
        What its coordinates mean; geopy does not know it.
    key
        Short name that its places carry.
    """

    geocoder: GeopyGeocoder
    datum: Datum | str
    key: str

    def search(self, text: str) -> list[ProviderPlace]:
        """Ask for a text; see :class:`~xiaqu.providers.place.AddressProvider`."""
        try:
            found = self.geocoder.geocode(text, exactly_one=False)
        except Exception as error:
            names = {kind.__name__ for kind in type(error).__mro__}
            # Only geopy's own errors are expected; it is imported by whoever made the geocoder.
            if "GeopyError" not in names:
                raise
            kind: type[ProviderError] = ProviderError
            if names & set(_REFUSALS):
                kind = ProviderRefusedError
            elif names & set(_UNAVAILABLE):
                kind = ProviderUnavailableError
            raise kind(self.key, _bare(error)) from None
        return [
            read_place(
                self.key,
                item.longitude,
                item.latitude,
                self.datum,
                label=str(item.address),
                level=str(item.raw.get("type", "")) if isinstance(item.raw, dict) else "",
            )
            for item in found or ()
        ]


def _bare(error: Exception) -> str:
    """Shorten a message to its kind: the full one may repeat an address with its key."""
    words = str(error).split("(", 1)[0].split("http", 1)[0].strip()
    return f"{type(error).__name__} {words}".strip()


def open_geopy(
    service: str, options: Mapping[str, str], datum: Datum | str, timeout_s: float
) -> GeopyProvider:
    """Make a provider of a geocoder that geopy knows by name.

    Parameters
    ----------
    service
        As geopy spells it, such as ``nominatim`` or ``photon``.
    options
        Passed to its constructor, such as ``domain``, ``scheme`` and ``user_agent``.
    datum
        What its coordinates mean.
    timeout_s
        Seconds to wait for it.

    Raises
    ------
    SettingsError
        geopy is not installed, does not know the service, or does not take the options.
    """
    try:
        from geopy.exc import ConfigurationError, GeocoderNotFound  # noqa: PLC0415 - optional
        from geopy.geocoders import get_geocoder_for_service  # noqa: PLC0415 - optional
    except ImportError:
        raise SettingsError(
            "XIAQU_PROVIDER", f"geopy.{service}", "geopy is not installed: install xiaqu[online]"
        ) from None
    try:
        # No proxy of the environment, unless the options name one.
        given = {"timeout": timeout_s, "proxies": {}, **options}
        made = get_geocoder_for_service(service)(**given)
    except GeocoderNotFound:
        problem = "geopy has no such service; write geopy.nominatim, geopy.photon ..."
        raise SettingsError("XIAQU_PROVIDER", f"geopy.{service}", problem) from None
    except (TypeError, ConfigurationError) as error:
        names = ", ".join(sorted(options)) or "none"
        raise SettingsError("XIAQU_PROVIDER_OPTIONS", names, str(error).splitlines()[0]) from None
    return GeopyProvider(made, datum, f"geopy.{service}")
