"""A fictitious city, generated from a seed: nested areas, roads, rivers, doors, facilities.

Everything in it is invented and labelled 示范数据; it has no map-review number (审图号).
"""

from xiaqu.demo.city import generate_city
from xiaqu.demo.files import CITY_SOURCE, LayerFile, write_city
from xiaqu.demo.layers import DemoCity, DemoLayer
from xiaqu.demo.scales import SCALES, Scale

__all__ = [
    "CITY_SOURCE",
    "SCALES",
    "DemoCity",
    "DemoLayer",
    "LayerFile",
    "Scale",
    "generate_city",
    "write_city",
]
