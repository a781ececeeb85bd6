"""Which datum labelled points are really in, told by how well they agree with known areas."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import binom

from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray
from geo.datum import Datum, parse_datum, to_cgcs2000
from geo.errors import CoordinateError


class SupportsLocate(Protocol):
    """A layer that says which area holds a place; a location index is one."""

    def locate_many(self, lonlat: LonLatArray) -> IntArray:
        """Give the ordinal of the area that holds each place, -1 where none does.

        Parameters
        ----------
        lonlat
            Shape (n, 2), columns lon, lat; degrees CGCS2000. NaN rows are allowed.

        Returns
        -------
        ordinals
            Shape (n,), int32.
        """
        ...


@dataclass(frozen=True, slots=True)
class DatumSuggestion:
    """How well labelled points agree with the areas, read in each candidate datum.

    Parameters
    ----------
    best
        The datum with the best agreement; of equals the declared one, then WGS-84.
    declared
        The datum that the points were said to be in, or None.
    agreement
        Rows whose label names the area that holds them, by datum.
    n_compared
        Rows with a finite coordinate and a label that is a name in the layer.
    n_left_out
        All other rows.
    p_value
        Probability of an advantage of ``best`` over ``declared`` at least as large if both
        were equally good (one-sided sign test); 1 if they are the same or none was declared.
    declared_is_worse
        The rule of :func:`suggest_datum` says that the declared datum is clearly worse.
    """

    best: Datum | str
    declared: Datum | str | None
    agreement: Mapping[Datum | str, int]
    n_compared: int
    n_left_out: int
    p_value: float
    declared_is_worse: bool

    @property
    def message(self) -> str:
        """One sentence for a report."""
        counts = ", ".join(f"{name} {hits}" for name, hits in self.agreement.items())
        figures = f"labels that agree out of {self.n_compared}: {counts}"
        if self.declared_is_worse:
            return f"declared {self.declared}, but these points look like {self.best} ({figures})"
        if self.declared is None:
            return f"these points agree best as {self.best} ({figures})"
        return f"nothing speaks against {self.declared} ({figures})"


def suggest_datum(
    points: FloatArray,
    labels: Sequence[str | None],
    layer: SupportsLocate,
    names: Sequence[str],
    *,
    declared: Datum | str | None = None,
    significance: float = 0.001,
    minimum_gain: float = 0.01,
    minimum_agreement: float = 0.5,
) -> DatumSuggestion:
    """Compare the candidate datums of labelled points, and doubt the declared one if need be.

    Parameters
    ----------
    points
        Shape (n, 2), columns x, y as they stand in the file.
    labels
        Length n, the name of the area that each point is said to lie in; None or blank where
        there is none. Width and surrounding spaces do not matter.
    layer
        The areas.
    names
        Name of each area by ordinal.
    declared
        The datum that the points are said to be in; anything :func:`parse_datum` accepts.
    significance, minimum_gain, minimum_agreement
        The declared datum counts as clearly worse if, of the rows on which it and the best one
        disagree about the label, the best one is right so often that chance explains it with a
        probability below ``significance`` (one-sided sign test), and the best one agrees on at
        least ``minimum_gain`` of the compared rows more, and on ``minimum_agreement`` of them
        altogether.

    Returns
    -------
    suggestion
        Candidates are WGS-84 (the same numbers as CGCS2000; named as declared), GCJ-02, BD-09 and
        the declared EPSG system, if it is one.

    Raises
    ------
    DatumError
        The declared datum is unknown or refused.
    CoordinateError
        Points and labels differ in number, or the points do not have two columns.

    Notes
    -----
    Names shared by areas elsewhere count against every datum alike. Cost: one conversion and one
    lookup of all rows for each candidate.
    """
    pairs = np.asarray(points, dtype=np.float64)
    if len(pairs) != len(labels):
        raise CoordinateError(len(labels), f"{len(pairs)} points need as many labels")
    stated = None if declared is None else parse_datum(declared)
    expected = _ordinal_groups(labels, names)
    compared = np.isfinite(pairs).all(axis=1) & (expected >= 0)
    group_of_ordinal = _ordinal_groups(names, names)
    hits = {
        candidate: _hits(pairs[compared], expected[compared], candidate, layer, group_of_ordinal)
        for candidate in _candidates(stated)
    }
    agreement = {candidate: int(hit.sum()) for candidate, hit in hits.items()}
    best = max(agreement, key=lambda candidate: (agreement[candidate], candidate == stated))
    n_compared = int(compared.sum())
    p_value, is_worse = 1.0, False
    if stated is not None and best != stated:
        p_value = _sign_test(hits[best], hits[stated])
        gain = agreement[best] - agreement[stated]
        is_worse = (
            p_value < significance
            and gain >= minimum_gain * n_compared
            and agreement[best] >= minimum_agreement * n_compared
        )
    return DatumSuggestion(
        best, stated, agreement, n_compared, len(pairs) - n_compared, p_value, is_worse
    )


def _candidates(stated: Datum | str | None) -> list[Datum | str]:
    plain = Datum.CGCS2000 if stated == Datum.CGCS2000 else Datum.WGS84
    candidates: list[Datum | str] = [plain, Datum.GCJ02, Datum.BD09]
    if stated is not None and stated not in candidates:
        candidates.append(stated)
    return candidates


def _ordinal_groups(labels: Sequence[str | None], names: Sequence[str]) -> IntArray:
    """Give each label the first ordinal of its name, since names may repeat; -1 if unknown."""
    first: dict[str, int] = {}
    for ordinal, name in enumerate(names):
        first.setdefault(_fold(name), ordinal)
    groups = [first.get(_fold(label), -1) if label else -1 for label in labels]
    return np.array(groups, dtype=np.int32)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _hits(
    pairs: FloatArray,
    expected: IntArray,
    candidate: Datum | str,
    layer: SupportsLocate,
    group_of_ordinal: IntArray,
) -> BoolArray:
    lonlat = to_cgcs2000(pairs, candidate)
    # Metres read as degrees, or the reverse, are no places at all.
    lonlat[~(np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)] = np.nan
    ordinals = layer.locate_many(lonlat)
    hits = np.zeros(len(pairs), dtype=np.bool_)
    held = np.flatnonzero(ordinals >= 0)
    hits[held] = group_of_ordinal[ordinals[held]] == expected[held]
    return hits


def _sign_test(best: BoolArray, stated: BoolArray) -> float:
    """Probability of so many wins among the rows on which exactly one of the two is right."""
    wins, losses = int((best & ~stated).sum()), int((stated & ~best).sum())
    return float(binom.sf(wins - 1, wins + losses, 0.5))
