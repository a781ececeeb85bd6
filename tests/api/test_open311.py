"""Open311 GeoReport v2 as its clients use it, over a real server."""

import itertools
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import georeport
import pytest
import requests
import uvicorn
import xmltodict

from api.open311 import Open311Options
from api.state import LocatorSource
from api.tickets_service import CityNow, TicketService
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from governance.clocks.calendar import CHINA_TIME
from governance.tickets.privacy.key import read_key
from tests.api.conftest import build_owner_city, owner_service
from tests.governance.conftest import unit

# The client was written for Python 2.
itertools.ifilter = filter  # type: ignore[attr-defined]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from three import Three


class ThreeInXml(Three):  # type: ignore[misc] - the client has no types
    """The client with another reader of XML: its own needs Python 2."""

    def convert(self, content: bytes, conversion: bool) -> Any:  # noqa: FBT001 - as in the client
        """Give what the root element holds."""
        if self.format != "xml" or not conversion:
            return super().convert(content, conversion)
        (root,) = xmltodict.parse(content).values()
        return root


KEY = "open-sesame-1"
LON, LAT = unit(3, 7)
RUBBISH = "0801001"
SHAPES: dict[str, tuple[str, ...]] = {
    # Names and order as in the examples of the specification.
    "service": (
        "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
    ),
    "attribute": (
        "variable", "code", "datatype", "required", "datatype_description", "order",
        "description", "values",
    ),
    "request": (
        "service_request_id", "status", "status_notes", "service_name", "service_code",
        "description", "agency_responsible", "service_notice", "requested_datetime",
        "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat",
        "long", "media_url",
    ),
    "endpoint": ("specification", "url", "changeset", "type", "formats"),
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BoundaryStore, Path]]:
    """Make a city of its own: these tests leave tickets behind."""
    folder = tmp_path_factory.mktemp("open311")
    made = build_owner_city(folder)
    yield made, folder
    made.close()


