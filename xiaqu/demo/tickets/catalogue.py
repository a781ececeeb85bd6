"""Categories of requests: how frequent they are, when, and about what kind of place."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Catalogue", "Category", "read_catalogue"]


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of the catalogue.

    Attributes
    ----------
    key
        Name by which the phrasebooks know it.
    path
        Three levels joined by ``->``.
    weight
        Share of all requests, relative to those of the others.
    setting, season, rhythm
        Keys of the tables of the catalogue.
    kinds
        Types of ticket; the first is the most usual.
    tag
        Label, may be empty.
    """

    key: str
    path: str
    weight: float
    setting: str
    season: str
    rhythm: str
    kinds: tuple[str, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All categories with their seasons, hours and places; see ``catalogue.toml``.

    ``settings`` gives for each setting pairs of kind of place and share, ``facilities`` the
    types of facility of a setting. ``seasons`` has 12 factors each, ``rhythms`` 24 weights each,
    ``week`` 7 factors from Monday.
    """

    version: str
    categories: tuple[Category, ...]
    settings: dict[str, tuple[tuple[str, float], ...]]
    facilities: dict[str, frozenset[str]]
    seasons: dict[str, tuple[float, ...]]
    rhythms: dict[str, tuple[float, ...]]
    week: tuple[float, ...]


@cache
def read_catalogue() -> Catalogue:
    """Read the catalogue that comes with the package."""
    text = files("xiaqu.demo.tickets").joinpath("catalogue.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    categories = tuple(
        Category(key, **{**values, "kinds": tuple(values["kinds"])})
        for key, values in raw["category"].items()
    )
    return Catalogue(
        version=raw["version"],
        categories=categories,
        settings={key: tuple(shares.items()) for key, shares in raw["setting"].items()},
        facilities={key: frozenset(types) for key, types in raw["facility"].items()},
        seasons={key: tuple(factors) for key, factors in raw["season"].items()},
        rhythms={key: tuple(weights) for key, weights in raw["rhythm"].items()},
        week=tuple(raw["week"]["monday_first"]),
    )
