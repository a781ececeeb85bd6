"""Names that the grammar of a clause gives away: 修电梯的覃大力, 维吾尔族艾克拜尔, 应为萧红."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.lexicon import HAN, read_lexicon
from governance.tickets.privacy.persons import is_opening_name, is_place

__all__ = ["find_in_clauses"]

_W = read_lexicon()
_NAME = f"[{''.join(sorted(_W.surnames))}][{HAN}]{{1,2}}"
_END = (
    "(?=[说称住告于因被在持驾带代去不没把从给对向是的就也都又还]|要求|希望|反映|反应|来电|致电|投诉"
    f"|举报|咨询|求助|这个?人|此人|一家|[^{HAN}*]|$)"
)
# What somebody does before the name of who does it; rooms and floors before who lives there.
_WHO_DOES = re.compile(
    f"(?:[管收修卖看开带办装教送租盖](?:[{HAN}]{{1,6}})|负责[{HAN}]{{0,6}}|接待[{HAN}]{{0,4}}"
    f"|值班|带头|领头)的(?P<name>{_NAME}){_END}"
)
_WHO_LIVES = re.compile(f"(?:[层楼]|单元|[\\d*]室?的|门的|户的)(?P<name>{_NAME}){_END}")
_WHO_SPEAKS = re.compile(
    f"(?:^|[，,。；;！!\\n])(?:我|本人|鄙人)(?P<name>{_NAME})(?=[，,以住是来在家])"
)
_WRITTEN = re.compile(
    f"(?:写成|写的|写为|应为|应是|改为|改成|实为|登记成|登记为|错成)(?:是|了)?(?P<name>{_NAME})(?=[，,。；;了]|$)"
)
_HOME = re.compile(
    f"(?:^|[，,。；;！!\\n])(?P<name>{_NAME})(?=家[的和与跟空养狗门漏装把在又天]|这个?人|此人|[：:])"
)
_NATION = re.compile(
    "(?:[回满壮苗彝藏傣白侗瑶黎蒙古维吾尔哈萨克朝鲜羌畲佤锡伯土家撒拉东乡]族|(?<![学户书古典祖党原美国])籍|国人|洲人)"
    "(?:同胞|小伙子?|姑娘|妇女|男子|女子|学生|留学生|妻子|丈夫|媳妇|老人|居民|村民|商人|学员|青年|女孩|男孩)?"
    "(?!同胞|学生|留学|人士|教练|员工|男子|女子|老师|自治)"
    f"(?P<name>(?!的|在|人|是|来|居|村|和|与|餐|饭|食|服|风|文|歌|舞|学|教|聚|中|小|大)[{HAN}·]{{2,6}}?)"
    f"(?=反映|反应|咨询|求助|求职|来电|投诉|表示|希望|要求|在[^{HAN}]?|被|没|说|称|[^{HAN}·*]|$)"
)
_BY_NAME = re.compile(
    f"(?:有个|一个|那个|儿子|女儿|孩子|保安|邻居|老公|老婆|老板|伙计)叫(?P<name>[{HAN}]{{2}})"
    "(?=的[人男女保司店老小孩师工经业邻]|[，,。]|$)"
)
_CHECKED = (
    (("的",), _WHO_DOES),
    (("楼", "层", "单元", "的"), _WHO_LIVES),
    (("我", "本人", "鄙人"), _WHO_SPEAKS),
    (("写", "为", "应是", "改", "登记", "错"), _WRITTEN),
    (("家", "人", "：", ":"), _HOME),
)
"""Patterns, and words without which they find nothing: looking for those first is faster."""


def find_in_clauses(text: str) -> Iterator[tuple[int, int]]:
    """Find the spans of names that stand where a clause tells of a person."""
    for words, pattern in _CHECKED:
        if not any(word in text for word in words):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if is_opening_name(text, start, end) and not is_place(text, end):
                yield start, end
    yield from _nations(text)
    if "叫" in text:
        for match in _BY_NAME.finditer(text):
            given = match["name"]
            if all(c in _W.given for c in given) and any(c in _W.sure for c in given):
                yield match.span("name")


def _nations(text: str) -> Iterator[tuple[int, int]]:
    """Find names behind a nation or a country: 维吾尔族艾克拜尔."""
    if "族" in text or "籍" in text or "国人" in text:
        for match in _NATION.finditer(text):
            if not is_place(text, match.end()):
                yield match.span("name")
