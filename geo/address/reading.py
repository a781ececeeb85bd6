"""From tokens to what a text says: areas, places with their numbers, and what is left over."""

from collections.abc import Callable
from dataclasses import dataclass, field

from geo.address.lexicon import Kind, Lexicon
from geo.address.memory import Memory
from geo.address.mentions import AreaMention, is_city, mention_area
from geo.address.normal import normalise
from geo.address.patterns import Numbered, Shift, numbered_gate
from geo.address.roads import read_roads
from geo.address.tables import Level, NameStatus, Role
from geo.address.tokens import NameInfo, Token
from geo.address.unknown import drop_unsupported, join_unknown

__all__ = ["Anchor", "AreaMention", "Reading", "add_hinted", "anchor_at", "read"]

# A member of an enumeration costs more to look up than to compare.
_AT, _BUILDING, _CORNER, _CROSSING = Kind.AT, Kind.BUILDING, Kind.CORNER, Kind.CROSSING
_CUE, _DOOR, _EXTENSION, _GAP, _GATE = Kind.CUE, Kind.DOOR, Kind.EXTENSION, Kind.GAP, Kind.GATE
_OFFSET, _KIND_PUNCT, _STRONG_CUE, _UNIT = Kind.OFFSET, Kind.PUNCT, Kind.STRONG_CUE, Kind.UNIT
_NONE = Level.NONE
_MAIN = NameStatus.MAIN
_ESTATE, _ROAD = Role.ESTATE, Role.ROAD
_SKIPPED = frozenset((Kind.PUNCT, Kind.UNIT))
_LINKS = frozenset((Kind.PUNCT, Kind.CUE))
_RELATIONS = frozenset((Kind.NEAR, Kind.OPPOSITE, Kind.AT, Kind.INWARD))
_NAME, _UNKNOWN = Kind.NAME, Kind.UNKNOWN  # costly to look up for every token
_AFTER_NUMBER = 4
_LONGEST_LINK = 3


@dataclass(slots=True)
class Anchor:
    """A place that the text names, with all that is said of it.

    Attributes
    ----------
    first, last
        Indices of its first and last token; -1 for a place that a hint names.
    name
        The name; ``others`` are the roads that cross it (one) or bound a section of it (two).
    is_crossing_said
        交叉口 or its like stands behind the roads.
    number, is_building
        House or building number.
    gate, relation, shifts
        北门; 附近, 对面, 门口; directions and distances, in order.
    extension
        What makes another name of it (二期, 幼儿园); empty where nothing does.
    gap_left, gap_between, gap_right
        Unexplained characters directly before it, between its area and it, directly after it.
    chain
        Indices into the areas of the reading: those stated directly before it.
    """

    first: int
    last: int
    token: Token
    name: NameInfo
    others: tuple[NameInfo, ...] = ()
    is_crossing_said: bool = False
    is_section: bool = False
    number: Numbered | None = None
    is_building: bool = False
    gate: str = ""
    relation: Kind | None = None
    shifts: list[Shift] = field(default_factory=list)
    extension: str = ""
    gap_left: int = 0
    gap_between: int = 0
    gap_right: int = 0
    chain: tuple[int, ...] = ()
    from_hint: bool = False


@dataclass(slots=True)
class Reading:
    """What one text says."""

    text: str
    tokens: list[Token]
    areas: list[AreaMention]
    anchors: list[Anchor]
    unknown: list[Token]


def read(text: str, tokens: list[Token], memory: Memory, lexicon: Lexicon) -> Reading:
    """Read a text.

    Parameters
    ----------
    text
        Normalised.
    tokens
        Of its cut; used up.
    memory
        What names stand for.
    lexicon
        Words besides names.

    Returns
    -------
    reading
        Areas in order, each kept to those inside the one stated before it; places in order.
    """

    def holds(areas: tuple[int, ...], held: tuple[int, ...]) -> bool:
        return any(not memory.areas_of(e).isdisjoint(areas) for e in held)

    tokens = join_unknown(drop_unsupported(tokens, text, holds, lexicon), text)
    reading = Reading(text, tokens, [], [], [])
    reading.unknown = [
        t
        for i, t in enumerate(tokens)
        if t.kind is _UNKNOWN and not (memory.lacks_city and is_city(tokens, i, text))
    ]
    last = -1  # token of the place before
    for i, token in enumerate(tokens):
        name = token.name
        if name is None or i <= last or token.kind is not _NAME:
            continue
        if _is_area(tokens, i) or _is_inside(reading, i, holds):
            mention_area(reading.areas, tokens, i, text, memory)
        else:
            anchor = anchor_at(reading, i, name)
            reading.anchors.append(anchor)
            last = anchor.last
    return reading


