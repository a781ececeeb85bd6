"""``xiaqu rules check``: whether a rule book is fit to take effect."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from boundaries.errors import NoActiveEditionError
from boundaries.locator import today_in_china
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.book.checks import check_book, check_rows, day_of_check
from governance.book.definition import RuleBook
from governance.book.findings import TITLES, BookReport, Severity
from governance.book.lattice import load_terrain
from governance.book.reading import read_book
from governance.book.records import BookInfo
from governance.book.store import GovernanceStore
from governance.owner.grounds import Grounds, load_grounds
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.compose import open_store
from xiaqu.errors import BookRefusedError
from xiaqu.rules_map import check_map_path, marks_of_report, write_map
from xiaqu.settings import read_settings

__all__ = [
    "BookOrFolder",
    "DayOption",
    "MapFile",
    "ReportFile",
    "activate_checked",
    "check",
    "find_or_read",
    "print_report",
    "write_json",
]

ACTIVE = "active"
_MOST_SHOWN_OF_A_KIND = 10
_SIGNS = {
    Severity.ERROR: "错误 error",
    Severity.WARNING: "警告 warning",
    Severity.NOTE: "提示 note",
}

BookOrFolder = Annotated[
    str,
    typer.Argument(
        metavar="BOOK", help="文件夹、规则册编号或 active · A folder, an id of a book, or active"
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.json", help="完整结果写入 JSON · All of it as JSON"),
]
MapFile = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE.html|.svg",
        help="写成可离线打开的地图 · As a map that needs no network",
    ),
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--at", formats=["%Y-%m-%d"], help="按哪一天检查，默认今天 · Date that counts; today"
    ),
]


def check(
    *,
    book: BookOrFolder,
    at: DayOption = None,
    report_file: ReportFile = None,
    map_file: MapFile = None,
) -> None:
    """检查规则册：无人负责、永不生效、自相矛盾等 · Check a whole rule book before it takes effect.

    发现错误时退出码为 1 · Ends with 1 where errors are found.
    """
    if map_file is not None:
        check_map_path(map_file)
    store = open_store(read_settings())
    with progress_bars() as progress:
        checked = find_or_read(store, book, progress)
        day = None if at is None else at.date()
        report, grounds = check_in_store(store, checked, day, progress)
    print_report(report)
    if report_file is not None:
        write_json(report_file, report.to_dict())
    if map_file is not None and grounds is not None:
        write_map(map_file, marks_of_report(report), store, grounds)
        note(f"地图 · Map: {map_file}")
    if not report.ok:
        raise typer.Exit(1)


def activate_checked(store: BoundaryStore, book_id: str, reason: str = "") -> BookInfo:
    """Check a draft or retired book as it would take effect today, and make it the active one.

    Parameters
    ----------
    store
        The store.
    book_id
        The book; the active one stays as it is, unchecked.
    reason
        Why it is to take effect with errors; kept with the findings among the runs of imports,
        under the layer ``rule_book``. Empty refuses errors.

    Raises
    ------
    BookRefusedError
        It has errors, and no reason is given.
    UnknownBookError, BookStateError
        There is no such book, or it can never be active.
    """
    kept = GovernanceStore(store)
    info = kept.info(book_id)
    if info.state == ACTIVE or not all(info.counts[part] for part in ("rules", "categories")):
        return kept.activate(book_id)
    started = datetime.now(UTC)
    with progress_bars() as progress:
        report = check_in_store(store, kept.book(book_id, progress=progress), None, progress)[0]
    errors = report.errors
    if errors and not reason:
        first = f"{errors[0].message} / {errors[0].message_en}"
        raise BookRefusedError(book_id, first, len(errors))
    active = kept.activate(book_id)
    if errors:
        store.record_import(
            {
                "layer_key": "rule_book",
                "edition_id": None,
                "outcome": "forced",
                "started_at": started,
                "finished_at": datetime.now(UTC),
                "source_file": book_id,
                "source_checksum": info.hash,
                "report": {"reason": reason, **report.to_dict()},
            }
        )
    return active


def check_in_store(
    store: BoundaryStore, book: RuleBook, at: date | None, progress: Progress
) -> tuple[BookReport, Grounds | None]:
    """Check a book on the active editions of a store; on paper only where there are none."""
    day = day_of_check(book, today_in_china()) if at is None else at
    try:
        grounds = load_grounds(store, book, progress=progress)
    except NoActiveEditionError:
        return check_rows(book, at=day), None
    terrain = load_terrain(store, grounds, progress)
    return check_book(book, grounds, terrain, at=day, progress=progress), grounds


def find_or_read(store: BoundaryStore, book: str, progress: Progress) -> RuleBook:
    """Read a book from a folder, or from the store by its id or the word ``active``.

    Raises
    ------
    BookFileError
        The folder holds no usable book.
    UnknownBookError, NoActiveBookError
        It is neither a folder nor a book of the store.
    """
    if book != ACTIVE and Path(book).is_dir():
        return read_book(Path(book), progress=progress)
    kept = GovernanceStore(store)
    return kept.book(kept.active().id if book == ACTIVE else book, progress=progress)


def print_report(report: BookReport) -> None:
    """Write a report for people: a headline, then the findings of each kind."""
    console = output()
    counts = Counter(finding.severity for finding in report.findings)
    shown = "，".join(f"{_SIGNS[s]} {counts[s]:,}" for s in Severity)
    console.print(
        f"{report.label} @ {report.at}：{report.n_places:,} 处 places，"
        f"{report.n_categories:,} 项 categories（{report.n_groups:,} 组 groups），"
        f"{report.seconds:.1f} s",
        markup=False,
        soft_wrap=True,
    )
    console.print(shown if report.findings else "未发现问题 nothing found", markup=False)
    if not report.findings:
        return
    table = Table(box=None, pad_edge=False, show_lines=False)
    for heading in ("级别", "类别 kind", "对象 subject", "说明 what"):
        table.add_column(heading, overflow="fold")
    seen: Counter[str] = Counter()
    for finding in report.findings:
        seen[finding.code] += 1
        if seen[finding.code] > _MOST_SHOWN_OF_A_KIND:
            continue
        words = f"{finding.message}\n{finding.message_en}"
        table.add_row(
            _SIGNS[finding.severity], " ".join(TITLES[finding.code]), finding.subject, words
        )
    console.print(table)
    for code, n in seen.items():
        if n > _MOST_SHOWN_OF_A_KIND:
            more = n - _MOST_SHOWN_OF_A_KIND
            console.print(f"{TITLES[code][0]} {TITLES[code][1]}: +{more:,} (--report)")


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write JSON values to a file and say so."""
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    note(f"完整结果 · In full: {path}")
