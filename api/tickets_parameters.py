"""Query parameters of tickets, declared once, and the query that they make."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Path, Query, Request
from pydantic import AwareDatetime

from api.errors import BodyFormatError
from governance.tickets.errors import TicketError

__all__ = [
    "AreaCode",
    "AreaLayer",
    "Bbox",
    "BodyCode",
    "CategoryStart",
    "ChannelKey",
    "CountFlag",
    "Cursor",
    "HandlerCode",
    "IncidentCode",
    "IncidentId",
    "LanguageText",
    "OverdueFlag",
    "PageLimit",
    "ReceivedFrom",
    "ReceivedTo",
    "RequestTypeKey",
    "ReviewFlag",
    "States",
    "TicketId",
    "Words",
    "bbox_of",
    "following_page",
    "require_area_pair",
    "states_of",
]

TicketId = Annotated[str, Path(description="工单编号 / Id of a ticket", max_length=64)]
IncidentId = Annotated[str, Path(description="事件编号 / Id of an incident", max_length=64)]
AreaLayer = Annotated[
    str,
    Query(
        max_length=100,
        description="图层，与 area 同用 / Layer of the area",
        examples=["township"],
    ),
]
AreaCode = Annotated[
    str,
    Query(
        max_length=100,
        description="区域代码，与 layer 同用 / Code of an area of that layer",
        examples=["990101002"],
    ),
]
CategoryStart = Annotated[
    str,
    Query(
        max_length=100,
        description="类别代码，或其开头 / Category code or its beginning",
        examples=["08"],
    ),
]
BodyCode = Annotated[
    str, Query(max_length=100, description="责任主体代码 / Code of the body that the rules name")
]
HandlerCode = Annotated[
    str, Query(max_length=100, description="承办单位代码 / Code of the body that holds it now")
]
States = Annotated[
    str,
    Query(
        max_length=200,
        description="状态，可多个，逗号分隔 / States, comma separated",
        examples=["dispatched,signed,handling"],
    ),
]
ChannelKey = Annotated[str, Query(max_length=100, description="渠道 / Key of a channel")]
RequestTypeKey = Annotated[
    str, Query(max_length=100, description="诉求类型 / Key of a type of request")
]
ReviewFlag = Annotated[
    str,
    Query(
        max_length=100,
        description="待审原因，any 为任一 / Waits for this reason; `any`: for any",
        examples=["place_unclear"],
    ),
]
OverdueFlag = Annotated[
    bool | None, Query(description="是否超期未答复 / Past its deadline without a reply")
]
ReceivedFrom = Annotated[
    AwareDatetime | None,
    Query(
        description="受理时间自(含)，带时区(+ 写作 %2B) / Received from on, with zone",
        examples=["2026-11-23T00:00:00+08:00"],
    ),
]
ReceivedTo = Annotated[
    AwareDatetime | None, Query(description="受理时间至(不含)，带时区 / Received before, with zone")
]
Words = Annotated[
    str,
    Query(
        max_length=500,
        description="标题、正文、地址(已脱敏)中的词，空格分隔，须全部出现"
        " / Words that all stand in masked title, text or address",
        examples=["井盖 松动"],
    ),
]
IncidentCode = Annotated[str, Query(max_length=64, description="归入的事件 / Id of its incident")]
Bbox = Annotated[
    str,
    Query(
        max_length=200,
        description="西,南,东,北，CGCS2000 度 / West, south, east, north in degrees",
        examples=["116.40,39.90,116.42,39.92"],
    ),
]
PageLimit = Annotated[int, Query(ge=1, le=1000, description="每页条数 / Page size")]
Cursor = Annotated[
    str, Query(max_length=200, description="上一页 next 中的位置 / From `next` of the page before")
]
CountFlag = Annotated[bool, Query(description="是否数出全部命中 / Whether to count all matches")]
LanguageText = Annotated[
    Literal["zh", "en"],
    Query(description="导出文件的列名与名称 / Language of an exported file"),
]
_BBOX_NUMBERS = 4


def require_area_pair(layer: str, area: str) -> None:
    """Refuse an area without its layer, and a layer without an area.

    Raises
    ------
    TicketError
        Names the one that is there.
    """
    if bool(layer) != bool(area):
        raise TicketError("layer", layer, "give layer and area together")


def bbox_of(text: str) -> tuple[float, float, float, float] | None:
    """Read four numbers parted by commas; None for nothing.

    Raises
    ------
    BodyFormatError
        They are not four numbers.
    """
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != _BBOX_NUMBERS:
        raise BodyFormatError(
            f"bbox {text!r}: give west,south,east,north in degrees", value=text, field="bbox"
        )
    west, south, east, north = numbers
    return west, south, east, north


def following_page(request: Request, cursor: str) -> str | None:
    """Give the address of the next page; None where there is none."""
    if not cursor:
        return None
    kept = [(name, value) for name, value in request.query_params.items() if name != "cursor"]
    parts = [f"{name}={quote(value, safe='')}" for name, value in [*kept, ("cursor", cursor)]]
    return f"{request.scope['path']}?{'&'.join(parts)}"


def states_of(text: str) -> tuple[str, ...]:
    """Read states parted by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
