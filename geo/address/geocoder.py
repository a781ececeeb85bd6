"""The geocoder: a text in, ranked places out, with a decision and its reasons."""

from collections.abc import Sequence
from typing import Any

from geo.address.answers import (
    AddressHints,
    Candidate,
    Decision,
    GeocodeAnswer,
    Precision,
)
from geo.address.candidates import Found
from geo.address.choose import Ranked, rank
from geo.address.confidence import FEATURES, ConfidenceProfile, default_profile
from geo.address.context import HintAreas, is_elsewhere, resolve_hints
from geo.address.gate import stopped_by
from geo.address.gazetteer import Gazetteer
from geo.address.lexicon import Lexicon, default_lexicon
from geo.address.memory import Memory
from geo.address.normal import normalise
from geo.address.parts import label_of, parts_of, parts_of_anchor
from geo.address.reading import Reading, add_hinted, read
from geo.address.retrieve import similar_places
from geo.address.tables import Level, Role
from geo.address.tokens import cut
from geo.errors import AddressError

__all__ = ["Geocoder"]

# A member of an enumeration costs more to look up than to compare.
_ACCEPTED, _REFUSED, _REVIEW = Decision.ACCEPTED, Decision.REFUSED, Decision.REVIEW
_DISTRICT = Level.DISTRICT
_LONGEST_TEXT = 2000
_FIRST_PRINTABLE = " "
_WHITE_SPACE = frozenset("\t\n\r\v\f")
_ROLE_PRECISION = {
    Role.AREA: Precision.TOWNSHIP,
    Role.ESTATE: Precision.ESTATE,
    Role.ROAD: Precision.ROAD,
    Role.POI: Precision.POI,
    Role.WATER: Precision.ZONE,
    Role.ZONE: Precision.ZONE,
    Role.GATE: Precision.DOOR,
}
_MOST_LEARNED = 400
_RIVAL = FEATURES.index("rival")
_SAID_FROM = 0.25  # log odds; by less, two places are said to fit equally well

_TOGETHER = 64  # texts for each of which a step is done before the next step
_Examined = tuple[Reading, HintAreas, list[Ranked]]
_Decided = tuple[Decision, list[tuple[Any, ...]], list[Ranked]]


