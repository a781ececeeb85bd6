"""The map of a picture of an answer: the place, what it is near to, and where borders run."""

from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, floor, hypot, log10

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LonLatArray
from governance.book.terms import Step
from governance.owner.answer import Considered, OwnerAnswer
from governance.owner.picture_ground import GroundShape, PictureGround
from governance.owner.picture_marks import (
    ACCENT,
    CRIMSON,
    INK,
    LINE,
    MUTED,
    Labels,
    path,
    text,
    width_of,
)

__all__ = ["draw_map", "draw_whereabouts"]

_TINTS = ("#E3EBF5", "#F3F1EA", "#E6EFE9", "#EFEAF3")
_ROAD_M = 4.0
_MOST_OVERLAY = 0.85
_CLOSE_PX = 26.0


@dataclass(frozen=True)
class _View:
    """Pixels of a map in metres around the place."""

    width: float
    height: float
    per_m: float

    def place(self, shape: BaseGeometry) -> BaseGeometry:
        def move(metres: LonLatArray) -> LonLatArray:
            return np.column_stack(
                [
                    self.width / 2 + metres[:, 0] * self.per_m,
                    self.height / 2 - metres[:, 1] * self.per_m,
                ]
            )

        return shapely.transform(shape, move)

    @property
    def frame(self) -> BaseGeometry:
        return shapely.box(0, 0, self.width, self.height)


def draw_map(answer: OwnerAnswer, ground: PictureGround, width: float, height: float) -> str:
    """Draw the excerpt around the place.

    Parameters
    ----------
    answer
        Its candidates that are lines and assets are marked with their distances.
    ground
        What lies around.
    width, height
        Pixels.

    Returns
    -------
    str
        SVG elements with the origin in the upper left corner of the map.
    """
    view = _View(width, height, height / (2 * ground.half_m))
    labels = Labels(width, height)
    middle = width / 2, height / 2
    labels.keep(*middle, 9)
    radius = answer.question.accuracy_m * view.per_m
    under = [_areas(view, ground), _overlays(view, ground), _lines(view, ground)]
    marks, names = _contenders(answer, ground, view, labels)
    border = _border(answer, ground, view, labels)
    circle = (
        f'<circle cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" r="{radius:.1f}" fill="{ACCENT}" '
        f'fill-opacity="0.10" stroke="{ACCENT}" stroke-width="1.3" stroke-dasharray="4 4"/>'
    )
    dot = (
        f'<circle cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" r="6.5" fill="{ACCENT}" '
        'stroke="#FFFFFF" stroke-width="2"/>'
    )
    accuracy = ""
    said = f"定位精度 {answer.question.accuracy_m:g} 米"
    spot = labels.place(middle[0], middle[1] + radius, [said], 13, gap=4)
    if spot is not None:
        accuracy = text(spot[0], spot[1] + 13, said, 13, ACCENT, halo="#FFFFFF")
    over = [
        _line_names(view, ground, labels),
        _area_names(view, ground, labels),
        names,
        accuracy,
        _scale_bar(view),
        _north(width),
    ]
    return "".join([*under, circle, border, marks, dot, *over])


def _areas(view: _View, ground: PictureGround) -> str:
    parts = []
    for at, area in enumerate(ground.townships):
        shape = shapely.intersection(view.place(area.shape), view.frame)
        parts.append(path(shape, f'fill="{_TINTS[at % len(_TINTS)]}"'))
    return "".join(parts)


def _overlays(view: _View, ground: PictureGround) -> str:
    """Outline the special areas that do not simply fill the excerpt."""
    parts = []
    for area in ground.overlays:
        shape = shapely.intersection(view.place(area.shape), view.frame)
        if 0 < shape.area < _MOST_OVERLAY * view.frame.area:
            fill = 'fill="#7A8CA5" fill-opacity="0.13" stroke="#7A8CA5" stroke-width="1"'
            parts.append(path(shape, fill))
    return "".join(parts)


def _lines(view: _View, ground: PictureGround) -> str:
    """Draw roads and rivers as wide as they are: the edges first, so that crossings are open."""
    edges, fills = [], []
    for line in sorted(ground.lines, key=lambda row: row.width_m):
        wide = max(_ROAD_M, line.width_m) * view.per_m
        shape = view.place(line.shape)
        colour = "#BCD6EC" if line.layer == "river" else "#FFFFFF"
        common = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
        edges.append(path(shape, f'{common} stroke="#AAB5C4" stroke-width="{wide + 2.4:.1f}"'))
        fills.append(path(shape, f'{common} stroke="{colour}" stroke-width="{wide:.1f}"'))
    borders = [
        path(
            shapely.intersection(view.place(area.shape.boundary), view.frame),
            f'fill="none" stroke="{CRIMSON}" stroke-width="1.6" stroke-dasharray="9 5"',
        )
        for area in ground.townships
    ]
    return "".join([*edges, *fills, *borders])


