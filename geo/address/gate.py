"""What keeps an answer from being accepted without a person: doubts, whatever the confidence."""

import re
from typing import Any

from geo.address.answers import Precision
from geo.address.candidates import Found, distance_m
from geo.address.choose import Ranked, are_apart
from geo.address.confidence import FEATURES, ConfidenceProfile
from geo.address.context import is_elsewhere
from geo.address.lexicon import Kind, Lexicon
from geo.address.memory import Memory
from geo.address.reading import Anchor, AreaMention, Reading
from geo.address.tables import NameStatus, Role
from geo.address.tokens import Token

__all__ = ["GATES", "stopped_by"]

GATES = (
    "no_place",  # only areas above a community, or nothing
    "short_name",  # a community by its short name, and nothing that agrees
    "similar_name",  # the name differs from the text
    "longer_name",  # the name is the head of a longer one: 阳光花园二期
    "unexplained_left",  # characters right before the name may belong to it: 新阳光花园
    "unexplained_between",  # between the stated area and the name
    "unexplained_right",
    "unknown_name",  # the text holds a name that the gazetteer does not have
    "area_conflict",  # a stated area does not hold the place
    "hint_conflict",
    "elsewhere",  # another city is named
    "several_places",  # the text names places that do not agree
    "ambiguous",  # several things are called so, and nothing tells which
    "number_not_there",
    "offset_not_read",  # a distance stands behind the place that could not be tied to it
    "crossing_not_there",
    "crossing_not_said",  # two roads, but not that their crossing is meant
    "from_hint",
    "too_coarse",
    "not_sure",  # the confidence is below the profile's
)
_CLOSED = frozenset((Kind.DOOR, Kind.BUILDING, Kind.UNIT))
_AMBIGUOUS = 0.6
_SECONDARY = FEATURES.index("secondary")
_COARSE = frozenset((Precision.TOWNSHIP, Precision.DISTRICT, Precision.CITY))
_IN_FULL = frozenset((NameStatus.MAIN, NameStatus.ALIAS, NameStatus.OLD))
_STOPS = frozenset(",，;；。")
_NUMBERS = frozenset((Kind.DOOR, Kind.BUILDING))
_TOKENS_BEHIND = 4
_TOKENS_BEHIND_AREA = 6
_ENTITIES = frozenset((Precision.POI, Precision.ESTATE, Precision.DOOR))
_LANDMARK_M = 1000.0
_DISTANCE = re.compile(r"[0-9十百千]+[多余来几]?(?:米(?!长|宽|高|深)|公里|千米|步)")
_SECTION_M = 150.0  # between two crossings the middle says little
_DIGITS = "0123456789"
_SAME_GATE_M = 50.0
_PLACED = frozenset((
    Kind.DOOR, Kind.BUILDING, Kind.GATE, Kind.OFFSET, Kind.UNKNOWN, Kind.CROSSING, Kind.CORNER,
))  # fmt: skip
_WHOLE = frozenset(("范围", "范围内", "辖区", "辖区内", "境内"))
_FACILITY_ENDS = frozenset("店站点厕所场院校馆吧室房厅园亭库局处厂堂楼市铺台摊")

Reason = tuple[Any, ...]


