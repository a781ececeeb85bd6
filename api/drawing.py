"""Drawing the city as one SVG picture, for the page.

Lookups use full shapes; here shared borders are simplified together, so that no slivers appear,
to less than half a pixel. Numbers are whole tenths of a pixel and relative, which keeps 340
townships well under half a megabyte.
"""

import gzip
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import GeometryArray

WIDTH = 1040
HEIGHT = 800
_MARGIN = 26
_TENTHS = 10
_TOLERANCE_PX = 0.45
_TINTS = ("#EAF0F7", "#DFE8F2", "#F1F5F9", "#E4ECE9", "#E9E7F0", "#F0ECE2")
_METRES_PER_DEGREE = 111_320.0
_BAR_SHARE = 0.22
_FONT = "'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


@dataclass(frozen=True)
class Frame:
    """Where the city lies in the picture.

    Attributes
    ----------
    west, north
        Degrees of the picture's left and upper edge.
    x_per_deg, y_per_deg
        Pixels per degree of longitude and of latitude.
    """

    west: float
    north: float
    x_per_deg: float
    y_per_deg: float

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float]) -> "Frame":
        """Fit bounds (west, south, east, north; degrees) into the picture, centred."""
        west, south, east, north = bounds
        shrink = math.cos(math.radians((south + north) / 2))
        room_x, room_y = WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN
        scale = min(room_x / max((east - west) * shrink, 1e-9), room_y / max(north - south, 1e-9))
        spare_x = (WIDTH - (east - west) * shrink * scale) / 2
        spare_y = (HEIGHT - (north - south) * scale) / 2
        return cls(
            west - spare_x / (shrink * scale), north + spare_y / scale, shrink * scale, scale
        )

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Return the place of a position in pixels from the upper left."""
        return (lon - self.west) * self.x_per_deg, (self.north - lat) * self.y_per_deg

    def position(self, x: float, y: float) -> tuple[float, float]:
        """Return lon, lat of a pixel; rounded to about a tenth of a metre."""
        return round(self.west + x / self.x_per_deg, 6), round(self.north - y / self.y_per_deg, 6)

    def place(self, geometries: GeometryArray) -> GeometryArray:
        """Move shapes into the picture, in pixels."""

        def move(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(
                [
                    (lonlat[:, 0] - self.west) * self.x_per_deg,
                    (self.north - lonlat[:, 1]) * self.y_per_deg,
                ]
            )

        moved: GeometryArray = shapely.transform(geometries, move)
        return moved


@dataclass(frozen=True)
class Area:
    """What the drawing needs of an area beside its shape."""

    code: str
    name: str
    parent: str


@dataclass(frozen=True)
class Drawing:
    """The picture of one set of editions.

    Attributes
    ----------
    frame
        Where the city lies in it.
    svg, svg_gz
        The picture, plain and compressed.
    fills, outlines
        Path of each filled area and of each group, by code; tenths of a pixel.
    labels
        Code to (name, parent, x, y) of each filled area; pixels.
    """

    frame: Frame
    svg: bytes
    svg_gz: bytes
    fills: dict[str, str] = field(repr=False)
    outlines: dict[str, str] = field(repr=False)
    labels: dict[str, tuple[str, str, float, float]] = field(repr=False)


def path_of(geometry: BaseGeometry) -> str:
    """Write a (multi)polygon in pixels as an SVG path in tenths of a pixel."""
    rings = []
    for part in shapely.get_parts(geometry):
        for ring in (part.exterior, *part.interiors):
            points = np.rint(shapely.get_coordinates(ring) * _TENTHS).astype(np.int64)
            steps = np.diff(points, axis=0)
            steps = steps[steps.any(axis=1)][:-1]
            start = points[0]
            rings.append(
                f"M{start[0]} {start[1]}l"
                + " ".join(f"{dx} {dy}" for dx, dy in steps.tolist())
                + "z"
            )
    return "".join(rings)


def _polygons(geometries: GeometryArray) -> GeometryArray:
    """Keep what has an area; simplification may leave an empty shape."""
    kept = [
        shapely.union_all([part for part in shapely.get_parts(item) if part.geom_type == "Polygon"])
        if item.geom_type == "GeometryCollection"
        else item
        for item in geometries
    ]
    return np.array(kept, dtype=object)


def _label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """Return the middle of the largest circle in the largest part."""
    parts = shapely.get_parts(geometry)
    if len(parts) == 0:
        return 0.0, 0.0
    largest = parts[int(np.argmax(shapely.area(parts)))]
    circle = shapely.maximum_inscribed_circle(largest, tolerance=1.0)
    x, y = shapely.get_coordinates(circle)[0].tolist()
    return x, y


def _text(x: float, y: float, words: str, size: float, colour: str, weight: int) -> str:
    return (
        f'<text x="{x * _TENTHS:.0f}" y="{y * _TENTHS:.0f}" font-size="{size * _TENTHS:.0f}" '
        f'font-weight="{weight}" fill="{colour}" stroke="#F6F8FB" stroke-width="{3 * _TENTHS}" '
        'stroke-linejoin="round" paint-order="stroke" text-anchor="middle" '
        f'dominant-baseline="central">{html.escape(words)}</text>'
    )


def _scale_bar(frame: Frame) -> str:
    metres = _METRES_PER_DEGREE / frame.y_per_deg * WIDTH * _BAR_SHARE
    step = 10 ** math.floor(math.log10(metres))
    length_m = max(step * factor for factor in (1, 2, 5) if step * factor <= metres)
    width = length_m / _METRES_PER_DEGREE * frame.y_per_deg
    label = f"{length_m / 1000:g} 公里" if length_m >= 1000 else f"{length_m:g} 米"  # noqa: PLR2004 - metres in a kilometre
    x, y = (_MARGIN - 6) * _TENTHS, (HEIGHT - 18) * _TENTHS
    return (
        f'<path d="M{x} {y - 50}v50h{width * _TENTHS:.0f}v-50" fill="none" stroke="#5A6B80" '
        f'stroke-width="12"/>' + _text(20 + width / 2, HEIGHT - 30, label, 12, "#5A6B80", 400)
    )


def _stamp(words: Sequence[str]) -> str:
    """Draw the stamps in the lower right corner, part of the picture wherever it is copied."""
    size = 13
    widths = [sum(1.0 if ord(sign) > 255 else 0.58 for sign in word) * size for word in words]  # noqa: PLR2004 - Latin signs are narrow
    total = sum(widths) + 16 * len(words) + 8
    x, y = WIDTH - total - 14, HEIGHT - 38
    box = (
        f'<rect x="{x * 10:.0f}" y="{y * 10:.0f}" width="{total * 10:.0f}" height="260" rx="60" '
        'fill="#FFFFFF" stroke="#D7DEE8" stroke-width="10"/>'
    )
    parts = [box]
    cursor = x + 12
    for place, (word, width) in enumerate(zip(words, widths, strict=True)):
        colour, weight = ("#B3264A", 700) if place == 0 else ("#5A6B80", 400)
        parts.append(
            f'<text x="{cursor * 10:.0f}" y="{(y + 13.5) * 10:.0f}" font-size="{size * 10}" '
            f'font-weight="{weight}" fill="{colour}" dominant-baseline="central">'
            f"{html.escape(word)}</text>"
        )
        cursor += width + 16
    return "".join(parts)


def _groups(areas: Sequence[Area], drawn: GeometryArray) -> dict[str, BaseGeometry]:
    """Join the filled areas of each parent, so that thick and thin borders coincide.

    On the grid of a tenth of a pixel: shapes that overlap or miss each other slightly, as real
    ones do, are joined all the same.
    """
    members: dict[str, list[int]] = {}
    for place, area in enumerate(areas):
        members.setdefault(area.parent, []).append(place)
    return {
        code: shapely.union_all(drawn[places], grid_size=1 / _TENTHS)
        for code, places in sorted(members.items())
    }


def _tints(groups: dict[str, BaseGeometry]) -> dict[str, str]:
    """Give each group a tint that its neighbours do not have, as far as there are enough."""
    given: dict[str, str] = {}
    for place, (code, shape) in enumerate(groups.items()):
        taken = {given[other] for other in given if shapely.intersects(shape, groups[other])}
        turned = [_TINTS[(place + step) % len(_TINTS)] for step in range(len(_TINTS))]
        given[code] = next((tint for tint in turned if tint not in taken), turned[0])
    return given


def draw(
    geometries: GeometryArray,
    areas: Sequence[Area],
    group_names: dict[str, str],
    bounds: tuple[float, float, float, float],
    stamps: Sequence[str],
) -> Drawing:
    """Draw filled areas with the borders and names of the groups they belong to.

    Parameters
    ----------
    geometries
        Shape (n,), polygons in CGCS2000 lon, lat.
    areas
        Code, name and parent code of each.
    group_names
        Name of each parent code; groups without a name get a border but no label.
    bounds
        west, south, east, north of the city; degrees.
    stamps
        What the picture must say about itself; the first is the strongest.

    Notes
    -----
    Takes about a second for 340 townships with full borders; done once for each set of editions.
    """
    frame = Frame.around(bounds)
    placed = frame.place(geometries)
    # The tolerance is the square root of the area of the largest triangle dropped.
    drawn = _polygons(shapely.make_valid(shapely.coverage_simplify(placed, _TOLERANCE_PX)))
    groups = _groups(areas, drawn)
    tints = _tints(groups)
    fills = {area.code: path_of(shape) for area, shape in zip(areas, drawn, strict=True)}
    outlines = {code: path_of(shape) for code, shape in groups.items()}
    labels = {
        area.code: (area.name, area.parent, *_label_point(shape))
        for area, shape in zip(areas, drawn, strict=True)
    }
    bodies = [f'<path d="{fills[area.code]}" fill="{tints[area.parent]}"/>' for area in areas]
    borders = [f'<path d="{path}"/>' for path in outlines.values()]
    names = [
        _text(*_label_point(shape), group_names[code], 17, "#15202E", 700)
        for code, shape in groups.items()
        if code in group_names
    ]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH * _TENTHS} {HEIGHT * _TENTHS}" font-family="{_FONT}">'
        f'<rect width="100%" height="100%" fill="#F6F8FB"/>'
        f'<g stroke="#B9C7D8" stroke-width="9" stroke-linejoin="round">{"".join(bodies)}</g>'
        '<g fill="none" stroke="#5C7190" stroke-width="17" stroke-linejoin="round">'
        f"{''.join(borders)}</g>{''.join(names)}{_scale_bar(frame)}{_stamp(stamps)}</svg>"
    ).encode()
    return Drawing(frame, svg, gzip.compress(svg, 6, mtime=0), fills, outlines, labels)
