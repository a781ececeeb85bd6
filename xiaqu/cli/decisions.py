"""``xiaqu decisions``: answers on record, shown again and worked out again."""

from typing import Annotated

import orjson
import typer
from rich.table import Table

from api.decisions import told
from governance.owner.decisions import DecisionStore
from governance.owner.loading import replay
from xiaqu.cli.console import note, output
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

decisions_app = typer.Typer(help="权属认定记录 · Decisions on record", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="编号 · Id of the decision")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · As JSON")]


@decisions_app.callback()
def group() -> None:
    """权属认定记录 · Decisions on record."""


@decisions_app.command("list")
def list_decisions(
    *,
    body: Annotated[
        str | None, typer.Option("--body", metavar="CODE", help="主办主体 · Primary body")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="条数 · Most")] = 20,
) -> None:
    """列出认定记录，新的在前 · List decisions, the latest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("编号 id", "存档 recorded", "事项 category", "主体 body", "结论 status"):
        table.add_column(heading, overflow="fold")
    for head in DecisionStore(open_store(read_settings())).heads(limit=limit, body=body):
        recorded = head.recorded_at.isoformat(timespec="seconds")
        table.add_row(head.id, recorded, head.category, head.primary_body or "-", head.status)
    output().print(table)


@decisions_app.command("show")
def show_decision(*, decision: IdArgument, as_json: JsonOption = False) -> None:
    """显示一份认定 · Show a decision as it was recorded."""
    values = told(DecisionStore(open_store(read_settings())).get(decision), "zh")
    out = output()
    if as_json:
        out.out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    document = values["document"]
    out.print(str(values["summary"]), markup=False, soft_wrap=True, style="bold")
    question = document["question"]
    asked = f"{question['lon']},{question['lat']} {question['category']} {question['at']}"
    out.print(f"问 asked: {asked}", markup=False, soft_wrap=True)
    for line in values["considered"]:
        out.print(f"  {line}", markup=False, soft_wrap=True)
    intact = "完好 intact" if values["is_intact"] else "已被改动 CHANGED"
    recorded = values["recorded_at"].isoformat(timespec="seconds")
    note(f"存档 recorded {recorded}; {intact}")


@decisions_app.command("replay")
def replay_decision(*, decision: IdArgument, as_json: JsonOption = False) -> None:
    """按原版本复算并比对，不同则退出码为 1 · Work it out again; exit code 1 if it differs."""
    again = replay(open_store(read_settings()), decision)
    differences = [
        {"path": path, "before": before, "after": after}
        for path, before, after in again.differences
    ]
    out = output()
    if as_json:
        values = {"id": again.decision.id, "is_same": again.is_same, "differences": differences}
        out.out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
    elif again.is_same:
        out.print("复算结果完全一致 · the same to the last byte")
    for difference in () if as_json else differences:
        text = f"{difference['path']}: {difference['before']} -> {difference['after']}"
        out.print(text, markup=False, soft_wrap=True)
    if not again.is_same:
        if not again.decision.is_intact:
            note("存档内容已被改动 · the record was changed")
        raise typer.Exit(1)
