"""``xiaqu owner``: who is responsible for a place and a category, or for each row of a file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from api.owner_answer import DEFAULT_ACCURACY_M, Asked, Outcome, answer_point
from api.owner_text import answer_text
from api.owner_written import written
from boundaries.locator import today_in_china
from geo.address.answers import AddressHints
from geo.datum import parse_datum
from governance.book.terms import Caller
from governance.clocks.calendar import CHINA_TIME
from governance.owner.decisions import DecisionStore
from governance.owner.loading import load_resolver
from governance.owner.rows import RowDefaults
from xiaqu.assignment import AssignmentOptions
from xiaqu.assignment.owners import OwnerColumns, OwnerSummary, own_file
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.locate import read_number
from xiaqu.cli.options import AccuracyOption, AtOption, to_date
from xiaqu.cli.owner_picture import save_picture
from xiaqu.cli.owner_shown import show
from xiaqu.compose import open_geocoder, open_store
from xiaqu.settings import Settings, read_settings

_PLACE = "地点 · Place"
_FILE = "文件 · File"
_TWO = 2
_CALLERS = {"personal": Caller.PERSONAL, "enterprise": Caller.ENTERPRISE}
_MOMENTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


def owner(  # noqa: PLR0913 - one parameter for each option
    *,
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LON LAT | IN OUT]",
            help="经度 纬度，或表格文件及结果 · A place, or a file and its result",
            show_default=False,
        ),
    ] = None,
    category: Annotated[
        str,
        typer.Option("--category", metavar="CODE|PATH", help="事项编码或路径 · Code or full path"),
    ] = "",
    datum: Annotated[
        str | None,
        typer.Option("--datum", help="坐标系，默认 WGS-84 · Datum", rich_help_panel=_PLACE),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="TEXT", help="文字 · Words", rich_help_panel=_PLACE),
    ] = None,
    district: Annotated[
        str, typer.Option("--district", help="已知的区 · District", rich_help_panel=_PLACE)
    ] = "",
    township: Annotated[
        str, typer.Option("--township", help="已知的街道 · Township", rich_help_panel=_PLACE)
    ] = "",
    accuracy_m: AccuracyOption = DEFAULT_ACCURACY_M,
    at: AtOption = None,
    received_at: Annotated[
        datetime | None,
        typer.Option(
            "--received",
            formats=_MOMENTS,
            help="受理时间，默认现在，无时区按北京时间 · When it came in; default now",
        ),
    ] = None,
    caller: Annotated[
        str, typer.Option("--caller", help="personal 个人 or enterprise 企业")
    ] = "personal",
    lang: Annotated[str, typer.Option("--lang", help="zh or en")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · The answer as JSON")] = False,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="是否存档 · Keep the decision")
    ] = True,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            metavar="FILE",
            help="依据图存为 SVG · Draw the answer with its evidence as SVG",
            rich_help_panel=_PLACE,
        ),
    ] = None,
    category_column: Annotated[
        str | None,
        typer.Option(
            "--category-column", help="事项所在列 · Heading of categories", rich_help_panel=_FILE
        ),
    ] = None,
    at_column: Annotated[
        str | None,
        typer.Option("--at-column", help="日期所在列 · Heading of dates", rich_help_panel=_FILE),
    ] = None,
    caller_column: Annotated[
        str | None,
        typer.Option(
            "--caller-column", help="诉求人类型所在列 · Of callers", rich_help_panel=_FILE
        ),
    ] = None,
    received_column: Annotated[
        str | None,
        typer.Option("--received-column", help="受理时间所在列 · Of times", rich_help_panel=_FILE),
    ] = None,
    lon: Annotated[
        str | None, typer.Option("--lon", help="经度列 · Longitudes", rich_help_panel=_FILE)
    ] = None,
    lat: Annotated[
        str | None, typer.Option("--lat", help="纬度列 · Latitudes", rich_help_panel=_FILE)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="CSV 编码 · Encoding", rich_help_panel=_FILE)
    ] = None,
    prefix: Annotated[
        str, typer.Option("--prefix", help="新列名前缀 · Prefix", rich_help_panel=_FILE)
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="覆盖已有结果 · Replace", rich_help_panel=_FILE)
    ] = False,
) -> None:
    """一件事归谁办、为什么、到何时；或给文件逐行认定 · Who is responsible, why, until when.

    每次单件认定都存档并给出编号，可用 xiaqu decisions replay 复算；文件不存档。
    Each single answer is kept as a decision; the rows of a file are not.
    """
    given = places or []
    asked = Asked(
        category=category,
        at=to_date(at) or today_in_china(),
        received_at=_moment(received_at),
        caller=_choice("--caller", caller, _CALLERS),
        accuracy_m=accuracy_m,
    )
    language = _choice("--lang", lang, {"zh": "zh", "en": "en"})
    settings = read_settings()
    if category_column is not None or _is_file(given):
        if len(given) != _TWO or address is not None:
            message = "give the file and the file for the result: xiaqu owner IN OUT"
            raise typer.BadParameter(message)
        options = AssignmentOptions(
            lon=lon, lat=lat, datum=datum, encoding=encoding, prefix=prefix, force=force
        )
        headings = OwnerColumns(category_column, at_column, caller_column, received_column)
        summary = _own_file(settings, (Path(given[0]), Path(given[1])), asked, headings, options)
        _describe(summary, Path(given[1]))
        return
    if not category:
        message = "name the category: --category CODE, or its full path level 1->level 2->level 3"
        raise typer.BadParameter(message)
    if (len(given) == _TWO) == (address is not None) or len(given) not in {0, _TWO}:
        message = "give LON LAT, or --address TEXT, or IN OUT with --category-column"
        raise typer.BadParameter(message)
    hints = AddressHints(district, township)
    outcome = _outcome(settings, (given, datum or "WGS-84"), address, hints, asked)
    decision = _record(settings, outcome) if record else None
    if picture is not None and outcome.answer is not None:
        save_picture(open_store(settings), outcome.answer, decision, picture)
        note(f"依据图 · picture: {picture}")
    values = written(outcome, language, decision)
    if as_json:
        output().out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    show(values)


def _is_file(given: list[str]) -> bool:
    return len(given) == _TWO and Path(given[0]).suffix != "" and Path(given[0]).is_file()


def _choice(option: str, text: str, known: dict[str, Any]) -> Any:  # noqa: ANN401 - as the table
    if text not in known:
        message = f"{option} {text!r}: give one of {', '.join(known)}"
        raise typer.BadParameter(message)
    return known[text]


def _moment(given: datetime | None) -> datetime:
    if given is None:
        return datetime.now(CHINA_TIME).replace(microsecond=0)
    return given if given.tzinfo is not None else given.replace(tzinfo=CHINA_TIME)


def _outcome(
    settings: Settings,
    place: tuple[list[str], str],
    address: str | None,
    hints: AddressHints,
    asked: Asked,
) -> Outcome:
    given, datum = place
    if address is None:
        known = parse_datum(datum)
        point = read_number("lon", given[0]), read_number("lat", given[1])
        return answer_point(load_resolver(open_store(settings), at=asked.at), point, known, asked)
    store = open_store(settings)
    resolver = load_resolver(store, at=asked.at)
    return answer_text(resolver, open_geocoder(store), address, hints, asked)


def _record(settings: Settings, outcome: Outcome) -> str | None:
    if outcome.answer is None:
        return None
    return DecisionStore(open_store(settings)).record([outcome.answer])[0]


def _own_file(
    settings: Settings,
    paths: tuple[Path, Path],
    asked: Asked,
    headings: OwnerColumns,
    options: AssignmentOptions,
) -> OwnerSummary:
    defaults = RowDefaults(
        at=asked.at,
        category=asked.category,
        caller=asked.caller,
        received_at=asked.received_at,
        accuracy_m=asked.accuracy_m,
    )
    with progress_bars() as progress:
        resolver = load_resolver(open_store(settings), at=asked.at, progress=progress)
        return own_file(*paths, resolver, headings, defaults, options, progress=progress)


def _describe(summary: OwnerSummary, target: Path) -> None:
    note(f"{summary.n_rows:,} 行 rows -> {target}  ({summary.datum}; {summary.elapsed_s:.1f} s)")
    for kind, counted in (
        ("结论 status", summary.statuses),
        ("环节 step", summary.steps),
        ("标记 flag", summary.flags),
    ):
        for name, count in counted.most_common():
            note(f"  {kind} {name}: {count:,}")
    for code, count in summary.problems.most_common():
        note(f"  问题 problem {code}: {count:,}（保留 kept）")
