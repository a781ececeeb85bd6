"""How requests are taken in: a versioned set of limits."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from governance.tickets.errors import TicketError

__all__ = ["IntakeProfile", "default_profile", "read_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeProfile:
    """Limits of intake.

    Attributes
    ----------
    version
        Says which set this is.
    accuracy_m
        Accuracy, 95 %, of coordinates that come without one; metres.
    longest_words
        Characters of a text that are read for its place; the rest is left.
    listed
        Most places that a reviewer is shown.
    conflict_margin_m
        Words and coordinates disagree where they lie farther apart than both accuracies and this.
    least_trust
        Least trust of open words whose places all have one body; 0 to 1.
    is_automatic
        Whether sure requests are dispatched without a person (直派).
    least_confidence
        Least confidence of an owner for that; 0 to 1.
    is_provisional_dispatched, is_disputed_dispatched
        Whether requests with such an owner go to the body that leads instead of to review.
    """

    version: str
    accuracy_m: float
    longest_words: int
    listed: int
    conflict_margin_m: float
    least_trust: float
    is_automatic: bool
    least_confidence: float
    is_provisional_dispatched: bool
    is_disputed_dispatched: bool


def read_profile(path: Path) -> IntakeProfile:
    """Read a profile.

    Parameters
    ----------
    path
        TOML as ``profile.toml``.

    Raises
    ------
    TicketError
        The file is no TOML, a value is missing, of another type or out of its range, or a key is
        unknown; names it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TicketError("profile of intake", path.name, f"is no TOML: {error}") from error
    tables = _Tables(data)
    profile = IntakeProfile(
        version=tables.text("version"),
        accuracy_m=tables.number("coordinates", "accuracy_m", least=0.1),
        longest_words=int(tables.number("words", "longest", least=1, most=2000)),
        listed=int(tables.number("words", "listed", least=1, most=20)),
        conflict_margin_m=tables.number("conflict", "margin_m"),
        least_trust=tables.number("agreed", "least_trust", most=1.0),
        is_automatic=tables.truth("dispatch", "is_automatic"),
        least_confidence=tables.number("dispatch", "least_confidence", most=1.0),
        is_provisional_dispatched=tables.truth("dispatch", "is_provisional_dispatched"),
        is_disputed_dispatched=tables.truth("dispatch", "is_disputed_dispatched"),
    )
    tables.require_read()
    return profile


class _Tables:
    """Tables of the file; remembers what was read, so that a misspelt key is noticed."""

    def __init__(self, data: dict[str, object]) -> None:
        self._values = {
            (name, key): value
            for name, table in data.items()
            for key, value in (table.items() if isinstance(table, dict) else [("", table)])
        }
        self._read: set[tuple[str, str]] = set()

    def _value(self, table: str, key: str) -> object:
        self._read.add((table, key))
        return self._values.get((table, key))

    def text(self, name: str) -> str:
        value = self._value(name, "")
        if not isinstance(value, str) or not value:
            raise TicketError(name, value, "give a text, in quotes")
        return value

    def number(
        self, table: str, key: str, *, least: float = 0.0, most: float = float("inf")
    ) -> float:
        value = self._value(table, key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not is_number or not least <= value <= most:
            problem = f"give a number from {least:g} to {most:g}"
            raise TicketError(f"{table}.{key}", value, problem)
        return float(value)

    def truth(self, table: str, key: str) -> bool:
        value = self._value(table, key)
        if not isinstance(value, bool):
            raise TicketError(f"{table}.{key}", value, "give true or false")
        return value

    def require_read(self) -> None:
        for table, key in self._values.keys() - self._read:
            name = f"{table}.{key}" if key else table
            raise TicketError(name, self._values[table, key], "unknown key; remove it")


@cache
def default_profile() -> IntakeProfile:
    """Give the profile that comes with the package."""
    return read_profile(Path(__file__).with_name("profile.toml"))
