"""The map of the page: the picture, and what an answer adds on top of it."""

from collections.abc import Mapping
from html import escape
from typing import Any

from api.drawing import HEIGHT, WIDTH, Drawing

_TENTHS = 10
_VIEW = f'viewBox="0 0 {WIDTH * _TENTHS} {HEIGHT * _TENTHS}"'
_CROSS = (
    '<g class="cross" hidden="" fill="none" stroke="#0B5CAD" stroke-width="20">'
    '<path d="M-140 0H-40M40 0H140M0 -140V-40M0 40V140"/></g>'
)


def _halo_text(x: float, y: float, words: str, size: int) -> str:
    return (
        f'<text x="{x * _TENTHS:.0f}" y="{y * _TENTHS:.0f}" font-size="{size * _TENTHS}" '
        'font-weight="600" fill="#15202E" stroke="#FFFFFF" stroke-width="30" '
        'stroke-linejoin="round" paint-order="stroke" text-anchor="middle" '
        f'dominant-baseline="central">{escape(words)}</text>'
    )


def _highlight(drawing: Drawing, code: str) -> str:
    """Dim the other groups, and mark the area; stamps and scale stay as they are."""
    parent = drawing.labels[code][1]
    group = drawing.outlines.get(parent, "")
    others = "".join(path for other, path in drawing.outlines.items() if other != parent)
    return (
        f'<path d="{others}" fill="#F6F8FB" fill-opacity="0.6"/>'
        f'<path d="{group}" fill="none" stroke="#5C7190" stroke-width="22"/>'
        f'<path d="{drawing.fills[code]}" fill="#3F7BE0" fill-opacity="0.22" stroke="#0B5CAD" '
        'stroke-width="30" stroke-linejoin="round"/>'
    )


def _pin(x: float, y: float) -> str:
    return (
        f'<g transform="translate({x * _TENTHS:.0f} {y * _TENTHS:.0f})">'
        '<circle r="150" fill="#0B5CAD" fill-opacity="0.14" stroke="#0B5CAD" stroke-width="14"/>'
        '<circle r="55" fill="#0B5CAD" stroke="#FFFFFF" stroke-width="22"/></g>'
    )


def map_block(
    drawing: Drawing,
    answer: Mapping[str, Any] | None,
    *,
    label: str,
    hidden: Mapping[str, str],
    version: str,
) -> str:
    """Write the map with the answer's area and point on it.

    Parameters
    ----------
    drawing
        The picture of the editions in use.
    answer
        As ``GET /v1/locate`` gives it, or None.
    label
        What the map is, for those who do not see it.
    hidden
        Fields that a click carries along.
    version
        Token of the editions, so that the browser keeps pictures of different ones apart.
    """
    over = ""
    if answer is not None:
        marked = [link for link in answer["chain"] if link["code"] in drawing.fills]
        x, y = drawing.frame.pixel(answer["location"]["lon"], answer["location"]["lat"])
        for link in marked[:1]:
            over += _highlight(drawing, link["code"]) + _halo_text(x, y - 28, link["name"], 15)
        over += _pin(x, y)
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return (
        f'<div class="scroll"><div class="map"><form action="/" method="get">{fields}'
        f'<input type="image" name="map" src="/map.svg?v={escape(version)}" alt="{escape(label)}" '
        f'width="{WIDTH}" height="{HEIGHT}" data-width="{WIDTH}" data-height="{HEIGHT}"></form>'
        f'<svg {_VIEW} aria-hidden="true">{over}{_CROSS}</svg></div></div>'
    )
