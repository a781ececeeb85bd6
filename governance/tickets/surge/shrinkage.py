"""Empirical Bayes: counts of small places lean on the coarser place that holds them."""

import numpy as np

from geo.arrays import FloatArray

__all__ = ["LEAST_SHAPE", "MOST_SHAPE", "posterior", "spread"]

LEAST_SHAPE, MOST_SHAPE = 0.2, 50.0
"""Bounds of the shape of a prior: a place may differ from what is expected of it by 220 % or 14 %
in one standard deviation."""
_POOL = 20.0
"""Weight, in squared expected counts, with which a group leans on all groups."""


def posterior(count: FloatArray, prior_mean: FloatArray, shape: FloatArray) -> FloatArray:
    """Give the mean of a gamma posterior.

    Parameters
    ----------
    count
        What was counted.
    prior_mean
        What the coarser place lets expect, above 0.
    shape
        Shape of the gamma prior of the mean; the posterior has the shape ``shape + count``.
    """
    mean: FloatArray = (shape + count) / (shape / prior_mean + 1.0)
    return mean


def spread(squares: FloatArray, excess: FloatArray) -> FloatArray:
    """Estimate shapes of gamma priors by the method of moments.

    Parameters
    ----------
    squares
        Shape (n_groups,): sum of the squared expected counts of a sample of places.
    excess
        Shape (n_groups,): sum of the squared deviations of the counts less the counts' own
        Poisson variance.

    Returns
    -------
    shape
        Shape (n_groups,), from ``LEAST_SHAPE`` to ``MOST_SHAPE``. The squared coefficient of
        variation is the share of the excess; a group with little says little, and leans on all
        groups.
    """
    pooled = max(excess.sum(), 0.0) / max(squares.sum(), 1.0)
    variation = (np.maximum(excess, 0.0) + _POOL * pooled) / (squares + _POOL)
    clipped = np.clip(variation, 1.0 / MOST_SHAPE, 1.0 / LEAST_SHAPE)
    shape: FloatArray = 1.0 / clipped
    return shape
