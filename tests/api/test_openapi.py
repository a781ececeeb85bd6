"""The OpenAPI document: complete, bilingual, and its examples true to real answers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api import examples, examples_geocode, schemas, schemas_geocode


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    response = client.get("/openapi.json")
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


EXAMPLES: list[tuple[dict[str, object], type[BaseModel], str]] = [
    (examples.LOCATE, schemas.LocateAnswer, "/v1/locate?lon=116.3999&lat=39.85&at=2026-11-23"),
    (examples.LAYERS, schemas.Layers, "/v1/layers"),
    (examples.LAYER, schemas.LayerDescribed, "/v1/layers/district"),
    (examples.AREA_PAGE, schemas.AreaPage, "/v1/layers/township/areas?limit=1"),
    (examples.AREA, schemas.AreaFeature, "/v1/layers/township/areas/990101001"),
    (
        examples.NEIGHBOURS,
        schemas.NeighbourList,
        "/v1/layers/township/areas/990101001/neighbours",
    ),
    (examples.AREA_LIST, schemas.AreaList, "/v1/layers/district/areas/990101/children"),
    (examples.READY, schemas.Ready, "/readyz"),
    (
        examples_geocode.GEOCODE,
        schemas_geocode.GeocodeResult,
        "/v1/geocode?q=%E6%9C%9B%E6%B2%B3%E5%B0%8F%E5%8C%BA3%E5%8F%B7%E6%A5%BC&at=2026-11-23",
    ),
    (
        examples_geocode.REVERSE,
        schemas_geocode.ReverseResult,
        "/v1/reverse?lon=116.33&lat=39.89&at=2026-11-23",
    ),
    (examples.PROBLEM, schemas.Problem, "/v1/locate?lon=inf&lat=39.85"),
]


def shape_of(value: object) -> object:
    """Reduce JSON to its member names, so that an example can be held against an answer."""
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return None


@pytest.mark.parametrize(("example", "model", "address"), EXAMPLES)
def test_examples_and_real_answers_have_the_described_shape(
    client: TestClient, example: dict[str, object], model: type[BaseModel], address: str
) -> None:
    real = client.get(address).json()
    model.model_validate(example)
    model.model_validate(real)
    assert set(example) <= set(real)


@pytest.mark.parametrize(
    ("example", "address", "member"),
    [
        (examples.LOCATE, "/v1/locate?lon=116.3999&lat=39.85&at=2026-11-23", "chain"),
        (examples.LAYERS, "/v1/layers", "layers"),
        (examples.AREA_PAGE, "/v1/layers/township/areas?limit=1", "areas"),
        (
            examples_geocode.GEOCODE,
            "/v1/geocode?q=%E6%9C%9B%E6%B2%B3%E5%B0%8F%E5%8C%BA3%E5%8F%B7%E6%A5%BC&at=2026-11-23",
            "candidates",
        ),
        (examples_geocode.REVERSE, "/v1/reverse?lon=116.33&lat=39.89&at=2026-11-23", "places"),
    ],
)
def test_members_come_in_the_documented_order(
    client: TestClient, example: dict[str, Any], address: str, member: str
) -> None:
    real = client.get(address).json()
    assert list(shape_of(example)) == list(shape_of(real))  # type: ignore[call-overload]
    assert list(example[member][0]) == list(real[member][0])


def test_the_request_examples_are_accepted(client: TestClient) -> None:
    at = {"at": "2026-11-23"}
    batch = client.post("/v1/locate/batch", params=at, json=examples.BATCH_REQUEST)
    assert batch.status_code == 200
    wanted = [set(row) for row in examples.BATCH]
    assert all(names <= set(row) for names, row in zip(wanted, batch.json(), strict=True))
    texts = client.post("/v1/geocode/batch", params=at, json=examples_geocode.GEOCODE_BATCH_REQUEST)
    assert texts.status_code == 200
    wanted = [set(row) for row in examples_geocode.GEOCODE_BATCH]
    assert all(names <= set(row) for names, row in zip(wanted, texts.json(), strict=True))
    shares = client.post("/v1/shares", params=at, json=examples.SHARES_REQUEST)
    schemas.SharesAnswer.model_validate(shares.json())
    schemas.SharesAnswer.model_validate(examples.SHARES)


def test_it_is_openapi_3_1_and_names_every_public_path(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/v1/locate",
        "/v1/locate/batch",
        "/v1/shares",
        "/v1/geocode",
        "/v1/geocode/batch",
        "/v1/reverse",
        "/v1/owner",
        "/v1/owner/batch",
        "/v1/decisions",
        "/v1/decisions/{decision}",
        "/v1/decisions/{decision}/replay",
        "/v1/rules/books",
        "/v1/rules/books/{book}",
        "/v1/rules/categories",
        "/v1/rules/bodies",
        "/v1/posts",
        "/v1/rules/accuracy",
        "/v1/channels",
        "/v1/tickets",
        "/v1/tickets/batch",
        "/v1/tickets/stream",
        "/v1/tickets/review",
        "/v1/tickets/review/counts",
        "/v1/tickets/returns",
        "/v1/tickets/{ticket}",
        "/v1/tickets/{ticket}/events",
        "/v1/tickets/{ticket}/links",
        "/v1/tickets/{ticket}/caller",
        "/v1/tickets/{ticket}/corrections",
        "/v1/incidents",
        "/v1/incidents/{incident}",
        "/v1/incidents/{incident}/events",
        "/v1/incidents/{incident}/confirm",
        "/v1/incidents/{incident}/dismiss",
        "/v1/incidents/{incident}/end",
        "/v1/incidents/{incident}/attach",
        "/v1/incidents/{incident}/detach",
        "/v1/rulings",
        "/v1/rulings/{ruling}/revocation",
        "/v1/layers",
        "/v1/layers/{layer}",
        "/v1/layers/{layer}/areas",
        "/v1/layers/{layer}/areas/{code}",
        "/v1/layers/{layer}/areas/{code}/neighbours",
        "/v1/layers/{layer}/areas/{code}/children",
        "/healthz",
        "/readyz",
        "/problems",
        "/problems/{slug}",
    }


def test_every_operation_is_described_in_chinese_first(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            summary = operation["summary"]
            assert "一" <= summary[0] <= "鿿", (path, summary)
            assert re.search(r" / [A-Z]", summary), (path, summary)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [item["operationId"] for path in document["paths"].values() for item in path.values()]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    named = set(references(document))
    assert named
    for reference in named:
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
