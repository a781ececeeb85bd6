"""What an online provider adds to an answer: places for a person to choose from, never more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from geo.address.answers import GeocodeAnswer


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The places that a provider suggests for a text.

    Attributes
    ----------
    places
        Each a dict of JSON values with its provider and the place as given there.
    problem
        Why there are none although one was asked; empty when all went well.
    """

    places: tuple[dict[str, Any], ...] = ()
    problem: str = ""


Suggester: TypeAlias = Callable[[GeocodeAnswer], Suggestions]
"""Asks for an answer that was not accepted; slow, leaves this machine, never raises."""
