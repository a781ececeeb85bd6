"""The benchmark of owners runs on the tiny city, and one PostGIS query names the same bodies."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.layers import build_layer
from bench.owners import query, questions
from bench.owners.city import open_city
from bench.owners.compare import compare
from bench.owners.tables import NotInQueryError, require_known
from boundaries.store import BoundaryStore
from governance.book.definition import RuleBook
from governance.book.store import GovernanceStore
from governance.owner.answer import OWNER_FLAGS
from tests.conftest import stop_for_lack

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
MISSING = "not compared with PostGIS: install PostgreSQL with PostGIS"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench-owners")


@pytest.fixture(scope="module")
def store(folder: Path) -> BoundaryStore:
    city = folder / "tiny-1"
    city.mkdir()
    return open_city("tiny", 1, city)


@pytest.fixture(scope="module")
def book(store: BoundaryStore) -> RuleBook:
    kept = GovernanceStore(store)
    return kept.book(kept.active().id)


@pytest.fixture(scope="module")
def result(store: BoundaryStore, folder: Path) -> dict[str, Any]:
    assert store.layers()
    sizes = ("--n", "2000", "--n-sql", "300", "--n-single", "50", "--slots", "1")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.owners", "--json", "--scale", "tiny"),
            *(*sizes, "--folder", str(folder)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_prints_nothing_but_json_with_every_figure_of_both_draws(
    result: dict[str, Any],
) -> None:
    for found in (result, result["even"], result["tickets"]):
        assert found["owners_per_s"] == max(found["slots"]) > 0
        assert found["owners_per_cpu_s"] > 0
        assert found["single_us"] > found["single_decide_us"] > 0
        assert found["peak_mb"] > 0
        assert 0 <= found["one_by_one"] < 0.5
    assert {"commit", "cpu", "load_average", "load_average_at_end"} <= set(result["machine"])
    assert result["sizes"]["n"] == 2000
    assert result["sizes"]["features"]["grid"] > 0


@pytest.mark.postgis
def test_the_same_rules_as_one_query_name_the_same_bodies(result: dict[str, Any]) -> None:
    if "PostGIS" in result["missing"]:
        stop_for_lack(f"{MISSING}: {result['missing']['PostGIS']}")
    assert "PostGIS" in result["peer"]
    for draw in ("even", "tickets"):
        found = result[draw]
        assert found["compared"] == 300
        assert found["agreement_off_borders"] == 1.0, found["differing"]
        assert found["ratio_to_sql"] == pytest.approx(
            found["owners_per_s"] / found["sql_rows_per_s"], abs=0.1
        )
        assert set(found["sql_forms"]) == {form.name for form in query.forms()}
        assert found["best_form"] in found["sql_forms"]


def test_a_difference_is_counted_and_shown_with_both_answers(book: RuleBook) -> None:
    asked = questions.Questions(
        np.array([[114.0, 36.0], [114.1, 36.1], [114.2, 36.2], [114.3, 36.3]]),
        np.zeros(4, np.int32),
        np.zeros(4, np.bool_),
    )
    border = 1 << OWNER_FLAGS.index("on_border")
    ours = {
        "body": np.array(["A", "B", "", "C"]),
        "step": np.array([7, 7, -1, 7], np.int8),
        "rule": np.array(["P-020", "P-020", "", "P-020"]),
        "flags": np.array([0, 0, 0, border], np.uint16),
        "is_special": np.array([False, False, False, True]),
    }
    found = compare(ours, {"set": {0: (7, "P-020", "A"), 1: (2, "L-1", "X")}}, asked, book)
    assert (found["agreement"], found["compared"]) == (0.5, 4)
    assert found["agreement_off_borders"] == pytest.approx(2 / 3, abs=1e-6)
    assert [row["row"] for row in found["differing"]] == [1, 3]
    assert found["differing"][0]["ours"]["body"] == "B"
    assert found["differing"][0]["query"] == {"step": "linear", "rule": "L-1", "body": "X"}
    assert found["differing"][1]["query"] is None


def test_tickets_fall_on_few_categories_and_inside_the_city(
    store: BoundaryStore, book: RuleBook
) -> None:
    weights = questions.ticket_weights(book.categories)
    assert weights.sum() == pytest.approx(1.0)
    assert np.count_nonzero(weights) > 50
    table = store.areas(store.active_edition("grid").id)
    grid = build_layer("grid", table.require_geometries(), list(table.codes))
    drawn = questions.draw_as_tickets(grid, book.categories, 500, 3)
    assert (weights[drawn.category] > 0).all()
    west, south, east, north = grid.bounds
    assert ((drawn.lonlat >= (west, south)) & (drawn.lonlat <= (east, north))).all()
    assert 0 < drawn.is_enterprise.mean() < 0.5


def test_a_book_that_the_query_does_not_know_is_refused(book: RuleBook) -> None:
    require_known(book)
    linear = next(rule for rule in book.rules if rule.step.value == "linear")
    with pytest.raises(NotInQueryError, match=linear.code):
        require_known(replace(book, rules=(replace(linear, side="left"),)))
    agreement = replace(book.agreements[0], layer="community")
    with pytest.raises(NotInQueryError, match=agreement.code):
        require_known(replace(book, agreements=(agreement,)))
