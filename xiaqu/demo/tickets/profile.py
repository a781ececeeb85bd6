"""How noisy the words of tickets are: a versioned set of shares."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["NoiseProfile", "default_profile"]


@dataclass(frozen=True, slots=True)
class NoiseProfile:
    """Shares from 0 to 1, each explained in ``profile.toml``.

    Use ``dataclasses.replace`` for a profile of your own, and give it another ``version``: it is
    written into the truth, so that figures say what they were measured on.
    """

    version: str
    tickets_per_10000_a_month: float
    no_place: float
    no_place_none: float
    elsewhere: float
    several: float
    landmark: float
    related: float
    related_vaguely: float
    door_missing: float
    outdoor_settings: tuple[str, ...]
    admin_none: float
    admin_district: float
    admin_township: float
    admin_both: float
    admin_community: float
    admin_all: float
    admin_ending_dropped: float
    admin_wrong: float
    field_district_empty: float
    field_township_empty: float
    field_community_empty: float
    field_estate_empty: float
    field_district_wrong: float
    field_township_wrong: float
    field_free_spelling: float
    number_chinese: float
    number_full_width: float
    number_bare: float
    number_suffix: float
    ending_dropped: float
    typo_homophone: float
    typo_look_alike: float
    typo_missing: float
    typo_doubled: float
    typo_swapped: float
    spaced: float
    personal_name: float
    personal_phone: float
    plate: float
    title_has_place: float


@cache
def default_profile() -> NoiseProfile:
    """Read the profile that comes with the package."""
    text = files("xiaqu.demo.tickets").joinpath("profile.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    raw["outdoor_settings"] = tuple(raw["outdoor_settings"])
    return NoiseProfile(**raw)
