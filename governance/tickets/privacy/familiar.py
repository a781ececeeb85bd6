"""Surnames that familiar words give away: 老张头, 小李, 张某, 姓王, 刘总."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon
from governance.tickets.privacy.persons import is_place
from governance.tickets.privacy.titled import CALLED

__all__ = ["find_familiar"]

_W = read_lexicon()
_HAN = re.compile(f"[{HAN}]")
_COMPOUND = any_of(_W.compound)
_FREQUENT = "".join(sorted(_W.frequent))
_FAMILIAR = re.compile(
    f"(?:老(?<![最古年养父元].)|小(?<![大中最较].))([{_FREQUENT}])(?=(?<=老.)头(?!村"
    f"|庄|家)|家|说|他|她|你|您|把|在|也|又|和|是|的|老是|总是|天天|[^{HAN}*]|$)"
)
_FAMILIAR_CUED = re.compile(
    "(?:物业|保安|社区|邻居|楼上|楼下|隔壁|对门|客服|中介|管家|快递|店员|师傅|同事"
    f"|司机|房东|叫|找|跟|那个)的?[老小]([{_FREQUENT}])(?!.?[路村庄街巷])"
)
_PLAIN_FAMILIAR = re.compile(
    f"[老小](?<![大中最较古年养父元王李张刘陈].)([{''.join(sorted(_W.common - set('林叶汪')))}])"
)
_BEHIND_FAMILY = re.compile(
    f"[家头的]?[{HAN}]{{0,3}}?(?:店|铺|馆|摊|坊|面|烧烤|火锅|粥|饼|肉|鸡|鱼|超市|村|庄"
    "|胡同|巷|街|路)"
)
_PLAIN = "".join(sorted(_W.frequent | (_W.surnames - _W.doubtful)))
_SOME = re.compile(f"(?:{_COMPOUND}|[{_PLAIN}])$")
_SURNAMED = re.compile(
    f"姓(?<![百同何啥么].)(?<!(?<!免)贵.)(?![名氏别什啥甚])[ 　]?({_COMPOUND}"
    f"|[{''.join(sorted(_W.surnames))}])(?:名([{HAN}]{{1,2}}))?"
)
_SURNAME_FIRST = re.compile(
    f"([{_PLAIN}])姓(?=[居市村群业老男女先商住租租某员人妇])|(?:弓长|立早|木子|耳东"
    f"|双木|口天|古月|言午|草头|走肖|三横)([{_FREQUENT}])"
)
_SPELT = ("弓长", "立早", "木子", "耳东", "双木", "口天", "古月", "言午", "草头", "走肖", "三横")
_BRACKETED = re.compile(
    f"[:：(（ ](?<=[人话主系\\d].)(?<![人话主系] )([{_FREQUENT}])(?=[)）。，,；\\s]|$)"
)
_PET_NAME = re.compile(
    "(?:儿子|女儿|孙子|孙女|外孙|孩子|宝宝|小孩|闺女|侄女|侄子|小名|乳名|叫)(?:叫"
    f"|是)?(([{HAN}])\\2)(?!\\2)"
)
_NOT_PET_NAMES = frozenset(
    (
        "天天", "常常", "刚刚", "慢慢", "好好", "看看", "等等", "往往", "每每", "仅仅", "偏偏",
        "渐渐", "频频", "明明", "纷纷", "时时", "处处", "人人", "个个", "家家", "早早", "爸爸",
        "妈妈", "爷爷", "奶奶", "哥哥", "姐姐", "弟弟", "妹妹", "叔叔", "上上", "下下", "吃吃",
        "听听", "多多", "连连", "久久", "一一", "样样", "单单", "统统", "老老", "问问", "查查",
        "管管",
    )
)  # fmt: skip
_NEIGHBOUR = re.compile(
    "(?:楼上|楼下|隔壁|对门|对面|邻居|东边|西边|南边|北边|后院|前院)(?:的"
    f"|老)?([{_FREQUENT}])家(?=[的在把养漏装天又也常总])"
)
_CHILD = re.compile(
    f"[阿小](?<![大中最较].)([{''.join(sorted(_W.sure))}])(?=说|的|家|他|她|把|在|也"
    f"|被|是|妈|爸|[^{HAN}*]|$)"
)
_NOT_CHILD = frozenset(
    (
        "小英",
        "小店",
        "小国",
        "小军",
        "小宝",
        "小菊",
        "小雪",
        "小梅",
        "阿里",
        "小信",
        "小志",
        "小义",
        "小财",
    )
)
_SHORT = re.compile(f"[{_FREQUENT}](?:{any_of(_W.short_titles)})")
_SHORT_BEHIND = {
    "总": re.compile("[是共额算体部数量站价要有被把会得归而之]"),
    "工": re.compile("[作人地程业厂资会具伤期商序艺头友种龄]"),
    "队": re.compile("[伍员长列]"),
    "导": re.compile("[致航游演购师向]"),
    "婆": re.compile("婆"),
    "爷": re.compile("爷"),
    "奶": re.compile("[奶粉茶牛]"),
    "姐": re.compile("[姐妹夫]"),
    "哥": re.compile("[哥们]"),
    "叔": re.compile("叔"),
    "伯": re.compile("[伯特]"),
    "姨": re.compile("[姨妈]"),
    "婶": re.compile("婶"),
    "嫂": re.compile("子"),
}
_BEFORE_SHORT = frozenset("婆员洁师工嫂姨的有业楼下上门壁居区理") | CALLED


def find_familiar(text: str) -> Iterator[tuple[int, int]]:
    """Find the spans of surnames that 老, 小, 某, 姓 or a short title gives away."""
    for match in _SHORT.finditer(text):
        if _is_short(text, match.start(), match.end()):
            yield match.start(), match.start() + 1
    for pattern in (_BRACKETED, _NEIGHBOUR):
        for match in pattern.finditer(text):
            yield match.span(1)
    if "老" in text or "小" in text or "阿" in text:
        yield from _old_and_young(text)
    if "某" in text:
        yield from _some(text)
    yield from _pet_names(text)
    if "姓" in text or any(word in text for word in _SPELT):
        yield from _surnamed(text)


def _surnamed(text: str) -> Iterator[tuple[int, int]]:
    """Find surnames that are said to be one: 姓王, 陈姓居民, 弓长张."""
    for match in _SURNAME_FIRST.finditer(text):
        yield match.span(match.lastindex or 0)
    for match in _SURNAMED.finditer(text):
        yield match.span(1)
        if match[2]:
            yield match.span(2)


def _pet_names(text: str) -> Iterator[tuple[int, int]]:
    """Find the names of children: 女儿叫婷婷."""
    for match in _PET_NAME.finditer(text):
        if match[1] not in _NOT_PET_NAMES:
            yield match.span(1)


def _old_and_young(text: str) -> Iterator[tuple[int, int]]:
    """Find 老张 and 小李; not 老王烧烤 and 小高层."""
    for match in _CHILD.finditer(text):
        if match[0] not in _NOT_CHILD:
            yield match.span(1)
    for match in _FAMILIAR.finditer(text):
        if match[0] not in _W.starts and not _BEHIND_FAMILY.match(text, match.end()):
            yield match.span(1)
    for match in _PLAIN_FAMILIAR.finditer(text):
        at = match.start(1)
        if text[at : at + 2] in _W.starts or _BEHIND_FAMILY.match(text, at + 1):
            continue
        if text[at + 1 : at + 2] not in _W.place_ends and not is_place(text, at + 1):
            yield match.span(1)
    for match in _FAMILIAR_CUED.finditer(text):
        if text[match.start(1) : match.start(1) + 2] not in _W.starts:
            yield match.span(1)


def _some(text: str) -> Iterator[tuple[int, int]]:
    """Find the surname of 张某."""
    at = text.find("某")
    while at >= 0:
        some = _SOME.search(text, max(0, at - 2), at)
        if some and text[max(0, some.start() - 1) : some.end()] not in _W.ends:
            yield some.span()
        at = text.find("某", at + 1)


def _is_short(text: str, start: int, end: int) -> bool:
    """Whether 张姐, 李总 … is a person: such characters end many other words."""
    before = text[start - 1] if start else ""
    if before and text[start - 1 : start + 1] in _W.ends:
        return False
    if _SHORT_BEHIND[text[end - 1]].match(text, end):
        return False
    return not before or not _HAN.match(before) or before in _BEFORE_SHORT
