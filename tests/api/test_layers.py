"""``/v1/layers`` and what lies below it."""

import pytest
import shapely
from starlette.testclient import TestClient

from api import schemas


def test_layers_are_listed_partitions_first_with_their_editions(client: TestClient) -> None:
    body = client.get("/v1/layers").json()
    schemas.Layers.model_validate(body)
    assert [layer["key"] for layer in body["layers"]] == ["district", "township", "estate"]
    assert [layer["areas"] for layer in body["layers"]] == [2, 4, 1]
    assert body["layers"][0]["edition"]["generated"] is True
    assert body["layers"][0]["edition"]["secrecy"] == "内部"


def test_one_layer_is_the_same_as_in_the_list(client: TestClient) -> None:
    layers = client.get("/v1/layers").json()["layers"]
    for layer in layers:
        assert client.get(layer["links"]["self"]).json() == layer
        assert client.get(layer["links"]["areas"]).status_code == 200


def test_pages_of_areas_follow_each_other_without_gap_or_repeat(client: TestClient) -> None:
    address, codes = "/v1/layers/township/areas?limit=3", []
    while address:
        page = client.get(address).json()
        schemas.AreaPage.model_validate(page)
        codes += [area["code"] for area in page["areas"]]
        address = page["next"]
    assert codes == ["990101001", "990101002", "990102001", "990102002"]


def test_a_page_may_be_filtered_by_parent(client: TestClient) -> None:
    page = client.get("/v1/layers/township/areas?parent=990102&limit=1").json()
    assert [area["code"] for area in page["areas"]] == ["990102001"]
    following = client.get(page["next"]).json()
    assert [area["code"] for area in following["areas"]] == ["990102002"]
    assert following["next"] is None


def test_an_area_is_geojson_by_default(client: TestClient) -> None:
    response = client.get("/v1/layers/township/areas/990102002")
    assert response.headers["content-type"] == "application/geo+json"
    feature = response.json()
    schemas.AreaFeature.model_validate(feature)
    shape = shapely.from_geojson(response.text)
    assert shape.bounds == (116.40, 39.90, 116.50, 40.00)
    assert feature["properties"]["parent_code"] == "990102"
    assert feature["properties"]["name"] == "枫桥街道"


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("", "text/plain", "text/plain; charset=utf-8"),
        ("?format=wkt", "*/*", "text/plain; charset=utf-8"),
        ("?format=geojson", "text/plain", "application/geo+json"),
        ("", "application/json", "application/geo+json"),
        ("", "text/plain;q=0.2, application/geo+json;q=0.9", "application/geo+json"),
    ],
)
def test_the_representation_follows_format_then_accept(
    client: TestClient, query: str, accept: str, media: str
) -> None:
    address = f"/v1/layers/township/areas/990102002{query}"
    response = client.get(address, headers={"accept": accept})
    assert response.headers["content-type"] == media
    if media.startswith("text"):
        assert shapely.from_wkt(response.text).bounds == (116.40, 39.90, 116.50, 40.00)


def test_neighbours_have_the_length_of_the_shared_border(client: TestClient) -> None:
    body = client.get("/v1/layers/township/areas/990101001/neighbours").json()
    schemas.NeighbourList.model_validate(body)
    lengths = {area["code"]: area["length_m"] for area in body["areas"]}
    assert set(lengths) == {"990101002", "990102001", "990102002"}
    assert lengths["990102001"] == pytest.approx(11_103, rel=0.01)
    assert lengths["990102002"] == 0.0


def test_children_are_those_that_name_the_area_as_parent(client: TestClient) -> None:
    body = client.get("/v1/layers/district/areas/990102/children").json()
    schemas.AreaList.model_validate(body)
    assert [area["code"] for area in body["areas"]] == ["990102001", "990102002"]
    assert {area["layer"] for area in body["areas"]} == {"township"}
    assert client.get("/v1/layers/township/areas/990102002/children").json()["areas"] == []


@pytest.mark.parametrize(
    ("address", "status", "slug"),
    [
        ("/v1/layers/ward", 404, "layer-not-found"),
        ("/v1/layers/ward/areas", 404, "layer-not-found"),
        ("/v1/layers/district/areas/990109", 404, "area-not-found"),
        ("/v1/layers/district/areas/990109/children", 404, "area-not-found"),
        ("/v1/layers/district/areas/990109/neighbours", 404, "area-not-found"),
        ("/v1/layers/district/areas?limit=0", 422, "validation"),
        ("/v1/layers/district/areas?limit=1001", 422, "validation"),
        ("/v1/layers/district/areas?offset=3", 400, "unknown-parameter"),
        ("/v1/layers/district/areas/990101?format=kml", 422, "validation"),
    ],
)
def test_what_does_not_exist_is_a_problem(
    client: TestClient, address: str, status: int, slug: str
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{slug}"


def test_a_shape_in_no_acceptable_format_is_406(client: TestClient) -> None:
    address = "/v1/layers/district/areas/990101"
    response = client.get(address, headers={"accept": "image/png"})
    assert (response.status_code, response.json()["type"]) == (406, "/problems/not-acceptable")
