"""Online providers, against a real server on this machine that answers as each one documents."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from geo.address.answers import Decision, GeocodeAnswer, Part, PartRole
from geo.datum import Datum, from_cgcs2000
from xiaqu.errors import (
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    SettingsError,
)
from xiaqu.providers import (
    AddressProvider,
    AmapProvider,
    BaiduProvider,
    TiandituProvider,
    provider_of,
    suggester_of,
)
from xiaqu.providers.configured import words_to_ask
from xiaqu.settings import Settings

SECRET = "k3y-of-the-city"  # noqa: S105 - no key of anything
PLACE = (116.4039, 39.9151)


class LocalServer(ThreadingHTTPServer):
    """Answers every request with what a test put in place, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.body = b"{}"
        self.wait_s = 0.0
        self.location = ""
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, document: object, status: int = 200) -> None:
        """Answer with a document from now on."""
        self.body, self.status = json.dumps(document, ensure_ascii=False).encode(), status


class Handler(BaseHTTPRequestHandler):
    """Serves one request."""

    server: LocalServer

    def do_GET(self) -> None:
        """Keep what was asked, and answer."""
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.server.asked.append((address.path, query))
        time.sleep(self.server.wait_s)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("location", self.server.location)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Write nothing to the terminal."""


@pytest.fixture
def server() -> Iterator[LocalServer]:
    made = LocalServer()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def settings(**given: object) -> Settings:
    return Settings.model_validate({"data_dir": "/nowhere", **given})


def named(name: str, server: LocalServer, **given: object) -> AddressProvider:
    made = provider_of(
        settings(provider=name, provider_key=SECRET, provider_url=server.url, **given)
    )
    assert made is not None
    return made


def amap_found(lon: float, lat: float) -> dict[str, object]:
    found = {
        "formatted_address": "示范市东湖区柳林路12号",
        "province": "示范市",
        "city": [],
        "district": "东湖区",
        "level": "门牌号",
        "location": f"{lon:.6f},{lat:.6f}",
    }
    return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [found]}


def test_no_provider_is_named_by_default() -> None:
    assert provider_of(settings()) is None


def test_amap_places_are_taken_out_of_gcj02_and_keep_what_was_given(server: LocalServer) -> None:
    lon, lat = from_cgcs2000([PLACE], Datum.GCJ02)[0]
    server.answer(amap_found(lon, lat))
    (place,) = named("amap", server, provider_city="示范市").search("柳林路12号")
    assert (place.lon, place.lat) == pytest.approx(PLACE, abs=2e-6)
    assert abs(place.given_lon - place.lon) > 0.004
    assert place.to_dict()["given"] == {
        "lon": round(float(lon), 6),
        "lat": round(float(lat), 6),
        "datum": "GCJ-02",
    }
    assert (place.label, place.level) == ("示范市东湖区柳林路12号", "门牌号")
    ((path, query),) = server.asked
    assert path == "/v3/geocode/geo"
    assert query == {"key": SECRET, "address": "柳林路12号", "output": "JSON", "city": "示范市"}


def test_amap_items_without_a_location_are_left_out(server: LocalServer) -> None:
    document = amap_found(*PLACE)
    document["geocodes"][0]["location"] = []  # type: ignore[index]
    server.answer(document)
    assert named("amap", server).search("柳林路") == []


@pytest.mark.parametrize("coordinates", ["bd09ll", "gcj02ll"])
def test_baidu_places_are_read_in_the_datum_that_was_asked_for(
    server: LocalServer, coordinates: str
) -> None:
    datum = {"bd09ll": Datum.BD09, "gcj02ll": Datum.GCJ02}[coordinates]
    lon, lat = (float(number) for number in from_cgcs2000([PLACE], datum)[0])
    result = {"location": {"lng": lon, "lat": lat}, "precise": 1, "confidence": 80, "level": "门址"}
    server.answer({"status": 0, "result": {**result, "comprehension": 100}})
    (place,) = BaiduProvider(SECRET, server.url, coordinates=coordinates).search("柳林路12号")
    assert (place.lon, place.lat) == pytest.approx(PLACE, abs=1e-6)
    assert (place.datum, place.level) == (datum, "门址")
    ((path, query),) = server.asked
    assert path == "/geocoding/v3/"
    assert query.get("ret_coordtype", "bd09ll") == coordinates


def test_baidu_gets_no_longer_address_than_it_takes_and_no_half_character(
    server: LocalServer,
) -> None:
    server.answer({"status": 1, "msg": "Internal Service Error:无相关结果", "results": []})
    assert named("baidu", server).search("路" * 60) == []
    assert server.asked[0][1]["address"] == "路" * 28


def test_tianditu_places_are_taken_as_they_are(server: LocalServer) -> None:
    location = {"lon": str(PLACE[0]), "lat": str(PLACE[1]), "level": "门址", "score": 100}
    server.answer({"location": location, "status": "0", "msg": "ok", "searchVersion": "6.4.9V"})
    (place,) = named("tianditu", server, provider_city="示范市").search("柳林路12号")
    assert (place.lon, place.lat) == PLACE
    assert place.datum is Datum.CGCS2000
    ((path, query),) = server.asked
    assert path == "/geocoder"
    assert json.loads(query["ds"]) == {"keyWord": "示范市柳林路12号"}
    assert query["tk"] == SECRET


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("amap", {"status": "1", "info": "OK", "infocode": "10000", "count": "0", "geocodes": []}),
        ("amap", {"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"}),
        ("baidu", {"status": 1, "msg": "Internal Service Error:无相关结果", "results": []}),
        ("tianditu", {"status": "101", "msg": "结果为空"}),
    ],
)
def test_an_unknown_address_is_an_empty_answer(
    server: LocalServer, name: str, document: dict[str, object]
) -> None:
    server.answer(document)
    assert named(name, server).search("没有这个地方") == []


@pytest.mark.parametrize(
    ("name", "status", "document", "said"),
    [
        ("amap", 200, {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}, "10001"),
        (
            "amap",
            200,
            {"status": "0", "info": "USER_DAILY_QUERY_OVER_LIMIT", "infocode": "10044"},
            "USER_DAILY_QUERY_OVER_LIMIT",
        ),
        ("baidu", 200, {"status": 302, "message": "天配额超限，限制访问"}, "天配额超限"),
        ("baidu", 200, {"status": 200, "message": "APP不存在，AK有误请检查再重试"}, "AK有误"),
        (
            "tianditu",
            403,
            {"code": 301012, "msg": "权限类型错误", "resolve": "Key权限类型为:浏览器端"},
            "权限类型错误",
        ),
    ],
)
def test_a_refused_key_or_quota_is_said_in_the_words_of_the_provider_without_the_key(
    server: LocalServer, name: str, status: int, document: dict[str, object], said: str
) -> None:
    server.answer(document, status)
    with pytest.raises(ProviderRefusedError, match=said) as caught:
        named(name, server).search("柳林路12号")
    assert caught.value.provider == name
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["amap", "baidu", "tianditu"])
@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"<html>Bad gateway</html>"), (200, b"[]"), (200, b""), (200, b"{" * 2_000_000)],
)
def test_an_answer_that_is_no_document_is_an_error(
    server: LocalServer, name: str, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    with pytest.raises(ProviderError):
        named(name, server).search("柳林路12号")


@pytest.mark.parametrize(
    "document",
    [
        {"location": {"lon": "39.9", "lat": "116.4"}, "status": "0", "msg": "ok"},
        {"location": {"lon": "NaN", "lat": "39.9"}, "status": "0", "msg": "ok"},
        {"location": {"lon": "东经", "lat": "39.9"}, "status": "0", "msg": "ok"},
        {"status": "404", "msg": "参数错误"},
    ],
)
def test_numbers_that_are_no_place_are_an_error(
    server: LocalServer, document: dict[str, object]
) -> None:
    server.answer(document)
    with pytest.raises(ProviderError):
        named("tianditu", server).search("柳林路12号")


@pytest.mark.parametrize("kind", [AmapProvider, BaiduProvider, TiandituProvider])
def test_a_silent_provider_is_given_up_after_the_set_time(
    server: LocalServer, kind: type[AmapProvider]
) -> None:
    server.wait_s = 1.0
    started = time.monotonic()
    with pytest.raises(ProviderUnavailableError, match=r"0\.2 s"):
        kind(SECRET, server.url, timeout_s=0.2).search("柳林路12号")
    assert time.monotonic() - started < 0.9


def test_a_provider_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ProviderUnavailableError, match="no connection") as caught:
        AmapProvider(SECRET, f"http://127.0.0.1:{port}").search("柳林路12号")
    assert SECRET not in str(caught.value)


def test_no_redirect_is_followed_with_the_key(server: LocalServer) -> None:
    server.status, server.location = 302, f"{server.url}/elsewhere"
    with pytest.raises(ProviderError, match="302"):
        AmapProvider(SECRET, server.url).search("柳林路12号")
    assert len(server.asked) == 1


def test_no_proxy_of_the_environment_is_used(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answer(amap_found(*PLACE))
    assert len(AmapProvider(SECRET, server.url).search("柳林路12号")) == 1


def test_a_file_address_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("files") / "secret.json"
    secret.write_text("{}", encoding="utf-8")
    with pytest.raises(ProviderError, match="neither"):
        AmapProvider(SECRET, secret.as_uri()).search("柳林路12号")


def geopy_settings(server: LocalServer, **given: object) -> Settings:
    options = {
        "domain": f"127.0.0.1:{server.server_port}",
        "scheme": "http",
        "user_agent": "xiaqu-test",
    }
    return settings(
        provider="geopy.nominatim",
        provider_options=json.dumps(options),
        **{"provider_datum": "WGS-84", **given},
    )


def test_a_geocoder_of_geopy_is_asked_with_its_declared_datum(server: LocalServer) -> None:
    found = {
        "display_name": "12, 柳林路, 东湖区",
        "lon": str(PLACE[0]),
        "lat": str(PLACE[1]),
        "type": "house",
    }
    server.answer([found])
    made = provider_of(geopy_settings(server, provider_datum="GCJ-02"))
    assert made is not None
    (place,) = made.search("柳林路12号")
    assert place.provider == "geopy.nominatim"
    assert (place.given_lon, place.given_lat) == PLACE
    assert place.datum is Datum.GCJ02
    assert place.lon < PLACE[0] - 0.004
    server.answer([])
    assert made.search("没有这个地方") == []


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ProviderRefusedError), (429, ProviderRefusedError),
                         (503, ProviderUnavailableError), (500, ProviderError)],
)  # fmt: skip
def test_errors_of_geopy_are_errors_of_a_provider(
    server: LocalServer, status: int, kind: type[ProviderError]
) -> None:
    server.answer({}, status)
    made = provider_of(geopy_settings(server))
    assert made is not None
    with pytest.raises(kind) as caught:
        made.search("柳林路12号")
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"provider": "google"}, "XIAQU_PROVIDER"),
        ({"provider": "amap"}, "XIAQU_PROVIDER_KEY"),
        ({"provider": "geopy.nominatim"}, "XIAQU_PROVIDER_DATUM"),
        ({"provider": "geopy.nominatim", "provider_datum": "北京54"}, "XIAQU_PROVIDER_DATUM"),
        ({"provider": "geopy.nowhere", "provider_datum": "WGS-84"}, "XIAQU_PROVIDER"),
        (
            {"provider": "geopy.photon", "provider_datum": "WGS-84", "provider_options": "[1]"},
            "XIAQU_PROVIDER_OPTIONS",
        ),
        (
            {
                "provider": "geopy.photon",
                "provider_datum": "WGS-84",
                "provider_options": '{"colour": "red"}',
            },
            "XIAQU_PROVIDER_OPTIONS",
        ),
    ],
)
def test_a_provider_that_cannot_be_made_names_the_setting(
    given: dict[str, object], name: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        provider_of(settings(**given))
    assert caught.value.name == name


def answered(*parts: tuple[str, PartRole]) -> GeocodeAnswer:
    made, at = [], 0
    for text, role in parts:
        made.append(Part(at, at + len(text), text, role))
        at += len(text)
    whole = "".join(text for text, _ in parts)
    return GeocodeAnswer(whole, Decision.REFUSED, [], tuple(made), (), "e")


def test_only_the_words_that_say_where_leave_the_machine(server: LocalServer) -> None:
    answer = answered(
        ("张先生13800000000反映", PartRole.IGNORED),
        ("东湖区", PartRole.DISTRICT),
        ("新柳林小区", PartRole.UNKNOWN_NAME),
        ("3号楼", PartRole.BUILDING),
        ("2单元501", PartRole.UNIT),
        ("电梯停运", PartRole.IGNORED),
    )
    assert words_to_ask(answer) == "东湖区新柳林小区3号楼"
    server.answer(amap_found(*PLACE))
    found = suggester_of(named("amap", server))(answer)
    assert [place["provider"] for place in found.places] == ["amap"]
    assert found.places[0]["decision"] == "review"
    assert "138" not in server.asked[0][1]["address"]


def test_a_text_without_such_words_is_not_sent(server: LocalServer) -> None:
    answer = answered(("您好，请问几点上班", PartRole.IGNORED))
    assert suggester_of(named("amap", server))(answer).places == ()
    assert server.asked == []


def test_a_provider_in_trouble_leaves_the_answer_and_says_why(server: LocalServer) -> None:
    server.answer({"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"})
    found = suggester_of(named("amap", server))(answered(("柳林路12号", PartRole.ROAD)))
    assert found.places == ()
    assert "INVALID_USER_KEY" in found.problem
