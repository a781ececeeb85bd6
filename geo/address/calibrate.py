"""Fitting the confidence to decided tickets, and checking that it says what it means."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.address.confidence import FEATURES, ConfidenceProfile

__all__ = ["ReliabilityRow", "fit_profile", "is_monotone", "profile_toml", "reliability_table"]

_STEPS = 100
_TOLERANCE = 1e-8
_LEAST_ROWS = 50
_LARGEST_LOGIT = 30.0


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """Answers of about equal confidence.

    ``low`` and ``high`` bound the confidence; ``stated`` is its mean, ``right`` the share of right
    answers, ``n`` their number, ``margin`` half the width of the 95 % interval of ``right``.
    """

    low: float
    high: float
    n: int
    stated: float
    right: float
    margin: float


def fit_profile(
    features: NDArray[np.float64],
    correct: NDArray[np.bool_],
    start: ConfidenceProfile,
    *,
    version: str,
    strength: float = 1.0,
) -> ConfidenceProfile:
    """Fit the coefficients to decided answers, drawn towards those of another profile.

    Parameters
    ----------
    features
        Shape (n, number of features), in the order of ``FEATURES``: those of the first candidate
        of each ticket.
    correct
        Shape (n,): whether that candidate was right.
    start
        The profile to begin with; its limits and threshold are kept, and features that the
        tickets do not show keep its coefficients.
    version
        Name of the fit.
    strength
        Weight of the pull towards ``start``; larger with fewer tickets.

    Returns
    -------
    profile
        The maximum of likelihood less ``strength / 2`` times the squared distance to ``start``, by
        Newton steps, each halved until it improves. Cost O(n) for each of some ten steps.

    Raises
    ------
    ValueError
        Fewer than 50 tickets, or shapes that do not fit.
    """
    if features.shape != (correct.size, len(FEATURES)):
        wanted = (correct.size, len(FEATURES))
        problem = f"features of shape {features.shape}; must be {wanted}"
        raise ValueError(problem)
    if correct.size < _LEAST_ROWS:
        problem = f"{correct.size} tickets; a fit needs at least {_LEAST_ROWS}"
        raise ValueError(problem)
    right = correct.astype(np.float64)
    prior = np.array(start.coefficients)
    weights = prior.copy()
    value = _loss(weights, features, right, prior, strength)
    for _ in range(_STEPS):
        chance = _chance(features @ weights)
        slope = features.T @ (chance - right) + strength * (weights - prior)
        curve = (features * (chance * (1 - chance))[:, None]).T @ features
        step = np.linalg.solve(curve + strength * np.eye(weights.size), slope)
        scale = 1.0
        while scale > _TOLERANCE:
            tried = weights - scale * step
            found = _loss(tried, features, right, prior, strength)
            if found <= value:
                break
            scale /= 2
        else:
            break
        gain, weights, value = value - found, tried, found
        if gain < _TOLERANCE * max(1.0, abs(value)):
            break
    return replace(start, version=version, coefficients=tuple(weights.tolist()))


def _chance(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(logit, -_LARGEST_LOGIT, _LARGEST_LOGIT)
    return np.asarray(1.0 / (1.0 + np.exp(-clipped)))


def _loss(
    weights: NDArray[np.float64],
    features: NDArray[np.float64],
    right: NDArray[np.float64],
    prior: NDArray[np.float64],
    strength: float,
) -> float:
    logit = features @ weights
    fit = np.logaddexp(0.0, logit) - right * logit
    return float(fit.sum() + strength / 2 * np.square(weights - prior).sum())


def reliability_table(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], *, n_bins: int = 10
) -> list[ReliabilityRow]:
    """Compare what was stated with what was right.

    Parameters
    ----------
    confidence
        Shape (n,), from 0 to 1.
    correct
        Shape (n,).
    n_bins
        How many groups of about equal size.

    Returns
    -------
    rows
        From the least to the greatest confidence; empty groups are left out.
    """
    order = np.argsort(confidence, kind="stable")
    rows = []
    for group in np.array_split(order, n_bins):
        if group.size:
            stated, right = confidence[group], float(correct[group].mean())
            smoothed = (right * group.size + 2) / (group.size + 4)
            rows.append(
                ReliabilityRow(
                    low=float(stated.min()),
                    high=float(stated.max()),
                    n=int(group.size),
                    stated=float(stated.mean()),
                    right=right,
                    margin=float(1.96 * np.sqrt(smoothed * (1 - smoothed) / (group.size + 4))),
                )
            )
    return rows


def is_monotone(rows: list[ReliabilityRow]) -> bool:
    """Tell whether more confidence never means fewer right answers, beyond chance.

    Parameters
    ----------
    rows
        Of a reliability table.

    Returns
    -------
    monotone
        False where a group is less often right than one of less confidence by more than both
        their margins.
    """
    return all(
        later.right + later.margin >= earlier.right - earlier.margin
        for i, earlier in enumerate(rows)
        for later in rows[i + 1 :]
    )


def profile_toml(profile: ConfidenceProfile) -> str:
    """Write a profile as the file that ``load_profile`` reads."""
    lines = [
        f'version = "{profile.version}"',
        f"accept_from = {profile.accept_from}",
        "",
        "[limits]",
        *(f"{name} = {value}" for name, value in profile.limits_m.items()),
        "",
        "[coefficients]",
        *(
            f"{name} = {value:.4f}"
            for name, value in zip(FEATURES, profile.coefficients, strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"
