"""How well a place agrees with the areas that a text and its hints state."""

from dataclasses import dataclass

from geo.address.answers import AddressHints
from geo.address.memory import Memory
from geo.address.reading import AreaMention, Reading
from geo.address.tables import Level, Role

__all__ = ["Agreement", "HintAreas", "agree", "is_elsewhere", "resolve_hints"]

# A member of an enumeration costs more to look up than to compare.
_COMMUNITY, _DISTRICT, _TOWNSHIP = Level.COMMUNITY, Level.DISTRICT, Level.TOWNSHIP
_AREA = Role.AREA
_MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class HintAreas:
    """Areas that hints name (level, entities), and the estates that the hint of an estate names."""

    areas: tuple[tuple[str, tuple[int, ...]], ...] = ()
    estates: tuple[int, ...] = ()


@dataclass(slots=True)
class Agreement:
    """What speaks for and against a place.

    Attributes
    ----------
    support
        Areas stated in the text that hold it.
    conflict, other
        First area stated right before the place, or elsewhere in the text, that does not hold it.
    hint_support, hint_conflict
        Number of hints that agree; the first that does not.
    """

    support: int = 0
    conflict: str = ""
    other: str = ""
    hint_support: int = 0
    hint_conflict: str = ""


_NO_HINTS = HintAreas()


def resolve_hints(
    hints: AddressHints | None, memory: Memory, kept: dict[AddressHints, HintAreas]
) -> HintAreas:
    """Find what hints name.

    Parameters
    ----------
    hints
        Names, uid or empty.
    memory
        Of the gazetteer.
    kept
        Answers so far; filled.

    Returns
    -------
    areas
        A hint that the gazetteer does not know is left out.
    """
    if hints is None:
        return _NO_HINTS
    found = kept.get(hints)
    if found is None:
        areas = []
        for text, level in (
            (hints.district, _DISTRICT),
            (hints.township, _TOWNSHIP),
            (hints.community, _COMMUNITY),
        ):
            entities = tuple(
                e
                for e in memory.named(text)
                if memory.role(e) is _AREA and memory.level(e) is level
            )
            if entities:
                areas.append((text, entities))
        estates = memory.named(hints.estate)
        found = HintAreas(tuple(areas), tuple(e for e in estates if memory.role(e) is not _AREA))
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[hints] = found
    return found


def is_elsewhere(mention: AreaMention, memory: Memory) -> bool:
    """Tell whether a stated area can only be one of another city."""
    home = memory.home
    return home.isdisjoint(mention.entities)


def agree(
    entity: int, chain: tuple[int, ...], reading: Reading, hints: HintAreas, memory: Memory
) -> Agreement:
    """Compare a place with what is stated.

    Parameters
    ----------
    entity
        The place.
    chain
        Areas of the reading stated right before it.
    reading
        The text.
    hints
        Resolved hints.
    memory
        Of the gazetteer.

    Returns
    -------
    agreement
        A place without known areas neither agrees nor disagrees.
    """
    result = Agreement()
    held = memory.areas_of(entity)
    if not held:
        return result
    for k, mention in enumerate(reading.areas):
        if not held.isdisjoint(mention.entities):
            result.support += 1
        elif k in chain:
            result.conflict = result.conflict or mention.name.text
        else:
            result.other = result.other or mention.name.text
    for text, entities in hints.areas:
        if not held.isdisjoint(entities):
            result.hint_support += 1
        else:
            result.hint_conflict = result.hint_conflict or text
    return result
