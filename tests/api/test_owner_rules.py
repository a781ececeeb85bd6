"""Decisions, rule books, catalogue, bodies, posts and rulings over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from starlette.testclient import TestClient

from api import examples_owner, examples_rules, schemas_owner, schemas_rules
from boundaries.store import BoundaryStore
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from tests.governance.conftest import BOOK, RULINGS, unit

from .conftest import build_owner_city, owner_service

AT = {"at": "2026-11-23", "received_at": "2026-11-23T09:00:00+08:00"}
GARBAGE = "0801001"
WRITE = "/v1/rulings"


def ask(client: TestClient, x: float, y: float, category: str = GARBAGE) -> Any:
    lon, lat = unit(x, y)
    response = client.get("/v1/owner", params={"lon": lon, "lat": lat, "category": category, **AT})
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[BoundaryStore]:
    """Make a city of one's own, to be changed."""
    made = build_owner_city(tmp_path)
    yield made
    made.close()


def test_a_decision_comes_back_as_recorded_in_words_and_is_worked_out_the_same(
    owner_client: TestClient,
) -> None:
    answer = ask(owner_client, 12.5, 3)
    kept = owner_client.get(f"/v1/decisions/{answer['decision']}").json()
    schemas_owner.DecisionKept.model_validate(kept)
    assert kept["is_intact"]
    assert kept["document"]["question"] == answer["question"]
    assert kept["document"]["context"] == answer["context"]
    assert any("优先级低于AREA-STATION" in line for line in kept["considered"])
    english = owner_client.get(f"/v1/decisions/{answer['decision']}?lang=en").json()
    assert any("lower precedence" in line for line in english["considered"])
    again = owner_client.get(f"/v1/decisions/{answer['decision']}/replay").json()
    schemas_owner.DecisionReplayed.model_validate(again)
    assert (again["is_same"], again["differences"]) == (True, [])
    assert again["document"] == kept["document"]


def test_a_record_that_was_changed_is_seen_and_the_difference_named(
    own_store: BoundaryStore,
) -> None:
    client = TestClient(owner_service(own_store))
    one, other = ask(client, 12.5, 3)["decision"], ask(client, 5.5, 5)["decision"]
    swap = text("UPDATE decision SET answer = (SELECT answer FROM decision WHERE id = :b)"
                " WHERE id = :a")  # fmt: skip
    with own_store.engine.begin() as connection:
        connection.execute(swap, {"a": one, "b": other})
    assert client.get(f"/v1/decisions/{one}").json()["is_intact"] is False
    assert client.get(f"/v1/decisions/{one}/replay").json()["is_same"] is False
    assert client.get(f"/v1/decisions/{other}/replay").json()["is_same"] is True


def test_decisions_are_listed_newest_first_and_by_body(own_store: BoundaryStore) -> None:
    client = TestClient(owner_service(own_store))
    made = [ask(client, x, 5)["decision"] for x in (5.5, 15, 25)]
    listed = client.get("/v1/decisions").json()
    schemas_owner.DecisionList.model_validate(listed)
    assert [head["id"] for head in listed["decisions"]] == made[::-1]
    (only,) = client.get("/v1/decisions?body=T1").json()["decisions"]
    assert (only["id"], only["body"], only["category"]) == (made[0], "T1", GARBAGE)
    assert len(client.get("/v1/decisions?limit=2").json()["decisions"]) == 2
    missing = client.get("/v1/decisions/DNOTHING")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/decision-not-found")
    assert client.get("/v1/decisions/DNOTHING/replay").status_code == 404


def test_books_are_told_with_their_head_and_counts(own_store: BoundaryStore) -> None:
    client = TestClient(owner_service(own_store))
    kept = GovernanceStore(own_store)
    draft = kept.save_book(read_book(BOOK))
    books = client.get("/v1/rules/books").json()
    schemas_rules.BookList.model_validate(books)
    assert [book["state"] for book in books["books"]] == ["active", "draft"]
    active = client.get("/v1/rules/books/active").json()
    assert active == books["books"][0]
    assert active["counts"]["rules"] == len(read_book(BOOK).rules)
    assert client.get(f"/v1/rules/books/{draft.id}").json()["state"] == "draft"
    missing = client.get("/v1/rules/books/none")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/rule-book-not-found")


