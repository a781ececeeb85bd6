"""``POST /v1/shares``."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas import SharesAnswer

PATH = "/v1/shares"
AT = {"at": "2026-11-23"}
# 0.06 degrees in the west district, 0.04 in the east.
LINE = {"type": "LineString", "coordinates": [[116.34, 39.85], [116.44, 39.85]]}


def polygon(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_line_is_divided_by_length(client: TestClient) -> None:
    answer = client.post(PATH, params=AT | {"layers": "district"}, json=LINE).json()
    SharesAnswer.model_validate(answer)
    shares = {item["code"]: item["share"] for item in answer["layers"][0]["shares"]}
    assert shares == pytest.approx({"990101": 0.6, "990102": 0.4}, abs=1e-6)
    assert answer["measure"] == "length_m"
    assert answer["total"] == pytest.approx(8_552, rel=0.01)
    assert answer["layers"][0]["uncovered"] == {"share": 0.0, "length_m": 0.0}


def test_a_feature_with_a_polygon_is_divided_by_area_with_its_uncovered_rest(
    client: TestClient,
) -> None:
    # A quarter west, a quarter east, half beyond the city in the south.
    feature = {
        "type": "Feature",
        "properties": {"name": "x"},
        "geometry": polygon(116.39, 39.79, 116.41, 39.81),
    }
    answer = client.post(PATH, params=AT, json=feature).json()
    SharesAnswer.model_validate(answer)
    assert [item["layer"] for item in answer["layers"]] == ["district", "township"]
    district = answer["layers"][0]
    assert [item["share"] for item in district["shares"]] == pytest.approx([0.25] * 2, abs=1e-4)
    assert district["uncovered"]["share"] == pytest.approx(0.5, abs=1e-4)
    whole = sum(item["area_m2"] for item in district["shares"]) + district["uncovered"]["area_m2"]
    assert whole == pytest.approx(answer["total"], rel=1e-9)


def test_the_datum_of_the_geometry_is_converted(client: TestClient) -> None:
    border = polygon(116.401, 39.85, 116.405, 39.86)
    declared = client.post(PATH, params=AT | {"datum": "GCJ-02", "layers": "district"}, json=border)
    shares = declared.json()["layers"][0]["shares"]
    assert [item["code"] for item in shares] == ["990101"]
    assert declared.json()["datum"] == "GCJ-02"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"type": "Point", "coordinates": [116.3, 39.8]}, "LineString"),
        ({"type": "FeatureCollection", "features": []}, "LineString"),
        ({"type": "LineString", "coordinates": [[116.3]]}, "coordinates"),
        ({"type": "Feature", "geometry": None}, "LineString"),
        (LINE | {"crs": {"type": "name"}}, "datum"),
        ([1, 2], "GeoJSON"),
    ],
)
def test_a_body_that_is_no_line_or_polygon_is_refused(
    client: TestClient, body: object, named: str
) -> None:
    response = client.post(PATH, params=AT, json=body)
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/body-format"
    assert named in response.json()["detail"]


def test_an_invalid_polygon_is_named_not_repaired_in_silence(client: TestClient) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [
            [[116.3, 39.8], [116.4, 39.9], [116.4, 39.8], [116.3, 39.9], [116.3, 39.8]]
        ],
    }
    response = client.post(PATH, params=AT, json=bow)
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/shape"
    assert "Self-intersection" in response.json()["detail"]


def test_other_content_types_layers_and_dates_are_refused(client: TestClient) -> None:
    plain = client.post(
        PATH, content=b"LINESTRING (0 0, 1 1)", headers={"content-type": "text/plain"}
    )
    assert (plain.status_code, plain.json()["type"]) == (415, "/problems/content-type")
    layer = client.post(PATH, params=AT | {"layers": "ward"}, json=LINE)
    assert (layer.status_code, layer.json()["type"]) == (404, "/problems/layer-not-found")
    late = client.post(PATH, params={"at": "2040-01-01"}, json=LINE)
    assert (late.status_code, late.json()["type"]) == (422, "/problems/date-outside-validity")
