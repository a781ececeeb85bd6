"""From the settings to a provider, and from a provider to suggestions."""

import json
from collections.abc import Callable

from api.suggestions import Suggester, Suggestions
from geo.address.answers import GeocodeAnswer, PartRole
from geo.datum import parse_datum
from geo.errors import DatumError
from xiaqu.errors import ProviderError, SettingsError
from xiaqu.providers.amap import DEFAULT_URL as AMAP_URL
from xiaqu.providers.amap import AmapProvider
from xiaqu.providers.baidu import DEFAULT_URL as BAIDU_URL
from xiaqu.providers.baidu import BaiduProvider
from xiaqu.providers.place import AddressProvider
from xiaqu.providers.tianditu import DEFAULT_URL as TIANDITU_URL
from xiaqu.providers.tianditu import TiandituProvider
from xiaqu.providers.wrapped import open_geopy
from xiaqu.settings import Settings

_GEOPY = "geopy."
_MAKERS: dict[str, tuple[Callable[[str, str, str, float], AddressProvider], str]] = {
    "amap": (AmapProvider, AMAP_URL),
    "baidu": (BaiduProvider, BAIDU_URL),
    "tianditu": (TiandituProvider, TIANDITU_URL),
}
# What a provider needs to find a place; the rest of a text (who called, what about, which flat)
# stays here.
_ASKED = frozenset(PartRole) - {PartRole.IGNORED, PartRole.UNIT}


def provider_of(settings: Settings) -> AddressProvider | None:
    """Make the provider that the settings name.

    Returns
    -------
    provider
        None where none is named, which is the default: nothing leaves this machine.

    Raises
    ------
    SettingsError
        The name is unknown, or what the provider needs is missing.
    """
    name = settings.provider
    if not name:
        return None
    if name.startswith(_GEOPY):
        return _geopy_of(settings, name)
    if name not in _MAKERS:
        problem = f"unknown provider; use {', '.join(_MAKERS)} or geopy.<service>"
        raise SettingsError("XIAQU_PROVIDER", name, problem)
    key = settings.provider_key.get_secret_value()
    if not key:
        raise SettingsError("XIAQU_PROVIDER_KEY", "", f"{name} needs a key")
    make, url = _MAKERS[name]
    return make(
        key, settings.provider_url or url, settings.provider_city, settings.provider_timeout_s
    )


def _geopy_of(settings: Settings, name: str) -> AddressProvider:
    if not settings.provider_datum:
        problem = f"{name} needs the datum of its coordinates, such as WGS-84; it is not known"
        raise SettingsError("XIAQU_PROVIDER_DATUM", "", problem)
    try:
        datum = parse_datum(settings.provider_datum)
    except DatumError as error:
        raise SettingsError(
            "XIAQU_PROVIDER_DATUM", settings.provider_datum, error.problem
        ) from None
    return open_geopy(
        name.removeprefix(_GEOPY), _options_of(settings), datum, settings.provider_timeout_s
    )


def _options_of(settings: Settings) -> dict[str, str]:
    text = settings.provider_options.get_secret_value() or "{}"
    try:
        options = json.loads(text)
    except ValueError:
        options = None
    if not isinstance(options, dict) or not all(isinstance(o, str) for o in options.values()):
        # The value may hold a key, so that it is not repeated.
        raise SettingsError("XIAQU_PROVIDER_OPTIONS", "...", "must be a JSON object of text values")
    return options


def words_to_ask(answer: GeocodeAnswer) -> str:
    """Give the words of a text that say where, in their order; empty where there are none."""
    hints = [part for part in answer.parts if part.start < 0]
    parts = [part for part in answer.parts if part.start >= 0 and part.role in _ASKED]
    words = "".join(part.text for part in parts).strip()
    if not words:
        return ""
    return "".join(part.text for part in hints if part.text not in words) + words


def suggester_of(provider: AddressProvider) -> Suggester:
    """Make the function that asks a provider for what the gazetteer did not answer."""

    def suggest(answer: GeocodeAnswer) -> Suggestions:
        words = words_to_ask(answer)
        if not words:
            return Suggestions()
        try:
            places = provider.search(words)
        except ProviderError as error:
            return Suggestions(problem=str(error))
        return Suggestions(tuple(place.to_dict() for place in places))

    return suggest
