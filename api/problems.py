"""Problem documents (RFC 9457): the one table from error to status, type and title."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import api.errors as web
import boundaries.errors as kept
import geo.errors as computed
import governance.errors as governed
import governance.tickets.errors as ticketed

MEDIA_TYPE = "application/problem+json"

_LONGEST_ECHO = 200
_INSIDE = "the service could not answer; nothing is wrong with the request. Its log says why"
_RETRY_AFTER_S = 5.0
_TELLABLE = (web.ApiError, ticketed.TicketsBusyError, ticketed.IntakeClosedError)
_TELLABLE = (web.ApiError, ticketed.TicketsBusyError, ticketed.IntakeClosedError)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem.

    Attributes
    ----------
    status
        HTTP status.
    slug
        Last part of the type address ``/problems/<slug>``.
    title, title_en
        What kind of problem it is, in Chinese and in English; never about the single case.
    """

    status: int
    slug: str
    title: str
    title_en: str


TABLE: dict[type[BaseException], ProblemType] = {
    computed.GeoError: ProblemType(422, "geometry", "空间计算无法进行", "Cannot compute"),
    computed.CoordinateError: ProblemType(422, "coordinate", "坐标无效", "Invalid coordinate"),
    computed.DatumError: ProblemType(422, "datum", "坐标系不受支持", "Unsupported datum"),
    computed.GeometryError: ProblemType(422, "shape", "图形无法使用", "Unusable shape"),
    computed.IndexFileError: ProblemType(
        503, "index-file", "定位索引文件无法读取", "Location index unreadable"
    ),
    computed.AddressError: ProblemType(422, "address", "地址文字无法使用", "Unusable address text"),
    computed.GazetteerFileError: ProblemType(
        503, "gazetteer-file", "地名库文件无法读取", "Gazetteer file unreadable"
    ),
    computed.GazetteerTableError: ProblemType(
        422, "gazetteer-table", "地名表无法使用", "Unusable gazetteer table"
    ),
    kept.BoundaryError: ProblemType(500, "boundary", "区划数据出错", "Boundary data failed"),
    kept.DefinitionError: ProblemType(422, "definition", "图层定义有误", "Unusable definition"),
    kept.DatumNotStatedError: ProblemType(
        422, "datum-not-stated", "未声明坐标系", "Datum not stated"
    ),
    kept.SourceError: ProblemType(422, "source", "源文件无法读取", "Unreadable source file"),
    kept.SourceFieldError: ProblemType(422, "source-field", "源文件缺少字段", "Missing field"),
    kept.SourceCrsError: ProblemType(
        422, "source-crs", "源文件坐标系与声明不符", "Source CRS contradicts the definition"
    ),
    kept.UnknownLayerError: ProblemType(404, "layer-not-found", "没有这个图层", "No such layer"),
    kept.UnknownEditionError: ProblemType(
        404, "edition-not-found", "没有这个版本", "No such edition"
    ),
    kept.UnknownAreaError: ProblemType(404, "area-not-found", "没有这个区域", "No such area"),
    kept.NoActiveEditionError: ProblemType(
        503, "no-active-edition", "没有启用的版本", "No active edition"
    ),
    kept.EditionStateError: ProblemType(
        409, "edition-state", "版本状态不允许", "Edition state forbids this"
    ),
    kept.DateOutsideValidityError: ProblemType(
        422, "date-outside-validity", "日期不在版本有效期内", "Date outside validity"
    ),
    kept.ExportFormatError: ProblemType(
        422, "export-format", "导出格式不受支持", "Unsupported export format"
    ),
    kept.NoGazetteerError: ProblemType(503, "no-gazetteer", "没有地名库", "No gazetteer"),
    kept.UnknownCorrectionError: ProblemType(
        404, "unknown-correction", "没有这条更正", "Unknown correction"
    ),
    kept.CorrectionError: ProblemType(422, "correction", "更正无法采用", "Unusable correction"),
    kept.NationalTreeError: ProblemType(
        500, "national-tree", "全国区划表无法读取", "National tree unreadable"
    ),
    kept.GrammarConflictError: ProblemType(
        409, "grammar-conflict", "地名来源的写法不一致", "Sources differ in grammar"
    ),
    kept.StoreError: ProblemType(503, "store", "区划库无法应答", "Boundary store failed"),
    kept.StoreUnavailableError: ProblemType(
        503, "store-unavailable", "区划库连接不上", "Boundary store unavailable"
    ),
    kept.StoreNotMigratedError: ProblemType(
        503, "store-not-migrated", "区划库结构未升级", "Boundary store not migrated"
    ),
    kept.StoreConflictError: ProblemType(
        409, "store-conflict", "与库中数据冲突", "Conflicts with stored data"
    ),
    kept.PostgisMissingError: ProblemType(
        503, "postgis-missing", "数据库缺少 PostGIS", "PostGIS missing"
    ),
    governed.GovernanceError: ProblemType(500, "governance", "权责数据出错", "Governance failed"),
    governed.BookError: ProblemType(422, "rule-book", "权责规则册无法使用", "Unusable rule book"),
    governed.BookFileError: ProblemType(
        422, "rule-book-file", "权责规则册内容有误", "Wrong values in a rule book"
    ),
    governed.BookStateError: ProblemType(
        409, "rule-book-state", "规则册状态不允许", "Rule book state forbids this"
    ),
    governed.DateOutsideBookError: ProblemType(
        422, "date-outside-rule-book", "日期不在规则册有效期内", "Date outside the rule book"
    ),
    governed.UnknownBookError: ProblemType(
        404, "rule-book-not-found", "没有这个规则册", "No such rule book"
    ),
    governed.NoActiveBookError: ProblemType(
        503, "no-active-rule-book", "没有启用的规则册", "No active rule book"
    ),
    governed.UnknownCategoryError: ProblemType(
        404, "category-not-found", "派单目录没有这一项", "No such category"
    ),
    governed.QuestionError: ProblemType(
        422, "owner-question", "权属问题无法回答", "Unusable question"
    ),
    governed.RulingError: ProblemType(422, "ruling", "责任划分无法记录", "Unusable ruling"),
    governed.UnknownRulingError: ProblemType(
        404, "ruling-not-found", "没有这条责任划分", "No such ruling"
    ),
    governed.UnknownDecisionError: ProblemType(
        404, "decision-not-found", "没有这条权属认定", "No such decision"
    ),
    governed.CalendarError: ProblemType(
        422, "working-calendar", "工作日历无法使用", "Unusable working calendar"
    ),
    governed.CalendarFileError: ProblemType(
        422, "working-calendar-file", "节假日文件有误", "Wrong values in a file of holidays"
    ),
    governed.CalendarRangeError: ProblemType(
        422, "outside-working-calendar", "工作日历未覆盖该日期", "Day outside the working calendar"
    ),
    governed.UnknownCalendarError: ProblemType(
        404, "working-calendar-not-found", "没有这版工作日历", "No such working calendar"
    ),
    governed.ClockError: ProblemType(409, "clock", "计时事件相互矛盾", "Clock events contradict"),
    governed.LevelError: ProblemType(
        422, "response-level", "响应级别无法计时", "Unusable response level"
    ),
    governed.NaiveTimeError: ProblemType(
        422, "time-without-zone", "时间缺少时区", "Time without time zone"
    ),
    ticketed.TicketError: ProblemType(422, "ticket", "工单内容有误", "Unusable value of a ticket"),
    ticketed.TransitionError: ProblemType(
        409, "ticket-transition", "工单状态不允许", "Ticket state forbids this"
    ),
    ticketed.TimeOrderError: ProblemType(
        409, "ticket-time-order", "时间早于工单上一事件", "Before the ticket's last event"
    ),
    ticketed.ReturnLimitError: ProblemType(
        409, "return-limit", "退单超出期限或次数", "Return too late or too often"
    ),
    ticketed.CatalogueError: ProblemType(
        422, "channel-catalogue", "渠道目录无法使用", "Unusable catalogue of channels"
    ),
    ticketed.MappingError: ProblemType(422, "ticket-mapping", "列映射有误", "Unusable mapping"),
    ticketed.TicketFileError: ProblemType(
        422, "ticket-file", "工单文件无法使用", "Unusable file of tickets"
    ),
    ticketed.UnknownTicketError: ProblemType(
        404, "ticket-not-found", "没有这张工单", "No such ticket"
    ),
    ticketed.UnknownIncidentError: ProblemType(
        404, "incident-not-found", "没有这个事件", "No such incident"
    ),
    ticketed.StaleTicketError: ProblemType(
        409, "ticket-changed", "工单已被他人更新", "Ticket changed meanwhile"
    ),
    ticketed.CallerHiddenError: ProblemType(
        403, "caller-hidden", "不得查看诉求人", "Caller must not be shown"
    ),
    ticketed.VaultKeyError: ProblemType(
        503, "caller-key", "诉求人密钥无法使用", "Key of the callers cannot be used"
    ),
    ticketed.TicketsBusyError: ProblemType(
        503, "tickets-busy", "受理排队已满", "Too many requests wait to be taken in"
    ),
    ticketed.IntakeClosedError: ProblemType(
        503, "intake-closed", "服务正在停止", "The service is stopping"
    ),
    web.ApiError: ProblemType(400, "request", "请求无法处理", "Request cannot be handled"),
    web.UnknownParameterError: ProblemType(
        400, "unknown-parameter", "未知的查询参数", "Unknown query parameter"
    ),
    web.RepeatedParameterError: ProblemType(
        400, "repeated-parameter", "查询参数重复", "Repeated query parameter"
    ),
    web.BodyFormatError: ProblemType(422, "body-format", "请求体格式不对", "Malformed body"),
    web.BodyTooLargeError: ProblemType(413, "body-too-large", "请求体过大", "Body too large"),
    web.RowLimitError: ProblemType(413, "too-many-rows", "行数超过上限", "Too many rows"),
    web.ColumnError: ProblemType(422, "columns", "表格的列无法使用", "Unusable columns"),
    web.MediaTypeError: ProblemType(
        415, "content-type", "请求体类型不受支持", "Unsupported content type"
    ),
    web.NotAcceptableError: ProblemType(
        406, "not-acceptable", "没有所要的格式", "No acceptable representation"
    ),
    web.LayerRoleError: ProblemType(
        422, "layer-role", "该图层不能回答这个问题", "Layer cannot answer this"
    ),
    web.ProblemNameError: ProblemType(
        404, "problem-not-found", "没有这种问题类型", "Problem type not found"
    ),
    web.NotReadyError: ProblemType(503, "not-ready", "服务尚未就绪", "Service not ready"),
    web.GazetteerNotReadyError: ProblemType(
        503, "gazetteer-not-ready", "地名库尚未载入", "No gazetteer loaded"
    ),
    web.RulesNotReadyError: ProblemType(
        503, "no-active-rule-book", "没有启用的规则册", "No active rule book"
    ),
    web.DecisionNotStoredError: ProblemType(
        503, "decision-not-stored", "权属认定暂时无法存档", "Decision cannot be stored now"
    ),
    web.WritesOffError: ProblemType(403, "writes-off", "本服务不接受修改", "Changes are off"),
    web.CallersOffError: ProblemType(403, "callers-off", "本服务不显示诉求人", "Callers are off"),
    web.ChangedMeanwhileError: ProblemType(
        412, "changed-meanwhile", "其间已有改动", "Changed meanwhile"
    ),
}
"""Error class to problem; a class without a row of its own is a defect that a test finds."""