@pytest.fixture(scope="module")
def base(city: tuple[BoundaryStore, Path], gazetteer: Gazetteer) -> Iterator[str]:
    """Serve it; give the address of the endpoint."""
    store, folder = city
    app = owner_service(
        store,
        gazetteer,
        allow_writes=True,
        open311=Open311Options(
            jurisdiction="shifan.example", keys={"app": KEY}, contact="值班室 8001"
        ),
        tickets=TicketService(store, _now_in(store), key=read_key("", folder)),
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/open311/v2"
    server.should_exit = True
    thread.join()


def _now_in(store: BoundaryStore) -> CityNow:
    from governance.owner.loading import load_resolver  # noqa: PLC0415 - loads the kernels

    source = LocatorSource.from_store(store)
    resolver = load_resolver(store, locator=source.locator)
    return CityNow(locator=lambda: source.locator, geocoder=lambda: None, resolver=lambda: resolver)


@pytest.fixture(params=["json", "xml"])
def three(request: pytest.FixtureRequest, base: str) -> Three:
    """Give the client ``three`` for either format."""
    return ThreeInXml(base, api_key=KEY, format=request.param, jurisdiction="shifan.example")


def post(base: str, kind: str = "json", **fields: Any) -> requests.Response:
    form = {"api_key": KEY, "service_code": RUBBISH, "lat": LAT, "long": LON, **fields}
    return requests.post(f"{base}/requests.{kind}", data=form, timeout=30)


def read_xml(text: str) -> ET.Element:
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    return ET.fromstring(text)  # noqa: S314 - our own answer


def test_three_reads_discovery_services_and_a_definition(three: Three) -> None:
    found = three.discovery()
    endpoints = found["endpoints"]
    first = endpoints[0] if three.format == "json" else endpoints["endpoint"]
    assert first["specification"] == "http://wiki.open311.org/GeoReport_v2"
    services = three.services()
    rows = services if three.format == "json" else services["service"]
    assert RUBBISH in {row["service_code"] for row in rows}
    definition = three.services(RUBBISH)
    assert definition["service_code"] == RUBBISH
    assert definition["attributes"]


def test_three_sends_a_request_and_reads_it_again(three: Three) -> None:
    sent = three.post(
        RUBBISH,
        lat=LAT,
        long=LON,
        name="Zach Williams",
        phone="13812345678",
        description="小区门口垃圾无人清运，请联系13812345678",
    )
    row = sent[0] if three.format == "json" else sent["request"]
    number = row["service_request_id"]
    assert three.post_response.status_code == 201
    found = three.request(number)
    one = found[0] if three.format == "json" else found["request"]
    assert one["service_request_id"] == number
    assert one["status"] == "open"
    assert one["service_code"] == RUBBISH
    assert one["agency_responsible"]
    assert "13812345678" not in str(one)
    assert float(one["lat"]) == pytest.approx(LAT, abs=1e-9)
    listed = three.requests(RUBBISH)
    rows = listed if three.format == "json" else listed["request"]
    rows = rows if isinstance(rows, list) else [rows]
    assert number in {row["service_request_id"] for row in rows}
    token = three.token(number)
    pair = token[0] if three.format == "json" else token["request"]
    assert pair["service_request_id"] == number


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_georeport_reads_what_is_there(base: str, kind: str) -> None:
    number = post(base).json()[0]["service_request_id"]
    client = georeport.GeoReport(base, jurisdiction="shifan.example", output_format=kind)
    assert len(client.get_service_list()) == 18
    assert client.get_service_definition(RUBBISH)["service_code"] == RUBBISH
    assert client.get_service_request(number)["service_request_id"] == number
    start = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    end = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    rows = client.get_service_requests(
        service_code=f"{RUBBISH},0102001", start_date=start, end_date=end, status="open"
    )
    rows = rows if isinstance(rows, list) else [rows]
    assert number in {row["service_request_id"] for row in rows}


def test_the_xml_has_the_elements_of_the_specification_in_their_order(base: str) -> None:
    number = post(base).json()[0]["service_request_id"]
    paths = {
        "services": ("services", "service"),
        f"services/{RUBBISH}": ("service_definition", "attribute"),
        f"requests/{number}": ("service_requests", "request"),
        "discovery": ("discovery", "endpoint"),
    }
    for path, (root, item) in paths.items():
        answer = requests.get(f"{base}/{path}.xml", timeout=30)
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        document = read_xml(answer.text)
        assert document.tag == root
        items = list(document.iter(item))
        assert items, path
        for element in items:
            assert tuple(child.tag for child in element) == SHAPES[item]
    form = read_xml(post(base, "xml").text)
    assert [child.tag for child in form] == ["request"]
    names = [child.tag for child in form[0]]
    assert names == ["service_request_id", "service_notice", "account_id"]


def test_xml_and_json_say_the_same(base: str) -> None:
    number = post(base, description="坏了 <b>& 修").json()[0]["service_request_id"]
    plain = requests.get(f"{base}/requests/{number}.json", timeout=30).json()[0]
    element = read_xml(requests.get(f"{base}/requests/{number}.xml", timeout=30).text)[0]
    assert {child.tag: child.text for child in element} == {
        name: None if value is None else str(value) for name, value in plain.items()
    }


def test_extensions_tell_area_rule_and_decision(base: str) -> None:
    number = post(base).json()[0]["service_request_id"]
    address = f"{base}/requests/{number}"
    bare = requests.get(f"{address}.json", timeout=30).json()[0]
    full = requests.get(f"{address}.json?extensions=true", timeout=30).json()[0]
    extended = full.pop("extended_attributes")
    assert full == bare
    assert extended["datum"] == "CGCS2000"
    assert extended["township"] == "990101001"
    assert extended["decision"].startswith("D")
    assert extended["step"]
    assert extended["rule"]
    xml = read_xml(requests.get(f"{address}.xml?extensions=true", timeout=30).text)
    assert xml.findtext("request/extended_attributes/township") == "990101001"


def test_the_notice_names_body_and_deadline_in_the_time_of_the_city(base: str) -> None:
    row = post(base).json()[0]
    told = requests.get(f"{base}/requests/{row['service_request_id']}.json", timeout=30).json()[0]
    due = datetime.fromisoformat(told["expected_datetime"]).astimezone(CHINA_TIME)
    assert told["agency_responsible"] in row["service_notice"]
    assert f"{due:%Y-%m-%d %H:%M}" in row["service_notice"]


def test_the_same_number_of_a_client_is_the_same_request(base: str) -> None:
    fields = {"attribute[external_id]": "A-77", "description": "路灯不亮"}
    first, second = post(base, **fields), post(base, **fields)
    assert (first.status_code, second.status_code) == (201, 200)
    number = "service_request_id"
    assert first.json()[0][number] == second.json()[0][number]


def test_a_reported_body_never_sees_who_reported(base: str) -> None:
    fields = {"attribute[request_type]": "举报", "description": "举报无照经营"}
    number = post(base, **fields).json()[0]["service_request_id"]
    assert requests.get(f"{base}/requests/{number}.json", timeout=30).status_code == 404
    listed = requests.get(f"{base}/requests.json?service_request_id={number}", timeout=30)
    assert listed.json() == []
    everything = requests.get(f"{base}/requests.json", timeout=30).json()
    assert number not in {row["service_request_id"] for row in everything}


def test_pages_part_the_list_without_loss(base: str) -> None:
    for _ in range(3):
        post(base)
    whole = requests.get(f"{base}/requests.json", timeout=30).json()
    pages: list[Any] = []
    for page in range(1, 1000):
        part = requests.get(f"{base}/requests.json?page={page}&page_size=2", timeout=30).json()
        if not part:
            break
        pages += part
    assert pages == whole


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "9999999"}, 404, "9999999"),
        ({"lat": "", "long": ""}, 400, "location"),
        ({"lat": "abc"}, 400, "'abc' is no number"),
        ({"long": ""}, 400, "belong together"),
        ({"description": "x" * 4001}, 400, "4001"),
        ({"colour": "red"}, 400, "'colour'"),
        ({"attribute[request_type]": "唱歌"}, 400, "唱歌"),
        ({"jurisdiction_id": "elsewhere.gov"}, 404, "elsewhere.gov"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_in_the_documents_of_the_standard(
    base: str, fields: dict[str, str], status: int, words: str
) -> None:
    for kind in ("json", "xml"):
        answer = post(base, kind, **fields)
        assert answer.status_code == status, answer.text
        if kind == "json":
            (error,) = answer.json()
            assert error["code"] == status
            assert words in error["description"]
        else:
            document = read_xml(answer.text)
            assert document.tag == "errors"
            assert words in str(document.findtext("error/description"))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json?status=fixed", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-09-01T00:00:00Z", 400),
        ("requests.json?page=0", 400),
        ("requests.json?colour=red", 400),
        ("requests/T0000000000000000.json", 404),
        ("tokens/none.json", 404),
        ("services/9999999.json", 404),
        ("services.json?jurisdiction_id=elsewhere.gov", 404),
        ("services.yaml", 400),
    ],
)
def test_what_is_wrong_with_a_question_is_said_likewise(base: str, path: str, status: int) -> None:
    answer = requests.get(f"{base}/{path}", timeout=30)
    assert answer.status_code == status
    assert str(status) in answer.text
