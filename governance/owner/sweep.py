"""Many categories at the same places: what lies there is looked up once."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import IntArray, LonLatArray, Progress
from governance.book.terms import Caller
from governance.owner.answer import STATUSES
from governance.owner.batch import Assets, assets_around, caller_numbers, look_around
from governance.owner.kernel import decide_rows, no_answers
from governance.owner.resolver import OwnerResolver
from governance.owner.table import STEPS

__all__ = ["Swept", "sweep"]

_WITHIN_M = 1.0
_DECIDED, _NOBODY = STATUSES.index("decided"), STATUSES.index("nobody")


class Swept(NamedTuple):
    """Who answers for one category at each of n places.

    Attributes
    ----------
    category
        Ordinal of the category.
    caller
        Kind of caller.
    body, rule
        Shape (n,), ordinals; -1 for nobody, ``rule`` for rulings too.
    step, status
        Shape (n,), as in :class:`governance.owner.table.OwnerTable`.
    """

    category: int
    caller: Caller
    body: IntArray
    rule: IntArray
    step: NDArray[np.int8]
    status: NDArray[np.int8]


def sweep(
    resolver: OwnerResolver,
    lonlat: LonLatArray,
    asked: Sequence[tuple[int, Caller]],
    *,
    at: date,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Swept]:
    """Answer several categories at every one of many places.

    Parameters
    ----------
    resolver
        Answers.
    lonlat
        Shape (n, 2), CGCS2000 lon, lat; no NaN.
    asked
        Ordinals of categories with the kind of caller; their validity is not looked at.
    at
        Date whose rules and boundaries count.
    threads
        Threads for looking up places; all cores when None.
    progress
        Called with stage ``answer`` after each category.

    Yields
    ------
    Swept
        One for each pair asked, in that order; each row as ``OwnerResolver.assign`` answers it.

    Notes
    -----
    Some microseconds for what lies at a place, then well under one for each category; places on a
    border or near an agreement's line are answered one by one.
    """
    resolver.require_valid_at(at)
    n, plan = len(lonlat), resolver.plan
    around = look_around(plan, lonlat, at, _WITHIN_M, rulings=resolver.ruling_tree, threads=threads)
    assets: dict[tuple[str, ...], Assets] = {}
    for done, (category, caller) in enumerate(asked, start=1):
        column = np.full(n, category, dtype=np.int32)
        classes = resolver.categories[category].asset_classes
        if classes not in assets:
            assets = {classes: assets_around(plan, lonlat, column, threads)}
        numbers = np.full(n, caller_numbers([caller])[0], dtype=np.int8)
        out = no_answers(n)
        rows = around.rows(column, numbers, assets[classes])
        decide_rows(plan.tables, rows, at.toordinal(), out, 0, n)
        status = np.where(out.body >= 0, _DECIDED, _NOBODY).astype(np.int8)
        for i in np.flatnonzero(around.is_special | out.is_special).tolist():
            found = resolver.decide_one(lonlat[i], category, at, caller, _WITHIN_M)
            out.body[i], out.rule[i] = found[0], found[2]
            out.step[i] = -1 if found[1] is None else STEPS.index(found[1])
            status[i] = STATUSES.index(found[3])
        if progress is not None:
            progress("answer", done, len(asked))
        yield Swept(category, caller, out.body, out.rule, out.step, status)
