"""Read a name where one may stand: how long it is, and whether it is one."""

import re
from enum import IntEnum

from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon

__all__ = [
    "Sure",
    "is_alone",
    "is_bare_name",
    "is_likely_alone",
    "is_opening_name",
    "is_telltale",
    "name_at",
    "unknown_end",
]

_W = read_lexicon()
_HAN = re.compile(f"[{HAN}]")
_BEHIND = re.compile(any_of(_W.behind))
_BEHIND_LONG = re.compile(any_of(word for word in _W.behind if len(word) > 1))
_STARTS = _W.surnames | set(_W.sounds) | {word[0] for word in _W.compound}
_PLACE_ENDS = _W.place_ends - _W.sure - set("江河山海洲岛桥楼亭阁峰岭川潭泉林园田里苑城")
_TITLE = re.compile(any_of(_W.titles))
_COMPOUND = re.compile(any_of(_W.compound))
_NOBODY = re.compile(any_of(_W.nobody))
_SOUNDS = re.compile(f"[{''.join(sorted(set(_W.sounds)))}]+")
_MARKS = re.compile(any_of(_W.marks))
_DOTS = "·•・‧∙"
_DOTTED = re.compile(f"[{HAN}]{{1,7}}(?:[{_DOTS}][{HAN}]{{1,8}})+")
_ALONE = re.compile(f"[{HAN}]{{2,4}}(?![{HAN}])")
_WITH = frozenset("由被跟和与找对给让是")
_LONGEST_PART = 4
_LONGEST_SOUNDED = 8
_TWO = 2


class Sure(IntEnum):
    """How sure it is, before looking at it, that a name follows."""

    HINT = 0
    ROLE = 1
    LABEL = 2
    SAID = 3


def is_han(text: str, at: int) -> bool:
    """Whether a Chinese character stands there."""
    return _HAN.match(text, at) is not None


def is_place(text: str, end: int) -> bool:
    """Whether what ends there is part of the name of a road, a place or a business."""
    return _BEHIND.match(text, end) is not None


def unknown_end(text: str, at: int) -> int | None:
    """End of a name without known surname, where nothing else can stand."""
    match = _ALONE.match(text, at)
    if match is None or _NOBODY.match(text, at) or text[at] in _W.follows:
        return None
    return match.end()


def name_at(text: str, at: int, sure: Sure) -> int | None:
    """Read a name that begins at a place: where it ends, None where there is none."""
    first = text[at : at + 1]
    if not first or not _HAN.match(first):
        return None
    dotted = _dotted_end(text, at) if any(dot in text for dot in _DOTS) else None
    if dotted or first not in _STARTS or _NOBODY.match(text, at):
        return dotted
    compound = _COMPOUND.match(text, at)
    if compound:
        return _behind_compound(text, compound.end(), sure)
    sounded = _sounded_end(text, at) if sure >= Sure.LABEL else None
    if sounded or first not in _W.surnames or not is_han(text, at + 1):
        return sounded
    if _TITLE.match(text, at + 1):
        return None  # 赵女士: the title finds it
    end = _given_end(text, at + 1)
    return end if sure == Sure.SAID or _is_likely(text, at, end, sure) else None


def _behind_compound(text: str, at: int, sure: Sure) -> int | None:
    if not is_han(text, at) or is_place(text, at):
        return None
    end = _given_end(text, at)
    if sure >= Sure.SAID:
        return end
    if is_place(text, end) or is_place(text, at + 1):
        return None
    is_plain = text[at - 2 : at] not in _W.placelike or not is_han(text, end)
    if (sure == Sure.HINT and is_han(text, end)) or not is_plain:
        is_plain = any(c in _W.sure for c in text[at:end]) and _is_end(text, end)
    return end if is_plain else None


def _sounded_end(text: str, at: int) -> int | None:
    match = _SOUNDS.match(text, at)
    if match and _MARKS.search(text, at, min(match.end(), at + _LONGEST_SOUNDED)):
        return match.end()
    return None


def _dotted_end(text: str, at: int) -> int | None:
    match = _DOTTED.match(text, at)
    if match is None:
        return None
    dot = max(text.rfind(c, at, match.end()) for c in _DOTS)
    end = dot + 2
    while end < match.end() and text[end] not in _W.follows:
        if text[end : end + 2] in _W.follows_two:
            break
        end += 1
    sounds = _SOUNDS.match(text, dot + 1)
    if end - dot - 1 > _LONGEST_PART and sounds:
        end = max(sounds.end(), dot + 1 + _TWO)
    return end


def _is_pair(given: str) -> bool:
    """Whether two characters make a usual given name: 建国."""
    return len(given) == _TWO and given[0] in _W.first and given[1] in _W.second


