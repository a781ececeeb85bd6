"""Texts that name several places, of which none alone is the answer."""

import itertools
import re

from geo.address.candidates import Found
from geo.address.lexicon import Kind
from geo.address.reading import Anchor, Reading
from geo.address.tables import Role
from geo.address.tokens import Token

__all__ = ["another_place"]

# A member of an enumeration costs more to look up than to compare.
_BUILDING = Kind.BUILDING
_BOTH = re.compile(
    r"(?:[2两3三几多]|好几)(?:处|地|个地方|个地点|个点位|头)(?:都|均|皆|全|同时|同样|分别|也)"
    r"|(?:另外|此外|不光|不仅|不只|不止|不单|除了?)[^。;]{2,60}也(?:是|有|存在|出现|发生|1样|同样|这样)"
    r"|等(?:[0-9十几多]+)?(?:个|座|处|家|条|片)?(?:小区|社区|村子|楼盘|路段)"
    r"|[2两3三几](?:个|座|处|家|条|片)(?:小区|社区|村子|楼盘|路段)(?!门)"
    r"|等(?:多处|几处|地方|处|地|路段|点位)(?:都|均|皆|全|同时|也|存)?"
)
_ALSO = re.compile(
    r"也(?:是|有|存在|出现|发生|一样|同样)|(?<!平)均(?!匀|价|为|衡)|都存在|都有(?:同样|类似|这)|不光|不仅|不只|不止|不单|除了|除此"
    r"|另外|此外|还有|以及|分别|同样|同时|2边|两边|1个是"
)
_TILL = frozenset("到至往")
_NAME, _UNKNOWN, _PUNCT, _TO, _AND = Kind.NAME, Kind.UNKNOWN, Kind.PUNCT, Kind.TO, Kind.AND
_BEHIND = frozenset((
    Kind.NAME, Kind.DOOR, Kind.BUILDING, Kind.UNIT, Kind.GATE, Kind.AT, Kind.NEAR, Kind.CROSSING,
    Kind.CORNER, Kind.EXTENSION, Kind.OFFSET, Kind.UNKNOWN, Kind.CHATTER,
))  # fmt: skip
_CLOSERS = frozenset((Kind.AT, Kind.NEAR, Kind.CHATTER))
_LISTING = frozenset("、,和与及跟")
_CUES = frozenset((Kind.CUE, Kind.STRONG_CUE))
_LIVES = frozenset("住在")
_MARKS = frozenset("-/~")  # stand between a place and where it lies, too
_JOINS = frozenset("到至和与及跟、,-~—")
_NUMBERS = frozenset((Kind.DOOR, Kind.BUILDING))
_PLACED = frozenset(("exact", "estimated"))
_RANGE = re.compile(r"[0-9十]+-[0-9十]+(?![0-9十-])")  # 3-5号楼, not 3-2-501
_LONGEST_JOIN = 2
_ALSO_WORDS = frozenset(("还有", "以及", "连同", "加上", "另有"))
_SPOTS = frozenset((Role.ESTATE, Role.POI, Role.GATE))


def another_place(found: Found, reading: Reading) -> str:
    """Find a second place that a text is about, besides the best one.

    Parameters
    ----------
    found
        The best candidate.
    reading
        The text.

    Returns
    -------
    words
        What says so; empty where nothing does. A road or an area that only says where the best
        one lies is no second place.
    """
    text, best = reading.text, found.anchor
    if (both := _BOTH.search(text)) is not None:
        return both.group()
    others = _others(best, reading)
    if others and (also := _ALSO.search(text)) is not None:
        return also.group()
    tokens = reading.tokens
    used = {k for a in reading.anchors if a.others for k in range(a.first, a.last + 1)}
    for k in range(1, len(tokens) - 1):
        token = tokens[k]
        if (
            (token.kind is _TO or tokens[k - 1].kind in _CLOSERS)
            and k not in used
            and (_leads_on(tokens, k, text) or _lists(tokens, k, text))
        ):
            return text[token.start : token.end]
    if (
        best is not None
        and found.number_state in _PLACED
        and (more := _more_numbers(best, reading))
    ):
        return more
    return _beside(reading) or _second_home(best, reading)


def _others(best: Anchor | None, reading: Reading) -> list[Token]:
    """Give the names that are no area around the best place and not a part of it."""
    found = [a.token for a in reading.anchors if a is not best and not _is_twin(a, best)]
    return [*found, *reading.unknown]