def stopped_by(
    ranked: list[Ranked], reading: Reading, memory: Memory, lexicon: Lexicon,
    profile: ConfidenceProfile,
) -> list[Reason]:  # fmt: skip
    """Say what keeps the best candidate from being accepted.

    Parameters
    ----------
    ranked
        Candidates, best first; not empty.
    reading
        The text.
    memory
        Of the gazetteer.
    lexicon
        Words, of which endings are used.
    profile
        Limits and threshold.

    Returns
    -------
    reasons
        Code of ``GATES`` with values; empty where nothing does.
    """
    best, features, confidence = ranked[0]
    if best.precision in _COARSE:
        reasons: list[Reason] = [("no_place",)]
    elif best.precision is Precision.COMMUNITY:
        reasons = _of_community(best, reading, memory, profile)
    else:
        reasons = _of_name(best, lexicon)
        reasons += _of_rest(best, reading, memory)
        reasons += _of_gate(best, memory)
        reasons += _of_detail(best, profile)
    reasons += _of_unknown(best, reading, memory)
    reasons += _of_context(best, reading, memory)
    apart = next((o for o, _, _ in ranked[1:] if _contradicts(o, best, reading, memory)), None)
    if apart is not None:
        reasons.append(("several_places", _name(memory, apart)))
    meant = next((item for item, row, _ in ranked if not row[_SECONDARY]), best)
    if features[_SECONDARY] and meant.anchor is not None:  # it serves to find another place by
        reasons.append(("several_places", _name(memory, meant)))
    if features[-1] >= _AMBIGUOUS:
        n_alike = sum(1 for item, _, _ in ranked if item.anchor is best.anchor)
        reasons.append(("ambiguous", max(n_alike, 2)))
    if confidence < profile.accept_from:
        reasons.append(("not_sure", round(confidence, 2)))
    return reasons


def _contradicts(other: Found, best: Found, reading: Reading, memory: Memory) -> bool:
    """Tell whether another place of the text cannot be a landmark of the best one."""
    if other.anchor is best.anchor or not are_apart(reading, memory, best, other):
        return False
    if other.precision is not Precision.ROAD or other.number_state or best.anchor is None:
        return True
    is_sure = best.similarity >= 1 and best.status in _IN_FULL
    is_only = len(best.anchor.name.places) == 1 and best.precision in _ENTITIES
    if not (is_sure and is_only):
        return True
    on_road = memory.gazetteer.ground.nearest_on(other.entity, best.lon, best.lat)
    return on_road is None or on_road[2] > _LANDMARK_M


def _name(memory: Memory, found: Found) -> str:
    return memory.name(found.entity)


def _of_name(best: Found, lexicon: Lexicon) -> list[Reason]:
    """Doubt a name that may be a part of another name."""
    anchor = best.anchor
    if best.similarity < 1:
        return [("similar_name", round(best.similarity, 2))]
    if anchor is None:
        return []
    reasons: list[Reason] = []
    if anchor.extension:
        reasons.append(("longer_name", anchor.extension))
    if anchor.gap_left:
        reasons.append(("unexplained_left", anchor.gap_left))
    if anchor.gap_between:
        reasons.append(("unexplained_between", anchor.gap_between))
    if anchor.gap_right and not _is_closed(anchor) and not _is_complete(anchor, lexicon):
        reasons.append(("unexplained_right", anchor.gap_right))
    if anchor.from_hint and not anchor.is_building:
        reasons.append(("from_hint",))
    return reasons


def _is_closed(anchor: Anchor) -> bool:
    """Tell whether something stands behind the name that no name goes on after."""
    return anchor.number is not None or bool(anchor.gate) or anchor.is_crossing_said


def _is_complete(anchor: Anchor, lexicon: Lexicon) -> bool:
    """Tell whether a name shows its end: 小区, 花园."""
    if anchor.token.core_end >= 0:
        return True
    text = anchor.name.text
    for length in range(min(4, len(text) - 1), 1, -1):
        word = lexicon.words.get(text[-length:])
        if word is not None and word[0] is Kind.ENDING:
            return True
    word = lexicon.words.get(text[-1:])
    return word is not None and word[2] is not None and not word[2].is_weak


