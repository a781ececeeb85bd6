"""Words that stand around names in Chinese addresses, with what each does in a sentence."""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.address.automaton import build_automaton, text_codes
from geo.address.normal import normalise
from geo.address.tables import Role

__all__ = ["Ending", "Kind", "Lexicon", "default_lexicon", "load_lexicon"]


class Kind(IntEnum):
    """What a token of a text is."""

    GAP = 0  # characters that nothing explains
    NAME = 1
    UNKNOWN = 2  # looks like a name that the gazetteer does not have
    CUE = 3
    STRONG_CUE = 4  # 住在, 位于
    CHATTER = 5
    ENDING = 6  # 小区, 路: the end of a name, or a plain noun
    DOOR = 7
    BUILDING = 8
    UNIT = 9
    GATE = 10
    OFFSET = 11
    EXTENSION = 12  # 二期, 西区: makes another name of the name before it
    PERSONAL = 13  # dates, telephone numbers, plates, persons
    PUNCT = 14
    NEAR = 15
    OPPOSITE = 16
    AT = 17
    INWARD = 18
    AND = 19
    TO = 20
    CROSSING = 21
    CORNER = 22
    SECTION = 23


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending of names: the role it speaks of and how much it says.

    ``is_generic``: also said alone (小区里). ``is_weak``: one character that also ends many other
    words. ``same``: the roles that it leaves unchanged when added to a name.
    """

    role: Role
    is_generic: bool = False
    is_weak: bool = False
    same: frozenset[Role] = frozenset()


Word = tuple[Kind, float, Ending | None]

_ROLES = {
    "area": Role.AREA,
    "estate": Role.ESTATE,
    "road": Role.ROAD,
    "poi": Role.POI,
    "water": Role.WATER,
    "zone": Role.ZONE,
}
_RELATIONS = {
    "near": Kind.NEAR,
    "opposite": Kind.OPPOSITE,
    "at": Kind.AT,
    "inward": Kind.INWARD,
    "to": Kind.TO,
    "and": Kind.AND,
    "section": Kind.SECTION,
    "crossing": Kind.CROSSING,
    "corner": Kind.CORNER,
}
_PER_CHARACTER = 5.0
_PER_ENDING = 5.0
_ENDING_BONUS = 1.0
_SHORT_ENDING = 4.0
_WEAK_ENDING = 1.0


class WordTable(NamedTuple):
    """The words of a lexicon as the cutter wants them.

    Attributes
    ----------
    kinds, endings
        By number of the word.
    automaton
        The last arguments of ``heaviest_cut``.
    """

    kinds: list[Kind]
    endings: list[Ending | None]
    automaton: tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Lexicon:
    """Words by spelling."""

    words: Mapping[str, Word]
    version: str

    @functools.cached_property
    def table(self) -> WordTable:
        """The words, numbered and in an automaton; made once."""
        texts = sorted(filter(None, self.words))
        start = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([len(text) for text in texts], out=start[1:])
        automaton = build_automaton(text_codes("".join(texts)), start)
        rows = [self.words[text] for text in texts]
        arrays = (
            np.array([row[1] for row in rows], np.float64), automaton.symbol_of,
            automaton.root_next, automaton.first_child, automaton.label, automaton.form_at,
        )  # fmt: skip
        return WordTable([row[0] for row in rows], [row[2] for row in rows], arrays)

    def with_endings(self, endings: Iterable[tuple[str, Role]]) -> "Lexicon":
        """Add endings learned from a gazetteer; known words stay what they are.

        Parameters
        ----------
        endings
            Text and role of each; those of one character are not taken.

        Returns
        -------
        lexicon
            A new one.
        """
        words = dict(self.words)
        for text, role in endings:
            if len(text) > 1 and text not in words and not self._ends_in_ending(text):
                words[text] = _ending_word(text, Ending(role))
        return Lexicon(words, self.version)

    def _ends_in_ending(self, text: str) -> bool:
        """Tell whether a text holds a known ending and more: 泉幼儿园, of several 和泉幼儿园."""
        tails = (self.words.get(text[at:]) for at in range(1, len(text) - 1))
        return any(word is not None and word[0] is Kind.ENDING for word in tails)


def _ending_word(text: str, ending: Ending) -> Word:
    if len(text) == 1:
        return Kind.ENDING, _WEAK_ENDING if ending.is_weak else _SHORT_ENDING, ending
    return Kind.ENDING, _PER_ENDING * len(text) + _ENDING_BONUS, ending


def _weight(text: str) -> float:
    return 1.0 if len(text) == 1 else _PER_CHARACTER * len(text)


def _endings(
    table: Mapping[str, Mapping[str, str] | str], same: Mapping[str, str]
) -> dict[str, Ending]:
    """Merge the classes of endings: generic wins over proper, both over weak."""
    unchanged: dict[str, set[Role]] = {}
    for role, text in same.items():
        for word in text.split():
            unchanged.setdefault(normalise(word), set()).add(_ROLES[role])
    found: dict[str, Ending] = {}
    for word, kept in unchanged.items():
        found[word] = Ending(min(kept), is_generic=True)
    for strength in ("proper", "generic"):
        group = table[strength]
        for role, text in group.items() if isinstance(group, Mapping) else ():
            for word in text.split():
                found[normalise(word)] = Ending(_ROLES[role], is_generic=strength == "generic")
    for word in map(normalise, str(table["weak"]).split()):
        role_of = found[word].role if word in found else Role.POI
        found[word] = Ending(role_of, is_weak=True)
    return {
        word: Ending(e.role, e.is_generic, e.is_weak, frozenset(unchanged.get(word, ())))
        for word, e in found.items()
    }


def load_lexicon(path: Path) -> Lexicon:
    """Read a lexicon.

    Parameters
    ----------
    path
        TOML with the tables of ``lexicon_zh.toml``.

    Returns
    -------
    lexicon
        Words in normalised spelling. Where a word stands in several classes, relations win, then
        endings, cues and chatter, in this order.

    Raises
    ------
    KeyError
        A table is missing.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    words: dict[str, Word] = {}

    def add(text: str, kind: Kind) -> None:
        for word in text.split():
            spelling = normalise(word)
            words[spelling] = (kind, _weight(spelling), None)

    add(data["chatter"]["words"], Kind.CHATTER)
    add(data["cue"]["plain"], Kind.CUE)
    add(data["cue"]["strong"], Kind.STRONG_CUE)
    for word, ending in _endings(data["ending"], data["same"]).items():
        words[word] = _ending_word(word, ending)
    for name, kind in _RELATIONS.items():
        add(data["relation"][name], kind)
    return Lexicon(words, str(data["version"]))


@functools.cache
def default_lexicon() -> Lexicon:
    """Give the lexicon that comes with the package."""
    return load_lexicon(Path(__file__).with_name("lexicon_zh.toml"))
