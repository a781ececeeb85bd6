"""Examples of the routes about texts; a test holds each against its described shape."""

from api.examples import LOCATE

_PARTS = [
    {
        "start": 0,
        "end": 4,
        "text": "柳林街道",
        "role": "township",
        "uid": "township:990101001",
        "name": "柳林街道",
    },
    {
        "start": 4,
        "end": 8,
        "text": "望河小区",
        "role": "estate",
        "uid": "estate:E1",
        "name": "望河小区",
    },
    {"start": 8, "end": 11, "text": "3号楼", "role": "building", "uid": "", "name": ""},
]
_CANDIDATE = {
    "uid": "estate:E1",
    "name": "望河小区",
    "kind": "小区",
    "label": "柳林街道望河小区3号楼",
    "precision": "door",
    "lon": 116.3312,
    "lat": 39.8941,
    "datum": "CGCS2000",
    "accuracy_m": 15.0,
    "confidence": 0.98,
    "areas": {"township": "township:990101001"},
    "parts": _PARTS,
    "why_zh": "柳林街道的望河小区，3号楼有准确位置。",
    "why_en": "望河小区 in 柳林街道; the place of building 3 is known.",
}

GEOCODE: dict[str, object] = {
    "text": "柳林街道望河小区3号楼",
    "decision": "accepted",
    "explanation_zh": "整段文字都已读懂：柳林街道、望河小区、3号楼。",
    "explanation_en": "All of the text is understood: 柳林街道, 望河小区, 3号楼.",
    "candidates": [_CANDIDATE],
    "parts": _PARTS,
    "gazetteer_edition": "20261123-5f1d0b6e",
    "jurisdiction": LOCATE,
    "suggestions": [],
    "suggestions_problem": None,
}
"""Answer of ``GET /v1/geocode``."""

GEOCODE_BATCH_REQUEST: list[dict[str, object]] = [
    {"工单编号": "A-1", "地址": "柳林街道望河小区3号楼"},
    {"工单编号": "A-2", "地址": "新望河小区"},
]
"""Body of ``POST /v1/geocode/batch``."""

GEOCODE_BATCH: list[dict[str, object]] = [
    {
        "工单编号": "A-1",
        "地址": "柳林街道望河小区3号楼",
        "geocode_decision": "accepted",
        "geocode_confidence": 0.98,
        "geocode_precision": "door",
        "geocode_label": "柳林街道望河小区3号楼",
        "geocode_uid": "estate:E1",
        "geocode_lon": 116.3312,
        "geocode_lat": 39.8941,
        "geocode_accuracy_m": 15.0,
        "geocode_why": "整段文字都已读懂：柳林街道、望河小区、3号楼。",
        "geocode_candidates": [],
        "district_code": "990101",
        "district_name": "东湖区",
        "district_border_m": 1234.5,
        "flags": "",
        "error": None,
    },
    {
        "工单编号": "A-2",
        "地址": "新望河小区",
        "geocode_decision": "refused",
        "geocode_confidence": None,
        "geocode_precision": None,
        "geocode_label": None,
        "geocode_uid": None,
        "geocode_lon": None,
        "geocode_lat": None,
        "geocode_accuracy_m": None,
        "geocode_why": "新望河小区不在地名库中。",
        "geocode_candidates": [],
        "district_code": None,
        "district_name": None,
        "district_border_m": None,
        "flags": "",
        "error": None,
    },
]
"""Answer of ``POST /v1/geocode/batch`` in JSON."""

REVERSE: dict[str, object] = {
    "input": {"lon": 116.3312, "lat": 39.8941, "datum": "WGS-84"},
    "location": {"lon": 116.3312, "lat": 39.8941, "datum": "CGCS2000"},
    "places": [{**_CANDIDATE, "parts": [], "distance_m": 3.2}],
    "gazetteer_edition": "20261123-5f1d0b6e",
    "jurisdiction": LOCATE,
}
"""Answer of ``GET /v1/reverse``."""