def _is_area(tokens: list[Token], i: int) -> bool:
    """Tell whether a name that can be an area is one here."""
    name = tokens[i].name
    if name is None or not name.places:
        return True
    if not name.areas:
        return False
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if after is not None and after.kind is _NAME:
        return True
    ending = tokens[i].core_end >= 0
    return not ending and after is not None and after.kind in (_UNKNOWN, _GAP)


def _is_inside(
    reading: Reading, i: int, holds: Callable[[tuple[int, ...], tuple[int, ...]], bool]
) -> bool:
    """Tell whether a name that can be an area stands right behind an area that holds that area."""
    tokens = reading.tokens
    name = tokens[i].name
    if name is None or not name.areas or not reading.areas or reading.areas[-1].index != i - 1:
        return False
    after = _kind(tokens, i + 1)
    return after in (_KIND_PUNCT, _CUE) and holds(reading.areas[-1].entities, name.areas)


def _kind(tokens: list[Token], i: int) -> Kind:
    return tokens[i].kind if i < len(tokens) else _KIND_PUNCT


def anchor_at(reading: Reading, i: int, name: NameInfo) -> Anchor:
    """Read a place and what follows it.

    Parameters
    ----------
    reading
        The text.
    i
        Index of the token that names it.
    name
        What that token stands for.

    Returns
    -------
    anchor
        Not added to the reading.
    """
    tokens = reading.tokens
    anchor = Anchor(i, i, tokens[i], name)
    if _ROAD in name.roles:
        roads = read_roads(tokens, i, reading.text)
        if roads is not None:
            anchor.others, anchor.is_section = roads.others, roads.is_section
            anchor.is_crossing_said, anchor.last = roads.is_said, roads.last
    _read_numbers(tokens, anchor)
    _read_relations(tokens, anchor, reading.text)
    _measure_gaps(reading, anchor)
    return anchor


def _skip(tokens: list[Token], i: int, text_kinds: frozenset[Kind]) -> int:
    while i < len(tokens) and tokens[i].kind in text_kinds and tokens[i].end - tokens[i].start <= 1:
        i += 1
    return i


_HEADS = frozenset((Kind.CHATTER, Kind.AT, Kind.NEAR, Kind.SECTION, Kind.CROSSING))
_PUNCT = frozenset((Kind.PUNCT,))
_BEHIND_MARK = frozenset((Kind.DOOR, Kind.BUILDING, Kind.UNIT, Kind.GATE))
_JOINTS = frozenset((Kind.AND, Kind.TO))
_SPOTS = frozenset((*_RELATIONS, Kind.OFFSET, Kind.CORNER, Kind.GATE))


def _read_numbers(tokens: list[Token], anchor: Anchor) -> None:
    """Read the number, the building, the gate or the extension behind a name."""
    i = anchor.last + 1
    for _ in range(_AFTER_NUMBER):
        start = _skip(tokens, i, _PUNCT)
        if _kind(tokens, i) in _JOINTS and _kind(tokens, i + 1) is _GATE:
            start = i + 1  # 阳光花园-南门
        if start >= len(tokens):
            break
        if start > i and tokens[start].kind not in _BEHIND_MARK:
            break
        if not _take_number(tokens[start], anchor):
            break
        anchor.last = start
        i = start + 1


def _take_number(token: Token, anchor: Anchor) -> bool:
    """Note one token behind a name; False where it does not belong to it."""
    kind, value = token.kind, token.value
    if kind is _GATE and _is_door(token, anchor):
        anchor.number = anchor.number or numbered_gate(str(value))
        anchor.relation = _AT
    elif kind is _GATE:
        if anchor.number is None and not anchor.gate:
            anchor.gate = str(value)
    elif kind is _EXTENSION and anchor.number is None:
        anchor.extension = anchor.extension or "+"
    elif kind in (_DOOR, _BUILDING) and isinstance(value, Numbered):
        is_building = kind is _BUILDING
        if anchor.number is not None:
            return is_building and not anchor.is_building
        anchor.number, anchor.is_building = value, is_building
    else:
        return kind is _UNIT
    return True


def _is_door(token: Token, anchor: Anchor) -> bool:
    """Tell whether 12号门口 is a house number: behind a road it is."""
    roles = anchor.name.roles
    return _ROAD in roles and _ESTATE not in roles and str(token.value)[0] in "0123456789十"


