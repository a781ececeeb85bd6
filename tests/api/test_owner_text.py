"""``POST /v1/owner`` with words: accepted, settled by one owner, or unclear; never a guess."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas_owner import OwnerFound, PlaceUnclear
from boundaries.store import BoundaryStore

from .conftest import owner_service
from .owner_names import build_owner_names

PATH = "/v1/owner"
AT = {"at": "2026-11-23", "received_at": "2026-11-23T09:00:00+08:00"}


@pytest.fixture(scope="module")
def client(
    owner_store: BoundaryStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    names = build_owner_names(tmp_path_factory.mktemp("names"))
    with TestClient(owner_service(owner_store, names)) as made:
        yield made


def ask(client: TestClient, words: str, category: str = "0801001", **more: Any) -> Any:
    hints = {name: more.pop(name) for name in ("district", "township") if name in more}
    body = {"address": {"text": words, **hints}, "category": category, **AT, **more}
    response = client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    values = response.json()
    model = PlaceUnclear if values["status"] == "place_unclear" else OwnerFound
    model.model_validate(values)
    return values


def test_accepted_words_are_answered_with_their_own_accuracy_and_confidence(
    client: TestClient,
) -> None:
    answer = ask(client, "柳林街道阳光花园垃圾没人清")
    assert (answer["status"], answer["primary"]["code"]) == ("decided", "T1")
    geocoder = answer["place"]["geocoder"]
    assert geocoder["decision"] == "accepted"
    best = geocoder["candidates"][0]
    assert answer["question"]["place_confidence"] == pytest.approx(best["confidence"], abs=1e-4)
    # The geocoder's radius holds nine in ten, the question's 95 in a hundred.
    assert answer["question"]["accuracy_m"] == pytest.approx(best["accuracy_m"] * 1.1406, abs=0.1)
    assert answer["question"]["given"]["uid"] == "estate:1"
    assert answer["confidence"] <= best["confidence"] + 1e-4
    assert answer["place"]["notes"] == []


def test_words_that_mean_several_places_of_one_owner_are_answered_and_say_so(
    client: TestClient,
) -> None:
    answer = ask(client, "双子家园")
    assert answer["place"]["geocoder"]["decision"] == "review"
    assert (answer["status"], answer["primary"]["code"]) == ("decided", "T4")
    assert "2处" in answer["place"]["notes"][0]
    assert "安和街道办" in answer["place"]["notes"][0]
    assert set(answer["question"]["given"]["candidates"]) == {"estate:2", "estate:3"}
    again = client.get(f"/v1/decisions/{answer['decision']}/replay").json()
    assert again["is_same"], again["differences"]


def test_words_that_mean_places_of_different_owners_are_unclear_and_never_recorded(
    client: TestClient,
) -> None:
    before = client.get("/v1/decisions?limit=1000").json()
    answer = ask(client, "向阳新村")
    assert (answer["status"], answer["decision"]) == ("place_unclear", None)
    owners = {each["uid"]: each["owner"]["body"] for each in answer["candidates"]}
    assert owners == {"estate:4": "T1", "estate:5": "T4"}
    assert "primary" not in answer
    assert client.get("/v1/decisions?limit=1000").json() == before
    hinted = ask(client, "向阳新村", township="安和街道")
    assert (hinted["status"], hinted["primary"]["code"]) == ("decided", "T4")


def test_one_owner_at_each_centre_is_not_enough_where_the_ground_reaches_a_border(
    client: TestClient,
) -> None:
    answer = ask(client, "临界家园")
    assert answer["place"]["geocoder"]["decision"] == "review"
    assert {each["owner"]["body"] for each in answer["candidates"]} == {"T4"}
    assert answer["status"] == "place_unclear"


def test_a_whole_district_is_no_place_where_its_townships_answer(client: TestClient) -> None:
    answer = ask(client, "西山区")
    assert answer["place"]["geocoder"]["decision"] != "accepted"
    assert answer["status"] == "place_unclear"


@pytest.mark.parametrize("words", ["天外飞仙大厦", "请问几点上班"])
def test_what_the_gazetteer_does_not_know_has_no_owner(client: TestClient, words: str) -> None:
    answer = ask(client, words)
    assert (answer["status"], answer["candidates"]) == ("place_unclear", [])
    assert "人工" in answer["summary"]
    assert "person" in ask(client, words, lang="en")["summary"]


def test_the_category_is_looked_at_before_the_words(client: TestClient) -> None:
    body = {"address": {"text": "天外飞仙大厦"}, "category": "9909999", **AT}
    response = client.post(PATH, json=body)
    assert (response.status_code, response.json()["code"]) == (404, "9909999")


def test_words_are_limited_to_as_many_candidates_as_asked(client: TestClient) -> None:
    assert len(ask(client, "向阳新村", limit=1)["candidates"]) == 1
