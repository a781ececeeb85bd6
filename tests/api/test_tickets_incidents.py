"""``/v1/incidents``, returns, the accuracy of rules, and the catalogue of channels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas_incidents import (
    ChannelsKept,
    IncidentList,
    IncidentShown,
    ReturnList,
    RuleAccuracies,
)
from api.schemas_tickets import TicketHistory
from boundaries.store import BoundaryStore
from governance.tickets.store import TicketStore
from governance.tickets.surge.drafting import incident_data
from governance.tickets.terms import EventKind
from governance.tickets.ticket import Incident, NewEvent

from .ticket_city import PATH, act, taken

INCIDENTS = "/v1/incidents"


def proposed(store: BoundaryStore, number: int = 1, **changes: Any) -> Incident:
    """Record an incident as the watch would."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": f"IAAAAAAAAAAAAAAA{number}",
        "category_group": "0801",
        "title_zh": "东站垃圾突增",
        "title_en": "Surge of rubbish at the station",
        "layer": "township",
        "area": "990101002",
        "lon": 116.4125,
        "lat": 39.903,
        "radius_m": 200.0,
        "first_at": now - timedelta(hours=1),
        "last_at": now,
        "n_tickets": 0,
        "expected": 0.2,
        "p_value": 1e-9,
        "body": "STATION",
        "body_name": "东站地区管委会",
        "why_zh": "一小时内7件，平常0.2件",
        "why_en": "7 within an hour, against 0.2",
    }
    incident = Incident(**values | changes)
    event = NewEvent(kind=EventKind.PROPOSED, at=now, data=incident_data(incident))
    made = TicketStore(store).append(incident.id, 0, [event])
    assert isinstance(made, Incident)
    return made


def decide(desk: TestClient, incident: str, what: str, status: int = 200, **more: Any) -> Any:
    body = {"actor": "wang", **more}
    response = desk.post(f"{INCIDENTS}/{incident}/{what}", json=body)
    assert response.status_code == status, response.text
    if status == 200:
        IncidentShown.model_validate(response.json())
    return response.json()


def test_an_incident_is_listed_shown_and_told(
    desk: TestClient, ticket_store: BoundaryStore
) -> None:
    made = proposed(ticket_store)
    listed = desk.get(INCIDENTS).json()
    IncidentList.model_validate(listed)
    assert [one["id"] for one in listed["incidents"]] == [made.id]
    shown = desk.get(f"{INCIDENTS}/{made.id}").json()
    IncidentShown.model_validate(shown)
    assert (shown["state"], shown["state_name"]) == ("proposed", "待确认")
    history = desk.get(f"{INCIDENTS}/{made.id}/events").json()
    TicketHistory.model_validate(history)
    assert [event["kind"] for event in history["events"]] == ["proposed"]


def test_incidents_are_found_by_state_group_body_and_time(
    desk: TestClient, ticket_store: BoundaryStore
) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    first = proposed(ticket_store, 2, first_at=old, last_at=old, body="T1")
    second = proposed(ticket_store, 3, category_group="0301")
    decide(desk, second.id, "confirm")
    for query, found in (
        ({}, {first.id, second.id}),
        ({"state": "confirmed"}, {second.id}),
        ({"state": "proposed,confirmed"}, {first.id, second.id}),
        ({"category_group": "0801"}, {first.id}),
        ({"body": "T1"}, {first.id}),
        ({"since": (old + timedelta(days=1)).isoformat()}, {second.id}),
    ):
        listed = desk.get(INCIDENTS, params=query).json()["incidents"]
        assert {one["id"] for one in listed} == found, query
    page = desk.get(INCIDENTS, params={"limit": 1}).json()
    rest = desk.get(page["next"]).json()
    assert [one["id"] for one in page["incidents"] + rest["incidents"]] == [second.id, first.id]
    assert rest["next"] is None
    refused = desk.get(INCIDENTS, params={"state": "gone"})
    assert (refused.status_code, refused.json()["field"]) == (422, "state")


