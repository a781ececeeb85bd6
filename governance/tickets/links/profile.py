"""When tickets belong together: a versioned set of limits."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from governance.tickets.errors import TicketError

__all__ = ["LinkProfile", "default_profile", "read_profile"]

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProfile:
    """Limits of links.

    Attributes
    ----------
    version
        Says which set this is.
    duplicate_within, same_within, repeat_within
        Longest time between two tickets.
    duplicate_reach_m, same_reach_m, repeat_reach_m
        Longest distance between two places.
    duplicate_similarity, same_similarity
        Least similarity of the words, 0 to 1.
    least_letters
        Length below which words are not compared.
    accuracy_m
        Worst accuracy of a place that is compared by distance for a repeat.
    label_accuracy_m
        Worst accuracy of a place that is compared by its entry and label for a repeat.
    """

    version: str
    duplicate_within: timedelta
    duplicate_reach_m: float
    duplicate_similarity: float
    least_letters: int
    same_within: timedelta
    same_reach_m: float
    same_similarity: float
    repeat_within: timedelta
    repeat_reach_m: float
    accuracy_m: float
    label_accuracy_m: float

    @property
    def longest(self) -> timedelta:
        """How far back other tickets can matter."""
        return max(self.duplicate_within, self.same_within, self.repeat_within)

    @property
    def longest_reach_m(self) -> float:
        """How far away other tickets can matter."""
        return max(self.duplicate_reach_m, self.same_reach_m, self.repeat_reach_m)


def read_profile(path: Path) -> LinkProfile:
    """Read a profile.

    Parameters
    ----------
    path
        TOML as ``profile.toml``.

    Raises
    ------
    TicketError
        The file is no TOML, or a value is missing or no number of at least 0; names it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TicketError("profile of links", path.name, f"is no TOML: {error}") from error
    duplicate, same, repeat = (
        _Table(data, name) for name in ("duplicate", "same_request", "repeat")
    )
    return LinkProfile(
        version=str(data.get("version", "")),
        duplicate_within=duplicate.number("within_h") * _HOUR,
        duplicate_reach_m=duplicate.number("reach_m"),
        duplicate_similarity=duplicate.number("similarity"),
        least_letters=int(duplicate.number("least_letters")),
        same_within=same.number("within_h") * _HOUR,
        same_reach_m=same.number("reach_m"),
        same_similarity=same.number("similarity"),
        repeat_within=repeat.number("within_days") * 24 * _HOUR,
        repeat_reach_m=repeat.number("reach_m"),
        accuracy_m=repeat.number("accuracy_m"),
        label_accuracy_m=repeat.number("label_accuracy_m"),
    )


class _Table:
    """A table of the file whose values are all numbers."""

    def __init__(self, data: dict[str, object], name: str) -> None:
        found = data.get(name)
        self._name = name
        self._values: dict[str, object] = found if isinstance(found, dict) else {}

    def number(self, key: str) -> float:
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise TicketError(f"{self._name}.{key}", value, "give a number of at least 0")
        return float(value)


@cache
def default_profile() -> LinkProfile:
    """Give the profile that comes with the package."""
    return read_profile(Path(__file__).with_name("profile.toml"))
