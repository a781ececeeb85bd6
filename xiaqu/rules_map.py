"""Pictures of a check or a comparison of rule books: one file that needs no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from api.drawing import Frame, path_of
from api.shapes import LayerShapes
from boundaries.store import BoundaryStore
from governance.book.difference import BookDiff
from governance.book.findings import TITLES, BookReport, Severity
from governance.owner.grounds import Grounds
from xiaqu.errors import FileFormatError

__all__ = ["Marks", "check_map_path", "marks_of_diff", "marks_of_report", "write_map"]

_TENTHS = 10
_RED, _AMBER, _BLUE = "#B3264A", "#C77700", "#0B5CAD"
_COLOURS = {Severity.ERROR: _RED, Severity.WARNING: _AMBER, Severity.NOTE: _BLUE}
_SEVERITIES = {
    Severity.ERROR: "错误 errors",
    Severity.WARNING: "警告 warnings",
    Severity.NOTE: "提示 notes",
}
_TINTS = ("#E6550D", "#3182BD", "#31A354", "#756BB1", "#D6618F", "#8C6D31", "#17A2A2", "#636363")
_OPACITY = 0.55
_STYLE = (
    "body{font:15px/1.5 'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "sans-serif;color:#15202E;background:#FFF;margin:24px auto;max-width:1040px;padding:0 16px}"
    "svg{width:100%;height:auto;border:1px solid #D7DEE8}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #E3E8EF;padding:5px 8px;text-align:left;vertical-align:top}"
    "td.n{text-align:right;white-space:nowrap}i.key{display:inline-block;width:12px;height:12px;"
    "margin-right:6px}small{color:#5A6B80}"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a picture shows over the city, and the words around it.

    Attributes
    ----------
    title, summary
        Headline, and lines below it.
    layer
        Key of the layer of ``fills``; empty for none.
    fills
        Colour of each area by code.
    dots
        lon, lat, colour and words of each place.
    legend
        Colour and words.
    columns, rows
        The table below the picture.
    """

    title: str
    summary: tuple[str, ...]
    layer: str
    fills: Mapping[str, str]
    dots: Sequence[tuple[float, float, str, str]]
    legend: Sequence[tuple[str, str]]
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def check_map_path(path: Path) -> None:
    """Raise FileFormatError unless a file name ends in ``.html`` or ``.svg``."""
    if path.suffix.lower() not in {".html", ".svg"}:
        raise FileFormatError(path, "a map is written as .html or .svg")


def marks_of_report(report: BookReport) -> Marks:
    """Say what a map of a check shows: areas with gaps, and the place of each finding."""
    most = max(report.unanswered.values(), default=0)
    fills = {code: _RED if n == most else _AMBER for code, n in report.unanswered.items()}
    dots = [
        (f.lon, f.lat, _COLOURS[f.severity], f"{TITLES[f.code][0]}：{f.message}")
        for f in reversed(report.findings)
        if f.lon is not None and f.lat is not None
    ]
    counts = ", ".join(f"{TITLES[code][0]} {n:,}" for code, n in report.counts.items())
    rows = [
        (_SEVERITIES[f.severity], "<br>".join(TITLES[f.code]), f.subject, f.message, f.message_en)
        for f in report.findings
    ]
    legend = [(_COLOURS[s], words) for s, words in _SEVERITIES.items()]
    if most:
        legend.append((_AMBER, f"有事项无人负责的 {report.layer} gaps"))
        legend.append((_RED, f"缺口最多：{most:,} 项 most categories without an owner"))
    return Marks(
        f"权责规则册检查：{report.label}",
        (
            f"{report.at} · {report.n_places:,} 处 places × {report.n_categories:,} 项 categories",
            counts or "未发现问题 nothing found",
        ),
        report.layer,
        fills,
        dots,
        legend,
        ("级别 severity", "类别 kind", "对象 subject", "说明", "in English"),
        rows,
    )


