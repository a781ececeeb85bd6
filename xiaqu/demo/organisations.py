"""Invented organisations that own things in the demo city, and the codes they go by.

The layers name their owners by these codes; the rule book lists the same organisations as bodies.
"""

from dataclasses import dataclass

import geopandas as gpd

from xiaqu.demo import names
from xiaqu.demo.codes import CITY_CODE
from xiaqu.demo.fabric import stage_random
from xiaqu.demo.scales import Scale

__all__ = [
    "BUS",
    "CHARGING",
    "DRAINAGE",
    "EXPRESSWAYS",
    "POWER",
    "Enterprises",
    "committee",
    "community_body",
    "department",
    "government",
    "invent_enterprises",
    "property_codes",
]

EXPRESSWAYS = ("E-EXPRESSWAY-1", "E-EXPRESSWAY-2")
POWER, BUS, DRAINAGE, CHARGING = "E-POWER", "E-BUS", "E-DRAINAGE", "E-CHARGING"
_ESTATES_PER_DEVELOPER = 200
_FIRMS = {
    # utility: (code, ending of the name, firms in the full city)
    "供热": ("E-HEATING", "热力有限公司", 9),
    "供水": ("E-WATER", "自来水有限公司", 3),
    "供气": ("E-GAS", "燃气有限公司", 3),
    "通信": ("E-TELECOM", "通信有限公司", 3),
}


def government(area: str) -> str:
    """Code of the government of a district or township, or the office of a 街道."""
    return f"G{area}"


def community_body(area: str) -> str:
    """Code of a residents' or villagers' committee."""
    return f"C{area}"


def department(function: str, district: str = CITY_CODE) -> str:
    """Code of the department with a function, of a district or of the city."""
    return f"D{district}-{function}"


def committee(special: str) -> str:
    """Code of the body that runs a special area: management committee or university."""
    return f"M-{special}"


def property_codes(estate: gpd.GeoDataFrame) -> dict[str, str]:
    """Code of each property company by its name, numbered in the order of names."""
    firms = sorted(set(estate["property_company"]))
    return {firm: f"P{number:04d}" for number, firm in enumerate(firms, start=1)}


@dataclass(frozen=True, slots=True)
class Enterprises:
    """Enterprises by code, each with its name; all are invented.

    Attributes
    ----------
    utilities
        For each utility with service areas (供热, 供水, 供气, 通信, 供电) its firms.
    developers
        Developers of housing estates.
    """

    utilities: dict[str, dict[str, str]]
    developers: dict[str, str]

    @property
    def names(self) -> dict[str, str]:
        """Names of all of them by code."""
        firms = {code: name for part in self.utilities.values() for code, name in part.items()}
        return firms | self.developers


def invent_enterprises(scale: Scale, seed: int) -> Enterprises:
    """Name the utilities and developers of a city; the same seed gives the same names.

    Parameters
    ----------
    scale
        A smaller city has fewer firms of each kind, at least two.
    seed
        Seed of the city.
    """
    rng = stage_random(seed, "organisations")
    pool = names.NamePool(rng, names.pleasant_words())
    used: set[str] = set()
    is_small = scale.n_districts <= 2  # noqa: PLR2004 - the two smaller scales
    utilities = {}
    for utility, (code, ending, count) in _FIRMS.items():
        numbers = range(1, (2 if is_small else count) + 1)
        utilities[utility] = {f"{code}-{n}": pool.take(used) + ending for n in numbers}
    utilities["供电"] = {POWER: "示范供电有限公司"}
    n_developers = max(3, scale.n_estates // _ESTATES_PER_DEVELOPER)
    developers = {
        f"V{n:03d}": pool.take(used) + "房地产开发有限公司" for n in range(1, n_developers + 1)
    }
    return Enterprises(utilities, developers)
