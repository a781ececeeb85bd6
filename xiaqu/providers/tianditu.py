"""Tianditu (天地图): places in CGCS2000."""

import json
from dataclasses import dataclass

from geo.datum import Datum
from xiaqu.errors import ProviderError, ProviderRefusedError
from xiaqu.providers.fetch import fetch_json
from xiaqu.providers.place import ProviderPlace, read_place

DEFAULT_URL = "https://api.tianditu.gov.cn"
_PATH = "/geocoder"
_FOUND, _NOTHING_FOUND = "0", "101"


@dataclass(frozen=True)
class TiandituProvider:
    """The web service 地理编码 of Tianditu.

    Parameters
    ----------
    api_key
        The ``tk``, of the kind for servers.
    url
        Address of the service, or of a gateway that stands for it.
    city
        Put before a text that does not name it; empty for none.
    timeout_s
        Seconds to wait.
    """

    api_key: str
    url: str = DEFAULT_URL
    city: str = ""
    timeout_s: float = 5.0
    key: str = "tianditu"

    def search(self, text: str) -> list[ProviderPlace]:
        """Ask for a text; see :class:`~xiaqu.providers.place.AddressProvider`."""
        words = text if self.city in text else self.city + text
        query = {"ds": json.dumps({"keyWord": words}, ensure_ascii=False), "tk": self.api_key}
        http, found = fetch_json(self.key, self.url.rstrip("/") + _PATH, query, self.timeout_s)
        if "code" in found:  # the gate before the service: keys, permissions, quotas
            problem = f"{found['code']} {found.get('msg', '')} {found.get('resolve', '')}".strip()
            raise ProviderRefusedError(self.key, problem)
        status = str(found.get("status", http))
        if status == _NOTHING_FOUND:
            return []
        if status != _FOUND:
            raise ProviderError(self.key, f"{status} {found.get('msg', '')}".strip())
        location = found.get("location")
        if not isinstance(location, dict) or location.get("lon") in (None, ""):
            return []
        return [
            read_place(
                self.key,
                location.get("lon"),
                location.get("lat"),
                Datum.CGCS2000,
                label=str(location.get("keyWord") or text),
                level=str(location.get("level") or ""),
            )
        ]