def _is_twin(anchor: Anchor, best: Anchor | None) -> bool:
    if best is None or set(anchor.name.places).isdisjoint(best.name.places):
        return False
    return anchor.number == best.number and anchor.gate == best.gate


def _next_name(tokens: list[Token], k: int) -> bool:
    """Tell whether a name stands behind a token, or behind one mark."""
    k += 1
    if tokens[k].kind is _PUNCT and k + 1 < len(tokens):
        k += 1
    return tokens[k].kind is _NAME or tokens[k].kind is _UNKNOWN


def _leads_on(tokens: list[Token], k: int, text: str) -> bool:
    """Tell whether a text goes from one place to another: 阳光花园到梅园路."""
    token = tokens[k]
    if token.kind is not _TO or text[token.start] not in _TILL:
        return False
    before = tokens[k - 1]
    is_stated = before.kind in _BEHIND or text[before.end - 1].isdigit()
    return is_stated and _next_name(tokens, k) and _has_place(tokens, k)


def _has_place(tokens: list[Token], k: int) -> bool:
    """Tell whether a name stands before a token."""
    return any(token.kind is _NAME for token in tokens[:k])


def _lists(tokens: list[Token], k: int, text: str) -> bool:
    """Tell whether a community with its own spot is listed beside a place: 红岭社区这边、梅园路."""
    token = tokens[k]
    if text[token.start] not in _LISTING or token.end - token.start != 1:
        return False
    before = tokens[k - 1]
    if before.kind not in _CLOSERS or before.end - before.start < 2:  # noqa: PLR2004 - 这边
        return False
    owner = tokens[k - 2] if k > 1 else None
    if owner is None or owner.name is None or owner.name.places:
        return False
    return _next_name(tokens, k)


def _more_numbers(best: Anchor, reading: Reading) -> str:
    """Find a second number behind the first: 12号到20号, 3号楼和5号楼, 3-5号楼."""
    tokens, text = reading.tokens, reading.text
    own = next((t for t in tokens[best.first + 1 : best.last + 1] if t.value is best.number), None)
    if own is not None and own.kind is _BUILDING and _RANGE.match(text, own.start):
        return text[own.start : own.end]
    k = best.last + 1
    if k + 1 < len(tokens) and text[tokens[k].start] in _JOINS and tokens[k + 1].kind in _NUMBERS:
        return text[tokens[k + 1].start : tokens[k + 1].end]
    return ""


def _beside(reading: Reading) -> str:
    """Find two spots that the text joins: 阳光花园和红岭里."""
    tokens, text = reading.tokens, reading.text
    for one, other in itertools.pairwise(reading.anchors):
        between = tokens[one.last + 1 : other.first]
        is_joined = any(t.kind is _AND and text[t.start] not in _MARKS for t in between)
        is_bare = all(t.end - t.start <= _LONGEST_JOIN for t in between)
        also = text[one.token.end : other.token.start] in _ALSO_WORDS
        if (also or (is_joined and is_bare)) and _is_spot(one) and _is_spot(other):
            return text[other.token.start : other.token.end]
    return ""


def _is_spot(anchor: Anchor) -> bool:
    """Tell whether a place is more than a road to find another place by."""
    return anchor.number is not None or not anchor.name.roles.isdisjoint(_SPOTS)


def _second_home(best: Anchor | None, reading: Reading) -> str:
    """Find a second place that is introduced as the first one is: 住在甲小区, 上班在乙路."""
    tokens, text = reading.tokens, reading.text
    told: list[tuple[Token, Anchor | None]] = []
    told += [(m.token, None) for m in reading.areas if _is_told(tokens, m.index, text)]
    told += [(a.token, a) for a in reading.anchors if _is_told(tokens, a.first, text)]
    told.sort(key=lambda pair: pair[0].start)
    for token, anchor in told[1:]:
        if anchor is None or anchor is best or not _is_twin(anchor, best):
            return text[token.start : token.end]
    return ""


def _is_told(tokens: list[Token], k: int, text: str) -> bool:
    """Tell whether 住在 or its like stands right before a name."""
    before = tokens[k - 1] if k > 0 else None
    return (
        before is not None
        and before.kind in _CUES
        and before.end - before.start > 1
        and text[before.end - 1] in _LIVES
    )
