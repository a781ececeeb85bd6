"""``xiaqu tickets``: from files into the store, found again, reviewed, exported, replayed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from geo.arrays import Progress
from governance.clocks.calendar import CHINA_TIME
from governance.tickets.channels.keeping import catalogue_in_force
from governance.tickets.mapping import read_mapping
from xiaqu.cli.console import note, progress_bars
from xiaqu.cli.tickets_channels import channels
from xiaqu.cli.tickets_find import export_tickets, list_tickets
from xiaqu.cli.tickets_options import JsonOption
from xiaqu.cli.tickets_review import review
from xiaqu.cli.tickets_show import show_ticket
from xiaqu.cli.tickets_summary import print_rebuilt, print_summary
from xiaqu.errors import OutputExistsError
from xiaqu.settings import read_settings
from xiaqu.tickets.draft import draft_mapping
from xiaqu.tickets.importing import ImportOptions, import_tickets
from xiaqu.tickets.opening import open_intake, open_tickets
from xiaqu.tickets.tables import open_table

tickets_app = typer.Typer(help="诉求工单 · Tickets", no_args_is_help=True)
tickets_app.command("list")(list_tickets)
tickets_app.command("show")(show_ticket)
tickets_app.command("export")(export_tickets)
tickets_app.command("review")(review)
tickets_app.command("channels")(channels)

_NOW = "now"


@tickets_app.callback()
def group() -> None:
    """诉求工单 · Tickets: import, list, show, review, export, replay."""


@tickets_app.command("import")
def import_file(  # noqa: PLR0913 - one parameter for each option
    *,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV、Excel 或 Parquet · A file of tickets")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="TOML",
            help="列映射文件，12345 导出表不需要 · Mapping; a 12345 export needs none",
        ),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="来源系统 · System it comes from")
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Excel 工作表 · Sheet")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="CSV 编码 · Encoding")] = "",
    received: Annotated[
        str,
        typer.Option(
            "--received",
            metavar="TIME|now",
            help="文件没有受理时间列时的受理时间 · Where the file has no time of receipt",
        ),
    ] = "",
    rejected: Annotated[
        Path | None,
        typer.Option(
            "--rejected",
            metavar="CSV",
            help="无法读取的行，默认 FILE.rejected.csv · Rows that cannot be read",
        ),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft-mapping",
            metavar="TOML",
            help="只为文件起草列映射 · Only draft a mapping for the file",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """导入工单文件：逐行有着落，可重复执行 · Import a file; every row is accounted for.

    中断后或文件更新后再次导入，只补缺少的，不会重复。
    Import again after a break, or a newer file: what is missing is taken, nothing twice.
    """
    settings = read_settings()
    options = ImportOptions(
        source=source,
        sheet=sheet,
        encoding=encoding,
        received_at=_moment(received),
        rejected=rejected,
    )
    store = open_tickets(settings)
    if draft is not None:
        if draft.exists():
            raise OutputExistsError(draft)
        with open_table(file, sheet=sheet, encoding=encoding) as table:
            text = draft_mapping(file, table, catalogue_in_force(store))
        draft.write_text(text, encoding="utf-8")
        note(f"已起草，请逐行核对 · drafted, check every line: {draft}")
        return
    described = None if mapping is None else read_mapping(mapping)
    with progress_bars() as progress:
        intake = open_intake(settings, store, progress)
        with _said_when_broken(progress) as counted:
            summary = import_tickets(
                file,
                intake,
                catalogue_in_force(store),
                mapping=described,
                options=options,
                progress=counted,
            )
    print_summary(summary, as_json=as_json)


@tickets_app.command("replay")
def replay(
    *,
    is_written: Annotated[
        bool,
        typer.Option(
            "--write/--check", help="改正不同之处，或只比对 · Put right what differs, or only look"
        ),
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """由事件日志重建各表并比对 · Rebuild every table from the log and compare.

    有不同则退出码为 1。Exit code 1 when anything differed.
    """
    store = open_tickets(read_settings())
    with progress_bars() as progress:
        rebuilt = store.rebuild(progress, is_written=is_written)
    print_rebuilt(rebuilt, as_json=as_json)
    if not rebuilt.is_same:
        raise typer.Exit(1)


@contextmanager
def _said_when_broken(progress: Progress) -> Iterator[Progress]:
    """Say how far an import came before it broke off."""
    n_rows = 0

    def counted(stage: str, done: int, total: int) -> None:
        nonlocal n_rows
        n_rows = done
        progress(stage, done, total)

    try:
        yield counted
    except Exception:
        if n_rows:
            note(
                f"前 {n_rows:,} 行已入库，改正后再次导入即可 · the first {n_rows:,} rows are kept; "
                "import again when it is put right"
            )
        raise


def _moment(given: str) -> datetime | None:
    if not given:
        return None
    if given == _NOW:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        message = f"--received {given!r}: give now, or a time such as 2026-11-02T08:30"
        raise typer.BadParameter(message) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA_TIME)
