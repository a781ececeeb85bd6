"""Decisions are kept for good and come out the same when they are worked out again."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from boundaries.definition import parse_definition
from boundaries.importer import import_layer
from boundaries.store import BoundaryStore
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore
from governance.book.terms import Caller
from governance.clocks.calendar import published_calendar
from governance.errors import UnknownDecisionError
from governance.owner.answer import OwnerQuestion
from governance.owner.decisions import Decision, DecisionStore, decision_id
from governance.owner.loading import load_resolver, replay, resolver_token
from governance.owner.representation import (
    digest_of,
    document_of,
    question_of,
    question_to_dict,
)
from governance.owner.resolver import OwnerResolver

OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
N_LATER = 10


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def own_city(
    request: pytest.FixtureRequest,
    open_store: OpenStore,
    tmp_path: Path,
    fill_small_city: Callable[[BoundaryStore, Path], Any],
) -> Iterator[BoundaryStore]:
    """Open a small city of its own, which the test may change."""
    with open_store(request.param, tmp_path) as store:
        fill_small_city(store, tmp_path)
        yield store


def questions(resolver: OwnerResolver, rng: np.random.Generator, n: int) -> list[OwnerQuestion]:
    west, south, east, north = resolver.grounds.locator.bounds
    return [
        OwnerQuestion(
            lon=float(rng.uniform(west, east)),
            lat=float(rng.uniform(south, north)),
            category=resolver.categories[int(rng.integers(len(resolver.categories)))].code,
            at=date(2026, 11, 23),
            received_at=NOW,
            accuracy_m=float(rng.choice([0.0, 20.0, 150.0])),
            caller=Caller.ENTERPRISE if rng.random() < 0.3 else Caller.PERSONAL,
            given={"text": "示范路口", "datum": "WGS-84"},
        )
        for _ in range(n)
    ]


def import_shifted(store: BoundaryStore, layer: str, step: int, folder: Path) -> None:
    """Import another edition of a layer, moved east by some metres."""
    table = store.areas(store.active_edition(layer).id)
    known = next(found for found in store.layers() if found.key == layer)
    features = []
    for code, name, parent, shape, attributes in zip(
        table.codes,
        table.names,
        table.parent_codes,
        table.require_geometries(),
        table.attributes,
        strict=True,
    ):
        moved = shapely.transform(shape, lambda xy: xy + np.array([0.0001, 0.0]))
        properties = {"code": code, "name": name, "parent_code": parent} | attributes
        geometry = shapely.geometry.mapping(moved)
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path = folder / f"{layer}-{step}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    fields: dict[str, Any] = {"code": "code", "name": "name", "extra": list(table.attributes[0])}
    definition: dict[str, Any] = {
        "layer": {
            "key": layer,
            "name": known.name,
            "kind": known.kind,
            "role": known.role,
            "parent": known.parent,
        },
        "source": {"datum": "CGCS2000"},
        "fields": fields | ({"parent": "parent_code"} if known.parent else {}),
        "edition": {
            "label": f"{layer} {step}",
            "valid_from": "2026-01-01",
            "legal_status": "推定",
        },
    }
    report = import_layer(store, path, parse_definition(definition))
    assert report.ok, [finding.message_en for finding in report.findings]


def change_the_city(store: BoundaryStore, resolver: OwnerResolver, step: int, folder: Path) -> None:
    """Bring in another edition, another rule book, another ruling and another calendar."""
    governance = GovernanceStore(store)
    layers = ["township", "community", "grid", "road", "component", "park", "special", "river"]
    import_shifted(store, layers[step % len(layers)], step, folder)
    book = resolver.book
    # Another body for each rule that names one, and shorter limits.
    bodies = [body.code for body in book.bodies]
    rules = tuple(
        replace(rule, body=bodies[(at + step) % len(bodies)], precedence=rule.precedence + step)
        if not rule.body.startswith("@")
        else rule
        for at, rule in enumerate(book.rules)
    )
    levels = tuple(replace(level, limit=level.limit + timedelta(days=1)) for level in book.levels)
    head = replace(book.head, label=f"第{step}次修订")
    governance.activate(
        governance.save_book(replace(book, head=head, rules=rules, levels=levels)).id
    )
    lon, lat = 116.4 + 0.002 * step, 39.905
    given = shapely.Point(lon, lat)
    governance.record_ruling(
        Ruling(
            categories=("*",),
            body=bodies[step % len(bodies)],
            given=given,
            reach_m=200.0,
            geometry=cover_ground(given, 200.0),
            decided_on=date(2026, 11, 1),
            document=f"纪要{step}",
            recorded_by="示范",
        )
    )
    calendar = published_calendar(range(2024 - step, 2029))
    governance.keep_calendar(calendar.version, [list(row) for row in calendar.to_rows()])


def test_decisions_replay_to_the_same_answer_after_ten_later_editions_and_books(
    own_city: BoundaryStore, tmp_path: Path
) -> None:
    rng = np.random.default_rng(11)
    decisions = DecisionStore(own_city)
    kept: list[str] = []
    tokens = set()
    for step in range(N_LATER + 1):
        resolver = load_resolver(own_city)
        tokens.add(resolver_token(own_city))
        kept += decisions.record([resolver.answer(q) for q in questions(resolver, rng, 4)])
        if step < N_LATER:
            change_the_city(own_city, resolver, step, tmp_path)
    assert len(tokens) == N_LATER + 1
    assert len(set(kept)) == len(kept)
    found = [decisions.get(key) for key in kept]
    assert len({one.document["context"]["book"] for one in found}) == N_LATER + 1
    for decision in found:
        again = replay(own_city, decision)
        assert again.differences == (), decision.document["question"]
        assert again.is_same


def test_the_same_question_in_the_same_context_is_the_same_decision(
    own_city: BoundaryStore,
) -> None:
    resolver = load_resolver(own_city)
    question = questions(resolver, np.random.default_rng(2), 1)[0]
    decisions = DecisionStore(own_city)
    first = decisions.record([resolver.answer(question)])
    again = decisions.record([load_resolver(own_city).answer(question)] * 3)
    assert {*first, *again} == set(first)
    assert decisions.ids() == first


def test_a_decision_that_was_tampered_with_is_found_out(own_city: BoundaryStore) -> None:
    resolver = load_resolver(own_city)
    decisions = DecisionStore(own_city)
    question = questions(resolver, np.random.default_rng(3), 1)[0]
    (key,) = decisions.record([resolver.answer(question)])
    assert replay(own_city, key).is_same
    found = decisions.get(key)
    forged = replace(found, document=found.document | {"rule": "OTHER"})
    assert not forged.is_intact
    again = replay(own_city, forged)
    assert not again.is_same
    assert [path for path, _, _ in again.differences] == ["/rule"]
    with own_city.engine.begin() as connection:
        connection.execute(text("UPDATE decision SET digest = :d"), {"d": "0" * 64})
    assert not replay(own_city, key).is_same


def test_a_decision_that_there_is_none_of_is_an_error(own_city: BoundaryStore) -> None:
    with pytest.raises(UnknownDecisionError, match="D0"):
        DecisionStore(own_city).get("D0")


@pytest.mark.parametrize(
    "change",
    [
        {"lon": np.nextafter(116.405, 117.0)},
        {"lat": np.nextafter(39.905, 39.0)},
        {"at": date(2026, 11, 22)},
        {"received_at": NOW + timedelta(seconds=1)},
        {"accuracy_m": 20.5},
        {"place_confidence": 0.99},
        {"caller": Caller.ENTERPRISE},
        {"given": {"text": "示范路囗"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_input_changes_the_decision(small_city: Any, change: dict[str, Any]) -> None:
    resolver = small_city.resolver
    question = OwnerQuestion(
        lon=116.405,
        lat=39.905,
        category=resolver.categories[0].code,
        at=date(2026, 11, 23),
        received_at=NOW,
        given={"text": "示范路口"},
    )
    before = digest_of(document_of(resolver.answer(question)))
    after = digest_of(document_of(resolver.answer(replace(question, **change))))
    assert decision_id(before) != decision_id(after)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 6))
def test_any_changed_byte_of_a_record_is_found_out(
    small_city: Any, position: float, bit: int
) -> None:
    resolver = small_city.resolver
    question = questions(resolver, np.random.default_rng(5), 1)[0]
    document = json.loads(json.dumps(document_of(resolver.answer(question)), default=str))
    written = json.dumps(document, ensure_ascii=True)
    at = int(position * len(written))
    changed = written[:at] + chr(ord(written[at]) ^ (1 << bit)) + written[at + 1 :]
    digest = digest_of(document)
    try:
        forged = json.loads(changed)
    except ValueError:
        return  # no JSON any more: it cannot even be read
    if forged == document:
        return  # a space between two values
    decision = Decision(decision_id(digest), NOW, digest, forged)
    assert not decision.is_intact


def test_a_question_reads_back_as_it_was_written(small_city: Any) -> None:
    for question in questions(small_city.resolver, np.random.default_rng(9), 50):
        assert question_of(question_to_dict(question)) == question
