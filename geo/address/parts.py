"""What each stretch of a text was taken for, and how a found place is called in full."""

from geo.address.answers import Part, PartRole, Precision
from geo.address.candidates import Found
from geo.address.context import HintAreas
from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.reading import Reading
from geo.address.tables import Level, Role
from geo.address.tokens import NameInfo, Token

__all__ = ["label_of", "parts_of", "parts_of_anchor"]

# A member of an enumeration costs more to look up than to compare.
_PUNCT = Kind.PUNCT
_OFFSET = Precision.OFFSET
_AREA = Role.AREA
_OF_KIND = {
    Kind.DOOR: PartRole.NUMBER,
    Kind.BUILDING: PartRole.BUILDING,
    Kind.UNIT: PartRole.UNIT,
    Kind.GATE: PartRole.GATE,
    Kind.OFFSET: PartRole.OFFSET,
    Kind.CORNER: PartRole.OFFSET,
    Kind.NEAR: PartRole.OFFSET,
    Kind.OPPOSITE: PartRole.OFFSET,
    Kind.AT: PartRole.OFFSET,
    Kind.INWARD: PartRole.OFFSET,
    Kind.CROSSING: PartRole.CROSSING,
    Kind.SECTION: PartRole.CROSSING,
    Kind.UNKNOWN: PartRole.UNKNOWN_NAME,
    Kind.EXTENSION: PartRole.UNKNOWN_NAME,
}
_OF_ROLE = {
    Role.ESTATE: PartRole.ESTATE,
    Role.ROAD: PartRole.ROAD,
    Role.POI: PartRole.POI,
    Role.WATER: PartRole.WATER,
    Role.ZONE: PartRole.ZONE,
    Role.GATE: PartRole.GATE,
}
_OF_LEVEL = {
    Level.PROVINCE: PartRole.PROVINCE,
    Level.CITY: PartRole.CITY,
    Level.DISTRICT: PartRole.DISTRICT,
    Level.TOWNSHIP: PartRole.TOWNSHIP,
    Level.COMMUNITY: PartRole.COMMUNITY,
}
_SHOWN = frozenset((*_OF_KIND, Kind.NAME))
_NAME, _IGNORED = Kind.NAME, PartRole.IGNORED
_MOST_KEPT = 50_000
_HINT_ROLES = {
    Level.DISTRICT: PartRole.DISTRICT,
    Level.TOWNSHIP: PartRole.TOWNSHIP,
    Level.COMMUNITY: PartRole.COMMUNITY,
}


def label_of(found: Found, memory: Memory) -> str:
    """Name a found place in full: township, name and number.

    Parameters
    ----------
    found
        The candidate.
    memory
        Of the gazetteer.

    Returns
    -------
    label
        The township only where the place lies in one alone.
    """
    name = estate = memory.name(found.entity)
    anchor = found.anchor
    if anchor is not None:
        number = anchor.number
        if number is not None and found.number_state in ("exact", "estimated"):
            if anchor.is_building:
                tail = f"{number.suffix}座" if number.number == 0 else f"{number.number}号楼"
                name += tail
            elif number.suffix in ("甲", "乙", "丙", "丁", "戊"):
                name += f"{number.suffix}{number.number}号"
            else:
                name += f"{number.number}号{number.suffix}"
        if found.how == "gate":
            name = memory.name(found.second)
            name = name if name.startswith(estate) else estate + name
        elif found.second >= 0:
            name += "与" + memory.name(found.second) + "交叉口"
        elif found.precision is _OFFSET:
            name += "附近"
    if memory.role(found.entity) is _AREA:
        return name
    return memory.township(found.entity) + name


def _part(text: str, token: Token, memory: Memory, best: Found | None) -> Part:
    """Describe one token beside a candidate."""
    start, end, info = token.start, token.end, token.name
    if info is None or token.kind is not _NAME:
        return Part(start, end, text[start:end], _OF_KIND.get(token.kind, _IGNORED))
    entity = -1 if best is None else _borne_by(info, best, memory)
    chosen = entity if entity in info.entities else info.entities[0]
    role = _OF_ROLE.get(memory.role(chosen)) or _OF_LEVEL[memory.level(chosen)]
    uid, name = memory.called(chosen)
    if len(info.entities) > 1 and chosen != entity:
        uid = ""
    return Part(start, end, text[start:end], role, uid, name)


def _borne_by(info: NameInfo, best: Found, memory: Memory) -> int:
    """Choose what a name stands for beside a candidate; -1 for nobody knows."""
    chosen = best.entity
    if chosen in info.entities:
        return chosen
    if best.second in info.entities:
        return best.second
    held = memory.areas_of(chosen)
    return next((e for e in info.entities if e in held), -1)


def parts_of(
    text: str, reading: Reading, hints: HintAreas, memory: Memory, best: Found | None
) -> tuple[Part, ...]:
    """Describe the whole text, part by part.

    Parameters
    ----------
    text
        As given.
    reading
        Of its normalised form.
    hints
        Resolved hints; those that name areas follow with start -1.
    memory
        Of the gazetteer.
    best
        The first candidate, whose areas tell homonyms apart.

    Returns
    -------
    parts
        In order, without gaps; neighbouring ignored stretches are joined.
    """
    parts: list[Part] = []
    ignored = -1  # where a stretch of ignored tokens began
    for token in reading.tokens:
        if token.kind not in _SHOWN:
            if ignored < 0:
                ignored = token.start
            continue
        if ignored >= 0:
            parts.append(Part(ignored, token.start, text[ignored : token.start], _IGNORED))
            ignored = -1
        parts.append(_part(text, token, memory, best))
    if ignored >= 0:
        parts.append(Part(ignored, len(text), text[ignored:], _IGNORED))
    for stated in hints.areas:
        part = memory.hinted.get(stated)
        if part is None:
            if len(memory.hinted) >= _MOST_KEPT:
                memory.hinted.clear()
            part = memory.hinted[stated] = _of_hint(*stated, memory)
        parts.append(part)
    return tuple(parts)


def _of_hint(stated: str, entities: tuple[int, ...], memory: Memory) -> Part:
    """Describe an area that a hint names."""
    role = _HINT_ROLES[memory.level(entities[0])]
    uid, name = memory.called(entities[0])
    return Part(-1, -1, stated, role, uid if len(entities) == 1 else "", name)


def parts_of_anchor(text: str, reading: Reading, memory: Memory, found: Found) -> tuple[Part, ...]:
    """Describe what of a text a candidate rests on: its areas and its own words."""
    anchor, mention = found.anchor, found.mention
    if anchor is None:
        return () if mention is None else (_part(text, mention.token, memory, found),)
    tokens = [reading.areas[k].token for k in anchor.chain]
    if anchor.first >= 0:
        tokens += reading.tokens[anchor.first : anchor.last + 1]
    return tuple(
        [_part(text, token, memory, found) for token in tokens if token.kind is not _PUNCT]
    )
