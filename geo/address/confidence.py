"""How sure an answer is: a logistic model over documented features of a candidate."""

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.address.answers import Precision
from geo.address.candidates import Found
from geo.address.reading import Reading
from geo.address.tables import NameStatus

__all__ = [
    "FEATURES", "ConfidenceProfile", "add_rival", "default_profile", "features_of", "load_profile",
    "probability",
]  # fmt: skip

# A member of an enumeration costs more to look up than to compare.
_SHORT = NameStatus.SHORT
_COMMUNITY, _ESTATE = Precision.COMMUNITY, Precision.ESTATE

FEATURES = (
    "bias",  # 1
    "official",  # 1 for a main or alternative name in full, 0.5 for a former one
    "short",  # 1 for a short form
    "fuzzy",  # 1 where the name differs from the text
    "dissimilarity",  # 1 - similarity of name and text
    "length",  # characters of the name, of 8 at most, over 8
    "support",  # areas stated in the text that hold it, of 2 at most, over 2
    "hint_support",  # hints that agree, of 2 at most, over 2
    "conflict",  # 1 where an area stated right before it does not hold it
    "other_area",  # 1 where another stated area does not hold it
    "hint_conflict",  # 1 where a hint does not agree
    "number_exact",  # 1 where its number is known
    "number_estimated",  # 1 where its number lies between known ones
    "number_missing",  # 1 where its number is stated and cannot be found; 0 for an estate whose
    # buildings are not known: it is the answer for all of them
    "gap",  # unexplained characters around it, of 6 at most, over 6
    "extended",  # 1 where something behind it makes another name of it
    "unknown",  # unknown names in the text, of 2 at most, over 2
    "near_others",  # 1 where another place of the text lies near
    "far_others",  # 1 where another place of the text lies far
    "secondary",  # 1 where another place of the text is the one meant
    "vague",  # 1 for an area above a community or the whole of a road
    "community",  # 1 for a community
    "coarse",  # accuracy in metres, of 1000 at most, over 1000
    "rival",  # 1 where another candidate is as good, 0 where none comes near
)
_RIVAL = FEATURES.index("rival")
_LONGEST = 8
_WIDEST_GAP = 6
_COARSEST_M = 1000.0
_RIVAL_REACH = 4.0
_VAGUE = frozenset((
    Precision.ROAD, Precision.TOWNSHIP, Precision.DISTRICT, Precision.CITY,
))  # fmt: skip
_OFFICIAL = {NameStatus.MAIN: 1.0, NameStatus.ALIAS: 1.0, NameStatus.OLD: 0.5}


@dataclass(frozen=True, slots=True)
class ConfidenceProfile:
    """Coefficients by feature, the least confidence to accept, and the coarsest accuracy to accept.

    Attributes
    ----------
    version
        Says which fit this is.
    accept_from
        Least confidence of an accepted answer.
    limits_m
        By precision, metres; a precision that is not named is never accepted.
    coefficients
        In the order of ``FEATURES``.
    """

    version: str
    accept_from: float
    limits_m: Mapping[str, float]
    coefficients: tuple[float, ...]

    def logit(self, features: list[float]) -> float:
        """Give the log odds of a candidate."""
        return sum(map(float.__mul__, self.coefficients, features))

    def confidence(self, features: list[float]) -> float:
        """Give the probability that a candidate is right."""
        return probability(self.logit(features))


def probability(logit: float) -> float:
    """Turn log odds into a probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def load_profile(path: Path) -> ConfidenceProfile:
    """Read a profile.

    Parameters
    ----------
    path
        TOML as ``profile.toml``.

    Returns
    -------
    profile
        The coefficients and limits.

    Raises
    ------
    KeyError
        A feature has no coefficient.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return ConfidenceProfile(
        version=str(data["version"]),
        accept_from=float(data["accept_from"]),
        limits_m={str(k): float(v) for k, v in data["limits"].items()},
        coefficients=tuple(float(data["coefficients"][name]) for name in FEATURES),
    )


@functools.cache
def default_profile() -> ConfidenceProfile:
    """Give the profile that comes with the package."""
    return load_profile(Path(__file__).with_name("profile.toml"))


def features_of(found: Found, reading: Reading, *, is_secondary: bool) -> list[float]:
    """Describe a candidate by the features of the model, without its rivals.

    Parameters
    ----------
    found
        The candidate.
    reading
        The text.
    is_secondary
        Whether another place of the text is the one meant.

    Returns
    -------
    features
        In the order of ``FEATURES``; ``rival`` is 0.
    """
    anchor, agreement = found.anchor, found.agreement
    gap = 0 if anchor is None else anchor.gap_left + anchor.gap_between + anchor.gap_right
    name = found.mention.name if found.mention is not None else anchor.name if anchor else None
    length = len(name.text) if name is not None else 0
    state = found.number_state
    is_lost = state == "missing" or (state == "unknown" and found.precision is not _ESTATE)
    official = _OFFICIAL.get(found.status, 0.0) if found.similarity >= 1 else 0.0
    return [
        1.0,
        official,
        1.0 if found.status is _SHORT else 0.0,
        1.0 if found.similarity < 1 else 0.0,
        1.0 - found.similarity,
        min(length, _LONGEST) / _LONGEST,
        min(agreement.support, 2) / 2,
        min(agreement.hint_support, 2) / 2,
        1.0 if agreement.conflict else 0.0,
        1.0 if agreement.other else 0.0,
        1.0 if agreement.hint_conflict else 0.0,
        1.0 if state == "exact" else 0.0,
        1.0 if state == "estimated" else 0.0,
        1.0 if is_lost else 0.0,
        min(gap, _WIDEST_GAP) / _WIDEST_GAP,
        1.0 if anchor is not None and anchor.extension else 0.0,
        min(len(reading.unknown), 2) / 2,
        1.0 if found.near_others else 0.0,
        1.0 if found.far_others else 0.0,
        1.0 if is_secondary else 0.0,
        1.0 if found.precision in _VAGUE else 0.0,
        1.0 if found.precision is _COMMUNITY else 0.0,
        min(found.accuracy_m, _COARSEST_M) / _COARSEST_M if found.accuracy_m > 0 else 1.0,
        0.0,
    ]


def add_rival(features: list[float], own: float, other: float) -> None:
    """Note how near the next candidate comes: both log odds without rivals."""
    features[_RIVAL] = max(0.0, min(1.0, 1.0 - (own - other) / _RIVAL_REACH))
