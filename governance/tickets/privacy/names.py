"""Names of people in Chinese text: behind labels and roles, before titles, and by themselves."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.alone import find_alone, find_sounded
from governance.tickets.privacy.clauses import find_in_clauses
from governance.tickets.privacy.familiar import find_familiar
from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon
from governance.tickets.privacy.persons import Sure, name_at, unknown_end
from governance.tickets.privacy.titled import start_before

__all__ = ["find_names"]

_W = read_lexicon()
_LABELS, _CUES = frozenset(_W.labels), frozenset((*_W.labels, *_W.roles))
_TITLES, _COMPOUND, _MARKS = map(frozenset, (_W.titles, _W.plain_compound, _W.marks))
# One search for all words: what follows from a word is looked up afterwards.
_WORD = re.compile(any_of((*_CUES, *_TITLES, *_COMPOUND, *_MARKS)))
_LINKS = frozenset("的就也是为叫名系自称姓全 \t　:：（(【[“\"'「/|")
_NEXT = _LINKS | _W.surnames | {word[0] for word in _W.compound}
_LINK = re.compile(
    r"(?P<named>的?(?:姓名|名字|全名))?(?P<link>(?:就是|也是|是|为|叫做|叫|名叫|系|自称|称)?"
    r"[ \t　:：（(【\[“\"'「/|]*)"
)
_SAID = re.compile(
    r"(?:我|本人)(?:就)?[是系](?:业主|住户|租户|居民|村民|房主|房东|户主|家长|学生)?"
)
_CALLED = re.compile(r"叫(?:做|作)?")
_TRADE_LABEL = re.compile(r"[人员长者师工方][:：] *")
_HINTED = re.compile(f"[{_W.hints}][{''.join(sorted(_W.surnames))}][{''.join(sorted(_W.given))}]")
_SPACED = re.compile(f"[{''.join(sorted(_W.surnames))}](?:[ 　][{HAN}]){{1,2}}(?![{HAN}])")
_SMALL_NAME = re.compile(f"[小阿][{''.join(sorted(_W.given))}](?=的|[^{HAN}*]|$)")
_AND = re.compile("[、和与及跟]|以及")
_PERSONAL = frozenset(
    (
        "姓名", "名字", "全名", "真名", "大名", "户名", "联系人", "收件人", "收货人", "签名",
        "署名", "曾用名", "乳名", "笔名", "绰号", "外号", "艺名", "别名", "我叫", "名叫", "叫做",
    )
)  # fmt: skip


def find_names(text: str) -> Iterator[Finding]:
    """Find names; spans may overlap."""
    for start, end in _spans(text):
        yield Finding(Kind.NAME, start, end)
        more = _AND.match(text, end)
        while more:  # 李玉梅、赵春华两户
            next_end = name_at(text, more.end(), Sure.ROLE)
            if next_end is None:
                break
            yield Finding(Kind.NAME, more.end(), next_end)
            more = _AND.match(text, next_end)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        yield from _from_word(text, match[0], match.start(), match.end())
    yield from find_familiar(text)
    if "叫" in text:
        for match in _CALLED.finditer(text):
            yield from _one(match.end(), name_at(text, match.end(), Sure.LABEL))
            small = _SMALL_NAME.match(text, match.end())
            yield from _one(match.end(), small.end() if small else None)
    if "我是" in text or "人是" in text or "系" in text or "就是" in text:
        for match in _SAID.finditer(text):
            yield from _one(match.end(), name_at(text, match.end(), Sure.ROLE))
    if "：" in text or ":" in text:
        for match in _TRADE_LABEL.finditer(text):
            yield from _one(match.end(), name_at(text, match.end(), Sure.LABEL))
    for match in _HINTED.finditer(text):
        at = match.start() + 1
        yield from _one(at, name_at(text, at, Sure.HINT))
    yield from find_in_clauses(text)
    yield from find_alone(text)


def _one(start: int, end: int | None) -> Iterator[tuple[int, int]]:
    if end is not None:
        yield start, end


def _from_word(text: str, word: str, start: int, at: int) -> Iterator[tuple[int, int]]:
    """Give the names that a word of the lexicon gives away."""
    if word in _TITLES:
        before = start_before(text, start, at, word)
        if before is not None:
            yield before, start
    if word in _CUES:
        if text[at : at + 1] in _NEXT:
            yield from _behind(text, word, at)
    elif word in _COMPOUND:
        yield from _one(start, name_at(text, start, Sure.HINT))
    elif word in _MARKS:
        yield from find_sounded(text, start, at)


def _behind(text: str, word: str, at: int) -> Iterator[tuple[int, int]]:
    """Give the name behind a label or a role: 联系人：张建国."""
    link = _LINK.match(text, at) if text[at] in _LINKS else None
    is_linked = bool(link and link[0])
    at = link.end() if link else at
    is_personal = word in _PERSONAL or bool(link and link["named"])
    if word in _LABELS:
        sure = Sure.SAID if is_linked or is_personal else Sure.LABEL
    else:
        sure = Sure.LABEL if is_linked else Sure.ROLE
    end = name_at(text, at, sure)
    is_given = text[at : at + 1] in _W.given and text[at + 1 : at + 2] in _W.sure
    if end is None and (is_personal or (is_given and sure == Sure.SAID)):
        end = unknown_end(text, at)
    if end is None and sure == Sure.SAID:
        spaced = _SPACED.match(text, at)
        end = spaced.end() if spaced else None
    yield from _one(at, end)
