"""Room numbers: the door of a home is masked, its building stays."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_rooms"]

_ROOM = r"(?:[a-z]?\d{3,4}[a-z]?|\d{1,2}[a-z]\d{0,2}(?![a-z\d]))"
_NOT_BEHIND = (
    r"(?![\da-z*]| ?(?:年|月|日|天|点|时|分|秒|元|块|万|千|百|米|平|㎡|公里|人|名|位|个|辆|台|度|吨|斤|公斤|克|次|份|张|件|家|路|间|%|:\d|\.\d"
    r"|多|余|几|来|左右|栋|幢|座|单元|层|弄|级|周岁|岁|套|条|只|倍|班|床|期|摄|国道|省道|县道|医院|专线|热线|号(?:楼|院|线|门|桌|机|窗|柜|库|井)|报警|急救|急诊|车厢"
    r"|(?:办公|会议|教|诊|病|自习|候诊|接待|档案|商|服装|专卖)|户(?:居民|业主|人|家|住|商|村|群众|以上|中|已|未)|[/~-]\d))"
)
_MARK = r"(?:号楼|号院|楼|号|栋|幢|座|斋|#|单元|门洞|门|梯|层|区|弄|期|院)"
_JOIN = r"[ ,\-(:]{0,2}"
_BEHIND_MARK = re.compile(
    rf"[\da-z十百甲乙丙丁戊东西南北]{_MARK}(?:的|之)?{_JOIN}(?:(?:[\d十]{{1,3}}[楼层]){_JOIN})?(?P<room>{_ROOM}|\d{{1,2}}-\d{{1,2}}(?![-\d]|单元|层|号楼|栋|楼|门)){_NOT_BEHIND}"
)
_CHAIN = re.compile(
    rf"(?<![\d.\-:/a-z])[a-z]?\d{{1,3}}(?P<gap>-{{1,2}}|/|#|栋-?|楼-?|幢-?|座-?)\d{{1,2}}(?:-|/|单元-?)(?P<room>\d{{1,2}}-\d{{1,2}}(?![\d-])|[a-z]?\d{{2,4}}[a-z]?{_NOT_BEHIND})"
)
_PAIR = re.compile(
    rf"(?<=[\u3400-\u9fff ,(])(?P<first>\d{{1,2}}|[a-z]\d{{0,2}}|\d{{1,2}}[a-z])-{{1,2}}(?P<room>\d{{3,4}}[a-z]?){_NOT_BEHIND}"
)
_SAID = re.compile(
    rf"(?<![\da-z.\-])(?P<room>[a-z]?\d{{3,4}}[a-z]?|(?<=[楼栋幢号座元门层])\d{{1,2}}[a-z]?)(?:室(?!\d厅)|房间|号房|房(?![间子价贷租产屋本东管型源])|号室)"
)
_CUED = re.compile(
    rf"(?:楼上|楼下|隔壁|对门|对面|邻居|我家|我们家|我住|家住|住在|住|租的?|房间?编?号|室号|户室)(?:[是为在:的 (]{{0,3}})(?P<room>{_ROOM}){_NOT_BEHIND}"
)
_OCCUPIED = re.compile(
    r"(?<![\d\-.a-z年])(?P<room>\d{1,2}(?:0[1-9]|[1-4]\d))(?=的?(?:业主|住户|租户|租客|房客|房主|房东|邻居|那家|这家|一家|那户|人家))"
)
_FLOOR_DOOR = re.compile(
    r"[\d十](?:楼|层)(?:的)?(?:(?P<room>[\d十]{1,2})(?:号|室|户)(?![楼院线门窗柜库桌诊电]|车)|(?P<side>[东西南北中左右][边侧手首]?)(?:户(?!外)|室))"
    r"|单元(?:的)?(?P<unit_side>[东西南北中左右][边侧手首]?)(?:户(?!外)|室)"
)
_SMALL_DOOR = re.compile(r"\d(?:单元|门|号?楼|栋|幢|座|号)[ ,\-]?(?P<room>\d{1,2})(?:号(?![楼院线门窗柜库桌]|车)|室)(?![\d*]?厅)")
_NEXT = re.compile(rf"(?:室|户|房)?(?:[、,/和与及跟]|以及|还有| )+(?P<room>\d{{3,4}}){_NOT_BEHIND}")
_ENGLISH = re.compile(
    r"(?<![a-z])(?:apt|apartment|unit|suite|ste|rm|room|flat)\b\.?,? ?#? ?(?:no\.? ?)?(?P<room>#?[a-z]?-?\d{1,5}-?[a-z]?(?![\da-z])|[a-z](?![\da-z']))"
    r"|(?<=[a-z.,] )(?P<number>#\d{1,4}[a-z]?)(?![\da-z])"
)
_NOT_NUMBERED = re.compile(r"(?:request|case|ticket|sr|route|bus|line|pole|number|order|lot|gate|exit|pump|engine|district|ward|stop|car|issue)s?[.,]? $")
_SHOP = re.compile(r"(?:商场|广场|大厦|中心|mall|市场|车位|编号|杆号|第)[\d\- a-z层楼]*$")
_EMERGENCY = frozenset(("110", "119", "120", "122", "114", "911", "311"))
_HOUSE_NUMBER = re.compile(r"号(?!室|房)")


def find_rooms(flat: str) -> Iterator[Finding]:
    """Find room numbers in a flattened text; spans may overlap."""
    for start, end in _spans(flat):
        if flat[start:end] not in _EMERGENCY:
            yield Finding(Kind.ROOM, start, end)


def _spans(flat: str) -> Iterator[tuple[int, int]]:
    for pattern in (_BEHIND_MARK, _CHAIN, _PAIR, _SAID, _CUED, _OCCUPIED, _SMALL_DOOR):
        for match in pattern.finditer(flat):
            if pattern is _PAIR and _SHOP.search(flat[: match.start()]):
                continue
            yield match.span("room")
            yield from _following(flat, match.end("room"))
    for match in _FLOOR_DOOR.finditer(flat):
        yield match.span(match.lastgroup or 0)
    for match in _ENGLISH.finditer(flat):
        if match["room"]:
            yield match.span("room")
        elif not _NOT_NUMBERED.search(flat[: match.start()]):
            yield match.span("number")


def _following(flat: str, at: int) -> Iterator[tuple[int, int]]:
    """Give the rooms named in a row after one: 501、502、601."""
    match = _NEXT.match(flat, at)
    while match:
        yield match.span("room")
        match = _NEXT.match(flat, match.end("room"))
