"""The fixed terms of tickets: states, kinds of events and links, reasons of review and return."""

from enum import StrEnum

__all__ = [
    "EVENT_NAMES",
    "RETURN_NAMES",
    "REVIEW_NAMES",
    "STATE_NAMES",
    "EventKind",
    "IncidentState",
    "LinkKind",
    "PlaceMethod",
    "ReturnReason",
    "ReviewCode",
    "TicketState",
]


class TicketState(StrEnum):
    """Where a ticket stands in its life."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    HANDLING = "handling"
    REPLIED = "replied"
    CALLED_BACK = "called_back"
    RETURNED = "returned"
    CLOSED = "closed"


STATE_NAMES: dict[TicketState, tuple[str, str]] = {
    TicketState.RECEIVED: ("已受理", "received"),
    TicketState.DISPATCHED: ("已派单", "dispatched"),
    TicketState.SIGNED: ("已签收", "signed"),
    TicketState.HANDLING: ("办理中", "being handled"),
    TicketState.REPLIED: ("已答复", "replied"),
    TicketState.CALLED_BACK: ("已回访", "called back"),
    TicketState.RETURNED: ("退单待审", "returned"),
    TicketState.CLOSED: ("已办结", "closed"),
}
"""Name of each state in Chinese and English."""


class EventKind(StrEnum):
    """What can happen to a ticket or, from ``PROPOSED`` on, to an incident."""

    RECEIVED = "received"
    RECEIVED_AGAIN = "received_again"
    PLACED = "placed"
    OWNED = "owned"
    REVIEW_OPENED = "review_opened"
    REVIEW_CLOSED = "review_closed"
    CORRECTED = "corrected"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    STARTED = "started"
    REPLIED = "replied"
    CALLED_BACK = "called_back"
    RETURNED = "returned"
    RETURN_DECIDED = "return_decided"
    REDISPATCHED = "redispatched"
    CLOSED = "closed"
    REOPENED = "reopened"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECALENDARED = "recalendared"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    ATTACHED = "attached"
    DETACHED = "detached"
    CALLER_SHOWN = "caller_shown"
    NOTED = "noted"
    PROPOSED = "proposed"
    GREW = "grew"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ENDED = "ended"


EVENT_NAMES: dict[EventKind, tuple[str, str]] = {
    EventKind.RECEIVED: ("受理", "received"),
    EventKind.RECEIVED_AGAIN: ("重复报送", "sent again"),
    EventKind.PLACED: ("定位", "placed"),
    EventKind.OWNED: ("认定权属", "owner decided"),
    EventKind.REVIEW_OPENED: ("转人工审核", "put to review"),
    EventKind.REVIEW_CLOSED: ("审核完成", "reviewed"),
    EventKind.CORRECTED: ("人工更正", "corrected"),
    EventKind.DISPATCHED: ("派单", "dispatched"),
    EventKind.SIGNED: ("签收", "signed"),
    EventKind.STARTED: ("开始办理", "handling began"),
    EventKind.REPLIED: ("答复", "replied"),
    EventKind.CALLED_BACK: ("回访", "called back"),
    EventKind.RETURNED: ("退单", "returned"),
    EventKind.RETURN_DECIDED: ("退单裁定", "return decided"),
    EventKind.REDISPATCHED: ("重新派单", "dispatched again"),
    EventKind.CLOSED: ("办结", "closed"),
    EventKind.REOPENED: ("重新办理", "reopened"),
    EventKind.PAUSED: ("时限暂停", "clock paused"),
    EventKind.RESUMED: ("时限恢复", "clock resumed"),
    EventKind.EXTENDED: ("延期", "extended"),
    EventKind.RECALENDARED: ("日历变更", "calendar changed"),
    EventKind.LINKED: ("关联", "linked"),
    EventKind.UNLINKED: ("取消关联", "unlinked"),
    EventKind.MERGED: ("并单", "merged"),
    EventKind.ATTACHED: ("归入事件", "attached to an incident"),
    EventKind.DETACHED: ("移出事件", "taken out of an incident"),
    EventKind.CALLER_SHOWN: ("查看诉求人", "caller shown"),
    EventKind.NOTED: ("备注", "noted"),
    EventKind.PROPOSED: ("事件提示", "incident proposed"),
    EventKind.GREW: ("事件扩大", "incident grew"),
    EventKind.CONFIRMED: ("事件确认", "incident confirmed"),
    EventKind.DISMISSED: ("事件排除", "incident dismissed"),
    EventKind.ENDED: ("事件结束", "incident ended"),
}
"""Name of each kind of event in Chinese and English."""


class PlaceMethod(StrEnum):
    """How the place of a ticket was found."""

    NONE = ""
    COORDINATES = "coordinates"  # given, checked
    ADDRESS = "address"  # accepted by the geocoder
    AGREED = "agreed"  # the words stay open, the body is the same at every candidate
    PERSON = "person"  # chosen or pinned by a person


class ReviewCode(StrEnum):
    """Why a ticket waits for a person; the values that belong to each stand in the reason."""

    PLACE_MISSING = "place_missing"  # neither words of a place nor coordinates
    PLACE_UNCLEAR = "place_unclear"  # several places, or doubts; candidates are listed
    PLACE_UNKNOWN = "place_unknown"  # the gazetteer knows nothing of it
    COORDINATES_REFUSED = "coordinates_refused"  # placeholder, swapped, no numbers
    PLACE_CONFLICT = "place_conflict"  # words and coordinates lie too far apart
    OUTSIDE = "outside"  # outside of all areas
    CATEGORY_UNKNOWN = "category_unknown"  # not in the catalogue; near ones are listed
    OWNER_PROVISIONAL = "owner_provisional"  # 权属待定
    OWNER_DISPUTED = "owner_disputed"
    OWNER_NOBODY = "owner_nobody"
    OWNER_UNSURE = "owner_unsure"  # confidence below what the profile asks for
    DATE_OUTSIDE = "date_outside"  # no boundaries or rules are valid on the day
    NOT_READY = "not_ready"  # no gazetteer or no rule book is active
    BAD_VALUE = "bad_value"  # a field cannot be read
    FAILED = "failed"  # a step broke down; it is tried again


REVIEW_NAMES: dict[ReviewCode, tuple[str, str]] = {
    ReviewCode.PLACE_MISSING: ("没有地点", "no place is given"),
    ReviewCode.PLACE_UNCLEAR: ("地点不明确", "the place is unclear"),
    ReviewCode.PLACE_UNKNOWN: ("地名库没有", "the place is not in the gazetteer"),
    ReviewCode.COORDINATES_REFUSED: ("坐标不可用", "the coordinates cannot be used"),
    ReviewCode.PLACE_CONFLICT: ("文字与坐标不符", "words and coordinates disagree"),
    ReviewCode.OUTSIDE: ("不在辖区内", "outside of all areas"),
    ReviewCode.CATEGORY_UNKNOWN: ("目录没有此类", "not in the catalogue"),
    ReviewCode.OWNER_PROVISIONAL: ("权属待定", "provisional owner"),
    ReviewCode.OWNER_DISPUTED: ("权属争议", "disputed owner"),
    ReviewCode.OWNER_NOBODY: ("无责任主体", "nobody answers"),
    ReviewCode.OWNER_UNSURE: ("权属把握不足", "the owner is not sure enough"),
    ReviewCode.DATE_OUTSIDE: ("日期无有效版本", "no version is valid on the day"),
    ReviewCode.NOT_READY: ("地名库或规则册未就绪", "gazetteer or rule book not ready"),
    ReviewCode.BAD_VALUE: ("字段无法读取", "a field cannot be read"),
    ReviewCode.FAILED: ("处理出错", "a step broke down"),
}
"""Name of each reason of review in Chinese and English."""


class ReturnReason(StrEnum):
    """Why a unit returns a ticket (退单)."""

    WRONG_PLACE = "wrong_place"
    UNCLEAR_TITLE = "unclear_title"
    OVERLAPPING_FUNCTION = "overlapping_function"
    OTHER = "other"


RETURN_NAMES: dict[ReturnReason, tuple[str, str]] = {
    ReturnReason.WRONG_PLACE: ("属地不符", "wrong place"),
    ReturnReason.UNCLEAR_TITLE: ("权属不清", "unclear title"),
    ReturnReason.OVERLAPPING_FUNCTION: ("职能交叉", "overlapping functions"),
    ReturnReason.OTHER: ("其他", "other"),
}
"""Name of each reason of return in Chinese and English."""


class LinkKind(StrEnum):
    """How two tickets belong together."""

    DUPLICATE = "duplicate"  # the same text again, near in time
    SAME_REQUEST = "same_request"  # the same caller over another channel
    REPEAT = "repeat"  # the same spot and category within so many days


class IncidentState(StrEnum):
    """Where an incident stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ENDED = "ended"
