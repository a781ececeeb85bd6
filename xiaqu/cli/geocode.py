"""``xiaqu geocode``: which place a text means, or each text of a file."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from api.suggestions import Suggestions
from boundaries.errors import NoActiveEditionError
from boundaries.locator import load_locator
from boundaries.store import BoundaryStore
from geo.address.answers import AddressHints, Decision, GeocodeAnswer, PartRole
from xiaqu.assignment import AssignmentOptions, AssignmentSummary, geocode_file
from xiaqu.assignment.readers import KNOWN_SUFFIXES
from xiaqu.cli.assign import describe
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.options import (
    AddressColumnOption,
    CommunityColumnOption,
    DistrictColumnOption,
    EstateColumnOption,
    LimitOption,
    TownshipColumnOption,
    address_options,
)
from xiaqu.compose import open_geocoder, open_store
from xiaqu.errors import ColumnError, FileFormatError
from xiaqu.providers import provider_of, suggester_of
from xiaqu.settings import Settings, read_settings

_HINTS = "已知信息 · What is known"
_FILE = "文件 · File"
_DECISIONS = {
    Decision.ACCEPTED: "采用 accepted",
    Decision.REVIEW: "须人工选择 review",
    Decision.REFUSED: "不能回答 refused",
}


def _candidates(answer: GeocodeAnswer) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("候选 candidate", "方式 precision", "可信度 conf.", "精度 acc.", "经度,纬度"):
        table.add_column(heading, overflow="fold")
    for candidate in answer.candidates:
        table.add_row(
            candidate.label,
            str(candidate.precision),
            f"{candidate.confidence:.2f}",
            f"{candidate.accuracy_m:,.0f} m",
            f"{candidate.lon:.6f},{candidate.lat:.6f}",
        )
    return table


def _parts(answer: GeocodeAnswer) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("文字 text", "读作 read as", "地名 name"):
        table.add_column(heading, overflow="fold")
    for part in answer.parts:
        if part.text.strip():
            style = "dim" if part.role is PartRole.IGNORED else None
            table.add_row(part.text, str(part.role), part.name or "-", style=style)
    return table


def _jurisdiction(store: BoundaryStore, answer: GeocodeAnswer) -> dict[str, Any] | None:
    """Give who holds the best candidate; None without one, or without any layer."""
    best = answer.best
    if best is None:
        return None
    try:
        locator = load_locator(store)
    except NoActiveEditionError:
        return None
    return locator.locate(best.lon, best.lat, accuracy_m=best.accuracy_m).to_dict()


def _show(
    answer: GeocodeAnswer, jurisdiction: dict[str, Any] | None, suggested: Suggestions
) -> None:
    out = output()
    for line in (_DECISIONS[answer.decision], answer.explanation_zh, answer.explanation_en):
        out.print(line, markup=False, soft_wrap=True)
    if answer.candidates:
        out.print(_candidates(answer))
        out.print(answer.candidates[0].why_zh, markup=False, soft_wrap=True)
    out.print(_parts(answer))
    if jurisdiction is not None:
        chain = [link["name"] or "-" for link in jurisdiction["chain"]]
        out.print(f"辖区 areas: {' > '.join(chain)}", markup=False, soft_wrap=True)
        if jurisdiction["flags"]:
            note(f"标记 flags: {', '.join(jurisdiction['flags'])}")
    for place in suggested.places:
        text = f"{place['label']} {place['lon']},{place['lat']}"
        line = f"在线建议 {place['provider']}: {text}（未采用 not accepted）"
        out.print(line, markup=False, soft_wrap=True)
    if suggested.problem:
        note(f"警告 warning: {suggested.problem}")


def _geocode_text(
    settings: Settings, text: str, hints: AddressHints, limit: int, *, as_json: bool
) -> None:
    store = open_store(settings)
    provider = provider_of(settings)
    answer = open_geocoder(store).geocode(text, hints=hints, limit=limit)
    suggested = Suggestions()
    if provider is not None and answer.decision is not Decision.ACCEPTED:
        suggested = suggester_of(provider)(answer)
    jurisdiction = _jurisdiction(store, answer)
    if not as_json:
        _show(answer, jurisdiction, suggested)
        return
    body = {
        **answer.to_dict(),
        "jurisdiction": jurisdiction,
        "suggestions": suggested.places,
        "suggestions_problem": suggested.problem or None,
    }
    output().out(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())


def _geocode_file(
    settings: Settings, source: Path, target: Path, options: AssignmentOptions
) -> AssignmentSummary:
    with progress_bars() as progress:
        geocoder = open_geocoder(open_store(settings))
        return geocode_file(source, target, geocoder, options, progress=progress)


def geocode(  # noqa: PLR0913 - one parameter for each option
    *,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT|FILE", help="文字，或表格文件 · A text, or a file of them"),
    ],
    target: Annotated[
        Path | None,
        typer.Argument(metavar="[OUT]", help="文件的结果 · Result of a file", show_default=False),
    ] = None,
    district: Annotated[
        str, typer.Option("--district", help="区 · District", rich_help_panel=_HINTS)
    ] = "",
    township: Annotated[
        str, typer.Option("--township", help="街道、乡镇 · Township", rich_help_panel=_HINTS)
    ] = "",
    community: Annotated[
        str, typer.Option("--community", help="社区、村 · Community", rich_help_panel=_HINTS)
    ] = "",
    estate: Annotated[
        str, typer.Option("--estate", help="小区 · Housing estate", rich_help_panel=_HINTS)
    ] = "",
    limit: LimitOption = 5,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · The answer as JSON")] = False,
    address_column: AddressColumnOption = None,
    district_column: DistrictColumnOption = None,
    township_column: TownshipColumnOption = None,
    community_column: CommunityColumnOption = None,
    estate_column: EstateColumnOption = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help="CSV 编码 · Encoding of a CSV file", rich_help_panel=_FILE),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", help="GeoPackage 中的表 · Table to read", rich_help_panel=_FILE),
    ] = None,
    prefix: Annotated[
        str,
        typer.Option("--prefix", help="新列名前缀 · Put before headings", rich_help_panel=_FILE),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="覆盖已有结果 · Replace files", rich_help_panel=_FILE)
    ] = False,
) -> None:
    """一段文字指哪里；或给文件逐行定位 · Which place a text means, or each row of a file.

    只有 accepted 可不经人工采用；文件中其余各行连同候选写入 <OUT>-review.csv。
    Only accepted may be used without a person; other rows go to <OUT>-review.csv as well.
    """
    settings = read_settings()
    source = Path(text)
    if target is None and not _is_file(source):
        hints = AddressHints(district, township, community, estate)
        _geocode_text(settings, text, hints, limit, as_json=as_json)
        return
    if target is None:
        raise FileFormatError(source, "name the file for the result after it")
    words = address_options(
        address_column,
        (district_column, township_column, community_column, estate_column),
        limit,
    )
    if words is None:
        raise ColumnError(source, "--address-column", "name the column with the words")
    options = AssignmentOptions(
        address=words, encoding=encoding, table=table, prefix=prefix, force=force
    )
    describe(_geocode_file(settings, source, target, options), target)


def _is_file(path: Path) -> bool:
    """Tell whether the argument names a file of a kind that can be read."""
    try:
        return path.suffix.lower() in KNOWN_SUFFIXES and path.is_file()
    except (OSError, ValueError):  # a text may be longer than any name, or hold odd characters
        return False
