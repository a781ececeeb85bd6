"""``GET /v1/reverse``: what is near a point, and who holds it."""

import pytest
from starlette.testclient import TestClient

from api.schemas_geocode import ReverseResult

PATH = "/v1/reverse"
POINT = {"lon": 116.3226, "lat": 39.8403, "at": "2026-11-23"}


def test_the_nearest_door_and_road_come_with_their_distance(client: TestClient) -> None:
    answer = client.get(PATH, params=POINT).json()
    ReverseResult.model_validate(answer)
    places = answer["places"]
    distances = [place["distance_m"] for place in places]
    assert distances == sorted(distances)
    assert places[0]["uid"] == "road:1"
    assert places[0]["label"].endswith("13号")
    assert places[0]["distance_m"] == pytest.approx(11.1, abs=0.5)
    road = next(place for place in places if place["precision"] == "road")
    assert road["distance_m"] == pytest.approx(33.3, abs=1.0)
    assert [link["code"] for link in answer["jurisdiction"]["chain"]] == ["990101", "990101001"]


def test_the_datum_of_the_point_is_respected_and_repeated(client: TestClient) -> None:
    moved = client.get(PATH, params=POINT | {"datum": "GCJ-02"}).json()
    assert moved["input"] == {"lon": 116.3226, "lat": 39.8403, "datum": "GCJ-02"}
    assert moved["location"]["lon"] < 116.318
    plain = client.get(PATH, params=POINT).json()
    assert plain["location"] == {"lon": 116.3226, "lat": 39.8403, "datum": "CGCS2000"}


def test_limit_keeps_the_nearest(client: TestClient) -> None:
    one = client.get(PATH, params=POINT | {"limit": 1}).json()["places"]
    many = client.get(PATH, params=POINT | {"limit": 5}).json()["places"]
    assert one[0] == many[0]
    assert len(one) < len(many)


def test_a_known_tag_gives_304(client: TestClient) -> None:
    first = client.get(PATH, params=POINT)
    again = client.get(PATH, params=POINT, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("params", "status", "slug"),
    [
        ({"lon": "116.35"}, 422, "validation"),
        (POINT | {"lon": 39.84, "lat": 116.32}, 422, "coordinate"),
        (POINT | {"datum": "北京54"}, 422, "datum"),
        (POINT | {"q": "x"}, 400, "unknown-parameter"),
    ],
)
def test_every_bad_parameter_is_a_problem(
    client: TestClient, params: dict[str, object], status: int, slug: str
) -> None:
    response = client.get(PATH, params=params)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")
