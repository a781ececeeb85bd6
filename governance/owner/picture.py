"""An answer as one picture (SVG): the map beside the trail of rules, and what would change it."""

from collections.abc import Iterator, Sequence

from governance.book.definition import Category
from governance.book.terms import STEP_NAMES, Role, Step
from governance.owner.answer import Considered, OwnerAnswer
from governance.owner.explain import explain
from governance.owner.picture_ground import PictureGround
from governance.owner.picture_map import draw_map, draw_whereabouts
from governance.owner.picture_marks import (
    ACCENT,
    CRIMSON,
    FONT,
    INK,
    LINE,
    MUTED,
    text,
    width_of,
    wrap,
)
from governance.owner.representation import summary

__all__ = ["draw_owner"]

WIDTH = 1360
_MARGIN = 40
_MAP = (576, 480)
_TRAIL_X = _MARGIN + _MAP[0] + 34
_TRAIL_WIDTH = WIDTH - _MARGIN - _TRAIL_X
_TOP = 190
_ROW = 21
_NAMES = 132
_MOST_WISHES = 8
_CALLERS = {"personal": "个人", "enterprise": "企业", "": "不限"}
_STATUS = {
    "decided": ("已定", ACCENT),
    "provisional": ("权属待定", CRIMSON),
    "disputed": ("首接负责", CRIMSON),
    "nobody": ("待核实", CRIMSON),
}
_KINDS = {"district": "区", "township": "街道", "community": "社区", "grid": "网格"}
_ROLES = ((Role.CO_ORGANISER, "协办"), (Role.SUPERVISING, "督办"), (Role.COPIED, "抄送"))


def draw_owner(
    answer: OwnerAnswer,
    ground: PictureGround,
    category: Category,
    *,
    decision: str = "",
    stamps: Sequence[str] = (),
) -> str:
    """Draw an answer with its evidence.

    Parameters
    ----------
    answer
        Of a point.
    ground
        What lies around it, from :func:`governance.owner.picture_ground.read_ground`.
    category
        Entry of the catalogue that was asked.
    decision
        Id of the decision; empty where the answer is not kept.
    stamps
        What the picture must say about itself, such as 示范数据.

    Returns
    -------
    str
        SVG; texts stay texts and need a font with Chinese signs where it is shown.
    """
    trail, below_trail = _trail(answer, category)
    wishes, wishes_bottom = _wishes(answer, below_trail + 34)
    place, place_bottom = _below_map(answer, ground)
    bottom = max(wishes_bottom, place_bottom) + 22
    footer, height = _footer(answer, decision, bottom)
    frame = f'<rect x="0.5" y="0.5" width="{_MAP[0] - 1}" height="{_MAP[1] - 1}" fill="none" '
    body = [
        *_head(answer, category, stamps),
        f'<svg x="{_MARGIN}" y="{_TOP}" width="{_MAP[0]}" height="{_MAP[1]}">',
        draw_map(answer, ground, *_MAP),
        f'{frame}stroke="{INK}" stroke-width="1"/></svg>',
        *place,
        *trail,
        *wishes,
        *footer,
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FONT}">'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>{"".join(body)}</svg>\n'
    )


def _head(answer: OwnerAnswer, category: Category, stamps: Sequence[str]) -> Iterator[str]:
    name = "没有责任主体" if answer.primary is None else answer.primary.name
    yield text(_MARGIN, 44, "责任主体 · 主办", 14, MUTED)
    yield text(_MARGIN, 88, name, 34, INK, weight=700)
    status, colour = _STATUS[answer.status]
    yield _badge(_MARGIN + width_of(name, 34) + 18, 62, status, colour)
    yield text(_MARGIN, 122, summary(answer), 16, INK)
    others = []
    for role, title in _ROLES:
        names = "、".join(body.name for body in answer.others if body.role == role)
        others += [f"{title} {names}"] if names else []
    yield text(_MARGIN, 150, "　".join(others), 14, MUTED)
    x = float(WIDTH - _MARGIN)
    for stamp in reversed(stamps):
        x -= width_of(stamp, 14) + 24
        yield _badge(x, 26, stamp, CRIMSON if stamp == stamps[-1] else MUTED, size=14)
        x -= 10
    for row, (key, value) in enumerate(_facts(answer, category)):
        y = 80 + row * 23
        yield text(_TRAIL_X + 250, y, key, 14, MUTED)
        yield text(_TRAIL_X + 318, y, value, 14, INK)
    yield _rule(_MARGIN, 168, WIDTH - _MARGIN, INK, 2)


