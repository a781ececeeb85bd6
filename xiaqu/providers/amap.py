"""AMap (高德): places in GCJ-02."""

from dataclasses import dataclass
from typing import Any

from geo.datum import Datum
from xiaqu.errors import ProviderError, ProviderRefusedError
from xiaqu.providers.fetch import fetch_json
from xiaqu.providers.place import ProviderPlace, read_place

DEFAULT_URL = "https://restapi.amap.com"
_PATH = "/v3/geocode/geo"
_NOTHING_FOUND = {"30001"}  # ENGINE_RESPONSE_DATA_ERROR: its way to say that nothing fits
_REFUSALS = "100"  # infocodes 10001 to 10045: keys, permissions, quotas


@dataclass(frozen=True)
class AmapProvider:
    """The web service 地理编码 of AMap.

    Parameters
    ----------
    api_key
        Of the kind "Web 服务".
    url
        Address of the service, or of a gateway that stands for it.
    city
        Name or adcode that the search is restricted to; empty for the whole country.
    timeout_s
        Seconds to wait.
    """

    api_key: str
    url: str = DEFAULT_URL
    city: str = ""
    timeout_s: float = 5.0
    key: str = "amap"

    def search(self, text: str) -> list[ProviderPlace]:
        """Ask for a text; see :class:`~xiaqu.providers.place.AddressProvider`."""
        query = {"key": self.api_key, "address": text, "output": "JSON"}
        if self.city:
            query["city"] = self.city
        status, found = fetch_json(self.key, self.url.rstrip("/") + _PATH, query, self.timeout_s)
        code = str(found.get("infocode", ""))
        if str(found.get("status")) != "1":
            if code in _NOTHING_FOUND:
                return []
            problem = f"{code or status} {found.get('info', '')}".strip()
            kind = ProviderRefusedError if code.startswith(_REFUSALS) else ProviderError
            raise kind(self.key, problem)
        return [place for item in found.get("geocodes") or () if (place := self._place(item, text))]

    def _place(self, item: dict[str, Any], text: str) -> ProviderPlace | None:
        location = item.get("location")
        # Empty members come as empty lists.
        if not isinstance(location, str) or "," not in location:
            return None
        lon, lat = location.split(",", 1)
        label = item.get("formatted_address") or text
        level = item.get("level") or ""
        return read_place(self.key, lon, lat, Datum.GCJ02, label=str(label), level=str(level))
