"""Who answers where words may mean several places: never a silent guess.

Where the geocoder does not accept a place, its candidates are asked about instead. Words that stay
open are still answered where the same body answers all around each of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from geo.address.answers import Candidate
from geo.arrays import IntArray, LonLatArray
from geo.measure import metres_per_degree
from governance.book.terms import Caller
from governance.owner.resolver import OwnerResolver

__all__ = ["MOST_CANDIDATES", "OpenWords", "WordsOwners", "accuracy_95_m", "owners_of_words"]

MOST_CANDIDATES = 20
"""Candidates to ask the geocoder for; where it gives as many, there may be more."""

_NINE_IN_TEN_TO_95 = 2.4477468306808166 / 2.145966026289347
"""The geocoder says where nine in ten lie, an owner's question wants 95 %; of a round normal
distribution both are known multiples of the standard deviation."""
_SAMPLES = 64
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_SURE = 0.95
"""Share of the ground around a candidate that must have the same owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWords:
    """What words may mean, and what is asked about it.

    Attributes
    ----------
    candidates
        All that the geocoder gave when asked for :data:`MOST_CANDIDATES`, best first.
    category
        Code of a catalogue entry.
    caller
        Kind of caller.
    """

    candidates: Sequence[Candidate]
    category: str
    caller: Caller = Caller.PERSONAL

    @property
    def trust(self) -> float:
        """How sure it is that one of the candidates is meant, whichever: their sum, at most 1."""
        return min(1.0, sum(each.confidence for each in self.candidates))


@dataclass(frozen=True, slots=True)
class WordsOwners:
    """Who answers for words.

    Attributes
    ----------
    bodies
        Ordinal of the body at the point of each candidate; -1 for nobody.
    agreed
        Ordinal of the body that answers around every candidate; -1 where there is none, and where
        there may be more places than are listed.
    """

    bodies: tuple[int, ...]
    agreed: int


def accuracy_95_m(candidate: Candidate) -> float:
    """Give the radius in metres that holds 95 % of where a candidate may truly lie."""
    return round(candidate.accuracy_m * _NINE_IN_TEN_TO_95, 1)


def owners_of_words(
    resolver: OwnerResolver,
    asked: Sequence[OpenWords],
    at: date,
    *,
    least_trust: float = 0.0,
    threads: int | None = None,
) -> list[WordsOwners]:
    """Find who answers for each of many open words.

    Parameters
    ----------
    resolver
        Answers.
    asked
        Words with at least one candidate each.
    at
        Date whose rules and boundaries count.
    least_trust
        Words of less trust are never agreed on, and the ground around them is not looked at.
    threads
        Threads for looking up places; all cores when None.

    Returns
    -------
    list of WordsOwners
        In the order of ``asked``.

    Raises
    ------
    UnknownCategoryError, QuestionError, DateOutsideBookError, DateOutsideValidityError
        As of :meth:`OwnerResolver.assign`.

    Notes
    -----
    First all candidates are asked at their own points; only where these agree, at points spread
    over the ground around each. Cost about 60 us for words that do not agree, and 400 us for each
    candidate of those that do.
    """
    if not asked:
        return []
    points = np.array([(each.lon, each.lat) for words in asked for each in words.candidates])
    counts = [len(words.candidates) for words in asked]
    bodies = _bodies(resolver, points, asked, counts, at, threads)
    first = np.cumsum([0, *counts]).tolist()
    found = [tuple(bodies[start:end].tolist()) for start, end in pairwise(first)]
    wanted = [
        row
        for row, words in enumerate(asked)
        if _may_agree(found[row]) and words.trust >= least_trust
    ]
    agreed = _agreeing(resolver, [asked[row] for row in wanted], at, threads)
    is_agreed = dict(zip(wanted, agreed, strict=True))
    return [
        WordsOwners(each, each[0] if is_agreed.get(row) else -1) for row, each in enumerate(found)
    ]


def _may_agree(bodies: Sequence[int]) -> bool:
    return len(bodies) < MOST_CANDIDATES and bodies[0] >= 0 and len(set(bodies)) == 1


def _agreeing(
    resolver: OwnerResolver, asked: Sequence[OpenWords], at: date, threads: int | None
) -> list[bool]:
    """Tell for which words nearly all of the ground around each candidate has one body."""
    if not asked:
        return []
    counts = [len(words.candidates) * _SAMPLES for words in asked]
    points = np.concatenate([_around(each) for words in asked for each in words.candidates])
    bodies = _bodies(resolver, points, asked, counts, at, threads).reshape(-1, _SAMPLES)
    # The first sample is the candidate itself, and all of these agree.
    is_sure = (bodies == bodies[:, :1]).mean(axis=1) >= _SURE
    starts = np.cumsum([0, *(len(words.candidates) for words in asked[:-1])])
    agreed: list[bool] = np.logical_and.reduceat(is_sure, starts).tolist()
    return agreed


def _bodies(
    resolver: OwnerResolver,
    points: LonLatArray,
    asked: Sequence[OpenWords],
    counts: Sequence[int],
    at: date,
    threads: int | None,
) -> IntArray:
    """Ordinal of the body at each point, where ``counts`` points belong to each of the words."""
    category = np.array([resolver.category(words.category, at) for words in asked], dtype=np.int32)
    callers = [
        words.caller for words, n in zip(asked, counts, strict=True) for _ in range(n)
    ]  # fmt: skip
    table = resolver.assign(
        points,
        np.repeat(category, counts),
        at=at,
        callers=callers,
        accuracy_m=0.0,
        threads=threads,
    )
    return table.body


def _around(candidate: Candidate) -> LonLatArray:
    """Spread points evenly over the ground where the place of a candidate lies; itself first."""
    turn = np.arange(_SAMPLES)
    radius = candidate.accuracy_m * np.sqrt(turn / _SAMPLES)
    per_lon, per_lat = metres_per_degree(candidate.lat)
    east, north = radius * np.cos(turn * _GOLDEN), radius * np.sin(turn * _GOLDEN)
    return np.column_stack([candidate.lon + east / per_lon, candidate.lat + north / per_lat])
