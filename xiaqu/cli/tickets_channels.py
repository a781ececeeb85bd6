"""``xiaqu tickets channels``: the catalogue of channels, request types and kinds of callers."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import orjson
import typer

from governance.tickets.channels import ChannelCatalogue, default_catalogue, read_catalogue
from governance.tickets.channels.catalogue import Entry
from governance.tickets.channels.keeping import catalogue_in_force, put_in_force
from xiaqu.cli.console import note, output
from xiaqu.cli.tickets_options import JsonOption
from xiaqu.errors import OutputExistsError
from xiaqu.settings import read_settings
from xiaqu.tickets.opening import open_tickets

__all__ = ["channels"]

_DEFAULT = "default"
_FLAGS: dict[str, Callable[[Entry], bool]] = {
    "互联网 online": lambda one: getattr(one, "is_online", False),
    "保护举报人 hides the reporter": lambda one: getattr(one, "hides_reporter", False),
    "紧急 urgent": lambda one: getattr(one, "is_urgent", False),
    "不并单 not merged": lambda one: not getattr(one, "is_merged", True),
    "不考核 not assessed": lambda one: not getattr(one, "is_assessed", True),
}


def channels(
    *,
    use: Annotated[
        str,
        typer.Option(
            "--use",
            metavar="TOML|default",
            help="启用此目录 · Put this catalogue in force, or that of the package",
        ),
    ] = "",
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft", metavar="TOML", help="写出默认目录供修改 · Write the default one, to change"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """显示或启用渠道、诉求类型、诉求人类型目录 · Show or change the catalogue of channels."""
    if draft is not None:
        if draft.exists():
            raise OutputExistsError(draft)
        shipped = files("governance.tickets.channels").joinpath("catalogue.toml")
        draft.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
        note(f"已写出 · written: {draft}")
        return
    store = open_tickets(read_settings())
    if use:
        wanted = default_catalogue() if use == _DEFAULT else read_catalogue(Path(use))
        put_in_force(store, wanted)
        note(f"已启用 · in force: {wanted.edition} ({wanted.version})")
    catalogue = catalogue_in_force(store)
    if as_json:
        values = {"version": catalogue.version, **catalogue.to_dict()}
        output().out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    _show(catalogue)


def _show(catalogue: ChannelCatalogue) -> None:
    out = output()
    head = f"{catalogue.edition}，自 from {catalogue.valid_from}，版本 version {catalogue.version}"
    out.print(head, style="bold", soft_wrap=True)
    for title, entries in (
        ("渠道 channels", catalogue.channels),
        ("诉求类型 request types", catalogue.request_types),
        ("诉求人类型 kinds of callers", catalogue.caller_kinds),
    ):
        out.print(f"\n{title}", style="bold")
        for one in entries.values():
            flags = "，".join(word for word, tells in _FLAGS.items() if tells(one))
            line = f"  {one.key}: {one.name} {one.name_en}" + (f" [{flags}]" if flags else "")
            out.print(line, markup=False, soft_wrap=True)
            out.print(f"    = {'、'.join(one.aliases)}", markup=False, soft_wrap=True)
            if one.note:
                out.print(f"    {one.note}", markup=False, soft_wrap=True, style="dim")
