"""A real browser clicks the map; nothing it loads comes from another host."""

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from api.state import LocatorSource
from boundaries.store import BoundaryStore
from tests.conftest import stop_for_lack

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def address(store: BoundaryStore) -> Iterator[str]:
    app = create_app(LocatorSource.from_store(store), store)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = monotonic() + 20
    while not server.started and monotonic() < until:
        sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        stop_for_lack(f"no browser at {CHROMIUM}; install the Debian package chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[tuple[Page, list[str], list[str]]]:
    """Open a page and watch its requests and complaints."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page, requests, complaints
    hosts = {urlsplit(url).netloc for url in requests if not url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert complaints == []
    context.close()


def test_a_click_on_the_map_shows_the_chain(visit: tuple[Page, list[str], list[str]]) -> None:
    page, requests, _ = visit
    picture = page.locator(".map input[type=image]")
    box = picture.bounding_box()
    assert box is not None
    # Lower left quarter of the city; the picture is scaled to the window.
    picture.click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.7})
    page.wait_for_selector("#chain")
    names = page.locator("#chain td b").all_inner_texts()
    codes = page.locator("#chain td .code").all_inner_texts()
    assert names == ["东湖区", "柳林街道"]
    assert [code.strip() for code in codes] == ["990101", "990101001"]
    assert any("/map.svg" in url for url in requests)


def test_the_keyboard_alone_reaches_an_answer(visit: tuple[Page, list[str], list[str]]) -> None:
    page, _, _ = visit
    picture = page.locator(".map input[type=image]")
    picture.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chain")
    assert page.locator("#owner").inner_text() == "枫桥街道"


def test_typed_coordinates_in_another_datum_are_answered(
    visit: tuple[Page, list[str], list[str]],
) -> None:
    page, _, _ = visit
    page.fill("input[name=lon]", "116.403")
    page.fill("input[name=lat]", "39.85")
    page.select_option("select[name=datum]", "GCJ-02")
    page.click(".ask button")
    page.wait_for_selector("#chain")
    assert page.locator("#owner").inner_text() == "柳林街道"
    assert page.input_value("select[name=datum]") == "GCJ-02"


def test_the_page_works_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 1600, "height": 1000}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(address)
    page.locator(".map input[type=image]").click(position={"x": 320, "y": 560})
    page.wait_for_selector("#chain")
    assert page.locator("#owner").inner_text() == "柳林街道"
    context.close()
