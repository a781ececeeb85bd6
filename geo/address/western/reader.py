"""The Western reading of an address: from its words to an answer with reasons."""

import math
from weakref import WeakKeyDictionary

from geo.address.answers import (
    AddressHints,
    Candidate,
    Decision,
    GeocodeAnswer,
    Part,
    PartRole,
    Precision,
)
from geo.address.gazetteer import Gazetteer
from geo.address.plane import distance_m
from geo.address.tables import Level, Role
from geo.address.western.places import Found, find_places
from geo.address.western.profile import StreetProfile, default_street_profile
from geo.address.western.reading import Reading, Token, read_address
from geo.address.western.streets import StreetIndex
from geo.address.western.words import words_of

__all__ = ["WesternReader", "read"]

_ELSEWHERE_M = 100.0  # candidates closer than this are no contest
_VAGUE_M = 250.0  # a street longer than this is no place
_CLEAR_LEAD = 1.0  # by which the next candidate must be worse

_PART_ROLES = {
    "number": PartRole.NUMBER,
    "street": PartRole.ROAD,
    "join": PartRole.CROSSING,
    "unit": PartRole.UNIT,
    "place": PartRole.CITY,
    "state": PartRole.PROVINCE,
    "postcode": PartRole.POSTCODE,
}

_EVIDENCE = frozenset({PartRole.NUMBER, PartRole.ROAD, PartRole.CROSSING})

_Reason = tuple[object, ...]


def read(
    gazetteer: Gazetteer,
    text: str,
    hints: AddressHints | None = None,
    limit: int = 5,
    profile: StreetProfile | None = None,
) -> GeocodeAnswer:
    """Answer one Western address.

    Parameters
    ----------
    gazetteer
        Built with the grammar ``en``.
    text
        The address: 100 N CHARLES ST, CITY, STATE 12345; or A ST & B AVE.
    hints
        What else is known; a district is read as the city where the text names none.
    limit
        Candidates at most.
    profile
        Weights; those of the package when None.

    Returns
    -------
    answer
        Accepted only if the confidence reaches the threshold and nothing speaks against it.

    Notes
    -----
    The streets of a gazetteer are sorted by name at its first text and kept while it lives.
    """
    reader = _readers.get(gazetteer)
    if reader is None:
        reader = _readers[gazetteer] = WesternReader(gazetteer)
    return reader.read(text, hints, limit, profile or default_street_profile())


