"""Numbers that belong to a person, one after another: by shape, by label, by what they stand in."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.labels import Label, label_before
from governance.tickets.privacy.rooms import following_rooms, room_at, rooms_before, small_chain
from governance.tickets.privacy.shapes import (
    AREA_BEFORE,
    PHONE_BEHIND,
    PHONE_WORD,
    bare_phone,
    loose_phone,
    shape_at,
)

__all__ = ["find_numbers"]

_RUN = re.compile(r"[a-z\d]+")
_TOKEN = re.compile(r"[a-z\d](?:[a-z\d]|[\-_./](?=[a-z\d])| (?=\d)(?<=\d ))*(?!\*)")
_HANDLE = re.compile(r"(?:[a-z][a-z\d_\-.]{3,29}|\d[a-z\d_\-]{4,29})(?!\*)")
_PLATE = re.compile(r"[a-z\d](?:[a-z\d]|[ ·\-](?=[a-z]?\d)){3,9}(?![a-z\d*])")
_AMOUNT = re.compile(
    r" ?(?:元|块|年|月|日|天|人|次|万|千|百|度|吨|个|名|家|米|平|%|点|分|小时|路|号线|号楼|栋)"
)
_DOCUMENT = re.compile(r"(?:e[a-z]?|[gdsphcmkw]|pe)\d{8,10}(?![\da-z])")
# What shows by its first letters what it is.
_GLUED = (
    (re.compile(r"(?:qq|vx|wx|v信|q)(?P<token>\d{5,11})(?![a-z\d*])"), Kind.MESSENGER),
    (
        re.compile(r"(?P<token>(?:sf|yt|zto|sto|jd|ems|yd|jt)[a-z]?\d{8,15})(?![a-z\d])"),
        Kind.ACCOUNT,
    ),
)
_PUBLIC = re.compile(r"(?:400|800)[ \-]?\d{3,4}[ \-]?\d{3,4}(?![\d\-])|12345(?!\d)|9\d{4}(?![\d ])")
"""Telephone numbers of services and companies that anybody may know."""
_GAPS = frozenset(" -._·,/)")
_SHORTEST_TOKEN = 4
_PHONE_DIGITS = 7
_MOST_BEFORE = 16
_LONGEST_ROOM = 5


def find_numbers(flat: str) -> Iterator[Finding]:
    """Find numbers of persons in a flattened text, in order, without overlaps."""
    done = 0
    last: Finding | None = None
    for run in _RUN.finditer(flat):
        start, end = run.span()
        if start < done or flat[start - 1 : start] == "*":
            continue
        public = _PUBLIC.match(flat, start)
        if public:
            done = public.end()
            continue
        found = _number(flat, start, end, last)
        if found is not None:
            yield found
            last, done = found, found.end
        elif end - start <= _LONGEST_ROOM:
            span = room_at(flat, start, end) or small_chain(flat, start)
            if span is not None:
                last = Finding(Kind.ROOM, *span)
                yield last
                for more in rooms_before(flat, start):
                    yield Finding(Kind.ROOM, *more)
                done = span[1]
                for more in following_rooms(flat, done):
                    yield Finding(Kind.ROOM, *more)
                    done = more[1]


def _number(flat: str, start: int, end: int, last: Finding | None) -> Finding | None:
    """Read the number of a person that begins with a run of letters and digits."""
    behind = flat[end : end + 1]
    if end - start < _SHORTEST_TOKEN and behind not in _GAPS:
        return None
    shape = None
    if flat[start].isdigit() and (end - start >= _PHONE_DIGITS or behind in _GAPS):
        shape = shape_at(flat, start)
    if shape and shape[0] == Kind.PHONE:
        return Finding(Kind.PHONE, start, shape[1])
    for pattern, kind in _GLUED:
        match = pattern.match(flat, start)
        if match:
            return Finding(kind, *match.span("token"))
    label = label_before(flat, start)
    if label is Label.THING:
        return None
    if shape:
        return Finding(shape[0], start, shape[1])
    return _by_label(flat, start, label, last)


def _by_label(flat: str, start: int, label: Label | None, last: Finding | None) -> Finding | None:
    if label is not None and label is not Label.PHONE:
        return _labelled(flat, start, label)
    if flat[start].isdigit():
        return _bare(flat, start, label, last)
    match = _DOCUMENT.match(flat, start)
    return Finding(Kind.DOCUMENT, start, match.end()) if match else None


def _labelled(flat: str, start: int, label: Label) -> Finding | None:
    pattern = {Label.MESSENGER: _HANDLE, Label.PLATE: _PLATE}.get(label, _TOKEN)
    match = pattern.match(flat, start)
    if match is None or _AMOUNT.match(flat, match.end()):
        return None
    token = match[0]
    if label is not Label.MESSENGER and not any(c.isdigit() for c in token):
        return None
    if sum(c.isalnum() for c in token) < _SHORTEST_TOKEN:
        return None
    return Finding(Kind(label.value), start, match.end())


def _bare(flat: str, start: int, label: Label | None, last: Finding | None) -> Finding | None:
    end = bare_phone(flat, start)
    if end is None and label is Label.PHONE:
        end = loose_phone(flat, start)
    if end is None:
        return None
    is_next = last is not None and last.kind == Kind.PHONE and start - last.end <= 2  # noqa: PLR2004
    before = max(0, start - _MOST_BEFORE)
    is_phone = label is Label.PHONE or is_next or PHONE_BEHIND.match(flat, end)
    if is_phone or any(p.search(flat, before, start) for p in (PHONE_WORD, AREA_BEFORE)):
        return Finding(Kind.PHONE, start, end)
    return None
