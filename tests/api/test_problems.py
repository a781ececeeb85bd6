"""Every error is a problem document, and every error class has its row in the table."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import ApiError
from api.problems import TABLE, all_problem_types, problem_of
from api.schemas import Problem
from api.state import LocatorSource
from boundaries.errors import BoundaryError, StoreUnavailableError
from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from geo.errors import GeoError
from governance.errors import GovernanceError


def _with_subclasses(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for child in base.__subclasses__():
        yield from _with_subclasses(child)


@pytest.mark.parametrize("base", [GeoError, BoundaryError, GovernanceError, ApiError])
def test_every_error_class_has_a_row_of_its_own(base: type[Exception]) -> None:
    missing = [
        cls.__qualname__
        for cls in _with_subclasses(base)
        # A test may derive classes of its own; the table owes rows to the packages only.
        if cls not in TABLE
        and cls.__module__.split(".")[0] in {"geo", "boundaries", "governance", "api"}
    ]
    assert missing == []


def test_a_class_without_a_row_is_found_by_the_walk_and_answered_by_its_parent() -> None:
    class NewError(GeoError):
        pass

    assert NewError in set(_with_subclasses(GeoError))
    assert problem_of(NewError()) is TABLE[GeoError]


def test_slugs_are_unique_and_titles_in_two_languages() -> None:
    kinds = all_problem_types()
    assert len({kind.slug for kind in kinds}) == len(kinds)
    for kind in [*TABLE.values(), *kinds]:
        assert any("一" <= sign <= "鿿" for sign in kind.title), kind
        assert kind.title_en.isascii()
        assert 400 <= kind.status <= 599
    by_slug = {kind.slug: kind for kind in kinds}
    assert all(by_slug[kind.slug] == kind for kind in TABLE.values())


@pytest.mark.parametrize(
    ("method", "address", "status", "slug"),
    [
        ("GET", "/v2/locate", 404, "path-not-found"),
        ("GET", "/v1/locate/", 404, "path-not-found"),
        ("GET", "/docs", 404, "path-not-found"),
        ("POST", "/v1/locate", 405, "method"),
        ("DELETE", "/v1/layers", 405, "method"),
        ("GET", "/v1/locate/batch", 405, "method"),
        ("GET", "/healthz?verbose=1", 400, "unknown-parameter"),
        ("GET", "/?utm_source=x", 400, "unknown-parameter"),
        ("GET", "/problems/nothing", 404, "problem-not-found"),
    ],
)
def test_errors_of_the_framework_are_problems_too(
    client: TestClient, method: str, address: str, status: int, slug: str
) -> None:
    response = client.request(method, address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    Problem.model_validate(body)
    assert body["type"] == f"/problems/{slug}"
    assert body["instance"] == address.partition("?")[0]


def test_405_names_the_methods_that_work(client: TestClient) -> None:
    response = client.delete("/v1/layers")
    assert "GET" in response.headers["allow"]
    assert "HEAD" in response.headers["allow"]
    assert "GET" in response.json()["detail"]


def test_every_type_address_is_served(client: TestClient) -> None:
    kinds = client.get("/problems").json()
    assert len(kinds) == len(all_problem_types())
    for kind in kinds:
        assert client.get(kind["type"]).json() == kind


class _BrokenLocator(Locator):
    """A locator with a defect, to see what a caller is told of it."""

    def locate_json(self, *_args: object, **_named: object) -> bytes:
        secret = "password=hunter2"  # noqa: S105 - the point is that it does not come out
        raise RuntimeError(secret)


class _UnreachableLocator(Locator):
    """A locator that meets an unreachable store."""

    def locate_json(self, *_args: object, **_named: object) -> bytes:
        raise StoreUnavailableError("postgresql://admin:hunter2@10.0.0.8/xiaqu refused")


@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [(_BrokenLocator, 500, "internal"), (_UnreachableLocator, 503, "store-unavailable")],
)
def test_a_failure_inside_says_nothing_about_the_inside(
    store: BoundaryStore, kind: type[Locator], status: int, slug: str
) -> None:
    snapshots = LocatorSource.from_store(store).locator.snapshots
    app = create_app(LocatorSource(lambda: kind(snapshots)), store)
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/v1/locate?lon=116.35&lat=39.85&at=2026-11-23")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{slug}"
    for word in ("hunter2", "10.0.0.8", "Traceback", "RuntimeError"):
        assert word not in response.text
