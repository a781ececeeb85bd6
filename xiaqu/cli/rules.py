"""``xiaqu rules``: rule books and rulings, from files into the store and back."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from governance.book.reading import read_book
from governance.book.records import BookInfo
from governance.book.store import GovernanceStore
from governance.book.writing import write_book
from governance.errors import BookFileError
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.rules_calendar import calendar
from xiaqu.cli.rules_check import activate_checked, check
from xiaqu.cli.rules_diff import diff
from xiaqu.cli.rules_posts import posts
from xiaqu.cli.rulings import rulings_app
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

rules_app = typer.Typer(help="权责规则册 · Rule books: who answers for what", no_args_is_help=True)
rules_app.add_typer(rulings_app, name="rulings")
rules_app.command("check")(check)
rules_app.command("diff")(diff)
rules_app.command("posts")(posts)
rules_app.command("calendar")(calendar)

ACTIVE = "active"
"""Stands for the id of the active rule book."""

BookArgument = Annotated[
    str, typer.Argument(metavar="ID", help="规则册编号，或 active · Id of the rule book, or active")
]


@rules_app.callback()
def group() -> None:
    """权责规则册 · Rule books: who answers for what."""


@rules_app.command("import")
def import_book(
    *,
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="规则册文件夹 · Folder of book.toml and its tables"),
    ],
    activate: Annotated[
        bool, typer.Option("--activate", help="导入后启用 · Make it the active one")
    ] = False,
    report_file: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="全部问题写入 CSV · All problems as CSV, if any"
        ),
    ] = None,
) -> None:
    """导入规则册：有一处错误即不导入 · Import a rule book, unless anything in it is wrong."""
    with progress_bars() as progress:
        try:
            book = read_book(folder, progress=progress)
        except BookFileError as error:
            if report_file is not None:
                write_problems(error, report_file)
            raise
        store = open_store(read_settings())
        info = GovernanceStore(store).save_book(book, progress=progress)
    if activate:
        info = activate_checked(store, info.id)
    counted = ", ".join(f"{part} {n:,}" for part, n in info.counts.items())
    note(f"已导入 · imported: {info.label} ({info.state}); {counted}")
    output().print(info.id)


@rules_app.command("list")
def list_books() -> None:
    """列出规则册 · List rule books, oldest first."""
    kept = GovernanceStore(open_store(read_settings()))
    table = Table(box=None, pad_edge=False)
    for heading in (
        "编号 id",
        "名称 label",
        "状态 state",
        "生效 from",
        "失效 to",
        "规则 rules",
        "目录 categories",
        "主体 bodies",
        "岗位 posts",
    ):
        table.add_column(heading, overflow="fold")
    for info in kept.books():
        label = f"{info.label}（示范数据 generated）" if info.generated else info.label
        until = "" if info.valid_to is None else info.valid_to.isoformat()
        counts = [f"{info.counts[part]:,}" for part in ("rules", "categories", "bodies", "posts")]
        table.add_row(info.id, label, info.state, info.valid_from.isoformat(), until, *counts)
    output().print(table)


@rules_app.command("export")
def export_book(
    *,
    book_id: BookArgument,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="新文件夹 · A folder that is new or empty")
    ],
) -> None:
    """导出规则册为文件，可再导入 · Write a rule book as files that can be imported again."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} exists and is not an empty folder; name a new one"
        raise typer.BadParameter(message)
    kept = GovernanceStore(open_store(read_settings()))
    info = find_book(kept, book_id)
    with progress_bars() as progress:
        written = write_book(kept.book(info.id, progress=progress), folder)
    note(f"已导出 · exported: {info.label}")
    for path in written:
        output().print(str(path), soft_wrap=True)


@rules_app.command("activate")
def activate_book(
    *,
    book_id: Annotated[str, typer.Argument(metavar="ID", help="规则册编号 · Id of the rule book")],
    force: Annotated[
        bool, typer.Option("--force", help="有错误也启用 · Even with errors; needs a reason")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="强制启用的理由，留存 · Why; it is kept")
    ] = "",
) -> None:
    """检查并启用规则册，前一册停用 · Check a rule book and make it the active one."""
    if force != bool(reason.strip()):
        message = "give --force and --reason together: a book with errors needs a reason"
        raise typer.BadParameter(message)
    info = activate_checked(open_store(read_settings()), book_id, reason.strip())
    note(f"已启用 · active: {info.label}")


def find_book(kept: GovernanceStore, book_id: str) -> BookInfo:
    """Find a rule book by its id, or the active one by the word ``active``.

    Raises
    ------
    UnknownBookError
        No such rule book.
    NoActiveBookError
        The active one is asked for, and there is none.
    """
    return kept.active() if book_id == ACTIVE else kept.info(book_id)


def write_problems(error: BookFileError, path: Path) -> None:
    """Write every problem of a rule book as one row of a CSV that a spreadsheet opens."""
    names = ("file", "row", "code", "field", "value", "problem")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(names)
        for problem in error.problems:
            values = (getattr(problem, name) for name in names)
            lines.writerow("" if value is None else value for value in values)
    note(f"全部问题 · All problems: {path}")
