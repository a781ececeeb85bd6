"""Names before titles: 张先生, 王建国老师."""

import re

from governance.tickets.privacy.lexicon import HAN, read_lexicon

__all__ = ["CALLED", "start_before"]

_W = read_lexicon()
_HAN = re.compile(f"[{HAN}]")
_PERSONAL = frozenset(
    (
        "先生", "女士", "小姐", "同志", "大爷", "大妈", "大娘", "大叔", "大婶", "大哥",
        "大姐", "大嫂", "阿姨", "叔叔", "伯伯", "奶奶", "爷爷", "婆婆",
        "老太太", "老太", "老爷子", "太太", "夫人",
    )
)  # fmt: skip
_BUSINESS = re.compile(
    "[的家]?(?:牛肉|羊肉|红烧|面馆|拉面|面庄|包子|烧烤|火锅|口腔|诊所|门诊|烤|饭店"
    "|饭馆|餐|酒|茶|串|鸡|鸭|鱼|豆|粥|饼|糕|馄饨|饺|米线|粉店|超市|商店|药|铺|店|馆"
    "|坊|美容|美发|理发|修脚|足疗|足浴|推拿|按摩|开锁|搬家|麻辣|零食)"
)
CALLED = frozenset("他她你我喊这那请找叫是让跟和与对给转问向由被的位及同您好")
"""Characters behind which a name can begin."""
_FOREIGN = re.compile(f"[{''.join(sorted(set(_W.sounds)))}]+[斯尔特克逊顿森娜莎拉夫基姆翰]$")
_LONGEST_FOREIGN = 6
_JOINING = frozenset("向和应从由代与")
"""Surnames that are nearly always other words before a title: 向主任反映, 和经理沟通."""
_WHOLE_ONLY = frozenset(("老人", "家属", "烈士"))
"""Titles before which a surname alone is another word: 有利于老人."""
_POLITE = frozenset(("先生", "女士", "小姐", "同志"))
_NOT_LAST = frozenset("林龙金石江雷康文华平明国武史云方成安白高")


def start_before(text: str, end: int, behind: int, title: str) -> int | None:
    """Find where the name before a title begins.

    Parameters
    ----------
    text
        The text.
    end, behind
        Where the title begins and ends.
    title
        Its word.

    Returns
    -------
    start
        None where no name stands before it, or it belongs to a business (李先生牛肉面).
    """
    if text[end - 1 : end] == "家" and text[end - 2 : end - 1] in _W.frequent:
        end -= 1  # 李家大爷
    last = text[end - 1 : end] if end else ""
    if not last or not _HAN.match(last) or _BUSINESS.match(text, behind):
        return None
    for length in (4, 3, 2):
        at = end - length
        if at >= 0 and text[at : at + 2] in _W.compound:
            return at
    if last not in _W.frequent or last in _NOT_LAST:
        for length in (3, 2):
            start = end - length
            if start >= 0 and _is_whole(text, start, end):
                return start
    if title in _WHOLE_ONLY:
        return None
    only = _surname_only(text, end, title)
    return _foreign(text, end) if only is None else only


def _is_whole(text: str, start: int, end: int) -> bool:
    surname, given = text[start], text[start + 1 : end]
    if surname not in _W.surnames or any(c not in _W.given for c in given):
        return False
    if text[start : start + 2] in _W.starts or text[end - 2 : end] in _W.ends:
        return False
    if start and text[start - 1 : start + 1] in _W.ends:
        return False
    if surname in _W.common:
        return True
    is_first = start == 0 or not _HAN.match(text[start - 1]) or text[start - 1] in CALLED
    if is_first and surname in _W.frequent:
        return True
    return any(c in _W.sure for c in given) and (is_first or surname in _W.frequent)


def _surname_only(text: str, end: int, title: str) -> int | None:
    last = text[end - 1]
    if last not in _W.surnames:
        return None
    if text[max(0, end - 2) : end] in _W.ends or text[max(0, end - 3) : end] in _W.ends:
        return None
    before = text[end - 2 : end - 1] if end > 1 else ""
    is_first = not before or not _HAN.match(before) or before in CALLED
    if last in _JOINING:
        return end - 1 if is_first and title in _POLITE else None
    if last in _W.frequent or last not in _W.doubtful or is_first or title in _PERSONAL:
        return end - 1
    return None


def _foreign(text: str, end: int) -> int | None:
    """Find the start of a name of other sounds: 史密斯先生."""
    match = _FOREIGN.search(text, max(0, end - _LONGEST_FOREIGN), end)
    return match.start() if match else None