def _of_community(
    best: Found, reading: Reading, memory: Memory, profile: ConfidenceProfile
) -> list[Reason]:
    """Doubt a community that is the answer because nothing finer is named."""
    mention, agreement = best.mention, best.agreement
    if mention is None or memory.role(best.entity) is not Role.AREA:
        return [("no_place",)]
    reasons: list[Reason] = []
    if (lost := _unused_number(reading)) is not None:
        reasons.append(("number_not_there", reading.text[lost.start : lost.end]))
    is_short = best.status not in _IN_FULL and mention.token.core_end < 0
    has_context = agreement.support > 1 or agreement.hint_support > 0
    if is_short and not has_context:
        reasons.append(("short_name",))
    before = reading.tokens[mention.index - 1] if mention.index else None
    if before is not None and before.kind is Kind.GAP:
        reasons.append(("unexplained_left", before.end - before.start))
    if behind := _facility_behind(mention, reading):
        reasons.append(("longer_name", behind))
    others = [m for m in reading.areas if m.name.level is mention.name.level]
    for other in others:
        if best.entity not in other.entities:
            reasons.append(("several_places", other.name.text))
            break
    limit = profile.limits_m.get(str(best.precision), -1.0)
    if not best.accuracy_m <= limit:
        reasons.append(("too_coarse", round(best.accuracy_m)))
    return reasons


def _facility_behind(mention: AreaMention, reading: Reading) -> str:
    """Find what behind a community may be a place in it: 药店, 5号楼, or characters unexplained."""
    first = mention.index + 1
    previous = Kind.NAME
    for token in reading.tokens[first : first + _TOKENS_BEHIND_AREA]:
        text = reading.text[token.start : token.end]
        if token.kind in _PLACED or (token.kind is Kind.GAP and previous is Kind.NAME):
            return text
        if text in _WHOLE or token.kind is Kind.EXTENSION:  # 范围内, 3组: no name goes on there
            break
        if token.kind is Kind.PUNCT and text[0] in _STOPS:
            break
        is_end = token.ending is not None and (len(text) > 1 or previous is Kind.GAP)
        is_noun = token.kind in (Kind.CHATTER, Kind.GAP, Kind.ENDING)
        if is_noun and (is_end or text[-1] in _FACILITY_ENDS or text.endswith("中心")):
            return text
        previous = token.kind
    return ""


def _of_rest(best: Found, reading: Reading, memory: Memory) -> list[Reason]:
    """Doubt a place when what stands behind it says more of where it is than was read."""
    anchor = best.anchor
    if anchor is None or anchor.last < 0:
        return []
    if not any(shift.distance_m is not None for shift in anchor.shifts):
        clause = _clause(anchor, reading)
        if way := _DISTANCE.search(clause):
            return [("offset_not_read", way.group())]
    is_bare = anchor.number is None and (
        best.precision is Precision.ROAD
        or (best.precision is Precision.ESTATE and memory.gazetteer.ground.numbers(best.entity)[2])
    )
    first = anchor.first + 1 if is_bare else anchor.last + 1
    for token in reading.tokens[first : anchor.last + 1 + _TOKENS_BEHIND]:
        stated = reading.text[token.start : token.end]
        if (token.kind is Kind.PUNCT and stated in _STOPS) or token.kind is Kind.NAME:
            break
        if token.kind is Kind.OFFSET and getattr(token.value, "distance_m", None) is not None:
            return [("offset_not_read", stated)]
        is_number = token.kind in _NUMBERS or (
            stated[:1].isdigit() and token.kind is not Kind.PERSONAL
        )
        if is_number and is_bare:
            return [("number_not_there", stated)]
    lost = _unused_number(reading) if is_bare else None
    return [] if lost is None else [("number_not_there", reading.text[lost.start : lost.end])]


def _unused_number(reading: Reading) -> Token | None:
    """Find a house or building number that belongs to no place of the text."""
    used = {i for a in reading.anchors for i in range(max(a.first, 0), a.last + 1)}
    return next(
        (t for i, t in enumerate(reading.tokens) if t.kind in _NUMBERS and i not in used), None
    )


