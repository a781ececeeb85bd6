"""Names before titles (张先生, 王建国老师), behind 老 and 小, before 某 and behind 姓."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon

__all__ = ["find_titled"]

_W = read_lexicon()
_HAN = re.compile(f"[{HAN}]")
_TITLE = re.compile(any_of(_W.titles))
_SHORT = re.compile(rf"(?P<title>{any_of(_W.short_titles)})")
_COMPOUND = any_of(_W.compound)
_PERSONAL = frozenset(
    "先生 女士 小姐 同志 大爷 大妈 大娘 大叔 大婶 大哥 大姐 大嫂 阿姨 叔叔 伯伯 奶奶 爷爷 婆婆 老太太 老太 "
    "老爷子 太太 夫人".split()
)
_BUSINESS = re.compile(
    "[的家]?(?:牛肉|羊肉|红烧|面馆|拉面|面庄|包子|烧烤|火锅|口腔|诊所|门诊|烤|饭店|饭馆|餐|酒|茶|串|鸡|鸭|鱼|豆|粥|饼|糕|馄饨|饺|米线|粉店|超市|商店|药|铺|店|馆|坊|美容|美发|理发)"
)
_FAMILIAR_NAMES = "".join(sorted(_W.common - set("马")))
_FAMILIAR = re.compile(
    f"(?<![大中最较古年养父元{_FAMILIAR_NAMES}])[老小]([{_FAMILIAR_NAMES}马])(?=头(?!村|庄|家)|家|说|他|她|你|您|把|在|也|又|和|的|老是|总是|天天|[^{HAN}*]|$)"
)
_BEHIND_FAMILY = re.compile(f"[家头的]?[{HAN}]{{0,3}}?(?:店|铺|馆|摊|坊|面|烧烤|火锅|粥|饼|肉|鸡|鱼|超市|村|庄|胡同|巷|街|路)")
_SOME = re.compile(f"({_COMPOUND}|[{''.join(sorted(_W.common))}])(?=某)")
_SURNAMED = re.compile(f"(?<![百同贵何啥么])姓(?![名氏别什啥甚])[ 　]?({_COMPOUND}|[{''.join(sorted(_W.surnames))}])(?:名([{HAN}]{{1,2}}))?")
_NAMED_MOST = 3
_CALLED = frozenset("请找叫是让跟和与对给转问向由被的位及同")
_STRONG = _W.common - frozenset("林龙金石江雷康文华平明国武史云")


def find_titled(text: str) -> Iterator[tuple[int, int]]:
    """Find the spans of names that a title, 老, 小, 某 or 姓 gives away."""
    for match in _TITLE.finditer(text):
        start = _before(text, match.start(), match[0])
        if start is not None and not _BUSINESS.match(text, match.end()):
            yield start, match.start()
    for match in _SHORT.finditer(text):
        start = _before_short(text, match.start(), match.end())
        if start is not None:
            yield start, match.start()
    for match in _FAMILIAR.finditer(text):
        if not _BEHIND_FAMILY.match(text, match.end()):
            yield match.span(1)
    for match in _SOME.finditer(text):
        yield match.span(1)
    for match in _SURNAMED.finditer(text):
        yield match.span(1)
        if match[2]:
            yield match.span(2)


def _before(text: str, end: int, title: str) -> int | None:
    """Where the name before a title begins; None where there is none."""
    last = text[end - 1 : end]
    if not last or not _HAN.match(last):
        return None
    for n_given in (2, 1, 0):
        at = end - n_given - 2
        if at >= 0 and text[at : at + 2] in _W.compound and text[at + 1 : end] not in _W.ends:
            return at
    if last in _STRONG:
        return _one(text, end, title)
    for length in (3, 2):
        start = end - length
        if start >= 0 and _is_whole(text, start, end):
            return start
    return _one(text, end, title)


def _is_whole(text: str, start: int, end: int) -> bool:
    surname, given = text[start], text[start + 1 : end]
    if surname not in _W.surnames or any(c not in _W.given for c in given):
        return False
    if text[start : start + 2] in _W.starts or text[end - 2 : end] in _W.ends:
        return False
    if text[start - 1 : start + 1] in _W.ends:
        return False
    if surname in _W.common:
        return True
    is_first = start == 0 or not _HAN.match(text[start - 1]) or text[start - 1] in _CALLED
    return is_first and any(c in _W.sure for c in given)


def _one(text: str, end: int, title: str) -> int | None:
    last = text[end - 1]
    if last not in _W.surnames or text[end - 2 : end] in _W.ends or text[end - 3 : end] in _W.ends:
        return None
    before = text[end - 2 : end - 1]
    is_first = not before or not _HAN.match(before) or before in _CALLED
    if last in _W.common or is_first or title in _PERSONAL:
        return end - 1
    return None


_SHORT_BEHIND = {
    "总": re.compile("[是共额算体部数量站价要有被把会得归而之]"),
    "工": re.compile("[作人地程业厂资会具伤期商序艺头友种龄]"),
    "队": re.compile("[伍员长列]"),
    "导": re.compile("[致航游演购师向]"),
    "婆": re.compile("[婆]"), "爷": re.compile("[爷]"), "奶": re.compile("[奶粉茶牛]"),
    "姐": re.compile("[姐妹夫]"), "哥": re.compile("[哥们]"), "叔": re.compile("[叔]"),
    "伯": re.compile("[伯特]"), "姨": re.compile("[姨妈]"), "婶": re.compile("[婶]"), "嫂": re.compile("[子]"),
}  # fmt: skip


def _before_short(text: str, end: int, behind: int) -> int | None:
    """The same before 姐, 总, 工 …, which end many other words: only 张姐, 李总."""
    last = text[end - 1 : end] if end else ""
    if last not in _STRONG or text[end - 2 : end] in _W.ends:
        return None
    if _SHORT_BEHIND[text[end]].match(text, behind):
        return None
    before = text[end - 2 : end - 1]
    if before and _HAN.match(before) and before not in _CALLED and before not in "业楼下上门壁居区":
        return None
    return end - 1
