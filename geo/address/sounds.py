"""How characters sound: tables by character, so that a lookup needs no dictionary.

A syllable is a pinyin syllable without tone, by number. Many characters have a second reading; two
characters sound alike if one reading is common to both, and nearly alike if they differ only in
what speakers of many dialects do not tell apart (zh and z, n and l at the start, ing and in ...).
"""

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.address.kernel import kernel

__all__ = ["FIRST_CODE", "LAST_CODE", "SOUND_SECTIONS", "prepare_sounds", "sound_keys"]

FIRST_CODE = 0x4E00
LAST_CODE = 0x9FFF  # characters beyond are too rare for names that are spoken

SOUND_SECTIONS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("readings", "u2", (2,)),  # by code point from FIRST_CODE: two syllables from 1; 0 for none
    ("syllable_fold", "u2", ()),  # by syllable: the first of those that are easily confused
)

_FOLDS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
    (re.compile(r"^h(?=u)"), "f"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
)
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3


def _fold(syllable: str) -> str:
    for pattern, replacement in _FOLDS:
        syllable = pattern.sub(replacement, syllable)
    return syllable


@cache
def prepare_sounds() -> dict[str, NDArray[Any]]:
    """Make the tables of ``SOUND_SECTIONS`` from pypinyin: half a second, once in a process.

    Returns
    -------
    tables
        By name, not to be changed. The first reading of a character is its most frequent one.
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415 - needed at the build only, and slow to load

    found: list[list[str]] = []
    for code in range(FIRST_CODE, LAST_CODE + 1):
        options = pinyin(chr(code), style=Style.NORMAL, heteronym=True, errors="ignore")
        found.append(list(dict.fromkeys(str(one) for one in options[0]))[:2] if options else [])
    syllables = sorted({one for two in found for one in two})
    number = {syllable: i for i, syllable in enumerate(syllables, 1)}
    readings = np.zeros((len(found), 2), np.uint16)
    for i, two in enumerate(found):
        readings[i, : len(two)] = [number[one] for one in two]
    first_of: dict[str, int] = {}
    fold = np.zeros(len(syllables) + 1, np.uint16)
    for syllable, i in number.items():
        fold[i] = first_of.setdefault(_fold(syllable), i)
    return {"readings": readings, "syllable_fold": fold}


@kernel
def sound_of(code: int, readings: Any, which: int) -> Any:
    """Give one of the two readings of a code point; 0 for none."""
    if FIRST_CODE <= code <= LAST_CODE:
        return readings[code - FIRST_CODE, which]
    return 0


@kernel
def sound_key(codes: Any, start: int, end: int, readings: Any, other_at: int) -> Any:
    """Hash the sound of a stretch of code points; 0 where it holds no spoken character.

    ``other_at`` is a position that is read the second way; -1 for none.
    """
    key = np.uint64(_FNV_OFFSET)
    is_spoken = False
    for i in range(start, end):
        sound = sound_of(codes[i], readings, 1 if i == other_at else 0)
        if sound != 0:
            is_spoken = True
            part = np.uint64(sound)
        else:
            part = np.uint64(codes[i]) + np.uint64(0x10000)
        key = (key ^ part) * np.uint64(_FNV_PRIME)
    if not is_spoken or key == np.uint64(0):
        return np.uint64(0)
    return key


@kernel
def sound_keys(codes: Any, form_start: Any, readings: Any) -> Any:
    """Hash the sound of every form, each with at most one character read the second way.

    Returns
    -------
    keys, forms
        uint64 and int32: one entry for each way a form may be read.
    """
    n_ways = 0
    for form in range(form_start.size - 1):
        n_ways += 1
        for i in range(form_start[form], form_start[form + 1]):
            n_ways += sound_of(codes[i], readings, 1) != 0
    keys = np.empty(n_ways, np.uint64)
    forms = np.empty(n_ways, np.int32)
    n = 0
    for form in range(form_start.size - 1):
        start = form_start[form]
        end = form_start[form + 1]
        for other_at in range(start - 1, end):
            if other_at >= start and sound_of(codes[other_at], readings, 1) == 0:
                continue
            key = sound_key(codes, start, end, readings, other_at)
            if key != np.uint64(0):
                keys[n] = key
                forms[n] = form
                n += 1
    return keys[:n].copy(), forms[:n].copy()
