"""The report of an import: what was found, where, and how much."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps an edition from being stored; a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a source file or in an edition.

    ``rows`` count features from 0 in the order of the file; ``codes`` are those of the areas
    concerned; ``lon``, ``lat`` name a place in CGCS2000 degrees; ``area_m2`` is the size of the
    gap, overlap or part outside.
    """

    code: str
    severity: Severity
    message: str
    message_en: str
    rows: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    area_m2: float | None = None
    sliver: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as JSON values."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "message_en": self.message_en,
            "rows": list(self.rows),
            "codes": list(self.codes),
            "lon": self.lon,
            "lat": self.lat,
            "area_m2": self.area_m2,
            "sliver": self.sliver,
        }


TITLES = {
    "blank_code": ("编码为空", "blank codes"),
    "duplicate_code": ("编码重复", "duplicate codes"),
    "blank_name": ("名称为空", "blank names"),
    "duplicate_name": ("名称重复", "duplicate names"),
    "missing_geometry": ("图形缺失或为空", "missing or empty shapes"),
    "wrong_geometry": ("图形类型不符", "shapes of the wrong kind"),
    "bad_coordinate": ("坐标不合理", "impossible coordinates"),
    "bad_value": ("字段值无法读取", "unreadable values"),
    "invalid_shape": ("无效图形", "invalid shapes"),
    "overlap": ("重叠", "overlaps"),
    "gap": ("缝隙", "gaps"),
    "nesting_conflict": ("与上级图层不嵌套", "nesting conflicts"),
    "unknown_parent": ("上级编码不存在", "unknown parent codes"),
    "parent_not_checked": ("未检查上级", "parent not checked"),
    "empty_source": ("文件无要素", "empty source"),
}
"""Chinese and English title of each kind of finding."""


@dataclass(slots=True)
class ImportReport:
    """What an import or a check found, and what became of it.

    ``outcome`` is ``active``, ``draft``, ``refused`` (errors, nothing stored) or ``checked``.
    """

    layer: str
    layer_name: str
    source: str
    datum: str
    outcome: str = "checked"
    edition_id: str | None = None
    n_read: int = 0
    n_areas: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Append findings."""
        self.findings.extend(findings)

    @property
    def ok(self) -> bool:
        """True when no finding is an error."""
        return not self.errors

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the edition from being stored."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def problems(self) -> list[Finding]:
        """Errors and warnings, errors first."""
        warnings = [finding for finding in self.findings if finding.severity is Severity.WARNING]
        return self.errors + warnings

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings of each kind."""
        return dict(Counter(finding.code for finding in self.findings))

    def total_m2(self, code: str) -> float:
        """Sum the square metres of all findings of a kind."""
        return sum(finding.area_m2 or 0.0 for finding in self.findings if finding.code == code)

    @property
    def totals(self) -> dict[str, dict[str, float]]:
        """Count, count of slivers and square metres of each kind that has a size."""
        sized = {finding.code for finding in self.findings if finding.area_m2 is not None}
        return {
            code: {
                "count": self.counts[code],
                "slivers": sum(f.sliver for f in self.findings if f.code == code),
                "area_m2": self.total_m2(code),
            }
            for code in sorted(sized)
        }

    @property
    def summary(self) -> list[str]:
        """Lines for people, Chinese first: the outcome, then one line for each kind of finding."""
        outcome = _OUTCOMES[self.outcome]
        headline = (
            f"{self.layer_name} ({self.layer}): {outcome[0]} / {outcome[1]}; "
            f"{self.n_read} 个要素 / features, {self.n_areas} 个区域 / areas"
        )
        lines = [headline]
        for code, count in self.counts.items():
            zh, en = TITLES[code]
            size = f", {self.total_m2(code):,.1f} m²" if code in self.totals else ""
            lines.append(f"{zh} / {en}: {count}{size}")
        return lines

    def lines(self, limit: int | None = None) -> list[str]:
        """Summary and findings as text.

        Parameters
        ----------
        limit
            Findings of each kind to write out; all when None.

        Returns
        -------
        list of str
            Ready to print.
        """
        lines = self.summary
        for code in self.counts:
            found = [finding for finding in self.findings if finding.code == code]
            shown = found if limit is None else found[:limit]
            lines += [f"  [{f.severity}] {f.message} / {f.message_en}" for f in shown]
            if len(shown) < len(found):
                lines.append(f"  … {len(found) - len(shown)} 条未列出 / more not shown")
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Give the whole report as JSON values."""
        return {
            "layer": self.layer,
            "layer_name": self.layer_name,
            "source": self.source,
            "datum": self.datum,
            "outcome": self.outcome,
            "ok": self.ok,
            "edition": self.edition_id,
            "n_read": self.n_read,
            "n_areas": self.n_areas,
            "seconds": round(self.seconds, 3),
            "counts": self.counts,
            "totals": self.totals,
            "findings": [finding.to_dict() for finding in self.findings],
        }


_OUTCOMES = {
    "active": ("已导入并启用", "imported and active"),
    "draft": ("已导入为草稿", "imported as a draft"),
    "refused": ("已拒绝，未入库", "refused, nothing stored"),
    "checked": ("仅检查", "checked only"),
}


def name_areas(codes: Sequence[str], names: Sequence[str], rows: Iterable[int]) -> str:
    """Write areas as ``name (code)``, joined for a message."""
    return "、".join(f"{names[row] or '?'} ({codes[row] or '?'})" for row in rows)
