"""Bodies of tickets of the small city, and how they are sent."""

from typing import Any

from starlette.testclient import TestClient

from tests.governance.conftest import unit

PATH = "/v1/tickets"
GARBAGE = "0801001"
RECEIVED = "2026-11-23T09:00:00+08:00"


def given(number: str = "GD1", x: float = 12.5, y: float = 3, **more: Any) -> dict[str, Any]:
    """Make a body at a place in units of the city; None leaves a member out."""
    lon, lat = unit(x, y)
    body = {
        "source": "12345",
        "external_id": number,
        "channel": "电话",
        "request_type": "投诉",
        "category": GARBAGE,
        "title": "垃圾没人清",
        "text": "站前广场垃圾三天没人清",
        "lon": lon,
        "lat": lat,
        "received_at": RECEIVED,
    } | more
    return {name: value for name, value in body.items() if value is not None}


def taken(desk: TestClient, **more: Any) -> dict[str, Any]:
    response = desk.post(PATH, json=given(**more))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def act(desk: TestClient, ticket: str, kind: str, status: int = 200, **more: Any) -> Any:
    headers = more.pop("headers", {})
    body = {"kind": kind, "actor": "li", **more}
    response = desk.post(f"{PATH}/{ticket}/events", json=body, headers=headers)
    assert response.status_code == status, response.text
    return response.json()