def test_the_catalogue_is_a_tree_that_a_search_prunes(owner_client: TestClient) -> None:
    book = read_book(BOOK)
    whole = owner_client.get("/v1/rules/categories").json()
    schemas_rules.Catalogue.model_validate(whole)
    codes = [
        entry["code"]
        for first in whole["catalogue"]
        for second in first["children"]
        for entry in second["children"]
    ]
    assert codes == sorted(row.code for row in book.categories)
    assert whole["n"] == len(codes)
    by_name = owner_client.get("/v1/rules/categories", params={"q": "暴露垃圾"}).json()
    (first,) = by_name["catalogue"]
    assert first["children"][0]["children"][0]["code"] == GARBAGE
    by_code = owner_client.get("/v1/rules/categories", params={"q": "05"}).json()
    assert by_code["n"] == sum(row.code.startswith("05") for row in book.categories)
    assert owner_client.get("/v1/rules/categories", params={"q": "龙"}).json()["n"] == 0


def test_bodies_are_filtered_and_paged(owner_client: TestClient) -> None:
    book = read_book(BOOK)
    found: list[str] = []
    after = ""
    while True:
        page = owner_client.get("/v1/rules/bodies", params={"limit": 7, "after": after}).json()
        schemas_rules.Bodies.model_validate(page)
        found += [body["code"] for body in page["bodies"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == sorted(body.code for body in book.bodies)
    towns = owner_client.get("/v1/rules/bodies?kind=township").json()["bodies"]
    assert {body["code"] for body in towns} == {"T1", "T2", "T3", "T4", "T5"}
    (named,) = owner_client.get("/v1/rules/bodies", params={"q": "金台街道"}).json()["bodies"]
    assert named["code"] == "T2"
    assert owner_client.get("/v1/rules/bodies?kind=guild").status_code == 422


def test_posts_are_filtered_by_place_kind_and_vacancy(owner_client: TestClient) -> None:
    posts = read_book(BOOK).posts
    every = owner_client.get("/v1/posts").json()
    schemas_rules.Posts.model_validate(every)
    assert [post["code"] for post in every["posts"]] == sorted(post.code for post in posts)
    vacant = owner_client.get("/v1/posts?vacant=true").json()["posts"]
    assert [post["code"] for post in vacant] == sorted(p.code for p in posts if not p.holder)
    one = posts[0]
    where = {"layer": one.layer, "area": one.area, "kind": one.kind.value}
    same = owner_client.get("/v1/posts", params=where).json()["posts"]
    assert one.code in {post["code"] for post in same}
    assert {(post["layer"], post["area"]) for post in same} == {(one.layer, one.area)}
    first = owner_client.get("/v1/posts?limit=1").json()
    second = owner_client.get(f"/v1/posts?limit=1&after={first['next']}").json()
    assert [first["posts"][0]["code"], second["posts"][0]["code"]] == [
        post["code"] for post in every["posts"][:2]
    ]


def ruling(**changes: Any) -> dict[str, Any]:
    x, y = unit(5.5, 5)
    geometry = {"type": "Point", "coordinates": [x, y]}
    values = {
        "categories": ["08"],
        "body": "UNIT1",
        "geometry": geometry,
        "reach_m": 40.0,
        "document": "现场会议纪要",
        "decided_on": "2026-11-20",
        "recorded_by": "市运行中心",
    }
    return values | changes


def test_rulings_are_listed_without_those_revoked_unless_asked(owner_client: TestClient) -> None:
    listed = owner_client.get(WRITE).json()
    schemas_rules.RulingList.model_validate(listed)
    assert len(listed["rulings"]) == len(RULINGS) - 1
    everything = owner_client.get(f"{WRITE}?revoked=true").json()["rulings"]
    (gone,) = [row for row in everything if row["revoked_at"]]
    assert gone["revoked_because"] == "界址有误"


def test_changes_are_off_unless_they_are_allowed(owner_client: TestClient) -> None:
    before = owner_client.get(f"{WRITE}?revoked=true").json()
    one = before["rulings"][0]["id"]
    for address, body in (
        (WRITE, ruling()),
        (f"{WRITE}/{one}/revocation", {"reason": "x", "by": "y"}),
    ):
        refused = owner_client.post(address, json=body)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/writes-off")
        assert "XIAQU_ALLOW_WRITES" in refused.json()["detail"]
    assert owner_client.get(f"{WRITE}?revoked=true").json() == before


def test_a_ruling_recorded_over_http_answers_until_it_is_revoked_and_old_decisions_stay(
    own_store: BoundaryStore,
) -> None:
    def wait_for(client: TestClient, body: str) -> Any:
        until = monotonic() + 30
        while (answer := ask(client, 5.5, 5))["primary"]["code"] != body:
            assert monotonic() < until
            sleep(0.02)
        return answer

    with TestClient(owner_service(own_store, allow_writes=True, reload_s=0.05)) as client:
        before = ask(client, 5.5, 5)
        assert before["primary"]["code"] == "T1"
        response = client.post(WRITE, json=ruling())
        assert response.status_code == 201, response.text
        made = response.json()
        schemas_rules.RulingTold.model_validate(made)
        ruled = wait_for(client, "UNIT1")
        assert (ruled["step"], ruled["rule"]) == ("ruling", made["id"])
        ended = client.post(
            f"{WRITE}/{made['id']}/revocation", json={"reason": "有误", "by": "中心"}
        )
        assert ended.json()["revoked_because"] == "有误"
        wait_for(client, "T1")
        twice = client.post(f"{WRITE}/{made['id']}/revocation", json={"reason": "x", "by": "y"})
        assert (twice.status_code, twice.json()["type"]) == (422, "/problems/ruling")
        for answer in (before, ruled):
            again = client.get(f"/v1/decisions/{answer['decision']}/replay").json()
            assert again["is_same"], again["differences"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"body": "NOBODY"}, "NOBODY"),
        ({"categories": []}, "categories"),
        ({"categories": ["99"]}, "99"),
        ({"reach_m": 0}, "reach_m"),
        ({"document": " "}, "document"),
        ({"geometry": {"type": "MultiPoint", "coordinates": []}}, "MultiPoint"),
        ({"valid_to": "2026-11-01"}, "2026-11-01"),
        ({"decided": "2026-11-01"}, "decided"),
    ],
)
def test_a_ruling_that_cannot_be_recorded_names_the_value(
    own_store: BoundaryStore, changes: dict[str, Any], named: str
) -> None:
    client = TestClient(owner_service(own_store, allow_writes=True))
    refused = client.post(WRITE, json=ruling(**changes))
    assert refused.status_code == 422, refused.text
    assert named in refused.text
    missing = client.post(f"{WRITE}/none/revocation", json={"reason": "x", "by": "y"})
    assert missing.status_code == 404