class WesternReader:
    """What reading needs of one gazetteer.

    Parameters
    ----------
    gazetteer
        Built with the grammar ``en``; its arrays are kept, not the object itself.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._edition = gazetteer.edition
        self._ground = gazetteer.ground
        roads = [int(e) for e in (gazetteer.role == Role.ROAD).nonzero()[0]]
        self._uid = {e: gazetteer.uid(e) for e in roads}
        self._name = {e: gazetteer.name(e) for e in roads}
        self._kind = {e: gazetteer.kind(e) for e in roads}
        self._areas = {e: _areas_of(gazetteer, e) for e in roads}
        names = [(e, name) for e, name in self._name.items()]
        self._cities: dict[tuple[str, ...], bool] = {}
        for i in range(gazetteer.n_names):
            text = gazetteer.name_text(i)
            for e in gazetteer.entities_of(i).tolist():
                if e in self._name:
                    names.append((e, text))
                elif gazetteer.role[e] == Role.AREA and (words := words_of(text)):
                    key = tuple(words)
                    self._cities[key] = self._cities.get(key, False) or bool(gazetteer.is_ours[e])
        self._index = StreetIndex(names)
        self._city_words = frozenset(self._cities)

    def read(
        self, text: str, hints: AddressHints | None, limit: int, profile: StreetProfile
    ) -> GeocodeAnswer:
        """Answer one address; see the function ``read``."""
        reading, found = self._best_reading(text, profile)
        elsewhere = self._other_places(reading, hints)
        weighed = [
            profile.probability(
                place.street_penalty,
                place.number_penalty,
                _lead(place, found),
                has_other_place=bool(elsewhere),
            )
            for place in found
        ]
        order = sorted(range(len(found)), key=lambda k: (-weighed[k], k))
        parts = [_parts(text, reading, found[k], self._uid, self._name) for k in order[:limit]]
        candidates = [
            self._candidate(reading, found[k], weighed[k], taken)
            for k, taken in zip(order, parts, strict=False)
        ]
        whole = parts[0] if parts else _parts(text, reading, None, self._uid, self._name)
        answer = GeocodeAnswer(text, Decision.REFUSED, candidates, whole, (), self._edition)
        if not order:
            words = " ".join(token.text for street in reading.streets for token in street)
            unknown = ("western_unknown_street", words) if words else ("western_no_street",)
            answer.reasons = (unknown,)
            return answer
        best = found[order[0]]
        gates = self._gates(reading, best, elsewhere)
        runner_up = _runner_up(found, best)
        gates += _contest(best, runner_up, self._name)
        confidence = weighed[order[0]]
        if confidence < profile.threshold:
            gates.append(("western_below_threshold", round(confidence, 3), profile.threshold))
        answer.decision = Decision.REVIEW if gates else Decision.ACCEPTED
        if runner_up is not None:
            gates.append(("runner_up", self._label(reading, runner_up), _worst(runner_up)))
        answer.reasons = tuple(gates)
        return answer

    def _best_reading(self, text: str, profile: StreetProfile) -> tuple[Reading, list[Found]]:
        """Read from the start; from a later part only if that gives a number or crossing."""
        first = read_address(text, self._city_words)
        found = find_places(first, self._index, self._ground, profile)
        if found:
            return first, found
        for start in first.restarts:
            later = read_address(text, self._city_words, start=start)
            places = find_places(later, self._index, self._ground, profile)
            if places and places[0].precision is not Precision.ROAD:
                return later, places
        return first, []

    def _other_places(self, reading: Reading, hints: AddressHints | None) -> tuple[str, ...]:
        """Give the cities that the text names and that are not this one."""
        named = [
            tuple(word for t in place for word in words_of(t.text)) for place in reading.places
        ]
        if not named and hints is not None and hints.district:
            named = [tuple(words_of(hints.district))]
        return tuple(" ".join(words) for words in named if words and not self._is_city(words))

    def _is_city(self, words: tuple[str, ...]) -> bool:
        """Tell whether words name this city, cut short or not."""
        if words in self._cities:
            return self._cities[words]
        joined = " ".join(words)
        least = 4
        return len(joined) >= least and any(
            is_ours and " ".join(city).startswith(joined) for city, is_ours in self._cities.items()
        )

    def _candidate(
        self, reading: Reading, place: Found, confidence: float, parts: tuple[Part, ...]
    ) -> Candidate:
        """Make the candidate of a place."""
        entity = place.streets[0].entity
        return Candidate(
            uid=self._uid[entity],
            name=self._name[entity],
            kind=self._kind[entity],
            label=self._label(reading, place),
            precision=place.precision,
            lon=place.lon,
            lat=place.lat,
            accuracy_m=round(place.accuracy_m, 1),
            confidence=round(confidence, 4),
            areas=dict(self._areas[entity]),
            parts=tuple(part for part in parts if part.role in _EVIDENCE),
            reasons=tuple(_candidate_reasons(reading, place, self._name)),
        )

    def _label(self, reading: Reading, place: Found) -> str:
        names = " & ".join(self._name[match.entity] for match in place.streets)
        if place.precision in {Precision.CROSSING, Precision.ROAD}:
            return names
        gap = " " if reading.suffix[:1].isdigit() else ""
        return f"{reading.number}{gap}{reading.suffix} {names}"

    @staticmethod
    def _gates(reading: Reading, best: Found, elsewhere: tuple[str, ...]) -> list[_Reason]:
        """Say what forbids accepting the best place unseen."""
        gates: list[_Reason] = [("western_other_place", place) for place in elsewhere]
        if best.left_out:
            gates.append(("western_left_out", " ".join(token.text for token in best.left_out)))
        if reading.skipped:
            gates.append(("western_left_out", " ".join(token.text for token in reading.skipped)))
        if any(match.similarity < 1.0 for match in best.streets):
            least = min(match.similarity for match in best.streets)
            gates.append(("western_spelling", round(least, 2)))
        if any(match.differs for match in best.streets):
            gates.append(("western_name_differs",))
        if best.precision is Precision.ROAD:
            if reading.number >= 0:
                gates.append(("western_no_number", reading.number))
            elif len(reading.streets) > 1:
                gates.append(("western_no_crossing",))
            elif best.accuracy_m > _VAGUE_M:
                gates.append(("western_whole_street", round(best.accuracy_m)))
        if best.by == "beyond":
            gates.append(("western_number_beyond", reading.number))
        return gates


def _areas_of(gazetteer: Gazetteer, entity: int) -> dict[str, str]:
    """Give the uid of the areas of an entity by level, where there is just one."""
    by_level: dict[str, list[str]] = {}
    for area in gazetteer.areas_of(entity).tolist():
        level = Level(int(gazetteer.level[area])).name.lower()
        by_level.setdefault(level, []).append(gazetteer.uid(area))
    return {level: uids[0] for level, uids in by_level.items() if len(uids) == 1}


def _runner_up(found: list[Found], best: Found) -> Found | None:
    """Give the best other place that lies elsewhere."""
    for place in found:
        away = distance_m((place.lon, place.lat), (best.lon, best.lat))
        if place is not best and away > _ELSEWHERE_M:
            return place
    return None


def _lead(place: Found, found: list[Found]) -> float:
    """Give by how much the best other place is worse; infinite without another."""
    other = _runner_up(found, place)
    return math.inf if other is None else other.penalty - place.penalty


def _contest(best: Found, other: Found | None, name: dict[int, str]) -> list[_Reason]:
    """Say that another place is nearly as good."""
    if other is None or other.penalty - best.penalty >= _CLEAR_LEAD:
        return []
    return [("western_contested", " & ".join(name[match.entity] for match in other.streets))]


def _worst(place: Found) -> str:
    """Give what speaks most against a place."""
    for match in place.streets:
        for part, fit in (("before", match.before), ("kind", match.kind), ("after", match.after)):
            if fit != "same":
                return f"western_{part}"
        if match.similarity < 1.0:
            return "western_spelling"
    return "western_number" if place.number_penalty > 0.0 else ""


def _candidate_reasons(reading: Reading, place: Found, name: dict[int, str]) -> list[_Reason]:
    """Say what a candidate rests on and how it differs from the text."""
    names = [name[match.entity] for match in place.streets]
    if place.precision is Precision.CROSSING:
        reasons: list[_Reason] = [("western_crossing", *names)]
    elif place.by is None:
        reasons = [("western_street", *names)]
    else:
        reasons = [(f"western_{place.by}", names[0], reading.number)]
    for match in place.streets:
        for part, fit in (("before", match.before), ("kind", match.kind), ("after", match.after)):
            if fit != "same":
                reasons.append((f"western_{part}_{fit}", name[match.entity]))
        if match.similarity < 1.0:
            reasons.append(("western_spelling", round(match.similarity, 2)))
    return reasons


def _part(
    token: Token,
    reading: Reading,
    place: Found | None,
    uid: dict[int, str],
    name: dict[int, str],
) -> Part:
    """Tell what a word was taken for."""
    taken = reading.role.get(token, "chatter")
    role = _PART_ROLES.get(taken, PartRole.IGNORED)
    if taken != "street":
        return Part(token.start, token.end, token.text, role)
    if place is None or token in place.left_out:
        return Part(token.start, token.end, token.text, PartRole.UNKNOWN_NAME)
    which = next((k for k, words in enumerate(reading.streets) if token in words), 0)
    entity = place.streets[min(which, len(place.streets) - 1)].entity
    return Part(token.start, token.end, token.text, role, uid[entity], name[entity])


def _parts(
    text: str, reading: Reading, place: Found | None, uid: dict[int, str], name: dict[int, str]
) -> tuple[Part, ...]:
    """Account for the whole text: words that go together, and what lies between as ignored."""
    parts: list[Part] = []
    for token in reading.tokens:
        part = _part(token, reading, place, uid, name)
        last = parts[-1] if parts else None
        if last is not None and (last.role, last.uid) == (part.role, part.uid):
            parts[-1] = Part(
                last.start, part.end, text[last.start : part.end], last.role, last.uid, last.name
            )
            continue
        end = last.end if last else 0
        if part.start > end:
            parts.append(Part(end, part.start, text[end : part.start], PartRole.IGNORED))
        parts.append(Part(part.start, part.end, text[part.start : part.end], *_taken(part)))
    end = parts[-1].end if parts else 0
    if end < len(text):
        parts.append(Part(end, len(text), text[end:], PartRole.IGNORED))
    return tuple(parts)


def _taken(part: Part) -> tuple[PartRole, str, str]:
    return part.role, part.uid, part.name


_readers: WeakKeyDictionary[Gazetteer, WesternReader] = WeakKeyDictionary()