def marks_of_diff(diff: BookDiff, names: Mapping[str, str]) -> Marks:
    """Say what a map of a comparison shows: the areas that change hands, by new body.

    ``names`` has the name of each body by code.
    """
    largest = {move.after: _TINTS[-1] for move in diff.moves}
    largest |= dict(zip(list(largest)[: len(_TINTS) - 1], _TINTS, strict=False))
    fills: dict[str, str] = {}
    for move in reversed(diff.moves):
        fills |= dict.fromkeys(move.areas, largest[move.after])

    def name(code: str) -> str:
        return f"{names.get(code, '')}（{code}）" if code else "无人 nobody"

    dots = [
        (m.lon, m.lat, largest[m.after], f"{name(m.before)} → {name(m.after)}")
        for m in reversed(diff.moves)
    ]
    shown = list(dict.fromkeys(largest.values()))
    legend = [
        (tint, "、".join(name(code) for code, t in largest.items() if t == tint)[:60])
        for tint in shown
    ]
    rows = [
        (
            name(m.before),
            name(m.after),
            f"{len(m.categories):,}",
            f"{len(m.areas):,}（{m.share:.1%}）",
            f"{m.n_elsewhere:,}",
            f"{m.lon:.6f}, {m.lat:.6f}",
        )
        for m in diff.moves
    ]
    n_tickets = sum(move.count for move in diff.ticket_moves)
    tickets = f"；工单 {n_tickets:,} / {diff.n_tickets:,} 件易主" if diff.n_tickets else ""
    return Marks(
        f"权责规则册比较：{diff.old} → {diff.new}",
        (
            f"{diff.at} · {diff.n_places:,} 处 places",
            f"{len(diff.rows):,} 行变动 rows; {len(diff.moves):,} 组易主 moves{tickets}",
        ),
        diff.layer,
        fills,
        dots,
        legend,
        (
            "原主体 before",
            "新主体 after",
            "事项 categories",
            f"{diff.layer}",
            "其他地点",
            "示例 lon, lat",
        ),
        rows,
    )


def write_map(path: Path, marks: Marks, store: BoundaryStore, grounds: Grounds) -> None:
    """Write a picture as ``.svg``, or with its words and table as ``.html``.

    Parameters
    ----------
    path
        The file; replaced where it is there.
    marks
        What to show.
    store, grounds
        Give the shapes of the city.

    Raises
    ------
    FileFormatError
        Another suffix.
    """
    check_map_path(path)
    svg = _svg(marks, store, grounds)
    text = svg if path.suffix.lower() == ".svg" else _page(marks, svg)
    path.write_text(text, encoding="utf-8")


def _svg(marks: Marks, store: BoundaryStore, grounds: Grounds) -> str:
    shapes = LayerShapes(store)
    drawing = shapes.drawing(grounds.locator, "")
    over = _fills(marks, shapes, grounds, drawing.frame)
    for lon, lat, colour, words in marks.dots:
        x, y = drawing.frame.pixel(lon, lat)
        over += (
            f'<circle cx="{x * _TENTHS:.0f}" cy="{y * _TENTHS:.0f}" r="55" fill="{colour}" '
            f'stroke="#FFFFFF" stroke-width="14"><title>{escape(words)}</title></circle>'
        )
    return drawing.svg.decode().removesuffix("</svg>") + over + "</svg>"


def _fills(marks: Marks, shapes: LayerShapes, grounds: Grounds, frame: Frame) -> str:
    if not marks.fills:
        return ""
    snapshot = grounds.locator.snapshot(marks.layer)
    chosen = [area for area in snapshot.areas if area.code in marks.fills]
    ordinals = np.array([area.ordinal for area in chosen], dtype=np.int64)
    placed = frame.place(shapes.of(snapshot)[ordinals])
    paths = [
        f'<path d="{path_of(shape)}" fill="{marks.fills[area.code]}">'
        f"<title>{escape(f'{area.name} {area.code}')}</title></path>"
        for area, shape in zip(chosen, placed, strict=True)
    ]
    return f'<g fill-opacity="{_OPACITY}">{"".join(paths)}</g>'


def _page(marks: Marks, svg: str) -> str:
    legend = "　".join(
        f'<span><i class="key" style="background:{colour}"></i>{escape(words)}</span>'
        for colour, words in marks.legend
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in marks.columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape(cell).replace('&lt;br&gt;', '<br>')}</td>" for cell in row)
        + "</tr>"
        for row in marks.rows
    )
    lines = "".join(f"<p>{escape(line)}</p>" for line in marks.summary)
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{escape(marks.title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(marks.title)}</h1>{lines}{svg}<p>{legend}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        "<p><small>测算结果，供人工判断。Computed; people decide.</small></p></body></html>\n"
    )