def test_people_attach_confirm_take_out_and_end(
    desk: TestClient, ticket_store: BoundaryStore
) -> None:
    made = proposed(ticket_store)
    one, other = (taken(desk, number=number)["id"] for number in ("A", "B"))
    after = decide(desk, made.id, "attach", tickets=[one, other])
    assert after["n_tickets"] == 2
    found = desk.get(PATH, params={"incident": made.id}).json()["tickets"]
    assert {ticket["id"] for ticket in found} == {one, other}
    assert desk.get(f"{PATH}/{one}/links").json()["incident"] == made.id
    confirmed = decide(desk, made.id, "confirm", because="现场核实，联系人13812345678")
    assert confirmed["state"] == "confirmed"
    history = desk.get(f"{INCIDENTS}/{made.id}/events").text
    assert "13812345678" not in history
    decide(desk, made.id, "detach", tickets=[other], because="另一处")
    assert desk.get(f"{PATH}/{other}").json()["incident"] == ""
    decide(desk, made.id, "detach", 422, tickets=[other])
    assert decide(desk, made.id, "end")["state"] == "ended"
    problem = decide(desk, made.id, "confirm", 409)
    assert problem["type"] == "/problems/ticket-transition"


def test_a_dismissed_incident_gives_its_tickets_back(
    desk: TestClient, ticket_store: BoundaryStore
) -> None:
    made = proposed(ticket_store)
    ticket = taken(desk)["id"]
    decide(desk, made.id, "attach", tickets=[ticket])
    assert decide(desk, made.id, "dismiss", because="演练")["state"] == "dismissed"
    assert desk.get(f"{PATH}/{ticket}").json()["incident"] == ""


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("confirm", {"actor": ""}),
        ("confirm", {"at": "2026-11-24T09:00:00"}),
        ("attach", {}),
        ("attach", {"tickets": []}),
        ("end", {"reason": "x"}),
    ],
)
def test_a_decision_that_cannot_be_read_is_refused(
    desk: TestClient, ticket_store: BoundaryStore, what: str, body: dict[str, Any]
) -> None:
    made = proposed(ticket_store)
    assert decide(desk, made.id, what, 422, **body)["type"] == "/problems/body-format"


# -- returns and accuracy -----------------------------------------------------------------------


def test_a_return_has_its_proof_its_decision_and_counts_for_its_rule(desk: TestClient) -> None:
    ticket = taken(desk)["id"]
    data = {"reason": "wrong_place", "text": "不在站区，联系13812345678"}
    act(desk, ticket, "return", unit="STATION", data=data)
    waiting = desk.get(f"{PATH}/returns", params={"is_open": True}).json()
    ReturnList.model_validate(waiting)
    (case,) = waiting["returns"]
    assert (case["ticket"], case["reason_name"], case["is_upheld"]) == (ticket, "属地不符", None)
    assert case["rule"] == "AREA-STATION"
    assert {area["layer"] for area in case["proof"]["areas"]} >= {"district", "township"}
    assert "13812345678" not in str(waiting)
    decided = {"is_upheld": True, "because": "应由街道办理", "body": "T2"}
    after = act(desk, ticket, "decide_return", data=decided)["ticket"]
    assert (after["handler"], after["lead"]) == ("T2", "STATION")
    assert desk.get(f"{PATH}/returns", params={"is_open": True}).json()["returns"] == []
    (case,) = desk.get(f"{PATH}/returns", params={"rule": "AREA-STATION"}).json()["returns"]
    assert (case["is_upheld"], case["decided_body"]) == (True, "T2")
    accuracy = desk.get("/v1/rules/accuracy").json()
    RuleAccuracies.model_validate(accuracy)
    (row,) = [row for row in accuracy["rules"] if row["rule"] == "AREA-STATION"]
    assert (row["dispatched"], row["returned"], row["upheld"]) == (1, 1, 1)
    assert (row["accuracy"], row["low"]) == (0.0, 0.0)
    assert 0.0 < row["high"] < 1.0


def test_a_span_that_ends_before_it_begins_is_refused(desk: TestClient) -> None:
    span = {"since": "2026-11-02T00:00:00+08:00", "until": "2026-11-01T00:00:00+08:00"}
    assert desk.get("/v1/rules/accuracy", params=span).status_code == 422


def test_the_catalogue_of_channels_names_its_version(desk: TestClient) -> None:
    body = desk.get("/v1/channels").json()
    ChannelsKept.model_validate(body)
    assert {"phone", "wechat"} <= {one["key"] for one in body["channels"]}
    assert body["version"] == taken_catalogue(desk)


def taken_catalogue(desk: TestClient) -> str:
    catalogue: str = desk.get(taken(desk)["url"]).json()["catalogue"]
    return catalogue
