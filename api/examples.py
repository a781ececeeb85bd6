"""Examples for the OpenAPI document; a test holds each against its described shape."""

_EDITION = {
    "id": "0192f0c4-5a1e-7c33-9a53-2f1d6b7f0e11",
    "label": "示范城 2026",
    "valid_from": "2026-01-01",
    "valid_to": None,
    "generated": True,
}
_UID = "4f0c2f1e-7a55-4c0e-8f6b-0d6c2a9be001"


def _link(layer: str, code: str, name: str, border_m: float) -> dict[str, object]:
    return {
        "layer": layer,
        "kind": layer,
        "code": code,
        "name": name,
        "uid": _UID,
        "edition": _EDITION["id"],
        "rule": "inside",
        "border_m": border_m,
        "contenders": [],
    }


LOCATE: dict[str, object] = {
    "input": {"lon": 116.4, "lat": 39.9, "datum": "WGS-84"},
    "location": {"lon": 116.4, "lat": 39.9, "datum": "CGCS2000"},
    "accuracy_m": 20,
    "at": "2026-11-23",
    "chain": [
        _link("district", "990101", "东湖区", 1234.5),
        {
            **_link("township", "990101003", "柳林街道", 9.2),
            "contenders": [
                {"code": "990101003", "name": "柳林街道", "distance_m": 0.0},
                {"code": "990101007", "name": "金台街道", "distance_m": 9.2},
            ],
        },
    ],
    "overlays": [],
    "flags": ["near_border"],
    "provisional": False,
    "editions": {"district": _EDITION, "township": _EDITION},
}
"""Answer of ``GET /v1/locate``."""

BATCH_REQUEST: list[dict[str, object]] = [
    {"id": "A-1", "lon": 116.4, "lat": 39.9},
    {"id": "A-2", "lon": None, "lat": None},
]
"""Body of ``POST /v1/locate/batch``."""

BATCH: list[dict[str, object]] = [
    {
        "id": "A-1",
        "lon": 116.4,
        "lat": 39.9,
        "district_code": "990101",
        "district_name": "东湖区",
        "district_border_m": 1234.5,
        "flags": "",
        "error": None,
    },
    {
        "id": "A-2",
        "lon": None,
        "lat": None,
        "district_code": None,
        "district_name": None,
        "district_border_m": None,
        "flags": "",
        "error": "missing: no coordinate given",
    },
]
"""Answer of ``POST /v1/locate/batch`` in JSON."""

SHARES_REQUEST: dict[str, object] = {
    "type": "Feature",
    "properties": {},
    "geometry": {"type": "LineString", "coordinates": [[116.39, 39.9], [116.41, 39.9]]},
}
"""Body of ``POST /v1/shares``."""

SHARES: dict[str, object] = {
    "datum": "WGS-84",
    "at": "2026-11-23",
    "measure": "length_m",
    "total": 1708.6,
    "layers": [
        {
            "layer": "district",
            "shares": [
                {"code": "990101", "name": "东湖区", "share": 0.6, "length_m": 1025.2},
                {"code": "990102", "name": "西山区", "share": 0.4, "length_m": 683.4},
            ],
            "uncovered": {"share": 0.0, "length_m": 0.0},
        }
    ],
    "editions": {"district": _EDITION},
}
"""Answer of ``POST /v1/shares``."""

LAYERS: dict[str, object] = {
    "layers": [
        {
            "key": "district",
            "name": "区",
            "kind": "district",
            "role": "partition",
            "areas": 16,
            "edition": {
                **_EDITION,
                "layer": "district",
                "state": "active",
                "recorded_at": "2026-01-01T08:00:00+00:00",
                "activated_at": "2026-01-01T08:00:05+00:00",
                "retired_at": None,
                "source": "示范数据",
                "source_date": None,
                "source_file": "district.geojson",
                "source_checksum": "",
                "authority": "",
                "licence": "",
                "legal_status": "derived",
                "secrecy": "内部",
                "review_number": "",
                "datum": "CGCS2000",
                "n_areas": 16,
                "shapes_hash": "5f1d0b6e",
            },
            "links": {"self": "/v1/layers/district", "areas": "/v1/layers/district/areas"},
        }
    ]
}
"""Answer of ``GET /v1/layers``."""

_AREA = {
    "layer": "township",
    "code": "990101003",
    "name": "柳林街道",
    "uid": _UID,
    "parent": "990101",
}

AREA_PAGE: dict[str, object] = {
    "layer": "township",
    "areas": [_AREA],
    "next": "/v1/layers/township/areas?limit=1&after=990101003",
}
"""Answer of ``GET /v1/layers/{layer}/areas``."""

AREA_LIST: dict[str, object] = {"layer": "district", "code": "990101", "areas": [_AREA]}
"""Answer of the children route."""

NEIGHBOURS: dict[str, object] = {
    "layer": "township",
    "code": "990101003",
    "areas": [{"uid": _UID, "code": "990101007", "name": "金台街道", "length_m": 1540.2}],
}
"""Answer of the neighbours route."""

AREA: dict[str, object] = {
    "type": "Feature",
    "id": "990101003",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[116.39, 39.89], [116.41, 39.89], [116.4, 39.91], [116.39, 39.89]]],
    },
    "properties": {
        "layer": "township",
        "edition": _EDITION,
        "uid": _UID,
        "code": "990101003",
        "name": "柳林街道",
        "parent_code": "990101",
        "precedence": 0,
        "valid_from": "2026-01-01",
        "valid_to": None,
        "population": 112000,
        "attributes": {},
        "area_m2": 1902318.5,
        "length_m": 6120.4,
        "lon": 116.4,
        "lat": 39.9,
    },
}
"""Answer of ``GET /v1/layers/{layer}/areas/{code}`` as GeoJSON."""

READY: dict[str, object] = {
    "status": "ready",
    "problem": None,
    "detail": None,
    "editions": {"district": _EDITION["id"], "township": _EDITION["id"]},
    "gazetteer": "20261123-5f1d0b6e",
    "rule_book": "示范城权责规则册 2026",
    "tickets": {
        "waiting": 0,
        "position": 48213,
        "followed_at": "2026-11-24T01:00:04.120731+00:00",
        "listeners": 2,
        "surge_looked_at": "2026-11-24T00:59:30.004518+00:00",
        "problem": None,
    },
}
"""Answer of ``GET /readyz``."""

PROBLEM: dict[str, object] = {
    "type": "/problems/coordinate",
    "title": "坐标无效",
    "title_en": "Invalid coordinate",
    "status": 422,
    "detail": "lat 139.9: latitude lies between -90 and 90; are lon and lat swapped?",
    "instance": "/v1/locate",
    "field": "lat",
    "value": "139.9",
}
"""A problem document."""

LAYER: dict[str, object] = LAYERS["layers"][0]  # type: ignore[index]
"""Answer of ``GET /v1/layers/{layer}``."""
