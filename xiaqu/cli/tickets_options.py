"""Options that several commands about tickets have: which tickets, in what form."""

from datetime import datetime
from typing import Annotated

import typer

from governance.clocks.calendar import CHINA_TIME

__all__ = [
    "BodyOption",
    "CategoryOption",
    "ChannelOption",
    "CommunityOption",
    "DistrictOption",
    "FromOption",
    "GridOption",
    "HandlerOption",
    "IncidentOption",
    "JsonOption",
    "OverdueOption",
    "ReviewOption",
    "StateOption",
    "TextOption",
    "TicketArgument",
    "ToOption",
    "TownshipOption",
    "TypeOption",
    "in_china",
]

_WHICH = "筛选 · Which tickets"
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · As JSON")]
TicketArgument = Annotated[
    str, typer.Argument(metavar="ID", help="系统编号 T… · Id of the ticket, T and 16 signs")
]
StateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state", metavar="STATE", help="状态，可重复 · State; repeatable", rich_help_panel=_WHICH
    ),
]
CategoryOption = Annotated[
    str,
    typer.Option(
        "--category",
        metavar="CODE",
        help="事项编码开头 · Start of the code",
        rich_help_panel=_WHICH,
    ),
]
DistrictOption = Annotated[
    str, typer.Option("--district", metavar="CODE", help="区 · District", rich_help_panel=_WHICH)
]
TownshipOption = Annotated[
    str,
    typer.Option("--township", metavar="CODE", help="街乡镇 · Township", rich_help_panel=_WHICH),
]
CommunityOption = Annotated[
    str,
    typer.Option("--community", metavar="CODE", help="社区 · Community", rich_help_panel=_WHICH),
]
GridOption = Annotated[
    str, typer.Option("--grid", metavar="CODE", help="网格 · Grid", rich_help_panel=_WHICH)
]
BodyOption = Annotated[
    str,
    typer.Option(
        "--body", metavar="CODE", help="责任主体 · Body that the rules name", rich_help_panel=_WHICH
    ),
]
HandlerOption = Annotated[
    str,
    typer.Option(
        "--handler", metavar="CODE", help="承办单位 · Body that has it", rich_help_panel=_WHICH
    ),
]
ChannelOption = Annotated[
    str, typer.Option("--channel", metavar="KEY", help="渠道 · Channel", rich_help_panel=_WHICH)
]
TypeOption = Annotated[
    str,
    typer.Option("--type", metavar="KEY", help="诉求类型 · Request type", rich_help_panel=_WHICH),
]
ReviewOption = Annotated[
    str,
    typer.Option(
        "--review",
        metavar="CODE|any",
        help="待审原因 · Waits for a person, for this reason or any",
        rich_help_panel=_WHICH,
    ),
]
OverdueOption = Annotated[
    bool | None,
    typer.Option("--overdue/--not-overdue", help="超期 · Overdue", rich_help_panel=_WHICH),
]
FromOption = Annotated[
    datetime | None,
    typer.Option(
        "--from", formats=_MOMENTS, help="受理自 · Received from then on", rich_help_panel=_WHICH
    ),
]
ToOption = Annotated[
    datetime | None,
    typer.Option(
        "--to", formats=_MOMENTS, help="受理至（不含）· Received before", rich_help_panel=_WHICH
    ),
]
TextOption = Annotated[
    str, typer.Option("--text", help="文字 · Words in it", rich_help_panel=_WHICH)
]
IncidentOption = Annotated[
    str, typer.Option("--incident", metavar="ID", help="事件 · Incident", rich_help_panel=_WHICH)
]


def in_china(moment: datetime | None) -> datetime | None:
    """Give a moment its zone: that of China where it was typed without."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=CHINA_TIME)
