"""What a city rules about the life of tickets: limits of returns, reopening, extensions, copies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from governance.book.terms import BodyKind
from governance.tickets.errors import TicketError
from governance.tickets.terms import TicketState

__all__ = ["CONTINUE", "RESTART", "LifeProfile", "default_life_profile", "read_life_profile"]

RESTART, CONTINUE = "restart", "continue"
_TABLES = {
    "returns": ("allowed", "hours", "final_after"),
    "reopening": ("clock",),
    "extensions": ("allowed", "longest_share"),
    "copies": ("district_for",),
}
_TOP = ("version", "valid_from", "waiting", *_TABLES)
_NAMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeProfile:
    """Versioned configuration of the life of tickets.

    Attributes
    ----------
    version
        Stands in the events that rest on it.
    valid_from
        First day on which it counts.
    returns_allowed
        How often one ticket may be returned; 0 without limit.
    return_hours
        Hours after the dispatch within which it may; 0 without limit.
    final_after
        The decision on this return of a ticket, counted from 1, is final; 0 for never by itself.
    reopening
        ``restart`` gives a reopened ticket the time of its level from the reopening;
        ``continue`` leaves the deadline that it had.
    extensions_allowed
        How often a deadline may be extended; 0 for never.
    longest_extension
        All extensions together, as a share of the limit of the level.
    district_for
        Kinds of bodies of whose tickets the district has a copy.
    waiting
        Names, Chinese and English, of the states that stop a clock beside those of tickets.
    """

    version: str
    valid_from: date
    returns_allowed: int
    return_hours: float
    final_after: int
    reopening: str
    extensions_allowed: int
    longest_extension: float
    district_for: frozenset[BodyKind]
    waiting: Mapping[str, tuple[str, str]]


def read_life_profile(path: Path) -> LifeProfile:
    """Read a profile.

    Parameters
    ----------
    path
        TOML; every key of the profile that comes with the package, and no other.

    Raises
    ------
    TicketError
        The file cannot be read, a key misses or is unknown, or a value cannot be right; names
        the first.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TicketError("life profile", path.name, f"cannot be read: {error}") from error
    _check_keys("", data, _TOP)
    for name, keys in _TABLES.items():
        if not isinstance(data[name], dict):
            raise TicketError(name, data[name], f"write a table [{name}]")
        _check_keys(f"{name}.", data[name], keys)
    returns, extensions = data["returns"], data["extensions"]
    return LifeProfile(
        version=_text("version", data["version"]),
        valid_from=_day(data["valid_from"]),
        returns_allowed=int(_number("returns.allowed", returns["allowed"], whole=True)),
        return_hours=_number("returns.hours", returns["hours"]),
        final_after=int(_number("returns.final_after", returns["final_after"], whole=True)),
        reopening=_one_of("reopening.clock", data["reopening"]["clock"], (RESTART, CONTINUE)),
        extensions_allowed=int(_number("extensions.allowed", extensions["allowed"], whole=True)),
        longest_extension=_number("extensions.longest_share", extensions["longest_share"]),
        district_for=_kinds(data["copies"]["district_for"]),
        waiting=_waiting(data["waiting"]),
    )


@cache
def default_life_profile() -> LifeProfile:
    """Give the profile that comes with the package."""
    return read_life_profile(Path(__file__).with_name("profile.toml"))


def _check_keys(prefix: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in (*known, *table):
        if key not in table:
            raise TicketError(prefix + key, "", "is missing")
        if key not in known:
            raise TicketError(prefix + key, table[key], f"is no key; there are {', '.join(known)}")


def _text(key: str, value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise TicketError(key, value, 'give a text, such as "2026.11-1"')


def _day(value: object) -> date:
    if type(value) is date:
        return value
    raise TicketError("valid_from", value, "give a day, such as 2026-01-01")


def _number(key: str, value: object, *, whole: bool = False) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_right = 0 <= value < float("inf") and (not whole or value == int(value))
        if is_right:
            return float(value)
    raise TicketError(key, value, f"give a {'whole ' if whole else ''}number of at least 0")


def _one_of(key: str, value: object, known: tuple[str, ...]) -> str:
    if value in known:
        return str(value)
    raise TicketError(key, value, f"one of {', '.join(known)}")


def _kinds(value: object) -> frozenset[BodyKind]:
    known = [kind.value for kind in BodyKind]
    if not isinstance(value, list):
        raise TicketError("copies.district_for", value, "give a list of kinds of bodies")
    return frozenset(BodyKind(_one_of("copies.district_for", one, (*known,))) for one in value)


def _waiting(value: object) -> Mapping[str, tuple[str, str]]:
    if not isinstance(value, dict):
        raise TicketError("waiting", value, "write a table [waiting]")
    for key, names in value.items():
        if key in set(TicketState):
            raise TicketError(f"waiting.{key}", key, "is a state of tickets; choose another key")
        is_named = isinstance(names, list) and all(isinstance(n, str) and n for n in names)
        if not is_named or len(names) != _NAMES:
            raise TicketError(f"waiting.{key}", names, 'give ["中文", "English"]')
    return MappingProxyType({key: (names[0], names[1]) for key, names in value.items()})
