"""Names that nothing announces: 张志强的车, 王五，13800000000, 陈晨、李想等三人, 买买提江."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.lexicon import HAN, read_lexicon
from governance.tickets.privacy.persons import (
    is_alone,
    is_bare_name,
    is_likely_alone,
    is_opening_name,
    is_place,
    is_telltale,
)

__all__ = ["find_alone", "find_foreign", "find_sounded"]

_W = read_lexicon()
_SURE, _GIVEN = "".join(sorted(_W.sure)), "".join(sorted(_W.given))
_BARE = re.compile(f"[{''.join(sorted(_W.frequent))}](?:[{_SURE}][{_GIVEN}]|[{_GIVEN}][{_SURE}])")
_FIRST = "".join(sorted(_W.surnames))
_NAME = f"[{_FIRST}][{HAN}]{{1,2}}"
_TRADE = re.compile(f"[人员长者师工](?P<name>{_NAME})(?![{HAN}])")
_PHONE = re.compile(r"1[3-9]\d[\d \-]{8,10}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]")
_BEFORE_PHONE = re.compile(
    f"(?<![{HAN}])(?P<name>{_NAME})[^\\w]{{0,2}}"
    "(?:的?(?:手机|电话|联系电话|手机号码?)[:： ]{0,2})?$"
)
_BEHIND_PHONE = re.compile(f"[（(，, 、]{{1,2}}(?P<name>{_NAME})(?![{HAN}])")
# Each begins with one character of few, so that the search skips all others fast.
_PERSON = re.compile(
    f"[{_FIRST}](?<![{HAN}].)[{HAN}]{{1,2}}(?=[，,（( ]{{1,2}}(?:[男女](?![{HAN}])"
    f"|[{HAN}]{{1,4}}族))"
)
_SIGNED = re.compile(
    f"[。！!？?\\n—~礼](?<![^敬]礼)[ 　\\-—:：\\n]*(?P<name>{_NAME})[ 　。]*"
    "(?:$|\\n|(?=\\d{4}[年.\\-/]))"
)
_OPENING = re.compile(
    f"(?P<name>{_NAME})(?=来电|致电|反映|咨询|投诉|举报|求助|称其|表示|身份证|电话|手机"
    "|今年\\d|现年|系本|的诉求|同志|本人来电|[ 　]+\\d{4}[年.\\-/])"
)
# Begins with characters that are hardly anything but surnames.
_TELLTALE = re.compile(
    "[亓逄綦仝宓阚谌晁扈臧娄栾邬闫佟靳俎郗雒逯邢邹蔺阎郝缪邸褚薛糜訾蒯邴郦郄厍仉佴谯笪缑禤"
    "酆荀嵇甄卞殷龚裴贲钮汲钭璩庾暨矫訚厉]"
    f"[{_GIVEN}]{{1,2}}"
)
_SAYING = re.compile(
    f"(?:^|[。；;\n！!？?，,])(?P<name>{_NAME})(?=[说称住告于因被在持驾带代去]|要求|希望|建议"
    "|询问|认为|家住|家里|家的|本人|今年|反映|反应|来电|致电|投诉|举报|求助|咨询|表示|等人|受伤|住院)"
)
_BEGINS = re.compile("[。；;\\n（(【]")
_I_AM = re.compile(f"我[是叫][^，。,;；！!\\n]{{1,14}}的(?P<name>{_NAME})(?=[，。,；！!\\s]|$)")
_CLAUSE = re.compile(f"[，,。；;！!\\n](?P<name>{_NAME})(?=[，,。；;！!\\n]|$)")
# Names made of numerals, which other rules would take for numbers.
_PLACEHOLDER = re.compile(
    "张三(?!李)|李四|王五|赵六|王二(?![环路街月年])|[张李王赵刘陈杨孙周吴]老[二三四五六七八]"
    "|[张李王赵刘陈杨孙周吴]二[狗娃蛋妞]"
)
_SEVERAL = re.compile(
    r"[等名位](?:(?<=等)[\d一二三四五六七八九十两几多人户]"
    r"|(?<=[\d一二三四五六七八九十两几].)(?!置))"
)
_ROW = re.compile(f"(?:{_NAME}[、,，和及])+{_NAME}$")
_PART = re.compile(f"[{HAN}]{{2,3}}")
_SOUND = f"[{''.join(sorted(set(_W.sounds)))}]"
_SOUNDED = re.compile(f"{_SOUND}{{1,8}}(?:[·•・‧∙]{_SOUND}+)*")
# Of the sounds those that other words are seldom made of.
_TELLING = frozenset(
    "尔提买艾丽娜扎玛克姆德罗尼库吐逊帕努迪卡斯伊穆依古孜萨卓麦汗其詹弗瑟萝罕默亚彼夫烈德"
)
_FOREIGN = re.compile(
    f"(?:^|(?<=[。；;\n！!？?，,：:员长师工者生人妈爸哥姐弟妹叔婶奶爷机客友教民户主教练保伴胞"
    f"板事属族的叫是找由被跟和与])){_SOUND}{{3,9}}"
)
_DOTTED = re.compile(f"{_SOUND}{{2,8}}·{_SOUND}{{2,8}}")
_BEHIND_FOREIGN = re.compile(
    "[^\u3400-\u9fff*]|$|反映|反应|来电|致电|投诉|举报|求助|咨询|表示|希望|要求|询问|说|称|在|是|被|的"
    "|与|和|向|把|因|签证|护照|电话|手机|本人|先生|女士|老师|同学|教练|今年|不|没|住|家|去|到|想|等"
)
_NO_PERSON = re.compile(
    "特斯拉|玛莎拉蒂|爱马仕|乌鲁木齐|呼和浩特|哈萨克|巴基斯坦|马来西亚|意大利|澳大利亚|俄罗斯|西班牙"
    "|尼泊尔|阿拉伯|阿里|伊斯兰|高尔夫|麦德|卡罗拉|雅马哈|凯迪|迪卡|奥特|古尔邦|奥迪|克拉|拉卡拉"
    "|达利|巴士|丽都|迪士尼|欧尚|普拉|大都|卡拉|罗马|丹麦|印度|亚马|香格里拉|维多利亚|巴黎"
)
_FEWEST_TELLING = 2
_SHORTEST_SOUNDED = 3
_MOST_BEFORE = 14
_LONGEST_ROW = 60


def find_alone(text: str) -> Iterator[tuple[int, int]]:
    """Find the spans of names without label, role or title."""
    for match in _PLACEHOLDER.finditer(text):
        yield match.span()
    for match in _BARE.finditer(text):
        if is_bare_name(text, match.start(), match.end()):
            yield match.span()
    yield from _telltale(text)
    for pattern in (_TRADE, _SIGNED, _I_AM):
        for match in pattern.finditer(text):
            if is_alone(text, *match.span("name")):
                yield match.span("name")
    yield from _openings(text)
    yield from find_foreign(text)
    yield from _beside_numbers(text)
    for match in _SEVERAL.finditer(text):
        yield from _row_before(text, match.start())


def _telltale(text: str) -> Iterator[tuple[int, int]]:
    """Find names that begin with a character of surnames alone: 与綦向阳."""
    for match in _TELLTALE.finditer(text):
        for end in (match.end(), match.start() + 2):
            if is_telltale(text, match.start(), end):
                yield match.start(), end
                break


def _openings(text: str) -> Iterator[tuple[int, int]]:
    """Find the names that sentences begin with, or that are a whole clause: 赵敏来电."""
    for match in _CLAUSE.finditer(text):
        if is_likely_alone(text, *match.span("name")):
            yield match.span("name")
    for match in _SAYING.finditer(text):
        if is_opening_name(text, *match.span("name")):
            yield match.span("name")
    for at in (0, *(match.end() for match in _BEGINS.finditer(text))):
        opening = _OPENING.match(text, at)
        if opening and is_alone(text, *opening.span("name")):
            yield opening.span("name")
    if "男" in text or "女" in text or "族" in text:
        for match in _PERSON.finditer(text):
            if is_alone(text, *match.span()):
                yield match.span()


def _beside_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Find names beside a telephone or ID number: 王五，13800000000."""
    for match in _PHONE.finditer(text):
        beside = (
            _BEFORE_PHONE.search(text, max(0, match.start() - _MOST_BEFORE), match.start()),
            _BEHIND_PHONE.match(text, match.end()),
        )
        for name in beside:
            if name and is_alone(text, *name.span("name")):
                yield name.span("name")


