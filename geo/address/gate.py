"""What keeps an answer from being accepted without a person: doubts, whatever the confidence."""

from typing import Any

from geo.address.answers import Precision
from geo.address.candidates import Found
from geo.address.choose import Ranked, are_apart
from geo.address.confidence import FEATURES, ConfidenceProfile
from geo.address.context import is_elsewhere
from geo.address.lexicon import Kind, Lexicon
from geo.address.memory import Memory
from geo.address.reading import Anchor, Reading
from geo.address.tables import Role

__all__ = ["GATES", "stopped_by"]

GATES = (
    "no_place",  # only areas, or nothing
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
    "crossing_not_there",
    "crossing_not_said",  # two roads, but not that their crossing is meant
    "from_hint",
    "too_coarse",
    "not_sure",  # the confidence is below the profile's
)
_CLOSED = frozenset((Kind.DOOR, Kind.BUILDING, Kind.UNIT))
_AMBIGUOUS = 0.6
_SECONDARY = FEATURES.index("secondary")
_COARSE = frozenset((
    Precision.COMMUNITY, Precision.TOWNSHIP, Precision.DISTRICT, Precision.CITY,
))  # fmt: skip

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
    else:
        reasons = _of_name(best, lexicon)
        reasons += _of_detail(best, profile)
    reasons += _of_unknown(best, reading, memory)
    reasons += _of_context(best, reading, memory)
    for other, _, _ in ranked[1:]:
        if other.anchor is not best.anchor and other.similarity >= 1 and other.far_others:
            if are_apart(reading, memory, best, other):
                reasons.append(("several_places", _name(memory, other)))
                break
        elif other.anchor is not best.anchor and are_apart(reading, memory, best, other):
            reasons.append(("several_places", _name(memory, other)))
            break
    meant = next((item for item, row, _ in ranked if not row[_SECONDARY]), best)
    if features[_SECONDARY] and meant.anchor is not None:  # it serves to find another place by
        reasons.append(("several_places", _name(memory, meant)))
    if features[-1] >= _AMBIGUOUS:
        n_alike = sum(1 for item, _, _ in ranked if item.anchor is best.anchor)
        reasons.append(("ambiguous", max(n_alike, 2)))
    if confidence < profile.accept_from:
        reasons.append(("not_sure", round(confidence, 2)))
    return reasons


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


def _of_detail(best: Found, profile: ConfidenceProfile) -> list[Reason]:
    """Doubt a number that is not there, a crossing that is none, a place that is too wide."""
    anchor = best.anchor
    reasons: list[Reason] = []
    number = anchor.number if anchor is not None else None
    if anchor is not None and best.number_state == "missing":
        stated = f"{number.number}{number.suffix}" if number is not None else anchor.gate
        reasons.append(("number_not_there", stated))
    if anchor is not None and anchor.others:
        if best.precision is Precision.ROAD and not anchor.is_section:
            reasons.append(("crossing_not_there", anchor.others[0].text))
        elif not anchor.is_crossing_said and not anchor.is_section:
            reasons.append(("crossing_not_said", anchor.others[0].text))
    limit = profile.limits_m.get(str(best.precision), -1.0)
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
