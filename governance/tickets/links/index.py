"""Earlier tickets, by what they can have in common with a later one."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz.fuzz import ratio

from geo.measure import metres_per_degree
from governance.tickets.cells import category_group
from governance.tickets.links.profile import LinkProfile
from governance.tickets.links.wording import explain_link
from governance.tickets.records import NearTicket
from governance.tickets.terms import LinkKind

__all__ = ["EarlierTickets", "Entry", "FoundLink"]

_NO_WORDS = re.compile(r"[\W_]+")
_SPOT_DEG = 0.0005
_SHORTEST_DEGREE_M = 110_000.0
"""No degree of latitude is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """A ticket, the earlier one that it belongs to, and why.

    Attributes
    ----------
    ticket, other
        Ids; ``other`` came in before ``ticket``, or in the same moment with the smaller id.
    kind
        How they belong together.
    score
        From 0 to 1: similarity of the words of a duplicate; for the same request that, or how near
        the places are, whichever is more; 1 less the share of the reach for a repeat.
    count
        For a repeat the number of this time, 2 or more; 2 for the others.
    why_zh, why_en
        One sentence each.
    """

    ticket: str
    kind: LinkKind
    other: str
    score: float
    count: int
    why_zh: str
    why_en: str

    def data(self) -> dict[str, Any]:
        """Give what the event ``linked`` says."""
        return {
            "kind": self.kind.value,
            "other": self.other,
            "score": self.score,
            "why_zh": self.why_zh,
            "why_en": self.why_en,
        }


class Entry:
    """A ticket with what is worked out of it once.

    ``named`` is its entry of the gazetteer with the label, ``square`` its small square; None where
    its place is not known well enough for that.
    """

    __slots__ = (
        "_least", "_words", "group", "named", "order", "place", "seconds", "square", "ticket",
    )  # fmt: skip

    def __init__(self, ticket: NearTicket, profile: LinkProfile) -> None:
        self.ticket = ticket
        self.seconds = ticket.received_at.timestamp()
        self.order = (self.seconds, ticket.id)
        self.group = category_group(ticket.category)
        self._least = profile.least_letters
        self._words: str | None = None
        self.place: tuple[float, float] | None = None
        self.named: tuple[str, str, str] | None = None
        self.square: tuple[str, int, int] | None = None
        if ticket.lon is None or ticket.lat is None:
            return
        self.place = (ticket.lon, ticket.lat)
        accuracy = ticket.accuracy_m or 0.0
        if ticket.category and ticket.place_uid and accuracy <= profile.label_accuracy_m:
            self.named = (ticket.category, ticket.place_uid, ticket.place_label)
        if ticket.category and accuracy <= profile.accuracy_m:
            column, row = math.floor(ticket.lon / _SPOT_DEG), math.floor(ticket.lat / _SPOT_DEG)
            self.square = (ticket.category, column, row)

    @property
    def words(self) -> str:
        """Letters and digits of the text; empty where they are too few to compare."""
        if self._words is None:
            words = _NO_WORDS.sub("", self.ticket.text)
            self._words = words if len(words) >= self._least else ""
        return self._words