EXAMPLES: list[tuple[dict[str, Any], type[BaseModel]]] = [
    (examples_owner.OWNER, schemas_owner.OwnerFound),
    (examples_owner.OWNER_REQUEST, schemas_owner.OwnerRequest),
    (examples_owner.DECISIONS, schemas_owner.DecisionList),
    (examples_owner.DECISION, schemas_owner.DecisionKept),
    (examples_owner.REPLAY, schemas_owner.DecisionReplayed),
    (examples_rules.BOOKS, schemas_rules.BookList),
    (examples_rules.BOOK, schemas_rules.BookTold),
    (examples_rules.CATALOGUE, schemas_rules.Catalogue),
    (examples_rules.BODIES, schemas_rules.Bodies),
    (examples_rules.POSTS, schemas_rules.Posts),
    (examples_rules.RULINGS, schemas_rules.RulingList),
    (examples_rules.RULING, schemas_rules.RulingTold),
    (examples_rules.RULING_REQUEST, schemas_rules.RulingRequest),
    (examples_rules.REVOKED, schemas_rules.RulingTold),
    (examples_rules.REVOCATION_REQUEST, schemas_rules.RevocationRequest),
]


@pytest.mark.parametrize(("example", "model"), EXAMPLES)
def test_examples_have_the_described_shape(example: dict[str, Any], model: type[BaseModel]) -> None:
    model.model_validate(example)


def test_the_request_examples_are_accepted_and_answered_in_the_documented_order(
    own_store: BoundaryStore,
) -> None:
    client = TestClient(owner_service(own_store, allow_writes=True))
    answer = client.post("/v1/owner", json=examples_owner.OWNER_REQUEST).json()
    assert list(answer) == list(examples_owner.OWNER)
    assert answer["primary"] == examples_owner.OWNER["primary"]
    kept = client.get(f"/v1/decisions/{answer['decision']}").json()
    assert list(kept) == list(examples_owner.DECISION)
    assert set(kept["document"]) == set(examples_owner.DECISION["document"])
    batch = client.post("/v1/owner/batch", params=AT, json=examples_owner.OWNER_BATCH_REQUEST)
    assert batch.json() == examples_owner.OWNER_BATCH
    made = client.post(WRITE, json=examples_rules.RULING_REQUEST)
    assert list(made.json()) == list(examples_rules.RULING)