def _clause(anchor: Anchor, reading: Reading) -> str:
    """Give the words around a place, up to the stops on both sides."""
    text, tokens = reading.text, reading.tokens
    start, end = tokens[anchor.first].start, tokens[anchor.last].end
    low = max((text.rfind(stop, 0, start) for stop in _STOPS), default=-1)
    stops = [at for stop in _STOPS if (at := text.find(stop, end)) >= 0]
    return text[low + 1 : min(stops, default=len(text))]


def _of_gate(best: Found, memory: Memory) -> list[Reason]:
    """Doubt a gate that has a namesake with a number of its own: 东门 beside 东门3."""
    g = memory.gazetteer
    gate = best.second if best.how == "gate" else best.entity
    if memory.role(gate) is not Role.GATE:
        return []
    name = memory.name(gate).rstrip(_DIGITS)
    if name != memory.name(gate):
        return []
    alike = [
        other
        for other in memory.gates.get(int(g.parent[gate]), ())
        if memory.name(other).rstrip(_DIGITS) == name
        and distance_m(best.lon, best.lat, float(g.lon[other]), float(g.lat[other])) > _SAME_GATE_M
    ]
    return [("ambiguous", len(alike) + 1)] if alike else []


def _of_detail(best: Found, profile: ConfidenceProfile) -> list[Reason]:
    """Doubt a number that is not there, a crossing that is none, a place that is too wide."""
    anchor = best.anchor
    reasons: list[Reason] = []
    number = anchor.number if anchor is not None else None
    is_lost = best.number_state == "missing" or (
        best.number_state == "unknown" and best.precision is Precision.ROAD
    )
    if anchor is not None and is_lost:
        stated = f"{number.number}{number.suffix}" if number is not None else anchor.gate
        reasons.append(("number_not_there", stated))
    if anchor is not None and anchor.others:
        if best.precision is Precision.ROAD and not anchor.is_section:
            reasons.append(("crossing_not_there", anchor.others[0].text))
        elif not anchor.is_crossing_said and not anchor.is_section:
            reasons.append(("crossing_not_said", anchor.others[0].text))
    limit = profile.limits_m.get(str(best.precision), -1.0)
    if best.how == "section":
        limit = min(limit, _SECTION_M)
    if not best.accuracy_m <= limit:
        reasons.append(("too_coarse", round(best.accuracy_m)))
    return reasons


def _of_unknown(best: Found, reading: Reading, memory: Memory) -> list[Reason]:
    """Doubt a text that holds a name which the gazetteer does not have."""
    for token in reading.unknown:
        text = reading.text[token.start : token.end]
        if token.value == Role.AREA.name and _is_misspelt_area(text, best, memory):
            continue
        if best.similarity < 1 and best.anchor is not None and best.anchor.token is token:
            continue
        return [("unknown_name", text)]
    return []


def _is_misspelt_area(text: str, best: Found, memory: Memory) -> bool:
    """Tell whether an unknown area name differs by one character from an area of the place."""
    for area in memory.areas_of(best.entity):
        name = memory.name(area)
        if len(name) >= 4 and abs(len(name) - len(text)) <= 1:  # noqa: PLR2004 - 柳林街道
            tail = text[-len(name) :]
            if sum(a != b for a, b in zip(name, tail, strict=False)) <= 1:
                return True
    return False


def _of_context(best: Found, reading: Reading, memory: Memory) -> list[Reason]:
    """Doubt a place that what is stated speaks against."""
    reasons: list[Reason] = []
    agreement = best.agreement
    chain = best.anchor.chain if best.anchor is not None else ()
    for k, mention in enumerate(reading.areas):
        if is_elsewhere(mention, memory):
            reasons.append(("elsewhere", mention.name.text))
            break
        if k in chain and mention.name.text == agreement.conflict:
            reasons.append(("area_conflict", agreement.conflict))
            break
    if agreement.other and not reasons:
        reasons.append(("area_conflict", agreement.other))
    if agreement.hint_conflict and not agreement.support:
        reasons.append(("hint_conflict", agreement.hint_conflict))
    return reasons