def _given_end(text: str, at: int) -> int:
    """Find the end of a given name that begins there: one character or two."""
    second = text[at + 1 : at + 2]
    if text[at] in _W.common and _is_pair(text[at + 1 : at + 3]):
        return at + 3  # surnames of both parents: 陈李雨桐
    if not second or not _HAN.match(second) or text[at + 1 : at + 3] in _W.follows_two:
        return at + 1
    # 尚进才反映: what is a word by itself ends the name where another word follows it.
    is_before_word = text[at + 2 : at + 4] in _W.follows_two
    if _is_pair(text[at : at + 2]) or (is_before_word and second not in _W.never):
        return at + 2
    if second in _W.follows:
        is_ended = not is_han(text, at + 2)
        return at + 2 if second in _W.given and is_ended else at + 1
    return at + 2 if second in _W.given or not is_han(text, at + 2) else at + 1


def _is_likely(text: str, at: int, end: int, sure: Sure) -> bool:
    """Whether characters behind a role look like a name and not like other words."""
    if _is_other_word(text, at, end):
        return False
    surname, given = text[at], text[at + 1 : end]
    has_sure = any(c in _W.sure for c in given)
    ends = _is_end(text, end)
    is_pair = _is_pair(given)
    if is_pair and surname not in _W.doubtful:
        return True
    if sure == Sure.HINT:
        is_short = len(given) == 1 and surname not in _W.common
        ends = ends if text[at - 1 : at] in _WITH else _is_sure_end(text, end)
        is_second = len(given) == 1 and given in _W.second
        return ends and not is_short and (has_sure or is_pair or is_second)
    if surname not in _W.frequent and surname in _W.doubtful:
        return is_pair or (ends and has_sure)
    is_usual = surname in _W.common and len(given) == _TWO
    return has_sure or sure == Sure.LABEL or is_usual or ends


def _is_other_word(text: str, at: int, end: int) -> bool:
    """Whether another word, or the name of a place or a business, begins there."""
    if text[at : at + 2] in _W.starts or text[at : at + 3] in _W.starts:
        return True
    if text[at + 1] in _W.never or is_place(text, end) or text[end - 1] in _PLACE_ENDS:
        return True
    return end - at > _TWO and _BEHIND_LONG.match(text, at + _TWO) is not None


def _is_end(text: str, end: int) -> bool:
    """Whether nothing, or what usually stands behind a name, follows."""
    return (
        not is_han(text, end)
        or text[end] in _W.follows
        or text[end] not in _W.given
        or text[end : end + 2] in _W.follows_two
    )


def _is_sure_end(text: str, end: int) -> bool:
    behind = text[end : end + 2]
    return not is_han(text, end) or behind[0] in _W.follows or behind in _W.follows_two


def is_alone(text: str, start: int, end: int) -> bool:
    """Whether two or three characters between marks are a name and not a word or a place."""
    return (
        text[start : start + 2] not in _W.starts
        and not _TITLE.match(text, start + 1)
        and text[start + 1] != "某"
        and text[start + 1] not in _W.never
        and text[end - 1] not in _W.place_ends
        and (text[start] in _W.frequent or text[start + 1] in _W.given)
    )


def is_opening_name(text: str, start: int, end: int) -> bool:
    """Whether two or three characters before a verb are a name: 殷雪梅住, 张伟说."""
    surname, given = text[start], text[start + 1 : end]
    if not is_alone(text, start, end) or _is_other_word(text, start, end):
        return False
    if any(c not in _W.given for c in given):
        return False
    has_sure = any(c in _W.sure for c in given)
    return _is_pair(given) or (has_sure and surname not in _W.doubtful)


def is_telltale(text: str, start: int, end: int) -> bool:
    """Whether what begins with a character of surnames alone is a name: 与綦向阳, 被逯海峰."""
    given = text[start + 1 : end]
    if text[start - 1 : start + 1] in _W.ends or given[0] in _W.place_ends - _W.sure:
        return False
    if text[end - 1] in _W.place_ends - _W.sure or _is_other_word(text, start, end):
        return False
    if all(c in _W.given for c in given) and len(given) == _TWO:
        return any(c in _W.sure for c in given) or given[1] in _W.second
    return given in _W.sure and _is_sure_end(text, end)


def is_likely_alone(text: str, start: int, end: int) -> bool:
    """Whether two or three characters that make a whole clause are a name."""
    given = text[start + 1 : end]
    if text[start] not in _W.common or not is_alone(text, start, end):
        return False
    if any(c not in _W.given for c in given):
        return False
    return any(c in _W.sure for c in given) or given[-1] in _W.second


def is_bare_name(text: str, start: int, end: int) -> bool:
    """Whether three characters by themselves are a name: 张志强的车."""
    if text[start - 1 : start + 1] in _W.ends or _is_other_word(text, start, end):
        return False
    if text[end - 1] in _W.place_ends or text[start + 1] in _W.follows - _W.sure:
        return False
    given = text[start + 1 : end]
    is_pair = _is_pair(given)
    if text[start] in _W.doubtful:
        return is_pair and _is_sure_end(text, end)
    return is_pair or _is_sure_end(text, end)
