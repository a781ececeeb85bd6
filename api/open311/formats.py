"""The two formats of the standard, made of one tree of values."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import orjson
from fastapi import Response

__all__ = ["FORMATS", "Open311Error", "error_response", "respond"]

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
"""Ending of the address to the type of the answer."""

_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
    "flags": "flag",
}
"""What one member of each list is called in XML; JSON has the bare list."""

_LOWEST_PRINTABLE = " "
_ALLOWED_CONTROLS = "\t\n\r"
_NO_STORE = {"cache-control": "no-store"}


class Open311Error(Exception):
    """A request that the standard's error document answers.

    Parameters
    ----------
    status
        HTTP status; also the code in the document.
    description
        The value, and what would be right.
    """

    def __init__(self, status: int, description: str) -> None:
        self.status = status
        self.description = description
        super().__init__(description)


def respond(kind: str, root: str, content: Any, status: int = 200) -> Response:  # noqa: ANN401 - a tree of JSON values
    """Write an answer.

    Parameters
    ----------
    kind
        A key of :data:`FORMATS`.
    root
        Name of the root element; JSON has none.
    content
        Mappings, lists and plain values; a list in XML is written by the names of its members.
    status
        HTTP status.

    Returns
    -------
    Response
        In UTF-8; XML begins with its declaration, has no namespace, and ``null`` is an empty
        element.
    """
    if kind == "json":
        body = orjson.dumps(content, option=orjson.OPT_INDENT_2)
    else:
        element = ET.Element(root)
        _fill(element, content)
        body = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    # The type is given whole: the framework would add a second charset.
    return Response(body, status, {**_NO_STORE, "content-type": FORMATS[kind]})


def error_response(kind: str, status: int, description: str) -> Response:
    """Write the error document of the standard."""
    return respond(kind, "errors", [{"code": status, "description": description}], status)


def _fill(element: ET.Element, content: Any) -> None:  # noqa: ANN401 - a tree of JSON values
    if isinstance(content, Mapping):
        for name, value in content.items():
            _fill(ET.SubElement(element, name), value)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for value in content:
            _fill(ET.SubElement(element, _ITEMS[element.tag]), value)
    elif content is not None:
        element.text = _text(content)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # XML 1.0 has no place for control characters, not even escaped ones.
    return "".join(
        letter
        for letter in str(value)
        if letter >= _LOWEST_PRINTABLE or letter in _ALLOWED_CONTROLS
    )
