"""Weights of the Western reader, kept in a data file so that a city can fit its own."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.address.numbers import Basis
from geo.address.western.streets import StreetMatch

__all__ = ["StreetProfile", "default_street_profile"]


@dataclass(frozen=True, slots=True)
class StreetProfile:
    """Weights of disagreements and the way from them to a confidence.

    Attributes
    ----------
    version
        Of the data file.
    threshold
        Confidence from which an answer is accepted.
    penalty
        Weight of each disagreement.
    confidence
        Coefficients of the logistic.
    """

    version: int
    threshold: float
    penalty: Mapping[str, float]
    confidence: Mapping[str, float]

    def of_street(self, match: StreetMatch, n_left_out: int) -> float:
        """Weigh how a street differs from what the text says; 0 for not at all."""
        total = self.penalty["left_out"] * n_left_out
        for part, fit in (("before", match.before), ("kind", match.kind), ("after", match.after)):
            if fit != "same":
                total += self.penalty[f"{part}_{fit}"]
        if match.similarity < 1.0:
            total += self.penalty["spelling_any"]
            total += self.penalty["spelling"] * (1.0 - match.similarity)
        return total

    def of_number(self, by: Basis | None) -> float:
        """Weigh how well a house number is known; None for not at all."""
        if by in {"points", "range"}:
            return 0.0
        return self.penalty["number_none" if by is None else f"number_{by}"]

    def probability(
        self, street: float, number: float, lead: float, *, has_other_place: bool
    ) -> float:
        """Turn weights into the probability that the place is right.

        Parameters
        ----------
        street, number
            Weights of the candidate.
        lead
            By how much the next candidate elsewhere is worse; negative where it is better,
            infinite where there is none.
        has_other_place
            The text names a city that is not this one.

        Returns
        -------
        probability
            Between 0 and 1.
        """
        closeness = math.exp(-lead) if lead > 0.0 else 1.0 - lead
        way = self.confidence
        odds = way["intercept"] - way["street"] * street - way["number"] * number
        odds -= way["contested"] * closeness + way["other_place"] * has_other_place
        return 1.0 / (1.0 + math.exp(-max(min(odds, 500.0), -500.0)))


@lru_cache(maxsize=1)
def default_street_profile() -> StreetProfile:
    """Read the weights that come with the package, once."""
    path = Path(__file__).with_name("profile.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return StreetProfile(data["version"], data["threshold"], data["penalty"], data["confidence"])
