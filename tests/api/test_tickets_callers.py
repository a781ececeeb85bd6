"""Callers: shown by name of the reader, for a purpose, on record; else nowhere, in no answer."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas_tickets import CallerShown
from api.tickets_service import CallerSight
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from governance.tickets.exporting import MEDIA_TYPES
from governance.tickets.privacy.sight import SightProfile

from .conftest import forget_tickets, owner_service
from .ticket_city import PATH, act, given, taken

NAME, PHONE, ID_NUMBER = "欧阳建国", "13812345678", "110101199003078515"
EMAIL, ACCOUNT, HOME = "ouyang@example.com", "wx_ouyang_77", "望河小区3号楼2单元501室"
PLATE = "京A12345"
SECRETS = (NAME, PHONE, ID_NUMBER, EMAIL, ACCOUNT, "2单元501", PLATE, "13987654321")
CALLER = {
    "name": NAME,
    "phone": PHONE,
    "id_number": ID_NUMBER,
    "email": EMAIL,
    "account": ACCOUNT,
    "address": HOME,
}


@pytest.fixture(scope="module")
def open_hotline(ticket_store: BoundaryStore, ticket_names: Gazetteer) -> Iterator[TestClient]:
    sight = CallerSight(is_on=True, profile=SightProfile(hotline=frozenset({"HOTLINE"})))
    app = owner_service(
        ticket_store, ticket_names, ticket_options={"sight": sight}, allow_writes=True
    )
    with TestClient(app, follow_redirects=False) as made:
        yield made


@pytest.fixture
def hotline(open_hotline: TestClient, ticket_store: BoundaryStore) -> TestClient:
    forget_tickets(ticket_store)
    return open_hotline


def look(client: TestClient, ticket: str, status: int = 200, **more: str) -> Any:
    params = {"reader": "li", "unit": "STATION", "purpose": "contact"} | more
    response = client.get(f"{PATH}/{ticket}/caller", params=params)
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "no-store"
    return response.json()


def test_the_handling_unit_sees_whom_to_contact_and_the_look_is_on_record(
    hotline: TestClient,
) -> None:
    ticket = taken(hotline, caller=CALLER)["id"]
    body = look(hotline, ticket)
    CallerShown.model_validate(body)
    assert (body["caller"]["name"], body["caller"]["phone"]) == (NAME, PHONE)
    assert body["shown"] == ["name", "phone", "address"]
    assert ID_NUMBER not in str(body)
    assert EMAIL not in str(body)
    history = hotline.get(f"{PATH}/{ticket}/events").json()["events"]
    assert history[-1]["seq"] == body["event"]
    assert (history[-1]["kind"], history[-1]["actor"]) == ("caller_shown", "li")
    assert history[-1]["data"]["purpose"] == "contact"
    assert PHONE not in str(history)


def test_the_hotline_sees_everything_and_a_stranger_nothing(hotline: TestClient) -> None:
    ticket = taken(hotline, caller=CALLER)["id"]
    seen = look(hotline, ticket, unit="HOTLINE", purpose="verify")
    assert seen["caller"] == CALLER
    n_events = seen["event"]
    for more in ({"unit": "T1"}, {"purpose": "verify"}):
        problem = look(hotline, ticket, 403, **more)
        assert problem["type"] == "/problems/caller-hidden"
    assert hotline.get(f"{PATH}/{ticket}").json()["seq"] == n_events


def test_a_reporter_is_hidden_from_the_reported_and_from_the_handling_unit(
    hotline: TestClient,
) -> None:
    ticket = taken(hotline, caller=CALLER, request_type="举报", reported="东站地区管委会")["id"]
    assert hotline.get(f"{PATH}/{ticket}").json()["is_protected"] is True
    assert look(hotline, ticket, 403)["type"] == "/problems/caller-hidden"
    # Also where the hotline is asked for by the reported body's own supervisor.
    assert look(hotline, ticket, 403, unit="D1")["type"] == "/problems/caller-hidden"
    assert look(hotline, ticket, unit="HOTLINE")["caller"]["name"] == NAME


def test_nothing_is_recorded_where_nothing_is_known(hotline: TestClient) -> None:
    body = taken(hotline)
    assert look(hotline, body["id"]) == {
        "id": body["id"],
        "caller": {},
        "shown": [],
        "event": None,
    }
    assert hotline.get(body["url"]).json()["seq"] == body["seq"]


def test_looking_is_off_unless_it_is_allowed(desk: TestClient) -> None:
    ticket = taken(desk, caller=CALLER)["id"]
    problem = look(desk, ticket, 403)
    assert (problem["type"], problem["setting"]) == ("/problems/callers-off", "XIAQU_SHOW_CALLERS")


@pytest.mark.parametrize("missing", ["reader", "unit", "purpose"])
def test_a_look_without_reader_unit_or_purpose_is_refused(
    hotline: TestClient, missing: str
) -> None:
    ticket = taken(hotline, caller=CALLER)["id"]
    params = {"reader": "li", "unit": "STATION", "purpose": "contact"}
    del params[missing]
    assert hotline.get(f"{PATH}/{ticket}/caller", params=params).status_code == 422
    assert look(hotline, ticket, 422, purpose="curiosity")["type"] == "/problems/validation"


# -- nowhere else -------------------------------------------------------------------------------

TEXT = (
    f"我叫{NAME}，身份证{ID_NUMBER}，电话{PHONE}，住{HOME}，车牌{PLATE}，"
    f"邮箱{EMAIL}，微信{ACCOUNT}。邻居电话13987654321。站前广场垃圾没人清。"
)


def every_answer(client: TestClient, ticket: str) -> Iterator[tuple[str, str]]:
    """Ask every route about a ticket; yield the address and what it answers."""
    for path in (
        PATH,
        f"{PATH}?text={PHONE}",
        f"{PATH}?text={NAME}",
        f"{PATH}/{ticket}",
        f"{PATH}/{ticket}/events",
        f"{PATH}/{ticket}/links",
        f"{PATH}/review",
        f"{PATH}/review/counts",
        f"{PATH}/returns",
        "/v1/rules/accuracy",
        "/v1/incidents",
        "/v1/channels",
        "/v1/decisions",
        "/v1/rulings",
        "/readyz",
        "/openapi.json",
    ):
        yield path, client.get(path).text
    for media in MEDIA_TYPES.values():
        content = client.get(PATH, headers={"accept": media}).content
        yield media, content.decode("utf-8", errors="ignore")


def test_no_answer_and_no_line_of_the_log_tells_who_called(
    desk: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    extra = {"来电号码": PHONE, "身份证": ID_NUMBER}
    body = {"title": f"{NAME}反映垃圾", "text": TEXT, "caller": CALLER, "extra": extra}
    answers = [
        ("post", desk.post(PATH, json=given("P1", **body)).text),
        ("again", desk.post(PATH, json=given("P1", **body | {"text": TEXT + "速办"})).text),
        ("batch", desk.post(f"{PATH}/batch", json=[given("P2", **body)]).text),
        (
            "review",
            desk.post(
                PATH, json=given("P3", **body | {"lon": None, "lat": None, "address": HOME})
            ).text,
        ),
    ]
    wrong = {"source": [NAME, PHONE], "lon": f"{PHONE}E", "caller": {"tel": PHONE}}
    for member, value in wrong.items():
        response = desk.post(PATH, json=given("P4", **body | {member: value}))
        assert response.status_code == 422
        answers.append((f"wrong {member}", response.text))
    ticket = desk.get(f"{PATH}?limit=1&channel=phone").json()["tickets"][0]["id"]
    tickets = [one["id"] for one in desk.get(PATH).json()["tickets"]]
    assert len(tickets) == 3
    answers += [("note", str(act(desk, one, "note", data={"text": TEXT}))) for one in tickets]
    dispatched = taken(desk, number="P5", **body)["id"]
    station = {"unit": "STATION"}
    reason = {"reason": "wrong_place", "text": TEXT}
    answers.append(("return", str(act(desk, dispatched, "return", **station, data=reason))))
    decided = {"is_upheld": False, "because": TEXT, "document": f"{NAME}来函"}
    answers.append(("decide", str(act(desk, dispatched, "decide_return", data=decided))))
    reply = {"text": TEXT}
    answers.append(("reply", str(act(desk, dispatched, "reply", **station, data=reply))))
    raw = {"回访记录": TEXT, "电话": PHONE}
    told = {"is_reached": True, "is_solved": "no", "raw": raw}
    answers.append(("call back", str(act(desk, dispatched, "call_back", data=told))))
    answers += every_answer(desk, ticket)
    for path, text in answers:
        found = [secret for secret in SECRETS if secret in text]
        assert found == [], path
    # The client of the test logs its own addresses.
    own = [record for record in caplog.records if not record.name.startswith("httpx")]
    lines = "\n".join(record.getMessage() for record in own)
    assert [secret for secret in SECRETS if secret in lines] == []


def test_a_search_for_a_number_finds_nobody(desk: TestClient) -> None:
    taken(desk, text=TEXT, caller=CALLER)
    for secret in SECRETS:
        assert desk.get(PATH, params={"text": secret}).json()["tickets"] == []
