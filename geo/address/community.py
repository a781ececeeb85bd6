"""What keeps a community from being the answer: a place in it is meant, or it is doubtful."""

from typing import Any

from geo.address.candidates import Found
from geo.address.confidence import ConfidenceProfile
from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.reading import AreaMention, Reading
from geo.address.tables import NameStatus, Role
from geo.address.tokens import Token

__all__ = ["FACILITY_ENDS", "Reason", "facility_behind", "of_community", "unused_number"]

Reason = tuple[Any, ...]
"""Code of ``gate.GATES`` with values."""

_IN_FULL = frozenset((NameStatus.MAIN, NameStatus.ALIAS, NameStatus.OLD))
_STOPS = frozenset(",，;；。")
_NUMBERS = frozenset((Kind.DOOR, Kind.BUILDING))
_TOKENS_BEHIND_AREA = 6
_PLACED = frozenset((
    Kind.DOOR, Kind.BUILDING, Kind.GATE, Kind.OFFSET, Kind.UNKNOWN, Kind.CROSSING, Kind.CORNER,
))  # fmt: skip
_WHOLE = frozenset(("范围", "范围内", "辖区", "辖区内", "境内", "居民区"))
FACILITY_ENDS = frozenset("店站点厕所场院校馆吧室房厅园亭库局处厂堂楼市铺台摊")
"""Last characters of what most places besides roads and estates are called."""
_INSIDE = "里内外前旁头边"
_OFFICES = (
    "居委会", "村委会", "居民委员会", "村民委员会", "办事处", "政府", "街道办", "村部", "大队部",
)  # fmt: skip
_GROUNDS = frozenset(("中心", "中央", "地下"))
_CLOSERS = frozenset((Kind.AT, Kind.NEAR))
_HERE = frozenset(("这边", "这儿", "这里", "这片", "这一片", "这一带", "一带", "这块儿", "这块"))
_GOING_ON = frozenset((Kind.GAP, Kind.UNKNOWN, Kind.ENDING))
_SEPARATORS = frozenset(" /-,、·")
# A member of an enumeration costs more to look up than to compare.
_AREA = Role.AREA
_NAME, _GAP, _PUNCT, _UNIT = Kind.NAME, Kind.GAP, Kind.PUNCT, Kind.UNIT
_EXTENSION, _CHATTER, _ENDING = Kind.EXTENSION, Kind.CHATTER, Kind.ENDING


def of_community(
    best: Found, reading: Reading, memory: Memory, profile: ConfidenceProfile
) -> list[Reason]:
    """Doubt a community that is the answer because nothing finer is named."""
    mention, agreement = best.mention, best.agreement
    if mention is None or memory.role(best.entity) is not _AREA:
        return [("no_place",)]
    reasons: list[Reason] = []
    if (lost := unused_number(reading)) is not None:
        reasons.append(("number_not_there", reading.text[lost.start : lost.end]))
    is_short = best.status not in _IN_FULL and mention.token.core_end < 0
    has_context = agreement.support > 1 or agreement.hint_support > 0
    if is_short and not has_context:
        reasons.append(("short_name",))
    before = reading.tokens[mention.index - 1] if mention.index else None
    if before is not None and before.kind is _GAP:
        reasons.append(("unexplained_left", before.end - before.start))
    if behind := _office(best, reading, memory) or facility_behind(mention, reading):
        reasons.append(("longer_name", behind))
    if rest := _goes_on(mention, reading):
        reasons.append(("unexplained_right", rest))
    others = [m for m in reading.areas if m.name.level is mention.name.level]
    for other in others:
        if best.entity not in other.entities:
            reasons.append(("several_places", other.name.text))
            break
    limit = profile.limits_m.get(str(best.precision), -1.0)
    if not best.accuracy_m <= limit:
        reasons.append(("too_coarse", round(best.accuracy_m)))
    return reasons


def facility_behind(mention: AreaMention, reading: Reading) -> str:
    """Find what behind a community may be a place in it.

    Parameters
    ----------
    mention
        The community.
    reading
        The text.

    Returns
    -------
    words
        药店, 5号楼, or characters that nothing explains; empty where nothing stands there.
    """
    first = mention.index + 1
    previous = _NAME
    for token in reading.tokens[first : first + _TOKENS_BEHIND_AREA]:
        text = reading.text[token.start : token.end]
        if token.kind is _NAME:
            if token.name is None or token.name.places:
                break
            previous = _NAME  # an area that a longer name begins with: 柳林街道服务站
            continue
        is_inside = token.kind is _UNIT and not text[-1:].isdigit() and text[:2] in _GROUNDS
        if is_inside or token.kind in _PLACED or (token.kind is _GAP and previous is _NAME):
            return text
        if text in _WHOLE or token.kind is _EXTENSION:  # 范围内, 3组: no name goes on there
            break
        if token.kind is _PUNCT and text[0] in _STOPS:
            break
        if token.kind in _CLOSERS and text in _HERE:
            break
        is_end = token.ending is not None and (len(text) > 1 or previous is _GAP)
        is_noun = token.kind in (_CHATTER, _GAP, _ENDING)
        if is_noun and (
            is_end or text.rstrip(_INSIDE)[-1:] in FACILITY_ENDS or text.endswith("中心")
        ):
            return text
        previous = token.kind
    return ""


def _office(best: Found, reading: Reading, memory: Memory) -> str:
    """Find the office of a community that is named in its stead: 红岭社区居委会 is a house."""
    if best.mention is None:
        return ""
    token = best.mention.token
    stated, name = reading.text[token.start : token.end], memory.name(best.entity)
    return next((w for w in _OFFICES if stated.endswith(w) and not name.endswith(w)), "")


def _goes_on(mention: AreaMention, reading: Reading) -> int:
    """Count the unexplained characters behind a community where the list of areas goes on.

    The same mark stands before and behind it: 北安镇/红岭社区/某苑. Behind a short form any mark
    may have come into its ending: 红岭,社区.
    """
    tokens, text = reading.tokens, reading.text
    k = mention.index
    if k + 2 >= len(tokens) or not _may_go_on(tokens[k + 2]):
        return 0
    behind = text[tokens[k + 1].start : tokens[k + 1].end]
    if not behind or not _SEPARATORS.issuperset(behind):
        return 0
    before = text[tokens[k - 1].start : tokens[k - 1].end] if k else ""
    is_short = not text[: mention.token.end].endswith(("村", "社区", "会", "里", "寨", "庄"))
    if before != behind and not is_short:
        return 0
    return tokens[k + 2].end - tokens[k + 2].start


def _may_go_on(token: Token) -> bool:
    """Tell whether a token may be a part of a name."""
    return token.kind in _GOING_ON or token.ending is not None


def unused_number(reading: Reading) -> Token | None:
    """Find a house or building number that belongs to no place of the text."""
    used = {i for a in reading.anchors for i in range(max(a.first, 0), a.last + 1)}
    return next(
        (t for i, t in enumerate(reading.tokens) if t.kind in _NUMBERS and i not in used), None
    )