VALIDATION = ProblemType(422, "validation", "参数不合要求", "Invalid parameter")
INTERNAL = ProblemType(500, "internal", "服务内部错误", "Internal error")
HTTP: dict[int, ProblemType] = {
    400: ProblemType(400, "bad-request", "请求有误", "Bad request"),
    404: ProblemType(404, "path-not-found", "没有这个地址", "No such path"),
    405: ProblemType(405, "method", "该地址不支持此方法", "Method not allowed"),
    413: ProblemType(413, "body-too-large", "请求体过大", "Body too large"),
}
"""Problems that the framework itself reports, by status."""


def all_problem_types() -> list[ProblemType]:
    """Return every kind of problem once, ordered by slug."""
    by_slug = {kind.slug: kind for kind in [*TABLE.values(), VALIDATION, INTERNAL, *HTTP.values()]}
    return [by_slug[slug] for slug in sorted(by_slug)]


def problem_of(error: BaseException) -> ProblemType:
    """Find the kind of problem of an error, by its nearest class in the table."""
    for cls in type(error).__mro__:
        if cls in TABLE:
            return TABLE[cls]
    return INTERNAL


def _echo(value: object) -> object:
    """Return what a document may repeat: a plain scalar, a short text, or several of them."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, tuple):
        return [_echo(one) for one in value]
    text = str(value)
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"


def document(
    kind: ProblemType, detail: str, *, instance: str, members: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Build one problem document.

    Parameters
    ----------
    kind
        What kind of problem it is.
    detail
        What is wrong in this case, and what would be right.
    instance
        Path of the request.
    members
        Further members, such as ``field`` and ``value``.
    """
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "title_en": kind.title_en,
        "status": kind.status,
        "detail": detail,
        "instance": instance,
        **(members or {}),
    }


