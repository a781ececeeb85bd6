"""``xiaqu gazetteer corrections``: what people know better than the gazetteer."""

import getpass
from typing import Annotated

import typer
from rich.table import Table

from boundaries.errors import CorrectionError
from boundaries.gazetteer.build import build_gazetteer, load_gazetteer
from boundaries.gazetteer.corrections import Proposal
from boundaries.gazetteer.records import Correction
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore
from geo.datum import point_to_cgcs2000
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

corrections_app = typer.Typer(help="更正 · Corrections of the gazetteer", no_args_is_help=True)

ByOption = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="经办人，默认登录名 · Who; default the login name"),
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="说明 · Why")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="更正编号 · Id of the correction")]
BuildOption = Annotated[
    bool, typer.Option("--build/--no-build", help="随后重建地名库 · Build the gazetteer after it")
]


@corrections_app.callback()
def group() -> None:
    """更正 · Corrections of the gazetteer."""


@corrections_app.command("list")
def list_corrections(
    *,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="STATE", help="proposed, accepted, rejected"),
    ] = "proposed",
    everything: Annotated[bool, typer.Option("--all", help="全部 · In all states")] = False,
) -> None:
    """列出更正 · List corrections, oldest first."""
    kept = GazetteerStore(open_store(read_settings()))
    table = Table(box=None, pad_edge=False)
    for heading in (
        "编号 id",
        "状态 state",
        "名称 name",
        "指 means",
        "提出 by",
        "日期 on",
        "说明 note",
    ):
        table.add_column(heading, overflow="fold")
    for made in kept.corrections(state=None if everything else state):
        day = made.proposed_at.date().isoformat()
        table.add_row(
            made.id, made.state, made.name, _meaning(made), made.proposed_by, day, made.note
        )
    output().print(table)


@corrections_app.command("propose")
def propose(  # noqa: PLR0913 - one parameter for each option
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="名称 · The name as people write it")],
    uid: Annotated[
        str, typer.Option("--uid", metavar="UID", help="所指条目 · The entity that it means")
    ] = "",
    lon: Annotated[float | None, typer.Option("--lon", help="经度 · Of a new place")] = None,
    lat: Annotated[float | None, typer.Option("--lat", help="纬度 · Of a new place")] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", help="坐标系 · Datum of lon and lat, e.g. GCJ-02")
    ] = None,
    role: Annotated[
        str, typer.Option("--role", help="estate, road, poi, water, zone · Of a new place")
    ] = "poi",
    kind: Annotated[str, typer.Option("--kind", help="类别 · Of a new place, e.g. 小学")] = "",
    address: Annotated[
        str, typer.Option("--address", help="原文 · The text in which the name was met")
    ] = "",
    by: ByOption = "",
    note_text: NoteOption = "",
) -> None:
    """提出更正：名称指某条目或新地点 · Propose that a name means an entity, or a new place."""
    store = open_store(read_settings())
    if lon is not None and lat is not None:
        if datum is None:
            raise CorrectionError("datum", datum, "state the datum of lon and lat; never guessed")
        lon, lat = point_to_cgcs2000(lon, lat, datum)
    made = GazetteerStore(store).propose(
        Proposal(
            name=name,
            by=_by(by),
            uid=uid,
            uid_name=_name_of(store, uid) if uid else "",
            lon=lon,
            lat=lat,
            role="" if uid else role,
            kind=kind,
            address=address,
            note=note_text,
        )
    )
    output().print(made.id)


@corrections_app.command("accept")
def accept(
    *, correction_id: IdArgument, by: ByOption = "", note_text: NoteOption = "",
    build: BuildOption = True,
) -> None:  # fmt: skip
    """采纳：成为别名或新条目 · Accept: it becomes an alias or a new place."""
    store = open_store(read_settings())
    made = GazetteerStore(store).decide(correction_id, "accepted", _by(by), note_text)
    note(f"已采纳 · accepted: {made.name} = {_meaning(made)}")
    if not build:
        return
    with progress_bars() as progress:
        built = build_gazetteer(store, national=read_settings().national_tree, progress=progress)
    note(f"地名库 {built.edition} 已启用 · Gazetteer active")
    for warning in built.warnings:
        note(f"注意 · note: {warning}")


@corrections_app.command("reject")
def reject(*, correction_id: IdArgument, by: ByOption = "", note_text: NoteOption = "") -> None:
    """驳回，留档 · Reject; it is kept on record."""
    store = open_store(read_settings())
    made = GazetteerStore(store).decide(correction_id, "rejected", _by(by), note_text)
    note(f"已驳回 · rejected: {made.name}")


def _by(given: str) -> str:
    return given or getpass.getuser()


def _meaning(made: Correction) -> str:
    if made.uid:
        return f"{made.uid_name} [{made.uid}]"
    return f"{made.role} {made.kind} {made.lon:.6f}, {made.lat:.6f}"


def _name_of(store: BoundaryStore, uid: str) -> str:
    """Name the entity; CorrectionError where the active gazetteer has none of this uid."""
    gazetteer = load_gazetteer(store)
    entity = gazetteer.find(uid)
    if entity < 0:
        raise CorrectionError("uid", uid, "the gazetteer has no such entity")
    return gazetteer.name(entity)
