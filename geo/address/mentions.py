"""The areas that a text states: which of several so called, and which contradict the others."""

from dataclasses import dataclass

from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.tables import Role
from geo.address.tokens import NameInfo, Token
from geo.address.unknown import area_above

__all__ = ["AreaMention", "is_city", "mention_area"]

# A member of an enumeration costs more to look up than to compare.
_PUNCT = Kind.PUNCT
_AREA = Role.AREA
_BEFORE_CITY = frozenset((Kind.PUNCT, Kind.CUE, Kind.STRONG_CUE, Kind.UNKNOWN))
_CITY_LENGTHS = range(3, 6)


@dataclass(slots=True)
class AreaMention:
    """An area that the text states.

    Attributes
    ----------
    index, token, name
        Of its token, and what that is a name of.
    entities
        Areas so called, of which those that lie in the wider area stated before it are kept.
    is_contrary
        The wider area stated before it holds none of them.
    """

    index: int
    token: Token
    name: NameInfo
    entities: tuple[int, ...]
    is_contrary: bool = False


def is_city(tokens: list[Token], i: int, text: str) -> bool:
    """Tell whether an unknown name is that of a city or a province.

    Parameters
    ----------
    tokens, text
        Of the text.
    i
        Index of an UNKNOWN token.

    Returns
    -------
    is_city
        By its length, its end and what stands before it.
    """
    token = tokens[i]
    name = text[token.start : token.end]
    if token.value != _AREA.name or len(name) not in _CITY_LENGTHS:
        return False
    before = tokens[i - 1].kind if i else _PUNCT
    return name.endswith(("省", "市")) and before in _BEFORE_CITY


def mention_area(
    areas: list[AreaMention], tokens: list[Token], i: int, text: str, memory: Memory
) -> None:
    """Note an area, kept to what the wider area stated before it holds.

    Parameters
    ----------
    areas
        Those noted so far; gets one more. The last is kept to those so called that hold the new
        one, where they stand side by side.
    tokens, text
        Of the text.
    i
        Index of the token that names the area.
    memory
        Of the gazetteer.
    """
    name = tokens[i].name
    if name is None:
        return
    entities, is_contrary = name.areas, False
    known = {m.index: m for m in areas if not m.is_contrary}
    above = area_above(tokens, i, name.level, text, known)
    if above >= 0:
        wider = known[above].entities
        inside = tuple(e for e in entities if not memory.areas_of(e).isdisjoint(wider))
        entities, is_contrary = inside or entities, not inside
    if above < 0 and areas and areas[-1].index == i - 1:
        _narrow(areas[-1], entities, memory)
    if len(entities) > 1 and (above < 0 or is_contrary):
        ours = tuple(e for e in entities if e in memory.home)
        entities = ours or entities
    entities = _finest(entities, memory)
    areas.append(AreaMention(i, tokens[i], name, entities, is_contrary))


def _narrow(wider: AreaMention, entities: tuple[int, ...], memory: Memory) -> None:
    """Keep an area to those so called that hold the area right behind it: 金华 + 稠江街道."""
    held = {a for e in entities for a in memory.areas_of(e)} - set(entities)
    wider.entities = tuple(e for e in wider.entities if e in held) or wider.entities


def _finest(entities: tuple[int, ...], memory: Memory) -> tuple[int, ...]:
    """Leave out what holds another one of the same name: the province of a municipality."""
    if len(entities) == 1:
        return entities
    held = {
        a
        for e in entities
        for a in memory.areas_of(e)
        if a != e and memory.name(a) == memory.name(e)
    }
    return tuple(e for e in entities if e not in held)