class EarlierTickets:
    """Earlier tickets, by what they can have in common with a later one.

    ``first_s`` is the time of the first for which others are looked for.
    """

    def __init__(self, profile: LinkProfile, first_s: float) -> None:
        self._profile = profile
        self._said_s = profile.duplicate_within.total_seconds()
        self._same_s = profile.same_within.total_seconds()
        self._repeat_s = profile.repeat_within.total_seconds()
        self._said_from_s = first_s - self._said_s
        self._side_deg = max(profile.duplicate_reach_m, 1.0) / _SHORTEST_DEGREE_M
        self._by_block: dict[tuple[str, int, int], list[Entry]] = defaultdict(list)
        self._nowhere: dict[str, list[Entry]] = defaultdict(list)
        self._by_caller: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._by_name: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        self._by_square: dict[tuple[str, int, int], list[Entry]] = defaultdict(list)
        self._per_lon, self._per_lat = 0.0, 0.0
        self._tenth: int | None = None

    def add(self, entry: Entry) -> None:
        """Add the next ticket in the order of time."""
        if entry.group and entry.seconds >= self._said_from_s:
            if entry.place is None:
                self._nowhere[entry.group].append(entry)
            else:
                self._by_block[entry.group, *self._block(entry.place)].append(entry)
        if entry.ticket.caller_hash:
            self._by_caller[entry.group, entry.ticket.caller_hash].append(entry)
        if entry.named is not None:
            self._by_name[entry.named].append(entry)
        if entry.square is not None:
            self._by_square[entry.square].append(entry)

    def links_of(self, entry: Entry) -> Iterable[FoundLink]:
        """Link an entry to what was added before it."""
        alike: set[str] = set()
        same = self._same_request(entry, alike)
        said = self._duplicate(entry, alike)
        if same is not None:
            yield same
        if said is not None:
            yield said
        again = self._repeat(entry, alike)
        if again is not None:
            yield again

    def _same_request(self, entry: Entry, alike: set[str]) -> FoundLink | None:
        """Find the request of the same caller over another channel; all that fit are ``alike``."""
        ticket = entry.ticket
        best: tuple[float, Entry] | None = None
        if not ticket.caller_hash or not ticket.category:
            return None
        for other in reversed(self._by_caller.get((entry.group, ticket.caller_hash), ())):
            if entry.seconds - other.seconds > self._same_s:
                break
            if other.ticket.channel == ticket.channel:
                continue
            score = self._likeness(entry, other)
            if score > 0.0:
                alike.add(other.ticket.id)
                if best is None or score > best[0]:
                    best = (score, other)
        if best is None:
            return None
        return _link(entry, best[1], LinkKind.SAME_REQUEST, best[0])

    def _likeness(self, entry: Entry, other: Entry) -> float:
        """How surely two requests of one caller are the same; 0 where they are not."""
        away = self._distance_m(entry, other)
        reach = self._profile.same_reach_m
        by_place = 1.0 - 0.5 * away / reach if away <= reach else 0.0
        by_words = 0.0
        if entry.words and other.words:
            least = 100.0 * self._profile.same_similarity
            by_words = ratio(entry.words, other.words, score_cutoff=least) / 100.0
        return max(by_place, by_words)

    def _duplicate(self, entry: Entry, alike: set[str]) -> FoundLink | None:
        """Find the same words shortly before; all that fit are ``alike``."""
        best: tuple[float, Entry] | None = None
        is_same = alike.copy()  # the same request is not a duplicate too
        if not entry.words:
            return None
        least = 100.0 * self._profile.duplicate_similarity
        for other in self._said_near(entry):
            if other.ticket.id in is_same or not _may_be_one_caller(entry, other):
                continue
            score = ratio(entry.words, other.words, score_cutoff=least) / 100.0
            if score == 0.0 or not self._is_near_enough(entry, other):
                continue
            alike.add(other.ticket.id)
            if best is None or score > best[0]:
                best = (score, other)
        if best is None:
            return None
        return _link(entry, best[1], LinkKind.DUPLICATE, best[0])

    def _said_near(self, entry: Entry) -> Iterable[Entry]:
        """Give what was said shortly before around a place, the last first in each square."""
        for others in self._blocks_around(entry):
            for other in reversed(others):
                if entry.seconds - other.seconds > self._said_s:
                    break
                yield other

    def _blocks_around(self, entry: Entry) -> Iterable[list[Entry]]:
        if entry.place is None:
            if entry.group in self._nowhere:
                yield self._nowhere[entry.group]
            return
        self._measure(entry.place[1])
        column, row = self._block(entry.place)
        # Blocks are as many degrees wide as high, so narrower in metres.
        across = math.ceil(self._per_lat / self._per_lon)
        for y in (row - 1, row, row + 1):
            for x in range(column - across, column + across + 1):
                others = self._by_block.get((entry.group, x, y))
                if others is not None:
                    yield others

    def _block(self, place: tuple[float, float]) -> tuple[int, int]:
        return math.floor(place[0] / self._side_deg), math.floor(place[1] / self._side_deg)

    def _is_near_enough(self, entry: Entry, other: Entry) -> bool:
        if entry.place is None or other.place is None:
            return entry.place is other.place
        return self._distance_m(entry, other) <= self._profile.duplicate_reach_m

    def _repeat(self, entry: Entry, alike: set[str]) -> FoundLink | None:
        """Find the same spot and category, and count how often it came in a row."""
        chain: list[Entry] = []
        before = entry
        at_spot = [one for one in self._at_spot(entry) if one.ticket.id not in alike]
        for other in sorted(at_spot, key=lambda one: one.order, reverse=True):
            if before.seconds - other.seconds > self._repeat_s:
                break
            chain.append(other)
            before = other
        if not chain:
            return None
        reach = max(self._profile.repeat_reach_m, 1.0)
        score = 1.0 - 0.5 * min(self._distance_m(entry, chain[0]) / reach, 1.0)
        days = self._profile.repeat_within.days
        return _link(entry, chain[0], LinkKind.REPEAT, score, len(chain) + 1, days)

    def _at_spot(self, entry: Entry) -> Iterable[Entry]:
        """Give each earlier ticket of the category at the spot, once."""
        found: dict[str, Entry] = {}
        if entry.named is not None:
            found.update((one.ticket.id, one) for one in self._by_name.get(entry.named, ()))
        if entry.square is not None:
            reach = self._profile.repeat_reach_m
            near = self._around(entry, *entry.square)
            found.update(
                (one.ticket.id, one) for one in near if self._distance_m(entry, one) <= reach
            )
        return found.values()

    def _around(self, entry: Entry, category: str, column: int, row: int) -> Iterable[Entry]:
        """Give what lies in the small squares that the reach touches."""
        if entry.place is None:
            return
        self._measure(entry.place[1])
        reach = self._profile.repeat_reach_m
        across = math.ceil(reach / (self._per_lon * _SPOT_DEG))
        along = math.ceil(reach / (self._per_lat * _SPOT_DEG))
        for y in range(row - along, row + along + 1):
            for x in range(column - across, column + across + 1):
                yield from self._by_square.get((category, x, y), ())

    def _distance_m(self, entry: Entry, other: Entry) -> float:
        if entry.place is None or other.place is None:
            return math.inf
        self._measure(entry.place[1])
        return math.hypot(
            (entry.place[0] - other.place[0]) * self._per_lon,
            (entry.place[1] - other.place[1]) * self._per_lat,
        )

    def _measure(self, lat: float) -> None:
        # A degree is measured once for each tenth of a degree: 0.2 % of a distance at most.
        tenth = round(lat * 10.0)
        if tenth != self._tenth:
            self._tenth = tenth
            self._per_lon, self._per_lat = _metres(tenth)


@cache
def _metres(tenth: int) -> tuple[float, float]:
    """Give the metres of a degree at a tenth of a degree of latitude."""
    return metres_per_degree(tenth / 10.0)


def _may_be_one_caller(entry: Entry, other: Entry) -> bool:
    one, two = entry.ticket.caller_hash, other.ticket.caller_hash
    return not one or not two or one == two


def _link(
    entry: Entry, other: Entry, kind: LinkKind, score: float, count: int = 2, days: int = 0
) -> FoundLink:
    why_zh, why_en = explain_link(kind, entry.ticket, other.ticket, score, count, days)
    return FoundLink(
        ticket=entry.ticket.id,
        kind=kind,
        other=other.ticket.id,
        score=round(score, 3),
        count=count,
        why_zh=why_zh,
        why_en=why_en,
    )