class Geocoder:
    """Finds places by the words of a text. May be shared by threads.

    Parameters
    ----------
    gazetteer
        Everything that is known; its grammar says how texts are read.
    profile
        How sure to be (Chinese texts; streets have a profile of their own).
    lexicon
        Words around names (Chinese texts).
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        profile: ConfidenceProfile | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.gazetteer = gazetteer
        self.profile = profile or default_profile()
        endings = list(gazetteer.endings().items())[:_MOST_LEARNED]
        learned = [(text, role) for text, (role, _) in endings]
        self._lexicon = (lexicon or default_lexicon()).with_endings(learned)
        self._memory = Memory(gazetteer)
        self._hints: dict[AddressHints, HintAreas] = {}

    def geocode(
        self, text: str, *, hints: AddressHints | None = None, limit: int = 5
    ) -> GeocodeAnswer:
        """Find the place that a text means.

        Parameters
        ----------
        text
            From an address to a whole ticket; 1 to 2000 characters.
        hints
            What is known besides.
        limit
            How many candidates to give at most.

        Returns
        -------
        answer
            Candidates best first, the decision and its reasons. Cost O(length).

        Raises
        ------
        AddressError
            The text is empty, too long or holds control characters.
        """
        _check(text)
        if self.gazetteer.grammar == "en":
            return self._read_street(text, hints, limit)
        return self._answer_together([text], [hints], limit)[0]

    def geocode_many(
        self,
        texts: Sequence[str],
        hints: Sequence[AddressHints | None] | None = None,
        *,
        limit: int = 5,
    ) -> list[GeocodeAnswer]:
        """Find the places of many texts; as ``geocode``, in the same order and a little faster.

        Raises
        ------
        AddressError
            A text cannot be used; names the row.
        """
        known = [None] * len(texts) if hints is None else list(hints)[: len(texts)]
        for row, text in enumerate(texts):
            try:
                _check(text)
            except AddressError as error:
                raise AddressError(error.value, f"row {row}: {error.problem}") from error
        if self.gazetteer.grammar == "en":
            pairs = zip(texts, known, strict=True)
            return [self._read_street(text, hint, limit) for text, hint in pairs]
        answers: list[GeocodeAnswer] = []
        for row in range(0, len(texts), _TOGETHER):
            rows = slice(row, row + _TOGETHER)
            answers += self._answer_together(texts[rows], known[rows], limit)
        return answers

    def explain_features(
        self, text: str, *, hints: AddressHints | None = None
    ) -> list[tuple[str, list[float]]]:
        """Give uid and features of every candidate, for a refit of the profile."""
        _, _, ranked = self._examine([text], [hints])[0]
        return [(self.gazetteer.uid(item.entity), features) for item, features, _ in ranked]

    def reverse(self, lon: float, lat: float, *, limit: int = 5) -> list[Candidate]:
        """Find what is nearest to a place: doors, roads, estates and other places.

        Parameters
        ----------
        lon, lat
            Degrees CGCS2000.
        limit
            How many of each kind at most.

        Returns
        -------
        candidates
            By distance, which stands in their reasons as ``("distance", metres)``; confidence 1,
            for they are where the gazetteer has them. Nothing farther than 2 km.
        """
        g = self.gazetteer
        found = []
        for near in g.ground.reverse(lon, lat, limit):
            name = g.name(near.entity)
            is_door = near.door >= 0
            label = name
            if is_door:
                number = g.ground.text_of_door(near.door)
                ending = "号楼" if near.role is Role.ESTATE else "号"
                label = f"{number} {name}" if g.grammar == "en" else f"{name}{number}{ending}"
            found.append(
                Candidate(
                    uid=g.uid(near.entity),
                    name=name,
                    kind=g.kind(near.entity),
                    label=label,
                    precision=Precision.DOOR if is_door else _ROLE_PRECISION[near.role],
                    lon=near.lon,
                    lat=near.lat,
                    accuracy_m=0.0,
                    confidence=1.0,
                    areas=dict(self._memory.area_uids(near.entity)),
                    reasons=(("distance", round(near.distance_m, 1)),),
                )
            )
        return found

    def _read_street(self, text: str, hints: AddressHints | None, limit: int) -> GeocodeAnswer:
        from geo.address.western.reader import read as read_street  # noqa: PLC0415 - one grammar

        return read_street(self.gazetteer, text, hints, limit, None)

    def _examine(
        self, texts: Sequence[str], hints: Sequence[AddressHints | None]
    ) -> list[_Examined]:
        """Read texts and rank what they may mean, step by step.

        Each step is done for all texts before the next one: the code and the tables of one step
        fit into the processor's cache, those of all steps do not.
        """
        memory, lexicon = self._memory, self._lexicon
        spellings = [normalise(text) for text in texts]
        found = [memory.occurrences(spelling) for spelling in spellings]
        cuts = [
            cut(spelling, names, memory.info, lexicon)
            for spelling, names in zip(spellings, found, strict=True)
        ]
        readings = [
            read(spelling, tokens, memory, lexicon)
            for spelling, tokens in zip(spellings, cuts, strict=True)
        ]
        stated = [resolve_hints(hint, memory, self._hints) for hint in hints]
        pairs = list(zip(readings, stated, strict=True))
        for reading, areas in pairs:
            if areas.estates and not reading.anchors:
                add_hinted(reading, areas.estates, memory)
        more = [similar_places(r, memory) if r.unknown or not r.anchors else [] for r in readings]
        return [
            (reading, areas, rank(reading, areas, memory, self.profile, similar))
            for (reading, areas), similar in zip(pairs, more, strict=True)
        ]

    def _answer_together(
        self, texts: Sequence[str], hints: Sequence[AddressHints | None], limit: int
    ) -> list[GeocodeAnswer]:
        """Answer a few texts, step by step as ``_examine``."""
        examined = self._examine(texts, hints)
        decided = [self._decide(reading, ranked) for reading, _, ranked in examined]
        return [
            self._answer(text, reading, areas, decision, limit)
            for text, (reading, areas, _), decision in zip(texts, examined, decided, strict=True)
        ]

    def _answer(
        self, text: str, reading: Reading, areas: HintAreas, decided: _Decided, limit: int
    ) -> GeocodeAnswer:
        decision, reasons, ranked = decided
        candidates = [self._candidate(row, text, reading) for row in ranked[:limit]]
        if len(ranked) > 1 and candidates:
            reasons = [*reasons, self._runner_up(ranked)]
        return GeocodeAnswer(
            text=text,
            decision=decision,
            candidates=candidates,
            parts=parts_of(text, reading, areas, self._memory, ranked[0][0] if ranked else None),
            reasons=tuple(reasons),
            edition=self.gazetteer.edition,
        )

    def _decide(self, reading: Reading, ranked: list[Ranked]) -> _Decided:
        """Accept, leave to a person, or refuse."""
        foreign = [m for m in reading.areas if is_elsewhere(m, self._memory)]
        if foreign:
            kept = [row for row in ranked if not self._is_inside(row[0], reading)]
            clear = any(m.name.level <= _DISTRICT for m in foreign)
            if clear or not kept:
                ranked = kept
            if not ranked:
                return _REFUSED, [("elsewhere", foreign[0].name.text)], []
        if not ranked:
            codes: list[tuple[Any, ...]] = [("nothing_found",)]
            codes += [("unknown_name", reading.text[t.start : t.end]) for t in reading.unknown[:1]]
            return _REFUSED, codes, []
        reasons = stopped_by(ranked, reading, self._memory, self._lexicon, self.profile)
        return (_REVIEW if reasons else _ACCEPTED), reasons, ranked

    def _is_inside(self, found: Found, reading: Reading) -> bool:
        """Tell whether a place is stated to lie in another city, or where nothing else is said."""
        if found.anchor is None:
            foreign = [k for k, m in enumerate(reading.areas) if is_elsewhere(m, self._memory)]
            return bool(foreign)
        return any(is_elsewhere(reading.areas[k], self._memory) for k in found.anchor.chain)

    def _runner_up(self, ranked: list[Ranked]) -> tuple[Any, ...]:
        """Say which candidate came second and which feature it lost by."""
        first, second = ranked[0], ranked[1]
        coefficients = self.profile.coefficients
        losses = [c * (a - b) for c, a, b in zip(coefficients, first[1], second[1], strict=True)]
        losses[_RIVAL] = _SAID_FROM  # that another is better is no reason why it is better
        lost_by = FEATURES[max(range(len(losses)), key=losses.__getitem__)]
        uid, _ = self._memory.called(second[0].entity)
        return "runner_up", label_of(second[0], self._memory), lost_by, uid

    def _candidate(self, row: Ranked, text: str, reading: Reading) -> Candidate:
        found, _, confidence = row
        memory = self._memory
        entity = found.second if found.how == "gate" and found.second >= 0 else found.entity
        uid, name = memory.called(entity)
        return Candidate(
            uid=uid,
            name=name,
            kind=self.gazetteer.kind(entity),
            label=label_of(found, memory),
            precision=found.precision,
            lon=found.lon,
            lat=found.lat,
            accuracy_m=round(found.accuracy_m, 1),
            confidence=round(confidence, 4),
            areas=dict(memory.area_uids(found.entity)),
            parts=parts_of_anchor(text, reading, memory, found),
            reasons=_reasons(found, memory),
        )


def _check(text: object) -> None:
    """Refuse what is no text."""
    if not isinstance(text, str):
        raise AddressError(text, "must be a text")
    if not text or text.isspace():
        raise AddressError(text, "is empty; an address has at least one character")
    if len(text) > _LONGEST_TEXT:
        problem = f"has {len(text)} characters; at most {_LONGEST_TEXT} are read"
        raise AddressError(text[:40] + "…", problem)
    if not text.isprintable():
        for character in text:
            if character < _FIRST_PRINTABLE and character not in _WHITE_SPACE:
                raise AddressError(text, f"holds the control character {character!r}; remove it")


def _reasons(found: Found, memory: Memory) -> tuple[tuple[Any, ...], ...]:
    """Say in codes what speaks for and against a candidate."""
    agreement = found.agreement
    name, status = memory.name(found.entity), str(found.status)
    reasons: list[tuple[Any, ...]] = [("matched", name, status)]
    if found.similarity < 1:
        reasons.append(("similar_name", round(found.similarity, 2)))
    if found.number_state:
        reasons.append((f"number_{found.number_state}",))
    if agreement.support:
        reasons.append(("support", agreement.support))
    if agreement.hint_support:
        reasons.append(("hint_support", agreement.hint_support))
    for code in ("conflict", "hint_conflict"):
        value = getattr(agreement, code)
        if value:
            reasons.append((code, value))
    if found.near_others:
        reasons.append(("near_others",))
    if found.far_others:
        reasons.append(("far_others",))
    return tuple(reasons)
