"""The confidence: its profile, its fit, its reliability; and that each code has its words."""

import string
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address.answers import Decision, GeocodeAnswer, Precision
from geo.address.calibrate import fit_profile, is_monotone, profile_toml, reliability_table
from geo.address.confidence import FEATURES, default_profile, load_profile
from geo.address.explain import explain_answer
from geo.address.gate import GATES
from geo.address.lexicon import Kind, default_lexicon


def test_every_feature_has_a_coefficient_and_every_precision_a_thought() -> None:
    profile = default_profile()
    assert len(profile.coefficients) == len(FEATURES)
    assert 0.5 < profile.accept_from < 1
    assert set(profile.limits_m) <= {str(p) for p in Precision}
    assert "township" not in profile.limits_m


def test_a_profile_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(profile_toml(default_profile()), encoding="utf-8")
    again = load_profile(path)
    assert again.limits_m == default_profile().limits_m
    assert again.coefficients == pytest.approx(default_profile().coefficients, abs=1e-3)


def test_a_fit_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(7)
    truth = np.zeros(len(FEATURES))
    truth[[0, 3, 6]] = (1.0, -2.0, 1.5)
    features = rng.random((20_000, len(FEATURES))).round()
    features[:, 0] = 1.0
    chance = 1 / (1 + np.exp(-features @ truth))
    correct = rng.random(chance.size) < chance
    fitted = fit_profile(features, correct, default_profile(), version="test", strength=0.01)
    assert np.array(fitted.coefficients) == pytest.approx(truth, abs=0.2)
    assert fitted.limits_m == default_profile().limits_m


def test_a_feature_that_the_tickets_do_not_show_keeps_its_weight() -> None:
    rng = np.random.default_rng(8)
    features = np.zeros((200, len(FEATURES)))
    features[:, 0] = 1.0
    fitted = fit_profile(features, rng.random(200) < 0.7, default_profile(), version="test")
    assert fitted.coefficients[1:] == pytest.approx(default_profile().coefficients[1:])
    stated = fitted.confidence([1.0] + [0.0] * (len(FEATURES) - 1))
    assert stated == pytest.approx(0.7, abs=0.1)


def test_a_fit_of_too_few_tickets_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        fit_profile(
            np.zeros((3, len(FEATURES))), np.ones(3, bool), default_profile(), version="test"
        )
    with pytest.raises(ValueError, match="shape"):
        fit_profile(np.zeros((60, 2)), np.ones(60, bool), default_profile(), version="test")


@given(st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_a_reliability_table_holds_every_answer_once(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.random(n)
    correct = rng.random(n) < confidence
    rows = reliability_table(confidence, correct)
    assert sum(row.n for row in rows) == n
    assert sum(row.n * row.right for row in rows) == pytest.approx(correct.sum())
    assert all(a.high <= b.low for a, b in pairwise(rows))


def test_a_confidence_that_is_upside_down_is_noticed() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.random(4000)
    right = rng.random(4000)
    assert is_monotone(reliability_table(confidence, right < confidence))
    assert not is_monotone(reliability_table(confidence, right > confidence))


@pytest.mark.parametrize("code", GATES)
def test_every_gate_has_its_words_in_both_languages(code: str) -> None:
    answer = GeocodeAnswer("红岭里", Decision.REVIEW, [], (), ((code, "X"),), "test")
    chinese, english = explain_answer(answer, "zh"), explain_answer(answer, "en")
    assert code not in chinese + english
    assert not set(chinese) & set(string.ascii_lowercase)
    assert len(english) > len("left to a person.")


def test_the_lexicon_is_in_one_spelling_and_says_what_words_do() -> None:
    lexicon = default_lexicon()
    assert lexicon.words["交叉口"][0] is Kind.CROSSING
    assert lexicon.words["小区"][0] is Kind.ENDING
    assert lexicon.words["位于"][0] is Kind.STRONG_CUE
    assert all(word and " " not in word for word in lexicon.words)
    path = Path(__file__).parents[2] / "geo" / "address" / "lexicon_zh.toml"
    assert lexicon.version == tomllib.loads(path.read_text(encoding="utf-8"))["version"]
