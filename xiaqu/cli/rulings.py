"""``xiaqu rules rulings``: what was decided on the spot, as precedents."""

import getpass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import shapely
import typer
from rich.table import Table
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.datum import geometries_to_cgcs2000, parse_datum
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore
from governance.errors import RulingError
from xiaqu.cli.console import note, output
from xiaqu.cli.options import to_date
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

rulings_app = typer.Typer(help="现场责任划分 · Rulings made on the spot", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]
ByOption = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="经办人，默认登录名 · Who; default the login name"),
]


@rulings_app.callback()
def group() -> None:
    """现场责任划分 · Rulings made on the spot."""


@rulings_app.command("list")
def list_rulings(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="包括已撤销的 · Revoked ones too")
    ] = False,
) -> None:
    """列出责任划分 · List rulings, oldest first."""
    table = Table(box=None, pad_edge=False)
    for heading in (
        "编号 id",
        "日期 decided",
        "类别 categories",
        "主体 body",
        "形状 shape",
        "文件 document",
        "有效至 to",
        "撤销 revoked",
    ):
        table.add_column(heading, overflow="fold")
    for ruling in GovernanceStore(open_store(read_settings())).rulings():
        if ruling.revoked_at is not None and not everything:
            continue
        table.add_row(
            ruling.id,
            ruling.decided_on.isoformat(),
            ";".join(ruling.categories),
            ruling.body,
            _describe(ruling),
            ruling.document,
            "" if ruling.valid_to is None else ruling.valid_to.isoformat(),
            "" if ruling.revoked_at is None else ruling.revoked_at.date().isoformat(),
        )
    output().print(table)


@rulings_app.command("record")
def record(  # noqa: PLR0913 - one parameter for each option
    *,
    category: Annotated[
        list[str],
        typer.Option("--category", metavar="CODE", help="类别代码或前缀，或 * · May be repeated"),
    ],
    body: Annotated[str, typer.Option("--body", metavar="CODE", help="承办主体 · Who answers")],
    shape: Annotated[
        str,
        typer.Option(
            "--shape", metavar="WKT", help="点、线或面，WKT 或文件 · WKT, or a file that holds it"
        ),
    ],
    datum: Annotated[str, typer.Option("--datum", help="坐标系 · Datum of the shape")],
    document: Annotated[
        str, typer.Option("--document", metavar="TEXT", help="依据文件 · What it is written in")
    ],
    decided_on: Annotated[
        datetime, typer.Option("--decided-on", formats=_DAY, help="划分日期 · Day of the decision")
    ],
    reach_m: Annotated[
        float, typer.Option("--reach", metavar="METRES", help="点或线周围 · Around a point or line")
    ] = 0.0,
    co_organiser: Annotated[
        list[str] | None,
        typer.Option("--co-organiser", metavar="CODE", help="协办，可重复 · May be repeated"),
    ] = None,
    valid_from: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="生效日期 · First day")
    ] = None,
    valid_to: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="失效日期 · First day without")
    ] = None,
    by: ByOption = "",
    note_text: Annotated[str, typer.Option("--note", metavar="TEXT", help="说明 · Note")] = "",
) -> None:
    """记录责任划分 · Record a ruling; it answers for its ground before every rule."""
    given = _read_shape(shape, datum)
    made = GovernanceStore(open_store(read_settings())).record_ruling(
        Ruling(
            categories=tuple(category),
            body=body,
            co_organisers=tuple(co_organiser or ()),
            given=given,
            geometry=cover_ground(given, reach_m),
            reach_m=reach_m,
            document=document,
            decided_on=_day(decided_on),
            valid_from=to_date(valid_from) or _day(decided_on),
            valid_to=to_date(valid_to),
            recorded_by=by or getpass.getuser(),
            note=note_text,
        )
    )
    output().print(made.id)


@rulings_app.command("revoke")
def revoke(
    *,
    ruling_id: Annotated[str, typer.Argument(metavar="ID", help="编号 · Id of the ruling")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="原因 · Why")],
    by: ByOption = "",
) -> None:
    """撤销责任划分，留档 · Revoke a ruling; it stays on record."""
    kept = GovernanceStore(open_store(read_settings()))
    made = kept.revoke_ruling(ruling_id, reason, by or getpass.getuser())
    note(f"已撤销 · revoked: {made.document}")


def _day(moment: datetime) -> date:
    return moment.date()


def _read_shape(text: str, datum: str) -> BaseGeometry:
    """Read WKT, or a file that holds it, into CGCS2000."""
    wkt = text
    if "(" not in text:
        path = Path(text)
        if not path.is_file():
            raise RulingError("shape", text, "is neither WKT such as POINT(116.4 39.9) nor a file")
        wkt = path.read_bytes().decode("utf-8-sig", errors="replace").strip()
    try:
        found = shapely.from_wkt(wkt)
    except ShapelyError as error:
        problem = "is no WKT; write POINT(116.4 39.9), LINESTRING(...) or POLYGON((...))"
        raise RulingError("shape", text, problem) from error
    shapes = np.empty(1, dtype=object)
    shapes[0] = found
    moved: BaseGeometry = geometries_to_cgcs2000(shapes, parse_datum(datum))[0]
    return moved


def _describe(ruling: Ruling) -> str:
    given = ruling.geometry if ruling.given is None else ruling.given
    around = f" {ruling.reach_m:g} m" if ruling.reach_m else ""
    lon, lat = given.centroid.coords[0]
    return f"{given.geom_type}{around} ({lon:.5f}, {lat:.5f})"
