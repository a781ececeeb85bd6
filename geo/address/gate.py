"""What keeps an answer from being accepted without a person: doubts, whatever the confidence."""

import re

from geo.address.answers import Precision
from geo.address.candidates import Found, distance_m
from geo.address.choose import Ranked, are_apart
from geo.address.community import (
    FACILITY_ENDS,
    Reason,
    facility_behind,
    of_community,
    unused_number,
)
from geo.address.confidence import FEATURES, ConfidenceProfile
from geo.address.context import is_elsewhere
from geo.address.lexicon import Kind, Lexicon
from geo.address.memory import Memory
from geo.address.reading import Anchor, Reading
from geo.address.several import another_place
from geo.address.tables import Level, NameStatus, Role
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
_ENTITIES = frozenset((Precision.POI, Precision.ESTATE, Precision.DOOR))
_LANDMARK_M = 1000.0
_DISTANCE = re.compile(
    r"(?:[0-9十百千两](?: {0,2}[0-9十百千])+|[0-9两]+(?=公里|千米|里地|km))[多余来几]? {0,2}"
    r"(?:米(?!长|宽|高|深|[0-9])|公里|千米|里地|步(?!骤|行)|k?m(?![a-z0-9]))"
)
_MEASURED = re.compile("[米里步m]")  # one of them ends every distance
_WAY = re.compile(
    r"再?[往朝向][东西南北里外前后左右]|(?:正|靠|偏|以|最)?[东西南北]{1,2}(?:侧|边|面|头|端|向|方|墙)"
    r"|[正靠偏以最][东西南北]|[东西南北]{1,2}\W|再?[左右](?:转(?![灯车待道弯])|拐|手)|拐[过进弯]|后[面头边身方]|背后|围墙外|墙外"
    r"|第[0-9十]+[个条家排]"
)
_UNITS = re.compile(r"单元|室|楼|门|户")
_LANDMARKS = ("靠近", "临近", "邻近", "紧邻", "毗邻", "挨着", "近", "(", "[", "【")
_WIDE = frozenset((Precision.ESTATE, Precision.ZONE))
# A member of an enumeration costs more to look up than to compare.
_CHATTER, _CORNER, _CUE, _ENDING, _GAP = Kind.CHATTER, Kind.CORNER, Kind.CUE, Kind.ENDING, Kind.GAP
_GATE, _INWARD, _NAME, _PERSONAL = Kind.GATE, Kind.INWARD, Kind.NAME, Kind.PERSONAL
_PUNCT = Kind.PUNCT
_PRECISION_COMMUNITY, _ESTATE, _ROAD = Precision.COMMUNITY, Precision.ESTATE, Precision.ROAD
_AREA, _ROLE_GATE = Role.AREA, Role.GATE
_OFFSET, _UNIT, _COMMUNITY = Kind.OFFSET, Kind.UNIT, Level.COMMUNITY
_LOOSE = frozenset((_OFFSET, _UNIT))
_WIDE_M = 60.0  # whoever is at its side is further from its middle than that
_LONGEST_PLACE = 5
_WAY_REACH = 4  # characters behind a place in which a direction still speaks of it
_MEETINGS = frozenset((
    "交叉口", "交叉路口", "交汇处", "交汇口", "交会处", "相交处", "相交路口", "交界处", "交叉处",
    "十字路口", "丁字路口", "三岔路口", "相交", "交汇", "交叉", "交会",
))  # fmt: skip
_SECTION_M = 150.0  # between two crossings the middle says little
_DIGITS = "0123456789"
_SAME_GATE_M = 50.0


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
    elif best.precision is _PRECISION_COMMUNITY:
        reasons = of_community(best, reading, memory, profile)
    else:
        reasons = _of_name(best, reading, lexicon)
        reasons += _of_rest(best, reading, memory)
        reasons += _of_others(best, reading)
        reasons += _of_gate(best, memory)
        reasons += _of_detail(best, reading, profile)
    reasons += _of_unknown(best, reading, memory)
    reasons += _of_context(best, reading, memory)
    apart = next((o for o, _, _ in ranked[1:] if _contradicts(o, best, reading, memory)), None)
    if apart is not None:
        reasons.append(("several_places", _name(memory, apart)))
    elif beside := another_place(best, reading):
        reasons.append(("several_places", beside))
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
    if other.precision is not _ROAD or other.number_state or best.anchor is None:
        return True
    is_sure = best.similarity >= 1 and best.status in _IN_FULL
    is_only = len(best.anchor.name.places) == 1 and best.precision in _ENTITIES
    if not (is_sure and is_only):
        return True
    on_road = memory.gazetteer.ground.nearest_on(other.entity, best.lon, best.lat)
    return on_road is None or on_road[2] > _LANDMARK_M


