"""What a person should look at in a gazetteer: homonyms, near names, places outside."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from geo.address.tables import GazetteerTables, Role
from geo.arrays import Progress

_LONGEST_LISTED = 4
_SHORTEST_COMPARED = 3
_SIGNS = frozenset("0123456789一二三四五六七八九十东南西北甲乙丙丁ABCDEFGH")
"""Characters that number or orient: 一里 and 二里, 东街 and 西街 are meant to differ."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entity as a report shows it."""

    uid: str
    name: str
    role: str
    within: str
    """Finest area that holds it; empty outside of all."""

    def __str__(self) -> str:
        """Name it with its area."""
        return f"{self.within}{self.name} [{self.uid}]" if self.within else self.label

    @property
    def label(self) -> str:
        """Name and uid."""
        return f"{self.name} [{self.uid}]"


@dataclass(slots=True)
class GazetteerCheck:
    """What was found.

    Attributes
    ----------
    homonyms
        Main names that several of our entities of one role have, with all of them.
    near_names
        Pairs of our entities of one role and one finest area whose names differ in one character.
    outside
        Places that no area holds.
    warnings
        What did not fit while the tables were put together, such as names of unknown places.
    """

    counts: dict[str, int]
    homonyms: list[tuple[str, list[Named]]] = field(default_factory=list)
    near_names: list[tuple[Named, Named]] = field(default_factory=list)
    outside: list[Named] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as JSON values."""
        return {
            "counts": self.counts,
            "homonyms": [
                {"name": name, "entities": [one.uid for one in entities]}
                for name, entities in self.homonyms
            ],
            "near_names": [[one.uid, other.uid] for one, other in self.near_names],
            "outside": [one.uid for one in self.outside],
            "warnings": self.warnings,
        }

    def lines(self, most: int = 10) -> list[str]:
        """Give the report for a terminal, the first few of each kind."""
        counts = ", ".join(f"{name} {n:,}" for name, n in self.counts.items())
        lines = [f"地名库 · gazetteer: {counts}"]
        lines.append(f"同名 {len(self.homonyms):,} 组 · homonyms: {len(self.homonyms):,}")
        for name, entities in self.homonyms[:most]:
            shown = ", ".join(str(one) for one in entities[:_LONGEST_LISTED])
            lines.append(f"  {name} x {len(entities)}: {shown}")
        n = len(self.near_names)
        lines.append(f"一字之差 {n:,} 对 · names one character apart: {n:,}")
        lines += [f"  {one} ~ {other}" for one, other in self.near_names[:most]]
        lines.append(f"区域外 {len(self.outside):,} 处 · outside all areas: {len(self.outside):,}")
        lines += [f"  {one}" for one in self.outside[:most]]
        lines += [f"注意 · note: {warning}" for warning in self.warnings]
        return lines


def check_tables(
    tables: GazetteerTables,
    warnings: list[str] | None = None,
    progress: Progress | None = None,
) -> GazetteerCheck:
    """Look through the tables of a gazetteer.

    Parameters
    ----------
    tables
        From ``boundaries.gazetteer.tables``.
    warnings
        What was noted while they were put together.
    progress
        Called with stage ``check``.

    Returns
    -------
    GazetteerCheck
        Gates are left out of homonyms and near names: every estate has its 东门. Near names are
        compared from three characters on; numbers and directions (一里, 东街) may differ.

    Notes
    -----
    Cost O(total length of names): names that differ in one character agree when it is cut out.
    """
    if progress is not None:
        progress("check", 0, 3)
    named = _entities(tables)
    found = GazetteerCheck(
        {
            "areas": int(tables.areas["is_ours"].sum()),
            "places": len(tables.places),
            "names": len(tables.names),
            "doors": len(tables.doors),
            "elsewhere": int((~tables.areas["is_ours"]).sum()),
        },
        warnings=list(warnings or []),
    )
    found.homonyms = _homonyms(named)
    if progress is not None:
        progress("check", 1, 3)
    found.near_names = _near(named)
    held = set(tables.memberships["uid"])
    if len(tables.areas):
        found.outside = [one for one in named if one.role != "area" and one.uid not in held]
    if progress is not None:
        progress("check", 3, 3)
    return found


def _entities(tables: GazetteerTables) -> list[Named]:
    """List what is ours, gates left out, each with the finest area that holds it."""
    areas = tables.areas[tables.areas["is_ours"]]
    area_name = dict(zip(areas["uid"], areas["name"], strict=True))
    within = dict(
        zip(tables.memberships["uid"], tables.memberships["area_uid"].map(area_name), strict=True)
    )
    parent_name = areas["parent_uid"].map(area_name).fillna("")
    found = [
        Named(uid, name, "area", parent)
        for uid, name, parent in zip(areas["uid"], areas["name"], parent_name, strict=True)
    ]
    places = tables.places[tables.places["role"] != int(Role.GATE)]
    found += [
        Named(uid, name, Role(role).name.lower(), within.get(uid) or "")
        for uid, name, role in places[["uid", "name", "role"]].itertuples(index=False)
    ]
    return found


def _group(named: list[Named], key: Callable[[Named], Hashable]) -> list[list[Named]]:
    groups: dict[Hashable, list[Named]] = defaultdict(list)
    for one in named:
        groups[key(one)].append(one)
    return [group for group in groups.values() if len(group) > 1]


def _homonyms(named: list[Named]) -> list[tuple[str, list[Named]]]:
    groups = _group(named, lambda one: (one.role, one.name))
    return sorted(((group[0].name, group) for group in groups), key=lambda pair: -len(pair[1]))


def _near(named: list[Named]) -> list[tuple[Named, Named]]:
    """Pairs of one role and area whose names differ in one character that is no sign."""
    masked: dict[tuple[str, str, str], list[tuple[Named, str]]] = defaultdict(list)
    for one in named:
        if len(one.name) < _SHORTEST_COMPARED:
            continue
        for at, character in enumerate(one.name):
            if character not in _SIGNS:
                mask = f"{one.name[:at]}\x00{one.name[at + 1 :]}"
                masked[(one.role, one.within, mask)].append((one, character))
    pairs = [
        _ordered(group[a][0], group[b][0])
        for group in masked.values()
        for a in range(len(group))
        for b in range(a + 1, len(group))
        if group[a][1] != group[b][1]
    ]
    return sorted(pairs, key=lambda pair: (pair[0].name, pair[1].name))


def _ordered(one: Named, other: Named) -> tuple[Named, Named]:
    return (one, other) if one.name <= other.name else (other, one)
