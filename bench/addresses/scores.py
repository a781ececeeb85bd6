"""What answers are worth against known truth: accepted, right, sure, near enough."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from geo.arrays import BoolArray, FloatArray

NEAR_M = 50.0
"""Right means the right entity and no further than this from the true spot."""

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
_ELLIPSOID = pyproj.Geod(ellps="GRS80")


def score(truth: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Hold each answer against its truth.

    Parameters
    ----------
    truth
        ``entities`` (tuples of uid, any of which is right; empty where the text names no place
        of the city), ``lon``, ``lat`` (where a perfect reader of the words puts it, CGCS2000
        degrees), ``event_lon``, ``event_lat`` (where it happened: the words may say the estate
        alone); NaN where there is none.
    answers
        In the same order: ``decision``, ``confidence``, ``uids`` (of the first candidate: the
        entity and what it belongs to or meets; empty where nothing was found), ``lon``, ``lat``,
        ``accuracy_m``.

    Returns
    -------
    DataFrame
        The columns of both (of equal names those of the truth) and ``is_accepted``,
        ``distance_m`` and ``event_distance_m`` (NaN where either place is missing),
        ``is_entity``, ``is_right`` (the entity, and within 50 m of the perfect reader's place),
        ``is_right_as_stated`` (the entity, and within the stated accuracy of that place where
        that is more than 50 m), ``is_inside`` (the event within the stated accuracy).
    """
    scored = pd.concat(
        [
            truth.reset_index(drop=True),
            answers.drop(columns=answers.columns.intersection(truth.columns)).reset_index(
                drop=True
            ),
        ],
        axis=1,
    )
    distance = _distance_m(truth[["lon", "lat"]], answers)
    event_distance = _distance_m(truth[["event_lon", "event_lat"]], answers)
    pairs = zip(scored["entities"], scored["uids"], strict=True)
    scored["is_accepted"] = scored["decision"] == "accepted"
    scored["distance_m"] = distance
    scored["event_distance_m"] = event_distance
    scored["is_entity"] = [not set(meant).isdisjoint(found) for meant, found in pairs]
    scored["is_right"] = scored["is_entity"] & (distance <= NEAR_M)
    reach = np.maximum(scored["accuracy_m"].to_numpy(float), NEAR_M)
    scored["is_right_as_stated"] = scored["is_entity"] & (distance <= reach)
    scored["is_inside"] = event_distance <= scored["accuracy_m"].to_numpy(float)
    return scored


def summarise(scored: pd.DataFrame) -> dict[str, Any]:
    """Reduce scored answers to the figures that are quoted.

    Parameters
    ----------
    scored
        From `score`, with ``is_decidable`` (the words and fields given can mean one place only).

    Returns
    -------
    dict
        Shares of all texts: ``accepted``, ``review``, ``refused``; of the decidable ones:
        ``accepted_of_decidable``, ``first_right`` (the first candidate is right, accepted or
        not); of the accepted ones: ``precision``, ``precision_as_stated``, ``precision_at_event``
        (within 50 m of the event), ``entity_precision``, ``inside_accuracy_accepted``; of all with
        the right entity ``inside_accuracy``; ``median_m`` and ``p95_m`` of the accepted ones;
        ``n``, ``calibration`` and ``calibration_error``. None where there is nothing to divide by.
    """
    accepted = scored[scored["is_accepted"]]
    decidable = scored[scored["is_decidable"]]
    located = scored[scored["is_entity"] & scored["distance_m"].notna()]
    decisions = scored["decision"].value_counts()
    return {
        "n": len(scored),
        "accepted": _share(scored["is_accepted"]),
        "review": _ratio(int(decisions.get("review", 0)), len(scored)),
        "refused": _ratio(int(decisions.get("refused", 0)), len(scored)),
        "precision": _share(accepted["is_right"]),
        "precision_as_stated": _share(accepted["is_right_as_stated"]),
        "precision_at_event": _share(
            accepted["is_entity"] & (accepted["event_distance_m"] <= NEAR_M)
        ),
        "entity_precision": _share(accepted["is_entity"]),
        "n_wrong_accepted": int((~accepted["is_right"]).sum()),
        "accepted_of_decidable": _share(decidable["is_accepted"]),
        "decidable": _share(scored["is_decidable"]),
        "first_right": _share(decidable["is_right"]),
        "inside_accuracy": _share(located["is_inside"]),
        "inside_accuracy_accepted": _share(accepted["is_inside"]),
        "median_m": _quantile(accepted["distance_m"], 0.5),
        "p95_m": _quantile(accepted["distance_m"], 0.95),
        "calibration": calibration(scored),
        "calibration_error": calibration_error(scored),
    }


def calibration(scored: pd.DataFrame) -> list[dict[str, Any]]:
    """Compare stated confidence with the share right as stated, bin by bin.

    Parameters
    ----------
    scored
        From `score`; texts with no candidate are left out.

    Returns
    -------
    list of dict
        ``above``, ``to`` (the bin, its upper end included), ``n``, ``mean_confidence``,
        ``right`` (share); empty bins are left out.
    """
    answered = scored[scored["confidence"].notna()]
    confidence = answered["confidence"].to_numpy(float)
    bins = np.clip(np.searchsorted(EDGES, confidence, side="left") - 1, 0, len(EDGES) - 2)
    is_right = answered["is_right_as_stated"].to_numpy(bool)
    return [
        {
            "above": EDGES[at],
            "to": EDGES[at + 1],
            "n": int(is_in.sum()),
            "mean_confidence": round(float(confidence[is_in].mean()), 4),
            "right": round(float(is_right[is_in].mean()), 4),
        }
        for at in range(len(EDGES) - 1)
        if (is_in := bins == at).any()
    ]


