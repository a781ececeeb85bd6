"""One sentence, Chinese or English, for what an answer rests on and why it was decided so."""

from collections.abc import Callable
from typing import Any

from geo.address.answers import Candidate, Decision, GeocodeAnswer, PartRole
from geo.address.western.explain import WESTERN_LOST_BY, WESTERN_REASONS

__all__ = ["explain_answer", "explain_candidate"]

_MOST_IGNORED = 16

_CODES: dict[str, tuple[str, str]] = {
    "matched": ("名称“{0}”相符", "the name “{0}” is in the text"),
    "similar_name": ("名称只是相近（{0}）", "the name is only similar ({0})"),
    "number_exact": ("门牌号已登记", "its number is known"),
    "number_estimated": ("门牌号按相邻号码推算", "its number was placed between known ones"),
    "number_missing": ("没有这个号码", "it has no such number"),
    "number_unknown": ("号码没有登记", "its numbers are not known"),
    "support": ("与文中{0}个区划一致", "{0} stated area(s) hold it"),
    "hint_support": ("与{0}项工单字段一致", "{0} field(s) of the ticket agree"),
    "conflict": ("不在文中所说的“{0}”", "it is not in “{0}”, which the text states"),
    "hint_conflict": ("与工单字段“{0}”不符", "the ticket's field “{0}” disagrees"),
    "near_others": ("与文中另一地点相邻", "another place of the text is near"),
    "far_others": ("与文中另一地点相距远", "another place of the text is far"),
    "distance": ("距离{0}米", "{0} m away"),
    "no_place": ("只认出区划，没有具体地点", "only an area was found, no place in it"),
    "short_name": ("只有社区简称，没有其他依据", "only the short form of a community is given"),
    "offset_not_read": (
        "“{0}”没有找到起点",
        "it is not clear from where “{0}” is meant",
    ),
    "longer_name": (
        "名称后面还有“{0}”，可能是另一个地点",
        "“{0}” behind the name may make it another",
    ),
    "unexplained_left": (
        "名称前有{0}个字没有解释",
        "{0} character(s) before the name are not explained",
    ),
    "unexplained_between": (
        "区划与名称之间有{0}个字没有解释",
        "{0} character(s) between area and name are not explained",
    ),
    "unexplained_right": (
        "名称后有{0}个字没有解释",
        "{0} character(s) behind the name are not explained",
    ),
    "unknown_name": (
        "“{0}”像地名但地名库中没有",
        "“{0}” looks like a name that the gazetteer does not have",
    ),
    "area_conflict": ("与文中的“{0}”不符", "the text states “{0}”, which does not hold it"),
    "elsewhere": ("文中提到外地“{0}”", "“{0}” is in another city"),
    "several_places": ("文中还有另一地点“{0}”", "the text names another place, “{0}”"),
    "ambiguous": ("有{0}处同名或同样可能", "{0} places fit equally well"),
    "number_not_there": ("没有登记{0}号", "number {0} is not known there"),
    "crossing_not_there": ("没有找到与“{0}”的交叉口", "no crossing with “{0}” was found"),
    "crossing_not_said": (
        "没有说明是与“{0}”的交叉口",
        "it is not said that the crossing with “{0}” is meant",
    ),
    "from_hint": ("地点只来自工单字段", "the place is only a field of the ticket"),
    "too_coarse": ("精度只有{0}米", "it is known only to {0} m"),
    "not_sure": ("置信度{0}不够", "the confidence {0} is too low"),
    "nothing_found": ("没有认出地名库中的地点", "no place of the gazetteer was found"),
    **WESTERN_REASONS,
}
"""Chinese and English by code; {0} is the first value."""

