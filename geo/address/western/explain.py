"""Words for the reasons of Western answers, Chinese and English by code; {0} is the first value."""

from typing import Final

__all__ = ["WESTERN_LOST_BY", "WESTERN_REASONS"]

_PARTS: Final = {
    "before": ("方向词", "direction"),
    "kind": ("街道类型", "type of street"),
    "after": ("后置方向词", "direction after the name"),
}
_FITS: Final = {
    "lacking": ("文中没有写“{{0}}”的{0}", "the text does not state the {0} of “{{0}}”"),
    "extra": ("“{{0}}”没有文中所写的{0}", "“{{0}}” has no {0}, which the text states"),
    "other": ("“{{0}}”的{0}与文中不同", "the {0} of “{{0}}” differs from the text"),
}

WESTERN_REASONS: Final[dict[str, tuple[str, str]]] = {
    "western_points": ("“{0}”的门牌号{1}已登记", "number {1} of “{0}” is known"),
    "western_range": (
        "号码{1}在“{0}”一侧的号段之内", "number {1} lies within a range on its side of “{0}”",
    ),
    "western_other_side": (
        "号码{1}只在“{0}”对面一侧的号段之内",
        "number {1} lies only within a range of the other side of “{0}”",
    ),
    "western_gap": (
        "号码{1}在“{0}”两个号段之间", "number {1} lies between two ranges of “{0}”",
    ),
    "western_beyond": ("号码{1}略超出“{0}”的号段", "number {1} lies a little beyond “{0}”"),
    "western_crossing": ("“{0}”与“{1}”相交", "“{0}” and “{1}” cross"),
    "western_street": ("街道“{0}”已登记", "the street “{0}” is known"),
    "western_spelling": ("街名拼写只是相近（{0}）", "the name is only spelled similarly ({0})"),
    "western_left_out": ("“{0}”没有解释", "“{0}” is not explained"),
    "western_name_differs": (
        "街名的方向词或类型与文中不符", "direction or type differ from the text",
    ),
    "western_no_number": ("没有号码{0}", "there is no number {0}"),
    "western_no_crossing": ("没有找到交叉口", "no crossing was found"),
    "western_whole_street": ("只知道街道，长{0}米", "only the street is known, {0} m long"),
    "western_number_beyond": ("号码{0}超出已知号段", "number {0} lies beyond the known ranges"),
    "western_other_place": ("文中提到外地“{0}”", "“{0}” is another city"),
    "western_contested": ("“{0}”几乎同样可能", "“{0}” fits nearly as well"),
    "western_below_threshold": ("置信度{0}低于{1}", "the confidence {0} is below {1}"),
    "western_no_street": ("文中没有街道", "the text names no street"),
    "western_unknown_street": ("没有街道“{0}”", "no street “{0}” is known"),
    **{
        f"western_{part}_{fit}": (zh.format(part_zh), en.format(part_en))
        for part, (part_zh, part_en) in _PARTS.items()
        for fit, (zh, en) in _FITS.items()
    },
}  # fmt: skip
"""Reasons of candidates and of decisions."""

WESTERN_LOST_BY: Final[dict[str, tuple[str, str]]] = {
    "western_before": ("方向词与文中不同", "its direction differs from the text"),
    "western_kind": ("街道类型与文中不同", "its type differs from the text"),
    "western_after": ("后置方向词与文中不同", "its direction after the name differs from the text"),
    "western_spelling": ("街名拼写只是相近", "its name is only spelled similarly"),
    "western_number": ("没有该号码", "the number fits it less"),
}
"""Why a runner-up lost."""