def _contenders(
    answer: OwnerAnswer, ground: PictureGround, view: _View, labels: Labels
) -> tuple[str, str]:
    """Mark the assets: those that the answer weighs with name and distance, the others small."""
    weighed: dict[tuple[str, str], Considered] = {}
    for item in answer.considered:
        if item.step == Step.ASSET:
            weighed.setdefault((item.layer, item.feature), item)
    marks, names = [], []
    spots = []
    for asset in ground.assets:
        x, y = shapely.get_coordinates(view.place(asset.shape))[0].tolist()
        if not (0 < x < view.width and 0 < y < view.height):
            continue
        considered = weighed.get((asset.layer, asset.code))
        if considered is None:
            marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="#9AA7B8"/>')
        else:
            labels.keep(x, y, 8)
            spots.append((considered, asset, x, y))
    for considered, asset, x, y in sorted(spots, key=lambda spot: spot[0].distance_m or 0.0):
        drawn, said = _contender(considered, asset, (x, y), view, labels)
        marks.append(drawn)
        names.append(said)
    return "".join(marks), "".join(names)


def _contender(
    item: Considered,
    asset: GroundShape,
    at: tuple[float, float],
    view: _View,
    labels: Labels,
) -> tuple[str, str]:
    x, y = at
    colour = ACCENT if item.is_taken else MUTED
    fill = ACCENT if item.is_taken else "#FFFFFF"
    mark = (
        f'<line x1="{view.width / 2:.1f}" y1="{view.height / 2:.1f}" x2="{x:.1f}" y2="{y:.1f}" '
        f'stroke="{colour}" stroke-width="{2 if item.is_taken else 1.2}"/>'
        f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" rx="2.5" fill="{fill}" '
        f'stroke="{colour}" stroke-width="2"/>'
    )
    lines = [asset.kind or asset.name, f"{item.distance_m:.1f} 米"]
    spot = labels.place(x, y, lines, 13.5)
    if spot is None:
        return mark, ""
    weight = 700 if item.is_taken else 500
    said = [
        text(spot[0], spot[1] + 14 + 17.5 * row, line, 13.5, colour, weight=weight, halo="#FFFFFF")
        for row, line in enumerate(lines)
    ]
    return mark, "".join(said)


def _border(answer: OwnerAnswer, ground: PictureGround, view: _View, labels: Labels) -> str:
    """Show how far the nearest border of a township is, where it is in the excerpt."""
    origin = shapely.Point(0.0, 0.0)
    edges = [area.shape.boundary for area in ground.townships]
    inner = [edge for edge in edges if not edge.is_empty]
    holders = [area for area in ground.townships if area.shape.covers(origin)]
    if not inner or not holders:
        return ""
    frame = shapely.box(
        -view.width / 2 / view.per_m, -ground.half_m, view.width / 2 / view.per_m, ground.half_m
    )
    edge = shapely.intersection(holders[0].shape.boundary, frame)
    if edge.is_empty:
        return ""
    end = shapely.get_coordinates(view.place(shapely.shortest_line(origin, edge)))[-1]
    x, y = end.tolist()
    metres = next(
        (
            item.distance_m
            for item in answer.considered
            if item.step == Step.TOWNSHIP and item.distance_m is not None
        ),
        float(origin.distance(edge)),
    )
    line = (
        f'<line x1="{view.width / 2:.1f}" y1="{view.height / 2:.1f}" x2="{x:.1f}" y2="{y:.1f}" '
        f'stroke="{CRIMSON}" stroke-width="2"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" '
        f'fill="{CRIMSON}"/>'
    )
    said = f"距界 {metres:.1f} 米"
    spot = labels.place(x, y, [said], 13.5, gap=14)
    if spot is None:
        return line
    return line + text(spot[0], spot[1] + 14, said, 13.5, CRIMSON, weight=700, halo="#FFFFFF")


def _line_names(view: _View, ground: PictureGround, labels: Labels) -> str:
    """Write the name of each road once, along its longest straight stretch with room."""
    parts = []
    for line in sorted(ground.lines, key=lambda row: -row.width_m):
        stretch = _longest(shapely.intersection(view.place(line.shape), view.frame.buffer(-30)))
        if stretch is None or not line.name:
            continue
        (ax, ay), (bx, by) = stretch
        length = hypot(bx - ax, by - ay)
        if length < width_of(line.name, 14) + 10:
            continue
        turn = degrees(atan2(by - ay, bx - ax))
        turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn  # noqa: PLR2004 - upright
        for share in (0.5, 0.25, 0.75, 0.12, 0.88):
            x, y = ax + (bx - ax) * share, ay + (by - ay) * share
            reach = width_of(line.name, 14) / 2
            box = (x - reach, y - reach / 3 - 6, x + reach, y + reach / 3 + 6)
            if labels.take(box):
                named = text(x, y + 5, line.name, 14, "#3C4A5E", anchor="middle", halo="#FFFFFF")
                said = f'<g transform="rotate({turn:.1f} {x:.1f} {y:.1f})">{named}</g>'
                parts.append(said)
                break
    return "".join(parts)


