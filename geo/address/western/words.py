"""Words of Western street names: directions, types, and the forms each is written in."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["DIRECTIONS", "MARKS", "TYPES", "StreetName", "compact", "parse_street", "words_of"]

_LEXICON: Final = tomllib.loads(
    Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8")
)


def _short_forms(table: str, *, with_itself: bool) -> dict[str, str]:
    """Read a table of the lexicon: from each written form to the one that is compared."""
    forms: dict[str, str] = {}
    for short, others in _LEXICON[table].items():
        forms |= dict.fromkeys(others, short)
        if with_itself:
            forms[short] = short
    return forms


DIRECTIONS: Final = _short_forms("directions", with_itself=True)
"""Written form of a direction to its short form."""

TYPES: Final = _short_forms("types", with_itself=True)
"""Written form of a type of street to its short form."""

MARKS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(words) for name, words in _LEXICON["marks"].items()
}
"""Words and signs around names: joins, units, block, introductions, states."""

_WORDS: Final = _short_forms("words", with_itself=False)
_NOT_LETTERS: Final = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class StreetName:
    """A street name in its parts.

    Attributes
    ----------
    before
        Direction before the name: N, S, E, W or two letters; empty for none.
    core
        The name itself: capitals and digits without spaces.
    kind
        Type in its short form: AVE; empty for none.
    after
        Direction after the type.
    """

    before: str
    core: str
    kind: str
    after: str


def words_of(text: str) -> list[str]:
    """Split a name into words: capitals and digits; an apostrophe or dot parts nothing."""
    plain = text.upper().replace("'", "").replace(".", "")
    return [word for word in _NOT_LETTERS.split(plain) if word]


def compact(words: list[str]) -> str:
    """Give the form in which the name itself is compared."""
    spelled = [_WORDS.get(word, word) for word in words]
    if len(spelled) > 1 and spelled[0] == "ST":
        spelled[0] = "SAINT"
    return "".join(spelled)


def parse_street(words: list[str]) -> StreetName:
    """Take a street name apart.

    Parameters
    ----------
    words
        As ``words_of`` gives them; at least one.

    Returns
    -------
    name
        A word that could be a direction or type is one only if a name is left: NORTH AVE and
        THE PARKWAY have names.
    """
    words = list(words)
    before = kind = after = ""
    n_named = _n_named(words)
    if len(words) > 1 and words[0] in DIRECTIONS and n_named > 0:
        before = DIRECTIONS[words.pop(0)]
    if len(words) > 1 and words[-1] in DIRECTIONS:
        after = DIRECTIONS[words.pop()]
    if len(words) > 1 and words[-1] in TYPES:
        kind = TYPES[words.pop()]
    return StreetName(before, compact(words), kind, after)


def _n_named(words: list[str]) -> int:
    """Count the words after the first that are more than a type."""
    rest = words[1:]
    if rest and rest[-1] in TYPES:
        rest = rest[:-1]
    return len(rest)
