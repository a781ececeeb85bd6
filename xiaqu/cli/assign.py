"""``xiaqu assign``: who holds every place of a file."""

from pathlib import Path
from typing import Annotated

import typer

from boundaries.locator import load_locator
from xiaqu.assignment import AssignmentOptions, AssignmentSummary, assign_file
from xiaqu.cli.console import note, progress_bars
from xiaqu.cli.options import (
    AccuracyOption,
    AddressColumnOption,
    AtOption,
    CommunityColumnOption,
    DistrictColumnOption,
    EstateColumnOption,
    LayerOption,
    LimitOption,
    TownshipColumnOption,
    address_options,
    to_date,
)
from xiaqu.compose import open_geocoder, open_store
from xiaqu.settings import read_settings

_COLUMNS = "坐标列 · Columns"
_OUTPUT = "输出 · Result"
_CHECKS = "核对 · Checks"


def describe(summary: AssignmentSummary, target: Path) -> None:
    """Write to standard error what happened to the rows of a file."""
    encoding = f", {summary.encoding}" if summary.encoding else ""
    note(
        f"{summary.n_rows:,} 行 rows -> {target}  "
        f"({summary.coordinates}; {summary.datum}{encoding}; {summary.elapsed_s:.1f} s)"
    )
    for decision, count in summary.decisions.items():
        note(f"  决定 decision {decision}: {count:,}")
    for key, count in summary.found.items():
        note(f"  {key}: {count:,} 行有归属 rows assigned")
    for flag, count in summary.flags.items():
        note(f"  标记 flag {flag}: {count:,}")
    for code, count in summary.problems.items():
        note(f"  问题 problem {code}: {count:,}（保留 kept）")
    for warning in summary.warnings:
        note(f"警告 warning: {warning}")
    if summary.review is not None:
        note(f"待人工确认 to be decided by a person: {summary.review}")


def assign(  # noqa: PLR0913 - one parameter for each option
    *,
    source: Annotated[Path, typer.Argument(metavar="IN", help="CSV, Parquet, GeoPackage, GeoJSON")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="CSV, Parquet, GeoPackage, GeoJSON")
    ],
    lon: Annotated[
        str | None,
        typer.Option("--lon", help="经度列名 · Heading of longitude", rich_help_panel=_COLUMNS),
    ] = None,
    lat: Annotated[
        str | None,
        typer.Option("--lat", help="纬度列名 · Heading of latitude", rich_help_panel=_COLUMNS),
    ] = None,
    datum: Annotated[
        str | None,
        typer.Option(
            "--datum",
            help="坐标系；默认按文件声明，否则 WGS-84 · Default: what the file states, else WGS-84",
            rich_help_panel=_COLUMNS,
        ),
    ] = None,
    address_column: AddressColumnOption = None,
    district_column: DistrictColumnOption = None,
    township_column: TownshipColumnOption = None,
    community_column: CommunityColumnOption = None,
    estate_column: EstateColumnOption = None,
    limit: LimitOption = 5,
    layer: LayerOption = None,
    at: AtOption = None,
    accuracy_m: AccuracyOption = 20.0,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", help="CSV 编码 · Encoding of a CSV file", rich_help_panel=_COLUMNS
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", help="GeoPackage 中的表 · Table to read", rich_help_panel=_COLUMNS),
    ] = None,
    prefix: Annotated[
        str,
        typer.Option(
            "--prefix", help="新列名前缀 · Put before added headings", rich_help_panel=_OUTPUT
        ),
    ] = "",
    label_column: Annotated[
        str | None,
        typer.Option(
            "--label-column",
            help="已有归属列，用于核对坐标系 · Column of known areas, to test the datum",
            rich_help_panel=_CHECKS,
        ),
    ] = None,
    label_layer: Annotated[
        str | None,
        typer.Option(
            "--label-layer",
            help="该列所指图层 · Layer that column names",
            rich_help_panel=_CHECKS,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="覆盖已有结果 · Replace an existing file", rich_help_panel=_OUTPUT
        ),
    ] = False,
) -> None:
    """给文件的每一行加上所属辖区 · Add the areas that hold each row of a file.

    行序与所有列不变；坏行保留并注明原因 · Rows, order and columns stay; bad rows say why.
    没有坐标的文件用 --address-column 指明文字列；不能直接采用的行写入 <OUT>-review.csv。
    """
    options = AssignmentOptions(
        lon=lon,
        lat=lat,
        datum=datum,
        layers=None if layer is None else tuple(layer),
        at=to_date(at),
        accuracy_m=accuracy_m,
        encoding=encoding,
        table=table,
        prefix=prefix,
        label_column=label_column,
        label_layer=label_layer,
        address=address_options(
            address_column,
            (district_column, township_column, community_column, estate_column),
            limit,
        ),
        force=force,
    )
    with progress_bars() as progress:
        store = open_store(read_settings())
        geocoder = None if options.address is None else open_geocoder(store)
        locator = load_locator(store, at=options.at, progress=progress)
        summary = assign_file(
            source, target, locator, options, geocoder=geocoder, progress=progress
        )
    describe(summary, target)
