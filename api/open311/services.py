"""Discovery, the list of services, and the definition of one: from the dispatch catalogue."""

from datetime import date
from typing import Any

from api.open311.formats import FORMATS, Open311Error
from api.open311.options import Open311Options
from governance.book.definition import Category
from governance.errors import UnknownCategoryError
from governance.owner.compiled import valid_on
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels import ChannelCatalogue

__all__ = ["SPECIFICATION", "category_of", "definition_of", "discovery", "service_list"]

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
"""Name of the standard, as its discovery wants it; never fetched."""


def discovery(base: str, resolver: OwnerResolver, options: Open311Options) -> dict[str, Any]:
    """Describe the endpoint.

    Parameters
    ----------
    base
        Address of the endpoint without a slash at its end.
    resolver
        Its book dates the changes.
    options
        Whom to ask for a key.
    """
    changeset = f"{resolver.book.head.valid_from.isoformat()}T00:00:00+08:00"
    return {
        "changeset": changeset,
        "contact": options.contact,
        "key_service": options.contact,
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": base,
                "changeset": changeset,
                "type": "production",
                "formats": [kind.partition(";")[0] for kind in FORMATS.values()],
            }
        ],
    }


def service_list(resolver: OwnerResolver, at: date) -> list[dict[str, Any]]:
    """List the entries of the catalogue that are valid on a day."""
    return [
        {
            "service_code": entry.code,
            "service_name": entry.level_3,
            "description": entry.path,
            "metadata": True,
            "type": "realtime",
            "keywords": ", ".join(dict.fromkeys((entry.level_1, entry.level_2, entry.level_3))),
            "group": f"{entry.level_1}/{entry.level_2}",
        }
        for entry in resolver.categories
        if valid_on(entry.valid_from, entry.valid_to, at)
    ]


def category_of(resolver: OwnerResolver, code: str) -> Category:
    """Give the entry of a service code; Open311Error 404 where there is none."""
    try:
        return resolver.categories[resolver.category(code)]
    except UnknownCategoryError as error:
        raise Open311Error(404, f"service_code: {error}") from error


def definition_of(resolver: OwnerResolver, code: str, channels: ChannelCatalogue) -> dict[str, Any]:
    """Define what may be told beside the place and the words; nothing of it is required.

    The last attribute is not asked: it says who decides and until when an answer is due.
    """
    entry = category_of(resolver, code)
    level = resolver.levels[entry.response_level]
    hours = level.limit.total_seconds() / 3600
    unit = "工作日 working days" if level.clock == "working" else "小时 hours"
    limit = level.limit.days if level.clock == "working" else hours
    attributes = [
        _choice(
            1,
            "request_type",
            "诉求类型 / What kind of request it is",
            [(key, f"{kind.name} {kind.name_en}") for key, kind in channels.request_types.items()],
        ),
        _choice(
            2,
            "caller_kind",
            "个人或企业 / Person or enterprise",
            [(key, f"{kind.name} {kind.name_en}") for key, kind in channels.caller_kinds.items()],
        ),
        _asked(3, "accuracy_m", "number", "坐标精度，米 / Accuracy of lat, long", "metres, 95 %"),
        _asked(4, "external_id", "string", "来源系统的工单编号 / Number in your own system",
               "the same number again is the same request"),
        _asked(5, "reported", "string", "被举报单位 / Who is reported", ""),
        {
            "variable": False,
            "code": "deadline",
            "datatype": "string",
            "required": False,
            "datatype_description": None,
            "order": 6,
            "description": f"{level.name} {level.name_en}: {limit:g} {unit}",
            "values": [],
        },
    ]  # fmt: skip
    return {"service_code": entry.code, "attributes": attributes}


def _asked(order: int, code: str, datatype: str, description: str, hint: str) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": hint or None,
        "order": order,
        "description": description,
        "values": [],
    }


def _choice(
    order: int, code: str, description: str, values: list[tuple[str, str]]
) -> dict[str, Any]:
    return _asked(order, code, "singlevaluelist", description, "") | {
        "values": [{"key": key, "name": name} for key, name in values]
    }
