"""Names of people in Chinese text: behind labels and roles, before titles, and by themselves."""

import re
from collections.abc import Iterator
from enum import IntEnum

from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon
from governance.tickets.privacy.titled import find_titled

__all__ = ["find_names", "is_place", "name_at", "Sure"]

_W = read_lexicon()
_HAN = re.compile(f"[{HAN}]")
_LABEL = (
    rf"(?P<label>{any_of(_W.labels)})(?P<named>的?(?:姓名|名字|全名))?"
)
_ROLE = rf"(?P<role>{any_of(_W.roles)})"
_LINK = r"(?P<link>(?:就是|也是|是|为|叫做|叫|名叫|系|自称|称)?[ \t　:：（(【\[“\"'「、/|]*)"
_CUE = re.compile(f"(?:{_LABEL}|{_ROLE}){_LINK}")
_SAID = re.compile(r"(?:我|本人)(?:就)?是(?P<role>业主|住户|租户|居民|村民|房主|房东|户主|家长|学生)?")
_LITTLE = re.compile(any_of(_W.little))
_BARE = re.compile(
    f"(?=[{''.join(sorted(_W.common))}])."
    f"[{''.join(sorted(_W.first))}][{''.join(sorted(_W.second))}]"
)
_SOUND = f"[{''.join(sorted(set(_W.sounds)))}]"
_DOTTED = re.compile(f"[{HAN}]{{1,7}}(?:[·•・‧∙][{HAN}]{{1,8}})+")
_SOUNDS = re.compile(f"{_SOUND}+")
_SOUNDED = re.compile(f"{_SOUND}*?{any_of(_W.marks)}{_SOUND}*(?:[·•・‧∙]{_SOUND}+)*")
_BEHIND = re.compile(any_of(_W.behind))
_COMPOUND = re.compile(any_of(_W.compound))
_NOBODY = re.compile(any_of(_W.nobody))
_MORE = re.compile("[、,，和与及]|以及")
_ALONE = re.compile(f"[{HAN}]{{2,4}}(?![{HAN}])")
_PERSONAL = frozenset(
    ("姓名", "名字", "全名", "真名", "大名", "户名", "联系人", "收件人", "收货人", "签名", "署名", "我叫", "名叫", "叫做")
)  # fmt: skip
_SHORTEST_DOTTED = 3


class Sure(IntEnum):
    """How sure it is, before looking at it, that a name follows."""

    BARE = 0
    ROLE = 1
    LABEL = 2
    SAID = 3


def find_names(text: str) -> Iterator[Finding]:
    """Find names; spans may overlap."""
    for start, end in _spans(text):
        yield Finding(Kind.NAME, start, end)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    yield from _cued(text)
    yield from find_titled(text)
    for match in _SAID.finditer(text):
        end = name_at(text, match.end(), Sure.ROLE)
        if end:
            yield match.end(), end
    for match in _LITTLE.finditer(text):
        end = _sure_name(text, match.end())
        if end:
            yield match.end(), end
    for match in _BARE.finditer(text):
        if _stands_alone(text, match.start(), match.end()):
            yield match.span()
    for match in _SOUNDED.finditer(text):
        if match.end() - match.start() >= _SHORTEST_DOTTED and not is_place(text, match.end()):
            yield match.span()


def is_place(text: str, end: int) -> bool:
    """Whether what ends there is part of the name of a road, a place or a business."""
    return _BEHIND.match(text, end) is not None


def _cued(text: str) -> Iterator[tuple[int, int]]:
    for match in _CUE.finditer(text):
        label = match["label"]
        if label is None:
            sure = Sure.LABEL if match["link"].strip("、") else Sure.ROLE
        elif match["link"] or match["named"] or label in _PERSONAL:
            sure = Sure.SAID
        else:
            sure = Sure.LABEL
        at = match.end()
        end = name_at(text, at, sure)
        if end is None and sure == Sure.SAID and (match["named"] or label in _PERSONAL):
            end = _unknown(text, at)
        while end:
            yield at, end
            more = _MORE.match(text, end)
            if more is None:
                break
            at = more.end()
            end = name_at(text, at, Sure.ROLE)