_LOST_BY: dict[str, tuple[str, str]] = {
    "official": ("名称不完整", "its name is not given in full"),
    "short": ("只是简称", "only its short form is given"),
    "fuzzy": ("名称只是相近", "its name is only similar"),
    "dissimilarity": ("名称不够相近", "its name is less similar"),
    "length": ("名称较短", "its name is shorter"),
    "support": ("不在文中所说的区划", "the stated areas do not hold it"),
    "hint_support": ("与工单字段不符", "the ticket's fields do not agree"),
    "conflict": ("不在文中所说的区划", "the stated area does not hold it"),
    "other_area": ("不在文中提到的区划", "an area of the text does not hold it"),
    "hint_conflict": ("与工单字段不符", "a field of the ticket disagrees"),
    "number_exact": ("没有登记该号码", "its number is not known"),
    "number_estimated": ("没有该号码", "its number cannot be placed"),
    "number_missing": ("没有该号码", "it has no such number"),
    "gap": ("前后有字没有解释", "characters around its name are not explained"),
    "extended": ("名称之外还有字，可能另有所指", "more stands behind its name"),
    "near_others": ("离文中另一地点远", "it is not near the other place of the text"),
    "far_others": ("离文中另一地点远", "it is far from the other place of the text"),
    "secondary": ("文中只作参照", "the text names it only to find the place by"),
    "vague": ("范围太大", "it is too wide"),
    "community": ("只到社区", "it is a whole community"),
    "coarse": ("范围较大", "it is wider"),
    **WESTERN_LOST_BY,
}
_SAME = ("同样可能", "it fits as well")


def _sentences(reasons: tuple[tuple[Any, ...], ...], at: int) -> list[str]:
    """Turn codes into clauses; a code without words is left out."""
    found = []
    for code, *values in reasons:
        if code in _CODES:
            found.append(_CODES[code][at].format(*values))
        elif code == "runner_up":
            label, feature = values[0], values[1]
            why = _LOST_BY.get(feature, _SAME)[at]
            found.append(f"次选“{label}”{why}" if at == 0 else f"next was “{label}”: {why}")
    return found


def explain_candidate(candidate: Candidate, language: str) -> str:
    """Say why a candidate stands where it stands.

    Parameters
    ----------
    candidate
        Of an answer.
    language
        ``zh`` or ``en``.

    Returns
    -------
    sentence
        One sentence.
    """
    at = 0 if language == "zh" else 1
    clauses = _sentences(candidate.reasons, at)
    if at == 0:
        return f"{candidate.label}：" + "，".join(clauses or ["见匹配部分"]) + "。"
    return f"{candidate.label}: " + "; ".join(clauses or ["see its parts"]) + "."


def _ignored(answer: GeocodeAnswer) -> str:
    texts = [p.text.strip(" ，。,.") for p in answer.parts if p.role is PartRole.IGNORED]
    longest = max(texts, key=len, default="")
    return longest if len(longest) <= _MOST_IGNORED else longest[:_MOST_IGNORED] + "…"


def _chinese(answer: GeocodeAnswer) -> str:
    pieces = []
    best = answer.best
    if best is not None:
        words = "、".join(f"“{part.text}”" for part in best.parts) or "工单字段"
        verb = {
            Decision.ACCEPTED: "自动采用", Decision.REVIEW: "首选", Decision.REFUSED: "首选",
        }[answer.decision]  # fmt: skip
        pieces.append(f"根据{words}{verb}“{best.label}”")
    if ignored := _ignored(answer):
        pieces.append(f"忽略了“{ignored}”")
    reasons = _sentences(answer.reasons, 0)
    if answer.decision is Decision.REVIEW:
        pieces.append("需人工确认")
    elif answer.decision is Decision.REFUSED:
        pieces.append("不予定位")
    return "，".join([*pieces, *reasons]) + "。"


def _english(answer: GeocodeAnswer) -> str:
    pieces = []
    best = answer.best
    if best is not None:
        words = ", ".join(f"“{part.text}”" for part in best.parts) or "a field of the ticket"
        verb = "accepted" if answer.decision is Decision.ACCEPTED else "best guess"
        pieces.append(f"{verb} “{best.label}” by {words}")
    if ignored := _ignored(answer):
        pieces.append(f"ignored “{ignored}”")
    if answer.decision is Decision.REVIEW:
        pieces.append("left to a person")
    elif answer.decision is Decision.REFUSED:
        pieces.append("refused")
    return "; ".join([*pieces, *_sentences(answer.reasons, 1)]) + "."


def explain_answer(answer: GeocodeAnswer, language: str) -> str:
    """Say what was matched, what ignored, why it was decided so and why the runner-up lost.

    Parameters
    ----------
    answer
        Of the geocoder.
    language
        ``zh`` or ``en``.

    Returns
    -------
    sentence
        One sentence.
    """
    make: Callable[[GeocodeAnswer], str] = _chinese if language == "zh" else _english
    return make(answer)
