"""Examples of the routes of tickets; a test holds each against its described shape."""

from typing import Any

TICKET_GIVEN: Any = {
    "source": "12345",
    "external_id": "GD20261124000017",
    "channel": "12345热线",
    "request_type": "投诉",
    "caller_kind": "personal",
    "category": "0801001",
    "title": "站前广场垃圾没人清",
    "text": "东站站前广场的垃圾三天没人清，味道很大。我叫张伟，电话13800000000",
    "lon": 116.4125,
    "lat": 39.903,
    "datum": "WGS-84",
    "received_at": "2026-11-24T09:00:00+08:00",
    "caller": {"name": "张伟", "phone": "13800000000"},
    "tags": ["七有五性"],
}
"""Body of ``POST /v1/tickets``."""

TAKEN: Any = {
    "url": "/v1/tickets/TFT2BPMCRW27NO5IS",
    "is_new": True,
    "differs": [],
    "id": "TFT2BPMCRW27NO5IS",
    "source": "12345",
    "external_id": "GD20261124000017",
    "state": "dispatched",
    "seq": 4,
    "lon": 116.4125,
    "lat": 39.903,
    "place_label": "",
    "district": "990101",
    "township": "990101002",
    "category": "0801001",
    "body": "STATION",
    "body_name": "东站地区管委会",
    "handler": "STATION",
    "decision": "DELJ2ZYFGSA2B7ONQIREZCVSQ7WKN6NTW",
    "due_at": "2026-11-25T09:00:00+08:00",
    "review": [],
}
"""Answer of ``POST /v1/tickets`` for a new ticket."""

TAKEN_AGAIN: Any = TAKEN | {"is_new": False, "differs": ["title"], "seq": 5}
"""Answer of ``POST /v1/tickets`` for a known ticket with another title."""

BATCH_CSV: Any = (
    "工单编号,受理时间,问题分类,主要内容,小区点位\r\n"
    "GD-7,2026-11-24 09:00:00,0801001,楼下垃圾没人清,阳光花园\r\n"
)
"""CSV body of ``POST /v1/tickets/batch``."""

BATCH_OUTCOMES: Any = [
    {
        "row": 1,
        "id": "TFT2BPMCRW27NO5IS",
        "external_id": "GD20261124000017",
        "is_new": False,
        "differs": [],
        "state": "replied",
        "body": "STATION",
        "body_name": "东站地区管委会",
        "due_at": "2026-11-25T09:00:00+08:00",
        "review": [],
        "error": None,
    },
    {
        "row": 2,
        "id": None,
        "external_id": None,
        "is_new": None,
        "differs": None,
        "state": None,
        "body": None,
        "body_name": None,
        "due_at": None,
        "review": None,
        "error": "source: String should have at least 1 character",
    },
]
"""Answer of ``POST /v1/tickets/batch``."""

TICKET_SHOWN: Any = {
    "id": "TFT2BPMCRW27NO5IS",
    "source": "12345",
    "external_id": "GD20261124000017",
    "channel": "phone",
    "request_type": "complaint",
    "catalogue": "95f24a8d5c772a2c9ef1555f4e815a6b",
    "caller_kind": "personal",
    "category": "0801001",
    "category_given": "0801001",
    "title": "站前广场垃圾没人清",
    "text": "东站站前广场的垃圾三天没人清，味道很大。我叫**，电话***********",
    "address": "",
    "masker": "1",
    "hints": {},
    "tags": ["七有五性"],
    "reported": "",
    "is_protected": False,
    "received_at": "2026-11-24T09:00:00+08:00",
    "recorded_at": "2026-11-24T12:38:25.916503+08:00",
    "lon": 116.4125,
    "lat": 39.903,
    "accuracy_m": 20.0,
    "datum_given": "WGS-84",
    "place_method": "coordinates",
    "place_uid": "",
    "place_label": "",
    "place_precision": "",
    "place_confidence": 0.0,
    "gazetteer": "",
    "areas": {
        "district": "990101",
        "township": "990101002",
        "community": "990101002001",
        "grid": "99010100200101",
        "special": "S1",
    },
    "district": "990101",
    "township": "990101002",
    "community": "990101002001",
    "grid": "99010100200101",
    "body": "STATION",
    "body_name": "东站地区管委会",
    "step": "overlay",
    "rule": "AREA-STATION",
    "owner_status": "decided",
    "owner_confidence": 1.0,
    "flags": [],
    "decision": "DELJ2ZYFGSA2B7ONQIREZCVSQ7WKN6NTW",
    "book": "0dd31224-6019-4f19-a485-438b7e9a7e8b",
    "lead": "STATION",
    "handler": "STATION",
    "co_organisers": [],
    "copied": ["D1"],
    "supervising": [],
    "state": "replied",
    "state_since": "2026-11-24T12:38:26.675060+08:00",
    "dispatched_at": "2026-11-24T12:38:25.916503+08:00",
    "last_at": "2026-11-24T12:38:26.675060+08:00",
    "level": "day",
    "due_at": "2026-11-25T09:00:00+08:00",
    "due_is_provisional": False,
    "is_paused": False,
    "n_dispatches": 1,
    "n_returns": 0,
    "replied_at": "2026-11-24T12:38:26.675060+08:00",
    "closed_at": None,
    "last_return": {},
    "call_back": {},
    "incident": "",
    "merged_into": "",
    "seq": 8,
    "state_name": "已答复",
    "state_name_en": "replied",
    "is_overdue": False,
    "review": [],
}
"""A ticket as lists show it."""

