"""What counts as a surge, and what becomes of it: a versioned set of values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from governance.tickets.errors import TicketError

__all__ = ["SurgeProfile", "default_profile", "read_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeProfile:
    """Values of the baseline, of looking, and of incidents; explained in ``profile.toml``.

    ``layers`` go from fine to coarse; the ``windows_h`` ascend.
    """

    version: str
    weeks: int
    least_weeks: int
    day_shape: float
    window_shape: float
    past_surge: float
    windows_h: tuple[float, ...]
    smallest_m: float
    sizes: int
    layers: tuple[str, ...]
    level_h: float
    least_callers: int
    false_a_day: float
    reach_m: float
    join_m: float
    quiet_h: float
    lead_h: float
    dismissed_h: float
    most_radius_m: float

    @property
    def places_of_a_ticket(self) -> int:
        """In how many places each ticket is counted: four squares of each size, and the areas."""
        return 4 * self.sizes + len(self.layers)


_TABLES: dict[str, tuple[str, ...]] = {
    "baseline": ("weeks", "least_weeks", "day_shape", "window_shape", "past_surge"),
    "looking": ("smallest_m", "sizes", "level_h", "least_callers", "false_a_day"),
    "incident": ("reach_m", "join_m", "quiet_h", "lead_h", "dismissed_h", "most_radius_m"),
}
_WHOLE = frozenset({"weeks", "least_weeks", "sizes", "least_callers"})


def read_profile(path: Path) -> SurgeProfile:
    """Read a profile.

    Parameters
    ----------
    path
        TOML as ``profile.toml``.

    Raises
    ------
    TicketError
        The file is no TOML, or a value is missing or out of range; names it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TicketError("profile of surges", path.name, f"is no TOML: {error}") from error
    values: dict[str, float] = {}
    for table, names in _TABLES.items():
        found = data.get(table)
        for name in names:
            values[name] = _number(
                table, name, found.get(name) if isinstance(found, dict) else None
            )
    whole = {name: int(value) for name, value in values.items() if name in _WHOLE}
    looking = data["looking"]
    windows = [_number("looking", "windows_h", value) for value in looking.get("windows_h") or [0]]
    return SurgeProfile(
        version=str(data.get("version", "")),
        windows_h=tuple(sorted(windows)),
        layers=tuple(str(layer) for layer in looking.get("layers") or ()),
        **{name: value for name, value in values.items() if name not in _WHOLE},  # type: ignore[arg-type]
        **whole,
    )


def _number(table: str, name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isinstance(value, int | float) or value <= 0:
        raise TicketError(f"{table}.{name}", value, "give a number above 0")
    if name in _WHOLE and value != int(value):
        raise TicketError(f"{table}.{name}", value, "give a whole number")
    return float(value)


@cache
def default_profile() -> SurgeProfile:
    """Give the profile that comes with the package."""
    return read_profile(Path(__file__).with_name("profile.toml"))