def _unknown(text: str, at: int) -> int | None:
    """End of a name without known surname, where nothing else can stand."""
    match = _ALONE.match(text, at)
    return match.end() if match and not _NOBODY.match(text, at) else None


def name_at(text: str, at: int, sure: Sure) -> int | None:
    """Read a name that begins at a place: where it ends, None where there is none."""
    dotted = _dotted(text, at)
    if dotted:
        return dotted
    if _NOBODY.match(text, at):
        return None
    compound = _COMPOUND.match(text, at)
    if compound:
        end = compound.end()
        if sure >= Sure.ROLE and _is_han(text, end) and not is_place(text, end):
            return _given_end(text, end)
        return None
    if sure >= Sure.LABEL:
        sounded = _SOUNDS.match(text, at)
        if sounded and _SOUNDED.match(text, at):
            return sounded.end()
    if text[at : at + 1] not in _W.surnames or not _is_han(text, at + 1):
        return None
    end = _given_end(text, at + 1)
    if sure == Sure.SAID:
        return end
    return end if _is_likely(text, at, end, sure) else None


def _dotted(text: str, at: int) -> int | None:
    match = _DOTTED.match(text, at)
    if match is None:
        return None
    dot = max(text.rfind(c, at, match.end()) for c in "·•・‧∙")
    if not _HAN.match(text, match.end()) and match.end() - dot <= _SHORTEST_DOTTED + 1:
        return match.end()
    sounds = _SOUNDS.match(text, dot + 1)
    return sounds.end() if sounds else None


def _is_han(text: str, at: int) -> bool:
    return _HAN.match(text, at) is not None


def _given_end(text: str, at: int) -> int:
    """End of a given name that begins there: one character or two."""
    second = text[at + 1 : at + 2]
    if not second or not _HAN.match(second) or text[at + 1 : at + 3] in _W.follows_two:
        return at + 1
    if second in _W.follows and not (second in _W.given and not _is_han(text, at + 2)):
        return at + 1
    return at + 2


def _is_likely(text: str, at: int, end: int, sure: Sure) -> bool:
    """Whether characters behind a role look like a name and not like other words."""
    if text[at : at + 2] in _W.starts or text[at:end] in _W.starts:
        return False
    surname, given = text[at], text[at + 1 : end]
    if any(c not in _W.given for c in given) or given[0] in _W.follows - _W.sure:
        return False
    if is_place(text, end) and sure < Sure.SAID:
        return False
    if surname in _W.doubtful or surname not in _W.common:
        return any(c in _W.sure for c in given)
    return len(given) == 2 or sure >= Sure.LABEL or not _is_han(text, end) or _goes_on(text, end)


def _goes_on(text: str, end: int) -> bool:
    return text[end] in _W.follows or text[end : end + 2] in _W.follows_two


def _sure_name(text: str, at: int) -> int | None:
    """End of a name behind a little word, where only a plain name counts."""
    if text[at : at + 1] not in _W.common:
        return None
    end = name_at(text, at, Sure.ROLE)
    if end is None:
        return None
    given = text[at + 1 : end]
    likely = all(c in _W.sure or c in _W.first or c in _W.second for c in given)
    if not likely or not (given[-1] in _W.sure or given[-1] in _W.second):
        return None
    if len(given) == 1 and given not in _W.sure:
        return None
    return end


def _stands_alone(text: str, start: int, end: int) -> bool:
    if is_place(text, end) or text[start : start + 2] in _W.starts:
        return False
    given = text[start + 1 : end]
    if not any(c in _W.sure for c in given):
        return False
    return not _is_han(text, end) or _goes_on(text, end)
