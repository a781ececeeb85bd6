"""Online address services, each with its datum; off unless a setting names one.

They only ever add suggestions for texts that the gazetteer does not answer by itself, and nothing
that they say is accepted without a person.
"""

from xiaqu.providers.amap import AmapProvider
from xiaqu.providers.baidu import BaiduProvider
from xiaqu.providers.configured import provider_of, suggester_of
from xiaqu.providers.place import AddressProvider, ProviderPlace
from xiaqu.providers.tianditu import TiandituProvider
from xiaqu.providers.wrapped import GeopyProvider

__all__ = [
    "AddressProvider",
    "AmapProvider",
    "BaiduProvider",
    "GeopyProvider",
    "ProviderPlace",
    "TiandituProvider",
    "provider_of",
    "suggester_of",
]
