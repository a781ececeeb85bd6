"""Real names of Beijing's estates in sentences: found, left open, or said to be unknown."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.addresses import beijing

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.usefixtures("national_tree"),
    pytest.mark.long,
]

SEED = 7


@pytest.fixture(scope="module")
def figures(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("beijing")
    result = beijing.measure(beijing.Beijing(shared_data, None, folder), SEED)
    print(json.dumps(result, ensure_ascii=False))  # noqa: T201 - shown with -s or on failure
    return result


def test_names_are_found_inside_noisy_sentences(figures: dict[str, Any]) -> None:
    assert figures["n"] == 236
    for way in ("alone", "with_district", "with_hint"):
        found = figures["found"][way]
        assert found["first_right"] >= 0.97, way
        assert found["wrong"] == [], way
        assert found["accepted"] >= 0.9, way


def test_a_name_in_two_districts_is_left_open_without_context(figures: dict[str, Any]) -> None:
    homonyms = figures["homonyms"]
    assert homonyms["n"] == beijing.N_HOMONYMS
    assert homonyms["accepted_without_context"] == 0.0
    assert homonyms["left_open"] >= 0.95


@pytest.mark.parametrize("way", ["with_district", "with_hint"])
def test_a_name_in_two_districts_is_told_apart_by_its_district(
    figures: dict[str, Any], way: str
) -> None:
    found = figures["homonyms"][way]
    assert found["first_right"] >= 0.94
    assert found["wrong"] == []


def test_a_name_that_is_missing_is_not_answered_by_another(figures: dict[str, Any]) -> None:
    unknown = figures["unknown"]
    assert unknown["n"] == figures["n"]
    assert unknown["wrong_when_missing"] <= 0.01, unknown["examples"]
