"""The columns of a table of tickets: one list for every file and every answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from governance.tickets.search import RUNNING_STATES
from governance.tickets.terms import REVIEW_NAMES, STATE_NAMES, PlaceMethod, ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["EXPORT_COLUMNS", "CellKind", "ExportColumn", "ExportTerms"]

_YES_NO = {True: "是", False: "否"}
_PLACE_METHODS = {
    PlaceMethod.NONE: "",
    PlaceMethod.COORDINATES: "坐标",
    PlaceMethod.ADDRESS: "地址",
    PlaceMethod.AGREED: "候选主体一致",
    PlaceMethod.PERSON: "人工",
}
_OWNER_STATUS = {
    "decided": "已认定",
    "provisional": "权属待定",
    "disputed": "权属争议",
    "nobody": "无责任主体",
}
_SOLVED = {"yes": "解决", "partly": "部分解决", "no": "未解决"}
_CALLERS = {"personal": "个人", "enterprise": "企业"}


class CellKind(StrEnum):
    """What a column holds; every kind may be missing."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class ExportTerms:
    """How values are written.

    Attributes
    ----------
    now
        Moment that overdue tickets are told by, with time zone.
    is_chinese
        Whether fixed terms (states, reasons, yes and no) are written in Chinese; else their keys.
    names
        Names to write in place of codes, by key of the column, such as ``{"channel": {"phone":
        "12345热线"}}``. Codes without a name stay as they are.
    """

    now: datetime
    is_chinese: bool = True
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def name(self, column: str, code: str) -> str:
        """Give the name of a code in a column."""
        found = self.names.get(column)
        return code if found is None else found.get(code, code)


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column.

    Attributes
    ----------
    key
        Heading where keys are asked for; the name of a field of a ticket, mostly.
    title
        Heading in Chinese. What an import knows has the same name.
    kind
        What it holds.
    value
        Makes the cell: text, float, int, datetime with zone, bool, or None.
    """

    key: str
    title: str
    kind: CellKind
    value: Callable[[Ticket, ExportTerms], Any]


def _plain(key: str, title: str, kind: CellKind = CellKind.TEXT) -> ExportColumn:
    return ExportColumn(key, title, kind, lambda ticket, _terms: getattr(ticket, key))


def _named(key: str, title: str) -> ExportColumn:
    return ExportColumn(
        key, title, CellKind.TEXT, lambda ticket, terms: terms.name(key, getattr(ticket, key))
    )


def _fixed(key: str, title: str, chinese: Mapping[Any, str]) -> ExportColumn:
    def value(ticket: Ticket, terms: ExportTerms) -> str:
        code: str = getattr(ticket, key)
        return chinese.get(code, code) if terms.is_chinese else code

    return ExportColumn(key, title, CellKind.TEXT, value)


def _several(key: str, title: str) -> ExportColumn:
    def value(ticket: Ticket, terms: ExportTerms) -> str:
        codes: Sequence[str] = getattr(ticket, key)
        return ";".join(terms.name(key, code) for code in codes)

    return ExportColumn(key, title, CellKind.TEXT, value)


def _flag(key: str, title: str) -> ExportColumn:
    return ExportColumn(
        key, title, CellKind.FLAG, lambda ticket, terms: _spelt(getattr(ticket, key), terms)
    )


def _spelt(value: bool, terms: ExportTerms) -> bool | str:  # noqa: FBT001 - the cell itself
    return _YES_NO[value] if terms.is_chinese else value


def _is_overdue(ticket: Ticket, terms: ExportTerms) -> bool | str:
    due = ticket.due_at
    return _spelt(ticket.state in RUNNING_STATES and due is not None and due < terms.now, terms)


def _review(ticket: Ticket, terms: ExportTerms) -> str:
    codes = [str(reason["code"]) for reason in ticket.review]
    if not terms.is_chinese:
        return ";".join(codes)
    return ";".join(REVIEW_NAMES[ReviewCode(code)][0] for code in codes)


def _solved(ticket: Ticket, terms: ExportTerms) -> str:
    told = str(ticket.call_back.get("is_solved") or "")
    return _SOLVED.get(told, told) if terms.is_chinese else told


def _satisfaction(ticket: Ticket, terms: ExportTerms) -> str:
    return terms.name("satisfaction", str(ticket.call_back.get("satisfaction") or ""))


EXPORT_COLUMNS: tuple[ExportColumn, ...] = (
    _plain("external_id", "工单编号"),
    _plain("source", "来源系统"),
    _plain("id", "系统编号"),
    _fixed("state", "工单状态", {key: names[0] for key, names in STATE_NAMES.items()}),
    _plain("received_at", "受理时间", CellKind.TIME),
    _named("channel", "处理受理方式"),
    _named("request_type", "工单类型"),
    _fixed("caller_kind", "诉求主体", _CALLERS),
    _named("category", "问题分类"),
    _plain("category_given", "来源分类"),
    _several("tags", "标签"),
    _plain("title", "标题"),
    _plain("text", "主要内容"),
    _plain("address", "地址"),
    _named("reported", "被举报单位"),
    _flag("is_protected", "保护举报人"),
    _plain("lon", "经度", CellKind.NUMBER),
    _plain("lat", "纬度", CellKind.NUMBER),
    _plain("accuracy_m", "定位精度(米)", CellKind.NUMBER),
    _fixed("place_method", "定位方式", _PLACE_METHODS),
    _plain("place_label", "定位地点"),
    _plain("place_confidence", "定位可信度", CellKind.NUMBER),
    _named("district", "被反映区"),
    _named("township", "被反映街乡镇"),
    _named("community", "村/社区"),
    _named("grid", "网格"),
    _plain("body", "责任主体编码"),
    _plain("body_name", "责任主体"),
    _plain("step", "认定步骤"),
    _plain("rule", "认定规则"),
    _fixed("owner_status", "权属状态", _OWNER_STATUS),
    _plain("owner_confidence", "权属可信度", CellKind.NUMBER),
    _several("flags", "权属提示"),
    _plain("decision", "权属认定编号"),
    _named("lead", "首接单位"),
    _named("handler", "承办单位"),
    _several("co_organisers", "协办单位"),
    _several("copied", "抄送单位"),
    _several("supervising", "督办单位"),
    _plain("state_since", "状态时间", CellKind.TIME),
    _named("level", "响应级别"),
    _plain("due_at", "办理时限", CellKind.TIME),
    _flag("due_is_provisional", "时限待定"),
    _flag("is_paused", "时限暂停"),
    ExportColumn("is_overdue", "是否超期", CellKind.FLAG, _is_overdue),
    ExportColumn("review", "待审原因", CellKind.TEXT, _review),
    _plain("n_dispatches", "派单次数", CellKind.COUNT),
    _plain("n_returns", "退单次数", CellKind.COUNT),
    _plain("replied_at", "答复时间", CellKind.TIME),
    _plain("closed_at", "办结时间", CellKind.TIME),
    ExportColumn("is_solved", "是否解决", CellKind.TEXT, _solved),
    ExportColumn("satisfaction", "是否满意", CellKind.TEXT, _satisfaction),
    _plain("incident", "所属事件"),
    _plain("merged_into", "并入工单"),
    _plain("recorded_at", "登记时间", CellKind.TIME),
    _plain("seq", "事件数", CellKind.COUNT),
)
"""All columns in their order; nothing of them is personal, as nothing of a ticket is."""
