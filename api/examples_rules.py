"""Examples of the routes of rule books, posts and rulings, as for those of ownership."""

from typing import Any

BOOK: dict[str, Any] = {
    "id": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
    "label": "小城权责规则册",
    "state": "active",
    "valid_from": "2026-01-01",
    "valid_to": "2027-06-01",
    "recorded_at": "2026-11-24T00:27:13.997424+00:00",
    "activated_at": "2026-11-24T00:27:14.045164+00:00",
    "retired_at": None,
    "authority": "小城市城市运行中心",
    "source": "手工编制",
    "legal_basis": "",
    "generated": True,
    "layers": {
        "district": "district",
        "township": "township",
        "community": "community",
        "grid": "grid",
    },
    "counts": {
        "levels": 4,
        "bodies": 35,
        "categories": 18,
        "rules": 31,
        "agreements": 4,
        "posts": 7,
        "estates": 2,
    },
    "hash": "fbd2e9487c8920f11d51b0a0b801ea38460e692e9c970cfab8c9ed1f37dbd714",
}
"""Answer of ``GET /v1/rules/books/{id}``."""

BOOKS: dict[str, Any] = {"books": [BOOK]}
"""Answer of ``GET /v1/rules/books``."""

CATALOGUE: dict[str, Any] = {
    "book": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
    "n": 1,
    "catalogue": [
        {
            "code": "08",
            "name": "市容环境",
            "children": [
                {
                    "code": "0801",
                    "name": "垃圾",
                    "children": [
                        {
                            "code": "0801001",
                            "name": "暴露垃圾",
                            "path": "市容环境->垃圾->暴露垃圾",
                            "response_level": "day",
                            "steps": ["overlay"],
                            "function": None,
                            "tier": "district",
                            "asset_classes": [],
                            "needs_asset": False,
                            "duty_item": "8.1",
                            "valid_from": None,
                            "valid_to": None,
                        }
                    ],
                }
            ],
        }
    ],
}
"""Answer of ``GET /v1/rules/categories``."""

BODIES: dict[str, Any] = {
    "book": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
    "bodies": [
        {
            "code": "STATION",
            "name": "东站地区管委会",
            "kind": "management_committee",
            "parent": "D1",
            "area": None,
            "function": None,
            "phone": "010-10000071",
            "email": None,
            "valid_from": None,
            "valid_to": None,
        }
    ],
    "next": None,
}
"""Answer of ``GET /v1/rules/bodies``."""

POSTS: dict[str, Any] = {
    "book": "73a5292b-f4f5-4afa-bb51-8a5087ec7406",
    "posts": [
        {
            "code": "P01",
            "kind": "grid_officer",
            "layer": "grid",
            "area": "99010100100101",
            "holder": "张晓明",
            "body": "T1",
            "valid_from": None,
            "valid_to": None,
        }
    ],
    "next": "P01",
}
"""Answer of ``GET /v1/posts``."""

RULING_REQUEST: dict[str, Any] = {
    "categories": ["08"],
    "body": "T1",
    "co_organisers": [],
    "geometry": {"type": "Point", "coordinates": [116.405, 39.91]},
    "datum": "WGS-84",
    "reach_m": 30.0,
    "document": "现场会议纪要〔2026〕3号",
    "decided_on": "2026-11-20",
    "recorded_by": "市运行中心",
    "note": "",
}
"""Body of ``POST /v1/rulings``."""

RULING: dict[str, Any] = {
    "id": "741ace54-53b4-473f-a541-f2c15bd6a98b",
    "categories": ["08"],
    "body": "T1",
    "co_organisers": [],
    "document": "现场会议纪要〔2026〕3号",
    "decided_on": "2026-11-20",
    "valid_from": "2026-11-20",
    "valid_to": None,
    "given": {"type": "Point", "coordinates": [116.405, 39.91]},
    "reach_m": 30.0,
    "covers": {
        "type": "Polygon",
        "coordinates": [
            [
                [116.405, 39.9103],
                [116.4053, 39.91],
                [116.405, 39.9097],
                [116.4047, 39.91],
                [116.405, 39.9103],
            ]
        ],
    },
    "recorded_at": "2026-11-24T00:30:12.479815+00:00",
    "recorded_by": "市运行中心",
    "note": "",
    "revoked_at": None,
    "revoked_by": None,
    "revoked_because": None,
}
"""Answer of ``POST /v1/rulings``."""

RULINGS: dict[str, Any] = {"rulings": [RULING]}
"""Answer of ``GET /v1/rulings``."""

REVOCATION_REQUEST: dict[str, Any] = {"reason": "界址有误", "by": "市运行中心"}
"""Body of ``POST /v1/rulings/{id}/revocation``."""

REVOKED: dict[str, Any] = RULING | {
    "revoked_at": "2026-11-24T01:00:00+00:00",
    "revoked_by": "市运行中心",
    "revoked_because": "界址有误",
}
"""Answer of ``POST /v1/rulings/{id}/revocation``."""
