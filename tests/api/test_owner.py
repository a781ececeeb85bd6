"""``GET`` and ``POST /v1/owner``: the body, the evidence, the place, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import shapely
from pydantic import TypeAdapter
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.owner_source import OwnerSource
from api.problems import all_problem_types
from api.schemas import Ready
from api.schemas_owner import OwnerFound, PlaceUnclear
from api.state import Limits, LocatorSource
from boundaries.errors import StoreUnavailableError
from boundaries.store import BoundaryStore, create_store, upgrade
from geo.datum import Datum, from_cgcs2000
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from governance.owner.loading import load_resolver
from tests.governance.conftest import BOOK, import_city, unit

from .conftest import owner_service

PATH = "/v1/owner"
AT = {"at": "2026-11-23", "received_at": "2026-11-23T09:00:00+08:00"}
GARBAGE = "0801001"
FOUND: TypeAdapter[OwnerFound | PlaceUnclear] = TypeAdapter(OwnerFound | PlaceUnclear)


def params(x: float, y: float, category: str = GARBAGE, **more: Any) -> dict[str, Any]:
    """Ask at a place in units of the city."""
    lon, lat = unit(x, y)
    return {"lon": lon, "lat": lat, "category": category, **AT, **more}


def ask(client: TestClient, x: float, y: float, category: str = GARBAGE, **more: Any) -> Any:
    response = client.get(PATH, params=params(x, y, category, **more))
    assert response.status_code == 200, response.text
    OwnerFound.model_validate(response.json())
    return response.json()


def test_an_answer_names_the_body_the_reasons_the_deadline_and_what_it_rests_on(
    owner_client: TestClient,
) -> None:
    answer = ask(owner_client, 12.5, 3)
    assert (answer["primary"]["code"], answer["step"]) == ("STATION", "overlay")
    assert answer["status"] == "decided"
    assert [row["body"] for row in answer["considered"]] == ["STATION", "BUSINESS", "T2", "D1"]
    assert [row["is_taken"] for row in answer["considered"]] == [True, False, False, False]
    assert answer["considered"][1]["reason"]["code"] == "lower_precedence"
    assert answer["deadline"]["due_at"] == "2026-11-24T09:00:00+08:00"
    assert answer["copied"][0]["code"] == "D1"
    assert answer["evidence"]["book"]["label"] == read_book(BOOK).head.label
    assert answer["evidence"]["editions"].keys() == answer["context"]["editions"].keys()
    for layer, edition in answer["evidence"]["editions"].items():
        assert edition["id"] == answer["context"]["editions"][layer]
    assert answer["decision"].startswith("D")


def test_the_same_question_is_the_same_decision_and_the_full_path_the_same_category(
    owner_client: TestClient,
) -> None:
    one = ask(owner_client, 12.5, 3)
    other = ask(owner_client, 12.5, 3, "市容环境->垃圾->暴露垃圾")
    assert other["decision"] == one["decision"]
    assert ask(owner_client, 12.5, 3, "0301001")["decision"] != one["decision"]


def test_without_recording_nothing_is_stored(owner_client: TestClient) -> None:
    before = owner_client.get("/v1/decisions?limit=1000").json()["decisions"]
    answer = ask(owner_client, 3.3, 17.1, record=False)
    assert answer["decision"] is None
    assert owner_client.get("/v1/decisions?limit=1000").json()["decisions"] == before


def test_sentences_come_in_either_language(owner_client: TestClient) -> None:
    assert ask(owner_client, 12.5, 3)["summary"].startswith("由东站地区管委会主办")
    english = ask(owner_client, 12.5, 3, lang="en")
    assert "answers (special area" in english["summary"]
    assert english["considered"][1]["reason"]["text"].isascii()


def test_an_enterprise_is_answered_by_the_zone_and_a_person_is_not(
    owner_client: TestClient,
) -> None:
    person = ask(owner_client, 34, 15, "0701001")
    firm = ask(owner_client, 34, 15, "0701001", caller="enterprise")
    assert (person["primary"]["code"], firm["primary"]["code"]) == ("T5", "ZONE")


def test_a_place_on_a_border_is_provisional_and_says_so(owner_client: TestClient) -> None:
    answer = ask(owner_client, 10, 7.5, "0301001")
    assert answer["status"] == "provisional"
    assert "on_border" in answer["flags"]
    assert answer["confidence"] <= 0.5


def test_a_point_in_another_datum_is_converted_and_kept_as_given(
    owner_client: TestClient,
) -> None:
    lon, lat = from_cgcs2000([unit(12.5, 3)], Datum.GCJ02)[0].tolist()  # type: ignore[arg-type]
    answer = owner_client.get(
        PATH, params={"lon": lon, "lat": lat, "datum": "GCJ-02", "category": GARBAGE, **AT}
    ).json()
    assert answer["primary"]["code"] == "STATION"
    assert answer["place"]["input"] == {"lon": lon, "lat": lat, "datum": "GCJ-02"}
    assert answer["question"]["given"] == answer["place"]["input"]
    assert answer["place"]["location"]["lon"] == pytest.approx(unit(12.5, 3)[0], abs=1e-8)


def test_a_point_that_fits_another_datum_only_is_flagged_and_said(
    owner_client: TestClient,
) -> None:
    # 0.7 units inside the eastern border: read as WGS-84, these numbers of GCJ-02 lie outside.
    lon, lat = from_cgcs2000([unit(39.3, 5)], Datum.GCJ02)[0].tolist()  # type: ignore[arg-type]
    wrong = {"lon": lon, "lat": lat, "category": GARBAGE, **AT}
    answer = owner_client.get(PATH, params=wrong).json()
    OwnerFound.model_validate(answer)
    assert answer["status"] == "nobody"
    assert {"outside", "datum_suspect"} <= set(answer["flags"])
    assert "GCJ-02" in answer["place"]["notes"][0]
    assert "GCJ-02" in answer["question"]["given"]["datum_suspect"]
    again = owner_client.get(f"/v1/decisions/{answer['decision']}/replay").json()
    assert again["is_same"], again["differences"]
    right = owner_client.get(PATH, params=wrong | {"datum": "GCJ-02"}).json()
    assert right["primary"]["code"] == "T5"
    assert "datum_suspect" not in right["flags"]


def test_a_point_far_outside_is_nobodys_and_suspects_nothing(owner_client: TestClient) -> None:
    answer = owner_client.get(
        PATH, params={"lon": 117.123, "lat": 40.456, "category": GARBAGE, **AT}
    ).json()
    assert answer["status"] == "nobody"
    assert answer["primary"] is None
    assert "datum_suspect" not in answer["flags"]


def test_a_line_across_two_townships_names_both_with_their_shares_and_replays(
    owner_client: TestClient,
) -> None:
    line = shapely.LineString([unit(7, 13.5), unit(14, 13.5)])
    body = {"geometry": shapely.geometry.mapping(line), "category": "0301001", **AT}
    response = owner_client.post(PATH, json=body)
    answer = response.json()
    OwnerFound.model_validate(answer)
    shares = {part["body"]: part["share"] for part in answer["place"]["parts"]}
    assert shares == {"T1": pytest.approx(3 / 7, abs=0.01), "T2": pytest.approx(4 / 7, abs=0.01)}
    assert answer["primary"]["code"] == "T2"
    assert [each["code"] for each in answer["co_organisers"]] == ["T1"]
    assert "spans" in answer["flags"]
    again = owner_client.get(f"/v1/decisions/{answer['decision']}/replay").json()
    assert again["is_same"], again["differences"]


def test_a_polygon_in_another_datum_is_converted(owner_client: TestClient) -> None:
    corners = [unit(2.2, 2.2), unit(3.8, 2.2), unit(3.8, 5.8), unit(2.2, 5.8)]
    moved = from_cgcs2000(corners, Datum.BD09).tolist()  # type: ignore[arg-type]
    park = shapely.geometry.mapping(shapely.Polygon(moved))
    body = {"geometry": park, "datum": "BD-09", "category": "0301001", **AT}
    answer = owner_client.post(PATH, json=body).json()
    assert answer["primary"]["code"] == "GREEN1"
    assert answer["flags"] == []


@pytest.mark.parametrize(
    ("change", "status", "slug", "named"),
    [
        ({"category": None}, 422, "validation", "category"),
        ({"category": "0801009"}, 404, "category-not-found", "0801009"),
        ({"lon": "116,4"}, 422, "validation", "lon"),
        ({"lon": "39.9", "lat": "116.41"}, 422, "coordinate", "exchanged"),
        ({"datum": "Mars"}, 422, "datum", "Mars"),
        ({"at": "2025-12-31"}, 422, "date-outside-rule-book", "2025-12-31"),
        ({"received_at": "2026-11-23T09:00:00"}, 422, "validation", "received_at"),
        ({"caller": "firm"}, 422, "validation", "caller"),
        ({"lang": "fr"}, 422, "validation", "lang"),
        ({"categories": "08"}, 400, "unknown-parameter", "categories"),
    ],
)
def test_every_bad_parameter_is_a_problem_that_names_it(
    owner_client: TestClient, change: dict[str, Any], status: int, slug: str, named: str
) -> None:
    asked = {name: value for name, value in (params(5, 5) | change).items() if value is not None}
    response = owner_client.get(PATH, params=asked)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")
    assert named in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({}, 422, "exactly one"),
        ({"point": {"lon": 116.41, "lat": 39.9}, "address": {"text": "x"}}, 422, "exactly one"),
        ({"point": {"lon": 116.41, "lat": 39.9, "alt": 3}}, 422, "alt"),
        ({"geometry": {"type": "Point", "coordinates": [116.41, 39.9]}}, 422, "LineString"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, 422, "Polygon"),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [
                            [116.41, 39.9],
                            [116.42, 39.91],
                            [116.42, 39.9],
                            [116.41, 39.91],
                            [116.41, 39.9],
                        ]
                    ],
                }
            },
            422,
            "Self-intersection",
        ),
        ({"address": {"text": ""}}, 422, "text"),
        ({"address": {"text": "望河小区"}}, 503, "gazetteer"),
    ],
)
def test_every_bad_body_is_a_problem_that_names_what_is_wrong(
    owner_client: TestClient, body: dict[str, Any], status: int, named: str
) -> None:
    response = owner_client.post(PATH, json={"category": GARBAGE, "at": AT["at"], **body})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert named in response.json()["detail"]


def test_a_body_over_the_limit_is_refused(owner_store: BoundaryStore) -> None:
    client = TestClient(owner_service(owner_store, limits=Limits(json_bytes=200)))
    long = {"address": {"text": "路" * 300}, "category": GARBAGE}
    assert client.post(PATH, json=long).json()["type"] == "/problems/body-too-large"
    parts = (b"x" * 50 for _ in range(10))
    refused = client.post(PATH, content=parts, headers={"content-type": "application/json"})
    assert refused.status_code == 413


def test_work_phones_of_posts_are_shown_only_where_the_service_permits_and_one_asks(
    owner_client: TestClient, owner_store: BoundaryStore
) -> None:
    open_client = TestClient(owner_service(owner_store, show_phones=True))
    phones = {
        (name, asks): {post.get("phone") for post in ask(client, 5, 5, phones=asks)["posts"]}
        for name, client in (("closed", owner_client), ("open", open_client))
        for asks in (False, True)
    }
    assert phones["open", True] - {None}
    assert phones["closed", True] == phones["closed", False] == phones["open", False] == {None}
    listed = open_client.get("/v1/posts?phones=true").json()["posts"]
    assert any(post["phone"] for post in listed)
    hidden = owner_client.get("/v1/posts?phones=true").json()["posts"]
    assert [post["code"] for post in hidden] == [post["code"] for post in listed]
    assert all("phone" not in post for post in hidden)


@pytest.fixture
def bare_store(tmp_path: Path) -> Iterator[BoundaryStore]:
    """Make a store with the city and without a rule book."""
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    upgrade(url)
    made = create_store(url, tmp_path)
    import_city(made, tmp_path)
    yield made
    made.close()


def test_without_a_rule_book_the_answer_says_what_to_do_and_a_running_service_takes_up_the_first(
    bare_store: BoundaryStore,
) -> None:
    with TestClient(owner_service(bare_store, reload_s=0.05)) as client:
        refused = client.get(PATH, params=params(5, 5))
        assert (refused.status_code, refused.json()["type"]) == (
            503,
            "/problems/no-active-rule-book",
        )
        assert "xiaqu rules import" in refused.json()["detail"]
        assert client.post(f"{PATH}/batch", json=[]).status_code == 503
        assert client.get("/v1/rules/categories").status_code == 503
        assert client.get("/v1/locate", params=dict(zip(("lon", "lat"), unit(5, 5), strict=True)))
        ready = client.get("/readyz").json()
        Ready.model_validate(ready)
        assert (ready["status"], ready["rule_book"]) == ("ready", None)
        kept = GovernanceStore(bare_store)
        info = kept.save_book(read_book(BOOK))
        kept.activate(info.id)
        until = monotonic() + 30
        while client.get("/readyz").json()["rule_book"] is None:
            assert monotonic() < until
            sleep(0.02)
        assert ask(client, 5.5, 5)["context"]["book"] == info.id


def test_a_service_without_any_rules_says_so(owner_store: BoundaryStore) -> None:
    client = TestClient(create_app(LocatorSource.from_store(owner_store), owner_store))
    refused = client.get(PATH, params=params(5, 5))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/no-active-rule-book")
    assert refused.headers["retry-after"] == "5"


def test_without_boundaries_the_problem_is_not_the_rule_book(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rules-only.db'}"
    upgrade(url)
    store = create_store(url, tmp_path)
    kept = GovernanceStore(store)
    kept.activate(kept.save_book(read_book(BOOK)).id)
    refused = TestClient(owner_service(store)).get(PATH, params=params(5, 5))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/not-ready")
    store.close()


def test_lookups_go_on_while_the_database_is_away_and_recording_says_what_to_do(
    owner_store: BoundaryStore, tmp_path: Path
) -> None:
    away = tmp_path / "nowhere" / "gone.db"
    resolver = load_resolver(owner_store)
    gone = create_store(f"sqlite:///{away}", tmp_path)

    def token() -> str:
        raise StoreUnavailableError("no connection")

    owner = OwnerSource(lambda: resolver)
    source = LocatorSource(lambda: resolver.grounds.locator)
    client = TestClient(create_app(source, gone, owner=owner))
    assert ask(client, 12.5, 3, record=False)["primary"]["code"] == "STATION"
    refused = client.get(PATH, params=params(12.5, 3))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/decision-not-stored")
    assert "record=false" in refused.json()["detail"]
    rows = [[*unit(12.5, 3), GARBAGE]]
    assert client.post(f"{PATH}/batch", params=AT, json=rows).json()[0]["owner_body"] == "STATION"
    stored = client.post(f"{PATH}/batch", params=AT | {"record": "true"}, json=rows)
    assert stored.json()["type"] == "/problems/decision-not-stored"
    followed = OwnerSource(lambda: resolver, token)
    assert isinstance(followed.trouble, StoreUnavailableError)
    gone.close()


def test_a_ruling_and_an_edition_swap_the_resolver_and_nothing_else_does(
    owner_store: BoundaryStore,
) -> None:
    source = LocatorSource.from_store(owner_store)
    owner = OwnerSource.from_store(owner_store, lambda: source.locator)
    first = owner.resolver
    assert owner.refresh() is False
    assert owner.resolver is first
    assert first.grounds.locator is source.locator
    with owner_store.engine.begin() as connection:
        connection.execute(text("UPDATE rule_book SET activated_at = '2026-11-23 00:00:00'"))
    assert owner.refresh() is True
    assert owner.resolver is not first


def test_the_problems_of_ownership_are_documented() -> None:
    slugs = {kind.slug for kind in all_problem_types()}
    assert {"no-active-rule-book", "decision-not-stored", "writes-off"} <= slugs
