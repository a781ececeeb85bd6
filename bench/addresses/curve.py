"""Draw the calibration curve of a run: ``python -m bench.addresses.curve RUN.json CURVE.svg``.

Each dot stands for the answers of one range of confidence: how sure they were against how many
were right; its area grows with their number. On the diagonal the confidence is what it says.
"""

import json
import sys
from math import sqrt
from pathlib import Path
from typing import Any

__all__ = ["draw_curve"]

_SIZE = 420.0
_LEFT, _TOP = 70.0, 70.0
_COLOURS = {"main": "#1f6feb", "held_out": "#c2571a", "sealed": "#1a7f4b"}
_NAMES = {"main": "main 主词库", "held_out": "held_out 旁词库", "sealed": "sealed 封存词库"}


def draw_curve(run: dict[str, Any]) -> str:
    """Draw the curves of all phrasebooks of a run as SVG.

    Parameters
    ----------
    run
        What ``python -m bench.addresses --json`` writes.

    Returns
    -------
    str
        A picture of 560 by 560 units.
    """
    books = {run["phrasebook"]: run} | {
        name: run[name] for name in ("main", "held_out") if name in run
    }
    parts = [
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 560" '
            'font-family="Noto Sans SC, sans-serif" font-size="14">'
        ),
        '<rect width="560" height="560" fill="#ffffff"/>',
        '<text x="70" y="34" font-size="18" font-weight="600">置信度与正确率 Calibration</text>',
    ]
    for tick in range(0, 11, 2):
        x, y = _at(tick / 10, 0.0)
        parts.append(f'<line x1="{x}" y1="{y}" x2="{x}" y2="{_TOP}" stroke="#e6e8eb"/>')
        parts.append(f'<text x="{x}" y="{y + 22}" text-anchor="middle">{tick / 10:g}</text>')
        x, y = _at(0.0, tick / 10)
        parts.append(f'<line x1="{x}" y1="{y}" x2="{x + _SIZE}" y2="{y}" stroke="#e6e8eb"/>')
        parts.append(f'<text x="{x - 10}" y="{y + 5}" text-anchor="end">{tick / 10:g}</text>')
    (x0, y0), (x1, y1) = _at(0.0, 0.0), _at(1.0, 1.0)
    parts.append(f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#8c959f"/>')
    for row, (name, found) in enumerate(books.items()):
        parts += _curve(found["calibration"], _COLOURS[name])
        y = 400 + 26 * row
        parts.append(f'<circle cx="290" cy="{y - 5}" r="6" fill="{_COLOURS[name]}"/>')
        parts.append(f'<text x="304" y="{y}">{_NAMES[name]}  n={found["n"]:,}</text>')
    parts.append('<text x="280" y="540" text-anchor="middle">置信度 confidence</text>')
    parts.append(
        '<text x="24" y="280" text-anchor="middle" transform="rotate(-90 24 280)">'
        "首选正确的比例 share right</text></svg>"
    )
    return "\n".join(parts) + "\n"


def _at(confidence: float, right: float) -> tuple[float, float]:
    return round(_LEFT + confidence * _SIZE, 1), round(_TOP + (1.0 - right) * _SIZE, 1)


def _curve(bins: list[dict[str, float]], colour: str) -> list[str]:
    points = [(_at(row["mean_confidence"], row["right"]), row["n"]) for row in bins if row["n"]]
    line = " ".join(f"{x},{y}" for (x, y), _ in points)
    drawn = [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>']
    drawn += [
        f'<circle cx="{x}" cy="{y}" r="{2.5 + sqrt(n) / 14:.1f}" fill="{colour}" '
        'fill-opacity="0.55"/>'
        for (x, y), n in points
    ]
    return drawn


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(draw_curve(json.loads(source.read_text(encoding="utf-8"))), encoding="utf-8")
