"""Baidu (百度): places in BD-09, or in GCJ-02 where that is asked for."""

from dataclasses import dataclass

from geo.datum import Datum
from xiaqu.errors import ProviderError, ProviderRefusedError
from xiaqu.providers.fetch import fetch_json
from xiaqu.providers.place import ProviderPlace, read_place

DEFAULT_URL = "https://api.map.baidu.com"
_PATH = "/geocoding/v3/"
_MOST_BYTES = 84  # of an address, by its documentation
_COORDINATES = {"bd09ll": Datum.BD09, "gcj02ll": Datum.GCJ02}
_NOTHING_FOUND = 1
_REFUSALS = {3, 4, 5, 101, 102}
_FIRST_KEY_PROBLEM = 200  # 200 and above: keys, services, quotas, concurrency


@dataclass(frozen=True)
class BaiduProvider:
    """The web service 地理编码 V3 of Baidu.

    Parameters
    ----------
    api_key
        The ``ak``.
    url
        Address of the service, or of a gateway that stands for it.
    city
        Name of the city that is meant; empty for the whole country.
    timeout_s
        Seconds to wait.
    coordinates
        ``bd09ll`` (BD-09) or ``gcj02ll`` (GCJ-02).
    """

    api_key: str
    url: str = DEFAULT_URL
    city: str = ""
    timeout_s: float = 5.0
    coordinates: str = "bd09ll"
    key: str = "baidu"

    def search(self, text: str) -> list[ProviderPlace]:
        """Ask for a text; see :class:`~xiaqu.providers.place.AddressProvider`."""
        # The service refuses longer texts; what is cut is the end, the finest part.
        address = text.encode()[:_MOST_BYTES].decode(errors="ignore")
        query = {"ak": self.api_key, "address": address, "output": "json"}
        if self.coordinates != "bd09ll":
            query["ret_coordtype"] = self.coordinates
        if self.city:
            query["city"] = self.city
        http, found = fetch_json(self.key, self.url.rstrip("/") + _PATH, query, self.timeout_s)
        status = found.get("status")
        if status != 0:
            return self._nothing(http, status, str(found.get("message") or found.get("msg") or ""))
        result = found.get("result")
        location = result.get("location") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(location, dict):
            return []
        place = read_place(
            self.key,
            location.get("lng"),
            location.get("lat"),
            _COORDINATES[self.coordinates],
            label=text,
            level=str(result.get("level") or ""),
        )
        return [place]

    def _nothing(self, http: int, status: object, message: str) -> list[ProviderPlace]:
        """Tell an address that is not known from a refusal."""
        if status == _NOTHING_FOUND and "无相关结果" in message:
            return []
        problem = f"{http if status is None else status} {message}".strip()
        refused = isinstance(status, int) and (status in _REFUSALS or status >= _FIRST_KEY_PROBLEM)
        raise (ProviderRefusedError if refused else ProviderError)(self.key, problem)