def _facts(answer: OwnerAnswer, category: Category) -> list[tuple[str, str]]:
    question = answer.question
    due = answer.deadline
    when = question.at.isoformat() if due is None else f"{due.due_at:%Y-%m-%d %H:%M}"
    deadline = "" if due is None else f"（{due.level_name}）"
    return [
        ("派单目录", f"{category.level_2} › {category.level_3}（{category.code}）"),
        ("地点", f"E {question.lon:.6f}°，N {question.lat:.6f}°"),
        ("诉求人", _CALLERS[question.caller.value] + f"，认定日期 {question.at.isoformat()}"),
        ("时限" if due is not None else "日期", when + deadline),
    ]


def _trail(answer: OwnerAnswer, category: Category) -> tuple[list[str], float]:
    """List each step with its candidates; the one taken on a coloured ground."""
    x, right = _TRAIL_X, _TRAIL_X + _TRAIL_WIDTH
    parts = [
        text(x, _TOP + 15, "规则核对", 18, INK, weight=700),
        text(right, _TOP + 15, "依次核对，第一个能确定主体的步骤为准", 13, MUTED, anchor="end"),
        _rule(x, _TOP + 26, right, INK, 1.5),
    ]
    y = _TOP + 26.0
    for number, step in enumerate(Step, start=1):
        rows = _rows_of(step, answer, category)
        height = sum(len(row[1]) for row in rows) * _ROW + 11
        is_taken = any(row[0] for row in rows)
        if is_taken:
            parts.append(
                f'<rect x="{x - 10}" y="{y + 1:.1f}" width="{_TRAIL_WIDTH + 20}" '
                f'height="{height - 1:.1f}" fill="#E7EFF8"/>'
            )
        is_open = step == Step.RULING or step in category.steps
        colour = INK if is_open else "#8592A5"
        weight = 700 if is_taken else 400
        parts.append(text(x, y + 21, str(number), 14, MUTED))
        parts.append(text(x + 20, y + 21, STEP_NAMES[step][0], 14, colour, weight=weight))
        for taken, lines in rows:
            for line in lines:
                y += _ROW
                said = ACCENT if taken else INK if is_open and answer.primary else MUTED
                parts.append(
                    text(x + _NAMES, y, line, 13.5, said if is_open else "#8592A5",
                         weight=700 if taken else 400)
                )  # fmt: skip
        y += 11
        parts.append(_rule(x, y, right, LINE, 1))
    return parts, y


def _rows_of(step: Step, answer: OwnerAnswer, category: Category) -> list[tuple[bool, list[str]]]:
    """Write the candidates of a step: those with one reason and one place together."""
    found: dict[str, tuple[list[str], Considered]] = {}
    for item in answer.considered:
        if item.step != step:
            continue
        where = _where(item)
        key = f"{item.is_taken}|{where}|{explain(item.reason)}"
        if item.reason[:1] == ("other_category",):
            key = "other_category"
        found.setdefault(key, ([], item))[0].append(_who(item))
    if not found:
        closed = step != Step.RULING and step not in category.steps
        return [(False, ["目录规定该事项不由此环节办理" if closed else "此处没有"])]
    rows = []
    for names, item in found.values():
        where = "" if item.reason[:1] == ("other_category",) else _where(item)
        mark = "✓ " if item.is_taken else ""
        said = f"{mark}{'、'.join(dict.fromkeys(names))}{where}：{explain(item.reason)}"
        rows.append((item.is_taken, wrap(said, 13.5, _TRAIL_WIDTH - _NAMES)))
    return rows


