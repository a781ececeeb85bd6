"""Phrasebooks: the sentences, forms and habits with which places and requests are worded."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["PHRASEBOOKS", "Phrasebook", "read_phrasebook"]

PHRASEBOOKS = ("main", "held_out", "sealed")
_Lists = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Words of one way of writing tickets; see ``main.toml`` for the slots.

    Attributes
    ----------
    frames
        Whole tickets, with a place, with none, with two.
    slots
        What fills the frames beside place and request.
    places, relations
        Forms of each kind of place, and of places stated by another.
    joins, spaces
        Between administrative names, and inside a place by mistake.
    admin_after
        The administrative names follow the place in brackets, as a share of tickets.
    city
        What the city is called.
    colloquial_share, colloquial
        Popular names of kinds of facility, and how often they are used.
    titles, issues
        Headings; what is wrong, by category.
    elsewhere
        Places in other cities.
    surnames, given, manners
        Of people.
    """

    name: str
    version: str
    frames: _Lists
    slots: _Lists
    places: _Lists
    relations: _Lists
    joins: tuple[str, ...]
    spaces: tuple[str, ...]
    admin_after: float
    city: tuple[str, ...]
    colloquial_share: float
    colloquial: dict[str, str]
    titles: _Lists
    issues: _Lists
    elsewhere: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    manners: tuple[str, ...]


@cache
def read_phrasebook(name: str) -> Phrasebook:
    """Read a phrasebook that comes with the package.

    Raises
    ------
    ValueError
        There is none of this name.
    """
    if name not in PHRASEBOOKS:
        message = f"unknown phrasebook {name!r}; choose one of {', '.join(PHRASEBOOKS)}"
        raise ValueError(message)
    text = files("xiaqu.demo.tickets").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    admin, people, colloquial = raw["admin"], raw["people"], dict(raw["colloquial"])
    share = colloquial.pop("share")
    return Phrasebook(
        name=name,
        version=raw["version"],
        frames=_lists(raw["frames"]),
        slots=_lists(raw["slots"]),
        places=_lists(raw["places"]),
        relations=_lists(raw["relations"]),
        joins=tuple(admin["joins"]),
        spaces=tuple(admin["spaces"]),
        admin_after=admin["after"],
        city=tuple(admin["city"]),
        colloquial_share=share,
        colloquial=colloquial,
        titles=_lists(raw["titles"]),
        issues=_lists(raw["issues"]),
        elsewhere=tuple(raw["elsewhere"]["addresses"]),
        surnames=tuple(people["surnames"]),
        given=tuple(people["given"]),
        manners=tuple(people["manners"]),
    )


def _lists(table: dict[str, list[str]]) -> _Lists:
    return {key: tuple(values) for key, values in table.items()}