def _row_before(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Give the names in a row before 等三人 or 三名."""
    while end and text[end - 1] in "0123456789一二三四五六七八九十两几":
        end -= 1
    row = _ROW.search(text, max(0, end - _LONGEST_ROW), end)
    if row is None:
        return
    for part in _PART.finditer(row[0]):
        start, stop = row.start() + part.start(), row.start() + part.end()
        if is_alone(text, start, stop):
            yield start, stop


def find_foreign(text: str) -> Iterator[tuple[int, int]]:
    """Find names in foreign sounds at the start of a clause or behind a role: 司机帕尔哈提反映."""
    for match in _DOTTED.finditer(text) if "·" in text else ():
        if sum(c in _TELLING for c in match[0]) >= _FEWEST_TELLING:
            yield match.span()
    for match in _FOREIGN.finditer(text):
        start, end = match.span()
        while end - start > _SHORTEST_SOUNDED and not _BEHIND_FOREIGN.match(text, end):
            end -= 1
        telling = sum(c in _TELLING for c in text[start:end])
        if telling < _FEWEST_TELLING or _NO_PERSON.search(text, start, end + 1):
            continue
        if _BEHIND_FOREIGN.match(text, end) and not is_place(text, end):
            yield start, end


def find_sounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find a name of the minorities around syllables such as 买买提 or 卓玛."""
    for match in _SOUNDED.finditer(text, max(0, start - 6)):
        if match.start() > start:
            return
        if match.end() >= end and len(match[0]) >= _SHORTEST_SOUNDED:
            yield match.span()
            return
