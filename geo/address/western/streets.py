"""Streets by name: exact, with another direction or type, or nearly spelled so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz import distance, process

from geo.address.western.words import StreetName, parse_street, words_of

__all__ = ["Fit", "StreetIndex", "StreetMatch"]

Fit = Literal["same", "lacking", "extra", "other"]
"""A part of the text against the street's: equal, not stated, stated without need, different."""

_ARTICLE: Final = "THE"
_MIN_SIMILARITY: Final = 0.799  # one change in five letters, rounding aside
_MIN_LETTERS: Final = 4
_MOST_SIMILAR: Final = 8


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """A street that a name may mean.

    Attributes
    ----------
    entity
        The road.
    name
        Its name in parts.
    before, kind, after
        How the direction before, the type and the direction after fit.
    similarity
        Of the name itself: 1 for equal.
    """

    entity: int
    name: StreetName
    before: Fit
    kind: Fit
    after: Fit
    similarity: float

    @property
    def is_exact(self) -> bool:
        """Whether nothing differs."""
        return self.similarity == 1.0 and (self.before, self.kind, self.after) == ("same",) * 3

    @property
    def differs(self) -> bool:
        """Whether this may well be another street: a part is different, or two are not the same."""
        fits = (self.before, self.kind, self.after)
        return "other" in fits or fits.count("same") < len(fits) - 1


class StreetIndex:
    """All streets of a gazetteer by the name without direction and type.

    Parameters
    ----------
    names
        Entity and name, the main one or another; several rows for one entity are allowed.
    """

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._by_core: dict[str, list[tuple[int, StreetName]]] = {}
        for entity, text in names:
            words = words_of(text)
            if not words:
                continue
            name = parse_street(words)
            self._add(name.core, entity, name)
            if words[0] == _ARTICLE and len(words) > 1:
                self._add(name.core.removeprefix(_ARTICLE), entity, name)
        self._cores = sorted(self._by_core)

    def _add(self, core: str, entity: int, name: StreetName) -> None:
        rows = self._by_core.setdefault(core, [])
        if (entity, name) not in rows:
            rows.append((entity, name))

    def exact(self, words: list[str]) -> list[StreetMatch]:
        """Find the streets with this name itself, whatever their direction and type."""
        return self._of_core(parse_street(words), 1.0)

    def similar(self, words: list[str]) -> list[StreetMatch]:
        """Find the streets whose name itself is spelled nearly so.

        Parameters
        ----------
        words
            As ``words_of`` gives them.

        Returns
        -------
        matches
            With similarity from 0.8 (one change in five letters) to below 1.
        """
        name = parse_street(words)
        if len(name.core) < _MIN_LETTERS:
            return []
        found = process.extract(
            name.core,
            self._cores,
            scorer=distance.OSA.normalized_similarity,
            score_cutoff=_MIN_SIMILARITY,
            limit=_MOST_SIMILAR,
        )
        return [
            match
            for core, similarity, _ in found
            if core != name.core
            for match in self._of_core(name, similarity, core)
        ]

    def _of_core(
        self, wanted: StreetName, similarity: float, core: str | None = None
    ) -> list[StreetMatch]:
        return [
            StreetMatch(
                entity,
                name,
                _fit(wanted.before, name.before),
                _fit(wanted.kind, name.kind),
                _fit(wanted.after, name.after),
                similarity,
            )
            for entity, name in self._by_core.get(wanted.core if core is None else core, ())
        ]


def _fit(stated: str, known: str) -> Fit:
    if stated == known:
        return "same"
    if not stated:
        return "lacking"
    return "other" if known else "extra"
