"""Places that a Western address may mean: house numbers, crossings, whole streets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.address.answers import Precision
from geo.address.ground import Ground
from geo.address.numbers import Basis
from geo.address.plane import distance_m
from geo.address.western.profile import StreetProfile
from geo.address.western.reading import Reading, Token
from geo.address.western.streets import StreetIndex, StreetMatch
from geo.address.western.words import words_of

__all__ = ["Found", "find_places", "ranked"]

_CROSSING_M: Final = 25.0
_BLOCK_M: Final = 60.0
_MOST_STREETS: Final = 12
_SAME_PLACE_M: Final = 100.0


@dataclass(frozen=True, slots=True)
class Found:
    """A place that the text may mean.

    Attributes
    ----------
    streets
        The street, or the two that cross.
    precision
        Door as a point, interpolated, crossing, or road.
    lon, lat
        Degrees.
    accuracy_m
        Distance within which the true place lies in nine cases of ten.
    by
        What a house number rests on; None for none.
    street_penalty, number_penalty
        Weights of what differs.
    left_out
        Words of the street that had to be left out.
    """

    streets: tuple[StreetMatch, ...]
    precision: Precision
    lon: float
    lat: float
    accuracy_m: float
    by: Basis | None
    street_penalty: float
    number_penalty: float
    left_out: tuple[Token, ...]

    @property
    def penalty(self) -> float:
        """Weight of all that differs: the order of candidates."""
        return self.street_penalty + self.number_penalty


def find_places(
    reading: Reading, index: StreetIndex, ground: Ground, profile: StreetProfile
) -> list[Found]:
    """Find all places that an address may mean, best first.

    Parameters
    ----------
    reading
        The address taken apart.
    index, ground
        Streets and where they are.
    profile
        Weights.

    Returns
    -------
    places
        Sorted by penalty, places within 100 m of a better one left out.
    """
    named = [_streets(words, index) for words in reading.streets]
    found: list[Found] = []
    if len(named) > 1:
        for i, first in enumerate(named):
            for second in named[i + 1 :]:
                found += _crossings(first, second, ground, profile)
    elif named:
        found = _numbered(reading, *named[0], ground, profile)
        if not found and named[0][0] and named[0][0][0].similarity == 1.0:
            # The name exists but not the number: perhaps another name was meant.
            words = [word for token in reading.streets[0] for word in words_of(token.text)]
            near = index.similar(words)[:_MOST_STREETS]
            found = _numbered(reading, near, (), ground, profile)
    if not found:
        found = [
            _whole_street(match, left_out, reading, ground, profile)
            for matches, left_out in named
            for match in matches
        ]
    return ranked(found)


def ranked(found: Sequence[Found]) -> list[Found]:
    """Sort by penalty and keep the best of those that lie together on the same street."""
    kept: list[Found] = []
    for place in sorted(found, key=lambda each: (each.penalty, each.accuracy_m)):
        entities = {match.entity for match in place.streets}
        if not any(
            entities == {match.entity for match in other.streets}
            and distance_m((place.lon, place.lat), (other.lon, other.lat)) < _SAME_PLACE_M
            for other in kept
        ):
            kept.append(place)
    return kept


_Named = tuple[list[StreetMatch], tuple[Token, ...]]


def _streets(tokens: list[Token], index: StreetIndex) -> _Named:
    """Find the streets that words may mean, leaving out as few words as possible."""
    spelled = [words_of(token.text) for token in tokens]
    every = [word for words in spelled for word in words]
    matches = index.exact(every)
    if matches:
        return matches[:_MOST_STREETS], ()
    for n in range(len(tokens) - 1, 0, -1):
        for first in (0, len(tokens) - n):  # words left out at the end, else at the start
            some = [word for words in spelled[first : first + n] for word in words]
            matches = [match for match in index.exact(some) if _is_enough(some)]
            if matches:
                out = tuple(tokens[:first] + tokens[first + n :])
                fuzzy = index.similar(every)
                if fuzzy and len(out) * 2 > len(tokens):
                    return fuzzy[:_MOST_STREETS], ()
                return matches[:_MOST_STREETS], out
    return index.similar(every)[:_MOST_STREETS], ()


def _is_enough(words: list[str]) -> bool:
    """Tell whether words left over can name a street: more than a number or one letter."""
    return any(len(word) > 1 and not word.isdigit() for word in words)


def _numbered(
    reading: Reading,
    matches: list[StreetMatch],
    left_out: tuple[Token, ...],
    ground: Ground,
    profile: StreetProfile,
) -> list[Found]:
    """Find the house number on each street that has it."""
    if reading.number < 0:
        return []
    found = []
    for match in matches:
        for door in ground.door(match.entity, reading.number, reading.suffix, reading.postcode):
            precision = Precision.DOOR if door.by == "points" else Precision.INTERPOLATED
            found.append(
                Found(
                    (match,),
                    precision,
                    door.lon,
                    door.lat,
                    max(door.accuracy_m, _BLOCK_M) if reading.is_block else door.accuracy_m,
                    door.by,
                    profile.of_street(match, len(left_out)),
                    profile.of_number(door.by),
                    left_out,
                )
            )
    return found


def _crossings(
    first: _Named, second: _Named, ground: Ground, profile: StreetProfile
) -> list[Found]:
    """Find where any street of one name crosses any of the other."""
    left_out = (*first[1], *second[1])
    found = []
    for one in first[0]:
        for other in second[0]:
            if one.entity == other.entity:
                continue
            penalty = profile.of_street(one, len(first[1]))
            penalty += profile.of_street(other, len(second[1]))
            found += [
                Found(
                    (one, other), Precision.CROSSING, lon, lat, _CROSSING_M, None, penalty, 0.0,
                    left_out,
                )
                for lon, lat in ground.crossings(one.entity, other.entity).tolist()
            ]  # fmt: skip
    return found


def _whole_street(
    match: StreetMatch,
    left_out: tuple[Token, ...],
    reading: Reading,
    ground: Ground,
    profile: StreetProfile,
) -> Found:
    """Give a whole street, where neither number nor crossing is known."""
    lon, lat, radius = ground.middle(match.entity)
    number = profile.of_number(None) if reading.number >= 0 or len(reading.streets) > 1 else 0.0
    return Found(
        (match,), Precision.ROAD, lon, lat, max(radius, _BLOCK_M), None,
        profile.of_street(match, len(left_out)), number, left_out,
    )  # fmt: skip
