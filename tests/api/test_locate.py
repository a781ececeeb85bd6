"""``GET /v1/locate``."""

import pytest
from starlette.testclient import TestClient

from api.schemas import LocateAnswer

AT = "2026-11-23"
INSIDE = {"lon": 116.35, "lat": 39.85, "at": AT}


def test_a_point_gets_its_chain_from_district_to_township(client: TestClient) -> None:
    answer = client.get("/v1/locate", params=INSIDE).json()
    assert [link["code"] for link in answer["chain"]] == ["990101", "990101001"]
    assert [link["name"] for link in answer["chain"]] == ["东湖区", "柳林街道"]
    assert answer["flags"] == []
    assert answer["provisional"] is False
    LocateAnswer.model_validate(answer)


def test_the_input_is_repeated_with_its_datum_so_that_nothing_is_silent(
    client: TestClient,
) -> None:
    answer = client.get("/v1/locate", params=INSIDE).json()
    assert answer["input"] == {"lon": 116.35, "lat": 39.85, "datum": "WGS-84"}
    assert answer["location"] == {"lon": 116.35, "lat": 39.85, "datum": "CGCS2000"}


def test_a_gcj02_point_is_converted_before_it_is_located(client: TestClient) -> None:
    # GCJ-02 lies some 500 m east here: a place just east of the border is west of it in truth.
    params = {"lon": 116.403, "lat": 39.85, "datum": "火星坐标", "at": AT}
    answer = client.get("/v1/locate", params=params).json()
    assert answer["input"]["datum"] == "GCJ-02"
    assert 116.396 < answer["location"]["lon"] < 116.398
    assert answer["chain"][0]["code"] == "990101"


def test_a_point_on_the_border_goes_to_the_smallest_code_and_is_provisional(
    client: TestClient,
) -> None:
    answer = client.get("/v1/locate", params={"lon": 116.4, "lat": 39.85, "at": AT}).json()
    district = answer["chain"][0]
    assert (district["code"], district["rule"]) == ("990101", "border_smallest_code")
    assert {item["code"] for item in district["contenders"]} == {"990101", "990102"}
    assert "on_border" in answer["flags"]
    assert answer["provisional"] is True


def test_contenders_within_the_stated_accuracy_are_listed_with_metres(client: TestClient) -> None:
    # 0.0001 degrees of longitude are 8.5 m at 39.85 N.
    params = {"lon": 116.3999, "lat": 39.85, "accuracy_m": 10, "at": AT}
    answer = client.get("/v1/locate", params=params).json()
    district = answer["chain"][0]
    assert "near_border" in answer["flags"]
    assert district["border_m"] == pytest.approx(8.55, abs=0.1)
    distances = {item["code"]: item["distance_m"] for item in district["contenders"]}
    assert distances["990101"] == 0.0
    assert distances["990102"] == pytest.approx(8.55, abs=0.1)
    closer = client.get("/v1/locate", params=params | {"accuracy_m": 5}).json()
    assert closer["flags"] == []


def test_an_overlay_that_holds_the_point_is_listed_beside_the_chain(client: TestClient) -> None:
    answer = client.get("/v1/locate", params={"lon": 116.33, "lat": 39.91, "at": AT}).json()
    assert [hit["name"] for hit in answer["overlays"]] == ["望河小区"]
    LocateAnswer.model_validate(answer)


def test_layers_restricts_the_answer(client: TestClient) -> None:
    answer = client.get("/v1/locate", params=INSIDE | {"layers": "township"}).json()
    assert [link["layer"] for link in answer["chain"]] == ["township"]
    assert list(answer["editions"]) == ["township"]


def test_a_point_outside_is_flagged_not_refused(client: TestClient) -> None:
    answer = client.get("/v1/locate", params={"lon": 117.25, "lat": 39.85, "at": AT}).json()
    assert answer["flags"] == ["outside"]
    assert answer["chain"][0]["code"] is None
    assert answer["chain"][0]["rule"] == "none"


@pytest.mark.parametrize(
    ("params", "status", "slug", "named"),
    [
        (INSIDE | {"datum": "Beijing 54"}, 422, "datum", "Beijing 54"),
        (INSIDE | {"layers": "district,gird"}, 404, "layer-not-found", "gird"),
        (INSIDE | {"at": "2025-12-31"}, 422, "date-outside-validity", "2025-12-31"),
        (INSIDE | {"at": "2027-01-01"}, 422, "date-outside-validity", "2027-01-01"),
        (INSIDE | {"at": "tomorrow"}, 422, "validation", "tomorrow"),
        (INSIDE | {"accuracy": "5"}, 400, "unknown-parameter", "accuracy"),
        (INSIDE | {"accuracy_m": "1001"}, 422, "validation", "1001"),
        (INSIDE | {"accuracy_m": "-1"}, 422, "validation", "-1"),
        ({"lat": "39.85"}, 422, "validation", "lon"),
        (INSIDE | {"lon": "116,35"}, 422, "validation", "116,35"),
        (INSIDE | {"lon": "nan"}, 422, "coordinate", "nan"),
        (INSIDE | {"lon": "inf"}, 422, "coordinate", "inf"),
        ({"lon": "39.85", "lat": "116.35"}, 422, "coordinate", "exchanged"),
        ({"lon": "500000", "lat": "4400000"}, 422, "coordinate", "500000"),
        ({"lon": "0", "lat": "0"}, 422, "coordinate", "0.0"),
    ],
)
def test_every_bad_parameter_is_a_problem_that_names_it(
    client: TestClient, params: dict[str, str], status: int, slug: str, named: str
) -> None:
    response = client.get("/v1/locate", params=params)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["title_en"]
    assert named in body["detail"]


def test_a_repeated_parameter_is_refused_instead_of_taking_one_of_them(client: TestClient) -> None:
    response = client.get("/v1/locate?lon=116.35&lat=39.85&lon=116.45")
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/repeated-parameter"
    assert response.json()["parameters"] == ["lon"]


def test_an_unknown_parameter_problem_lists_the_accepted_ones(client: TestClient) -> None:
    body = client.get("/v1/locate", params=INSIDE | {"crs": "4326"}).json()
    assert body["parameters"] == ["crs"]
    assert body["accepted"] == ["accuracy_m", "at", "datum", "lat", "layers", "lon"]