def _read_relations(tokens: list[Token], anchor: Anchor, text: str) -> None:
    """Read where from the place the spot is."""
    if anchor.extension:
        parts = [t for t in tokens[anchor.first : anchor.last + 1] if t.kind is _EXTENSION]
        anchor.extension = "".join(text[t.start : t.end] for t in parts)
    i = anchor.last + 1
    while i < len(tokens):
        token = tokens[i]
        if token.kind in _RELATIONS:
            anchor.relation = anchor.relation or token.kind
        elif token.kind is _CORNER or token.kind is _OFFSET:
            if isinstance(token.value, Shift):
                anchor.shifts.append(token.value)
        elif token.kind is _GATE and not anchor.gate and not anchor.others:
            anchor.gate = str(token.value)
        elif text[token.start : token.end] == "口" and _ROAD not in anchor.name.roles:
            anchor.relation = anchor.relation or _AT  # 东门 + 口
        elif not _leads_to_spot(tokens, i, anchor, text):
            break
        anchor.last = i
        i += 1


def _leads_to_spot(tokens: list[Token], i: int, anchor: Anchor, text: str) -> bool:
    """Tell whether a token only leads on to where the spot is: 的, 相交的路口, (1号)往南."""
    kind = tokens[i].kind
    if kind is _CROSSING:
        return anchor.is_crossing_said
    if kind is _KIND_PUNCT:
        return _is_bracketed(tokens, i, anchor, text)
    if kind is not _CUE or text[tokens[i].start : tokens[i].end] != "的":
        return False
    following = _kind(tokens, i + 1)
    return following in _SPOTS or (following is _CROSSING and anchor.is_crossing_said)


def _is_bracketed(tokens: list[Token], i: int, anchor: Anchor, text: str) -> bool:
    """Tell whether a bracket closes behind a number, and a way from there follows: (1号)往南."""
    closes = text[tokens[i].start : tokens[i].end] == ")" and _kind(tokens, i + 1) is _OFFSET
    return closes and "(" in text[tokens[anchor.first].end : tokens[i].start]


def _is_head(reading: Reading, i: int) -> bool:
    """Tell whether a token is one character that may also begin a name: 上, 小, 新."""
    token = reading.tokens[i]
    if token.end - token.start != 1 or token.kind in (_CUE, _STRONG_CUE, _KIND_PUNCT):
        return False
    return token.kind in _HEADS and reading.text[token.start] != "内"


def _is_closed(last: Token) -> bool:
    """Tell whether a word stands behind the name that no name goes on after: 门口, 附近."""
    return last.kind in _RELATIONS and last.end - last.start > 1


def _measure_gaps(reading: Reading, anchor: Anchor) -> None:
    """Count the unexplained characters around a place, and find the areas stated before it."""
    tokens = reading.tokens
    after = tokens[anchor.last + 1] if anchor.last + 1 < len(tokens) else None
    if after is not None and after.kind is _GAP and not _is_closed(tokens[anchor.last]):
        anchor.gap_right = after.end - after.start
    i = anchor.first - 1
    gap = 0
    if i >= 0 and (tokens[i].kind is _GAP or _is_head(reading, i)):
        gap = tokens[i].end - tokens[i].start
        if gap == 1 and reading.text[tokens[i].start] == reading.text[anchor.token.start]:
            gap = 0  # typed twice
        i -= 1
    by_index = {mention.index: k for k, mention in enumerate(reading.areas)}
    chain: list[int] = []
    links = 0
    while i >= 0:
        if i in by_index:
            chain.append(by_index[i])
            links = 0
        elif tokens[i].kind in _LINKS and links < _LONGEST_LINK:
            links += 1
        else:
            break
        i -= 1
    anchor.chain = tuple(reversed(chain))
    if gap and chain:
        anchor.gap_between = gap
    else:
        anchor.gap_left = gap


def add_hinted(reading: Reading, estates: tuple[int, ...], memory: Memory) -> None:
    """Take the estate that a hint names as the place, where the text names none.

    Parameters
    ----------
    reading
        The text; gets one more place, with the building that the text states, if any.
    estates
        What the hint can mean.
    memory
        Of the gazetteer.
    """
    g = memory.gazetteer
    text = normalise(g.name(estates[0]))
    name = NameInfo(
        text=text,
        entities=estates,
        statuses=(_MAIN,) * len(estates),
        places=estates,
        areas=(),
        roles=frozenset(memory.role(e) for e in estates),
        level=_NONE,
        is_weak=False,
        is_foreign=False,
        is_official=True,
        weight=0.0,
    )
    anchor = Anchor(-1, -1, Token(-1, -1, _NAME, name), name, from_hint=True)
    building = next(
        (t for t in reading.tokens if t.kind is _BUILDING and isinstance(t.value, Numbered)),
        None,
    )
    if building is not None and isinstance(building.value, Numbered):
        anchor.number, anchor.is_building = building.value, True
    reading.anchors.append(anchor)
