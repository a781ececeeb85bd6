"""A sweep answers as a batch does, for every category at every place."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from governance.book.terms import Caller
from governance.owner.sweep import sweep

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("caller", [Caller.PERSONAL, Caller.ENTERPRISE])
def test_a_sweep_equals_a_batch(small_city: Any, caller: Caller) -> None:
    resolver = small_city.resolver
    rng = np.random.default_rng(7)
    units = np.concatenate([rng.uniform(-1, 41, (300, 2)), rng.integers(0, 41, (150, 2))])
    lonlat = np.array([small_city.place(x, y) for x, y in units.tolist()])
    asked = [(category, caller) for category in range(len(resolver.categories))]
    for swept in sweep(resolver, lonlat, asked, at=TODAY, threads=1):
        column = np.full(len(lonlat), swept.category, dtype=np.int32)
        table = resolver.assign(
            lonlat, column, at=TODAY, callers=[caller] * len(lonlat), accuracy_m=1.0, threads=1
        )
        for name in ("body", "rule", "step", "status"):
            np.testing.assert_array_equal(getattr(swept, name), getattr(table, name), name)
