"""``/v1/tickets``: taken in once, shown without what is personal, changed by who saw it last."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas_tickets import (
    LinkList,
    ReviewCounts,
    ReviewPage,
    TicketActed,
    TicketCorrected,
    TicketHistory,
    TicketList,
    TicketTaken,
    TicketWhole,
)
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from governance.tickets.ticket import ticket_id
from tests.governance.conftest import unit

from .conftest import owner_service
from .ticket_city import GARBAGE, PATH, RECEIVED, act, given, taken

# -- taking in ----------------------------------------------------------------------------------


def test_a_request_is_placed_owned_timed_and_dispatched_when_the_answer_comes(
    desk: TestClient,
) -> None:
    response = desk.post(PATH, json=given())
    assert response.status_code == 201
    body = response.json()
    TicketTaken.model_validate(body)
    assert body["id"] == ticket_id("12345", "GD1")
    assert response.headers["location"] == body["url"] == f"{PATH}/{body['id']}"
    assert response.headers["cache-control"] == "no-store"
    assert (body["state"], body["body"], body["handler"]) == ("dispatched", "STATION", "STATION")
    assert body["due_at"] == "2026-11-24T09:00:00+08:00"
    assert (body["is_new"], body["differs"], body["review"]) == (True, [], [])
    whole = desk.get(body["url"])
    TicketWhole.model_validate(whole.json())
    assert whole.headers["etag"] == f'"{body["seq"]}"'
    assert whole.json()["received_at"] == RECEIVED
    assert desk.get(whole.json()["links"]["decision"]).json()["id"] == body["decision"]


def test_the_same_number_of_the_same_source_is_one_ticket(desk: TestClient) -> None:
    first = taken(desk)
    again = desk.post(PATH, json=given())
    assert again.status_code == 200
    assert again.headers["location"] == first["url"]
    assert (again.json()["is_new"], again.json()["differs"]) == (False, [])
    other = desk.post(PATH, json=given(title="另一个标题"))
    assert other.status_code == 200
    assert (other.json()["id"], other.json()["differs"]) == (first["id"], ["title"])
    assert len(desk.get(PATH).json()["tickets"]) == 1
    assert taken(desk, source="留言板")["id"] != first["id"]


def test_the_idempotency_key_is_the_number_where_the_body_has_none(desk: TestClient) -> None:
    body = given(external_id=None)
    first = desk.post(PATH, json=body, headers={"Idempotency-Key": "k-1"})
    again = desk.post(PATH, json=body, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["external_id"] == "k-1"
    assert first.json()["id"] == again.json()["id"] == ticket_id("12345", "k-1")
    named = desk.post(PATH, json=given("own"), headers={"Idempotency-Key": "k-2"})
    assert named.json()["external_id"] == "own"
    too_long = desk.post(PATH, json=body, headers={"Idempotency-Key": "k" * 201})
    assert too_long.status_code == 422


def test_without_a_number_each_sending_is_another_ticket(desk: TestClient) -> None:
    ids = {desk.post(PATH, json=given(external_id=None)).json()["id"] for _ in range(3)}
    assert len(ids) == 3


def test_words_that_stay_open_go_to_review_with_their_candidates(desk: TestClient) -> None:
    body = taken(desk, lon=None, lat=None, text="向阳新村垃圾没人清")
    assert (body["state"], body["review"]) == ("received", ["place_unclear"])
    page = desk.get(f"{PATH}/review").json()
    ReviewPage.model_validate(page)
    (item,) = page["items"]
    assert item["ticket"]["id"] == body["id"]
    assert {one["body"] for one in item["candidates"]} == {"T1", "T4"}
    counts = desk.get(f"{PATH}/review/counts").json()
    ReviewCounts.model_validate(counts)
    assert [(one["code"], one["count"]) for one in counts["counts"]] == [("place_unclear", 1)]
    assert desk.get(f"{PATH}/review?code=owner_disputed").json()["items"] == []
    assert desk.get(f"{PATH}/review?layer=township&area=990101001").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": ""}, "source"),
        ({"source": None}, "source"),
        ({"lon": "east"}, "lon"),
        ({"phone": "13812345678"}, "phone"),
        ({"caller": {"telephone": "13812345678"}}, "caller.telephone"),
        ({"caller": {"phone": 13812345678}}, "caller.phone"),
        ({"received_at": "2026-11-23T09:00:00"}, "received_at"),
        ({"caller_kind": "person"}, "caller_kind"),
        ({"accuracy_m": -1}, "accuracy_m"),
    ],
)
def test_a_wrong_member_is_named_but_what_was_given_is_not_repeated(
    desk: TestClient, body: dict[str, Any], field: str
) -> None:
    response = desk.post(PATH, json=given(**body))
    assert response.status_code == 422
    problem = response.json()
    assert (problem["type"], problem["field"]) == ("/problems/body-format", field)
    assert "13812345678" not in response.text
    assert desk.get(PATH).json()["tickets"] == []


@pytest.mark.parametrize(
    ("content", "type_", "status", "slug"),
    [
        (b"{", "application/json", 422, "body-format"),
        (b"[]", "application/json", 422, "body-format"),
        (b"source=1", "application/x-www-form-urlencoded", 415, "content-type"),
        (b'{"source": "' + b"x" * 1_100_000 + b'"}', "application/json", 413, "body-too-large"),
    ],
)
def test_a_body_that_is_no_ticket_is_refused(
    desk: TestClient, content: bytes, type_: str, status: int, slug: str
) -> None:
    response = desk.post(PATH, content=content, headers={"content-type": type_})
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")


def test_nothing_is_written_unless_writing_is_allowed(
    ticket_store: BoundaryStore, ticket_names: Gazetteer
) -> None:
    with TestClient(owner_service(ticket_store, ticket_names, ticket_options={})) as client:
        for path in (
            PATH,
            f"{PATH}/batch",
            f"{PATH}/T1/events",
            f"{PATH}/T1/corrections",
            "/v1/incidents/I1/confirm",
            "/v1/incidents/I1/attach",
        ):
            response = client.post(path, json={})
            assert (response.status_code, response.json()["type"]) == (403, "/problems/writes-off")
        assert client.get(PATH).json()["tickets"] == []


def test_a_service_without_tickets_says_so(owner_client: TestClient) -> None:
    for path in (PATH, f"{PATH}/T1", f"{PATH}/stream", f"{PATH}/review", "/v1/incidents"):
        response = owner_client.get(path)
        assert (response.status_code, response.json()["type"]) == (503, "/problems/not-ready")


# -- what happens to it -------------------------------------------------------------------------


def test_a_ticket_lives_from_dispatch_to_closing(desk: TestClient) -> None:
    ticket = taken(desk)["id"]
    unit_ = {"unit": "STATION"}
    answer = act(desk, ticket, "sign", **unit_)
    TicketActed.model_validate(answer)
    assert answer["ticket"]["state"] == "signed"
    assert [event["kind"] for event in answer["events"]] == ["signed"]
    act(desk, ticket, "start", **unit_)
    act(desk, ticket, "reply", **unit_, data={"text": "已清运，联系人13812345678"})
    data = {"is_reached": True, "is_solved": "yes", "satisfaction": "good"}
    act(desk, ticket, "call_back", data=data)
    act(desk, ticket, "close", data={"outcome": "solved"})
    history = desk.get(f"{PATH}/{ticket}/events").json()
    TicketHistory.model_validate(history)
    kinds = [event["kind"] for event in history["events"]]
    assert kinds[-5:] == ["signed", "started", "replied", "called_back", "closed"]
    assert [event["seq"] for event in history["events"]] == list(range(1, len(kinds) + 1))
    replied = history["events"][-3]
    assert "13812345678" not in replied["data"]["text"]
    assert replied["sentence"].endswith("。")
    assert replied["sentence_en"].endswith(".")
    whole = desk.get(f"{PATH}/{ticket}").json()
    assert (whole["state"], whole["is_overdue"]) == ("closed", False)


def test_an_act_that_the_state_forbids_names_what_it_would_take(desk: TestClient) -> None:
    ticket = taken(desk)["id"]
    problem = act(desk, ticket, "reopen", 409, data={"because": "未解决"})
    assert problem["type"] == "/problems/ticket-transition"
    assert problem["state"] == "dispatched"
    assert "signed" in problem["allowed"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "fly"}, "kind"),
        ({"kind": "caller_shown"}, "kind"),
        ({"kind": "reply"}, "reply.text"),
        ({"kind": "reply", "data": {"text": ["张伟13812345678"]}}, "reply.text"),
        ({"kind": "sign", "data": {"note": "张伟13812345678"}}, "sign.note"),
        ({"kind": "sign", "actor": ""}, "actor"),
        ({"kind": "sign", "at": "2026-11-24T09:00:00"}, "at"),
    ],
)
def test_an_act_that_cannot_be_read_is_refused_without_repeating_it(
    desk: TestClient, body: dict[str, Any], field: str
) -> None:
    ticket = taken(desk)["id"]
    response = desk.post(f"{PATH}/{ticket}/events", json={"actor": "li", **body})
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field
    assert "13812345678" not in response.text


def test_who_saw_an_older_state_changes_nothing(desk: TestClient) -> None:
    body = taken(desk)
    seen = f'"{body["seq"]}"'
    response = desk.post(
        f"{body['url']}/events",
        json={"kind": "sign", "actor": "li", "unit": "STATION"},
        headers={"If-Match": seen},
    )
    assert response.headers["etag"] == f'"{body["seq"] + 1}"'
    problem = act(desk, body["id"], "start", 412, unit="STATION", headers={"If-Match": seen})
    assert problem["type"] == "/problems/changed-meanwhile"
    assert (problem["seen"], problem["found"]) == (body["seq"], body["seq"] + 1)
    assert desk.get(body["url"]).json()["state"] == "signed"
    act(desk, body["id"], "start", unit="STATION", headers={"If-Match": "*"})
    act(desk, body["id"], "note", 422, data={"text": "x"}, headers={"If-Match": "W/7"})


def test_unknown_tickets_and_incidents_are_404(desk: TestClient) -> None:
    for path, slug in (
        (f"{PATH}/T0", "ticket-not-found"),
        (f"{PATH}/I0", "ticket-not-found"),
        (f"{PATH}/T0/events", "ticket-not-found"),
        (f"{PATH}/T0/links", "ticket-not-found"),
        ("/v1/incidents/I0", "incident-not-found"),
        ("/v1/incidents/T0/events", "incident-not-found"),
    ):
        response = desk.get(path)
        assert (response.status_code, response.json()["type"]) == (404, f"/problems/{slug}"), path
    act(desk, "T0", "sign", 404)


# -- corrections --------------------------------------------------------------------------------


def correct(desk: TestClient, ticket: str, status: int = 200, **body: Any) -> Any:
    response = desk.post(f"{PATH}/{ticket}/corrections", json={"actor": "wang", **body})
    assert response.status_code == status, response.text
    return response.json()


def test_a_chosen_candidate_places_owns_and_dispatches(desk: TestClient) -> None:
    ticket = taken(desk, lon=None, lat=None, text="向阳新村垃圾没人清")["id"]
    candidates = desk.get(f"{PATH}/review").json()["items"][0]["candidates"]
    number = next(place for place, one in enumerate(candidates) if one["body"] == "T4")
    answer = correct(desk, ticket, kind="choose", candidate=number, because="来电人说在安和")
    TicketCorrected.model_validate(answer)
    assert (answer["ticket"]["state"], answer["ticket"]["handler"]) == ("dispatched", "T4")
    assert answer["ticket"]["review"] == []
    kinds = [event["kind"] for event in answer["events"]]
    assert kinds[0] == "corrected"
    assert kinds[-1] == "dispatched"
    assert desk.get(f"{PATH}/review").json()["items"] == []


def test_a_pin_a_category_an_owner_and_a_dismissal(desk: TestClient) -> None:
    ticket = taken(desk, lon=None, lat=None, text="垃圾没人清", category="不知道")["id"]
    lon, lat = unit(12.5, 3)
    after = correct(desk, ticket, kind="pin", lon=lon, lat=lat)["ticket"]
    assert (after["place_method"], after["state"]) == ("person", "received")
    after = correct(desk, ticket, kind="category", category=GARBAGE)["ticket"]
    assert (after["handler"], after["state"]) == ("STATION", "dispatched")
    owned = correct(desk, ticket, kind="owner", body="T2", document="会议纪要〔2026〕1号")
    assert owned["ruling"]
    assert owned["ticket"]["handler"] == "T2"
    assert owned["ruling"] in [row["id"] for row in desk.get("/v1/rulings").json()["rulings"]]
    correct(desk, ticket, 422, kind="dismiss", codes=["place_missing"])
    correct(desk, ticket, 422, kind="choose", candidate=3)
    correct(desk, ticket, 422, kind="teleport")


def test_a_correction_on_an_older_state_changes_nothing(desk: TestClient) -> None:
    body = taken(desk)
    act(desk, body["id"], "sign", unit="STATION")
    response = desk.post(
        f"{body['url']}/corrections",
        json={"kind": "category", "category": "0301001", "actor": "wang"},
        headers={"If-Match": f'"{body["seq"]}"'},
    )
    assert (response.status_code, response.json()["type"]) == (412, "/problems/changed-meanwhile")


# -- searching ----------------------------------------------------------------------------------


def numbers(desk: TestClient, **query: Any) -> list[str]:
    response = desk.get(PATH, params=query)
    assert response.status_code == 200, response.text
    TicketList.model_validate(response.json())
    return [ticket["external_id"] for ticket in response.json()["tickets"]]


@pytest.fixture
def three(desk: TestClient) -> TestClient:
    """Give a desk with one ticket at the station, one in the other district, one in review."""
    taken(desk, number="A", received_at="2026-11-20T09:00:00+08:00")
    taken(desk, number="B", x=25, y=5, category="0301001", channel="微信", title="井盖松动")
    taken(desk, number="C", lon=None, lat=None, text="向阳新村垃圾没人清")
    return desk


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["C", "B", "A"]),
        ({"layer": "district", "area": "990101"}, ["A"]),
        ({"layer": "special", "area": "S1"}, ["A"]),
        ({"bbox": "116.42,39.90,116.43,39.91"}, ["B"]),
        ({"category": "08"}, ["C", "A"]),
        ({"body": "STATION"}, ["A"]),
        ({"handler": "STATION", "state": "dispatched,signed"}, ["A"]),
        ({"state": "received"}, ["C"]),
        ({"channel": "wechat"}, ["B"]),
        ({"request_type": "complaint", "text": "井盖 松动"}, ["B"]),
        ({"review": "place_unclear"}, ["C"]),
        ({"review": "any"}, ["C"]),
        ({"received_to": "2026-11-21T00:00:00+08:00"}, ["A"]),
        ({"received_from": "2026-11-21T00:00:00+08:00", "state": "dispatched"}, ["B"]),
        ({"incident": "I1"}, []),
    ],
)
def test_every_condition_that_is_given_holds(
    three: TestClient, query: dict[str, str], found: list[str]
) -> None:
    listed = numbers(three, **query)
    same_moment = {"B", "C"}
    assert sorted(listed) == sorted(found)
    assert [one for one in listed if one not in same_moment] == [
        one for one in found if one not in same_moment
    ]


def test_overdue_tickets_are_those_past_their_deadline(three: TestClient) -> None:
    assert "A" in numbers(three, overdue=True)
    late = next(t for t in three.get(PATH).json()["tickets"] if t["external_id"] == "A")
    assert late["is_overdue"] is True
    assert set(numbers(three, overdue=True)) | set(numbers(three, overdue=False)) == {
        "A",
        "B",
        "C",
    }


def test_pages_follow_each_other_by_link_and_count_on_demand(three: TestClient) -> None:
    found: list[str] = []
    address = f"{PATH}?limit=1&category=0&count=true"
    while address:
        response = three.get(address)
        body = response.json()
        assert body["count"] == 3
        found += [ticket["external_id"] for ticket in body["tickets"]]
        link = response.headers.get("link")
        address = body["next"]
        assert (link is None) == (address is None)
        assert link is None or link == f'<{address}>; rel="next"'
    assert sorted(found) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ({"layer": "district"}, "ticket"),
        ({"area": "990101"}, "ticket"),
        ({"bbox": "1,2,3"}, "body-format"),
        ({"bbox": "116.5,39,116.4,40"}, "ticket"),
        ({"state": "lost"}, "ticket"),
        ({"review": "lost"}, "ticket"),
        ({"cursor": "!!"}, "ticket"),
        ({"limit": "0"}, "validation"),
        ({"received_from": "2026-11-21T00:00:00"}, "validation"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(
    desk: TestClient, query: dict[str, str], slug: str
) -> None:
    response = desk.get(PATH, params=query)
    assert (response.status_code, response.json()["type"]) == (422, f"/problems/{slug}")


def test_repeat_places_are_linked_both_ways(desk: TestClient) -> None:
    first = taken(desk, number="A", caller={"phone": "13812345678"})
    second = taken(
        desk,
        number="B",
        caller={"phone": "13812345678"},
        received_at="2026-11-23T11:00:00+08:00",
    )
    for one, other in ((first, second), (second, first)):
        body = desk.get(f"{one['url']}/links").json()
        LinkList.model_validate(body)
        assert other["id"] in [link["other"] for link in body["links"]]
        assert all(link["why"] and link["why_en"] for link in body["links"])
