"""What a demo city is made of: layers of features in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from geo.arrays import GeometryArray
from xiaqu.demo.names import CITY_NAME
from xiaqu.demo.scales import Scale

CRS = "EPSG:4490"


@dataclass(frozen=True, slots=True)
class DemoLayer:
    """One layer of the city.

    Attributes
    ----------
    key, name, role, parent
        As in a layer definition: role is partition, overlay, linear or asset; parent is the key
        of the layer above or empty.
    frame
        Columns code, name, parent_code where there is a parent, further attributes, geometry
        (CGCS2000 lon/lat on the binary grid). Sorted by code.
    extra
        Attribute columns beside those that a definition names itself.
    precedence
        Column with the precedence of overlays, or empty.
    """

    key: str
    name: str
    role: str
    parent: str
    frame: gpd.GeoDataFrame
    extra: tuple[str, ...] = ()
    precedence: str = ""


@dataclass(frozen=True, slots=True)
class DemoCity:
    """A generated city: fictitious, derived, without a map-review number.

    Attributes
    ----------
    layers
        By key, partitions coarse to fine first, then overlays, linear layers and assets.
    gazetteer
        Columns name, alias, kind, lon, lat, township_code.
    organisations
        Name by code of the firms, developers and resident units that the layers name as owners.
    """

    scale: Scale
    seed: int
    layers: dict[str, DemoLayer]
    gazetteer: gpd.pd.DataFrame
    name: str = field(default=CITY_NAME)
    organisations: Mapping[str, str] = field(default_factory=dict)


def build_frame(columns: Mapping[str, object], geometry: GeometryArray) -> gpd.GeoDataFrame:
    """Put columns and shapes together, sorted by the column ``code``."""
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)
    return frame.sort_values("code", kind="stable", ignore_index=True)
