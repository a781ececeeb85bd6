"""Numbers that belong to a person, one after another: by shape, by label, by what they stand in."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.labels import Label, label_before
from governance.tickets.privacy.rooms import following_rooms, room_at
from governance.tickets.privacy.shapes import PHONE_WORD, bare_phone, shape_at

__all__ = ["find_numbers"]

_RUN = re.compile(r"[a-z\d]+")
_TOKEN = re.compile(r"[a-z\d](?:[a-z\d]|[\-_./](?=[a-z\d])| (?=\d)(?<=\d ))*(?!\*)")
_HANDLE = re.compile(r"(?:[a-z][a-z\d_\-.]{3,29}|\d[a-z\d_\-]{4,29})(?!\*)")
_PLATE = re.compile(r"[a-z\d](?:[a-z\d]|[ ·\-](?=[a-z]?\d)){3,9}(?![a-z\d*])")
_AMOUNT = re.compile(
    r" ?(?:元|块|年|月|日|天|人|次|万|千|百|度|吨|个|名|家|米|平|%|点|分|小时|路|号线|号楼|栋|多|余|几)"
)
_DOCUMENT = re.compile(r"(?:e[a-z]?|[gdsphcmkw])\d{8,10}(?![\da-z])")
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
        found = _number(flat, start, end, last)
        if found is not None:
            yield found
            last, done = found, found.end
        elif end - start <= _LONGEST_ROOM:
            span = room_at(flat, start, end)
            if span is not None:
                last = Finding(Kind.ROOM, *span)
                yield last
                done = span[1]
                for more in following_rooms(flat, done):
                    yield Finding(Kind.ROOM, *more)
                    done = more[1]


def _number(flat: str, start: int, end: int, last: Finding | None) -> Finding | None:
    """What begins with a run of letters and digits, if it is a number of a person."""
    behind = flat[end : end + 1]
    is_long = end - start >= _SHORTEST_TOKEN
    if not is_long and behind not in _GAPS:
        return None
    is_digit = flat[start].isdigit()
    shape = None
    if is_digit and (end - start >= _PHONE_DIGITS or behind in _GAPS):
        shape = shape_at(flat, start)
        if shape and shape[0] == Kind.PHONE:
            return Finding(Kind.PHONE, start, shape[1])
    label = label_before(flat, start)
    if label is Label.THING:
        return None
    if shape:
        return Finding(shape[0], start, shape[1])
    if label is not None and label is not Label.PHONE:
        return _labelled(flat, start, label)
    if is_digit:
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
    if end is None:
        return None
    is_next = last is not None and last.kind == Kind.PHONE and start - last.end <= 2  # noqa: PLR2004
    before = max(0, start - _MOST_BEFORE)
    if label is Label.PHONE or is_next or PHONE_WORD.search(flat, before, start):
        return Finding(Kind.PHONE, start, end)
    return None
