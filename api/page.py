"""The minimal page at ``/``: a map drawn by the server, a click gives the chain.

No script is needed; the one small script is our own. Nothing is fetched from another host, and
the Content-Security-Policy forbids it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from html import escape
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.drawing import HEIGHT, WIDTH, Drawing
from api.errors import ApiError, NotReadyError
from api.page_answer import card, editions_list, lead_of
from api.page_map import map_block
from api.page_text import TEXT
from api.parameters import datum_of
from api.problems import problem_of
from api.shapes import drawn_layers
from api.state import Loaded, Service
from api.validators import CACHE_CONTROL, entity_tag, names_tag, not_modified, tagged
from boundaries.errors import BoundaryError
from boundaries.locator import Locator
from geo.coordinates import check_point
from geo.datum import Datum, point_to_cgcs2000
from geo.errors import CoordinateError, GeoError

SECURITY = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STATIC = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_DATUMS = {
    "WGS-84": "WGS-84 / CGCS2000 · GPS、天地图",
    "GCJ-02": "GCJ-02 · 高德、腾讯",
    "BD-09": "BD-09 · 百度",
}
_HIGHEST_PIXEL = 10_000.0
_ACCURACY_M = 20.0


@dataclass(frozen=True)
class Asked:
    """What the page was asked for; coordinates as typed."""

    lon: str
    lat: str
    datum: str
    at: date
    language: str

    @property
    def has_point(self) -> bool:
        """Whether a point was asked for."""
        return bool(self.lon or self.lat)

    def query(self, **changed: str) -> str:
        """Return the page's own query with some values changed."""
        fields = {"lang": self.language, "datum": self.datum}
        if self.has_point:
            fields |= {"lon": self.lon, "lat": self.lat}
        return urlencode(fields | changed)


def _typed_number(text: str, field: str) -> float:
    try:
        return float(text.replace("，", "").strip())
    except ValueError:
        raise CoordinateError(text, "must be a number of degrees", field=field) from None


