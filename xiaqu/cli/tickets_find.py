"""``xiaqu tickets list`` and ``export``: tickets found again, on the terminal and in files."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from api.tickets_told import in_city, ticket_told
from governance.tickets.search import TicketQuery
from governance.tickets.terms import REVIEW_NAMES, STATE_NAMES, ReviewCode, TicketState
from governance.tickets.ticket import Ticket
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.tickets_options import (
    BodyOption,
    CategoryOption,
    ChannelOption,
    CommunityOption,
    DistrictOption,
    FromOption,
    GridOption,
    HandlerOption,
    IncidentOption,
    JsonOption,
    OverdueOption,
    ReviewOption,
    StateOption,
    TextOption,
    ToOption,
    TownshipOption,
    TypeOption,
    in_china,
)
from xiaqu.settings import read_settings
from xiaqu.tickets.exporting import ExportOptions, export_file
from xiaqu.tickets.opening import open_service

__all__ = ["export_tickets", "list_tickets", "ticket_table"]

_HEADINGS = {"zh": True, "en": False}


def list_tickets(  # noqa: PLR0913 - one parameter for each option
    *,
    state: StateOption = None,
    category: CategoryOption = "",
    district: DistrictOption = "",
    township: TownshipOption = "",
    community: CommunityOption = "",
    grid: GridOption = "",
    body: BodyOption = "",
    handler: HandlerOption = "",
    channel: ChannelOption = "",
    request_type: TypeOption = "",
    review: ReviewOption = "",
    overdue: OverdueOption = None,
    received_from: FromOption = None,
    received_to: ToOption = None,
    text: TextOption = "",
    incident: IncidentOption = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="条数 · Most")] = 20,
    cursor: Annotated[
        str, typer.Option("--cursor", help="下一页 · Of the page before, for the next")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """列出工单，新的在前 · List tickets, the latest received first."""
    query = TicketQuery(
        state=tuple(state or ()),
        category=category,
        district=district,
        township=township,
        community=community,
        grid=grid,
        body=body,
        handler=handler,
        channel=channel,
        request_type=request_type,
        review=review,
        is_overdue=overdue,
        received_from=in_china(received_from),
        received_to=in_china(received_to),
        text=text,
        incident=incident,
        limit=limit,
        cursor=cursor,
        count=True,
    )
    service = open_service(read_settings())
    page = service.store.search(query)
    if as_json:
        values = {
            "tickets": [ticket_told(ticket, service.now()) for ticket in page.tickets],
            "total": page.total,
            "cursor": page.cursor,
        }
        output().out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    output().print(ticket_table(page.tickets))
    note(f"{len(page.tickets):,} / {page.total or 0:,}")
    if page.cursor:
        note(f"下一页 · next: --cursor {page.cursor}")


def export_tickets(  # noqa: PLR0913 - one parameter for each option
    *,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=".csv .xlsx .parquet，按后缀 · By its suffix")
    ],
    state: StateOption = None,
    category: CategoryOption = "",
    district: DistrictOption = "",
    township: TownshipOption = "",
    community: CommunityOption = "",
    grid: GridOption = "",
    body: BodyOption = "",
    handler: HandlerOption = "",
    channel: ChannelOption = "",
    request_type: TypeOption = "",
    review: ReviewOption = "",
    overdue: OverdueOption = None,
    received_from: FromOption = None,
    received_to: ToOption = None,
    text: TextOption = "",
    incident: IncidentOption = "",
    headings: Annotated[
        str, typer.Option("--headings", metavar="zh|en", help="表头 · Chinese, or keys and codes")
    ] = "zh",
    datum: Annotated[
        str, typer.Option("--datum", help="坐标系 · Datum of the coordinates")
    ] = "CGCS2000",
    force: Annotated[bool, typer.Option("--force", help="覆盖 · Replace the file")] = False,
) -> None:
    """导出工单：文字已脱敏，不含诉求人 · Export tickets: texts are masked, callers left out."""
    if headings not in _HEADINGS:
        message = f"--headings {headings!r}: give zh or en"
        raise typer.BadParameter(message)
    query = TicketQuery(
        state=tuple(state or ()),
        category=category,
        district=district,
        township=township,
        community=community,
        grid=grid,
        body=body,
        handler=handler,
        channel=channel,
        request_type=request_type,
        review=review,
        is_overdue=overdue,
        received_from=in_china(received_from),
        received_to=in_china(received_to),
        text=text,
        incident=incident,
    )
    options = ExportOptions(is_chinese=_HEADINGS[headings], datum=datum, is_forced=force)
    with progress_bars() as progress:
        service = open_service(read_settings(), progress)
        n_tickets = export_file(service, query, file, options, progress)
    note(f"{n_tickets:,} 张工单 tickets -> {file}")


def ticket_table(tickets: tuple[Ticket, ...]) -> Table:
    """Put tickets in a table."""
    table = Table(box=None, pad_edge=False)
    for heading in (
        "编号 id",
        "来源 number",
        "受理 received",
        "状态 state",
        "事项 about",
        "地点 place",
        "承办 handler",
        "时限 due",
        "待审 review",
    ):
        table.add_column(heading, overflow="fold")
    for one in tickets:
        codes = [REVIEW_NAMES[ReviewCode(reason["code"])][0] for reason in one.review]
        table.add_row(
            one.id,
            one.external_id,
            f"{in_city(one.received_at):%Y-%m-%d %H:%M}",
            STATE_NAMES[TicketState(one.state)][0],
            (one.category_given or one.category or one.title).rsplit("->", 1)[-1],
            one.place_label or one.township,
            one.handler or one.body,
            "-" if one.due_at is None else f"{in_city(one.due_at):%m-%d %H:%M}",
            "、".join(codes),
        )
    return table
