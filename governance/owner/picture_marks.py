"""What a picture of an answer is made of: texts, broken lines, paths, labels that do not meet.

All measures are pixels of the picture, x to the right and y downwards.
"""

import html
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

__all__ = [
    "ACCENT",
    "CRIMSON",
    "FONT",
    "INK",
    "LINE",
    "MUTED",
    "Labels",
    "path",
    "text",
    "width_of",
    "wrap",
]

FONT = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC',"
    "'Microsoft YaHei',sans-serif"
)
INK, MUTED, LINE = "#15202E", "#56657A", "#D7DEE8"
ACCENT, CRIMSON = "#0F5FA8", "#B3264A"

_WIDE = 0x2E80
_LATIN_EM = 0.56
_EDGE = 4.0


def width_of(words: str, size: float) -> float:
    """Estimate the width of words: a Chinese sign is as wide as it is high, a Latin one half."""
    return sum(size if ord(sign) >= _WIDE else size * _LATIN_EM for sign in words)


def wrap(words: str, size: float, width: float) -> list[str]:
    """Break words into lines that are no wider than a width."""
    lines, line = [], ""
    for sign in words:
        if line and width_of(line + sign, size) > width and sign not in "，。；、）”":
            lines.append(line)
            line = ""
        line += sign
    return [*lines, line] if line else lines


def text(
    x: float,
    y: float,
    words: str,
    size: float = 14,
    colour: str = INK,
    *,
    weight: int = 400,
    anchor: str = "start",
    halo: str = "",
) -> str:
    """Write words with their baseline at y."""
    around = (
        f' stroke="{halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
        if halo
        else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{colour}" text-anchor="{anchor}"{around}>{html.escape(words)}</text>'
    )


def path(shape: BaseGeometry, attributes: str) -> str:
    """Draw a shape that is in pixels already; points draw nothing."""
    steps = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings = [(ring, "Z") for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            rings = [(part, "")]
        else:
            continue
        for ring, end in rings:
            points = shapely.get_coordinates(ring)
            pairs = " ".join(f"{x:.1f} {y:.1f}" for x, y in points.tolist())
            steps.append(f"M{pairs}{end}")
    return f'<path d="{"".join(steps)}" {attributes}/>' if steps else ""


@dataclass
class Labels:
    """Places labels so that none covers another, a mark, or the edge.

    Parameters
    ----------
    width, height
        Of the drawing that they must stay in.
    """

    width: float
    height: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def keep(self, x: float, y: float, radius: float) -> None:
        """Keep a mark free of labels."""
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(
        self, x: float, y: float, lines: list[str], size: float, *, gap: float = 12.0
    ) -> tuple[float, float] | None:
        """Find room for lines of words near a point.

        Returns
        -------
        tuple or None
            Left edge and top; None where there is no room.
        """
        wide = max(width_of(line, size) for line in lines)
        high = size * 1.3 * len(lines)
        for far in (gap, gap * 2, gap * 3.5, gap * 6):
            for angle in np.radians([0, 180, 315, 45, 225, 135, 270, 90]):
                across, down = float(np.cos(angle)), float(np.sin(angle))
                left = x + across * far - wide * (1 - across) / 2
                top = y + down * far - high * (1 - down) / 2
                box = (left - 2, top - 2, left + wide + 2, top + high + 2)
                if self.take(box):
                    return left, top
        return None

    def take(self, box: tuple[float, float, float, float]) -> bool:
        """Take a box (left, top, right, bottom) if it is free and inside; tell whether it was."""
        left, top, right, bottom = box
        is_inside = (
            left >= _EDGE
            and top >= _EDGE
            and right <= self.width - _EDGE
            and bottom <= self.height - _EDGE
        )
        is_free = is_inside and all(
            right <= a or left >= c or bottom <= b or top >= d for a, b, c, d in self.taken
        )
        if is_free:
            self.taken.append(box)
        return is_free
