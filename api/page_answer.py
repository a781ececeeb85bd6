"""The card beside the map: who holds the point, how sure, and by which edition."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from api.page_text import TEXT

_METRES_PER_KILOMETRE = 1000
_CENTIMETRES_BELOW_M = 10
_STRONG_FLAGS = {"on_border", "overlap", "gap", "outside", "nesting_conflict"}


def metres(value: float | None, words: Mapping[str, str]) -> str:
    """Write a distance for reading: decimetres near, metres, then kilometres."""
    if value is None:
        return "—"
    if value >= _METRES_PER_KILOMETRE:
        return words["kilometres"].format(km=f"{value / _METRES_PER_KILOMETRE:,.2f}")
    digits = 1 if value < _CENTIMETRES_BELOW_M else 0
    return words["metres"].format(m=f"{value:.{digits}f}")


def _held(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [link for link in answer["chain"] if link["code"] is not None]


def owner_of(answer: Mapping[str, Any]) -> str:
    """Name the chain below the top in one line, such as ``柳林街道 安和社区``."""
    held = _held(answer)
    names = [str(link["name"]) for link in held[1:] or held]
    # A grid is often named after its community; saying that name twice helps nobody.
    kept = [
        name
        for name, below in zip(names, [*names[1:], ""], strict=True)
        if not below.startswith(name)
    ]
    return " ".join(kept)


def lead_of(answer: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Say the answer in one sentence."""
    held = _held(answer)
    if not held:
        return words["lead_outside"]
    key = "lead_found"
    if answer["provisional"]:
        key = "lead_provisional"
    elif "near_border" in answer["flags"]:
        key = "lead_near"
    nearest = min((link["border_m"] for link in held if link["border_m"] is not None), default=None)
    return words[key].format(
        owner=owner_of(answer),
        border=metres(nearest, words),
        accuracy=f"{answer['accuracy_m']:g}",
    )


def _row(link: Mapping[str, Any], label: str, words: Mapping[str, str]) -> str:
    name = link["name"] if link["code"] is not None else words["none"]
    rule = words[f"rule_{link['rule']}"]
    note = f'<span class="quiet">{escape(rule)}</span>' if rule else ""
    return (
        f"<tr><td>{escape(label)}</td><td><b>{escape(str(name))}</b>"
        f'<span class="code">{escape(str(link["code"] or ""))}</span> {note}</td>'
        f'<td class="num">{metres(link["border_m"], words)}</td></tr>'
    )


def _chain(answer: Mapping[str, Any], labels: Mapping[str, str], words: Mapping[str, str]) -> str:
    rows = "".join(_row(link, labels[link["layer"]], words) for link in answer["chain"])
    return (
        f'<h2>{words["owner"]}</h2><table id="chain"><thead><tr><th>{words["level"]}</th>'
        f'<th>{words["area"]}</th><th class="num">{words["border"]}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _contenders(
    answer: Mapping[str, Any], labels: Mapping[str, str], words: Mapping[str, str]
) -> str:
    rows = [
        f"<tr><td>{escape(labels[link['layer']])}</td><td><b>{escape(item['name'])}</b>"
        f'<span class="code">{escape(item["code"])}</span></td>'
        f'<td class="num">{metres(item["distance_m"], words)}</td></tr>'
        for link in answer["chain"]
        for item in link["contenders"]
        if item["code"] != link["code"]
    ]
    if not rows:
        return ""
    title = words["near"].format(accuracy=f"{answer['accuracy_m']:g}")
    return f'<h2>{title}</h2><table id="contenders"><tbody>{"".join(rows)}</tbody></table>'


def _overlays(
    answer: Mapping[str, Any], labels: Mapping[str, str], words: Mapping[str, str]
) -> str:
    hits = [link for link in answer["overlays"] if link["code"] is not None]
    if not hits:
        return ""
    rows = "".join(_row(link, labels[link["layer"]], words) for link in hits)
    return f"<h2>{words['overlays']}</h2><table><tbody>{rows}</tbody></table>"


def _chips(answer: Mapping[str, Any], words: Mapping[str, str]) -> str:
    chips = [
        f'<li class="{"bad" if flag in _STRONG_FLAGS else "warn"}">'
        f"{'■' if flag in _STRONG_FLAGS else '▲'} {words[f'flag_{flag}']}</li>"
        for flag in answer["flags"]
    ]
    return f'<ul class="chips" id="flags">{"".join(chips)}</ul>' if chips else ""


def _point(answer: Mapping[str, Any], words: Mapping[str, str]) -> str:
    lines = [
        f"<dt>{words[title]}</dt><dd>{item['lon']:.6f}, {item['lat']:.6f}"
        f' <span class="quiet">{escape(item["datum"])}</span></dd>'
        for title, item in (("given", answer["input"]), ("located", answer["location"]))
    ]
    return f"<h2>{words['point']}</h2><dl>{''.join(lines)}</dl>"


def editions_list(
    editions: Iterable[tuple[str, Mapping[str, Any]]], words: Mapping[str, str]
) -> str:
    """List the editions in use, layers of one edition together: label, first day of validity."""
    layers: dict[tuple[str, str], list[str]] = {}
    for label, item in editions:
        layers.setdefault((item["label"], item["valid_from"]), []).append(label)
    lines = [
        f"<dt>{escape('、'.join(names))}</dt><dd>{escape(label)}"
        f'<br><span class="quiet">{words["valid"].format(start=start)}</span></dd>'
        for (label, start), names in layers.items()
    ]
    return f"<h2>{words['edition']}</h2><dl>{''.join(lines)}</dl>"


def card(answer: Mapping[str, Any], labels: Mapping[str, str], language: str) -> str:
    """Write the card of an answer.

    Parameters
    ----------
    answer
        As ``GET /v1/locate`` gives it.
    labels
        Reading name of each layer by its key.
    language
        ``zh`` or ``en``.
    """
    words = TEXT[language]
    held = _held(answer)
    owner = escape(owner_of(answer)) if held else words["flag_outside"]
    pending = (
        f'<ul class="chips"><li class="bad">■ {words["provisional"]}</li></ul>'
        if answer["provisional"]
        else ""
    )
    given = answer["input"]
    query = urlencode(
        {
            "lon": given["lon"],
            "lat": given["lat"],
            "datum": given["datum"],
            "accuracy_m": answer["accuracy_m"],
            "at": answer["at"],
        }
    )
    frame = ' class="provisional"' if answer["provisional"] else ""
    return (
        f'<section{frame}><p class="kind">{words["card"]}</p>'
        f'<p class="owner" id="owner">{owner}</p>{pending}{_chips(answer, words)}</section>'
        f"{_chain(answer, labels, words)}{_contenders(answer, labels, words)}"
        f"{_overlays(answer, labels, words)}{_point(answer, words)}"
        + editions_list(((labels[key], item) for key, item in answer["editions"].items()), words)
        + f'<p class="foot"><a href="/v1/locate?{escape(query)}">{words["json"]}</a>'
        f'<span class="quiet">{words["as_of"].format(at=answer["at"])}</span></p>'
    )