def _respond(
    request: Request,
    kind: ProblemType,
    detail: str,
    *,
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = document(kind, detail, instance=request.scope["path"], members=members)
    return Response(
        orjson.dumps(body, default=str),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def _members_of(error: BaseException) -> dict[str, object]:
    if isinstance(error, web.ApiError):
        return error.details
    names = (
        "field", "value", "datum", "row", "layer", "key", "code", "name", "at", "known", "state",
        "allowed", "expected", "found",
    )  # fmt: skip
    found = {name: getattr(error, name, None) for name in names}
    return {name: _echo(value) for name, value in found.items() if value is not None}


async def _known_error(request: Request, error: Exception) -> Response:
    kind = problem_of(error)
    headers = None
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"retry-after": f"{max(1, round(getattr(error, 'retry_after_s', 5)))}"}
    inside = kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, _TELLABLE)
    if inside:
        # What the store or an index file says may name hosts and paths: that is for the log.
        _LOG.error("%s %s: %s", request.method, request.scope["path"], error)
        return _respond(request, kind, _INSIDE, headers=headers)
    return _respond(request, kind, str(error), members=_members_of(error), headers=headers)


def _field_problem(item: Mapping[str, Any]) -> dict[str, object]:
    field = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
    if item["type"] == "missing":
        return {"field": field, "problem": "required, but not given"}
    return {"field": field, "value": _echo(item.get("input")), "problem": item["msg"]}


