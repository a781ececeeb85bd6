"""The words by which names are told from other words: read once from ``words.toml``."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["HAN", "Lexicon", "any_of", "read_lexicon"]

HAN = "\u3400-\u9fff"
"""Range of Chinese characters, for a class of a regular expression."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Characters and words of names; see ``words.toml``.

    ``frequent`` are the most frequent surnames, ``common`` those of them that are not
    ``doubtful``; ``surnames`` are all of one character. ``starts`` and ``ends`` are words
    that begin or end like a surname.
    """

    frequent: frozenset[str]
    common: frozenset[str]
    doubtful: frozenset[str]
    surnames: frozenset[str]
    compound: tuple[str, ...]
    given: frozenset[str]
    sure: frozenset[str]
    first: frozenset[str]
    second: frozenset[str]
    follows: frozenset[str]
    follows_two: frozenset[str]
    never: frozenset[str]
    plain_compound: tuple[str, ...]
    placelike: frozenset[str]
    starts: frozenset[str]
    ends: frozenset[str]
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    hints: str
    place_ends: frozenset[str]
    nobody: tuple[str, ...]
    titles: tuple[str, ...]
    short_titles: tuple[str, ...]
    behind: tuple[str, ...]
    sounds: str
    marks: tuple[str, ...]


@cache
def read_lexicon() -> Lexicon:
    """Read the words that come with the package."""
    text = files("governance.tickets.privacy").joinpath("words.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    surnames, given, cues = raw["surnames"], raw["given"], raw["cues"]
    doubtful = frozenset(surnames["doubtful"])
    return Lexicon(
        frequent=frozenset(surnames["common"]),
        common=frozenset(surnames["common"]) - doubtful,
        doubtful=doubtful,
        surnames=frozenset(surnames["common"] + surnames["usual"]),
        compound=tuple(surnames["compound"]),
        given=frozenset(given["usual"] + given["sure"] + given["first"] + given["second"]),
        sure=frozenset(given["sure"]),
        first=frozenset(given["first"]),
        second=frozenset(given["second"]),
        follows=frozenset(raw["follows"]["one"]),
        follows_two=frozenset(raw["follows"]["two"]),
        never=frozenset(raw["follows"]["never"]),
        plain_compound=tuple(c for c in surnames["compound"] if c not in surnames["placelike"]),
        placelike=frozenset(surnames["placelike"]),
        starts=frozenset(raw["not_names"]["starts"]),
        ends=frozenset(raw["not_names"]["ends"]),
        labels=tuple(cues["labels"]),
        roles=tuple(cues["roles"]),
        hints=cues["hints"],
        place_ends=frozenset(raw["places"]["last"]),
        nobody=tuple(cues["nobody"]),
        titles=tuple(raw["titles"]["long"]),
        short_titles=tuple(raw["titles"]["short"]),
        behind=tuple(raw["places"]["behind"]),
        sounds=raw["foreign"]["sounds"],
        marks=tuple(raw["foreign"]["marks"]),
    )


def any_of(words: Iterable[str]) -> str:
    """Write a pattern that finds the longest of some words, looking at each character once."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]  # nested without end
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, dict]) -> str:  # type: ignore[type-arg]
    # Every branch begins with a plain character: the search then skips all other characters fast.
    parts = [re.escape(c) + _branches(below) for c, below in tree.items() if c]
    if not parts:
        return ""
    joined = parts[0] if len(parts) == 1 else "(?:" + "|".join(parts) + ")"
    if "" in tree:
        return f"(?:{joined})?"
    return joined
