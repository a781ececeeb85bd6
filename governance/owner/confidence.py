"""How sure an answer is, from 0 to 1.

The accuracy of a place is read as the radius that holds 95 % of a round normal distribution, so
that its standard deviation along any direction is the accuracy over 2.4477. The probability that
the place truly lies on the side of the deciding border where it was put is then that of a normal
variable below the distance to the border. A line or an asset decides by reach: there the margin to
the reach counts, and that to the next candidate of another body. The product with the confidence of
the place itself is halved while the answer is provisional and at most a half while it is disputed.
"""

from math import erf, inf, sqrt

import numpy as np

from geo.arrays import FloatArray

__all__ = ["SIGMAS", "confidence_of", "same_side", "same_side_many"]

SIGMAS = 2.4477468306808166
"""Standard deviations within which 95 % of a round normal distribution in the plane lie."""

_PROVISIONAL = 0.5
_DISPUTED = 0.5


def same_side(margin_m: float, accuracy_m: float) -> float:
    """Probability that a place lies truly on its side of a border.

    Parameters
    ----------
    margin_m
        Distance to the border in metres; infinite where there is none.
    accuracy_m
        Accuracy of the place, 95 %.

    Returns
    -------
    float
        From 0.5 on the border to 1.
    """
    if margin_m == inf or accuracy_m <= 0.0:
        return 1.0
    return 0.5 * (1.0 + erf(margin_m * SIGMAS / (accuracy_m * sqrt(2.0))))


def same_side_many(margin_m: FloatArray, accuracy_m: float | FloatArray) -> FloatArray:
    """Compute :func:`same_side` for arrays of equal length; NaN margins give NaN."""
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import, and only batches need it

    accuracy = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), margin_m.shape)
    found = np.ones(len(margin_m))
    is_vague = accuracy > 0.0
    found[is_vague] = ndtr(margin_m[is_vague] * SIGMAS / accuracy[is_vague])
    return found


def confidence_of(
    margins_m: tuple[float, ...], accuracy_m: float, place_confidence: float, status: str
) -> float:
    """Compute the confidence of an answer; see the module."""
    if status == "nobody":
        return 0.0
    found = place_confidence
    for margin in margins_m:
        found *= same_side(margin, accuracy_m)
    if status == "provisional":
        return found * _PROVISIONAL
    return min(found, _DISPUTED) if status == "disputed" else found
