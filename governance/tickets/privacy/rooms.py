"""Room numbers: the door of a home is masked, its building stays."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = [
    "find_apartments",
    "find_sides",
    "find_spoken",
    "following_rooms",
    "room_at",
    "rooms_before",
    "small_chain",
]

_ROOM = re.compile(r"[a-z]?\d{3,4}[a-z]?|\d{1,2}[a-z]\d{0,2}")
_SMALL = re.compile(r"\d{1,2}[a-z]?")
_NOT_BEHIND = re.compile(
    r"[*]| ?(?:年|月|日|天(?!天)|点|时|分|秒|元|块|万|千|百|米|平|㎡|公里|人|名|位|个|辆|台"
    r"|度|吨|斤|公斤|克|次|份|张|件|家(?!漏|养|装)|路|间|%|:\d|\.\d"
    r"|多|余|几|来|左右|楼(?![上下道])|栋|幢|座|单元|层|弄|级|周岁|岁|套|条|只|倍|班"
    r"|床|期|摄|国道|省道|县道|医院|专线|热线|号(?:楼|院|线|门|桌|机|窗|柜|库|井|诊)"
    r"|报警|急救|急诊|车厢|次列车"
    r"|办公|会议|教室|诊|病|自习|候诊|接待|档案|商铺|服装|专卖|户(?:居民|业主|人|家|住"
    r"|商|村|群众|以上|中|已|未))"
)
_SAID = re.compile(
    r"(?:室(?!\d厅)|房间|寝室|宿舍|号房(?!屋)|房(?![间子价贷租产屋本东管型源门])|号室)"
)
_OCCUPIED = re.compile(
    r"(?:[、,和与]\d{3,4})*的?(?:业主|住户|租户|租客|房客|房主|房东|邻居|那家|这家|一家|两家|那户"
    r"|人家|的人|[家屋](?!居民|业主|住户|商户|企业|单位|店|公司)|户(?!居|业|住|村|群"
    r"|人|以|已|均|未|都|中|型|籍)"
    r"|漏|渗|没水|没电|没暖|停水|停电|停暖|暖气|装修|空调|马桶|厨房|卫生间|阳台|老太"
    r"|老人|租给|门前|门口)"
)
_DOORLIKE = re.compile(r"\d{1,2}(?:0[1-9]|[1-4]\d)")
_MARK = r"(?:号楼|号院|楼|号|栋|幢|座|斋|#|单元|门洞|门|梯|层|排|弄|期|院|塔|阁|间|室|舍)"
_JOIN = r"[ ,，\-(:：第]{0,2}"
_MARKED = (
    rf"(?:[\da-z十百甲乙丙丁戊东西南北中#]{_MARK}(?:的"
    rf"|之)?{_JOIN}(?:[\d十]{{1,3}}[楼层]{_JOIN})?[甲乙丙丁戊]?-?)"
)
_CHAINED = r"(?:(?<![\d.\-:/a-z])(?:[a-z]?\d{1,3}(?:--?|/|#-?|号?[栋楼幢座]-?|单元-?)){2,4})"
_PAIRED = r"(?:(?<=[\u3400-\u9fff ,，(])(?:\d{1,2}|[a-z]\d{0,2}|\d{1,2}[a-z])--?)"
_CUED = (
    r"(?:(?P<estate>[村苑园里府城寓庭居轩阁湾墅郡]|小区)|(?:楼上|楼下|隔壁|对门|对面"
    r"|那户|这户|那家|宾馆|酒店|旅馆"
    r"|邻居|我家|我们家|我们|家是|我住|家住|住在|住|我在|我们在|租的?|房间?编?号|房间号码|房间"
    r"|寝室|宿舍|公寓|门牌号|我是|室号"
    r"|户室|室)[是为在:： (（的]{0,3})"
)
_LEFT = re.compile(
    rf"(?:(?P<chained>{_CHAINED})|(?P<marked>{_MARKED})|(?P<paired>{_PAIRED})|(?P<cued>{_CUED}))$"
)
_LEFT_ENDS = frozenset(
    "们甲乙丙丁戊塔间舍阁楼号栋幢座斋#元洞门梯层区弄期院"
    " -,，(（:：/上村苑府城寓庭轩阁湾墅郡下壁面居家住租的是为在室户之馆店第排"
)
_SMALL_LEFT = re.compile(r"(?:\d(?:(?:单元|门|号?楼|栋|幢|座|[楼层])[ ,\-]?|号))$")
_ROOM_BEHIND = re.compile(r"室(?![\d*]?厅)")
_SMALL_BEHIND = re.compile(r"(?:号(?![楼院线门窗柜库桌诊车电])|室|户(?!人|居|业|住))(?![\d*]?厅)")
_DOUBLE = re.compile(r"\d{1,2}-\d{1,2}(?![-\d]|单元|层|号楼|栋|楼|门|号)")
_DOUBLE_LEFT = re.compile(
    r"(?:单元|(?:房号|房间号|室号)[是为:： ]{0,2}|\d[栋楼幢座]|(?<![\d\-])\d{1,3}-\d{1,2}-)$"
)
_RANGE = re.compile(r"[/~\-]\d")
_GOES_ON = re.compile("[\u3400-\u9fff\\-/~.:]")
_SHOP = re.compile(r"(?:商场|广场|大厦|车位|编号|杆号|车库|第)[\d\- a-z层楼]*$")
_SIDE = re.compile(
    r"(?:[\d十顶底](?:楼|层)|单元)[的靠,]?(?P<room>[东西南北中左右a-h][边侧手首]?(?:户(?![外型])|室))"
    r"|单元(?P<gate>[东西中左右])门(?!口)|\d[楼层](?P<letter>[a-h])[座房门](?!口)"
)
_SPOKEN = re.compile(
    r"(?<![\d十百千])(?P<tens>[2-5]?十\d?0[1-9])(?![\d十年月日天点分元块万米人个路号])"
    r"|(?<=[楼间舍院区房苑园])(?P<lettered>[甲乙丙丁戊]-?\d{2,4})(?![\d号楼路栋])"
)
_NEXT = re.compile(
    r"(?:室|户|房)?(?:[、,，/和与及跟~\-]|以及|还有| |至|到)+(?P<room>\d{3,4}"
    r"|0[1-9](?=[、,室户 ]|$))(?!\d)"
)
_BEFORE = re.compile(
    r"(?<![\d\-.])(?P<room>[a-z]?\d{3,4})(?:室|户|房)?(?:[、,和与及跟/~\-]|以及|至|到)$"
)
_SMALL_CHAIN = re.compile(
    r"(?:\d{1,2}-\d{1,2}-|\d{1,2}f-)(?P<room>\d{1,2})(?![\d\-./:年月日]|号楼|[个人天])"
)
_ENGLISH = re.compile(
    r"(?:apt|apartment|unit|suite|ste|rm|room|flat)\b\.?,? ?#? ?(?:no\.?"
    r" ?)?(?P<room>#?[a-z]?-?\d{1,5}-?[a-z]?(?![\da-z])|[a-z](?![\da-z']))"
    r"|#(?P<number>\d{1,4}[a-z]?)(?![\da-z])"
)
_NOT_NUMBERED = re.compile(
    r"(?:request|case|ticket|sr|route|bus|line|pole|number|order|lot|gate|exit|pump"
    r"|engine|district|ward|stop|car|issue)s?[.,]? $"
)
_EMERGENCY = frozenset(("110", "119", "120", "122", "114", "911", "311"))
_MOST_BEFORE = 14
_NO_ROOM_BEHIND = frozenset("-.年路街道巷线")


def room_at(flat: str, start: int, end: int) -> tuple[int, int] | None:
    """Say whether a run of letters and digits is the number of a room: its span, or None."""
    before = flat[start - 1 : start]
    is_room = _ROOM.fullmatch(flat, start, end) is not None
    if is_room and flat[start:end] not in _EMERGENCY:
        if _SAID.match(flat, end):
            return start, end
        if before in _LEFT_ENDS and _is_room(flat, start, end):
            return start, end
        if (
            _DOORLIKE.fullmatch(flat, start, end)
            and _OCCUPIED.match(flat, end)
            and before not in _NO_ROOM_BEHIND
        ):
            return start, end
    if before not in _LEFT_ENDS or not _SMALL.fullmatch(flat, start, end):
        return None
    return _small_room(flat, start, end)


def _is_room(flat: str, start: int, end: int) -> bool:
    if _NOT_BEHIND.match(flat, end):
        return False
    left = _LEFT.search(flat, max(0, start - _MOST_BEFORE), start)
    if left is None:
        return False
    if left["chained"] is None and left["marked"] is None and _RANGE.match(flat, end):
        return False
    if left["paired"]:
        return not _SHOP.search(flat[: left.start()])
    return left["estate"] is None or not _GOES_ON.match(flat, end)


def _small_room(flat: str, start: int, end: int) -> tuple[int, int] | None:
    """Read 5门12号, 2单元1室, 3单元7-2."""
    left = max(0, start - _MOST_BEFORE)
    double = _DOUBLE.match(flat, start)
    if double and _DOUBLE_LEFT.search(flat, left, start):
        return double.span()
    behind = _ROOM_BEHIND if flat[start - 1] == "号" else _SMALL_BEHIND
    if behind.match(flat, end) and _SMALL_LEFT.search(flat, left, start):
        return start, end
    return None


def rooms_before(flat: str, start: int) -> Iterator[tuple[int, int]]:
    """Give the rooms named in a row before one: 301、302室."""
    match = _BEFORE.search(flat, max(0, start - _MOST_BEFORE), start)
    while match:
        yield match.span("room")
        start = match.start("room")
        match = _BEFORE.search(flat, max(0, start - _MOST_BEFORE), start)


def small_chain(flat: str, start: int) -> tuple[int, int] | None:
    """Read 8-1-9 behind the name of an estate: building, unit and door."""
    match = _SMALL_CHAIN.match(flat, start)
    return match.span("room") if match and flat[start - 1 : start].isalpha() else None


def following_rooms(flat: str, at: int) -> Iterator[tuple[int, int]]:
    """Give the rooms named in a row after one: 501、502、601."""
    match = _NEXT.match(flat, at)
    while match and not _NOT_BEHIND.match(flat, match.end()):
        yield match.span("room")
        match = _NEXT.match(flat, match.end("room"))


def find_spoken(flat: str) -> Iterator[Finding]:
    """Find rooms said with tens or a letter of old: 十二零三, 筒子楼甲-215."""
    for match in _SPOKEN.finditer(flat):
        yield Finding(Kind.ROOM, *match.span(match.lastgroup or 0))


def find_sides(flat: str) -> Iterator[Finding]:
    """Find doors said by their side: 五楼东户."""
    for match in _SIDE.finditer(flat):
        yield Finding(Kind.ROOM, *match.span(match.lastgroup or 0))


def find_apartments(flat: str) -> Iterator[Finding]:
    """Find rooms in English words: apt 4B, #210."""
    for match in _ENGLISH.finditer(flat):
        before = flat[max(0, match.start() - _MOST_BEFORE) : match.start()]
        if match["room"]:
            if not before[-1:].isalpha() or not before[-1:].isascii():
                yield Finding(Kind.ROOM, *match.span("room"))
        elif before[-1:] == " " and not _NOT_NUMBERED.search(before):
            yield Finding(Kind.ROOM, *match.span("number"))