def locate_asked(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Answer the point of the page as ``GET /v1/locate`` does.

    Raises
    ------
    GeoError, BoundaryError
        As the API.
    """
    lon, lat = _typed_number(asked.lon, "lon"), _typed_number(asked.lat, "lat")
    datum = datum_of(asked.datum)
    x, y = (lon, lat) if datum == Datum.WGS84 else point_to_cgcs2000(lon, lat, datum)
    check_point(x, y, loaded.bounds)
    body = loaded.locator.locate_json(
        x, y, at=asked.at, accuracy_m=_ACCURACY_M, input_point=(lon, lat, str(datum))
    )
    answer: dict[str, Any] = orjson.loads(body)
    return answer


def _labels(locator: Locator, language: str) -> dict[str, str]:
    return {
        item.layer.key: item.layer.name if language == "zh" else item.layer.kind.capitalize()
        for item in locator.layers
    }


def _crumbs(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return ""
    names = [escape(str(link["name"])) for link in answer["chain"] if link["code"] is not None]
    if not names:
        return ""
    names[-1] = f"<b>{names[-1]}</b>"
    return f'<span class="crumbs">{"<i>›</i>".join(names)}</span>'


def _form(asked: Asked, words: Mapping[str, str]) -> str:
    names = _DATUMS if asked.datum in _DATUMS else {**_DATUMS, asked.datum: asked.datum}
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == asked.datum else ""}>'
        f"{escape(text)}</option>"
        for value, text in names.items()
    )
    boxes = "".join(
        f'<label>{words[field]}<input name="{field}" inputmode="decimal" autocomplete="off" '
        f'value="{escape(value)}" required></label>'
        for field, value in (("lon", asked.lon), ("lat", asked.lat))
    )
    return (
        f'<form class="ask" action="/" method="get"><input type="hidden" name="lang" '
        f'value="{asked.language}">{boxes}<label>{words["datum"]}'
        f'<select name="datum">{options}</select></label>'
        f"<button>{words['ask']}</button></form>"
    )


def _counts(locator: Locator, words: Mapping[str, str], labels: Mapping[str, str]) -> str:
    counts = [
        words["count"].format(n=f"{len(item.areas):,}", layer=labels[item.layer.key])
        for item in locator.layers
        if item.layer.role == "partition"
    ]
    return words["lead_counts"].format(counts=words["join"].join(counts))


def _problem(error: Exception, language: str) -> tuple[int, str, str]:
    """Return status, title and the panel of an error."""
    kind = problem_of(error)
    title = kind.title if language == "zh" else kind.title_en
    # What a store says about itself is for the log.
    shown = kind.status < HTTPStatus.INTERNAL_SERVER_ERROR
    text = f"<br>{escape(str(error))}" if shown else ""
    panel = f'<p class="note bad" id="problem" role="alert"><b>{title}</b>{text}</p>'
    return kind.status, title, panel


def _empty_panel(locator: Locator, labels: Mapping[str, str], words: Mapping[str, str]) -> str:
    editions = ((labels[item.layer.key], item.edition.summary()) for item in locator.layers)
    return (
        f'<p class="kind">{words["card"]}</p><p class="owner">{words["empty"]}</p>'
        f'<p class="note">{words["empty_next"]}</p>{editions_list(editions, words)}'
    )


def _document(asked: Asked, *, lead: str, crumbs: str, stage: str, panel: str) -> bytes:
    words = TEXT[asked.language]
    other = "en" if asked.language == "zh" else "zh"
    return (
        f'<!doctype html><html lang="{words["html_lang"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words['title']}</title>"
        '<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/page.css">'
        '<script src="/static/page.js" defer></script></head><body><header class="bar">'
        f'<h1 class="brand">{words["brand"]}</h1>{crumbs}{_form(asked, words)}'
        f'<a class="lang" href="/?{escape(asked.query(lang=other))}" lang="{other}">'
        f"{words['other']}</a></header>"
        f'<main><section class="stage"><p class="lead" id="lead" aria-live="polite">{lead}</p>'
        f"{stage}</section><aside>{panel}</aside></main></body></html>"
    ).encode()


def render(loaded: Loaded, drawing: Drawing | None, asked: Asked) -> tuple[int, bytes]:
    """Write the page.

    Returns
    -------
    tuple of int and bytes
        HTTP status and HTML.
    """
    locator = loaded.locator
    words, labels = TEXT[asked.language], _labels(locator, asked.language)
    answer: dict[str, Any] | None = None
    status: int = HTTPStatus.OK
    lead = f"{words['lead_none']}<small>{_counts(locator, words, labels)}</small>"
    panel = _empty_panel(locator, labels, words)
    if asked.has_point:
        try:
            answer = locate_asked(loaded, asked)
            lead, panel = escape(lead_of(answer, words)), card(answer, labels, asked.language)
        except (GeoError, BoundaryError, ApiError) as error:
            status, title, panel = _problem(error, asked.language)
            lead = escape(words["lead_problem"].format(title=title))
    if drawing is None:
        stage = f'<p class="note bad">{words["no_map"]}</p>'
    else:
        stage = map_block(
            drawing,
            answer,
            label=words["map_label"],
            hidden={"lang": asked.language},
            version=loaded.token,
        )
    return status, _document(
        asked, lead=lead, crumbs=_crumbs(answer), stage=stage, panel=panel + _stamps(locator, words)
    )


def _stamps(locator: Locator, words: Mapping[str, str]) -> str:
    """Repeat in words what the picture is stamped with."""
    edition = drawn_layers(locator)[1].edition
    number = edition.review_number
    chips = (
        [words["reviewed"].format(number=escape(number))]
        if number
        else [
            words["internal"],
            words["unreviewed"],
        ]
    )
    if edition.generated:
        chips.append(words["generated"])
    items = "".join(f"<li>{chip}</li>" for chip in chips)
    return f'<ul class="chips" id="stamps">{items}</ul>'


def _drawn(service: Service, loaded: Loaded) -> Drawing | None:
    try:
        return service.require_shapes().drawing(loaded.locator, loaded.token)
    except (BoundaryError, ApiError):
        # A page without its map still answers typed coordinates.
        return None


def _clicked(drawing: Drawing, x: float, y: float, language: str) -> Response:
    """Send a click on to the address of its position, which can be shared."""
    lon, lat = drawing.frame.position(min(x, WIDTH), min(y, HEIGHT))
    fields = {"lang": language, "lon": lon, "lat": lat, "datum": "WGS-84"}
    return RedirectResponse(
        f"/?{urlencode(fields)}",
        status_code=HTTPStatus.SEE_OTHER,
        headers={"cache-control": "no-store", **SECURITY},
    )


def _unready(asked: Asked, error: NotReadyError) -> Response:
    words = TEXT[asked.language]
    status, title, panel = _problem(error, asked.language)
    lead = escape(words["lead_problem"].format(title=title))
    stage = f'<p class="note">{words["not_ready"]}</p>'
    return Response(
        _document(asked, lead=lead, crumbs="", stage=stage, panel=panel),
        status_code=status,
        media_type="text/html",
        headers={"cache-control": "no-store", **SECURITY},
    )


Pixel = Annotated[
    float | None, Query(ge=0, le=_HIGHEST_PIXEL, description="点击处像素 / Pixel of a click")
]


def add_page_routes(app: FastAPI, service: Service) -> None:
    """Register ``/``, ``/map.svg`` and ``/static/...``; none is part of the API document."""

    @app.get("/", include_in_schema=False, response_model=None)
    async def page(
        request: Request,
        lon: str = "",
        lat: str = "",
        datum: str = "WGS-84",
        at: date | None = None,
        lang: Literal["zh", "en"] = "zh",
        x: Annotated[Pixel, Query(alias="map.x")] = None,
        y: Annotated[Pixel, Query(alias="map.y")] = None,
    ) -> Response:
        day = service.clock.today() if at is None else at
        asked = Asked(lon.strip(), lat.strip(), datum, day, lang)
        try:
            loaded = service.source.loaded
        except NotReadyError as error:
            return _unready(asked, error)
        drawing = await run_in_threadpool(_drawn, service, loaded)
        # A keyboard "click" without script comes as 0, 0: the corner is nobody's place.
        if drawing is not None and x and y:
            return _clicked(drawing, x, y, lang)
        variant = "html" if drawing is not None else "html without map"
        tag = entity_tag(request, loaded.token, day, variant)
        if names_tag(request, tag):
            return not_modified(tag, SECURITY)
        status, body = render(loaded, drawing, asked)
        if status != HTTPStatus.OK:
            headers = {"cache-control": "no-store", **SECURITY}
            return Response(body, status_code=status, media_type="text/html", headers=headers)
        return tagged(request, body, tag=tag, media_type="text/html", headers=SECURITY)

    @app.get("/map.svg", include_in_schema=False, response_model=None)
    async def map_svg(request: Request, v: str = "") -> Response:  # noqa: ARG001 - only keeps pictures of editions apart
        loaded = service.source.loaded
        drawing = await run_in_threadpool(
            service.require_shapes().drawing, loaded.locator, loaded.token
        )
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"vary": "Accept-Encoding", **SECURITY}
        if packed:
            headers["content-encoding"] = "gzip"
        return tagged(
            request,
            drawing.svg_gz if packed else drawing.svg,
            tag=entity_tag(request, loaded.token, None, "svg gzip" if packed else "svg"),
            media_type="image/svg+xml",
            headers=headers,
        )

    for name, media in _STATIC.items():
        _add_static(app, name, media)


def _add_static(app: FastAPI, name: str, media: str) -> None:
    body = files("api").joinpath("static", name).read_bytes()
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'

    @app.get(f"/static/{name}", include_in_schema=False, response_model=None)
    async def static(request: Request) -> Response:
        if names_tag(request, tag):
            return not_modified(tag, SECURITY)
        headers = {"etag": tag, "cache-control": CACHE_CONTROL, **SECURITY}
        return Response(body, media_type=media, headers=headers)
