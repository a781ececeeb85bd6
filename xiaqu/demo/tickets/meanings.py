"""What a written name can mean in the city: the test of whether a ticket is decidable."""

from collections import defaultdict

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from xiaqu.demo.tickets.places import Places

__all__ = ["Meanings"]

_AREA_ENDINGS = ("街道", "社区", "镇", "乡", "村", "区")
_MOST_NEAR = 8
_ALL = -1
_Meaning = tuple[str, tuple[int, ...]]


class Meanings:
    """All that each name can stand for.

    Parameters
    ----------
    places
        Of the city.

    Notes
    -----
    An area's name counts with and without its ending, an estate's with and without 小区.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._roads = {
            entry.uid: row for row, entry in enumerate(places.entries) if entry.layer == "road"
        }
        self._by_form: dict[str, list[_Meaning]] = defaultdict(list)
        for entry in places.entries:
            if entry.layer == "entrance":
                continue  # is named through its estate
            self._add(entry.name, entry.uid, entry.townships, ("小区",))
        for row, area in enumerate(places.townships):
            self._add(area.name, f"township:{area.code}", (row,), _AREA_ENDINGS)
        for area in places.communities:
            self._add(area.name, f"community:{area.code}", (area.parents[1],), _AREA_ENDINGS)
        self._crossings: dict[tuple[str, str], list[int]] = defaultdict(list)
        for position, crossing in enumerate(places.crossing):
            names = (places.entries[crossing.first].name, places.entries[crossing.second].name)
            self._crossings[min(names), max(names)].append(position)
        # By township, _ALL for the city, and by length: only equals and neighbours can be near.
        self._forms: dict[tuple[int, int], list[str]] = defaultdict(list)
        for form, meanings in self._by_form.items():
            for township in sorted({row for _, held in meanings for row in held}):
                self._forms[township, len(form)].append(form)
            self._forms[_ALL, len(form)].append(form)

    def _add(
        self, name: str, uid: str, townships: tuple[int, ...], endings: tuple[str, ...]
    ) -> None:
        meaning = (uid, townships)
        self._by_form[name].append(meaning)
        for ending in endings:
            if name.endswith(ending) and len(name) > len(ending) + 1:
                self._by_form[name.removesuffix(ending)].append(meaning)
                break

    def of(self, form: str, townships: frozenset[int]) -> set[str]:
        """Give the uid of all places called so in the townships; in the city for none."""
        found = self._by_form.get(form, ())
        return {uid for uid, held in found if not townships or not townships.isdisjoint(held)}

    def doors(self, form: str, number: int, townships: frozenset[int]) -> set[str]:
        """Give the uid of the roads called so that have, or could have, a house number."""
        roads = set()
        for uid in self.of(form, townships):
            if uid.startswith("road:"):
                numbers = self._places.numbers.get(self._roads[uid], {})
                if numbers and number <= max(numbers):
                    roads.add(uid)
        return roads

    def crossings(self, one: str, other: str, townships: frozenset[int]) -> list[int]:
        """Give the crossings of roads called so."""
        held = []
        for position in self._crossings.get((min(one, other), max(one, other)), ()):
            crossing = self._places.crossing[position]
            where = set(self._places.entries[crossing.first].townships)
            where &= set(self._places.entries[crossing.second].townships)
            if not townships or not townships.isdisjoint(where):
                held.append(position)
        return held

    def near(self, form: str, townships: frozenset[int]) -> set[str]:
        """Give the uid of all places whose name is at most one character away."""
        found: set[str] = set()
        for row in sorted(townships) or [_ALL]:
            for length in range(len(form) - 1, len(form) + 2):
                close = extract(
                    form,
                    self._forms.get((row, length), ()),
                    scorer=Levenshtein.distance,
                    score_cutoff=1,
                    limit=_MOST_NEAR,
                )
                found.update(name for name, _, _ in close)
        return set().union(*(self.of(name, townships) for name in found))
