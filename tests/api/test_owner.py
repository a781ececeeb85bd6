"""``GET`` and ``POST /v1/owner``: the body, the evidence, the place, and what cannot be answered."""

from starlette.testclient import TestClient


def test_x(owner_client: TestClient) -> None:
    r = owner_client.get("/v1/owner", params={"lon": 116.412, "lat": 39.902, "category": "0801001", "at": "2026-11-23"})
    print(r.status_code, r.text)
    assert 0