def _name(memory: Memory, found: Found) -> str:
    return memory.name(found.entity)


def _of_name(best: Found, reading: Reading, lexicon: Lexicon) -> list[Reason]:
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
    elif not _is_closed(anchor) and (behind := _place_behind(anchor, reading)):
        reasons.append(("longer_name", behind))
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
        if word is not None and word[0] is _ENDING:
            return True
    word = lexicon.words.get(text[-1:])
    return word is not None and word[2] is not None and not word[2].is_weak


def _of_rest(best: Found, reading: Reading, memory: Memory) -> list[Reason]:
    """Doubt a place when what stands behind it says more of where it is than was read."""
    anchor = best.anchor
    if anchor is None or anchor.last < 0:
        return []
    if _MEASURED.search(reading.text) and (length := _unread_distance(anchor, reading)):
        return [("offset_not_read", length)]
    if way := _leaning(best, reading) or _unread_way(anchor, reading):
        return [("offset_not_read", way)]
    is_bare = anchor.number is None and (
        best.precision is _ROAD
        or (best.precision is _ESTATE and memory.gazetteer.ground.numbers(best.entity)[2])
    )
    first = anchor.first + 1 if is_bare else anchor.last + 1
    for token in reading.tokens[first : anchor.last + 1 + _TOKENS_BEHIND]:
        stated = reading.text[token.start : token.end]
        if (token.kind is _PUNCT and stated in _STOPS) or token.kind is _NAME:
            break
        if token.kind is _OFFSET and getattr(token.value, "distance_m", None) is not None:
            return [("offset_not_read", stated)]
        is_number = token.kind in _NUMBERS or (stated[:1].isdigit() and token.kind is not _PERSONAL)
        is_number = is_number or (token.kind is _GATE and best.how != "gate")
        if is_number and is_bare:
            return [("number_not_there", stated)]
    lost = unused_number(reading) if is_bare else None
    return [] if lost is None else [("number_not_there", reading.text[lost.start : lost.end])]


def _of_others(best: Found, reading: Reading) -> list[Reason]:
    """Doubt a place beside which a place in a community is named that was not found."""
    text = reading.text
    loose = [(i, t) for i, t in enumerate(reading.tokens) if t.kind in _LOOSE]
    if loose:
        used = {i for a in reading.anchors for i in range(max(a.first, 0), a.last + 1)}
        loose = [(i, t) for i, t in loose if i not in used]
    for _, token in loose:
        if token.kind is _OFFSET and getattr(token.value, "distance_m", None) is not None:
            return [("offset_not_read", text[token.start : token.end])]
    for mention in reading.areas:
        if mention.name.level is _COMMUNITY and (behind := facility_behind(mention, reading)):
            return [("longer_name", behind)]
    if best.precision is not _ROAD or best.anchor is None or best.anchor.last < 0:
        return []
    return _of_road(best.anchor, best.accuracy_m, text, [t for _, t in loose if t.kind is _UNIT])


def _of_road(anchor: Anchor, accuracy_m: float, text: str, loose: list[Token]) -> list[Reason]:
    """Doubt a road beside which rooms are named, or that only says where something lies."""
    for token in loose:
        if _UNITS.search(text, token.start, token.end):
            return [("number_not_there", text[token.start : token.end])]
    if text[: anchor.token.start].rstrip("的").endswith(_LANDMARKS):
        return [("too_coarse", round(accuracy_m))]
    return []


