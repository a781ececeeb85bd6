"""What the reader remembers of a gazetteer: names, entities and areas as plain values."""

from functools import cached_property

import numpy as np

from geo.address.answers import Part
from geo.address.gazetteer import Gazetteer
from geo.address.normal import normalise
from geo.address.tables import Level, NameStatus, Role
from geo.address.tokens import NameInfo

__all__ = ["Memory"]

# A member of an enumeration costs more to look up than to compare.
_NONE, _TOWNSHIP = Level.NONE, Level.TOWNSHIP
_GATE = Role.GATE
_MOST_KEPT = 200_000
_PER_CHARACTER = 10.0
_TWO_CHARACTERS = 7.0
_WEAK = 6.0
_FOREIGN_TOWNSHIP = 4.0
_FOREIGN_SHORT = 2.0
_PLAIN_GATE = 3  # 北门, 东2门: said of any estate, and read with it
_RANK = (NameStatus.MAIN, NameStatus.ALIAS, NameStatus.OLD, NameStatus.SHORT, NameStatus.PINYIN)
_OFFICIAL = frozenset(_RANK[:3])
_LEVEL_NAMES = [level.name.lower() for level in Level]
_AREA = Role.AREA


class Memory:
    """Names and entities of a gazetteer, read once each and kept.

    Parameters
    ----------
    gazetteer
        An opened gazetteer.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._info: dict[tuple[int, ...], NameInfo] = {}
        self._areas: dict[int, frozenset[int]] = {}
        self._called: dict[int, tuple[str, str]] = {}
        self._uids: dict[int, dict[str, str]] = {}
        self._townships: dict[int, str] = {}
        self._middles: dict[int, tuple[float, float, float]] = {}
        self._named: dict[str, tuple[int, ...]] = {}
        self.hinted: dict[tuple[str, tuple[int, ...]], Part] = {}  # parts that hints make
        self._role = gazetteer.role.data  # gives plain numbers
        self._level = gazetteer.level.data
        self._lon, self._lat = gazetteer.lon.data, gazetteer.lat.data
        self._radius_m = gazetteer.radius_m.data
        self._roles = [Role(value) for value in range(len(Role))]
        self._levels = [Level(value) for value in range(len(Level))]

    def info(self, names: tuple[int, ...]) -> NameInfo:
        """Give what the names that match one stretch of text stand for together."""
        found = self._info.get(names)
        if found is None:
            if len(self._info) >= _MOST_KEPT:
                self._info.clear()
            found = self._info[names] = self._read(names)
        return found

    def called(self, entity: int) -> tuple[str, str]:
        """Give uid and main name of an entity."""
        found = self._called.get(entity)
        if found is None:
            if len(self._called) >= _MOST_KEPT:
                self._called.clear()
            g = self.gazetteer
            found = self._called[entity] = (g.uid(entity), g.name(entity))
        return found

    def name(self, entity: int) -> str:
        """Give the main name of an entity."""
        return self.called(entity)[1]

    def area_uids(self, entity: int) -> dict[str, str]:
        """Give the uid of the areas of an entity by level; a level with several is left out."""
        found = self._uids.get(entity)
        if found is None:
            if len(self._uids) >= _MOST_KEPT:
                self._uids.clear()
            found = {
                _LEVEL_NAMES[level]: self.called(area)[0]
                for level, area in self._single_areas(entity)
            }
            self._uids[entity] = found
        return found

    def township(self, entity: int) -> str:
        """Give the name of the one township that holds a place; empty where there are more."""
        found = self._townships.get(entity)
        if found is None:
            if len(self._townships) >= _MOST_KEPT:
                self._townships.clear()
            areas = dict(self._single_areas(entity))
            township = areas.get(_TOWNSHIP)
            found = self.name(township) if township is not None else ""
            self._townships[entity] = found
        return found

    def _single_areas(self, entity: int) -> list[tuple[int, int]]:
        """Give level and area of the levels at which an entity has one area, coarse to fine."""
        areas: dict[int, list[int]] = {}
        for area in self.areas_of(entity):
            areas.setdefault(self._level[area], []).append(area)
        return [(level, areas[level][0]) for level in sorted(areas) if len(areas[level]) == 1]

    def middle(self, road: int) -> tuple[float, float, float]:
        """Give the middle of a road and its reach; NaN without a line (see ``Ground.middle``)."""
        found = self._middles.get(road)
        if found is None:
            if len(self._middles) >= _MOST_KEPT:
                self._middles.clear()
            found = self._middles[road] = self.gazetteer.ground.middle(road)
        return found

    def named(self, text: str) -> tuple[int, ...]:
        """Find the entities called exactly so, or whose uid this is."""
        found = self._named.get(text)
        if found is None:
            if len(self._named) >= _MOST_KEPT:
                self._named.clear()
            found = self._named[text] = self._look_up(text.strip())
        return found

    def _look_up(self, text: str) -> tuple[int, ...]:
        if not text:
            return ()
        entity = self.gazetteer.find(text)
        if entity >= 0:
            return (entity,)
        spelling = normalise(text)
        for start, end, names in self.occurrences(spelling):
            if start == 0 and end == len(spelling):
                return self.info(names).entities
        return ()

    def occurrences(self, text: str) -> list[tuple[int, int, tuple[int, ...]]]:
        """Find every stretch of a normalised text that is a name: start, end, its names."""
        starts, ends, names = self.gazetteer.scan(text)
        found: list[tuple[int, int, tuple[int, ...]]] = []
        last_start = last_end = -1
        for start, end, name in zip(starts.tolist(), ends.tolist(), names.tolist(), strict=True):
            if start == last_start and end == last_end:
                found[-1] = (start, end, (*found[-1][2], name))
            else:
                found.append((start, end, (name,)))
            last_start, last_end = start, end
        return found

    def role(self, entity: int) -> Role:
        """Give the role of an entity."""
        return self._roles[self._role[entity]]

    def spot(self, entity: int) -> tuple[float, float, float]:
        """Give longitude, latitude and reach of an entity: degrees, metres, NaN where unknown."""
        return self._lon[entity], self._lat[entity], self._radius_m[entity]

    def level(self, entity: int) -> Level:
        """Give the level of an area."""
        return self._levels[self._level[entity]]

    def areas_of(self, entity: int) -> frozenset[int]:
        """Give the areas that hold an entity; an area holds itself."""
        found = self._areas.get(entity)
        if found is None:
            if len(self._areas) >= _MOST_KEPT:
                self._areas.clear()
            found = frozenset(self.gazetteer.areas_of(entity).tolist())
            self._areas[entity] = found
        return found

    @cached_property
    def home(self) -> frozenset[int]:
        """Our areas and those above them."""
        g = self.gazetteer
        ours = np.flatnonzero((g.role == Role.AREA) & g.is_ours).tolist()
        found: set[int] = set(ours)
        for entity in ours:
            found.update(g.areas_of(entity).tolist())
        return frozenset(found)

    @cached_property
    def lacks_city(self) -> bool:
        """Whether every city of the country is known but the one that our areas lie in."""
        g = self.gazetteer
        has_others = bool(np.any((g.role == Role.AREA) & (g.level == Level.CITY) & ~g.is_ours))
        return has_others and all(self.level(entity) > Level.CITY for entity in self.home)

    @cached_property
    def gates(self) -> dict[int, tuple[int, ...]]:
        """Gates by estate."""
        g = self.gazetteer
        found: dict[int, tuple[int, ...]] = {}
        for gate in np.flatnonzero((g.role == Role.GATE) & (g.parent >= 0)).tolist():
            estate = int(g.parent[gate])
            found[estate] = (*found.get(estate, ()), gate)
        return found

    def _read(self, names: tuple[int, ...]) -> NameInfo:
        text = normalise(self.gazetteer.name_text(names[0])).strip()
        standing = self._standing(names)
        home = self.home
        found = sorted(standing) if len(standing) > 1 else list(standing)
        role_of = {e: self._roles[self._role[e]] for e in found}
        if _AREA in role_of.values():
            foreign = [e for e in found if role_of[e] is _AREA and e not in home]
            order = [e for e in found if e not in foreign] + foreign if foreign else found
            areas = tuple([e for e in order if role_of[e] is _AREA])
            places = tuple([e for e in order if role_of[e] is not _AREA])
        else:
            foreign, order, areas, places = [], found, (), tuple(found)
        is_foreign = not places and len(foreign) == len(areas)
        is_official = not _OFFICIAL.isdisjoint(standing.values())
        level = max(map(self.level, areas)) if areas else _NONE
        is_weak = not is_official or len(text) <= 2 or text.isascii()  # noqa: PLR2004 - two characters
        is_plain_gate = len(text) <= _PLAIN_GATE and set(role_of.values()) <= {_GATE}
        per = _per_character(text, level, is_official=is_official, is_foreign=is_foreign)
        return NameInfo(
            text=text,
            entities=tuple(order),
            statuses=tuple([standing[e] for e in order]),
            places=places,
            areas=areas,
            roles=frozenset(role_of.values()),
            level=level,
            is_weak=is_weak,
            is_foreign=is_foreign,
            is_official=is_official,
            weight=0.0 if is_plain_gate else len(text) * per,
        )

    def _standing(self, names: tuple[int, ...]) -> dict[int, NameStatus]:
        """Give what the names stand for, each with the best standing that it has among them."""
        g = self.gazetteer
        standing: dict[int, NameStatus] = {}
        for name in names:
            status = g.name_status(name)
            for entity in g.entities_of(name).tolist():
                known = standing.get(entity)
                if known is None or _RANK.index(status) < _RANK.index(known):
                    standing[entity] = status
        return standing


def _per_character(text: str, level: Level, *, is_official: bool, is_foreign: bool) -> float:
    if is_foreign:
        if not is_official:
            return _FOREIGN_SHORT
        return _FOREIGN_TOWNSHIP if level >= _TOWNSHIP else _PER_CHARACTER - 1
    if not is_official:
        return _WEAK
    return _TWO_CHARACTERS if len(text) <= 2 else _PER_CHARACTER  # noqa: PLR2004 - two characters
