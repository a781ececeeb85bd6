"""An answer of ownership on the terminal: who, why, until when, what would change it."""

from typing import Any

from rich.table import Table

from xiaqu.cli.console import note, output

_ROLES = {
    "co_organisers": "协办 co-organisers",
    "copied": "抄送 copied",
    "supervising": "督办 supervising",
}
_STATUSES = {
    "decided": "已定 decided",
    "provisional": "权属待定 provisional",
    "disputed": "有争议 disputed",
    "nobody": "无人负责 nobody",
    "place_unclear": "地点不明 place unclear",
}
_CLOCKS = {"natural": "自然日 natural", "working": "工作日 working days"}


def show(values: dict[str, Any]) -> None:
    """Print the JSON values of an answer for people; notes go to standard error."""
    out = output()
    out.print(values["summary"], markup=False, soft_wrap=True, style="bold")
    place = values["place"]
    for line in place["notes"]:
        note(f"注意 note: {line}")
    if values["status"] == "place_unclear":
        out.print(_places(values["candidates"]))
        note("未认定，未存档 · Nothing was decided or recorded")
        return
    status = f"{_STATUSES[values['status']]}  可信度 confidence {values['confidence']:.2f}"
    rule = f"  规则 rule {values['rule']}" if values["rule"] else ""
    out.print(f"{status}{rule}", markup=False, soft_wrap=True)
    _show_bodies(values)
    deadline = values["deadline"]
    if deadline is not None:
        clock = _CLOCKS.get(deadline["clock"], deadline["clock"])
        doubt = "（日历未公布 calendar not published）" if deadline["is_provisional"] else ""
        text = f"时限 due {deadline['due_at']}  {deadline['level_name']} {clock}{doubt}"
        out.print(text, markup=False, soft_wrap=True)
    chain = " > ".join(link["name"] or "-" for link in values["chain"])
    out.print(f"所在 areas {chain}", markup=False, soft_wrap=True)
    for post in values["posts"]:
        holder = post["holder"] or "空缺 vacant"
        text = f"岗位 post {post['kind']} {holder} ({post['area_name']})"
        out.print(text, markup=False, soft_wrap=True)
    if values["considered"]:
        out.print(_considered(values["considered"]))
    for wish in values["would_change"]:
        out.print(f"可能改变 would change: {wish['text']}", markup=False, soft_wrap=True)
    if values["flags"]:
        note(f"标记 flags: {', '.join(values['flags'])}")
    if values["decision"]:
        note(f"认定编号 decision: {values['decision']}")
    if values["evidence"]["book"]["generated"]:
        note("示范数据 · Generated demo data, not a real place")


def _show_bodies(values: dict[str, Any]) -> None:
    out = output()
    primary = values["primary"]
    if primary is not None:
        phone = f"  {primary['phone']}" if primary["phone"] else ""
        text = f"主办 primary {primary['name']} ({primary['code']}){phone}"
        out.print(text, markup=False, soft_wrap=True)
    for role, title in _ROLES.items():
        names = "、".join(f"{body['name']} ({body['code']})" for body in values[role])
        if names:
            out.print(f"{title} {names}", markup=False, soft_wrap=True)


def _considered(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "环节 step", "规则 rule", "主体 body", "依据地物 feature", "理由 reason"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        distance = "" if row["distance_m"] is None else f" {row['distance_m']:,.0f} m"
        table.add_row(
            "✓" if row["is_taken"] else "",
            row["step_name"],
            row["rule"],
            row["body_name"] or "-",
            f"{row['feature_name'] or '-'}{distance}",
            row["reason"]["text"],
            style=None if row["is_taken"] else "dim",
        )
    return table


def _places(candidates: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("候选地点 place", "可信度 conf.", "经度,纬度", "主体 owner"):
        table.add_column(heading, overflow="fold")
    for row in candidates:
        table.add_row(
            row["label"],
            f"{row['place_confidence']:.2f}",
            f"{row['lon']:.6f},{row['lat']:.6f}",
            row["owner"]["name"] or "-",
        )
    return table
