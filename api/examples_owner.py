"""Examples of the routes of ownership; a test holds each against its described shape."""

from typing import Any

OWNER_REQUEST: dict[str, Any] = {
    "point": {"lon": 116.412, "lat": 39.902},
    "datum": "WGS-84",
    "category": "0801001",
    "at": "2026-11-23",
    "received_at": "2026-11-23T09:00:00+08:00",
    "caller": "personal",
}
"""Body of ``POST /v1/owner``."""

OWNER: dict[str, Any] = {
    "decision": "DXAQO6Q5UPR5GP2UMD3F4DFAPXR2EZERV",
    "summary": "由东站地区管委会主办（特殊区域：规则适用，由其主办）。",
    "status": "decided",
    "primary": {
        "code": "STATION",
        "name": "东站地区管委会",
        "kind": "management_committee",
        "role": "primary",
        "phone": "010-10000071",
        "because": "AREA-STATION",
    },
    "co_organisers": [],
    "copied": [
        {
            "code": "D1",
            "name": "东湖区政府",
            "kind": "district",
            "role": "copied",
            "phone": "010-10000002",
            "because": "catalogue:0801001",
        }
    ],
    "supervising": [],
    "step": "overlay",
    "rule": "AREA-STATION",
    "confidence": 0.5,
    "flags": [],
    "deadline": {
        "level": "day",
        "level_name": "紧急",
        "limit_s": 86400.0,
        "clock": "natural",
        "due_at": "2026-11-24T09:00:00+08:00",
        "calendar": "31428298afd10d7fdc4269d4fb1f82c1",
        "is_provisional": False,
    },
    "posts": [
        {
            "code": "P07",
            "kind": "responsible_leader",
            "layer": "community",
            "area": "990101002001",
            "area_name": "金台社区",
            "holder": None,
        }
    ],
    "chain": [
        {
            "layer": "district",
            "kind": "district",
            "code": "990101",
            "name": "东湖区",
            "uid": "feda1842-9a8c-4764-9431-e51f601c156d",
            "edition": "a1e4d867-dbbb-4541-8395-d3d7b85a8d31",
            "rule": "inside",
            "border_m": 222.065,
            "contenders": [],
        }
    ],
    "overlays": [
        {
            "layer": "special",
            "kind": "special",
            "code": "S1",
            "name": "东站站区",
            "uid": "a76cee4d-4405-4ba4-b8bd-03a6d3fa32b7",
            "edition": "eb7bf597-ee80-46d2-a78d-1b615cb7ca5e",
            "rule": "inside",
            "border_m": 0.0,
            "contenders": [{"code": "S1", "name": "东站站区", "distance_m": 0.0}],
            "precedence": 10,
        }
    ],
    "considered": [
        {
            "step": "overlay",
            "rule": "AREA-STATION",
            "body": "STATION",
            "body_name": "东站地区管委会",
            "layer": "special",
            "feature": "S1",
            "feature_name": "东站站区",
            "distance_m": 0.0,
            "is_taken": True,
            "reason": {"code": "taken", "values": [], "text": "规则适用，由其主办"},
            "step_name": "特殊区域",
        }
    ],
    "would_change": [],
    "question": {
        "lon": 116.412,
        "lat": 39.902,
        "category": "0801001",
        "at": "2026-11-23",
        "received_at": "2026-11-23T01:00:00+00:00",
        "accuracy_m": 20.0,
        "place_confidence": 1.0,
        "caller": "personal",
        "given": {"lon": 116.412, "lat": 39.902, "datum": "WGS-84"},
    },
    "context": {
        "book": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
        "rulings": {
            "digest": "e43aa3bab3a4c692172bf688c50ef7c7",
            "known_at": "2026-11-24T00:27:14.116119+00:00",
        },
        "calendar": "31428298afd10d7fdc4269d4fb1f82c1",
        "engine": 1,
        "editions": {"township": "31882f69-37b1-46c8-b6b6-df07b66066e1"},
    },
    "place": {
        "input": {"lon": 116.412, "lat": 39.902, "datum": "WGS-84"},
        "notes": [],
        "location": {"lon": 116.412, "lat": 39.902, "datum": "CGCS2000"},
    },
    "evidence": {
        "book": {
            "id": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
            "label": "小城权责规则册",
            "valid_from": "2026-01-01",
            "valid_to": "2027-06-01",
            "generated": True,
        },
        "calendar": "31428298afd10d7fdc4269d4fb1f82c1",
        "editions": {
            "township": {
                "id": "31882f69-37b1-46c8-b6b6-df07b66066e1",
                "label": "小城",
                "valid_from": "2026-01-01",
                "valid_to": None,
                "generated": False,
            }
        },
    },
}
"""Answer of ``GET`` and ``POST /v1/owner``."""

