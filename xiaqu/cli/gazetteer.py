"""``xiaqu gazetteer``: sources of names, the built gazetteer, and corrections."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from boundaries.gazetteer.build import build_gazetteer
from boundaries.gazetteer.check import check_tables
from boundaries.gazetteer.definition import load_gazetteer_definition
from boundaries.gazetteer.importer import import_gazetteer
from boundaries.gazetteer.records import BuildInfo
from boundaries.gazetteer.store import GazetteerStore
from boundaries.gazetteer.tables import read_tables
from boundaries.store import BoundaryStore
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.corrections import corrections_app
from xiaqu.compose import open_store
from xiaqu.errors import ImportRefusedError
from xiaqu.settings import read_settings

gazetteer_app = typer.Typer(help="地名库 · The gazetteer", no_args_is_help=True)
gazetteer_app.add_typer(corrections_app, name="corrections")

NationalOption = Annotated[
    Path | None,
    typer.Option(
        "--national", metavar="FILE", help="全国区划表 · File of the national tree of areas"
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="完整报告写入 JSON · Full report as JSON"),
]
DefinitionOption = Annotated[
    Path | None,
    typer.Option("--definition", metavar="TOML", help="地名来源定义 · Definition of the source"),
]


@gazetteer_app.callback()
def group() -> None:
    """地名库 · The gazetteer."""


@gazetteer_app.command("import")
def import_file(
    *,
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV, GeoPackage, GeoJSON, Shapefile, OSM pbf"),
    ],
    definition: Annotated[
        Path, typer.Option("--definition", metavar="TOML", help="地名来源定义 · Definition")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查，不写入 · Check only, store nothing")
    ] = False,
    build: Annotated[
        bool, typer.Option("--build/--no-build", help="导入后重建 · Build the gazetteer after it")
    ] = True,
    national: NationalOption = None,
    report_file: ReportOption = None,
) -> None:
    """导入一个地名来源的新版本 · Import a new edition of a source of names."""
    wanted = load_gazetteer_definition(definition)
    store = open_store(read_settings())
    with progress_bars() as progress:
        report = import_gazetteer(store, source, wanted, progress=progress, dry_run=dry_run)
    _describe(report.lines(), report.to_dict(), report_file)
    if not report.ok:
        first = str(report.refused[0]) if report.refused else "the file has no rows"
        raise ImportRefusedError(report.key, report.source, len(report.refused), first)
    if build and not dry_run:
        rebuild(store, national)


@gazetteer_app.command("build")
def build_file(*, national: NationalOption = None) -> None:
    """由图层、来源与更正建立地名库 · Build the gazetteer of layers, sources and corrections."""
    rebuild(open_store(read_settings()), national)


@gazetteer_app.command("check")
def check(
    *,
    source: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="只检查此文件，不写入 · Check this file only"),
    ] = None,
    definition: DefinitionOption = None,
    national: NationalOption = None,
    report_file: ReportOption = None,
) -> None:
    """检查地名：同名、一字之差、区域外 · Check names: homonyms, near names, places outside.

    文件有拒收的行时退出码为 1 · Ends with 1 where rows of the file are refused.
    """
    store = open_store(read_settings())
    if source is None:
        with progress_bars() as progress:
            made = read_tables(store, national=_national(national), progress=progress)
            found = check_tables(made.tables, made.contents["warnings"], progress)
        _describe(found.lines(), found.to_dict(), report_file)
        return
    if definition is None:
        message = "--definition is needed to check a file"
        raise typer.BadParameter(message)
    wanted = load_gazetteer_definition(definition)
    with progress_bars() as progress:
        report = import_gazetteer(store, source, wanted, progress=progress, dry_run=True)
    _describe(report.lines(), report.to_dict(), report_file)
    if report.refused:
        raise typer.Exit(1)


@gazetteer_app.command("list")
def list_sources() -> None:
    """列出来源与已建的地名库 · List sources and built gazetteers."""
    kept = GazetteerStore(open_store(read_settings()))
    table = Table(box=None, pad_edge=False)
    for heading in (
        "来源 source",
        "名称 name",
        "版本 edition",
        "状态 state",
        "生效 from",
        "条目 rows",
    ):
        table.add_column(heading)
    for source in kept.sources():
        rows = source.n_entries + source.n_names + source.n_doors + source.n_ranges
        label = source.label if not source.generated else f"{source.label}（示范数据 generated）"
        day = source.valid_from.isoformat()
        table.add_row(source.key, source.name, label, source.state, day, f"{rows:,}")
    for built in kept.builds():
        n = built.contents["counts"]["entities"]
        day = built.built_at.date().isoformat()
        table.add_row("", "地名库 gazetteer", built.edition, built.state, day, f"{n:,}")
    output().print(table)
    if kept.token() and kept.active_build().inputs != kept.inputs_token():
        note(
            "地名库已过时，请重建 · The gazetteer is older than its sources: xiaqu gazetteer build"
        )


def rebuild(store: BoundaryStore, national: Path | None = None) -> BuildInfo:
    """Build the gazetteer, and say what it is made of and what is missing."""
    with progress_bars() as progress:
        built = build_gazetteer(store, national=_national(national), progress=progress)
    counts = built.contents["counts"]
    shown = ", ".join(f"{name} {counts[name]:,}" for name in ("own_areas", "places", "doors"))
    note(f"地名库 {built.edition} 已启用 · Gazetteer active: {shown}")
    for warning in built.warnings:
        note(f"注意 · note: {warning}")
    return built


def _national(given: Path | None) -> Path | None:
    return given or read_settings().national_tree


def _describe(lines: list[str], values: dict[str, object], report_file: Path | None) -> None:
    for line in lines:
        note(line)
    if report_file is not None:
        text = json.dumps(values, ensure_ascii=False, indent=2, default=str)
        report_file.write_text(text + "\n", encoding="utf-8")
        note(f"完整报告 · Full report: {report_file}")