def _leaning(best: Found, reading: Reading) -> str:
    """Find a side of something wide that is named without a distance, or a way without an end."""
    anchor = best.anchor
    if anchor is None or anchor.gate or anchor.number is not None or anchor.others:
        return ""
    is_wide = best.precision in _WIDE and best.accuracy_m > _WIDE_M
    for token in reading.tokens[anchor.first + 1 : anchor.last + 1]:
        is_side = token.kind is _OFFSET or token.kind is _CORNER
        if (is_wide and is_side) or token.kind is _INWARD:
            return reading.text[token.start : token.end]
    return ""


def _place_behind(anchor: Anchor, reading: Reading) -> str:
    """Find the end of another name in what nothing explains right behind a place: 菜场."""
    k = anchor.last + 1
    tokens, text = reading.tokens, reading.text
    if k >= len(tokens) or tokens[k].kind is not _GAP:
        return ""
    end = tokens[k].end
    if k + 1 < len(tokens) and tokens[k + 1].kind is _CHATTER:
        end = tokens[k + 1].start + 1
    words = text[tokens[k].start : min(end, tokens[k].start + _LONGEST_PLACE)]
    found = next((i for i, c in enumerate(words) if i and c in FACILITY_ENDS and c != "房"), 0)
    return words[: found + 1] if found else ""


def _unread_way(anchor: Anchor, reading: Reading) -> str:
    """Find a direction right behind a place that was not taken for a part of it: 东, 门口."""
    if anchor.last + 1 >= len(reading.tokens):
        return ""
    token = reading.tokens[anchor.last + 1]
    if token.kind is _NAME or token.kind is _PERSONAL:
        return ""
    start = token.start
    if token.kind is _CUE and reading.text[start : token.end] == "的":
        start = token.end
    way = _WAY.match(reading.text, start, start + _WAY_REACH)
    return "" if way is None else way.group()


def _unread_distance(anchor: Anchor, reading: Reading) -> str:
    """Find a distance in the words around a place, between the stops, where none was read."""
    if any(shift.distance_m is not None for shift in anchor.shifts):
        return ""
    text, tokens = reading.text, reading.tokens
    start, end = tokens[anchor.first].start, tokens[anchor.last].end
    low = max((text.rfind(stop, 0, start) for stop in _STOPS), default=-1)
    stops = [at for stop in _STOPS if (at := text.find(stop, end)) >= 0]
    length = _DISTANCE.search(text[low + 1 : min(stops, default=len(text))])
    return "" if length is None else length.group()


def _of_gate(best: Found, memory: Memory) -> list[Reason]:
    """Doubt a gate that has a namesake with a number of its own: 东门 beside 东门3."""
    g = memory.gazetteer
    gate = best.second if best.how == "gate" else best.entity
    if memory.role(gate) is not _ROLE_GATE:
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


def _of_detail(best: Found, reading: Reading, profile: ConfidenceProfile) -> list[Reason]:
    """Doubt a number that is not there, a crossing that is none, a place that is too wide."""
    anchor = best.anchor
    reasons: list[Reason] = []
    number = anchor.number if anchor is not None else None
    is_lost = best.number_state == "missing" or (
        best.number_state == "unknown" and best.precision is _ROAD
    )
    if anchor is not None and is_lost:
        stated = f"{number.number}{number.suffix}" if number is not None else anchor.gate
        reasons.append(("number_not_there", stated))
    is_gate_lost = best.how != "gate" and best.precision is _ESTATE
    if anchor is not None and anchor.gate and is_gate_lost and number is None:
        reasons.append(("number_not_there", anchor.gate))
    if best.precision is _ROAD and anchor is not None and not anchor.others:
        words = (reading.text[t.start : t.end] for t in reading.tokens[anchor.last + 1 :])
        reasons += [("crossing_not_there", word) for word in words if word in _MEETINGS][:1]
    if anchor is not None and anchor.others:
        if best.precision is _ROAD and not anchor.is_section:
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
        if token.value == _AREA.name and _is_misspelt_area(text, best, memory):
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
