"""Sentences for the reasons of an answer, in Chinese and English."""

from governance.book.terms import STEP_NAMES, Step
from governance.owner.answer import Reason

__all__ = ["LANGUAGES", "REASONS", "explain"]

LANGUAGES = ("zh", "en")

REASONS: dict[str, tuple[str, str]] = {
    # taken
    "taken": ("规则适用，由其主办", "the rule applies: it answers"),
    "ruled": ("按现场责任划分{0}({1})归属", "by the ruling {0} of {1}"),
    "agreed": ("按边界协议{1}({0})归属", "by border agreement {1} ({0})"),
    "shared_lead": ("{0}个主体共同负责，由其牵头", "shared by {0} bodies, it leads"),
    "shared": ("共同负责", "shares the duty"),
    "disputed_lead": (
        "{0}个同级主体均可负责且未约定，首接负责由其牵头",
        "{0} equal bodies and no agreement: it leads as first receiver",
    ),
    "nearest": (
        "位于区划缝隙，距最近边界{0:.1f}米，暂归最近的区域",
        "in a gap, {0:.1f} m from the nearest area, which is taken for now",
    ),
    "on_border_lead": (
        "恰在{0}个区域的边界上，权属待定，暂由其牵头",
        "exactly on the border of {0} areas: undecided, it leads for now",
    ),
    "district_instead": (
        "街道/乡镇边界上权属待定，由属地区政府兜底",
        "undecided between townships: the district government answers as fallback",
    ),
    # left
    "disputed": ("与{0}同级，未约定共同负责", "equal to {0} and no shared duty is declared"),
    "on_border_left": ("恰在边界上，权属待定", "exactly on the border: undecided"),
    "same_body": ("与{0}为同一主体", "the same body as by {0}"),
    "barred": ("派单目录规定该事项不由此环节办理", "the catalogue bars this step for the category"),
    "later_step": ("前序环节“{0}”已确定主体", 'the earlier step "{0}" has answered'),
    "other_category": ("该事项不归其管理", "it does not answer for this category"),
    "expired": ("规则已于{0}失效", "the rule ended on {0}"),
    "not_yet": ("规则自{0}起生效", "the rule takes effect on {0}"),
    "caller": ("仅适用于{0}诉求", "only for {0} callers"),
    "out_of_reach": (
        "距离{0:.1f}米，超出{1:.1f}米的管理范围",
        "{0:.1f} m away, beyond its reach of {1:.1f} m",
    ),
    "other_side": ("仅管理其{0}侧", "only for its {0} side"),
    "no_district": ("位置不在任何区内，无从确定职能部门", "in no district, so no department"),
    "no_body": (
        "规则指向“{0}”，但没有登记对应的主体",
        'the rule names "{0}", and no body is recorded',
    ),
    "body_expired": ("{0}已于{1}撤销", "{0} ended on {1}"),
    "body_not_yet": ("{0}自{1}起设立", "{0} exists from {1}"),
    "lower_precedence": ("优先级低于{0}", "lower precedence than {0}"),
    "farther": ("比距离{0:.1f}米的同类更远", "farther than the one at {0:.1f} m"),
    "neighbour": (
        "相邻区域，距此{0:.1f}米，在位置精度以内",
        "neighbouring area {0:.1f} m away, within the accuracy of the place",
    ),
    "moved": ("按边界协议{1}({0})不归此侧", "by border agreement {1} ({0}) not on this side"),
    # what would change the answer
    "if_across": (
        "若实际位置越过{1:.1f}米外的边界，则归{0}",
        "across the border {1:.1f} m away: {0}",
    ),
    "if_nearer": (
        "若实际位置靠近{1:.1f}米以上，则归{0}",
        "if the place were over {1:.1f} m nearer: {0}",
    ),
    "if_farther": (
        "若实际位置远离{1:.1f}米以上，则归{0}",
        "if the place were over {1:.1f} m farther away: {0}",
    ),
    "if_ruled": ("有现场责任划分或边界协议后即可确定", "a ruling or an agreement would settle it"),
    "until": ("该规则于{0}失效", "the rule ends on {0}"),
    "if_renewed": ("若{0}(已于{1}失效)续期", "if {0}, which ended on {1}, were renewed"),
    "if_recorded": ("若登记附近的{0}部件权属", "if the owner of a {0} near by were recorded"),
    "if_caller": ("若为{0}诉求，则归{1}", "for {0} callers: {1}"),
    "if_category": ("其他事项可能归{0}({1})", "for other categories perhaps {0} ({1})"),
}
"""Chinese and English for each code; the numbers in braces stand for its values."""

_VALUES: dict[str, tuple[str, str]] = {
    **{step.value: names for step, names in STEP_NAMES.items()},
    "personal": ("个人", "personal"),
    "enterprise": ("企业", "enterprise"),
    "left": ("左", "left"),
    "right": ("右", "right"),
}


def explain(reason: Reason, language: str = "zh") -> str:
    """Write a reason as a sentence without a full stop.

    Parameters
    ----------
    reason
        Code and values.
    language
        ``zh`` or ``en``.

    Raises
    ------
    KeyError
        The code is unknown.
    ValueError
        The language is neither.
    """
    at = _language(language)
    code, *values = reason
    said = [_VALUES[v][at] if isinstance(v, str) and v in _VALUES else v for v in values]
    return REASONS[str(code)][at].format(*said)


def step_name(step: Step, language: str = "zh") -> str:
    """Give the name of a step; ValueError for a language other than those of :func:`explain`."""
    return STEP_NAMES[step][_language(language)]


def _language(language: str) -> int:
    if language not in LANGUAGES:
        message = f"no sentences in {language!r}; use one of {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return LANGUAGES.index(language)
