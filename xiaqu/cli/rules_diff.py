"""``xiaqu rules diff``: what changes from one rule book to another, and for whom."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from boundaries.locator import today_in_china
from governance.book.checks import day_of_check
from governance.book.definition import RuleBook
from governance.book.difference import BookDiff, Tickets, diff_books
from governance.book.lattice import load_terrain
from governance.owner.grounds import Grounds, load_book_features, load_grounds
from xiaqu.assignment.columns import detect_columns, find_column
from xiaqu.assignment.places import places_of_columns
from xiaqu.assignment.readers import open_source
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.rules_check import (
    BookOrFolder,
    DayOption,
    MapFile,
    ReportFile,
    find_or_read,
    write_json,
)
from xiaqu.compose import open_store
from xiaqu.errors import ColumnError
from xiaqu.rules_map import check_map_path, marks_of_diff, write_map
from xiaqu.settings import read_settings

__all__ = ["diff", "read_tickets"]

_MOST_SHOWN = 20


def diff(
    *,
    old: BookOrFolder,
    new: BookOrFolder,
    tickets_file: Annotated[
        Path | None,
        typer.Option(
            "--tickets",
            metavar="FILE",
            help="含经纬度与事项列的 CSV 或 Parquet · Tickets with lon, lat and category",
        ),
    ] = None,
    category_column: Annotated[
        str, typer.Option("--category-column", help="事项列 · Column of the category")
    ] = "category",
    datum: Annotated[
        str, typer.Option("--datum", help="工单坐标系 · Datum of the tickets")
    ] = "CGCS2000",
    at: DayOption = None,
    report_file: ReportFile = None,
    map_file: MapFile = None,
) -> None:
    """比较两本规则册：条目、易主的地点与工单 · Compare two rule books: rows, places, tickets."""
    if map_file is not None:
        check_map_path(map_file)
    store = open_store(read_settings())
    with progress_bars() as progress:
        books = [find_or_read(store, name, progress) for name in (old, new)]
        day = max(day_of_check(book, today_in_china()) for book in books)
        grounds = load_grounds(store, books[0], progress=progress)
        features = load_book_features(store, books[1], progress=progress)
        grounds = Grounds(grounds.locator, {**grounds.features, **features})
        tickets = None
        if tickets_file is not None:
            tickets = read_tickets(tickets_file, category_column, datum)
        found = diff_books(
            books[0],
            books[1],
            grounds,
            load_terrain(store, grounds, progress),
            at=day if at is None else at.date(),
            tickets=tickets,
            progress=progress,
        )
    names = _names(books)
    _print(found, names)
    if report_file is not None:
        write_json(report_file, found.to_dict())
    if map_file is not None:
        write_map(map_file, marks_of_diff(found, names), store, grounds)
        note(f"地图 · Map: {map_file}")


def read_tickets(path: Path, category_column: str, datum: str) -> Tickets:
    """Read places and categories of tickets from a table.

    Parameters
    ----------
    path
        CSV or Parquet; the columns of lon and lat are told by their headings.
    category_column
        Heading of the category: codes or paths.
    datum
        What the coordinates mean where the headings do not say.

    Raises
    ------
    FileFormatError, ColumnError
        The file or a column cannot be used.
    """
    lonlat, categories = [], []
    with open_source(path) as source:
        headings = source.schema.names
        columns = detect_columns(path, headings)
        if columns is None:
            problem = "no such columns; name them lon and lat"
            raise ColumnError(path, "lon, lat", problem, found=headings)
        place = find_column(path, headings, category_column)
        for batch in source.batches:
            lon, lat = batch.rows.column(columns.lon), batch.rows.column(columns.lat)
            names = (columns.lon_name, columns.lat_name)
            found = places_of_columns(lon, lat, names, columns.datum or datum, None)
            lonlat.append(found.lonlat)
            texts = batch.rows.column(place).to_pylist()
            categories += ["" if text is None else str(text).strip() for text in texts]
    return Tickets(np.concatenate([*lonlat, np.empty((0, 2))]), categories)


def _names(books: list[RuleBook]) -> dict[str, str]:
    return {body.code: body.name for book in books for body in book.bodies}


def _print(found: BookDiff, names: dict[str, str]) -> None:
    console = output()
    console.print(
        f"{found.old} → {found.new} @ {found.at}：{found.n_places:,} 处 places",
        markup=False,
        soft_wrap=True,
    )
    if found.is_empty:
        console.print("没有变化 nothing changes")
        return
    for (part, change), n in sorted(Counter((r.part, r.change) for r in found.rows).items()):
        codes = [r.code for r in found.rows if (r.part, r.change) == (part, change)]
        shown = ", ".join(codes[:_MOST_SHOWN]) + (" …" if n > _MOST_SHOWN else "")
        console.print(f"{part} {change} {n:,}: {shown}", markup=False, soft_wrap=True)

    def name(code: str) -> str:
        return f"{names.get(code, '')} {code}" if code else "无人 nobody"

    table = Table(box=None, pad_edge=False)
    for heading in (
        "原主体 before",
        "新主体 after",
        "事项",
        found.layer,
        "其他地点",
        "示例 lon, lat",
    ):
        table.add_column(heading, overflow="fold")
    for move in found.moves[:_MOST_SHOWN]:
        areas = f"{len(move.areas):,} ({move.share:.1%})"
        place = f"{move.lon:.6f}, {move.lat:.6f}"
        table.add_row(
            name(move.before), name(move.after), f"{len(move.categories):,}", areas,
            f"{move.n_elsewhere:,}", place,
        )  # fmt: skip
    if found.moves:
        console.print(table)
    if found.n_tickets or found.n_tickets_unknown:
        n_moved = sum(move.count for move in found.ticket_moves)
        console.print(
            f"工单易主 tickets: {n_moved:,} / {found.n_tickets:,}；"
            f"未比较 not compared: {found.n_tickets_unknown:,}"
        )
        for tickets in found.ticket_moves[:_MOST_SHOWN]:
            words = f"  {name(tickets.before)} → {name(tickets.after)}: {tickets.count:,}"
            console.print(words, markup=False)
