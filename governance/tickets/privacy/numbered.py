"""Telephone and ID numbers."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_numbers"]

_NUMBER = re.compile(r"(?<!\d)(?:(?P<phone>1[3-9]\d{9})|(?P<id>\d{17}[\dXx]))(?!\d)")


def find_numbers(text: str) -> Iterator[Finding]:
    """Find them."""
    for match in _NUMBER.finditer(text):
        kind = Kind.PHONE if match["phone"] else Kind.ID_NUMBER
        yield Finding(kind, match.start(), match.end())
