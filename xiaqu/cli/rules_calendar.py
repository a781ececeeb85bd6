"""``xiaqu rules calendar``: the working calendar in force, and the city's own days."""

from pathlib import Path
from typing import Annotated

import typer

from boundaries.locator import today_in_china
from governance.clocks.keeping import keep_current_calendar
from governance.tickets.desk import TicketDesk
from xiaqu.cli.console import note, output
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

__all__ = ["calendar"]

_PROVISIONAL = "未公布，暂按周末与法定节日 provisional"

DaysFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="本市放假与上班日，TOML 或 CSV，见 docs/clocks.md · The city's own days",
    ),
]


BecauseOption = Annotated[
    str,
    typer.Option("--because", metavar="TEXT", help="依据，写入每件重算的工单 · Why deadlines move"),
]


def calendar(*, file: DaysFile = None, because: BecauseOption = "工作日历更新") -> None:
    """用已公布的安排和本市文件更新工作日历 · Put the working calendar into force, with a file.

    在办工单按工作日计的时限随之重算 · Running deadlines in working days are counted again.
    """
    store = open_store(read_settings())
    found = keep_current_calendar(store, today_in_china(), file)
    for year in found.years:
        state = (
            "已公布 published"
            if found.is_published(year)
            else "未公布，暂按周末与法定节日 provisional"
        )
        note(f"{year}: {state}")
    report = TicketDesk.of(store, lambda: None).recalendar_running(found, because)
    if report.n_counted or report.n_failed:
        note(
            f"在办工单重算 · recounted: {report.n_counted:,}; 时限变动 moved: {report.n_moved:,}; "
            f"未能重算 failed: {report.n_failed:,}"
        )
    for ticket, problem in report.failed:
        note(f"  {ticket}: {problem}")
    output().print(found.version)
