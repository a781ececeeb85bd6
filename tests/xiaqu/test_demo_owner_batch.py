"""In the demo city many places at once get the answers that each would get alone."""

from datetime import date

import numpy as np
import pytest
import shapely

from boundaries.store import BoundaryStore
from geo.arrays import LonLatArray
from governance.book.terms import Caller
from governance.clocks.calendar import published_calendar
from governance.owner.answer import OWNER_FLAGS, STATUSES, OwnerQuestion
from governance.owner.explain import LANGUAGES, explain
from governance.owner.grounds import load_grounds
from governance.owner.resolver import OwnerResolver
from governance.owner.table import STEPS
from xiaqu.demo import generate_city
from xiaqu.demo.rules import build_rules

TODAY = date(2026, 11, 23)
SEED = 20261123
CALLERS = (Caller.PERSONAL, Caller.ENTERPRISE)


@pytest.fixture(scope="module")
def resolver(demo_store: BoundaryStore) -> OwnerResolver:
    book = build_rules(generate_city("tiny", SEED))
    calendar = published_calendar([2026, 2027])
    return OwnerResolver(book, load_grounds(demo_store, book), calendar=calendar)


@pytest.fixture(scope="module")
def places(demo_store: BoundaryStore, resolver: OwnerResolver) -> LonLatArray:
    """Random places, and vertices of townships, roads, rivers and overlays with a place beside."""
    random = np.random.default_rng(SEED)
    west, south, east, north = resolver.grounds.locator.bounds
    chosen = [random.uniform((west, south), (east, north), (1200, 2))]
    for key in resolver.grounds.editions:
        shapes = demo_store.areas(resolver.grounds.editions[key]).require_geometries()
        vertices = np.unique(shapely.get_coordinates(shapes), axis=0)
        few = vertices[random.permutation(len(vertices))[:80]]
        chosen += [few, few + random.normal(0.0, 1e-4, few.shape)]
    return np.concatenate(chosen)


def test_a_batch_gives_what_single_questions_give(
    resolver: OwnerResolver, places: LonLatArray
) -> None:
    random = np.random.default_rng(1)
    n, entries = len(places), resolver.categories
    of_assets = [at for at, entry in enumerate(entries) if entry.asset_classes]
    is_asset = random.random(n) < 0.3  # few categories ask for assets
    categories = np.where(
        is_asset, random.choice(of_assets, n), random.integers(0, len(entries), n)
    )
    callers = [CALLERS[k] for k in random.integers(0, 2, n)]
    table = resolver.assign(places, categories, at=TODAY, callers=callers, accuracy_m=30.0)
    bodies = table.body_codes()
    sentences = set()
    for i, (lon, lat) in enumerate(places.tolist()):
        code = entries[categories[i]].code
        question = OwnerQuestion(
            lon=lon, lat=lat, category=code, at=TODAY, caller=callers[i], accuracy_m=30.0
        )
        answer = resolver.answer(question)
        step, rule = int(table.step[i]), int(table.rule[i])
        flags = tuple(flag for bit, flag in enumerate(OWNER_FLAGS) if table.flags[i] >> bit & 1)
        got = (
            bodies[i],
            STEPS[step] if step >= 0 else None,
            resolver.compiled.rules[rule].code if rule >= 0 else "",
            STATUSES[table.status[i]],
            flags,
        )
        body = answer.primary.code if answer.primary else ""
        assert got == (body, answer.step, answer.rule, answer.status, answer.flags), question
        # An answer rounds distances to millimetres and its confidence to four digits.
        assert table.confidence[i] == pytest.approx(answer.confidence, abs=1.5e-4), question
        reasons = [*(item.reason for item in answer.considered), *answer.would_change]
        sentences |= {explain(reason, language) for reason in reasons for language in LANGUAGES}
    assert len(set(bodies)) > 50
    assert {STEPS[step].value for step in table.step.tolist() if step >= 0} >= {
        "asset", "linear", "overlay", "function", "township", "district",
    }  # fmt: skip
    assert table.is_special.mean() < 0.4
    assert "" not in sentences
    assert not [said for said in sentences if set("{}") & set(said)]
