"""Examples of the routes of incidents, returns and channels; tests hold each against its shape."""

from typing import Any

INCIDENT: Any = {
    "id": "IAAAAAAAAAAAAAAA1",
    "category_group": "0801",
    "title_zh": "东站垃圾突增",
    "title_en": "Surge of rubbish at the station",
    "layer": "township",
    "area": "990101002",
    "lon": 116.4125,
    "lat": 39.903,
    "radius_m": 200.0,
    "first_at": "2026-11-24T09:00:00+08:00",
    "last_at": "2026-11-24T12:38:30.516559+08:00",
    "n_tickets": 1,
    "expected": 0.2,
    "p_value": 1e-09,
    "body": "STATION",
    "body_name": "东站地区管委会",
    "state": "proposed",
    "why_zh": "一小时内7件，平常0.2件；至12:38累计1件",
    "why_en": "7 within an hour, against 0.2; by 12:38 there are 1",
    "seq": 2,
    "state_name": "待确认",
    "state_name_en": "proposed",
}
"""Answer of ``GET /v1/incidents/{id}``."""

INCIDENTS: Any = {"incidents": [INCIDENT], "next": None}
"""Answer of ``GET /v1/incidents``."""

INCIDENT_HISTORY: Any = {
    "id": "IAAAAAAAAAAAAAAA1",
    "events": [
        {
            "position": 22,
            "stream": "IAAAAAAAAAAAAAAA1",
            "seq": 1,
            "kind": "proposed",
            "name": "事件提示",
            "name_en": "incident proposed",
            "at": "2026-11-24T12:38:30.516559+08:00",
            "recorded_at": "2026-11-24T12:38:30.517108+08:00",
            "actor": "xiaqu",
            "unit": "",
            "decision": "",
            "sentence": "事件提示：一小时内7件，平常0.2件。",
            "sentence_en": "Incident proposed: 7 within an hour, against 0.2.",
            "data": {
                "category_group": "0801",
                "title_zh": "东站垃圾突增",
                "title_en": "Surge of rubbish at the station",
                "layer": "township",
                "area": "990101002",
                "lon": 116.4125,
                "lat": 39.903,
                "radius_m": 200.0,
                "first_at": "2026-11-24T03:38:30.516559+00:00",
                "last_at": "2026-11-24T04:38:30.516559+00:00",
                "n_tickets": 0,
                "expected": 0.2,
                "p_value": 1e-09,
                "body": "STATION",
                "body_name": "东站地区管委会",
                "why_zh": "一小时内7件，平常0.2件",
                "why_en": "7 within an hour, against 0.2",
            },
        }
    ],
}
"""Answer of ``GET /v1/incidents/{id}/events``."""

INCIDENT_DECIDED: Any = {"actor": "wang", "because": "现场核实"}
"""Body of ``POST /v1/incidents/{id}/confirm``."""

ATTACH_GIVEN: Any = {"actor": "wang", "tickets": ["TFT2BPMCRW27NO5IS"]}
"""Body of ``POST /v1/incidents/{id}/attach``."""

RETURNS: Any = {
    "returns": [
        {
            "ticket": "TPDFMC43ZNVORPSBE",
            "seq": 6,
            "returned_at": "2026-11-24T12:38:27.487807+08:00",
            "unit": "STATION",
            "body": "STATION",
            "reason": "wrong_place",
            "reason_name": "属地不符",
            "reason_name_en": "wrong place",
            "text": "不在站区",
            "rule": "AREA-STATION",
            "proof": {
                "decision": "DQLTMUKLZIJEFBXYF6R5VWOEKW7T2UBYH",
                "place": {"lon": 116.4125, "lat": 39.903, "accuracy_m": 20.0},
                "at": "2026-11-24",
                "areas": [
                    {
                        "layer": "township",
                        "code": "990101002",
                        "name": "金台街道",
                        "border_m": 213.786,
                        "rule": "inside",
                        "neighbours": [],
                    }
                ],
                "border_m": 213.786,
                "step": "overlay",
                "rule": "AREA-STATION",
                "status": "decided",
                "confidence": 1.0,
                "flags": [],
                "candidates": [
                    {
                        "step": "overlay",
                        "rule": "AREA-STATION",
                        "body": "STATION",
                        "body_name": "东站地区管委会",
                        "layer": "special",
                        "feature": "S1",
                        "feature_name": "东站站区",
                        "distance_m": 42.757,
                        "is_taken": True,
                        "reason": ["taken"],
                    }
                ],
                "n_candidates": 4,
                "editions": {"township": "5a174c8c-de07-4ac6-9882-08feae46e8d1"},
                "book": "0dd31224-6019-4f19-a485-438b7e9a7e8b",
            },
            "is_upheld": None,
            "because": "",
            "is_final": False,
            "ruling": "",
            "document": "",
            "decided_at": None,
            "decided_by": "",
            "decided_body": "",
        }
    ]
}
"""Answer of ``GET /v1/tickets/returns``."""

ACCURACIES: Any = {
    "since": "2026-08-26T12:38:27.531154+08:00",
    "until": "2026-11-24T12:38:27.531154+08:00",
    "rules": [
        {
            "rule": "AREA-STATION",
            "dispatched": 2,
            "returned": 1,
            "upheld": 0,
            "undecided": 1,
            "settled": 1,
            "accuracy": 1.0,
            "low": 0.20654931437723745,
            "high": 1.0,
        },
        {
            "rule": "TOWNSHIP",
            "dispatched": 1,
            "returned": 0,
            "upheld": 0,
            "undecided": 0,
            "settled": 1,
            "accuracy": 1.0,
            "low": 0.20654931437723745,
            "high": 1.0,
        },
    ],
}
"""Answer of ``GET /v1/rules/accuracy``."""

CHANNELS: Any = {
    "version": "95f24a8d5c772a2c9ef1555f4e815a6b",
    "edition": "2026.1",
    "valid_from": "2023-01-01",
    "source": "DB11/T 2021-2022 and hotline annual reports for keys and names; aliases gathered",
    "confidence": "keys high, aliases medium",
    "channels": [
        {
            "key": "phone",
            "name": "12345热线电话",
            "name_en": "hotline, by phone",
            "aliases": ["12345", "12345热线", "12345电话"],
            "note": "",
            "is_online": False,
            "caller_kind": "",
            "is_merged": True,
            "is_assessed": True,
        }
    ],
    "request_types": [
        {
            "key": "consultation",
            "name": "咨询",
            "name_en": "consultation",
            "aliases": ["咨询类", "政策咨询", "业务咨询"],
            "note": "Answered mostly by the hotline itself.",
            "hides_reporter": False,
            "is_urgent": False,
            "is_assessed": False,
        }
    ],
    "caller_kinds": [
        {
            "key": "personal",
            "name": "个人",
            "name_en": "person",
            "aliases": ["市民", "居民", "群众"],
            "note": "",
        }
    ],
}
"""Answer of ``GET /v1/channels``."""