TICKET_LIST: Any = {"tickets": [TICKET_SHOWN], "count": 1, "next": None}
"""Answer of ``GET /v1/tickets``."""

TICKET: Any = TICKET_SHOWN | {
    "clock": {
        "level": {
            "key": "day",
            "name": "紧急",
            "name_en": "within a day",
            "limit_s": 86400.0,
            "clock": "natural",
            "pauses": [],
            "ends_at": "24:00",
        },
        "calendar": "31428298afd10d7fdc4269d4fb1f82c1",
        "events": [{"what": "start", "at": "2026-11-24T01:00:00+00:00"}],
    },
    "links": {
        "self": "/v1/tickets/TFT2BPMCRW27NO5IS",
        "events": "/v1/tickets/TFT2BPMCRW27NO5IS/events",
        "links": "/v1/tickets/TFT2BPMCRW27NO5IS/links",
        "decision": "/v1/decisions/DELJ2ZYFGSA2B7ONQIREZCVSQ7WKN6NTW",
    },
}
"""Answer of ``GET /v1/tickets/{id}``."""

RECEIVED_EVENT: Any = {
    "position": 1,
    "stream": "TFT2BPMCRW27NO5IS",
    "seq": 1,
    "kind": "received",
    "name": "受理",
    "name_en": "received",
    "at": "2026-11-24T09:00:00+08:00",
    "recorded_at": "2026-11-24T12:38:25.916503+08:00",
    "actor": "xiaqu",
    "unit": "",
    "decision": "",
    "sentence": "经phone受理，编号12345 GD20261124000017，事项“0801001”。",
    "sentence_en": 'Received over phone as 12345 GD20261124000017, about "0801001".',
    "data": {
        "source": "12345",
        "external_id": "GD20261124000017",
        "digest": "fd6fbde160fffff0bd16b06fbbc89c1f",
        "channel": "phone",
        "request_type": "complaint",
        "catalogue": "95f24a8d5c772a2c9ef1555f4e815a6b",
        "caller_kind": "personal",
        "category": "0801001",
        "category_given": "0801001",
        "title": "站前广场垃圾没人清",
        "text": "东站站前广场的垃圾三天没人清，味道很大。我叫**，电话***********",
        "address": "",
        "masker": "1",
        "hints": {},
        "tags": ["七有五性"],
        "reported": "",
        "is_protected": False,
        "received_at": "2026-11-24T01:00:00+00:00",
        "datum_given": "WGS-84",
    },
}
"""An event."""

DISPATCHED_EVENT: Any = {
    "position": 4,
    "stream": "TFT2BPMCRW27NO5IS",
    "seq": 4,
    "kind": "dispatched",
    "name": "派单",
    "name_en": "dispatched",
    "at": "2026-11-24T12:38:25.916503+08:00",
    "recorded_at": "2026-11-24T12:38:25.916503+08:00",
    "actor": "xiaqu",
    "unit": "",
    "decision": "DELJ2ZYFGSA2B7ONQIREZCVSQ7WKN6NTW",
    "sentence": "直派给东站地区管委会(STATION)，抄送东湖区政府(D1)。",
    "sentence_en": "Dispatched directly to 东站地区管委会 (STATION), copy to 东湖区政府 (D1).",
    "data": {
        "body": "STATION",
        "body_name": "东站地区管委会",
        "co_organisers": [],
        "copied": ["D1"],
        "lead": "STATION",
        "lead_name": "东站地区管委会",
        "is_automatic": True,
        "handling_unit_name": "东站地区管委会",
    },
}
"""Another one."""

