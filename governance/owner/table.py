"""Answers for many places as columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from governance.book.terms import Step
from governance.owner.answer import OWNER_FLAGS, STATUSES
from governance.owner.compiled import Compiled

__all__ = ["STEPS", "OwnerTable"]

STEPS = tuple(Step)
"""Steps by the number that stands in :attr:`OwnerTable.step`."""


@dataclass(frozen=True, slots=True)
class OwnerTable:
    """Who answers for each of n places.

    Attributes
    ----------
    compiled
        The book; ordinals of bodies, categories and rules count its rows.
    category
        Shape (n,), ordinal of the category.
    body
        Shape (n,), ordinal of the primary body; -1 for nobody and for NaN rows.
    step
        Shape (n,), place of the deciding step in :data:`STEPS`; -1 for nobody.
    rule
        Shape (n,), ordinal of the rule; -1 for nobody and for rulings.
    status
        Shape (n,), place in ``STATUSES``.
    flags
        Shape (n,), uint16; bit i stands for ``OWNER_FLAGS[i]``.
    confidence
        Shape (n,), 0 to 1.
    due_at
        Shape (n,), datetime64[s] in UTC, NaT where nothing was received; None where no time of
        receipt was given.
    is_special
        Shape (n,): decided one by one, because a ruling, an agreement, a border or equal
        candidates play a part.
    """

    compiled: Compiled
    category: IntArray
    body: IntArray
    step: NDArray[np.int8]
    rule: IntArray
    status: NDArray[np.int8]
    flags: NDArray[np.uint16]
    confidence: FloatArray
    due_at: NDArray[np.datetime64] | None
    is_special: NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.body)

    def body_codes(self) -> list[str]:
        """Give the code of the primary body of each row; empty for nobody."""
        codes = [*(body.code for body in self.compiled.bodies), ""]
        return [codes[at] for at in self.body.tolist()]

    def body_names(self) -> list[str]:
        """Give the name of the primary body of each row; empty for nobody."""
        names = [*(body.name for body in self.compiled.bodies), ""]
        return [names[at] for at in self.body.tolist()]

    def flag_texts(self, separator: str = ";") -> list[str]:
        """Write the flags of each row as text, such as ``near_border;asset_missing``."""
        texts = {
            value: separator.join(flag for bit, flag in enumerate(OWNER_FLAGS) if value >> bit & 1)
            for value in np.unique(self.flags).tolist()
        }
        return [texts[value] for value in self.flags.tolist()]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give each row as JSON values."""
        rules: Sequence[str] = [*(rule.code for rule in self.compiled.rules), ""]
        due = [None] * len(self) if self.due_at is None else self.due_at.tolist()
        columns = zip(
            self.category.tolist(),
            self.body_codes(),
            self.body_names(),
            self.step.tolist(),
            self.rule.tolist(),
            self.status.tolist(),
            self.flag_texts(),
            self.confidence.tolist(),
            due,
            strict=True,
        )
        for category, code, name, step, rule, status, flags, confidence, due_at in columns:
            yield {
                "category": self.compiled.categories[category].code,
                "body": code or None,
                "name": name or None,
                "step": STEPS[step].value if step >= 0 else None,
                "rule": rules[rule] or None,
                "status": STATUSES[status],
                "flags": flags.split(";") if flags else [],
                "confidence": round(confidence, 4),
                "due_at": None if due_at is None else f"{due_at.isoformat()}Z",
            }
