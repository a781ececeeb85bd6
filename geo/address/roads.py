"""Two or three roads side by side: a crossing, a section of a road, or neither."""

import re
from typing import NamedTuple

from geo.address.lexicon import Kind
from geo.address.patterns import Shift
from geo.address.tables import Role
from geo.address.tokens import NameInfo, Token

__all__ = ["Roads", "read_roads"]

# A member of an enumeration costs more to look up than to compare.
_ROAD = Role.ROAD
_NAME, _TO, _CUE, _PUNCT, _AT = Kind.NAME, Kind.TO, Kind.CUE, Kind.PUNCT, Kind.AT
_AND_KIND, _CROSSING, _CORNER, _OFFSET = Kind.AND, Kind.CROSSING, Kind.CORNER, Kind.OFFSET
_AND = frozenset((_AND_KIND, _PUNCT, _CUE))
_ON = frozenset((_AND_KIND, _PUNCT, _CUE, _AT))  # 甲路上乙路至丙路区间
_TILL = frozenset((_TO, _AND_KIND, _CUE, _PUNCT))
_DASHES = frozenset("至到往~—-")
_TIMES = frozenset("×x")  # 甲路×乙路: the crossing itself
_FROM = frozenset("从自由")
_STRETCH = re.compile(
    r"[)\]】]?(?:的|方向|这|那|一|[,，])*(?:路段|区段|区间|之间|中间|段间|段|间)[)\]】]?"
)
_CLOSING = re.compile(r"[)\]】]")
_OPENING = frozenset("([【")


class Roads(NamedTuple):
    """What stands beside a road.

    Attributes
    ----------
    others
        The road that crosses it, or the two that bound a section of it.
    is_section
        Two of them.
    is_said
        The text says that a crossing is meant.
    last
        Index of the last token that belongs to it.
    """

    others: tuple[NameInfo, ...]
    is_section: bool
    is_said: bool
    last: int


def read_roads(tokens: list[Token], first: int, text: str) -> Roads | None:
    """Read a crossing (甲路与乙路交叉口) or a section (甲路(乙路至丙路段)).

    Parameters
    ----------
    tokens, text
        Of the text.
    first
        Index of the token that names the road.

    Returns
    -------
    roads
        None where nothing says that other roads belong to it.
    """
    at = first + 1
    second = _skip(tokens, at, _ON)
    if not _is_road(tokens, second) or tokens[second].name is tokens[first].name:
        second = _skip(tokens, at, _TILL)
        return _corner(tokens, first, second, text)
    section = _section(tokens, second, text)
    if section is not None:
        return section
    if any(token.kind is _AT for token in tokens[at:second]):
        return None
    return _crossing(tokens, at, second, text)


def _skip(tokens: list[Token], i: int, kinds: frozenset[Kind]) -> int:
    while i < len(tokens) and tokens[i].kind in kinds and tokens[i].end - tokens[i].start <= 1:
        i += 1
    return i


def _kind(tokens: list[Token], i: int) -> Kind:
    return tokens[i].kind if i < len(tokens) else _PUNCT


def _is_road(tokens: list[Token], i: int) -> bool:
    name = tokens[i].name if i < len(tokens) and tokens[i].kind is _NAME else None
    return name is not None and _ROAD in name.roles


def _corner(tokens: list[Token], first: int, second: int, text: str) -> Roads | None:
    """Read 甲路到乙路拐角: a corner of two roads, unless a way from one to the other is told."""
    name = tokens[second].name if _is_road(tokens, second) else None
    if name is None or name is tokens[first].name:
        return None
    behind = tokens[second + 1] if second + 1 < len(tokens) else None
    is_way = first > 0 and text[tokens[first].start - 1] in _FROM
    if is_way or behind is None or not _is_meeting(behind, text):
        return None
    return Roads((name,), is_section=False, is_said=True, last=second + 1)


def _is_meeting(token: Token, text: str) -> bool:
    """Tell whether a word says that two roads meet: 拐角, 交叉口; not 口 alone."""
    if token.kind is _CORNER:
        return token.value is None
    return token.kind is _CROSSING and text[token.start : token.end] not in ("口", "路口")


def _section(tokens: list[Token], second: int, text: str) -> Roads | None:
    """Read the two roads that bound a section."""
    third = _skip(tokens, second + 1, _TILL)
    if third == second + 1 or not _is_road(tokens, third):
        return None
    begin, end = tokens[second].name, tokens[third].name
    if begin is None or end is None or end is begin:
        return None
    behind = tokens[third].end
    said = _STRETCH.match(text, behind)
    if said is None and text[tokens[second].start - 1] in _OPENING:
        between = tokens[second + 1 : third]
        if any(text[token.start] in _DASHES for token in between):
            said = _CLOSING.match(text, behind)
    if said is None:
        return None
    last = third
    while last + 1 < len(tokens) and tokens[last + 1].end <= said.end():
        last += 1
    return Roads((begin, end), is_section=True, is_said=False, last=last)


def _crossing(tokens: list[Token], at: int, second: int, text: str) -> Roads | None:
    """Read the road that crosses another, where it is said or the two are joined."""
    other = tokens[second].name
    if other is None:
        return None
    behind = second + 1
    if _kind(tokens, behind) is _CUE and tokens[behind].end - tokens[behind].start == 1:
        behind += 1
    kind = _kind(tokens, behind)
    if kind is _CROSSING or kind is _CORNER:
        last = behind if kind is _CROSSING else second
        return Roads((other,), is_section=False, is_said=True, last=last)
    if kind is _OFFSET and isinstance(tokens[behind].value, Shift):
        return Roads((other,), is_section=False, is_said=True, last=second)
    if any(token.kind is _AND_KIND for token in tokens[at:second]):
        is_said = any(text[token.start] in _TIMES for token in tokens[at:second])
        return Roads((other,), is_section=False, is_said=is_said, last=second)
    return None
