"""How unlikely a count is: the exact upper tail of the negative binomial distribution."""

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray

__all__ = ["log10_tail"]

_SAFE = 1e-290
"""Above this the regularised incomplete beta function is exact; further down it becomes 0."""
_LARGEST_SHAPE = 1e12


def log10_tail(count: NDArray[np.int64], mean: FloatArray, shape: FloatArray) -> FloatArray:
    """Give the common logarithm of the probability of at least so many.

    Parameters
    ----------
    count
        Shape (n,), at least 0.
    mean
        Shape (n,), above 0: expected number.
    shape
        Shape (n,), above 0: the variance is ``mean + mean**2 / shape``; infinite or very large
        for the Poisson distribution.

    Returns
    -------
    log10_p
        Shape (n,), at most 0; 0 where ``count`` is 0.

    Notes
    -----
    P(X >= n) is the regularised incomplete beta function I_q(n, shape), q = mean / (mean + shape)
    (M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.5.26); for Poisson the
    regularised incomplete gamma function P(n, mean). Where that is below the smallest number, the
    first term of the tail times the bound of the geometric series of its ratio is taken: never
    less than the tail, and within a part in a hundred where n is ten times the mean.
    """
    from scipy.special import betainc, gammainc  # noqa: PLC0415 - slow to import

    n = np.maximum(count, 1).astype(np.float64)
    is_poisson = ~(shape < _LARGEST_SHAPE)
    size = np.where(is_poisson, 1.0, shape)
    tail = np.where(is_poisson, gammainc(n, mean), betainc(n, size, mean / (mean + size)))
    result = np.log10(np.maximum(tail, _SAFE))
    is_far = tail < _SAFE
    if is_far.any():
        result[is_far] = _far(n[is_far], mean[is_far], shape[is_far])
    result[count <= 0] = 0.0
    return result


def _far(n: FloatArray, mean: FloatArray, shape: FloatArray) -> FloatArray:
    """Bound the logarithm of the tail far out by a geometric series."""
    from scipy.special import gammaln, xlogy  # noqa: PLC0415

    is_poisson = ~(shape < _LARGEST_SHAPE)
    size = np.where(is_poisson, 1.0, shape)
    poisson = xlogy(n, mean) - mean - gammaln(n + 1.0)
    q = mean / (mean + size)
    binomial = (
        gammaln(n + size)
        - gammaln(size)
        - gammaln(n + 1.0)
        + xlogy(n, q)
        - size * np.log1p(mean / size)
    )
    first = np.where(is_poisson, poisson, binomial)
    ratio = np.where(is_poisson, mean / (n + 1.0), q * (n + size) / (n + 1.0))
    # Further terms fall at least as fast as the first two, or as q where they fall more slowly.
    ratio = np.minimum(np.where(is_poisson, ratio, np.maximum(ratio, q)), 1.0 - 1e-9)
    log10: FloatArray = (first - np.log1p(-ratio)) / np.log(10.0)
    return np.minimum(log10, np.log10(_SAFE))