def calibration_error(scored: pd.DataFrame) -> float | None:
    """Return the mean gap between confidence and share right over the bins, by their sizes."""
    rows = calibration(scored)
    total = sum(int(row["n"]) for row in rows)
    if not total:
        return None
    gaps = [row["n"] * abs(row["mean_confidence"] - row["right"]) for row in rows]
    return round(float(np.sum(gaps)) / total, 4)


def slices(scored: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """Give the main figures for each value of a column of tuples; a row counts in each of its own.

    Parameters
    ----------
    scored
        From `score`.
    column
        Holds tuples of names, such as the kinds of noise.

    Returns
    -------
    dict
        ``n``, ``accepted``, ``precision``, ``first_right`` by name, the frequent ones first; an
        empty tuple counts as ``none``.
    """
    each = pd.Series([tuple(values) or ("none",) for values in scored[column]], dtype=object)
    named = scored.reset_index(drop=True).join(each.rename("slice").explode())
    groups = named.groupby("slice", sort=True)
    found: dict[str, dict[str, Any]] = {
        str(name): {
            "n": len(rows),
            "accepted": _share(rows["is_accepted"]),
            "precision": _share(rows.loc[rows["is_accepted"], "is_right"]),
            "first_right": _share(rows["is_right"]),
        }
        for name, rows in groups
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["n"]))


def held_back(scored: pd.DataFrame) -> dict[str, int]:
    """Count the reasons for which a right first candidate of a decidable text was not accepted.

    Parameters
    ----------
    scored
        From `score`, with ``reasons`` (lists of codes).

    Returns
    -------
    dict
        Number of texts by reason, the frequent ones first; a text counts for each of its own.
    """
    is_held = scored["is_decidable"] & scored["is_right"] & ~scored["is_accepted"]
    counts = Counter(code for codes in scored.loc[is_held, "reasons"] for code in set(codes))
    return dict(counts.most_common())


def missing_summary(scored: pd.DataFrame, *, is_removed: BoolArray) -> dict[str, Any]:
    """Say what became of the texts whose entity was taken out of the gazetteer.

    Parameters
    ----------
    scored
        Answers of the gazetteer without it, against the whole truth.
    is_removed
        Shape (n,), which texts mean an entity that was removed.

    Returns
    -------
    dict
        ``n`` and, as shares of it, ``wrong_when_missing`` (accepted, further than 50 m from the
        true spot or with none), ``accepted``, ``near`` (accepted and within 50 m by something
        else that the text names); ``accepted_of_others``, ``precision_of_others``.
    """
    removed, others = scored[is_removed], scored[~is_removed]
    is_near = removed["distance_m"] <= NEAR_M
    kept = others[others["is_accepted"]]
    return {
        "n": len(removed),
        "wrong_when_missing": _share(removed["is_accepted"] & ~is_near),
        "n_wrong": int((removed["is_accepted"] & ~is_near).sum()),
        "accepted": _share(removed["is_accepted"]),
        "near": _share(removed["is_accepted"] & is_near),
        "accepted_of_others": _share(others["is_accepted"]),
        "precision_of_others": _share(kept["is_right"]),
    }


def name_agreement(
    expected: Iterable[str],
    found: Iterable[str],
    successors: Collection[tuple[str, str]] = frozenset(),
) -> dict[str, Any]:
    """Compare names of one level.

    Parameters
    ----------
    expected
        True names; rows where it is empty are left out.
    found
        Answers in the same order; empty for none.
    successors
        Pairs of a former name and the name of today; who answers with the latter is right.

    Returns
    -------
    dict
        ``n``, and as shares of it ``right``, ``wrong``, ``none``; ``precision`` is right over
        answered. A short form (绍兴 for 绍兴市) counts as the same name.
    """
    pairs = [(e, f) for e, f in zip(expected, found, strict=True) if e]
    n_right = sum(is_same_name(e, f) or (e, f) in successors for e, f in pairs)
    n_none = sum(not f for _, f in pairs)
    return {
        "n": len(pairs),
        "right": _ratio(n_right, len(pairs)),
        "wrong": _ratio(len(pairs) - n_right - n_none, len(pairs)),
        "none": _ratio(n_none, len(pairs)),
        "precision": _ratio(n_right, len(pairs) - n_none),
    }


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names are equal or one is the other without its ending."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) > 1 and long.startswith(short))


def _distance_m(places: pd.DataFrame, answers: pd.DataFrame) -> FloatArray:
    true = places.to_numpy(float)
    found = answers[["lon", "lat"]].to_numpy(float)
    is_known = np.isfinite(true).all(axis=1) & np.isfinite(found).all(axis=1)
    true, found = true[is_known], found[is_known]
    distance = np.full(len(places), np.nan)
    distance[is_known] = _ELLIPSOID.inv(true[:, 0], true[:, 1], found[:, 0], found[:, 1])[2]
    return distance


def _share(flags: "pd.Series[bool]") -> float | None:
    return _ratio(int(flags.sum()), len(flags))


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _quantile(values: "pd.Series[float]", at: float) -> float | None:
    known = values.dropna()
    return round(float(known.quantile(at)), 1) if len(known) else None
