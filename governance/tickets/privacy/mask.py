"""Mask personal data in free text: 我叫张建国，住3号楼501室 becomes 我叫***，住3号楼***室."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.tickets.privacy.english import find_english
from governance.tickets.privacy.flat import flatten
from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.known import find_known
from governance.tickets.privacy.names import find_names
from governance.tickets.privacy.numbered import find_numbers
from governance.tickets.privacy.rooms import find_apartments, find_sides, find_spoken
from governance.tickets.privacy.written import find_written

__all__ = ["MASKER", "Finding", "Kind", "Masked", "mask", "mask_many"]

_LATIN = re.compile("[A-Za-zＡ-Ｚａ-ｚ#＃]")
_LETTERS = re.compile(r"[^\W_]|_")
MASKER = "2"
"""Version of the masking; stands with every masked text, so that older ones can be made again."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, as far as it was found.

    Attributes
    ----------
    text
        As long as the text given; what was found is replaced by ``*``, character by character.
    findings
        In the order of the text, without overlaps.
    """

    text: str
    findings: tuple[Finding, ...] = ()


def mask(text: str, *, known: Sequence[str] = ()) -> Masked:
    """Replace what tells who somebody is.

    Parameters
    ----------
    text
        A title, a text, words of a place; any length.
    known
        Words of the caller, see :func:`governance.tickets.privacy.vault.known_words`: masked
        wherever they stand, unless they are part of the name of a road or a place.

    Returns
    -------
    masked
        Masking it again changes nothing.
    """
    findings = _find(text, known)
    if not findings:
        return Masked(text)
    return Masked(_render(text, findings), findings)


def mask_many(
    texts: Iterable[str], *, known: Iterable[Sequence[str]] | None = None
) -> list[Masked]:
    """Mask many texts, each with the known words of its own caller.

    Parameters
    ----------
    texts
        Any number.
    known
        One for each text; None where no caller is known.
    """
    if known is None:
        return [mask(text) for text in texts]
    return [mask(text, known=words) for text, words in zip(texts, known, strict=True)]


def _find(text: str, known: Sequence[str]) -> tuple[Finding, ...]:
    """Find until nothing more is found: what was masked can show what stands beside it."""
    found: tuple[Finding, ...] = ()
    shown = text
    while True:
        more = _look(shown, known)
        if more and found:
            more = [one for one in more if _LETTERS.search(shown, one.start, one.end)]
        if not more:
            return found
        found = _merge((*found, *more))
        shown = _render(shown, found)


def _look(text: str, known: Sequence[str]) -> list[Finding]:
    flat = flatten(text)
    found = [*find_numbers(flat), *find_written(flat), *find_names(text)]
    if "户" in text or "室" in text or "单元" in text or "座" in text:
        found.extend(find_sides(flat))
    if "十" in text or "甲" in text or "乙" in text or "丙" in text or "丁" in text:
        found.extend(find_spoken(flat))
    if _LATIN.search(text):
        found.extend(find_apartments(flat))
        found.extend(find_english(text))
    if known:
        found.extend(find_known(text, known))
    return found


def _merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join findings that overlap; the one that begins first, or is longer, gives the kind."""
    merged: list[Finding] = []
    for one in sorted(findings, key=lambda one: (one.start, -one.end)):
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Finding(last.kind, last.start, max(last.end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


def _render(text: str, findings: Sequence[Finding]) -> str:
    parts = []
    at = 0
    for one in findings:
        parts.append(text[at : one.start])
        parts.append(_LETTERS.sub("*", text[one.start : one.end]))
        at = one.end
    parts.append(text[at:])
    return "".join(parts)
