"""What an import and a replay came to, for people and as JSON."""

from collections.abc import Mapping

import orjson
from rich.table import Table

from governance.tickets.records import Rebuilt
from governance.tickets.terms import (
    REVIEW_NAMES,
    STATE_NAMES,
    PlaceMethod,
)
from xiaqu.cli.console import note, output
from xiaqu.tickets.importing import ImportSummary

__all__ = ["PLACE_NAMES", "print_rebuilt", "print_summary"]

PLACE_NAMES: dict[str, str] = {
    PlaceMethod.NONE: "未定位 not placed",
    PlaceMethod.COORDINATES: "按坐标 by coordinates",
    PlaceMethod.ADDRESS: "按地址 by address",
    PlaceMethod.AGREED: "候选主体一致 candidates agree on the body",
    PlaceMethod.PERSON: "人工 by a person",
}
"""How places were found, in both languages."""

_MOST_SHOWN = 20


def print_summary(summary: ImportSummary, *, as_json: bool) -> None:
    """Print what became of the rows of a file; the counts add up to the rows."""
    out = output()
    if as_json:
        out.out(orjson.dumps(summary.to_dict(), option=orjson.OPT_INDENT_2).decode())
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_row("行 rows", f"{summary.n_rows:,}")
    table.add_row("  新工单 new tickets", f"{summary.n_new:,}")
    _counted(table, summary.placed, PLACE_NAMES, "    ")
    table.add_row("  已有且相同 known, the same", f"{summary.n_known:,}")
    table.add_row("  已有但不同 known, but different", f"{summary.n_changed:,}")
    table.add_row("  无法读取 rejected", f"{summary.n_rejected:,}")
    if summary.n_blank:
        table.add_row("空行 blank rows", f"{summary.n_blank:,}")
    states = {state.value: f"{zh} {en}" for state, (zh, en) in STATE_NAMES.items()}
    if summary.n_new:
        table.add_row("新工单的状态 state of the new ones", "")
        _counted(table, summary.states, states, "  ")
    if summary.n_review:
        table.add_row("待人工审核 in review (可有几个原因 one may have several reasons)",
                      f"{summary.n_review:,}")  # fmt: skip
        reasons = {code.value: f"{zh} {en}" for code, (zh, en) in REVIEW_NAMES.items()}
        _counted(table, summary.reasons, reasons, "  ")
    out.print(table)
    if summary.differs:
        listed = ", ".join(f"{name} {count:,}" for name, count in summary.differs.most_common())
        note(f"不同的字段 fields that differ: {listed}")
    if summary.rejected is not None:
        note(f"无法读取的行及原因 · rejected rows and why: {summary.rejected}")
    rate = summary.n_rows / summary.elapsed_s if summary.elapsed_s else 0.0
    how = f"{summary.mapping}; {summary.elapsed_s:.1f} s, {rate:,.0f}/s"
    note(f"{summary.file} -> {summary.source} ({how})")


def _counted(
    table: Table, counts: Mapping[str, int], names: Mapping[str, str], indent: str
) -> None:
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(f"{indent}{names.get(key, key)}", f"{count:,}")


def print_rebuilt(rebuilt: Rebuilt, *, as_json: bool) -> None:
    """Print what a replay found."""
    out = output()
    if as_json:
        values = {
            "events": rebuilt.n_events,
            "tickets": rebuilt.n_tickets,
            "incidents": rebuilt.n_incidents,
            "is_same": rebuilt.is_same,
            "is_written": rebuilt.is_written,
            "n_differences": rebuilt.n_differences,
            "differences": list(rebuilt.differences),
        }
        out.out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())
        return
    out.print(
        f"{rebuilt.n_events:,} 个事件 events -> {rebuilt.n_tickets:,} 张工单 tickets, "
        f"{rebuilt.n_incidents:,} 个事件单 incidents"
    )
    if rebuilt.is_same:
        out.print("与各表完全一致 · every table is as the log says")
        return
    done = "已改正 put right" if rebuilt.is_written else "未改动 left as they are"
    out.print(f"{rebuilt.n_differences:,} 处不同 differences; {done}")
    for one in rebuilt.differences[:_MOST_SHOWN]:
        text = f"  {one.table} {one.stream} {one.what}: {one.stored!r} -> {one.replayed!r}"
        out.print(text, markup=False, soft_wrap=True)
