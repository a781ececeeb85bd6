"""Callers: invented names, telephone numbers and plates."""

from dataclasses import dataclass

from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.phrasebook import Phrasebook

__all__ = ["Caller", "draw_caller", "draw_plate"]

_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person. ``phone`` is one of a block of ten thousand numbers, so that it looks right."""

    name: str
    called: str
    phone: str

    @property
    def masked_phone(self) -> str:
        """The number as exports show it."""
        return f"{self.phone[:3]}****{self.phone[-4:]}"


def draw_caller(dice: Dice, book: Phrasebook) -> Caller:
    """Invent a person."""
    surname, given = dice.pick(book.surnames), dice.pick(book.given)
    called = dice.pick(book.manners).format_map({"surname": surname, "given": given})
    return Caller(surname + given, called, f"1990000{dice.below(10_000):04d}")


def draw_plate(dice: Dice) -> str:
    """Invent a number plate; no province is called 示."""
    return f"示{dice.pick(_PLATE_LETTERS)}{dice.below(100_000):05d}"
