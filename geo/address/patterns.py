"""Numbers, buildings, gates, distances, dates and persons in normalised Chinese text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from geo.address.lexicon import Kind
from geo.address.normal import parse_number

__all__ = ["BEARINGS", "Numbered", "Shift", "find_patterns", "numbered_gate"]

_N = r"[0-9十百千两]{1,5}"
_DIRECTION = "东北|东南|西北|西南|东|南|西|北"
_STEM = "[甲乙丙丁戊附]"
_PERSON = "先生|女士|小姐|同志|老师|师傅|大爷|大妈|阿姨|大叔|奶奶|爷爷|经理|主任|医生|某某|某"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_AMOUNT = (
    "年级|个月|月份|小时|分钟|公里/小时|平方米|平米|平方|号线|路公交车|路公交|路车|年|月|日|天|点|时|分|秒|次|户|人|名|位"
    "|岁|元|块钱|块|万|吨|辆|台|条|处|只|件|家|部|度|班|%|升|斤|厘米|公斤|倍|成|种|起|张|份|个|周"
)
_PLATE = rf"[{_PROVINCES}][a-z]-?[a-z0-9]{{5,6}}"
_NAMED = rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:{_PERSON})"
_DATED = (
    rf"1[3-9]\d{{9}}|0\d{{2,3}}-\d{{7,8}}|(?:{_N}年)?{_N}月(?:{_N}[日号])?"
    r"|\d{1,2}:\d{2}|\d{12,}"
)
_LENGTH = "米|公里|千米|km(?![a-z])|m(?![a-z])"
_ABOUT = "约|大约|大概|差不多|将近|近|不到|不足"
_THERE = "处|左右|远|开外|外|的地方|的位置|的样子"
_OFFSET = (
    rf"(?P<offset>(?:再|继续|一直)?(?:[往向朝]|以)?(?P<bearing>{_DIRECTION})"
    r"(?:侧|边儿?|面|方向|方|头|端|向)?"
    rf"(?:{_ABOUT}|再|继续|直走|走|前行|步行|行|[过去出了个有]){{0,4}}"
    rf"(?P<metres>{_N})[多余来]? {{0,2}}(?P<unit>{_LENGTH})(?:{_THERE})*"
    rf"|(?:{_ABOUT})?(?P<only_metres>{_N})[多余来]?(?P<only_unit>{_LENGTH})(?:{_THERE})+"
    rf"|(?:路|街)?(?P<side>{_DIRECTION})(?:侧|边儿?|面|头|端)(?![门路街角户]|单元))"
)
_CORNER = rf"(?P<corner>(?P<corner_of>{_DIRECTION})角)"
_ROOMS = r"(?P<rooms>(?P<room_building>\d{1,3})-\d{1,2}-\d{2,5}(?:[室号])?)"
_BUILDING = (
    rf"(?P<building>第?(?P<building_number>{_N})(?:-{_N})?"
    r"(?:号楼|#楼|号幢|号栋|号座|幢|栋|座|#|号院?楼|斋)"
    r"|(?P<letter>[a-z])(?P<letter_number>\d{0,2})(?:座|栋|号楼|楼|幢))"
)
_DOOR = (
    rf"(?P<door>(?:门牌号?|路牌|牌号)?(?P<stem>{_STEM})?(?P<number>{_N})(?:-{_N})?(?P<letter_behind>[a-f])?"
    r"号(?!线|门)"
    rf"(?P<tail>(?:-|之){_N}(?!-)(?:号)?|(?:附{_N}号?)"
    r"|[甲乙丙丁戊a-f](?![\u4e00-\u9fff]?[座栋区]))?"
    rf"(?:大院|院内|院|弄)?|(?P<lane>{_N})弄(?:{_N}号)?)"
)
_GATE = (
    rf"(?P<gate>(?P<gate_name>(?:{_DIRECTION}|正|大|后|侧|旁|偏|前|小|[东南西北]{_N}|{_N}号)门)"
    r"(?:口处|口|外|岗亭|门岗|处)?)"
)
_UNIT = (
    rf"(?P<unit_of>第?{_N}(?:-{_N})?(?:号)?(?:单元|门洞)"
    rf"|(?:{_DIRECTION}|[中左右])[侧边面头手]?(?:单元|门洞|户(?!外|内|型|口|主|外))|{_N}门|地下{_N}层|{_N}层|{_N}[室户](?!外|内)"
    rf"|{_N}楼|中[心央](?:花园|广场|绿地|草坪)|地下(?:车库|停车场)|\d{{3,4}}(?!\d))"
)
_EXTENSION = (
    rf"(?P<extension>(?:{_N}|[a-z])期|[东南西北中][区苑园院里]|(?:[a-z]|{_N})区|[东南西北中]段"
    rf"|第?{_N}(?:村民|居民|生产)?(?:小组|组|小队|队)|{_N}[巷条村])"
)
_COUNT = rf"(?P<amount>{_N}[多余来几]?(?:{_AMOUNT}))"
_BARE = (
    rf"(?P<bare>(?<=[路街巷道弄同])(?P<bare_stem>{_STEM})?"
    r"(?P<bare_number>\d{1,3}|\d?十\d?)"
    r"(?![\da-z/:.~号路线单层楼室米%十百千万多几-]|[ 、,]\d"
    r"|[下直个到些带段边侧条片样般起次天月年日点分秒家人名位辆只头群堆排座棵块户旁早晚半夜道处时旦再])"
    ")"
)
_DIGITS, _LETTERS, _WAYS = "0123456789", "abcdefghijklmnopqrstuvwxyz", "东南西北"
_NUMERALS, _STEMS = _DIGITS + "十百千两", "甲乙丙丁戊附"
_PERSONAL = ((_PLATE, _PROVINCES), (_NAMED, _SURNAMES), (_DATED, _NUMERALS))
_OTHERS = (
    (_OFFSET, _NUMERALS + _WAYS + "再继一以往向朝约大差将近不路街"),
    (_CORNER, _WAYS),
    (_ROOMS, _DIGITS),
    (_BUILDING, _NUMERALS + _LETTERS + "第"),
    (_DOOR, _NUMERALS + _STEMS + "门路牌"),
    (_GATE, _NUMERALS + _WAYS + "正大后侧旁偏前小"),
    (_UNIT, _NUMERALS + _WAYS + "第中左右地"),
    (_EXTENSION, _NUMERALS + _LETTERS + _WAYS + "第中"),
    (_COUNT, _NUMERALS),
    (_BARE, _DIGITS + _STEMS + "十"),
)
"""What is sought, with the characters that it can begin with; the first that fits wins."""


def _by_first_character() -> dict[str, re.Pattern[str]]:
    """Compile what can begin with a character, for each one: most can begin little."""
    patterns: dict[str, re.Pattern[str]] = {}
    for first in {c for _, characters in (*_PERSONAL, *_OTHERS) for c in characters}:
        personal = "|".join(text for text, characters in _PERSONAL if first in characters)
        texts = [f"(?P<personal>{personal})"] if personal else []
        texts += [text for text, characters in _OTHERS if first in characters]
        patterns[first] = re.compile("|".join(texts))  # kept by ``re``: equal ones are one
    return patterns


_PATTERNS = _by_first_character()
_STARTS = re.compile("[" + "".join(sorted(_PATTERNS)) + "]")
_KINDS = {
    "personal": Kind.PERSONAL,
    "offset": Kind.OFFSET,
    "corner": Kind.CORNER,
    "rooms": Kind.BUILDING,
    "building": Kind.BUILDING,
    "door": Kind.DOOR,
    "bare": Kind.DOOR,
    "gate": Kind.GATE,
    "unit_of": Kind.UNIT,
    "extension": Kind.EXTENSION,
    "amount": Kind.PERSONAL,
}
BEARINGS = {
    "北": 0.0, "东北": 45.0, "东": 90.0, "东南": 135.0,
    "南": 180.0, "西南": 225.0, "西": 270.0, "西北": 315.0,
}  # fmt: skip
"""Degrees clockwise from north."""
_METRES = {"米": 1.0, "m": 1.0, "公里": 1000.0, "千米": 1000.0, "km": 1000.0}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A house or building number; ``suffix`` as stored with doors (甲, A, 之1)."""

    number: int
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A direction and a distance, each None where it is not said."""

    bearing_deg: float | None = None
    distance_m: float | None = None


Value = Numbered | Shift | str | None


def _number(text: str) -> int:
    found = parse_number(text, 0)
    return found[0] if found is not None else -1


def _value(kind: str, match: re.Match[str]) -> Value:
    """Read what a match says."""
    reader = _READERS.get(kind)
    return reader(match) if reader is not None else None


def _door(match: re.Match[str]) -> Numbered:
    get = match.group
    if get("lane"):
        return Numbered(_number(get("lane")), "弄")
    tail = (get("letter_behind") or get("tail") or "").rstrip("号")
    return Numbered(_number(get("number")), (get("stem") or "") or tail.replace("-", "之"))


def _building(match: re.Match[str]) -> Numbered:
    get = match.group
    if get("letter"):
        return Numbered(_number(get("letter_number") or "0"), get("letter").upper())
    return Numbered(_number(get("building_number")))


def _shift(match: re.Match[str]) -> Shift:
    get = match.group
    if get("side"):
        return Shift(BEARINGS[get("side")], None)
    if get("only_metres"):
        return Shift(None, _number(get("only_metres")) * _METRES[get("only_unit")])
    return Shift(BEARINGS[get("bearing")], _number(get("metres")) * _METRES[get("unit")])


_READERS: dict[str, Callable[[re.Match[str]], Value]] = {
    "door": _door,
    "bare": lambda match: Numbered(
        _number(match.group("bare_number")), match.group("bare_stem") or ""
    ),
    "building": _building,
    "rooms": lambda match: Numbered(_number(match.group("room_building"))),
    "corner": lambda match: Shift(BEARINGS[match.group("corner_of")], None),
    "gate": lambda match: str(match.group("gate_name")),
    "offset": _shift,
}


def numbered_gate(name: str) -> Numbered | None:
    """Read the number of a numbered gate: 12 of 12号门; None where it has none."""
    number = _number(name)
    return Numbered(number) if number >= 0 else None


def find_patterns(text: str) -> list[tuple[int, int, Kind, Value]]:
    """Find numbers and what is said with them.

    Parameters
    ----------
    text
        Normalised.

    Returns
    -------
    found
        Start, end, kind and value of each, in order, not overlapping. Cost O(length).
    """
    found = []
    at = 0
    for start in _STARTS.finditer(text):
        i = start.start()
        if i < at:
            continue
        match = _PATTERNS[text[i]].match(text, i)
        if match is not None:
            at = match.end()
            name = match.lastgroup or ""  # the one that encloses all others
            found.append((i, at, _KINDS[name], _value(name, match)))
    return found