HISTORY: Any = {"id": TICKET["id"], "events": [RECEIVED_EVENT, DISPATCHED_EVENT]}
"""Answer of ``GET /v1/tickets/{id}/events``."""

ACT_GIVEN: Any = {
    "kind": "reply",
    "actor": "li",
    "unit": "STATION",
    "data": {"text": "已清运，现场照片已上传。"},
}
"""Body of ``POST /v1/tickets/{id}/events``."""

ACTED: Any = {
    "ticket": TICKET,
    "events": [
        {
            "position": 8,
            "stream": "TFT2BPMCRW27NO5IS",
            "seq": 8,
            "kind": "replied",
            "name": "答复",
            "name_en": "replied",
            "at": "2026-11-24T12:38:26.675060+08:00",
            "recorded_at": "2026-11-24T12:38:26.684959+08:00",
            "actor": "li",
            "unit": "STATION",
            "decision": "",
            "sentence": "东站地区管委会(STATION)答复诉求人：已清运，现场照片已上传。",
            "sentence_en": "东站地区管委会 (STATION) replied: 已清运，现场照片已上传.",
            "data": {"text": "已清运，现场照片已上传。", "is_direct": False},
        }
    ],
}
"""Answer of ``POST /v1/tickets/{id}/events``."""

CORRECTION_GIVEN: Any = {"kind": "choose", "actor": "wang", "candidate": 0, "because": "回电核实"}
"""Body of ``POST /v1/tickets/{id}/corrections``."""

CORRECTED: Any = {"ticket": TICKET, "events": [DISPATCHED_EVENT], "ruling": "", "gazetteer": ""}
"""Answer of ``POST /v1/tickets/{id}/corrections``."""

CALLER: Any = {
    "id": "TFT2BPMCRW27NO5IS",
    "caller": {"name": "张伟", "phone": "13800000000"},
    "shown": ["name", "phone"],
    "event": 6,
}
"""Answer of ``GET /v1/tickets/{id}/caller``."""

LINKS: Any = {
    "id": "TPDFMC43ZNVORPSBE",
    "links": [
        {
            "kind": "same_request",
            "other": "TFT2BPMCRW27NO5IS",
            "score": 1.0,
            "why": "同一诉求人1小时前已通过其他渠道（phone）反映同一事项",
            "why_en": "The same caller asked for the same 1 hour before over phone",
            "at": "2026-11-24T12:38:26.808148+08:00",
        }
    ],
    "incident": "",
}
"""Answer of ``GET /v1/tickets/{id}/links``."""

REVIEW: Any = {
    "items": [
        {
            "ticket": TICKET_SHOWN,
            "reasons": [
                {
                    "code": "place_unclear",
                    "name": "地点不明确",
                    "name_en": "the place is unclear",
                    "values": {"n": 2, "because": ["ambiguous", "not_sure"]},
                }
            ],
            "candidates": [
                {
                    "lon": 116.405,
                    "lat": 39.907,
                    "accuracy_m": 68.4,
                    "label": "柳林街道向阳新村",
                    "uid": "estate:4",
                    "kind": "小区",
                    "precision": "estate",
                    "confidence": 0.1443,
                    "why_zh": "柳林街道向阳新村：名称“向阳新村”相符。",
                    "why_en": "柳林街道向阳新村: the name “向阳新村” is in the text.",
                    "body": "T1",
                    "body_name": "柳林街道办",
                }
            ],
            "opened_at": "2026-11-24T12:38:26.888205+08:00",
        }
    ],
    "next": None,
}
"""Answer of ``GET /v1/tickets/review``."""

REVIEW_COUNTS: Any = {
    "counts": [
        {
            "code": "place_unclear",
            "name": "地点不明确",
            "name_en": "the place is unclear",
            "count": 1,
        }
    ]
}
"""Answer of ``GET /v1/tickets/review/counts``."""

STREAM: Any = (
    "id: 48213\n"
    "event: dispatched\n"
    'data: {"position": 48213, "kind": "dispatched", "sentence": "直派给东站地区管委会。", '
    '"ticket": {"id": "TFT2BPMCRW27NO5IS", "state": "dispatched"}}\n\n'
)
"""Part of ``GET /v1/tickets/stream``; the data hold more than shown here."""
