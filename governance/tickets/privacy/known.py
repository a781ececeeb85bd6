"""Words of the caller, wherever they stand in the text."""

import re
from collections.abc import Iterator, Sequence

from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.lexicon import HAN, any_of, read_lexicon

__all__ = ["find_known"]

_W = read_lexicon()
_BEHIND = re.compile(any_of(_W.behind))
_TITLE = re.compile(any_of((*_W.titles, *_W.short_titles)))
_CALLED = re.compile(r"(?:我是|我叫|叫我|名叫|叫|喊我|称呼|老|小|阿)$")
_CHINESE = re.compile(f"[{HAN}]+")
_NOBODY = frozenset(
    (*_W.nobody, "匿名用户", "市民", "群众", "居民", "业主", "未知", "null", "none")
)
_SHORTEST = 2
_WHOLE_NAME = 3


def find_known(text: str, known: Sequence[str]) -> Iterator[Finding]:
    """Find words of the caller, unless they are part of the name of a place or a business."""
    folded = text.casefold()
    if len(folded) != len(text):
        folded = text
    for given in known:
        word = given.strip()
        if len(word) < _SHORTEST or word.lower() in _NOBODY:
            continue
        kind = _kind(word)
        for start in _places(folded, word.casefold()):
            if kind != Kind.NAME or not _BEHIND.match(text, start + len(word)):
                yield Finding(kind, start, start + len(word))
        if len(word) >= _WHOLE_NAME and _CHINESE.fullmatch(word):
            yield from _given_alone(text, word[-2:])


def _kind(word: str) -> Kind:
    digits = sum(c.isdigit() for c in word)
    if "@" in word:
        return Kind.EMAIL
    if not digits:
        return Kind.NAME
    return Kind.PHONE if digits == len(word) and digits < 13 else Kind.ACCOUNT  # noqa: PLR2004


def _given_alone(text: str, given: str) -> Iterator[Finding]:
    """Find the given name by itself: 建国大爷, 叫我建国."""
    for start in _places(text, given):
        end = start + len(given)
        if _TITLE.match(text, end) or (
            _CALLED.search(text[:start]) and not _BEHIND.match(text, end)
        ):
            yield Finding(Kind.NAME, start, end)


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))