def _who(item: Considered) -> str:
    return item.body_name or "（无主体）"


def _where(item: Considered) -> str:
    """Name the feature of a line, an asset or a special area, with its distance."""
    if item.step in {Step.ASSET, Step.LINEAR} and item.distance_m is not None:
        return f"（{item.feature_name}，{item.distance_m:.1f}米，{item.rule}）"
    if item.step == Step.OVERLAY:
        return f"（{item.feature_name}，{item.rule}）"
    return f"（{item.rule}）" if item.rule and item.is_taken else ""


def _below_map(answer: OwnerAnswer, ground: PictureGround) -> tuple[list[str], float]:
    """Show where that is in the city: the township on a small map, and the chain of areas."""
    wide, high = 236, 168
    y = _TOP + _MAP[1] + 22
    held = next((str(row["code"]) for row in answer.chain if row["kind"] == "township"), "")
    parts = [
        f'<svg x="{_MARGIN}" y="{y}" width="{wide}" height="{high}">',
        draw_whereabouts(ground, held, wide, high),
        f'<rect x="0.5" y="0.5" width="{wide - 1}" height="{high - 1}" fill="none" ',
        f'stroke="{LINE}"/></svg>',
    ]
    x = _MARGIN + wide + 28
    for row, area in enumerate(answer.chain):
        top = y + row * 42
        parts.append(text(x, top + 18, _KINDS.get(str(area["kind"]), str(area["kind"])), 14, MUTED))
        parts.append(text(x + 78, top + 18, str(area["name"] or "无"), 15, INK, weight=600))
        border = area.get("border_m")
        far = "" if border is None else f"，距界{float(border):,.0f}米"
        parts.append(text(x + 78, top + 36, f"{area['code'] or ''}{far}", 12.5, MUTED))
    return parts, y + high


def _wishes(answer: OwnerAnswer, y: float) -> tuple[list[str], float]:
    x, right = _TRAIL_X, _TRAIL_X + _TRAIL_WIDTH
    parts = [
        text(x, y, "什么会改变结论", 18, INK, weight=700),
        text(right, y, f"可信度 {answer.confidence:.2f}", 15, INK, weight=600, anchor="end"),
        _rule(x, y + 11, right, INK, 1.5),
    ]
    y += 14
    for reason in answer.would_change[:_MOST_WISHES]:
        for line in wrap(explain(reason), 13.5, _TRAIL_WIDTH):
            y += _ROW
            parts.append(text(x, y, line, 13.5, INK))
    if not answer.would_change:
        y += _ROW
        parts.append(text(x, y, "没有已知的情形", 13.5, MUTED))
    return parts, y


def _footer(answer: OwnerAnswer, decision: str, y: float) -> tuple[list[str], float]:
    context = answer.context
    editions = "，".join(f"{key} {str(name)[:8]}" for key, name in context["editions"].items())
    kept = f"规则册 {str(context['book'])[:8]}　工作日历 {str(context['calendar'])[:8]}"
    lines = [
        f"认定编号 {decision or '未存档'}　{kept}　规则引擎 {context['engine']}",
        *wrap(f"数据版本 {editions}", 12.5, WIDTH - 2 * _MARGIN),
        "软件给出建议，责任由人认定。地图未经审图，仅供内部使用，不作为界线依据。",
    ]
    parts = [_rule(_MARGIN, y, WIDTH - _MARGIN, LINE, 1)]
    for line in lines:
        y += 21
        parts.append(text(_MARGIN, y, line, 12.5, MUTED))
    return parts, y + 24


def _badge(x: float, y: float, words: str, colour: str, size: float = 16) -> str:
    wide, high = width_of(words, size) + 24, size + 14
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="3" '
        f'fill="none" stroke="{colour}" stroke-width="1.6"/>'
        + text(x + wide / 2, y + size + 3.5, words, size, colour, weight=700, anchor="middle")
    )


def _rule(x: float, y: float, right: float, colour: str, wide: float) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="{wide:g}"/>'
    )
