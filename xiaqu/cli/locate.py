"""``xiaqu locate``: who holds one place."""

import re
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table
from typer.core import TyperCommand

from boundaries.locator import Locator, load_locator
from geo.coordinates import check_point
from geo.datum import parse_datum, point_to_cgcs2000
from geo.errors import CoordinateError
from xiaqu.cli.console import note, output
from xiaqu.cli.options import AccuracyOption, AtOption, LayerOption, to_date
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

_NEGATIVE_NUMBER = re.compile(r"-(\d|\.\d)[\d.eE+-]*")
_RULES = {
    "inside": "在内 inside",
    "border_smallest_code": "在边界上，取最小编码 on a border: smallest code",
    "overlap_smallest_code": "重叠处，取最小编码 overlap: smallest code",
    "nearest_within_tolerance": "空隙处，取最近 gap: nearest",
    "none": "无 none",
}


class LocateCommand(TyperCommand):
    """A command whose arguments may be negative numbers without ``--`` before them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own type is private
        """Move negative numbers behind a ``--``, so that they are not taken for options.

        A number that is the value of an option stays: options that take numbers are written
        before it and are recognised by the word before them.
        """
        if "--" in args:
            return super().parse_args(ctx, args)
        takes_value = {
            option
            for parameter in self.params
            if not getattr(parameter, "is_flag", False)
            for option in parameter.opts
        }
        places: list[str] = []
        others: list[str] = []
        for position, word in enumerate(args):
            is_value = position > 0 and args[position - 1] in takes_value
            is_number = _is_number(word) and not is_value
            (places if is_number else others).append(word)
        return super().parse_args(ctx, [*others, "--", *places] if places else others)


def _is_number(word: str) -> bool:
    if _NEGATIVE_NUMBER.fullmatch(word):
        return True
    try:
        float(word)
    except ValueError:
        return False
    return True


def read_number(field: str, text: str) -> float:
    """Read a coordinate; CoordinateError names the field where it is no number."""
    try:
        return float(text)
    except ValueError:
        problem = "is not a number; write decimal degrees such as 116.4039"
        raise CoordinateError(text, problem, field=field) from None


def _table(answer: dict[str, Any], locator: Locator) -> Table:
    names = {item.layer.key: item.layer.name for item in locator.layers}
    table = Table(box=None, pad_edge=False)
    for heading in ("图层 layer", "编码 code", "名称 name", "距边界 border", "规则 rule"):
        table.add_column(heading, justify="right" if "border" in heading else "left")
    for found in (*answer["chain"], *answer["overlays"]):
        border = found.get("border_m")
        table.add_row(
            names.get(found["layer"], found["layer"]),
            found["code"] or "-",
            found["name"] or "-",
            "-" if border is None else f"{border:,.1f} m",
            _RULES.get(found["rule"], found["rule"]),
        )
        for rival in found.get("contenders") or ():
            if rival["code"] != found["code"]:
                distance = f"{rival['distance_m']:,.1f} m"
                table.add_row("", rival["code"], rival["name"], distance, "候选 contender")
    return table


def locate(
    *,
    lon: Annotated[str, typer.Argument(metavar="LON", help="经度 · Longitude, or easting")],
    lat: Annotated[str, typer.Argument(metavar="LAT", help="纬度 · Latitude, or northing")],
    datum: Annotated[
        str,
        typer.Option("--datum", help="坐标系 · WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:n"),
    ] = "WGS-84",
    layer: LayerOption = None,
    at: AtOption = None,
    accuracy_m: AccuracyOption = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · The answer as JSON")] = False,
) -> None:
    """查一个地点属于谁 · Find who holds a place."""
    known_datum = parse_datum(datum)
    given = read_number("lon", lon), read_number("lat", lat)
    x, y = point_to_cgcs2000(*given, known_datum)
    day = to_date(at)
    locator = load_locator(open_store(read_settings()), at=day)
    check_point(x, y, locator.bounds)
    answer = locator.locate(
        x,
        y,
        at=day,
        accuracy_m=accuracy_m,
        layers=layer,
        input_point=(*given, str(known_datum)),
    ).to_dict()
    if as_json:
        output().out(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        return
    output().print(_table(answer, locator))
    if answer["flags"]:
        note(f"标记 flags: {', '.join(answer['flags'])}")
    if answer["provisional"]:
        note("权属待定 · Provisional: a ruling or an agreement is needed")
    if any(edition.get("generated") for edition in answer["editions"].values()):
        note("示范数据 · Generated demo data, not a real place")
