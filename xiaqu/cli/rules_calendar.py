"""``xiaqu rules calendar``: the working calendar in force, and the city's own days."""

from pathlib import Path
from typing import Annotated

import typer

from boundaries.locator import today_in_china
from governance.clocks.keeping import keep_current_calendar
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


def calendar(*, file: DaysFile = None) -> None:
    """用已公布的安排和本市文件更新工作日历 · Put the working calendar into force, with a file."""
    today = today_in_china()
    found = keep_current_calendar(open_store(read_settings()), today, file)
    for year in found.years:
        state = (
            "已公布 published"
            if found.is_published(year)
            else "未公布，暂按周末与法定节日 provisional"
        )
        note(f"{year}: {state}")
    output().print(found.version)