async def _validation_error(request: Request, error: Exception) -> Response:
    raw = error.errors() if isinstance(error, RequestValidationError) else []
    found = [_field_problem(item) for item in raw]
    detail = "; ".join(
        f"{item['field']} {item['value']!r}: {item['problem']}"
        if "value" in item
        else f"{item['field']}: {item['problem']}"
        for item in found
    )
    return _respond(request, VALIDATION, detail, members={"errors": found})


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    kind = HTTP.get(status, ProblemType(status, f"http-{status}", "请求有误", "HTTP error"))
    method, path = request.method, request.scope["path"]
    detail = f"{method} {path}: {getattr(error, 'detail', '')}"
    if status == HTTPStatus.NOT_FOUND:
        detail = f"{path} does not exist; /openapi.json lists all paths"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = [method.strip() for method in headers.get("Allow", "").split(",")]
        allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
        headers["Allow"] = allowed
        detail = f"{path} does not take {method}; it takes {allowed}"
    return _respond(request, kind, detail, headers=headers)


async def _internal_error(request: Request, _error: Exception) -> Response:
    # The server's log has the trace; the caller gets no inside view.
    return _respond(request, INTERNAL, _INSIDE)


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of an application a problem document."""
    for base in (computed.GeoError, kept.BoundaryError, governed.GovernanceError, web.ApiError):
        app.add_exception_handler(base, _known_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _internal_error)
