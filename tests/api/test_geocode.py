"""``GET /v1/geocode``: which place a text means, and who holds it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.gazetteer_source import GazetteerSource
from api.schemas import Ready
from api.schemas_geocode import GeocodeResult
from api.state import LocatorSource
from api.suggestions import Suggestions
from boundaries.gazetteer.build import build_gazetteer as build_from_store
from boundaries.store import BoundaryStore, create_store, upgrade
from geo.address.answers import GeocodeAnswer
from geo.address.gazetteer import Gazetteer

from .conftest import DISTRICTS, add_layer, build_city, build_gazetteer, definition

AT = "2026-11-23"
PATH = "/v1/geocode"
DOOR = {"q": "柳林街道望河小区3号楼", "at": AT}


def test_a_known_door_is_accepted_with_its_place_and_its_chain(client: TestClient) -> None:
    answer = client.get(PATH, params=DOOR).json()
    GeocodeResult.model_validate(answer)
    assert answer["decision"] == "accepted"
    best = answer["candidates"][0]
    assert (best["uid"], best["precision"]) == ("estate:1", "door")
    assert (best["lon"], best["lat"]) == pytest.approx((116.3299, 39.89), abs=1e-7)
    assert 0.0 < best["accuracy_m"] <= 60.0
    chain = answer["jurisdiction"]["chain"]
    assert [link["code"] for link in chain] == ["990101", "990101001"]
    assert [hit["name"] for hit in answer["jurisdiction"]["overlays"]] == ["望河小区"]
    assert answer["jurisdiction"]["accuracy_m"] == best["accuracy_m"]
    assert "望河小区" in answer["explanation_zh"]


def test_every_character_of_the_text_is_accounted_for(client: TestClient) -> None:
    text = "您好，望河小区3号楼2单元电梯坏了，请尽快维修"
    answer = client.get(PATH, params={"q": text, "at": AT}).json()
    own = [part for part in answer["parts"] if part["start"] >= 0]
    assert "".join(part["text"] for part in own) == text
    assert all(text[part["start"] : part["end"]] == part["text"] for part in own)


def test_a_place_near_a_border_is_flagged_at_its_own_accuracy(client: TestClient) -> None:
    # The estate lies 8.5 m from the border of the districts and is known to 40 m.
    answer = client.get(PATH, params={"q": "临界家园", "at": AT}).json()
    held = answer["jurisdiction"]
    assert "near_border" in held["flags"]
    assert {item["code"] for item in held["chain"][0]["contenders"]} == {"990101", "990102"}


def test_a_homonym_is_left_open_and_a_hint_decides_it(client: TestClient) -> None:
    open_answer = client.get(PATH, params={"q": "向阳花园", "at": AT}).json()
    assert open_answer["decision"] == "review"
    assert {each["uid"] for each in open_answer["candidates"]} == {"estate:2", "estate:3"}
    hinted = client.get(PATH, params={"q": "向阳花园", "township": "枫桥街道", "at": AT}).json()
    assert hinted["candidates"][0]["uid"] == "estate:3"
    assert hinted["jurisdiction"]["chain"][1]["code"] == "990102002"
    limited = client.get(PATH, params={"q": "向阳花园", "limit": 1, "at": AT}).json()
    assert len(limited["candidates"]) == 1


@pytest.mark.parametrize("text", ["新望河小区", "杭州市西湖区文三路12号", "请问几点上班"])
def test_what_the_gazetteer_does_not_know_is_not_accepted(client: TestClient, text: str) -> None:
    answer = client.get(PATH, params={"q": text, "at": AT}).json()
    assert answer["decision"] in {"review", "refused"}
    if not answer["candidates"]:
        assert answer["jurisdiction"] is None


def test_layers_restricts_the_chain(client: TestClient) -> None:
    answer = client.get(PATH, params=DOOR | {"layers": "township"}).json()
    assert [link["layer"] for link in answer["jurisdiction"]["chain"]] == ["township"]


@pytest.mark.parametrize(
    ("params", "status", "slug", "named"),
    [
        ({}, 422, "validation", "q"),
        ({"q": ""}, 422, "validation", "q"),
        ({"q": "　 "}, 422, "address", "empty"),
        ({"q": "望河\x00小区"}, 422, "address", "control"),
        ({"q": "路" * 2001}, 422, "validation", "2000"),
        (DOOR | {"limit": "0"}, 422, "validation", "limit"),
        (DOOR | {"layers": "gird"}, 404, "layer-not-found", "gird"),
        (DOOR | {"at": "2025-12-31"}, 422, "date-outside-validity", "2025-12-31"),
        (DOOR | {"address": "x"}, 400, "unknown-parameter", "address"),
    ],
)
def test_every_bad_parameter_is_a_problem_that_names_it(
    client: TestClient, params: dict[str, str], status: int, slug: str, named: str
) -> None:
    response = client.get(PATH, params=params)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{slug}"
    assert named in response.json()["detail"]


def test_a_service_without_names_answers_coordinates_and_says_what_is_missing(
    store: BoundaryStore,
) -> None:
    client = TestClient(create_app(LocatorSource.from_store(store), store))
    for address in (f"{PATH}?q=x", "/v1/reverse?lon=116.35&lat=39.85"):
        refused = client.get(address)
        assert (refused.status_code, refused.json()["type"]) == (
            503,
            "/problems/gazetteer-not-ready",
        )
        assert "xiaqu gazetteer build" in refused.json()["detail"]
        assert refused.headers["retry-after"] == "5"
    assert client.post(f"{PATH}/batch", json=["x"]).status_code == 503
    assert client.get(f"/v1/locate?lon=116.35&lat=39.85&at={AT}").status_code == 200
    ready = client.get("/readyz").json()
    Ready.model_validate(ready)
    assert (ready["status"], ready["gazetteer"]) == ("ready", None)


def test_without_boundaries_a_text_is_not_answered_either(
    tmp_path: Path, gazetteer: Gazetteer
) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(url)
    store = create_store(url, tmp_path)
    names = GazetteerSource(lambda: gazetteer)
    client = TestClient(create_app(LocatorSource.from_store(store), store, gazetteer=names))
    response = client.get(PATH, params=DOOR)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/not-ready")
    store.close()


def test_the_tag_changes_with_the_gazetteer_and_the_running_service_swaps_by_itself(
    store: BoundaryStore, tmp_path: Path
) -> None:
    active = ["one"]
    built = {
        "one": build_gazetteer(tmp_path, "one", left_out="estate:1"),
        "two": build_gazetteer(tmp_path, "two"),
    }
    names = GazetteerSource(lambda: built[active[0]], lambda: active[0])
    app = create_app(LocatorSource.from_store(store), store, gazetteer=names, reload_s=0.05)
    with TestClient(app) as client:
        first = client.get(PATH, params=DOOR)
        assert first.json()["gazetteer_edition"] == "one"
        assert first.json()["decision"] != "accepted"
        tag = {"if-none-match": first.headers["etag"]}
        assert client.get(PATH, params=DOOR, headers=tag).status_code == 304
        active[0] = "two"
        until = monotonic() + 20
        while client.get("/readyz").json()["gazetteer"] != "two":
            assert monotonic() < until
            sleep(0.02)
        second = client.get(PATH, params=DOOR, headers=tag)
        assert (second.status_code, second.json()["decision"]) == (200, "accepted")
        assert second.headers["etag"] != first.headers["etag"]


def test_the_last_gazetteer_stays_when_the_next_cannot_be_loaded(
    store: BoundaryStore, gazetteer: Gazetteer
) -> None:
    active = ["good"]

    def load() -> Gazetteer:
        if active[0] == "bad":
            problem = "the file is gone"
            raise FileNotFoundError(problem)
        return gazetteer

    names = GazetteerSource(load, lambda: active[0])
    client = TestClient(create_app(LocatorSource.from_store(store), store, gazetteer=names))
    active[0] = "bad"
    assert names.refresh() is False
    assert isinstance(names.trouble, FileNotFoundError)
    assert client.get(PATH, params=DOOR).json()["decision"] == "accepted"


def test_the_gazetteer_of_a_store_is_followed_from_none_to_the_first(tmp_path: Path) -> None:
    store = build_city(tmp_path)
    names = GazetteerSource.from_store(store)
    client = TestClient(create_app(LocatorSource.from_store(store), store, gazetteer=names))
    assert client.get(PATH, params=DOOR).status_code == 503
    info = build_from_store(store)
    assert names.refresh() is True
    assert names.refresh() is False
    answer = client.get(PATH, params=DOOR).json()
    assert answer["gazetteer_edition"] == info.edition
    assert answer["candidates"][0]["name"] == "望河小区"
    add_layer(store, tmp_path, definition("district", "区", "partition", label="二版"), DISTRICTS)
    assert names.refresh() is False
    store.close()


@pytest.fixture
def suggesting(
    store: BoundaryStore, gazetteer: Gazetteer
) -> Iterator[Callable[[Suggestions], tuple[TestClient, list[GeocodeAnswer]]]]:
    """Make services that ask a function for suggestions, and the list of what it was asked."""

    def make(found: Suggestions) -> tuple[TestClient, list[GeocodeAnswer]]:
        asked: list[GeocodeAnswer] = []

        def suggest(answer: GeocodeAnswer) -> Suggestions:
            asked.append(answer)
            return found

        names = GazetteerSource(lambda: gazetteer)
        source = LocatorSource.from_store(store)
        return TestClient(create_app(source, store, gazetteer=names, suggest=suggest)), asked

    return make


SUGGESTED = {
    "provider": "amap",
    "label": "新望河小区",
    "level": "兴趣点",
    "lon": 116.36,
    "lat": 39.87,
    "datum": "CGCS2000",
    "given": {"lon": 116.366, "lat": 39.871, "datum": "GCJ-02"},
    "decision": "review",
}


def test_a_provider_is_asked_only_for_what_is_not_accepted_and_decides_nothing(
    suggesting: Callable[[Suggestions], tuple[TestClient, list[GeocodeAnswer]]],
) -> None:
    client, asked = suggesting(Suggestions((SUGGESTED,)))
    known = client.get(PATH, params=DOOR)
    assert (known.json()["suggestions"], asked) == ([], [])
    assert known.headers["etag"]
    unknown = client.get(PATH, params={"q": "新望河小区", "at": AT})
    body = unknown.json()
    GeocodeResult.model_validate(body)
    assert [answer.text for answer in asked] == ["新望河小区"]
    assert body["suggestions"] == [SUGGESTED]
    assert body["decision"] != "accepted"
    assert all(each["label"] != "新望河小区" for each in body["candidates"])
    assert unknown.headers["cache-control"] == "no-store"
    assert "etag" not in unknown.headers


def test_a_provider_in_trouble_does_not_hide_the_answer(
    suggesting: Callable[[Suggestions], tuple[TestClient, list[GeocodeAnswer]]],
) -> None:
    client, _ = suggesting(Suggestions(problem="provider amap: no answer within 5 s"))
    body = client.get(PATH, params={"q": "向阳花园", "at": AT}).json()
    assert len(body["candidates"]) == 2
    assert body["suggestions_problem"] == "provider amap: no answer within 5 s"