OWNER_BATCH_REQUEST: list[dict[str, Any]] = [
    {"编号": "A-1", "lon": 116.412, "lat": 39.902, "category": "0801001"},
    {"编号": "A-2", "lon": None, "lat": None, "category": "0801001"},
]
"""Body of ``POST /v1/owner/batch``."""

OWNER_BATCH: list[dict[str, Any]] = [
    {
        "编号": "A-1",
        "lon": 116.412,
        "lat": 39.902,
        "category": "0801001",
        "owner_body": "STATION",
        "owner_name": "东站地区管委会",
        "owner_step": "overlay",
        "owner_rule": "AREA-STATION",
        "owner_status": "decided",
        "owner_flags": "",
        "owner_confidence": 0.5,
        "owner_due_at": "2026-11-24T09:00:00+08:00",
        "error": None,
    },
    {
        "编号": "A-2",
        "lon": None,
        "lat": None,
        "category": "0801001",
        "owner_body": None,
        "owner_name": None,
        "owner_step": None,
        "owner_rule": None,
        "owner_status": None,
        "owner_flags": None,
        "owner_confidence": None,
        "owner_due_at": None,
        "error": "missing: lon and lat is empty; a location needs both numbers",
    },
]
"""Answer of ``POST /v1/owner/batch``."""

DECISIONS: dict[str, Any] = {
    "decisions": [
        {
            "id": "DXAQO6Q5UPR5GP2UMD3F4DFAPXR2EZERV",
            "recorded_at": "2026-11-24T00:30:11.802662+00:00",
            "at": "2026-11-23",
            "category": "0801001",
            "body": "STATION",
            "step": "overlay",
            "rule": "AREA-STATION",
            "status": "decided",
            "confidence": 0.5,
            "flags": [],
        }
    ]
}
"""Answer of ``GET /v1/decisions``."""

_DOCUMENT: dict[str, Any] = {
    name: OWNER[name]
    for name in [
        "chain",
        "confidence",
        "context",
        "flags",
        "overlays",
        "posts",
        "question",
        "rule",
        "status",
        "step",
    ]
}

_DOCUMENT |= {"primary": OWNER["primary"], "deadline": OWNER["deadline"], "would_change": []}

_DOCUMENT |= {
    "considered": [
        {
            "body": "STATION",
            "body_name": "东站地区管委会",
            "distance_m": 0.0,
            "feature": "S1",
            "feature_name": "东站站区",
            "is_taken": True,
            "layer": "special",
            "reason": ["taken"],
            "rule": "AREA-STATION",
            "step": "overlay",
        }
    ],
    "others": [
        {
            "because": "catalogue:0801001",
            "code": "D1",
            "kind": "district",
            "name": "东湖区政府",
            "phone": "010-10000002",
            "role": "copied",
        }
    ],
}

DECISION: dict[str, Any] = {
    "id": "DXAQO6Q5UPR5GP2UMD3F4DFAPXR2EZERV",
    "recorded_at": "2026-11-24T00:30:11.802662+00:00",
    "digest": "b820ef43b47c7a67ea8c1ecbc1940fbc744c9235a3ea565cef62c380515ea583",
    "is_intact": True,
    "summary": "东站地区管委会: 规则适用，由其主办",
    "considered": ["AREA-STATION 东站地区管委会: 规则适用，由其主办"],
} | {"document": _DOCUMENT}
"""Answer of ``GET /v1/decisions/{id}``."""

REPLAY: dict[str, Any] = {
    "id": DECISION["id"],
    "is_same": True,
    "differences": [],
    "document": _DOCUMENT,
}
"""Answer of ``GET /v1/decisions/{id}/replay``."""
