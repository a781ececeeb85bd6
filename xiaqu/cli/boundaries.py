"""``xiaqu boundaries``: layers and their editions."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from boundaries.definition import load_definition
from boundaries.exporter import export_layer
from boundaries.importer import ImportReport, check_layer, import_layer
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.compose import open_store
from xiaqu.errors import OutputExistsError
from xiaqu.refusing import require_stored
from xiaqu.settings import read_settings

boundaries_app = typer.Typer(help="图层与版本 · Layers and their editions", no_args_is_help=True)

_MOST_SHOWN_OF_A_KIND = 10


@boundaries_app.callback()
def group() -> None:
    """图层与版本 · Layers and their editions."""


def _describe(report: ImportReport, report_file: Path | None) -> None:
    for line in report.lines(_MOST_SHOWN_OF_A_KIND):
        note(line)
    if report_file is not None:
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2, default=str)
        report_file.write_text(text + "\n", encoding="utf-8")
        note(f"完整报告 · Full report: {report_file}")


ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="完整报告写入 JSON · Full report as JSON"),
]


@boundaries_app.command("import")
def import_file(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="GeoJSON, GeoPackage, zipped Shapefile, GeoParquet, KML"
        ),
    ],
    definition: Annotated[
        Path, typer.Argument(metavar="DEFINITION", help="图层定义 · Layer definition (TOML)")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查，不写入 · Check only, store nothing")
    ] = False,
    activate: Annotated[
        bool,
        typer.Option("--activate/--no-activate", help="导入后启用 · Activate the new edition"),
    ] = True,
    report_file: ReportOption = None,
) -> None:
    """导入一个图层的新版本 · Import a new edition of a layer."""
    wanted = load_definition(definition)
    store = open_store(read_settings())
    with progress_bars() as progress:
        report = import_layer(
            store, source, wanted, progress=progress, activate=activate, dry_run=dry_run
        )
    _describe(report, report_file)
    require_stored(report)


@boundaries_app.command("list")
def list_layers() -> None:
    """列出图层与启用的版本 · List layers and their active editions."""
    store = open_store(read_settings())
    active = {edition.layer: edition for edition in store.active_editions()}
    table = Table(box=None, pad_edge=False)
    for heading in (
        "图层 layer",
        "名称 name",
        "角色 role",
        "版本 edition",
        "生效 from",
        "区域 areas",
    ):
        table.add_column(heading)
    for layer in store.layers():
        edition = active.get(layer.key)
        if edition is None:
            table.add_row(layer.key, layer.name, layer.role, "未启用 none active", "", "")
            continue
        label = edition.label if not edition.generated else f"{edition.label}（示范数据 generated）"
        table.add_row(
            layer.key,
            layer.name,
            layer.role,
            label,
            edition.valid_from.isoformat(),
            f"{edition.n_areas:,}",
        )
    output().print(table)


@boundaries_app.command("check")
def check(
    *,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="图层 · Key of the layer")],
    report_file: ReportOption = None,
) -> None:
    """检查启用的版本 · Check the active edition of a layer.

    发现错误时退出码为 1 · Ends with 1 where errors are found.
    """
    with progress_bars() as progress:
        report = check_layer(open_store(read_settings()), layer, progress=progress)
    _describe(report, report_file)
    if not report.ok:
        raise typer.Exit(1)


@boundaries_app.command("export")
def export_file(
    *,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="图层 · Key of the layer")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=".geojson .gpkg .parquet .kml .zip (Shapefile)")
    ],
    force: Annotated[
        bool, typer.Option("--force", help="覆盖已有文件 · Replace an existing file")
    ] = False,
) -> None:
    """导出启用的版本 · Export the active edition of a layer."""
    if out.exists() and not force:
        raise OutputExistsError(out)
    edition = export_layer(open_store(read_settings()), layer, out)
    terms = (edition.secrecy, edition.review_number or "无审图号 no review number")
    note(f"{out}: {edition.n_areas:,} {layer}, {edition.label}, {' · '.join(terms)}")