def _longest(shape: BaseGeometry) -> tuple[tuple[float, float], tuple[float, float]] | None:
    best, found = 0.0, None
    for part in shapely.get_parts(shape):
        if part.geom_type != "LineString":
            continue
        points = shapely.get_coordinates(shapely.simplify(part, 3.0)).tolist()
        for (ax, ay), (bx, by) in pairwise(points):
            if hypot(bx - ax, by - ay) > best:
                best, found = hypot(bx - ax, by - ay), ((ax, ay), (bx, by))
    return found


def _area_names(view: _View, ground: PictureGround, labels: Labels) -> str:
    parts = []
    names = [(area, 19, INK, 700) for area in ground.townships]
    names += [(area, 13, MUTED, 400) for area in ground.overlays if area.layer != "utility"]
    for area, size, colour, weight in names:
        shape = shapely.intersection(view.place(area.shape), view.frame.buffer(-24))
        if shape.is_empty or not shape.area:
            continue
        x, y = _middle(shape)
        spot = labels.place(x, y, [area.name], size, gap=0)
        if spot is not None:
            said = text(
                spot[0], spot[1] + size, area.name, size, colour, weight=weight, halo="#FFFFFF"
            )
            parts.append(said)
    return "".join(parts)


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    """Find the middle of the largest circle inside the largest part of a shape."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    largest = max(parts, key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=4.0)
    x, y = shapely.get_coordinates(circle)[0].tolist()
    return x, y


def _scale_bar(view: _View) -> str:
    most = 0.22 * view.width / view.per_m
    step = 10 ** floor(log10(most))
    metres = max(step * factor for factor in (1, 2, 5) if step * factor <= most)
    wide, y = metres * view.per_m, view.height - 16
    return (
        f'<path d="M16 {y - 6}v6h{wide:.1f}v-6" fill="none" stroke="{INK}" stroke-width="1.6"/>'
        + text(24 + wide, y + 1, f"{metres:g} 米", 13, INK, halo="#FFFFFF")
    )


def _north(width: float) -> str:
    x = width - 26
    return f'<path d="M{x} 14l7 15h-5.5v16h-3v-16h-5.5z" fill="{INK}"/>' + text(
        x, 62, "北", 14, INK, anchor="middle", halo="#FFFFFF"
    )


def draw_whereabouts(ground: PictureGround, held: str, width: float, height: float) -> str:
    """Draw the townships around, the one that holds the place filled.

    Parameters
    ----------
    ground
        With the townships around.
    held
        Code of that township.
    width, height
        Pixels.
    """
    chosen = next((area for area in ground.around if area.code == held), None)
    if chosen is None:
        return ""
    west, south, east, north = chosen.shape.bounds
    half = max((east - west) / width, (north - south) / height) * 0.95
    x, y = (west + east) / 2, (south + north) / 2
    frame = shapely.box(x - half * width, y - half * height, x + half * width, y + half * height)

    def move(metres: LonLatArray) -> LonLatArray:
        return np.column_stack(
            [
                width / 2 + (metres[:, 0] - x) / (2 * half),
                height / 2 - (metres[:, 1] - y) / (2 * half),
            ]
        )

    parts = [f'<rect width="{width}" height="{height}" fill="#F6F8FB"/>']
    for area in sorted(ground.around, key=lambda row: row.code == held):
        shape = shapely.transform(shapely.intersection(area.shape, frame), move)
        look = f'fill="none" stroke="{LINE}" stroke-width="1.4"'
        if area.code == held:
            look = f'fill="{CRIMSON}" fill-opacity="0.10" stroke="{CRIMSON}" stroke-width="1.8"'
        parts.append(path(shape, look))
    px, py = move(np.zeros((1, 2)))[0].tolist()
    parts.append(
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="5" fill="{ACCENT}" stroke="#FFFFFF" '
        'stroke-width="1.6"/>'
    )
    cx, cy = _middle(shapely.transform(chosen.shape, move))
    if hypot(cx - px, cy - py) < _CLOSE_PX:
        cy += _CLOSE_PX
    parts.append(text(cx, cy, chosen.name, 14, INK, weight=700, anchor="middle", halo="#FFFFFF"))
    return "".join(parts)
