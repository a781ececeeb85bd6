"""The report of a check of a whole rule book: what was found, where, and how much."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

__all__ = ["TITLES", "BookFinding", "BookReport", "Severity"]


class Severity(StrEnum):
    """An error keeps a rule book from taking effect; a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


TITLES = {
    "contradiction": ("自相矛盾的条目", "rows that contradict the book"),
    "missing_level": ("响应级别不存在", "missing response levels"),
    "empty_validity": ("有效期为空", "empty validities"),
    "outside_validity": ("有效期在本册之外", "rows outside the book's validity"),
    "not_checked": ("未检查", "not checked"),
    "no_contact": ("无联系方式的主体", "bodies without a contact"),
    "body_ended": ("已失效仍被引用的主体", "ended bodies still referred to"),
    "parent_cycle": ("上级关系成环", "cycles among parents"),
    "supervision_loop": ("督办关系成环", "loops of supervision"),
    "idle_co_organiser": ("主办同时列为协办", "co-organisers that are the primary"),
    "category_nobody": ("处处无人负责的事项", "categories nobody answers for"),
    "category_gap": ("部分地点无人负责的事项", "categories nobody answers for in places"),
    "place_nobody": ("无人负责的地点", "places nobody answers for"),
    "place_gap": ("部分事项无人负责的地点", "places nobody answers for in categories"),
    "unknown_layer": ("图层不存在", "unknown layers"),
    "unknown_area": ("区域不存在", "unknown areas"),
    "rule_no_feature": ("规则选不到要素", "rules that select no feature"),
    "rule_barred": ("事项目录不允许的规则", "rules at steps that the catalogue bars"),
    "rule_shadowed": ("处处被遮蔽的规则", "rules shadowed everywhere"),
    "no_body": ("引用找不到主体", "references that find no body"),
    "some_no_body": ("部分引用找不到主体", "references that find no body in places"),
    "equal_overlays": ("同级叠加区域争议", "equal overlays that are disputed"),
    "equal_rules": ("同级规则争议", "equal rules that are disputed"),
    "agreement_unknown": ("协议所指不存在", "agreements about what does not exist"),
    "agreement_apart": ("协议所指不相邻", "agreements about areas that do not touch"),
    "post_unknown": ("岗位所在区域不存在", "posts on unknown areas"),
    "estate_unknown": ("小区不存在", "unknown estates"),
    "post_vacant": ("空缺岗位", "posts to be filled"),
    "asset_without_owner": ("无权属登记的部件", "assets without a recorded owner"),
    "road_without_owner": ("未移交且无主体的道路", "roads not handed over without an owner"),
}
"""Chinese and English title of each kind of finding, in the order of a report."""

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_KINDS = {code: place for place, code in enumerate(TITLES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFinding:
    """One thing found in a rule book.

    Attributes
    ----------
    code
        A key of :data:`TITLES`.
    subject
        Code of the row, area or feature that is meant; several joined by a blank.
    message, message_en
        One sentence each.
    count
        How many places, rows or features; 1 for the subject alone.
    residents
        How many people live in the places, where that is known.
    area_m2
        Size of the ground, where it has one.
    lon, lat
        A place, CGCS2000 degrees.
    areas
        Pairs of layer and code.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    message_en: str
    count: int = 1
    residents: int | None = None
    area_m2: float | None = None
    lon: float | None = None
    lat: float | None = None
    areas: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as JSON values."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "message": self.message,
            "message_en": self.message_en,
            "count": self.count,
            "residents": self.residents,
            "area_m2": None if self.area_m2 is None else round(self.area_m2, 1),
            "lon": self.lon,
            "lat": self.lat,
            "areas": [{"layer": layer, "code": code} for layer, code in self.areas],
        }


@dataclass(slots=True, kw_only=True)
class BookReport:
    """What a check of a rule book found.

    Attributes
    ----------
    label, hash
        Of the book.
    at
        Date for which it was checked.
    n_places, n_categories, n_groups
        Places asked, categories, and groups of categories that no rule tells apart.
    seconds
        How long it took.
    findings
        Errors first, then by kind.
    layer
        Key of the layer of ``unanswered``: the finest partition; empty where there is none.
    unanswered
        By code of an area, how many categories nobody answers for there; the others have none.
    """

    label: str
    hash: str
    at: date
    n_places: int = 0
    n_categories: int = 0
    n_groups: int = 0
    seconds: float = 0.0
    findings: list[BookFinding] = field(default_factory=list)
    layer: str = ""
    unanswered: dict[str, int] = field(default_factory=dict)

    def add(self, findings: Iterable[BookFinding]) -> None:
        """Take findings in, in order."""
        self.findings.extend(findings)
        self.findings.sort(key=lambda f: (_ORDER[f.severity], _KINDS[f.code], f.subject))

    @property
    def ok(self) -> bool:
        """True when no finding is an error."""
        return not self.errors

    @property
    def errors(self) -> list[BookFinding]:
        """The findings that keep the book from taking effect."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings of each kind, in the order of the report."""
        return dict(Counter(finding.code for finding in self.findings))

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON values."""
        return {
            "label": self.label,
            "hash": self.hash,
            "at": self.at.isoformat(),
            "ok": self.ok,
            "n_places": self.n_places,
            "n_categories": self.n_categories,
            "n_groups": self.n_groups,
            "seconds": round(self.seconds, 3),
            "counts": self.counts,
            "findings": [finding.to_dict() for finding in self.findings],
            "layer": self.layer,
            "unanswered": self.unanswered,
        }
