"""How unlikely a count is, against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from governance.tickets.surge.tail import log10_tail

# scipy takes shape / (shape + mean): the smaller the mean, the fewer digits of it are left.
MEANS = st.floats(1e-3, 1e3)
SHAPES = st.floats(0.05, 1e4)


def one(count: int, mean: float, shape: float) -> float:
    return float(log10_tail(np.array([count]), np.array([mean]), np.array([shape]))[0])


@given(st.integers(0, 400), MEANS, SHAPES)
def test_the_tail_equals_scipys_negative_binomial(count: int, mean: float, shape: float) -> None:
    exact = nbinom.sf(count - 1, shape, shape / (shape + mean))
    if exact > 1e-280:
        assert one(count, mean, shape) == pytest.approx(np.log10(exact), abs=1e-6)


@given(st.integers(0, 400), MEANS)
def test_without_spread_the_tail_equals_scipys_poisson(count: int, mean: float) -> None:
    exact = poisson.sf(count - 1, mean)
    if exact > 1e-280:
        assert one(count, mean, np.inf) == pytest.approx(np.log10(exact), abs=1e-6)


@given(st.integers(100, 2000), st.floats(1e-6, 1.0), st.floats(0.5, 1e3))
def test_far_out_the_logarithm_follows_the_terms_of_the_distribution(
    count: int, mean: float, shape: float
) -> None:
    terms = nbinom.logpmf(np.arange(count, count + 3000), shape, shape / (shape + mean))
    exact = (terms.max() + np.log(np.exp(terms - terms.max()).sum())) / np.log(10.0)
    found = one(count, mean, shape)
    assert exact * (1 + 1e-8) <= found <= exact + 0.02


@given(st.integers(1, 1000), MEANS, SHAPES)
def test_one_more_is_never_more_likely(count: int, mean: float, shape: float) -> None:
    assert one(count + 1, mean, shape) <= one(count, mean, shape) + 1e-9


@given(st.integers(2, 60), st.floats(1e-3, 10.0), st.floats(0.1, 1e4))
def test_a_larger_mean_is_never_less_likely(count: int, mean: float, shape: float) -> None:
    assert one(count, 1.5 * mean, shape) >= one(count, mean, shape) - 1e-9


def test_nothing_at_all_is_certain() -> None:
    assert one(0, 5.0, 2.0) == 0.0
