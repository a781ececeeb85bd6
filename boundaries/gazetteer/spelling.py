"""Further spellings that follow from a name: short forms of areas and estates, and pinyin."""

from collections.abc import Sequence

from pypinyin import lazy_pinyin

from geo.address.tables import Level

_ENDINGS: dict[Level, tuple[str, ...]] = {
    Level.PROVINCE: (
        "维吾尔自治区", "回族自治区", "壮族自治区", "特别行政区", "自治区", "省", "市",
    ),
    Level.CITY: ("自治州", "地区", "盟", "市"),
    Level.DISTRICT: ("经济技术开发区", "新区", "区", "县", "市"),
    Level.TOWNSHIP: ("街道办事处", "地区办事处", "街道", "地区", "镇", "乡"),
    Level.COMMUNITY: (
        "社区居民委员会", "社区居委会", "村民委员会", "居民委员会", "村委会", "居委会",
        "社区", "村",
    ),
}  # fmt: skip
_KEPT = {
    "社区居民委员会": "社区", "社区居委会": "社区", "村民委员会": "村", "村委会": "村",
    "街道办事处": "街道", "地区办事处": "地区",
}  # fmt: skip
_ESTATE_ENDING = "小区"
_SHORTEST = 2
_SHORTEST_PINYIN = 6


def short_forms(name: str, level: Level) -> list[str]:
    """Give the shorter forms of a name that people use.

    Parameters
    ----------
    name
        Name of an area, or of an estate with level NONE.
    level
        Its level.

    Returns
    -------
    forms
        At least two characters each: 柳林街道办事处 gives 柳林街道 and 柳林; 桂岗小区 gives 桂岗.
    """
    if level is Level.NONE:
        stem = name.removesuffix(_ESTATE_ENDING)
        return [stem] if stem != name and len(stem) >= _SHORTEST else []
    for ending in _ENDINGS[level]:
        stem = name.removesuffix(ending)
        if stem != name and len(stem) >= _SHORTEST:
            return [stem + _KEPT[ending], stem] if ending in _KEPT else [stem]
    return []


def to_pinyin(names: Sequence[str]) -> list[str]:
    """Write names in pinyin without tones and spaces; empty for short ones and for other scripts.

    Notes
    -----
    About 10 microseconds a character.
    """
    spelled = []
    for name in names:
        text = "".join(lazy_pinyin(name)).lower() if not name.isascii() else ""
        is_plain = text.isascii() and text.isalnum() and len(text) >= _SHORTEST_PINYIN
        spelled.append(text if is_plain else "")
    return spelled
