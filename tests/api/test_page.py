"""The page at ``/`` as served; the browser test is in ``test_browser``."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from starlette.testclient import TestClient

from api.drawing import HEIGHT, WIDTH, Area, Frame, draw
from api.page_text import TEXT

POINT = "/?lon=116.35&lat=39.85&datum=WGS-84&at=2026-11-23"
SERVED = ["/", POINT, f"{POINT}&lang=en", "/map.svg", "/static/page.css"]
SERVED += ["/static/page.js", "/static/icon.svg"]


class _Addresses(HTMLParser):
    """Collects every address and every inline style or script of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action", "srcset", "data", "poster", "xlink:href"}:
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(tag)


@pytest.mark.parametrize("address", SERVED)
def test_no_served_file_names_another_host(client: TestClient, address: str) -> None:
    text = client.get(address).text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9]", text, re.IGNORECASE)
    assert "@import" not in text


@pytest.mark.parametrize("address", SERVED[:3])
def test_the_page_keeps_its_own_strict_policy(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    page = _Addresses()
    page.feed(response.text)
    assert page.inline == []
    assert all(item.startswith("/") or item == "data:," for item in page.addresses)


def test_the_page_shows_edition_stamps_and_counts(client: TestClient) -> None:
    text = client.get("/").text
    for word in ("辖区", "内部使用", "无审图号", "示范数据", "示范城 2026", "2026-01-01", "2 个区"):
        assert word in text


def test_a_point_shows_its_chain_with_codes_and_distances(client: TestClient) -> None:
    text = client.get(POINT).text
    for word in ("东湖区", "990101", "柳林街道", "990101001", "4.28 公里", "按 2026-11-23 的区划"):
        assert word in text


def test_a_point_on_the_border_shows_that_it_is_provisional(client: TestClient) -> None:
    text = client.get("/?lon=116.4&lat=39.85&at=2026-11-23").text
    assert "权属待定" in text
    assert "安和街道" in text


def test_english_is_complete(client: TestClient) -> None:
    assert TEXT["zh"].keys() == TEXT["en"].keys()
    text = client.get(f"{POINT}&lang=en").text
    assert 'lang="en"' in text
    assert "This point belongs to 柳林街道" in text


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("lon=abc&lat=39.85", 422, "abc"),
        ("lon=39.85&lat=116.35", 422, "坐标无效"),
        ("lon=116.35&lat=", 422, "坐标无效"),
        ("lon=116.35&lat=39.85&datum=西安80", 422, "坐标系不受支持"),
        ("lon=116.35&lat=39.85&at=1999-01-01", 422, "日期不在版本有效期内"),
    ],
)
def test_a_bad_point_is_explained_on_the_page(
    client: TestClient, query: str, status: int, word: str
) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert word in response.text


def test_typed_text_is_escaped(client: TestClient) -> None:
    text = client.get("/?lon=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&lat=1").text
    assert "<script>alert" not in text


def test_a_click_without_script_is_sent_to_an_address_that_can_be_shared(
    client: TestClient,
) -> None:
    response = client.get("/?lang=en&map.x=300&map.y=600")
    assert response.status_code == 303
    target = response.headers["location"]
    assert target.startswith("/?lang=en&lon=116.")
    assert "柳林街道" in client.get(target).text


def test_the_map_is_svg_with_every_area_and_its_stamps(client: TestClient) -> None:
    response = client.get("/map.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["content-encoding"] == "gzip"
    root = ET.fromstring(response.content)  # noqa: S314 - our own document
    paths = root.findall(".//{http://www.w3.org/2000/svg}path")
    assert len(paths) == 4 + 2 + 1
    texts = {item.text for item in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"东湖区", "西山区", "内部使用", "无审图号", "示范数据"} <= texts


def test_a_pixel_and_its_position_belong_together() -> None:
    frame = Frame.around((116.3, 39.8, 116.5, 40.0))
    lon, lat = frame.position(*frame.pixel(116.347, 39.911))
    assert (lon, lat) == pytest.approx((116.347, 39.911), abs=1e-6)
    west, north = frame.pixel(116.3, 40.0)
    east, south = frame.pixel(116.5, 39.8)
    assert 0 < west < east < WIDTH
    assert 0 < north < south < HEIGHT


def _wiggly_town(row: int, column: int) -> shapely.Polygon:
    """Make a town whose jagged borders are, number by number, those of its neighbours."""
    steps = 24

    def border(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
        noise = np.random.default_rng([*start, *end]).normal(scale=0.03, size=(steps, 2))
        noise[[0, -1]] = 0.0
        line = np.linspace(start, end, steps) + noise
        return [(116 + 0.02 * x, 39 + 0.02 * y) for x, y in line.tolist()]

    south = border((column, row), (column + 1, row))
    east = border((column + 1, row), (column + 1, row + 1))
    north = border((column, row + 1), (column + 1, row + 1))[::-1]
    west = border((column, row), (column, row + 1))[::-1]
    return shapely.Polygon([*south, *east[1:], *north[1:], *west[1:-1]])


def test_340_townships_with_detailed_borders_stay_below_half_a_megabyte() -> None:
    shapes = [_wiggly_town(row, column) for row in range(17) for column in range(20)]
    areas = [Area(f"{i:09d}", f"街道{i}", f"D{i // 22:02d}") for i in range(len(shapes))]
    names = {f"D{i:02d}": f"区{i}" for i in range(16)}
    bounds = (116.0, 39.0, 116.4, 39.34)
    made = draw(np.array(shapes, dtype=object), areas, names, bounds, ["内部使用"])
    assert len(made.fills) == 340
    assert len(made.svg) < 500_000
    assert len(made.svg_gz) < 200_000
    assert not re.search(rb"[ Ml\"]-?nan", made.svg)


def test_shapes_that_are_invalid_or_overlap_are_drawn_all_the_same() -> None:
    bow = shapely.Polygon([(116, 39), (116.1, 39.1), (116.1, 39), (116, 39.1)])
    shapes = np.array([bow, shapely.box(116.05, 39.0, 116.2, 39.1)], dtype=object)
    areas = [Area("1", "甲", "D"), Area("2", "乙", "D")]
    made = draw(shapes, areas, {"D": "区"}, (116.0, 39.0, 116.2, 39.1), ["内部使用"])
    assert all(path.startswith("M") for path in made.fills.values())
    ET.fromstring(made.svg)  # noqa: S314 - our own document
