"""The report of an import of names: what was read, what was refused and why."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken; ``row`` counts from 1, without the heading."""

    table: str
    row: int
    field: str
    value: str
    problem: str
    problem_zh: str

    def to_dict(self) -> dict[str, Any]:
        """Give the refusal as JSON values."""
        return {
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "problem": self.problem,
            "problem_zh": self.problem_zh,
        }

    def __str__(self) -> str:
        """Name the row, the field and what is wrong."""
        return (
            f"{self.table} 第 {self.row} 行 {self.field} {self.value!r}: "
            f"{self.problem_zh} · row {self.row}: {self.problem}"
        )


@dataclass(slots=True)
class GazetteerReport:
    """What an import found, and what became of it.

    Attributes
    ----------
    outcome
        ``active``, ``draft``, ``checked`` (a dry run), or ``refused`` (no row could be taken;
        nothing was stored).
    counts
        Rows taken, by kind.
    refused
        Every row that was not taken.
    duplicates
        Rows (from 1) that say the same as an earlier one; left out.
    n_outside
        Points outside the areas that are loaded; they are taken all the same.
    datum_doubt
        What speaks against the stated datum; empty where nothing does.
    """

    key: str
    source: str
    datum: str
    outcome: str = "checked"
    source_id: str | None = None
    n_read: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    n_outside: int = 0
    outside: list[str] = field(default_factory=list)
    datum_doubt: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True when something was taken."""
        return sum(self.counts.values()) > 0

    def to_dict(self) -> dict[str, Any]:
        """Give the whole report as JSON values."""
        return {
            "key": self.key,
            "source": self.source,
            "datum": self.datum,
            "outcome": self.outcome,
            "source_id": self.source_id,
            "n_read": self.n_read,
            "counts": self.counts,
            "refused": [refusal.to_dict() for refusal in self.refused],
            "duplicates": self.duplicates,
            "n_outside": self.n_outside,
            "outside": self.outside,
            "datum_doubt": self.datum_doubt,
            "seconds": self.seconds,
        }

    def lines(self, most: int = _MOST_SHOWN) -> list[str]:
        """Give the report for a terminal, the first few of each kind of problem."""
        taken = ", ".join(f"{name} {n:,}" for name, n in self.counts.items() if n)
        read = f"{self.source}: 读入 {self.n_read:,} 行, 采用 {taken or '0'}"
        lines = [f"{read} · {self.n_read:,} rows read, {self.outcome}, {self.seconds:.1f} s"]
        if self.refused:
            kinds = Counter(refusal.problem for refusal in self.refused)
            lines.append(f"拒收 {len(self.refused):,} 行 · rows refused: {len(self.refused):,}")
            lines += [f"  {n:,} x {problem}" for problem, n in kinds.most_common(most)]
            lines += [f"  {refusal}" for refusal in self.refused[:most]]
        if self.duplicates:
            n = len(self.duplicates)
            shown = ", ".join(str(row) for row in self.duplicates[:most])
            lines.append(f"重复 {n:,} 行 · repeated rows left out: {n:,} ({shown})")
        if self.n_outside:
            shown = ", ".join(self.outside[:most])
            lines.append(
                f"市域外 {self.n_outside:,} 点 · points outside the city: "
                f"{self.n_outside:,} ({shown})"
            )
        if self.datum_doubt:
            lines.append(f"坐标系存疑 · datum in doubt: {self.datum_doubt}")
        return lines
